package store

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/store/sqldb"
)

// Declarations gives all declarations that a type of records ever had, the newest first: lists are made ready by the newest, as soon as somebody has
// seen to that.
type Declarations func(kind string) []*catalog.RecordType

// Declare says by what declarations a verification works out again what is found of records; without them it leaves that out.
func (s *Store) Declare(d Declarations) { s.declared = d }

// buckets is into how many heaps records are thrown to be compared: of those that differ each record is looked at by itself.
const buckets = 1 << 12

// recordKey names a record.
type recordKey struct{ kind, id string }

func (k recordKey) bucket() int {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%s", k.kind, k.id)
	return int(h.Sum32() % buckets)
}

// comparing is a verification of the register: sums of the rows that its acts lead to, less those of the rows that are there. What is stored while it
// goes on is left out of both.
type comparing struct {
	s       *Store
	newest  int64
	sums    [buckets]rowSum
	apart   map[recordKey]bool // records whose personal data was erased: they are looked at one by one
	records map[int][]recordKey
	hidden  int64 // texts that acts have a hash of and that were not erased
}

// checkRegister works out again how every record stands and by what it is found, from its acts, and compares that with what is kept beside; and the
// personal data of acts with the hashes that the acts have of it.
func (s *Store) checkRegister(ctx context.Context, r *Report) error {
	if r.Since.Entries > 0 {
		return s.checkTouched(ctx, r)
	}
	newest, err := s.NewestAct(ctx)
	if err != nil {
		return err
	}
	c := &comparing{s: s, newest: newest, apart: map[recordKey]bool{}, records: map[int][]recordKey{}}
	tell := func(problem error) {
		if problem != nil && len(r.Problems) < maxBroken {
			r.Problems = append(r.Problems, problem)
		}
	}
	var acts []storedAct
	examine := func() error {
		if len(acts) == 0 {
			return nil
		}
		problem, err := c.expect(ctx, acts)
		tell(problem)
		acts = acts[:0]
		return err
	}
	err = sqldb.Each(ctx, s.db, func(rows *sql.Rows) error {
		x, err := scanStoredAct(rows)
		if err != nil {
			return err
		}
		if len(acts) > 0 && (acts[0].act.Type != x.act.Type || acts[0].act.Record != x.act.Record) {
			if err := examine(); err != nil {
				return err
			}
		}
		acts = append(acts, x)
		return nil
	}, actFields+"WHERE a.number <= $1 ORDER BY a.type, a.record, a.number", newest)
	if err == nil {
		err = examine()
	}
	if err == nil {
		err = c.found(ctx)
	}
	if err == nil {
		err = c.compare(ctx, tell)
	}
	if err == nil {
		err = c.strays(ctx, tell)
	}
	return err
}

// checkTouched looks at the records on which somebody acted since a verification.
func (s *Store) checkTouched(ctx context.Context, r *Report) error {
	details, _, err := sqldb.First(ctx, s.db, sqldb.One[string], "SELECT details FROM audit WHERE what = $1 AND number <= $2 ORDER BY number DESC LIMIT 1", batchSeal.what, r.Since.Entries)
	if err != nil {
		return err
	}
	var last int64
	for _, x := range sealsOf(details) {
		last = max(last, x.Last)
	}
	touched, err := sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (k recordKey, err error) {
		err = rows.Scan(&k.kind, &k.id)
		return k, err
	}, "SELECT DISTINCT type, record FROM record_act WHERE batch > $1 ORDER BY type, record", last)
	if err != nil {
		return err
	}
	for _, key := range touched {
		problem, err := s.checkRecord(ctx, key)
		if err != nil {
			return err
		}
		if problem != nil && len(r.Problems) < maxBroken {
			r.Problems = append(r.Problems, problem)
		}
	}
	return nil
}

// expect adds the rows to which the acts on a record lead, and gives what is wrong with its personal data.
func (c *comparing) expect(ctx context.Context, stored []storedAct) (problem, err error) {
	key := recordKey{stored[0].act.Type, stored[0].act.Record}
	acts, kept, problem, err := c.s.toldActs(ctx, stored)
	if problem != nil || err != nil {
		return problem, err
	}
	c.hidden += kept
	c.records[key.bucket()] = append(c.records[key.bucket()], key)
	if slices.ContainsFunc(acts, func(a register.Act) bool { return a.Kind == register.Erased }) {
		c.apart[key] = true
		return c.s.checkErased(ctx, acts)
	}
	rows, problem := c.s.standings(acts, 0)
	c.sums[key.bucket()].addAll(rows)
	return problem, nil
}

// toldActs puts the personal data of a record back into its acts, gives how many texts there are, and the act whose texts are not those that it has a
// hash of, or are gone without an erasure.
func (s *Store) toldActs(ctx context.Context, stored []storedAct) (acts []register.Act, kept int64, problem, err error) {
	var hidden []int64
	erased := map[string]int64{} // the last erasure of each column
	for _, x := range stored {
		if slices.ContainsFunc(x.changes, func(c storedChange) bool { return c.Hash != "" }) {
			hidden = append(hidden, x.act.Number)
		}
		for _, change := range x.changes {
			if x.act.Kind == register.Erased {
				erased[change.Column] = x.act.Number
			}
		}
	}
	personal, err := records{s.db}.personal(ctx, hidden)
	if err != nil {
		return nil, 0, nil, err
	}
	for _, x := range stored {
		for _, c := range x.changes {
			if c.Hash == "" {
				continue
			}
			p, is := personal[personalKey{x.act.Number, c.Column}]
			gone := erased[c.Column] > x.act.Number
			if is == gone || is && personalHash(p.salt, p.earlier, p.later) != c.Hash {
				return nil, 0, fault.New("register.personal-altered", "number", x.act.Number), nil
			}
			if is {
				kept++
			}
		}
		acts = append(acts, x.told(personal))
	}
	return acts, kept, nil, nil
}

