package view

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

func cited() Citation {
	return Citation{Title: catalog.Label{Vi: "Tỷ trọng kinh tế số trong GDP", En: "Digital economy as a share of GDP"}, Publisher: "Cục Thống kê", Release: catalog.Label{Vi: "Đợt quý III/2026", En: "Release of 2026-Q3"},
		ReleaseID: "2026-Q3", Day: stat.MustDate("2026-11-20"), Sources: []string{"Thông cáo A", "Thông cáo B"}, URL: "https://nhipso.test/so-lieu/X?dot=2026-Q3#bang"}
}

func TestACitationSaysWhoWhatWhenAndWhere(t *testing.T) {
	c := cited()
	for lang, want := range map[string]string{
		"vi": "Cục Thống kê (2026). Tỷ trọng kinh tế số trong GDP [Bộ số liệu]. Nhịp Số, Đợt quý III/2026, công bố ngày 20/11/2026. Nguồn gốc: Thông cáo A; Thông cáo B. https://nhipso.test/so-lieu/X?dot=2026-Q3#bang",
		"en": "Cục Thống kê (2026). Digital economy as a share of GDP [Data set]. Nhịp Số, Release of 2026-Q3, published 20 Nov 2026. Original sources: Thông cáo A; Thông cáo B. https://nhipso.test/so-lieu/X?dot=2026-Q3#bang",
	} {
		if got := c.Text(lang); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	c.Publisher, c.Sources = "", nil
	if got := c.Text("vi"); !strings.HasPrefix(got, "Nhịp Số (2026). ") || strings.Contains(got, "Nguồn gốc") {
		t.Errorf("without publisher and sources: %q", got)
	}
	c.AsOf, c.Synthetic, c.Sources = stat.MustDate("2024-01-01"), true, strings.Split("abcdef", "")
	if got := c.Text("vi"); !strings.Contains(got, "theo số liệu công bố đến 01/01/2024 [Bộ số liệu giả định]") || !strings.Contains(got, "a; b; c; d; e; f.") {
		t.Errorf("of another day, made up, of many sources: %q", got)
	}
	if bib, ris := c.BibTeX("vi", "x"), c.RIS("vi"); !strings.Contains(bib, "a; b; c; d; e; f") || !strings.Contains(ris, "a; b; c; d; e; f") {
		t.Error("a file of citation does not name all sources")
	}
}

// bibEntry reads one entry of BibTeX: its kind, key and fields, as BibTeX does, by counting braces. A backslash takes the character after it along.
func bibEntry(t interface{ Fatalf(string, ...any) }, s string) (kind, key string, fields map[string]string) {
	head := regexp.MustCompile(`^@(\w+)\{([^,\s{}]+),`).FindStringSubmatch(s)
	if head == nil {
		t.Fatalf("no entry: %q", s)
	}
	fields = map[string]string{}
	rest := s[len(head[0]):]
	for {
		rest = strings.TrimLeft(rest, " \n,")
		if rest == "}" || rest == "}\n" {
			return head[1], head[2], fields
		}
		name, after, ok := strings.Cut(rest, " = {")
		if !ok || !regexp.MustCompile(`^[a-z]+$`).MatchString(name) {
			t.Fatalf("no field at %q", rest)
		}
		depth, i := 1, 0
		for ; depth > 0; i++ {
			if i >= len(after) {
				t.Fatalf("%s is not closed: %q", name, after)
			}
			switch after[i] {
			case '\\':
				i++
			case '{':
				depth++
			case '}':
				depth--
			}
		}
		fields[name], rest = after[:i-1], after[i:]
	}
}

// plainTeX undoes what TeX reads specially.
var plainTeX = strings.NewReplacer(`\textbackslash{}`, `\`, `\textasciitilde{}`, "~", `\textasciicircum{}`, "^", `\{`, "{", `\}`, "}", `\%`, "%", `\&`, "&", `\$`, "$", `\#`, "#", `\_`, "_")

func TestFilesOfCitationAreReadAsTheyWereMeant(t *testing.T) {
	c := cited()
	kind, key, f := bibEntry(t, c.BibTeX("vi", "DE_SHARE/A,{x}"))
	if kind != "misc" || key != "DE_SHARE-A--x--2026-Q3" || f["author"] != "{Cục Thống kê}" || f["title"] != "{Tỷ trọng kinh tế số trong GDP}" || f["year"] != "2026" || f["date"] != "2026-11-20" ||
		f["url"] != c.URL || f["howpublished"] != `\url{`+c.URL+"}" || f["version"] != "2026-Q3" || f["language"] != "vietnamese" || !strings.Contains(f["note"], "Thông cáo A; Thông cáo B") {
		t.Errorf("%s %s %v", kind, key, f)
	}
	tags := risTags(t, c.RIS("en"))
	for tag, want := range map[string]string{"TY": "DATA", "AU": "Cục Thống kê", "TI": "Digital economy as a share of GDP", "PY": "2026", "DA": "2026/11/20", "ET": "2026-Q3", "UR": c.URL, "LA": "en", "PB": "Nhịp Số", "ER": ""} {
		if got, there := tags[tag]; !there || got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}

func risTags(t interface{ Fatalf(string, ...any) }, s string) map[string]string {
	out := map[string]string{}
	list := strings.Split(strings.TrimSuffix(s, "\r\n"), "\r\n")
	for i, l := range list {
		m := regexp.MustCompile(`^([A-Z][A-Z0-9])  - (.*)$`).FindStringSubmatch(l)
		if m == nil || (i == 0) != (m[1] == "TY") || (i == len(list)-1) != (m[1] == "ER") {
			t.Fatalf("line %d is %q", i+1, l)
		}
		out[m[1]] = m[2]
	}
	return out
}

func TestNoTitleBreaksAFileOfCitation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.StringOf(rapid.RuneFrom([]rune("aệ {}\\%&$#_~^\"'@,=\n\r–"))).Draw(t, "title")
		c := cited()
		c.Title = catalog.Label{Vi: title + "x", En: "x"}
		_, _, f := bibEntry(t, c.BibTeX("vi", title))
		want := strings.Join(strings.Fields(title+"x"), " ")
		if got := plainTeX.Replace(strings.TrimSuffix(strings.TrimPrefix(f["title"], "{"), "}")); got != want {
			t.Fatalf("BibTeX says %q, want %q", got, want)
		}
		if got := risTags(t, c.RIS("vi"))["TI"]; got != want {
			t.Fatalf("RIS says %q, want %q", got, want)
		}
	})
}
