package desk

import (
	"net/url"

	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/web/shell"
)

// managePage is where an administrator looks after the account of somebody else.
type managePage struct {
	page
	ID       string
	Locked   bool
	Steps    []choice
	Recovery string // the link by which the person sets a new password; shown once
	Tokens   []tokenView
}

// accountCrumb leads back to the account of the actor.
func (v *visit) accountCrumb() shell.Crumb {
	return shell.Crumb{Name: v.Say("account.title"), URL: v.Link(Path + "/tai-khoan")}
}

// managed names whose account the address is of; whoever may not look after it learns nothing of it.
func (v *visit) managed() (string, error) {
	id := v.R.PathValue("id")
	if v.actor.MustManage(id) != nil {
		t, err := v.types.RecordType(people.PersonType)
		if err != nil {
			return "", err
		}
		return "", missing(t, id)
	}
	return id, nil
}

func (v *visit) managePage(id string) (*managePage, error) {
	p := &managePage{page: v.start(v.Say("manage.title", "name", v.person(id))), ID: id}
	if t, err := v.types.RecordType(people.PersonType); err == nil {
		p.Crumbs = append(p.Crumbs, v.crumb(t))
	}
	account, _, err := v.d.office.Accounts.Store.Account(v.R.Context(), id)
	if err != nil {
		return nil, err
	}
	p.Locked = !account.Locked.IsZero()
	lock := choice{Value: "khoa", Name: v.Say("manage.lock")}
	if p.Locked {
		lock = choice{Value: "mo-khoa", Name: v.Say("manage.unlock")}
	}
	p.Steps = []choice{{Value: "lien-ket", Name: v.Say("manage.recover")}, {Value: "phien", Name: v.Say("manage.sessions")}}
	if id != v.actor.Person {
		p.Steps = append(p.Steps, lock)
	}
	if account.Proven {
		p.Steps = append(p.Steps, choice{Value: "bo-ma", Name: v.Say("manage.codes")})
	}
	p.Tokens, err = v.tokensOf(id)
	return p, err
}

func (v *visit) manage() error {
	id, err := v.managed()
	if err != nil {
		return err
	}
	p, err := v.managePage(id)
	if err != nil {
		return err
	}
	if v.R.URL.Query().Get("xong") != "" {
		p.Done = v.Say("record.done")
	}
	return v.show("manage", p)
}

// changeManaged does to the account of somebody else what a form of the page says.
func (v *visit) changeManaged() error {
	id, err := v.managed()
	if err != nil {
		return err
	}
	ctx, office, sessions, form := v.R.Context(), v.d.office, v.d.config.Sessions, v.R.PostForm
	secret := ""
	switch form.Get("_viec") {
	case "khoa":
		if err = office.Lock(ctx, v.actor, id, true); err == nil {
			err = sessions.RevokeAll(ctx, id)
		}
	case "mo-khoa":
		err = office.Lock(ctx, v.actor, id, false)
	case "phien":
		err = sessions.RevokeAll(ctx, id)
	case "bo-ma":
		err = office.Accounts.DropCode(ctx, id)
	case "lien-ket":
		secret, err = office.Accounts.NewLink(ctx, people.RecoveryLink, id, people.RecoveryLasts)
	case "cham-dut":
		err = office.EndToken(ctx, id, form.Get("_ma"), v.actor.Person)
	default:
		err = fault.New("desk.form")
	}
	if err == nil && secret == "" {
		v.leaveFor(Path+"/nguoi-dung/"+id, "xong", "1")
		return nil
	}
	p, bad := v.managePage(id)
	if bad != nil {
		return bad
	}
	if err != nil {
		if err := p.refuse(err); err != nil {
			return err
		}
		return v.show("manage", p)
	}
	p.Recovery = v.d.site.Origin(v.R) + Path + "/mat-khau?ma=" + url.QueryEscape(secret)
	return v.show("manage", p)
}
