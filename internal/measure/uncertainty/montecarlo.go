package uncertainty

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"nhipso/internal/fault"
)

// Plan says how a recipe is drawn.
type Plan struct {
	Recipe    string    // the name and version of the recipe: part of the key of every draw
	Seed      uint64    // the other part
	Draws     int       // 0 means 1,000
	Threads   int       // 0 means one for each processor; never changes a result
	Quantiles []float64 // nil means 0.05, 0.5, 0.95
}

// Draw is one passage through the recipe.
type Draw struct {
	Index  int
	recipe string
	seed   uint64
}

// Stream gives the random numbers of one source in this draw. The same name gives the same numbers again.
func (d *Draw) Stream(name string) *Stream { return NewStream(d.recipe, d.seed, d.Index, name) }

// Summary describes one output over the draws that succeeded.
type Summary struct {
	Mean, SD  float64   // SD with n−1; 0 for a single draw
	MCError   float64   // SD/√n: how far Mean may be from the mean of endlessly many draws
	Quantiles []float64 // in the order of Plan.Quantiles, linear between order statistics
}

// Failure is a draw that the recipe could not complete.
type Failure struct {
	Index int
	Err   error
}

// Result is a Monte-Carlo run.
type Result struct {
	Draws    int
	Failed   []Failure
	Outputs  []Summary
	Indices  []int     // the draws that succeeded
	Quantile []float64 // the probabilities of Summary.Quantiles

	rows   []float64 // draw by draw
	length int       // outputs of a draw
}

// Values gives one output in the draws that succeeded, in their order.
func (r Result) Values(output int) []float64 {
	out := make([]float64, len(r.Indices))
	for i, draw := range r.Indices {
		out[i] = r.rows[draw*r.length+output]
	}
	return out
}

// maxFailed is the part of the draws that may fail before the run does.
const maxFailed = 0.01

// Run draws a recipe many times and summarises each of its outputs. recipe must fill out, which comes zeroed, and may be called
// from several goroutines at once; it must take all its randomness from the draw. A draw whose recipe returns an error or an
// output that is not finite is counted and listed, never replaced; more than 1 % of them fails the run, whose Result still
// lists them. Values do not depend on Threads, and the draws of a shorter run are the first of a longer one.
// When the context ends, no further draw is made and its error is given.
func Run(ctx context.Context, plan Plan, outputs int, recipe func(d *Draw, out []float64) error) (Result, error) {
	if plan.Draws == 0 {
		plan.Draws = 1000
	}
	if plan.Quantiles == nil {
		plan.Quantiles = []float64{0.05, 0.5, 0.95}
	}
	if plan.Draws < 1 || outputs < 1 {
		return Result{}, fault.New("uncertainty.no-draws", "draws", plan.Draws, "outputs", outputs)
	}
	for _, q := range plan.Quantiles {
		if !(q >= 0 && q <= 1) {
			return Result{}, fault.New("uncertainty.bad-probability", "value", q)
		}
	}
	rows, errs := drawAll(ctx, plan, outputs, recipe)
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}

	res := Result{Draws: plan.Draws, Quantile: slices.Clone(plan.Quantiles), rows: rows, length: outputs}
	for r, err := range errs {
		if err != nil {
			res.Failed = append(res.Failed, Failure{r, err})
		} else {
			res.Indices = append(res.Indices, r)
		}
	}
	if float64(len(res.Failed)) > maxFailed*float64(plan.Draws) {
		return res, fault.New("uncertainty.too-many-failed", "failed", len(res.Failed), "draws", plan.Draws, "first", res.Failed[0].Index+1).Because(res.Failed[0].Err)
	}
	res.Outputs = make([]Summary, outputs)
	share(ctx, plan.Threads, outputs, func(k int) { res.Outputs[k] = summarise(res.Values(k), plan.Quantiles) })
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	for k, s := range res.Outputs {
		if !finite(s.Mean) || !finite(s.SD) {
			return res, fault.New("uncertainty.overflow", "output", k+1)
		}
	}
	return res, nil
}

// share hands out 0…n−1 to goroutines, as many as threads or one for each processor, until the context ends.
func share(ctx context.Context, threads, n int, work func(int)) {
	if threads < 1 {
		threads = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var wg fault.Group
	for range min(threads, n) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				work(i)
			}
		})
	}
	wg.Wait()
}

func drawAll(ctx context.Context, plan Plan, outputs int, recipe func(*Draw, []float64) error) ([]float64, []error) {
	rows, errs := make([]float64, plan.Draws*outputs), make([]error, plan.Draws)
	share(ctx, plan.Threads, plan.Draws, func(r int) {
		out := rows[r*outputs : (r+1)*outputs : (r+1)*outputs]
		if errs[r] = recipe(&Draw{r, plan.Recipe, plan.Seed}, out); errs[r] != nil {
			return
		}
		for k, x := range out {
			if !finite(x) {
				errs[r] = fault.New("uncertainty.not-finite-output", "output", k+1)
				return
			}
		}
	})
	return rows, errs
}

// Summarise gives the mean, the standard deviation and quantiles of finite values, in one fixed order of summation.
func Summarise(values, probabilities []float64) (Summary, error) {
	if len(values) == 0 {
		return Summary{}, fault.New("uncertainty.no-draws", "draws", 0, "outputs", 1)
	}
	for i, x := range values {
		if !finite(x) {
			return Summary{}, fault.New("uncertainty.not-finite", "name", "values", "at", i+1)
		}
	}
	for _, p := range probabilities {
		if !(p >= 0 && p <= 1) {
			return Summary{}, fault.New("uncertainty.bad-probability", "value", p)
		}
	}
	return summarise(slices.Clone(values), probabilities), nil
}

// summarise may reorder values.
func summarise(values, probabilities []float64) Summary {
	n := float64(len(values))
	s := Summary{}
	// Deviations from the first value, so that equal draws have exactly that mean and no spread.
	shift := 0.0
	for _, x := range values {
		shift += x - values[0]
	}
	s.Mean = values[0] + shift/n
	if len(values) > 1 {
		ss := 0.0
		for _, x := range values {
			ss += (x - s.Mean) * (x - s.Mean)
		}
		s.SD = math.Sqrt(ss / (n - 1))
	}
	s.MCError = s.SD / math.Sqrt(n)
	slices.Sort(values)
	for _, p := range probabilities {
		s.Quantiles = append(s.Quantiles, quantile(values, p))
	}
	return s
}

// quantile interpolates between order statistics at (n−1)p, definition 7 of Hyndman and Fan (1996).
func quantile(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	i := min(int(h), len(sorted)-1)
	if i == len(sorted)-1 {
		return sorted[i]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}
