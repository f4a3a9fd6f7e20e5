package portal

import (
	"encoding/csv"
	"fmt"
	"nhipso/internal/web/shell"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

var voids = map[string]bool{"meta": true, "link": true, "input": true, "br": true, "hr": true, "img": true, "source": true}

// markup finds what is wrong with a page: tags that do not pair, identifiers that appear twice, headings that skip a level,
// fields without a label, styles and scripts in the page itself.
func markup(t *testing.T, page string) []string {
	t.Helper()
	m := markupReader{ids: map[string]bool{}, labels: map[string]bool{}, fields: map[string]bool{}}
	z := html.NewTokenizer(strings.NewReader(page))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		tok := z.Token()
		attr := m.attributes(tok)
		switch kind {
		case html.StartTagToken:
			m.start(tok, attr)
		case html.EndTagToken:
			if len(m.open) == 0 || m.open[len(m.open)-1] != tok.Data {
				m.bad("</%s> closes nothing; open are %v", tok.Data, m.open)
				return m.problems
			}
			m.open = m.open[:len(m.open)-1]
		}
	}
	m.end()
	if title := windowOf(page); title == "" || utf8.RuneCountInString(title) > 90 {
		m.bad("the window is called %q, of %d characters", title, utf8.RuneCountInString(title))
	}
	return m.problems
}

// windowOf is the title of the window of a page.
func windowOf(page string) string {
	_, title, _ := strings.Cut(page, "<title>")
	title, _, _ = strings.Cut(title, "</title>")
	return html.UnescapeString(title)
}

// markupReader is what was seen of a page.
type markupReader struct {
	problems            []string
	open                []string
	ids, labels, fields map[string]bool
	described           []string // identifiers that others refer to
	heading, h1, mains  int
}

func (m *markupReader) bad(format string, args ...any) {
	m.problems = append(m.problems, fmt.Sprintf(format, args...))
}

func (m *markupReader) attributes(tok html.Token) map[string]string {
	attr := map[string]string{}
	for _, a := range tok.Attr {
		if _, twice := attr[a.Key]; twice {
			m.bad("<%s> has %s twice", tok.Data, a.Key)
		}
		attr[a.Key] = a.Val
	}
	return attr
}

// start looks at what every tag may and may not carry.
func (m *markupReader) start(tok html.Token, attr map[string]string) {
	if !voids[tok.Data] {
		m.open = append(m.open, tok.Data)
	}
	if id := attr["id"]; id != "" {
		if m.ids[id] {
			m.bad("identifier %q appears twice", id)
		}
		m.ids[id] = true
	}
	if attr["style"] != "" {
		m.bad("<%s> carries a style, which the policy forbids", tok.Data)
	}
	for k := range attr {
		if strings.HasPrefix(k, "on") {
			m.bad("<%s> carries a script in %s", tok.Data, k)
		}
	}
	for _, k := range []string{"aria-labelledby", "aria-describedby"} {
		m.described = append(m.described, strings.Fields(attr[k])...)
	}
	m.element(tok.Data, attr)
}

// element looks at what each kind of tag needs.
func (m *markupReader) element(name string, attr map[string]string) {
	switch name {
	case "main":
		m.mains++
	case "h1", "h2", "h3", "h4", "h5", "h6":
		level := int(name[1] - '0')
		if level > m.heading+1 {
			m.bad("a heading of level %d follows one of level %d", level, m.heading)
		}
		m.heading = level
		m.h1 += btoi(level == 1)
	case "label":
		m.labels[attr["for"]] = true
	case "input", "select":
		if attr["type"] != "hidden" {
			m.fields[attr["id"]] = true
		}
	case "script":
		if attr["src"] == "" && attr["type"] != "application/ld+json" {
			m.bad("a script in the page")
		}
	case "style":
		m.bad("a style sheet in the page")
	case "a":
		if href, ok := attr["href"]; ok && href == "" {
			m.bad("a link to nowhere")
		}
	case "img":
		if _, ok := attr["alt"]; !ok {
			m.bad("a picture without words")
		}
	}
}

