package desk

import (
	"encoding/json"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// mergePage ends an organisation: who does its work from then on, by what document, and which open records pass to it.
type mergePage struct {
	page
	ID, Old  string
	Heir     string // by name, once it is known
	Day      string
	Fixed    bool // the register says already when it ended and who its heir is
	Choices  []choice
	Document string
	Moves    []moveRow
	Stays    []moveRow
	More     int
	Total    int
	Acts     string // what would be done, for the button that does it
	Checked  bool
}

// moveRow is a record that passes to an heir, or does not.
type moveRow struct {
	Type, Title, URL, From, Why string
	Changes                     []changed
}

// merging reads the organisation of the address, which the actor must be allowed to end.
func (v *visit) merging() (*mergePage, register.Timeline, error) {
	t, err := v.types.RecordType(people.OrganisationType)
	if err != nil {
		return nil, register.Timeline{}, err
	}
	id := v.R.PathValue("id")
	line, err := v.d.office.Register.Timeline(v.R.Context(), t.ID, id)
	if err != nil {
		return nil, line, err
	}
	if len(line.Versions) == 0 {
		return nil, line, missing(t, id)
	}
	last := line.Versions[len(line.Versions)-1]
	if err := v.actor.Must(people.Doing(register.Ended), t, last); err != nil {
		return nil, line, err
	}
	p := &mergePage{page: v.start(v.Say("merge.title", "name", v.titleOf(t, last))), ID: id, Old: v.titleOf(t, last)}
	p.Crumbs = append(p.Crumbs, v.crumb(t), shell.Crumb{Name: p.Old, URL: v.Link(Path + "/ho-so/" + t.ID + "/" + id)})
	f, _ := t.Field(register.HeirColumn)
	p.Choices = slices.DeleteFunc(v.choices(f, last.Values[register.HeirColumn]), func(c choice) bool { return c.Value == id })
	if !last.Until.IsZero() {
		p.Day = text.FormatDate(v.Lang, last.Until)
	}
	_, _, p.Fixed = register.Succession(line)
	return p, line, nil
}

// merge shows the form, and at once what is left to move where the organisation has ended already.
func (v *visit) merge() error {
	p, _, err := v.merging()
	if err != nil {
		return err
	}
	if p.Fixed {
		if err := v.work(p, "", stat.Date{}); err != nil {
			return err
		}
	}
	return v.show("merge", p)
}

// work works out the succession for a page.
func (v *visit) work(p *mergePage, heir string, day stat.Date) error {
	s, err := v.d.office.Succession(v.R.Context(), p.ID, heir, day)
	if err != nil {
		return err
	}
	p.Checked, p.Heir, p.Day = true, v.organisation(s.Heir), text.FormatDate(v.Lang, s.Day)
	p.Total = len(s.Moves)
	for _, a := range s.Moves {
		if len(p.Moves) == previewed {
			p.More = len(s.Moves) - previewed
			break
		}
		row, err := v.moveRow(a.Type, a.Record)
		if err != nil {
			return err
		}
		row.From = text.FormatDate(v.Lang, a.From)
		t, _ := v.types.RecordType(a.Type)
		for _, c := range a.Changes {
			row.Changes = append(row.Changes, changed{v.column(t, c.Column), v.value(t, c.Column, c.Before), v.value(t, c.Column, c.After)})
		}
		p.Moves = append(p.Moves, row)
	}
	for _, x := range s.Stays[:min(len(s.Stays), previewed)] {
		row, err := v.moveRow(x.Type, x.Record)
		if err != nil {
			return err
		}
		row.Why = v.Say("merge." + x.Why)
		p.Stays = append(p.Stays, row)
	}
	if acts := s.Acts(); len(acts) > 0 {
		text, err := json.Marshal(acts)
		if err != nil {
			return err
		}
		p.Acts = string(text)
	}
	return nil
}

// moveRow names a record. Whoever ends an organisation learns which records pass, but of one that they may not see only its identifier.
func (v *visit) moveRow(kind, id string) (moveRow, error) {
	t, err := v.types.RecordType(kind)
	if err != nil {
		return moveRow{}, err
	}
	row := moveRow{Type: t.Name.In(v.Lang), Title: id}
	line, err := v.d.office.Register.Timeline(v.R.Context(), kind, id)
	if err != nil || len(line.Versions) == 0 {
		return row, err
	}
	if told, sees := v.actor.Told(t, line.Versions[len(line.Versions)-1]); sees {
		row.Title, row.URL = v.titleOf(t, told), v.Link(Path+"/ho-so/"+kind+"/"+id)
	}
	return row, nil
}

// takeMerge shows what a succession would do, or does what was shown.
func (v *visit) takeMerge() error {
	p, _, err := v.merging()
	if err != nil {
		return err
	}
	form := v.R.PostForm
	p.Document = strings.TrimSpace(form.Get("_van-ban"))
	heir := form.Get("_ke-tuc")
	var day stat.Date
	if s := strings.TrimSpace(form.Get("_tu-ngay")); s != "" {
		if day, err = text.ParseDate(s); err != nil {
			err = fault.New("web.bad-day", "text", s)
		}
	}
	if err == nil && p.Document == "" {
		err = fault.New("desk.no-document")
	}
	if err == nil {
		err = v.work(p, heir, day)
	}
	if done := form.Get("_viec-lam"); err == nil && done != "" {
		var acts []register.Act
		if err := json.Unmarshal([]byte(done), &acts); err != nil {
			return fault.New("desk.form").Because(err)
		}
		reason := v.Say("merge.reason", "old", p.Old, "heir", p.Heir, "day", p.Day, "document", p.Document)
		err = v.d.office.Register.Do(v.R.Context(), &register.Batch{Key: form.Get("_khoa"), Person: v.actor.Person, Organisation: v.actor.Organisation, Reason: reason, Acts: acts})
		if err == nil {
			v.leaveFor(Path+"/ho-so/"+people.OrganisationType+"/"+p.ID, "xong", "1")
			return nil
		}
	} else if err == nil && p.Acts != "" {
		var acts []register.Act
		if err := json.Unmarshal([]byte(p.Acts), &acts); err != nil {
			return err
		}
		err = v.d.office.Register.Try(v.R.Context(), &register.Batch{Person: v.actor.Person, Organisation: v.actor.Organisation, Acts: acts})
	}
	if err != nil {
		p.Acts = ""
		if err := p.refuse(err); err != nil {
			return err
		}
	}
	for name := range form {
		p.Kept.Set(name, form.Get(name))
	}
	for i := range p.Choices {
		p.Choices[i].Selected = p.Choices[i].Value == heir
	}
	return v.show("merge", p)
}

// inherits reports whether records still wait to pass to the heir of an organisation that has ended.
func (v *visit) inherits(t *catalog.RecordType, line register.Timeline, id string) (int, error) {
	if _, _, is := register.Succession(line); t.ID != people.OrganisationType || !is {
		return 0, nil
	}
	s, err := v.d.office.Succession(v.R.Context(), id, "", stat.Date{})
	return len(s.Moves), err
}
