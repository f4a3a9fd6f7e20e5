package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"
	"unsafe"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/measure/balance"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/satellite"
	"nhipso/internal/measure/temporal"
)

// engine times the methods against numpy, scipy, pymrio, tempdisagg and base R on the same data.
func engine(b *bench) error {
	for _, measure := range []func(*bench) error{digital402, dense5000, sparse10000, chowLin, stone} {
		if err := measure(b); err != nil {
			return err
		}
		runtime.GC()
	}
	return nil
}

// race runs ours and each rival in turn and gives the times. The check of a rival is compared with ours, which must agree to tolerance.
func (b *bench) race(rounds int, ours func() (check float64, err error), tolerance float64, dir string, rivals ...string) (mine spread, theirs map[string]spread, missing map[string]string, err error) {
	theirs, missing = map[string]spread{}, map[string]string{}
	for range rounds {
		runtime.GC()
		start := time.Now()
		check, err := ours()
		if err != nil {
			return nil, nil, nil, err
		}
		mine = append(mine, time.Since(start))
		for _, r := range rivals {
			if missing[r] != "" {
				continue
			}
			a := b.peers.ask(r, dir)
			switch {
			case a.Missing != "":
				missing[r] = a.Missing
			case !(math.Abs(a.Check-check) <= tolerance*math.Abs(check)):
				return nil, nil, nil, fmt.Errorf("%s gives %.15g, ours is %.15g", r, a.Check, check)
			default:
				theirs[r] = append(theirs[r], time.Duration(a.Seconds*float64(time.Second)))
			}
		}
	}
	return mine, theirs, missing, nil
}

// beside writes a peer's column: its name and time, or why there is none.
func beside(l line, label string, mine spread, theirs spread, missing string) line {
	if missing != "" {
		l.other = label + ": " + missing
		return l
	}
	l.other, l.ratio = label+": "+short(theirs.least()), times(mine.least(), theirs.least())
	return l
}

// atLeast judges a ratio.
func atLeast(l line, mine, theirs spread, missing string, bound float64) line {
	l.bound = fmt.Sprintf("≥ %g ×", bound)
	if missing == "" {
		l.holds = verdict(float64(theirs.least()) >= bound*float64(mine.least()))
	} else {
		l.holds = "not known"
	}
	return l
}

// digital402 is the digital value added of a 402-industry economy, from the table to the account.
func digital402(b *bench) error {
	const n, digital = 402, 20
	rng := rand.New(rand.NewPCG(4, 2))
	t := &inputoutput.Table{Z: mat.NewDense(n, n, nil), Output: make([]float64, n)}
	va, use := make([]float64, n), make([]float64, n)
	for i := range n {
		t.Codes = append(t.Codes, "i"+strconv.Itoa(i))
		for j := range n {
			if rng.Float64() < 0.3 {
				v := rng.ExpFloat64()
				t.Z.Set(i, j, v)
				use[j] += v
			}
		}
	}
	for j := range n {
		t.Output[j] = use[j] * (1.3 + rng.Float64())
		va[j] = t.Output[j] - use[j]
	}
	t.Primary = []inputoutput.Row{{Code: "va", Kind: inputoutput.ValueAdded, Values: va}}
	dir, err := b.share("digital402", map[string][]float64{"z": t.Z.RawMatrix().Data, "x": t.Output, "v": va})
	if err != nil {
		return err
	}
	mine, theirs, missing, err := b.race(11, func() (float64, error) {
		m, err := inputoutput.NewModel(t, inputoutput.Options{})
		if err != nil {
			return 0, err
		}
		account, err := satellite.ADB{Model: m, Digital: satellite.List{Codes: t.Codes[:digital]}, BlockOnly: true}.Compute()
		if err == nil && account.Bound > 1e-12 {
			err = errors.New("the solution is not proven")
		}
		return account.Block, err
	}, 1e-9, dir, "digital402")
	if err != nil {
		return err
	}
	l := under(line{what: "digital value added, n = 402, from table to account, proven", ours: short(mine.least())}, mine.least(), 5*time.Millisecond)
	b.report.add(beside(l, "numpy, by the inverse", mine, theirs["digital402"], missing["digital402"]))
	return nil
}

