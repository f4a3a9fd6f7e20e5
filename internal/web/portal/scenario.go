package portal

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/recipe"
	"nhipso/internal/scenario"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// scenarioPath is the page of scenarios; a saved one lies below it.
const scenarioPath = "/kich-ban"

// Bounds of saving: the size of the form, and how often one client may save.
const (
	maxScenarioForm = 8 << 10
	savesAtOnce     = 6
	savesPerSecond  = 1.0 / 120
)

// scenarioPage asks "what if": assumptions to change, and what they lead to. Nothing on it is a figure of the cube but the start.
type scenarioPage struct {
	shell.Frame
	v       *visit
	Saved   *savedView // who kept it, when it is a saved scenario
	Fields  []fieldView
	Shapes  []shell.Option
	Shape   string
	Shown   []fieldEntry // the assumptions of a saved scenario
	Wrong   int          // fields with a fault
	Answer  template.HTML
	Outcome template.HTML
	Facts   []fact
	Steps   []template.HTML
	Paths   *shell.Figure
	Differs string // that the start share is not what is published of its year
	StartAt string // explanation of the start share, where it is the published one
	Again   string // the form with these assumptions
	Save    bool
	Keep1   []shell.Field // assumptions that the form of saving sends along
	Name    fieldView
	By      fieldView
	Method  string
}

// savedView is what a saved scenario says of itself.
type savedView struct{ Name, By, At, Release string }

// fieldView is a field of a form.
type fieldView struct {
	ID, Name, Hint, Unit, Value, Wrong string
	Max                                int // characters of a text; 0 for a number
}

// ground is what is published, on which a scenario stands.
func (v *visit) ground() scenario.Ground {
	return recipe.Ground(pipeline.CountryOf(v.Snap.Catalog), v.Snap.Read, v.mainTarget())
}

func (v *visit) scenario() (shell.Page, error) {
	a, faults := v.ground().From(v.day().Year(), v.Query.Get)
	if v.Format != "" && len(faults) > 0 {
		return nil, joined(faults)
	}
	return v.scenarioPage(a, faults, v.Query.Get)
}

// savedScenario shows a scenario that somebody kept.
func (v *visit) savedScenario() (shell.Page, error) {
	id := v.R.PathValue("id")
	if v.portal.scenarios == nil || !scenario.IsID(id) {
		return nil, fault.New("scenario.not-found")
	}
	s, err := v.portal.scenarios.ScenarioByID(v.R.Context(), id)
	if err != nil {
		return nil, err
	}
	p, err := v.scenarioPage(s.Assumptions, nil, func(string) string { return "" })
	if err != nil {
		return nil, err
	}
	p.Saved = &savedView{Name: s.Name, By: s.By, At: v.Minute(s.At), Release: s.Release}
	p.Title, p.NoIndex = s.Name, true
	p.Crumbs = []shell.Crumb{{Name: v.Say("scenario.title"), URL: v.Link(scenarioPath)}}
	for _, f := range p.Fields {
		if f.Value == "" {
			continue
		}
		p.Shown = append(p.Shown, fieldEntry{f.ID, f.Name, text.WithUnit(f.Value, f.Unit)})
	}
	p.Shown = append(p.Shown, fieldEntry{"dang", v.Say("scenario.shape"), v.Say("scenario.shape-" + s.Shape)})
	p.Save = false
	return p, nil
}

// decimal writes a number of an address as people write it.
func (v *visit) decimal(plain string) string {
	d, err := stat.ParseDecimal(plain)
	if err != nil || len(plain) == 4 && !strings.ContainsAny(plain, ".-") { // a year has no separator
		return plain
	}
	return text.FormatNumber(v.Lang, d, -1)
}

func joined(faults []*fault.Error) error {
	list := make([]error, len(faults))
	for i, f := range faults {
		list[i] = f
	}
	return errors.Join(list...)
}

