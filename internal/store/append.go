package store

import (
	"context"
	"database/sql"
	"encoding/json"
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
func (s *Store) Append(ctx context.Context, d *cube.Delivery) (cube.Receipt, error) {
	var receipt cube.Receipt
	err := s.writeOn(ctx, d, func(tx *sqldb.Tx) (err error) {
		receipt, err = s.append(ctx, tx, d, nil)
		return err
	})
	if err != nil {
		return cube.Receipt{}, err
	}
	return receipt, nil
}

// append stores a delivery; basis is what it rests on when it comes from a run.
func (s *Store) append(ctx context.Context, tx *sqldb.Tx, d *cube.Delivery, on *basis) (cube.Receipt, error) {
	p, err := s.judge(ctx, tx, d, on)
	if err != nil {
		return cube.Receipt{}, err
	}
	return s.keep(ctx, tx, d, p)
}

// judge finds out what a delivery would do, or why it is refused, and has its turn among all writers then. Nothing is stored yet. Until the turn
// only writers of the same dataflows wait.
func (s *Store) judge(ctx context.Context, tx *sqldb.Tx, d *cube.Delivery, on *basis) (p plan, err error) {
	if p.receipt, p.known, err = s.receiptOf(ctx, tx, d); err != nil || p.known {
		return p, err
	}
	if p, err = s.plan(ctx, tx, d, on); err != nil {
		return p, err
	}
	if err := tx.Turn(ctx); err != nil {
		return p, err
	}
	return p, s.unmoved(ctx, tx, d)
}

// keep stores what was judged.
func (s *Store) keep(ctx context.Context, tx *sqldb.Tx, d *cube.Delivery, p plan) (r cube.Receipt, err error) {
	if p.known {
		return p.receipt, tx.Turn(ctx)
	}
	if p.kept > 0 {
		if p.receipt.Message, err = s.nextNumber(ctx, tx, messageSeal); err != nil {
			return r, err
		}
		if err := s.insertMessage(ctx, tx, d, p); err != nil {
			return r, err
		}
		if err := s.insertFindings(ctx, tx, d.Sender, p.receipt.Message, p.findings); err != nil {
			return r, err
		}
	}
	return p.receipt, s.keepReceipt(ctx, tx, d, p.receipt)
}

// plan is what a message would do to the store.
type plan struct {
	receipt  cube.Receipt // without the number of the message
	known    bool         // the delivery was stored before, under its key
	bits     []uint64     // a bit for every entry, in their order: whether it is new or revised
	kept     int
	findings []cube.Finding
}

// takes reports whether an entry is new or revised.
func (p *plan) takes(i int) bool { return p.bits[i/64]&(1<<(i%64)) != 0 }

// unmoved refuses a delivery when figures came in, since its review, of a dataflow that the review read.
func (s *Store) unmoved(ctx context.Context, from sqldb.Queryer, d *cube.Delivery) error {
	if d.Upon == nil {
		return nil
	}
	flows := append(d.Flows(), d.Read...)
	moved := false
	err := messagesAfter(ctx, from, *d.Upon, func(_ int64, brought []string) {
		moved = moved || len(brought) == 0 || slices.ContainsFunc(brought, func(id string) bool { return slices.Contains(flows, id) })
	})
	if err == nil && moved {
		err = fault.New("cube.moved")
	}
	return err
}

// plan finds out, without storing anything, what a delivery would do, or why it is refused.
func (s *Store) plan(ctx context.Context, from sqldb.Queryer, d *cube.Delivery, on *basis) (p plan, err error) {
	p.bits = make([]uint64, d.Len()/64+1)
	var faults []*fault.Error
	var last cube.Cell // the cell before, and whether it has a version by then
	seen := false
	here := &stored{store: s, from: from, fresh: map[string]bool{}}
	look := func(first int, chunk []cube.Entry) error {
		known, err := here.cells(ctx, chunk)
		if err != nil {
			return err
		}
		for i, e := range chunk {
			at := e.Cell()
			c := known[at]
			if c == nil {
				c = &nothing
			}
			seen = c.seen || at == last && seen
			last = at
			latest, reported := c.under(e.Vintage.Date, on)
			same := latest != nil && cube.SameFigure(latest.Observation, e.Observation)
			if same {
				if same, err = on.same(ctx, from, *latest); err != nil {
					return err
				}
			}
			refused := refusal(d, e, reported)
			switch {
			case same, d.Given && !cube.Reported(e.Observation) && c.had(e):
				p.receipt.Unchanged++
				continue
			case refused != nil:
				if len(faults) < fault.MaxNamed {
					faults = append(faults, refused)
				}
				continue
			case seen:
				p.receipt.Revised++
			default:
				p.receipt.Added++
			}
			seen = true
			p.bits[(first+i)/64] |= 1 << ((first + i) % 64)
			p.kept++
		}
		return nil
	}
	chunk, n := make([]cube.Entry, 0, sqldb.Chunk(3)), 0
	for e, err := range d.Entries() {
		if err == nil {
			err = storable(d.File, e)
		}
		if err != nil {
			return plan{}, err
		}
		if chunk = append(chunk, e); len(chunk) == cap(chunk) {
			if err := look(n, chunk); err != nil {
				return plan{}, err
			}
			n, chunk = n+len(chunk), chunk[:0]
		}
	}
	if err := look(n, chunk); err != nil {
		return plan{}, err
	}
	if len(faults) > 0 {
		slices.SortStableFunc(faults, func(a, b *fault.Error) int { return a.Where.Row - b.Where.Row })
		var list fault.List
		for _, f := range faults {
			list.Add(f)
		}
		return plan{}, list.Err()
	}
	if p.kept > 0 {
		p.findings, err = s.newFindings(ctx, from, d.Findings)
		p.receipt.Findings = len(p.findings)
	}
	return p, err
}

// refusal is why an entry that is not stored yet cannot be: a computed figure in a file of people, or a number other than the one reported on
// the same day. It is nil where nothing speaks against it.
func refusal(d *cube.Delivery, e cube.Entry, reported *cube.Version) *fault.Error {
	switch {
	case d.Given && !cube.Reported(e.Observation):
		return fault.New("cube.computed", "cell", e.Cell().String(), "run", e.Attributes[stat.AttrRun]).At(d.File, e.Row, stat.AttrRun)
	case cube.Reported(e.Observation) && reported != nil && !sameNumber(reported.Value, e.Value):
		return fault.New("cube.two-numbers", "cell", reported.Cell().String(), "vintage", e.Vintage.Date.String(),
			"stored", shown(reported.Observation), "given", shown(e.Observation)).At(d.File, e.Row, "OBS_VALUE")
	}
	return nil
}

// insertMessage stores a message with those figures that are new or revised under one seal, which goes into the audit log. They come in the order
// of the table, in which the seal is checked.
func (s *Store) insertMessage(ctx context.Context, tx *sqldb.Tx, d *cube.Delivery, p plan) error {
	r := p.receipt
	seal := newSealer()
	head := []any{r.Message, d.Sender, d.File, sqldb.Time{Time: d.SentAt}, r.Added, r.Revised, r.Unchanged}
	if err := s.insertSealed(ctx, tx, seal, messageRows, [][]any{head}); err != nil {
		return err
	}
	err := tx.Insert(ctx, figureRows.insert(), cube.Ahead(s.sealing(seal, figureRows, func(yield func([]any, error) bool) {
		i := 0
		row := newRowMaker(r.Message)
		for e, err := range d.Stored() {
			if (err != nil || p.takes(i)) && !yield(row.of(e), err) {
				return
			}
			i++
		}
	})))
	if err != nil {
		return err
	}
	key := strconv.FormatInt(r.Message, 10)
	return s.audit(ctx, tx, AuditEntry{By: d.Sender, What: messageSeal.what, Subject: key,
		Details: map[string]any{"dataflows": d.Flows(), "seal": sealed{Kind: messageSeal.id, Key: key, Last: r.Message, Rows: seal.rows, Hash: seal.sum()}}})
}

// storedCell is what is stored of one cell when a message arrives.
type storedCell struct {
	versions []cube.Version // under the vintage days of the message, in the order of cube.Store
	seen     bool           // has a version, stored or in this message
}

// nothing is stored of most cells.
var nothing storedCell

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

// had reports whether any version of a vintage day says what an entry says: a computed figure that came back from an earlier release is nothing new.
func (c *storedCell) had(e cube.Entry) bool {
	return slices.ContainsFunc(c.versions, func(v cube.Version) bool {
		return v.Vintage.Date == e.Vintage.Date && cube.SameFigure(v.Observation, e.Observation)
	})
}

// stored is what is stored of the cells of a delivery, some at a time.
type stored struct {
	store *Store
	from  sqldb.Queryer
	fresh map[string]bool // dataflow → nothing is stored of it yet
}

// cells reads what is stored of some cells: whether there is anything, and the versions under the same vintage days, but not the whole past,
// which grows without end. A cell that is not in the result has nothing.
func (k *stored) cells(ctx context.Context, entries []cube.Entry) (map[cube.Cell]*storedCell, error) {
	cells := map[cube.Cell]*storedCell{}
	wanted := map[string][]any{} // by dataflow: series, place, vintage, series, place, vintage…
	at := map[[2]string]stat.Period{}
	for _, e := range entries {
		fresh, asked := k.fresh[e.Dataflow]
		if !asked {
			_, some, err := sqldb.First(ctx, k.from, sqldb.One[int64], "SELECT 1 FROM observation WHERE dataflow = $1 LIMIT 1", e.Dataflow)
			if err != nil {
				return nil, err
			}
			fresh, k.fresh[e.Dataflow] = !some, !some
		}
		if !fresh {
			place := cube.SortText(e.Period)
			at[[2]string{string(e.Key), place}] = e.Period
			wanted[e.Dataflow] = append(wanted[e.Dataflow], string(e.Key), place, e.Vintage.Date.String())
		}
	}
	cell := func(c cube.Cell) *storedCell {
		if cells[c] == nil {
			cells[c] = &storedCell{}
		}
		return cells[c]
	}
	for _, flow := range slices.Sorted(maps.Keys(wanted)) {
		slots := wanted[flow]
		args := append([]any{flow}, slots...)
		given := "(VALUES " + sqldb.Values(len(slots)/3, 3, 1) + ")"
		err := sqldb.Each(ctx, k.from, func(rows *sql.Rows) error {
			var series, place string
			var some sql.NullInt64 // a cell is looked up once, however many versions it has
			if err := rows.Scan(&series, &place, &some); err != nil || !some.Valid {
				return err
			}
			cell(cube.Cell{Dataflow: flow, Key: stat.Key(series), Period: at[[2]string{series, place}]}).seen = true
			return nil
		}, "SELECT column1, column2, (SELECT 1 FROM observation WHERE dataflow = $1 AND series = column1 AND place = column2 LIMIT 1) FROM "+given+" AS v", args...)
		if err != nil {
			return nil, err
		}
		versions, err := k.store.versions(ctx, k.from, "dataflow = $1 AND (series, place, vintage) IN "+given, args...)
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			c := cell(v.Cell())
			c.versions = append(c.versions, v)
		}
	}
	return cells, nil
}

