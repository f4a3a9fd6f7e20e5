package reference_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/needs"
	"nhipso/internal/stat"
)

// note reads one of the domain notes beside the repository.
func note(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(needs.Shared(t, "domain/"+name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// notedFigure is a figure that the text of a note holds and no table does.
type notedFigure struct {
	figure
	printed, file, words string
}

// noted lists the figures keyed from the text of the notes, with the words that hold each.
func noted(t *testing.T) []notedFigure {
	t.Helper()
	var out []notedFigure
	for _, r := range listed(t, "from_notes.csv") {
		out = append(out, notedFigure{figure{r["flow"], r["key"], r["period"], r["value"], r["mark"], r["vintage"]}, r["printed"], r["file"], r["words"]})
	}
	return out
}

// wordings gives how each figure that we carry is printed, where its source prints more than a number.
func wordings(t *testing.T) map[figure]string {
	t.Helper()
	c, _ := world(t)
	out := map[figure]string{}
	for _, entries := range carried(t) {
		for _, x := range entries {
			out[figureOf(x)] = c.AttributeText(stat.AttrText, x.Attributes[stat.AttrText], "vi")
		}
	}
	return out
}

func TestFiguresOfTheTextOfTheNotesAreLoaded(t *testing.T) {
	have := wordings(t)
	for _, x := range noted(t) {
		printed, ok := have[x.figure]
		if !ok {
			t.Errorf("not loaded: %+v", x.figure)
		}
		if printed != x.printed {
			t.Errorf("%+v is printed “%s”, want “%s”", x.figure, printed, x.printed)
		}
	}
}

func TestTheNotesSayTheWordsOfTheirFigures(t *testing.T) {
	for _, x := range noted(t) {
		if plain := strings.Join(strings.Fields(note(t, x.file)), " "); !strings.Contains(plain, x.words) {
			t.Errorf("%s does not say “%s”", x.file, x.words)
		}
	}
}

// Sections of the notes that state figures, and what in their lines is no figure of ours: addresses, dates, numbers of documents, codes.
var (
	sections = map[string][]string{"measurement.md": {"2.2", "3", "4", "6", "7"}, "governance.md": {"1", "2.1", "2.2", "2.3", "5", "6"}, "demands.md": {"1", "2", "3"}}
	heading  = regexp.MustCompile(`^#+ ([\d.]+)`)
	noFigure = []*regexp.Regexp{
		regexp.MustCompile("https?://\\S+|`[^`]*`|\\S+\\.(vn|com|html|htm)\\S*"),
		regexp.MustCompile(`\b\d{1,2}[–-]\d{1,2}/\d{1,2}/\d{4}|\b\d{1,2}/\d{1,2}/\d{2,4}|\b\d{4}-\d{2}-\d{2}|\b\d{1,2}/\d{4}|\b20\d\d\s?[–-]\s?\d{2,4}\b`),
		regexp.MustCompile(`(QĐ|CV|TB|NQ|NĐ|TT|Quyết định|Nghị quyết|Nghị định|Thông tư|VSIC|§|Q|KTS-|XHS-|R|section|Section|no\.|Art\.|art\.|post|CP|forum) ?\d[\d./-]*[\p{L}\d/&-]*`),
		regexp.MustCompile(`\b(19|20)\d\d(-\w+)?\b`),
	}
	aNumber = regexp.MustCompile(`(^|[^\w.,/-])(\d[\d,]*(?:\.\d+)?)`)
)

// TestEveryNumberOfTheNotesIsLoadedOrExplained goes through the notes line by line: a number that no figure of ours has, in units, thousands,
// millions or billions, must stand in not_loaded.csv with the reason.
func TestEveryNumberOfTheNotesIsLoadedOrExplained(t *testing.T) {
	known := map[string]bool{}
	for f := range ours(t) {
		if d, err := stat.ParseDecimal(f.value); err == nil {
			for range 4 {
				known[number(d.String())] = true
				d = d.Mul(stat.MustDecimal("0.001"))
			}
		}
	}
	for _, x := range noted(t) { // a range is no value; its bounds are
		if x.value == "" {
			for _, d := range regexp.MustCompile(`\d+`).FindAllString(x.words, -1) {
				known[d] = true
			}
		}
	}
	reason := map[string]string{}
	for _, r := range listed(t, "not_loaded.csv") {
		if r["reason"] == "" {
			t.Errorf("%s of %s is left out without a reason", r["number"], r["file"])
		}
		reason[r["file"]+" "+r["number"]] = r["reason"]
	}
	used := map[string]bool{}
	for file, heads := range sections {
		inside := false
		for i, line := range strings.Split(note(t, file), "\n") {
			if m := heading.FindStringSubmatch(line); m != nil {
				at := strings.TrimSuffix(m[1], ".")
				inside = slices.ContainsFunc(heads, func(h string) bool { return at == h || strings.HasPrefix(at, h+".") })
				continue
			}
			if !inside {
				continue
			}
			plain := line
			for _, re := range noFigure {
				plain = re.ReplaceAllString(plain, "")
			}
			for _, m := range aNumber.FindAllStringSubmatch(plain, -1) {
				n := strings.TrimRight(m[2], ",")
				d, err := stat.ParseDecimal(strings.ReplaceAll(n, ",", ""))
				if err != nil || known[number(d.String())] {
					continue
				}
				if reason[file+" "+n] == "" {
					t.Errorf("%s:%d: %s is neither loaded nor explained: %.100s", file, i+1, n, line)
				}
				used[file+" "+n] = true
			}
		}
	}
	for k := range reason {
		if !used[k] {
			t.Errorf("explained for nothing: %s", k)
		}
	}
}

// TestPrintedWordsAreKept: where a table says that its number is a bound or approximate, our figure carries the words.
func TestPrintedWordsAreKept(t *testing.T) {
	printed := map[string]bool{}
	for f, words := range wordings(t) {
		if words != "" {
			printed[f.flow+" "+f.value] = true
		}
	}
	loose := regexp.MustCompile(`printed >|printed <|approximate|printed as about|headline|^range$`)
	n := 0
	for table_, flow := range map[string]string{"indicator_actuals": "IND", "digital_share_national": "DE_SHARE", "community_teams": "TEAMS", "platforms_rules": "PLATFORMS"} {
		for _, r := range table(t, table_) {
			value, says := r["value"], r["note"]
			if flow == "TEAMS" {
				value, says = r["members"], r["members_note"]
			}
			if !loose.MatchString(says) {
				continue
			}
			if strings.Contains(value, "-") {
				value = "" // a range has no value
			}
			n++
			if !printed[flow+" "+number(value)] {
				t.Errorf("%s: %v has lost how it is printed", table_, r)
			}
		}
	}
	if n < 9 {
		t.Errorf("%d loose figures found", n)
	}
}

// TestDocumentsOfFiguresAreDescribed: a figure from a secondary source says through whom it was seen, and so does every document in use.
func TestDocumentsOfFiguresAreDescribed(t *testing.T) {
	c, _ := world(t)
	used := map[string]bool{}
	for name, entries := range carried(t) {
		for _, x := range entries {
			d, ok := c.Document(x.Attributes[stat.AttrSource])
			if !ok {
				t.Fatalf("%s:%d: no document %s", name, x.Row, x.Attributes[stat.AttrSource])
			}
			used[d.ID] = true
			if x.Mark() == stat.MarkSecondary && d.Seen() {
				t.Errorf("%s:%d: %s is a secondary source and does not say through whom it was seen", name, x.Row, d.ID)
			}
		}
	}
	for _, id := range []string{"TB203", "TB369", "TB56", "TB408", "TB552", "TB624", "QD1354", "QD27", "CV5473"} {
		d, ok := c.Document(id)
		if !ok || d.Date == "" {
			t.Errorf("document %s is missing or has no day", id)
		}
	}
	if len(used) < 90 {
		t.Errorf("%d documents in use", len(used))
	}
}

func TestIndicatorsOfDecision1354(t *testing.T) {
	c, _ := world(t)
	l, err := c.Codelist("CL_QD1354")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]int{}
	for _, x := range l.Codes {
		if x.Parent != "" {
			known[x.Notes["level"]]++
		}
		if i := x.Notes["indicator"]; i != "" {
			if _, ok := c.Indicator(i); !ok {
				t.Errorf("%s stands for %s, which is no indicator", x.ID, i)
			}
		}
	}
	if !maps.Equal(known, map[string]int{"national": 6, "ministry": 3, "province": 9}) {
		t.Errorf("known: %v", known)
	}
	for code, size := range map[string]string{"QG": "6 indicators", "BO": "5 indicators, 3 known", "TINH": "12 indicators (one press item says 14), 9 known"} {
		if name := c.Name("CL_QD1354", code, "en"); !strings.Contains(name, size) {
			t.Errorf("%s does not say how many the level has: %s", code, name)
		}
	}
}
