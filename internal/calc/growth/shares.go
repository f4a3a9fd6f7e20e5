package growth

import (
	"slices"
	"strconv"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
)

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
	var at [4]int
	for k, names := range [][]string{{"period", "kỳ", "year", "quarter", "time"}, {"industry", "item", "code", "ngành", "mã"}, {"value", "value_added", "giá trị"}, {"digital", "part", "số"}} {
		if at[k], err = t.Column(names...); err != nil {
			return err
		}
	}
	type level struct{ value, digital float64 }
	var periods, names []string
	data := map[[2]string]level{}
	for i := range t.Len() {
		p, err := command.Period(t.Text(i, at[0]))
		if err != nil {
			return command.At(err, t.Name, t.Line(i), t.Head[at[0]])
		}
		name := t.Text(i, at[1])
		if name == "" {
			return fault.New("calc.no-code").At(t.Name, t.Line(i), t.Head[at[1]])
		}
		key := [2]string{command.Label(p), name}
		if _, twice := data[key]; twice {
			return fault.New("calc.twice", "code", command.Label(p)+","+name).At(t.Name, t.Line(i), "")
		}
		var x level
		if x.value, err = t.Must(i, at[2]); err != nil {
			return err
		}
		if x.digital, err = t.Must(i, at[3]); err != nil {
			return err
		}
		if x.digital < 0 || x.digital > 0 && x.digital > x.value {
			return fault.New("chain.bad-fraction", "name", "digital", "at", name, "value", command.Number(x.digital)).At(t.Name, t.Line(i), t.Head[at[3]])
		}
		data[key] = x
		if !slices.Contains(periods, key[0]) {
			if n := len(periods); n > 0 {
				if last, _ := command.Period(periods[n-1]); last.Next() != p {
					return fault.New("calc.gap", "before", periods[n-1], "after", command.Label(p)).At(t.Name, t.Line(i), t.Head[at[0]])
				}
			}
			periods = append(periods, key[0])
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(periods) < 2 {
		return fault.New("calc.two-periods", "file", t.Name)
	}
	weights, fractions, shares := make([][]float64, len(periods)), make([][]float64, len(periods)), make([]float64, len(periods))
	for k, p := range periods {
		whole := 0.0
		for _, n := range names {
			x, ok := data[[2]string{p, n}]
			if !ok {
				return fault.New("calc.no-figure", "item", n, "period", p, "column", t.Head[at[2]], "file", t.Name)
			}
			whole += x.value
		}
		if !(whole > 0) {
			return fault.New("chain.bad-level", "name", p, "value", command.Number(whole))
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
	series, rows := []command.Object{}, [][]string{{"period", "industry", "structure", "intensity", "total"}}
	for k := 1; k < len(periods); k++ {
		split, err := chain.AccountByIndustry([2][]float64{weights[k-1], weights[k]}, [2][]float64{fractions[k-1], fractions[k]})
		if err != nil {
			return err
		}
		items, structure, intensity := command.Object{}, 0.0, 0.0
		for i, n := range names {
			x := split[i]
			structure, intensity = structure+x.Structure, intensity+x.Intensity
			items = append(items, command.Member{n, command.Object{{"structure", x.Structure}, {"intensity", x.Intensity}}})
			rows = append(rows, []string{periods[k], n, command.Number(x.Structure), command.Number(x.Intensity), command.Number(x.Structure + x.Intensity)})
		}
		series = append(series, command.Object{{"period", periods[k]}, {"before", shares[k-1]}, {"after", shares[k]}, {"change", shares[k] - shares[k-1]}, {"structure", structure}, {"intensity", intensity}, {"items", items}})
		r.e.Say("explain-industries", "period", periods[k], "before", command.Number(shares[k-1]), "after", command.Number(shares[k]), "structure", command.Number(structure), "intensity", command.Number(intensity))
	}
	if r.e.JSON() {
		return r.e.WriteJSON(command.Object{{"what", "industries"}, {"items", names}, {"series", series}})
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
