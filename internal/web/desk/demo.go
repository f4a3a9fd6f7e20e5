package desk

import (
	"fmt"
	"slices"

	"nhipso/internal/fault"
	"nhipso/internal/people"
)

// player is somebody who is signed in by one click.
type player struct{ ID, Name, Role string }

// entering begins the page of signing in, with all ways that there are, and with those who are signed in by one click where there are any.
func (v *visit) entering(to string) *enterPage {
	p := &enterPage{page: v.start(v.Say("enter.title")), To: to}
	if v.d.config.Passkeys != nil {
		p.Key = "in"
		p.Script = "passkey.js"
	}
	if v.d.config.Provider != nil {
		p.Other = v.d.config.Provider.Name
	}
	cast := v.d.config.Demo
	for _, x := range cast.Players {
		who := player{ID: x.Person, Name: v.person(x.Person), Role: v.Say("desk.role-at", "role", v.code("CL_ROLE", string(x.Role)), "organisation", v.organisation(x.Organisation))}
		p.Cast = append(p.Cast, who)
		if x.Role == people.Steward && cast.Act > 0 {
			p.Twice = choice{Value: x.Person, Name: who.Name, URL: fmt.Sprintf("%s/ho-so/%s/%s?sua=1&lan=%d", Path, cast.Type, cast.Record, cast.Act)}
		}
	}
	return p
}

// play signs one of the cast in by one click.
func (v *visit) play() error {
	form := v.R.PostForm
	person := form.Get("nguoi")
	if !slices.ContainsFunc(v.d.config.Demo.Players, func(x people.Player) bool { return x.Person == person }) {
		return fault.New("people.no-person", "id", person)
	}
	return v.letIn(person, form.Get("den"))
}
