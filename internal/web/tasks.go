package web

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// tasksPage accounts for the tasks assigned and follows the ten action programmes.
type tasksPage struct {
	Frame
	Answer         string
	Account, Rates *Figure
	Others         *Figure
	Programmes     *Figure
	Actions        []action
	Method         string
}

// action is one of the action programmes.
type action struct {
	No, Name, Deadline, FollowUp, Source string
	Unknown                              bool // nothing is on record about what became of it
	Figures                              []fact
	Flags                                []FlagView
}

// accounting lists the measures of the identity assigned = done on time + done late + in time + overdue, in its order.
var accounting = []string{"ASSIGNED", "DONE", "DONE_ON_TIME", "DONE_LATE", "NOT_DONE", "IN_TIME", "OVERDUE"}

func (v *visit) tasks() (page, error) {
	p := &tasksPage{Frame: v.newFrame("tasks", v.say("tasks.title")), Method: v.methodLink("task-accounting")}
	p.Description = v.say("tasks.description")
	v.taskAccount(p)
	v.taskRates(p)
	v.actions(p)
	return p, nil
}

// place is a programme at a time.
type taskPlace struct {
	programme string
	period    stat.Period
}

func (v *visit) taskAccount(p *tasksPage) {
	f, err := v.snap.Catalog.Dataflow("TASKS")
	if err != nil {
		return
	}
	at := map[taskPlace]map[string]cube.Version{}
	var order []taskPlace
	var obs []cube.Version
	for _, s := range v.snap.Series("TASKS", "") {
		for _, o := range s.Obs {
			k := taskPlace{f.CodeOf(o.Key, "PROGRAMME"), o.Period}
			if at[k] == nil {
				at[k] = map[string]cube.Version{}
				order = append(order, k)
			}
			at[k][f.CodeOf(o.Key, "MEASURE")] = o
			obs = append(obs, o)
		}
	}
	unit := unitLabel(v.snap, "TASKS", "")
	t := newTable("task-account", both("tasks.account"), col("programme", both("tasks.programme")), periods("period", both("tasks.as-of")))
	t.Heads = 2
	for _, m := range accounting {
		t.Columns = append(t.Columns, numbers(m, nameOf(v.snap, "CL_TASK_MEASURE", m), unit, 0))
	}
	others := newTable("task-others", both("tasks.others"), col("programme", both("tasks.programme")), periods("period", both("tasks.as-of")), col("measure", both("tasks.measure")),
		numbers("value", both("data.value"), catalog.Label{}, -1), col("unit", both("data.unit")), col("source", both("data.source")), col("note", both("data.note")))
	isAccount := map[string]bool{}
	for _, m := range accounting {
		isAccount[m] = true
	}
	slices.SortStableFunc(order, func(a, b taskPlace) int { return b.period.Compare(a.period) })
	var newest taskPlace
	for _, k := range order {
		row := []cell{label(nameOf(v.snap, "CL_PROGRAMME", k.programme)), when(k.period)}
		have := 0
		for _, m := range accounting {
			if o, ok := at[k][m]; ok {
				row = append(row, v.figure(o))
				have++
			} else {
				row = append(row, none(""))
			}
		}
		_, assigned := at[k]["ASSIGNED"]
		_, done := at[k]["DONE"]
		if assigned && have > 1 {
			t.add(row...)
			if done && (newest.programme == "" || k.period.Compare(newest.period) > 0) {
				newest = k
			}
		}
		for _, m := range sortedKeys(at[k]) {
			if isAccount[m] && assigned && have > 1 {
				continue
			}
			o := at[k][m]
			others.add(label(nameOf(v.snap, "CL_PROGRAMME", k.programme)), when(k.period), label(nameOf(v.snap, "CL_TASK_MEASURE", m)), v.rounded(o), label(unitOf(v.snap, f, o)), label(v.sourceOf(o)), label(v.remark(o)))
		}
	}
	if newest.programme != "" {
		a, d := at[newest]["ASSIGNED"], at[newest]["DONE"]
		p.Answer = v.say("tasks.answer", "programme", nameOf(v.snap, "CL_PROGRAMME", newest.programme).In(v.lang), "assigned", v.num(a), "done", v.num(d),
			"period", text.FormatPeriodInline(v.lang, newest.period))
	}
	if len(t.Rows) > 0 {
		t.Notes = append(t.Notes, both("tasks.account-note"))
		p.Account = p.show(&Figure{ID: "ke-toan", Title: t.Title, Note: v.say("tasks.identity"), Table: t, Source: v.sourceLine(obs), Open: true})
	}
	if len(others.Rows) > 0 {
		p.Others = p.show(&Figure{ID: "so-khac", Title: others.Title, Table: others, Source: v.sourceLine(obs)})
	}
}

