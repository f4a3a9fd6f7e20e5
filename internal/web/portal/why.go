package portal

import (
	"html/template"
	"io"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// whyPage answers "vì sao có con số này?": the figure, how it came about, and the documents it rests on.
type whyPage struct {
	shell.Frame
	Figure    whyFigure
	Sentence  string // how the figure came about, with its numbers
	Workbook  string // address of the workbook in which it can be computed again
	Reported  bool
	OfRecords bool // computed from records alone
	Tree      whyNode
	History   *shell.Figure
	Sources   []documentView
	Cell      string
	Two       template.HTML // the way to why two definitions differ
}

// whyFigure is the figure explained.
type whyFigure struct {
	Series, Period, Value, Unit, Interval, Level string
	Status, Evidence, Vintage, Source, Note      string
	SeriesURL                                    string
	Missing                                      bool
}

// whyNode is a step of the explanation.
type whyNode struct {
	Role, Name, Period, URL string
	Figures                 []whyValue
	Source                  string // of all the figures, when they share one
	Span                    string // "2019 đến 2025, 7 số", when there are several
	Omitted, Withheld       string
	Sentence                string // how the figure of this step came about
	Run                     *whyRun
	Records                 []whyRecords
	From                    []whyNode
	Again                   []shell.Crumb // further inputs that are explained elsewhere in the tree
	Seen                    bool
	Depth                   int
}

// joins reports whether the figures of another step are of the same published series in the same role, and so stand in one list with these.
func (n whyNode) joins(o whyNode) bool {
	return n.URL == o.URL && n.Role == o.Role && n.Run == nil && o.Run == nil && n.Span == "" && o.Span == "" && n.Withheld == "" && o.Withheld == ""
}

// Inputs counts what a step was made from.
func (n whyNode) Inputs() int { return len(n.From) + len(n.Again) }

type whyValue struct {
	Period, Value, Source, Vintage, URL string
	Flags                               []shell.FlagView
}

// whyRecords are the records of one kind and role that a step was made from.
type whyRecords struct {
	Title string
	List  []shell.Crumb
}

type whyRun struct{ ID, Title, Version, At, Replay, MethodURL string }

func (v *visit) explain() (shell.Page, error) {
	if v.Query.Get("o") == "" {
		return nil, fault.New("web.no-cell")
	}
	c, err := cube.ParseCell(v.Query.Get("o"))
	if err != nil {
		return nil, err
	}
	f, err := v.Snap.Catalog.Dataflow(c.Dataflow)
	if err != nil {
		return nil, err
	}
	o, ok := v.Snap.Cell(c)
	if !ok {
		return nil, fault.New("cube.no-cell", "cell", c.String())
	}
	node, err := v.AsOfView.Explain(v.R.Context(), c)
	if err != nil {
		return nil, err
	}
	title := namesOf(v.Snap).Title(f, c.Key)
	name := title.In(v.Lang)
	p := &whyPage{Frame: v.NewFrame("data", v.Say("why.title")), Cell: c.String(), Reported: cube.Reported(o.Observation)}
	p.NoIndex = true
	p.Two = v.whyTwoOf(f, c.Key)
	p.Subject = catalog.Label{Vi: title.Vi + ", " + text.FormatPeriodInline("vi", c.Period), En: title.In("en") + ", " + text.FormatPeriodInline("en", c.Period)}
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}, {Name: f.Name.In(v.Lang), URL: v.Link("/so-lieu/" + f.ID)}}
	p.Figure = whyFigure{Series: name, Period: text.FormatPeriod(v.Lang, c.Period), Value: v.Number(o), Unit: unitOf(v.Snap, f, o).In(v.Lang),
		Interval: v.Interval(o), Level: v.Level(o), Vintage: v.publishedOn(o), Source: v.sourceOf(o).In(v.Lang), Note: v.remark(o).In(v.Lang),
		Status: namesOf(v.Snap).Status(o).In(v.Lang), Evidence: view.MarkFlag(o.Mark()).Name.In(v.Lang),
		SeriesURL: v.Link("/so-lieu/" + f.ID + "/" + string(c.Key)), Missing: o.Value == nil && o.Printed() == ""}
	speaker := v.speaker()
	switch unit, _ := namesOf(v.Snap).UnitCode(f, o); {
	case o.Value == nil && o.Printed() == "":
		p.Figure.Value = speaker.Missing(o)
	case o.Value == nil && !view.Counts(p.Figure.Value) || unit == "FRACTION": // a bare number, or words that count nothing
		p.Figure.Unit = ""
	case unit == rankUnit:
		p.Figure.Value, p.Figure.Unit = speaker.Value(o), ""
	}
	if s, ok := speaker.Sentence(node); ok && !p.Reported {
		p.Sentence = s.Text
		if o.Dataflow == statusFlow && o.Value != nil { // its unit is that of the target
			p.Figure.Value, p.Figure.Unit = s.Result, ""
		}
	}
	p.Tree = v.whyTree(node, speaker, 0)
	p.OfRecords = len(node.Records) > 0 && len(node.From) == 0
	p.Workbook = v.File("xlsx")
	for _, d := range node.Documents() {
		p.Sources = append(p.Sources, v.document(d))
	}
	history := v.Snap.CellHistory(c)
	t := shell.NewTable("history", both("why.history"), shell.Days("vintage", both("data.vintage")), shell.Numbers("value", both("data.value"), unitOf(v.Snap, f, o), decimalsOf(v.Snap, f, o)),
		shell.Text("source", both("data.source")), shell.Text("evidence", both("data.evidence")), shell.Text("note", both("data.note")))
	for i := len(history) - 1; i >= 0; i-- {
		h := history[i]
		cell := v.CellOf(h)
		cell.Href = ""
		t.Add(v.publication(h), cell, shell.Label(v.sourceOf(h)), shell.Label(view.MarkFlag(h.Mark()).Name), shell.Label(v.remark(h)))
	}
	p.History = p.Show(&shell.Figure{ID: "lich-su", Lead: &o, Title: t.Title, Table: t, Source: v.SourceLine(history), Open: true})
	// The file of this page is the tree, one step a row.
	steps := shell.NewTable("why", both("why.title"), export.Column{ID: "depth", Name: both("why.depth"), Kind: export.Number}, shell.Text("role", both("why.role")),
		export.Column{ID: "cell", Name: both("why.cell"), Kind: export.Code}, shell.Numbers("value", both("data.value"), unitOf(v.Snap, f, o), -1), shell.Text("source", both("data.source")), shell.Days("vintage", both("data.vintage")))
	p.History.Long = func() *shell.Table {
		v.whySteps(steps, node, 0)
		return steps
	}
	if !p.Reported {
		p.History.Workbook = func(w io.Writer) error {
			return speaker.WriteWorkbook(v.R.Context(), w, node, export.Properties(v.Current.Release, v.Site.Publisher(), ""))
		}
	}
	return p, nil
}

