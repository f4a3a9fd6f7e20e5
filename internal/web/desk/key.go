package desk

import (
	"encoding/json"
	"net/http"
	"strings"

	"nhipso/internal/fault"
)

// halfway offers a passkey in place of the code that is still asked for, to whoever has one.
func (v *visit) halfway(p *enterPage, person string) error {
	if person == "" || v.d.config.Passkeys == nil {
		return nil
	}
	have, err := v.d.office.Accounts.Store.Passkeys(v.R.Context(), person)
	if err != nil || len(have) == 0 {
		return err
	}
	p.Key = "too"
	return v.d.config.Sessions.Halfway(v.R.Context(), person)
}

// askKey tells a script what to ask the device for: to sign in, to sign in beside the password, or to make a new key.
func (v *visit) askKey() error {
	keys, sessions, ctx := v.d.config.Passkeys, v.d.config.Sessions, v.R.Context()
	var asked any
	failed := error(fault.New("desk.form"))
	switch do := v.R.PostForm.Get("_hoi"); {
	case keys == nil:
	case do == "in":
		asked, failed = keys.Ask(ctx, sessions, "")
	case do == "too" && sessions.Half(ctx) != "":
		asked, failed = keys.Ask(ctx, sessions, sessions.Half(ctx))
	case do == "new" && v.actor.Person != "":
		me, _ := v.dir.Person(v.actor.Person)
		if failed = v.again(me.Values["email"]); failed == nil {
			asked, failed = keys.Register(ctx, sessions, v.actor.Person, me.Values["email"])
		}
	}
	status := http.StatusOK
	if failed != nil {
		p := page{Frame: v.NewFrame("desk", "")}
		if err := p.refuse(failed); err != nil {
			return err
		}
		status, asked = p.Status, map[string]string{"refused": strings.Join(p.Refused, " ")}
	}
	b, bad := json.Marshal(asked)
	if bad != nil {
		return bad
	}
	v.w.Header().Set("Content-Type", "application/json")
	v.w.WriteHeader(status)
	_, bad = v.w.Write(b)
	return bad
}

// signInByKey signs somebody in by what their device has answered.
func (v *visit) signInByKey() error {
	form, sessions, ctx := v.R.PostForm, v.d.config.Sessions, v.R.Context()
	err := error(fault.New("people.passkey"))
	person := ""
	if v.d.config.Passkeys != nil {
		half := ""
		if form.Get("_hoi") == "too" {
			half = sessions.Half(ctx)
		}
		if half != "" || form.Get("_hoi") == "in" {
			person, err = v.d.config.Passkeys.SignIn(ctx, sessions, half, []byte(form.Get("_tra-loi")))
		}
	}
	if err == nil {
		return v.letIn(person, form.Get("den"))
	}
	p := v.entering(form.Get("den"))
	if err := p.refuse(err); err != nil {
		return err
	}
	return v.show("signin", p)
}

// sendToProvider sends the browser to the provider, to sign in, or to link an identity when its owner has just asked for that on the page of their account.
func (v *visit) sendToProvider() error {
	provider, sessions, ctx := v.d.config.Provider, v.d.config.Sessions, v.R.Context()
	if provider == nil {
		return fault.New("web.no-page", "path", v.R.URL.Path)
	}
	link := ""
	if v.actor.Person != "" {
		if !sessions.Linked(ctx) {
			v.leaveFor(Path)
			return nil
		}
		link = v.actor.Person
	}
	address, err := provider.Send(ctx, sessions, v.d.office.Accounts, link, v.R.URL.Query().Get("den"))
	if err != nil {
		return v.notArrived(err)
	}
	http.Redirect(v.w, v.R, address, http.StatusSeeOther)
	return nil
}

// backFromProvider lets in who comes back from the provider, or links their identity.
func (v *visit) backFromProvider() error {
	if v.d.config.Provider == nil {
		return fault.New("web.no-page", "path", v.R.URL.Path)
	}
	who, err := v.d.office.Arrive(v.R.Context(), v.d.config.Provider, v.d.config.Sessions, v.actor.Person, v.R.URL.Query())
	switch {
	case err != nil:
		return v.notArrived(err)
	case who.Linked:
		v.leaveFor(Path+"/tai-khoan", "xong", "1")
		return nil
	}
	return v.letIn(who.Person, who.To)
}

// notArrived says why a provider let nobody in; what is wrong inside is logged.
func (v *visit) notArrived(err error) error {
	v.d.config.Log.Warn("sign-in by the provider", "error", err)
	p := v.entering("")
	for _, f := range fault.All(err) {
		p.Refused = append(p.Refused, fault.In(f, p.Lang))
		break
	}
	p.Status = http.StatusForbidden
	if fault.KindOf(err) == fault.Unavailable {
		p.Status = http.StatusServiceUnavailable
	}
	return v.show("signin", p)
}

// keyView is a passkey as a line.
type keyView struct{ ID, Name, Made, Used string }

// keys lists the passkeys of the actor.
func (v *visit) keys() (out []keyView, err error) {
	list, err := v.d.office.Accounts.Store.Passkeys(v.R.Context(), v.actor.Person)
	for _, k := range list {
		x := keyView{ID: k.ID, Name: k.Name, Made: k.Made.In(v.types.Zone()).Format("02/01/2006")}
		if !k.Used.IsZero() {
			x.Used = k.Used.In(v.types.Zone()).Format("15:04 02/01/2006")
		}
		out = append(out, x)
	}
	return out, err
}

// changeWays does what a form says about passkeys and the provider; false where it says nothing of them.
func (v *visit) changeWays(do string) (bool, error) {
	form, ctx, me, config := v.R.PostForm, v.R.Context(), v.actor.Person, v.d.config
	switch {
	case do == "khoa-moi" && config.Passkeys != nil:
		return true, config.Passkeys.Registered(ctx, config.Sessions, me, form.Get("ten"), []byte(form.Get("_tra-loi")))
	case do == "khoa-bo" && config.Passkeys != nil:
		return true, config.Passkeys.DropPasskey(ctx, me, form.Get("_khoa"))
	case do == "bo-gan" && config.Provider != nil:
		return true, v.d.office.Accounts.Store.DropIdentity(ctx, me, config.Provider.Issuer)
	}
	return false, nil
}
