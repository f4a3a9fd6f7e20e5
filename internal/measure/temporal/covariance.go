package temporal

import "math"

// process is the disturbance of the high-frequency regression.
type process int

const (
	stationary process = iota // AR(1): S_ij = ρ^|i-j|, the factor 1/(1-ρ²) being kept apart
	walk                      // random walk from zero: S = (D'D)^-1
	markovWalk                // random walk with AR(1) steps: S = (D'H'HD)^-1
)

// covariance factors V = C S C' of the disturbance summed to low-frequency periods.
//
// Differencing the low-frequency disturbance by the f-th powers of its autoregressive roots leaves a moving
// average of order p (1, or 2 for markovWalk): Q V Q' is banded. So V^-1 and ln|V| cost O(N), with no matrix of
// T x T or N x N, and, the first rows apart, the entries of the band do not depend on the period.
// Every number carries its derivative in ρ, which makes the search for ρ a root search.
type covariance struct {
	kind   process
	f, n   int // periods inside one low-frequency period; low-frequency periods
	offset int // high-frequency periods before the first low-frequency one
	order  int
	c      []float64 // conversion weights

	rho            float64
	a1, a2         float64 // quasi-difference: v_i = z_i + a1 z_{i-1} + a2 z_{i-2}
	da1, da2       float64
	l1, l2, d      []float64 // Q V Q' = L diag(d) L'
	dl1, dl2, dd   []float64
	root           []float64 // 1/√d
	taps, dtaps    []float64 // moving-average weights of a differenced period, latest first
	spare, dspare  []float64
	heads, dheads  [2][]float64 // weights of the first rows on the innovations
	logDet, dLogDt float64
}

func newCovariance(kind process, c []float64, n, offset int) *covariance {
	f := len(c)
	v := &covariance{kind: kind, f: f, n: n, offset: offset, order: 1, c: c}
	if kind == markovWalk {
		v.order = 2
	}
	if kind == stationary {
		v.offset = 0 // the process has no beginning
	}
	pool := make([]float64, 7*n)
	for i, p := range []*[]float64{&v.l1, &v.l2, &v.d, &v.dl1, &v.dl2, &v.dd, &v.root} {
		*p = pool[i*n : (i+1)*n : (i+1)*n]
	}
	taps := (v.order+1)*(f-1) + 1
	v.taps, v.dtaps = make([]float64, taps), make([]float64, taps)
	v.spare, v.dspare = make([]float64, taps), make([]float64, taps)
	for r := range v.order {
		v.heads[r] = make([]float64, v.offset+v.order*f)
		v.dheads[r] = make([]float64, v.offset+v.order*f)
	}
	return v
}

// set factors V at ρ.
func (v *covariance) set(rho float64) {
	v.rho = rho
	power, dpower := 1.0, 0.0
	for range v.f {
		dpower = dpower*rho + power
		power *= rho
	}
	switch v.kind {
	case stationary:
		v.a1, v.da1 = -power, -dpower
	case walk:
		v.a1 = -1
	case markovWalk:
		v.a1, v.da1, v.a2, v.da2 = -1-power, -dpower, power, dpower
	}
	v.setTaps()
	for r := range v.order {
		v.setHead(r)
	}
	v.factor()
}

// setTaps multiplies the conversion by 1 + ρL + … + ρ^{f-1}L^{f-1}, and by the same with ρ = 1, as the process asks.
func (v *covariance) setTaps() {
	clear(v.taps)
	clear(v.dtaps)
	for s, w := range v.c {
		v.taps[v.f-1-s] = w
	}
	length := v.f
	multiply := func(rho float64, moves float64) {
		copy(v.spare, v.taps)
		copy(v.dspare, v.dtaps)
		for range v.f - 1 { // Horner in the lag
			for k := length; k > 0; k-- {
				v.dtaps[k] = v.dspare[k] + rho*v.dtaps[k-1] + moves*v.taps[k-1]
				v.taps[k] = v.spare[k] + rho*v.taps[k-1]
			}
			v.taps[0], v.dtaps[0] = v.spare[0], v.dspare[0]
			length++
		}
	}
	if v.kind != walk {
		multiply(v.rho, 1)
	}
	if v.kind != stationary {
		multiply(1, 0)
	}
}

