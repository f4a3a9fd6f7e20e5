package notice

import (
	"context"
	"time"

	"nhipso/internal/fault"
)

const (
	lease     = 5 * time.Minute // of a message that somebody hands over: whoever dies meanwhile holds it up no longer
	sendWait  = 2 * time.Minute // for a channel to take a message
	firstWait = time.Minute
	longWait  = time.Hour
)

// backoff is how long a letter waits after so many tries.
func backoff(tries int) time.Duration {
	return min(firstWait<<min(max(tries-1, 0), 10), longWait)
}

// messagesAtOnce is how many messages are handed over before whoever does it comes back for more: a job must not go on for hours.
const messagesAtOnce = 500

// Deliver hands over what is due, until nothing is, or many were handed over. A channel that cannot be reached lets its letters wait, and holds up
// no other.
func (p *Post) Deliver(ctx context.Context) error {
	for range messagesAtOnce {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		letters, err := p.Store.Claim(ctx, p.Now(), lease, p.names())
		if err != nil || len(letters) == 0 {
			return err
		}
		if err := p.deliver(ctx, letters); err != nil {
			return err
		}
	}
	return nil
}

// deliver hands one message over and settles what becomes of its letters.
func (p *Post) deliver(ctx context.Context, letters []Letter) error {
	first := letters[0]
	s := Settlement{At: p.Now()}
	if s.At.After(first.Until) {
		s.IDs, s.State, s.Fault = ids(letters), Dead, first.Fault
		if s.Fault == (Fault{}) {
			s.Fault = faultOf(fault.New("notice.too-late"))
		}
		if first.About == Recovery || first.About == Confirmation || first.About == Proof { // who asked has asked again, or not
			s.State = Dropped
		}
		return p.Store.Settle(ctx, s)
	}
	if at, err := p.waking(ctx, first, s.At); err != nil || at.After(s.At) {
		if err == nil { // they chose so since, or nobody was there to hand it over in time
			err = p.Store.Settle(ctx, Settlement{IDs: ids(letters), State: Waiting, Due: at, Fault: first.Fault})
		}
		return err
	}
	message, kept, err := p.compose(ctx, letters)
	if err != nil {
		return p.again(ctx, letters, s, err)
	}
	if dropped := without(letters, kept); len(dropped) > 0 {
		if err := p.Store.Settle(ctx, Settlement{IDs: ids(dropped), State: Dropped, At: s.At}); err != nil {
			return err
		}
	}
	if len(kept) == 0 {
		return nil
	}
	s.Tried = true
	bounded, cancel := context.WithTimeout(ctx, sendWait)
	defer cancel()
	err = p.channel(first.Channel).Send(bounded, message)
	if ctx.Err() != nil { // this program stops; the letters are tried again when their lease is over
		return ctx.Err()
	}
	if err != nil {
		return p.again(ctx, kept, s, err)
	}
	s.IDs, s.State = ids(kept), Sent
	return p.Store.Settle(ctx, s)
}

// again settles letters that were not taken.
func (p *Post) again(ctx context.Context, letters []Letter, s Settlement, err error) error {
	first := letters[0]
	class, after := classOf(err)
	s.IDs, s.State, s.Fault = ids(letters), Waiting, faultOf(err)
	if class == never {
		s.State = Dead
		return p.Store.Settle(ctx, s)
	}
	s.Due = s.At.Add(max(backoff(first.Tries+1), min(after, patience)))
	if s.Due, err = p.waking(ctx, first, s.Due); err != nil {
		return err
	}
	if p.Log != nil {
		p.Log.Warn("letter not taken", "channel", first.Channel, "tries", first.Tries+1, "next", s.Due, "error", s.Fault.En)
	}
	if err := p.Store.Settle(ctx, s); err != nil || class != down {
		return err
	}
	return p.Store.PutOff(ctx, first.Channel, s.At, s.At.Add(min(backoff(first.Tries+1), 15*time.Minute)))
}

// waking gives the first moment from a time on at which a letter may reach its person: what happened waits for the end of their quiet hours, a link that
// they asked for does not.
func (p *Post) waking(ctx context.Context, l Letter, at time.Time) (time.Time, error) {
	if l.About != OfAct {
		return at, nil
	}
	pref, err := p.Store.Preference(ctx, l.Person)
	return pref.Quiet.After(at, p.zone()), err
}

func ids(letters []Letter) (out []string) {
	for _, l := range letters {
		out = append(out, l.ID)
	}
	return out
}

// without lists the letters that are not among others.
func without(letters, others []Letter) (out []Letter) {
	kept := map[string]bool{}
	for _, l := range others {
		kept[l.ID] = true
	}
	for _, l := range letters {
		if !kept[l.ID] {
			out = append(out, l)
		}
	}
	return out
}

// keptFor is how long letters that have ended stay, for whoever asks what became of them; what they say is not kept at all.
const keptFor = 7 * 24 * time.Hour

// Tidy removes what nobody needs any more.
func (p *Post) Tidy(ctx context.Context) error { return p.Store.Purge(ctx, p.Now().Add(-keptFor)) }

// Revive lets a dead letter be tried again, or with "" all of them.
func (p *Post) Revive(ctx context.Context, id string) error {
	now := p.Now()
	return p.Store.Revive(ctx, id, now, now.Add(patience))
}

// unknown says that what a letter is about is no more: there is nothing to tell.
func unknown(err error) bool {
	return fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Forbidden
}

// NextDue gives the letter that is due first, or false.
func (p *Post) NextDue(ctx context.Context) (Letter, bool, error) {
	return p.Store.NextDue(ctx, p.names())
}
