package store_test

import (
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"nhipso/internal/publish"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
	"nhipso/internal/store/storetest"
)

// Releases were rows once, with a state that was written. They come back as the acts that would have made them.
func TestReleasesOfAnOlderDatabaseBecomeActs(t *testing.T) {
	for name, at := range map[string]storetest.Database{"sqlite": storetest.EmptySQLite, "postgres": storetest.EmptyPostgres} {
		t.Run(name, func(t *testing.T) {
			url := at(t)
			db, err := sqldb.Open(t.Context(), url, sqldb.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			dialect := map[sqldb.Dialect]goose.Dialect{sqldb.SQLite: goose.DialectSQLite3, sqldb.Postgres: goose.DialectPostgres}[db.Dialect]
			p, err := goose.NewProvider(dialect, db.Writer(), store.MigrationFiles(t, db.Dialect), goose.WithDisableGlobalRegistry(true))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.UpTo(t.Context(), 5); err != nil {
				t.Fatal(err)
			}
			const row = `INSERT INTO release (seq, id, state, title_vi, title_en, notes_vi, notes_en, as_of_vintage, as_of_message, as_of_only, created_by, created_at, approved_by, approved_at, publish_at) VALUES `
			for _, values := range []string{
				`(1, '2026-Q3', 'published', 'Quý III', 'Third quarter', 'lời', 'text', '', 41, '', 'lan', '2026-10-01T01:02:03.000000000Z', 'minh', '2026-10-02T00:00:00.000000000Z', '2026-10-06T02:00:00.000000000Z')`,
				`(2, '2026-Q4', 'approved', 'Quý IV', 'Fourth quarter', '', '', '', 50, '1-48,50', 'lan', '2026-11-01T00:00:00.000000000Z', 'minh', '2026-11-02T00:00:00.000000000Z', '2027-01-12T02:00:00.000000000Z')`,
				`(3, '2027-Q1', 'draft', 'Quý I', 'First quarter', '', '', '', 0, '', 'an', '2026-11-03T00:00:00.000000000Z', '', '', '')`,
			} {
				if _, err := db.Writer().Exec(row + values); err != nil {
					t.Fatal(err)
				}
			}
			s := storetest.Open(t, url)
			all, err := s.Releases(t.Context())
			if err != nil || len(all) != 3 {
				t.Fatalf("%d releases (%v)", len(all), err)
			}
			noon := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
			for i, want := range []struct {
				state         publish.State
				content, by   string
				title, minute string
			}{
				{publish.Published, "1-41", "minh", "Third quarter", "2026-10-06T02:00:00Z"},
				{publish.Embargoed, "1-48,50", "minh", "Fourth quarter", "2027-01-12T02:00:00Z"},
				{publish.Draft, "-", "", "First quarter", "0001-01-01T00:00:00Z"},
			} {
				r := all[i]
				if r.StateAt(noon) != want.state || r.Content().String() != want.content || r.ApprovedBy != want.by || r.Title.En != want.title ||
					r.PublishAt.Format(time.RFC3339) != want.minute {
					t.Errorf("%+v", r)
				}
			}
			// What comes next is numbered after them.
			desk := publish.Desk{Store: s, Cube: s, Now: func() time.Time { return noon }}
			r, err := desk.Open(t.Context(), "2027-Q2", all[0].Title, all[0].Notes, "an")
			if err != nil || r.Content().String() != "1-41" || r.Base != "2026-Q3" {
				t.Errorf("%+v (%v)", r, err)
			}
		})
	}
}
