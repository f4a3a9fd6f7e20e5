package store

import (
	"context"
	"database/sql"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/store/sqldb"
)

// AddChallenge implements people.ChallengeStore.
func (s *Store) AddChallenge(ctx context.Context, hash, kind, data string, ends time.Time) error {
	return s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM challenge WHERE ends <= $1", sqldb.Time{Time: s.now()}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO challenge (hash, kind, data, ends) VALUES ($1, $2, $3, $4)", hash, kind, data, sqldb.Time{Time: ends})
		return err
	})
}

// TakeChallenge implements people.ChallengeStore.
func (s *Store) TakeChallenge(ctx context.Context, hash, kind string, at time.Time) (data string, good bool, err error) {
	err = s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		if data, good, err = sqldb.First(ctx, tx, sqldb.One[string], "SELECT data FROM challenge WHERE hash = $1 AND kind = $2 AND ends > $3", hash, kind, sqldb.Time{Time: at}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM challenge WHERE hash = $1", hash)
		return err
	})
	return data, good && err == nil, err
}

func scanIdentity(rows *sql.Rows) (i people.Identity, err error) {
	var made sqldb.Time
	err = rows.Scan(&i.Issuer, &i.Subject, &i.Person, &made)
	i.Made = made.Time
	return i, err
}

// Identity implements people.IdentityStore.
func (s *Store) Identity(ctx context.Context, issuer, subject string) (people.Identity, bool, error) {
	return sqldb.First(ctx, s.db, scanIdentity, "SELECT issuer, subject, person, made FROM identity WHERE issuer = $1 AND subject = $2", issuer, subject)
}

// Identities implements people.IdentityStore.
func (s *Store) Identities(ctx context.Context, person string) ([]people.Identity, error) {
	return sqldb.Collect(ctx, s.db, scanIdentity, "SELECT issuer, subject, person, made FROM identity WHERE person = $1 ORDER BY issuer, subject", person)
}

// AddIdentity implements people.IdentityStore.
func (s *Store) AddIdentity(ctx context.Context, i people.Identity) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		_, there, err := sqldb.First(ctx, tx, scanIdentity, "SELECT issuer, subject, person, made FROM identity WHERE issuer = $1 AND subject = $2", i.Issuer, i.Subject)
		if err != nil {
			return err
		}
		if there {
			return fault.New("people.identity-there")
		}
		if _, err := tx.Exec(ctx, "INSERT INTO identity (issuer, subject, person, made) VALUES ($1, $2, $3, $4)", i.Issuer, i.Subject, i.Person, sqldb.Time{Time: i.Made}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: i.Person, What: "identity.linked", Subject: i.Person, Details: map[string]any{"issuer": i.Issuer}})
	})
}

// DropIdentity implements people.IdentityStore.
func (s *Store) DropIdentity(ctx context.Context, person, issuer string) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, "DELETE FROM identity WHERE person = $1 AND issuer = $2", person, issuer)
		if err != nil || n == 0 {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: person, What: "identity.unlinked", Subject: person, Details: map[string]any{"issuer": issuer}})
	})
}

// TakeInvitation implements people.IdentityStore.
func (s *Store) TakeInvitation(ctx context.Context, person string, at time.Time) (good bool, err error) {
	err = s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE link SET used = $1 WHERE person = $2 AND kind = $3 AND used = '' AND ends > $1", sqldb.Time{Time: at}, person, string(people.InviteLink))
		good = n > 0
		return err
	})
	return good && err == nil, err
}

func scanPasskey(rows *sql.Rows) (k people.Passkey, err error) {
	var made, used sqldb.Time
	err = rows.Scan(&k.ID, &k.Person, &k.Name, &k.Credential, &made, &used)
	k.Made, k.Used = made.Time, used.Time
	return k, err
}

const passkeyColumns = "SELECT id, person, name, credential, made, used FROM passkey "

// AddPasskey implements people.PasskeyStore.
func (s *Store) AddPasskey(ctx context.Context, k people.Passkey) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		_, there, err := sqldb.First(ctx, tx, scanPasskey, passkeyColumns+"WHERE id = $1", k.ID)
		if err != nil {
			return err
		}
		if there {
			return fault.New("people.passkey-there")
		}
		if _, err := tx.Exec(ctx, "INSERT INTO passkey (id, person, name, credential, made, used) VALUES ($1, $2, $3, $4, $5, '')", k.ID, k.Person, k.Name, k.Credential, sqldb.Time{Time: k.Made}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: k.Person, What: "passkey.added", Subject: k.Person})
	})
}

// Passkeys implements people.PasskeyStore.
func (s *Store) Passkeys(ctx context.Context, person string) ([]people.Passkey, error) {
	return sqldb.Collect(ctx, s.db, scanPasskey, passkeyColumns+"WHERE person = $1 ORDER BY made, id", person)
}

// UsePasskey implements people.PasskeyStore.
func (s *Store) UsePasskey(ctx context.Context, id string, at time.Time, use func(*people.Passkey) error) error {
	return s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		k, there, err := sqldb.First(ctx, tx, scanPasskey, passkeyColumns+"WHERE id = $1", id)
		if err != nil {
			return err
		}
		if !there {
			return fault.New("people.passkey")
		}
		if err := use(&k); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE passkey SET credential = $1, used = $2 WHERE id = $3", k.Credential, sqldb.Time{Time: at}, id)
		return err
	})
}

// DropPasskey implements people.PasskeyStore.
func (s *Store) DropPasskey(ctx context.Context, person, id string) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, "DELETE FROM passkey WHERE person = $1 AND id = $2", person, id)
		if err != nil || n == 0 {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: person, What: "passkey.removed", Subject: person})
	})
}
