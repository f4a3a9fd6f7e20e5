package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/crosstab"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/web/shell"
)

// tablePath ends the address of the page on which a reader puts a table of a dataflow together.
const tablePath = "/bang"

// Bounds of a table that a reader puts together; the file of the dataflow holds everything.
const (
	mostRead   = 50_000 // figures that are read for it
	mostSeries = 5_000  // series, where it is not known how many figures they have
	mostCells  = 5_000  // figures that it shows
)

// tablePage is a table that a reader puts together of a dataflow: which codes, what goes down and what across.
type tablePage struct {
	shell.Frame
	Flow                        shell.Crumb
	ID                          string
	Lists                       []choiceList
	Across                      []shell.Option // dimensions, those that go across selected
	Goes                        []string       // names of those
	From, To                    []shell.Option // years
	Order, Names, Sums          []shell.Option
	Fixed                       []pair // dimensions of which all figures have one code
	Table                       *shell.Figure
	Said, Refused               string
	Any                         bool
	Kept                        []shell.Field // what the form sends along
	Compare, Series, API, Whole string
}

// tabulateParameters are the dimensions of a dataflow and how its table is arranged.
func (p *Portal) tabulateParameters(r *http.Request) []string {
	return append([]string{"cot", "tu", "den", "thu-tu", "ten", "tong"}, p.dimensionsOf(r, r.PathValue("dataflow"))...)
}

// tidyTable writes several codes of a dimension as one list.
func (p *Portal) tidyTable(r *http.Request) url.Values {
	return shell.Lists(r.URL.Query(), append(p.dimensionsOf(r, r.PathValue("dataflow")), "cot")...)
}

// arrangement is how a table is put together, read from the address.
type arrangement struct {
	across    []string
	from, to  stat.Period
	newest    bool
	codes     bool // beside the names, or in place of them
	names     bool
	totals    bool
	chosen    map[string][]string
	dimension map[string]catalog.Label // names of what can go across
}

func (v *visit) tabulate() (shell.Page, error) {
	f, err := v.Snap.Catalog.Dataflow(v.R.PathValue("dataflow"))
	if err != nil {
		return nil, err
	}
	p := &tablePage{Frame: v.NewFrame("data", v.Say("table.title", "flow", f.Name.In(v.Lang))), ID: f.ID}
	p.Description, p.Script = v.Say("table.description", "flow", f.Name.In(v.Lang)), "build.js"
	p.Flow = shell.Crumb{Name: f.Name.In(v.Lang), URL: v.Link("/so-lieu/" + f.ID)}
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}, p.Flow}
	a, err := v.arrangement(f)
	if err != nil {
		return nil, err
	}
	pattern := patternOf(f, a.chosen)
	choice := v.Snap.Choose(f.ID, pattern)
	p.Lists = v.choicesOf(f, choice, a.chosen)
	v.options(p, f, a)
	p.Any = len(v.Query) > 0
	p.NoIndex = p.Any // there are as many tables as choices
	p.Kept = p.Keep(append(dimensionIDs(f), "cot", "tu", "den", "thu-tu", "ten", "tong")...)
	p.Whole = v.Link("/so-lieu/" + f.ID)
	p.Compare = v.Link(comparePath, "bo", f.ID)
	if p.Frame.API() != "" {
		p.API = v.equivalent(f, pattern, a)
	}
	figures, refused := v.chosenFigures(f, choice, a)
	if p.Refused = refused; refused == "" && len(figures) == 0 {
		p.Refused = v.Say("table.none")
	}
	if p.Refused == "" {
		for i := range p.Lists { // the table comes first; what is chosen stands beside its dimension
			p.Lists[i].Open = false
		}
		v.arranged(p, f, figures, a)
	}
	return p, nil
}

// arrangement reads how the table is put together. Without a choice periods go across, the newest first, and names head the rows.
func (v *visit) arrangement(f *catalog.Dataflow) (arrangement, error) {
	a := arrangement{across: shell.List(v.Query["cot"]), newest: true, names: true, totals: true, dimension: map[string]catalog.Label{crosstab.Period: both("data.period")}}
	for _, d := range f.Dimensions {
		a.dimension[d.ID] = d.Name
	}
	for _, d := range a.across {
		if _, known := a.dimension[d]; !known {
			return a, fault.New("web.no-code", "code", d, "dimension", "cot")
		}
	}
	if len(a.across) == 0 {
		a.across = []string{crosstab.Period}
	}
	var err error
	if a.chosen, err = v.codesOf(f); err != nil {
		return a, err
	}
	for name, to := range map[string]*stat.Period{"tu": &a.from, "den": &a.to} {
		if want := v.Query.Get(name); want != "" {
			if *to, err = stat.ParsePeriod(want); err != nil {
				return a, fault.New("web.bad-period", "text", want)
			}
		}
	}
	for name, allowed := range map[string][]string{"thu-tu": {"cu"}, "ten": {"ma", "ca-hai"}, "tong": {"khong"}} {
		if _, err := v.OneOf(name, allowed...); err != nil {
			return a, err
		}
	}
	a.newest = v.Query.Get("thu-tu") != "cu"
	a.codes, a.names = v.Query.Get("ten") != "", v.Query.Get("ten") != "ma"
	a.totals = v.Query.Get("tong") != "khong"
	return a, nil
}

