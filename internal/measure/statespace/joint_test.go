package statespace

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// of gives the matrices of period t.
func of(mod Model, t int) Matrices {
	if mod.Each == nil {
		return Matrices{}.or(mod)
	}
	return mod.Each[t].or(mod)
}

func denseOf(x [][]float64, r, c int) *mat.Dense { return mat.NewDense(r, c, flat(x)) }

// joint gives the distribution of the states of all periods: α = mean + B δ + noise, with Cov over all periods.
func joint(mod Model, n int) (mean *mat.VecDense, cov, b *mat.Dense) {
	m := len(mod.T)
	mean = mat.NewVecDense(n*m, nil)
	cov, b = mat.NewDense(n*m, n*m, nil), mat.NewDense(n*m, m, nil)
	now := mat.NewVecDense(m, append([]float64(nil), mod.A1...))
	p1 := mat.NewDense(m, m, nil)
	if mod.P1 != nil {
		p1 = denseOf(mod.P1, m, m)
	}
	bt := mat.NewDense(m, m, nil)
	for i := range m {
		if mod.Diffuse != nil && mod.Diffuse[i] {
			bt.Set(i, i, 1)
		}
	}
	vt := mat.DenseCopyOf(p1)
	for t := range n {
		own := of(mod, t)
		T := denseOf(own.T, m, m)
		g := len(own.Q)
		R := mat.NewDense(m, m, identity(m))
		if own.R != nil {
			R = denseOf(own.R, m, g)
		}
		var rq, rqr mat.Dense
		rq.Mul(R, denseOf(own.Q, g, g))
		rqr.Mul(&rq, R.T())
		for i := range m {
			mean.SetVec(t*m+i, now.AtVec(i))
		}
		b.Slice(t*m, (t+1)*m, 0, m).(*mat.Dense).Copy(bt)
		cov.Slice(t*m, (t+1)*m, t*m, (t+1)*m).(*mat.Dense).Copy(vt)
		c := mat.DenseCopyOf(vt)
		for s := t + 1; s < n; s++ {
			var x mat.Dense
			x.Mul(denseOf(of(mod, s-1).T, m, m), c)
			c.Copy(&x)
			cov.Slice(s*m, (s+1)*m, t*m, (t+1)*m).(*mat.Dense).Copy(c)
			cov.Slice(t*m, (t+1)*m, s*m, (s+1)*m).(*mat.Dense).Copy(c.T())
		}
		var x mat.VecDense
		x.MulVec(T, now)
		if own.C != nil {
			x.AddVec(&x, mat.NewVecDense(m, own.C))
		}
		now = mat.VecDenseCopyOf(&x)
		var y, w mat.Dense
		y.Mul(T, vt)
		w.Mul(&y, T.T())
		w.Add(&w, &rqr)
		vt = mat.DenseCopyOf(&w)
		var u mat.Dense
		u.Mul(T, bt)
		bt = mat.DenseCopyOf(&u)
	}
	return mean, cov, b
}

// observed lays the known observations out as y = S α + noise with covariance H.
func observed(mod Model, d Data, states int) (S *mat.Dense, y *mat.VecDense, H *mat.Dense) {
	m, p, n := len(mod.T), len(mod.Z), len(d.Values)
	var rows [][2]int
	for t := range n {
		for i := range p {
			if d.known(t, i) {
				rows = append(rows, [2]int{t, i})
			}
		}
	}
	k := len(rows)
	S, y, H = mat.NewDense(k, states, nil), mat.NewVecDense(k, nil), mat.NewDense(k, k, nil)
	for r, cell := range rows {
		own := of(mod, cell[0])
		for j := range m {
			S.Set(r, cell[0]*m+j, own.Z[cell[1]][j])
		}
		v := d.Values[cell[0]][cell[1]]
		if own.D != nil {
			v -= own.D[cell[1]]
		}
		y.SetVec(r, v)
		for c, other := range rows {
			if other[0] == cell[0] {
				H.Set(r, c, own.H[cell[1]][other[1]])
			}
		}
	}
	return S, y, H
}

// direct computes E and Var of the states of all periods given the observations, and the log-likelihood, from the joint normal
// distribution; diffuse states are unknown constants estimated by generalised least squares.
func direct(mod Model, d Data) (state []float64, variance *mat.Dense, logLik float64) {
	m, n := len(mod.T), len(d.Values)
	mean, cov, b := joint(mod, n)
	S, y, H := observed(mod, d, n*m)
	k := len(y.RawVector().Data)
	var sc, v mat.Dense
	sc.Mul(S, cov)
	v.Mul(&sc, S.T())
	v.Add(&v, H)
	var vi mat.Dense
	if err := vi.Inverse(&v); err != nil {
		panic(err)
	}
	var e, sm mat.VecDense
	sm.MulVec(S, mean)
	e.SubVec(y, &sm)
	state = make([]float64, n*m)
	variance = mat.NewDense(n*m, n*m, nil)
	logdet, _ := mat.LogDet(&v)
	logLik = -(float64(k)*math.Log(2*math.Pi) + logdet) / 2
	var diffuse []int
	for i := range m {
		if mod.Diffuse != nil && mod.Diffuse[i] {
			diffuse = append(diffuse, i)
		}
	}
	q := len(diffuse)
	delta := mat.NewVecDense(max(q, 1), nil)
	bd := mat.NewDense(n*m, max(q, 1), nil)
	var info mat.Dense
	if q > 0 {
		for c, i := range diffuse {
			for r := range n * m {
				bd.Set(r, c, b.At(r, i))
			}
		}
		var x, xv, xvx mat.Dense
		x.Mul(S, bd)
		xv.Mul(x.T(), &vi)
		xvx.Mul(&xv, &x)
		if err := info.Inverse(&xvx); err != nil {
			panic(err)
		}
		var xe mat.VecDense
		xe.MulVec(&xv, &e)
		delta.MulVec(&info, &xe)
		var fit mat.VecDense
		fit.MulVec(&x, delta)
		e.SubVec(&e, &fit)
		det, _ := mat.LogDet(&xvx)
		logLik += float64(q)*math.Log(2*math.Pi)/2 - det/2
	}
	logLik -= mat.Inner(&e, &vi, &e) / 2
	var gain mat.Dense
	gain.Mul(sc.T(), &vi)
	var up, drift mat.VecDense
	up.MulVec(&gain, &e)
	drift.MulVec(bd, delta)
	for i := range state {
		state[i] = mean.AtVec(i) + drift.AtVec(i) + up.AtVec(i)
	}
	variance.Mul(&gain, &sc)
	variance.Sub(cov, variance)
	if q > 0 {
		var x, gx, left, right, add mat.Dense
		x.Mul(S, bd)
		gx.Mul(&gain, &x)
		left.Sub(bd, &gx)
		right.Mul(&left, &info)
		add.Mul(&right, left.T())
		variance.Add(variance, &add)
	}
	return state, variance, logLik
}
