package store_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
	"nhipso/internal/store/storetest"
)

// A column that is added later must come under the seal too, or it could be altered unseen.
func TestEveryColumnOfEveryTableIsUnderASeal(t *testing.T) {
	url := storetest.EmptySQLite(t)
	storetest.Open(t, url)
	db, err := sqldb.Open(t.Context(), url, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	sealed := store.SealedColumns()
	for _, table := range store.Tables {
		if table == "audit" { // holds the seals
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
	// What holds no figure and no act: submissions change until they are settled, a receipt repeats what the sender was told, and every act on a
	// token is an entry of the audit log. Of personal data the acts have hashes, how records stand is worked out again from the acts by each verification,
	// and who signs in by what is no act. A file is known by its hash, which its act has and each verification works out; a saved list is an address, and
	// what lists were made ready by follows from the catalogue.
	unsealed := []string{"submission", "receipt", "token", "record_personal", "record_version", "record_value", "account", "link", "session", "record_file", "record_file_part", "record_file_use", "desk_view", "record_index", "person_token", "browser", "identity", "passkey", "challenge", "notice", "notice_cursor", "notice_preference", "notice_feed", "letter", "subscription", "channel_token"}
	for _, table := range have {
		if !slices.Contains(store.Tables, table) && !slices.Contains(unsealed, table) {
			t.Errorf("table %s is neither counted nor sealed", table)
		}
	}
}

// Two rows that differ in anything must not look alike under the seal: no value may pass for another, or run into the next.
func TestNoTwoRowsLookAlikeUnderASeal(t *testing.T) {
	value := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.Int64Range(-3, 3), func(n int64) any { return n }),
		rapid.Map(rapid.StringOfN(rapid.SampledFrom([]rune("01t:,()-i\n")), 0, 4, -1), func(s string) any { return s }))
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOfN(value, 1, 3).Draw(t, "a"), rapid.SliceOfN(value, 1, 3).Draw(t, "b")
		x, errX := store.Canonical(nil, a)
		y, errY := store.Canonical(nil, b)
		if errX != nil || errY != nil {
			t.Fatal(errX, errY)
		}
		if slices.Equal(a, b) != (string(x) == string(y)) {
			t.Fatalf("%#v and %#v are %q and %q", a, b, x, y)
		}
	})
	for _, pair := range [][2]any{{nil, ""}, {int64(1), "1"}, {int64(0), nil}} {
		x, _ := store.Canonical(nil, []any{pair[0]})
		if y, _ := store.Canonical(nil, []any{pair[1]}); string(x) == string(y) {
			t.Errorf("%#v passes for %#v", pair[0], pair[1])
		}
	}
	if _, err := store.Canonical(nil, []any{1.5}); err == nil {
		t.Error("a floating number was sealed: it may come back in other digits")
	}
}