// scenarioPage makes the page of assumptions; with faults it has the form only. typed gives what was typed, to show it again.
func (v *visit) scenarioPage(a scenario.Assumptions, faults []*fault.Error, typed func(string) string) (*scenarioPage, error) {
	p := &scenarioPage{v: v, Frame: v.NewFrame("scenario", v.Say("scenario.title"))}
	p.Description, p.Script = v.Say("scenario.description"), "scenario.js"
	p.NoIndex = len(v.Query) > 0
	p.Method = v.methodLink("scenario")
	p.fill(a, faults, typed)
	p.Again = v.Link(scenarioPath, addressOf(a)...)
	if len(faults) > 0 {
		p.Wrong, p.Status = len(faults), http.StatusBadRequest
		return p, nil
	}
	r, err := scenario.Compute(a)
	if err != nil {
		return nil, err
	}
	p.answer(a, r)
	p.Paths = v.pathFigure(&p.Frame, a, r)
	p.Save = v.portal.scenarios != nil
	return p, nil
}

// addressOf writes assumptions as pairs of an address.
func addressOf(a scenario.Assumptions) []string {
	out := []string{"nam-goc", strconv.Itoa(a.StartYear), "nam-dich", strconv.Itoa(a.TargetYear), "dang", a.Shape}
	for _, f := range scenario.Fields() {
		if text := f.Text(a); text != "" {
			out = append(out, f.ID, text)
		}
	}
	return out
}

// fill makes the fields of the forms.
func (p *scenarioPage) fill(a scenario.Assumptions, faults []*fault.Error, typed func(string) string) {
	v := p.v
	wrong := map[string]string{}
	for _, f := range faults {
		bare := *f
		bare.Where = fault.Where{} // the message stands beside its field
		if wrong[f.Where.Column] == "" {
			wrong[f.Where.Column] = bare.In(v.Lang)
		}
	}
	field := func(id, value string) fieldView {
		if v.Lang == "vi" {
			value = strings.Replace(value, ".", ",", 1)
		}
		f := fieldView{ID: id, Name: v.Say("scenario.field-" + id), Value: value, Wrong: wrong[id]}
		if hint := "scenario.hint-" + id; hasWord(hint) {
			f.Hint = v.Say(hint)
		}
		if unit := "scenario.unit-" + id; hasWord(unit) {
			f.Unit = v.Say(unit)
		}
		if f.Wrong != "" && typed(id) != "" {
			f.Value = typed(id)
		}
		return f
	}
	year := map[string]fieldView{
		"ty-trong": field("nam-goc", strconv.Itoa(a.StartYear)),
		"muc-tieu": field("nam-dich", strconv.Itoa(a.TargetYear)),
	}
	p.Keep1 = append(p.Keep1, shell.Field{Name: "nam-goc", Value: strconv.Itoa(a.StartYear)}, shell.Field{Name: "nam-dich", Value: strconv.Itoa(a.TargetYear)}, shell.Field{Name: "dang", Value: a.Shape})
	for _, f := range scenario.Fields() {
		if y, ok := year[f.ID]; ok {
			p.Fields = append(p.Fields, y)
		}
		p.Fields = append(p.Fields, field(f.ID, f.Text(a)))
		p.Keep1 = append(p.Keep1, shell.Field{Name: f.ID, Value: f.Text(a)})
	}
	for _, s := range scenario.Shapes() {
		p.Shapes = append(p.Shapes, shell.Option{Value: s, Name: v.Say("scenario.shape-" + s), Selected: s == a.Shape})
	}
	p.Shape = wrong["dang"]
	p.Name = fieldView{ID: "ten", Name: v.Say("scenario.name"), Value: typed("ten"), Wrong: wrong["ten"], Max: scenario.MaxName}
	p.By = fieldView{ID: "nguoi", Name: v.Say("scenario.by"), Hint: v.Say("scenario.by-hint"), Value: typed("nguoi"), Wrong: wrong["nguoi"], Max: scenario.MaxBy}
}

// scenarioDigits are the decimals of shares, rates and multiples, as the catalogue has them of those that are published.
const scenarioDigits = 2

// two writes a share, a rate or a multiple.
func (v *visit) two(x float64) string {
	d, err := stat.FromFloat(x, scenarioDigits)
	if err != nil {
		return shell.Gap
	}
	return text.FormatNumber(v.Lang, d, scenarioDigits)
}

