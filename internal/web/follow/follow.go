// Package follow is where readers of the portal ask to be written to when figures change, say that it was they who asked, and end it. It is a module of
// the site with a few small pages under one path; nothing of it is kept by a cache.
//
// It says the same to everybody, whatever is known of an address, and holds no rule about letters: package notice does.
package follow

import (
	"embed"
	"net/http"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/notice"
	"nhipso/internal/web/shell"
	book "nhipso/internal/words"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed words/*.csv
var wordFiles embed.FS

var words = shell.NewWords(wordFiles)

// Config says what the pages are made of.
type Config struct {
	Post  *notice.Post // nil, or one without mail, brings no pages
	Words book.Book    // texts of the country in place of ours
	// Catalog names the country.
	Catalog *catalog.Catalog
}

// Bounds of what one client may ask: each question may write to somebody.
const (
	asksPerSecond = 0.05
	asksAtOnce    = 5
)

// maxForm bounds what a form may send.
const maxForm = 4 << 10

type pages struct {
	site  *shell.Site
	post  *notice.Post
	words *shell.Words
}

// New declares the pages as a module of a site.
func New(c Config) shell.Maker {
	return func(s *shell.Site) shell.Module {
		if c.Post == nil || c.Post.Figures == nil || !c.Post.By(notice.Mail) {
			return shell.Module{}
		}
		p := &pages{s, c.Post, words.For(c.Words, map[string]catalog.Label{"country": c.Catalog.Country().Name, "money": c.Catalog.Money()})}
		m := shell.Module{Words: p.words, Templates: templateFiles, Subscribe: notice.FollowPath, Disallow: []string{notice.FollowPath}}
		for pattern, answer := range map[string]func(*visit) error{
			"GET " + notice.FollowPath:   (*visit).ask,
			"POST " + notice.FollowPath:  (*visit).asked,
			"GET " + notice.ConfirmPath:  (*visit).confirm,
			"POST " + notice.ConfirmPath: (*visit).confirmed,
			"GET " + notice.EndPath:      (*visit).end,
			"POST " + notice.EndPath:     (*visit).ended,
		} {
			m.Answers = append(m.Answers, shell.Answer{Pattern: pattern, Handler: p.handler(answer), Rate: rates[pattern], Burst: asksAtOnce})
		}
		return m
	}
}

// rates are of what writes to somebody; whoever ends it may do so at any time.
var rates = map[string]float64{"POST " + notice.FollowPath: asksPerSecond, "POST " + notice.ConfirmPath: 4 * asksPerSecond}

type visit struct {
	*shell.Visit
	p *pages
	w http.ResponseWriter
}

// page is all that these pages show.
type page struct {
	shell.Frame
	Text    string
	Refused string
	Topic   string // the page that is followed
	Name    string // what stands there
	Address string
	Secret  string
	Step    string // what the form does: "ask", "confirm", "end"; "" for no form
}

func (p *pages) handler(answer func(*visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer") // links of letters hold secrets
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		sv, _ := p.site.Visit(r, p.words)
		if err := r.ParseForm(); err != nil {
			p.site.Fail(w, r, fault.New("desk.form").Because(err))
			return
		}
		if err := answer(&visit{sv, p, w}); err != nil {
			p.site.Fail(w, r, err)
		}
	})
}

func (v *visit) start(title string) *page {
	p := &page{Frame: v.NewFrame("follow", title)}
	p.NoIndex, p.Dateless = true, true
	return p
}

func (v *visit) show(p *page) error {
	v.p.site.Render(v.w, v.R, "follow", p)
	return nil
}

// ask shows the form for a page that is followed.
func (v *visit) ask() error {
	p := v.start(v.Say("follow.title"))
	p.Topic, p.Step = v.R.Form.Get("trang"), "ask"
	name, err := v.p.post.Figures.Topic(v.R.Context(), p.Topic, v.Lang)
	if err != nil {
		return err
	}
	p.Name, p.Text = name, v.Say("follow.lead", "name", name)
	return v.show(p)
}

// asked says the same to everybody.
func (v *visit) asked() error {
	form := v.R.PostForm
	p := v.start(v.Say("follow.title"))
	err := v.p.post.Follow(v.R.Context(), form.Get("thu"), form.Get("trang"), v.Lang)
	if fault.CodeOf(err) == "notice.address" {
		p.Topic, p.Address, p.Step, p.Refused, p.Status = form.Get("trang"), form.Get("thu"), "ask", fault.In(err, v.Lang), http.StatusUnprocessableEntity
		return v.show(p)
	}
	if err != nil {
		return err
	}
	p.Text = v.Say("follow.sent")
	return v.show(p)
}

// confirm shows what a link of a letter would do: programs that look at addresses in letters must not do it.
func (v *visit) confirm() error {
	secret := v.R.Form.Get("ma")
	_, name, err := v.p.post.Follows(v.R.Context(), secret, v.Lang)
	if err != nil {
		return err
	}
	p := v.start(v.Say("follow.title"))
	p.Text, p.Secret, p.Step = v.Say("follow.confirm-lead", "name", name), secret, "confirm"
	return v.show(p)
}

func (v *visit) confirmed() error {
	s, err := v.p.post.Confirm(v.R.Context(), v.R.PostForm.Get("ma"))
	if err != nil {
		return err
	}
	p := v.start(v.Say("follow.title"))
	p.Text, p.Topic = v.Say("follow.confirmed"), s.Topic
	return v.show(p)
}

// end shows what a link of a letter would end.
func (v *visit) end() error {
	secret := v.R.Form.Get("ma")
	s, found, err := v.p.post.Store.Ending(v.R.Context(), secret)
	if err != nil {
		return err
	}
	p := v.start(v.Say("follow.end-title"))
	if p.Text = v.Say("follow.ended"); found {
		name, err := v.p.post.Figures.Topic(v.R.Context(), s.Topic, v.Lang)
		if err != nil { // what is followed may be no more
			name = s.Topic
		}
		p.Text, p.Secret, p.Step = v.Say("follow.end-lead", "name", name), secret, "end"
	}
	return v.show(p)
}

// ended ends it, for a reader as for the one request that a mail program sends (RFC 8058). Whoever ends what has ended is told the same.
func (v *visit) ended() error {
	if err := v.p.post.Store.End(v.R.Context(), v.R.Form.Get("ma")); err != nil {
		return err
	}
	p := v.start(v.Say("follow.end-title"))
	p.Text = v.Say("follow.ended")
	return v.show(p)
}