// end looks at the page as a whole.
func (m *markupReader) end() {
	if len(m.open) > 0 {
		m.bad("left open: %v", m.open)
	}
	if m.h1 != 1 || m.mains != 1 {
		m.bad("%d first-level headings and %d mains", m.h1, m.mains)
	}
	for f := range m.fields {
		if !m.labels[f] {
			m.bad("field %q has no label", f)
		}
	}
	for _, id := range m.described {
		if !m.ids[id] {
			m.bad("nothing bears the identifier %q", id)
		}
	}
}

// links lists the addresses that a page leads to.
func links(t *testing.T, page string) []string {
	t.Helper()
	var out []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out
		}
		tok := z.Token()
		for _, a := range tok.Attr {
			if a.Key == "href" && (tok.Data == "a" || tok.Data == "link") || a.Key == "src" || a.Key == "data-option" {
				out = append(out, a.Val)
			}
		}
	}
}

// plainHTTP lists the addresses of documents that newspapers and offices give without encryption.
var plainHTTP = map[string]bool{"http://dinte.gov.vn/SitePages/BanTin.aspx/2834": true, "http://eballsviet.com/bo-chi-so-danh-gia-chuyen-doi-so-cap-tinh-59970": true,
	"http://bizhub.vn/tech/viet-nam-42nd-in-global-innovation-index_318440.html": true}

// ways gives the addresses of ours that a page leads to. Links to a place that is not on the page, and to others without TLS, are wrong.
func ways(t *testing.T, at, body string) (out []string) {
	t.Helper()
	for _, href := range links(t, body) {
		href = strings.TrimPrefix(href, "https://nhipso.test")
		if href == "" {
			href = "/"
		}
		to, fragment, _ := strings.Cut(href, "#")
		if fragment != "" && (to == "" || to == at) && !strings.Contains(body, `id="`+fragment+`"`) {
			t.Errorf("%s leads to #%s, which is not on the page", at, fragment)
		}
		if strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
			out = append(out, to)
			continue
		}
		if to != "" && !strings.HasPrefix(to, "https://") && !(plainHTTP[to] && strings.HasPrefix(at, "/tai-lieu")) {
			t.Errorf("%s leads to %q", at, to)
		}
	}
	return out
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	s, _ := newSite(t)
	seen := map[string]bool{}
	drawn := map[string]bool{}
	queue := []string{"/", "/?lang=en", "/?asof=2025-06-30"}
	pages := 0
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		path, _, _ := strings.Cut(at, "?")
		format := strings.TrimPrefix(filepath.Ext(path), ".")
		plain := strings.TrimSuffix(path, "."+format)
		if format == "svg" || format == "png" || format == "xlsx" || format == "option" {
			// Of the same drawings under every page, one for each kind of page is drawn here; TestFiles draws more.
			kind := format + regexp.MustCompile(`/[^/]*$`).ReplaceAllString(plain, "")
			if drawn[kind] {
				continue
			}
			drawn[kind] = true
		}
		w := get(s, at)
		if w.Code == 302 && strings.Contains(at, "giu=1") { // the control of time leads on from there
			queue = append(queue, w.Header().Get("Location"))
			continue
		}
		if w.Code != 200 && w.Code != 410 {
			t.Errorf("%s: %d", at, w.Code)
			continue
		}
		if format != "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		pages++
		body := w.Body.String()
		for _, to := range ways(t, at, body) {
			// English pages and earlier days have the same links; they are followed for the first steps only.
			if (strings.Contains(to, "lang=en") || strings.Contains(to, "asof=")) && pages > 30 {
				continue
			}
			queue = append(queue, to)
		}
	}
	t.Logf("%d pages, %d addresses", pages, len(seen))
	if pages < 200 {
		t.Errorf("only %d pages were reached", pages)
	}
}

