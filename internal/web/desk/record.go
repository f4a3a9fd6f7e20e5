package desk

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/attach"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// recordPage is one record with its story.
type recordPage struct {
	page
	ID, TypeID, TypeName string
	State                string
	Day, DayText         string
	From, Until          string
	Whole                bool // the reader sees more than the public does
	Fields               []changed
	Story                []happened
	More                 string
	Inputs               []input
	Act                  string // what the open form does: a kind of act
	Steps                []choice
	Seen                 int64
	Conflict             []conflict
	MayChange, MayEnd    bool
	MayErase, MayComment bool
	Merge                string // where an organisation is ended and its records pass to its heir
	Files                []fileView
	MayAttach, MayDetach bool
	Endings              string // of files that are taken
	MostFile             int64  // in MB
	Unfit                string // why it does not fit the declaration of its type any more
	Waiting              int    // records that still name an organisation that has ended
	Manage               string // where the account of the person is looked after
}

// conflict is a field that somebody else has changed while this form was open.
type conflict struct{ Name, Yours, Theirs string }

// storyMost is how many acts the story of a record shows at once.
const storyMost = 200

// found is a record as its reader may see it.
type found struct {
	t    *catalog.RecordType
	line register.Timeline
	now  register.Version // as of the day viewed
	told register.Version // what of it the reader may see
	day  stat.Date
}

// find reads the record that the address names.
func (v *visit) find() (found, error) {
	t, err := v.typeOf()
	if err != nil {
		return found{}, err
	}
	day, err := v.day()
	if err != nil {
		return found{}, err
	}
	id := v.R.PathValue("id")
	f := found{t: t, day: day}
	if f.line, err = v.d.office.Register.Timeline(v.R.Context(), t.ID, id); err != nil {
		return f, err
	}
	is := false
	if f.now, is = f.line.On(day); !is && len(f.line.Versions) > 0 { // one that is no more is shown as it last was
		f.now = f.line.Versions[len(f.line.Versions)-1]
		if day.Before(f.line.Versions[0].From) {
			f.now = f.line.Versions[0]
		}
	}
	if len(f.line.Versions) == 0 {
		if f.now, is, err = v.asItWas(t, id); err != nil || !is {
			return f, cmp.Or(err, missing(t, id))
		}
	}
	sees := false
	if f.told, sees = v.actor.Told(t, f.now); !sees {
		return f, missing(t, id)
	}
	return f, nil
}

// asItWas gives a record that ended on the day on which it began, as it would stand without its end.
func (v *visit) asItWas(t *catalog.RecordType, id string) (register.Version, bool, error) {
	batches, err := v.d.office.Register.Acts(v.R.Context(), t.ID, id, 0, storyMost)
	var acts []register.Act
	for _, b := range batches {
		acts = append(acts, b.Acts...)
	}
	line := register.Fold(slices.DeleteFunc(acts, func(a register.Act) bool { return a.Kind == register.Ended }))
	if err != nil || len(line) == 0 {
		return register.Version{}, false, err
	}
	return line[len(line)-1], true, nil
}

func (v *visit) record() error {
	f, err := v.find()
	if err != nil {
		return err
	}
	p, err := v.recordPage(f)
	if err != nil {
		return err
	}
	switch q := v.R.URL.Query(); {
	case q.Get("xong") != "":
		p.Done = v.Say("record.done")
	case q.Get("sua") != "" && p.MayChange:
		p.Act = string(register.Changed)
		p.Inputs, err = v.openForm(f, p, q.Get("lan"))
	}
	if err != nil {
		return err
	}
	return v.show("record", p)
}

// openForm fills the form of a record as it stands, or as its writer has it before them since an act: the address of a form that was opened earlier
// leads to the same form, also when somebody else was quicker meanwhile.
func (v *visit) openForm(f found, p *recordPage, since string) ([]input, error) {
	if since == "" {
		return v.inputs(f.t, f.now.Values), nil
	}
	act, err := strconv.ParseInt(since, 10, 64)
	if err != nil || act < 1 {
		return nil, fault.New("desk.form")
	}
	seen, is, err := v.d.office.Register.Record(v.R.Context(), f.t.ID, f.now.ID, register.At{Day: f.day, Act: act})
	if err == nil && !is {
		err = missing(f.t, f.now.ID)
	}
	p.Seen = act
	return v.inputs(f.t, seen.Values), err
}

