package cube

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// identity tries a rule at every figure that it stands at and in whose trial a figure of the message takes part.
func (v *view) identity(r *catalog.Rule) error {
	for _, ref := range refs(r) {
		if _, err := v.flow(ref.Flow.ID); err != nil {
			return err
		}
	}
	h, err := v.flow(r.Flows[0])
	if err != nil {
		return err
	}
	keys, err := v.anchors(r, h)
	if err != nil {
		return err
	}
	widest := map[stat.Period]Finding{}
	var order []stat.Period
	for len(keys) > 0 {
		n, err := v.ahead(r, h, keys)
		if err != nil {
			return err
		}
		for _, k := range keys[:n] {
			for _, f := range v.triedAt(r, h, k) {
				p := f.period
				old, seen := widest[p]
				if !seen {
					order = append(order, p)
				}
				if !seen || gap(f.Finding).Cmp(gap(old)) > 0 {
					widest[p] = f.Finding
				}
			}
		}
		keys = keys[n:]
		v.trim()
	}
	for _, p := range order {
		broken := gap(widest[p]).Cmp(stat.MustDecimal(widest[p].Parts["tolerance"])) > 0
		v.count(r, !broken)
		if broken {
			v.findings = append(v.findings, widest[p])
		}
	}
	return v.err
}

// candidate is what a rule that looks for the widest gap of a period finds at a figure.
type candidate struct {
	period stat.Period
	Finding
}

// triedAt tries an identity at the figures of a series. It keeps what is broken, or gives it where only the widest gap of a period counts.
func (v *view) triedAt(r *catalog.Rule, h *held, key stat.Key) (out []candidate) {
	s := h.of(key)
	for _, cell := range s.cells {
		if r.First > 0 && cell.Period.To().Year() < r.First || r.Last > 0 && cell.Period.To().Year() > r.Last {
			continue
		}
		versions := s.versions[cell.Period]
		if slices.Contains([]catalog.Basis{catalog.NewestNow, catalog.OneVintage, catalog.LaterParts}, r.Basis) {
			versions = versions[len(versions)-1:]
		}
		for i, anchor := range versions {
			if anchor.Value == nil || i+1 < len(versions) && versions[i+1].Vintage.Date == anchor.Vintage.Date {
				continue
			}
			t, ok := v.trial(r, anchor)
			if !ok || !t.touches() {
				continue
			}
			f, broken := t.finding(v)
			if r.Widest {
				out = append(out, candidate{cell.Period, f})
				continue
			}
			v.count(r, !broken)
			if broken || r.Severity == catalog.Note {
				v.findings = append(v.findings, f)
			}
		}
	}
	return out
}

// anchors gives the series that a rule stands at and in whose trial a figure of the message can take part, in their order.
func (v *view) anchors(r *catalog.Rule, h *held) ([]stat.Key, error) {
	if h.keys == nil {
		if err := v.listKeys(h); err != nil {
			return nil, err
		}
	}
	var out []stat.Key
	for _, k := range h.keys {
		if r.AboutKey(h.flow, k) && v.mayTouch(r, h, k) {
			out = append(out, k)
		}
	}
	return out, nil
}

// mayTouch reports whether a series that an identity at another one reads has a changed figure.
func (v *view) mayTouch(r *catalog.Rule, h *held, key stat.Key) bool {
	if v.touched[h.flow.ID][key] {
		return true
	}
	for _, ref := range refs(r) {
		touched := v.touched[ref.Flow.ID]
		if !ref.This && touched != nil && slices.ContainsFunc(keysOf(ref, h.flow, key), func(k stat.Key) bool { return touched[k] }) {
			return true
		}
	}
	return false
}

// listKeys lists the series of a dataflow, stored or of the message, in the areas that are mentioned.
func (v *view) listKeys(h *held) error {
	q := Query{Dataflow: h.flow.ID, AsOf: v.at}
	if h.flow.Position(areaDimension) >= 0 && len(v.areas) > 0 {
		q.Key = string(h.flow.KeyOf(map[string]string{areaDimension: strings.Join(v.areas, "+")}))
	}
	h.keys = []stat.Key{}
	for x, err := range v.in.Store.Versions(v.ctx, q) {
		if err != nil {
			return err
		}
		if n := len(h.keys); n == 0 || h.keys[n-1] != x.Key {
			h.keys = append(h.keys, x.Key)
		}
	}
	h.keys = slices.AppendSeq(h.keys, maps.Keys(v.touched[h.flow.ID]))
	slices.Sort(h.keys)
	h.keys = slices.Compact(h.keys)
	return nil
}

