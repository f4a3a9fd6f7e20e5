package calc

import (
	"slices"
	"strconv"

	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
)

// deflate takes prices out of value added, a line an industry or period: output, output_price, intermediate, intermediate_price (indices on the
// year before, 1 = unchanged), and the value added of the year before where growth is asked for.
// A price index may be written on another base, such as 100.
func (e *Env) deflate(file string, fallback bool, unchanged string) error {
	base, err := floatFlag("price-base", unchanged)
	if err != nil {
		return err
	}
	if !(base > 0) {
		return fault.New("calc.bad-number", "flag", "--price-base", "given", unchanged)
	}
	t, err := e.table(file)
	if err != nil {
		return err
	}
	var at [4]int
	for k, names := range [][]string{{"output", "output_current"}, {"output_price", "output_price_index"}, {"intermediate", "intermediate_current"}, {"intermediate_price", "intermediate_price_index"}} {
		if at[k], err = t.column(names...); err != nil {
			return err
		}
	}
	before, err := t.column("previous", "value_added_previous_year", "value_added_previous")
	grows := err == nil
	named := !slices.Contains(at[:], 0) && before != 0
	results, rows := []object{}, [][]string{{"item", "double", "single", "gap", "implicit_price", "growth_double", "growth_single", "volume"}}
	var notes []*fault.Error
	suspicious := false
	for i := range t.len() {
		name := strconv.Itoa(i + 1)
		if named {
			if name = t.text(i, 0); name == "" {
				return fault.New("calc.no-code").At(file, t.line(i), t.head[0])
			}
		}
		var v [4]float64
		for k, c := range at {
			if v[k], err = t.must(i, c); err != nil {
				return err
			}
		}
		if base == 1 && v[1] > 10 && v[3] > 10 {
			suspicious = true
		}
		v[1], v[3] = v[1]/base, v[3]/base
		d, err := chain.Deflate(chain.Production{Output: v[0], OutputPrice: v[1], Intermediate: v[2], IntermediatePrice: v[3]})
		if err != nil {
			return err.(*fault.Error).At(file, t.line(i), name)
		}
		volume, single, err := d.Volume(fallback)
		if err != nil {
			return err.(*fault.Error).At(file, t.line(i), name)
		}
		if single {
			notes = append(notes, fault.New("calc.single-deflation", "item", name))
		}
		line := object{{"item", name}, {"double", d.Double}, {"single", d.Single}, {"gap", d.Gap}, {"current", d.Current}, {"implicitPrice", orNull(d.ImplicitPrice)}, {"volume", volume}, {"usedSingle", single}}
		row := []string{name, text(d.Double), text(d.Single), text(d.Gap), textOf(d.ImplicitPrice), "", "", text(volume)}
		if grows {
			p, err := t.must(i, before)
			if err != nil {
				return err
			}
			if !(p > 0) {
				return fault.New("calc.not-positive", "value", text(p)).At(file, t.line(i), t.head[before])
			}
			line = append(line, member{"growthDouble", d.Double/p - 1}, member{"growthSingle", d.Single/p - 1})
			row[5], row[6] = text(d.Double/p-1), text(d.Single/p-1)
		}
		results, rows = append(results, line), append(rows, row)
		e.say("explain-deflate", "item", name, "output", text(v[0]/v[1]), "intermediate", text(v[2]/v[3]), "double", text(d.Double), "single", text(d.Single))
	}
	if suspicious {
		notes = append(notes, fault.New("calc.price-scale", "flag", "--price-base"))
	}
	if e.json() {
		return e.writeJSON(object{{"what", "deflate"}, {"series", results}, {"notes", e.remarks(notes)}})
	}
	e.warn(notes)
	return e.writeCSV(rows...)
}
