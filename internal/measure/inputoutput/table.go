package inputoutput

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Origin says which flows a table holds.
type Origin string

// The origins. Total = Domestic + Imported, cell by cell.
const (
	Domestic Origin = "domestic" // flows of domestically produced goods and services; imports are a primary input
	Imported Origin = "imported" // flows of imports
	Total    Origin = "total"    // both together; imports stand as a negative final use
)

// Kind says what a primary row measures.
type Kind string

// The kinds. Details and physical rows are no part of the column total.
const (
	ValueAdded Kind = "value-added"
	Import     Kind = "import"
	ProductTax Kind = "product-tax" // taxes less subsidies on the products an industry buys
	Detail     Kind = "detail"      // money already inside another row: compensation within value added
	Physical   Kind = "physical"    // another unit: employment, emissions, energy
)

// Row is one primary input: what each industry uses beside the products of the table. Values has length n.
type Row struct {
	Code   string    `json:"code"`
	Kind   Kind      `json:"kind"`
	Values []float64 `json:"values"`
}

func (r Row) counts() bool { return r.Kind != Detail && r.Kind != Physical }

// Column is one category of final use. Values has length n. Changes in inventories may be negative; imports in a Total
// table are.
type Column struct {
	Code   string    `json:"code"`
	Values []float64 `json:"values"`
}

// Table is a symmetric input-output table of n industries or products in one unit of money.
type Table struct {
	Codes   []string
	Origin  Origin     // "" means Domestic
	Z       *mat.Dense // n × n
	Final   []Column   // may be empty: final demand is then the rest of output
	Primary []Row      // may be empty: then only Output says how large a column is
	Output  []float64  // gross output as printed; nil where the column sums are to be taken
}

// N is the number of industries.
func (t *Table) N() int { return len(t.Codes) }

// Find gives the position of an industry, or -1.
func (t *Table) Find(code string) int {
	for i, c := range t.Codes {
		if c == code {
			return i
		}
	}
	return -1
}

// Check refuses a table whose parts do not fit together or that holds a NaN or an infinity, naming the cell.
func (t *Table) Check() error {
	n := t.N()
	if n == 0 || t.Z == nil {
		return fault.New("inputoutput.empty-table")
	}
	seen := make(map[string]bool, n)
	for _, c := range t.Codes {
		if seen[c] {
			return fault.New("inputoutput.code-twice", "code", c)
		}
		seen[c] = true
	}
	if r, c := t.Z.Dims(); r != n || c != n {
		return fault.New("inputoutput.shape", "what", "Z", "rows", r, "columns", c, "want", n)
	}
	for i := range n {
		for j, v := range t.Z.RawRowView(i) {
			if !finite(v) {
				return fault.New("inputoutput.not-finite", "row", t.Codes[i], "column", t.Codes[j])
			}
		}
	}
	for _, f := range t.Final {
		if err := t.checkVector(f.Values, f.Code, false); err != nil {
			return err
		}
	}
	for _, p := range t.Primary {
		if err := t.checkVector(p.Values, p.Code, true); err != nil {
			return err
		}
	}
	if t.Output != nil {
		return t.checkVector(t.Output, "output", true)
	}
	if len(t.Final) == 0 && len(t.Primary) == 0 && t.Origin != Imported { // imports have no output: what is used is all there is
		return fault.New("inputoutput.no-output")
	}
	return nil
}

func (t *Table) checkVector(v []float64, name string, isRow bool) error {
	if len(v) != t.N() {
		return fault.New("inputoutput.length", "what", name, "length", len(v), "want", t.N())
	}
	for i, x := range v {
		if !finite(x) {
			row, col := t.Codes[i], name
			if isRow {
				row, col = col, row
			}
			return fault.New("inputoutput.not-finite", "row", row, "column", col)
		}
	}
	return nil
}

func finite(v float64) bool { return v-v == 0 }

