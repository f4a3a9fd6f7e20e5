package portal

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/difference"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// twoPath is the page that says why two definitions give two figures.
const twoPath = "/hai-con-so"

// twoPage leads from the figure of one definition to that of another, and says of every definition what it counts.
type twoPage struct {
	shell.Frame
	Answer      string
	None        bool // no two definitions have a figure of one year
	Choices     []choice
	Bridge      *shell.Figure
	Reasons     []reasonView
	Clues       []clueView
	Sides       []definitionView // the two that are compared
	Others      []definitionView
	Definitions *shell.Figure
	Documents   []documentView
}

// choice is what a reader may choose of one thing; only what exists is offered.
type choice struct {
	Name  string
	Links []shell.Option
}

// reasonView is why a step is there, with the documents that say so.
type reasonView struct {
	Step, Amount string
	Sum          string
	Reasons      []saidBy
}

type saidBy struct {
	Name, Text string
	Documents  []documentView
}

type clueView struct {
	Text string
	URL  string // of the explanation of its figure
}

// definitionView is a definition in the words of a citizen.
type definitionView struct {
	ID, Name                       string
	Counts, Leaves, Method, Often  string
	Newest, Where, Since, URL, Own string
	Documents                      []documentView
	Page                           string
	Flags                          []shell.FlagView
}

func (v *visit) twoFigures() (shell.Page, error) {
	p := &twoPage{Frame: v.NewFrame("data", v.Say("difference.title"))}
	p.Description = v.Say("difference.description")
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}}
	shares, ok := difference.Of(v.Snap.Catalog, v.Snap)
	if !ok {
		return nil, fault.New("web.no-page", "path", v.Path)
	}
	asked, err := v.wanted()
	if err != nil {
		return nil, err
	}
	if p.None = len(shares.Areas()) == 0; !p.None {
		b, err := shares.Bridge(asked)
		if err != nil {
			return nil, err
		}
		v.bridge(p, shares, b)
	}
	v.definitions(p, shares.Entries())
	return p, nil
}

// wanted reads which bridge the address asks for. A definition, an area or a year that does not exist is refused, never replaced.
func (v *visit) wanted() (difference.Asked, error) {
	a := difference.Asked{Area: v.Query.Get("dia-ban"), From: v.Query.Get("tu"), To: v.Query.Get("den")}
	for _, x := range []struct{ list, code, name string }{{"CL_AREA", a.Area, "difference.area"}, {"CL_DEFINITION", a.From, "difference.pair"}, {"CL_DEFINITION", a.To, "difference.pair"}} {
		l, err := v.Snap.Catalog.Codelist(x.list)
		if err != nil {
			return a, err
		}
		if _, known := l.Code(x.code); x.code != "" && !known {
			return a, fault.New("web.no-code", "code", x.code, "dimension", v.Say(x.name))
		}
	}
	if y := v.Query.Get("nam"); y != "" {
		p, err := stat.ParsePeriod(y)
		if err != nil || p.Frequency() != stat.Annual {
			return a, fault.New("web.no-code", "code", y, "dimension", v.Say("difference.year"))
		}
		a.Year = p.Year()
	}
	return a, nil
}

// bridge puts the comparison on the page.
func (v *visit) bridge(p *twoPage, shares difference.Shares, b *difference.Bridge) {
	say := v.bridgeSpeaker(v.Lang)
	p.Answer = say.Answer(b)
	p.Choices = v.sharesOffered(shares, b)
	p.Bridge = p.Show(v.stepsFigure(b))
	for _, x := range b.Steps {
		r := reasonView{Step: say.Step(b, x), Amount: say.Points(x.Amount, b.Flow.Decimals), Sum: say.Sum(b, x)}
		for _, c := range x.Causes {
			r.Reasons = append(r.Reasons, saidBy{c.Name.In(v.Lang), c.Text.In(v.Lang), v.documentViews(c.Documents)})
		}
		if len(r.Reasons) > 0 && (x.Amount.Sign() != 0 || x.Kind == difference.Part) {
			p.Reasons = append(p.Reasons, r)
		}
	}
	for _, c := range b.Clues {
		p.Clues = append(p.Clues, clueView{say.Clue(b, c), v.Why(c.Figure.Cell())})
	}
	for _, side := range []difference.Side{b.From, b.To} {
		p.Sides = append(p.Sides, v.definition(difference.Entry{Definition: side.Definition, Newest: &side.Figure, First: side.Figure.Period}))
	}
	p.Documents = v.documents(figuresOf(b))
}

