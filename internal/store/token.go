package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// Token lets a program submit figures of some dataflows in the name of a sender.
type Token struct {
	ID        string // names it; no secret
	Sender    string
	Flows     []string
	By        string // who made it
	At        time.Time
	Revoked   time.Time // zero while it is good
	RevokedBy string

	hash string // of its secret
}

// May reports whether a token lets its bearer bring figures of a dataflow.
func (t Token) May(dataflow string) bool { return slices.Contains(t.Flows, dataflow) }

// AddToken makes a token, and gives the secret by which its bearer is known. The secret is kept nowhere; an entry of the audit log says who
// made the token, for whom.
func (s *Store) AddToken(ctx context.Context, t Token) (made Token, secret string, err error) {
	if strings.TrimSpace(t.Sender) == "" || len(t.Flows) == 0 {
		return t, "", fault.New("intake.token-for-nobody")
	}
	secret = rand.Text() + rand.Text() // 256 bits: nobody guesses it, so a plain hash keeps it
	t.ID, t.At = strings.ToLower(rand.Text()[:10]), s.now()
	err = s.write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO token (id, hash, sender, flows, made_by, made_at, revoked_by, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, '', '')",
			t.ID, hashOf(secret), t.Sender, strings.Join(t.Flows, " "), t.By, sqldb.Time{Time: t.At}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: t.By, What: "token.added", Subject: t.ID, Details: map[string]any{"sender": t.Sender, "dataflows": t.Flows}})
	})
	return t, secret, err
}

func hashOf(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

const tokenColumns = "SELECT id, sender, flows, made_by, made_at, revoked_by, revoked_at, hash FROM token "

func scanToken(rows *sql.Rows) (t Token, err error) {
	var flows string
	var at, revoked sqldb.Time
	err = rows.Scan(&t.ID, &t.Sender, &flows, &t.By, &at, &t.RevokedBy, &revoked, &t.hash)
	t.Flows, t.At, t.Revoked = strings.Fields(flows), at.Time, revoked.Time
	return t, err
}

// Tokens lists all tokens, those that were revoked too, by sender.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	return sqldb.Collect(ctx, s.db, scanToken, tokenColumns+"ORDER BY sender, made_at, id")
}

// TokensBySecret finds the tokens that some secrets belong to; a secret of none, or of one that was revoked, is left out.
func (s *Store) TokensBySecret(ctx context.Context, secrets []string) (map[string]Token, error) {
	out := map[string]Token{}
	for part := range slices.Chunk(secrets, sqldb.Chunk(1)) {
		of, hashes := map[string]string{}, []any{}
		for _, secret := range part {
			hash := hashOf(secret)
			of[hash], hashes = secret, append(hashes, hash)
		}
		found, err := sqldb.Collect(ctx, s.db, scanToken, tokenColumns+"WHERE revoked_at = '' AND hash IN (VALUES "+sqldb.Values(len(part), 1, 0)+")", hashes...)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			out[of[t.hash]] = t
		}
	}
	return out, nil
}

// RevokeToken makes a token worthless from now on, with an entry in the audit log.
func (s *Store) RevokeToken(ctx context.Context, id, by string) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		at := s.now()
		n, err := tx.Exec(ctx, "UPDATE token SET revoked_by = $1, revoked_at = $2 WHERE id = $3 AND revoked_at = ''", by, sqldb.Time{Time: at}, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New("intake.no-token", "id", id)
		}
		return s.audit(ctx, tx, AuditEntry{By: by, What: "token.revoked", Subject: id})
	})
}
