package desk

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
	"nhipso/internal/notice/carrier"
	"nhipso/internal/people"
	"nhipso/internal/publish"
	"nhipso/internal/web/shell"
)

// Addresses of what somebody is told.
const (
	inboxPath   = Path + "/hop-thu"
	noticesPath = inboxPath + "/cach-bao"
	feedPath    = inboxPath + "/tin.atom"
	deadPath    = Path + "/thu-loi"
)

// inboxShown is how many notices a page has, unreadMost how far the head of the desk counts.
const inboxShown, unreadMost = 50, 50

// inboxPage is what somebody was told.
type inboxPage struct {
	page
	Notices []noticeView
	Newest  int64 // up to which all are marked as read
	Unread  bool  // only those that are not read
	Next    string
	Of      string // type of records
}

type noticeView struct {
	happened
	Read bool
}

// posted refuses what an installation without notices cannot do.
func (v *visit) posted() (*notice.Post, error) {
	if v.d.config.Post == nil {
		return nil, fault.New("desk.no-notices")
	}
	return v.d.config.Post, nil
}

// unread counts what somebody has not read. That it cannot be counted keeps no page from being shown.
func (v *visit) unread() string {
	if v.d.config.Post == nil {
		return ""
	}
	n, err := v.d.config.Post.Unread(v.R.Context(), v.whole(), unreadMost)
	switch {
	case err != nil:
		v.d.config.Log.Error("unread notices not counted", "error", fault.In(err, "en"))
		return ""
	case n == 0:
		return ""
	case n == unreadMost:
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

// whole is who asks with all that they hold: a notice is theirs for whichever organisation they act now.
func (v *visit) whole() people.Actor {
	if a, err := v.dir.Actor(v.actor.Person, ""); err == nil {
		return a
	}
	return v.actor
}

func (v *visit) inbox() error {
	post, err := v.posted()
	if err != nil {
		return err
	}
	q := v.R.URL.Query()
	p := &inboxPage{page: v.start(v.Say("inbox.title")), Unread: q.Get("chua-doc") != "", Of: q.Get("loai")}
	if q.Get("xong") != "" {
		p.Done = v.Say("inbox.done")
	}
	f := notice.Filter{Type: p.Of, Unread: p.Unread}
	if s := q.Get("truoc"); s != "" {
		if f.Before, err = strconv.ParseInt(s, 10, 64); err != nil || f.Before < 1 {
			return fault.New("desk.form")
		}
	}
	ctx, me := v.R.Context(), v.whole()
	kept, err := post.Store.Inbox(ctx, me.Person, f, inboxShown)
	if err != nil {
		return err
	}
	list, err := post.Inbox(ctx, me, f, inboxShown)
	if err != nil {
		return err
	}
	for _, n := range list {
		x, err := v.noticeView(n)
		if err != nil {
			return err
		}
		p.Notices, p.Newest = append(p.Notices, x), max(p.Newest, n.Act)
	}
	if len(kept) == inboxShown {
		p.Next = v.Here("truoc", strconv.FormatInt(kept[len(kept)-1].Act, 10), "xong", "")
	}
	return v.show("inbox", p)
}

// noticeView tells of a notice as the story of its record does.
func (v *visit) noticeView(n notice.Notice) (noticeView, error) {
	batches, err := v.d.office.Register.ActsSince(v.R.Context(), n.Act-1, 1)
	if err != nil || len(batches) == 0 {
		return noticeView{}, err
	}
	out := noticeView{v.told(batches[0], batches[0].Acts[0]), !n.Read.IsZero()}
	t, err := v.types.RecordType(n.Type)
	if err != nil {
		return out, nil //nolint:nilerr // the type is no more: its identifier must do
	}
	line, err := v.d.office.Register.Timeline(v.R.Context(), n.Type, n.Record)
	if err != nil || len(line.Versions) == 0 {
		return out, err
	}
	now, is := line.On(v.today)
	if !is {
		now = line.Versions[len(line.Versions)-1]
	}
	if name := v.titleOf(t, now); name != n.Record {
		out.Title = t.Name.In(v.Lang) + " " + name
	}
	return out, nil
}

// markRead marks one notice as read, or all up to one.
func (v *visit) markRead() error {
	post, err := v.posted()
	if err != nil {
		return err
	}
	form := v.R.PostForm
	act, err1 := strconv.ParseInt(form.Get("_lan"), 10, 64)
	upTo, err2 := strconv.ParseInt(form.Get("_den"), 10, 64)
	if (err1 != nil) == (err2 != nil) || act < 0 || upTo < 0 {
		return fault.New("desk.form")
	}
	if err := post.Store.MarkRead(v.R.Context(), v.actor.Person, act, upTo, post.Now()); err != nil {
		return err
	}
	v.leaveFor(inboxPath, "loai", form.Get("loai"), "chua-doc", form.Get("chua-doc"), "xong", "1")
	return nil
}

// noticesPage is how somebody is told.
type noticesPage struct {
	page
	Channels   []channelView
	From, To   string // of the quiet hours
	Mutes      []choice
	English    bool
	Secret     string // by which messages to the webhook are signed; shown once
	Feed       string // the address of the feed, shown once
	NoChannels bool
}

type channelView struct {
	ID, Name, Address, Hint string
	Pending                 bool // the address waits for its code
	Own                     bool // it goes to the person's own address of mail
	Modes                   []choice
}

// channels in the order of the page.
var channels = []string{notice.Mail, notice.Webhook, notice.Telegram, notice.Zalo}

func (v *visit) noticesPage(post *notice.Post, pref notice.Preference) *noticesPage {
	p := &noticesPage{page: v.start(v.Say("inbox.how")), English: pref.Language() == "en"}
	p.Crumbs = append(p.Crumbs, v.inboxCrumb())
	p.From, p.To = pref.Quiet.Texts()
	me, _ := v.dir.Person(v.actor.Person)
	for _, id := range channels {
		if !post.By(id) {
			continue
		}
		x := channelView{ID: id, Name: v.Say("inbox.channel-" + id), Address: pref.Addresses[id], Own: id == notice.Mail}
		if x.Own {
			x.Address = me.Values["email"]
		} else {
			x.Hint = v.Say("inbox.hint-" + id)
			if waits, is := pref.Pending[id]; is {
				x.Address, x.Pending = waits.Address, true
			}
		}
		for _, m := range notice.Modes() {
			x.Modes = append(x.Modes, choice{Value: string(m), Name: v.Say("inbox.mode-" + string(m)), Selected: pref.Mode(id) == m})
		}
		p.Channels = append(p.Channels, x)
	}
	p.NoChannels = len(p.Channels) == 0
	for _, t := range v.types.RecordTypes() {
		if len(t.Notices) > 0 {
			p.Mutes = append(p.Mutes, choice{Value: t.ID, Name: t.Name.In(v.Lang), Selected: !pref.Mutes(t.ID)})
		}
	}
	return p
}

func (v *visit) notices() error {
	post, err := v.posted()
	if err != nil {
		return err
	}
	pref, err := post.Store.Preference(v.R.Context(), v.actor.Person)
	if err != nil {
		return err
	}
	p := v.noticesPage(post, pref)
	if v.R.URL.Query().Get("xong") != "" {
		p.Done = v.Say("record.done")
	}
	return v.show("notices", p)
}

// changeNotices keeps how somebody wants to be told, or gives them a feed.
func (v *visit) changeNotices() error {
	post, err := v.posted()
	if err != nil {
		return err
	}
	ctx, form, me := v.R.Context(), v.R.PostForm, v.actor.Person
	pref, err := post.Store.Preference(ctx, me)
	if err != nil {
		return err
	}
	switch form.Get("_viec") {
	case "tin":
		secret := notice.NewSecret()
		if err := post.Store.SetFeed(ctx, me, notice.HashOf(secret)); err != nil {
			return err
		}
		p := v.noticesPage(post, pref)
		p.Feed = v.d.site.Origin(v.R) + v.Link(feedPath, "ma", secret)
		return v.show("notices", p)
	case "bo-tin":
		if err := post.Store.SetFeed(ctx, me, ""); err != nil {
			return err
		}
	case "bao":
		fresh, err := v.preferred(post, &pref, form)
		p := v.noticesPage(post, pref)
		if err != nil {
			if p.From, p.To = form.Get("yen-tu"), form.Get("yen-den"); p.refuse(err) != nil {
				return err
			}
			return v.show("notices", p)
		}
		if p.Done = v.Say("record.done"); len(pref.Pending) > 0 {
			p.Done = v.Say("inbox.proof-sent")
		}
		if err := post.Store.KeepPreference(ctx, me, pref); err != nil {
			return err
		}
		if fresh != "" || len(pref.Pending) > 0 {
			p.Secret = fresh
			return v.show("notices", p)
		}
	default:
		return fault.New("desk.form")
	}
	v.leaveFor(noticesPath, "xong", "1")
	return nil
}

// maxReach is the longest identifier of somebody in a chat.
const maxReach = 64

// preferred reads what somebody chose into their preference. With a new address of a webhook comes a new secret; a chat is theirs once they enter
// the code that is written there.
func (v *visit) preferred(post *notice.Post, pref *notice.Preference, form url.Values) (fresh string, err error) {
	was := pref.Addresses[notice.Webhook]
	before := pref.Addresses
	pref.Modes, pref.Addresses, pref.Mute = map[string]notice.Mode{}, map[string]string{}, nil
	for id, address := range before {
		pref.Addresses[id] = address
	}
	for _, t := range v.types.RecordTypes() {
		if len(t.Notices) > 0 && !slices.Contains(form["ve"], t.ID) {
			pref.Mute = append(pref.Mute, t.ID)
		}
	}
	if pref.Lang = "vi"; form.Get("tieng") == "en" {
		pref.Lang = "en"
	}
	if pref.Quiet, err = notice.ParseQuiet(form.Get("yen-tu"), form.Get("yen-den")); err != nil {
		return "", err
	}
	for _, id := range channels {
		if !post.By(id) {
			continue
		}
		mode := notice.Mode(form.Get("khi-" + id))
		if !slices.Contains(notice.Modes(), mode) {
			return "", fault.New("desk.form")
		}
		if pref.Modes[id] = mode; id != notice.Mail {
			if err := v.reached(post, pref, id, strings.TrimSpace(form.Get("noi-"+id)), form.Get("ma-"+id)); err != nil {
				return "", err
			}
		}
	}
	if now := pref.Addresses[notice.Webhook]; now != "" && (now != was || pref.Secret == "") {
		pref.Secret = carrier.NewWebhookSecret()
		fresh = pref.Secret
	}
	return fresh, nil
}

// reached sets where a channel reaches somebody.
func (v *visit) reached(post *notice.Post, pref *notice.Preference, id, address, code string) (err error) {
	ctx, me := v.R.Context(), v.actor.Person
	waits := pref.Pending[id]
	switch {
	case address == "":
		delete(pref.Addresses, id)
		delete(pref.Pending, id)
	case id == notice.Webhook:
		if address, err = v.d.config.Webhook.Address(address); err == nil {
			pref.Addresses[id] = address
		}
	case len(address) > maxReach || strings.ContainsFunc(address, func(r rune) bool { return (r < '0' || r > '9') && r != '-' }):
		err = fault.New("desk.chat", "channel", v.Say("inbox.channel-"+id))
	case address == waits.Address && code != "":
		if err = pref.Prove(me, id, code, post.Now()); err != nil { // a wrong code counts, though nothing else of the form is kept
			kept, unread := post.Store.Preference(ctx, me)
			if unread != nil {
				return unread
			}
			if kept.Pending = pref.Pending; post.Store.KeepPreference(ctx, me, kept) != nil {
				return fault.New("notice.no-proof")
			}
		}
	case address == waits.Address && post.Now().Before(waits.Until):
	case address != pref.Addresses[id] || address == waits.Address:
		err = post.AskProof(ctx, me, id, address, pref)
	default:
		delete(pref.Pending, id)
	}
	return err
}

func (v *visit) inboxCrumb() shell.Crumb {
	return shell.Crumb{Name: v.Say("inbox.title"), URL: v.Link(inboxPath)}
}

// feedShown is how many notices a feed has.
const feedShown = 50

// feed is a person's inbox for a program that asks again and again: by a secret address, without a session.
func (v *visit) feed() error {
	post, err := v.posted()
	if err != nil {
		return err
	}
	ctx := v.R.Context()
	person, found, err := post.Store.FeedOf(ctx, notice.HashOf(v.R.URL.Query().Get("ma")))
	if err != nil {
		return err
	}
	me, gone := v.dir.Actor(person, "")
	if !found || gone != nil {
		return fault.New("desk.no-feed")
	}
	v.actor = me
	list, err := post.Inbox(ctx, me, notice.Filter{}, feedShown)
	if err != nil {
		return err
	}
	origin := v.d.site.Origin(v.R)
	var entries []publish.Entry
	for _, n := range list {
		x, err := v.noticeView(n)
		if err != nil {
			return err
		}
		what := x.Title + ": " + x.What
		entries = append(entries, publish.Entry{ID: "urn:nhipso:notice:" + strconv.FormatInt(n.Act, 10), Title: what, Summary: what + " — " + x.Who + ", " + x.At, URL: origin + x.URL, At: n.At})
	}
	var out bytes.Buffer
	if err := publish.WriteEntries(&out, v.Lang, "urn:nhipso:inbox:"+notice.HashOf(person)[:16], v.Say("inbox.title"), origin+v.Link(inboxPath), entries); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	v.w.WriteHeader(http.StatusOK)
	_, err = out.WriteTo(v.w)
	if err != nil {
		v.d.config.Log.Debug("feed not sent whole", "error", err)
	}
	return nil
}

// deadPage is what could not be delivered.
type deadPage struct {
	page
	Letters []deadView
	Waiting int64
}

type deadView struct{ ID, Channel, About, To, At, Fault, Tries string }

// deadShown is how many of them a page has.
const deadShown = 200

// operates reports whether somebody looks after the installation: an administrator of the organisation that runs it.
func (v *visit) operates() bool { return v.whole().Operates(people.Administrator) }

func (v *visit) dead() error {
	post, err := v.posted()
	if err == nil && !v.operates() {
		err = fault.New("desk.not-operator")
	}
	if err != nil {
		return err
	}
	ctx := v.R.Context()
	p := &deadPage{page: v.start(v.Say("inbox.dead"))}
	switch q := v.R.URL.Query(); {
	case q.Get("xoa") != "":
		p.Done = v.Say("inbox.forgotten")
	case q.Get("xong") != "":
		p.Done = v.Say("inbox.revived")
	}
	counts, err := post.Store.Counts(ctx, post.Now())
	if err != nil {
		return err
	}
	p.Waiting = counts.Waiting
	list, err := post.Store.DeadLetters(ctx, deadShown)
	if err != nil {
		return err
	}
	for _, l := range list {
		x := deadView{ID: l.ID, Channel: v.Say("inbox.channel-" + l.Channel), About: v.Say("inbox.about-" + string(l.About)), At: l.Ended.In(v.types.Zone()).Format("15:04 02/01/2006"), Fault: l.Fault.In(v.Lang), Tries: strconv.Itoa(l.Tries)}
		if x.To = v.Say("inbox.reader"); l.Person != "" { // the address of a reader is nobody's business
			x.To = v.person(l.Person)
		}
		p.Letters = append(p.Letters, x)
	}
	return v.show("dead", p)
}

// revive lets dead letters be tried again, or removes everything that is kept of a reader's address, who asked for that.
func (v *visit) revive() error {
	post, err := v.posted()
	if err == nil && !v.operates() {
		err = fault.New("desk.not-operator")
	}
	if err != nil {
		return err
	}
	if v.R.PostForm.Get("_viec") == "xoa" {
		if _, err := post.Store.ForgetAddress(v.R.Context(), strings.TrimSpace(v.R.PostForm.Get("thu"))); err != nil {
			return err
		}
		v.leaveFor(deadPath, "xoa", "1")
		return nil
	}
	if err := post.Revive(v.R.Context(), v.R.PostForm.Get("_thu")); err != nil {
		return err
	}
	v.leaveFor(deadPath, "xong", "1")
	return nil
}
