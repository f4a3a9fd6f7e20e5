package satellite

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/stat"
)

// Class is one of the seven digital industries of the OECD's digital supply-use tables.
type Class string

// The classes, numbered as in the handbook (2023).
const (
	Enabling       Class = "1" // digitally enabling industries
	Intermediaries Class = "2" // intermediation platforms charging a fee
	DataDriven     Class = "3" // data- and advertising-driven platforms
	Dependent      Class = "4" // producers dependent on intermediation platforms
	ETailers       Class = "5" // e-tailers
	DigitalFinance Class = "6" // financial service providers predominantly operating digitally
	OtherDigital   Class = "7" // other producers only operating digitally
)

// Classes lists them in order.
func Classes() []Class {
	return []Class{Enabling, Intermediaries, DataDriven, Dependent, ETailers, DigitalFinance, OtherDigital}
}

// Move says what part of a conventional industry belongs to a digital class, from revenue in the business register.
type Move struct {
	Industry   string
	Class      Class
	Output     float64 // share of the industry's output, in [0,1]
	ValueAdded Maybe   // share of its value added; where missing, Output is assumed and the figure says so
}

// ClassAccount is one digital industry.
type ClassAccount struct {
	Class        Class              `json:"class"`
	Known        bool               `json:"known"` // false: no source; its figures are missing, not zero
	Output       Maybe              `json:"output"`
	Intermediate Maybe              `json:"intermediate"`
	ValueAdded   Maybe              `json:"valueAdded"`
	Components   map[string]float64 `json:"components"` // primary inputs by code
	Assumed      bool               `json:"assumed"`    // some of its value added follows output by assumption
}

// DigitalTables are supply and use tables with the digital industries in front of what is left of the conventional ones.
type DigitalTables struct {
	Pair    *inputoutput.SupplyUse // industries: the known classes, as DI1 … DI7, then all conventional industries
	Classes []ClassAccount         // all seven
	Checks  []Check
}

// CompileDigital takes the digital classes out of a supply and use pair. An industry's products move in proportion to its
// output; intermediate consumption is output less value added, spread over products as in the parent; the primary rows
// move with value added. The order of the moves does not matter, nothing is created or lost, and GDP does not change.
func CompileDigital(pair *inputoutput.SupplyUse, moves []Move) (*DigitalTables, error) {
	if err := pair.Check(); err != nil {
		return nil, err
	}
	s, err := sharesOf(pair.Industries, moves)
	if err != nil {
		return nil, err
	}
	var keep []int // classes with a source
	for k := range s.known {
		if s.known[k] {
			keep = append(keep, k)
		}
	}
	d, m, p := len(keep), len(pair.Industries), len(pair.Products)
	out := &DigitalTables{Pair: &inputoutput.SupplyUse{Products: pair.Products, Final: pair.Final, Added: pair.Added,
		Make: mat.NewDense(d+m, p, nil), Use: mat.NewDense(p, d+m, nil)}}
	for _, k := range keep {
		out.Pair.Industries = append(out.Pair.Industries, "DI"+string(Classes()[k]))
	}
	out.Pair.Industries = append(out.Pair.Industries, pair.Industries...)
	for _, r := range pair.Primary {
		out.Pair.Primary = append(out.Pair.Primary, inputoutput.Row{Code: r.Code, Kind: r.Kind, Values: make([]float64, d+m)})
	}
	g := pair.IndustryOutput()
	for j := range pair.Industries {
		if err := out.take(pair, j, g[j], s, keep); err != nil {
			return nil, err
		}
	}
	out.summarise(keep, s.assumed)
	out.check(pair, d)
	return out, nil
}

// classShares are the shares of every industry that each class takes: of output and of value added.
type classShares struct {
	output, added  *mat.Dense
	known, assumed [7]bool // by class: has a source; has no share of value added of its own somewhere
}

// sharesOf checks the moves and lays them out by industry and class.
func sharesOf(industries []string, moves []Move) (*classShares, error) {
	at := map[string]int{}
	for j, c := range industries {
		at[c] = j
	}
	order := map[Class]int{}
	for k, c := range Classes() {
		order[c] = k
	}
	out := &classShares{output: mat.NewDense(len(industries), 7, nil), added: mat.NewDense(len(industries), 7, nil)}
	type key struct {
		industry string
		class    Class
	}
	seen := map[key]bool{}
	for _, v := range moves {
		j, ok := at[v.Industry]
		if !ok {
			return nil, fault.New("satellite.no-such-industry", "code", v.Industry)
		}
		k, ok := order[v.Class]
		if !ok {
			return nil, fault.New("satellite.no-such-class", "class", v.Class)
		}
		if seen[key{v.Industry, v.Class}] {
			return nil, fault.New("satellite.moved-twice", "code", v.Industry, "class", v.Class)
		}
		seen[key{v.Industry, v.Class}] = true
		share := v.ValueAdded
		if !share.Known {
			share, out.assumed[k] = inputoutput.Known(v.Output), true
		}
		if !(v.Output >= 0 && v.Output <= 1) || !(share.Value >= 0 && share.Value <= 1) {
			return nil, fault.New("satellite.coefficient-outside", "code", v.Industry, "value", math.Max(v.Output, share.Value))
		}
		out.output.Set(j, k, v.Output)
		out.added.Set(j, k, share.Value)
		out.known[k] = true
	}
	return out, nil
}

