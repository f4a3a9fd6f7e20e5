package portal

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// Bounds of what one page shows; the files hold everything.
const (
	rowsAPage   = 50
	maxPeriods  = 12
	maxInLegend = 6
	maxOptions  = 500    // of a list to choose from; of more codes one is written
	mostNamed   = 20_000 // figures of which all documents are named; of more those of the part shown
)

// dataflowPage is one dataflow: its table with filters, and the files.
type dataflowPage struct {
	shell.Frame
	ID, About     string
	Reported      bool
	Filters       []shell.Filter
	Filtered      bool
	Tables        []*shell.Figure
	Series, Cells string
	Parts         *parts
	Partly        bool // the documents are those of the part shown
	Hidden        int  // earlier periods left out of the page
	Method        string
	Two           template.HTML // the way to why two definitions differ
	Vintages      []string
	VintageCount  int
	HistoryFile   string
	Empty         bool
	Fields        []fieldEntry // what the columns mean
	Documents     []documentView
}

type fieldEntry struct{ ID, Name, List string }

func (v *visit) dataflow() (shell.Page, error) {
	f, err := v.Snap.Catalog.Dataflow(v.R.PathValue("dataflow"))
	if err != nil {
		return nil, err
	}
	if _, err := v.OneOf("lich-su", "1"); err != nil {
		return nil, err
	}
	p := &dataflowPage{Frame: v.NewFrame("data", f.Name.In(v.Lang)), ID: f.ID, About: f.Description.In(v.Lang), Reported: f.Kind == catalog.Reported}
	p.Description = p.About
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}}
	p.Following = v.following("/so-lieu/" + f.ID)
	p.Method = v.methodLink(f.Method)
	p.Two = v.whyTwoOf(f, "")
	if hinh := v.Query.Get("hinh"); slices.Contains(shell.TableFormats(), v.Format) && (hinh == "" || hinh == "bang") {
		return p, v.wholeFile(p, f)
	}
	extent := v.Snap.Extent(f.ID)
	p.Empty = extent.Series == 0
	pattern, err := v.chosen(f)
	if err != nil {
		return nil, err
	}
	choice := v.Snap.Choose(f.ID, pattern)
	if p.Filters, err = v.filters(f, choice); err != nil {
		return nil, err
	}
	for _, x := range p.Filters {
		p.Filtered = p.Filtered || !x.Options[0].Selected
	}
	for _, d := range f.Dimensions {
		l, _ := v.Snap.Catalog.Codelist(d.Codelist)
		p.Fields = append(p.Fields, fieldEntry{d.ID, d.Name.In(v.Lang), l.Name.In(v.Lang)})
	}
	days := extent.Stated
	p.VintageCount = len(days)
	for i := len(days) - 1; i >= max(0, len(days)-12); i-- {
		p.Vintages = append(p.Vintages, v.Vintage(days[i]))
	}
	p.Series = v.count(choice.Len())
	cells, counted := choice.Cells()
	if counted {
		p.Cells = v.count(cells)
	}
	p.HistoryFile = v.File("csv", "lich-su", "1")
	part, err := v.part(p, f, choice)
	if err != nil {
		return nil, err
	}
	series := part // those whose documents are named
	if counted && cells <= mostNamed {
		series = v.Snap.Some(f.ID, choice.Keys(0, choice.Len()))
	} else {
		p.Partly = true
	}
	var shownObs []cube.Version
	for _, s := range series {
		shownObs = append(shownObs, s.Obs...)
	}
	v.tables(p, f, part, pattern, v.SourceLine(shownObs))
	p.Documents = v.documents(shownObs)
	if p.Data = v.dataset(f.ID, f, f.Name, shownObs, nil); p.Partly {
		p.Data = v.dataset(f.ID, f, f.Name, shownObs, &extent)
	}
	return p, nil
}

// part reads the part of the series that the address asks for, and gives the page the way to the others.
func (v *visit) part(p *dataflowPage, f *catalog.Dataflow, choice *publish.Choice) ([]publish.Series, error) {
	var err error
	if p.Parts, err = v.parts(choice.Len()); err != nil {
		return nil, err
	}
	first := v.partAsked() * rowsAPage
	return v.Snap.Some(f.ID, choice.Keys(first, first+rowsAPage)), nil
}

