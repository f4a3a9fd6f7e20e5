package provinces

import (
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// areaFigures are figures by area and period, with their variances where the file has any.
type areaFigures struct {
	file     string
	areas    []string // as the file writes them, in its order
	periods  []string // "" alone for a list without periods
	value    map[[2]string]float64
	variance map[[2]string]float64 // nil without
	line     map[string]int        // where an area stands first
}

func (f *areaFigures) add(area, period string, line int) error {
	if _, twice := f.value[[2]string{area, period}]; twice {
		return fault.New("calc.twice", "code", slash(area, period)).At(f.file, line, "")
	}
	if _, ok := f.line[area]; !ok {
		f.line[area] = line
		f.areas = append(f.areas, area)
	}
	if !slices.Contains(f.periods, period) {
		f.periods = append(f.periods, period)
	}
	return nil
}

// byArea reads records area[,period],value[,variance], a series with an area in every column, or a list code,value. A blank is a figure
// that is not known.
func (r *provincesRun) byArea(name string) (*areaFigures, error) {
	b, err := r.e.Bytes(name)
	if err != nil {
		return nil, err
	}
	c, err := again(r.e, b).Cells(name)
	if err != nil {
		return nil, err
	}
	f := &areaFigures{file: name, value: map[[2]string]float64{}, line: map[string]int{}}
	t := &command.Sheet{Cells: c, Head: c.Rows[0], Data: 1}
	if t.Find(areaWords) >= 0 && len(c.Rows) > 1 {
		return f, f.records(t)
	}
	if len(c.Rows) > 1 {
		if _, err := command.Period(c.Rows[1][0]); err == nil && (command.Among(c.Rows[0][0], timeWords) || c.Rows[0][0] == "") {
			s, err := again(r.e, b).GappySeries(name, true)
			if err != nil {
				return nil, err
			}
			for j, area := range s.Names {
				for i, p := range s.Periods {
					if err := f.add(area, command.Label(p), s.Lines[0]); err != nil {
						return nil, err
					}
					if s.Known[j][i] {
						f.value[[2]string{area, command.Label(p)}] = s.Values[j][i]
					}
				}
			}
			return f, nil
		}
	}
	v, err := again(r.e, b).Vector(name)
	if err != nil {
		return nil, err
	}
	if v.Codes == nil {
		return nil, fault.New("calc.no-column", "column", "area", "file", name, "have", strings.Join(c.Rows[0], ", "))
	}
	for i, area := range v.Codes {
		if err := f.add(area, "", 0); err != nil {
			return nil, err
		}
		f.value[[2]string{area, ""}] = v.Values[i]
	}
	return f, nil
}

func (f *areaFigures) records(t *command.Sheet) error {
	if err := t.Check(); err != nil {
		return err
	}
	area, when := t.Find(areaWords), t.Find(timeWords)
	value, err := t.Column(append([]string{"value"}, command.ValueWords...)...)
	if err != nil {
		value, err = t.Column("weight", "population", "trọng số", "indicator")
	}
	if err != nil {
		return err
	}
	column, kind := errorOf(t)
	if column >= 0 {
		f.variance = map[[2]string]float64{}
	}
	for i := range t.Len() {
		a, p := t.Text(i, area), ""
		if a == "" {
			return fault.New("calc.no-code").At(t.Name, t.Line(i), t.Head[area])
		}
		if when >= 0 {
			x, err := command.Period(t.Text(i, when))
			if err != nil {
				return command.At(err, t.Name, t.Line(i), t.Head[when])
			}
			p = command.Label(x)
		}
		if err := f.add(a, p, t.Line(i)); err != nil {
			return err
		}
		v, known, err := t.Value(i, value)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		f.value[[2]string{a, p}] = v
		if column >= 0 {
			if f.variance[[2]string{a, p}], err = variance(t, i, column, kind, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// restated is one figure on the areas asked for.
type restated struct {
	area, name, period string
	value              any // stat.Decimal or float64; nil where a part is missing
	variance           *float64
	exact              bool
	missing            []string
}

// restate brings figures from one set of areas to another: those of the country by its dated succession, any others by a map.
func (r *provincesRun) restate() error {
	if err := r.e.Need("data"); err != nil {
		return err
	}
	if r.Decimals < 0 || r.Decimals > 30 {
		return fault.New("calc.bad-number", "flag", "--decimals", "given", strconv.Itoa(r.Decimals))
	}
	figures, err := r.byArea(r.Data)
	if err != nil {
		return err
	}
	var out []restated
	rule := r.Rule
	if r.Map != "" {
		idle := []string{"rule", "denominator", "from", "to", "decimals"}
		if !r.Reverse {
			idle = append(idle, "weights")
		}
		if err := r.e.NoEffect("--map", idle...); err != nil {
			return err
		}
		out, err = r.byMap(figures)
	} else if err = r.e.NoEffect("--from, --to", "reverse"); err == nil {
		out, err = r.bySuccession(figures)
	}
	if err != nil {
		return err
	}
	var inexact, missing []string
	records, rows := []command.Object{}, [][]string{{"area", "name", "period", "value", "exact", "missing"}}
	if figures.variance != nil {
		rows[0] = append(rows[0], "variance")
	}
	for _, x := range out {
		printed := ""
		switch v := x.value.(type) {
		case nil:
			missing = append(missing, slash(x.area, x.period))
		case stat.Decimal:
			printed = v.String()
		case float64:
			printed = command.Number(v)
		}
		if x.value != nil && !x.exact {
			inexact = append(inexact, slash(x.area, x.period))
		}
		record := command.Object{{"area", x.area}, {"name", x.name}, {"period", x.period}, {"value", x.value}, {"exact", x.exact}, {"missing", append([]string{}, x.missing...)}}
		row := []string{x.area, x.name, x.period, printed, strconv.FormatBool(x.exact), strings.Join(x.missing, " ")}
		if figures.variance != nil {
			record, row = append(record, command.Member{"variance", command.OrNull(x.variance)}), append(row, command.NumberOrNone(x.variance))
		}
		records, rows = append(records, record), append(rows, row)
	}
	if len(inexact) > 0 {
		r.notes = append(r.notes, fault.New("calc.restated-inexact", "n", len(inexact), "of", len(out)-len(missing), "areas", joined(inexact)))
	}
	if len(missing) > 0 {
		r.notes = append(r.notes, fault.New("calc.restated-missing", "n", len(missing), "areas", joined(missing)))
	}
	head := command.Object{{"from", r.From}, {"to", r.To}}
	if r.Map != "" {
		head = command.Object{{"map", r.Map}, {"reverse", r.Reverse}}
	}
	return r.write(append(head, command.Object{{"rule", rule}, {"exact", len(inexact) == 0}, {"series", records}}...), rows)
}

// setsOf are the sets of areas of the country.
func setsOf(areas *territory.Registry) []command.Choice[territory.Set] {
	var out []territory.Set
	for _, d := range areas.Divisions() {
		out = append(out, d.ID)
	}
	return command.Named(out...)
}

// identified gives the figures of each period by identifier.
func (f *areaFigures) identified(areas *territory.Registry, set territory.Set) (values, variances map[string]territory.Values, err error) {
	values, variances = map[string]territory.Values{}, map[string]territory.Values{}
	for _, p := range f.periods {
		values[p], variances[p] = territory.Values{}, territory.Values{}
	}
	seen := map[string]bool{}
	for _, written := range f.areas {
		a, err := areas.Identify(set, written)
		if err != nil {
			return nil, nil, command.At(err, f.file, f.line[written], "")
		}
		if seen[a.ID] {
			return nil, nil, fault.New("calc.twice", "code", a.ID).At(f.file, f.line[written], "")
		}
		seen[a.ID] = true
		for _, p := range f.periods {
			for _, x := range []struct {
				from map[[2]string]float64
				to   territory.Values
			}{{f.value, values[p]}, {f.variance, variances[p]}} {
				if v, ok := x.from[[2]string{written, p}]; ok {
					if x.to[a.ID], err = decimal(v); err != nil {
						return nil, nil, command.At(err, f.file, f.line[written], "")
					}
				}
			}
		}
	}
	return values, variances, nil
}

// decimal gives the number as it was written: the shortest decimal of a floating-point number.
func decimal(v float64) (stat.Decimal, error) { return stat.ParseDecimal(command.Number(v)) }

// succession restates the figures of a file by the dated provinces of the country.
type succession struct {
	*provincesRun
	areas                 *territory.Registry
	request               territory.Request // but for the figures of a period
	values, variances     map[string]territory.Values
	weights, denominators func(period string) territory.Values
	border                map[string]bool // areas of which a part went elsewhere
}

// bySuccession restates by the dated provinces of the country.
func (r *provincesRun) bySuccession(f *areaFigures) ([]restated, error) {
	s := &succession{provincesRun: r, border: map[string]bool{}}
	if err := s.read(f); err != nil {
		return nil, err
	}
	var out []restated
	for _, p := range f.periods {
		figures, err := s.period(p, f.variance != nil)
		if err != nil {
			return nil, err
		}
		out = append(out, figures...)
	}
	if s.request.Rule == territory.Average {
		r.notes = append(r.notes, fault.New("calc.restated-average"))
	}
	var differing []string
	for _, a := range s.areas.Areas() {
		if s.border[a.ID] {
			differing = append(differing, a.ID)
		}
	}
	if len(differing) > 0 {
		r.notes = append(r.notes, fault.New("calc.restated-border", "areas", joined(differing)))
	}
	return out, nil
}

// read reads what is asked, and the figures that go with the main ones.
func (s *succession) read(f *areaFigures) (err error) {
	q := &s.request
	if s.areas, err = s.e.Areas(); err != nil {
		return err
	}
	for flag, usual := range map[*string]territory.Set{&s.From: s.areas.Earlier(), &s.To: s.areas.Current()} {
		if *flag == "" {
			*flag = string(usual)
		}
	}
	if q.From, err = command.OneOf("from", s.From, setsOf(s.areas)); err != nil {
		return err
	}
	if q.To, err = command.OneOf("to", s.To, setsOf(s.areas)); err != nil {
		return err
	}
	if q.Rule, err = command.OneOf("rule", s.Rule, command.Named(territory.Additive, territory.Ratio, territory.Average)); err != nil {
		return err
	}
	if q.Rule == territory.Ratio {
		err = s.e.Need("denominator")
	} else {
		err = s.e.NoEffect("--rule "+s.Rule, "denominator")
	}
	if err != nil {
		return err
	}
	if s.values, s.variances, err = f.identified(s.areas, q.From); err != nil {
		return err
	}
	if s.weights, err = s.beside(s.areas, s.areas.Earlier(), s.Weights); err != nil {
		return err
	}
	s.denominators, err = s.beside(s.areas, q.From, s.Denominator)
	return err
}

// period restates the figures of a period.
func (s *succession) period(p string, sure bool) ([]restated, error) {
	q := s.request
	q.Values, q.Weights, q.Denominator = s.values[p], s.weights(p), s.denominators(p)
	if q.Rule == territory.Ratio { // the file holds the quotients: their numerators are summed, and the factor of a percentage cancels
		q.Values = q.Values.Times(q.Denominator)
	}
	done, err := s.areas.Restate(q)
	if err != nil {
		return nil, err
	}
	s.areas.Round(q, done, s.Decimals)
	variances := territory.Values{}
	if sure && q.Rule == territory.Additive {
		if variances, err = s.areas.RestateVariances(q, s.variances[p]); err != nil {
			return nil, err
		}
	}
	var out []restated
	for _, x := range done {
		a, err := s.areas.Area(x.Area)
		if err != nil {
			return nil, err
		}
		y := restated{area: x.Area, name: a.On(s.areas.InForce(q.To)).Name.In(s.e.Lang), period: p, exact: x.Exact, missing: x.Missing}
		if x.Value != nil {
			y.value = *x.Value
			s.border[a.ID] = s.border[a.ID] || x.Caveat
		}
		if v, ok := variances[x.Area]; ok && x.Exact {
			f := v.Float64()
			y.variance = &f
		}
		s.e.Say("explain-restate", "code", slash(x.Area, p), "parts", strings.Join(s.areas.MadeOf(q, x.Area), " + "))
		out = append(out, y)
	}
	return out, nil
}

// beside reads figures that go with the main ones: by period, or the same for all periods where the file has none.
func (r *provincesRun) beside(areas *territory.Registry, set territory.Set, name string) (func(period string) territory.Values, error) {
	if name == "" {
		return func(string) territory.Values { return nil }, nil
	}
	f, err := r.byArea(name)
	if err != nil {
		return nil, err
	}
	values, _, err := f.identified(areas, set)
	if err != nil {
		return nil, err
	}
	return func(p string) territory.Values {
		if v, ok := values[p]; ok {
			return v
		}
		return values[""]
	}, nil
}
