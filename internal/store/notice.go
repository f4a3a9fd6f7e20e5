package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"nhipso/internal/notice"
	"nhipso/internal/register"
	"nhipso/internal/store/sqldb"
)

// NoticeTables are those of notices, letters and subscriptions.
const NoticeTables Migration = "notice"

// notices keeps what people are told.
type notices struct{ s *Store }

var _ notice.Store = notices{}

// Notices gives what the store keeps of notices, letters and subscriptions.
func (s *Store) Notices() notice.Store { return notices{s} }

// onNotices is the name by which those who write notices and letters wait for each other, and for nobody else.
const onNotices = "notices"

// write does something alone among all who write notices and letters.
func (n notices) write(ctx context.Context, do func(*sqldb.Tx) error) error {
	return n.s.db.WriteOn(ctx, []string{onNotices}, do)
}

// acts is the name of the cursor.
const actsCursor = "acts"

// Cursor implements notice.Store.
func (n notices) Cursor(ctx context.Context) (int64, error) {
	return sqldb.Scalar[int64](ctx, n.s.db, "SELECT COALESCE(MAX(act), 0) FROM notice_cursor WHERE name = $1", actsCursor)
}

// errElsewhere ends a step that somebody else has made.
var errElsewhere = errors.New("the cursor stands elsewhere")

// Advance implements notice.Store.
func (n notices) Advance(ctx context.Context, step notice.Step) (bool, error) {
	err := n.write(ctx, func(tx *sqldb.Tx) error {
		at, err := sqldb.Scalar[int64](ctx, tx, "SELECT COALESCE(MAX(act), 0) FROM notice_cursor WHERE name = $1", actsCursor)
		if err != nil {
			return err
		}
		if at != step.From {
			return errElsewhere
		}
		moved, err := tx.Exec(ctx, "UPDATE notice_cursor SET act = $1 WHERE name = $2", step.To, actsCursor)
		if err == nil && moved == 0 {
			_, err = tx.Exec(ctx, "INSERT INTO notice_cursor (name, act) VALUES ($1, $2)", actsCursor, step.To)
		}
		if err != nil {
			return err
		}
		var rows [][]any
		for _, x := range step.Notices {
			rows = append(rows, []any{x.Person, x.Act, string(x.Kind), x.Type, x.Record, sqldb.Time{Time: x.At}, sqldb.Time{Time: x.Read}})
		}
		if err := tx.Insert(ctx, "notice (person, act, kind, type, record, at, seen)", sqldb.Rows(rows)); err != nil {
			return err
		}
		if err := putOut(ctx, tx, step.Letters); err != nil {
			return err
		}
		return forgetPersons(ctx, tx, step.Forget)
	})
	if errors.Is(err, errElsewhere) {
		return false, nil
	}
	return err == nil, err
}

// forgetPersons removes what is kept for persons who have left.
func forgetPersons(ctx context.Context, tx *sqldb.Tx, persons []string) error {
	for _, person := range persons {
		for _, q := range []string{"DELETE FROM notice_preference WHERE person = $1", "DELETE FROM notice_feed WHERE person = $1", "DELETE FROM letter WHERE person = $1"} {
			if _, err := tx.Exec(ctx, q, person); err != nil {
				return err
			}
		}
	}
	return nil
}

// Inbox implements notice.Store.
func (n notices) Inbox(ctx context.Context, person string, f notice.Filter, most int) ([]notice.Notice, error) {
	b := binds{}
	q := "SELECT person, act, kind, type, record, at, seen FROM notice WHERE person = " + b.add(person)
	if f.Type != "" {
		q += " AND type = " + b.add(f.Type)
	}
	if f.Unread {
		q += " AND seen = ''"
	}
	if f.Before > 0 {
		q += " AND act < " + b.add(f.Before)
	}
	return sqldb.Collect(ctx, n.s.db, func(rows *sql.Rows) (x notice.Notice, err error) {
		var kind string
		var at, seen sqldb.Time
		err = rows.Scan(&x.Person, &x.Act, &kind, &x.Type, &x.Record, &at, &seen)
		x.Kind, x.At, x.Read = register.Kind(kind), at.Time, seen.Time
		return x, err
	}, q+" ORDER BY act DESC LIMIT "+b.add(most), b...)
}

// MarkRead implements notice.Store.
func (n notices) MarkRead(ctx context.Context, person string, act, upTo int64, at time.Time) error {
	return n.write(ctx, func(tx *sqldb.Tx) error {
		q, bound := "UPDATE notice SET seen = $1 WHERE person = $2 AND seen = '' AND act = $3", act
		if act == 0 {
			q, bound = "UPDATE notice SET seen = $1 WHERE person = $2 AND seen = '' AND act <= $3", upTo
		}
		_, err := tx.Exec(ctx, q, sqldb.Time{Time: at}, person, bound)
		return err
	})
}

// Preference implements notice.Store.
func (n notices) Preference(ctx context.Context, person string) (notice.Preference, error) {
	p, _, err := sqldb.First(ctx, n.s.db, func(rows *sql.Rows) (notice.Preference, error) {
		var content sqldb.JSON[notice.Preference]
		err := rows.Scan(&content)
		return content.V, err
	}, "SELECT content FROM notice_preference WHERE person = $1", person)
	return p, err
}

// KeepPreference implements notice.Store.
func (n notices) KeepPreference(ctx context.Context, person string, p notice.Preference) error {
	return n.write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM notice_preference WHERE person = $1", person); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO notice_preference (person, content) VALUES ($1, $2)", person, sqldb.JSON[notice.Preference]{V: p})
		return err
	})
}

// SetFeed implements notice.Store.
func (n notices) SetFeed(ctx context.Context, person, hash string) error {
	return n.write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM notice_feed WHERE person = $1", person); err != nil || hash == "" {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO notice_feed (person, hash) VALUES ($1, $2)", person, hash)
		return err
	})
}

// FeedOf implements notice.Store.
func (n notices) FeedOf(ctx context.Context, hash string) (string, bool, error) {
	return sqldb.First(ctx, n.s.db, sqldb.One[string], "SELECT person FROM notice_feed WHERE hash = $1", hash)
}

// Token implements notice.Store.
func (n notices) Token(ctx context.Context, channel string) (string, error) {
	value, _, err := sqldb.First(ctx, n.s.db, sqldb.One[string], "SELECT value FROM channel_token WHERE channel = $1", channel)
	return value, err
}

// KeepToken implements notice.Store.
func (n notices) KeepToken(ctx context.Context, channel, before, after string) (kept bool, err error) {
	err = n.write(ctx, func(tx *sqldb.Tx) error {
		now, found, err := sqldb.First(ctx, tx, sqldb.One[string], "SELECT value FROM channel_token WHERE channel = $1", channel)
		if kept = err == nil && now == before; !kept {
			return err
		}
		q := "UPDATE channel_token SET value = $1 WHERE channel = $2"
		if !found {
			q = "INSERT INTO channel_token (value, channel) VALUES ($1, $2)"
		}
		_, err = tx.Exec(ctx, q, after, channel)
		return err
	})
	return kept && err == nil, err
}
