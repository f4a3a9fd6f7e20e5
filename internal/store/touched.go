package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"

	"nhipso/internal/cube"
	"nhipso/internal/store/sqldb"
)

// mostTouched bounds over how many messages is looked at once: beyond that, reading the figures again costs no more than asking what to read.
const mostTouched = 4096

// Touched implements pipeline.Store. What a message brought stands in the audit log, so that no figure has to be looked at.
func (s *Store) Touched(ctx context.Context, of cube.Messages) (dataflows []string, told bool, err error) {
	if of.Len() == 0 {
		return nil, true, nil
	}
	if of.Max()-of[0].From >= mostTouched {
		return nil, false, nil
	}
	flows := map[string]bool{}
	told = true
	found := int64(0)
	err = messagesAfter(ctx, s.db, of[0].From-1, func(number int64, brought []string) {
		if of.Has(number) {
			found++
			told = told && len(brought) > 0
			for _, id := range brought {
				flows[id] = true
			}
		}
	})
	for id := range flows {
		dataflows = append(dataflows, id)
	}
	slices.Sort(dataflows)
	return dataflows, told && found == of.Len(), err
}

// messagesAfter tells of each message after a number which dataflows it brought figures of: none where it was stored before the log said so.
func messagesAfter(ctx context.Context, from sqldb.Queryer, after int64, tell func(number int64, dataflows []string)) error {
	return sqldb.Each(ctx, from, func(rows *sql.Rows) error {
		var subject, details string
		if err := rows.Scan(&subject, &details); err != nil {
			return err
		}
		var said struct {
			Dataflows []string `json:"dataflows"`
		}
		number, err := strconv.ParseInt(subject, 10, 64)
		if err != nil || number <= after {
			return err
		}
		if err := json.Unmarshal([]byte(details), &said); err != nil {
			return err
		}
		tell(number, said.Dataflows)
		return nil
	}, `SELECT subject, details FROM audit WHERE what = $1 ORDER BY number DESC
		LIMIT (SELECT CASE WHEN MAX(number) > $2 THEN MAX(number) - $2 ELSE 0 END FROM message)`, messageSeal.what, after)
}
