package api

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/fault"
	"nhipso/internal/text"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is the API described for people, made from the OpenAPI document.
type page struct {
	Lang, Root, Title string
	Text              []string
	Common            parameters
	Groups            []group
	Problems          []problemRow
}

type group struct {
	ID, Name   string
	Operations []operation
}

type operation struct {
	ID, Method, Name, Path, Text, Sample string
	Parameters                           parameters
}

// parameters is a table of parameters with its heads, since a part of a template sees nothing else.
type parameters struct {
	Caption, Head, Meaning, Values string
	Rows                           []parameter
}

type parameter struct{ Name, Text, Values string }

type problemRow struct {
	Code, Sentence string
	Status         int
}

// bare shows the page by itself, where there is no site around the API.
func bare(w http.ResponseWriter, r *http.Request, title string, body template.HTML) {
	lang := text.Language(r.URL.Query().Get("lang"))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", lang)
	fmt.Fprintf(w, "<!doctype html>\n<html lang=%q><title>%s</title>\n%s", lang, html.EscapeString(title), body)
}

// Say gives a word in the language of the page.
func (p *page) Say(id string) string { return book.Say(p.Lang, id) }

// sample fills in the codes of the country; "" where the country has nothing that the sample asks for.
func (s *service) sample(operation string) string {
	t, n := s.territory, s.catalog.Country()
	codes := []string{"{country}", n.ID, "{definition}", n.Official, "{set}", string(t.Current()), "{nation}", string(t.Nation()), "{word}", url.QueryEscape(n.Name.In("vi"))}
	if provinces := t.Of(t.Current()); len(provinces) > 0 {
		codes = append(codes, "{province}", provinces[0].ID, "{before}", n.Compiled.String())
		if d, ok := t.Division(t.Earlier()); ok {
			codes[len(codes)-1] = d.To.String()
		}
	}
	out := strings.NewReplacer(codes...).Replace(samples[operation])
	if strings.Contains(out, "{") || strings.Contains(out, "from=&") {
		return ""
	}
	return out
}

// outside lists the codes of other rooms that the API answers with.
var outside = []string{"stat.bad-date", "stat.bad-period", "stat.bad-decimal", "catalog.no-dataflow", "catalog.no-codelist", "catalog.key-shape", "catalog.unknown-code",
	"cube.bad-cell", "cube.no-cell", "publish.none", "territory.no-area", "territory.no-date", "territory.no-code", "territory.code-ended", "territory.no-name", "territory.not-in-set",
	"territory.bad-weight", "territory.no-route", "territory.zero-denominator"}

// page serves the description for people.
func (s *service) page(w http.ResponseWriter, r *http.Request) {
	if err := onlyLanguage(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	lang := text.Language(r.URL.Query().Get("lang")) // as on every page: by the address
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, s.pageIn(lang)); err != nil {
		s.refuse(w, r, err)
		return
	}
	s.frame(w, r, s.documents[lang].api.Info.Title, template.HTML(b.String())) //nolint:gosec // made by a template that escapes
}

func (s *service) pageIn(lang string) *page {
	d := s.documents[lang]
	p := &page{Lang: lang, Root: Root, Title: d.api.Info.Title, Text: strings.Split(d.api.Info.Description, "\n\n")}
	table := func(list []*huma.Param, shared bool, of string) parameters {
		t := parameters{Caption: p.Say("page.parameters") + ": " + of, Head: p.Say("page.parameter"), Meaning: p.Say("page.meaning"), Values: p.Say("page.values")}
		ordered := slices.Clone(list)
		slices.SortStableFunc(ordered, func(a, b *huma.Param) int { return strings.Compare(a.In, b.In) })
		for _, x := range ordered {
			if common := x.Name == "lang" || x.Name == "asof"; common == shared {
				t.Rows = append(t.Rows, parameter{x.Name, x.Description, valuesOf(lang, x)})
			}
		}
		return t
	}
	for _, tag := range tags {
		g := group{ID: tag, Name: book.Say(lang, "tag."+tag)}
		for _, op := range d.operations {
			if op.Tags[0] == tag {
				sample := s.sample(op.OperationID)
				if sample != "" && lang == "en" {
					sep := "?"
					if strings.Contains(sample, "?") {
						sep = "&"
					}
					sample += sep + "lang=en"
				}
				g.Operations = append(g.Operations, operation{op.OperationID, http.MethodGet, op.Summary, op.Path, op.Description, sample, table(op.Parameters, false, op.Summary)})
				p.Common = table(op.Parameters, true, p.Say("page.common"))
			}
		}
		p.Groups = append(p.Groups, g)
	}
	for _, g := range d.beside {
		g.Operations = slices.Clone(g.Operations) // those of the document are shared
		for i, op := range g.Operations {
			g.Operations[i].Parameters = parameters{p.Say("page.parameters") + ": " + op.Name, p.Say("page.parameter"), p.Say("page.meaning"), p.Say("page.values"), op.Parameters.Rows}
		}
		p.Groups = append(p.Groups, g)
	}
	for _, code := range fault.Codes() {
		if strings.HasPrefix(code, "api.") {
			p.Problems = append(p.Problems, rowOf(code, lang))
		}
	}
	for _, code := range outside {
		p.Problems = append(p.Problems, rowOf(code, lang))
	}
	return p
}

func rowOf(code, lang string) problemRow {
	f := fault.New(code)
	return problemRow{code, f.In(lang), statusOf(f)}
}

// valuesOf says which values a parameter takes.
func valuesOf(lang string, x *huma.Param) string {
	var out []string
	add := func(id string, pairs ...any) { out = append(out, book.Say(lang, id, pairs...)) }
	if x.Required {
		add("page.required")
	}
	switch s := x.Schema; {
	case len(s.Enum) > 0:
		var choices []string
		for _, e := range s.Enum {
			choices = append(choices, fmt.Sprint(e))
		}
		out = append(out, strings.Join(choices, ", "))
	case s.Format == "date":
		add("page.day")
	case s.Format == formatPeriod:
		add("page.period")
	case s.Minimum != nil && s.Maximum != nil:
		add("page.range", "min", int64(*s.Minimum), "max", int64(*s.Maximum))
	case s.Type == huma.TypeBoolean:
		add("page.yesno")
	default:
		add("page.text")
	}
	if x.Schema.Default != nil {
		add("page.default", "value", fmt.Sprint(x.Schema.Default))
	}
	return strings.Join(out, "; ")
}
