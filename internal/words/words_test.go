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
	t.Run("a fact with braces is left as it is", func(t *testing.T) {
		two := MustRead("id,vi,en\nboth,{a} và {b},{a} and {b}\n")
		if got := two.Say("en", "both", "a", "{b}", "b", "x"); got != "{b} and x" {
			t.Errorf("got %q", got)
		}
	})
	for name, text := range map[string]string{
		"a word that lacks Vietnamese": "id,vi,en\nsource,,Source\n", "a word that appears twice": "id,vi,en\na,b,c\na,b,c\n", "a row with a column too many": "id,vi,en\na,b,c,d\n",
		"a percent sign that may begin a line": "id,vi,en\na,{n} % GDP,x\n", "one in English": "id,vi,en\na,x,5 %\n", "one after a word": "id,vi,en\na,điểm %,x\n",
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			MustRead(text)
		})
	}
	t.Run("a word that is not in the book is a defect", func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Error("said")
			}
		}()
		b.Say("vi", "note")
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
