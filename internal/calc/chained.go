package calc

import (
	"context"
	"math"
	"slices"
	"strconv"

	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
	"nhipso/internal/stat"
)

// chained makes volume measures: chain-linked indices, annual links, contributions to growth, and deflated value added.
func chained(_ context.Context, e *Env, args []string) error {
	o := e.flags("chain")
	file := o.String("data", "", "data-chain")
	what := o.String("what", "laspeyres", "what-chain")
	link := o.String("link", "annual-overlap", "link")
	reference := o.String("reference", "", "reference")
	lag := o.Int("lag", 1, "lag")
	fallback := o.Bool("fallback", false, "fallback")
	if err := e.parse(o, args); err != nil {
		return err
	}
	if err := o.need("data"); err != nil {
		return err
	}
	formula, err := oneOf("what", *what, []choice[string]{{"laspeyres", "laspeyres"}, {"paasche", "paasche"}, {"fisher", "fisher"}, {"contributions", "contributions"}, {"money", "money"}, {"deflate", "deflate"}})
	if err != nil {
		return err
	}
	kind, err := oneOf("link", *link, []choice[chain.Link]{{"annual-overlap", chain.AnnualOverlap}, {"one-quarter-overlap", chain.QuarterOverlap}})
	if err != nil {
		return err
	}
	if formula == "deflate" {
		return e.deflate(o, *file, *fallback)
	}
	d, err := e.baskets(*file)
	if err != nil {
		return err
	}
	if formula == "paasche" || formula == "fisher" {
		return e.annualFormula(o, d, formula, *reference)
	}
	accounts, err := d.accounts()
	if err != nil {
		return err
	}
	switch formula {
	case "contributions":
		return e.contributions(o, d, accounts, kind, *lag)
	case "money":
		return e.inMoney(o, d, accounts, *reference)
	}
	x, err := accounts.Chain(kind)
	if err != nil {
		return err
	}
	at, err := d.year(*reference)
	if err != nil {
		return err
	}
	if *reference != "" {
		if x, err = x.Rereference(at); err != nil {
			return err
		}
	}
	current := d.totals(accounts)
	annual, main, rows := []object{}, []object{}, [][]string{{"period", "index", "link", "current"}}
	for t, y := range d.years {
		line := object{{"period", y.String()}, {"value", x.Annual[t]}, {"current", current[t]}, {"drift", x.Drift[t]}}
		row := []string{y.String(), text(x.Annual[t]), "", text(current[t])}
		if t > 0 {
			line = append(line, member{"link", x.Links[t-1]})
			row[2] = text(x.Links[t-1])
		}
		annual = append(annual, line)
		rows = append(rows, row)
	}
	if d.perYear > 1 {
		rows = [][]string{{"period", "index"}}
		for k, v := range x.Parts {
			p := d.part(k)
			main = append(main, object{{"period", p}, {"value", v}})
			rows = append(rows, []string{p, text(v)})
		}
	} else {
		main = annual
	}
	if *o.json {
		return e.writeJSON(object{{"what", formula}, {"link", string(kind)}, {"perYear", d.perYear}, {"items", d.items}, {"series", main}, {"annual", annual}, {"notes", e.remarks(d.notes)}})
	}
	e.warn(d.notes)
	e.say(o, "explain", "items", len(d.items), "years", len(d.years), "parts", d.perYear, "link", kind)
	for t, l := range x.Links {
		e.say(o, "explain-link", "year", d.years[t+1].String(), "before", d.years[t].String(), "link", text(l), "index", text(x.Annual[t+1]))
	}
	return e.writeCSV(rows...)
}

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

// annualFormula chains the Paasche or Fisher links of years.
func (e *Env) annualFormula(o *options, b *baskets, formula, reference string) error {
	links, err := chain.AnnualLinks(b.prices, b.quantities)
	if err != nil {
		return err
	}
	at, err := b.year(reference)
	if err != nil {
		return err
	}
	values := []float64{100}
	for _, l := range links {
		v := l.Paasche
		if formula == "fisher" {
			v = l.Fisher
		}
		values = append(values, values[len(values)-1]*v)
	}
	scale := values[at] / 100
	series, rows := []object{}, [][]string{{"period", "index", "laspeyres", "paasche", "fisher"}}
	for t, y := range b.years {
		line, row := object{{"period", y.String()}, {"value", values[t] / scale}}, []string{y.String(), text(values[t] / scale), "", "", ""}
		if t > 0 {
			l := links[t-1]
			line = append(line, member{"laspeyres", l.Laspeyres}, member{"paasche", l.Paasche}, member{"fisher", l.Fisher})
			row = []string{row[0], row[1], text(l.Laspeyres), text(l.Paasche), text(l.Fisher)}
			e.say(o, "explain-formulas", "year", y.String(), "laspeyres", text(l.Laspeyres), "paasche", text(l.Paasche), "fisher", text(l.Fisher))
		}
		series, rows = append(series, line), append(rows, row)
	}
	out := object{{"what", formula}, {"items", b.items}, {"series", series}}
	if formula == "fisher" {
		parts, err := chain.FisherContributions(b.prices, b.quantities)
		if err != nil {
			return err
		}
		out = append(out, member{"contributions", b.split(parts, func(k int) string { return b.years[k+1].String() })})
	}
	if *o.json {
		return e.writeJSON(append(out, member{"notes", e.remarks(b.notes)}))
	}
	e.warn(b.notes)
	return e.writeCSV(rows...)
}

