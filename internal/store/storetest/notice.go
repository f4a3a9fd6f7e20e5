package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"nhipso/internal/notice"
	"nhipso/internal/register"
	"nhipso/internal/store"
)

var noticeTime = time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)

// letterOf is a letter to somebody that is due after some minutes.
func letterOf(id, person, bundle string, minutes int) notice.Letter {
	return notice.Letter{ID: id, Channel: notice.Mail, About: notice.OfAct, Person: person, Subject: "1", Lang: "vi", Bundle: bundle, Facts: map[string]string{"a": "b"},
		Made: noticeTime, Due: noticeTime.Add(time.Duration(minutes) * time.Minute), Until: noticeTime.Add(72 * time.Hour)}
}

func letterIDs(list []notice.Letter) (out []string) {
	for _, l := range list {
		out = append(out, l.ID)
	}
	return out
}

func testNotices(t *testing.T, at Database) {
	url := ""
	ready := registerReady(at, &url)
	t.Run("a step of notices is stored whole, by one of several who make it", func(t *testing.T) { testNoticeSteps(t, ready) })
	t.Run("letters of one message stay together", func(t *testing.T) { testLetters(t, ready) })
	t.Run("what ended is counted, revived and removed", func(t *testing.T) { testEndedLetters(t, ready) })
	t.Run("a reader follows from their word until they end it", func(t *testing.T) { testSubscriptions(t, ready) })
	t.Run("a copy writes to nobody", func(t *testing.T) { testNoticeCopy(t, ready) })
	t.Run("preferences, feeds and tokens", func(t *testing.T) { testPreferences(t, ready) })
}

type opener = func(t *testing.T) (*store.Store, *register.Register)