// economy makes coefficients with column sums between 0.3 and 0.8 and the given share of zeros.
func economy(n int, zeros float64, seed uint64) (a *mat.Dense, y []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	a = mat.NewDense(n, n, nil)
	sums := make([]float64, n)
	for i := range n {
		row := a.RawRowView(i)
		for j := range row {
			if zeros == 0 || rng.Float64() >= zeros {
				row[j] = rng.Float64()
				sums[j] += row[j]
			}
		}
	}
	for j := range sums {
		sums[j] = (0.3 + 0.5*rng.Float64()) / sums[j]
	}
	for i := range n {
		row := a.RawRowView(i)
		for j := range row {
			row[j] *= sums[j]
		}
	}
	y = make([]float64, n)
	for i := range y {
		y[i] = rng.Float64()
	}
	return a, y
}

// solve is the whole road from a bare matrix to a proven solution: scan, certificate, iteration, bound.
func solve(op inputoutput.Operator, y []float64) (inputoutput.Solution, error) {
	s, err := inputoutput.NewSolver(op, inputoutput.Options{Method: inputoutput.Krylov})
	if err != nil {
		return inputoutput.Solution{}, err
	}
	x, err := s.Solve(y)
	if err == nil && (!x.Proven || x.Bound > 1e-12) {
		err = fmt.Errorf("bound %g is not proven", x.Bound)
	}
	return x, err
}

func dense5000(b *bench) error {
	const n = 5000
	a, y := economy(n, 0, 1)
	dir, err := b.share("dense5000", map[string][]float64{"a": a.RawMatrix().Data, "y": y})
	if err != nil {
		return err
	}
	steps := 0
	mine, theirs, missing, err := b.race(5, func() (float64, error) {
		op, err := inputoutput.NewDense(a)
		if err != nil {
			return 0, err
		}
		x, err := solve(op, y)
		steps = x.Steps
		return sum(x.X), err
	}, 1e-9, dir, "gesv", "inverse", "gmres")
	if err != nil {
		return err
	}
	what := fmt.Sprintf("Leontief system, n = 5,000 dense, to a proven 1e-12 (%d products)", steps)
	l := beside(line{what: what, ours: short(mine.least())}, "LAPACK gesv, OpenBLAS", mine, theirs["gesv"], missing["gesv"])
	b.report.add(atLeast(l, mine, theirs["gesv"], missing["gesv"], 1))
	l = beside(line{what: "the same", ours: short(mine.least())}, "the inverse as pymrio forms it", mine, theirs["inverse"], missing["inverse"])
	b.report.add(atLeast(l, mine, theirs["inverse"], missing["inverse"], 10))
	b.report.add(beside(line{what: "the same", ours: short(mine.least())}, "scipy GMRES to a residual of 1e-12, nothing proven", mine, theirs["gmres"], missing["gmres"]))
	once, err := readOnce(a.RawMatrix().Data)
	if err != nil {
		return err
	}
	b.report.add(line{what: "the same", ours: short(mine.least()), other: "reading the matrix from memory once: " + short(once), ratio: times(mine.least(), once)})
	return nil
}

func sparse10000(b *bench) error {
	const n = 10_000
	a, y := economy(n, 0.68, 2)
	dense, err := inputoutput.NewDense(a)
	if err != nil {
		return err
	}
	sparse, err := inputoutput.SparseOf(a)
	if err != nil {
		return err
	}
	var full, thin spread
	for range 5 {
		for _, k := range []struct {
			op inputoutput.Operator
			to *spread
		}{{dense, &full}, {sparse, &thin}} {
			took, err := repeat(1, func() error { _, err := solve(k.op, y); return err })
			if err != nil {
				return err
			}
			*k.to = append(*k.to, took...)
		}
	}
	l := line{what: "Leontief system, n = 10,000, 68 % zeros, stored sparse, proven", ours: short(thin.least()), other: "ours, stored dense: " + short(full.least()), ratio: times(thin.least(), full.least())}
	b.report.add(atLeast(l, thin, full, "", 1))
	return nil
}

