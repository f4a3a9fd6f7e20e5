package store

import (
	"context"
	"database/sql"
	"time"

	"nhipso/internal/people"
	"nhipso/internal/store/sqldb"
)

// PeopleTables are those of accounts, links and sessions.
const PeopleTables Migration = "people"

var _ people.AccountStore = (*Store)(nil)

// onAccounts is the name by which those who change accounts wait for each other, and for nobody else.
const onAccounts = "accounts"

func account(ctx context.Context, from sqldb.Queryer, person string) (people.Account, bool, error) {
	return sqldb.First(ctx, from, func(rows *sql.Rows) (a people.Account, err error) {
		var retry, locked sqldb.Time
		var proven int64
		err = rows.Scan(&a.Person, &a.Password, &a.Failures, &retry, &a.Secret, &proven, &a.Step, &locked)
		a.Retry, a.Proven, a.Locked = retry.Time, proven == 1, locked.Time
		return a, err
	}, "SELECT person, password, failures, retry, secret, proven, step, locked FROM account WHERE person = $1", person)
}

// Account implements people.AccountStore.
func (s *Store) Account(ctx context.Context, person string) (people.Account, bool, error) {
	return account(ctx, s.db, person)
}

// KeepAccount implements people.AccountStore.
func (s *Store) KeepAccount(ctx context.Context, person string, change func(*people.Account) error) error {
	return s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		a, found, err := account(ctx, tx, person)
		if err != nil {
			return err
		}
		a.Person = person
		if err := change(&a); err != nil {
			return err
		}
		return keepAccount(ctx, tx, a, found)
	})
}

// keepAccount stores an account: a new one, or one that is there. Whether it is closed is stored by LockAccount only.
func keepAccount(ctx context.Context, tx *sqldb.Tx, a people.Account, there bool) error {
	proven := int64(0)
	if a.Proven {
		proven = 1
	}
	row := []any{a.Password, a.Failures, sqldb.Time{Time: a.Retry}, a.Secret, proven, a.Step, a.Person}
	q := "INSERT INTO account (password, failures, retry, secret, proven, step, person) VALUES ($1, $2, $3, $4, $5, $6, $7)"
	if there {
		q = "UPDATE account SET password = $1, failures = $2, retry = $3, secret = $4, proven = $5, step = $6 WHERE person = $7"
	}
	_, err := tx.Exec(ctx, q, row...)
	return err
}

// AddLink implements people.AccountStore.
func (s *Store) AddLink(ctx context.Context, l people.Link) error {
	return s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO link (hash, kind, person, ends, used) VALUES ($1, $2, $3, $4, '')", l.Hash, string(l.Kind), l.Person, sqldb.Time{Time: l.Ends})
		return err
	})
}

// Link implements people.AccountStore.
func (s *Store) Link(ctx context.Context, hash string, kind people.LinkKind, at time.Time) (people.Link, bool, error) {
	return linkOf(ctx, s.db, hash, kind, at)
}

func linkOf(ctx context.Context, from sqldb.Queryer, hash string, kind people.LinkKind, at time.Time) (people.Link, bool, error) {
	return sqldb.First(ctx, from, func(rows *sql.Rows) (l people.Link, err error) {
		var ends, used sqldb.Time
		var kind string
		err = rows.Scan(&l.Hash, &kind, &l.Person, &ends, &used)
		l.Kind, l.Ends, l.Used = people.LinkKind(kind), ends.Time, used.Time
		return l, err
	}, "SELECT hash, kind, person, ends, used FROM link WHERE hash = $1 AND kind = $2 AND used = '' AND ends > $3", hash, string(kind), sqldb.Time{Time: at})
}

// TakeLink implements people.AccountStore.
func (s *Store) TakeLink(ctx context.Context, hash string, kind people.LinkKind, at time.Time) (l people.Link, good bool, err error) {
	err = s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		if l, good, err = linkOf(ctx, tx, hash, kind, at); err != nil || !good {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE link SET used = $1 WHERE hash = $2", sqldb.Time{Time: at}, hash)
		return err
	})
	return l, good && err == nil, err
}

// Sessions gives the sessions of people at work, as their library keeps them.
func (s *Store) Sessions() people.SessionStore { return sessions{s} }

type sessions struct{ s *Store }

// slack is by how much the end of a session may lie behind what its last request made it: else every page that is looked at would be a write.
const slack = time.Minute

type storedSession struct {
	data    []byte
	expires sqldb.Time
}

func (x sessions) find(ctx context.Context, from sqldb.Queryer, hash string) (storedSession, bool, error) {
	return sqldb.First(ctx, from, func(rows *sql.Rows) (v storedSession, err error) {
		err = rows.Scan(&v.data, &v.expires)
		return v, err
	}, "SELECT data, expires FROM session WHERE hash = $1 AND expires > $2 AND length(data) > 0", hash, sqldb.Time{Time: x.s.now()})
}

// FindCtx gives the session of a token's hash.
func (x sessions) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	v, found, err := x.find(ctx, x.s.db, hash)
	return v.data, found, err
}

// CommitCtx keeps a session.
func (x sessions) CommitCtx(ctx context.Context, hash string, data []byte, expires time.Time) error {
	before, found, err := x.find(ctx, x.s.db, hash)
	if err != nil {
		return err
	}
	if found && string(before.data) == string(data) && expires.Sub(before.expires.Time) < slack {
		return nil
	}
	return x.s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE hash = $1 AND length(data) > 0 OR expires <= $2", hash, sqldb.Time{Time: x.s.now()}); err != nil {
			return err
		}
		ended, err := sqldb.Scalar[int64](ctx, tx, "SELECT COUNT(*) FROM session WHERE hash = $1", hash)
		if err != nil || ended > 0 {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO session (hash, data, expires) VALUES ($1, $2, $3)", hash, data, sqldb.Time{Time: expires})
		return err
	})
}

// DeleteCtx ends a session. Its place is kept until it would have ended by itself: a request that is still under way must not bring it back.
func (x sessions) DeleteCtx(ctx context.Context, hash string) error {
	return x.s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE session SET data = $1 WHERE hash = $2", []byte{}, hash)
		return err
	})
}

// AllCtx gives every session that has not ended.
func (x sessions) AllCtx(ctx context.Context) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := sqldb.Each(ctx, x.s.db, func(rows *sql.Rows) error {
		var hash string
		var data []byte
		err := rows.Scan(&hash, &data)
		out[hash] = data
		return err
	}, "SELECT hash, data FROM session WHERE expires > $1 AND length(data) > 0", sqldb.Time{Time: x.s.now()})
	return out, err
}

// Find, Commit and Delete are asked for by the library's type only, which calls those with a context.
func (x sessions) Find(hash string) ([]byte, bool, error) {
	return x.FindCtx(context.Background(), hash)
}

// Commit is CommitCtx without a context.
func (x sessions) Commit(hash string, data []byte, expires time.Time) error {
	return x.CommitCtx(context.Background(), hash, data, expires)
}

// Delete is DeleteCtx without a context.
func (x sessions) Delete(hash string) error { return x.DeleteCtx(context.Background(), hash) }
