package desk

import (
	"slices"

	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// happened is an act as a line of a story.
type happened struct {
	Day, At, Who, For, What, Reason, Note string
	URL, Title                            string
	Changes                               []changed
	File                                  *fileView // that the act attached or took away
	Number                                int64
}

// changed is what an act did to one field.
type changed struct{ Name, Before, After string }

// homePage is the first page of who is signed in.
type homePage struct {
	page
	Roles  []string
	Recent []happened
}

// recent is how many acts the first page shows, and among how many it looks for such as its reader may see.
const recentShown, recentLooked = 20, 400

func (v *visit) home() error {
	p := &homePage{page: v.start(v.Say("desk.title"))}
	p.Crumbs = nil
	for _, h := range v.dir.Held(v.actor.Person) {
		p.Roles = append(p.Roles, v.Say("desk.role-at", "role", v.code("CL_ROLE", string(h.Role)), "organisation", v.organisation(h.Organisation)))
	}
	newest, err := v.newest()
	if err != nil {
		return err
	}
	batches, err := v.d.office.Register.ActsSince(v.R.Context(), max(0, newest-recentLooked), recentLooked)
	if err != nil {
		return err
	}
	for _, b := range slices.Backward(batches) {
		for _, a := range slices.Backward(b.Acts) {
			if len(p.Recent) == recentShown || b.Person == people.Program && a.Type != people.RoleType {
				break // what came with the program is no news
			}
			seen, err := v.sees(a)
			if err != nil {
				return err
			}
			if seen {
				p.Recent = append(p.Recent, v.told(b, a))
			}
		}
	}
	return v.show("deskhome", p)
}

// newest is the number of the newest act.
func (v *visit) newest() (int64, error) {
	var kinds []string
	for _, t := range v.types.RecordTypes() {
		kinds = append(kinds, t.ID)
	}
	return v.d.office.Register.NewestOf(v.R.Context(), kinds...)
}

// sees reports whether the reader may see the record of an act whole, as it stands or last stood.
func (v *visit) sees(a register.Act) (bool, error) {
	t, err := v.types.RecordType(a.Type)
	if err != nil {
		return false, nil //nolint:nilerr // the type is no more; nobody can say who saw it
	}
	line, err := v.d.office.Register.Timeline(v.R.Context(), a.Type, a.Record)
	if err != nil || len(line.Versions) == 0 {
		return false, err
	}
	now, is := line.On(v.today)
	if !is {
		now = line.Versions[len(line.Versions)-1]
	}
	return v.actor.Can(people.See, t, now), nil
}

// told writes an act as a line of a story.
func (v *visit) told(b register.Batch, a register.Act) happened {
	at := b.At.In(v.types.Zone())
	out := happened{Day: text.FormatDate(v.Lang, a.From), At: at.Format("15:04") + ", " + text.FormatDate(v.Lang, stat.DateOf(at)), Who: v.person(b.Person), Reason: b.Reason, Note: a.Note, Number: a.Number,
		URL: v.Link(Path + "/ho-so/" + a.Type + "/" + a.Record), Title: a.Record}
	if b.Organisation != "" {
		out.For = v.organisation(b.Organisation)
	}
	t, err := v.types.RecordType(a.Type)
	if err != nil {
		return out
	}
	out.What = v.kindOf(t, a.Kind)
	out.Title = t.Name.In(v.Lang) + " " + a.Record
	for _, c := range a.Changes {
		if c.Column == register.FileColumn || c.Column == register.PersonalFileColumn {
			out.File = v.fileOf(a, c)
			continue
		}
		x := changed{Name: v.column(t, c.Column), Before: v.value(t, c.Column, c.Before), After: v.value(t, c.Column, c.After)}
		if c.Gone {
			x.Before, x.After = v.Say("desk.erased"), v.Say("desk.erased")
		}
		out.Changes = append(out.Changes, x)
	}
	return out
}
