package desk

import (
	"net/http"
	"net/url"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/notice"
	"nhipso/internal/people"
)

// enterPage signs somebody in, or lets them set a password.
type enterPage struct {
	page
	To     string // where they wanted to go
	Secret string // of the link that led here
	Code   bool   // a one-time code is asked for
	Key    string // what a passkey is asked for here: "in" or "too"; "" for none
	Other  string // the provider by which somebody may sign in
	Sent   bool
	Cast   []player
	Twice  choice // a form that somebody else was quicker with
}

// inside reports whether an address is one of the desk: a form must not lead anywhere else.
func inside(to string) bool {
	u, err := url.Parse(to)
	return err == nil && u.Host == "" && u.Scheme == "" && (u.Path == Path || strings.HasPrefix(u.Path, Path+"/"))
}

func (v *visit) signInPage() error {
	if v.actor.Person != "" {
		v.leaveFor(Path)
		return nil
	}
	return v.show("signin", v.entering(v.R.URL.Query().Get("den")))
}

func (v *visit) signIn() error {
	form := v.R.PostForm
	p := v.entering(form.Get("den"))
	p.Kept.Set("thu", form.Get("thu"))
	person, err := v.d.office.Accounts.SignIn(v.R.Context(), people.Try{Email: form.Get("thu"), Password: form.Get("mat-khau"), Code: form.Get("ma"), Browser: people.Recognise(v.R)})
	if err != nil {
		p.Code = fault.CodeOf(err) == "people.code-needed" || form.Get("ma") != ""
		if bad := v.halfway(p, person); bad != nil {
			return bad
		}
		if err := p.refuse(err); err != nil {
			return err
		}
		return v.show("signin", p)
	}
	return v.letIn(person, p.To)
}

// letIn begins the session of a person, and sends them where they wanted to go.
func (v *visit) letIn(person, to string) error {
	ctx, sessions := v.R.Context(), v.d.config.Sessions
	if err := sessions.Begin(ctx, person, v.browser()); err != nil {
		return err
	}
	if err := sessions.Remember(ctx, v.d.office.Accounts, v.w, v.R, person); err != nil {
		return err
	}
	if !inside(to) {
		to = Path
	}
	http.Redirect(v.w, v.R, to, http.StatusSeeOther)
	return nil
}

// browser is from where a session was begun, as its owner recognises it.
func (v *visit) browser() string {
	agent := v.R.UserAgent()
	return middleware.Client(v.R, nil) + " " + agent[:min(len(agent), 120)]
}

func (v *visit) signOut() error {
	if err := v.d.config.Sessions.End(v.R.Context()); err != nil {
		return err
	}
	v.leaveFor(Path + "/dang-nhap")
	return nil
}

// actFor chooses the organisation for which somebody acts.
func (v *visit) actFor() error {
	id := v.R.PostForm.Get("co-quan")
	if _, err := v.dir.Actor(v.actor.Person, id); err != nil {
		return err
	}
	v.d.config.Sessions.ActFor(v.R.Context(), id)
	v.leaveFor(Path)
	return nil
}

// beginning is the page of the first administrator.
type beginning struct {
	enterPage
	Choices []choice
}

func (v *visit) beginning() *beginning {
	p := &beginning{enterPage: enterPage{page: v.start(v.Say("enter.begin-title")), Secret: v.R.FormValue("ma")}}
	for _, o := range v.dir.Organisations() {
		p.Choices = append(p.Choices, choice{Value: o.ID, Name: o.Name.In(v.Lang), Selected: o.ID == v.R.FormValue("co-quan")})
	}
	return p
}

func (v *visit) beginPage() error {
	if _, err := v.d.office.Accounts.Follow(v.R.Context(), people.FirstLink, v.R.FormValue("ma")); err != nil {
		return err
	}
	return v.show("begin", v.beginning())
}

func (v *visit) begin() error {
	form := v.R.PostForm
	p := v.beginning()
	for _, name := range []string{"ten", "thu"} {
		p.Kept.Set(name, form.Get(name))
	}
	person, err := v.d.office.Begin(v.R.Context(), form.Get("ma"), people.Newcomer{Name: form.Get("ten"), Email: form.Get("thu"), Organisation: form.Get("co-quan")}, form.Get("mat-khau"), v.Say("enter.begin-title"))
	if err != nil {
		if err := p.refuse(err); err != nil {
			return err
		}
		return v.show("begin", p)
	}
	if err := v.d.config.Sessions.Begin(v.R.Context(), person, v.browser()); err != nil {
		return err
	}
	v.leaveFor(Path)
	return nil
}

// linkKind is the kind of a link that sets a password.
func linkKind(form url.Values) people.LinkKind {
	if form.Get("moi") != "" {
		return people.InviteLink
	}
	return people.RecoveryLink
}

func (v *visit) passwordPage() error {
	q := v.R.URL.Query()
	if _, err := v.d.office.Accounts.Follow(v.R.Context(), linkKind(q), q.Get("ma")+q.Get("moi")); err != nil {
		return err
	}
	p := &enterPage{page: v.start(v.Say("enter.password-title")), Secret: q.Get("ma") + q.Get("moi")}
	p.Kept.Set("moi", q.Get("moi"))
	return v.show("password", p)
}

func (v *visit) setPassword() error {
	form := v.R.PostForm
	p := &enterPage{page: v.start(v.Say("enter.password-title")), Secret: form.Get("ma")}
	p.Kept.Set("moi", form.Get("moi"))
	person, err := v.d.office.Accounts.Redeem(v.R.Context(), linkKind(form), form.Get("ma"), form.Get("mat-khau"))
	if err != nil {
		if err := p.refuse(err); err != nil {
			return err
		}
		return v.show("password", p)
	}
	// Whoever had the old password is out; whoever has the letter is not made to wait by others.
	if err := v.d.config.Sessions.RevokeAll(v.R.Context(), person); err != nil {
		return err
	}
	if err := v.d.config.Sessions.Remember(v.R.Context(), v.d.office.Accounts, v.w, v.R, person); err != nil {
		return err
	}
	v.leaveFor(Path+"/dang-nhap", "xong", "1")
	return nil
}

func (v *visit) recoverPage() error {
	return v.show("recover", &enterPage{page: v.start(v.Say("enter.recover-title"))})
}

// recover has a link sent to the person of an address. Whether there is one is found out when the letter goes out, so that neither the page nor the
// time that it takes tells.
func (v *visit) recover() error {
	if post := v.d.config.Post; post != nil && post.By(notice.Mail) {
		if err := post.Recover(v.R.Context(), v.R.PostForm.Get("thu"), v.Lang); err != nil {
			return err
		}
	}
	return v.show("recover", &enterPage{page: v.start(v.Say("enter.recover-title")), Sent: true})
}
