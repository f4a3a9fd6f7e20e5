package portal

import (
	"html/template"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// seriesPage is one series with all its vintages.
type seriesPage struct {
	shell.Frame
	Flow             shell.Crumb
	Key              string
	Parts            []pair // dimension and code, in words
	Unit             string
	Newest           string // the newest figure in a sentence
	Current, History *shell.Figure
	Withdrawn        bool
	Two              template.HTML // the way to why two definitions differ
	Neighbours       []shell.Crumb // other series of the same dataflow that differ in one code
	Compare          string
}

type pair struct{ Name, Value string }

// asked is the series of the address, which has a figure.
func (v *visit) asked() (*catalog.Dataflow, stat.Key, error) {
	f, err := v.Snap.Catalog.Dataflow(v.R.PathValue("dataflow"))
	if err != nil {
		return nil, "", err
	}
	key, err := stat.ParseKey(v.R.PathValue("key"), len(f.Dimensions))
	if err != nil || v.Snap.Catalog.CheckKey(f, key) != nil || !v.published(f.ID, key) {
		return nil, "", fault.New("web.no-series", "key", v.R.PathValue("key"), "dataflow", f.ID)
	}
	if len(v.Snap.History(f.ID, string(key))) == 0 {
		first := shell.DaysOf(string(key), f.ID)(v.Current)[0]
		return nil, "", fault.New("web.not-yet", "day", text.FormatDate(v.Lang, v.AsOf), "name", namesOf(v.Snap).Title(f, key), "first", text.FormatDate(v.Lang, first), shell.Nearest, first)
	}
	return f, key, nil
}

// published reports whether a series has a figure, be it of a later day than the one viewed.
func (v *visit) published(flow string, key stat.Key) bool {
	return len(v.Snap.History(flow, string(key))) > 0 || len(v.Current.History(flow, string(key))) > 0
}

func (v *visit) series() (shell.Page, error) {
	f, key, err := v.asked()
	if err != nil {
		return nil, err
	}
	history := v.Snap.History(f.ID, string(key))
	s := v.Snap.One(f.ID, key)
	title := namesOf(v.Snap).Title(f, key)
	p := &seriesPage{Frame: v.NewFrame("data", title.In(v.Lang)), Key: string(key)}
	p.Subject, p.Short = title, view.Within(f.Called(key).In(v.Lang), 40, f.ID)+": "+string(key)
	p.Description = f.Description.In(v.Lang)
	p.Compare = v.compareURL(f.ID + "/" + string(key))
	p.Flow = shell.Crumb{Name: f.Name.In(v.Lang), URL: v.Link("/so-lieu/" + f.ID)}
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}, p.Flow}
	for i, d := range f.Dimensions {
		p.Parts = append(p.Parts, pair{d.Name.In(v.Lang), nameOf(v.Snap, d.Codelist, key.Codes()[i]).In(v.Lang)})
	}
	p.Withdrawn = withdrawn(s)
	if p.Withdrawn {
		p.Status = 410
	}
	var unit catalog.Label
	digits := 0
	for i, o := range s.Obs {
		if i == len(s.Obs)-1 {
			unit = unitOf(v.Snap, f, o)
		}
		digits = max(digits, decimalsOf(v.Snap, f, o))
	}
	p.Unit = unit.In(v.Lang)
	if last, ok := s.Last(); ok {
		p.Newest = v.Say("data.newest", "period", text.FormatPeriod(v.Lang, last.Period), "value", v.Number(last), "unit", p.Unit, "published", v.Published(last.Vintage))
	}
	var lead *cube.Version
	if last, ok := s.Last(); ok {
		lead = &last
	}
	p.Current = p.Show(&shell.Figure{ID: "chuoi", Lead: lead, Title: title, Note: p.Unit, Table: v.newestTable(f, s, title, unit, digits), Source: v.SourceLine(s.Obs), Open: true,
		Chart: v.vintageLines(f, s, history)})
	if t := v.vintageTable(f, history, digits); t != nil {
		p.History = p.Show(&shell.Figure{ID: "cac-lan-cong-bo", Title: t.Title, Note: p.Unit, Table: t, Source: v.SourceLine(history), Open: true})
	}
	p.Two = v.whyTwoOf(f, key)
	p.Data = v.dataset(f.ID+"/"+string(key), f, title, s.Obs, nil)
	p.Following = v.following("/so-lieu/" + f.ID + "/" + string(key))
	return p, nil
}

