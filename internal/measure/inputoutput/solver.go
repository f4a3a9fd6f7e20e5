package inputoutput

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Method says how a system is solved.
type Method string

// The methods. All reach the same tolerance; Auto takes Factor for small systems and many right sides, else Krylov.
const (
	Auto   Method = ""
	Factor Method = "factor" // LU of I − A, once
	Krylov Method = "krylov" // GMRES
	Series Method = "series" // x = Σ Aᵏy, the rounds of production; slow where the spectral radius nears one
)

// Options of a Solver. The zero value is the default.
type Options struct {
	Tolerance float64 // relative bound to prove; 0 means 1e-12
	Method    Method
	MaxSteps  int // products with A before giving up; 0 means 5000
}

// Solution is the answer to one right side, with what is proven about it. For (I − A)x = y, Bound is at least
// ‖x − x̂‖₁ / ‖x‖₁; for the transposed system at least ‖u − û‖∞ / ‖u‖∞. Where Proven is false no certificate exists
// (A has negative cells) and Bound is the relative residual alone.
type Solution struct {
	X      []float64
	Bound  float64
	Proven bool
	Steps  int // products with A
	Method Method
}

// Solver solves systems in I − A, for one A. It is safe for concurrent use.
type Solver struct {
	a    Operator
	opt  Options
	cert *Certificate

	once     sync.Once
	lu       *mat.LU
	units    []float64 // W, by which the factored system was scaled
	luFailed error
}

// NewSolver certifies A and makes a Solver.
func NewSolver(a Operator, opt Options) (*Solver, error) {
	cert, err := Certify(a)
	if err != nil {
		return nil, err
	}
	return newSolver(a, cert, opt), nil
}

func newSolver(a Operator, cert *Certificate, opt Options) *Solver {
	if opt.Tolerance <= 0 {
		opt.Tolerance = 1e-12
	}
	if opt.MaxSteps <= 0 {
		opt.MaxSteps = 5000
	}
	return &Solver{a: a, opt: opt, cert: cert}
}

// Order is n.
func (s *Solver) Order() int { return s.a.Order() }

// Certificate gives the proof behind the bounds, nil where there is none.
func (s *Solver) Certificate() *Certificate { return s.cert }

// Solve gives x with (I − A)x = y: the output that final demand y (n) takes.
func (s *Solver) Solve(y []float64) (Solution, error) { return s.solve(y, false, 1) }

// SolveTransposed gives u with (I − A)ᵀu = v: the content of v (n) in a unit of each product's final use.
func (s *Solver) SolveTransposed(v []float64) (Solution, error) { return s.solve(v, true, 1) }

// SolveMany solves one system a column of y (n × k), direct or transposed, and gives the solutions as columns with the
// largest bound among them.
func (s *Solver) SolveMany(y *mat.Dense, transposed bool) (*mat.Dense, Solution, error) {
	n, k := y.Dims()
	if n != s.Order() {
		return nil, Solution{}, fault.New("inputoutput.length", "what", "right side", "length", n, "want", s.Order())
	}
	each, errs := make([]Solution, k), make([]error, k)
	threads := 1
	if s.method(k) == Krylov && n*n < worthSplitting { // too small to share one product: share the sides out instead
		threads = runtime.GOMAXPROCS(0)
	}
	split(k, worthSplitting, threads, func(from, to int) {
		col := make([]float64, n)
		for j := from; j < to; j++ {
			mat.Col(col, j, y)
			each[j], errs[j] = s.solve(col, transposed, k)
		}
	})
	out, worst := mat.NewDense(n, k, nil), Solution{Proven: true}
	for j, one := range each {
		if errs[j] != nil {
			return nil, Solution{}, errs[j]
		}
		out.SetCol(j, one.X)
		worst = Solution{Bound: math.Max(worst.Bound, one.Bound), Proven: worst.Proven && one.Proven,
			Steps: worst.Steps + one.Steps, Method: one.Method}
	}
	return out, worst, nil
}

func (s *Solver) solve(b []float64, transposed bool, sides int) (Solution, error) {
	n := s.Order()
	if len(b) != n {
		return Solution{}, fault.New("inputoutput.length", "what", "right side", "length", len(b), "want", n)
	}
	for i, v := range b {
		if !finite(v) {
			return Solution{}, fault.New("inputoutput.not-finite", "row", i+1, "column", "right side")
		}
	}
	scale := maxAbs(b)
	if scale == 0 {
		return Solution{X: make([]float64, n), Proven: s.cert != nil, Method: s.method(sides)}, nil
	}
	// A power of two, so that scaling changes no digit and keeps every product within range.
	_, e := math.Frexp(scale)
	unscaled := make([]float64, n)
	for i, v := range b {
		unscaled[i] = math.Ldexp(v, -e)
	}
	var out Solution
	var err error
	switch s.method(sides) {
	case Factor:
		out, err = s.byFactor(unscaled, transposed)
	case Series:
		out, err = s.bySeries(unscaled, transposed)
	default:
		out, err = s.byKrylov(unscaled, transposed)
	}
	if err != nil {
		return Solution{}, err
	}
	for i := range out.X {
		out.X[i] = math.Ldexp(out.X[i], e)
		if !finite(out.X[i]) {
			return Solution{}, fault.New("inputoutput.overflow", "row", i+1)
		}
	}
	return out, nil
}