func (v *visit) bridgeSpeaker(lang string) difference.Speaker {
	return difference.Speaker{Names: namesOf(v.Snap), Lang: lang}
}

// figuresOf lists the printed figures that a bridge rests on.
func figuresOf(b *difference.Bridge) []cube.Version {
	out := []cube.Version{b.From.Figure, b.To.Figure}
	for _, x := range b.Steps {
		for _, o := range []*difference.Operand{x.From, x.To} {
			if o != nil {
				out = append(out, o.Rests...)
			}
		}
	}
	return out
}

// choices offers the areas, the years and the pairs that exist.
func (v *visit) sharesOffered(shares difference.Shares, b *difference.Bridge) []choice {
	short := func(id string) string { d, _ := v.Snap.Catalog.Definition(id); return d.Short.In(v.Lang) }
	area := choice{Name: v.Say("difference.area")}
	for _, a := range shares.Areas() {
		area.Links = append(area.Links, shell.Option{Name: namesOf(v.Snap).FullName("CL_AREA", a).In(v.Lang), URL: v.Link(twoPath, "dia-ban", a), Selected: a == b.Area})
	}
	year, pair := choice{Name: v.Say("difference.year")}, choice{Name: v.Say("difference.pair")}
	for _, y := range shares.Years(b.Area) {
		link := v.Link(twoPath, "dia-ban", b.Area, "nam", strconv.Itoa(y.Year))
		if has := slices.Contains[[]string]; has(y.Definitions, b.From.Definition.ID) && has(y.Definitions, b.To.Definition.ID) {
			link = v.Link(twoPath, "dia-ban", b.Area, "nam", strconv.Itoa(y.Year), "tu", b.From.Definition.ID, "den", b.To.Definition.ID)
		}
		year.Links = append(year.Links, shell.Option{Name: strconv.Itoa(y.Year), URL: link, Selected: y.Year == b.Year})
		if y.Year != b.Year {
			continue
		}
		between := func(name, from, to string) shell.Option {
			return shell.Option{Name: v.Say(name, "from", short(from), "to", short(to)), URL: v.Link(twoPath, "dia-ban", b.Area, "nam", strconv.Itoa(y.Year), "tu", from, "den", to),
				Selected: from == b.From.Definition.ID && to == b.To.Definition.ID}
		}
		for i, from := range y.Definitions {
			for _, to := range y.Definitions[i+1:] {
				pair.Links = append(pair.Links, between("difference.from-to", from, to))
			}
		}
		pair.Links = append(pair.Links, between("difference.turn", b.To.Definition.ID, b.From.Definition.ID))
	}
	return []choice{area, year, pair}
}