// withdrawn reports whether a series holds nothing but withdrawals.
func withdrawn(s publish.Series) bool {
	for _, o := range s.Obs {
		if o.Value != nil || o.Attributes[stat.AttrComment] != pipeline.Withdrawn {
			return false
		}
	}
	return len(s.Obs) > 0
}

// newestTable lists the newest figure of each period with what is known of it.
func (v *visit) newestTable(f *catalog.Dataflow, s publish.Series, title, unit catalog.Label, digits int) *shell.Table {
	t := shell.NewTable(f.ID+"-"+string(s.Key), title, shell.Periods("TIME_PERIOD", both("data.period")), shell.Numbers("OBS_VALUE", both("data.value"), unit, digits))
	bounds := false
	for _, o := range s.Obs {
		bounds = bounds || o.Attributes[stat.AttrLower] != ""
	}
	if bounds {
		t.Columns = append(t.Columns, shell.Numbers("CI_LOWER", both("data.lower"), unit, digits), shell.Numbers("CI_UPPER", both("data.upper"), unit, digits),
			shell.Numbers("CI_LEVEL", both("data.level"), catalog.Label{Vi: "%", En: "%"}, 0))
	}
	t.Columns = append(t.Columns, shell.Days("VINTAGE", both("data.vintage")), shell.Text("SOURCE", both("data.source")), shell.Text("NOTE", both("data.note")))
	row := make([]shell.Cell, 0, len(t.Columns))
	for i := len(s.Obs) - 1; i >= 0; i-- {
		o := s.Obs[i]
		row = append(row[:0], shell.When(o.Period), v.CellOf(o))
		if bounds {
			row = append(row, bound(o, stat.AttrLower), bound(o, stat.AttrUpper), level(o))
		}
		row = append(row, shell.Day(o.Vintage), shell.Label(v.sourceOf(o)), shell.Label(v.remark(o)))
		t.Add(row...)
	}
	return t
}

// level is the cell of the confidence level of an interval.
func level(o cube.Version) shell.Cell {
	if o.Attributes[stat.AttrLower] == "" {
		return shell.None(shell.Blank)
	}
	if d, err := stat.ParseDecimal(o.Attributes[stat.AttrLevel]); err == nil {
		return shell.Number(d)
	}
	return shell.None(shell.Blank)
}

// bound is the cell of a bound of an interval.
func bound(o cube.Version, name string) shell.Cell {
	if d, err := stat.ParseDecimal(o.Attributes[name]); err == nil {
		return shell.Number(d)
	}
	return shell.None("")
}

// boundAt is the cell of a bound of a period of a series.
func boundAt(s publish.Series, p stat.Period, name string) shell.Cell {
	o, _ := s.At(p)
	return bound(o, name)
}

// lowerWords and upperWords name a column of bounds: at levels that differ, and at one.
var lowerWords, upperWords = [2]string{"data.lower", "data.lower-at"}, [2]string{"data.upper", "data.upper-at"}

// boundsAt is a column of bounds, named with the level at which they hold, or at levels that differ ("").
func boundsAt(id string, words [2]string, level string, unit catalog.Label, digits int) export.Column {
	name := both(words[0])
	if level != "" {
		name = catalog.Label{Vi: say("vi", words[1], "level", level), En: say("en", words[1], "level", level)}
	}
	return shell.Numbers(id, name, unit, digits)
}

// oneLevel is the level of the intervals of figures, or "" when they have several.
func oneLevel(list []cube.Version) string {
	level := ""
	for _, o := range list {
		switch at := o.Attributes[stat.AttrLevel]; {
		case o.Attributes[stat.AttrLower] == "" || at == level:
		case level == "":
			level = at
		default:
			return ""
		}
	}
	return level
}

// ofPart is a column named as that of a part of the whole.
func ofPart(part catalog.Label, c export.Column) export.Column {
	c.Name = catalog.Label{Vi: part.Vi + ": " + c.Name.Vi, En: part.En + ": " + c.Name.En}
	return c
}

// sourceOf names the document of a figure, or the recipe that derived it.
func (v *visit) sourceOf(o cube.Version) catalog.Label {
	if run := o.Attributes[stat.AttrRun]; run != "" {
		recipe, _, replayed := pipeline.ReplayOf(run)
		if !replayed {
			recipe, _, _ = strings.Cut(run, "#")
		}
		title, _ := v.speaker().Title(&pipeline.Run{Recipe: recipe})
		return catalog.Label{Vi: say("vi", "data.recipe-source", "recipe", title.Vi), En: say("en", "data.recipe-source", "recipe", title.En)}
	}
	return attribute(v.Snap, stat.AttrSource, o.Attributes[stat.AttrSource])
}

