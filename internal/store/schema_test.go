package store_test

import (
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/store/sqldb"
	"nhipso/internal/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden schemas")

func TestEveryMigrationExistsInBothDialects(t *testing.T) {
	list := func(dialect string) []string {
		files, err := filepath.Glob("migrations/" + dialect + "/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatal(err, "no migrations for "+dialect)
		}
		for i, f := range files {
			files[i] = filepath.Base(f)
		}
		return files
	}
	if lite, pg := list("sqlite"), list("postgres"); !slices.Equal(lite, pg) {
		t.Errorf("sqlite has %v, postgres has %v", lite, pg)
	}
}

func TestNoMigrationGoesDown(t *testing.T) {
	files, _ := filepath.Glob("migrations/*/*.sql")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "+goose Down") || strings.Contains(string(b), "NO TRANSACTION") {
			t.Errorf("%s: what is stored stays, and a migration is one transaction", f)
		}
	}
}

// The golden schemas are what a database looks like after all migrations. A change shows in review twice: as the migration,
// and as what it leads to.
func TestTheMigrationsLeadToTheGoldenSchema(t *testing.T) {
	for _, c := range []struct {
		dialect sqldb.Dialect
		at      storetest.Place
		query   string
	}{
		{sqldb.SQLite, storetest.SQLitePlace, `SELECT sql FROM sqlite_schema
			WHERE sql IS NOT NULL AND tbl_name <> 'goose_db_version' AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type = 'trigger', name`},
		{sqldb.Postgres, storetest.PostgresPlace, postgresSchema},
	} {
		t.Run(string(c.dialect), func(t *testing.T) {
			url := c.at(t)
			storetest.Open(t, url)
			db, err := sqldb.Open(t.Context(), url, sqldb.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			lines, err := sqldb.Collect(t.Context(), db, func(rows *sql.Rows) (s string, err error) {
				err = rows.Scan(&s)
				return s, err
			}, c.query)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(lines, ";\n") + ";\n"
			file := "testdata/schema." + string(c.dialect) + ".sql"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the schema differs from %s; if that is meant, run: go test ./internal/store -run Golden -update\n%s", file, got)
			}
		})
	}
}

// postgresSchema writes the tables of the current schema from the catalogue: columns, constraints, indexes, triggers and
// functions, without the name of the schema.
const postgresSchema = `
WITH own AS (SELECT c.oid, c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> 'goose_db_version'),
lines AS (
  SELECT relname::text AS grp, 1 AS part, attnum::text AS name, 'COLUMN ' || relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
    || CASE WHEN l.collname = 'C' THEN ' COLLATE "C"' ELSE '' END || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END AS line, attnum AS pos
  FROM own JOIN pg_attribute a ON a.attrelid = own.oid LEFT JOIN pg_collation l ON l.oid = a.attcollation WHERE attnum > 0 AND NOT attisdropped
  UNION ALL SELECT relname, 2, conname, 'CONSTRAINT ' || relname || '.' || conname || ' ' || pg_get_constraintdef(k.oid), 0 FROM own JOIN pg_constraint k ON k.conrelid = own.oid
  UNION ALL SELECT relname, 3, indexrelid::regclass::text, replace(pg_get_indexdef(indexrelid), current_schema() || '.', ''), 0 FROM own JOIN pg_index i ON i.indrelid = own.oid
  UNION ALL SELECT relname, 4, tgname, replace(pg_get_triggerdef(g.oid), current_schema() || '.', ''), 0 FROM own JOIN pg_trigger g ON g.tgrelid = own.oid WHERE NOT tgisinternal
  UNION ALL SELECT '~', 5, proname, replace(pg_get_functiondef(p.oid), current_schema() || '.', ''), 0 FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
) SELECT line FROM lines ORDER BY grp COLLATE "C", part, pos, name COLLATE "C"`
