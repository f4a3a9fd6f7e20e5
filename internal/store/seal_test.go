package store_test

import (
	"slices"
	"strings"
	"testing"

	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
	"nhipso/internal/store/storetest"
)

// A column that is added later must come under the seal too, or it could be altered unseen.
func TestEveryColumnOfEveryTableIsUnderASeal(t *testing.T) {
	url := storetest.SQLitePlace(t)
	storetest.Open(t, url)
	db, err := sqldb.Open(t.Context(), url, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	sealed := store.SealedColumns()
	for _, table := range store.Tables {
		if table == "audit" || table == "release" { // the one holds the seals; the other changes, and each state is whole in the log
			continue
		}
		have, err := sqldb.Collect(t.Context(), db, sqldb.One[string], "SELECT name FROM pragma_table_info('"+table+"')")
		if err != nil {
			t.Fatal(err)
		}
		want := append(strings.Split(sealed[table], ", "), "seal")
		slices.Sort(have)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			t.Errorf("%s has columns %v, under the seal are %v", table, have, want)
		}
	}
	have, err := sqldb.Collect(t.Context(), db, sqldb.One[string], "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range have {
		if !slices.Contains(store.Tables, table) {
			t.Errorf("table %s is neither counted nor sealed", table)
		}
	}
}