func (b *baskets) split(parts []chain.Contributions, label func(int) string) []object {
	out := []object{}
	for k, c := range parts {
		out = append(out, object{{"period", label(k)}, {"growth", c.Growth}, {"items", byCode(b.items, c.Items)}, {"linking", c.Linking}})
	}
	return out
}

// contributions splits growth into items that add to it.
func (e *Env) contributions(o *options, b *baskets, a chain.Accounts, link chain.Link, lag int) error {
	parts, err := a.AnnualContributions()
	label := func(k int) string { return b.years[k+1].String() }
	if err == nil && b.perYear > 1 {
		parts, err = a.PartContributions(link, lag)
		label = func(k int) string { return b.part(k + lag) }
	}
	if err != nil {
		return err
	}
	if *o.json {
		return e.writeJSON(object{{"what", "contributions"}, {"link", string(link)}, {"items", b.items}, {"series", b.split(parts, label)}, {"notes", e.remarks(b.notes)}})
	}
	e.warn(b.notes)
	rows := [][]string{append(append([]string{"period", "growth"}, b.items...), "linking")}
	for k, c := range parts {
		rows = append(rows, append(append([]string{label(k), text(c.Growth)}, texts(c.Items)...), text(c.Linking)))
	}
	return e.writeCSV(rows...)
}

// inMoney gives chained volumes in money of a year, with what keeps the items from adding to the total.
func (e *Env) inMoney(o *options, b *baskets, a chain.Accounts, reference string) error {
	at, err := b.year(reference)
	if err != nil {
		return err
	}
	m, err := a.InMoneyOf(at)
	if err != nil {
		return err
	}
	if *o.json {
		series := []object{}
		for t, y := range b.years {
			items := make([]float64, len(b.items))
			for i := range items {
				items[i] = m.Items[i][t]
			}
			series = append(series, object{{"period", y.String()}, {"value", m.Total[t]}, {"items", byCode(b.items, items)}, {"residual", m.Residual[t]}})
		}
		return e.writeJSON(object{{"what", "money"}, {"reference", b.years[at].String()}, {"items", b.items}, {"series", series}, {"notes", e.remarks(b.notes)}})
	}
	e.warn(b.notes)
	rows := [][]string{append(append([]string{"period", "total"}, b.items...), "residual")}
	for t, y := range b.years {
		row := []string{y.String(), text(m.Total[t])}
		for i := range b.items {
			row = append(row, text(m.Items[i][t]))
		}
		rows = append(rows, append(row, text(m.Residual[t])))
	}
	return e.writeCSV(rows...)
}

// deflate takes prices out of value added, a line an industry or period: output, output_price, intermediate, intermediate_price (indices on the
// year before, 1 = unchanged), and the value added of the year before where growth is asked for.
func (e *Env) deflate(o *options, file string, fallback bool) error {
	t, err := e.table(file)
	if err != nil {
		return err
	}
	var at [4]int
	for k, names := range [][]string{{"output", "output_current"}, {"output_price", "output_price_index"}, {"intermediate", "intermediate_current"}, {"intermediate_price", "intermediate_price_index"}} {
		if at[k], err = t.column(names...); err != nil {
			return err
		}
	}
	before, err := t.column("previous", "value_added_previous_year", "value_added_previous")
	grows := err == nil
	named := !slices.Contains(at[:], 0) && before != 0
	results, rows := []object{}, [][]string{{"item", "double", "single", "gap", "implicit_price", "growth_double", "growth_single", "volume"}}
	var notes []*fault.Error
	for i := range t.len() {
		name := strconv.Itoa(i + 1)
		if named {
			if name = t.text(i, 0); name == "" {
				return fault.New("calc.no-code").At(file, t.line(i), t.head[0])
			}
		}
		var v [4]float64
		for k, c := range at {
			if v[k], err = t.must(i, c); err != nil {
				return err
			}
		}
		d, err := chain.Deflate(chain.Production{Output: v[0], OutputPrice: v[1], Intermediate: v[2], IntermediatePrice: v[3]})
		if err != nil {
			return err
		}
		volume, single, err := d.Volume(fallback)
		if err != nil {
			return err
		}
		if single {
			notes = append(notes, fault.New("calc.single-deflation", "item", name))
		}
		line := object{{"item", name}, {"double", d.Double}, {"single", d.Single}, {"gap", d.Gap}, {"current", d.Current}, {"implicitPrice", orNull(d.ImplicitPrice)}, {"volume", volume}, {"usedSingle", single}}
		row := []string{name, text(d.Double), text(d.Single), text(d.Gap), textOf(d.ImplicitPrice), "", "", text(volume)}
		if grows {
			p, err := t.must(i, before)
			if err != nil {
				return err
			}
			if !(p > 0) {
				return fault.New("calc.not-positive", "value", text(p)).At(file, t.line(i), t.head[before])
			}
			line = append(line, member{"growthDouble", d.Double/p - 1}, member{"growthSingle", d.Single/p - 1})
			row[5], row[6] = text(d.Double/p-1), text(d.Single/p-1)
		}
		results, rows = append(results, line), append(rows, row)
		e.say(o, "explain-deflate", "item", name, "output", text(v[0]/v[1]), "intermediate", text(v[2]/v[3]), "double", text(d.Double), "single", text(d.Single))
	}
	if *o.json {
		return e.writeJSON(object{{"what", "deflate"}, {"series", results}, {"notes", e.remarks(notes)}})
	}
	e.warn(notes)
	return e.writeCSV(rows...)
}
