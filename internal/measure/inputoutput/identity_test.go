package inputoutput

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

// drawn gives a balanced domestic table with non-negative flows, sometimes with an industry that does not exist.
func drawn(t *rapid.T, least, most int) *Table {
	n := rapid.IntRange(least, most).Draw(t, "n")
	idle := -1
	if n > 1 && rapid.Bool().Draw(t, "idle") {
		idle = rapid.IntRange(0, n-1).Draw(t, "which")
	}
	a, y := mat.NewDense(n, n, nil), make([]float64, n)
	for j := range n {
		if j == idle {
			continue
		}
		y[j] = float64(rapid.IntRange(0, 1000).Draw(t, "y")) + 1
		total := 0.0
		for i := range n {
			if i != idle {
				a.Set(i, j, float64(rapid.IntRange(0, 9).Draw(t, "a")))
				total += a.At(i, j)
			}
		}
		share := float64(rapid.IntRange(0, 90).Draw(t, "share")) / 100
		for i := range n {
			if total > 0 {
				a.Set(i, j, a.At(i, j)/total*share)
			}
		}
	}
	x := reference(a, y)
	out := &Table{Z: mat.NewDense(n, n, nil), Output: x, Final: []Column{{"y", y}}}
	va, imports := make([]float64, n), make([]float64, n)
	for j := range n {
		out.Codes = append(out.Codes, fmt.Sprint("i", j))
		rest := x[j]
		for i := range n {
			out.Z.Set(i, j, a.At(i, j)*x[j])
			rest -= out.Z.At(i, j)
		}
		imports[j] = rest * 0.3
		va[j] = rest - imports[j]
	}
	out.Primary = []Row{{"va", ValueAdded, va}, {"m", Import, imports}}
	return out
}

// reference solves (I − A)x = y with gonum, independently of the package's own ways.
func reference(a *mat.Dense, y []float64) []float64 {
	n := len(y)
	m := mat.NewDense(n, n, nil)
	m.Apply(func(i, j int, v float64) float64 {
		if i == j {
			return 1 - v
		}
		return -v
	}, a)
	var x mat.VecDense
	if err := x.SolveVec(m, mat.NewVecDense(n, y)); err != nil {
		panic(err)
	}
	return x.RawVector().Data
}

func TestIdentities(t *testing.T) {
	const tol = 1e-9
	t.Run("(I − A)L = I, L·y = x, L ≥ I, and v'L + m'L = i'", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 1, 7)
		m := model(t, table)
		l, _, err := m.Inverse()
		if err != nil {
			t.Fatal(err)
		}
		n := table.N()
		var back mat.Dense
		back.Mul(m.InputCoefficients(), l)
		back.Sub(l, &back)
		for i := range n {
			for j := range n {
				want := 0.0
				if i == j {
					want = 1
				}
				measuretest.Near(t, "(I−A)L", back.At(i, j), want, tol)
				if l.At(i, j) < want-tol {
					t.Fatalf("L[%d,%d] = %v is below the identity", i, j, l.At(i, j))
				}
			}
		}
		x, err := m.Solve(m.Final)
		if err != nil {
			t.Fatal(err)
		}
		nearAll(t, "L·y", x.X, m.Output, tol)
		v, _ := m.Effects(table.Primary[0].Values)
		imports, _ := m.Effects(table.Primary[1].Values)
		for j := range n {
			if m.Output[j] != 0 {
				measuretest.Near(t, "content of a unit of final use", v.Effect[j]+imports.Effect[j], 1, tol)
			} else if v.Multiplier[j].Known {
				t.Fatalf("an industry without output has a multiplier")
			}
		}
	}))
	t.Run("the value flow sums to GDP and its rows to value added", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 1, 7)
		m := model(t, table)
		va, _ := table.ValueAdded()
		v, _ := m.Coefficients(va)
		flow, how, err := m.ValueFlow(v, m.Final)
		if err != nil || how.Bound > 1e-10 {
			t.Fatal(how, err)
		}
		nearAll(t, "row sums", rowSums(flow), va, tol)
		measuretest.Near(t, "GDP", mat.Sum(flow), sum(va), tol)
	}))
	t.Run("G = x̂⁻¹Lx̂ solves the Ghosh system, and primary inputs give output back", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 1, 7)
		m := model(t, table)
		ghosh, _, err := m.GhoshInverse()
		if err != nil {
			t.Fatal(err)
		}
		var back mat.Dense
		back.Mul(m.AllocationCoefficients(), ghosh)
		back.Sub(ghosh, &back)
		for i := range table.N() {
			for j := range table.N() {
				want := 0.0
				if i == j {
					want = 1
				}
				measuretest.Near(t, "(I−B)G", back.At(i, j), want, 1e-7) // B may be far from normal
			}
		}
		primary := append([]float64(nil), table.Primary[0].Values...)
		addTo(primary, table.Primary[1].Values)
		x, err := m.GhoshOutput(primary)
		if err != nil {
			t.Fatal(err)
		}
		nearAll(t, "output", x, m.Output, tol)
		links, err := m.Linkages()
		if err != nil {
			t.Fatal(err)
		}
		nearAll(t, "forward linkage", links.Forward, rowSums(ghosh), 1e-7)
	}))
}

