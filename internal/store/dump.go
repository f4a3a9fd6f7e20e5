package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// Table is a table as it is copied: each row a JSON list of texts, whole numbers and nulls, columns by name, rows by primary key. Both
// databases give the same bytes for the same content, so that a copy of one can be put into the other and compared.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	SHA256  string   `json:"sha256"`

	key []string // columns of the primary key, as they are sorted by
}

// Snapshot is everything stored at one moment.
type Snapshot struct {
	Server string // such as "SQLite 3.53.3"
	Schema int64  // version of the schema
	Head   AuditHead
	Since  int64   // see HeadNote
	Tables []Table // those that others refer to first; without rows and hashes

	store *Store
	at    *sqldb.Snapshot
}

// Snapshot begins to copy what is stored. Writers go on; the copy does not see what they do.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	x := &Snapshot{store: s}
	var err error
	if x.Server, err = s.Version(ctx); err != nil {
		return nil, err
	}
	if x.at, err = s.db.Snapshot(ctx); err != nil {
		return nil, err
	}
	if x.Head, err = auditHead(ctx, x.at); err == nil {
		x.Schema, err = sqldb.Scalar[int64](ctx, x.at, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version")
	}
	if err == nil {
		x.Tables, err = tablesOf(ctx, x.at, s.db.Dialect)
	}
	if err != nil {
		x.at.Close()
		return nil, err
	}
	_, _, x.Since = s.HeadNote()
	return x, nil
}

// Close ends the copy.
func (x *Snapshot) Close() { x.at.Close() }

// Copy writes a table and gives it with its count and hash.
func (x *Snapshot) Copy(ctx context.Context, t Table, w io.Writer) (Table, error) {
	return copyTable(ctx, x.at, x.store.db.Dialect, t, w)
}

// tablesOf lists the tables of a database with their columns, each behind those that it refers to. What waits to be stored is none of them: a
// copy holds what is stored, and who sent the rest sends it again. Nor is what lets somebody in, nor letters, which another installation would put
// out once more, nor what readers follow: who has ended that since must not be written to again.
func tablesOf(ctx context.Context, from sqldb.Queryer, d sqldb.Dialect) ([]Table, error) {
	columns := `SELECT m.name, c.name, c.pk, 0 FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT IN ('goose_db_version', 'submission', 'link', 'session', 'letter', 'notice_feed', 'subscription', 'channel_token', 'browser', 'challenge', 'person_token') ORDER BY m.name, c.name`
	edges := `SELECT m.name, f."table" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`
	if d == sqldb.Postgres {
		columns = `SELECT c.relname, a.attname, COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0), CASE WHEN a.atttypid = 'text'::regtype THEN 1 ELSE 0 END
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
			WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('goose_db_version', 'submission', 'link', 'session', 'letter', 'notice_feed', 'subscription', 'channel_token', 'browser', 'challenge', 'person_token')
			ORDER BY c.relname COLLATE "C", a.attname COLLATE "C"`
		edges = `SELECT c.relname, f.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
			WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace`
	}
	var all []Table
	keyAt := map[string]map[int]string{} // table → place in the key, from 1 → column
	err := sqldb.Each(ctx, from, func(rows *sql.Rows) error {
		var table, column string
		var place, text int
		if err := rows.Scan(&table, &column, &place, &text); err != nil {
			return err
		}
		if len(all) == 0 || all[len(all)-1].Name != table {
			all = append(all, Table{Name: table})
			keyAt[table] = map[int]string{}
		}
		last := &all[len(all)-1]
		last.Columns = append(last.Columns, column)
		if place > 0 {
			if text == 1 {
				column += ` COLLATE "C"` // as SQLite sorts, and as the key itself is kept
			}
			keyAt[table][place] = column
		}
		return nil
	}, columns)
	if err != nil {
		return nil, err
	}
	refers := map[string][]string{}
	if err := sqldb.Each(ctx, from, func(rows *sql.Rows) error {
		var table, to string
		err := rows.Scan(&table, &to)
		refers[table] = append(refers[table], to)
		return err
	}, edges); err != nil {
		return nil, err
	}
	for i := range all {
		for place := 1; place <= len(keyAt[all[i].Name]); place++ {
			all[i].key = append(all[i].key, keyAt[all[i].Name][place])
		}
	}
	return behind(all, refers), nil
}

// behind orders tables so that each comes behind those that it refers to.
func behind(all []Table, refers map[string][]string) []Table {
	var out []Table
	placed := map[string]bool{}
	for len(out) < len(all) {
		before := len(out)
		for _, t := range all {
			ready := !placed[t.Name] && !slices.ContainsFunc(refers[t.Name], func(to string) bool { return to != t.Name && !placed[to] })
			if ready {
				out, placed[t.Name] = append(out, t), true
			}
		}
		if len(out) == before {
			panic("store: tables refer to each other in a circle") // a defect of the migrations, which a test opens
		}
	}
	return out
}

// copyTable writes the rows of a table as lines.
func copyTable(ctx context.Context, from sqldb.Queryer, d sqldb.Dialect, t Table, w io.Writer) (Table, error) {
	if len(t.key) == 0 {
		return t, fmt.Errorf("table %s has no primary key", t.Name) // the same, with a test of its own
	}
	sum := sha256.New()
	to := bufio.NewWriterSize(io.MultiWriter(sum, w), 1<<16)
	row, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range row {
		into[i] = &row[i]
	}
	t.Rows = 0
	var line []byte
	err := sqldb.Each(ctx, from, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		var err error
		if line, err = appendLine(line[:0], row); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		t.Rows++
		_, err = to.Write(line)
		return writing(err)
	}, "SELECT "+strings.Join(quoted(t.Columns), ", ")+" FROM "+quote(t.Name)+" ORDER BY "+strings.Join(t.key, ", "))
	if err == nil {
		err = writing(to.Flush())
	}
	t.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return t, err
}

// writing marks an error as one of the file that is written, not of the database.
func writing(err error) error {
	if err != nil {
		return fault.New("store.copy-not-written").Because(err)
	}
	return nil
}

func quote(name string) string { return `"` + name + `"` }

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return out
}

// appendLine writes a row as a JSON list.
func appendLine(b []byte, row []any) ([]byte, error) {
	b = append(b, '[')
	for i, v := range row {
		if i > 0 {
			b = append(b, ',')
		}
		switch v := v.(type) {
		case nil:
			b = append(b, "null"...)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case string:
			var text bytes.Buffer
			e := json.NewEncoder(&text)
			e.SetEscapeHTML(false)
			if err := e.Encode(v); err != nil {
				return b, err
			}
			b = append(b, bytes.TrimSuffix(text.Bytes(), []byte("\n"))...)
		default:
			return b, fmt.Errorf("a value of kind %T cannot be copied", v)
		}
	}
	return append(b, "]\n"...), nil
}

// readLine reads what appendLine wrote.
func readLine(line []byte, width int) ([]any, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var row []any
	if err := d.Decode(&row); err != nil || len(row) != width {
		return nil, errors.New("not a row of the table")
	}
	for i, v := range row {
		switch v := v.(type) {
		case nil, string:
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, err
			}
			row[i] = n
		default:
			return nil, errors.New("not a row of the table")
		}
	}
	return row, nil
}
