package chain

import (
	"slices"
	"strconv"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
)

// deflate takes prices out of value added, a line an industry or period: output, output_price, intermediate, intermediate_price (indices on the
// year before, 1 = unchanged), and the value added of the year before where growth is asked for.
// A price index may be written on another base, such as 100.
func deflate(e *command.Env, file string, fallback bool, unchanged string) error {
	base, err := command.Float("price-base", unchanged)
	if err != nil {
		return err
	}
	if !(base > 0) {
		return fault.New("calc.bad-number", "flag", "--price-base", "given", unchanged)
	}
	t, err := e.Table(file)
	if err != nil {
		return err
	}
	var at [4]int
	for k, names := range [][]string{{"output", "output_current"}, {"output_price", "output_price_index"}, {"intermediate", "intermediate_current"}, {"intermediate_price", "intermediate_price_index"}} {
		if at[k], err = t.Column(names...); err != nil {
			return err
		}
	}
	before, err := t.Column("previous", "value_added_previous_year", "value_added_previous")
	grows := err == nil
	named := !slices.Contains(at[:], 0) && before != 0
	results, rows := []command.Object{}, [][]string{{"item", "double", "single", "gap", "implicit_price", "growth_double", "growth_single", "volume"}}
	var notes []*fault.Error
	suspicious := false
	for i := range t.Len() {
		name := strconv.Itoa(i + 1)
		if named {
			if name = t.Text(i, 0); name == "" {
				return fault.New("calc.no-code").At(file, t.Line(i), t.Head[0])
			}
		}
		var v [4]float64
		for k, c := range at {
			if v[k], err = t.Must(i, c); err != nil {
				return err
			}
		}
		if base == 1 && v[1] > 10 && v[3] > 10 {
			suspicious = true
		}
		v[1], v[3] = v[1]/base, v[3]/base
		d, err := chain.Deflate(chain.Production{Output: v[0], OutputPrice: v[1], Intermediate: v[2], IntermediatePrice: v[3]})
		if err != nil {
			return command.At(err, file, t.Line(i), name)
		}
		volume, single, err := d.Volume(fallback)
		if err != nil {
			return command.At(err, file, t.Line(i), name)
		}
		if single {
			notes = append(notes, fault.New("calc.single-deflation", "item", name))
		}
		line := command.Object{{"item", name}, {"double", d.Double}, {"single", d.Single}, {"gap", d.Gap}, {"current", d.Current}, {"implicitPrice", command.OrNull(d.ImplicitPrice)}, {"volume", volume}, {"usedSingle", single}}
		row := []string{name, command.Number(d.Double), command.Number(d.Single), command.Number(d.Gap), command.NumberOrNone(d.ImplicitPrice), "", "", command.Number(volume)}
		if grows {
			p, err := t.Must(i, before)
			if err != nil {
				return err
			}
			if !(p > 0) {
				return fault.New("calc.not-positive", "value", command.Number(p)).At(file, t.Line(i), t.Head[before])
			}
			double, single := d.Growth(p)
			line = append(line, command.Member{"growthDouble", double}, command.Member{"growthSingle", single})
			row[5], row[6] = command.Number(double), command.Number(single)
		}
		results, rows = append(results, line), append(rows, row)
		e.Say("explain-deflate", "item", name, "output", command.Number(v[0]/v[1]), "intermediate", command.Number(v[2]/v[3]), "double", command.Number(d.Double), "single", command.Number(d.Single))
	}
	if suspicious {
		notes = append(notes, fault.New("calc.price-scale", "flag", "--price-base"))
	}
	if e.JSON() {
		return e.WriteJSON(command.Object{{"what", "deflate"}, {"series", results}, {"notes", e.Remarks(notes)}})
	}
	e.Warn(notes)
	return e.WriteCSV(rows...)
}