// answer says in words what the assumptions lead to, and how it was computed.
func (p *scenarioPage) answer(a scenario.Assumptions, r scenario.Result) {
	v := p.v
	multiple := ""
	if r.Multiple != nil {
		multiple = v.Say("scenario.multiple", "x", v.two(*r.Multiple))
	}
	p.Answer = v.html("scenario.answer", "target", v.decimal(scenario.Plain(a.TargetShare)), "year", a.TargetYear, "real", strong(v.two(r.Real)), "multiple", multiple)
	switch {
	case r.Final == nil:
		p.Outcome = v.html("scenario.outcome-overflow", "year", r.Overflow)
	case *r.Gap < 0:
		p.Outcome = v.html("scenario.outcome-short", "year", a.TargetYear, "share", strong(v.two(*r.Final)), "gap", v.two(-*r.Gap))
	default:
		p.Outcome = v.html("scenario.outcome-met", "year", a.TargetYear, "share", strong(v.two(*r.Final)), "gap", v.two(*r.Gap))
	}
	reached := v.Say("scenario.never")
	if r.Reached > 0 {
		reached = strconv.Itoa(r.Reached)
	}
	p.Facts = []fact{
		{Name: v.Say("scenario.fact-real"), Value: v.two(r.Real), Unit: v.Say("scenario.per-year")},
		{Name: v.Say("scenario.fact-rate"), Value: v.two(r.Rate), Unit: v.Say("scenario.per-year")},
		{Name: v.Say("scenario.fact-reached"), Value: reached},
	}
	if r.Kappa != nil {
		p.Facts = append(p.Facts, fact{Name: v.Say("scenario.fact-kappa"), Value: v.two(*r.Kappa), Unit: "%"})
	}
	first, last := r.Years[0], r.Years[len(r.Years)-1]
	if first.Coefficient != nil && last.Coefficient != nil {
		p.Facts = append(p.Facts, fact{Name: v.Say("scenario.fact-coefficient", "year", a.TargetYear), Value: v.two(*last.Coefficient),
			Unit: v.Say("scenario.fact-coefficient-start", "year", a.StartYear, "start", v.two(*first.Coefficient))})
	}
	if r.Needed != nil {
		p.Facts = append(p.Facts, fact{Name: v.Say("scenario.fact-needed", "year", a.TargetYear), Value: v.two(*r.Needed), Unit: "%"})
	}
	if now, ok := v.ground().Nowcast(a.Electronics); ok {
		p.Facts = append(p.Facts, fact{Name: v.Say("scenario.fact-nowcast", "quarter", text.FormatPeriodInline(v.Lang, now.Period)), Value: text.FormatNumber(v.Lang, now.Share, scenarioDigits), Unit: v.Say("scenario.of-gdp")})
	}
	switch start, ok := v.ground().ShareOf(a.StartYear); {
	case !ok:
		p.Differs = v.Say("scenario.start-unknown", "year", a.StartYear, "own", v.decimal(scenario.Plain(a.StartShare)))
	case start.Value.Float64() == a.StartShare:
		p.StartAt = v.Why(start.Cell())
	default:
		p.Differs = v.Say("scenario.start-differs", "year", a.StartYear, "own", v.decimal(scenario.Plain(a.StartShare)), "published", v.Number(start))
	}
	p.explain(a, r)
}