// publishedOn writes the day on which a figure was published; a replayed one was not.
func (v *visit) publishedOn(o cube.Version) string {
	if _, _, replayed := pipeline.ReplayOf(o.Attributes[stat.AttrRun]); replayed {
		return v.Say("why.never-published")
	}
	return v.Vintage(o.Vintage)
}

// publication is the cell of that day.
func (v *visit) publication(o cube.Version) shell.Cell {
	if _, _, replayed := pipeline.ReplayOf(o.Attributes[stat.AttrRun]); replayed {
		return shell.Label(both("why.never-published"))
	}
	return shell.Day(o.Vintage)
}

func (v *visit) whySteps(t *shell.Table, n pipeline.Node, depth int) {
	for _, o := range n.Versions {
		t.Add(shell.Number(stat.Int(int64(depth))), shell.Label(view.Role(n.Role)), shell.Same(o.Cell().String()), v.CellOf(o), shell.Label(v.sourceOf(o)), v.publication(o))
	}
	for _, r := range n.Records {
		t.Add(shell.Number(stat.Int(int64(depth+1))), shell.Label(view.Role(r.Role)), shell.Same(r.Type+"/"+r.ID), shell.Cell{}, shell.Cell{}, shell.Cell{})
	}
	for _, c := range n.From {
		v.whySteps(t, c, depth+1)
	}
}

// fewVersions is how many figures of a whole series an explanation prints.
const fewVersions = 12

func (v *visit) whyTree(n pipeline.Node, speaker *view.Speaker, depth int) whyNode {
	out := whyNode{Role: view.Role(n.Role).In(v.Lang), Seen: n.Seen, Depth: depth}
	f, err := v.Snap.Catalog.Dataflow(n.Cell.Dataflow)
	if err != nil {
		return out
	}
	if out.Name = namesOf(v.Snap).Title(f, n.Cell.Key).In(v.Lang); n.Cell.Key.Open() {
		out.Name = f.Called(n.Cell.Key).In(v.Lang) + ": " + seriesName(v.Snap, f, n.Cell.Key, nil).In(v.Lang)
	}
	out.URL = v.Link("/so-lieu/" + f.ID + "/" + string(n.Cell.Key))
	fixed := map[string]bool{} // the codes that all figures of a block share
	if n.Cell.Key.Open() {
		out.URL = v.blockLink(f, n.Cell.Key, fixed)
	}
	if !n.Cell.Period.IsZero() {
		out.Period = text.FormatPeriod(v.Lang, n.Cell.Period)
	}
	v.whyFigures(&out, n, f, fixed, speaker)
	if n.Run != nil {
		out.Run = v.whyRunOf(n.Run, speaker)
		if s, ok := speaker.Sentence(n); ok && depth > 0 {
			out.Sentence = s.Text
		}
	}
	out.Records = v.whyRecords(n, speaker)
	for _, c := range n.From {
		out.takeIn(v.whyTree(c, speaker, depth+1))
	}
	return out
}

