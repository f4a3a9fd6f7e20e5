package desk

import (
	"net/url"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
	"nhipso/internal/people"
	"nhipso/internal/register"
)

// accountPage is what somebody has of their own: password, codes, sessions.
type accountPage struct {
	page
	Email    string
	Codes    bool   // one-time codes are asked for
	Secret   string // of codes that are being set up
	Again    asked
	Provider string // by which people sign in elsewhere; "" for none
	IsLinked bool   // the actor's identity there is linked
	Onward   string // to the provider, to link it
	HasKeys  bool   // passkeys can be used here
	Keys     []keyView
	Sessions []sessionView
}

// asked is what a form asks for to be sure who sends it; nothing where that is known.
type asked struct{ Password, Code bool }

// asks gives what forms of the actor ask for.
func (v *visit) asks() (asked, error) {
	account, _, err := v.d.office.Accounts.Store.Account(v.R.Context(), v.actor.Person)
	fresh := v.d.config.Sessions.Fresh(v.R.Context())
	return asked{Password: !fresh, Code: !fresh && account.Proven}, err
}

type sessionView struct {
	ID, Since, From string
	This            bool
}

func (v *visit) accountPage() (*accountPage, error) {
	ctx := v.R.Context()
	p := &accountPage{page: v.start(v.Say("account.title"))}
	me, _ := v.dir.Person(v.actor.Person)
	p.Email = me.Values["email"]
	account, _, err := v.d.office.Accounts.Store.Account(ctx, v.actor.Person)
	if err != nil {
		return nil, err
	}
	p.Codes = account.Proven
	if p.Again, err = v.asks(); err != nil {
		return nil, err
	}
	if provider := v.d.config.Provider; provider != nil {
		have, err := v.d.office.Accounts.Store.Identities(ctx, v.actor.Person)
		if err != nil {
			return nil, err
		}
		p.Provider, p.IsLinked = provider.Name, slices.ContainsFunc(have, func(i people.Identity) bool { return i.Issuer == provider.Issuer })
	}
	if p.HasKeys = v.d.config.Passkeys != nil; p.HasKeys {
		p.Script = "passkey.js"
		if p.Keys, err = v.keys(); err != nil {
			return nil, err
		}
	}
	list, err := v.d.config.Sessions.Of(ctx, v.actor.Person)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(x, y people.Session) int { return y.Since.Compare(x.Since) })
	for _, s := range list {
		p.Sessions = append(p.Sessions, sessionView{ID: s.ID, Since: s.Since.In(v.types.Zone()).Format("15:04 02/01/2006"), From: s.From, This: s.This})
	}
	return p, nil
}

func (v *visit) account() error {
	p, err := v.accountPage()
	if err != nil {
		return err
	}
	if v.R.URL.Query().Get("xong") != "" {
		p.Done = v.Say("record.done")
	}
	return v.show("account", p)
}

// again asks somebody once more who they are, unless they have proven it only just: what makes an account another one is not done by whoever finds a
// browser that was left alone.
func (v *visit) again(email string) error {
	form, ctx := v.R.PostForm, v.R.Context()
	if v.d.config.Sessions.Fresh(ctx) {
		return nil
	}
	who, err := v.d.office.Accounts.SignIn(ctx, people.Try{Email: email, Password: form.Get("mat-khau"), Code: form.Get("ma"), Browser: people.Recognise(v.R)})
	if err != nil {
		return err
	}
	if who != v.actor.Person {
		return fault.New("people.wrong")
	}
	return v.d.config.Sessions.Proven(ctx)
}

