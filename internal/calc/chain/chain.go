// Package chain is the calculation chain: volumes from baskets of prices and quantities, and deflated value added.
package chain

import (
	"context"
	"slices"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
)

// chainFlags are the flags of chain.
type chainFlags struct {
	Data      string `help:"data-chain"`
	What      string `default:"laspeyres" help:"what-chain"`
	Link      string `default:"annual-overlap" help:"link" what:"laspeyres contributions"`
	Reference string `help:"reference" what:"laspeyres paasche fisher money"`
	Lag       int    `default:"1" help:"lag" what:"contributions"`
	By        string `default:"year" help:"by" what:"laspeyres paasche fisher"`
	Direct    bool   `help:"direct" what:"laspeyres paasche fisher"`
	Fallback  bool   `help:"fallback" what:"deflate"`
	PriceBase string `default:"1" help:"price-base" what:"deflate"`
}

// Run makes volume measures: chain-linked indices, annual links, contributions to growth, and deflated value added.
func Run(_ context.Context, e *command.Env, args []string) error {
	var flags chainFlags
	if err := e.Parse("chain", &flags, args); err != nil {
		return err
	}
	if err := e.Need("data"); err != nil {
		return err
	}
	what1, err := command.Mode(e, "what", flags.What, []command.Choice[string]{{"laspeyres", "laspeyres"}, {"paasche", "paasche"}, {"fisher", "fisher"}, {"contributions", "contributions"}, {"money", "money"}, {"deflate", "deflate"}})
	if err != nil {
		return err
	}
	kind, err := command.OneOf("link", flags.Link, []command.Choice[chain.Link]{{"annual-overlap", chain.AnnualOverlap}, {"one-quarter-overlap", chain.QuarterOverlap}, {"over-the-year", chain.OverYear}})
	if err != nil {
		return err
	}
	byPart, err := command.OneOf("by", flags.By, []command.Choice[bool]{{"year", false}, {"part", true}})
	if err != nil {
		return err
	}
	if what1 == "contributions" { // has no working to show beside what it prints
		if err := e.NoEffect(what1, "explain"); err != nil {
			return err
		}
	}
	if what1 == "deflate" {
		return deflate(e, flags.Data, flags.Fallback, flags.PriceBase)
	}
	d, err := readBaskets(e, flags.Data)
	if err != nil {
		return err
	}
	if what1 == "paasche" || what1 == "fisher" || what1 == "laspeyres" && (byPart || flags.Direct) {
		return formulaIndex(e, d, what1, flags.Reference, byPart, flags.Direct)
	}
	accounts, err := d.accounts()
	if err != nil {
		return err
	}
	switch what1 {
	case "contributions":
		return contributions(e, d, accounts, kind, flags.Lag)
	case "money":
		return inMoney(e, d, accounts, flags.Reference)
	}
	return laspeyres(e, d, accounts, kind, flags.Reference)
}

// laspeyres chains the volumes of years, and of their parts.
func laspeyres(e *command.Env, d *baskets, accounts chain.Accounts, link chain.Link, reference string) error {
	x, err := accounts.Chain(link)
	if link == chain.OverYear && d.ownPrices != nil { // every part has prices of its own: growth on a year ago is at those
		all := make([][]float64, len(d.items))
		for i := range all {
			all[i] = append(slices.Clone(d.first[i]), d.parts[i]...)
		}
		x, err = accounts.SamePart(d.ownPrices, all)
		d.notes = append(d.notes, fault.New("calc.same-part-prices"))
	}
	if err != nil {
		return d.named(err)
	}
	at, err := d.year(reference)
	if err != nil {
		return err
	}
	if reference != "" {
		if x, err = x.Rereference(at); err != nil {
			return err
		}
	}
	current := d.totals(accounts)
	price := chain.ImplicitPrices(current, x.Annual, at)
	annual, main, rows := []command.Object{}, []command.Object{}, [][]string{{"period", "index", "link", "current", "price"}}
	for t, y := range d.years {
		line := command.Object{{"period", y.String()}, {"value", x.Annual[t]}, {"current", current[t]}, {"priceIndex", price[t]}, {"drift", x.Drift[t]}}
		row := []string{y.String(), command.Number(x.Annual[t]), "", command.Number(current[t]), command.Number(price[t])}
		if t > 0 {
			line = append(line, command.Member{"link", x.Links[t-1]})
			row[2] = command.Number(x.Links[t-1])
		}
		annual = append(annual, line)
		rows = append(rows, row)
	}
	if d.perYear > 1 {
		rows = [][]string{{"period", "index"}}
		for k, v := range append(slices.Clone(x.First), x.Parts...) {
			if x.First == nil {
				k += d.perYear
			}
			p := d.part(k)
			main = append(main, command.Object{{"period", p}, {"value", v}})
			rows = append(rows, []string{p, command.Number(v)})
		}
	} else {
		main = annual
	}
	e.Say("explain", "items", len(d.items), "years", len(d.years), "parts", d.perYear, "link", link)
	for t, l := range x.Links {
		e.Say("explain-link", "year", d.years[t+1].String(), "before", d.years[t].String(), "link", command.Number(l), "index", command.Number(x.Annual[t+1]))
	}
	if e.JSON() {
		return e.WriteJSON(command.Object{{"what", "laspeyres"}, {"link", string(link)}, {"perYear", d.perYear}, {"items", d.items}, {"series", main}, {"annual", annual}, {"notes", e.Remarks(d.notes)}})
	}
	e.Warn(d.notes)
	return e.WriteCSV(rows...)
}

