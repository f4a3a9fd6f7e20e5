package temporal

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// textbook evaluates the printed formulas of generalised least squares with full matrices.
type textbook struct {
	y, beta, se    []float64
	mse            *mat.Dense
	rss, logL, s2  float64
	c, s, v, vi, x *mat.Dense
}

func dense(low []float64, xs [][]float64, w []float64, offset int, kind process, rho float64) textbook {
	n, tt, k, f := len(low), len(xs[0]), len(xs), len(w)
	s := mat.NewDense(tt, tt, nil)
	switch kind {
	case stationary:
		for i := range tt {
			for j := range tt {
				s.Set(i, j, math.Pow(rho, math.Abs(float64(i-j)))/(1-rho*rho))
			}
		}
	default:
		d := mat.NewDense(tt, tt, nil)
		h := mat.NewDense(tt, tt, nil)
		for i := range tt {
			d.Set(i, i, 1)
			h.Set(i, i, 1)
			if i > 0 {
				d.Set(i, i-1, -1)
				if kind == markovWalk {
					h.Set(i, i-1, -rho)
				}
			}
		}
		var hd, inv mat.Dense
		hd.Mul(h, d)
		if err := inv.Inverse(&hd); err != nil {
			panic(err)
		}
		s.Mul(&inv, inv.T())
	}
	c := mat.NewDense(n, tt, nil)
	for i := range n {
		for j, v := range w {
			c.Set(i, offset+i*f+j, v)
		}
	}
	x := mat.NewDense(tt, k, nil)
	for j := range xs {
		x.SetCol(j, xs[j])
	}
	yl := mat.NewVecDense(n, append([]float64(nil), low...))
	var sc, v, vi, cx, xv, xvx, xvxi, kk mat.Dense
	sc.Mul(s, c.T())
	v.Mul(c, &sc)
	if err := vi.Inverse(&v); err != nil {
		panic(err)
	}
	cx.Mul(c, x)
	xv.Mul(cx.T(), &vi)
	xvx.Mul(&xv, &cx)
	if err := xvxi.Inverse(&xvx); err != nil {
		panic(err)
	}
	var beta, xvy, e, u, y, fit, ve mat.VecDense
	xvy.MulVec(&xv, yl)
	beta.MulVec(&xvxi, &xvy)
	fit.MulVec(&cx, &beta)
	e.SubVec(yl, &fit)
	kk.Mul(&sc, &vi)
	u.MulVec(&kk, &e)
	y.MulVec(x, &beta)
	y.AddVec(&y, &u)
	ve.MulVec(&vi, &e)
	rss := mat.Dot(&e, &ve)
	s2 := rss / float64(n-k)
	ld, _ := mat.LogDet(&v)
	var kc, ikc, m1, kcx, xk, m2, mse mat.Dense
	kc.Mul(&kk, c)
	ikc.Scale(-1, &kc)
	for i := range tt {
		ikc.Set(i, i, ikc.At(i, i)+1)
	}
	m1.Mul(&ikc, s)
	kcx.Mul(&kc, x)
	xk.Sub(x, &kcx)
	m2.Mul(&xk, &xvxi)
	mse.Mul(&m2, xk.T())
	mse.Add(&mse, &m1)
	mse.Scale(s2, &mse)
	out := textbook{y: y.RawVector().Data, beta: beta.RawVector().Data, mse: &mse, rss: rss, s2: s2, c: c, s: s, v: &v, vi: &vi, x: &cx,
		logL: -float64(n)/2*(1+math.Log(2*math.Pi)+math.Log(rss/float64(n))) - ld/2}
	for j := range k {
		out.se = append(out.se, math.Sqrt(s2*xvxi.At(j, j)))
	}
	return out
}

// sample is a random problem of disaggregation.
type sample struct {
	low    []float64
	x      [][]float64
	opt    Options
	beyond int
}

