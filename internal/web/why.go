package web

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// whyPage answers "vì sao có con số này?": the figure, how it came about, and the documents it rests on.
type whyPage struct {
	Frame
	Figure   whyFigure
	Reported bool
	Tree     whyNode
	History  *Figure
	Sources  []documentView
	Cell     string
}

// whyFigure is the figure explained.
type whyFigure struct {
	Flow, Series, Period, Value, Unit, Interval, Level string
	Status, Evidence, Vintage, Source, Note            string
	SeriesURL                                          string
	Missing                                            bool
}

// whyNode is a step of the explanation.
type whyNode struct {
	Role, Name, Period, URL string
	Figures                 []whyValue
	Source                  string // of all the figures, when they share one
	Span                    string // "2019 đến 2025, 7 số", when there are several
	Omitted                 string
	Run                     *whyRun
	From                    []whyNode
	Again                   []Crumb // further inputs that are explained elsewhere in the tree
	Seen                    bool
	Depth                   int
}

type whyValue struct {
	Period, Value, Source, Vintage, URL string
	Flags                               []FlagView
}

type whyRun struct{ ID, Title, Version, At, MethodURL string }

// parseCell reads DATAFLOW/KEY/PERIOD; the period may hold a slash of its own.
func parseCell(s string) (cube.Cell, error) {
	parts := strings.SplitN(s, "/", 3)
	if len(parts) != 3 {
		return cube.Cell{}, fault.New("web.bad-cell", "text", s)
	}
	p, err := stat.ParsePeriod(parts[2])
	if err != nil {
		return cube.Cell{}, fault.New("web.bad-cell", "text", s)
	}
	return cube.Cell{Dataflow: parts[0], Key: stat.Key(parts[1]), Period: p}, nil
}

func (v *visit) explain() (page, error) {
	c, err := parseCell(v.query.Get("o"))
	if err != nil {
		return nil, err
	}
	f, err := v.snap.Catalog.Dataflow(c.Dataflow)
	if err != nil {
		return nil, err
	}
	o, ok := v.snap.Cell(c)
	if !ok {
		return nil, fault.New("cube.no-cell", "cell", c.String())
	}
	node, err := v.known.Explain(v.r.Context(), c)
	if err != nil {
		return nil, err
	}
	name := seriesName(v.snap, f, c.Key, nil).In(v.lang)
	p := &whyPage{Frame: v.newFrame("data", v.say("why.title")), Cell: c.String(), Reported: cube.Reported(o.Observation)}
	p.NoIndex = true
	p.Crumbs = []Crumb{{v.say("data.title"), v.link("/so-lieu")}, {f.Name.In(v.lang), v.link("/so-lieu/" + f.ID)}}
	p.Figure = whyFigure{Flow: f.Name.In(v.lang), Series: name, Period: text.FormatPeriod(v.lang, c.Period), Value: v.num(o), Unit: unitOf(v.snap, f, o).In(v.lang),
		Interval: v.interval(o), Level: v.level(o), Vintage: v.vintage(o.Vintage), Source: v.sourceOf(o).In(v.lang), Note: v.remark(o).In(v.lang),
		Status: nameOf(v.snap, "CL_OBS_STATUS", string(o.Status)).In(v.lang), Evidence: nameOf(v.snap, "CL_EVIDENCE", string(o.Mark())).In(v.lang),
		SeriesURL: v.link("/so-lieu/" + f.ID + "/" + string(c.Key)), Missing: o.Value == nil && o.Printed() == ""}
	titles := map[string]pipeline.Recipe{}
	for _, r := range v.known.Recipes() {
		titles[r.ID] = r
	}
	p.Tree = v.whyTree(node, titles, 0)
	for _, d := range node.Documents() {
		p.Sources = append(p.Sources, v.document(d))
	}
	history := v.snap.CellHistory(c)
	t := newTable("history", both("why.history"), col("vintage", both("data.vintage")), numbers("value", both("data.value"), unitOf(v.snap, f, o), decimalsOf(v.snap, f, o)),
		col("source", both("data.source")), col("evidence", both("data.evidence")), col("note", both("data.note")))
	for i := len(history) - 1; i >= 0; i-- {
		h := history[i]
		cell := v.figure(h)
		cell.href = ""
		t.add(same(v.vintage(h.Vintage)), cell, label(v.sourceOf(h)), label(nameOf(v.snap, "CL_EVIDENCE", string(h.Mark()))), label(v.remark(h)))
	}
	p.History = p.show(&Figure{ID: "lich-su", Title: t.Title, Table: t, Source: v.sourceLine(history), Open: true})
	// The file of this page is the tree, one step a row.
	steps := newTable("why", both("why.title"), export.Column{ID: "depth", Name: both("why.depth"), Kind: export.Number}, col("role", both("why.role")),
		export.Column{ID: "cell", Name: both("why.cell"), Kind: export.Code}, numbers("value", both("data.value"), unitOf(v.snap, f, o), -1), col("source", both("data.source")), col("vintage", both("data.vintage")))
	v.whySteps(steps, node, 0)
	p.History.Long = func() *Table { return steps }
	return p, nil
}