// explain writes the working with its numbers.
func (p *scenarioPage) explain(a scenario.Assumptions, r scenario.Result) {
	v := p.v
	n := func(x float64) string { return v.decimal(scenario.Plain(x)) }
	first := r.Years[1]
	step := func(id string, pairs ...any) {
		p.Steps = append(p.Steps, v.html("scenario.step-"+id, pairs...))
	}
	step("gdp", "real", n(a.GDPReal), "prices", n(a.GDPPrices), "rate", v.two(*first.GDPGrowth))
	step("required", "target", n(a.TargetShare), "start", n(a.StartShare), "years", r.Compounded, "rate", v.two(r.Rate), "prices", n(a.DigitalPrices), "real", v.two(r.Real))
	switch {
	case first.ProjectedReal == nil:
	case a.Coefficient != nil:
		step("projected-coefficient", "year", first.Year, "electronics", n(a.ElectronicsReal), "other", n(a.OtherReal), "coefficient", v.two(*first.Coefficient), "real", v.two(*first.ProjectedReal),
			"rate", v.two(*first.ProjectedRate), "start", n(a.StartShare), "share", v.two(*first.Projected))
	default:
		step("projected", "weight", n(a.Electronics), "electronics", n(a.ElectronicsReal), "rest", n(100-a.Electronics), "other", n(a.OtherReal), "real", v.two(*first.ProjectedReal),
			"rate", v.two(*first.ProjectedRate), "year", first.Year, "start", n(a.StartShare), "share", v.two(*first.Projected))
	}
	if start, last := r.Years[0], r.Years[len(r.Years)-1]; start.Coefficient != nil && last.Coefficient != nil {
		step("coefficient", "start", a.StartYear, "digitalised", v.two(a.StartShare-*start.Core), "taxes", v.two(a.Taxes), "core", v.two(*start.Core), "from", v.two(*start.Coefficient),
			"year", last.Year, "last", v.two(*last.Core), "to", v.two(*last.Coefficient))
	}
	if r.Needed != nil {
		step("needed", "target", n(a.TargetShare), "year", a.TargetYear, "needed", v.two(*r.Needed))
	}
	if r.Kappa != nil {
		step("kappa", "weight", n(a.Electronics), "kappa", v.two(*r.Kappa), "year", a.StartYear)
	}
}

// pathFigure draws and tables the paths.
func (v *visit) pathFigure(f *shell.Frame, a scenario.Assumptions, r scenario.Result) *shell.Figure {
	title := both("scenario.paths-title", "from", a.StartYear, "to", a.TargetYear)
	unit := both("scenario.of-gdp")
	history := v.Snap.One(shareFlow, v.national("A", "TOTAL"))
	history.Obs = yearly(history.Obs)
	var span []stat.Period
	begin := a.StartYear
	if len(history.Obs) > 0 {
		begin = max(min(history.Obs[0].Period.Year(), begin), begin-15)
	}
	for y := begin; y <= a.TargetYear; y++ {
		span = append(span, stat.Year(y))
	}
	s := v.spec(chart.Line, "scenario", title, both("scenario.paths-unit"), unit, 2, history.Obs)
	s.Periods, s.FromZero = span, true
	s.Notes = []catalog.Label{both("scenario.label")}
	required, projected := make([]chart.Value, len(span)), make([]chart.Value, len(span))
	var past []cube.Version
	for _, o := range history.Obs {
		if o.Period.Year() <= a.StartYear {
			past = append(past, o)
		}
	}
	source := both("scenario.source-own")
	if len(past) > 0 {
		source = both("scenario.source", "from", past[0].Period.Year(), "to", past[len(past)-1].Period.Year())
	}
	s.Source = source
	put := func(list []chart.Value, year int, share *float64) {
		if share == nil {
			return
		}
		if d, err := stat.FromFloat(*share, 4); err == nil {
			list[year-begin] = chart.Value{V: &d, Status: stat.Forecast}
		}
	}
	per := both("scenario.per-year")
	table := shell.NewTable("scenario", title, shell.Periods("year", both("data.period")), shell.Numbers("required-share", both("scenario.col-required"), unit, 2),
		shell.Numbers("required-growth", both("scenario.col-required-rate"), per, 2), shell.Numbers("required-real", both("scenario.col-required-real"), per, 2),
		shell.Numbers("projected-share", both("scenario.col-projected"), unit, 2), shell.Numbers("projected-real", both("scenario.col-projected-real"), per, 2), shell.Numbers("gap", both("scenario.col-gap"), both("scenario.points"), 2))
	core := r.Years[0].Core != nil
	if core {
		table.Columns = append(table.Columns, shell.Numbers("core", both("scenario.col-core"), unit, 2), shell.Numbers("coefficient", both("scenario.col-coefficient"), both("scenario.unit-he-so"), 2))
	}
	levels := r.Years[0].GDP != nil
	if levels {
		money := unitLabel(v.Snap, v.country().Currency, "9")
		table.Columns = append(table.Columns, shell.Numbers("gdp", both("scenario.col-gdp"), money, 0), shell.Numbers("required-va", both("scenario.col-required-va"), money, 0), shell.Numbers("projected-va", both("scenario.col-projected-va"), money, 0))
	}
	table.Notes = []catalog.Label{both("scenario.label"), both("scenario.prices-note")}
	file := shell.NewTable("scenario", title, append(table.Columns[:len(table.Columns):len(table.Columns)], shell.Text("label", both("scenario.col-label")))...)
	file.Notes = table.Notes
	amount := func(x *float64, digits int) shell.Cell {
		if x == nil {
			return shell.None(shell.Blank)
		}
		d, err := stat.FromFloat(*x, digits)
		if err != nil {
			return shell.None(shell.Blank)
		}
		return shell.Number(d)
	}
	for _, y := range r.Years {
		put(required, y.Year, &y.Required)
		put(projected, y.Year, y.Projected)
		row := []shell.Cell{shell.When(stat.Year(y.Year)), amount(&y.Required, 4), amount(y.RequiredRate, 4), amount(y.RequiredReal, 4), amount(y.Projected, 4), amount(y.ProjectedReal, 4), amount(y.Gap, 4)}
		if core {
			row = append(row, amount(y.Core, 4), amount(y.Coefficient, 4))
		}
		if levels {
			row = append(row, amount(y.GDP, 0), amount(y.RequiredVA, 0), amount(y.ProjectedVA, 0))
		}
		table.Add(row...)
		// A file travels without its page, so each of its rows says what it is.
		file.Add(append(row, shell.Label(both("scenario.label")))...)
	}
	s.Series = []chart.Series{
		{ID: "projected", Name: both("scenario.line-projected"), Colour: chart.Accent, Values: projected},
		{ID: "required", Name: both("scenario.line-required"), Colour: chart.MIC, Values: required},
	}
	if len(past) > 0 {
		s.Series = append(s.Series, chart.Series{ID: "published", Name: both("scenario.line-published"), Colour: chart.Context, Values: values(past, span)})
	}
	if aim, err := stat.ParseDecimal(scenario.Plain(a.TargetShare)); err == nil {
		s.Targets = []chart.Target{{Name: catalog.Label{
			Vi: say("vi", "scenario.target-line", "target", text.FormatNumber("vi", aim, -1), "year", a.TargetYear),
			En: say("en", "scenario.target-line", "target", text.FormatNumber("en", aim, -1), "year", a.TargetYear)}, Value: aim, Period: stat.Year(a.TargetYear)}}
	}
	return f.Show(&shell.Figure{ID: "duong-di", Title: title, Note: v.Say("scenario.paths-note"), Table: table, Long: func() *shell.Table { return file }, Chart: s, Source: v.Credited(source), Open: true})
}