func (v *visit) taskRates(p *tasksPage) {
	f, err := v.snap.Catalog.Dataflow("TASK_RATES")
	if err != nil {
		return
	}
	t := newTable("task-rates", both("tasks.rates"), col("programme", both("tasks.programme")), periods("period", both("tasks.as-of")), col("rate", both("tasks.rate")), col("base", both("tasks.base")),
		numbers("value", both("tasks.computed"), catalog.Label{Vi: "%", En: "%"}, 2), col("printed", both("tasks.printed")))
	t.Heads = 2
	var obs []cube.Version
	var rates []cube.Version
	for _, s := range v.snap.Series("TASK_RATES", "") {
		rates = append(rates, s.Obs...)
	}
	slices.SortStableFunc(rates, func(a, b cube.Version) int { return b.Period.Compare(a.Period) })
	for _, o := range rates {
		code := f.CodeOf(o.Key, "MEASURE")
		base := noteOf(v.snap, "CL_TASK_RATE", code, "base")
		name := catalog.Label{Vi: base, En: base}
		if id := "tasks.base-" + base; hasWord(id) {
			name = both(id)
		}
		t.add(label(nameOf(v.snap, "CL_PROGRAMME", f.CodeOf(o.Key, "PROGRAMME"))), when(o.Period), label(nameOf(v.snap, "CL_TASK_RATE", code)), label(name), v.figure(o), label(v.printedRate(f, o)))
		obs = append(obs, o)
	}
	if len(t.Rows) > 0 {
		p.Rates = p.show(&Figure{ID: "ty-le", Title: t.Title, Note: v.say("tasks.rates-note"), Table: t, Source: v.sourceLine(obs), Open: true})
	}
}

// printedRate finds the rate that the report prints beside the one computed from its counts.
func (v *visit) printedRate(f *catalog.Dataflow, o cube.Version) catalog.Label {
	printed := map[string]string{"DONE_OF_DUE": "PRT_DONE", "OVERDUE_OF_DUE": "PRT_OVERDUE", "ACHIEVED_OF_TOTAL": "PRT_ACHIEVED", "LIKELY_OF_TOTAL": "PRT_LIKELY", "FOCUS_OF_TOTAL": "PRT_FOCUS"}[f.CodeOf(o.Key, "MEASURE")]
	tf, err := v.snap.Catalog.Dataflow("TASKS")
	if printed == "" || err != nil {
		return catalog.Label{}
	}
	key := tf.KeyOf(map[string]string{"FREQ": f.CodeOf(o.Key, "FREQ"), "PROGRAMME": f.CodeOf(o.Key, "PROGRAMME"), "MEASURE": printed})
	p, ok := v.snap.Cell(cube.Cell{Dataflow: "TASKS", Key: key, Period: o.Period})
	if !ok || p.Value == nil {
		return catalog.Label{}
	}
	return catalog.Label{Vi: text.FormatPercent("vi", *p.Value, -1), En: text.FormatPercent("en", *p.Value, -1)}
}

// actionList is the list of the ten action programmes of the first national forum on the digital economy.
const actionList = "CL_ACTION_PROGRAMME"

func (v *visit) actions(p *tasksPage) {
	l, err := v.snap.Catalog.Codelist(actionList)
	if err != nil {
		return
	}
	t := newTable("action-programmes", both("tasks.programmes"), export.Column{ID: "no", Name: both("tasks.no"), Kind: export.Code}, col("programme", both("tasks.programme")),
		col("deadline", both("tasks.deadline")), col("follow-up", both("tasks.follow-up")), col("source", both("data.source")))
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
		unknown := follow.Vi == "" || c.Notes["followup_mark"] == "N"
		if follow.Vi == "" {
			follow = both("tasks.no-data")
		}
		source := attribute(v.snap, stat.AttrSource, c.Notes["source"])
		p.Actions = append(p.Actions, action{No: c.ID, Name: c.Name.In(v.lang), Deadline: deadline.In(v.lang), FollowUp: follow.In(v.lang), Source: source.In(v.lang), Unknown: unknown,
			Figures: v.newestOf(c.Notes["figures"]), Flags: v.flags("", stat.Mark(c.Notes["followup_mark"]))})
		t.add(same(c.ID), label(c.Name), label(deadline), label(follow), label(source))
	}
	if len(t.Rows) > 0 {
		p.Programmes = p.show(&Figure{ID: "chuong-trinh", Title: t.Title, Note: v.say("tasks.programmes-note"), Table: t, Open: true, Source: v.vintageLine()})
	}
}

// newestOf gives the newest figures of series named as "DATAFLOW:PATTERN;DATAFLOW:PATTERN": for the nation where the series
// tell areas apart.
func (v *visit) newestOf(list string) []fact {
	var out []fact
	for _, each := range strings.Split(list, ";") {
		flow, pattern, ok := strings.Cut(each, ":")
		f, err := v.snap.Catalog.Dataflow(flow)
		if !ok || err != nil {
			continue
		}
		newest := map[string]cube.Version{} // by name: the same figure may come yearly and monthly
		var order []string
		for _, s := range v.snap.Series(flow, pattern) {
			o, ok := s.Last()
			if area := f.CodeOf(s.Key, "REF_AREA"); !ok || area != "" && area != nation {
				continue
			}
			name := shortName(v.snap, f, s.Key, map[string]bool{"REF_AREA": true}).In(v.lang)
			if have, seen := newest[name]; !seen {
				order = append(order, name)
			} else if have.Period.To().After(o.Period.To()) {
				continue
			}
			newest[name] = o
		}
		for _, name := range order {
			o := newest[name]
			out = append(out, fact{Name: name, Value: v.num(o), Unit: unitOf(v.snap, f, o).In(v.lang), Period: text.FormatPeriod(v.lang, o.Period), URL: v.why(o.Cell()), Flags: v.flags(o.Status, o.Mark())})
		}
	}
	return out
}
