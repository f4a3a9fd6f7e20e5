package intake

import (
	"context"
	"slices"
	"sync"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/store"
)

// bearers looks up whose token a secret is. Those who ask at the same time are answered by one question to the store, which begins after all of
// them came: a token that was revoked before is not found.
type bearers struct {
	line Line
	turn chan struct{} // one question is asked at a time
	mu   sync.Mutex
	next *question
}

// question is what some callers want to know.
type question struct {
	secrets  []string
	answered chan struct{}
	tokens   map[string]store.Token
	err      error
}

// longest is how long a question may take, whoever asked it may have gone.
const longest = 10 * time.Second

func (b *bearers) tokenOf(ctx context.Context, secret string) (t store.Token, good bool, err error) {
	b.mu.Lock()
	q, first := b.next, b.next == nil
	if first {
		q = &question{answered: make(chan struct{}), err: fault.New("intake.broken")}
		b.next = q
	}
	if !slices.Contains(q.secrets, secret) {
		q.secrets = append(q.secrets, secret)
	}
	b.mu.Unlock()
	if first {
		fault.Go(func() { b.ask(context.WithoutCancel(ctx), q) }, func(any, []byte) {}) // whoever asked is told
	}
	select {
	case <-q.answered:
		t, good = q.tokens[secret]
		return t, good, q.err
	case <-ctx.Done():
		return t, false, fault.New("intake.full", "n", 0).Because(ctx.Err())
	}
}

// ask waits for its turn, in which others may join the question, and asks the store.
func (b *bearers) ask(ctx context.Context, q *question) {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	b.mu.Lock()
	b.next = nil
	b.mu.Unlock()
	defer close(q.answered)
	bounded, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	q.tokens, q.err = b.line.TokensBySecret(bounded, q.secrets)
}
