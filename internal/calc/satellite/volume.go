package satellite

import (
	"slices"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/satellite"
)

// inVolume gives the product ratio at the prices of the table and at those of another period, side by side: what is made is divided by the price
// of its product, and value added is what --volume names or, without it, divided by the price of the output of its industry.
func (r *digitalRun) inVolume(g *ioformat.Grid, p satellite.ProductRatio) error {
	prices, err := r.productPrices(p.Products)
	if err != nil {
		return err
	}
	now, err := p.Compute()
	if err != nil {
		return err
	}
	then := p
	if then.Make, err = satellite.Deflate(p.Make, p.Products, prices); err != nil {
		return err
	}
	codes, nominal := p.Industries, p.Measures[0].Values
	volume := inputoutput.Row{Code: "value-added"}
	if names := command.List(r.Volume); len(names) > 0 {
		v, err := sumLines(g, names, codes)
		if err != nil {
			return err
		}
		if volume.Values, err = all(g, names[0], codes, v); err != nil {
			return err
		}
	} else {
		if volume.Values, err = satellite.OwnPrices(nominal, codes, p.Make, then.Make); err != nil {
			return err
		}
		r.notes = append(r.notes, fault.New("calc.output-deflated"))
	}
	then.Measures = []inputoutput.Row{volume}
	real, err := then.Compute()
	if err != nil {
		return err
	}
	r.notes = append(r.notes, now.Warnings...)
	before, after := now.Measures[0], real.Measures[0]
	for i, c := range codes {
		r.e.Say("explain-ratio", "code", c, "d", command.Number(now.Ratio[i]), "va", command.Number(nominal[i]), "digital", command.Number(before.ByIndustry[i]))
		r.e.Say("explain-volume", "code", c, "d", command.Number(real.Ratio[i]), "va", command.Number(volume.Values[i]), "digital", command.Number(after.ByIndustry[i]))
	}
	price := inputoutput.Known(before.Digital).Over(after.Digital)
	if r.e.JSON() {
		terms := append(command.Object{{"total", after.Digital}, {"share", after.Share}, {"price", price}, {"byIndustry", command.ByCode(codes, after.ByIndustry)}}, ratioTerms(codes, real)...)
		return r.write(satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, inputoutput.Known(before.Digital), before.Share, codes, satellite.Known(before.ByIndustry...),
			append(ratioTerms(codes, now), command.Member{"volume", terms}))
	}
	r.e.Warn(r.notes)
	rows := command.Columns([]string{"code", "digital", "volume"}, codes, command.Numbers(before.ByIndustry), command.Numbers(after.ByIndustry))
	return r.e.WriteCSV(append(rows, []string{"total", command.Number(before.Digital), command.Number(after.Digital)}, []string{"share", before.Share.String(), after.Share.String()})...)
}

// productPrices reads a price for every product of the make table, of which --price-base is what an unchanged one is written as.
func (r *digitalRun) productPrices(products []string) ([]float64, error) {
	v, err := r.e.Vector(r.Deflators)
	if err != nil {
		return nil, err
	}
	at, err := v.Order(products, len(products), r.f.File)
	if err != nil {
		return nil, err
	}
	if !(r.PriceBase > 0) {
		return nil, fault.New("calc.bad-number", "flag", "--price-base", "given", command.Number(r.PriceBase))
	}
	prices := command.Reorder(v.Values, at)
	for i := range prices {
		prices[i] /= r.PriceBase
	}
	if slices.Max(prices) > 10 {
		r.notes = append(r.notes, fault.New("calc.price-scale", "flag", "--price-base"))
	}
	return prices, nil
}
