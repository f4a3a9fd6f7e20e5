package store

import (
	"context"
	_ "embed"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// The golden schemas are what the migrations lead to; a test holds them to it. A database is compared with them, so that a
// trigger that somebody dropped is noticed even when nothing else was touched.
var (
	//go:embed testdata/schema.sqlite.sql
	goldenSQLite string
	//go:embed testdata/schema.postgres.sql
	goldenPostgres string
)

// sqliteSchema lists the tables, indexes and triggers as they were written.
const sqliteSchema = `SELECT sql FROM sqlite_schema
	WHERE sql IS NOT NULL AND tbl_name <> 'goose_db_version' AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type = 'trigger', name`

// postgresSchema writes the tables of the current schema from the catalogue: columns, constraints, indexes, triggers and
// functions, without the name of the schema. A trigger that was switched off says so.
const postgresSchema = `
WITH own AS (SELECT c.oid, c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> 'goose_db_version'),
lines AS (
  SELECT relname::text AS grp, 1 AS part, attnum::text AS name, 'COLUMN ' || relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
    || CASE WHEN l.collname = 'C' THEN ' COLLATE "C"' ELSE '' END || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END AS line, attnum AS pos
  FROM own JOIN pg_attribute a ON a.attrelid = own.oid LEFT JOIN pg_collation l ON l.oid = a.attcollation WHERE attnum > 0 AND NOT attisdropped
  UNION ALL SELECT relname, 2, conname, 'CONSTRAINT ' || relname || '.' || conname || ' ' || pg_get_constraintdef(k.oid), 0 FROM own JOIN pg_constraint k ON k.conrelid = own.oid
  UNION ALL SELECT relname, 3, indexrelid::regclass::text, replace(pg_get_indexdef(indexrelid), current_schema() || '.', ''), 0 FROM own JOIN pg_index i ON i.indrelid = own.oid
  UNION ALL SELECT relname, 4, tgname, replace(pg_get_triggerdef(g.oid), current_schema() || '.', '') || CASE tgenabled WHEN 'O' THEN '' ELSE ' DISABLED' END, 0
    FROM own JOIN pg_trigger g ON g.tgrelid = own.oid WHERE NOT tgisinternal
  UNION ALL SELECT '~', 5, proname, replace(pg_get_functiondef(p.oid), current_schema() || '.', ''), 0 FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
) SELECT line FROM lines ORDER BY grp COLLATE "C", part, pos, name COLLATE "C"`

// end closes each statement of a golden schema.
const end = ";\n"

// schemaOf lists the statements of a database's schema.
func schemaOf(ctx context.Context, db *sqldb.DB) ([]string, error) {
	query := sqliteSchema
	if db.Dialect == sqldb.Postgres {
		query = postgresSchema
	}
	return sqldb.Collect(ctx, db, sqldb.One[string], query)
}

// checkSchema compares the schema with what the migrations made, statement by statement.
func (s *Store) checkSchema(ctx context.Context, r *Report) error {
	have, err := schemaOf(ctx, s.db)
	if err != nil {
		return err
	}
	golden := goldenSQLite
	if s.db.Dialect == sqldb.Postgres {
		golden = goldenPostgres
	}
	want := statements(golden)
	for _, w := range want {
		if !slices.Contains(have, w) {
			r.Schema = append(r.Schema, fault.New("store.schema-lacks", "what", heading(w)))
		}
	}
	for _, h := range have {
		if !slices.Contains(want, h) {
			r.Schema = append(r.Schema, fault.New("store.schema-has", "what", heading(h)))
		}
	}
	return nil
}

// statements splits a golden schema. A statement may hold the sign that ends one, in a trigger or a comment: then the next
// line does not begin a statement.
func statements(golden string) []string {
	var out []string
	for _, part := range strings.Split(strings.TrimSuffix(golden, end), end) {
		if len(out) > 0 && !beginsStatement(part) {
			out[len(out)-1] += end + part
			continue
		}
		out = append(out, part)
	}
	return out
}

func beginsStatement(s string) bool {
	for _, word := range []string{"CREATE ", "COLUMN ", "CONSTRAINT "} {
		if strings.HasPrefix(s, word) {
			return true
		}
	}
	return false
}

// heading is a statement as a sentence names it: its first line, cut where it gets long.
func heading(statement string) string {
	line, _, _ := strings.Cut(statement, "\n")
	line, _, _ = strings.Cut(line, " BEFORE ")
	return strings.TrimSuffix(strings.TrimSpace(line), " (")
}