// bridgeFigure draws the bridge, with its steps as a table.
func (v *visit) stepsFigure(b *difference.Bridge) *shell.Figure {
	unit := unitOf(v.Snap, b.Flow, b.From.Figure)
	inBoth := func(f func(difference.Speaker) string) catalog.Label {
		return catalog.Label{Vi: f(v.bridgeSpeaker("vi")), En: f(v.bridgeSpeaker("en"))}
	}
	title := catalog.Label{}
	for lang, into := range map[string]*string{"vi": &title.Vi, "en": &title.En} {
		s := v.bridgeSpeaker(lang)
		*into = say(lang, "difference.chart-title", "a", s.Share(b, *b.From.Figure.Value), "b", s.Share(b, *b.To.Figure.Value), "year", b.Year, "area", namesOf(v.Snap).FullName("CL_AREA", b.Area).In(lang))
	}
	t := shell.NewTable("hai-con-so", title, shell.Text("step", both("difference.step")), shell.Numbers("points", both("difference.points"), both("difference.points-unit"), b.Flow.Decimals),
		shell.Numbers("after", both("difference.after"), unit, b.Flow.Decimals), shell.Text("sum", both("difference.sum")), shell.Text("source", both("data.source")))
	spec := &chart.Spec{ID: "hai-con-so", Kind: chart.Bridge, Title: title, Subtitle: both("difference.chart-note", "unit-vi", unit.Vi, "unit-en", unit.In("en")), Unit: unit, Decimals: b.Flow.Decimals, FromZero: true, ItemHead: both("difference.step")}
	points := chart.Series{ID: "points", Name: both("difference.points")}
	bar := func(id string, name catalog.Label, amount, low, high stat.Decimal, item chart.Item) {
		if low.Cmp(high) > 0 {
			low, high = high, low
		}
		item.ID, item.Name = id, name
		spec.Items = append(spec.Items, item)
		points.Values = append(points.Values, chart.Value{V: &amount, Low: &low, High: &high})
	}
	zero := stat.Int(0)
	end := func(id string, s difference.Side) {
		bar(id, s.Definition.Short, *s.Figure.Value, zero, *s.Figure.Value, chart.Item{Strong: true})
		t.Add(shell.Label(s.Definition.Short), shell.None(shell.Blank), v.CellOf(s.Figure), shell.Same(""), shell.Label(v.sourceOf(s.Figure)))
	}
	end("from", b.From)
	for i, x := range b.Steps {
		if x.Kind == difference.Unexplained && x.Amount.Sign() == 0 {
			continue
		}
		name := inBoth(func(s difference.Speaker) string { return s.Step(b, x) })
		bar("step-"+strconv.Itoa(i+1), name, x.Amount, x.After.Sub(x.Amount), x.After, chart.Item{Pale: x.Kind == difference.Unexplained})
		t.Add(shell.Label(name), v.change(x), shell.Number(x.After), shell.Label(inBoth(func(s difference.Speaker) string { return s.Sum(b, x) })), shell.Label(v.sourcesOf(x)))
	}
	end("to", b.To)
	spec.Series = []chart.Series{points}
	figures := figuresOf(b)
	source := v.SourceLine(figures)
	spec.Source = catalog.Label{Vi: v.in("vi").orNone(v.in("vi").Credits(figures)), En: v.in("en").orNone(v.in("en").Credits(figures))}
	return &shell.Figure{ID: "cau-noi", Title: title, Note: spec.Subtitle.In(v.Lang), Table: t, Source: source, Chart: spec, Open: true}
}

// change is the cell of a step: computed here, and known no better than its weakest figure.
func (v *visit) change(x difference.Step) shell.Cell {
	c := shell.Number(x.Amount)
	c.Mark = x.Mark
	return c
}

// sourcesOf names the documents of the figures that a step compares.
func (v *visit) sourcesOf(x difference.Step) catalog.Label {
	var vi, en []string
	for _, o := range []*difference.Operand{x.From, x.To} {
		if o == nil {
			continue
		}
		for _, r := range o.Rests {
			if l := v.sourceOf(r); !slices.Contains(vi, l.Vi) {
				vi, en = append(vi, l.Vi), append(en, l.In("en"))
			}
		}
	}
	return catalog.Label{Vi: strings.Join(vi, "; "), En: strings.Join(en, "; ")}
}

