package store

import (
	"context"
	"database/sql"
	"slices"

	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/store/sqldb"
)

// checkRegister works out again how every record stands, from its acts, and compares that with what is kept beside; and the personal data of acts
// with the hashes that the acts have of it.
func (s *Store) checkRegister(ctx context.Context, r *Report) error {
	var acts []storedAct
	examine := func() error {
		if len(acts) == 0 {
			return nil
		}
		problem, err := s.checkRecord(ctx, acts)
		if problem != nil && len(r.Problems) < maxBroken {
			r.Problems = append(r.Problems, problem)
		}
		acts = acts[:0]
		return err
	}
	err := sqldb.Each(ctx, s.db, func(rows *sql.Rows) error {
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
	}, actFields+"ORDER BY a.type, a.record, a.number")
	if err != nil {
		return err
	}
	if err := examine(); err != nil {
		return err
	}
	stray, err := sqldb.Scalar[int64](ctx, s.db, "SELECT COUNT(*) FROM record_version v WHERE NOT EXISTS (SELECT 1 FROM record_act a WHERE a.type = v.type AND a.record = v.record)")
	if err == nil && stray > 0 {
		r.Problems = append(r.Problems, fault.New("register.no-acts-for", "n", stray))
	}
	return err
}

// checkRecord compares one record with its acts, and gives what is wrong.
func (s *Store) checkRecord(ctx context.Context, stored []storedAct) (problem, err error) {
	var hidden []int64
	for _, x := range stored {
		if slices.ContainsFunc(x.changes, func(c storedChange) bool { return c.Hash != "" }) {
			hidden = append(hidden, x.act.Number)
		}
	}
	personal, err := records{s.db}.personal(ctx, hidden)
	if err != nil {
		return nil, err
	}
	var acts []register.Act
	for _, x := range stored {
		for _, c := range x.changes {
			if c.Hash == "" {
				continue
			}
			if p, kept := personal[personalKey{x.act.Number, c.Column}]; kept && personalHash(p.salt, p.earlier, p.later) != c.Hash {
				return fault.New("register.personal-altered", "number", x.act.Number), nil
			}
		}
		acts = append(acts, x.told(personal))
	}
	a := acts[0]
	line, err := records{s.db}.Timeline(ctx, a.Type, a.Record)
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(line.Versions, register.Fold(acts), sameVersion) {
		return fault.New("register.line-broken", "id", a.Record, "type", a.Type), nil
	}
	return nil, nil
}