// tables puts series on a page. The files of the first table hold all series of a pattern.
func (v *visit) tables(p *dataflowPage, f *catalog.Dataflow, part []publish.Series, pattern string, source shell.Credit) {
	history := v.Query.Get("lich-su") == "1"
	// Years and quarters do not share columns: a table for each frequency. The first one answers for the page's files.
	for i, group := range byFrequency(f, part) {
		shown, hidden, unit := v.pivot(f, group)
		p.Hidden += hidden
		fig := &shell.Figure{ID: "bang", Title: f.Name, Note: unit.In(v.Lang), Table: shown, Stream: func() *export.Table {
			return export.Dataflow(v.Snap.Catalog, f, v.Snap.Stream(v.R.Context(), f.ID, pattern, history))
		}, Source: source, Open: true}
		if freq := f.CodeOf(group[0].Key, "FREQ"); freq != "" && len(group) < len(part) {
			name := nameOf(v.Snap, "CL_FREQ", freq)
			fig.Title = catalog.Label{Vi: say("vi", "data.by-frequency", "flow", f.Name.Vi, "frequency", name.Vi), En: say("en", "data.by-frequency", "flow", f.Name.In("en"), "frequency", name.In("en"))}
		}
		if i > 0 {
			fig.ID = "bang-" + strconv.Itoa(i+1)
			fig.Table.ID += "-" + f.CodeOf(group[0].Key, "FREQ")
			fig.Stream = func() *export.Table { return v.file(f, group, history) }
		}
		if len(group) <= maxInLegend {
			fig.Chart = v.linesOf(f, group)
		}
		p.Tables = append(p.Tables, p.Show(fig))
	}
	if len(part) == 0 {
		p.Show(&shell.Figure{ID: "bang", Title: f.Name, Table: shell.NewTable(f.ID, f.Name, shell.Text("series", both("data.series"))), Source: v.SourceLine(nil)})
	}
}

// byFrequency parts series by their frequency, in the order in which they come.
func byFrequency(f *catalog.Dataflow, series []publish.Series) [][]publish.Series {
	var out [][]publish.Series
	for _, s := range series {
		if n := len(out); n > 0 && f.CodeOf(out[n-1][0].Key, "FREQ") == f.CodeOf(s.Key, "FREQ") {
			out[n-1] = append(out[n-1], s)
			continue
		}
		out = append(out, []publish.Series{s})
	}
	return out
}

// chosen gives the choices in the address as a pattern. A code that the dataflow's list does not have is refused.
func (v *visit) chosen(f *catalog.Dataflow) (string, error) {
	chosen := map[string]string{}
	for _, d := range f.Dimensions {
		code := v.Query.Get(d.ID)
		if code == "" {
			continue
		}
		if err := v.knows(d, code); err != nil {
			return "", err
		}
		chosen[d.ID] = code
	}
	return string(f.KeyOf(chosen)), nil
}

// filters lists what can be chosen: of each dimension the codes that leave the other choices something.
func (v *visit) filters(f *catalog.Dataflow, choice *publish.Choice) ([]shell.Filter, error) {
	var filters []shell.Filter
	for i, d := range f.Dimensions {
		codes, chosen := choice.Codes(i), v.Query.Get(d.ID)
		if len(codes) < 2 && chosen == "" {
			continue
		}
		l, err := v.Snap.Catalog.Codelist(d.Codelist)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(l.Position(a), l.Position(b)), cmp.Compare(a, b)) })
		x := shell.Filter{ID: d.ID, Name: d.Name.In(v.Lang), Options: []shell.Option{{Name: v.Say("data.all"), Selected: chosen == ""}}}
		if len(codes) > maxOptions {
			x.Name, x.Typed, x.Code = v.Say("data.code-of", "dimension", x.Name), true, chosen
			filters = append(filters, x)
			continue
		}
		for _, c := range codes {
			x.Options = append(x.Options, shell.Option{Value: c, Name: nameOf(v.Snap, d.Codelist, c).In(v.Lang), Selected: chosen == c})
		}
		filters = append(filters, x)
	}
	return filters, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// pivot arranges series as rows and periods as columns, the newest periods first to be kept. Where units differ, each row
