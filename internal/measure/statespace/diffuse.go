package statespace

import "math"

// unknown is the diffuse part of a variance, held by its root: P∞ = BB', with a column for each direction of which nothing is known. Taking a
// direction away is an orthogonal turn of the columns, so that how many are left is counted, never read off differences.
type unknown struct {
	b    []float64 // m × d
	m, d int
}

// lost is the size, relative to the terms that make it, below which what is left of a direction is rounding error.
const lost = 1e-10

// newUnknown is nil where every state is known.
func newUnknown(start []float64) *unknown {
	u := &unknown{m: len(start)}
	for _, x := range start {
		if x != 0 {
			u.d++
		}
	}
	if u.d == 0 {
		return nil
	}
	u.b = make([]float64, u.m*u.d)
	k := 0
	for i, x := range start {
		if x != 0 {
			u.b[i*u.d+k] = x
			k++
		}
	}
	return u
}

// variance gives P∞; nil where all is known.
func (u *unknown) variance() []float64 {
	if u == nil {
		return nil
	}
	return sandwich(u.b, identity(u.d), u.m, u.d)
}

// seen tells how an observation with row z sees what is unknown: w = B'z, and w'w, which is zero where it sees nothing of it.
func (u *unknown) seen(z []float64) (w []float64, f float64) {
	w = make([]float64, u.d)
	size := 0.0
	for k := range w {
		sum := 0.0
		for i, x := range z {
			w[k] += x * u.b[i*u.d+k]
			sum += math.Abs(x * u.b[i*u.d+k])
		}
		size += sum * sum
	}
	if f = dot(w, w); f <= lost*lost*size {
		return nil, 0
	}
	return w, f
}

// take removes the direction w that an observation has seen; nil where nothing is left.
func (u *unknown) take(w []float64) *unknown {
	u.turn(w, 0)
	out := &unknown{m: u.m, d: u.d - 1}
	if out.d == 0 {
		return nil
	}
	for i := range u.m {
		out.b = append(out.b, u.b[i*u.d+1:(i+1)*u.d]...)
	}
	return out
}

// turn applies the reflection that puts the whole of w, which holds the columns from on, into the first of them.
func (u *unknown) turn(w []float64, from int) {
	size := math.Sqrt(dot(w, w))
	v := append([]float64(nil), w...)
	if v[0] > 0 {
		size = -size
	}
	v[0] -= size
	vv := dot(v, v)
	if vv == 0 {
		return
	}
	for i := range u.m {
		row := u.b[i*u.d+from : (i+1)*u.d]
		add(row, v, -2*dot(row, v)/vv)
	}
}

// move carries what is unknown to the next period; nil where T has made an end of it.
func (u *unknown) move(t []float64) *unknown {
	out := &unknown{m: u.m, d: u.d, b: make([]float64, len(u.b))}
	size := make([]float64, u.m) // of the terms that make each row
	for i := range u.m {
		for k := range u.d {
			sum := 0.0
			for j := range u.m {
				x := t[i*u.m+j] * u.b[j*u.d+k]
				out.b[i*u.d+k] += x
				sum += math.Abs(x)
			}
			size[i] += sum * sum
		}
	}
	// A singular T takes directions away: the columns are turned until those left over are seen by no state.
	work := &unknown{m: u.m, d: u.d, b: append([]float64(nil), out.b...)}
	rank := 0
	for ; rank < u.d; rank++ {
		best, at := lost*lost, -1
		for i := range u.m {
			row := work.b[i*u.d+rank : (i+1)*u.d]
			if size[i] > 0 && dot(row, row)/size[i] > best {
				best, at = dot(row, row)/size[i], i
			}
		}
		if at < 0 {
			break
		}
		work.turn(append([]float64(nil), work.b[at*u.d+rank:(at+1)*u.d]...), rank)
	}
	switch rank {
	case 0:
		return nil
	case u.d:
		return out
	}
	left := &unknown{m: u.m, d: rank}
	for i := range u.m {
		left.b = append(left.b, work.b[i*u.d:i*u.d+rank]...)
	}
	return left
}
