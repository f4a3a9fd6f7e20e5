package shell

import (
	"fmt"
	"html"
	"io"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/view"
)

// What a reader may do with a figure: name it by an address that says the same for ever, cite it, put it on a page of their own, read it in a program.
// All of it is pinned to the release shown, so that whoever follows the address finds the same number.

// Formats in which the citation of a figure is given.
var citationFormats = []string{bibFormat, risFormat}

const (
	bibFormat = "bib"
	risFormat = "ris"
)

// figureParameter names a figure of a page.
const figureParameter = "hinh"

// Usable reports whether a reader may take the figure along at all: nothing of a preview may be.
func (f *Figure) Usable() bool { return f.v.Current != nil && !f.v.Site.preview }

// Called is the title of the figure where nothing around it says what its page is about.
func (f *Figure) Called() catalog.Label {
	of, own := f.page.Subject, f.Title
	if of.Vi == "" || strings.Contains(own.Vi, of.Vi) {
		return own
	}
	return catalog.Label{Vi: of.Vi + ": " + own.Vi, En: of.In("en") + ": " + own.In("en")}
}

// FullName is Called in the visitor's language.
func (f *Figure) FullName() string { return f.Called().In(f.v.Lang) }

// release is the one that the page shows.
// Subscribe is where a reader asks to be written to of what the page of the figure shows; nil where nobody writes.
func (f *Figure) Subscribe() *Crumb {
	if f.page == nil {
		return nil
	}
	return f.page.Subscribe()
}

func (f *Figure) release() string { return f.v.Current.Release.ID }

// pinned is the address of the figure on its page, as the release shown has it.
func (f *Figure) pinned(lang string) string {
	return f.v.Site.Origin(f.v.R) + f.v.Here(releaseParameter, f.release(), figureParameter, "", "lang", f.langOf(lang)) + "#" + f.ID
}

// langOf is how an address says a language: Vietnamese is what it is in when it says nothing, unless the page is in another one.
func (f *Figure) langOf(lang string) string {
	if lang == f.v.Lang && lang == "vi" {
		return ""
	}
	return lang
}

// Pinned is the address of the figure on its page, as the release shown has it.
func (f *Figure) Pinned() string { return f.pinned(f.v.Lang) }

// PinnedFile is the address of a file of the figure, as the release shown has it.
func (f *Figure) PinnedFile(format string, pairs ...string) string {
	return f.v.Site.Origin(f.v.R) + f.v.File(format, append(pairs, releaseParameter, f.release(), figureParameter, f.ID)...)
}

// citation gathers what a citation in a language says.
func (f *Figure) citation(lang string) view.Citation {
	r := f.v.Current.Release
	c := view.Citation{Title: f.Called(), Publisher: f.v.Site.publisher, Release: r.Title, ReleaseID: r.ID, Day: stat.DateOf(r.PublishAt.In(f.v.Zone())), AsOf: f.v.AsOf,
		URL: f.pinned(lang), Synthetic: f.v.Current.Catalog.Country().Synthetic, Demo: f.v.Current.Catalog.Country().Demo}
	if list := f.Source.list; len(list) > 0 {
		c.Sources = f.v.sourceNames(lang, list)
	}
	return c
}

// Citation is a citation in one language.
type Citation struct{ Lang, Name, Text string }

// Citations are those in the language of the page and in the other one.
func (f *Figure) Citations() []Citation {
	other := "en"
	if f.v.Lang == "en" {
		other = "vi"
	}
	var out []Citation
	for _, lang := range []string{f.v.Lang, other} {
		out = append(out, Citation{lang, f.T("use.cite-" + lang), f.citation(lang).Text(lang)})
	}
	return out
}

// CitationFiles are the citation for programs.
func (f *Figure) CitationFiles() []Download {
	return []Download{{"BibTeX", f.PinnedFile(bibFormat)}, {"RIS", f.PinnedFile(risFormat)}}
}

// cite writes the citation as a file.
func (f *Figure) cite(w io.Writer, format string) error {
	text := f.citation(f.v.Lang).RIS(f.v.Lang)
	if format == bibFormat {
		text = f.citation(f.v.Lang).BibTeX(f.v.Lang, f.Table.ID)
	}
	_, err := io.WriteString(w, text)
	return err
}

// Embed is the element that shows the figure on a page of somebody else.
func (f *Figure) Embed() string {
	address := f.v.Site.Origin(f.v.R) + f.v.embedAddress(releaseParameter, f.release(), figureParameter, f.ID)
	return fmt.Sprintf(`<iframe src="%s" title="%s" lang="%s" width="100%%" height="%d" loading="lazy" style="border:0"></iframe>`,
		html.EscapeString(address), html.EscapeString(f.FullName()), f.v.Lang, f.embedHeight())
}

// Snippet reads the figure in a program.
type Snippet struct{ Client, Name, Code, Note string }

// Snippets read the figure, as the release shown has it, in the programs that readers use.
func (f *Figure) Snippets() []Snippet {
	url := f.PinnedFile("csv", "ma", "1")
	return []Snippet{
		{"curl", "curl", "curl --fail --silent --show-error --output '" + f.Table.ID + ".csv' '" + url + "'", ""},
		{"r", "R", "x <- read.csv(\"" + url + "\",\n              fileEncoding = \"UTF-8\", check.names = FALSE)\nstr(x)", ""},
		{"python", "Python", "import csv\nimport io\nimport urllib.request\n\nurl = \"" + url + "\"\nwith urllib.request.urlopen(url) as answer:\n    rows = list(csv.DictReader(io.TextIOWrapper(answer, encoding=\"utf-8\")))\nprint(len(rows), rows[0])", ""},
		{"excel", "Excel", "let\n    Source = Csv.Document(Web.Contents(\"" + url + "\"),\n        [Delimiter = \",\", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),\n    Result = Table.PromoteHeaders(Source, [PromoteAllScalars = true])\nin\n    Result", f.T("use.excel-note")},
	}
}

// Observations are the figures of which the line of sources tells.
func (f *Figure) Observations() []cube.Version { return f.Source.list }

// sourceNames names the documents of figures in a language, each once, in order.
func (v *Visit) sourceNames(lang string, list []cube.Version) []string {
	var out []string
	seen, said := map[string]bool{}, map[string]bool{}
	for _, o := range list {
		code, own := o.Attributes[stat.AttrSource], !cube.Reported(o.Observation)
		if own {
			code = "\x00"
		}
		if seen[code] {
			continue
		}
		seen[code] = true
		s := v.names().Attribute(stat.AttrSource, code).In(lang)
		if own {
			s = v.Words.Say(lang, "common.own-estimate")
		}
		if s != "" && !said[s] {
			said[s] = true
			out = append(out, s)
		}
	}
	return out
}
