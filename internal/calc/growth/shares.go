package growth

import (
	"slices"
	"strconv"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
)

// industryLevels are the value and its digital part of every industry in every period.
type industryLevels struct {
	*command.Sheet
	at             [4]int // columns: period, industry, value, digital
	periods, names []string
	data           map[[2]string][2]float64 // by period and industry: the value and what of it is digital
}

// read takes the record of a line.
func (l *industryLevels) read(i int) error {
	p, err := command.Period(l.Text(i, l.at[0]))
	if err != nil {
		return command.At(err, l.Name, l.Line(i), l.Head[l.at[0]])
	}
	name := l.Text(i, l.at[1])
	if name == "" {
		return fault.New("calc.no-code").At(l.Name, l.Line(i), l.Head[l.at[1]])
	}
	key := [2]string{command.Label(p), name}
	if _, twice := l.data[key]; twice {
		return fault.New("calc.twice", "code", key[0]+","+name).At(l.Name, l.Line(i), "")
	}
	var x [2]float64
	for k := range x {
		if x[k], err = l.Must(i, l.at[2+k]); err != nil {
			return err
		}
	}
	if value, digital := x[0], x[1]; digital < 0 || digital > 0 && digital > value {
		return fault.New("chain.bad-fraction", "name", "digital", "at", name, "value", command.Number(digital)).At(l.Name, l.Line(i), l.Head[l.at[3]])
	}
	l.data[key] = x
	if !slices.Contains(l.periods, key[0]) {
		if n := len(l.periods); n > 0 {
			if last, _ := command.Period(l.periods[n-1]); last.Next() != p {
				return fault.New("calc.gap", "before", l.periods[n-1], "after", key[0]).At(l.Name, l.Line(i), l.Head[l.at[0]])
			}
		}
		l.periods = append(l.periods, key[0])
	}
	if !slices.Contains(l.names, name) {
		l.names = append(l.names, name)
	}
	return nil
}

// structure gives that of a period, in which no industry may be missing.
func (l *industryLevels) structure(period string) (chain.Structure, error) {
	var values, digital []float64
	for _, n := range l.names {
		x, ok := l.data[[2]string{period, n}]
		if !ok {
			return chain.Structure{}, fault.New("calc.no-figure", "item", n, "period", period, "column", l.Head[l.at[2]], "file", l.Name)
		}
		values, digital = append(values, x[0]), append(digital, x[1])
	}
	s := chain.StructureOf(values, digital)
	if s.Weight == nil {
		return s, fault.New("chain.bad-level", "name", period, "value", command.Number(s.Whole))
	}
	return s, nil
}

// industries splits the change of a share from each period to the next into what the structure of the economy did and what the intensity of
// each industry did: period,industry,value,digital, levels at current prices; the whole of a period is the sum of its values.
func (r *growthRun) industries() error {
	if err := r.e.Need("data"); err != nil {
		return err
	}
	t, err := r.e.Table(r.Data)
	if err != nil {
		return err
	}
	l := &industryLevels{Sheet: t, data: map[[2]string][2]float64{}}
	for k, names := range [][]string{{"period", "kỳ", "year", "quarter", "time"}, {"industry", "item", "code", "ngành", "mã"}, {"value", "value_added", "giá trị"}, {"digital", "part", "số"}} {
		if l.at[k], err = t.Column(names...); err != nil {
			return err
		}
	}
	for i := range t.Len() {
		if err := l.read(i); err != nil {
			return err
		}
	}
	if len(l.periods) < 2 {
		return fault.New("calc.two-periods", "file", t.Name)
	}
	years := make([]chain.Structure, len(l.periods))
	for k, p := range l.periods {
		if years[k], err = l.structure(p); err != nil {
			return err
		}
	}
	series, rows := []command.Object{}, [][]string{{"period", "industry", "structure", "intensity", "total"}}
	for k, period := range l.periods[1:] {
		before, after := years[k], years[k+1]
		split, err := chain.AccountByIndustry([2][]float64{before.Weight, after.Weight}, [2][]float64{before.Fraction, after.Fraction})
		if err != nil {
			return err
		}
		items, structure, intensity := command.Object{}, 0.0, 0.0
		for i, n := range l.names {
			x := split[i]
			structure, intensity = structure+x.Structure, intensity+x.Intensity
			items = append(items, command.Member{n, command.Object{{"structure", x.Structure}, {"intensity", x.Intensity}}})
			rows = append(rows, []string{period, n, command.Number(x.Structure), command.Number(x.Intensity), command.Number(x.Structure + x.Intensity)})
		}
		series = append(series, command.Object{{"period", period}, {"before", before.Share}, {"after", after.Share}, {"change", after.Share - before.Share}, {"structure", structure}, {"intensity", intensity}, {"items", items}})
		r.e.Say("explain-industries", "period", period, "before", command.Number(before.Share), "after", command.Number(after.Share), "structure", command.Number(structure), "intensity", command.Number(intensity))
	}
	if r.e.JSON() {
		return r.e.WriteJSON(command.Object{{"what", "industries"}, {"items", l.names}, {"series", series}})
	}
	return r.e.WriteCSV(rows...)
}

// project gives the share of each year that follows from rates of growth and, with --target and one rate each, when the target is reached.
func (r *growthRun) project() error {
	if err := r.e.Need("share", "growth", "gdp-growth"); err != nil {
		return err
	}
	share, err := command.Float("share", r.Share)
	if err != nil {
		return err
	}
	growth, err := command.Floats("growth", r.Growth)
	if err != nil {
		return err
	}
	gdp, err := command.Floats("gdp-growth", r.GdpGrowth)
	if err != nil {
		return err
	}
	n := max(len(growth), len(gdp))
	switch {
	case n == 1 && r.Years > 0 && r.Years <= 1000:
		n = r.Years
	case r.Years != 0 && r.Years != n || len(growth) != n && len(growth) != 1 || len(gdp) != n && len(gdp) != 1:
		return fault.New("chain.length", "name", "growth", "got", len(growth), "want", max(n, r.Years))
	}
	var reached any
	if r.Target != "" {
		target, err := command.Float("target", r.Target)
		if err != nil {
			return err
		}
		if len(growth) != 1 || len(gdp) != 1 {
			return fault.New("calc.no-effect", "flag", "--target", "method", "project")
		}
		years, err := chain.YearsToReach(share, target, growth[0], gdp[0])
		if err != nil {
			return err
		}
		reached = years
	}
	every := func(v []float64) []float64 {
		if len(v) == 1 {
			return slices.Repeat(v, n)
		}
		return v
	}
	growth, gdp = every(growth), every(gdp)
	shares, err := chain.Project(share, growth, gdp)
	if err != nil {
		return err
	}
	path, rows := []command.Object{}, [][]string{{"year", "share", "growth", "gdp_growth"}}
	for i, s := range shares {
		year := r.StartYear + i + 1
		path = append(path, command.Object{{"year", year}, {"share", s}, {"growth", growth[i]}, {"gdpGrowth", gdp[i]}})
		rows = append(rows, []string{strconv.Itoa(year), command.Number(s), command.Number(growth[i]), command.Number(gdp[i])})
	}
	if r.e.JSON() {
		return r.e.WriteJSON(command.Object{{"what", "project"}, {"path", path}, {"yearsToReach", reached}})
	}
	if y, ok := reached.(float64); ok {
		r.e.Warn([]*fault.Error{fault.New("calc.reached", "years", command.Number(y))})
	}
	return r.e.WriteCSV(rows...)
}