func drawSample(r *rapid.T) sample {
	f := rapid.IntRange(2, 6).Draw(r, "f")
	n := rapid.IntRange(5, 14).Draw(r, "n")
	k := rapid.IntRange(1, 2).Draw(r, "k")
	offset, beyond := rapid.IntRange(0, 5).Draw(r, "offset"), rapid.IntRange(0, 5).Draw(r, "beyond")
	s := sample{opt: Options{Frequency: f, Offset: offset, Conversion: Conversion(rapid.IntRange(0, 3).Draw(r, "conversion"))}, beyond: beyond}
	tt := offset + n*f + beyond
	noise := drawNoise(r, (k+1)*tt)
	for j := range k {
		x := make([]float64, tt)
		for t := range x {
			x[t] = 100 + 0.7*float64(t) + 10*noise[j*tt+t]
		}
		s.x = append(s.x, x)
	}
	w := s.opt.Conversion.Weights(f)
	for i := range n {
		var v float64
		for m, c := range w {
			t := offset + i*f + m
			v += c * (30 + 1.5*s.x[0][t] + 12*noise[k*tt+t])
		}
		s.low = append(s.low, v)
	}
	return s
}

// drawNoise gives n numbers of size one from a drawn seed, so that shrinking stays fast.
func drawNoise(r *rapid.T, n int) []float64 {
	state := rapid.Uint64().Draw(r, "seed")
	out := make([]float64, n)
	for i := range out {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		out[i] = 2*float64((z^z>>31)>>11)/(1<<53) - 1
	}
	return out
}

var processOf = map[Method]process{ChowLin: stationary, Fernandez: walk, Litterman: markovWalk}

func closeTo(r *rapid.T, what string, got, want, scale, tolerance float64) {
	r.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(scale, 1e-300)) {
		r.Fatalf("%s = %.12g, want %.12g", what, got, want)
	}
}

func TestBandedAlgebraEqualsTheTextbook(t *testing.T) {
	for _, m := range []Method{ChowLin, Fernandez, Litterman} {
		t.Run(string(m), func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				s := drawSample(r)
				s.opt.Method, s.opt.Errors = m, FullMatrix
				rho := rapid.SampledFrom([]float64{-0.5, 0, 0.01, 0.3, 0.7, 0.9, 0.99}).Draw(r, "rho")
				if m != Fernandez {
					s.opt.Rho = &rho
				}
				got, err := Disaggregate(s.low, s.x, s.opt)
				if err != nil {
					r.Fatal(err)
				}
				ones := make([]float64, len(s.x[0]))
				for i := range ones {
					ones[i] = 1
				}
				want := dense(s.low, append([][]float64{ones}, s.x...), s.opt.Conversion.Weights(s.opt.Frequency), s.opt.Offset, processOf[m], rho)
				for i := range want.y {
					closeTo(r, fmt.Sprint("y ", i), got.Values[i], want.y[i], maxAbs(want.y), 1e-8)
				}
				for j := range want.beta {
					closeTo(r, "beta", got.Beta[j], want.beta[j], want.se[j]+math.Abs(want.beta[j]), 1e-7)
					closeTo(r, "se", got.BetaSE[j], want.se[j], want.se[j], 1e-7)
				}
				closeTo(r, "rss", got.RSS, want.rss, want.rss, 1e-7)
				closeTo(r, "sigma2", got.Sigma2, want.s2, want.s2, 1e-7)
				closeTo(r, "logL", got.LogL, want.logL, 1+math.Abs(want.logL), 1e-8)
				top := mat.Max(want.mse)
				for i := range want.y {
					closeTo(r, "var", got.SE[i]*got.SE[i], want.mse.At(i, i), top, 1e-7)
					for j := range want.y {
						closeTo(r, "mse", got.MSE.At(i, j), want.mse.At(i, j), top, 1e-7)
					}
				}
			})
		})
	}
}

func TestTheSlopeOfTheObjectiveIsItsDerivative(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := drawSample(r)
		d, err := arrange(s.low, s.x, s.opt)
		if err != nil {
			r.Fatal(err)
		}
		rho := rapid.Float64Range(-0.3, 0.95).Draw(r, "rho")
		for _, kind := range []process{stationary, markovWalk} {
			g, err := regress(d.low, d.cx, d.names, newCovariance(kind, d.c, d.n, d.opt.Offset))
			if err != nil {
				r.Fatal(err)
			}
			for _, what := range []objective{maxLog, leastRSS, leastRSSQu} {
				const h = 1e-5
				up, _ := g.at(rho+h, what)
				down, _ := g.at(rho-h, what)
				value, slope := g.at(rho, what)
				closeTo(r, "slope", slope, (up-down)/(2*h), math.Abs(slope)+math.Abs(value), 1e-5)
			}
		}
	})
}
