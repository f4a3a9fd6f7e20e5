package calc

import (
	"slices"
	"strconv"

	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
)

// industries splits the change of a share from each period to the next into what the structure of the economy did and what the intensity of
// each industry did: period,industry,value,digital, levels at current prices; the whole of a period is the sum of its values.
func (r *growthRun) industries() error {
	if err := r.e.need("data"); err != nil {
		return err
	}
	t, err := r.e.table(r.Data)
	if err != nil {
		return err
	}
	var at [4]int
	for k, names := range [][]string{{"period", "kỳ", "year", "quarter", "time"}, {"industry", "item", "code", "ngành", "mã"}, {"value", "value_added", "giá trị"}, {"digital", "part", "số"}} {
		if at[k], err = t.column(names...); err != nil {
			return err
		}
	}
	type level struct{ value, digital float64 }
	var periods, names []string
	data := map[[2]string]level{}
	for i := range t.len() {
		p, err := period(t.text(i, at[0]))
		if err != nil {
			return err.(*fault.Error).At(t.name, t.line(i), t.head[at[0]])
		}
		name := t.text(i, at[1])
		if name == "" {
			return fault.New("calc.no-code").At(t.name, t.line(i), t.head[at[1]])
		}
		key := [2]string{label(p), name}
		if _, twice := data[key]; twice {
			return fault.New("calc.twice", "code", label(p)+","+name).At(t.name, t.line(i), "")
		}
		var x level
		if x.value, err = t.must(i, at[2]); err != nil {
			return err
		}
		if x.digital, err = t.must(i, at[3]); err != nil {
			return err
		}
		if x.digital < 0 || x.digital > 0 && x.digital > x.value {
			return fault.New("chain.bad-fraction", "name", "digital", "at", name, "value", text(x.digital)).At(t.name, t.line(i), t.head[at[3]])
		}
		data[key] = x
		if !slices.Contains(periods, key[0]) {
			if n := len(periods); n > 0 {
				if last, _ := period(periods[n-1]); last.Next() != p {
					return fault.New("calc.gap", "before", periods[n-1], "after", label(p)).At(t.name, t.line(i), t.head[at[0]])
				}
			}
			periods = append(periods, key[0])
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(periods) < 2 {
		return fault.New("calc.two-periods", "file", t.name)
	}
	weights, fractions, shares := make([][]float64, len(periods)), make([][]float64, len(periods)), make([]float64, len(periods))
	for k, p := range periods {
		whole := 0.0
		for _, n := range names {
			x, ok := data[[2]string{p, n}]
			if !ok {
				return fault.New("calc.no-figure", "item", n, "period", p, "column", t.head[at[2]], "file", t.name)
			}
			whole += x.value
		}
		if !(whole > 0) {
			return fault.New("chain.bad-level", "name", p, "value", text(whole))
		}
		for _, n := range names {
			x, d := data[[2]string{p, n}], 0.0
			if x.digital > 0 {
				d = x.digital / x.value
			}
			weights[k], fractions[k] = append(weights[k], x.value/whole), append(fractions[k], d)
			shares[k] += x.digital / whole
		}
	}
	series, rows := []object{}, [][]string{{"period", "industry", "structure", "intensity", "total"}}
	for k := 1; k < len(periods); k++ {
		split, err := chain.AccountByIndustry([2][]float64{weights[k-1], weights[k]}, [2][]float64{fractions[k-1], fractions[k]})
		if err != nil {
			return err
		}
		items, structure, intensity := object{}, 0.0, 0.0
		for i, n := range names {
			x := split[i]
			structure, intensity = structure+x.Structure, intensity+x.Intensity
			items = append(items, member{n, object{{"structure", x.Structure}, {"intensity", x.Intensity}}})
			rows = append(rows, []string{periods[k], n, text(x.Structure), text(x.Intensity), text(x.Structure + x.Intensity)})
		}
		series = append(series, object{{"period", periods[k]}, {"before", shares[k-1]}, {"after", shares[k]}, {"change", shares[k] - shares[k-1]}, {"structure", structure}, {"intensity", intensity}, {"items", items}})
		r.e.say("explain-industries", "period", periods[k], "before", text(shares[k-1]), "after", text(shares[k]), "structure", text(structure), "intensity", text(intensity))
	}
	if r.e.json() {
		return r.e.writeJSON(object{{"what", "industries"}, {"items", names}, {"series", series}})
	}
	return r.e.writeCSV(rows...)
}

// project gives the share of each year that follows from rates of growth and, with --target and one rate each, when the target is reached.
func (r *growthRun) project() error {
	if err := r.e.need("share", "growth", "gdp-growth"); err != nil {
		return err
	}
	share, err := floatFlag("share", r.Share)
	if err != nil {
		return err
	}
	growth, err := numbers("growth", r.Growth)
	if err != nil {
		return err
	}
	gdp, err := numbers("gdp-growth", r.GdpGrowth)
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
		target, err := floatFlag("target", r.Target)
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
	path, rows := []object{}, [][]string{{"year", "share", "growth", "gdp_growth"}}
	for i, s := range shares {
		year := r.StartYear + i + 1
		path = append(path, object{{"year", year}, {"share", s}, {"growth", growth[i]}, {"gdpGrowth", gdp[i]}})
		rows = append(rows, []string{strconv.Itoa(year), text(s), text(growth[i]), text(gdp[i])})
	}
	if r.e.json() {
		return r.e.writeJSON(object{{"what", "project"}, {"path", path}, {"yearsToReach", reached}})
	}
	if y, ok := reached.(float64); ok {
		r.e.warn([]*fault.Error{fault.New("calc.reached", "years", text(y))})
	}
	return r.e.writeCSV(rows...)
}
