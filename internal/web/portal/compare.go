package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"nhipso/internal/catalog"
	"nhipso/internal/compare"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// comparePath is the page on which series are compared.
const comparePath = "/so-sanh"

// Bounds of a comparison: as many series as there are colours that can be told apart, and as many periods as fit side by side.
const (
	mostLines   = 6
	mostPeriods = 8
)

// comparePage sets series side by side: each group that is alike on an axis of its own.
type comparePage struct {
	shell.Frame
	Lines     []lineView
	Answers   []string // one for each panel
	Apart     []string // why there are several panels
	Kinds     []kindView
	Panels    []panelView
	Periods   choiceList
	Kept      []shell.Field
	Most      string
	CanAdd    bool
	Adding    bool // the way to add is open
	Flows     []flowGroup
	Bo        string // the dataflow of which series are being chosen
	BoName    string
	Lists     []choiceList
	KeptLists []shell.Field
	TooMany   string
	Seek      string // what was looked for
	Hits      []searchHit
}

// PeriodLists are the periods to choose from, as a list of lists.
func (p *comparePage) PeriodLists() []choiceList { return []choiceList{p.Periods} }

// lineView is a series that was chosen.
type lineView struct {
	Name, Flow, URL string
	Remove, Base    string
	IsBase          bool
	Note            string
	Other           *shell.Crumb // the series of the province that it went into
}

// kindView is a type of chart, or why there is none here.
type kindView struct {
	Name, URL, Why string
	Here           bool
}

type panelView struct {
	Note   string // why it is not drawn as was asked
	Figure *shell.Figure
}

type flowGroup struct {
	Name  string
	Flows []shell.Option
}

// compareParameters are what a comparison is made of, and the dimensions of the dataflow of which series are being chosen.
func (p *Portal) compareParameters(r *http.Request) []string {
	return append([]string{"chuoi", "ky", "kieu", "goc", "bo", "tim"}, p.dimensionsOf(r, r.URL.Query().Get("bo"))...)
}

// tidyComparison writes the series that a form chooses by their codes as series, as long as there are no more than a comparison holds.
func (p *Portal) tidyComparison(r *http.Request) url.Values {
	dimensions := p.dimensionsOf(r, r.URL.Query().Get("bo"))
	q := shell.Lists(r.URL.Query(), append(dimensions, "chuoi", "ky")...)
	lines := shell.List(q["chuoi"])
	if !slices.ContainsFunc(dimensions, q.Has) {
		return q
	}
	v, err := p.visit(r)
	if err != nil {
		return q
	}
	v.Query = q
	f, err := v.Snap.Catalog.Dataflow(q.Get("bo"))
	if err != nil {
		return q
	}
	chosen, err := v.codesOf(f)
	if err != nil {
		return q
	}
	choice := v.Snap.Choose(f.ID, patternOf(f, chosen))
	for _, key := range choice.Keys(0, mostLines+1) {
		lines = append(lines, f.ID+"/"+string(key))
	}
	if lines = shell.List(lines); choice.Len() == 0 || len(lines) > mostLines {
		return q
	}
	for _, d := range dimensions {
		q.Del(d)
	}
	q.Del("bo")
	q.Set("chuoi", shell.Joined(lines))
	return q
}

func (v *visit) compare() (shell.Page, error) {
	p := &comparePage{Frame: v.NewFrame("data", v.Say("compare.title")), Most: v.count(mostLines)}
	p.Description, p.Script = v.Say("compare.description"), "build.js"
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}}
	lines, err := v.chosenLines()
	if err != nil {
		return nil, err
	}
	periods, err := v.chosenPeriods()
	if err != nil {
		return nil, err
	}
	kind, err := v.OneOf("kieu", chartKinds...)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, l := range lines {
		ids = append(ids, l.ID())
	}
	if _, err := v.OneOf("goc", ids...); err != nil {
		return nil, err
	}
	p.NoIndex = len(v.Query) > 0
	p.CanAdd = len(lines) < mostLines
	p.Adding = len(lines) == 0 || v.Query.Has("bo") || v.Query.Has("tim")
	if err := v.adding(p, lines); err != nil {
		return nil, err
	}
	p.Kept = p.Keep("ky", "bo", "tim")
	if len(lines) == 0 {
		return p, nil
	}
	v.sideBySide(p, lines, periods, kind)
	return p, nil
}

