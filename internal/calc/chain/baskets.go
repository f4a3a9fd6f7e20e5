package chain

import (
	"math"
	"slices"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
	"nhipso/internal/stat"
)

// baskets is a file of prices and quantities: annual prices, and quantities of years or, after the first year, of their parts; or of values at current
// prices and at prices of the year before.
type baskets struct {
	file       string
	items      []string
	years      []stat.Period // that are over
	perYear    int
	frequency  stat.Frequency
	byValue    bool
	prices     [][]float64 // item × year; of values the values at current prices
	quantities [][]float64 // item × year; of values those at prices of the year before
	parts      [][]float64 // item × part, from the second year on, with those of a year that is not over; nil for annual data
	first      [][]float64 // item × part of the first year; nil where the file does not have them all
	ownPrices  [][]float64 // item × part from the first year on, where every part has a price of its own; otherwise nil
	notes      []*fault.Error
}

// basketReader holds the lines by item and period while they are put together.
type basketReader struct {
	*baskets
	data  map[string]map[stat.Period]chain.Line
	heads [2]string // of the two figures
}

// readBaskets reads period,item,price,quantity, one a line, or period,item,current,previous. Without a column of items there is one item. With annual
// periods alone the data are annual. With quarters or months too, prices are those of the annual lines (or, where a year has none, the average of its
// parts' prices weighted by quantity), the first year's quantity is that of its annual line (or the sum of its parts), and the parts of the years after
// give the quantities. The last year may stop at any part.
func readBaskets(e *command.Env, file string) (*baskets, error) {
	t, err := e.Table(file)
	if err != nil {
		return nil, err
	}
	when, err := t.Column("period", "kỳ", "year", "quarter", "time")
	if err != nil {
		return nil, err
	}
	which, noItem := t.Column("item", "product", "industry", "code", "mã", "mặt hàng", "ngành")
	b := &baskets{file: file, perYear: 1, frequency: stat.Annual}
	price, err := t.Column("price", "p", "giá")
	if err != nil {
		current, noCurrent := t.Column("current", "current_prices", "giá hiện hành")
		if noCurrent != nil {
			return nil, err
		}
		price, b.byValue = current, true
	}
	words := []string{"quantity", "volume", "q", "lượng"}
	if b.byValue {
		words = []string{"previous", "previous_year_prices", "giá năm trước"}
	}
	quantity, err := t.Column(words...)
	if err != nil {
		return nil, err
	}
	r := &basketReader{baskets: b, data: map[string]map[stat.Period]chain.Line{}, heads: [2]string{t.Head[price], t.Head[quantity]}}
	for i := range t.Len() {
		p, err := command.Period(t.Text(i, when))
		if err != nil {
			return nil, command.At(err, file, t.Line(i), t.Head[when])
		}
		item := "total"
		if noItem == nil {
			if item = t.Text(i, which); item == "" {
				return nil, fault.New("calc.no-code").At(file, t.Line(i), t.Head[which])
			}
		}
		if n := p.Frequency().PerYear(); n > 1 {
			if b.perYear > 1 && n != b.perYear {
				return nil, fault.New("calc.frequency", "period", p.String()).At(file, t.Line(i), t.Head[when])
			}
			b.perYear, b.frequency = n, p.Frequency()
		}
		if r.data[item] == nil {
			r.data[item] = map[stat.Period]chain.Line{}
			b.items = append(b.items, item)
		}
		if _, twice := r.data[item][p]; twice {
			return nil, fault.New("calc.twice", "code", p.String()+","+item).At(file, t.Line(i), "")
		}
		var c chain.Line
		if c.Price, c.HasPrice, err = t.Value(i, price); err != nil {
			return nil, err
		}
		if c.Quantity, c.HasQuantity, err = t.Value(i, quantity); err != nil {
			return nil, err
		}
		r.data[item][p] = c
		if y := stat.Year(p.Year()); !slices.Contains(b.years, y) {
			b.years = append(b.years, y)
		}
	}
	slices.SortFunc(b.years, func(a, c stat.Period) int { return a.Year() - c.Year() })
	for k := 1; k < len(b.years); k++ {
		if b.years[k-1].Next() != b.years[k] {
			return nil, fault.New("calc.gap", "before", b.years[k-1].String(), "after", b.years[k].String()).At(file, 0, t.Head[when])
		}
	}
	started := r.started()
	if started > 0 {
		b.years = b.years[:len(b.years)-1]
	}
	for _, item := range b.items {
		if err := r.item(item, started); err != nil {
			return nil, err
		}
	}
	r.firstYear()
	return b, nil
}