// formulaIndex chains the links of one formula, or compares every period with the first.
func formulaIndex(e *command.Env, b *baskets, formula, reference string, byPart, direct bool) error {
	prices, quantities, label, err := b.pricesAndQuantities(byPart)
	if err != nil {
		return err
	}
	compare := chain.AnnualLinks
	if direct {
		compare = chain.DirectLinks
	}
	links, err := compare(prices, quantities)
	if err != nil {
		if f, ok := err.(*fault.Error); ok && byPart { // periods are counted, not years
			if n, ok := f.Args["year"].(int); ok {
				f.Args["year"] = label(n - 1)
			}
		}
		return b.named(err)
	}
	chosen := make([]float64, len(links))
	for k, l := range links {
		chosen[k] = map[string]float64{"laspeyres": l.Laspeyres, "paasche": l.Paasche, "fisher": l.Fisher}[formula]
	}
	values := chain.IndexOf(chosen, direct)
	at := -1
	for t := range values {
		if reference == "" && t == 0 || label(t) == reference {
			at = t
		}
	}
	if at < 0 {
		return fault.New("calc.no-period", "period", reference, "file", b.file)
	}
	current := chain.Value(prices, quantities)
	price := chain.ImplicitPrices(current, values, at)
	scale := values[at] / 100
	series, rows := []command.Object{}, [][]string{{"period", "index", "laspeyres", "paasche", "fisher", "price"}}
	for t, v := range values {
		line, row := command.Object{{"period", label(t)}, {"value", v / scale}, {"current", current[t]}, {"priceIndex", price[t]}}, []string{label(t), command.Number(v / scale), "", "", "", command.Number(price[t])}
		if t > 0 {
			l := links[t-1]
			line = append(line, command.Member{"laspeyres", l.Laspeyres}, command.Member{"paasche", l.Paasche}, command.Member{"fisher", l.Fisher})
			row[2], row[3], row[4] = command.Number(l.Laspeyres), command.Number(l.Paasche), command.Number(l.Fisher)
			e.Say("explain-formulas", "year", label(t), "laspeyres", command.Number(l.Laspeyres), "paasche", command.Number(l.Paasche), "fisher", command.Number(l.Fisher))
		}
		series, rows = append(series, line), append(rows, row)
	}
	out := command.Object{{"what", formula}, {"direct", direct}, {"items", b.items}, {"series", series}}
	if formula == "fisher" && !direct {
		parts, err := chain.FisherContributions(prices, quantities)
		if err != nil {
			return err
		}
		out = append(out, command.Member{"contributions", b.split(parts, func(k int) string { return label(k + 1) })})
	}
	if e.JSON() {
		return e.WriteJSON(append(out, command.Member{"notes", e.Remarks(b.notes)}))
	}
	e.Warn(b.notes)
	return e.WriteCSV(rows...)
}

func (b *baskets) split(parts []chain.Contributions, label func(int) string) []command.Object {
	out := []command.Object{}
	for k, c := range parts {
		out = append(out, command.Object{{"period", label(k)}, {"growth", c.Growth}, {"items", command.ByCode(b.items, c.Items)}, {"linking", c.Linking}})
	}
	return out
}

// contributions splits growth into items that add to it.
func contributions(e *command.Env, b *baskets, a chain.Accounts, link chain.Link, lag int) error {
	annual, err := a.AnnualContributions()
	if err != nil {
		return b.named(err)
	}
	ofYear := func(k int) string { return b.years[k+1].String() }
	parts, label := annual, ofYear
	if b.perYear > 1 {
		if parts, err = a.PartContributions(link, lag); err != nil {
			return b.named(err)
		}
		if label = func(k int) string { return b.part(k + lag) }; a.First == nil {
			label = func(k int) string { return b.part(k + lag + b.perYear) }
		}
	}
	if e.JSON() {
		return e.WriteJSON(command.Object{{"what", "contributions"}, {"link", string(link)}, {"items", b.items}, {"series", b.split(parts, label)}, {"annual", b.split(annual, ofYear)}, {"notes", e.Remarks(b.notes)}})
	}
	e.Warn(b.notes)
	rows := [][]string{append(append([]string{"period", "growth"}, b.items...), "linking")}
	for k, c := range parts {
		rows = append(rows, append(append([]string{label(k), command.Number(c.Growth)}, command.Numbers(c.Items)...), command.Number(c.Linking)))
	}
	return e.WriteCSV(rows...)
}

// inMoney gives chained volumes in money of a year, with what keeps the items from adding to the total.
func inMoney(e *command.Env, b *baskets, a chain.Accounts, reference string) error {
	at, err := b.year(reference)
	if err != nil {
		return err
	}
	m, err := a.InMoneyOf(at)
	if err != nil {
		return b.named(err)
	}
	if e.JSON() {
		series := []command.Object{}
		for t, y := range b.years {
			items := make([]float64, len(b.items))
			for i := range items {
				items[i] = m.Items[i][t]
			}
			series = append(series, command.Object{{"period", y.String()}, {"value", m.Total[t]}, {"items", command.ByCode(b.items, items)}, {"residual", m.Residual[t]}})
		}
		return e.WriteJSON(command.Object{{"what", "money"}, {"reference", b.years[at].String()}, {"items", b.items}, {"series", series}, {"notes", e.Remarks(b.notes)}})
	}
	e.Warn(b.notes)
	rows := [][]string{append(append([]string{"period", "total"}, b.items...), "residual")}
	for t, y := range b.years {
		row := []string{y.String(), command.Number(m.Total[t])}
		for i := range b.items {
			row = append(row, command.Number(m.Items[i][t]))
		}
		rows = append(rows, append(row, command.Number(m.Residual[t])))
	}
	return e.WriteCSV(rows...)
}
