package desk

import (
	"slices"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/text"
)

// tokensPage is where somebody makes and ends the tokens by which programs act as them.
type tokensPage struct {
	page
	Secret  string // of the token that was just made; shown once
	Tokens  []tokenView
	Ends    string
	Acts    bool
	All     bool
	Choices []choice // types of records
	At      []choice // organisations at which the actor holds a role, where there are several
	Again   asked
}

// tokenView is a token as a line.
type tokenView struct {
	ID, Name, Does, Types, Organisations, State string
	Good                                        bool
}

// tokenEnd is what a form offers as the last day of a token.
const tokenEnd = 90

// tokensOf lists the tokens of a person.
func (v *visit) tokensOf(person string) (out []tokenView, err error) {
	list, err := v.d.office.Accounts.Store.PersonTokens(v.R.Context(), person)
	if err != nil {
		return nil, err
	}
	zone, now := v.types.Zone(), v.d.office.Accounts.Now()
	at := func(t time.Time) string { return t.In(zone).Format("15:04 02/01/2006") }
	for _, t := range list {
		x := tokenView{ID: t.ID, Name: t.Name, Does: v.Say("token.reads"), Types: v.Say("token.all-types"), Good: t.Good(now)}
		if t.Bounds.Acts {
			x.Does = v.Say("token.acts")
		}
		if len(t.Bounds.Types) > 0 {
			x.Types = strings.Join(v.namesOfTypes(t.Bounds.Types), ", ")
		}
		var names []string
		for _, id := range t.Bounds.Organisations {
			names = append(names, v.organisation(id))
		}
		x.Organisations = strings.Join(names, ", ")
		state := []string{v.Say("token.until", "day", text.FormatDate(v.Lang, v.types.Day(t.Ends.Add(-time.Second))))}
		switch {
		case !t.Ended.IsZero():
			state = []string{v.Say("token.ended", "at", at(t.Ended), "who", v.person(t.EndedBy))}
		case !t.Good(now):
			state = append(state, v.Say("token.over"))
		}
		if t.Used.IsZero() {
			state = append(state, v.Say("token.unused"))
		} else {
			state = append(state, v.Say("token.used", "at", at(t.Used)))
		}
		x.State = strings.Join(state, " · ")
		out = append(out, x)
	}
	return out, nil
}

// namesOfTypes names types of records; one that is no more by its identifier.
func (v *visit) namesOfTypes(ids []string) (out []string) {
	for _, id := range ids {
		name := id
		if t, err := v.types.RecordType(id); err == nil {
			name = t.Name.In(v.Lang)
		}
		out = append(out, name)
	}
	return out
}

func (v *visit) tokensPage() (*tokensPage, error) {
	form := v.R.PostForm
	p := &tokensPage{page: v.start(v.Say("token.title")), Ends: form.Get("den-ngay"), Acts: form.Get("lam") == "lam", All: form.Get("tat-ca") != ""}
	p.Crumbs = append(p.Crumbs, v.accountCrumb())
	p.Kept.Set("ten", form.Get("ten"))
	if p.Ends == "" {
		p.Ends = text.FormatDate(v.Lang, v.today.AddDays(tokenEnd))
	}
	for _, t := range v.types.RecordTypes() {
		p.Choices = append(p.Choices, choice{Value: t.ID, Name: t.Name.In(v.Lang), Selected: slices.Contains(form["loai"], t.ID)})
	}
	if len(p.Organisations) > 1 {
		for _, o := range p.Organisations {
			p.At = append(p.At, choice{Value: o.Value, Name: o.Name, Selected: slices.Contains(form["co-quan"], o.Value)})
		}
	}
	var err error
	if p.Again, err = v.asks(); err != nil {
		return nil, err
	}
	p.Tokens, err = v.tokensOf(v.actor.Person)
	return p, err
}

func (v *visit) tokens() error {
	p, err := v.tokensPage()
	if err != nil {
		return err
	}
	if v.R.URL.Query().Get("xong") != "" {
		p.Done = v.Say("record.done")
	}
	return v.show("tokens", p)
}

// changeTokens makes a token, or ends one.
func (v *visit) changeTokens() error {
	form, me := v.R.PostForm, v.actor.Person
	var secret string
	var err error
	switch form.Get("_viec") {
	case "tao":
		secret, err = v.makeToken()
	case "cham-dut":
		if err = v.d.office.EndToken(v.R.Context(), me, form.Get("_ma"), me); err == nil {
			v.leaveFor(Path+"/ma-truy-cap", "xong", "1")
			return nil
		}
	default:
		err = fault.New("desk.form")
	}
	name := form.Get("ten")
	if err == nil {
		v.R.PostForm = nil // the next one is another one
	}
	p, bad := v.tokensPage() // with what was just made
	if bad != nil {
		return bad
	}
	if err != nil {
		if err := p.refuse(err); err != nil {
			return err
		}
		return v.show("tokens", p)
	}
	p.Secret, p.Done = secret, v.Say("token.made", "name", name)
	return v.show("tokens", p)
}

func (v *visit) makeToken() (string, error) {
	form := v.R.PostForm
	me, _ := v.dir.Person(v.actor.Person)
	if err := v.again(me.Values["email"]); err != nil {
		return "", err
	}
	day, err := text.ParseDate(form.Get("den-ngay"))
	if err != nil {
		return "", fault.New("web.bad-day", "text", form.Get("den-ngay"))
	}
	t := people.Token{Person: v.actor.Person, Name: form.Get("ten"), Bounds: people.Bounds{Acts: form.Get("lam") == "lam", Organisations: form["co-quan"]}}
	if t.Bounds.Types = form["loai"]; form.Get("tat-ca") != "" {
		t.Bounds.Types = nil
	} else if len(t.Bounds.Types) == 0 {
		return "", fault.New("desk.token-types")
	}
	next := day.AddDays(1).Time()
	t.Ends = time.Date(next.Year(), next.Month(), next.Day(), 0, 0, 0, 0, v.types.Zone())
	_, secret, err := v.d.office.NewToken(v.R.Context(), t)
	return secret, err
}
