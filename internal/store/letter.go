package store

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"time"

	"nhipso/internal/notice"
	"nhipso/internal/store/sqldb"
)

const letterColumns = "id, channel, about, person, address, subject, facts, lang, bundle, message, made, due, until, tries, state, ended, fault"

func scanLetter(rows *sql.Rows) (l notice.Letter, err error) {
	var about, state string
	var facts sqldb.JSON[map[string]string]
	var said sqldb.JSON[notice.Fault]
	var made, due, until, ended sqldb.Time
	err = rows.Scan(&l.ID, &l.Channel, &about, &l.Person, &l.Address, &l.Subject, &facts, &l.Lang, &l.Bundle, &l.Message, &made, &due, &until, &l.Tries, &state, &ended, &said)
	l.About, l.State, l.Facts, l.Fault = notice.About(about), notice.State(state), facts.V, said.V
	l.Made, l.Due, l.Until, l.Ended = made.Time, due.Time, until.Time, ended.Time
	return l, err
}

// putOut adds letters that are not there yet.
func putOut(ctx context.Context, tx *sqldb.Tx, letters []notice.Letter) error {
	for _, l := range letters {
		_, err := tx.Exec(ctx, "INSERT INTO letter ("+letterColumns+`, held) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11, $12, 0, 'waiting', '', '', '')
			ON CONFLICT (id) DO NOTHING`, l.ID, l.Channel, string(l.About), l.Person, l.Address, l.Subject, sqldb.JSON[map[string]string]{V: l.Facts}, l.Lang, cmp.Or(l.Bundle, l.ID),
			sqldb.Time{Time: l.Made}, sqldb.Time{Time: l.Due}, sqldb.Time{Time: l.Until})
		if err != nil {
			return err
		}
	}
	return nil
}

// PutOut implements notice.Store.
func (n notices) PutOut(ctx context.Context, letters ...notice.Letter) error {
	return n.write(ctx, func(tx *sqldb.Tx) error { return putOut(ctx, tx, letters) })
}

// among is the condition that a column has one of some values.
func (b *binds) among(column string, values []string) string {
	if len(values) == 0 {
		return "1 = 0"
	}
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = b.add(v)
	}
	return column + " IN (" + strings.Join(list, ", ") + ")"
}

// mostAMessage bounds the letters of one message; the rest of a bundle is the next one.
const mostAMessage = 500