// take moves the classes' shares of one industry into their columns; the industry keeps what is left.
func (out *DigitalTables) take(pair *inputoutput.SupplyUse, j int, output float64, s *classShares, keep []int) error {
	use := 0.0
	for i := range pair.Products {
		use += pair.Use.At(i, j)
	}
	left, leftAdded, leftUse := 1.0, 1.0, use
	for at, k := range keep {
		share, added := s.output.At(j, k), s.added.At(j, k)
		if share == 0 && added == 0 {
			continue
		}
		// Value added in full is what output leaves over intermediate consumption, so a gap in the parent is shared too.
		ic := share*output - added*(output-use)
		if err := out.assign(pair, j, at, piece{share, added, ic, use, output, Classes()[k]}); err != nil {
			return err
		}
		left -= share
		leftAdded -= added
		leftUse -= ic
	}
	if left < -1e-9 || leftAdded < -1e-9 {
		return fault.New("satellite.more-than-all", "code", pair.Industries[j], "value", 1-math.Min(left, leftAdded))
	}
	return out.assign(pair, j, len(keep)+j, piece{left, leftAdded, leftUse, use, output, "0"})
}

// piece is what one column gets of an industry.
type piece struct {
	share, added float64 // of output and of value added
	ic           float64 // intermediate consumption
	use, output  float64 // of the whole industry
	class        Class
}

// assign adds a piece of industry j to a column.
func (out *DigitalTables) assign(pair *inputoutput.SupplyUse, j, column int, x piece) error {
	tiny := 1e-9 * math.Max(math.Abs(x.output), math.Abs(x.use))
	if x.ic < -tiny && x.use >= 0 {
		return fault.New("satellite.negative-intermediate", "code", pair.Industries[j], "class", x.class, "value", x.ic)
	}
	if x.use == 0 && math.Abs(x.ic) > tiny {
		return fault.New("satellite.nothing-to-spread", "code", pair.Industries[j], "class", x.class, "value", x.ic)
	}
	for i := range pair.Products {
		out.Pair.Make.Set(column, i, out.Pair.Make.At(column, i)+x.share*pair.Make.At(j, i))
		if x.use != 0 {
			out.Pair.Use.Set(i, column, out.Pair.Use.At(i, column)+x.ic*pair.Use.At(i, j)/x.use)
		}
	}
	for r, row := range pair.Primary {
		out.Pair.Primary[r].Values[column] += x.added * row.Values[j]
	}
	return nil
}

func (t *DigitalTables) summarise(keep []int, assumed [7]bool) {
	at := map[int]int{}
	for i, k := range keep {
		at[k] = i
	}
	g := t.Pair.IndustryOutput()
	for k, c := range Classes() {
		a := ClassAccount{Class: c}
		if col, ok := at[k]; ok {
			a.Known, a.Assumed, a.Components = true, assumed[k], map[string]float64{}
			use, va := 0.0, 0.0
			for i := range t.Pair.Products {
				use += t.Pair.Use.At(i, col)
			}
			for _, r := range t.Pair.Primary {
				a.Components[r.Code] += r.Values[col]
				if r.Kind == inputoutput.ValueAdded {
					va += r.Values[col]
				}
			}
			a.Output, a.Intermediate, a.ValueAdded = inputoutput.Known(g[col]), inputoutput.Known(use), inputoutput.Known(va)
		}
		t.Classes = append(t.Classes, a)
	}
}

// check compares totals before and after, product by product, and reports the worst of each kind.
func (t *DigitalTables) check(before *inputoutput.SupplyUse, d int) {
	worst := func(name string, a, b []float64) {
		w := Check{Name: name, Holds: true}
		size := -1.0
		for i := range a {
			if diff := math.Abs(a[i] - b[i]); diff > size {
				size, w = diff, check(name, a[i], b[i])
			}
		}
		t.Checks = append(t.Checks, w)
	}
	worst("supply-of-products", t.Pair.ProductOutput(), before.ProductOutput())
	use := func(s *inputoutput.SupplyUse) []float64 {
		out := make([]float64, len(s.Products))
		for i := range out {
			for _, v := range s.Use.RawRowView(i) {
				out[i] += v
			}
		}
		return out
	}
	worst("use-of-products", use(t.Pair), use(before))
	for r, row := range before.Primary {
		sum := func(v []float64) (s float64) {
			for _, x := range v {
				s += x
			}
			return s
		}
		t.Checks = append(t.Checks, check("total-"+row.Code, sum(t.Pair.Primary[r].Values), sum(row.Values)))
	}
}