// cell gives the line of the n-th part of a year.
func (r *basketReader) cell(item string, year stat.Period, n int) (chain.Line, stat.Period) {
	p, _ := stat.NewPeriod(r.frequency, year.Year(), n)
	return r.data[item][p], p
}

// started gives how many parts of the last year the file has where that year is not over: for every item the same first ones. Otherwise it gives zero,
// and what is missing is told.
func (r *basketReader) started() int {
	if r.perYear == 1 || len(r.years) < 2 {
		return 0
	}
	last, parts := r.years[len(r.years)-1], 0
	for k, item := range r.items {
		n := 0
		for i := 1; i <= r.perYear; i++ {
			if c, _ := r.cell(item, last, i); c.HasQuantity {
				if i > n+1 {
					return 0 // a hole
				}
				n++
			}
		}
		if n == r.perYear || k > 0 && n != parts || r.data[item][last].HasQuantity {
			return 0
		}
		parts = n
	}
	return parts
}

// item puts the lines of an item together.
func (r *basketReader) item(item string, started int) error {
	b := r.baskets
	prices, quantities := make([]float64, len(b.years)), make([]float64, len(b.years))
	var parts []float64
	for k, y := range b.years {
		own, lines := r.data[item][y], []chain.Line(nil)
		for n := 1; n <= b.perYear && b.perYear > 1; n++ {
			c, p := r.cell(item, y, n)
			if k > 0 {
				if !c.HasQuantity {
					return b.lack(item, p, r.heads[1])
				}
				parts = append(parts, c.Quantity)
			}
			lines = append(lines, c)
		}
		year := chain.Annual(own, lines, b.byValue)
		if chain.Whole(lines) && own.HasQuantity && math.Abs(year.Quantity-own.Quantity) > 1e-6*math.Abs(own.Quantity) {
			b.notes = append(b.notes, fault.New("calc.parts-differ", "item", item, "year", y.String(), "sum", command.Number(year.Quantity), "annual", command.Number(own.Quantity)))
		}
		if !year.HasQuantity && !(b.byValue && k == 0) { // of values nothing comes before the first year
			return b.lack(item, y, r.heads[1])
		}
		if !year.HasPrice && (b.byValue || year.Quantity != 0) { // what was not made in a year has no price, or one to be carried back from the first year in which it is
			return b.lack(item, y, r.heads[0])
		}
		prices[k], quantities[k] = year.Price, year.Quantity
	}
	for n := 1; n <= started; n++ {
		c, _ := r.cell(item, b.years[len(b.years)-1].Next(), n)
		parts = append(parts, c.Quantity)
	}
	b.prices, b.quantities, b.parts = append(b.prices, prices), append(b.quantities, quantities), append(b.parts, parts)
	return nil
}

// lack is the fault of a figure that the file does not have.
func (b *baskets) lack(item string, period stat.Period, column string) error {
	return fault.New("calc.no-figure", "item", item, "period", period.String(), "column", column, "file", b.file)
}

// firstYear keeps the parts of the first year, and the prices of all parts, where the file has every one of them.
func (r *basketReader) firstYear() {
	b := r.baskets
	if b.perYear == 1 || b.byValue {
		return
	}
	first, own := make([][]float64, len(b.items)), make([][]float64, len(b.items))
	for i, item := range b.items {
		for k := range b.perYear + len(b.parts[0]) {
			c, _ := r.cell(item, stat.Year(b.years[0].Year()+k/b.perYear), k%b.perYear+1)
			if !c.HasQuantity {
				return // of the first year; the others are complete
			}
			if k < b.perYear {
				first[i] = append(first[i], c.Quantity)
			}
			if !c.HasPrice && c.Quantity != 0 {
				own = nil
			}
			if own != nil {
				own[i] = append(own[i], c.Price)
			}
		}
	}
	b.first, b.ownPrices = first, own
}

