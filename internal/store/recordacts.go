package store

import (
	"context"
	"database/sql"

	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

// actFields are the columns of an act with its batch, as storedAct has them.
const actFields = `SELECT b.number, b.name, b.person, b.organisation, b.at, b.reason, a.number, a.kind, a.type, a.type_version, a.record, a.valid_from, a.base, a.note, a.changes
	FROM record_act a JOIN record_batch b ON b.number = a.batch `

// storedAct is an act with its batch.
type storedAct struct {
	batch   register.Batch
	act     register.Act
	changes []storedChange
}

func scanStoredAct(rows *sql.Rows) (x storedAct, err error) {
	var at sqldb.Time
	var from, kind string
	var changes sqldb.JSON[[]storedChange]
	b, a := &x.batch, &x.act
	if err = rows.Scan(&b.Number, &b.Key, &b.Person, &b.Organisation, &at, &b.Reason, &a.Number, &kind, &a.Type, &a.TypeVersion, &a.Record, &from, &a.Base, &a.Note, &changes); err != nil {
		return x, err
	}
	b.At, a.Kind, a.Batch, x.changes = at.Time, register.Kind(kind), b.Number, changes.V
	a.From, err = stat.ParseDate(from)
	return x, err
}

// batch gives a stored batch.
func (r records) batch(ctx context.Context, number int64) (register.Batch, bool, error) {
	list, err := r.batches(ctx, "WHERE a.batch = $1 ORDER BY a.number", number)
	if err != nil || len(list) == 0 {
		return register.Batch{}, false, err
	}
	return list[0], true, nil
}

// Acts implements register.Reader.
func (r records) Acts(ctx context.Context, kind, id string, after int64, most int) ([]register.Batch, error) {
	return r.batches(ctx, "WHERE a.type = $1 AND a.record = $2 AND a.number > $3 ORDER BY a.number LIMIT $4", kind, id, after, most)
}

// ActsSince implements register.Reader.
func (r records) ActsSince(ctx context.Context, after int64, most int) ([]register.Batch, error) {
	return r.batches(ctx, "WHERE a.number > $1 ORDER BY a.number LIMIT $2", after, most)
}

// batches reads acts, and puts those of one batch together.
func (r records) batches(ctx context.Context, where string, args ...any) ([]register.Batch, error) {
	list, err := sqldb.Collect(ctx, r.from, scanStoredAct, actFields+where, args...)
	if err != nil {
		return nil, err
	}
	var hidden []int64
	for _, x := range list {
		for _, c := range x.changes {
			if c.Hash != "" {
				hidden = append(hidden, x.act.Number)
				break
			}
		}
	}
	personal, err := r.personal(ctx, hidden)
	if err != nil {
		return nil, err
	}
	var out []register.Batch
	for _, x := range list {
		if n := len(out); n == 0 || out[n-1].Number != x.batch.Number {
			out = append(out, x.batch)
		}
		b := &out[len(out)-1]
		b.Acts = append(b.Acts, x.told(personal))
	}
	return out, nil
}

// told gives an act with its personal data, as far as that is kept.
func (x storedAct) told(personal map[personalKey]personalText) register.Act {
	a := x.act
	for _, c := range x.changes {
		change := register.Change{Column: c.Column, Before: c.Before, After: c.After}
		if c.Hash != "" {
			p, kept := personal[personalKey{a.Number, c.Column}]
			change.Before, change.After, change.Gone = p.earlier, p.later, !kept
			a.Personal = append(a.Personal, c.Column)
		}
		a.Changes = append(a.Changes, change)
	}
	return a
}

// personalKey is where an act keeps personal data.
type personalKey struct {
	act   int64
	field string
}

type personalText struct{ salt, earlier, later string }

// personal reads the personal data of acts, as far as it was not erased.
func (r records) personal(ctx context.Context, acts []int64) (map[personalKey]personalText, error) {
	out := map[personalKey]personalText{}
	for len(acts) > 0 {
		n := min(len(acts), sqldb.Chunk(1))
		b := binds{}
		q := "SELECT act, field, salt, earlier, later FROM record_personal WHERE act IN ("
		for i, a := range acts[:n] {
			if i > 0 {
				q += ", "
			}
			q += b.add(a)
		}
		acts = acts[n:]
		err := sqldb.Each(ctx, r.from, func(rows *sql.Rows) error {
			var k personalKey
			var p personalText
			err := rows.Scan(&k.act, &k.field, &p.salt, &p.earlier, &p.later)
			out[k] = p
			return err
		}, q+")", b...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
