package portal

import (
	"maps"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// tasksPage accounts for the tasks assigned and follows the ten action programmes.
type tasksPage struct {
	shell.Frame
	Answer         string
	Account, Rates *shell.Figure
	Others         *shell.Figure
	Programmes     *shell.Figure
	Actions        []action
	Method         string
}

// action is one of the action programmes.
type action struct {
	No, Name, Deadline, FollowUp, Source string
	Unknown                              bool // nothing is on record about what became of it
	Figures                              []fact
	Flags                                []shell.FlagView
}

// accounting lists the measures of the identity assigned = done on time + done late + in time + overdue, in its order.
var accounting = []string{"ASSIGNED", "DONE", "DONE_ON_TIME", "DONE_LATE", "NOT_DONE", "IN_TIME", "OVERDUE"}

func (v *visit) tasks() (shell.Page, error) {
	p := &tasksPage{Frame: v.NewFrame("tasks", v.Say("tasks.title")), Method: v.methodLink("task-accounting")}
	p.Description = v.Say("tasks.description")
	v.taskAccount(p)
	v.taskRates(p)
	v.actions(p)
	return p, nil
}

// taskCell is a programme at a time.
type taskCell struct {
	programme string
	period    stat.Period
}

func (v *visit) taskAccount(p *tasksPage) {
	f, err := v.Snap.Catalog.Dataflow("TASKS")
	if err != nil {
		return
	}
	at := map[taskCell]map[string]cube.Version{}
	var order []taskCell
	var obs []cube.Version
	for _, s := range v.Snap.Series("TASKS", "") {
		for _, o := range s.Obs {
			k := taskCell{f.CodeOf(o.Key, "PROGRAMME"), o.Period}
			if at[k] == nil {
				at[k] = map[string]cube.Version{}
				order = append(order, k)
			}
			at[k][f.CodeOf(o.Key, "MEASURE")] = o
			obs = append(obs, o)
		}
	}
	unit := unitLabel(v.Snap, "TASKS", "")
	t := shell.NewTable("task-account", both("tasks.account"), shell.Text("programme", both("tasks.programme")), shell.Periods("period", both("tasks.as-of")))
	t.Heads = 2
	for _, m := range accounting {
		t.Columns = append(t.Columns, shell.Numbers(m, nameOf(v.Snap, "CL_TASK_MEASURE", m), unit, 0))
	}
	others := shell.NewTable("task-others", both("tasks.others"), shell.Text("programme", both("tasks.programme")), shell.Periods("period", both("tasks.as-of")), shell.Text("measure", both("tasks.measure")),
		shell.Numbers("value", both("data.value"), catalog.Label{}, -1), shell.Text("unit", both("data.unit")), shell.Text("source", both("data.source")), shell.Text("note", both("data.note")))
	isAccount := map[string]bool{}
	for _, m := range accounting {
		isAccount[m] = true
	}
	slices.SortStableFunc(order, func(a, b taskCell) int { return b.period.Compare(a.period) })
	var newest taskCell
	for _, k := range order {
		row := []shell.Cell{shell.Label(nameOf(v.Snap, "CL_PROGRAMME", k.programme)), shell.When(k.period)}
		have := 0
		for _, m := range accounting {
			if o, ok := at[k][m]; ok {
				row = append(row, v.CellOf(o))
				have++
			} else {
				row = append(row, shell.None(""))
			}
		}
		_, assigned := at[k]["ASSIGNED"]
		_, done := at[k]["DONE"]
		if assigned && have > 1 {
			t.Add(row...)
			if done && (newest.programme == "" || k.period.Compare(newest.period) > 0) {
				newest = k
			}
		}
		for _, m := range slices.Sorted(maps.Keys(at[k])) {
			if isAccount[m] && assigned && have > 1 {
				continue
			}
			o := at[k][m]
			others.Add(shell.Label(nameOf(v.Snap, "CL_PROGRAMME", k.programme)), shell.When(k.period), shell.Label(nameOf(v.Snap, "CL_TASK_MEASURE", m)), v.rounded(o), shell.Label(unitOf(v.Snap, f, o)), shell.Label(v.sourceOf(o)), shell.Label(v.remark(o)))
		}
	}
	if newest.programme != "" {
		a, d := at[newest]["ASSIGNED"], at[newest]["DONE"]
		p.Answer = v.Say("tasks.answer", "programme", nameOf(v.Snap, "CL_PROGRAMME", newest.programme).In(v.Lang), "assigned", v.Number(a), "done", v.Number(d),
			"period", text.FormatPeriodInline(v.Lang, newest.period))
	}
	if len(t.Rows) > 0 {
		t.Notes = append(t.Notes, both("tasks.account-note"))
		p.Account = p.Show(&shell.Figure{ID: "ke-toan", Title: t.Title, Note: v.Say("tasks.identity"), Table: t, Source: v.SourceLine(obs), Open: true})
	}
	if len(others.Rows) > 0 {
		p.Others = p.Show(&shell.Figure{ID: "so-khac", Title: others.Title, Table: others, Source: v.SourceLine(obs)})
	}
}

func (v *visit) taskRates(p *tasksPage) {
	f, err := v.Snap.Catalog.Dataflow("TASK_RATES")
	if err != nil {
		return
	}
	t := shell.NewTable("task-rates", both("tasks.rates"), shell.Text("programme", both("tasks.programme")), shell.Periods("period", both("tasks.as-of")), shell.Text("rate", both("tasks.rate")), shell.Text("base", both("tasks.base")),
		shell.Numbers("value", both("tasks.computed"), catalog.Label{Vi: "%", En: "%"}, 2), shell.Text("printed", both("tasks.printed")))
	t.Heads, t.Stack = 2, true
	var obs []cube.Version
	var rates []cube.Version
	for _, s := range v.Snap.Series("TASK_RATES", "") {
		rates = append(rates, s.Obs...)
	}
	slices.SortStableFunc(rates, func(a, b cube.Version) int { return b.Period.Compare(a.Period) })
	for _, o := range rates {
		code := f.CodeOf(o.Key, "MEASURE")
		base := noteOf(v.Snap, "CL_TASK_RATE", code, "base")
		name := catalog.Label{Vi: base, En: base}
		if id := "tasks.base-" + base; hasWord(id) {
			name = both(id)
		}
		t.Add(shell.Label(nameOf(v.Snap, "CL_PROGRAMME", f.CodeOf(o.Key, "PROGRAMME"))), shell.When(o.Period), shell.Label(nameOf(v.Snap, "CL_TASK_RATE", code)), shell.Label(name), v.CellOf(o), v.printedRate(f, o, rates))
		obs = append(obs, o)
	}
	if len(t.Rows) > 0 {
		p.Rates = p.Show(&shell.Figure{ID: "ty-le", Title: t.Title, Note: v.Say("tasks.rates-note"), Table: t, Source: v.SourceLine(obs), Open: true})
	}
}

// printedOf names the rates that reports print, by the outcome that the computed rate counts; a report does not say of which base its rate is.
var printedOf = map[string]string{"DONE_OF_DUE": "PRT_DONE", "DONE_OF_ASSIGNED": "PRT_DONE", "OVERDUE_OF_DUE": "PRT_OVERDUE", "OVERDUE_OF_ASSIGNED": "PRT_OVERDUE",
	"ACHIEVED_OF_TOTAL": "PRT_ACHIEVED", "LIKELY_OF_TOTAL": "PRT_LIKELY", "FOCUS_OF_TOTAL": "PRT_FOCUS"}

// printedRate finds the rate that the report prints beside the one computed from its counts: of the computed rates of one outcome the one that it
// is, as precisely as it is printed; where it is none of them, that of the tasks due, or the only one.
func (v *visit) printedRate(f *catalog.Dataflow, o cube.Version, rates []cube.Version) shell.Cell {
	programme, measure := f.CodeOf(o.Key, "PROGRAMME"), f.CodeOf(o.Key, "MEASURE")
	tf, err := v.Snap.Catalog.Dataflow("TASKS")
	if printedOf[measure] == "" || err != nil {
		return shell.None(shell.Blank)
	}
	key := tf.KeyOf(map[string]string{"FREQ": f.CodeOf(o.Key, "FREQ"), "PROGRAMME": programme, "MEASURE": printedOf[measure]})
	p, ok := v.Snap.Cell(cube.Cell{Dataflow: "TASKS", Key: key, Period: o.Period})
	if !ok || p.Value == nil {
		return shell.None(shell.Blank)
	}
	is := func(x cube.Version) bool {
		return x.Value != nil && x.Value.Round(p.Value.Decimals()).Cmp(*p.Value) == 0
	}
	same := func(x cube.Version) bool {
		return x.Period == o.Period && f.CodeOf(x.Key, "PROGRAMME") == programme && printedOf[f.CodeOf(x.Key, "MEASURE")] == printedOf[measure]
	}
	if !is(o) {
		for _, x := range rates {
			if same(x) && x.Key != o.Key && (is(x) || strings.HasSuffix(f.CodeOf(x.Key, "MEASURE"), "_OF_DUE")) {
				return shell.None(shell.Blank)
			}
		}
	}
	return shell.Label(catalog.Label{Vi: text.FormatPercent("vi", *p.Value, -1), En: text.FormatPercent("en", *p.Value, -1)}).ByNumber(p.Value).To(v.Why(p.Cell()))
}

// actionList is the list of the ten action programmes of the first national forum on the digital economy.
const actionList = "CL_ACTION_PROGRAMME"

func (v *visit) actions(p *tasksPage) {
	l, err := v.Snap.Catalog.Codelist(actionList)
	if err != nil {
		return
	}
	t := shell.NewTable("action-programmes", both("tasks.programmes"), export.Column{ID: "no", Name: both("tasks.no"), Kind: export.Code}, shell.Text("programme", both("tasks.programme")),
		shell.Text("deadline", both("tasks.deadline")), shell.Text("follow-up", both("tasks.follow-up")), shell.Text("source", both("data.source")))
	for _, c := range l.Codes {
		in := func(column string) catalog.Label {
			vi, en := c.Notes[column+"_vi"], c.Notes[column+"_en"]
			if vi == "" && en == "" {
				vi, en = c.Notes[column], c.Notes[column]
			}
			return catalog.Label{Vi: vi, En: en}
		}
		deadline, follow := in("deadline"), in("followup")
		if deadline.Vi == "" {
			deadline = both("tasks.no-deadline")
		}
		unknown := follow.Vi == "" || !slices.Contains(stat.Marks(), stat.Mark(c.Notes["followup_mark"]))
		if follow.Vi == "" {
			follow = both("tasks.no-data")
		}
		source := attribute(v.Snap, stat.AttrSource, c.Notes["source"])
		p.Actions = append(p.Actions, action{No: c.ID, Name: c.Name.In(v.Lang), Deadline: deadline.In(v.Lang), FollowUp: follow.In(v.Lang), Source: source.In(v.Lang), Unknown: unknown,
			Figures: v.newestOf(c.Notes["figures"]), Flags: v.Flags("", stat.Mark(c.Notes["followup_mark"]))})
		t.Add(shell.Same(c.ID), shell.Label(c.Name), shell.Label(deadline), shell.Label(follow), shell.Label(source))
	}
	if len(t.Rows) > 0 {
		p.Programmes = p.Show(&shell.Figure{ID: "chuong-trinh", Title: t.Title, Note: v.Say("tasks.programmes-note"), Table: t, Open: true, Source: v.SourceLine(nil)})
	}
}

// newestOf gives the newest figures of series named as "DATAFLOW:PATTERN;DATAFLOW:PATTERN": for the nation where the series
// tell areas apart.
func (v *visit) newestOf(list string) []fact {
	var out []fact
	for _, each := range strings.Split(list, ";") {
		flow, pattern, ok := strings.Cut(each, ":")
		f, err := v.Snap.Catalog.Dataflow(flow)
		if !ok || err != nil {
			continue
		}
		newest := map[string]cube.Version{} // by name: the same figure may come yearly and monthly
		var order []string
		for _, s := range v.Snap.Series(flow, pattern) {
			o, ok := s.Last()
			if area := f.CodeOf(s.Key, "REF_AREA"); !ok || area != "" && area != v.nation() {
				continue
			}
			name := shortName(v.Snap, f, s.Key, map[string]bool{"REF_AREA": true}).In(v.Lang)
			if have, seen := newest[name]; !seen {
				order = append(order, name)
			} else if have.Period.To().After(o.Period.To()) {
				continue
			}
			newest[name] = o
		}
		for _, name := range order {
			o := newest[name]
			out = append(out, fact{Name: name, Value: v.Number(o), Unit: unitOf(v.Snap, f, o).In(v.Lang), Period: text.FormatPeriod(v.Lang, o.Period), URL: v.Why(o.Cell()), Flags: v.Flags(o.Status, o.Mark())})
		}
	}
	return out
}
