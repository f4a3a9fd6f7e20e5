package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

// RegisterTables are those of records, their acts, and how they stand.
const RegisterTables Migration = "register"

// registry is the register in a store.
type registry struct {
	records
	s *Store
}

var _ register.Store = registry{}

// Register gives the register that the store keeps.
func (s *Store) Register() register.Store { return registry{records{s.db}, s} }

// Batch implements register.Store.
func (r registry) Batch(ctx context.Context, number int64) (register.Batch, bool, error) {
	return r.batch(ctx, number)
}

// maxActFaults bounds the faults told of one batch.
const maxActFaults = 100

// endless stands for a day or an act that never comes.
const (
	endlessDay = "9999-12-31"
	endlessAct = math.MaxInt64
)

// Act implements register.Store.
func (r registry) Act(ctx context.Context, b *register.Batch, judge register.Judge) error {
	asked, err := digestOf(b)
	if err != nil {
		return err
	}
	s := r.s
	made := *b
	err = s.write(ctx, func(tx *sqldb.Tx) error {
		if before, found, err := s.batchUnder(ctx, tx, b, asked); err != nil || found {
			made = before
			return err
		}
		attempt := attemptOf(b)
		if err := s.keepActs(ctx, tx, &attempt, asked, judge); err != nil {
			return err
		}
		made = attempt
		return nil
	})
	if err == nil {
		*b = made
	}
	return err
}

// attemptOf gives a batch of its own to a transaction, which completes the acts and may be tried again from its start.
func attemptOf(b *register.Batch) register.Batch {
	out := *b
	out.Acts = slices.Clone(b.Acts)
	for i := range out.Acts {
		out.Acts[i].Changes = slices.Clone(out.Acts[i].Changes)
	}
	return out
}

// sameVersion reports whether two versions of one record say the same, of the same time, by the same act.
func sameVersion(x, y register.Version) bool {
	return x.From == y.From && x.Until == y.Until && x.Act == y.Act && maps.Equal(x.Values, y.Values)
}

// errUndone ends a transaction that was only tried.
var errUndone = errors.New("undone")

// Try implements register.Store.
func (r registry) Try(ctx context.Context, b *register.Batch, judge register.Judge) error {
	err := r.s.db.Write(ctx, func(tx *sqldb.Tx) error {
		attempt := attemptOf(b)
		if err := r.s.keepActs(ctx, tx, &attempt, "", judge); err != nil {
			return err
		}
		return errUndone
	})
	if errors.Is(err, errUndone) {
		return nil
	}
	return err
}

