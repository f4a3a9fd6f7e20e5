package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// Fill puts a copy into an empty database: the schema as of the copy's version, then every row, in one transaction that ends only when what is
// stored gives the same hashes. A database that holds anything is refused with store.not-empty and left as it was.
func Fill(ctx context.Context, url string, schema int64, tables []Table, open func(table string) (io.ReadCloser, error)) error {
	db, err := sqldb.Open(ctx, url, sqldb.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		return db.Fault(err)
	}
	has, known, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return db.Fault(err)
	case schema > known:
		return fault.New("store.newer-schema", "database", db.Name, "has", schema, "known", known)
	case has > schema:
		return fault.New("store.not-empty", "database", db.Name)
	}
	if _, err := p.UpTo(ctx, schema); err != nil {
		return db.Fault(err)
	}
	s := &Store{db: db}
	return db.Write(ctx, func(tx *sqldb.Tx) error {
		mine, err := tablesOf(ctx, tx, db.Dialect)
		if err != nil {
			return err
		}
		for _, t := range mine {
			if has, err := hasRows(ctx, tx, t); err != nil {
				return err
			} else if has {
				return fault.New("store.not-empty", "database", db.Name)
			}
		}
		for _, t := range mine {
			i := slices.IndexFunc(tables, func(x Table) bool { return x.Name == t.Name })
			if i < 0 || !slices.Equal(tables[i].Columns, t.Columns) {
				return fault.New("store.other-tables", "table", t.Name)
			}
			if err := s.fillTable(ctx, tx, t, tables[i], open); err != nil {
				return err
			}
		}
		if len(mine) != len(tables) {
			return fault.New("store.other-tables", "table", "+")
		}
		return nil
	})
}

// fillTable stores the rows of one table and compares what is stored then.
func (s *Store) fillTable(ctx context.Context, tx *sqldb.Tx, t, want Table, open func(table string) (io.ReadCloser, error)) error {
	f, err := open(t.Name)
	if err != nil {
		return err
	}
	defer f.Close()
	into := t.Name + " (" + strings.Join(t.Columns, ", ") + ")"
	var rows [][]any
	lines := bufio.NewReaderSize(f, 1<<16)
	for number := int64(1); ; number++ {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			row, bad := readLine(line, len(t.Columns))
			if bad != nil {
				return fault.New("store.bad-copy", "table", t.Name).At("", int(number), "").Because(bad)
			}
			rows = append(rows, row)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fault.New("store.bad-copy", "table", t.Name).Because(err)
		}
		if len(rows) == sqldb.Chunk(len(t.Columns)) || err != nil {
			if insert := tx.Insert(ctx, into, sqldb.Rows(rows)); insert != nil {
				return insert
			}
			rows = rows[:0]
		}
		if err != nil {
			break
		}
	}
	got, err := copyTable(ctx, tx, s.db.Dialect, t, io.Discard)
	if err == nil && (got.SHA256 != want.SHA256 || got.Rows != want.Rows) {
		err = fault.New("store.bad-copy", "table", t.Name).Because(fmt.Errorf("%d rows with hash %s, want %d with %s", got.Rows, got.SHA256, want.Rows, want.SHA256))
	}
	return err
}

// Missing reports that a URL names a SQLite file that is not there or holds nothing.
func Missing(url string) bool { return sqldb.Missing(url) }

// Empty reports whether a database holds nothing: no tables, or tables without rows.
func Empty(ctx context.Context, url string) (bool, error) {
	if sqldb.Missing(url) {
		return true, nil
	}
	db, err := sqldb.Open(ctx, url, sqldb.Options{})
	if err != nil {
		return false, err
	}
	defer db.Close()
	at, err := db.Snapshot(ctx)
	if err != nil {
		return false, err
	}
	defer at.Close()
	all, err := tablesOf(ctx, at, db.Dialect)
	if err != nil {
		return false, err
	}
	for _, t := range all {
		if has, err := hasRows(ctx, at, t); err != nil || has {
			return false, err
		}
	}
	return true, nil
}

func hasRows(ctx context.Context, from sqldb.Queryer, t Table) (bool, error) {
	n, err := sqldb.Scalar[int64](ctx, from, "SELECT COUNT(*) FROM (SELECT 1 FROM "+quote(t.Name)+" LIMIT 1) AS x")
	return n > 0, err
}

// SetAside moves everything in a PostgreSQL database into a schema of its own, where it stays as it was, so that another content can take its
// place. It gives the name of that schema, which ends as told. Nothing is deleted.
func SetAside(ctx context.Context, url, end string) (schema string, err error) {
	db, err := sqldb.Open(ctx, url, sqldb.Options{})
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.Write(ctx, func(tx *sqldb.Tx) error {
		// A name is cut at 63 bytes, and the end must stay.
		if schema, err = sqldb.Scalar[string](ctx, tx, "SELECT left(current_schema()::text, $1) || $2", 63-len(end), end); err != nil {
			return err
		}
		moves, err := sqldb.Collect(ctx, tx, sqldb.One[string], `
			SELECT format('ALTER TABLE %s SET SCHEMA ', c.oid::regclass) FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
			UNION ALL SELECT format('ALTER FUNCTION %s SET SCHEMA ', p.oid::regprocedure) FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace`)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "CREATE SCHEMA "+quote(schema)); err != nil {
			return err
		}
		for _, m := range moves {
			if _, err := tx.Exec(ctx, m+quote(schema)); err != nil {
				return err
			}
		}
		return nil
	})
	return schema, err
}

// Holds reports whether the audit log has the entry of a head.
func (s *Store) Holds(ctx context.Context, h AuditHead) (bool, error) {
	if h.Entries == 0 {
		return true, nil
	}
	return s.holds(ctx, h)
}

// NotedHead reads the head that a note outside a database stands for; a note that is not there stands for nothing.
func NotedHead(path string) (AuditHead, error) {
	n, err := readNote(path, nil)
	return n.head(), err
}

// WriteNote notes a head in place of whatever was noted. It is for whoever put the database there that holds it.
func WriteNote(path string, h AuditHead, since int64) error {
	if path == "" {
		return nil
	}
	n := &headNote{path: path, now: noted{AuditHead: h, Since: since}}
	if err := n.replace(); err != nil {
		return fault.New("store.note-not-written", "note", path).Because(err)
	}
	return nil
}