func TestIdentitiesOfExperiments(t *testing.T) {
	const tol = 1e-9
	t.Run("solving is additive over final demand", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 1, 7)
		m := model(t, table)
		y1, y2 := make([]float64, table.N()), make([]float64, table.N())
		for i, y := range m.Final {
			y1[i] = y * float64(rapid.IntRange(-3, 3).Draw(t, "part"))
			y2[i] = y - y1[i]
		}
		a, err1 := m.Solve(y1)
		b, err2 := m.Solve(y2)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		addTo(a.X, b.X)
		nearAll(t, "x", a.X, m.Output, tol)
	}))
	t.Run("an extraction loses at least the industry's own output, and the total kind the most", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 1, 7)
		m := model(t, table)
		k := rapid.IntRange(0, table.N()-1).Draw(t, "k")
		whole, err := m.Extract([]int{k}, Whole)
		if err != nil {
			t.Fatal(err)
		}
		if whole.Total < m.Output[k]*(1-tol)-tol {
			t.Fatalf("lost %v of an own output of %v", whole.Total, m.Output[k])
		}
		measuretest.Near(t, "own output", whole.Output[k], m.Output[k], tol)
		for _, kind := range []Extraction{Purchases, Sales} {
			part, err := m.Extract([]int{k}, kind)
			if err != nil {
				t.Fatal(err)
			}
			if part.Total > whole.Total*(1+tol)+tol || part.Total < -tol {
				t.Fatalf("%s loses %v, everything loses %v", kind, part.Total, whole.Total)
			}
		}
	}))
	t.Run("a permutation of the industries changes nothing", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 2, 7)
		order := rapid.Permutation(indices(table.N())).Draw(t, "order")
		to := make([]int, table.N())
		codes := make([]string, table.N())
		for at, i := range order {
			to[i], codes[at] = at, table.Codes[i]
		}
		other, err := Aggregate(table, to, codes)
		if err != nil {
			t.Fatal(err)
		}
		a, err1 := model(t, table).OutputMultipliers()
		b, err2 := model(t, other).OutputMultipliers()
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for i := range a {
			measuretest.Near(t, "multiplier", b[to[i]], a[i], tol)
		}
	}))
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestTypeII(t *testing.T) {
	t.Run("equals the bordered inverse", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 1, 6)
		m := model(t, table)
		n := table.N()
		pay := table.Primary[0].Values
		buy := make([]float64, n)
		for i, y := range table.Final[0].Values {
			buy[i] = y * 0.4
		}
		if sum(pay) == 0 {
			t.Skip("nobody earns")
		}
		got, err := m.TypeII(pay, Household{Income: pay, Consumption: buy})
		if err != nil {
			t.Fatal(err)
		}
		bordered := mat.NewDense(n+1, n+1, nil)
		bordered.Slice(0, n, 0, n).(*mat.Dense).Copy(m.InputCoefficients())
		c, _ := m.Coefficients(pay)
		for i := range n {
			bordered.Set(n, i, c[i])
			bordered.Set(i, n, buy[i]/sum(pay))
		}
		for j := range n {
			e := make([]float64, n+1)
			e[j] = 1
			x := reference(bordered, e)
			measuretest.Near(t, "effect", got.Effect[j], dot(c, x[:n]), 1e-9)
			measuretest.Near(t, "output", got.Output[j], sum(x[:n]), 1e-9)
		}
	}))
	t.Run("households that spend more than they earn are refused", func(t *testing.T) {
		m := model(t, &Table{Codes: []string{"a"}, Z: mat.NewDense(1, 1, []float64{0}), Output: []float64{100}})
		_, err := m.TypeII([]float64{50}, Household{Income: []float64{50}, Consumption: []float64{200}})
		measuretest.Fails(t, err, "inputoutput.household-loop")
		_, err = m.TypeII([]float64{50}, Household{Income: []float64{0}, Consumption: []float64{200}})
		measuretest.Fails(t, err, "inputoutput.no-income")
	})
}