func (v *visit) whySteps(t *Table, n pipeline.Node, depth int) {
	for _, o := range n.Versions {
		t.add(number(stat.Int(int64(depth))), label(v.role(n.Role)), same(o.Cell().String()), v.figure(o), label(v.sourceOf(o)), same(o.Vintage.String()))
	}
	for _, c := range n.From {
		v.whySteps(t, c, depth+1)
	}
}

// fewVersions is how many figures of a whole series an explanation prints.
const fewVersions = 12

func (v *visit) whyTree(n pipeline.Node, titles map[string]pipeline.Recipe, depth int) whyNode {
	out := whyNode{Role: v.role(n.Role).In(v.lang), Seen: n.Seen, Depth: depth}
	f, err := v.snap.Catalog.Dataflow(n.Cell.Dataflow)
	if err != nil {
		return out
	}
	out.Name = f.Name.In(v.lang) + ": " + seriesName(v.snap, f, n.Cell.Key, nil).In(v.lang)
	out.URL = v.link("/so-lieu/" + f.ID + "/" + string(n.Cell.Key))
	fixed := map[string]bool{} // the codes that all figures of a block share
	if n.Cell.Key.Open() {
		var choice []string
		for i, code := range n.Cell.Key.Codes() {
			if d := f.Dimensions[i].ID; code != "" {
				fixed[d] = true
				if d != "FREQ" {
					choice = append(choice, d, code)
				}
			}
		}
		out.URL = v.link("/so-lieu/"+f.ID, choice...)
	}
	if !n.Cell.Period.IsZero() {
		out.Period = text.FormatPeriod(v.lang, n.Cell.Period)
	}
	list := n.Versions
	omitted := n.Omitted
	if len(list) > fewVersions {
		omitted += len(list) - fewVersions
		if n.Cell.Key.Open() {
			list = list[:fewVersions] // the largest come first
		} else {
			list = list[len(list)-fewVersions:]
		}
	}
	if omitted > 0 {
		out.Omitted = v.say("why.omitted", "n", v.count(omitted))
	}
	for _, o := range list {
		name := text.FormatPeriod(v.lang, o.Period)
		if n.Cell.Key.Open() {
			name = seriesName(v.snap, f, o.Key, fixed).In(v.lang) + ", " + text.FormatPeriodInline(v.lang, o.Period)
		}
		out.Figures = append(out.Figures, whyValue{Period: name, Value: strings.TrimSpace(v.num(o) + " " + unitOf(v.snap, f, o).In(v.lang)),
			Source: v.sourceOf(o).In(v.lang), Vintage: v.vintage(o.Vintage), URL: v.why(o.Cell()), Flags: v.flags(o.Status, o.Mark())})
	}
	if size := len(out.Figures); size > 1 {
		out.Span = v.say("why.span", "n", v.count(len(n.Versions)), "from", text.FormatPeriodInline(v.lang, n.Versions[0].Period), "to", text.FormatPeriodInline(v.lang, list[size-1].Period))
		if n.Cell.Key.Open() {
			out.Span = v.say("why.block", "n", v.count(size+omitted))
		}
		out.Source = out.Figures[0].Source + ", " + out.Figures[0].Vintage
		for _, x := range out.Figures {
			if x.Source != out.Figures[0].Source || x.Vintage != out.Figures[0].Vintage {
				out.Source = ""
			}
		}
	}
	if n.Run != nil {
		r := &whyRun{ID: n.Run.ID, Title: n.Run.Recipe, Version: n.Run.Version, At: v.minute(n.Run.FinishedAt)}
		if recipe, ok := titles[n.Run.Recipe]; ok {
			r.Title, r.MethodURL = recipe.Title.In(v.lang), v.methodLink(recipe.Method)
		}
		out.Run = r
	}
	for _, c := range n.From {
		child := v.whyTree(c, titles, depth+1)
		if !child.Seen {
			out.From = append(out.From, child)
			continue
		}
		again := Crumb{child.Name, child.URL}
		if child.Period != "" {
			again.Name += ", " + child.Period
		}
		if !slices.Contains(out.Again, again) {
			out.Again = append(out.Again, again)
		}
	}
	return out
}

// role gives the words for what a figure was used as.
func (v *visit) role(id string) (l catalog.Label) {
	if id == "" {
		return l
	}
	if w := "why.role-" + slugOf(id); hasWord(w) {
		return both(w)
	}
	return catalog.Label{Vi: id, En: id}
}
