package store

import (
	"context"

	"nhipso/internal/register"
	"nhipso/internal/store/sqldb"
)

// reindexed is how many records are made ready for lists in one transaction.
const reindexed = 200

// Indexed implements register.Store.
func (r registry) Indexed(ctx context.Context, kind string) (string, error) {
	text, _, err := sqldb.First(ctx, r.s.db, sqldb.One[string], "SELECT declaration FROM record_index WHERE type = $1", kind)
	return text, err
}

// Reindex implements register.Store.
func (r registry) Reindex(ctx context.Context, kind, declaration string, terms func(register.Version) []register.Term) error {
	after := ""
	for {
		ids, err := sqldb.Collect(ctx, r.s.db, sqldb.One[string], "SELECT DISTINCT record FROM record_act WHERE type = $1 AND record > $2 ORDER BY record LIMIT $3", kind, after, reindexed)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		if err := r.s.write(ctx, func(tx *sqldb.Tx) error {
			for _, id := range ids {
				if err := reindexRecord(ctx, tx, kind, id, terms); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return r.s.write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM record_index WHERE type = $1", kind); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO record_index (type, declaration) VALUES ($1, $2)", kind, declaration)
		return err
	})
}

// reindexRecord works out again by what a record is found, at each time and as far as was known after each act.
func reindexRecord(ctx context.Context, tx *sqldb.Tx, kind, id string, terms func(register.Version) []register.Term) error {
	batches, err := records{tx}.Acts(ctx, kind, id, 0, endlessActs)
	if err != nil {
		return err
	}
	var acts []register.Act
	open := map[termSpan]int64{} // since which act it is known
	var rows [][]any
	row := func(x termSpan, from, until int64) {
		rows = append(rows, []any{kind, x.Column, x.Sort, id, x.Value, from, x.from, x.until, until})
	}
	for _, b := range batches {
		for _, a := range b.Acts {
			acts = append(acts, a)
			now := termSpans(register.Fold(acts), terms)
			for x, from := range open {
				if !now[x] {
					row(x, from, a.Number)
					delete(open, x)
				}
			}
			for x := range now {
				if _, known := open[x]; !known {
					open[x] = a.Number
				}
			}
		}
	}
	for x, from := range open {
		row(x, from, endlessAct)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM record_value WHERE type = $1 AND record = $2", kind, id); err != nil {
		return err
	}
	return tx.Insert(ctx, "record_value (type, field, sort, record, value, act_from, valid_from, valid_until, act_until)", sqldb.Rows(rows))
}

// endlessActs is more acts than a record has.
const endlessActs = 1 << 30
