package recipe

import (
	"context"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/satellite"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// The definitions of the digital economy that need supply and use tables have no open table of Viet Nam to work on. They run on the
// foreign tables of the cube, which say in every name and note that they demonstrate a method; a table of Viet Nam that is loaded as
// IO_TABLE is served by the same functions under its own area.
const (
	demoArea = "US"
	demoNote = "DEMO_US2017"
)

// onTables makes a recipe that fills one dataflow from the tables of the demonstration.
func onTables(c *catalog.Catalog, id, flow string, fill func(*tables, *sheet) error) pipeline.Recipe {
	return pipeline.Recipe{ID: id, Version: "2", Method: id, Title: title(id), Catalogue: asks(c, []string{"CL_IO_MEASURE"}), Params: map[string]string{"area": demoArea},
		Inputs: tableInputs(demoArea), Outputs: []string{flow}, Costly: "thousands of cells of supply and use tables, which have one vintage",
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			measures, err := c.Codelist("CL_IO_MEASURE")
			if err != nil {
				return nil, err
			}
			t, err := readTables(in)
			if err != nil || t == nil {
				return &pipeline.Result{}, err
			}
			s := &sheet{ctx: ctx, flow: flow, area: t.area, period: t.period, measures: measures, note: demoNote, working: t.working(in.Detail)}
			if err := s.stopped(); err != nil {
				return nil, err
			}
			if err := fill(t, s); err != nil {
				return nil, err
			}
			for i, o := range s.result.Outputs {
				if err := s.stopped(); err != nil {
					return nil, err
				}
				s.result.Outputs[i].From = t.whole(o.From...)
			}
			return &s.result, s.err
		}}
}

// DemoADB is the input-output equation of the Asian Development Bank on the domestic table: block form, literal form and what they differ by.
func DemoADB(c *catalog.Catalog) pipeline.Recipe {
	return onTables(c, "demo-adb", "IO_ADB", adb)
}

func adb(t *tables, s *sheet) error {
	model, err := t.domesticModel()
	if err != nil {
		return err
	}
	list := t.digitalIndustries()
	account, err := satellite.ADB{Model: model, Digital: list, On: t.period.From()}.Compute()
	if err != nil {
		return err
	}
	whole := append([]pipeline.Ref{t.block(makeTable), t.block(useTable), t.block(importTable)}, t.listed("INDUSTRIES")...)
	own := append(t.refs(useTable, "value added", t.primary, list.Codes), t.listed("INDUSTRIES")...)
	s.give(wholeEconomy, "OWN", account.Own, stat.Estimated, own...)
	s.by(t.sumOf(useTable, t.primary, list.Codes))
	digital := fact("industries", pipeline.Apply(pipeline.OpCount, pipeline.Figures(t.listed("INDUSTRIES"))...))
	for _, m := range []struct {
		code  string
		value inputoutput.Maybe
		scale float64
	}{
		{"BACKWARD", inputoutput.Known(account.Backward), 1}, {"FORWARD", inputoutput.Known(account.Forward), 1},
		{"DOUBLE_COUNT", inputoutput.Known(account.DoubleCount), 1}, {"DIAGONAL", account.Diagonal, 1}, {"CAPITAL", inputoutput.Known(account.Capital), 1},
		{"BLOCK", inputoutput.Known(account.Block), 1}, {"LITERAL", account.Literal, 1}, {"DIFFERENCE", account.Difference, 1},
		{"VA", inputoutput.Known(account.GDP), 1}, {"SHARE_BLOCK", account.Share, 100},
		{"SHARE_LITERAL", ratio(account.Literal, account.GDP), 100},
	} {
		s.maybe(wholeEconomy, m.code, m.value, m.scale, stat.Estimated, whole...)
		s.byMethod("adb", m.value.Known, digital)
		s.byWorking(m.value.Known, func(w *tableWorking) pipeline.Term { return w.adb(m.code) })
	}
	for i, code := range model.Table.Codes {
		if err := s.stopped(); err != nil {
			return err
		}
		from := t.refs(useTable, "value added", t.primary, []string{code})
		if !slices.Contains(list.Codes, code) {
			from = append(from, whole...) // what it adds to digital final use passes through the whole table
		}
		s.give(t.prefix+code, "PART", account.ByIndustry[i], stat.Estimated, from...)
		if slices.Contains(list.Codes, code) {
			s.by(t.sumOf(useTable, t.primary, []string{code}))
		} else {
			s.byMethod("adb", true, digital)
			s.byWorking(true, func(w *tableWorking) pipeline.Term { return w.passed(code) })
		}
	}
	s.checks(account.Checks)
	return nil
}