// setHead writes row r < order of Q C S^½ on the innovations from the beginning of the series.
func (v *covariance) setHead(r int) {
	h, dh := v.heads[r], v.dheads[r]
	clear(h)
	clear(dh)
	for s, w := range v.c {
		h[v.offset+r*v.f+s] += w
		if r > 0 {
			h[v.offset+s] -= w
		}
	}
	if v.kind != stationary {
		for t := len(h) - 2; t >= 0; t-- {
			h[t] += h[t+1]
		}
	}
	if v.kind != walk {
		for t := len(h) - 2; t >= 0; t-- {
			dh[t] += h[t+1] + v.rho*dh[t+1]
			h[t] += v.rho * h[t+1]
		}
	}
}

// innovation is the variance of innovation t and its derivative, in the units of S.
func (v *covariance) innovation(t int) (value, slope float64) {
	if v.kind == stationary && t > 0 {
		return 1 - v.rho*v.rho, -2 * v.rho
	}
	return 1, 0
}

// entry gives element (i, i-j) of Q V Q' for the first rows, and the common value beyond them.
func (v *covariance) entry(i, j int) (value, slope float64) {
	if i-j >= v.order { // two ordinary rows
		w, dw := v.innovation(1)
		var s, ds float64
		for k := 0; k+j*v.f < len(v.taps); k++ {
			m := k + j*v.f
			s += v.taps[k] * v.taps[m]
			ds += v.dtaps[k]*v.taps[m] + v.taps[k]*v.dtaps[m]
		}
		return w * s, dw*s + w*ds
	}
	head, dhead := v.heads[i-j], v.dheads[i-j]
	if i < v.order { // two first rows
		for t := range head {
			w, dw := v.innovation(t)
			a, da := v.heads[i][t], v.dheads[i][t]
			value += w * a * head[t]
			slope += dw*a*head[t] + w*(da*head[t]+a*dhead[t])
		}
		return value, slope
	}
	end := v.offset + (i+1)*v.f - 1
	for k := range v.taps {
		if t := end - k; t >= 0 && t < len(head) {
			w, dw := v.innovation(t)
			value += w * v.taps[k] * head[t]
			slope += dw*v.taps[k]*head[t] + w*(v.dtaps[k]*head[t]+v.taps[k]*dhead[t])
		}
	}
	return value, slope
}

// factor runs the banded LDL' and its derivative.
func (v *covariance) factor() {
	var m, dm [3]float64
	v.logDet, v.dLogDt = 0, 0
	for i := range v.n {
		if i <= 2*v.order {
			for j := 0; j <= min(i, v.order); j++ {
				m[j], dm[j] = v.entry(i, j)
			}
		}
		d, dd := m[0], dm[0]
		var l1, dl1, l2, dl2 float64
		if i >= 2 && v.order == 2 {
			l2 = m[2] / v.d[i-2]
			dl2 = (dm[2] - l2*v.dd[i-2]) / v.d[i-2]
			d -= l2 * m[2]
			dd -= dl2*m[2] + l2*dm[2]
		}
		if i >= 1 {
			u, du := m[1], dm[1]
			if i >= 2 && v.order == 2 {
				u -= m[2] * v.l1[i-1]
				du -= dm[2]*v.l1[i-1] + m[2]*v.dl1[i-1]
			}
			l1 = u / v.d[i-1]
			dl1 = (du - l1*v.dd[i-1]) / v.d[i-1]
			d -= l1 * u
			dd -= dl1*u + l1*du
		}
		v.l1[i], v.dl1[i], v.l2[i], v.dl2[i], v.d[i], v.dd[i] = l1, dl1, l2, dl2, d, dd
		v.root[i] = 1 / math.Sqrt(d)
		v.logDet += math.Log(d)
		v.dLogDt += dd / d
	}
}

