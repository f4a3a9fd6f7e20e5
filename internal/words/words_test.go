package words

import "testing"

func TestBook(t *testing.T) {
	b := MustRead("id,vi,en\nsource,Nguồn: {name},Source: {name}\n")
	if vi, en := b.Say("vi", "source", "name", "NSO"), b.Say("en", "source", "name", "NSO"); vi != "Nguồn: NSO" || en != "Source: NSO" {
		t.Errorf("got %q and %q", vi, en)
	}
	t.Run("a book says which words it has", func(t *testing.T) {
		if !b.Has("source") || b.Has("note") {
			t.Error("got them wrong")
		}
	})
	t.Run("a word that lacks a language is refused", func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Error("accepted")
			}
		}()
		MustRead("id,vi,en\nsource,Nguồn,\n")
	})
}