// sideBySide puts the series on the page: each panel of those that are alike, drawn as a kind where that makes sense.
func (v *visit) sideBySide(p *comparePage, lines []compare.Line, periods []stat.Period, kind string) {
	panels := compare.Panels(lines)
	for _, way := range compare.Reasons(panels) {
		p.Apart = append(p.Apart, v.Say("compare.apart-"+string(way)))
	}
	names := v.lineNames(lines)
	p.Lines = v.lineViews(lines, names)
	if title := v.comparisonTitle(names); title != "" {
		p.Title = title
	}
	if len(panels) > 1 {
		p.Answers = append(p.Answers, v.apart(lines, names, periods)...)
	}
	offered := map[string]bool{}
	why := map[string]string{}
	for i, list := range panels {
		c := v.newComparison(list, names, lines, periods, i)
		for _, k := range chartKinds {
			reason := c.refuses(k)
			offered[k] = offered[k] || reason == ""
			if why[k] == "" {
				why[k] = reason
			}
		}
		shown := kind
		if shown == "" {
			shown = c.natural()
		}
		view := panelView{}
		if view.Note = c.refuses(shown); view.Note != "" {
			shown = "bang"
		}
		view.Figure = p.Show(c.figure(shown))
		p.Panels = append(p.Panels, view)
		if answer := c.answer(); answer != "" && (len(list) > 1 || len(periods) > 1 || len(lines) == 1) {
			p.Answers = append(p.Answers, answer)
		}
		if i == 0 && kind == "" {
			kind = shown
		}
	}
	if len(p.Answers) > 0 {
		p.Description = p.Answers[0]
	}
	for _, k := range chartKinds {
		x := kindView{Name: v.Say("compare.kind-" + k), URL: v.Here("kieu", k, "bo", "", "tim", ""), Here: k == kind}
		if !offered[k] {
			x.URL, x.Why, x.Here = "", why[k], false
		}
		p.Kinds = append(p.Kinds, x)
	}
	p.Periods = v.periodChoice(lines, periods)
}

// chosenLines reads the series of the address. One that there is not is refused, as are more than can be told apart.
func (v *visit) chosenLines() ([]compare.Line, error) {
	ids := shell.List(v.Query["chuoi"])
	if len(ids) > mostLines {
		return nil, fault.New("web.too-many-series", "n", len(ids), "most", mostLines)
	}
	var out []compare.Line
	for _, id := range ids {
		flow, key, _ := strings.Cut(id, "/")
		f, err := v.Snap.Catalog.Dataflow(flow)
		if err != nil {
			return nil, err
		}
		k, err := stat.ParseKey(key, len(f.Dimensions))
		if err != nil || v.Snap.Catalog.CheckKey(f, k) != nil {
			return nil, fault.New("web.no-series", "key", key, "dataflow", f.ID)
		}
		figures := v.Snap.One(f.ID, k).Obs
		if len(figures) == 0 && len(v.Current.One(f.ID, k).Obs) == 0 {
			return nil, fault.New("web.no-series", "key", key, "dataflow", f.ID)
		}
		out = append(out, v.line(f, k, figures))
	}
	return out, nil
}

// line makes a series of a comparison. A target measures what it is held against, so that it stands beside it.
func (v *visit) line(f *catalog.Dataflow, k stat.Key, figures []cube.Version) compare.Line {
	like := cube.Version{Dataflow: f.ID, Observation: stat.Observation{Key: k}}
	if n := len(figures); n > 0 {
		like = figures[n-1]
	}
	unit, mult := namesOf(v.Snap).UnitCode(f, like)
	if mult == "0" {
		mult = ""
	}
	l := compare.Line{Flow: f, Key: k, Of: compare.What(f, k, unit, mult), Figures: figures}
	if f.ID != targetFlow {
		return l
	}
	a := aim{target: f.CodeOf(k, "TARGET"), area: f.CodeOf(k, "REF_AREA")}
	if read := v.readings(a); len(read) > 0 {
		if of, err := v.Snap.Catalog.Dataflow(read[0].Dataflow); err == nil {
			frequency := l.Of.Frequency
			l.Of = compare.What(of, read[0].Key, unit, mult)
			l.Of.Frequency = frequency
		}
	}
	return l
}

// chosenPeriods reads the periods of the address.
func (v *visit) chosenPeriods() ([]stat.Period, error) {
	list := shell.List(v.Query["ky"])
	if len(list) > mostPeriods {
		return nil, fault.New("web.too-many-periods", "n", len(list), "most", mostPeriods)
	}
	var out []stat.Period
	for _, s := range list {
		p, err := stat.ParsePeriod(s)
		if err != nil {
			return nil, fault.New("web.bad-period", "text", s)
		}
		out = append(out, p)
	}
	slices.SortFunc(out, stat.Period.Compare)
	return out, nil
}

// periodChoice lists the periods that may be set side by side.
func (v *visit) periodChoice(lines []compare.Line, chosen []stat.Period) choiceList {
	x := choiceList{ID: "ky", Name: v.Say("compare.periods")}
	all := compare.Periods(lines)
	for _, p := range chosen {
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b stat.Period) int { return b.Compare(a) })
	for _, p := range all[:min(len(all), maxOptions)] {
		x.Options = append(x.Options, shell.Option{Value: p.String(), Name: text.FormatPeriod(v.Lang, p), Selected: slices.Contains(chosen, p)})
	}
	if len(chosen) > 0 {
		x.Chosen = v.Say("table.n-chosen", "n", v.count(len(chosen)))
	}
	return x
}