// chowLin fits 36 years with an indicator of 144 quarters.
func chowLin(b *bench) error {
	const years, fits = 36, 10_000
	rng := rand.New(rand.NewPCG(36, 144))
	x, low := make([]float64, 4*years), make([]float64, years)
	e := 0.0
	for t := range x {
		x[t] = 100 + 2*float64(t) + 12*math.Sin(float64(t)*math.Pi/2) + 6*rng.NormFloat64()
		e = 0.7*e + 4*rng.NormFloat64()
		low[t/4] += 20 + 0.8*x[t] + e
	}
	dir, err := b.share("chowlin", map[string][]float64{"low": low, "x": x})
	if err != nil {
		return err
	}
	fit := func(errs temporal.Errors) (*temporal.Disaggregated, error) {
		return temporal.Disaggregate(low, [][]float64{x}, temporal.Options{Frequency: 4, Conversion: temporal.Sum, Method: temporal.ChowLin, Errors: errs})
	}
	// One round is as many fits as the issue names, on all processors as a server would run them; peers fit fewer, and their time is that of one.
	all := func() error {
		errs := make([]error, fits)
		each(fits, func(i int) { _, errs[i] = fit(temporal.StandardErrors) })
		return errors.Join(errs...)
	}
	whole, err := repeat(5, all)
	if err != nil {
		return err
	}
	busy, err := processor(all)
	if err != nil {
		return err
	}
	b.report.add(under(line{what: "10,000 Chow–Lin fits 36 → 144 with standard errors, ρ by likelihood, all processors", ours: short(whole.least()), other: "processor time of all threads: " + short(busy)}, whole.least(), 2*time.Second))
	const batch = 200
	var rho float64
	mine, theirs, missing, err := b.race(3, func() (float64, error) {
		var last *temporal.Disaggregated
		var err error
		for range batch {
			if last, err = fit(temporal.StandardErrors); err != nil {
				return 0, err
			}
		}
		rho = last.Rho
		return math.Sqrt(dot(last.Values, last.Values)), nil
	}, 1e-4, dir, "chowlin", "tempdisagg", "chowlin.R")
	if err != nil {
		return err
	}
	for i := range mine {
		mine[i] /= batch
	}
	for _, k := range []struct{ task, label string }{{"chowlin.R", "base R, tempdisagg's dense algorithm"}, {"chowlin", "numpy and scipy, the same"}, {"tempdisagg", "Python package tempdisagg"}} {
		l := beside(line{what: "one such fit, one thread (ρ = " + strconv.FormatFloat(rho, 'f', 3, 64) + ")", ours: short(mine.least())}, k.label, mine, theirs[k.task], missing[k.task])
		if k.task == "chowlin.R" {
			l = atLeast(l, mine, theirs[k.task], missing[k.task], 50)
		}
		b.report.add(l)
	}
	b.report.note("R's package tempdisagg is neither in Debian nor elsewhere in reach of this run. Its place is held by base R doing dense algebra as the package does, without the package's own overhead; the package itself was not measured.")
	return nil
}

// stone reconciles provinces by industries by quarters with every margin: industries of a province, provinces of an industry, quarters of a year.
func stone(b *bench) error {
	p, files := nation(34, 88, 24)
	dir, err := b.share("stone", files)
	if err != nil {
		return err
	}
	var residual float64
	mine, theirs, missing, err := b.race(3, func() (float64, error) {
		r, err := balance.Reconcile(p, balance.StoneOptions{})
		if err != nil {
			return 0, err
		}
		residual = r.MaxResidual
		return math.Sqrt(dot(r.Values, r.Values)), nil
	}, 1e-7, dir, "stone")
	if err != nil {
		return err
	}
	l := under(line{what: fmt.Sprintf("Stone on 34 × 88 × 24 cells, %d margins, residual %.0e", len(p.Constraints), residual), ours: short(mine.least())}, mine.least(), 2*time.Second)
	b.report.add(beside(l, "scipy, conjugate gradients to 1e-12", mine, theirs["stone"], missing["stone"]))
	return nil
}