// method settles Auto. One side costs some ten products of n² cells, a factorisation as much as n/50 sides, or n/8 where
// small sides run beside each other (measured, not derived).
func (s *Solver) method(sides int) Method {
	n := s.Order()
	if s.opt.Method != Auto {
		return s.opt.Method
	}
	many := sides*50 > n
	if n*n < worthSplitting {
		many = sides*8 > n
	}
	if s.cert == nil || n <= 60 || many && n <= 5*factorLimit {
		return Factor
	}
	return Krylov
}

func (s *Solver) mul(dst, x []float64, transposed bool) {
	if transposed {
		s.a.MulTransposed(dst, x)
	} else {
		s.a.Mul(dst, x)
	}
}

// residual sets r = b − x + A·x and gives the relative bound that it proves (or the relative residual), see Solution.
func (s *Solver) residual(r, b, x []float64, transposed bool) (bound float64) {
	s.mul(r, x, transposed)
	for i := range r {
		r[i] = (b[i] - x[i]) + r[i]
	}
	if s.cert == nil {
		return norm2(r) / norm2(b)
	}
	// Rounding in r is at most g·(|b| + |x| + |A||x|) cell by cell; w'|A||x| ≤ w'|x| and |Aᵀ||x| ≤ w·max|xⱼ|/wⱼ bound the
	// last term without another product.
	g := float64(s.a.Depth()+4) * unit
	w, slack := s.cert.Weights, s.cert.Slack
	var err, size float64
	if transposed {
		var most float64
		for j := range x {
			most = math.Max(most, math.Abs(x[j])/w[j])
		}
		var worst float64
		for j := range r {
			worst = math.Max(worst, (math.Abs(r[j])+g*(math.Abs(b[j])+math.Abs(x[j])+w[j]*most))/slack[j])
		}
		err, size = worst*slices.Max(w), maxAbs(x)
	} else {
		var total float64
		for i := range r {
			total += w[i] * (math.Abs(r[i]) + g*(math.Abs(b[i])+2*math.Abs(x[i])))
		}
		err, size = total/slices.Min(slack), absSum(x)
	}
	err *= 1 + 1e-9 // the roundings of this very computation
	if err >= size {
		return math.Inf(1)
	}
	return err / (size - err)
}

func (s *Solver) byKrylov(b []float64, transposed bool) (Solution, error) {
	n := len(b)
	out := Solution{X: make([]float64, n), Proven: s.cert != nil, Method: Krylov, Bound: math.Inf(1)}
	r := append([]float64(nil), b...)
	step := make([]float64, n)
	system := func(dst, x []float64) {
		s.mul(dst, x, transposed)
		for i := range dst {
			dst[i] = x[i] - dst[i]
		}
	}
	goal := s.goal(b, transposed)
	for stalled := 0; ; {
		clear(step)
		used := gmres(system, r, step, goal, restart)
		addTo(out.X, step)
		out.Steps += used + 1
		before := out.Bound
		out.Bound = s.residual(r, b, out.X, transposed)
		if out.Bound <= s.opt.Tolerance {
			return out, nil
		}
		if out.Bound > before/2 {
			stalled++
		}
		if stalled > 2 || out.Steps > s.opt.MaxSteps || used == 0 && goal < 1e-300 {
			break
		}
		goal = math.Min(goal, norm2(r)) * 0.1
	}
	if n <= factorLimit { // slow convergence: the factor is dearer and surer
		return s.byFactor(b, transposed)
	}
	return Solution{}, fault.New("inputoutput.not-converged", "steps", out.Steps, "bound", out.Bound, "tolerance", s.opt.Tolerance)
}

// goal is the Euclidean residual at which the bound will very likely hold.
func (s *Solver) goal(b []float64, transposed bool) float64 {
	if s.cert == nil {
		return 0.3 * s.opt.Tolerance * norm2(b)
	}
	if transposed { // ‖u‖∞ ≥ ‖b‖∞/2 where columns of |A| add to less than one
		return 0.3 * s.opt.Tolerance * maxAbs(b) / 2 * slices.Min(s.cert.Slack) / slices.Max(s.cert.Weights)
	}
	return 0.3 * s.opt.Tolerance * absSum(b) / 2 * slices.Min(s.cert.Slack) / norm2(s.cert.Weights)
}

