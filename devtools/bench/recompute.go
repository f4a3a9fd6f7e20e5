package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/recipe"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/territory"
)

// desk is an installation with the reference data of Viet Nam, in a file of its own.
type desk struct {
	catalog *catalog.Catalog
	store   *store.Store
	intake  cube.Intake
	runner  pipeline.Runner
	recipes []pipeline.Recipe
}

func (b *bench) newDesk(name string) (*desk, error) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		return nil, err
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(b.ctx, "sqlite:"+filepath.Join(b.dir, name+".db"))
	if err != nil {
		return nil, err
	}
	in := cube.Intake{Catalog: c, Store: s}
	return &desk{c, s, in, pipeline.Runner{Store: s, Intake: in, Now: time.Now}, recipe.All(c, areas)}, nil
}

// revise sends a new vintage of one figure, a tenth larger than the newest: the change that a statistical office makes every day.
func (d *desk) revise(b *bench, dataflow, key string, period stat.Period) error {
	old, err := cube.Read(b.ctx, d.store, cube.Query{Dataflow: dataflow, Key: key})
	if err != nil {
		return err
	}
	for _, v := range old {
		if v.Period != period || v.Value == nil {
			continue
		}
		o := v.Observation
		x := o.Value.Mul(stat.MustDecimal("1.001")).Round(o.Value.Decimals() + 1)
		o.Value = &x
		o.Vintage.Date = o.Vintage.Date.AddDays(1)
		o.Vintage.Written = o.Vintage.Date.String()
		o.Attributes = o.Attributes.Clone()
		_, err := d.intake.Take(b.ctx, cube.Message{Header: cube.Header{Sender: "bench", File: "bench.csv", SentAt: time.Now()}, Entries: []cube.Entry{{Dataflow: dataflow, Row: 2, Observation: o}}})
		return err
	}
	return fmt.Errorf("no figure %s/%s/%s to revise", dataflow, key, period)
}

// recompute runs all recipes on the reference data, then again after one input has changed.
func recompute(b *bench) error {
	d, err := b.newDesk("recompute")
	if err != nil {
		return err
	}
	defer d.store.Close()
	load, err := repeat(1, func() error {
		_, err := reference.Load(b.ctx, data.FS, d.catalog, d.intake, time.Now(), nil)
		return err
	})
	if err != nil {
		return err
	}
	all, err := cube.History(b.ctx, d.store, cube.Query{})
	if err != nil {
		return err
	}
	b.report.add(line{what: fmt.Sprintf("load the reference data: %d figures, with all checks of identities", len(all)), ours: short(load.least())})

	var runs []pipeline.Run
	whole, err := repeat(5, func() error {
		runs, err = d.runner.RunStale(b.ctx, d.recipes, true)
		return err
	})
	if err != nil {
		return err
	}
	busy, err := processor(func() error { _, err := d.runner.RunStale(b.ctx, d.recipes, true); return err })
	if err != nil {
		return err
	}
	figures, draws := 0, "0"
	var monteCarlo pipeline.Recipe
	for _, r := range runs {
		figures += r.Outputs
	}
	for _, r := range d.recipes {
		if n := r.Params["draws"]; n != "" {
			monteCarlo, draws = r, n
		}
	}
	b.report.add(under(line{what: fmt.Sprintf("full national recompute: %d recipes, %d figures, %s Monte-Carlo draws", len(runs), figures, draws), ours: short(whole.least()), other: "processor time of all threads: " + short(busy)}, whole.least(), 5*time.Second))

	nothing, err := repeat(5, func() error {
		_, err := d.runner.RunStale(b.ctx, d.recipes, false)
		return err
	})
	if err != nil {
		return err
	}
	if busy, err = processor(func() error { _, err := d.runner.RunStale(b.ctx, d.recipes, false); return err }); err != nil {
		return err
	}
	b.report.add(line{what: "look for what is stale when nothing is", ours: short(nothing.least()), other: "processor time: " + short(busy)})
	for _, change := range []struct {
		what, dataflow, key string
		period              stat.Period
	}{
		{"one changed input: GRDP of a province", "GRDP", "A.VN34-24", stat.Year(2025)},
		{"one changed input: the national share of a year", "DE_SHARE", "A.VN.NSO.TOTAL", stat.Year(2025)},
	} {
		var ran []pipeline.Run
		var took, looked, standing spread
		var began time.Time
		d.runner.Report = func(r pipeline.Recipe, _ pipeline.Run, ran bool) {
			if ran && slices.Contains(r.Outputs, "TARGET_STATUS") {
				standing = append(standing, time.Since(began))
			}
		}
		for range 5 {
			if err := d.revise(b, change.dataflow, change.key, change.period); err != nil {
				return err
			}
			look, err := repeat(1, func() error { return d.look(b) })
			if err != nil {
				return err
			}
			looked = append(looked, look...)
			one, err := repeat(1, func() error {
				began = time.Now()
				ran, err = d.runner.RunStale(b.ctx, d.recipes, false)
				return err
			})
			if err != nil {
				return err
			}
			took = append(took, one...)
		}
		b.report.add(under(line{what: "look for what is stale after " + change.what, ours: short(looked.least())}, looked.least(), 50*time.Millisecond))
		b.report.add(under(line{what: fmt.Sprintf("%s: %d of %d recipes run", change.what, len(ran), len(d.recipes)), ours: short(took.least()),
			other: "full recompute " + short(whole.least()), ratio: times(took.least(), whole.least())}, took.least(), 300*time.Millisecond))
		if len(standing) > 0 {
			b.report.add(under(line{what: change.what + ": until the standing of targets is stored", ours: short(standing.least())}, standing.least(), 300*time.Millisecond))
		}
	}
	if monteCarlo.ID == "" {
		b.report.note("No recipe draws: Monte-Carlo is not measured.")
		return nil
	}
	return d.draws(b, monteCarlo)
}

// look asks of every recipe whether it is stale.
func (d *desk) look(b *bench) error {
	for _, r := range d.recipes {
		if _, err := pipeline.Stale(b.ctx, d.store, r, cube.AsOf{}, d.catalog.Day(time.Now())); err != nil {
			return err
		}
	}
	return nil
}

// draws times the Monte-Carlo recipe alone, without storing anything.
func (d *desk) draws(b *bench, r pipeline.Recipe) error {
	history := map[string][]cube.Version{}
	for _, i := range r.Inputs {
		list, err := cube.History(b.ctx, d.store, cube.Query{Dataflow: i.Dataflow, Key: i.Key})
		if err != nil {
			return err
		}
		history[i.Name] = list
	}
	in := pipeline.NewInputs(r.Country, r.Params, history)
	took, err := repeat(3, func() error {
		_, err := r.Compute(b.ctx, in)
		return err
	})
	if err != nil {
		return err
	}
	b.report.add(under(line{what: r.Params["draws"] + " draws of the whole national recipe, and " + r.Params["draws-by-source"] + " more for each source of uncertainty", ours: short(took.least())}, took.least(), 3*time.Second))
	return nil
}
