package desk

import (
	"encoding/json"
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
	Sessions []sessionView
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

// changeAccount does what a form of the page says. What makes an account another one asks for the password again.
func (v *visit) changeAccount() error {
	form, ctx, me, accounts := v.R.PostForm, v.R.Context(), v.actor.Person, v.d.office.Accounts
	p, err := v.accountPage()
	if err != nil {
		return err
	}
	again := func() error {
		_, err := accounts.SignIn(ctx, p.Email, form.Get("mat-khau"), form.Get("ma"))
		return err
	}
	switch form.Get("_viec") {
	case "mat-khau":
		if err = again(); err == nil {
			if err = accounts.SetPassword(ctx, me, form.Get("mat-khau-moi")); err == nil {
				err = v.d.config.Sessions.Revoke(ctx, me, "")
			}
		}
	case "ma-moi":
		if err = again(); err == nil {
			var address string
			if address, err = accounts.NewCode(ctx, me, v.Say("common.site"), p.Email); err == nil {
				u, bad := url.Parse(address)
				if bad == nil {
					p.Secret = u.Query().Get("secret")
				}
				return v.show("account", p)
			}
		}
	case "xac-nhan":
		p.Secret = form.Get("_bi-mat")
		err = accounts.ProveCode(ctx, me, form.Get("ma"))
	case "bo-ma":
		if err = again(); err == nil {
			err = accounts.DropCode(ctx, me)
		}
	case "phien":
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

// logPage is a search in the acts that the reader may see.
type logPage struct {
	page
	Acts []happened
	Next string
}

// logShown is how many acts a page of the log has, logLooked among how many it looks for them.
const logShown, logLooked = 100, 2000

func (v *visit) log() error {
	p := &logPage{page: v.start(v.Say("account.log"))}
	q := v.R.URL.Query()
	for _, name := range []string{"nguoi", "loai", "ho-so"} {
		p.Kept.Set(name, q.Get(name))
	}
	newest, err := v.newest()
	if err != nil {
		return err
	}
	var from int64
	if s := q.Get("truoc"); s != "" {
		if err := json.Unmarshal([]byte(s), &from); err != nil || from < 0 {
			return fault.New("desk.form")
		}
		newest = min(newest, from-1)
	}
	for looked := 0; newest > 0 && looked < logLooked && len(p.Acts) < logShown; looked += logShown {
		first := max(0, newest-logShown)
		batches, err := v.d.office.Register.ActsSince(v.R.Context(), first, int(newest-first))
		if err != nil {
			return err
		}
		for _, b := range slices.Backward(batches) {
			for _, a := range slices.Backward(b.Acts) {
				if !v.wanted(q, b, a) {
					continue
				}
				seen, err := v.sees(a)
				if err != nil {
					return err
				}
				if seen {
					p.Acts = append(p.Acts, v.told(b, a))
				}
			}
		}
		newest = first
	}
	if newest > 0 {
		text, _ := json.Marshal(newest + 1)
		p.Next = v.Here("truoc", string(text))
	}
	return v.show("log", p)
}

// wanted reports whether an act is what the search asks for.
func (v *visit) wanted(q url.Values, b register.Batch, a register.Act) bool {
	who := q.Get("nguoi")
	return (who == "" || b.Person == who || strings.Contains(strings.ToLower(v.person(b.Person)), strings.ToLower(who))) &&
		(q.Get("loai") == "" || a.Type == q.Get("loai")) && (q.Get("ho-so") == "" || a.Record == q.Get("ho-so"))
}
