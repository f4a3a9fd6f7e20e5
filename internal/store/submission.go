package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// IntakeTables are those of submissions, of the tokens by which programs make them, and of the receipts that they are given.
const IntakeTables Migration = "intake"

// Fate is where a submission stands.
type Fate string

// The fates of a submission. What is accepted will be stored or refused, whatever becomes of the program.
const (
	Accepted  Fate = "accepted"
	Committed Fate = "committed"
	Refused   Fate = "refused"
)

// Submission is a message that a program sent and that was accepted to be stored in its turn.
type Submission struct {
	Number int64
	ID     string // cannot be guessed
	Sender string
	Key    string   // by which its sender names it
	Digest string   // of the body
	Flows  []string // dataflows that it may bring figures of
	File   string   // name for messages about rows
	Body   []byte   // as sent; gone once the submission is settled
	At     time.Time

	State   Fate
	Settled time.Time
	Receipt cube.Receipt // once it is committed
	Reasons []Reason     // once it is refused
}

// Reason is a fault of a refused submission, said in both languages.
type Reason struct {
	Code   string `json:"code"`
	Row    int    `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
	Vi     string `json:"vi"`
	En     string `json:"en"`
}

// ReasonsOf says an error as a sender will read it later.
func ReasonsOf(err error) (out []Reason) {
	for _, f := range fault.All(err) {
		out = append(out, Reason{f.Code, f.Where.Row, f.Where.Column, fault.In(f, "vi"), fault.In(f, "en")})
	}
	return out
}

// Backlog bounds what may wait to be stored. Beyond it nothing is accepted until some of it is settled.
type Backlog struct {
	Messages int64
	Bytes    int64
}

// waitsInLine is the name by which those who accept wait for each other, and for nobody else.
const waitsInLine = "submissions"

// Accept keeps submissions to be stored later, all in one transaction and with few statements, however many they are: who comes at the same time
// waits for one flush of the disk. Each gets its number, identifier and state, or a fault: the same key with the same content gives the
// submission of before, with other content it is refused, and so is what goes beyond the backlog.
func (s *Store) Accept(ctx context.Context, list []*Submission, most Backlog) ([]error, error) {
	faults := make([]error, len(list))
	err := s.db.WriteOn(ctx, []string{waitsInLine}, func(tx *sqldb.Tx) error {
		clear(faults)
		waiting, err := backlog(ctx, tx)
		if err != nil {
			return err
		}
		number, err := sqldb.Scalar[int64](ctx, tx, "SELECT COALESCE(MAX(number), 0) FROM submission")
		if err != nil {
			return err
		}
		known, err := s.underKeys(ctx, tx, list)
		if err != nil {
			return err
		}
		var rows [][]any
		for i, x := range list {
			before, found := known[[2]string{x.Sender, x.Key}]
			switch {
			case found && before.Digest != x.Digest:
				faults[i] = fault.New("cube.other-content", "key", x.Key)
				continue
			case found:
				*x = *before
				continue
			case waiting.Messages >= most.Messages, waiting.Bytes+int64(len(x.Body)) > most.Bytes:
				faults[i] = fault.New("intake.full", "n", waiting.Messages)
				continue
			}
			number++
			waiting.Messages, waiting.Bytes = waiting.Messages+1, waiting.Bytes+int64(len(x.Body))
			x.Number, x.ID, x.At, x.State = number, rand.Text(), s.now(), Accepted
			known[[2]string{x.Sender, x.Key}] = x
			rows = append(rows, []any{x.Number, x.ID, x.Sender, x.Key, x.Digest, strings.Join(x.Flows, " "), x.File, len(x.Body), x.Body, sqldb.Time{Time: x.At}, string(x.State), "", ""})
		}
		return tx.Insert(ctx, "submission (number, id, sender, name, digest, flows, file, size, body, at, state, settled, outcome)", sqldb.Rows(rows))
	})
	return faults, err
}

// underKeys finds what was accepted before under the keys of some submissions.
func (s *Store) underKeys(ctx context.Context, from sqldb.Queryer, list []*Submission) (map[[2]string]*Submission, error) {
	out := map[[2]string]*Submission{}
	for part := range slices.Chunk(list, sqldb.Chunk(2)) {
		var keys []any
		for _, x := range part {
			keys = append(keys, x.Sender, x.Key)
		}
		known, err := sqldb.Collect(ctx, from, scanSubmission, submissionColumns+"WHERE (sender, name) IN (VALUES "+sqldb.Values(len(part), 2, 0)+")", keys...)
		if err != nil {
			return nil, err
		}
		for i, x := range known {
			out[[2]string{x.Sender, x.Key}] = &known[i]
		}
	}
	return out, nil
}

// backlog counts what waits.
func backlog(ctx context.Context, from sqldb.Queryer) (Backlog, error) {
	b, _, err := sqldb.First(ctx, from, func(rows *sql.Rows) (b Backlog, err error) {
		err = rows.Scan(&b.Messages, &b.Bytes)
		return b, err
	}, "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM submission WHERE state = 'accepted'")
	return b, err
}

// Backlog counts what waits to be stored.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) { return backlog(ctx, s.db) }

const submissionColumns = "SELECT number, id, sender, name, digest, flows, file, at, state, settled, outcome FROM submission "

func scanSubmission(rows *sql.Rows) (x Submission, err error) {
	var flows, state, outcome string
	var at, settled sqldb.Time
	if err = rows.Scan(&x.Number, &x.ID, &x.Sender, &x.Key, &x.Digest, &flows, &x.File, &at, &state, &settled, &outcome); err != nil {
		return x, err
	}
	x.Flows, x.At, x.State, x.Settled = strings.Fields(flows), at.Time, Fate(state), settled.Time
	switch x.State {
	case Committed:
		err = json.Unmarshal([]byte(outcome), &x.Receipt)
	case Refused:
		err = json.Unmarshal([]byte(outcome), &x.Reasons)
	case Accepted:
	}
	return x, err
}

// SubmissionByID gives a submission of a sender without its body, or intake.no-submission: that of another sender is none.
func (s *Store) SubmissionByID(ctx context.Context, sender, id string) (Submission, error) {
	x, found, err := sqldb.First(ctx, s.db, scanSubmission, submissionColumns+"WHERE id = $1 AND sender = $2", id, sender)
	if err == nil && !found {
		err = fault.New("intake.no-submission", "id", id)
	}
	return x, err
}

// Waiting gives the first submissions behind a number that wait, with their bodies: so many, and no more than so many bytes after the first.
func (s *Store) Waiting(ctx context.Context, behind int64, most Backlog) ([]Submission, error) {
	list, err := sqldb.Collect(ctx, s.db, scanSubmission, submissionColumns+"WHERE state = 'accepted' AND number > $1 ORDER BY number LIMIT $2", behind, most.Messages)
	if err != nil {
		return nil, err
	}
	bytes := int64(0)
	for i := range list {
		body, found, err := sqldb.First(ctx, s.db, sqldb.One[[]byte], "SELECT body FROM submission WHERE number = $1 AND state = 'accepted'", list[i].Number)
		if err != nil {
			return nil, err
		}
		if bytes += int64(len(body)); !found || i > 0 && bytes > most.Bytes {
			return list[:i], nil
		}
		list[i].Body = body
	}
	return list, nil
}

// Settlement is what is to become of a submission: the delivery that it made, or why it made none.
type Settlement struct {
	Submission Submission
	Delivery   *cube.Delivery
	Refusal    error
	// Moved is set where figures that the review had read came in since; the submission waits on.
	Moved bool
}

// Settle stores deliveries, and notes what became of their submissions, all in one transaction. A delivery that is refused leaves the others as
// they are. One that was settled meanwhile is left alone.
func (s *Store) Settle(ctx context.Context, list []*Settlement) error {
	names := []string{}
	for _, x := range list {
		names = append(names, oneKey(cube.Header{Sender: x.Submission.Sender, Key: x.Submission.Key}))
		if x.Delivery != nil {
			for _, id := range x.Delivery.Flows() {
				names = append(names, "flow/"+id)
			}
		}
	}
	slices.Sort(names)
	return s.noting(ctx, func(do func(*sqldb.Tx) error) error { return s.db.WriteOn(ctx, slices.Compact(names), do) }, func(tx *sqldb.Tx) error {
		for _, x := range list {
			x.Moved = false
			open, err := sqldb.Scalar[int64](ctx, tx, "SELECT COUNT(*) FROM submission WHERE number = $1 AND state = 'accepted'", x.Submission.Number)
			if err != nil {
				return err
			}
			if open == 0 {
				continue
			}
			refusal := x.Refusal
			var receipt cube.Receipt
			if refusal == nil {
				var p plan
				p, refusal = s.judge(ctx, tx, x.Delivery, nil)
				switch {
				case fault.CodeOf(refusal) == "cube.moved":
					x.Moved = true
					continue
				case refusal != nil && !isRefusal(refusal):
					return refusal
				case refusal == nil:
					if receipt, err = s.keep(ctx, tx, x.Delivery, p); err != nil {
						return err
					}
				}
			}
			if err := s.settled(ctx, tx, x.Submission.Number, receipt, refusal); err != nil {
				return err
			}
		}
		return nil
	})
}

// isRefusal reports whether an error is about what was sent, and not about the database.
func isRefusal(err error) bool {
	all := fault.All(err)
	return len(all) > 0 && !slices.ContainsFunc(all, func(f *fault.Error) bool { return strings.HasPrefix(f.Code, "store.") && f.Code != "store.bad-text" })
}

func (s *Store) settled(ctx context.Context, tx *sqldb.Tx, number int64, receipt cube.Receipt, refusal error) error {
	state, told := Committed, any(receipt)
	if refusal != nil {
		state, told = Refused, ReasonsOf(refusal)
	}
	outcome, err := json.Marshal(told)
	if err != nil {
		return fault.New("store.internal", "database", s.db.Name).Because(err)
	}
	_, err = tx.Exec(ctx, "UPDATE submission SET state = $1, settled = $2, outcome = $3, body = $4 WHERE number = $5",
		string(state), sqldb.Time{Time: s.now()}, string(outcome), []byte{}, number)
	return err
}