// ProductFlows are the second high-priority indicator: output and intermediate consumption of a group of digital products.
type ProductFlows struct {
	List         string  `json:"list"`
	Output       float64 `json:"output"`
	Intermediate float64 `json:"intermediate"`
}

// Products gives output and intermediate use of the products of a list: all digital products, cloud computing services,
// digital intermediation services.
func (t *DigitalTables) Products(list List, on stat.Date) (ProductFlows, error) {
	in, err := list.members(t.Pair.Products, on)
	if err != nil {
		return ProductFlows{}, err
	}
	out := ProductFlows{List: list.ID}
	for i, q := range t.Pair.ProductOutput() {
		if in[i] {
			out.Output += q
			for _, v := range t.Pair.Use.RawRowView(i) {
				out.Intermediate += v
			}
		}
	}
	return out, nil
}

// Nature is how a transaction is made.
type Nature string

// The natures; they exclude each other and together make up the total.
const (
	OrderedDirect   Nature = "ordered-direct"            // digitally ordered from the counterparty itself
	OrderedResident Nature = "ordered-resident-platform" // through a resident platform
	OrderedForeign  Nature = "ordered-foreign-platform"  // through a non-resident platform
	NotOrdered      Nature = "not-ordered"
)

// Natures lists them in order.
func Natures() []Nature { return []Nature{OrderedDirect, OrderedResident, OrderedForeign, NotOrdered} }

// NatureShare splits the use of a product by nature; Delivered, the share delivered digitally, is a memorandum outside
// the sum.
type NatureShare struct {
	Product   string
	Shares    map[Nature]float64 // add to one
	Delivered Maybe
}

// Expenditure is the first high-priority indicator. ByNature is missing where a product with any use has no shares.
type Expenditure struct {
	Total     float64          `json:"total"`
	ByNature  map[Nature]Maybe `json:"byNature"`
	Ordered   Maybe            `json:"ordered"`   // the three ordered natures together
	Delivered Maybe            `json:"delivered"` // memorandum
	Missing   []string         `json:"missing"`   // products used without shares
}

// ByNature splits expenditure on products (one value a product: a column of final use, intermediate consumption, exports).
func ByNature(products []string, use []float64, shares []NatureShare) (Expenditure, error) {
	if err := lengths(len(products), sized{"use", len(use)}); err != nil {
		return Expenditure{}, err
	}
	if err := figures("use", products, Known(use...)); err != nil {
		return Expenditure{}, err
	}
	by := map[string]NatureShare{}
	known := map[string]bool{}
	for _, p := range products {
		known[p] = true
	}
	for _, s := range shares {
		if !known[s.Product] {
			return Expenditure{}, fault.New("satellite.no-such-product", "code", s.Product)
		}
		if _, twice := by[s.Product]; twice {
			return Expenditure{}, fault.New("satellite.listed-twice", "list", "nature", "code", s.Product)
		}
		sum := 0.0
		for n, v := range s.Shares {
			if !(v >= 0 && v <= 1) {
				return Expenditure{}, fault.New("satellite.coefficient-outside", "code", s.Product+" × "+string(n), "value", v)
			}
		}
		for _, n := range Natures() {
			sum += s.Shares[n]
		}
		if math.Abs(sum-1) > 1e-9 {
			return Expenditure{}, fault.New("satellite.shares-not-one", "code", s.Product, "sum", sum)
		}
		if s.Delivered.Known && !(s.Delivered.Value >= 0 && s.Delivered.Value <= 1) {
			return Expenditure{}, fault.New("satellite.coefficient-outside", "code", s.Product, "value", s.Delivered.Value)
		}
		by[s.Product] = s
	}
	out := Expenditure{ByNature: map[Nature]Maybe{}, Delivered: inputoutput.Known(0), Ordered: inputoutput.Known(0)}
	sums := map[Nature]float64{}
	for i, p := range products {
		out.Total += use[i]
		s, ok := by[p]
		if !ok {
			if use[i] != 0 {
				out.Missing = append(out.Missing, p)
			}
			continue
		}
		rest := use[i]
		for _, n := range Natures()[:3] {
			v := s.Shares[n] * use[i]
			sums[n] += v
			rest -= v
		}
		sums[NotOrdered] += rest // so that the natures add to the total whatever the last digit of the shares
		out.Delivered = plus(out.Delivered, times(s.Delivered, inputoutput.Known(use[i])))
	}
	for _, n := range Natures() {
		out.ByNature[n] = Maybe{Value: sums[n], Known: len(out.Missing) == 0}
	}
	if len(out.Missing) > 0 {
		for n := range out.ByNature {
			out.ByNature[n] = inputoutput.Missing
		}
		out.Delivered, out.Ordered = inputoutput.Missing, inputoutput.Missing
		return out, nil
	}
	for _, n := range Natures()[:3] {
		out.Ordered = plus(out.Ordered, out.ByNature[n])
	}
	return out, nil
}
