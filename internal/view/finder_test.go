package view

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

func TestThingsAreFoundAsPeopleWriteThem(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	f := NewFinder(Things(c, areas))
	for query, want := range map[string]string{
		"hanoi": "VN34-01", "Hà Nội": "VN34-01", "ha noi": "VN34-01", "HANOI": "VN34-01", "TPHCM": "VN34-79", "tp.hcm": "VN34-79", "tp hcm": "VN34-79", "hcm": "VN34-79", "sai gon": "VN34-79", "Sài Gòn": "VN34-79",
		"saigon": "VN34-79", "thaibinh": "VN63-34", "thái bình": "VN63-34", "bà rịa": "VN63-77", "da nang": "VN34-48", "đà nẵng": "VN34-48", "tỷ trọng giá trị tăng thêm": "DE_SHARE", "DE_SHARE": "DE_SHARE", "KTS-1": "KTS-1",
	} {
		hits := f.Find(query)
		found := -1
		for i := range hits.Len() {
			if hits.At(i).ID == want {
				found = i
				break
			}
		}
		if found < 0 || found > 2 { // a province of the old map may bear the same name
			t.Errorf("%q finds %s in place %d of %d", query, want, found, hits.Len())
		}
	}
	for _, query := range []string{"", "  ", "++", "zzzzzz", "hà nội zzzz"} {
		if hits := f.Find(query); hits.Len() != 0 {
			t.Errorf("%q finds %d things, %s first", query, hits.Len(), hits.At(0).ID)
		}
	}
	targets := f.Find("kinh te", TargetKind)
	for i := range targets.Len() {
		if h := targets.At(i); h.Kind != TargetKind {
			t.Errorf("%s %s is no target", h.Kind, h.ID)
		}
	}
	if a, b := f.Find("tinh").Len(), f.Find("tỉnh").Len(); a != b || a == 0 {
		t.Errorf("with and without diacritics: %d and %d", b, a)
	}
}

// scored is how a thing is scored when it is looked at by itself.
func scored(t Thing, query string, begins func(word string) bool) int {
	words, whole := strings.Fields(plain(query)), squeeze(query)
	names := append([]string{t.Name.Vi, t.Name.En}, t.Also...)
	head := plain(strings.Join(names, " "))
	all := head + " " + plain(t.ID+" "+t.Detail.Vi+" "+t.Detail.En)
	best, within := 0, false
	for _, n := range append(names, t.ID) {
		switch s := squeeze(n); {
		case whole == "":
			return 0
		case s == whole:
			return 1000
		case strings.HasPrefix(s, whole):
			best = 100
		case strings.Contains(s, whole):
			within = len(whole) > 3
		}
	}
	score := 0
	for _, w := range words {
		switch {
		case strings.HasPrefix(head, w):
			score += 8
		case strings.Contains(" "+head, " "+w):
			score += 5
		case strings.Contains(" "+all, " "+w):
			score += 2
		case strings.Contains(all, w) && !begins(w):
			score++
		case best == 0 && within:
			return 2
		default:
			return best
		}
	}
	return max(best, score)
}

// One pass over all texts finds what looking at each thing finds, in the order of the scores.
func TestOnePassFindsWhatLookingAtEachFinds(t *testing.T) {
	syllable := rapid.SampledFrom([]string{"Hà", "ha", "Nội", "Bà", "rịa", "đ", "A", "an", "ban", "1", "12", "-"})
	name := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(syllable, 0, 4).Draw(t, "syllables"), " ") })
	rapid.Check(t, func(t *rapid.T) {
		things := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Thing {
			return Thing{Kind: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "kind"), ID: name.Draw(t, "id"), Name: catalog.Label{Vi: name.Draw(t, "vi"), En: name.Draw(t, "en")},
				Detail: catalog.Label{Vi: name.Draw(t, "detail")}, Also: rapid.SliceOfN(name, 0, 2).Draw(t, "also")}
		}), 0, 12).Draw(t, "things")
		query := name.Draw(t, "query")
		kinds := rapid.SampledFrom([][]string{nil, {"a"}}).Draw(t, "kinds")
		begins := func(word string) bool {
			return slices.ContainsFunc(things, func(x Thing) bool {
				texts := append([]string{x.Name.Vi, x.Name.En, x.ID, x.Detail.Vi, x.Detail.En}, x.Also...)
				return strings.Contains(" "+plain(strings.Join(texts, " ")), " "+word)
			})
		}
		score := func(x Thing) int { return scored(x, query, begins) }
		var want []Thing
		for _, x := range things {
			if score(x) > 0 && (kinds == nil || x.Kind == "a") {
				want = append(want, x)
			}
		}
		slices.SortStableFunc(want, func(a, b Thing) int { return score(b) - score(a) })
		hits := NewFinder(things).find(query, kinds...)
		if hits.Len() != len(want) {
			t.Fatalf("%q finds %d things of %v, want %d", query, hits.Len(), things, len(want))
		}
		for i := range want {
			if !reflect.DeepEqual(hits.At(i), want[i]) {
				t.Fatalf("%q finds %v in place %d, want %v", query, hits.At(i), i, want[i])
			}
		}
	})
}