func (s *Solver) byFactor(b []float64, transposed bool) (Solution, error) {
	if err := s.factor(); err != nil {
		return Solution{}, err
	}
	n := len(b)
	out := Solution{X: make([]float64, n), Proven: s.cert != nil, Method: Factor}
	r, x := append([]float64(nil), b...), mat.NewVecDense(n, nil)
	for range 3 { // a solution and at most two refinements
		s.scale(r, !transposed)
		if err := s.lu.SolveVecTo(x, transposed, mat.NewVecDense(n, r)); err != nil {
			if _, ill := err.(mat.Condition); !ill {
				return Solution{}, fault.New("inputoutput.singular")
			}
		}
		s.scale(x.RawVector().Data, transposed)
		addTo(out.X, x.RawVector().Data)
		out.Steps++
		out.Bound = s.residual(r, b, out.X, transposed)
		if out.Bound <= s.opt.Tolerance {
			return out, nil
		}
	}
	if !finite(out.Bound) || s.cert == nil && out.Bound > 1e-6 {
		return Solution{}, fault.New("inputoutput.singular")
	}
	return out, nil // the best that double precision gives; the bound says how good
}

// scale brings a vector to the units of the factored system (times W), or the reverse.
func (s *Solver) scale(v []float64, up bool) {
	for i, u := range s.units {
		if up {
			v[i] *= u
		} else {
			v[i] /= u
		}
	}
}

// factor makes the LU factors of W·(I − A)·W⁻¹, once. With W the weights of the certificate every column of it is dominated by its
// diagonal, however unlike the units of the industries are; powers of two change no digit.
func (s *Solver) factor() error {
	s.once.Do(func() {
		m := dense(s.a)
		if s.cert != nil {
			s.units = powersOfTwo(s.cert.Weights)
			m.Apply(func(i, j int, v float64) float64 { return v * s.units[i] / s.units[j] }, m)
		} else {
			s.units = equalise(m)
			for i, u := range s.units {
				s.units[i] = 1 / u
			}
		}
		m.Apply(func(i, j int, v float64) float64 {
			if i == j {
				return 1 - v
			}
			return -v
		}, m)
		lu := new(mat.LU)
		lu.Factorize(m)
		if c := lu.Cond(); math.IsInf(c, 1) || math.IsNaN(c) || s.cert == nil && c > 1e15 {
			s.luFailed = fault.New("inputoutput.singular")
		}
		s.lu = lu
	})
	return s.luFailed
}

// bySeries adds the rounds of production y + Ay + A²y + … and stops once the bound on the rounds left out,
// θ/(1−θ) times the last round in the weighted norm, is small enough.
func (s *Solver) bySeries(b []float64, transposed bool) (Solution, error) {
	if s.cert == nil {
		return Solution{}, fault.New("inputoutput.no-certificate")
	}
	n := len(b)
	out := Solution{X: append([]float64(nil), b...), Proven: true, Method: Series}
	round, next := append([]float64(nil), b...), make([]float64, n)
	for out.Steps < s.opt.MaxSteps {
		s.mul(next, round, transposed)
		round, next = next, round
		addTo(out.X, round)
		out.Steps++
		if s.tail(round, out.X, transposed) <= s.opt.Tolerance/2 || maxAbs(round) < 1e-300 {
			out.Bound = s.residual(next, b, out.X, transposed)
			if out.Bound <= s.opt.Tolerance {
				return out, nil
			}
			if s.tail(round, out.X, transposed) < unit {
				break
			}
		}
	}
	return Solution{}, fault.New("inputoutput.not-converged", "steps", out.Steps, "bound", out.Bound, "tolerance", s.opt.Tolerance)
}

// tail bounds what the rounds after this one add, relative to x.
func (s *Solver) tail(round, x []float64, transposed bool) float64 {
	w, theta := s.cert.Weights, s.cert.Radius
	if transposed { // |Aᵀu| ≤ θ·w·max|uⱼ|/wⱼ
		var most float64
		for j := range round {
			most = math.Max(most, math.Abs(round[j])/w[j])
		}
		return theta / (1 - theta) * most * slices.Max(w) / math.Max(maxAbs(x), math.SmallestNonzeroFloat64)
	}
	var size, all float64
	for i := range round {
		size += w[i] * math.Abs(round[i])
		all += math.Abs(x[i])
	}
	return theta / (1 - theta) * size / slices.Min(w) / math.Max(all, math.SmallestNonzeroFloat64)
}
