package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

// Append implements cube.Store. A derived figure (one with a RUN) is superseded by a newer one of the same vintage day;
// it counts as unchanged when nothing but its run differs.
func (s *Store) Append(ctx context.Context, m cube.Message) (cube.Receipt, error) {
	var receipt cube.Receipt
	err := s.write(ctx, func(tx *sqldb.Tx) (err error) {
		receipt, err = s.append(ctx, tx, m, nil)
		return err
	})
	if err != nil {
		return cube.Receipt{}, err
	}
	return receipt, nil
}

// append stores a message; basis is what it rests on when it comes from a run.
func (s *Store) append(ctx context.Context, tx *sqldb.Tx, m cube.Message, on *basis) (cube.Receipt, error) {
	number, err := s.nextNumber(ctx, tx, messageSeal)
	if err != nil {
		return cube.Receipt{}, err
	}
	p, err := s.plan(ctx, tx, m, number, on)
	if err != nil || len(p.rows) == 0 {
		return p.receipt, err
	}
	p.receipt.Message = number
	if err := s.insertMessage(ctx, tx, m, p.receipt, p.rows); err != nil {
		return p.receipt, err
	}
	return p.receipt, s.insertFindings(ctx, tx, m.Sender, number, p.findings)
}

// plan is what a message would do to the store.
type plan struct {
	receipt  cube.Receipt // without the number of the message
	entries  []cube.Entry // those that are new or revised
	rows     [][]any      // of these entries
	findings []cube.Finding
}

// plan finds out, without storing anything, what a message would do under its number, or why it is refused.
func (s *Store) plan(ctx context.Context, from sqldb.Queryer, m cube.Message, number int64, on *basis) (p plan, err error) {
	if err := storable(m); err != nil {
		return p, err
	}
	if m.Upon != nil && *m.Upon != number-1 {
		return p, fault.New("cube.moved")
	}
	known, err := s.known(ctx, from, m.Entries)
	if err != nil {
		return p, err
	}
	r := &p.receipt
	var faults []error
	for _, e := range m.Entries {
		c := known[spotOf(e.Dataflow, e.Observation)]
		latest, reported := c.under(e.Vintage.Date, on)
		same := latest != nil && cube.SameFigure(latest.Observation, e.Observation)
		if same {
			if same, err = on.same(ctx, from, *latest); err != nil {
				return p, err
			}
		}
		switch {
		case same:
			r.Unchanged++
			continue
		case cube.Reported(e.Observation) && reported != nil && !sameNumber(reported.Value, e.Value):
			faults = append(faults, fault.New("cube.two-numbers", "cell", reported.Cell().String(), "vintage", e.Vintage.Date.String(),
				"stored", shown(reported.Observation), "given", shown(e.Observation)).At(m.File, e.Row, "OBS_VALUE"))
			if len(faults) >= fault.MaxNamed {
				return plan{}, errors.Join(faults...)
			}
			continue
		case c.seen:
			r.Revised++
		default:
			r.Added++
		}
		c.seen = true
		p.entries, p.rows = append(p.entries, e), append(p.rows, row(e, number))
	}
	if len(faults) > 0 {
		return plan{}, errors.Join(faults...)
	}
	if len(p.rows) > 0 {
		p.findings, err = s.newFindings(ctx, from, m.Findings)
		r.Findings = len(p.findings)
	}
	return p, err
}

// compareText orders two values of a column of text. Of values that are none, which such a column never has, none comes first.
func compareText(a, b any) int {
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y)
}

