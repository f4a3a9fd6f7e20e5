package desk

import (
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/text"
)

// listPage is a list of records.
type listPage struct {
	page
	Type             *catalog.RecordType
	TypeName, About  string
	Day, DayText     string
	Words, Sort      string
	Filters          []filterView
	Sorts            []choice
	Heads            []string
	Rows             []rowView
	Next, New, First string
	Import           string
	Files            []choice
	Count            string
}

type filterView struct {
	Column, Name string
	Choices      []choice
}

type rowView struct {
	ID, URL string
	Cells   []cellView
}

// cellView is a cell with its heading, under which it stands on a phone.
type cellView struct{ Head, Text string }

// shown is how many records a page of a list has, countMost how far it counts, and columnsMost how many fields stand in it.
const shown, countMost, columnsMost = 50, 10_000, 5

// listOf asks for records of a type that the reader may see whole; of a type that the public sees, all of them, unless what is asked by is not public.
func (v *visit) listOf(t *catalog.RecordType, q register.Query) (register.Page, error) {
	look, err := v.lookOf(t, q)
	if err != nil {
		return register.Page{}, err
	}
	return v.d.office.Register.Records(v.R.Context(), look)
}

func (v *visit) lookOf(t *catalog.RecordType, q register.Query) (register.Lookup, error) {
	q.Type = t.ID
	look, err := v.d.office.Register.Look(q)
	if err != nil {
		return look, err
	}
	if !v.actor.Can(people.SeePublic, t, register.Version{}) || !people.AsksPublic(t, q) {
		look.Scope = v.actor.Scope(t)
	}
	return look, nil
}

func (v *visit) list() error {
	t, err := v.typeOf()
	if err != nil {
		return err
	}
	p := &listPage{page: v.start(t.Name.In(v.Lang)), Type: t, TypeName: t.Name.In(v.Lang), About: t.Description.In(v.Lang)}
	q := v.R.URL.Query()
	day, err := v.day()
	if err != nil {
		return err
	}
	query := register.Query{At: register.At{Day: day}, Words: q.Get("tim"), Sort: q.Get("xep"), After: q.Get("sau"), Limit: shown}
	if query.Sort != "" && query.Sort[0] == '-' {
		query.Sort, query.Descending = query.Sort[1:], true
	}
	p.Words, p.Sort = query.Words, q.Get("xep")
	if day != v.today {
		p.Day, p.DayText = day.String(), text.FormatDate(v.Lang, day)
	}
	p.Filters = v.filters(t, &query)
	look, err := v.lookOf(t, query)
	if err == nil {
		err = v.fill(p, t, look)
	}
	if err != nil {
		if err := p.refuse(err); err != nil {
			return err
		}
	}
	for _, column := range append([]string{register.IDColumn}, t.Index...) {
		p.Sorts = append(p.Sorts, choice{Value: column, Name: v.column(t, column), Selected: p.Sort == column})
	}
	for _, format := range []string{"xlsx", "csv", "json"} {
		p.Files = append(p.Files, choice{Name: strings.ToUpper(format), URL: v.fileLink(t, format)})
	}
	if v.adds(t) {
		p.Import = v.Link(Path + "/nhap/" + t.ID)
		p.New = v.Link(Path + "/them/" + t.ID)
		if t.ID == people.PersonType {
			p.New = v.Link(Path + "/nguoi-moi")
		}
	}
	return v.show("desklist", p)
}

// fileLink is the list of the address as a file.
func (v *visit) fileLink(t *catalog.RecordType, format string) string {
	q := v.R.URL.Query()
	pairs := []string{}
	for _, name := range append([]string{"tim", "ngay", catalog.StateField}, t.Index...) {
		pairs = append(pairs, name, q.Get(name))
	}
	return v.Link(Path+"/tep/"+t.ID+"/"+format, pairs...)
}

// fill reads the page of a list and counts it.
func (v *visit) fill(p *listPage, t *catalog.RecordType, look register.Lookup) error {
	result, err := v.d.office.Register.Records(v.R.Context(), look)
	if err != nil {
		return err
	}
	all := look
	all.After = nil
	n, err := v.d.office.Register.Count(v.R.Context(), all, countMost+1)
	if err != nil {
		return err
	}
	p.Count = v.Say("record.count", "n", n)
	if n > countMost {
		p.Count = v.Say("record.count-more", "n", countMost)
	}
	columns := listColumns(t)
	for _, c := range columns {
		p.Heads = append(p.Heads, v.column(t, c))
	}
	for _, x := range result.Records {
		told, sees := v.actor.Told(t, x)
		if !sees {
			continue
		}
		row := rowView{ID: x.ID, URL: v.Link(Path+"/ho-so/"+t.ID+"/"+x.ID, "ngay", p.Day)}
		for _, c := range columns {
			row.Cells = append(row.Cells, cellView{v.column(t, c), v.value(t, c, told.Values[c])})
		}
		p.Rows = append(p.Rows, row)
	}
	if result.Next != "" {
		p.Next = v.Here("sau", result.Next)
	}
	if look.After != nil {
		p.First = v.Here("sau", "")
	}
	return nil
}

// listColumns are the columns of a list: the name, the state, then what it is filtered by, then what comes first.
func listColumns(t *catalog.RecordType) (out []string) {
	add := func(column string) {
		for _, have := range out {
			if have == column {
				return
			}
		}
		if len(out) < columnsMost {
			out = append(out, column)
		}
	}
	for _, f := range t.Fields {
		if f.ID == "name" {
			add(f.Columns()[0])
		}
	}
	if len(t.States) > 0 {
		add(catalog.StateField)
	}
	for _, id := range t.Index {
		f, _ := t.Field(id)
		add(f.Columns()[0])
	}
	for _, f := range t.Fields {
		add(f.Columns()[0])
	}
	return out
}

// filters reads the filters of the address into a query, and lists what can be chosen.
func (v *visit) filters(t *catalog.RecordType, query *register.Query) (out []filterView) {
	q := v.R.URL.Query()
	columns := append([]string(nil), t.Index...)
	if len(t.States) > 0 {
		columns = append([]string{catalog.StateField}, columns...)
	}
	for _, column := range columns {
		now := q.Get(column)
		if now != "" {
			query.Where = append(query.Where, register.Filter{Column: column, Operator: register.Is, Value: now})
		}
		x := filterView{Column: column, Name: v.column(t, column)}
		if column == catalog.StateField {
			for _, s := range t.States {
				x.Choices = append(x.Choices, choice{Value: s.ID, Name: s.Name.In(v.Lang), Selected: s.ID == now})
			}
		} else if f, _ := t.Field(column); f.Kind == catalog.CodeField || f.Kind == catalog.OrganisationField || f.Kind == catalog.ReferenceField {
			x.Choices = v.choices(f, now)
		}
		if len(x.Choices) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// adds reports whether the actor may add some record of a type: one of an organisation of theirs.
func (v *visit) adds(t *catalog.RecordType) bool {
	for _, h := range v.dir.Held(v.actor.Person) {
		x := register.Version{Type: t.ID, Values: map[string]string{}}
		for _, column := range t.Relations {
			if x.Values[column] = h.Organisation; column == register.IDColumn {
				x.ID = h.Organisation
			}
		}
		if v.actor.Can(people.Doing(register.Added), t, x) {
			return true
		}
	}
	return false
}

// missing says that there is no such record, or none that the reader may see: the same, so that nobody learns of what they may not see.
func missing(t *catalog.RecordType, id string) error {
	return fault.New("register.no-record", "id", id, "type", t.Name)
}