// standings gives the rows of record_version and record_value to which acts on a record lead, as texts that say all of each. Choice
// says by which declaration of the type the record is found: the newest, an earlier one, or, after all of them, for each act that to which it was held.
func (s *Store) standings(acts []register.Act, choice int) (out []keptRow, problem error) {
	open := map[keptRow]int64{} // rows that are known so still, with the act since which
	turn := func(before, after map[keptRow]bool, act int64) {
		for row := range before {
			since, there := open[row]
			if after[row] || !there {
				continue
			}
			delete(open, row)
			row.actFrom, row.actUntil = since, act
			out = append(out, row)
		}
		for row := range after {
			if _, there := open[row]; !before[row] && !there {
				open[row] = act
			}
		}
	}
	var line []register.Version
	for i, a := range acts {
		next := register.Fold(acts[:i+1])
		turn(versionRows(line), versionRows(next), a.Number)
		if s.declared != nil {
			t := chosenType(s.declared(a.Type), a.TypeVersion, choice)
			if t == nil {
				return nil, fault.New("register.undeclared", "type", a.Type, "version", a.TypeVersion)
			}
			terms := func(v register.Version) []register.Term { return register.TermsOf(t, v) }
			turn(valueRows(a, termSpans(line, terms)), valueRows(a, termSpans(next, terms)), a.Number)
		}
		line = next
	}
	for row, since := range open {
		row.actFrom, row.actUntil = since, endlessAct
		out = append(out, row)
	}
	return out, nil
}

// found takes the rows away that are there.
func (c *comparing) found(ctx context.Context) error {
	for _, read := range c.s.keptTables() {
		err := sqldb.Each(ctx, c.s.db, func(rows *sql.Rows) error {
			row, err := read.scan(rows)
			if err != nil {
				return err
			}
			key := recordKey{row.kind, row.record}
			if c.apart[key] {
				return nil
			}
			c.sums[key.bucket()].takeAway(row.upTo(c.newest))
			return nil
		}, read.query+" WHERE act_from <= $1", c.newest)
		if err != nil {
			return err
		}
	}
	return nil
}

// compare looks at each record of a heap that differs.
func (c *comparing) compare(ctx context.Context, tell func(error)) error {
	for i, sum := range c.sums {
		if sum == (rowSum{}) {
			continue
		}
		for _, key := range c.records[i] {
			if c.apart[key] {
				continue
			}
			problem, err := c.s.checkRecord(ctx, key)
			if err != nil {
				return err
			}
			tell(problem)
		}
	}
	return nil
}

// checkRecord compares one record with its acts, and gives what is wrong.
func (s *Store) checkRecord(ctx context.Context, key recordKey) (problem, err error) {
	stored, err := sqldb.Collect(ctx, s.db, scanStoredAct, actFields+"WHERE a.type = $1 AND a.record = $2 ORDER BY a.number", key.kind, key.id)
	if err != nil {
		return nil, err
	}
	acts, _, problem, err := s.toldActs(ctx, stored)
	if problem != nil || err != nil {
		return problem, err
	}
	if slices.ContainsFunc(acts, func(a register.Act) bool { return a.Kind == register.Erased }) {
		return s.checkErased(ctx, acts)
	}
	have, err := s.rowsOf(ctx, key)
	if err != nil {
		return nil, err
	}
	for choice := range 1 + s.choices(acts) {
		var want, is rowSum
		rows, problem := s.standings(acts, choice)
		if problem != nil {
			return problem, nil
		}
		want.addAll(rows)
		is.addAll(have)
		if want == is {
			return nil, nil
		}
	}
	return fault.New("register.line-broken", "id", key.id, "type", key.kind), nil
}

// chosenType is the declaration of a choice, nil where there is none.
func chosenType(list []*catalog.RecordType, version string, choice int) *catalog.RecordType {
	if choice < len(list) {
		return list[choice]
	}
	for _, t := range list {
		if t.Version == version {
			return t
		}
	}
	return nil
}

// choices is how many choices there are besides the newest declaration of the type.
func (s *Store) choices(acts []register.Act) int {
	if s.declared == nil {
		return 0
	}
	return len(s.declared(acts[0].Type))
}

// strays finds what no act leads to.
func (c *comparing) strays(ctx context.Context, tell func(error)) error {
	var stray int64
	for _, table := range []string{"record_version", "record_value"} {
		n, err := sqldb.Scalar[int64](ctx, c.s.db, "SELECT COUNT(*) FROM (SELECT DISTINCT type, record FROM "+table+" WHERE act_from <= $1) v WHERE NOT EXISTS (SELECT 1 FROM record_act a WHERE a.type = v.type AND a.record = v.record)", c.newest)
		if err != nil {
			return err
		}
		stray += n
	}
	n, err := sqldb.Scalar[int64](ctx, c.s.db, "SELECT COUNT(*) FROM record_personal WHERE act <= $1", c.newest)
	if err == nil {
		stray += max(0, n-c.hidden)
	}
	if stray > 0 {
		tell(fault.New("register.no-acts-for", "n", stray))
	}
	return err
}
