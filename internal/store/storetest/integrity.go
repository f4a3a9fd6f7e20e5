package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
)

func lineageOf(run string) []pipeline.Lineage {
	return []pipeline.Lineage{{Run: run, Cell: cube.Cell{Dataflow: "FLOW", Key: "A", Period: stat.Year(2020)}, From: []pipeline.Ref{{Dataflow: "GDP", Key: "A.VN"}}}}
}

func testIntegrity(t *testing.T, at Database) {
	sound := func(t *testing.T) (*store.Store, string) {
		url := at(t)
		s := Open(t, url)
		must[cube.Receipt](t)(appendRun(t.Context(), s, run("q#1", "q"), message(figure("A", "2020", "2026-01-01", "1", "q#1")), lineageOf("q#1")))
		mustAppend(t, s, message(figure("B", "2020", "2026-01-01", "1.5", ""), figure("B", "2021", "2026-01-01", "2", "")))
		mustAppend(t, s, message(figure("B", "2020", "2026-01-01", "1.50", ""))) // the same number in other digits
		return s, url
	}
	t.Run("a sound database has no problems, and its report counts what it holds", func(t *testing.T) {
		s, _ := sound(t)
		r := must[store.Report](t)(s.Integrity(t.Context()))
		same(t, r.Problems, []error(nil))
		same(t, []int64{r.Rows["message"], r.Rows["observation"], r.Rows["run"], r.Rows["lineage"]}, []int64{3, 4, 1, 1})
		if !strings.HasPrefix(r.Server, "SQLite 3.") && !strings.HasPrefix(r.Server, "PostgreSQL 1") {
			t.Fatal(r.Server)
		}
	})
	const newRow = "INSERT INTO observation (dataflow, series, place, vintage, message, period, vintage_written, value, status, run, attributes, line) VALUES "
	for _, damage := range []struct{ what, table, sql, code string }{
		{"a lost figure", "observation", "DELETE FROM observation WHERE series = 'B' AND period = '2021'", "store.half-message"},
		{"a lost message", "message", "DELETE FROM message WHERE number = 2", "store.orphan-observation"},
		{"a gap in the messages", "message", "UPDATE message SET number = 9 WHERE number = 2", "store.message-gap"},
		{"a second reported number", "observation", newRow + "('FLOW', 'B', '2021-01-01/9999635/A', '2026-01-01', 3, '2021', '', '7', 'A', '', '', 0)", "store.two-numbers"},
		{"a lost run", "run", "DELETE FROM run", "store.no-run"},
		{"a lost lineage", "lineage", "DELETE FROM lineage", "store.no-lineage"},
		{"a lineage without its run", "lineage", "UPDATE lineage SET run = 'z#1'", "store.orphan-lineage"},
		{"a run without its message", "run", "UPDATE run SET message = 77", "store.orphan-run"},
	} {
		t.Run(damage.what+" is found", func(t *testing.T) {
			s, url := sound(t)
			tamper(t, url, damage.table, damage.sql)
			r := must[store.Report](t)(s.Integrity(t.Context()))
			var codes []string
			for _, p := range r.Problems {
				codes = append(codes, fault.CodeOf(p))
				for _, lang := range []string{"vi", "en"} {
					if text := fault.In(p, lang); strings.Contains(text, "{") {
						t.Error(text)
					}
				}
			}
			if !strings.Contains(fmt.Sprint(codes), damage.code) {
				t.Fatalf("found %v, want %s", codes, damage.code)
			}
		})
	}
}

func testOpening(t *testing.T, at Database) {
	t.Run("what one program stored the next one finds", func(t *testing.T) {
		url := at(t)
		first := must[*store.Store](t)(store.Open(t.Context(), url))
		mustAppend(t, first, message(figure("A", "2020", "2021-01-01", "1", "")))
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		same(t, mustLast(t, Open(t, url)), int64(1))
	})
	t.Run("a database of a newer program is refused and left alone", func(t *testing.T) {
		url := at(t)
		Open(t, url).Close()
		db := raw(t, url)
		if _, err := db.Writer().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, " + truth(db) + ")"); err != nil {
			t.Fatal(err)
		}
		_, err := store.Open(t.Context(), url)
		f := wantCode(t, err, "store.newer-schema")
		same(t, f.Args["has"], any(int64(9999)))
	})
	t.Run("addresses that mean nothing are refused", func(t *testing.T) {
		for _, url := range []string{"mysql://x", "http://localhost/", "sqlite:", "", "sqlite::memory:", "postgres://%zz"} {
			_, err := store.Open(t.Context(), url)
			wantCode(t, err, "store.bad-url")
		}
	})
	t.Run("opening stops when it is told to", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := store.Open(ctx, at(t))
		wantCode(t, err, "store.cancelled")
	})
}

func truth(db *sqldb.DB) string {
	if db.Dialect == sqldb.Postgres {
		return "true"
	}
	return "1"
}