// says its own.
func (v *visit) pivot(f *catalog.Dataflow, series []publish.Series, hide ...string) (t *shell.Table, hidden int, unit catalog.Label) {
	seen := map[stat.Period]bool{}
	var span []stat.Period
	units := map[catalog.Label]bool{}
	var keys []stat.Key
	for _, s := range series {
		keys = append(keys, s.Key)
		for _, o := range s.Obs {
			if !seen[o.Period] {
				seen[o.Period] = true
				span = append(span, o.Period)
			}
			unit = unitOf(v.Snap, f, o)
			units[unit] = true
		}
	}
	slices.SortFunc(span, stat.Period.Compare)
	if len(span) > maxPeriods {
		hidden = len(span) - maxPeriods
		span = span[hidden:]
	}
	slices.Reverse(span) // the newest stands beside the names, where a narrow screen shows it
	t = shell.NewTable(f.ID, f.Name)
	skip := common(f, keys)
	for _, d := range hide {
		skip[d] = true
	}
	t.Columns = append(t.Columns, shell.Text("series", both("data.series")))
	mixed := len(units) > 1
	if mixed {
		unit = catalog.Label{}
		t.Columns = append(t.Columns, shell.Text("unit", both("data.unit")))
	}
	for _, x := range span {
		name := catalog.Label{Vi: text.FormatPeriod("vi", x), En: text.FormatPeriod("en", x)}
		t.Columns = append(t.Columns, shell.Numbers("p"+x.String(), name, catalog.Label{}, -1))
	}
	for _, s := range series {
		name := shortName(v.Snap, f, s.Key, skip)
		if name.Vi == "" {
			name = f.Name
		}
		row := []shell.Cell{shell.Label(name).To(v.Link("/so-lieu/" + f.ID + "/" + string(s.Key))).Sparked(v.spark(s.Obs))}
		if mixed {
			row = append(row, shell.Label(unitOf(v.Snap, f, s.Obs[len(s.Obs)-1])))
		}
		at := map[stat.Period]cube.Version{}
		for _, o := range s.Obs {
			at[o.Period] = o
		}
		for _, x := range span {
			if o, ok := at[x]; ok {
				row = append(row, v.CellOf(o))
			} else {
				row = append(row, shell.None(""))
			}
		}
		t.Add(row...)
	}
	return t, hidden, unit
}

// wholeFile puts the table of a dataflow on a page that is given as a file: the figures that were chosen, read as they are written.
func (v *visit) wholeFile(p *dataflowPage, f *catalog.Dataflow) error {
	pattern, err := v.chosen(f)
	if err != nil {
		return err
	}
	figures := v.Snap.Stream(v.R.Context(), f.ID, pattern, v.Query.Get("lich-su") == "1")
	p.Show(&shell.Figure{ID: "bang", Title: f.Name, Table: shell.NewTable(f.ID, f.Name), Source: v.SourceLine(nil), Stream: func() *export.Table { return export.Dataflow(v.Snap.Catalog, f, figures) }})
	return nil
}

// knows refuses a code that the list of a dimension does not have.
func (v *visit) knows(d catalog.Dimension, code string) error {
	l, err := v.Snap.Catalog.Codelist(d.Codelist)
	if err != nil {
		return err
	}
	if _, ok := l.Code(code); !ok {
		return fault.New("web.no-code", "code", code, "dimension", d.ID)
	}
	return nil
}

// file is the long table of some series, which is what files hold: the newest figure of each cell, or every version.
func (v *visit) file(f *catalog.Dataflow, series []publish.Series, history bool) *export.Table {
	return export.Dataflow(v.Snap.Catalog, f, func(yield func(cube.Version, error) bool) {
		for _, s := range series {
			list := s.Obs
			if history {
				list = v.Snap.History(f.ID, string(s.Key))
			}
			for _, o := range list {
				if !yield(o, nil) {
					return
				}
			}
		}
	})
}
