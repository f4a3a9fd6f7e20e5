package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/store/sqldb"
)

// SignInTables are those of tokens of people, browsers that were let in, passkeys, identities at providers, and challenges.
const SignInTables Migration = "signin"

// LockAccount implements people.LockStore.
func (s *Store) LockAccount(ctx context.Context, person, by string, closed bool) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		x, known, err := account(ctx, tx, person)
		if err != nil || x.Locked.IsZero() != closed { // it is so already
			return err
		}
		at, what := sqldb.Time{}, "account.unlocked"
		if closed {
			at, what = sqldb.Time{Time: s.now()}, "account.locked"
		}
		if !known {
			x.Person = person
			if err := keepAccount(ctx, tx, x, false); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE account SET locked = $1 WHERE person = $2", at, person); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: by, What: what, Subject: person})
	})
}

// ForgetAccount implements people.LockStore. Tokens stay, ended: the audit log names them.
func (s *Store) ForgetAccount(ctx context.Context, person string) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		for _, table := range []string{"account", "link", "browser", "identity", "passkey"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE person = $1", person); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE person_token SET ended = $1, ended_by = $2 WHERE person = $3 AND ended = ''", sqldb.Time{Time: s.now()}, people.Program, person)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE person_token SET name = '' WHERE person = $1", person)
		return err
	})
}

const personTokenColumns = "SELECT id, person, name, types, acts, organisations, made, ends, used, ended, ended_by FROM person_token "

func scanPersonToken(rows *sql.Rows) (t people.Token, err error) {
	var types, organisations string
	var acts int64
	var made, ends, used, ended sqldb.Time
	err = rows.Scan(&t.ID, &t.Person, &t.Name, &types, &acts, &organisations, &made, &ends, &used, &ended, &t.EndedBy)
	t.Bounds = people.Bounds{Types: strings.Fields(types), Acts: acts == 1, Organisations: strings.Fields(organisations)}
	t.Made, t.Ends, t.Used, t.Ended = made.Time, ends.Time, used.Time, ended.Time
	return t, err
}

// AddPersonToken implements people.TokenStore.
func (s *Store) AddPersonToken(ctx context.Context, t people.Token, hash string) error {
	acts := int64(0)
	if t.Bounds.Acts {
		acts = 1
	}
	return s.write(ctx, func(tx *sqldb.Tx) error {
		types, organisations := strings.Join(t.Bounds.Types, " "), strings.Join(t.Bounds.Organisations, " ")
		if _, err := tx.Exec(ctx, "INSERT INTO person_token (id, hash, person, name, types, acts, organisations, made, ends, used, ended, ended_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', '')",
			t.ID, hash, t.Person, t.Name, types, acts, organisations, sqldb.Time{Time: t.Made}, sqldb.Time{Time: t.Ends}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: t.Person, What: "person-token.added", Subject: t.ID, Details: map[string]any{"types": t.Bounds.Types, "acts": t.Bounds.Acts,
			"organisations": t.Bounds.Organisations, "ends": t.Ends.UTC().Format(time.RFC3339)}})
	})
}

// PersonTokens implements people.TokenStore.
func (s *Store) PersonTokens(ctx context.Context, person string) ([]people.Token, error) {
	return sqldb.Collect(ctx, s.db, scanPersonToken, personTokenColumns+"WHERE person = $1 OR $1 = '' ORDER BY made DESC, id", person)
}

// PersonTokenOf implements people.TokenStore.
func (s *Store) PersonTokenOf(ctx context.Context, hash string) (people.Token, bool, error) {
	return sqldb.First(ctx, s.db, scanPersonToken, personTokenColumns+"WHERE hash = $1", hash)
}

// TokenUsed implements people.TokenStore.
func (s *Store) TokenUsed(ctx context.Context, id string, at time.Time) error {
	return s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE person_token SET used = $1 WHERE id = $2", sqldb.Time{Time: at}, id)
		return err
	})
}

// EndPersonToken implements people.TokenStore.
func (s *Store) EndPersonToken(ctx context.Context, person, id, by string) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE person_token SET ended = $1, ended_by = $2 WHERE id = $3 AND person = $4 AND ended = ''", sqldb.Time{Time: s.now()}, by, id, person)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New("people.no-token", "id", id)
		}
		return s.audit(ctx, tx, AuditEntry{By: by, What: "person-token.ended", Subject: id})
	})
}

// AddBrowser implements people.BrowserStore.
func (s *Store) AddBrowser(ctx context.Context, b people.Browser) error {
	return s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM browser WHERE ends <= $1", sqldb.Time{Time: s.now()}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO browser (hash, person, failures, retry, ends) VALUES ($1, $2, $3, $4, $5)", b.Hash, b.Person, b.Failures, sqldb.Time{Time: b.Retry}, sqldb.Time{Time: b.Ends})
		return err
	})
}

// KeepBrowser implements people.BrowserStore.
func (s *Store) KeepBrowser(ctx context.Context, hash, person string, at time.Time, change func(*people.Browser) error) (known bool, err error) {
	err = s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		b, found, err := sqldb.First(ctx, tx, func(rows *sql.Rows) (b people.Browser, err error) {
			var retry, ends sqldb.Time
			err = rows.Scan(&b.Hash, &b.Person, &b.Failures, &retry, &ends)
			b.Retry, b.Ends = retry.Time, ends.Time
			return b, err
		}, "SELECT hash, person, failures, retry, ends FROM browser WHERE hash = $1 AND person = $2 AND ends > $3", hash, person, sqldb.Time{Time: at})
		if known = found; err != nil || !found {
			return err
		}
		if err := change(&b); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE browser SET failures = $1, retry = $2 WHERE hash = $3", b.Failures, sqldb.Time{Time: b.Retry}, hash)
		return err
	})
	return known, err
}
