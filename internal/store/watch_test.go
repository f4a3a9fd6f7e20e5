package store_test

import (
	"os"
	"strings"
	"testing"

	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
)

func TestAServerNoticesAnotherNoteThanItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, at storetest.Database) {
		url, o := notedStore(t, at)
		s := storetest.OpenWith(t, url, o)
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.CheckNote(t.Context()); err != nil {
			t.Error(err)
		}
		kept, err := os.ReadFile(o.HeadNote)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.WriteNote(o.HeadNote, store.AuditHead{Entries: 9, Hash: strings.Repeat("0", 64)}, 0); err != nil {
			t.Fatal(err)
		}
		refused(t, s.CheckNote(t.Context()), "store.head-lost")
		if err := os.WriteFile(o.HeadNote, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		if s.CheckNote(t.Context()) == nil {
			t.Error("a note that cannot be read is in order")
		}
		if err := os.WriteFile(o.HeadNote, kept, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.CheckNote(t.Context()); err != nil {
			t.Error(err)
		}
		s.Close()
		if s.Ping(t.Context()) == nil {
			t.Error("a closed store answers")
		}
	})
}