// ratio gives a/b, or nothing where a is missing or b is zero.
func ratio(a inputoutput.Maybe, b float64) inputoutput.Maybe {
	if !a.Known || b == 0 {
		return inputoutput.Missing
	}
	return inputoutput.Known(a.Value / b)
}

// DemoRatio is the product-ratio account of the BEA and OECD: an industry's value added is digital in the proportion in which its output is.
func DemoRatio(c *catalog.Catalog) pipeline.Recipe {
	return onTables(c, "demo-ratio", "IO_RATIO", productRatio)
}

func productRatio(t *tables, s *sheet) error {
	pair := t.supply(inputoutput.Total)
	digital := t.digitalProducts()
	account, err := satellite.ProductRatio{Products: pair.Products, Industries: pair.Industries, Make: pair.Make, Digital: digital, On: t.period.From(),
		Measures: []inputoutput.Row{{Code: "VA", Values: t.valueAdded()}, {Code: labour, Values: t.primaryRow(labour)}}}.Compute()
	if err != nil {
		return err
	}
	added, pay := account.Measures[0], account.Measures[1]
	products := make([]string, len(digital.Fractions))
	for i, f := range digital.Fractions {
		products[i] = f.Product
	}
	primary := t.refs(useTable, "value added", t.primary, t.industries)
	everything := append(append([]pipeline.Ref{t.block(makeTable)}, primary...), t.listed("PRODUCTS")...)
	listed := fact("products", pipeline.Apply(pipeline.OpCount, pipeline.Figures(t.listed("PRODUCTS"))...))
	s.give(wholeEconomy, "OUTPUT_DIG", account.Output.Digital, stat.Estimated, append([]pipeline.Ref{t.block(makeTable)}, t.listed("PRODUCTS")...)...)
	s.byMethod("product-ratio", true, listed)
	s.byWorking(true, func(w *tableWorking) pipeline.Term { return w.digitalOf(nil, t.industries, digital) })
	s.give(wholeEconomy, "VA_DIG", added.Digital, stat.Estimated, everything...)
	s.byMethod("product-ratio", true, listed)
	s.byWorking(true, func(w *tableWorking) pipeline.Term { return w.digitalOf(t.primary, t.industries, digital) })
	s.give(wholeEconomy, "VA", added.Whole, stat.Estimated, primary...)
	s.by(t.sumOf(useTable, t.primary, t.industries))
	s.give(wholeEconomy, "COMP_DIG", pay.Digital, stat.Estimated, append([]pipeline.Ref{t.block(makeTable), t.part(t.key(useTable, labour, ""), "compensation")}, t.listed("PRODUCTS")...)...)
	s.byMethod("product-ratio", true, listed)
	s.byWorking(true, func(w *tableWorking) pipeline.Term { return w.digitalOf([]string{labour}, t.industries, digital) })
	s.maybe(wholeEconomy, "SHARE", added.Share, 100, stat.Estimated, everything...)
	s.byBeside(added.Share.Known, t, pipeline.OpPercent, "VA_DIG", "VA")
	output := pair.IndustryOutput()
	for i, code := range pair.Industries {
		if err := s.stopped(); err != nil {
			return err
		}
		made := append(t.refs(makeTable, "digital output", []string{code}, products), t.refs(makeTable, "output", []string{code}, t.products)...)
		made = append(made, t.listed("PRODUCTS")...)
		s.give(t.prefix+code, "OUTPUT", output[i], stat.Estimated, t.refs(makeTable, "output", []string{code}, t.products)...)
		s.by(t.sumOf(makeTable, []string{code}, t.products))
		s.give(t.prefix+code, "RATIO", account.Ratio[i]*100, stat.Estimated, made...)
		s.by(t.digitalPart(code, digital))
		s.give(t.prefix+code, "VA_DIG", added.ByIndustry[i], stat.Estimated, append(t.refs(useTable, "value added", t.primary, []string{code}), made...)...)
		s.byMethod("product-ratio-industry", true, fact("value-added", t.sumTerm(useTable, t.primary, []string{code})))
		s.byWorking(true, func(w *tableWorking) pipeline.Term { return w.digitalOf(t.primary, []string{code}, digital) })
	}
	s.checks(account.Checks)
	return nil
}