// rowMaker makes rows of the table of figures. Figures in their order share most of what they say, so each text is made once.
type rowMaker struct {
	message  any
	periods  map[stat.Period]*periodTexts
	days     map[stat.Date]any
	last     stat.Attributes // of the entry before, and what it was written as
	text     any
	dataflow same
	series   same
	written  same
	status   same
	run      same
}

// periodTexts are what a period is stored as.
type periodTexts struct{ sort, period any }

// same keeps a text as a value of a row for as long as the text is the same.
type same struct {
	text  string
	value any
}

func (s *same) of(text string) any {
	if s.value == nil || s.text != text {
		*s = same{text, text}
	}
	return s.value
}

func newRowMaker(message int64) *rowMaker {
	return &rowMaker{message: message, periods: map[stat.Period]*periodTexts{}, days: map[stat.Date]any{}}
}

// of makes a row, with room for the seal.
func (m *rowMaker) of(e cube.Entry) []any {
	if m.last == nil || !maps.Equal(m.last, e.Attributes) {
		attributes := e.Attributes
		if attributes[stat.AttrRun] != "" {
			attributes = attributes.Clone()
			delete(attributes, stat.AttrRun)
		}
		m.last, m.text = e.Attributes, attributesText(attributes)
	}
	at := m.periods[e.Period]
	if at == nil {
		if len(m.periods) >= maxRemembered {
			clear(m.periods)
		}
		at = &periodTexts{cube.SortText(e.Period), e.Period.String()}
		m.periods[e.Period] = at
	}
	day := m.days[e.Vintage.Date]
	if day == nil {
		if len(m.days) >= maxRemembered {
			clear(m.days)
		}
		day = e.Vintage.Date.String()
		m.days[e.Vintage.Date] = day
	}
	var value any
	if e.Value != nil {
		value = e.Value.String()
	}
	return append(make([]any, 0, figureWidth), m.dataflow.of(e.Dataflow), m.series.of(string(e.Key)), at.sort, day, m.message, at.period, m.written.of(e.Vintage.Written),
		value, m.status.of(string(e.Status)), m.run.of(e.Attributes[stat.AttrRun]), m.text, e.Row)
}

// figureWidth is how many columns the table of figures has.
const figureWidth = 13

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

// storable refuses, with its row, what the databases would refuse without: texts that are not UTF-8 or hold a zero byte.
func storable(file string, e cube.Entry) error {
	if key := string(e.Key); !sqldb.Plain(key) {
		return fault.New("store.bad-text", "text", sqldb.Readable(key)).At(file, e.Row, "")
	}
	for name, text := range e.Attributes {
		if !sqldb.Plain(name) || !sqldb.Plain(text) {
			return fault.New("store.bad-text", "text", sqldb.Readable(text)).At(file, e.Row, sqldb.Readable(name))
		}
	}
	return nil
}