// recordPage makes the page of a record, without a form.
func (v *visit) recordPage(f found) (*recordPage, error) {
	t := f.t
	p := &recordPage{page: v.start(v.titleOf(t, f.told)), ID: f.now.ID, TypeID: t.ID, TypeName: t.Name.In(v.Lang), Seen: f.line.Newest, From: text.FormatDate(v.Lang, f.now.From)}
	p.Crumbs = append(p.Crumbs, v.crumb(t))
	if f.day != v.today {
		p.Day, p.DayText = f.day.String(), text.FormatDate(v.Lang, f.day)
	}
	if !f.now.Until.IsZero() {
		p.Until = text.FormatDate(v.Lang, f.now.Until)
	}
	p.State = v.value(t, catalog.StateField, f.told.Values[catalog.StateField])
	p.Whole = v.actor.Can(people.See, t, f.now)
	p.MayChange, p.MayEnd = v.actor.Can(people.Doing(register.Changed), t, f.now), v.actor.Can(people.Doing(register.Ended), t, f.now)
	for _, x := range t.Fields {
		columns := []string{v.own(x)}
		for _, column := range x.Columns() {
			if column != columns[0] && p.MayChange { // whoever keeps the record sees both languages
				columns = append(columns, column)
			}
		}
		for _, column := range columns {
			if s := f.told.Values[column]; s != "" {
				p.Fields = append(p.Fields, changed{Name: v.column(t, column), After: v.value(t, column, s)})
			}
		}
	}
	p.MayComment = v.actor.Can(people.Doing(register.Commented), t, f.now)
	if t.ID == people.PersonType && v.actor.MustManage(f.now.ID) == nil {
		p.Manage = v.Link(Path + "/nguoi-dung/" + f.now.ID)
	}
	p.MayErase = len(t.Personal()) > 0 && v.actor.Can(people.Doing(register.Erased), t, f.now)
	if t.ID == people.OrganisationType && p.MayEnd {
		p.Merge = v.Link(Path + "/ke-tuc/" + f.now.ID)
		waiting, err := v.inherits(t, f.line, f.now.ID)
		if err != nil {
			return nil, err
		}
		p.Waiting = waiting
	}
	for _, way := range t.Transitions {
		if slices.Contains(way.From, f.now.Values[catalog.StateField]) && v.actor.Can(people.Verb(way.ID), t, f.now) {
			p.Steps = append(p.Steps, choice{Value: way.ID, Name: way.Name.In(v.Lang)})
		}
	}
	if !p.Whole {
		return p, nil
	}
	batches, err := v.d.office.Register.Acts(v.R.Context(), t.ID, f.now.ID, 0, storyMost)
	if err != nil {
		return nil, err
	}
	if p.Unfit, err = v.fitting(t)(f.now); err != nil {
		return nil, err
	}
	personal := false
	p.Files, personal = v.attached(t, f.now.ID, batches)
	p.MayAttach, p.MayDetach = v.actor.Can(people.Doing(register.Attached), t, f.now), v.actor.Can(people.Doing(register.Detached), t, f.now)
	p.MayErase = p.MayErase || personal && v.actor.Can(people.Doing(register.Erased), t, f.now)
	p.Endings, p.MostFile = strings.Join(attach.Endings(), ", "), v.d.mostFile()>>20
	for _, b := range slices.Backward(batches) {
		for _, a := range slices.Backward(b.Acts) {
			p.Story = append(p.Story, v.told(b, a))
		}
	}
	return p, nil
}

// change does what a form on a record's page says.
func (v *visit) change() error {
	f, err := v.find()
	if err != nil {
		return err
	}
	form := v.R.PostForm
	base, err := strconv.ParseInt(form.Get("_lan"), 10, 64)
	if err != nil {
		return fault.New("desk.form")
	}
	a := register.Act{Kind: register.Kind(form.Get("_viec")), Type: f.t.ID, Record: f.now.ID, Base: base, Note: strings.TrimSpace(form.Get("_y-kien"))}
	if s := strings.TrimSpace(form.Get("_tu-ngay")); s != "" {
		if a.From, err = text.ParseDate(s); err != nil {
			err = fault.New("web.bad-day", "text", s)
		}
	}
	// What its writer had before them, not what somebody else has made of it since: only what they changed is theirs.
	seen, _, bad := v.d.office.Register.Record(v.R.Context(), f.t.ID, f.now.ID, register.At{Day: f.day, Act: base})
	if bad != nil {
		return bad
	}
	if err == nil {
		a.Changes = v.changesOf(f, a, form, seen.Values)
		b := &register.Batch{Key: form.Get("_khoa"), Person: v.actor.Person, Organisation: v.actor.Organisation, Reason: strings.TrimSpace(form.Get("_ly-do")), Acts: []register.Act{a}}
		err = v.d.office.Do(v.R.Context(), b)
	}
	if err == nil {
		v.leaveFor(Path+"/ho-so/"+f.t.ID+"/"+f.now.ID, "xong", "1")
		return nil
	}
	p, bad := v.recordPage(f)
	if bad != nil {
		return bad
	}
	if isConflict(err) {
		p.Conflict = v.conflicts(f, a.Changes)
	}
	if err := p.refuse(err); err != nil {
		return err
	}
	for name := range form {
		p.Kept.Set(name, form.Get(name))
	}
	p.Act = string(a.Kind)
	if a.Kind == register.Changed || isStep(f.t, a.Kind) {
		values := maps.Clone(f.now.Values)
		for _, c := range a.Changes {
			values[c.Column] = c.After
		}
		p.Inputs = v.inputs(f.t, values)
	}
	return v.show("record", p)
}