// DemoCore is the form of Viet Nam's statistics office: core industries and the digitalised part of the others, with coefficients that are
// the share of digital products in what an industry uses. The office does not publish its coefficients; these are a candidate.
func DemoCore(c *catalog.Catalog) pipeline.Recipe {
	return onTables(c, "demo-core", "IO_CORE", coreDigitalised)
}

func coreDigitalised(t *tables, s *sheet) error {
	table, err := t.supply(inputoutput.Total).Symmetric(inputoutput.ModelD, inputoutput.Total)
	if err != nil {
		return err
	}
	list, on := t.digitalIndustries(), t.period.From()
	d, err := satellite.DigitalInputShare(table.Z, table.Codes, list, on, nil, nil)
	if err != nil {
		return err
	}
	outside := map[string]float64{}
	for code, x := range d {
		if !slices.Contains(list.Codes, code) {
			outside[code] = x
		}
	}
	account, err := satellite.CoreDigitalised{Industries: t.industries, ValueAdded: satellite.Known(t.valueAdded()...), Core: list, On: on, Coefficients: outside}.Compute()
	if err != nil {
		return err
	}
	whole := append([]pipeline.Ref{t.block(makeTable), t.block(useTable)}, t.listed("INDUSTRIES")...)
	industries := fact("industries", pipeline.Apply(pipeline.OpCount, pipeline.Figures(t.listed("INDUSTRIES"))...))
	s.maybe(wholeEconomy, "CORE", account.Core, 1, stat.Estimated, append(t.refs(useTable, "value added", t.primary, list.Codes), t.listed("INDUSTRIES")...)...)
	s.by(t.sumOf(useTable, t.primary, list.Codes))
	s.maybe(wholeEconomy, "DIGITALISED", account.Digitalised, 1, stat.Estimated, whole...)
	s.byMethod("digitalised", account.Digitalised.Known, industries)
	s.byWorking(account.Digitalised.Known, func(w *tableWorking) pipeline.Term { return w.digitalisedPart(w.outside()...) })
	s.maybe(wholeEconomy, "TOTAL", account.Total, 1, stat.Estimated, whole...)
	s.byBeside(account.Total.Known, t, pipeline.OpSum, "CORE", "DIGITALISED")
	s.maybe(wholeEconomy, "VA", account.GDP, 1, stat.Estimated, t.refs(useTable, "value added", t.primary, t.industries)...)
	s.by(t.sumOf(useTable, t.primary, t.industries))
	s.maybe(wholeEconomy, "SHARE", account.Share, 100, stat.Estimated, whole...)
	s.byBeside(account.Share.Known, t, pipeline.OpPercent, "TOTAL", "VA")
	for _, p := range account.Parts {
		if err := s.stopped(); err != nil {
			return err
		}
		own := t.refs(useTable, "value added", t.primary, []string{p.Code})
		if p.Core {
			s.maybe(t.prefix+p.Code, "PART", p.Digital, 1, stat.Estimated, append(own, t.listed("INDUSTRIES")...)...)
			s.by(t.sumOf(useTable, t.primary, []string{p.Code}))
			continue
		}
		// The inputs of the industry by product, and the make table, which says which industry made them.
		inputs := append(append([]pipeline.Ref{t.part(t.key(useTable, "", p.Code), "intermediate inputs")}, t.block(makeTable)), t.listed("INDUSTRIES")...)
		s.maybe(t.prefix+p.Code, "COEFFICIENT", p.Coefficient, 100, stat.Estimated, inputs...)
		s.byMethod("digital-input", p.Coefficient.Known, industries)
		s.byWorking(p.Coefficient.Known, func(w *tableWorking) pipeline.Term { return productOf(w.coefficient(p.Code), integer(100)) })
		s.maybe(t.prefix+p.Code, "PART", p.Digital, 1, stat.Estimated, append(own, inputs...)...)
		s.byMethod("digitalised-industry", p.Digital.Known, fact("value-added", t.sumTerm(useTable, t.primary, []string{p.Code})))
		s.byWorking(p.Digital.Known, func(w *tableWorking) pipeline.Term { return w.digitalisedPart(p.Code) })
	}
	return nil
}

// DemoLinkages gives multipliers and linkages of the digital industries on the domestic table, and what the economy would lose without each.
func DemoLinkages(c *catalog.Catalog) pipeline.Recipe {
	return onTables(c, "demo-linkages", "IO_LINKAGE", linkages)
}