// Claim implements notice.Store. The first letter that is due leads; with it go those of its message, or else of its bundle, which are one message
// from then on.
func (n notices) Claim(ctx context.Context, now time.Time, lease time.Duration, channels []string) (out []notice.Letter, err error) {
	at := sqldb.Time{Time: now}
	err = n.write(ctx, func(tx *sqldb.Tx) error {
		b := binds{}
		lead, found, err := sqldb.First(ctx, tx, scanLetter, "SELECT "+letterColumns+" FROM letter WHERE state = 'waiting' AND "+b.among("channel", channels)+" AND due <= "+b.add(at)+" AND held <= "+b.add(at)+
			" ORDER BY due, id LIMIT 1", b...)
		if err != nil || !found {
			return err
		}
		if out, err = sqldb.Collect(ctx, tx, scanLetter, "SELECT "+letterColumns+" FROM letter WHERE state = 'waiting' AND bundle = $1 AND message = $2 AND due <= $3 AND held <= $3 ORDER BY id LIMIT $4",
			lead.Bundle, lead.Message, at, mostAMessage); err != nil {
			return err
		}
		message := lead.Message
		if message == "" {
			message = notice.HashOf(lead.Bundle + "\x00" + out[0].ID)[:32]
		}
		for i := range out {
			out[i].Message = message
			if _, err := tx.Exec(ctx, "UPDATE letter SET message = $1, held = $2 WHERE id = $3", message, sqldb.Time{Time: now.Add(lease)}, out[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Settle implements notice.Store. Of a letter that has ended nothing is kept of what it was told, but for one that somebody has to look at.
func (n notices) Settle(ctx context.Context, s notice.Settlement) error {
	return n.write(ctx, func(tx *sqldb.Tx) error {
		tried := 0
		if s.Tried {
			tried = 1
		}
		for _, id := range s.IDs {
			var err error
			if s.State == notice.Waiting {
				_, err = tx.Exec(ctx, "UPDATE letter SET held = '', due = $1, tries = tries + $2, fault = $3 WHERE id = $4 AND state = 'waiting'", sqldb.Time{Time: s.Due}, tried, sqldb.JSON[notice.Fault]{V: s.Fault}, id)
			} else {
				_, err = tx.Exec(ctx, "UPDATE letter SET held = '', facts = CASE WHEN $1 = 'dead' AND about <> 'proof' THEN facts ELSE '' END, state = $1, ended = $2, tries = tries + $3, fault = $4 WHERE id = $5 AND state = 'waiting'", string(s.State), sqldb.Time{Time: s.At}, tried,
					sqldb.JSON[notice.Fault]{V: s.Fault}, id)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// PutOff implements notice.Store.
func (n notices) PutOff(ctx context.Context, channel string, now, until time.Time) error {
	return n.write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE letter SET due = $1 WHERE state = 'waiting' AND channel = $2 AND due <= $3 AND until > $1 AND held <= $3", sqldb.Time{Time: until}, channel, sqldb.Time{Time: now})
		return err
	})
}

// NextDue implements notice.Store.
func (n notices) NextDue(ctx context.Context, channels []string) (notice.Letter, bool, error) {
	b := binds{}
	free := "CASE WHEN held > due THEN held ELSE due END" // what somebody hands over now is free when their lease is over
	return sqldb.First(ctx, n.s.db, scanLetter, "SELECT "+strings.Replace(letterColumns, " due,", " "+free+",", 1)+" FROM letter WHERE state = 'waiting' AND "+b.among("channel", channels)+" ORDER BY "+free+", id LIMIT 1", b...)
}

// Counts implements notice.Store.
func (n notices) Counts(ctx context.Context, now time.Time) (c notice.Counts, err error) {
	if c.Waiting, err = sqldb.Scalar[int64](ctx, n.s.db, "SELECT COUNT(*) FROM letter WHERE state = 'waiting'"); err != nil {
		return c, err
	}
	oldest, err := sqldb.Scalar[string](ctx, n.s.db, "SELECT COALESCE(MIN(made), '') FROM letter WHERE state = 'waiting' AND due <= $1", sqldb.Time{Time: now})
	if err != nil {
		return c, err
	}
	var at sqldb.Time
	if err = at.Scan(oldest); err != nil {
		return c, n.s.db.Fault(err)
	}
	c.Oldest = at.Time
	c.Dead, err = sqldb.Scalar[int64](ctx, n.s.db, "SELECT COUNT(*) FROM letter WHERE state = 'dead'")
	return c, err
}

// DeadLetters implements notice.Store.
func (n notices) DeadLetters(ctx context.Context, most int) ([]notice.Letter, error) {
	return sqldb.Collect(ctx, n.s.db, scanLetter, "SELECT "+letterColumns+" FROM letter WHERE state = 'dead' ORDER BY ended DESC, id LIMIT $1", most)
}

// Revive implements notice.Store.
func (n notices) Revive(ctx context.Context, id string, now, until time.Time) error {
	return n.write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE letter SET state = 'waiting', ended = '', tries = 0, fault = '', due = $1, until = $2 WHERE state = 'dead' AND ($3 = '' OR id = $3)", sqldb.Time{Time: now}, sqldb.Time{Time: until}, id)
		return err
	})
}

// SentTo implements notice.Store.
func (n notices) SentTo(ctx context.Context, about notice.About, address string, since time.Time) (int64, error) {
	return sqldb.Scalar[int64](ctx, n.s.db, "SELECT COUNT(*) FROM letter WHERE state = 'sent' AND about = $1 AND address = $2 AND ended >= $3", string(about), address, sqldb.Time{Time: since})
}

// deadFor is how much longer letters stay that somebody has to look at.
const deadFor = 90 * 24 * time.Hour

// Purge implements notice.Store.
func (n notices) Purge(ctx context.Context, before time.Time) error {
	return n.write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM letter WHERE state IN ('sent', 'dropped') AND ended < $1", sqldb.Time{Time: before}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM letter WHERE state = 'dead' AND ended < $1", sqldb.Time{Time: before.Add(-deadFor)}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM subscription WHERE began = '' AND made < $1", sqldb.Time{Time: before})
		return err
	})
}
