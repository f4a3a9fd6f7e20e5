package notice

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/people"
	"nhipso/internal/register"
)

// Post is where notices and letters are made and go out.
type Post struct {
	Store    Store
	Office   *people.Office
	Channels []Channel // none: only the inbox tells
	Figures  Figures   // nil where nobody can follow any
	Now      func() time.Time
	Origin   string // address of the site, before the path
	Desk     string // path of the desk
	Log      *slog.Logger
}

const (
	patience  = 3 * 24 * time.Hour // as long is a letter tried: a server that is down for a weekend loses none
	actsAStep = 500
	oldNews   = 7 * 24 * time.Hour // an act as old as that stands in the inbox and is written to nobody
)

// By reports whether letters go out by a channel.
func (p *Post) By(channel string) bool { return slices.Contains(p.names(), channel) }

// names lists the channels.
func (p *Post) names() (out []string) {
	for _, c := range p.Channels {
		out = append(out, c.Name())
	}
	return out
}

// channel finds a channel, or nil.
func (p *Post) channel(name string) Channel {
	i := slices.IndexFunc(p.Channels, func(c Channel) bool { return c.Name() == name })
	if i < 0 {
		return nil
	}
	return p.Channels[i]
}

// Behind gives the newest act and up to which one notices are made.
func (p *Post) Behind(ctx context.Context) (newest, made int64, err error) {
	var kinds []string
	for _, t := range p.Office.Register.Types().RecordTypes() {
		kinds = append(kinds, t.ID)
	}
	if newest, err = p.Office.Register.NewestOf(ctx, kinds...); err == nil {
		made, err = p.Store.Cursor(ctx)
	}
	return newest, made, err
}