// rowsOf reads a word file.
func rowsOf(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

var blanks = regexp.MustCompile(`\{\w+\}`)

// checkWords wants a text in the file of its room, with the same facts in both languages, and calm.
func checkWords(t *testing.T, file, id, vi, en string) {
	t.Helper()
	if room := strings.TrimSuffix(filepath.Base(file), ".csv"); !strings.HasPrefix(id, room+".") {
		t.Errorf("%s: %s does not belong here", file, id)
	}
	inVi, inEn := blanks.FindAllString(vi, -1), blanks.FindAllString(en, -1)
	for _, b := range inVi {
		if !slices.Contains(inEn, b) {
			t.Errorf("%s: %s is in Vietnamese only", id, b)
		}
	}
	for _, b := range inEn {
		if !slices.Contains(inVi, b) {
			t.Errorf("%s: %s is in English only", id, b)
		}
	}
	if strings.ContainsAny(vi+en, "!") {
		t.Errorf("%s raises its voice", id)
	}
}

func TestWords(t *testing.T) {
	files, _ := filepath.Glob("words/*.csv")
	frame, _ := filepath.Glob("../shell/words/*.csv")
	files = append(files, frame...)
	ids := map[string]bool{}
	for _, f := range files {
		for _, r := range rowsOf(t, f) {
			ids[r[0]] = true
			checkWords(t, f, r[0], r[1], r[2])
		}
	}
	source := ""
	for _, pattern := range []string{"*.go", "templates/*.html", "../shell/*.go", "../shell/templates/*.html"} {
		list, _ := filepath.Glob(pattern)
		for _, f := range list {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source += string(b)
		}
	}
	t.Run("are all written that are used", func(t *testing.T) {
		for _, m := range regexp.MustCompile(`"((?:common|home|data|why|provinces|targets|tasks|methods|about|findings|releases|calendar|search|errors)\.[a-zA-Z0-9_-]+)"`).FindAllStringSubmatch(source, -1) {
			if id := m[1]; !ids[id] && !strings.HasSuffix(id, "-") && !strings.HasSuffix(id, ".html") && !countryWords().Has(id) {
				t.Errorf("%s has no text", id)
			}
		}
	})
	t.Run("are all used that are written", func(t *testing.T) {
		for id := range ids {
			if strings.Contains(source, `"`+id+`"`) {
				continue
			}
			stem := id
			used := false
			for i := len(stem); i > 0 && !used; i-- {
				used = stem[i-1] == '-' && strings.Contains(source, `"`+stem[:i]+`"`)
			}
			if !used && !strings.HasSuffix(id, "-bare") { // home.quarter-… put together from two parts
				t.Errorf("%s is used nowhere", id)
			}
		}
	})
	t.Run("are not in the templates", func(t *testing.T) {
		list, _ := filepath.Glob("templates/*.html")
		frame, _ := filepath.Glob("../shell/templates/*.html")
		list = append(list, frame...)
		for _, f := range list {
			b, _ := os.ReadFile(f)
			plain := regexp.MustCompile(`(?s)\{\{.*?\}\}`).ReplaceAllString(string(b), "")
			z := html.NewTokenizer(strings.NewReader(plain))
			for {
				kind := z.Next()
				if kind == html.ErrorToken {
					break
				}
				if text := strings.TrimSpace(string(z.Text())); kind == html.TextToken && regexp.MustCompile(`\pL\pL`).MatchString(text) {
					t.Errorf("%s holds the text %q", f, text)
				}
			}
		}
	})
}

func TestPagesDoNotHideTheirFrame(t *testing.T) {
	frame := reflect.TypeFor[*shell.Frame]()
	for _, p := range []shell.Page{&homePage{}, &provincesPage{}, &provincePage{}, &targetsPage{}, &targetPage{}, &tasksPage{}, &dataPage{}, &dataflowPage{}, &documentsPage{}, &seriesPage{}, &whyPage{}, &methodsPage{}, &methodPage{}, &aboutPage{}, &findingsPage{}, &releasesPage{}, &calendarPage{}, &searchPage{}} {
		typ := reflect.TypeOf(p).Elem()
		for i := range typ.NumField() {
			name := typ.Field(i).Name
			if name == "Frame" {
				continue
			}
			_, method := frame.MethodByName(name)
			_, field := frame.Elem().FieldByName(name)
			if method || field {
				t.Errorf("%s.%s hides what the layout reads from the frame", typ.Name(), name)
			}
		}
	}
}
