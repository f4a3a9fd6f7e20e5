package portal

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/glossary"
	"nhipso/internal/web/shell"
)

// termsPath is the page of all terms; each has a page below it.
const termsPath = "/thuat-ngu"

// termsPage lists the terms.
type termsPage struct {
	shell.Frame
	Letters []termLetter
}

type termLetter struct {
	ID, Letter string // the anchor counts, since letters with marks do not stand well in addresses
	Terms      []termView
}

type termView struct{ ID, Name, Other, Means, URL string }

func (v *visit) termView(t glossary.Term) termView {
	other := "en"
	if v.Lang == "en" {
		other = "vi"
	}
	return termView{t.ID, t.Name.In(v.Lang), t.Name.In(other), t.Means.In(v.Lang), v.Link(termsPath + "/" + t.ID)}
}

func (v *visit) terms() (shell.Page, error) {
	p := &termsPage{Frame: v.NewFrame("about", v.Say("terms.title"))}
	p.Description = v.Say("terms.description")
	t := shell.NewTable("thuat-ngu", both("terms.title"), export.Column{ID: "id", Name: both("data.code"), Kind: export.Code}, shell.Text("term", both("terms.term")), shell.Text("means", both("about.meaning")))
	for _, x := range glossary.Ours().Terms(v.Lang) {
		letter := initial(x.Name.In(v.Lang))
		if n := len(p.Letters); n == 0 || p.Letters[n-1].Letter != letter {
			p.Letters = append(p.Letters, termLetter{ID: "chu-" + strconv.Itoa(len(p.Letters)+1), Letter: letter})
		}
		last := &p.Letters[len(p.Letters)-1]
		last.Terms = append(last.Terms, v.termView(x))
	}
	for _, x := range glossary.Ours().Terms("vi") { // a file is in both languages, and one file
		t.Add(shell.Same(x.ID), shell.Label(x.Name), shell.Label(x.Means))
	}
	p.Show(&shell.Figure{ID: "danh-sach", Title: t.Title, Table: t})
	return p, nil
}

// initial is the letter under which a name is listed; names that begin with a sign stand under it.
func initial(s string) string {
	for _, r := range s {
		return strings.ToUpper(string(r))
	}
	return ""
}

// termPage explains one term.
type termPage struct {
	shell.Frame
	Term    termView
	Avoid   string
	Related []termView // terms that its meaning names, and those whose meanings name it
	Figures []shell.Crumb
}

func (v *visit) term() (shell.Page, error) {
	id := v.R.PathValue("word")
	t, ok := glossary.Ours().Term(id)
	if !ok {
		return nil, fault.New("web.no-term", "word", id)
	}
	p := &termPage{Frame: v.NewFrame("about", firstUpper(t.Name.In(v.Lang))), Term: v.termView(t)}
	p.Description = p.Term.Means
	p.Crumbs = []shell.Crumb{{Name: v.Say("terms.title"), URL: v.Link(termsPath)}}
	if v.Lang == "en" {
		p.Avoid = t.Avoid
	}
	name := strings.ToLower(t.Name.In(v.Lang))
	for _, x := range glossary.Ours().Terms(v.Lang) {
		if x.ID != t.ID && (holds(t.Means.In(v.Lang), strings.ToLower(x.Name.In(v.Lang))) || holds(x.Means.In(v.Lang), name)) {
			p.Related = append(p.Related, v.termView(x))
		}
	}
	for _, f := range v.Snap.Catalog.Dataflows() {
		if holds(f.Name.In(v.Lang)+" "+f.Description.In(v.Lang), name) && len(p.Figures) < 6 {
			p.Figures = append(p.Figures, shell.Crumb{Name: f.Name.In(v.Lang), URL: v.Link("/so-lieu/" + f.ID)})
		}
	}
	return p, nil
}

// holds reports whether a text has a name as whole words.
func holds(s, name string) bool {
	return len([]rune(name)) > 3 && strings.Contains(" "+strings.Map(wordsOnly, strings.ToLower(s))+" ", " "+strings.Map(wordsOnly, name)+" ")
}

func wordsOnly(r rune) rune {
	if strings.ContainsRune(".,;:()“”\"…·!?", r) {
		return ' '
	}
	return r
}

func firstUpper(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:min(1, len(r))])) + string(r[min(1, len(r)):])
}

// explainTerms writes a text with the terms in it that have not been explained on the page yet as links to their pages.
func explainTerms(v *shell.Visit, s string, seen map[string]bool) template.HTML {
	var b strings.Builder
	for _, p := range glossary.Ours().Mark(v.Lang, s, seen) {
		if p.Term == nil {
			b.WriteString(template.HTMLEscapeString(p.Text))
			continue
		}
		b.WriteString(`<a class="term" href="` + template.HTMLEscapeString(v.Link(termsPath+"/"+p.Term.ID)) + `" title="` + template.HTMLEscapeString(p.Term.Means.In(v.Lang)) + `">` + template.HTMLEscapeString(p.Text) + `</a>`)
	}
	return template.HTML(b.String())
}

// plainIn are the elements in whose words terms stay as they are: links, headings, code, formulas, heads of tables.
var plainIn = []string{"a", "h1", "h2", "h3", "h4", "code", "pre", "math", "th", "summary", "button"}

// explainProse explains the terms in the paragraphs of a text that is markup already.
func (v *visit) explainProse(body template.HTML) template.HTML {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(string(body)))
	var inside []string
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return template.HTML(b.String())
		case html.TextToken:
			raw := string(z.Raw())
			if len(inside) > 0 {
				b.WriteString(raw)
				continue
			}
			b.WriteString(string(v.Explain(html.UnescapeString(raw))))
		default:
			raw := string(z.Raw())
			name, _ := z.TagName()
			if tag := string(name); slices.Contains(plainIn, tag) {
				switch kind {
				case html.StartTagToken:
					inside = append(inside, tag)
				case html.EndTagToken:
					inside = inside[:max(0, len(inside)-1)]
				}
			}
			b.WriteString(raw)
		}
	}
}
