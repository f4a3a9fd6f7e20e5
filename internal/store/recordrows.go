package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/store/sqldb"
)

// keptRow is a row of record_version or record_value: what is worked out from acts and kept beside them.
type keptRow struct {
	kind, record, from, until string
	act                       int64  // of a version
	content                   string // of a version, as JSON; of a value the field, the value and its order, as JSON too
	value                     bool
	actFrom, actUntil         int64
}

// upTo is the row as far as was known at an act.
func (r keptRow) upTo(newest int64) keptRow {
	if r.actUntil > newest {
		r.actUntil = endlessAct
	}
	return r
}

// versionRows gives the rows of versions, still open.
func versionRows(line []register.Version) map[keptRow]bool {
	out := map[keptRow]bool{}
	for _, v := range line {
		text, _ := json.Marshal(v.Values) // texts always marshal, in the order of their columns
		out[keptRow{kind: v.Type, record: v.ID, from: v.From.String(), until: until(v.Until), act: v.Act, content: string(text)}] = true
	}
	return out
}

// valueRows gives the rows of terms, still open.
func valueRows(a register.Act, spans map[termSpan]bool) map[keptRow]bool {
	out := map[keptRow]bool{}
	for x := range spans {
		out[keptRow{kind: a.Type, record: a.Record, from: x.from, until: x.until, content: termText(x.Term), value: true}] = true
	}
	return out
}

func termText(t register.Term) string {
	text, _ := json.Marshal([]string{t.Column, t.Sort, t.Value}) // texts always marshal
	return string(text)
}

// keptTable is how the rows of a table are read.
type keptTable struct {
	query string
	scan  func(*sql.Rows) (keptRow, error)
}

// keptTables are those of rows that are worked out from acts. Without declarations nothing can be said of terms.
func (s *Store) keptTables() []keptTable {
	out := []keptTable{{"SELECT type, record, act_from, valid_from, valid_until, act_until, act, content FROM record_version", func(rows *sql.Rows) (r keptRow, err error) {
		var content sqldb.JSON[map[string]string]
		if err = rows.Scan(&r.kind, &r.record, &r.actFrom, &r.from, &r.until, &r.actUntil, &r.act, &content); err == nil {
			text, _ := json.Marshal(content.V) // as versionRows writes it
			r.content = string(text)
		}
		return r, err
	}}}
	if s.declared == nil {
		return out
	}
	return append(out, keptTable{"SELECT type, field, sort, record, value, act_from, valid_from, valid_until, act_until FROM record_value", func(rows *sql.Rows) (r keptRow, err error) {
		var t register.Term
		err = rows.Scan(&r.kind, &t.Column, &t.Sort, &r.record, &t.Value, &r.actFrom, &r.from, &r.until, &r.actUntil)
		r.content, r.value = termText(t), true
		return r, err
	}})
}

// rowsOf gives the rows of one record.
func (s *Store) rowsOf(ctx context.Context, key recordKey) (out []keptRow, err error) {
	for _, t := range s.keptTables() {
		list, err := sqldb.Collect(ctx, s.db, t.scan, t.query+" WHERE type = $1 AND record = $2", key.kind, key.id)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// rowSum is the sum of the hashes of rows, in whatever order they come. It is zero when nothing is left over.
type rowSum [4]uint64

func (r keptRow) hash() (out rowSum) {
	text, _ := canonical(nil, []any{r.kind, r.record, r.from, r.until, r.act, r.content, r.actFrom, r.actUntil}) // texts and numbers always can
	if r.value {
		text = append(text, 'v')
	}
	sum := sha256.Sum256(text)
	for i := range out {
		out[i] = binary.LittleEndian.Uint64(sum[8*i:])
	}
	return out
}

func (s *rowSum) addAll(rows []keptRow) {
	for _, r := range rows {
		h, carry := r.hash(), uint64(0)
		for i := range s {
			s[i], carry = bits.Add64(s[i], h[i], carry)
		}
	}
}

func (s *rowSum) takeAway(r keptRow) {
	h, borrow := r.hash(), uint64(0)
	for i := range s {
		s[i], borrow = bits.Sub64(s[i], h[i], borrow)
	}
}

// checkErased compares a record whose personal data was erased with its acts. What was known before the erasure stands in rows that were made while
// there were names: of those it is compared what each act left to be known, not how it is cut into rows.
func (s *Store) checkErased(ctx context.Context, acts []register.Act) (problem, err error) {
	key := recordKey{acts[0].Type, acts[0].Record}
	have, err := s.rowsOf(ctx, key)
	if err != nil {
		return nil, err
	}
	wrong := fault.New("register.line-broken", "id", key.id, "type", key.kind)
	numbers := map[int64]bool{endlessAct: true}
	for _, a := range acts {
		numbers[a.Number] = true
	}
	for _, r := range have {
		if !numbers[r.actFrom] || !numbers[r.actUntil] || r.actUntil <= r.actFrom || !r.value && (!numbers[r.act] || r.act > r.actFrom) {
			return wrong, nil
		}
	}
	for choice := range 1 + s.choices(acts) {
		want, problem := s.standings(acts, choice)
		if problem != nil {
			return problem, nil
		}
		if slices.ContainsFunc(acts, func(a register.Act) bool { return knownAt(want, a.Number) != knownAt(have, a.Number) }) {
			continue
		}
		return nil, nil
	}
	return wrong, nil
}

// knownAt writes what rows say was known after an act: what holds when, however it is cut.
func knownAt(rows []keptRow, act int64) string {
	type span struct{ what, from, until string }
	var list []span
	for _, r := range rows {
		if r.actFrom <= act && act < r.actUntil {
			list = append(list, span{r.content, r.from, r.until})
		}
	}
	slices.SortFunc(list, func(a, b span) int { return strings.Compare(a.what+a.from, b.what+b.from) })
	var out []span
	for _, x := range list {
		if n := len(out); n > 0 && out[n-1].what == x.what && out[n-1].until == x.from {
			out[n-1].until = x.until
			continue
		}
		out = append(out, x)
	}
	var b strings.Builder
	for _, x := range out {
		b.WriteString(x.what + " " + x.from + " " + x.until + "\n")
	}
	return b.String()
}
