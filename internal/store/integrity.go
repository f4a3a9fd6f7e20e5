package store

import (
	"context"
	"database/sql"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// Report says how the database is: what it is, how much it holds, and what is wrong with it.
type Report struct {
	Database string           // what a person calls it
	Server   string           // such as "SQLite 3.53.3"
	Rows     map[string]int64 // by table
	Audit    AuditHead
	Since    AuditHead // where the verification began; zero when it was whole
	Seals    SealCount // what was compared with the audit log
	Head     error     // the database does not hold the head noted outside it; nil when it does
	Schema   []error   // where the tables, triggers and indexes are not what the migrations made
	Problems []error   // each an Error with a sentence; none when all is well
}

// invariants are queries that count nothing in a sound database. Each gives a count and an example.
var invariants = []struct{ code, query string }{
	{"store.orphan-observation", `SELECT COUNT(*), MIN(o.dataflow || '/' || o.series || '/' || o.period)
		FROM observation o LEFT JOIN message m ON m.number = o.message WHERE m.number IS NULL`},
	{"store.half-message", `SELECT COUNT(*), CAST(MIN(m.number) AS TEXT)
		FROM message m LEFT JOIN (SELECT message, COUNT(*) AS n FROM observation GROUP BY message) o ON o.message = m.number
		WHERE m.added + m.revised <> COALESCE(o.n, 0)`},
	{"store.message-gap", `SELECT COUNT(*), CAST(MIN(number) AS TEXT)
		FROM (SELECT number, ROW_NUMBER() OVER (ORDER BY number) AS i FROM message) AS m WHERE number <> i`},
	{"store.no-run", `SELECT COUNT(*), MIN(o.dataflow || '/' || o.series || '/' || o.period)
		FROM observation o LEFT JOIN run r ON r.id = o.run WHERE o.run <> '' AND r.id IS NULL`},
	{"store.no-lineage", `SELECT COUNT(*), MIN(o.dataflow || '/' || o.series || '/' || o.period)
		FROM observation o JOIN run r ON r.id = o.run
		LEFT JOIN lineage l ON l.run = o.run AND l.dataflow = o.dataflow AND l.series = o.series AND l.period = o.period
		WHERE l.run IS NULL`},
	{"store.orphan-lineage", `SELECT COUNT(*), MIN(l.run) FROM lineage l LEFT JOIN run r ON r.id = l.run WHERE r.id IS NULL`},
	{"store.orphan-run", `SELECT COUNT(*), MIN(r.id) FROM run r LEFT JOIN message m ON m.number = r.message
		WHERE r.message IS NOT NULL AND m.number IS NULL`},
}

var tables = []string{"message", "observation", "run", "lineage", "finding", "answer", "release_act", "override", "scenario", "catalog_edition", "catalog_file", "catalog_artefact", "record_batch", "record_act", "audit"}

// Integrity examines the database whole. An error means that it could not be examined; what is wrong with it is in the report.
func (s *Store) Integrity(ctx context.Context) (Report, error) { return s.integrity(ctx, AuditHead{}) }

// IntegritySince examines what was stored since the last verification that found nothing wrong, which the note of the head
// remembers; where nothing is remembered, or the log no longer holds it, everything is examined.
func (s *Store) IntegritySince(ctx context.Context) (Report, error) {
	since := s.note.verified()
	if since.Entries > 0 {
		if holds, err := s.holds(ctx, since); err != nil || !holds {
			since = AuditHead{}
		}
	}
	return s.integrity(ctx, since)
}

func (s *Store) integrity(ctx context.Context, since AuditHead) (Report, error) {
	r := Report{Database: s.Database(), Rows: map[string]int64{}, Since: since, Head: s.headFault}
	var err error
	if r.Server, err = s.Version(ctx); err != nil {
		return r, err
	}
	for _, check := range []func(context.Context, *Report) error{s.checkFile, s.checkSchema, s.checkRows, s.checkInvariants, s.checkFigures, s.checkRegister, s.checkFiles, s.checkAudit} {
		if err := check(ctx, &r); err != nil {
			if kind := fault.KindOf(err); kind == fault.Unavailable && fault.CodeOf(err) != "store.corrupt" {
				return r, err
			}
			r.Problems = append(r.Problems, err)
		}
	}
	if len(r.Problems) == 0 && len(r.Schema) == 0 && r.Head == nil {
		if !s.db.ReadOnly {
			s.note.keepVerified(r.Audit)
		}
	}
	return r, nil
}

// Version gives the kind and version of the database program.
func (s *Store) Version(ctx context.Context) (string, error) {
	name, query := "SQLite ", "SELECT sqlite_version()"
	if s.db.Dialect == sqldb.Postgres {
		name, query = "PostgreSQL ", "SHOW server_version"
	}
	v, err := sqldb.Scalar[string](ctx, s.db, query)
	return name + v, err
}

// checkFile has SQLite examine its own file. PostgreSQL looks after its own (data checksums, amcheck).
func (s *Store) checkFile(ctx context.Context, r *Report) error {
	if s.db.Dialect != sqldb.SQLite {
		return nil
	}
	lines, err := sqldb.Collect(ctx, s.db, sqldb.One[string], "PRAGMA integrity_check")
	if err == nil && strings.Join(lines, "") != "ok" {
		err = fault.New("store.corrupt", "database", s.db.Name, "details", strings.Join(lines, "; "))
	}
	return err
}

func (s *Store) checkRows(ctx context.Context, r *Report) error {
	for _, table := range tables {
		n, err := sqldb.Scalar[int64](ctx, s.db, "SELECT COUNT(*) FROM "+table)
		if err != nil {
			return err
		}
		r.Rows[table] = n
	}
	return nil
}

func (s *Store) checkInvariants(ctx context.Context, r *Report) error {
	type count struct {
		n       int64
		example sql.NullString
	}
	for _, inv := range invariants {
		c, _, err := sqldb.First(ctx, s.db, func(rows *sql.Rows) (c count, err error) {
			err = rows.Scan(&c.n, &c.example)
			return c, err
		}, inv.query)
		if err != nil {
			return err
		}
		if c.n > 0 {
			r.Problems = append(r.Problems, fault.New(inv.code, "n", c.n, "example", c.example.String))
		}
	}
	return nil
}

// checkFigures reads every figure, and looks for two reported numbers of one cell and vintage day.
func (s *Store) checkFigures(ctx context.Context, r *Report) error {
	var last *cube.Version // the reported one before, in order of cell, vintage, message
	for v, err := range s.Versions(ctx, cube.Query{}) {
		if err != nil {
			return err
		}
		if !cube.Reported(v.Observation) {
			continue
		}
		if last != nil && last.Cell() == v.Cell() && last.Vintage.Date == v.Vintage.Date && !sameNumber(last.Value, v.Value) {
			r.Problems = append(r.Problems, fault.New("store.two-numbers", "cell", v.Cell().String(), "vintage", v.Vintage.Date.String(),
				"first", shown(last.Observation), "second", shown(v.Observation)))
		}
		last = &v
	}
	return nil
}

// checkAudit walks the audit log and compares what is stored with what the log sealed. A log that was altered says little, but it still
// shows which rows do not fit it.
func (s *Store) checkAudit(ctx context.Context, r *Report) error {
	links, err := sqldb.Collect(ctx, s.db, scanLink, auditColumns+"ORDER BY number")
	if err != nil {
		return err
	}
	var broken error
	if r.Audit, broken = chained(links); broken != nil {
		r.Problems = append(r.Problems, broken)
	}
	count, problems, err := s.verifySeals(ctx, links, r.Since.Entries)
	if err != nil {
		return err
	}
	r.Seals, r.Problems = count, append(r.Problems, problems...)
	return nil
}