// changeAccount does what a form of the page says.
func (v *visit) changeAccount() error {
	form, ctx, me, accounts := v.R.PostForm, v.R.Context(), v.actor.Person, v.d.office.Accounts
	p, err := v.accountPage()
	if err != nil {
		return err
	}
	do := form.Get("_viec")
	if slices.Contains([]string{"mat-khau", "ma-moi", "bo-ma", "khoa-bo", "gan", "bo-gan"}, do) {
		err = v.again(p.Email)
	}
	ways := false
	if err == nil {
		ways, err = v.changeWays(do)
	}
	switch {
	case err != nil || ways:
	case do == "gan" && p.Provider != "":
		v.d.config.Sessions.Linking(ctx) // a form may not lead to another site: the page has a link there
		p.Onward = v.Link(Path + "/nha-cung-cap")
		return v.show("account", p)
	case do == "mat-khau":
		if err = accounts.SetPassword(ctx, me, form.Get("mat-khau-moi")); err == nil {
			err = v.d.config.Sessions.Revoke(ctx, me, "")
		}
	case do == "ma-moi":
		var address string
		if address, err = accounts.NewCode(ctx, me, v.Say("common.site"), p.Email); err == nil {
			u, bad := url.Parse(address)
			if bad == nil {
				p.Secret = u.Query().Get("secret")
			}
			return v.show("account", p)
		}
	case do == "xac-nhan":
		p.Secret = form.Get("_bi-mat")
		err = accounts.ProveCode(ctx, me, form.Get("ma"))
	case do == "bo-ma":
		err = accounts.DropCode(ctx, me)
	case do == "phien":
		err = v.d.config.Sessions.Revoke(ctx, me, form.Get("_phien"))
	default:
		err = fault.New("desk.form")
	}
	if err == nil {
		v.leaveFor(Path+"/tai-khoan", "xong", "1")
		return nil
	}
	if err := p.refuse(err); err != nil {
		return err
	}
	return v.show("account", p)
}

// newcomerPage brings a person in.
type newcomerPage struct {
	page
	Choices []choice
	Roles   []choice
	Invite  string // the link by which the newcomer sets a password; shown once
}

func (v *visit) newcomerPage() (*newcomerPage, error) {
	p := &newcomerPage{page: v.start(v.Say("account.newcomer"))}
	t, err := v.types.RecordType(people.PersonType)
	if err != nil {
		return nil, err
	}
	for _, o := range v.dir.Organisations() {
		if v.actor.Can(people.Doing(register.Added), t, register.Version{Values: map[string]string{"organisation": o.ID}}) {
			p.Choices = append(p.Choices, choice{Value: o.ID, Name: o.Name.In(v.Lang), Selected: o.ID == v.R.PostForm.Get("co-quan")})
		}
	}
	if len(p.Choices) == 0 {
		return nil, fault.New("people.may-not", "id", "", "type", t.Name)
	}
	l, err := v.types.Codelist("CL_ROLE")
	if err != nil {
		return nil, err
	}
	for _, c := range l.Codes {
		p.Roles = append(p.Roles, choice{Value: c.ID, Name: c.Name.In(v.Lang), Selected: slices.Contains(v.R.PostForm["vai-tro"], c.ID)})
	}
	return p, nil
}

func (v *visit) newcomer() error {
	p, err := v.newcomerPage()
	if err != nil {
		return err
	}
	return v.show("newcomer", p)
}

func (v *visit) addNewcomer() error {
	form := v.R.PostForm
	p, err := v.newcomerPage()
	if err != nil {
		return err
	}
	n := people.Newcomer{Name: form.Get("ten"), Email: form.Get("thu"), Organisation: form.Get("co-quan")}
	for _, role := range form["vai-tro"] {
		n.Roles = append(n.Roles, people.Role(role))
	}
	if !strings.Contains(n.Email, "@") || strings.TrimSpace(n.Name) == "" {
		err = fault.New("desk.newcomer")
	}
	person, secret := "", ""
	if err == nil {
		person, secret, err = v.d.office.Add(v.R.Context(), v.actor.Person, v.actor.Organisation, n, strings.TrimSpace(form.Get("_ly-do")))
	}
	if err != nil {
		for name := range form {
			p.Kept.Set(name, form.Get(name))
		}
		if err := p.refuse(err); err != nil {
			return err
		}
		return v.show("newcomer", p)
	}
	p.Invite = v.d.site.Origin(v.R) + Path + "/mat-khau?moi=" + url.QueryEscape(secret)
	p.Done = v.Say("account.newcomer-done", "name", n.Name)
	if post := v.d.config.Post; post != nil && post.By(notice.Mail) {
		if err := post.Invite(v.R.Context(), person, v.Lang); err != nil {
			return err
		}
		p.Invite, p.Done = "", v.Say("account.newcomer-written", "name", n.Name)
	}
	return v.show("newcomer", p)
}