// changesOf reads what an act changes: of an erasure all personal data.
func (v *visit) changesOf(f found, a register.Act, form url.Values, seen map[string]string) (out []register.Change) {
	switch {
	case a.Kind == register.Changed, isStep(f.t, a.Kind):
		return changesOf(f.t, form, seen)
	case a.Kind == register.Erased:
		for _, column := range append(f.t.Personal(), register.PersonalFileColumn) {
			out = append(out, register.Change{Column: column})
		}
	case a.Kind == register.Detached:
		out = append(out, register.Change{Column: register.FileColumn, Before: form.Get("_tep")})
	}
	return out
}

func isStep(t *catalog.RecordType, kind register.Kind) bool {
	return slices.ContainsFunc(t.Transitions, func(way catalog.Transition) bool { return way.ID == string(kind) })
}

// merged is a form over the values of a record.
func merged(t *catalog.RecordType, values map[string]string, form url.Values) map[string]string {
	out := map[string]string{}
	for _, column := range t.Columns() {
		out[column] = values[column]
		if form.Has(column) {
			out[column] = form.Get(column)
		}
	}
	return out
}

// conflicts lists the fields in which what was sent differs from what somebody else made of the record meanwhile.
func (v *visit) conflicts(f found, yours []register.Change) (out []conflict) {
	for _, c := range yours {
		if now := f.now.Values[c.Column]; now != c.After {
			out = append(out, conflict{v.column(f.t, c.Column), v.value(f.t, c.Column, c.After), v.value(f.t, c.Column, now)})
		}
	}
	return out
}

// freshPage is the form of a record that is not there yet.
type freshPage struct {
	page
	TypeID, TypeName, About string
	Inputs                  []input
}

func (v *visit) freshPage() (*freshPage, *catalog.RecordType, error) {
	t, err := v.typeOf()
	if err != nil {
		return nil, nil, err
	}
	if !v.adds(t) {
		return nil, nil, fault.New("people.may-not", "id", "", "type", t.Name)
	}
	p := &freshPage{page: v.start(v.Say("record.new", "type", t.Name.In(v.Lang))), TypeID: t.ID, TypeName: t.Name.In(v.Lang), About: t.Description.In(v.Lang)}
	p.Crumbs = append(p.Crumbs, v.crumb(t))
	return p, t, nil
}

func (v *visit) fresh() error {
	p, t, err := v.freshPage()
	if err != nil {
		return err
	}
	p.Inputs = v.inputs(t, map[string]string{})
	return v.show("fresh", p)
}

func (v *visit) add() error {
	p, t, err := v.freshPage()
	if err != nil {
		return err
	}
	form := v.R.PostForm
	a := register.Act{Kind: register.Added, Type: t.ID, Record: strings.TrimSpace(form.Get("_ma")), Changes: changesOf(t, form, map[string]string{})}
	if s := strings.TrimSpace(form.Get("_tu-ngay")); s != "" {
		if a.From, err = text.ParseDate(s); err != nil {
			err = fault.New("web.bad-day", "text", s)
		}
	}
	if err == nil {
		err = v.d.office.Do(v.R.Context(), &register.Batch{Key: form.Get("_khoa"), Person: v.actor.Person, Organisation: v.actor.Organisation, Reason: strings.TrimSpace(form.Get("_ly-do")), Acts: []register.Act{a}})
	}
	if err == nil {
		v.leaveFor(Path+"/ho-so/"+t.ID+"/"+a.Record, "xong", "1")
		return nil
	}
	if err := p.refuse(err); err != nil {
		return err
	}
	for name := range form {
		p.Kept.Set(name, form.Get(name))
	}
	p.Inputs = v.inputs(t, merged(t, map[string]string{}, form))
	return v.show("fresh", p)
}