func TestPrices(t *testing.T) {
	t.Run("costs as in the table give prices of one", rapid.MakeCheck(func(t *rapid.T) {
		m := model(t, drawn(t, 1, 7))
		v := ones(len(m.Output))
		for j, s := range columnSums(m.InputCoefficients()) {
			v[j] -= s
		}
		p, err := m.Prices(v)
		if err != nil {
			t.Fatal(err)
		}
		nearAll(t, "price", p.X, ones(len(v)), 1e-9)
	}))
	t.Run("dearer value added everywhere raises prices by the value added in them", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 1, 7)
		m := model(t, table)
		rates := make([]float64, table.N())
		for j := range rates {
			rates[j] = 0.1
		}
		p, err := m.PriceChange(table.Primary[0].Values, rates)
		if err != nil {
			t.Fatal(err)
		}
		content, _ := m.Effects(table.Primary[0].Values)
		for j := range p {
			measuretest.Near(t, "rise", p[j], 0.1*content.Effect[j], 1e-9)
		}
	}))
	t.Run("revaluation keeps every balance and undoes itself", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 1, 6)
		up, down := make([]float64, table.N()), make([]float64, table.N())
		for i := range up {
			up[i] = 0.5 + float64(rapid.IntRange(0, 100).Draw(t, "p"))/100
			down[i] = 1 / up[i]
		}
		there, err := Revalue(table, up, map[string]float64{"m": 1.25})
		if err != nil {
			if codeOf(err) == "inputoutput.no-value-added-to-scale" {
				t.Skip("no value added")
			}
			t.Fatal(err)
		}
		if f := there.Reconcile(1e-6); len(f) > 0 {
			t.Fatalf("%s", f[0].In("en"))
		}
		back, err := Revalue(there, down, map[string]float64{"m": 0.8})
		if err != nil {
			if codeOf(err) == "inputoutput.no-value-added-to-scale" {
				t.Skip("value added vanished")
			}
			t.Fatal(err)
		}
		nearAll(t, "value added", back.Primary[0].Values, table.Primary[0].Values, 1e-6)
		nearAll(t, "output", back.Output, table.Output, 1e-9)
	}))
	t.Run("an index of zero is refused", func(t *testing.T) {
		_, err := Revalue(&Table{Codes: []string{"a"}, Z: mat.NewDense(1, 1, []float64{1}), Output: []float64{2}}, []float64{0}, nil)
		measuretest.Fails(t, err, "inputoutput.bad-price")
	})
}

