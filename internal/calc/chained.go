package calc

import (
	"context"

	"nhipso/internal/measure/chain"
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
	e.say(o, "explain", "items", len(d.items), "years", len(d.years), "parts", d.perYear, "link", kind)
	for t, l := range x.Links {
		e.say(o, "explain-link", "year", d.years[t+1].String(), "before", d.years[t].String(), "link", text(l), "index", text(x.Annual[t+1]))
	}
	if *o.json {
		return e.writeJSON(object{{"what", formula}, {"link", string(kind)}, {"perYear", d.perYear}, {"items", d.items}, {"series", main}, {"annual", annual}, {"notes", e.remarks(d.notes)}})
	}
	e.warn(d.notes)
	return e.writeCSV(rows...)
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
