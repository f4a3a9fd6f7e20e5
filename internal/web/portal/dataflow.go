package portal

import (
	"maps"
	"slices"
	"sort"
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
)

// dataflowPage is one dataflow: its table with filters, and the files.
type dataflowPage struct {
	shell.Frame
	ID, About         string
	Reported          bool
	Filters           []shell.Filter
	Filtered          bool
	Tables            []*shell.Figure
	Series, Cells     string
	FirstRow, LastRow string
	Pages             []pageLink
	Hidden            int // earlier periods left out of the page
	Method            string
	Vintages          []string
	VintageCount      int
	HistoryFile       string
	Empty             bool
	Fields            []fieldEntry // what the columns mean
	Documents         []documentView
}

type pageLink struct {
	N    int
	URL  string
	Here bool
}

type fieldEntry struct{ ID, Name, List string }

func (v *visit) dataflow() (shell.Page, error) {
	f, err := v.Snap.Catalog.Dataflow(v.R.PathValue("dataflow"))
	if err != nil {
		return nil, err
	}
	p := &dataflowPage{Frame: v.NewFrame("data", f.Name.In(v.Lang)), ID: f.ID, About: f.Description.In(v.Lang), Reported: f.Kind == catalog.Reported}
	p.Description = p.About
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}}
	p.Method = v.methodLink(f.Method)
	if hinh := v.Query.Get("hinh"); slices.Contains(shell.TableFormats(), v.Format) && (hinh == "" || hinh == "bang") {
		return p, v.wholeFile(p, f)
	}
	all := v.Snap.Series(f.ID, "")
	p.Empty = len(all) == 0
	series, filters, err := v.filter(f, all)
	if err != nil {
		return nil, err
	}
	p.Filters = filters
	for _, x := range filters {
		p.Filtered = p.Filtered || !x.Options[0].Selected
	}
	for _, d := range f.Dimensions {
		l, _ := v.Snap.Catalog.Codelist(d.Codelist)
		p.Fields = append(p.Fields, fieldEntry{d.ID, d.Name.In(v.Lang), l.Name.In(v.Lang)})
	}
	days := v.vintages(f.ID)
	p.VintageCount = len(days)
	for i := len(days) - 1; i >= max(0, len(days)-12); i-- {
		p.Vintages = append(p.Vintages, v.Vintage(days[i]))
	}
	cells := 0
	var shownObs []cube.Version
	for _, s := range series {
		cells += len(s.Obs)
		shownObs = append(shownObs, s.Obs...)
	}
	p.Series, p.Cells = v.count(len(series)), v.count(cells)

	history := v.Query.Get("lich-su") == "1"
	p.HistoryFile = v.File("csv", "lich-su", "1")
	pages := max(1, (len(series)+rowsAPage-1)/rowsAPage)
	n, _ := strconv.Atoi(v.Query.Get("trang"))
	if v.Query.Has("trang") && (n < 1 || n > pages) {
		return nil, fault.New("web.no-such-part", "n", v.Query.Get("trang"), "of", pages)
	}
	n = max(n, 1)
	part := series[min((n-1)*rowsAPage, len(series)):min(n*rowsAPage, len(series))]
	p.FirstRow, p.LastRow = v.count((n-1)*rowsAPage+1), v.count(min(n*rowsAPage, len(series)))
	if pages > 1 {
		for i := 1; i <= pages; i++ {
			p.Pages = append(p.Pages, pageLink{i, v.Here("trang", strconv.Itoa(i)), i == n})
		}
	}
	// Years and quarters do not share columns: a table for each frequency. The first one answers for the page's files.
	for i, group := range byFrequency(f, part) {
		shown, hidden, unit := v.pivot(f, group)
		p.Hidden += hidden
		fig := &shell.Figure{ID: "bang", Title: f.Name, Note: unit.In(v.Lang), Table: shown, Stream: func() *export.Table { return v.file(f, series, history) }, Source: v.SourceLine(shownObs), Open: true}
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
		p.Show(&shell.Figure{ID: "bang", Title: f.Name, Table: shell.NewTable(f.ID, f.Name, shell.Text("series", both("data.series"))), Source: v.VintageLine()})
	}
	p.Documents = v.documents(shownObs)
	p.Data = v.dataset(f, shownObs)
	return p, nil
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

// vintages lists the days of publication that sources state, oldest first, as they are recorded.
func (v *visit) vintages(flow string) []stat.Vintage {
	var out []stat.Vintage
	for _, o := range v.Snap.History(flow, "") {
		if o.Vintage.Written != "" && !slices.Contains(out, o.Vintage) {
			out = append(out, o.Vintage)
		}
	}
	slices.SortStableFunc(out, func(a, b stat.Vintage) int { return a.Date.Compare(b.Date) })
	return out
}

// filter applies the choices in the address and lists what can be chosen. A code that the dataflow's list does not have is refused.
func (v *visit) filter(f *catalog.Dataflow, all []publish.Series) ([]publish.Series, []shell.Filter, error) {
	chosen := map[int]string{}
	for i, d := range f.Dimensions {
		code := v.Query.Get(d.ID)
		if code == "" {
			continue
		}
		if err := v.knows(d, code); err != nil {
			return nil, nil, err
		}
		chosen[i] = code
	}
	var out []publish.Series
	present := make([]map[string]bool, len(f.Dimensions))
	for i := range present {
		present[i] = map[string]bool{}
	}
	for _, s := range all {
		codes := s.Key.Codes()
		fits := 0
		for i, want := range chosen {
			if codes[i] == want {
				fits++
			}
		}
		if fits == len(chosen) {
			out = append(out, s)
		}
		for i, c := range codes {
			// A code can be chosen when the other choices leave it something.
			_, own := chosen[i]
			if others := len(chosen) - btoi(own); fits-btoi(own && codes[i] == chosen[i]) == others {
				present[i][c] = true
			}
		}
	}
	var filters []shell.Filter
	for i, d := range f.Dimensions {
		if len(present[i]) < 2 && chosen[i] == "" {
			continue
		}
		l, err := v.Snap.Catalog.Codelist(d.Codelist)
		if err != nil {
			return nil, nil, err
		}
		codes := slices.Sorted(maps.Keys(present[i]))
		sort.SliceStable(codes, func(a, b int) bool { return l.Position(codes[a]) < l.Position(codes[b]) })
		x := shell.Filter{ID: d.ID, Name: d.Name.In(v.Lang), Options: []shell.Option{{Name: v.Say("data.all"), Selected: chosen[i] == ""}}}
		for _, c := range codes {
			x.Options = append(x.Options, shell.Option{Value: c, Name: nameOf(v.Snap, d.Codelist, c).In(v.Lang), Selected: chosen[i] == c})
		}
		filters = append(filters, x)
	}
	return out, filters, nil
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
		row := []shell.Cell{shell.Label(name).To(v.Link("/so-lieu/" + f.ID + "/" + string(s.Key)))}
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
	chosen := map[string]string{}
	for _, d := range f.Dimensions {
		code := v.Query.Get(d.ID)
		if code == "" {
			continue
		}
		if err := v.knows(d, code); err != nil {
			return err
		}
		chosen[d.ID] = code
	}
	figures := v.Snap.Stream(v.R.Context(), f.ID, string(f.KeyOf(chosen)), v.Query.Get("lich-su") == "1")
	p.Show(&shell.Figure{ID: "bang", Title: f.Name, Table: shell.NewTable(f.ID, f.Name), Source: v.VintageLine(), Stream: func() *export.Table { return export.Dataflow(v.Snap.Catalog, f, figures) }})
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