// options lists what can be chosen of how the table is put together.
func (v *visit) options(p *tablePage, f *catalog.Dataflow, a arrangement) {
	for _, d := range append([]string{crosstab.Period}, dimensionIDs(f)...) {
		if d != crosstab.Period && !slices.ContainsFunc(p.Lists, func(x choiceList) bool { return x.ID == d }) {
			continue // all figures have one code
		}
		if slices.Contains(a.across, d) {
			p.Goes = append(p.Goes, a.dimension[d].In(v.Lang))
		}
		p.Across = append(p.Across, shell.Option{Value: d, Name: a.dimension[d].In(v.Lang), Selected: slices.Contains(a.across, d)})
	}
	extent := v.Snap.Extent(f.ID)
	p.From, p.To = []shell.Option{{Name: v.Say("table.first")}}, []shell.Option{{Name: v.Say("table.last")}}
	if extent.Series > 0 {
		for y := extent.First.Year(); y <= extent.Last.To().Year() && y < extent.First.Year()+maxOptions; y++ {
			year := stat.Year(y).String()
			p.From = append(p.From, shell.Option{Value: year, Name: year, Selected: v.Query.Get("tu") == year})
			p.To = append(p.To, shell.Option{Value: year, Name: year, Selected: v.Query.Get("den") == year})
		}
	}
	pick := func(name, words string, values ...string) (out []shell.Option) {
		for _, value := range values {
			word := value
			if word == "" {
				word = "mac-dinh"
			}
			out = append(out, shell.Option{Value: value, Name: v.Say(words + word), Selected: v.Query.Get(name) == value})
		}
		return out
	}
	p.Order, p.Names, p.Sums = pick("thu-tu", "table.order-", "", "cu"), pick("ten", "table.labels-", "", "ma", "ca-hai"), pick("tong", "table.totals-", "", "khong")
}

func dimensionIDs(f *catalog.Dataflow) (out []string) {
	for _, d := range f.Dimensions {
		out = append(out, d.ID)
	}
	return out
}

// equivalent is the address of the API that gives the figures of the table.
func (v *visit) equivalent(f *catalog.Dataflow, pattern string, a arrangement) string {
	q := url.Values{"key": {pattern}}
	if !a.from.IsZero() {
		q.Set("start", a.from.String())
	}
	if !a.to.IsZero() {
		q.Set("end", a.to.String())
	}
	if v.Lang == "en" {
		q.Set("lang", "en")
	}
	if !v.AsOf.IsZero() {
		q.Set("asof", v.AsOf.String())
	}
	return "/api/v1/data/" + f.ID + "?" + q.Encode()
}

// chosenFigures reads what the table shows, or says why it is too much: nothing is left out of a table in silence.
func (v *visit) chosenFigures(f *catalog.Dataflow, choice *publish.Choice, a arrangement) ([]cube.Version, string) {
	cells, known := choice.Cells()
	most := mostCells
	if !a.from.IsZero() || !a.to.IsZero() { // of what is read only some years may be shown
		most = mostRead
	}
	switch {
	case known && cells > most:
		return nil, v.Say("table.too-many", "n", v.count(cells), "most", v.count(mostCells))
	case !known && choice.Len() > mostSeries:
		return nil, v.Say("table.too-many-series", "n", v.count(choice.Len()), "most", v.count(mostCells))
	}
	var out []cube.Version
	for _, s := range v.Snap.Some(f.ID, choice.Keys(0, choice.Len())) {
		for _, o := range s.Obs {
			if (a.from.IsZero() || !o.Period.From().Before(a.from.From())) && (a.to.IsZero() || !o.Period.To().After(a.to.To())) {
				out = append(out, o)
			}
		}
	}
	if len(out) > mostCells {
		return nil, v.Say("table.too-many", "n", v.count(len(out)), "most", v.count(mostCells))
	}
	return out, ""
}

// arranged puts the table on the page.
func (v *visit) arranged(p *tablePage, f *catalog.Dataflow, figures []cube.Version, a arrangement) {
	b := &tableMaker{visit: v, flow: f, a: a, units: map[string]catalog.Label{}}
	t := b.arrange(figures)
	title := catalog.Label{Vi: say("vi", "table.title", "flow", f.Name.Vi), En: say("en", "table.title", "flow", f.Name.In("en"))}
	b.table = shell.NewTable(f.ID+"-bang", title)
	b.called(t)
	b.heads(t)
	for i := range t.Rows {
		b.row(t, i)
	}
	var fixed catalog.Label
	for _, d := range dimensionIDs(f) {
		if one, is := b.fixed(t, d); is {
			name, dimension := b.entryName(d, one), a.dimension[d]
			p.Fixed = append(p.Fixed, pair{dimension.In(v.Lang), name.In(v.Lang)})
			fixed.Vi, fixed.En = fixed.Vi+dimension.Vi+": "+name.Vi+". ", fixed.En+dimension.In("en")+": "+name.In("en")+". "
		}
	}
	if fixed.Vi != "" { // a file travels without the page that says it
		b.said = catalog.Label{Vi: strings.TrimSpace(fixed.Vi), En: strings.TrimSpace(fixed.En)}
	}
	switch {
	case b.sums:
		b.table.Notes = append(b.table.Notes, both("table.note-sum"))
	case a.totals && !f.Additive && f.Position(crosstab.Area) >= 0 && len(b.varied(t, crosstab.Area)) > 1:
		b.table.Notes = append(b.table.Notes, both("table.note-no-sum"))
	}
	p.Said = v.Say("table.said", "figures", v.count(t.Figures()), "rows", v.count(len(t.Rows)), "columns", v.count(len(t.Columns)))
	b.table.Stack = len(t.Rows) <= shell.MostStacked // else a phone shows names, and the figures beyond its edge
	p.Table = p.Show(&shell.Figure{ID: "bang", Title: f.Name, Note: b.unit.In(v.Lang), Table: b.table, Long: b.file, Source: v.SourceLine(figures), Open: true})
}
