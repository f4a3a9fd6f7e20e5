// Package uncertainty answers how far figures can be trusted: uncertainty carried through formulas, announced intervals held against what
// came, and revisions. Its questions are asked by the calculation growth.
package uncertainty

import (
	"context"
	"math"
	"slices"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/uncertainty"
)

// Flags are those of the questions below.
type Flags struct {
	Lag         int    `default:"-1" help:"lag-revisions" what:"revisions"`
	Against     int    `default:"0" help:"against" what:"revisions"`
	Formula     string `help:"formula" what:"uncertainty"`
	Correlation string `help:"correlation" what:"uncertainty"`
	Draws       int    `default:"1000" help:"draws-uncertainty" what:"uncertainty"`
	Seed        uint64 `default:"1" help:"seed" what:"uncertainty"`
	Threads     int    `default:"0" help:"threads" what:"uncertainty"`
	Quantiles   string `default:"0.05,0.5,0.95" help:"quantiles" what:"uncertainty"`
	Level       string `default:"0.9" help:"level" what:"coverage"`
}

// Question is what is asked of a file.
type Question struct {
	Flags
	Env  *command.Env
	Data string
}

// propagation is a recipe of formulas over uncertain sources.
type propagation struct {
	*sources
	recipe []formula
}

// at gives the results of the recipe at a point, which has room for them.
func (p *propagation) at(x []float64) []float64 {
	n := len(p.names)
	for k, f := range p.recipe {
		x[n+k] = f.eval(x)
	}
	return x[n:]
}

// room copies a point, with room for the results.
func (p *propagation) room(x []float64) []float64 {
	return append(slices.Clone(x), make([]float64, len(p.recipe))...)
}

// Uncertain carries the declared uncertainty of sources through formulas: by Monte-Carlo, and to first order beside it.
func (r *Question) Uncertain() error {
	if err := r.Env.Need("data", "formula"); err != nil {
		return err
	}
	s, err := readSources(r.Env, r.Data, r.Correlation)
	if err != nil {
		return err
	}
	p := &propagation{sources: s}
	if p.recipe, err = formulas("formula", r.Formula, s.names); err != nil {
		return err
	}
	quantiles, err := command.Floats("quantiles", r.Quantiles)
	if err != nil {
		return err
	}
	point := p.at(p.room(s.means))
	for k, v := range point {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fault.New("calc.no-point", "name", p.recipe[k].name)
		}
	}
	plan := uncertainty.Plan{Recipe: "calc", Seed: r.Seed, Draws: r.Draws, Threads: r.Threads, Quantiles: quantiles}
	run, err := uncertainty.Run(context.Background(), plan, len(p.recipe), func(d *uncertainty.Draw, out []float64) error {
		x := make([]float64, len(s.names)+len(p.recipe))
		s.draw(d, x)
		copy(out, p.at(x))
		return nil
	})
	if err != nil {
		return err
	}
	return r.write(p, point, run, quantiles)
}

func (r *Question) write(p *propagation, point []float64, run uncertainty.Result, quantiles []float64) error {
	var notes []*fault.Error
	if len(run.Failed) > 0 {
		notes = append(notes, fault.New("calc.draws-failed", "n", len(run.Failed), "draws", run.Draws))
	}
	head := []string{"output", "value", "mean", "sd", "mc_error", "delta_sd"}
	for _, q := range quantiles {
		head = append(head, "q"+command.Number(q))
	}
	outputs, rows := command.Object{}, [][]string{head}
	for k, f := range p.recipe {
		y := run.Outputs[k]
		delta, bySource, printed := any(nil), any(nil), ""
		slopes, err := uncertainty.Gradient(func(x []float64) float64 { return p.at(p.room(x))[k] }, p.means, p.spread)
		if err != nil { // the formula is not defined on both sides of the point; the draws stand all the same
			notes = append(notes, fault.New("calc.no-slope", "name", f.name))
		} else {
			sd, err := uncertainty.DeltaGradient(slopes, p.spread)
			if err != nil {
				return err
			}
			delta, bySource, printed = sd, command.ByCode(p.names, uncertainty.VarianceParts(slopes, p.spread)), command.Number(sd)
			r.Env.Say("explain-uncertain", "name", f.name, "value", command.Number(point[k]), "slopes", strings.Join(command.Numbers(slopes), ", "), "sd", printed)
		}
		outputs = append(outputs, command.Member{f.name, command.Object{{"value", point[k]}, {"mean", y.Mean}, {"sd", y.SD}, {"mcError", y.MCError},
			{"quantiles", command.ByCode(command.Numbers(quantiles), y.Quantiles)}, {"deltaSd", delta}, {"bySource", bySource}}})
		row := []string{f.name, command.Number(point[k]), command.Number(y.Mean), command.Number(y.SD), command.Number(y.MCError), printed}
		rows = append(rows, append(row, command.Numbers(y.Quantiles)...))
	}
	return r.Env.Write(command.Object{{"what", "uncertainty"}, {"draws", run.Draws}, {"seed", r.Seed}, {"failed", len(run.Failed)}, {"outputs", outputs}}, notes, rows...)
}