// longestTitle is how many letters a title that names all series may have.
const longestTitle = 90

// comparisonTitle names what is compared, or how much of it there is.
func (v *visit) comparisonTitle(names []catalog.Label) string {
	if len(names) < 2 {
		return ""
	}
	var list []string
	for _, n := range names {
		list = append(list, n.In(v.Lang))
	}
	if title := v.Say("compare.title-of", "list", strings.Join(list, " – ")); utf8.RuneCountInString(title) <= longestTitle {
		return title
	}
	return v.Say("compare.title-many", "n", len(names))
}

// lineNames names series beside each other by what tells them apart: what all have in common is left out, and those that are alone in their
// dataflow have their titles.
func (v *visit) lineNames(lines []compare.Line) []catalog.Label {
	codes, having, flows := map[string]map[string]bool{}, map[string]int{}, map[string]int{}
	for _, l := range lines {
		flows[l.Flow.ID]++
		for i, d := range l.Flow.Dimensions {
			if codes[d.ID] == nil {
				codes[d.ID] = map[string]bool{}
			}
			codes[d.ID][l.Key.Codes()[i]] = true
			having[d.ID]++
		}
	}
	skip := map[string]bool{}
	for d, list := range codes {
		skip[d] = len(list) == 1 && having[d] > 1
	}
	out := make([]catalog.Label, len(lines))
	for i, l := range lines {
		name := shortName(v.Snap, l.Flow, l.Key, skip)
		switch {
		case name.Vi == "":
			name = l.Flow.Called(l.Key)
		case len(lines) == 1, len(flows) > 1 && flows[l.Flow.ID] == 1:
			name = namesOf(v.Snap).Title(l.Flow, l.Key)
		}
		out[i] = name
	}
	for i, l := range lines { // provinces of two divisions bear one name
		if slices.ContainsFunc(out[i+1:], func(n catalog.Label) bool { return n == out[i] }) || slices.Contains(out[:i], out[i]) {
			out[i] = namesOf(v.Snap).FullSeries(l.Flow, l.Key)
		}
	}
	return out
}

// lineViews lists what was chosen, each with the way to take it away and to measure the others by it.
func (v *visit) lineViews(lines []compare.Line, names []catalog.Label) []lineView {
	var ids []string
	for _, l := range lines {
		ids = append(ids, l.ID())
	}
	base := v.Query.Get("goc")
	var out []lineView
	for i, l := range lines {
		others := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == l.ID() })
		x := lineView{Name: names[i].In(v.Lang), Flow: l.Flow.Called(l.Key).In(v.Lang), URL: v.Link("/so-lieu/" + l.Flow.ID + "/" + string(l.Key)), IsBase: base == l.ID() || base == "" && i == 0}
		x.Remove = v.Here("chuoi", shell.Joined(others), "goc", "", "bo", "", "tim", "")
		if len(lines) > 1 && !x.IsBase {
			x.Base = v.Here("goc", l.ID(), "bo", "", "tim", "")
		}
		v.territoryOf(&x, l, ids)
		out = append(out, x)
	}
	return out
}

// territoryOf says of the series of a province of another day what became of it, and offers that of the province that it went into.
func (v *visit) territoryOf(x *lineView, l compare.Line, ids []string) {
	a, err := v.portal.territory.Area(l.Flow.CodeOf(l.Key, "REF_AREA"))
	if err != nil || !a.IsProvince() || a.To.IsZero() {
		return
	}
	next, ok := v.portal.territory.Successor(a.ID)
	if !ok {
		return
	}
	x.Note = v.Say("compare.ended", "date", text.FormatDate(v.Lang, a.To), "name", next.Name.In(v.Lang))
	if next.Name == a.Name {
		x.Note = v.Say("compare.ended-same", "date", text.FormatDate(v.Lang, a.To))
	}
	codes := l.Key.Codes()
	codes[l.Flow.Position("REF_AREA")] = next.ID
	id := l.Flow.ID + "/" + strings.Join(codes, ".")
	if len(v.Snap.One(l.Flow.ID, stat.NewKey(codes...)).Obs) > 0 && len(ids) < mostLines && !slices.Contains(ids, id) {
		list := shell.List(append(slices.Clone(ids), id))
		x.Other = &shell.Crumb{Name: v.Say("compare.add-successor", "name", next.Name.In(v.Lang)), URL: v.Here("chuoi", shell.Joined(list))}
	}
}

// chartKinds are the types of chart that can be asked for.
var chartKinds = []string{"duong", "cot", "ban-do", "bang"}
