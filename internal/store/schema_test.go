package store_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/store"
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
		at      storetest.Database
	}{
		{sqldb.SQLite, storetest.EmptySQLite},
		{sqldb.Postgres, storetest.EmptyPostgres},
	} {
		t.Run(string(c.dialect), func(t *testing.T) {
			url := c.at(t)
			storetest.Open(t, url)
			db, err := sqldb.Open(t.Context(), url, sqldb.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			lines, err := store.SchemaOf(t.Context(), db)
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