// nation makes figures with errors, and the margins of the true ones.
func nation(provinces, industries, quarters int) (balance.Problem, map[string][]float64) {
	rng := rand.New(rand.NewPCG(7, 1))
	at := func(p, i, q int) int { return (p*industries+i)*quarters + q }
	n := provinces * industries * quarters
	p := balance.Problem{Values: make([]float64, n), Variances: make([]float64, n)}
	truth := make([]float64, n)
	for c := range truth {
		if c%quarters == 0 {
			truth[c] = math.Exp(rng.NormFloat64()*2 + 5)
		} else {
			truth[c] = truth[c-c%quarters] * (1 + 0.1*rng.NormFloat64()*rng.Float64())
		}
		cv := 0.02 + 0.2*rng.Float64()
		p.Values[c] = truth[c] * (1 + cv*rng.NormFloat64())
		p.Variances[c] = cv * cv * p.Values[c] * p.Values[c]
	}
	var rows, columns, totals []float64
	margin := func(cells ...int) {
		k := len(p.Constraints)
		var c balance.Constraint
		for _, i := range cells {
			c.Terms = append(c.Terms, balance.Term{Cell: i, Coefficient: 1})
			c.Value += truth[i]
			rows, columns = append(rows, float64(k)), append(columns, float64(i))
		}
		totals = append(totals, c.Value)
		p.Constraints = append(p.Constraints, c)
	}
	cells := func(n int, f func(int) int) []int {
		out := make([]int, n)
		for i := range out {
			out[i] = f(i)
		}
		return out
	}
	for a := range provinces {
		for q := range quarters {
			margin(cells(industries, func(i int) int { return at(a, i, q) })...)
		}
	}
	for i := range industries {
		for q := range quarters {
			margin(cells(provinces, func(a int) int { return at(a, i, q) })...)
		}
	}
	for a := range provinces {
		for i := range industries {
			for y := range quarters / 4 {
				margin(cells(4, func(q int) int { return at(a, i, 4*y+q) })...)
			}
		}
	}
	return p, map[string][]float64{"x": p.Values, "v": p.Variances, "rows": rows, "columns": columns, "h": totals}
}

// share writes vectors where the peers read them.
func (b *bench) share(name string, vectors map[string][]float64) (string, error) {
	dir := filepath.Join(b.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	for k, v := range vectors {
		f, err := os.Create(filepath.Join(dir, k))
		if err != nil {
			return "", err
		}
		buf := make([]byte, 0, 8*1<<16)
		for len(v) > 0 {
			n := min(len(v), 1<<16)
			buf = buf[:0]
			for _, x := range v[:n] {
				buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(x))
			}
			if _, err := f.Write(buf); err != nil {
				return "", err
			}
			v = v[n:]
		}
		if err := f.Close(); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// each runs f for 0…n−1 on all processors.
func each(n int, f func(int)) {
	var group sync.WaitGroup
	threads := runtime.GOMAXPROCS(0)
	for k := range threads {
		group.Go(func() {
			for i := k; i < n; i += threads {
				f(i)
			}
		})
	}
	group.Wait()
}

// readOnce is how long the processors need to see every byte of a vector once, which any product with it costs at least: half of what they
// need to compare it with a copy of itself.
func readOnce(v []float64) (time.Duration, error) {
	bytesOf := func(v []float64) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), 8*len(v)) }
	one, two := bytesOf(v), bytesOf(slices.Clone(v))
	took, err := repeat(7, func() error {
		pieces := runtime.GOMAXPROCS(0)
		same := make([]bool, pieces)
		each(pieces, func(k int) {
			from, to := k*len(one)/pieces, (k+1)*len(one)/pieces
			same[k] = bytes.Equal(one[from:to], two[from:to])
		})
		if slices.Contains(same, false) {
			return errors.New("the copy differs")
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return took.least() / 2, nil
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

func dot(a, b []float64) (s float64) {
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}
