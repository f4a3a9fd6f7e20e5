package calc

import (
	"math"
	"slices"

	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
	"nhipso/internal/stat"
)

// baskets is a file of prices and quantities: annual prices, and quantities of years or, after the first year, of their parts.
type baskets struct {
	file       string
	items      []string
	years      []stat.Period
	perYear    int
	frequency  stat.Frequency
	prices     [][]float64 // item × year
	quantities [][]float64 // item × year, whole years
	parts      [][]float64 // item × part, from the second year on; nil for annual data
	notes      []*fault.Error
}

// baskets reads period,item,price,quantity, one a line. With annual periods alone the data are annual. With quarters or months too, prices are
// those of the annual lines (or, where a year has none, the average of its parts' prices weighted by quantity), the first year's quantity is
// that of its annual line (or the sum of its parts), and the parts of the years after give the quantities.
func (e *Env) baskets(file string) (*baskets, error) {
	t, err := e.table(file)
	if err != nil {
		return nil, err
	}
	var at [4]int
	for k, names := range [][]string{{"period", "kỳ", "year", "quarter", "time"}, {"item", "product", "industry", "code", "mã"}, {"price", "p", "giá"}, {"quantity", "volume", "q", "lượng"}} {
		if at[k], err = t.column(names...); err != nil {
			return nil, err
		}
	}
	type cell struct {
		price, quantity float64
		hasP, hasQ      bool
		line            int
	}
	b := &baskets{file: file, perYear: 1, frequency: stat.Annual}
	data := map[string]map[stat.Period]cell{}
	for i := range t.len() {
		p, err := period(t.text(i, at[0]))
		if err != nil {
			return nil, err.(*fault.Error).At(file, t.line(i), t.head[at[0]])
		}
		item := t.text(i, at[1])
		if item == "" {
			return nil, fault.New("calc.no-code").At(file, t.line(i), t.head[at[1]])
		}
		if n := p.Frequency().PerYear(); n > 1 {
			if b.perYear > 1 && n != b.perYear {
				return nil, fault.New("calc.frequency", "period", p.String()).At(file, t.line(i), t.head[at[0]])
			}
			b.perYear, b.frequency = n, p.Frequency()
		}
		if data[item] == nil {
			data[item] = map[stat.Period]cell{}
			b.items = append(b.items, item)
		}
		if _, twice := data[item][p]; twice {
			return nil, fault.New("calc.twice", "code", p.String()+","+item).At(file, t.line(i), "")
		}
		c := cell{line: t.line(i)}
		if c.price, c.hasP, err = t.value(i, at[2]); err != nil {
			return nil, err
		}
		if c.quantity, c.hasQ, err = t.value(i, at[3]); err != nil {
			return nil, err
		}
		data[item][p] = c
		if y := stat.Year(p.Year()); !slices.Contains(b.years, y) {
			b.years = append(b.years, y)
		}
	}
	slices.SortFunc(b.years, func(a, c stat.Period) int { return a.Year() - c.Year() })
	for k := 1; k < len(b.years); k++ {
		if b.years[k-1].Next() != b.years[k] {
			return nil, fault.New("calc.gap", "before", b.years[k-1].String(), "after", b.years[k].String()).At(file, 0, t.head[at[0]])
		}
	}
	lack := func(item, period, column string) error {
		return fault.New("calc.no-figure", "item", item, "period", period, "column", column, "file", file)
	}
	for _, item := range b.items {
		prices, quantities := make([]float64, len(b.years)), make([]float64, len(b.years))
		var parts []float64
		for k, y := range b.years {
			whole := data[item][y]
			sum, value, priced, filled := 0.0, 0.0, true, 0
			for n := 1; n <= b.perYear && b.perYear > 1; n++ {
				p, _ := stat.NewPeriod(b.frequency, y.Year(), n)
				c, ok := data[item][p]
				if ok && c.hasQ {
					filled++
					sum += c.quantity
				} else if k > 0 {
					return nil, lack(item, p.String(), t.head[at[3]])
				}
				priced = priced && c.hasP
				value += c.price * c.quantity
				if k > 0 {
					parts = append(parts, c.quantity)
				}
			}
			complete := b.perYear > 1 && filled == b.perYear
			switch {
			case whole.hasQ:
				quantities[k] = whole.quantity
				if complete && math.Abs(sum-whole.quantity) > 1e-6*math.Abs(whole.quantity) {
					b.notes = append(b.notes, fault.New("calc.parts-differ", "item", item, "year", y.String(), "sum", text(sum), "annual", text(whole.quantity)))
				}
			case complete:
				quantities[k] = sum
			default:
				return nil, lack(item, y.String(), t.head[at[3]])
			}
			switch {
			case whole.hasP:
				prices[k] = whole.price
			case complete && priced && sum != 0:
				prices[k] = value / sum
			case quantities[k] == 0: // not made in this year: no price, or one to be carried back from the first year in which it is
			default:
				return nil, lack(item, y.String(), t.head[at[2]])
			}
		}
		b.prices, b.quantities, b.parts = append(b.prices, prices), append(b.quantities, quantities), append(b.parts, parts)
	}
	return b, nil
}

// accounts values the quantities, with prices of new products carried back.
func (b *baskets) accounts() (chain.Accounts, error) {
	prices, imputed, err := chain.Backcast(b.prices, b.quantities)
	if err != nil {
		return chain.Accounts{}, err
	}
	for _, x := range imputed {
		b.notes = append(b.notes, fault.New("calc.price-carried-back", "item", b.items[x.Item], "year", b.years[x.Year].String(), "price", text(x.Price)))
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
	return chain.FromPrices(prices, base, quantities, b.perYear)
}

// part names the k-th part after the first year.
func (b *baskets) part(k int) string {
	p, _ := stat.NewPeriod(b.frequency, b.years[1+k/b.perYear].Year(), k%b.perYear+1)
	return p.String()
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