// ColumnTotals gives intermediate plus primary inputs of each industry (n); details and physical rows are left out.
func (t *Table) ColumnTotals() []float64 {
	out := columnSums(t.Z)
	for _, p := range t.Primary {
		if p.counts() {
			addTo(out, p.Values)
		}
	}
	return out
}

// RowTotals gives intermediate plus final uses of each product (n).
func (t *Table) RowTotals() []float64 {
	out := rowSums(t.Z)
	for _, f := range t.Final {
		addTo(out, f.Values)
	}
	return out
}

// GrossOutput gives the output used for coefficients (n): as printed, else the column totals, else the row totals.
func (t *Table) GrossOutput() []float64 {
	switch {
	case t.Output != nil:
		return append([]float64(nil), t.Output...)
	case t.money():
		return t.ColumnTotals()
	default:
		return t.RowTotals()
	}
}

func (t *Table) money() bool {
	for _, p := range t.Primary {
		if p.counts() {
			return true
		}
	}
	return false
}

// FinalDemand gives y = x − Z·1 (n), the only final demand with which L·y = x holds exactly.
func (t *Table) FinalDemand() []float64 {
	y := t.GrossOutput()
	for i, s := range rowSums(t.Z) {
		y[i] -= s
	}
	return y
}

// ValueAdded sums the value-added rows (n); a table without one is an error.
func (t *Table) ValueAdded() ([]float64, error) {
	out, found := make([]float64, t.N()), false
	for _, p := range t.Primary {
		if p.Kind == ValueAdded {
			addTo(out, p.Values)
			found = true
		}
	}
	if !found {
		return nil, fault.New("inputoutput.no-value-added")
	}
	return out, nil
}

// PrimaryRow gives the values of a primary row by its code.
func (t *Table) PrimaryRow(code string) ([]float64, error) {
	for _, p := range t.Primary {
		if p.Code == code {
			return p.Values, nil
		}
	}
	return nil, fault.New("inputoutput.no-such-row", "code", code)
}

// Finding is a total that disagrees inside a table: not an error, but a size to look at.
type Finding struct {
	What     string  `json:"what"` // "row" (uses of a product), "column" (inputs of an industry), "row-column" or "balance"
	At       string  `json:"at"`
	Printed  float64 `json:"printed"`
	Computed float64 `json:"computed"`
	Size     float64 `json:"size"` // Computed − Printed
}

// In gives the sentence of the finding in "vi" or "en".
func (f Finding) In(lang string) string {
	return f.fault().In(lang)
}

func (f Finding) fault() *fault.Error {
	pairs := []any{"at", f.At, "printed", f.Printed, "computed", f.Computed, "size", f.Size}
	switch f.What {
	case "row":
		return fault.New("inputoutput.row-total-differs", pairs...)
	case "column":
		return fault.New("inputoutput.column-total-differs", pairs...)
	case "balance":
		return fault.New("inputoutput.balance-differs", pairs...)
	default:
		return fault.New("inputoutput.row-and-column-differ", pairs...)
	}
}

// Reconcile compares output as used with the sum of each column and of each row, where the table has the parts to do so,
// and lists every difference above the tolerance (absolute, in the unit of the table). Rows are compared only where the
// table lists final uses, columns only where it lists primary inputs.
func (t *Table) Reconcile(tolerance float64) []Finding {
	var out []Finding
	x := t.GrossOutput()
	compare := func(what string, totals []float64) {
		for i, s := range totals {
			if d := s - x[i]; math.Abs(d) > tolerance {
				out = append(out, Finding{what, t.Codes[i], x[i], s, d})
			}
		}
	}
	if t.money() && t.Output != nil {
		compare("column", t.ColumnTotals())
	}
	if len(t.Final) > 0 {
		if t.Output == nil && t.money() {
			compare("row-column", t.RowTotals())
		} else if t.Output != nil {
			compare("row", t.RowTotals())
		}
	}
	return out
}