// whiten writes W z, where W V W' = I. z and out have n values and may be the same slice.
func (v *covariance) whiten(z, out []float64) {
	var z1, z2, w1, w2 float64
	for i, x := range z {
		w := x + v.a1*z1 + v.a2*z2
		if i == 1 && v.order == 2 {
			w = x - z1
		}
		w -= v.l1[i]*w1 + v.l2[i]*w2
		z2, z1, w2, w1 = z1, x, w1, w
		out[i] = w * v.root[i]
	}
}

// inverse writes V^-1 z.
func (v *covariance) inverse(z, out []float64) {
	v.whiten(z, out)
	n := v.n
	for i := n - 1; i >= 0; i-- {
		w := out[i] * v.root[i]
		if i+1 < n {
			w -= v.l1[i+1] * out[i+1]
		}
		if i+2 < n {
			w -= v.l2[i+2] * out[i+2]
		}
		out[i] = w
	}
	for i := range n {
		switch {
		case i == 0 && v.order == 2 && n > 1:
			out[0] -= out[1]
		case i+1 < n:
			out[i] += v.a1 * out[i+1]
		}
		if i+2 < n {
			out[i] += v.a2 * out[i+2]
		}
	}
}

// squares gives e'V^-1 e and its derivative in ρ at fixed e.
func (v *covariance) squares(e []float64) (value, slope float64) {
	var z1, z2, w1, w2, dw1, dw2 float64
	for i, x := range e {
		w, dw := x+v.a1*z1+v.a2*z2, v.da1*z1+v.da2*z2
		if i == 1 && v.order == 2 {
			w, dw = x-z1, 0
		}
		w -= v.l1[i]*w1 + v.l2[i]*w2
		dw -= v.dl1[i]*w1 + v.l1[i]*dw1 + v.dl2[i]*w2 + v.l2[i]*dw2
		z2, z1, w2, w1, dw2, dw1 = z1, x, w1, w, dw1, dw
		inverse := v.root[i] * v.root[i]
		value += w * w * inverse
		slope += (2*w*dw - w*w*inverse*v.dd[i]) * inverse
	}
	return value, slope
}

// spread replaces x (T values) by S x.
func (v *covariance) spread(x []float64) {
	n := len(x)
	if v.kind == stationary {
		var behind float64
		ahead := make([]float64, n)
		for t := n - 2; t >= 0; t-- {
			ahead[t] = v.rho * (ahead[t+1] + x[t+1])
		}
		for t := range x {
			own := x[t]
			x[t] += behind + ahead[t]
			behind = v.rho * (behind + own)
		}
		return
	}
	for t := n - 2; t >= 0; t-- {
		x[t] += x[t+1]
	}
	if v.kind == markovWalk {
		for t := n - 2; t >= 0; t-- {
			x[t] += v.rho * x[t+1]
		}
		for t := 1; t < n; t++ {
			x[t] += v.rho * x[t-1]
		}
	}
	for t := 1; t < n; t++ {
		x[t] += x[t-1]
	}
}

// variance gives the diagonal of S.
func (v *covariance) variance(n int) []float64 {
	out := make([]float64, n)
	var weight, total float64 // weight of an innovation so many periods old; sum of their squares
	power := 1.0
	for t := range out {
		switch v.kind {
		case stationary:
			total = 1
		case walk:
			total++
		case markovWalk:
			weight += power
			power *= v.rho
			total += weight * weight
		}
		out[t] = total
	}
	return out
}

// operator gives R with R'R = S^-1 (times 1-ρ² when stationary), for problems with bounds.
func (v *covariance) operator(n int) [][3]float64 {
	switch v.kind {
	case stationary:
		return differences(n, 1, v.rho, false)
	case walk:
		return differences(n, 1, 1, true)
	}
	op := make([][3]float64, n)
	for t := range op {
		op[t] = [3]float64{1, -1 - v.rho, v.rho}
	}
	return op
}
