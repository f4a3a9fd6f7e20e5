package cube

import (
	"crypto/sha256"
	"hash"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// copying looks in a dataflow for signs of copying: periods whose figures all equal those of the period before, and areas whose figures all
// equal those of another area. It keeps counts and hashes; only what was copied is read again.
type copying struct {
	v     *view
	h     *held
	rules []*catalog.Rule
	seen  []map[block]*tally // by rule
}

// block is figures that belong together: of a period in one publication, or of an area.
type block struct {
	period  stat.Period
	vintage stat.Date
	area    string
}

// tally is what is kept of a block.
type tally struct {
	first int  // the place of its first figure in the message
	n     int  // figures
	had   int  // figures of a period that had one before
	same  bool // all of those equal it
	lines hash.Hash
}

// copyingOf begins to look at the figures of the message in a dataflow.
func (v *view) copyingOf(h *held) *copying {
	c := &copying{v: v, h: h}
	for _, r := range v.in.Catalog.Rules() {
		if r.Kind == catalog.RepeatRule && r.AboutFlow(h.flow) {
			c.rules, c.seen = append(c.rules, r), append(c.seen, map[block]*tally{})
		}
	}
	return c
}

// blocks gives the blocks that a figure belongs to.
func (c *copying) blocks(r *catalog.Rule, e record) (out []block) {
	if e.Value == nil || !r.About(c.h.flow, e.Observation) {
		return nil
	}
	if e.Period.Frequency().PerYear() != 0 {
		out = append(out, block{period: e.Period, vintage: e.Vintage.Date})
	}
	if at := c.h.flow.Position(areaDimension); at >= 0 {
		out = append(out, block{area: e.Key.Codes()[at]})
	}
	return out
}

// add takes up a figure that the message changes. Those of one area come in one order, whatever the area.
func (c *copying) add(e record) {
	for i, r := range c.rules {
		for _, b := range c.blocks(r, e) {
			t := c.seen[i][b]
			if t == nil {
				t = &tally{first: e.seq, same: true, lines: sha256.New()}
				c.seen[i][b] = t
			}
			t.n, t.first = t.n+1, min(t.first, e.seq)
			if b.period.IsZero() {
				codes := e.Key.Codes()
				codes[c.h.flow.Position(areaDimension)] = ""
				io.WriteString(t.lines, strings.Join(codes, ".")+"/"+e.Period.String()+"/"+e.Vintage.Date.String()+"="+e.Value.Round(e.Value.Decimals()).String()+"\n") //nolint:errcheck // a hash takes all
				continue
			}
			if past, ok := newestBy(c.v.versions(Cell{e.Dataflow, e.Key, e.Period.Add(-1)}), e.Vintage.Date); ok {
				t.had++
				t.same = t.same && past.Value.Cmp(*e.Value) == 0
			}
		}
	}
}

// find tells what was copied, once all figures of the dataflow were added.
func (c *copying) find() error {
	for i, r := range c.rules {
		order := slices.SortedFunc(maps.Keys(c.seen[i]), func(a, b block) int { return c.seen[i][a].first - c.seen[i][b].first })
		first := map[string]string{} // what an area says → the first area that says it
		parts := map[block]map[string]string{}
		for _, b := range order {
			t := c.seen[i][b]
			switch all := string(t.lines.Sum(nil)); {
			case !b.period.IsZero():
				if t.same && t.had >= r.Least {
					parts[b] = map[string]string{"before": b.period.Add(-1).String(), "count": strconv.Itoa(t.had)}
				}
			case t.n < r.Least:
			case first[all] != "":
				parts[b] = map[string]string{"area": first[all], "say": "repeat-area", "count": strconv.Itoa(t.n)}
			default:
				first[all] = b.area
			}
		}
		if len(parts) == 0 {
			continue
		}
		if err := c.tell(r, order, parts); err != nil {
			return err
		}
	}
	return nil
}

// tell reads the figures of the blocks that were copied again, and makes a finding of each at its first figure.
func (c *copying) tell(r *catalog.Rule, order []block, parts map[block]map[string]string) error {
	figures := map[block][]record{}
	n := 0
	for e, err := range c.v.d.spool.all() {
		if err != nil {
			return err
		}
		if changed := c.v.changed[n/64]&(1<<(n%64)) != 0; changed && e.Dataflow == c.h.flow.ID {
			for _, b := range c.blocks(r, e) {
				if parts[b] != nil {
					figures[b] = append(figures[b], e)
				}
			}
		}
		n++
	}
	for _, b := range order {
		if parts[b] == nil {
			continue
		}
		list := figures[b]
		slices.SortFunc(list, func(a, b record) int { return a.seq - b.seq })
		var cells []Cell
		for _, e := range list {
			cells = append(cells, e.Cell())
		}
		parts[b]["cell"] = cells[0].String()
		f := newFinding(r, cells, list[0].Observation, parts[b], parts[b]["count"], shownValue(list[0].Observation))
		f.Row, f.Column, f.seq = list[0].Row, "OBS_VALUE", list[0].seq
		c.v.findings = append(c.v.findings, f)
	}
	return nil
}
