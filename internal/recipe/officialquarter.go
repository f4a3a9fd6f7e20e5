package recipe

import (
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// officialQuarters are the quarterly shares that the office itself prints. None is known so far; when one is loaded it stands in place of the
// estimate of its quarter.
type officialQuarters struct {
	share   map[string]series // by component
	gdp     series
	country pipeline.Country
}

func readOfficial(in *pipeline.Inputs) officialQuarters {
	o := officialQuarters{country: in.Country, share: map[string]series{}, gdp: seriesOf(in.Newest("quarters"), "Q", in.Country.Area, gdp, current)}
	for _, c := range []string{total, core, digitalised} {
		o.share[c] = seriesOf(in.Newest("official"), "Q", in.Country.Area, in.Country.Official, c)
	}
	return o
}

func (o officialQuarters) has(component string, q stat.Period) bool {
	_, ok := o.share[component].value(q)
	return ok
}

// level gives the value added of an official share, share × GDP of the quarter.
func (o officialQuarters) level(component string, q stat.Period) (stat.Decimal, bool) {
	s, ok := o.share[component].value(q)
	g, known := o.gdp.value(q)
	return percentOf(s, g), ok && known
}

// give adds the printed shares, with the status of their source and without an interval, and the value added that they imply.
func (o officialQuarters) give(out *pipeline.Result) {
	for _, method := range []string{denton, chowlin} {
		for _, c := range []string{total, core, digitalised} {
			for _, q := range o.share[c].periods() {
				s := o.share[c].at[q]
				out.Outputs = append(out.Outputs, output("DE_QUARTERLY", stat.NewKey("Q", o.country.Area, o.country.Official, c, method, share), q, *s.Value, s.Status,
					stat.Attributes{"UNIT_MEASURE": "PC_GDP", stat.AttrDecimals: "2", stat.AttrComment: asPublished}, refTo(*s, "share")))
				if level, ok := o.level(c, q); ok {
					out.Outputs = append(out.Outputs, output("DE_QUARTERLY", stat.NewKey("Q", o.country.Area, o.country.Official, c, method, "VA"), q, level, s.Status,
						stat.Attributes{"UNIT_MEASURE": o.country.Currency, "UNIT_MULT": "9", stat.AttrDecimals: "0", stat.AttrComment: asPublished}, refTo(*s, "share"), o.gdp.ref(q, "denominator")).
						By(pipeline.Arithmetic(partOf(figure(*s), o.gdp.term(q)))))
				}
			}
		}
	}
}

// between names the official shares within some quarters.
func (o officialQuarters) between(quarters []stat.Period) []pipeline.Ref {
	var out []pipeline.Ref
	for _, c := range []string{total, core, digitalised} {
		for _, q := range quarters {
			if o.has(c, q) {
				out = append(out, o.share[c].ref(q, "official quarter"))
			}
		}
	}
	return out
}

// lead puts the official quarters into estimated parts. Where only the total is printed, the parts keep their proportion within it; where the
// total and one part are, the other is the rest. The other quarters of a year with a benchmark share what the official ones leave of it, in
// proportion to their estimates; a year whose quarters are all printed stays as printed.
func (o officialQuarters) lead(values map[string][]stat.Decimal, m *quarterlyModel) {
	fixed := make([]bool, len(m.quarters))
	for i, q := range m.quarters {
		whole, known := o.level(total, q)
		c, okC := o.level(core, q)
		d, okD := o.level(digitalised, q)
		sum := values[core][i].Add(values[digitalised][i])
		switch {
		case okC && okD:
		case okC && known:
			d = whole.Sub(c)
		case okD && known:
			c = whole.Sub(d)
		case okC:
			d = values[digitalised][i]
		case okD:
			c = values[core][i]
		case known && sum.Sign() > 0:
			part, err := whole.Mul(values[digitalised][i]).Quo(sum)
			if err != nil {
				continue
			}
			d = part.Round(4)
			c = whole.Sub(d)
		default:
			continue
		}
		values[core][i], values[digitalised][i], fixed[i] = c, d, true
	}
	for y := range m.years {
		for _, p := range parts {
			respread(values[p][4*y:4*y+4], fixed[4*y:4*y+4], m.exact[p][y])
		}
	}
}

// respread scales the quarters of a year that are not fixed to what the fixed ones leave of it.
func respread(quarters []stat.Decimal, fixed []bool, year stat.Decimal) {
	rest, whole, places := year, stat.Decimal{}, []int{}
	var weights []float64
	for i, v := range quarters {
		if fixed[i] {
			rest = rest.Sub(v)
			continue
		}
		whole, places = whole.Add(v), append(places, i)
		weights = append(weights, v.Float64())
	}
	if len(places) == 0 || len(places) == len(quarters) || whole.Sign() <= 0 || rest.Sign() <= 0 {
		return
	}
	scale := rest.Float64() / whole.Float64()
	for i := range weights {
		weights[i] *= scale
	}
	rounded, err := stat.RoundToTotal(weights, rest, max(4, rest.Decimals()))
	if err != nil {
		return // what is left cannot be spread: the estimates stand
	}
	for n, i := range places {
		quarters[i] = rounded[n]
	}
}
