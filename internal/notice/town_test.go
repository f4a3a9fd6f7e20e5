package notice_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/notice"
	"nhipso/internal/notice/carrier"
	"nhipso/internal/notice/mailtest"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
)

// clock is one that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time          { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) forward(d time.Duration) { c.mu.Lock(); c.t = c.t.Add(d); c.mu.Unlock() }

// town is a government with two provinces, people in them, and a mail server.
type town struct {
	*testing.T
	clock  *clock
	url    string
	store  *store.Store
	office *people.Office
	post   *notice.Post
	server *mailtest.Server
}

func act(kind, id string, pairs ...string) register.Act {
	a := register.Act{Kind: register.Added, Type: kind, Record: id, From: stat.MustDate("2020-01-01")}
	for i := 0; i < len(pairs); i += 2 {
		a.Changes = append(a.Changes, register.Change{Column: pairs[i], After: pairs[i+1]})
	}
	return a
}

// morning is Monday 30 November 2026, half past seven in Cloudland.
var morning = time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)

func newTown(t *testing.T) *town {
	t.Helper()
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	at := &clock{t: morning}
	url := storetest.EmptySQLite(t)
	s := storetest.OpenWith(t, url, store.Options{Now: at.now})
	o := officeOf(s, c, at.now)
	r := o.Register
	acts := []register.Act{act("legal-document", "PLAN", "name_vi", "Kế hoạch", "name_en", "Plan")}
	for _, x := range [][2]string{{"GOV", ""}, {"EAST", "GOV"}, {"WEST", "GOV"}} {
		acts = append(acts, act(people.OrganisationType, x[0], "name_vi", x[0], "name_en", x[0], "kind", "province", "parent", x[1]))
	}
	for _, x := range [][3]string{{"root", "GOV", "administrator"}, {"minister", "GOV", "approver"}, {"east", "EAST", "reporter"}, {"east2", "EAST", "checker"}, {"west", "WEST", "reporter"}} {
		role := "r-" + x[0]
		if x[0] == "root" {
			role = people.FirstRole
		}
		acts = append(acts, act(people.PersonType, x[0], "name", "Người "+x[0], "email", x[0]+"@gov.example", "organisation", x[1]), act(people.RoleType, role, "person", x[0], "organisation", x[1], "role", x[2]))
	}
	acts = append(acts, act("station", "CS-1", "name_vi", "Trạm Đông", "name_en", "East", "area", "XM", "plan", "PLAN", "keeper", "EAST", "contact", "Ông Kín"))
	if err := people.Load(t.Context(), r, acts, "seed"); err != nil {
		t.Fatal(err)
	}
	x := &town{T: t, clock: at, url: url, store: s, office: o, server: mailtest.New(t, nil)}
	x.post, err = postOf(s, o, x.server.Addr, at.now)
	x.must(err)
	x.must(x.post.Make(t.Context())) // nobody is told of how the town came about
	x.settled()
	return x
}

// officeOf and postOf are those of a program at work in the town.
func officeOf(s *store.Store, c *catalog.Catalog, now func() time.Time) *people.Office {
	return people.NewOffice(&register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return c.Day(now()) }, Now: now}, s, now)
}

func postOf(s *store.Store, o *people.Office, mail string, now func() time.Time) (*notice.Post, error) {
	m, err := carrier.NewMail("smtp+plain://"+mail, "nhipso@so.example", "Nhịp Số", "https://so.example")
	return &notice.Post{Store: s.Notices(), Office: o, Channels: []notice.Channel{m}, Now: now, Origin: "https://so.example", Desk: "/lam-viec"}, err
}

func (x *town) must(err error) {
	x.Helper()
	if err != nil {
		x.Fatal(err)
	}
}

// settled lets everything go out that the beginning of the town has led to, and forgets it.
func (x *town) settled() {
	x.Helper()
	x.clock.forward(23*time.Hour + 45*time.Minute) // past seven in the morning
	x.must(x.post.Deliver(x.Context()))
	x.clock.forward(15 * time.Minute)
	x.server.Forget()
}

// change changes the station, in somebody's name.
func (x *town) change(by, column, value string) int64 {
	x.Helper()
	line, err := x.office.Register.Timeline(x.Context(), "station", "CS-1")
	x.must(err)
	b := &register.Batch{Person: by, Reason: "thử", Acts: []register.Act{{Kind: register.Changed, Type: "station", Record: "CS-1", Base: line.Newest, Changes: []register.Change{{Column: column, After: value}}}}}
	x.must(x.office.Register.Do(x.Context(), b))
	return b.Acts[0].Number
}

// at chooses when somebody is told by mail.
func (x *town) choose(person string, mode notice.Mode, quiet notice.Quiet) {
	x.Helper()
	x.must(x.post.Store.KeepPreference(x.Context(), person, notice.Preference{Modes: map[string]notice.Mode{notice.Mail: mode}, Quiet: quiet}))
}

// inbox lists the acts of which a person was told since one.
func (x *town) inbox(person string, since int64) string {
	x.Helper()
	list, err := x.post.Store.Inbox(x.Context(), person, notice.Filter{}, 100)
	x.must(err)
	var out []string
	for _, n := range list {
		if n.Act >= since {
			out = append(out, fmt.Sprint(n.Act-since))
		}
	}
	return strings.Join(out, " ")
}

// deliver makes the notices and hands over what is due.
func (x *town) deliver() {
	x.Helper()
	x.must(x.post.Make(x.Context()))
	x.must(x.post.Deliver(x.Context()))
}

// got lists who was written to, each with how often.
func (x *town) got() map[string]int {
	out := map[string]int{}
	for _, l := range x.server.Letters() {
		out[l.To]++
	}
	return out
}