// BenchmarkFind looks for words among a million things, and for the same words in the lines of a file with the same texts, folded already.
func BenchmarkFind(b *testing.B) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		b.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		b.Fatal(err)
	}
	some := Things(c, areas)
	var things []Thing
	var lines []byte
	for i := range 1_000_000 {
		x := some[i%len(some)]
		x.ID = fmt.Sprintf("%s-%06d", x.ID, i)
		things = append(things, x)
		lines = append(lines, text.Fold(strings.Join(append([]string{x.Name.Vi, x.Name.En, x.ID, x.Detail.Vi, x.Detail.En}, x.Also...), " "))+"\n"...)
	}
	name := filepath.Join(b.TempDir(), "texts")
	if err := os.WriteFile(name, lines, 0o600); err != nil {
		b.Fatal(err)
	}
	f := NewFinder(things)
	for _, query := range []string{"hanoi", "kinh tế số", "tỷ trọng giá trị tăng thêm", "123456", "zzzz"} {
		b.Run("find/"+query, func(b *testing.B) {
			for b.Loop() {
				f.Find(query)
			}
		})
		b.Run("file/"+query, func(b *testing.B) {
			words := strings.Fields(text.Fold(query))
			for b.Loop() {
				file, err := os.Open(name)
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				in := bufio.NewScanner(file)
				for in.Scan() {
					if !slices.ContainsFunc(words, func(w string) bool { return !bytes.Contains(in.Bytes(), []byte(w)) }) {
						n++
					}
				}
				file.Close()
			}
		})
	}
}

// Two words are near when one letter makes the other of one; of short words every letter counts.
func TestWordsThatDifferByOneLetter(t *testing.T) {
	for _, c := range []struct {
		a, b string
		near bool
	}{{"ninh", "nihn", true}, {"hanoi", "hanoii", true}, {"hanoi", "hano", true}, {"hanoi", "hanoy", true}, {"hanoi", "hanoi", true}, {"hanoi", "honai", false}, {"hanoi", "hanoixy", false}, {"noi", "noy", false}, {"abcd", "badc", false}} {
		if close1(c.a, c.b) != c.near || close1(c.b, c.a) != c.near {
			t.Errorf("%s and %s: %v", c.a, c.b, !c.near)
		}
	}
}

// What is of another country comes behind everything else, however well it fits.
func TestWhatIsForeignComesLast(t *testing.T) {
	f := NewFinder([]Thing{{Kind: "a", ID: "1", Name: catalog.Label{Vi: "Bảng nguồn"}, Foreign: true}, {Kind: "a", ID: "2", Name: catalog.Label{Vi: "Các bảng nguồn và sử dụng"}}})
	if hits := f.Find("bảng nguồn"); hits.Len() != 2 || hits.At(0).ID != "2" || hits.At(1).ID != "1" || hits.Exact {
		t.Errorf("%v, the first is called so: %v", hits.order, hits.Exact)
	}
	if hits := f.Find("các bảng nguồn và sử dụng"); hits.Len() != 1 || !hits.Exact {
		t.Errorf("%v, the first is called so: %v", hits.order, hits.Exact)
	}
}
