package statespace

import (
	"math"
	"math/bits"
	"sort"

	"gonum.org/v1/gonum/optimize"

	"nhipso/internal/fault"
)

// Fit is a model whose variances maximise the exact diffuse likelihood.
type Fit struct {
	Model     Model
	Variances []float64 // in the order in which the model was built
	Zero      []bool    // variances at their bound: the reduced model without them is the one reported
	LogLik    float64
}

// FitLocalLevel estimates the level and irregular variances, in this order. Needs 3 observations.
func FitLocalLevel(d Data) (*Fit, error) {
	return FitVariances(d, 2, func(v []float64) Model { return LocalLevel(v[0], v[1]) })
}

// FitLocalTrend estimates the level, slope and irregular variances, in this order. Needs 5 observations.
func FitLocalTrend(d Data) (*Fit, error) {
	return FitVariances(d, 3, func(v []float64) Model { return LocalTrend(v[0], v[1], v[2]) })
}

// better is how much higher a log-likelihood must be to prefer a model with one variance more.
const better = 1e-6

// FitVariances estimates the variances of a model, up to 4, all of whose states are diffuse or known exactly and whose covariance
// matrices are proportional to the variances. One scale is concentrated out of the likelihood; the rest are log ratios, searched on a
// grid (the surface may have several tops) and then by the simplex of Nelder and Mead. Every subset of variances at zero is
// tried in its own right, so a variance at its bound is found and named, not approached.
// Errors: too few observations, data without any variation, and those of Filter.
func FitVariances(d Data, variances int, build func([]float64) Model) (*Fit, error) {
	if variances < 1 || variances > 4 {
		return nil, fault.New("statespace.shape", "name", "variances", "got", variances, "want", "1–4")
	}
	equal := make([]float64, variances)
	for i := range equal {
		equal[i] = 1 / float64(variances)
	}
	run, err := Filter(build(equal), d)
	if err != nil {
		return nil, err
	}
	if run.Observed-run.Absorbed < variances || run.inf != nil {
		return nil, fault.New("statespace.too-few", "observed", run.Observed, "want", run.Absorbed+variances)
	}
	if size := spread(d); size == 0 || run.rss <= 1e-24*size {
		return nil, fault.New("statespace.no-variation")
	}

	at := func(shares []float64) (logLik, scale float64) {
		f, err := Filter(build(shares), d)
		if err != nil {
			return math.Inf(-1), 0
		}
		free := float64(f.Observed - f.Absorbed)
		scale = f.rss / free
		logLik = f.LogLik + f.rss/2 - free/2*(math.Log(scale)+1)
		if !finite(logLik) || !(scale > 0) {
			return math.Inf(-1), 0
		}
		return logLik, scale
	}
	faces := make([]int, 0, 1<<variances)
	for face := 1; face < 1<<variances; face++ {
		faces = append(faces, face)
	}
	sort.SliceStable(faces, func(i, k int) bool { return bits.OnesCount(uint(faces[i])) < bits.OnesCount(uint(faces[k])) })
	best, bestShares := math.Inf(-1), []float64(nil)
	for _, face := range faces {
		shares := climb(face, variances, func(s []float64) float64 { l, _ := at(s); return l })
		if l, _ := at(shares); l > best+better || bestShares == nil && finite(l) {
			best, bestShares = l, shares
		}
	}
	if bestShares == nil {
		return nil, fault.New("statespace.no-maximum")
	}
	logLik, scale := at(bestShares)
	out := &Fit{LogLik: logLik, Variances: make([]float64, variances), Zero: make([]bool, variances)}
	for i, s := range bestShares {
		out.Variances[i], out.Zero[i] = s*scale, s == 0
	}
	out.Model = build(out.Variances)
	return out, nil
}

// climb maximises over the shares of the variances named by the bits of face; the others are zero.
func climb(face, n int, logLik func([]float64) float64) []float64 {
	var on []int
	for i := range n {
		if face>>i&1 == 1 {
			on = append(on, i)
		}
	}
	free := len(on) - 1
	shares := func(x []float64) []float64 {
		out := make([]float64, n)
		sum := 1.0
		out[on[free]] = 1
		for i, v := range x {
			out[on[i]] = math.Exp(math.Min(math.Max(v, -40), 40))
			sum += out[on[i]]
		}
		for i := range out {
			out[i] /= sum
		}
		return out
	}
	if free == 0 {
		return shares(nil)
	}
	value := func(x []float64) float64 { return -logLik(shares(x)) }
	// A grid of log ratios from 1e-7 to 1e7, finer where there is one ratio only.
	step := map[int]float64{1: 1, 2: 3, 3: 6}[free]
	start, low := make([]float64, free), math.Inf(1)
	x := make([]float64, free)
	var sweep func(i int)
	sweep = func(i int) {
		if i == free {
			if v := value(x); v < low {
				low = v
				copy(start, x)
			}
			return
		}
		for x[i] = -16; x[i] <= 16; x[i] += step {
			sweep(i + 1)
		}
	}
	sweep(0)
	if free == 1 {
		return shares([]float64{golden(func(v float64) float64 { return value([]float64{v}) }, start[0]-step, start[0]+step)})
	}
	settings := &optimize.Settings{Converger: &optimize.FunctionConverge{Absolute: 1e-13, Iterations: 100}, MajorIterations: 2000}
	for range 2 { // a second simplex around the first result, lest it have collapsed
		res, err := optimize.Minimize(optimize.Problem{Func: value}, start, settings, &optimize.NelderMead{SimplexSize: step / 3})
		if res == nil || err != nil && !finite(res.F) {
			break
		}
		if res.F <= low {
			low = res.F
			copy(start, res.X)
		}
	}
	return shares(start)
}

// golden is the golden-section search for a minimum in [a,b].
func golden(f func(float64) float64, a, b float64) float64 {
	const ratio = 0.6180339887498949
	c, d := b-ratio*(b-a), a+ratio*(b-a)
	fc, fd := f(c), f(d)
	for b-a > 1e-9 {
		if fc <= fd {
			b, d, fd = d, c, fc
			c = b - ratio*(b-a)
			fc = f(c)
		} else {
			a, c, fc = c, d, fd
			d = a + ratio*(b-a)
			fd = f(d)
		}
	}
	return (a + b) / 2
}

// spread is the sum of squares of what was observed, about the mean of each series.
func spread(d Data) float64 {
	out := 0.0
	for i := range d.Values[0] {
		n, mean := 0.0, 0.0
		for t := range d.Values {
			if d.known(t, i) {
				n++
				mean += (d.Values[t][i] - mean) / n
			}
		}
		for t := range d.Values {
			if d.known(t, i) {
				out += (d.Values[t][i] - mean) * (d.Values[t][i] - mean)
			}
		}
	}
	return out
}