// definitions puts every definition on the page, those compared first, and all of them into the file.
func (v *visit) definitions(p *twoPage, list []difference.Entry) {
	t := shell.NewTable("dinh-nghia", both("difference.definitions"), export.Column{ID: "id", Name: both("data.code"), Kind: export.Code}, shell.Text("name", both("data.name")), shell.Text("counts", both("difference.counts")),
		shell.Text("leaves", both("difference.leaves")), shell.Text("method", both("difference.method")), shell.Text("often", both("difference.often")), shell.Periods("period", both("data.period")),
		shell.Numbers("newest", both("difference.newest"), catalog.Label{}, 2), shell.Text("unit", both("data.unit")))
	for _, e := range list {
		d := e.Definition
		figure, period, unit := shell.None(shell.Blank), shell.When(stat.Period{}), catalog.Label{}
		if e.Newest != nil {
			figure, period = v.CellOf(*e.Newest), shell.When(e.Newest.Period)
			if f, err := v.Snap.Catalog.Dataflow(e.Newest.Dataflow); err == nil {
				unit = unitOf(v.Snap, f, *e.Newest)
			}
		}
		t.Add(shell.Same(d.ID), shell.Label(d.Name), shell.Label(d.Counts), shell.Label(d.Leaves), shell.Label(d.Method), shell.Label(d.Often), period, figure, shell.Label(unit))
		i := slices.IndexFunc(p.Sides, func(x definitionView) bool { return x.ID == d.ID })
		if x := v.definition(e); i >= 0 {
			p.Sides[i] = x
		} else {
			p.Others = append(p.Others, x)
		}
	}
	p.Definitions = p.Show(&shell.Figure{ID: "dinh-nghia", Title: t.Title, Table: t})
}

// definition describes one definition with the newest figure by it, and the newest estimate of ours.
func (v *visit) definition(e difference.Entry) definitionView {
	d := e.Definition
	x := definitionView{ID: d.ID, Name: d.Name.In(v.Lang), Counts: d.Counts.In(v.Lang), Leaves: d.Leaves.In(v.Lang), Method: d.Method.In(v.Lang), Often: d.Often.In(v.Lang),
		Documents: v.documentViews(d.Documents), Page: v.methodLink(d.Page)}
	if e.Newest != nil {
		f, _ := v.Snap.Catalog.Dataflow(e.Newest.Dataflow)
		x.Newest = v.Number(*e.Newest) + text.AfterNumber(unitOf(v.Snap, f, *e.Newest).In(v.Lang))
		x.Where = v.Say("difference.newest-of", "period", text.FormatPeriodInline(v.Lang, e.Newest.Period), "area", namesOf(v.Snap).FullName("CL_AREA", f.CodeOf(e.Newest.Key, "REF_AREA")).In(v.Lang))
		x.URL, x.Flags = v.Link("/so-lieu/"+f.ID+"/"+string(e.Newest.Key)), v.Flags(e.Newest.Status, e.Newest.Mark())
		x.Since = text.FormatPeriodInline(v.Lang, e.First)
	}
	if d.ID == v.official() {
		if q, ok := v.quarterly("TOTAL", "SHARE").Last(); ok {
			f, _ := v.Snap.Catalog.Dataflow(q.Dataflow)
			x.Own = v.Say("difference.own", "period", text.FormatPeriodInline(v.Lang, q.Period), "value", v.Number(q)+text.AfterNumber(unitOf(v.Snap, f, q).In(v.Lang)))
		}
	}
	return x
}

func (v *visit) documentViews(list []catalog.Document) []documentView {
	var out []documentView
	for _, d := range list {
		out = append(out, v.document(d.ID))
	}
	return out
}

// whyTwo is the way to the page that says why two definitions give two figures for an area; "" where it has no year with two.
func (v *visit) whyTwo(area string) template.HTML {
	shares, ok := difference.Of(v.Snap.Catalog, v.Snap)
	if !ok || len(shares.Years(area)) == 0 {
		return ""
	}
	if area == v.nation() {
		return anchor(v.Link(twoPath), v.Say("difference.title"))
	}
	return anchor(v.Link(twoPath, "dia-ban", area), v.Say("difference.title"))
}

// whyTwoOf is whyTwo for a series of shares; "" for any other.
func (v *visit) whyTwoOf(f *catalog.Dataflow, key stat.Key) template.HTML {
	if f.ID != shareFlow {
		return ""
	}
	area := v.nation()
	if key != "" {
		area = f.CodeOf(key, "REF_AREA")
	}
	return v.whyTwo(area)
}
