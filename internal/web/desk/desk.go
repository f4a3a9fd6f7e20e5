// Package desk is where people at work enter, check and decide: who signs in sees the records of their organisations, changes them by acts that give
// a reason, and reads the story of each. It is a module of the site beside the portal, under one path; nothing of it is kept by a cache.
//
// It may use the frame (package shell), the register and what people may do there (package people). It holds no rule about who may see or do
// something, no statistics and no SQL, and nothing of the portal.
package desk

import (
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/notice"
	"nhipso/internal/notice/carrier"
	"nhipso/internal/people"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
	book "nhipso/internal/words"
)

// Path is where the desk lies; the cookie of a session goes nowhere else.
const Path = "/lam-viec"

// Config says what a desk is made of.
type Config struct {
	Office   *people.Office
	Sessions *people.Sessions
	Words    book.Book        // texts of the country in place of the desk's
	Post     *notice.Post     // tells people what happened; nil for an inbox of nothing
	Webhook  *carrier.Webhook // nil where people may have none
	MostFile int64            // how large a file at a record may be; 0 for attach.MostDefault
	Views    people.ViewStore
	Spool    string // folder for files while they are sent; "" for that of the system
	Log      *slog.Logger
	Provider *people.Provider // nil where nobody signs in elsewhere
	Passkeys *people.Passkeys // nil where the public address of the installation is not known
	Demo     people.Cast      // who is signed in by one click; nobody but in an installation to try the program with
}

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed words/*.csv
var wordFiles embed.FS

var words = shell.NewWords(wordFiles)

// Desk answers people at work.
type Desk struct {
	site   *shell.Site
	office *people.Office
	config Config
	words  *shell.Words
}

// New declares the desk as a module of a site. Without an office there is none.
func New(c Config) shell.Maker {
	return func(s *shell.Site) shell.Module {
		if c.Office == nil {
			return shell.Module{}
		}
		if c.Log == nil {
			c.Log = slog.New(slog.DiscardHandler)
		}
		types := c.Office.Register.Types()
		facts := map[string]catalog.Label{"country": types.Country().Name, "money": types.Money()}
		return (&Desk{site: s, office: c.Office, config: c, words: words.For(c.Words, facts)}).module()
	}
}

// Bounds of what one browser may ask where a password or a letter is at stake.
const (
	triesPerSecond = 0.2
	triesAtOnce    = 20
)

func (d *Desk) module() shell.Module {
	m := shell.Module{Words: d.words, Templates: templateFiles, Disallow: []string{Path}}
	for pattern, answer := range map[string]func(*visit) error{
		"GET " + Path:                                (*visit).home,
		"GET " + Path + "/tai-khoan":                 (*visit).account,
		"POST " + Path + "/tai-khoan":                (*visit).changeAccount,
		"POST " + Path + "/dang-xuat":                (*visit).signOut,
		"POST " + Path + "/co-quan":                  (*visit).actFor,
		"GET " + Path + "/ho-so/{type}":              (*visit).list,
		"GET " + Path + "/ho-so/{type}/{id}":         (*visit).record,
		"POST " + Path + "/ho-so/{type}/{id}":        (*visit).change,
		"GET " + Path + "/them/{type}":               (*visit).fresh,
		"POST " + Path + "/them/{type}":              (*visit).add,
		"GET " + Path + "/nhap/{type}":               (*visit).sheet,
		"POST " + Path + "/nhap/{type}":              (*visit).takeSheet,
		"GET " + Path + "/tep/{type}/{format}":       (*visit).file,
		"GET " + Path + "/nguoi-moi":                 (*visit).newcomer,
		"POST " + Path + "/nguoi-moi":                (*visit).addNewcomer,
		"GET " + Path + "/nhat-ky":                   (*visit).log,
		"GET " + Path + "/nhat-ky/{format}":          (*visit).logFile,
		"GET " + Path + "/tai-khoan/du-lieu":         (*visit).mine,
		"GET " + inboxPath:                           (*visit).inbox,
		"POST " + inboxPath:                          (*visit).markRead,
		"GET " + noticesPath:                         (*visit).notices,
		"POST " + noticesPath:                        (*visit).changeNotices,
		"GET " + deadPath:                            (*visit).dead,
		"POST " + deadPath:                           (*visit).revive,
		"GET " + Path + "/khong-hop/{type}":          (*visit).unfit,
		"POST " + Path + "/cach-xem/{type}":          (*visit).keepView,
		"POST " + Path + "/hang-loat/{type}":         (*visit).bulk,
		"GET " + Path + "/ke-tuc/{id}":               (*visit).merge,
		"GET " + Path + "/tep-kem/{type}/{id}/{act}": (*visit).attachment,
		"POST " + Path + "/ke-tuc/{id}":              (*visit).takeMerge,
		"GET " + Path + "/ma-truy-cap":               (*visit).tokens,
		"POST " + Path + "/ma-truy-cap":              (*visit).changeTokens,
		"GET " + Path + "/nguoi-dung/{id}":           (*visit).manage,
		"POST " + Path + "/nguoi-dung/{id}":          (*visit).changeManaged,
	} {
		m.Answers = append(m.Answers, shell.Answer{Pattern: pattern, Handler: d.handler(answer, within)})
	}
	m.Answers = append(m.Answers, shell.Answer{Pattern: "POST " + Path + "/tep-kem/{type}/{id}", Handler: d.handler((*visit).attach, streaming)})
	if len(d.config.Demo.Players) > 0 {
		m.Answers = append(m.Answers, shell.Answer{Pattern: "POST " + Path + "/thu", Handler: d.handler((*visit).play, open)})
	}
	for pattern, answer := range map[string]func(*visit) error{
		"GET " + Path + "/dang-nhap":       (*visit).signInPage,
		"POST " + Path + "/dang-nhap":      (*visit).signIn,
		"GET " + Path + "/bat-dau":         (*visit).beginPage,
		"POST " + Path + "/bat-dau":        (*visit).begin,
		"GET " + Path + "/mat-khau":        (*visit).passwordPage,
		"POST " + Path + "/mat-khau":       (*visit).setPassword,
		"GET " + Path + "/quen-mat-khau":   (*visit).recoverPage,
		"POST " + Path + "/quen-mat-khau":  (*visit).recover,
		"POST " + Path + "/khoa/hoi":       (*visit).askKey,
		"POST " + Path + "/khoa":           (*visit).signInByKey,
		"GET " + Path + "/nha-cung-cap":    (*visit).sendToProvider,
		"GET " + Path + "/nha-cung-cap/ve": (*visit).backFromProvider,
		"GET " + feedPath:                  (*visit).feed,
	} {
		a := shell.Answer{Pattern: pattern, Handler: d.handler(answer, open)}
		if strings.HasPrefix(pattern, "POST") || strings.HasSuffix(pattern, "/nha-cung-cap") {
			a.Rate, a.Burst = triesPerSecond, triesAtOnce
		}
		m.Answers = append(m.Answers, a)
	}
	return m
}

// visit is one request at the desk.
type visit struct {
	*shell.Visit
	d     *Desk
	w     http.ResponseWriter
	dir   *people.Directory
	actor people.Actor
	types *catalog.Catalog
	today stat.Date
	names map[string]string // of records that were named already
}

// maxForm bounds what a form may send.
const maxForm = 1 << 20

// entrance is who may send a request, and how it is read.
type entrance int

const (
	open      entrance = iota // everybody
	within                    // who is signed in
	streaming                 // who is signed in; the answer reads what is sent by itself, little at a time
)

// handler answers a request at the desk.
func (d *Desk) handler(answer func(*visit) error, by entrance) http.Handler {
	return d.config.Sessions.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "same-origin") // addresses of the desk name records, and links hold secrets
		most := bound(r)
		if by == streaming {
			most = d.mostFile() + maxForm
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		sv, _ := d.site.Visit(r, d.words) // the desk is open before anything is published
		v := &visit{Visit: sv, d: d, w: w, types: d.office.Register.Types(), today: d.office.Register.Today()}
		if err := v.enter(); err != nil {
			d.site.Fail(w, r, err)
			return
		}
		if by != open && v.actor.Person == "" {
			v.leaveFor(Path+"/dang-nhap", "den", r.URL.RequestURI())
			return
		}
		if r.Method == http.MethodPost && by != streaming {
			if err := parsed(r); err != nil {
				d.site.Fail(w, r, fault.New("desk.form").Because(err))
				return
			}
		}
		if err := answer(v); err != nil {
			d.site.Fail(w, r, err)
		}
	}))
}

// multipart reports whether a form comes with files.
func multipart(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
}

// bound is how much a form may send: more where it comes with a file.
func bound(r *http.Request) int64 {
	if multipart(r) {
		return maxFile
	}
	return maxForm
}

// parsed reads a form. A file lies in memory while it is read: it is bounded.
func parsed(r *http.Request) error {
	if multipart(r) {
		return r.ParseMultipartForm(maxFile)
	}
	return r.ParseForm()
}

// crumb leads back to the list of a type.
func (v *visit) crumb(t *catalog.RecordType) shell.Crumb {
	return shell.Crumb{Name: t.Name.In(v.Lang), URL: v.Link(Path + "/ho-so/" + t.ID)}
}

// enter finds who asks. Whoever has left the installation is nobody, whatever their session says.
func (v *visit) enter() (err error) {
	ctx := v.R.Context()
	if v.dir, err = v.d.office.Directory(ctx); err != nil {
		return err
	}
	v.actor = v.dir.Guest()
	person, organisation := v.d.config.Sessions.Person(ctx)
	if person == "" {
		return nil
	}
	admitted, err := v.d.office.Admits(ctx, v.dir, person)
	if err != nil {
		return err
	}
	if !admitted {
		return v.d.config.Sessions.End(ctx)
	}
	if v.actor, err = v.dir.Actor(person, organisation); err == nil {
		return nil
	}
	if organisation != "" && fault.CodeOf(err) == "people.not-for" { // the role there has ended: they act for the others
		v.d.config.Sessions.ActFor(ctx, "")
		if v.actor, err = v.dir.Actor(person, ""); err == nil {
			return nil
		}
	}
	v.actor = v.dir.Guest()
	return v.d.config.Sessions.End(ctx)
}

// leaveFor sends the browser to another page of the desk.
func (v *visit) leaveFor(path string, pairs ...string) {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if v.Lang == "en" {
		q.Set("lang", "en")
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	http.Redirect(v.w, v.R, path, http.StatusSeeOther)
}

// page is what every page of the desk has.
type page struct {
	shell.Frame
	Who           string // the name of who is signed in
	Waiting       string // how many notices they have not read; "" for none
	Operator      bool   // they look after the installation
	Acting        string // the organisation for which they act, "" for all
	Organisations []choice
	Types         []choice
	Refused       []string // why what was sent was not done
	Done          string   // what was done
	Kept          url.Values
}

// choice is something that can be chosen.
type choice struct {
	Value, Name, URL string
	Selected         bool
}

// start begins a page.
func (v *visit) start(title string) page {
	p := page{Frame: v.NewFrame("desk", title), Kept: url.Values{}}
	p.NoIndex, p.Dateless = true, true
	p.Crumbs = []shell.Crumb{{Name: v.Say("desk.title"), URL: v.Link(Path)}}
	if v.actor.Person == "" {
		p.Crumbs = nil
		return p
	}
	me, _ := v.dir.Person(v.actor.Person)
	p.Who = me.Values["name"]
	p.Acting = v.organisation(v.actor.Organisation)
	p.Waiting, p.Operator = v.unread(), v.d.config.Post != nil && v.operates()
	seen := map[string]bool{}
	for _, h := range v.dir.Held(v.actor.Person) {
		if id := h.Organisation; !seen[id] {
			seen[id] = true
			p.Organisations = append(p.Organisations, choice{Value: id, Name: v.organisation(id), Selected: id == v.actor.Organisation})
		}
	}
	for _, t := range v.types.RecordTypes() {
		p.Types = append(p.Types, choice{Value: t.ID, Name: t.Name.In(v.Lang), URL: v.Link(Path + "/ho-so/" + t.ID)})
	}
	return p
}

// organisation names an organisation; one that is not known is named by its identifier.
func (v *visit) organisation(id string) string {
	if o, is := v.dir.Organisation(id); is && o.Name.Vi != "" {
		return o.Name.In(v.Lang)
	}
	return id
}

// person names who did something: not at all when their name was erased.
func (v *visit) person(id string) string {
	if id == people.Program {
		return v.Say("desk.program")
	}
	if p, is := v.dir.Person(id); is && p.Values["name"] != "" {
		return p.Values["name"]
	}
	return v.Say("desk.nobody", "id", id)
}

// show writes a page.
func (v *visit) show(template string, p shell.Page) error {
	v.d.site.Render(v.w, v.R, template, p)
	return nil
}

// refuse says on a page why what was sent was not done. What is no fault of who sent it is an error.
func (p *page) refuse(err error) error {
	kind := fault.KindOf(err)
	if err == nil || kind == fault.Internal || kind == fault.Unavailable {
		return err
	}
	for _, f := range fault.All(err) {
		p.Refused = append(p.Refused, fault.In(f, p.Lang))
	}
	p.Status = map[fault.Kind]int{fault.Conflict: http.StatusConflict, fault.Forbidden: http.StatusForbidden, fault.NotFound: http.StatusNotFound}[kind]
	if p.Status == 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return nil
}

// typeOf finds the type that the address names.
func (v *visit) typeOf() (*catalog.RecordType, error) {
	return v.types.RecordType(v.R.PathValue("type"))
}

// day reads the day as of which somebody looks; today where the address names none.
func (v *visit) day() (stat.Date, error) {
	s := v.R.URL.Query().Get("ngay")
	if s == "" {
		return v.today, nil
	}
	day, err := text.ParseDate(s)
	if err != nil {
		return v.today, fault.New("web.bad-day", "text", s)
	}
	return day, nil
}

// isConflict reports whether somebody else was quicker.
func isConflict(err error) bool { return errors.Is(err, fault.New("register.changed-since")) }