func testNoticeSteps(t *testing.T, ready opener) {
	s, r := ready(t)
	n := s.Notices()
	var acts []int64
	for i := range 3 {
		acts = append(acts, do(t, r, station(fmt.Sprint("CS-", i), fmt.Sprint("Trạm ", i), "2024-01-01")).Acts[0].Number)
	}
	from := must[int64](t)(n.Cursor(background))
	step := notice.Step{From: from, To: acts[2], Letters: []notice.Letter{letterOf("l1", "p-1", "b", 0)}}
	for _, a := range acts {
		step.Notices = append(step.Notices, notice.Notice{Person: "p-1", Act: a, Kind: "added", Type: "station", Record: "CS", At: noticeTime})
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	moved := 0
	for range 4 {
		all.Go(func() {
			ok, err := n.Advance(background, step)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if ok {
				moved++
			}
		})
	}
	all.Wait()
	if at := must[int64](t)(n.Cursor(background)); moved != 1 || at != acts[2] {
		t.Errorf("%d made it, the cursor stands at %d", moved, at)
	}
	list := must[[]notice.Notice](t)(n.Inbox(background, "p-1", notice.Filter{}, 10))
	if len(list) != 3 || list[0].Act != acts[2] || !list[0].At.Equal(noticeTime) || !list[0].Read.IsZero() {
		t.Fatalf("%+v", list)
	}
	// A step that cannot be stored leaves the cursor where it was.
	if ok, err := n.Advance(background, notice.Step{From: acts[2], To: acts[2] + 1, Notices: []notice.Notice{step.Notices[0]}}); err == nil || ok {
		t.Error("a notice was stored twice")
	}
	if at := must[int64](t)(n.Cursor(background)); at != acts[2] {
		t.Errorf("the cursor stands at %d", at)
	}
	noErr(t, n.MarkRead(background, "p-1", acts[1], 0, noticeTime))
	if list = must[[]notice.Notice](t)(n.Inbox(background, "p-1", notice.Filter{Unread: true}, 10)); len(list) != 2 {
		t.Errorf("%+v", list)
	}
	noErr(t, n.MarkRead(background, "p-1", 0, acts[1], noticeTime))
	noErr(t, n.MarkRead(background, "p-2", 0, acts[2], noticeTime)) // another person's
	if list = must[[]notice.Notice](t)(n.Inbox(background, "p-1", notice.Filter{Unread: true, Before: acts[2] + 1, Type: "station"}, 10)); len(list) != 1 || list[0].Act != acts[2] {
		t.Errorf("%+v", list)
	}
	if list = must[[]notice.Notice](t)(n.Inbox(background, "p-1", notice.Filter{Type: "person"}, 10)); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	// Whoever leaves is forgotten.
	noErr(t, n.KeepPreference(background, "p-1", notice.Preference{Lang: "en"}))
	if ok := must[bool](t)(n.Advance(background, notice.Step{From: acts[2], To: acts[2] + 1, Forget: []string{"p-1"}})); !ok {
		t.Error("not moved")
	}
	if p := must[notice.Preference](t)(n.Preference(background, "p-1")); p.Lang != "" {
		t.Errorf("%+v", p)
	}
	if _, some, err := n.NextDue(background, []string{notice.Mail}); some || err != nil {
		t.Error("a letter is left", err)
	}
}

func testLetters(t *testing.T, ready opener) {
	s, _ := ready(t)
	n := s.Notices()
	claim := func(minutes int) []notice.Letter {
		t.Helper()
		return must[[]notice.Letter](t)(n.Claim(background, noticeTime.Add(time.Duration(minutes)*time.Minute), 5*time.Minute, []string{notice.Mail}))
	}
	noErr(t, n.PutOut(background, letterOf("a", "p-1", "one", 0), letterOf("b", "p-1", "one", 0), letterOf("c", "p-2", "two", 1), letterOf("d", "p-1", "one", 30)))
	again := letterOf("a", "p-9", "other", 0)
	again.Channel = notice.Telegram
	noErr(t, n.PutOut(background, again))
	if got := must[[]notice.Letter](t)(n.Claim(background, noticeTime, time.Minute, []string{notice.Telegram})); got != nil {
		t.Errorf("a letter was put out twice: %+v", got)
	}
	first := claim(0)
	if !slices.Equal(letterIDs(first), []string{"a", "b"}) || first[0].Message == "" || first[0].Message != first[1].Message || first[0].Facts["a"] != "b" || !first[0].Until.Equal(noticeTime.Add(72*time.Hour)) {
		t.Fatalf("%+v", first)
	}
	if got := claim(0); got != nil {
		t.Errorf("taken while somebody has it: %+v", got)
	}
	// A third one comes into the bundle, and the first message was not settled: it is the same when it is claimed again.
	noErr(t, n.PutOut(background, letterOf("0", "p-1", "one", 0)))
	if got := claim(1); !slices.Equal(letterIDs(got), []string{"0"}) || got[0].Message == first[0].Message {
		t.Errorf("what came late went out as %+v", got)
	}
	if got := claim(2); !slices.Equal(letterIDs(got), []string{"c"}) {
		t.Errorf("%+v", got)
	}
	if got := claim(5); !slices.Equal(letterIDs(got), []string{"a", "b"}) || got[0].Message != first[0].Message {
		t.Errorf("claimed again as %+v", got)
	}
	next, some, err := n.NextDue(background, []string{notice.Mail})
	if err != nil || !some || !next.Due.Equal(noticeTime.Add(6*time.Minute)) {
		t.Errorf("next is %+v %v %v", next, some, err)
	}
	noErr(t, n.Settle(background, notice.Settlement{IDs: []string{"a"}, State: notice.Sent, At: noticeTime, Tried: true}))
	noErr(t, n.Settle(background, notice.Settlement{IDs: []string{"b"}, State: notice.Waiting, Due: noticeTime.Add(10 * time.Minute), At: noticeTime, Tried: true, Fault: notice.Fault{Vi: "không", En: "no"}}))
	noErr(t, n.Settle(background, notice.Settlement{IDs: []string{"0", "c"}, State: notice.Dropped, At: noticeTime}))
	noErr(t, n.Settle(background, notice.Settlement{IDs: []string{"a"}, State: notice.Dead, At: noticeTime})) // it has ended
	if got := claim(9); got != nil {
		t.Errorf("%+v", got)
	}
	got := claim(10)
	if !slices.Equal(letterIDs(got), []string{"b"}) || got[0].Tries != 1 || got[0].Fault.En != "no" || got[0].Message != first[0].Message {
		t.Errorf("%+v", got)
	}
	noErr(t, n.PutOut(background, letterOf("e", "p-3", "", 0)))
	noErr(t, n.PutOff(background, notice.Mail, noticeTime.Add(10*time.Minute), noticeTime.Add(20*time.Minute)))
	if got := claim(14); got != nil {
		t.Errorf("%+v", got)
	}
	if got := claim(20); !slices.Equal(letterIDs(got), []string{"b"}) && !slices.Equal(letterIDs(got), []string{"e"}) {
		t.Errorf("%+v", got)
	}
}

func testEndedLetters(t *testing.T, ready opener) {
	s, _ := ready(t)
	n := s.Notices()
	reader := letterOf("r", "", "", 0)
	reader.About, reader.Address = notice.Confirmation, "a@example.org"
	noErr(t, n.PutOut(background, letterOf("a", "p-1", "", 0), letterOf("b", "p-1", "", 60), reader))
	c := must[notice.Counts](t)(n.Counts(background, noticeTime.Add(time.Minute)))
	if c.Waiting != 3 || c.Dead != 0 || !c.Oldest.Equal(noticeTime) {
		t.Errorf("%+v", c)
	}
	noErr(t, n.Settle(background, notice.Settlement{IDs: []string{"a"}, State: notice.Dead, At: noticeTime, Tried: true, Fault: notice.Fault{Vi: "hỏng", En: "broken"}}))
	noErr(t, n.Settle(background, notice.Settlement{IDs: []string{"r"}, State: notice.Sent, At: noticeTime, Tried: true}))
	if c = must[notice.Counts](t)(n.Counts(background, noticeTime.Add(time.Minute))); c.Waiting != 1 || c.Dead != 1 || !c.Oldest.IsZero() {
		t.Errorf("%+v", c)
	}
	if sent := must[int64](t)(n.SentTo(background, notice.Confirmation, "a@example.org", noticeTime)); sent != 1 {
		t.Errorf("%d", sent)
	}
	if sent := must[int64](t)(n.SentTo(background, notice.Confirmation, "a@example.org", noticeTime.Add(time.Second))); sent != 0 {
		t.Errorf("%d", sent)
	}
	dead := must[[]notice.Letter](t)(n.DeadLetters(background, 10))
	if !slices.Equal(letterIDs(dead), []string{"a"}) || dead[0].Fault.Vi != "hỏng" || dead[0].Tries != 1 {
		t.Errorf("%+v", dead)
	}
	noErr(t, n.Revive(background, "b", noticeTime, noticeTime)) // it waits
	noErr(t, n.Purge(background, noticeTime.Add(time.Hour)))
	if sent := must[int64](t)(n.SentTo(background, notice.Confirmation, "a@example.org", noticeTime)); sent != 0 {
		t.Error("the address of a reader is kept")
	}
	if len(must[[]notice.Letter](t)(n.DeadLetters(background, 10))) != 1 {
		t.Error("what somebody has to look at was removed")
	}
	noErr(t, n.Revive(background, "", noticeTime.Add(time.Minute), noticeTime.Add(time.Hour)))
	if got := must[[]notice.Letter](t)(n.Claim(background, noticeTime.Add(time.Minute), time.Minute, []string{notice.Mail})); !slices.Equal(letterIDs(got), []string{"a"}) || got[0].Tries != 0 {
		t.Errorf("%+v", got)
	}
}

func testSubscriptions(t *testing.T, ready opener) {
	s, _ := ready(t)
	n := s.Notices()
	ask := func(id, confirm, stop string) bool {
		return must[bool](t)(n.Ask(background, notice.Subscription{ID: id, Address: "a@example.org", Topic: "/tinh/X", Lang: "vi", Confirm: confirm, End: stop, Made: noticeTime}))
	}
	if !ask("1", "h1", "s1") || !ask("1", "h2", "s2") {
		t.Error("a question was not kept")
	}
	if _, found, _ := n.Confirm(background, "h1", noticeTime, noticeTime); found {
		t.Error("a link that was replaced is good")
	}
	if _, found, _ := n.Asked(background, "h2", noticeTime.Add(time.Second)); found {
		t.Error("a link is good for ever")
	}
	if len(must[[]notice.Subscription](t)(n.Followers(background))) != 0 {
		t.Error("somebody who did not say yes is written to")
	}
	x, found, err := n.Confirm(background, "h2", noticeTime, noticeTime.Add(time.Hour))
	if err != nil || !found || x.Topic != "/tinh/X" {
		t.Fatalf("%+v %v %v", x, found, err)
	}
	if _, found, _ = n.Confirm(background, "h2", noticeTime, noticeTime); found {
		t.Error("a link is good twice")
	}
	if _, found, _ = n.Confirm(background, "", noticeTime, noticeTime); found {
		t.Error("no link is a link")
	}
	if ask("1", "h3", "s3") {
		t.Error("asked again although it is on")
	}
	list := must[[]notice.Subscription](t)(n.Followers(background))
	if len(list) != 1 || !list[0].Told.Equal(noticeTime.Add(time.Hour)) || list[0].End != "s2" {
		t.Fatalf("%+v", list)
	}
	news := letterOf("n1", "", "", 0)
	news.About, news.Subject = notice.News, "1"
	if moved := must[bool](t)(n.Tell(background, "1", list[0].Told, noticeTime.Add(2*time.Hour), news)); !moved {
		t.Error("not told")
	}
	other := news
	other.ID = "n2"
	if moved := must[bool](t)(n.Tell(background, "1", list[0].Told, noticeTime.Add(2*time.Hour), other)); moved {
		t.Error("told twice")
	}
	if c := must[notice.Counts](t)(n.Counts(background, noticeTime)); c.Waiting != 1 {
		t.Errorf("%+v", c)
	}
	if _, found, _ := n.Ending(background, ""); found {
		t.Error("no secret ends something")
	}
	noErr(t, n.End(background, "s2"))
	noErr(t, n.End(background, "s2"))
	if _, found, err := n.Subscription(background, "1"); found || err != nil {
		t.Error("it goes on", err)
	}
	if c := must[notice.Counts](t)(n.Counts(background, noticeTime)); c.Waiting != 0 {
		t.Error("a letter waits for who ended it")
	}
	ask("2", "h4", "s4")
	noErr(t, n.PutOut(background, notice.Letter{ID: "q", Channel: notice.Mail, About: notice.Confirmation, Address: "A@example.org", Made: noticeTime, Due: noticeTime, Until: noticeTime}))
	if gone := must[int64](t)(n.ForgetAddress(background, "a@Example.org")); gone != 2 {
		t.Errorf("%d removed", gone)
	}
	ask("3", "h5", "s5")
	noErr(t, n.Purge(background, noticeTime.Add(time.Second)))
	if _, found, _ := n.Asked(background, "h5", noticeTime); found {
		t.Error("a question that nobody answered is kept")
	}
}

func testPreferences(t *testing.T, ready opener) {
	s, _ := ready(t)
	n := s.Notices()
	p := notice.Preference{Modes: map[string]notice.Mode{notice.Mail: notice.Off}, Addresses: map[string]string{notice.Telegram: "5"}, Quiet: notice.Quiet{From: 1, Until: 2}, Mute: []string{"role"}}
	noErr(t, n.KeepPreference(background, "p-1", notice.Preference{Lang: "en"}))
	noErr(t, n.KeepPreference(background, "p-1", p))
	if got := must[notice.Preference](t)(n.Preference(background, "p-1")); got.Mode(notice.Mail) != notice.Off || got.Addresses[notice.Telegram] != "5" || got.Quiet != p.Quiet || !got.Mutes("role") || got.Lang != "" {
		t.Errorf("%+v", got)
	}
	noErr(t, n.SetFeed(background, "p-1", "h1"))
	noErr(t, n.SetFeed(background, "p-1", "h2"))
	if _, found, _ := n.FeedOf(background, "h1"); found {
		t.Error("an address that was replaced is good")
	}
	if who, found, err := n.FeedOf(background, "h2"); !found || who != "p-1" || err != nil {
		t.Error(who, found, err)
	}
	noErr(t, n.SetFeed(background, "p-1", ""))
	if _, found, _ := n.FeedOf(background, "h2"); found {
		t.Error("an address that was taken away is good")
	}
	if !must[bool](t)(n.KeepToken(background, notice.Zalo, "", "t1")) || must[bool](t)(n.KeepToken(background, notice.Zalo, "", "t2")) || !must[bool](t)(n.KeepToken(background, notice.Zalo, "t1", "t3")) {
		t.Error("two programs took the same token")
	}
	if got := must[string](t)(n.Token(background, notice.Zalo)); got != "t3" {
		t.Error(got)
	}
}

func noErr(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testNoticeCopy: a copy holds what people were told and have chosen, and nothing that would write to somebody again or let anybody in.
func testNoticeCopy(t *testing.T, ready opener) {
	s, _ := ready(t)
	x := must[*store.Snapshot](t)(s.Snapshot(background))
	defer x.Close()
	has := map[string]bool{}
	for _, table := range x.Tables {
		has[table.Name] = true
	}
	for table, want := range map[string]bool{"notice": true, "notice_cursor": true, "notice_preference": true, "letter": false, "subscription": false, "notice_feed": false, "channel_token": false, "session": false, "link": false} {
		if has[table] != want {
			t.Errorf("of %s a copy has %v", table, has[table])
		}
	}
}
