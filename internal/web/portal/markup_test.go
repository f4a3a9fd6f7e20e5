package portal

import (
	"encoding/csv"
	"fmt"
	"nhipso/internal/web/shell"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var voids = map[string]bool{"meta": true, "link": true, "input": true, "br": true, "hr": true, "img": true, "source": true}

// markup finds what is wrong with a page: tags that do not pair, identifiers that appear twice, headings that skip a level,
// fields without a label, styles and scripts in the page itself.
func markup(t *testing.T, page string) []string {
	t.Helper()
	var problems []string
	bad := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	z := html.NewTokenizer(strings.NewReader(page))
	var open []string
	ids, labels, fields := map[string]bool{}, map[string]bool{}, map[string]bool{}
	heading, h1, mains := 0, 0, 0
	var described []string
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		tok := z.Token()
		attr := map[string]string{}
		for _, a := range tok.Attr {
			if _, twice := attr[a.Key]; twice {
				bad("<%s> has %s twice", tok.Data, a.Key)
			}
			attr[a.Key] = a.Val
		}
		switch kind {
		case html.StartTagToken:
			if !voids[tok.Data] {
				open = append(open, tok.Data)
			}
			if id := attr["id"]; id != "" {
				if ids[id] {
					bad("identifier %q appears twice", id)
				}
				ids[id] = true
			}
			if attr["style"] != "" {
				bad("<%s> carries a style, which the policy forbids", tok.Data)
			}
			for k := range attr {
				if strings.HasPrefix(k, "on") {
					bad("<%s> carries a script in %s", tok.Data, k)
				}
			}
			for _, k := range []string{"aria-labelledby", "aria-describedby"} {
				described = append(described, strings.Fields(attr[k])...)
			}
			switch tok.Data {
			case "main":
				mains++
			case "h1", "h2", "h3", "h4", "h5", "h6":
				level := int(tok.Data[1] - '0')
				if level > heading+1 {
					bad("a heading of level %d follows one of level %d", level, heading)
				}
				heading = level
				h1 += btoi(level == 1)
			case "label":
				labels[attr["for"]] = true
			case "input", "select":
				if attr["type"] != "hidden" {
					fields[attr["id"]] = true
				}
			case "script":
				if attr["src"] == "" && attr["type"] != "application/ld+json" {
					bad("a script in the page")
				}
			case "style":
				bad("a style sheet in the page")
			case "a":
				if href, ok := attr["href"]; ok && href == "" {
					bad("a link to nowhere")
				}
			case "img":
				if _, ok := attr["alt"]; !ok {
					bad("a picture without words")
				}
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				bad("</%s> closes nothing; open are %v", tok.Data, open)
				return problems
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		bad("left open: %v", open)
	}
	if h1 != 1 || mains != 1 {
		bad("%d first-level headings and %d mains", h1, mains)
	}
	for f := range fields {
		if !labels[f] {
			bad("field %q has no label", f)
		}
	}
	for _, id := range described {
		if !ids[id] {
			bad("nothing bears the identifier %q", id)
		}
	}
	return problems
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
		if w.Code != 200 && w.Code != 410 {
			t.Errorf("%s: %d", at, w.Code)
			continue
		}
		if format != "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		pages++
		body := w.Body.String()
		for _, href := range links(t, body) {
			href = strings.TrimPrefix(href, "https://nhipso.test")
			if href == "" {
				href = "/"
			}
			to, fragment, _ := strings.Cut(href, "#")
			if fragment != "" && (to == "" || to == at) && !strings.Contains(body, `id="`+fragment+`"`) {
				t.Errorf("%s leads to #%s, which is not on the page", at, fragment)
			}
			if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
				if to != "" && !strings.HasPrefix(to, "https://") && !(plainHTTP[to] && strings.HasPrefix(at, "/tai-lieu")) {
					t.Errorf("%s leads to %q", at, to)
				}
				continue
			}
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

func TestWords(t *testing.T) {
	files, _ := filepath.Glob("words/*.csv")
	frame, _ := filepath.Glob("../shell/words/*.csv")
	files = append(files, frame...)
	ids := map[string]bool{}
	blanks := regexp.MustCompile(`\{\w+\}`)
	for _, f := range files {
		room := strings.TrimSuffix(filepath.Base(f), ".csv")
		for _, r := range rowsOf(t, f) {
			ids[r[0]] = true
			if !strings.HasPrefix(r[0], room+".") {
				t.Errorf("%s: %s does not belong here", f, r[0])
			}
			vi, en := map[string]bool{}, map[string]bool{}
			for _, b := range blanks.FindAllString(r[1], -1) {
				vi[b] = true
			}
			for _, b := range blanks.FindAllString(r[2], -1) {
				en[b] = true
			}
			for b := range vi {
				if !en[b] {
					t.Errorf("%s: %s is in Vietnamese only", r[0], b)
				}
			}
			for b := range en {
				if !vi[b] {
					t.Errorf("%s: %s is in English only", r[0], b)
				}
			}
			if strings.ContainsAny(r[1]+r[2], "!") {
				t.Errorf("%s raises its voice", r[0])
			}
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
			if id := m[1]; !ids[id] && !strings.HasSuffix(id, "-") && !strings.HasSuffix(id, ".html") {
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