func linkages(t *tables, s *sheet) error {
	model, err := t.domesticModel()
	if err != nil {
		return err
	}
	links, err := model.Linkages()
	if err != nil {
		return err
	}
	added, err := model.Effects(t.valueAdded())
	if err != nil {
		return err
	}
	pay, err := model.Effects(t.primaryRow(labour))
	if err != nil {
		return err
	}
	whole := append([]pipeline.Ref{t.block(makeTable), t.block(useTable), t.block(importTable)}, t.listed("INDUSTRIES")...)
	list := t.digitalIndustries()
	for i, code := range model.Table.Codes {
		if err := s.stopped(); err != nil {
			return err
		}
		if !slices.Contains(list.Codes, code) {
			continue
		}
		loss, err := model.Extract([]int{i}, inputoutput.Whole)
		if err != nil {
			return err
		}
		from := append(t.refs(useTable, "value added", t.primary, []string{code}), whole...)
		for _, m := range []struct {
			code  string
			value inputoutput.Maybe
		}{
			{"MULT_OUTPUT", inputoutput.Known(links.Backward[i])}, {"EFFECT_VA", inputoutput.Known(added.Effect[i])}, {"EFFECT_INCOME", inputoutput.Known(pay.Effect[i])},
			{"MULT_INCOME", pay.Multiplier[i]}, {"POWER", inputoutput.Known(links.Power[i])}, {"SENSITIVITY", inputoutput.Known(links.Sensitivity[i])},
			{"FORWARD_GHOSH", inputoutput.Known(links.Forward[i])}, {"LOSS_OUTPUT", inputoutput.Known(loss.Total)}, {"LOSS_VA", loss.ValueAdded},
		} {
			s.maybe(t.prefix+code, m.code, m.value, 1, stat.Estimated, from...)
			s.byMethod("linkage", m.value.Known, fact("industries", pipeline.Apply(pipeline.OpCount, pipeline.Figures(t.listed("INDUSTRIES"))...)))
			s.byWorking(m.value.Known, func(w *tableWorking) pipeline.Term { return w.linkage(m.code, code) })
		}
	}
	return nil
}

// DemoConcentration says in how many industries the digital value added of the product ratio is concentrated.
func DemoConcentration(c *catalog.Catalog) pipeline.Recipe {
	return pipeline.Recipe{ID: "demo-concentration", Version: "2", Method: "demo-concentration", Params: map[string]string{"area": demoArea},
		Title: title("demo-concentration"), Catalogue: asks(c, []string{"CL_IO_MEASURE"}),
		Inputs:  []pipeline.Input{{Name: "ratio", Dataflow: "IO_RATIO", Key: "A." + demoArea + "..VA_DIG"}},
		Outputs: []string{"IO_CONCENTRATION"},
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			measures, err := c.Codelist("CL_IO_MEASURE")
			if err != nil {
				return nil, err
			}
			s := &sheet{ctx: ctx, flow: "IO_CONCENTRATION", area: in.Params["area"], measures: measures, note: demoNote}
			for _, group := range byPeriod(in.Newest("ratio")) {
				if err := s.stopped(); err != nil {
					return nil, err
				}
				var values []float64
				var from []pipeline.Ref
				var parts []cube.Version
				for _, v := range group.versions {
					if v.Key.Codes()[2] == wholeEconomy {
						continue
					}
					values = append(values, v.Value.Float64())
					parts = append(parts, v)
					ref := refTo(v, "part")
					if v.Value.Sign() == 0 {
						ref = ref.As("unit without any") // only the number of units knows of it
					}
					from = append(from, ref)
				}
				s.period = group.period
				held, err := satellite.Concentration(values, 1, 3, 5)
				if err != nil {
					return nil, err
				}
				for _, m := range []struct {
					code  string
					value float64
				}{{"TOP1", held.Top[1] * 100}, {"TOP3", held.Top[3] * 100}, {"TOP5", held.Top[5] * 100}, {"HHI", held.HHI}, {"GINI", held.Gini}, {"EFFECTIVE", held.Effective}} {
					s.give(wholeEconomy, m.code, m.value, stat.Estimated, from...)
					s.by(ratioOfSums(m.code, fromLargest(parts)))
				}
			}
			return &s.result, s.err
		}}
}