// accounts values the quantities, with prices of new products carried back.
func (b *baskets) accounts() (chain.Accounts, error) {
	if b.byValue {
		a := chain.Accounts{Current: b.prices, Previous: b.parts, PerYear: b.perYear}
		if b.perYear == 1 {
			a.Previous = make([][]float64, len(b.items))
			for i := range b.items {
				a.Previous[i] = b.quantities[i][1:]
			}
		}
		return a, nil
	}
	prices, err := b.carried(chain.Backcast, "calc.price-carried-back", b.prices, b.quantities, func(t int) string { return b.years[t].String() })
	if err != nil {
		return chain.Accounts{}, err
	}
	base, quantities := make([]float64, len(b.items)), b.parts
	for i := range b.items {
		base[i] = b.quantities[i][0]
	}
	if b.perYear == 1 {
		quantities = make([][]float64, len(b.items))
		for i := range b.items {
			quantities[i] = b.quantities[i][1:]
		}
	}
	a, err := chain.FromPrices(prices, base, quantities, b.perYear)
	for i, parts := range b.first {
		value := make([]float64, len(parts))
		for k, q := range parts {
			value[k] = prices[i][0] * q
		}
		a.First = append(a.First, value)
	}
	return a, b.named(err)
}

// carried fills prices of products that came or went, and notes which.
func (b *baskets) carried(fill func(p, q [][]float64) ([][]float64, []chain.Imputed, error), code string, prices, quantities [][]float64, label func(int) string) ([][]float64, error) {
	filled, imputed, err := fill(prices, quantities)
	if err != nil {
		return nil, b.named(err)
	}
	for _, x := range imputed {
		b.notes = append(b.notes, fault.New(code, "item", b.items[x.Item], "year", label(x.Year), "price", command.Number(x.Price)))
	}
	return filled, nil
}

// pricesAndQuantities gives what the formulas of two periods need: of years, or of parts where by is "part". Values give both, up to the unit of each
// product.
func (b *baskets) pricesAndQuantities(byPart bool) (prices, quantities [][]float64, label func(int) string, err error) {
	prices, quantities, label = b.prices, b.quantities, func(t int) string { return b.years[t].String() }
	switch {
	case byPart && b.ownPrices == nil:
		return nil, nil, nil, fault.New("calc.no-part-prices", "file", b.file)
	case byPart:
		prices, label = b.ownPrices, b.part
		quantities = make([][]float64, len(b.items))
		for i := range b.items {
			quantities[i] = append(slices.Clone(b.first[i]), b.parts[i]...)
		}
	case b.byValue:
		if prices, quantities, err = chain.FromValues(b.prices, b.quantities); err != nil {
			return nil, nil, nil, b.named(err)
		}
	}
	if prices, err = b.carried(chain.Backcast, "calc.price-carried-back", prices, quantities, label); err != nil {
		return nil, nil, nil, err
	}
	prices, err = b.carried(chain.CarryForward, "calc.price-carried-forward", prices, quantities, label)
	return prices, quantities, label, err
}

// named puts the names of the file where a method counts items and years.
func (b *baskets) named(err error) error {
	f, ok := err.(*fault.Error)
	if !ok {
		return err
	}
	var pairs []any
	for name, v := range f.Args {
		if n, ok := v.(int); ok {
			switch {
			case name == "item" && n >= 1 && n <= len(b.items):
				v = b.items[n-1]
			case name == "year" && n >= 1 && n <= len(b.years)+1:
				v = stat.Year(b.years[0].Year() + n - 1).String()
			}
		}
		pairs = append(pairs, name, v)
	}
	return fault.New(f.Code, pairs...).At(b.file, 0, "")
}

// part names the k-th part, counted from the first one of the first year.
func (b *baskets) part(k int) string {
	p, _ := stat.NewPeriod(b.frequency, b.years[0].Year()+k/b.perYear, k%b.perYear+1)
	return command.Label(p)
}

// year finds the year of a flag; the first where it is empty.
func (b *baskets) year(flagged string) (int, error) {
	if flagged == "" {
		return 0, nil
	}
	for t, y := range b.years {
		if y.String() == flagged {
			return t, nil
		}
	}
	return 0, fault.New("calc.no-period", "period", flagged, "file", b.file)
}

// totals gives the value of all items at current prices, by year.
func (b *baskets) totals(a chain.Accounts) []float64 {
	out := make([]float64, len(b.years))
	for i := range a.Current {
		for t, v := range a.Current[i] {
			out[t] += v
		}
	}
	return out
}