// ahead reads the series that the next trials need, and gives how many series can be tried with them.
func (v *view) ahead(r *catalog.Rule, h *held, keys []stat.Key) (int, error) {
	wanted := map[*held]map[stat.Key]bool{}
	total := 0
	want := func(h *held, k stat.Key) {
		if h.series[k] == nil && !wanted[h][k] {
			if wanted[h] == nil {
				wanted[h] = map[stat.Key]bool{}
			}
			wanted[h][k] = true
			total++
		}
	}
	n, most := 0, v.atOnce()
	for ; n < len(keys) && (n == 0 || total < most); n++ {
		want(h, keys[n])
		for _, ref := range refs(r) {
			if ref.This {
				continue
			}
			for _, k := range keysOf(ref, h.flow, keys[n]) {
				want(v.flows[ref.Flow.ID], k)
			}
		}
	}
	for h, set := range wanted {
		if err := h.load(slices.Sorted(maps.Keys(set))); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// atOnce gives how many series are read together: fewer where the message gives many figures of each.
func (v *view) atOnce() int {
	series := 0
	for _, keys := range v.touched {
		series += len(keys)
	}
	each := v.d.Len() / max(1, series)
	return max(1, min(bounds.series, bounds.versions/max(1, each)))
}

func gap(f Finding) stat.Decimal { return stat.MustDecimal(f.Parts["apart"]) }

// count keeps how often a rule was tried, and how often it held. A note never holds: it says what is.
func (v *view) count(r *catalog.Rule, held bool) {
	t := v.tested[r.ID]
	if t == nil {
		t = &Tally{Rule: r.ID}
		v.tested[r.ID] = t
	}
	t.Tested++
	if held && r.Severity != catalog.Note {
		t.Held++
	}
}

// trial is an identity at one figure, all of whose figures are there.
type trial struct {
	rule      *catalog.Rule
	anchor    Version
	used      []Version // other than the anchor
	got, want stat.Decimal
	tolerance stat.Decimal
	residue   stat.Decimal // that the figures say themselves
	facts     map[string]stat.Decimal
}

// trial evaluates an identity at a figure; false when a figure is missing.
func (v *view) trial(r *catalog.Rule, anchor Version) (*trial, bool) {
	if r.Basis != catalog.OneVintage {
		return v.evaluate(r, anchor, stat.Date{})
	}
	for _, day := range slices.Backward(v.daysOf(r, anchor)) {
		if t, ok := v.evaluate(r, anchor, day); ok {
			return t, true
		}
	}
	return nil, false
}

// daysOf lists the vintage days on which anything that a rule refers to was published, oldest first.
func (v *view) daysOf(r *catalog.Rule, anchor Version) []stat.Date {
	seen := map[stat.Date]bool{}
	for _, ref := range refs(r) {
		if ref.This {
			continue
		}
		cells, _ := v.cellsOf(ref, anchor)
		for _, cell := range cells {
			for _, x := range v.versions(cell) {
				seen[x.Vintage.Date] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), stat.Date.Compare)
}

func (v *view) evaluate(r *catalog.Rule, anchor Version, day stat.Date) (*trial, bool) {
	e := &evaluation{view: v, rule: r, anchor: anchor, day: day}
	if !e.all() {
		return nil, false
	}
	if r.Basis == catalog.LaterParts && !e.later() {
		return nil, false
	}
	e.learnDigits() // figures of one table are printed to one digit, and files lose zeros at the end
	if !e.all() {
		return nil, false
	}
	t := &trial{rule: r, anchor: anchor, used: e.used, got: e.got.value, want: e.want.value, residue: e.residue(), facts: e.facts}
	digits := printedDigits(anchor.Observation)
	if r.Round != nil {
		n := *r.Round
		if n == catalog.RoundPrinted {
			n = digits
		}
		t.want = t.want.Round(n)
	}
	switch {
	case r.Within != nil:
		t.tolerance = *r.Within
	case r.Half:
		t.tolerance = halfUnit(digits)
	default:
		t.tolerance = e.got.error.Add(e.want.error)
	}
	return t, true
}

// touches reports whether a figure of the message takes part.
func (t *trial) touches() bool {
	return t.anchor.Message == own || slices.ContainsFunc(t.used, func(x Version) bool { return x.Message == own })
}

// finding says what an identity gives and whether that is further off than it may be.
func (t *trial) finding(v *view) (f Finding, broken bool) {
	difference := t.got.Sub(t.want)
	parts := map[string]string{"cell": t.anchor.Cell().String(), "period": t.anchor.Period.String(), "expected": plain(t.want), "got": plain(t.got),
		"difference": plain(difference), "apart": plain(difference.Abs()), "tolerance": plain(t.tolerance)}
	for name, value := range t.facts {
		parts[name] = plain(value)
		if name == "percent" {
			parts[name] = value.Round(1).String()
		}
	}
	cells := []Cell{t.anchor.Cell()}
	row := 0
	for _, x := range append([]Version{t.anchor}, t.used...) {
		if x.Dataflow != t.anchor.Dataflow && parts["other"] == "" {
			parts["other"] = writtenVintage(x.Vintage)
		}
		if !slices.Contains(cells, x.Cell()) {
			cells = append(cells, x.Cell())
		}
		if x.Message == own && row == 0 {
			row = v.flows[x.Dataflow].of(x.Key).rows[slotOf(x.Dataflow, x.Observation)]
		}
	}
	f = newFinding(t.rule, cells, t.anchor.Observation, parts, parts["got"], parts["expected"])
	f.Row, f.Column = row, "OBS_VALUE"
	return f, t.breaks(difference)
}

// breaks reports whether the sides are further apart than they may be. Parts that are kept as printed say by how much they miss their total:
// that much is told, not found. It is taken to the digit, so a residue that is not the one said is found.
func (t *trial) breaks(difference stat.Decimal) bool {
	if t.rule.Most {
		return difference.Cmp(t.tolerance) > 0
	}
	return difference.Abs().Cmp(t.tolerance) > 0 && difference.Add(t.residue).Abs().Cmp(t.tolerance) > 0
}

// plain writes a number with at most four digits after the point, and no zeros that say nothing.
func plain(d stat.Decimal) string {
	for n := 0; n < 4; n++ {
		if r := d.Round(n); r.Cmp(d.Round(4)) == 0 {
			return r.String()
		}
	}
	return d.Round(4).String()
}

// printedDigits is the number of digits after the point that a figure was printed with.
func printedDigits(o stat.Observation) int {
	n := o.Value.Decimals()
	if text := o.Attributes[stat.AttrDecimals]; text != "" {
		if said, err := strconv.Atoi(text); err == nil {
			n = max(n, said)
		}
	}
	return n
}

var half = stat.MustDecimal("0.5")

// halfUnit is half a unit of the n-th digit after the point: what rounding to it can hide.
func halfUnit(n int) stat.Decimal { return shift(half, -n) }