// insertMessage stores a message with its figures under one seal, which goes into the audit log.
func (s *Store) insertMessage(ctx context.Context, tx *sqldb.Tx, m cube.Message, r cube.Receipt, rows [][]any) error {
	slices.SortFunc(rows, func(a, b []any) int { // the order of the table, in which the seal is checked
		for i := range 4 {
			if c := compareText(a[i], b[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	seal := newSealer()
	head := []any{r.Message, m.Sender, m.File, sqldb.Time{Time: m.SentAt}, r.Added, r.Revised, r.Unchanged}
	if err := s.insertSealed(ctx, tx, seal, messageRows, [][]any{head}); err != nil {
		return err
	}
	if err := s.insertSealed(ctx, tx, seal, figureRows, rows); err != nil {
		return err
	}
	key := strconv.FormatInt(r.Message, 10)
	return s.audit(ctx, tx, AuditEntry{By: m.Sender, What: messageSeal.what, Subject: key,
		Details: map[string]any{"seal": sealed{Kind: messageSeal.id, Key: key, Last: r.Message, Rows: seal.rows, Hash: seal.sum()}}})
}

// storedCell is what is stored of one cell when a message arrives.
type storedCell struct {
	versions []cube.Version // under the vintage days of the message, in the order of cube.Store
	seen     bool           // has a version, stored or in this message
}

// under gives the latest version of a vintage day that the run behind a message could see, and the latest reported one; nil where there is none.
func (c *storedCell) under(day stat.Date, on *basis) (latest, reported *cube.Version) {
	for i := range c.versions {
		if v := &c.versions[i]; v.Vintage.Date == day && on.sees(*v) {
			latest = v
			if cube.Reported(v.Observation) {
				reported = v
			}
		}
	}
	return latest, reported
}

// spot names a cell as the table does.
type spot struct{ dataflow, series, place string }

// known reads what is stored of the cells of a message: whether there is anything, and the versions under the same vintage
// days, but not the whole past, which grows without end. Every cell of the message has an entry in the result.
func (s *Store) known(ctx context.Context, from sqldb.Queryer, entries []cube.Entry) (map[spot]*storedCell, error) {
	cells := make(map[spot]*storedCell, len(entries))
	wanted := map[string][]any{} // by dataflow: series, place, vintage, series, place, vintage…
	var flows []string           // in order of appearance
	for _, e := range entries {
		cells[spotOf(e.Dataflow, e.Observation)] = &storedCell{}
		if wanted[e.Dataflow] == nil {
			flows = append(flows, e.Dataflow)
		}
		wanted[e.Dataflow] = append(wanted[e.Dataflow], string(e.Key), cube.Place(e.Period), e.Vintage.Date.String())
	}
	for _, flow := range flows {
		if _, some, err := sqldb.First(ctx, from, sqldb.One[int64], "SELECT 1 FROM observation WHERE dataflow = $1 LIMIT 1", flow); err != nil {
			return nil, err
		} else if !some {
			continue // nothing is stored of it yet
		}
		for slots := wanted[flow]; len(slots) > 0; {
			n := min(len(slots)/3, sqldb.Chunk(3))
			args := append([]any{flow}, slots[:3*n]...)
			slots = slots[3*n:]
			given := "(VALUES " + sqldb.Values(n, 3, 1) + ")"
			seen, err := sqldb.Collect(ctx, from, func(rows *sql.Rows) (at spot, err error) {
				at.dataflow = flow
				err = rows.Scan(&at.series, &at.place)
				return at, err
			}, "SELECT DISTINCT series, place FROM observation WHERE dataflow = $1 AND (series, place) IN (SELECT column1, column2 FROM "+given+" AS v)", args...)
			if err != nil {
				return nil, err
			}
			for _, at := range seen {
				cells[at].seen = true
			}
			versions, err := s.versions(ctx, from, "dataflow = $1 AND (series, place, vintage) IN "+given, args...)
			if err != nil {
				return nil, err
			}
			for _, v := range versions {
				c := cells[spotOf(flow, v.Observation)]
				c.versions = append(c.versions, v)
			}
		}
	}
	return cells, nil
}

func spotOf(dataflow string, o stat.Observation) spot {
	return spot{dataflow, string(o.Key), cube.Place(o.Period)}
}

func row(e cube.Entry, message int64) []any {
	run := e.Attributes[stat.AttrRun]
	attributes := maps.Clone(e.Attributes)
	delete(attributes, stat.AttrRun)
	var value sql.NullString
	if e.Value != nil {
		value = sql.NullString{String: e.Value.String(), Valid: true}
	}
	return []any{e.Dataflow, string(e.Key), cube.Place(e.Period), e.Vintage.Date.String(), message, e.Period.String(), e.Vintage.Written,
		value, string(e.Status), run, attributesText(attributes), e.Row}
}

// attributesText writes attributes as JSON with sorted names, the same text as sqldb.JSON of the map. A load has as many of them as figures.
func attributesText(a stat.Attributes) string {
	if len(a) == 0 {
		return ""
	}
	b := append(make([]byte, 0, 128), '{')
	for i, name := range a.Names() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsonText(b, name), ':')
		b = jsonText(b, a[name])
	}
	return string(append(b, '}'))
}

// jsonText adds a text in quotes; one that holds anything but plain letters, digits and signs is left to the library.
func jsonText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || strings.IndexByte(`"\<>&`, c) >= 0 {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic("store: " + err.Error()) // a text always can be written
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func sameNumber(a, b *stat.Decimal) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(*b) == 0
}

// shown is a figure as a sentence names it: its value, or its status where it has none.
func shown(o stat.Observation) string {
	if o.Value == nil {
		return string(o.Status)
	}
	return o.Value.String()
}

// storable refuses, with their rows, what the databases would refuse without: a cell and vintage given twice, and texts
// that are not UTF-8 or hold a zero byte.
func storable(m cube.Message) error {
	type slot struct {
		cube.Cell
		vintage stat.Date
	}
	seen := make(map[slot]int, len(m.Entries))
	for _, e := range m.Entries {
		at := slot{cube.Cell{Dataflow: e.Dataflow, Key: e.Key, Period: e.Period}, e.Vintage.Date}
		if first, twice := seen[at]; twice {
			return fault.New("cube.duplicate", "cell", at.Cell.String(), "vintage", at.vintage.String(), "first", first).At(m.File, e.Row, "")
		}
		seen[at] = e.Row
		if key := string(e.Key); !sqldb.Plain(key) {
			return fault.New("store.bad-text", "text", sqldb.Readable(key)).At(m.File, e.Row, "")
		}
		for _, name := range e.Attributes.Names() {
			if text := e.Attributes[name]; !sqldb.Plain(name) || !sqldb.Plain(text) {
				return fault.New("store.bad-text", "text", sqldb.Readable(text)).At(m.File, e.Row, sqldb.Readable(name))
			}
		}
	}
	return nil
}