// Make makes the notices of all acts of which there are none yet.
func (p *Post) Make(ctx context.Context) error {
	for {
		more, err := p.step(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// step makes the notices of some acts. Where another program was quicker it begins again behind that.
func (p *Post) step(ctx context.Context) (more bool, err error) {
	from, err := p.Store.Cursor(ctx)
	if err != nil {
		return false, err
	}
	batches, err := p.Office.Register.ActsSince(ctx, from, actsAStep)
	if err != nil || len(batches) == 0 {
		return false, err
	}
	d, err := p.Office.Directory(ctx)
	if err != nil {
		return false, err
	}
	s := stepping{p: p, d: d, now: p.Now(), Step: Step{From: from}, records: map[string]*register.Version{}, concerned: map[string][]string{}, preferences: map[string]Preference{}}
	for _, b := range batches {
		for i := range b.Acts {
			if err := s.take(ctx, b, &b.Acts[i]); err != nil {
				return false, err
			}
			s.To = b.Acts[i].Number
		}
	}
	_, err = p.Store.Advance(ctx, s.Step)
	return err == nil, err
}

// stepping is a step while its acts are taken up.
type stepping struct {
	Step
	p           *Post
	d           *people.Directory
	now         time.Time
	records     map[string]*register.Version
	concerned   map[string][]string
	preferences map[string]Preference
}

// take makes what follows from an act.
func (s *stepping) take(ctx context.Context, b register.Batch, a *register.Act) error {
	if a.Type == people.PersonType && (a.Kind == register.Ended || a.Kind == register.Erased) && !slices.Contains(s.Forget, a.Record) {
		s.Forget = append(s.Forget, a.Record)
	}
	t, err := s.p.Office.Register.Types().RecordType(a.Type)
	if err != nil {
		return nil //nolint:nilerr // the type is no more, and with it who would be told
	}
	to := told(t, a.Kind)
	if len(to) == 0 {
		return nil
	}
	v, err := s.record(ctx, a)
	if err != nil || v == nil {
		return err
	}
	for _, person := range s.whom(t, to, *v) {
		if person == b.Person { // they know
			continue
		}
		s.Notices = append(s.Notices, Notice{Person: person, Act: a.Number, Kind: a.Kind, Type: a.Type, Record: a.Record, At: b.At})
		if s.now.Sub(b.At) < oldNews {
			if err := s.write(ctx, person, b, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// told lists who is told of a kind of act, as the type declares.
func told(t *catalog.RecordType, kind register.Kind) (out []catalog.Party) {
	for _, n := range t.Notices {
		if n.On == string(kind) {
			out = append(out, n.To...)
		}
	}
	return out
}

// record gives how the record of an act stands, or last stood; nil for nothing.
func (s *stepping) record(ctx context.Context, a *register.Act) (*register.Version, error) {
	key := a.Type + "/" + a.Record
	if v, known := s.records[key]; known {
		return v, nil
	}
	v, err := s.p.standing(ctx, a.Type, a.Record)
	s.records[key] = v
	return v, err
}

// standing gives how a record stands, or last stood; nil for one that never did.
func (p *Post) standing(ctx context.Context, kind, id string) (*register.Version, error) {
	line, err := p.Office.Register.Timeline(ctx, kind, id)
	if err != nil || len(line.Versions) == 0 {
		return nil, err
	}
	v, is := line.On(p.Office.Register.Today())
	if !is {
		v = line.Versions[len(line.Versions)-1]
	}
	return &v, nil
}

// whom lists whom a record concerns. Records of the same organisations concern the same persons.
func (s *stepping) whom(t *catalog.RecordType, to []catalog.Party, v register.Version) []string {
	key := fmt.Sprint(t.ID, to)
	for _, party := range slices.Sorted(maps.Keys(t.Relations)) {
		if column := t.Relations[party]; column == register.IDColumn {
			key += "\x00" + v.ID
		} else {
			key += "\x00" + v.Values[column]
		}
	}
	list, known := s.concerned[key]
	if !known {
		list = s.d.Concerned(to, t, v)
		s.concerned[key] = list
	}
	return list
}

// write puts out the letters of a notice, by the channels that its person has chosen.
func (s *stepping) write(ctx context.Context, person string, b register.Batch, a *register.Act) (err error) {
	pref, known := s.preferences[person]
	if !known {
		if pref, err = s.p.Store.Preference(ctx, person); err != nil {
			return err
		}
		s.preferences[person] = pref
	}
	if pref.Mutes(a.Type) {
		return nil
	}
	zone := s.p.zone()
	for _, channel := range s.p.names() {
		l := Letter{ID: letterID(string(OfAct), strconv.FormatInt(a.Number, 10), person, channel), Channel: channel, About: OfAct, Person: person, Subject: strconv.FormatInt(a.Number, 10), Lang: pref.Language(),
			Made: s.now}
		switch pref.Mode(channel) {
		case AtOnce:
			l.Due = s.now
			l.Bundle = strings.Join([]string{"batch", strconv.FormatInt(b.Number, 10), person, channel}, "/")
		case Digest:
			l.Due = nextDigest(s.now, zone)
			l.Bundle = strings.Join([]string{"digest", l.Due.UTC().Format(time.RFC3339), person, channel}, "/")
		default:
			continue
		}
		l.Due = pref.Quiet.After(l.Due, zone)
		l.Until = l.Due.Add(patience)
		s.Letters = append(s.Letters, l)
	}
	return nil
}

func (p *Post) zone() *time.Location { return p.Office.Register.Types().Zone() }

func number(n int) string { return strconv.Itoa(n) }

// Invite puts out a letter by which a person sets their first password.
func (p *Post) Invite(ctx context.Context, person, lang string) error {
	now := p.Now()
	return p.Store.PutOut(ctx, Letter{ID: letterID(string(Invitation), person, now.UTC().Format(time.RFC3339Nano)), Channel: Mail, About: Invitation, Person: person, Lang: lang, Made: now, Due: now, Until: now.Add(patience)})
}

// recoveryEvery is how often an address is written to, however often somebody asks: a stranger must not flood it.
const recoveryEvery = 10 * time.Minute

// Recover puts out a letter by which the person of an address sets a new password. Whether the address is anybody's is found out when it goes out:
// who asks learns nothing, neither by the answer nor by how long it takes.
func (p *Post) Recover(ctx context.Context, address, lang string) error {
	now := p.Now()
	address = Line(address)
	if len(address) > maxAddress {
		address = ""
	}
	return p.Store.PutOut(ctx, Letter{ID: letterID(string(Recovery), strings.ToLower(address), now.UTC().Truncate(recoveryEvery).Format(time.RFC3339)), Channel: Mail, About: Recovery, Address: address, Lang: lang,
		Made: now, Due: now, Until: now.Add(people.RecoveryLasts)})
}

// Unread gives how many notices of a person are unread and may be seen by them still, counting no further than a bound.
func (p *Post) Unread(ctx context.Context, a people.Actor, most int) (int, error) {
	list, err := p.Inbox(ctx, a, Filter{Unread: true}, most)
	return len(list), err
}

// Inbox gives the notices of a person whose records they may see still, the newest first.
func (p *Post) Inbox(ctx context.Context, a people.Actor, f Filter, most int) ([]Notice, error) {
	list, err := p.Store.Inbox(ctx, a.Person, f, most)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var out []Notice
	for _, n := range list {
		key := n.Type + "/" + n.Record
		sees, known := seen[key]
		if !known {
			if sees, err = p.sees(ctx, a, n.Type, n.Record); err != nil {
				return nil, err
			}
			seen[key] = sees
		}
		if sees {
			out = append(out, n)
		}
	}
	return out, nil
}

// sees reports whether somebody may see a record whole, as it stands or last stood.
func (p *Post) sees(ctx context.Context, a people.Actor, kind, id string) (bool, error) {
	t, err := p.Office.Register.Types().RecordType(kind)
	if err != nil {
		return false, nil //nolint:nilerr // the type is no more
	}
	v, err := p.standing(ctx, kind, id)
	return err == nil && v != nil && a.Can(people.See, t, *v), err
}