// remark gathers what is said beside a figure: its denominator, coverage and note, and the words of a target that has a number too. Words that
// stand in place of the number are shown there.
func (v *visit) remark(o cube.Version) catalog.Label {
	if words, is := v.classWords(o); is {
		return words
	}
	if o.Dataflow == statusFlow {
		return v.standingNote(o)
	}
	var out catalog.Label
	if replayed := o.Attributes[stat.AttrReplay]; replayed == "" {
		// nothing is said
	} else if day, err := stat.ParseDate(replayed); err == nil {
		out = catalog.Label{Vi: say("vi", "common.replayed", "date", text.FormatDate("vi", day)), En: say("en", "common.replayed", "date", text.FormatDate("en", day))}
	}
	for _, name := range []string{stat.AttrText, stat.AttrDenominator, stat.AttrCoverage, stat.AttrComment} {
		value := o.Attributes[name]
		if value == "" || name == stat.AttrText && o.Printed() != "" {
			continue
		}
		l := attribute(v.Snap, name, value)
		if name == stat.AttrText {
			if d, err := stat.ParseDecimal(value); err == nil { // the number as the source prints it
				l = catalog.Label{Vi: text.FormatNumber("vi", d, -1), En: text.FormatNumber("en", d, -1)}
			}
		}
		if name == stat.AttrComment && value == pipeline.Withdrawn {
			l = both("common.withdrawn")
		}
		if out.Vi != "" {
			out.Vi, out.En = out.Vi+"; ", out.En+"; "
		}
		out.Vi, out.En = out.Vi+l.Vi, out.En+l.In("en")
	}
	return out
}

// standingNote is the remark beside a figure of the standing of a target: its class in words, or of which period the figure judged is.
func (v *visit) standingNote(o cube.Version) catalog.Label {
	printed := o.Attributes[stat.AttrText]
	if o.Value == nil && printed != "" {
		return nameOf(v.Snap, "CL_TARGET_CLASS", printed)
	}
	if p, err := stat.ParsePeriod(printed); err == nil {
		return catalog.Label{Vi: text.FormatPeriod("vi", p), En: text.FormatPeriod("en", p)}
	}
	return catalog.Label{}
}

// vintageTable sets the vintages of a series side by side: a row a period, a column a day of publication. A series published
// once has none.
func (v *visit) vintageTable(f *catalog.Dataflow, history []cube.Version, digits int) *shell.Table {
	var days []stat.Vintage
	byDay := map[stat.Date]bool{}
	var span []stat.Period
	type place struct {
		period stat.Period
		day    stat.Date
	}
	have := make(map[place]int, len(history)) // the index of what stands there
	known := map[stat.Period]bool{}
	for i, o := range history {
		if !byDay[o.Vintage.Date] {
			byDay[o.Vintage.Date] = true
			days = append(days, o.Vintage)
		}
		if !known[o.Period] {
			known[o.Period] = true
			span = append(span, o.Period)
		}
		have[place{o.Period, o.Vintage.Date}] = i
	}
	if len(days) < 2 {
		return nil
	}
	slices.SortFunc(days, func(a, b stat.Vintage) int { return b.Date.Compare(a.Date) }) // the newest stands beside the periods, where a narrow screen shows it
	slices.SortFunc(span, func(a, b stat.Period) int { return b.Compare(a) })
	unit := unitOf(v.Snap, f, history[0])
	t := shell.NewTable(f.ID+"-vintages", both("data.vintages-title"), shell.Periods("TIME_PERIOD", both("data.period")))
	for _, d := range days {
		name := catalog.Label{Vi: view.Vintage("vi", d), En: view.Vintage("en", d)}
		t.Columns = append(t.Columns, shell.Numbers("v"+d.Date.String(), name, unit, digits))
	}
	row := make([]shell.Cell, 0, 1+len(days))
	for _, x := range span {
		row = append(row[:0], shell.When(x))
		for _, d := range days {
			if i, ok := have[place{x, d.Date}]; ok {
				o := history[i]
				row = append(row, v.CellTo(o, v.Link("/vi-sao", "o", o.Cell().String(), "asof", d.Date.String())))
			} else {
				row = append(row, shell.Cell{Cell: export.Cell{Status: shell.Blank}})
			}
		}
		t.Add(row...)
	}
	t.Notes = append(t.Notes, both("data.vintages-note"))
	return t
}