// digestOf hashes what a sender asks for, without personal data: a hash of a name is easily guessed from.
func digestOf(b *register.Batch) (string, error) {
	asked := []any{b.Person, b.Organisation, b.Reason}
	for _, a := range b.Acts {
		changes := slices.DeleteFunc(slices.Clone(a.Changes), func(c register.Change) bool { return slices.Contains(a.Personal, c.Column) })
		asked = append(asked, a.Kind, a.Type, a.Record, a.From.String(), a.Base, a.Note, changes)
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return "", fault.New("register.not-text", "what", "acts").Because(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// batchUnder finds the batch that was stored under the same key.
func (s *Store) batchUnder(ctx context.Context, tx *sqldb.Tx, b *register.Batch, asked string) (register.Batch, bool, error) {
	if b.Key == "" {
		return register.Batch{}, false, nil
	}
	type known struct {
		number int64
		digest string
	}
	k, found, err := sqldb.First(ctx, tx, func(rows *sql.Rows) (k known, err error) {
		err = rows.Scan(&k.number, &k.digest)
		return k, err
	}, "SELECT number, digest FROM record_batch WHERE person = $1 AND name = $2", b.Person, b.Key)
	if err != nil || !found {
		return register.Batch{}, false, err
	}
	if k.digest != asked {
		return register.Batch{}, false, fault.New("register.other-content", "key", b.Key)
	}
	before, found, err := records{tx}.batch(ctx, k.number)
	if found && !samePersonal(before, *b) {
		return register.Batch{}, false, fault.New("register.other-content", "key", b.Key)
	}
	return before, found, err
}

// samePersonal reports whether a batch says the same of people as one that is stored, as far as that was not erased: the digest leaves it out.
func samePersonal(stored, sent register.Batch) bool {
	for i, a := range stored.Acts {
		for _, c := range a.Changes {
			if !slices.Contains(a.Personal, c.Column) || c.Gone || i >= len(sent.Acts) {
				continue
			}
			at := slices.IndexFunc(sent.Acts[i].Changes, func(x register.Change) bool { return x.Column == c.Column })
			if at < 0 || strings.TrimSpace(sent.Acts[i].Changes[at].After) != c.After {
				return false
			}
		}
	}
	return true
}

// keepActs stores a batch whose acts are judged one after the other, each by what those before it led to. All faults are told, up to a bound.
func (s *Store) keepActs(ctx context.Context, tx *sqldb.Tx, b *register.Batch, asked string, judge register.Judge) error {
	var err error
	if b.Number, err = s.nextNumber(ctx, tx, batchSeal); err != nil {
		return err
	}
	last, err := sqldb.Scalar[int64](ctx, tx, "SELECT COALESCE(MAX(number), 0) FROM record_act")
	if err != nil {
		return err
	}
	seal := newSealer()
	head := []any{b.Number, b.Key, asked, b.Person, b.Organisation, sqldb.Time{Time: b.At}, b.Reason}
	if err := s.insertSealed(ctx, tx, seal, batchRows, [][]any{head}); err != nil {
		return err
	}
	if err := keepContents(ctx, tx, b.Contents); err != nil {
		return err
	}
	var faults []error
	now := records{tx}
	for i := range b.Acts {
		a := &b.Acts[i]
		a.Number, a.Batch = last+1+int64(i), b.Number
		outcome, err := judge(ctx, now, a)
		switch {
		case err != nil && (fault.CodeOf(err) == "" || strings.HasPrefix(fault.CodeOf(err), "store.")):
			return err
		case err != nil:
			faults = append(faults, placed(err, i, len(b.Acts)))
		default: // also when nothing will be stored: what comes after is judged by it
			if err := s.keepAct(ctx, tx, seal, a, outcome, b.Contents); err != nil {
				return err
			}
		}
		if len(faults) == maxActFaults {
			break
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	return s.audit(ctx, tx, AuditEntry{By: b.Person, At: b.At, What: batchSeal.what, Subject: subjectOf(b), Details: map[string]any{"organisation": b.Organisation, "acts": len(b.Acts),
		"seal": sealed{Kind: batchSeal.id, Key: strconv.FormatInt(b.Number, 10), Last: b.Number, Rows: seal.rows, Hash: seal.sum()}}})
}

// placed says which act of several is at fault.
func placed(err error, i, of int) error {
	var f *fault.Error
	if of > 1 && errors.As(err, &f) && f.Where.Row == 0 {
		return f.At(f.Where.File, i+1, f.Where.Column)
	}
	return err
}

// keepAct stores an act under the seal of its batch, and how its record stands after it.
func (s *Store) keepAct(ctx context.Context, tx *sqldb.Tx, seal *sealer, a *register.Act, o register.Outcome, handed []register.Content) error {
	row, personal, err := s.actRow(a)
	if err != nil {
		return err
	}
	if err := s.insertSealed(ctx, tx, seal, actRows, [][]any{row}); err != nil {
		return err
	}
	if err := tx.Insert(ctx, "record_personal (act, field, salt, earlier, later)", sqldb.Rows(personal)); err != nil {
		return err
	}
	if err := keepUse(ctx, tx, a, handed); err != nil {
		return err
	}
	if err := s.stand(ctx, tx, a, o); err != nil || a.Kind != register.Erased {
		return err
	}
	if err := forgetFiles(ctx, tx, a); err != nil {
		return err
	}
	return forget(ctx, tx, a, o.Terms)
}

// subjectOf names what a batch is about: its record, or how many.
func subjectOf(b *register.Batch) string {
	a := b.Acts[0]
	if len(b.Acts) == 1 {
		return a.Type + "/" + a.Record
	}
	return fmt.Sprintf("%s/%s +%d", a.Type, a.Record, len(b.Acts)-1)
}

// actRow gives an act as it is stored, and the personal data that is stored apart.
func (s *Store) actRow(a *register.Act) (row []any, personal [][]any, err error) {
	kept := make([]storedChange, len(a.Changes))
	for i, c := range a.Changes {
		kept[i] = storedChange{Column: c.Column, Before: c.Before, After: c.After}
		if slices.Contains(a.Personal, c.Column) && a.Kind != register.Erased {
			salt := rand.Text()
			kept[i] = storedChange{Column: c.Column, Hash: personalHash(salt, c.Before, c.After)}
			personal = append(personal, []any{a.Number, c.Column, salt, c.Before, c.After})
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return nil, nil, fault.New("store.internal", "database", s.db.Name).Because(err)
	}
	return []any{a.Number, a.Batch, string(a.Kind), a.Type, a.TypeVersion, a.Record, a.From.String(), a.Base, a.Note, string(text)}, personal, nil
}

// storedChange is a change as an act keeps it: of personal data it has a hash only.
type storedChange struct {
	Column string `json:"column"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	Hash   string `json:"hash,omitempty"`
}

// personalHash is what an act keeps of personal data.
func personalHash(salt, before, after string) string {
	text, _ := json.Marshal([]string{salt, before, after}) // texts always marshal
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// forget removes personal data of a record from everywhere but the hashes of its acts: what was known before holds it too.
func forget(ctx context.Context, tx *sqldb.Tx, a *register.Act, terms func(register.Version) []register.Term) error {
	for _, c := range a.Changes {
		if _, err := tx.Exec(ctx, "DELETE FROM record_personal WHERE field = $1 AND act IN (SELECT number FROM record_act WHERE type = $2 AND record = $3)", c.Column, a.Type, a.Record); err != nil {
			return err
		}
	}
	type earlier struct {
		register.Version
		known int64
	}
	list, err := sqldb.Collect(ctx, tx, func(rows *sql.Rows) (x earlier, err error) {
		var from string
		var content sqldb.JSON[map[string]string]
		if err = rows.Scan(&x.known, &from, &content); err == nil {
			x.Type, x.ID, x.Values = a.Type, a.Record, content.V
			x.From, err = stat.ParseDate(from)
		}
		return x, err
	}, "SELECT act_from, valid_from, content FROM record_version WHERE type = $1 AND record = $2", a.Type, a.Record)
	if err != nil {
		return err
	}
	left := map[register.Term]bool{}
	for _, x := range list {
		for _, c := range a.Changes {
			delete(x.Values, c.Column)
		}
		for _, term := range terms(x.Version) {
			left[term] = true
		}
		if _, err := tx.Exec(ctx, "UPDATE record_version SET content = $1 WHERE type = $2 AND record = $3 AND act_from = $4 AND valid_from = $5",
			sqldb.JSON[map[string]string]{V: x.Values}, a.Type, a.Record, x.known, x.From.String()); err != nil {
			return err
		}
	}
	return forgetTerms(ctx, tx, a, left)
}

// forgetTerms takes the terms away that no version of a record has any more.
func forgetTerms(ctx context.Context, tx *sqldb.Tx, a *register.Act, left map[register.Term]bool) error {
	have, err := sqldb.Collect(ctx, tx, func(rows *sql.Rows) (t register.Term, err error) {
		err = rows.Scan(&t.Column, &t.Sort, &t.Value)
		return t, err
	}, "SELECT DISTINCT field, sort, value FROM record_value WHERE type = $1 AND record = $2", a.Type, a.Record)
	if err != nil {
		return err
	}
	for _, t := range have {
		do := "UPDATE record_value SET sort = '', value = ''"
		if t.Hidden() {
			do = "DELETE FROM record_value"
		}
		if left[t] {
			continue
		}
		if _, err := tx.Exec(ctx, do+" WHERE type = $1 AND record = $2 AND field = $3 AND sort = $4 AND value = $5", a.Type, a.Record, t.Column, t.Sort, t.Value); err != nil {
			return err
		}
	}
	return nil
}

// until is the end of a version as it is stored.
func until(day stat.Date) string {
	if day.IsZero() {
		return endlessDay
	}
	return day.String()
}

// stand stores how a record stands after an act, where that differs from before.
func (s *Store) stand(ctx context.Context, tx *sqldb.Tx, a *register.Act, o register.Outcome) error {
	for _, v := range o.Before {
		if slices.ContainsFunc(o.After, func(w register.Version) bool { return sameVersion(v, w) }) {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE record_version SET act_until = $1 WHERE type = $2 AND record = $3 AND valid_from = $4 AND act_until = $5",
			a.Number, a.Type, a.Record, v.From.String(), int64(endlessAct)); err != nil {
			return err
		}
	}
	var rows [][]any
	for _, v := range o.After {
		if !slices.ContainsFunc(o.Before, func(w register.Version) bool { return sameVersion(v, w) }) {
			rows = append(rows, []any{a.Type, a.Record, a.Number, v.From.String(), until(v.Until), int64(endlessAct), v.Act, sqldb.JSON[map[string]string]{V: v.Values}})
		}
	}
	if err := tx.Insert(ctx, "record_version (type, record, act_from, valid_from, valid_until, act_until, act, content)", sqldb.Rows(rows)); err != nil {
		return err
	}
	return s.index(ctx, tx, a, termSpans(o.Before, o.Terms), termSpans(o.After, o.Terms))
}

// termSpan is a time during which a record has a term.
type termSpan struct {
	register.Term
	from, until string
}

// termSpans gives the longest times during which a record has each of its terms.
func termSpans(line []register.Version, terms func(register.Version) []register.Term) map[termSpan]bool {
	out := map[termSpan]bool{}
	open := map[register.Term]termSpan{}
	for _, v := range line {
		now := map[register.Term]termSpan{}
		for _, term := range terms(v) {
			x := termSpan{term, v.From.String(), until(v.Until)}
			if before, goes := open[term]; goes && before.until == x.from {
				delete(out, before)
				x.from = before.from
			}
			out[x], now[term] = true, x
		}
		open = now
	}
	return out
}

// index stores the terms by which a record is found, where they differ from before.
func (s *Store) index(ctx context.Context, tx *sqldb.Tx, a *register.Act, before, after map[termSpan]bool) error {
	for x := range before {
		if after[x] {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE record_value SET act_until = $1 WHERE type = $2 AND field = $3 AND record = $4 AND sort = $5 AND value = $6 AND valid_from = $7 AND act_until = $8",
			a.Number, a.Type, x.Column, a.Record, x.Sort, x.Value, x.from, int64(endlessAct)); err != nil {
			return err
		}
	}
	var rows [][]any
	for x := range after {
		if !before[x] {
			rows = append(rows, []any{a.Type, x.Column, x.Sort, a.Record, x.Value, a.Number, x.from, x.until, int64(endlessAct)})
		}
	}
	return tx.Insert(ctx, "record_value (type, field, sort, record, value, act_from, valid_from, valid_until, act_until)", sqldb.Rows(rows))
}
