package portal

import (
	"bytes"
	"encoding/json"
	"go/doc/comment"
	"html/template"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// codeView is what a package of the measurement engine says of itself, from the comments of its code.
type codeView struct {
	Name  string
	Doc   template.HTML
	Items []itemView
}

// itemView is an exported function or type.
type itemView struct {
	Signature string
	Doc       template.HTML
}

// oracleResults is doc/methods/oracles.json, as devtools/methods writes it.
type oracleResults struct {
	Date   string              `json:"date"`
	Pages  map[string][]string `json:"pages"`
	Checks []struct {
		Package   string        `json:"package"`
		Oracle    catalog.Label `json:"oracle"`
		Compared  catalog.Label `json:"compared"`
		Values    int           `json:"values"`
		Expected  float64       `json:"expected"`
		Got       float64       `json:"got"`
		Scale     string        `json:"scale"`
		Tolerance float64       `json:"tolerance"`
		Max       float64       `json:"maxDifference"`
		Holds     bool          `json:"holds"`
	} `json:"checks"`
}

// oracles puts under a method the packages that it uses and what the last run of their oracles found. A folder of pages without the results
// has neither.
func (v *visit) oracles(p *methodPage) error {
	var results oracleResults
	b, err := fs.ReadFile(v.portal.methodFiles, "oracles.json")
	if err != nil {
		return nil
	}
	if err := json.Unmarshal(b, &results); err != nil {
		return err
	}
	t := shell.NewTable("oracles", both("methods.oracles"), shell.Text("oracle", both("methods.oracle")), shell.Text("compared", both("methods.compared")), shell.Numbers("values", both("methods.values"), catalog.Label{}, 0),
		shell.Text("expected", both("methods.expected")), shell.Text("got", both("methods.got")), shell.Text("difference", both("methods.difference")), shell.Text("tolerance", both("methods.tolerance")), shell.Text("holds", both("methods.diag-holds")))
	t.Heads = 2
	for _, c := range results.Checks {
		if !slices.Contains(results.Pages[p.Slug], c.Package) {
			continue
		}
		holds := "methods.val-true"
		if !c.Holds {
			holds = "methods.val-false"
		}
		t.Add(shell.Label(c.Oracle), shell.Label(c.Compared), shell.Number(stat.Int(int64(c.Values))), shell.Label(significant(c.Expected, 10)), shell.Label(significant(c.Got, 10)), shell.Label(power(c.Max)), shell.Label(power(c.Tolerance)), shell.Label(both(holds)))
	}
	if len(t.Rows) > 0 {
		ran := func(lang string) string {
			day := results.Date
			if d, err := stat.ParseDate(results.Date); err == nil {
				day = text.FormatDate(lang, d)
			}
			return say(lang, "methods.oracles-source", "date", day)
		}
		t.Notes = []catalog.Label{both("methods.oracles-note")}
		p.Oracles = p.Show(&shell.Figure{ID: "doi-chieu", Title: t.Title, Note: v.Say("methods.oracles-lead"), Table: t, Source: v.Credited(catalog.Label{Vi: ran("vi"), En: ran("en")}), Open: true})
	}
	for _, name := range results.Pages[p.Slug] {
		if name != p.Slug {
			if link := v.methodLink(name); link != "" {
				p.Uses = append(p.Uses, shell.Crumb{Name: name, URL: link})
			}
			continue
		}
		if p.Code, err = v.code(name); err != nil {
			return err
		}
	}
	return nil
}

// code reads the documentation of a package from doc/methods/code.json.
func (v *visit) code(name string) (*codeView, error) {
	var packages []struct {
		Name, Doc string
		Items     []struct{ Signature, Doc string }
	}
	b, err := fs.ReadFile(v.portal.methodFiles, "code.json")
	if err != nil {
		return nil, nil //nolint:nilerr // a folder of pages without it
	}
	if err := json.Unmarshal(b, &packages); err != nil {
		return nil, err
	}
	for _, p := range packages {
		if p.Name != name {
			continue
		}
		out := &codeView{Name: "internal/measure/" + name, Doc: comments(p.Doc)}
		for _, i := range p.Items {
			out.Items = append(out.Items, itemView{i.Signature, comments(i.Doc)})
		}
		return out, nil
	}
	return nil, nil
}

// plainMarkdown makes no identifiers, which would repeat those of the page.
var plainMarkdown = goldmark.New()

// comments turns a Go comment into markup, in which nothing of the comment counts as markup. Names of code stay plain words, since their
// pages are elsewhere.
func comments(s string) template.HTML {
	printer := comment.Printer{HeadingLevel: 3, HeadingID: func(*comment.Heading) string { return "" }, DocLinkURL: func(*comment.DocLink) string { return "" }}
	var parser comment.Parser
	var out bytes.Buffer
	if err := plainMarkdown.Convert(printer.Markdown(parser.Parse(s)), &out); err != nil {
		return template.HTML(template.HTMLEscapeString(s))
	}
	return template.HTML(scrolling.Replace(out.String()))
}

// significant writes a number with n significant digits in both languages.
func significant(x float64, n int) catalog.Label {
	plain := strconv.FormatFloat(x, 'g', n, 64)
	d, err := stat.ParseDecimal(plain)
	if err != nil {
		return catalog.Label{Vi: plain, En: plain}
	}
	return catalog.Label{Vi: text.FormatNumber("vi", d, -1), En: text.FormatNumber("en", d, -1)}
}

var superscripts = strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")

// power writes a small number as a power of ten, "2,3 × 10⁻¹³".
func power(x float64) catalog.Label {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return catalog.Label{Vi: "0", En: "0"}
	}
	exponent := int(math.Floor(math.Log10(x)))
	l := significant(x/math.Pow10(exponent), 2)
	ten := " × 10" + superscripts.Replace(strconv.Itoa(exponent))
	return catalog.Label{Vi: l.Vi + ten, En: l.En + ten}
}