func TestAggregateAndSplit(t *testing.T) {
	t.Run("aggregating industries with the same technology is exact", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 2, 6)
		k := rapid.IntRange(0, table.N()-1).Draw(t, "k")
		share := float64(rapid.IntRange(1, 99).Draw(t, "share")) / 100
		fine, findings, err := SplitIndustry(table, table.Codes[k], []Part{{Code: "p", Share: share}, {Code: "q", Share: 1 - share}})
		if err != nil || len(findings) > 0 {
			t.Fatal(findings, err)
		}
		a, b := model(t, table), model(t, fine)
		x, err1 := a.Solve(a.Final)
		z, err2 := b.Solve(b.Final)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		measuretest.Near(t, "output of the parts", z.X[k]+z.X[k+1], x.X[k], 1e-9)
		to := make([]int, fine.N())
		for i := range to {
			to[i] = i
			if i > k {
				to[i]--
			}
		}
		back, err := Aggregate(fine, to, table.Codes)
		if err != nil {
			t.Fatal(err)
		}
		for i := range table.N() {
			nearAll(t, "Z", back.Z.RawRowView(i), table.Z.RawRowView(i), 1e-12)
		}
		nearAll(t, "value added", back.Primary[0].Values, table.Primary[0].Values, 1e-12)
	}))
	t.Run("known shares of single cells are used, and what no longer balances is found", func(t *testing.T) {
		table := &Table{Codes: []string{"C", "J"}, Z: matrix([][]float64{{20, 10}, {10, 10}}), Output: []float64{100, 50},
			Final: []Column{{"y", []float64{70, 30}}}, Primary: []Row{{"va", ValueAdded, []float64{70, 30}}}}
		got, findings, err := SplitIndustry(table, "C", []Part{
			{Code: "C26", Share: 0.4, Sales: map[string]float64{"J": 0.9}, Inputs: map[string]float64{"va": 0.3}},
			{Code: "Cx", Share: 0.6, Sales: map[string]float64{"J": 0.1}, Inputs: map[string]float64{"va": 0.7}}})
		if err != nil {
			t.Fatal(err)
		}
		nearAll(t, "sales to J", []float64{got.Z.At(0, 2), got.Z.At(1, 2)}, []float64{9, 1}, 1e-12)
		nearAll(t, "value added", got.Primary[0].Values, []float64{21, 49, 30}, 1e-12)
		if len(findings) != 4 {
			t.Errorf("%d findings, want the rows and columns of both parts", len(findings))
		}
	})
	t.Run("shares that do not add to one, or are known for one part only, are refused", func(t *testing.T) {
		table := &Table{Codes: []string{"C"}, Z: mat.NewDense(1, 1, []float64{1}), Output: []float64{2}}
		_, _, err := SplitIndustry(table, "C", []Part{{Code: "a", Share: 0.4}, {Code: "b", Share: 0.4}})
		measuretest.Fails(t, err, "inputoutput.shares-not-one")
		_, _, err = SplitIndustry(table, "C", []Part{{Code: "a", Share: 0.4, Inputs: map[string]float64{"C": 1}}, {Code: "b", Share: 0.6}})
		measuretest.Fails(t, err, "inputoutput.shares-incomplete")
		_, _, err = SplitIndustry(table, "X", []Part{{Code: "a", Share: 0.4}, {Code: "b", Share: 0.6}})
		measuretest.Fails(t, err, "inputoutput.no-such-industry")
		_, _, err = SplitIndustry(table, "C", []Part{{Code: "a", Share: math.NaN()}, {Code: "b", Share: 0.6}})
		measuretest.Fails(t, err, "inputoutput.bad-share")
	})
	t.Run("a group without a member is refused", func(t *testing.T) {
		table := &Table{Codes: []string{"C"}, Z: mat.NewDense(1, 1, []float64{1}), Output: []float64{2}}
		_, err := Aggregate(table, []int{0}, []string{"a", "b"})
		measuretest.Fails(t, err, "inputoutput.empty-group")
		_, err = Aggregate(table, []int{2}, []string{"a"})
		measuretest.Fails(t, err, "inputoutput.no-such-group")
	})
}
