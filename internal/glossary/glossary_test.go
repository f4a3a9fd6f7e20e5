package glossary

import (
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/doc"
)

func ours(t interface {
	Helper()
	Fatal(...any)
}) *Glossary {
	t.Helper()
	g, err := Read(doc.Glossary)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// told writes pieces with the marked ones in brackets.
func told(list []Piece) string {
	var b strings.Builder
	for _, p := range list {
		if p.Term != nil {
			b.WriteString("[" + p.Text + "|" + p.Term.ID + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestTermsAreMarkedWhereTheyStandFirst(t *testing.T) {
	g := ours(t)
	for _, x := range []struct{ lang, text, want string }{
		{"vi", "Khoảng tin cậy 95 %, khoảng tin cậy khác", "[Khoảng tin cậy|khoang-tin-cay] 95 %, khoảng tin cậy khác"},
		{"vi", "hệ số số hóa và phần số hóa", "[hệ số số hóa|he-so-so-hoa] và [phần số hóa|phan-so-hoa]"},
		{"vi", "theo giá so sánh 2010 và giá hiện hành", "theo [giá so sánh 2010|gia-hien-hanh-gia-so-sanh-2010] và giá hiện hành"},
		{"vi", "sơ bộc lộ", "sơ bộc lộ"},
		{"en", "The nowcast, not a nowcasting.", "The [nowcast|du-bao-tuc-thoi], not a nowcasting."},
		{"en", "renowcast", "renowcast"},
		{"vi", "", ""},
	} {
		if got := told(g.Mark(x.lang, x.text, map[string]bool{})); got != x.want {
			t.Errorf("%q: %s, want %s", x.text, got, x.want)
		}
	}
}

func TestMarkingChangesNoWord(t *testing.T) {
	g := ours(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"lần công bố", "Lần Công Bố", " ", "x", "điểm\u00a0%", "mốc năm", "İ", "giá hiện hành", "\xff", "sơ bộ", ","})).Draw(rt, "text"), rapid.SampledFrom([]string{"", " "}).Draw(rt, "between"))
		var b strings.Builder
		seen := map[string]bool{}
		n := 0
		for _, p := range g.Mark("vi", s, seen) {
			b.WriteString(p.Text)
			if p.Term != nil {
				n++
			}
		}
		if b.String() != s || n != len(seen) {
			rt.Fatalf("%q became %q with %d of %d marked", s, b.String(), n, len(seen))
		}
	})
}

// TestTheDocumentHasTheTable keeps doc/glossary.md and the table that it is made from one.
func TestTheDocumentHasTheTable(t *testing.T) {
	b, err := os.ReadFile("../../doc/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	rows := 0
	before, _, _ := strings.Cut(string(b), "## Words of the code")
	for line := range strings.Lines(before) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| English") {
			lines[strings.TrimSpace(line)] = true
			rows++
		}
	}
	plain := strings.NewReplacer("\u00a0", " ").Replace
	g := ours(t)
	for _, x := range g.Terms("en") {
		if want := plain("| " + x.Name.En + " | " + x.Name.Vi + " | " + x.Means.En + " | " + x.Avoid + " |"); !lines[want] {
			t.Errorf("doc/glossary.md lacks %s", want)
		}
	}
	if rows != len(g.terms) {
		t.Errorf("%d rows in the document, %d in the table", rows, len(g.terms))
	}
}

func TestATermWithoutAMeaningIsRefused(t *testing.T) {
	if _, err := Read("id,en,vi,means_en,means_vi,avoid,in_place\na,b,c,d,,,\n"); err == nil {
		t.Error("taken")
	}
}