// saveScenario keeps a scenario under a name and leads to its address.
func (p *Portal) saveScenario(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxScenarioForm)
	v, err := p.visit(r)
	if err != nil {
		p.site.Fail(w, r, err)
		return
	}
	if p.scenarios == nil {
		p.site.Fail(w, r, fault.New("scenario.unsaved"))
		return
	}
	if err := r.ParseForm(); err != nil {
		p.site.Fail(w, r, fault.New("web.bad-form", "kilobytes", maxScenarioForm>>10))
		return
	}
	a, faults := v.ground().From(v.day().Year(), r.PostForm.Get)
	kept := scenario.Saved{Name: strings.TrimSpace(r.PostForm.Get("ten")), By: strings.TrimSpace(r.PostForm.Get("nguoi")), At: p.site.Now().UTC(), Release: v.Current.Release.ID, Assumptions: a}
	for _, f := range kept.Check() {
		if f.Where.Column == "ten" || f.Where.Column == "nguoi" { // the assumptions are judged already, with what was typed
			faults = append(faults, f)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	if len(faults) > 0 {
		page, err := v.scenarioPage(kept.Assumptions, faults, r.PostForm.Get)
		if err != nil {
			p.site.Fail(w, r, err)
			return
		}
		page.Save = true
		p.site.Render(w, r, "scenario", page)
		return
	}
	if kept.ID, err = scenario.NewID(p.random); err == nil {
		err = p.scenarios.AppendScenario(r.Context(), kept)
	}
	if err != nil {
		p.site.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.Link(scenarioPath+"/"+kept.ID), http.StatusSeeOther)
}