// whyRecords lists the records of a node. Those that have a page lead to it.
func (v *visit) whyRecords(n pipeline.Node, speaker *view.Speaker) (out []whyRecords) {
	for _, g := range speaker.Records(n) {
		x := whyRecords{Title: v.Say("why.records", "n", v.count(len(g.Records)), "type", g.Type.In(v.Lang), "role", g.Role.In(v.Lang))}
		for _, r := range g.Records {
			c := shell.Crumb{Name: r.ID + ": " + r.Name.In(v.Lang)}
			if r.Type == "target" {
				c.URL = v.Link("/muc-tieu/" + r.ID)
			}
			x.List = append(x.List, c)
		}
		out = append(out, x)
	}
	return out
}

// blockLink leads to the figures of a block: to its dataflow, with the codes chosen that it fixes, which are noted in fixed.
func (v *visit) blockLink(f *catalog.Dataflow, key stat.Key, fixed map[string]bool) string {
	var choice []string
	for i, code := range key.Codes() {
		if d := f.Dimensions[i].ID; code != "" {
			fixed[d] = true
			if d != "FREQ" && !strings.Contains(code, "+") { // a choice is one code; a dimension with several stays open
				choice = append(choice, d, code)
			}
		}
	}
	return v.Link("/so-lieu/"+f.ID, choice...)
}

// whyFigures fills in the figures of a node, and says once what they share.
func (v *visit) whyFigures(out *whyNode, n pipeline.Node, f *catalog.Dataflow, fixed map[string]bool, speaker *view.Speaker) {
	list, omitted := view.Shown(n, fewVersions)
	if omitted > 0 {
		out.Omitted = v.Say("why.omitted", "n", v.count(omitted))
	}
	if n.Withheld > 0 {
		out.Withheld = v.Say("why.withheld", "n", v.count(n.Withheld))
	}
	for _, o := range list {
		name := text.FormatPeriod(v.Lang, o.Period)
		if n.Cell.Key.Open() {
			name = seriesName(v.Snap, f, o.Key, fixed).In(v.Lang) + ", " + text.FormatPeriodInline(v.Lang, o.Period)
		}
		out.Figures = append(out.Figures, whyValue{Period: name, Value: speaker.Value(o),
			Source: v.sourceOf(o).In(v.Lang), Vintage: v.Vintage(o.Vintage), URL: v.Why(o.Cell()), Flags: v.Flags(o.Status, o.Mark())})
	}
	if size := len(out.Figures); size > 1 {
		out.Span = v.Say("why.span", "n", v.count(len(n.Versions)), "from", text.FormatPeriodInline(v.Lang, n.Versions[0].Period), "to", text.FormatPeriodInline(v.Lang, list[size-1].Period))
		if n.Cell.Key.Open() {
			out.Span = v.Say("why.block", "n", v.count(size+omitted))
		}
		out.Source = out.Figures[0].Source + ", " + out.Figures[0].Vintage
		for _, x := range out.Figures {
			if x.Source != out.Figures[0].Source || x.Vintage != out.Figures[0].Vintage {
				out.Source = ""
			}
		}
	}
}

func (v *visit) whyRunOf(run *pipeline.Run, speaker *view.Speaker) *whyRun {
	title, method := speaker.Title(run)
	out := &whyRun{ID: run.ID, Title: title.In(v.Lang), Version: run.Version}
	if _, day, ok := pipeline.ReplayOf(run.ID); ok {
		out.Replay = text.FormatDate(v.Lang, day)
	} else {
		out.At = v.Minute(run.FinishedAt)
	}
	if method != "" {
		out.MethodURL = v.methodLink(method)
	}
	return out
}

// takeIn puts an input under the node: beside the one before it that it joins, or by name alone when it was explained already.
func (n *whyNode) takeIn(child whyNode) {
	if !child.Seen {
		if last := len(n.From) - 1; last >= 0 && n.From[last].joins(child) {
			n.From[last].Figures, n.From[last].Period = append(n.From[last].Figures, child.Figures...), ""
			return
		}
		n.From = append(n.From, child)
		return
	}
	again := shell.Crumb{Name: child.Name, URL: child.URL}
	if child.Period != "" {
		again.Name += ", " + child.Period
	}
	if !slices.Contains(n.Again, again) {
		n.Again = append(n.Again, again)
	}
}

// speaker says in words what explanations mean.
func (v *visit) speaker() *view.Speaker {
	return view.NewSpeaker(v.Snap.Catalog, v.AsOfView.Recipes(), v.Lang, v.Snap.Cell)
}
