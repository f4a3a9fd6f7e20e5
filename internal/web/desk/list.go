package desk

import (
	"net/url"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// listPage is a list of records.
type listPage struct {
	page
	Type             *catalog.RecordType
	TypeName, About  string
	Day, DayText     string
	Words            string
	Sort, Grouped    string
	Filters          []filterView
	Sorts            []choice
	Columns, Groups  []choice
	Heads            []headView
	Rows             []rowView
	Counts           []groupView
	Next, New, First string
	Import           string
	Files            []choice
	Count            string
	Views            []viewView
	Query            string // of the address, without the page: what a view keeps and a bulk act means by all
	Bulk             bool   // records can be changed together
	Span             int    // columns of the table
	Unfit            string // where those are listed that no longer fit their declaration
}

type filterView struct {
	Column, Name string
	Choices      []choice
}

// headView is the heading of a column, with the way to sort by it.
type headView struct {
	Name, URL string
	Aria      string // ascending or descending, where the list is sorted by it
}

type rowView struct {
	ID, URL string
	Cells   []cellView
	Group   *groupView // that begins with this record
	Unfit   string     // why it does not fit the declaration of its type any more
}

// groupView is the records that have one value.
type groupView struct {
	Name, URL string
	Count     int64
}

// cellView is a cell with its heading, under which it stands on a phone.
type cellView struct{ Head, Text string }

// shown is how many records a page of a list has, countMost how far it counts, groupsMost how many groups it tells of, and columnsMost how many fields
// stand in it where nobody has chosen.
const shown, countMost, groupsMost, columnsMost = 50, 10_000, 200, 5

// none is the value of a filter that means those without one.
const none = "~"

// listOf asks for records of a type that the reader may see whole; of a type that the public sees, all of them, unless what is asked by is not public.
func (v *visit) listOf(t *catalog.RecordType, q register.Query) (register.Page, error) {
	q.Type = t.ID
	return v.d.office.Register.Page(v.R.Context(), t, q, v.scopeOf(t, q))
}

func (v *visit) lookOf(t *catalog.RecordType, q register.Query) (register.Lookup, error) {
	q.Type = t.ID
	look, err := v.d.office.Register.Look(q)
	look.Scope = v.scopeOf(t, q)
	return look, err
}

// scopeOf bounds a list to what its reader may see. What the public sees is all there, unless the list is found or ordered by something that the public
// does not: that would tell it.
func (v *visit) scopeOf(t *catalog.RecordType, q register.Query) register.Scope {
	if v.actor.Can(people.SeePublic, t, register.Version{}) && people.AsksPublic(t, q) {
		return register.Scope{}
	}
	return v.actor.Scope(t)
}

// asked reads what a list is asked for in an address.
func (v *visit) asked(t *catalog.RecordType, q url.Values, day stat.Date) register.Query {
	out := register.Query{Type: t.ID, At: register.At{Day: day}, Words: q.Get("tim"), Sort: q.Get("xep"), After: q.Get("sau"), Limit: shown}
	if group := q.Get("nhom"); register.Ordered(t, group) && group != register.IDColumn {
		out.Sort = group
	}
	out.Sort, out.Descending = strings.CutPrefix(out.Sort, "-")
	for _, column := range filtered(t) {
		switch now := q.Get(column); now {
		case "":
		case none:
			out.Where = append(out.Where, register.Filter{Column: column, Operator: register.Empty})
		default:
			out.Where = append(out.Where, register.Filter{Column: column, Operator: register.Is, Value: now})
		}
	}
	return out
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
	query := v.asked(t, q, day)
	p.Words, p.Sort, p.Query = query.Words, q.Get("xep"), kept(t, q).Encode()
	if p.Grouped = q.Get("nhom"); p.Grouped != query.Sort || p.Grouped == "" {
		p.Grouped = ""
	}
	if day != v.today {
		p.Day, p.DayText = day.String(), text.FormatDate(v.Lang, day)
	}
	if q.Get("xong") != "" {
		p.Done = v.Say("record.done")
	}
	p.Filters = v.filters(t, q)
	columns := v.columns(t, q)
	v.chooses(p, t, columns, query)
	if err := v.fill(p, t, columns, query); err != nil {
		if err := p.refuse(err); err != nil {
			return err
		}
	}
	if err := v.views(p, t); err != nil {
		return err
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
	p.Bulk = day == v.today && len(p.Rows) > 0 && v.changesSome(t)
	if p.Span = len(p.Heads); p.Bulk {
		p.Span++
	}
	p.Unfit = v.Link(Path + "/khong-hop/" + t.ID)
	return v.show("desklist", p)
}

// fileLink is the list of the address as a file.
func (v *visit) fileLink(t *catalog.RecordType, format string) string {
	q := v.R.URL.Query()
	pairs := []string{}
	for _, name := range append([]string{"tim", "ngay"}, filtered(t)...) {
		pairs = append(pairs, name, q.Get(name))
	}
	return v.Link(Path+"/tep/"+t.ID+"/"+format, pairs...)
}

// fill reads the page of a list, counts it, and tells its groups.
func (v *visit) fill(p *listPage, t *catalog.RecordType, columns []string, query register.Query) error {
	result, err := v.listOf(t, query)
	if err != nil {
		return err
	}
	sort := query.Sort
	if !register.Ordered(t, sort) {
		query.Sort = ""
	}
	all, err := v.lookOf(t, query)
	if err != nil {
		return err
	}
	all.After, all.Scope = nil, v.scopeOf(t, register.Query{Sort: sort, Where: query.Where, Words: query.Words})
	n, err := v.d.office.Register.Count(v.R.Context(), all, countMost+1)
	if err != nil {
		return err
	}
	p.Count = v.Say("record.count", "n", n)
	if n > countMost {
		p.Count = v.Say("record.count-more", "n", countMost)
	}
	groups := map[string]*groupView{}
	if p.Grouped != "" {
		if p.Counts, err = v.groups(t, all, p.Grouped, groups); err != nil {
			return err
		}
	}
	before := ""
	fits := v.fitting(t)
	for i, x := range result.Records {
		told, sees := v.actor.Told(t, x)
		if !sees {
			continue
		}
		row := rowView{ID: x.ID, URL: v.Link(Path+"/ho-so/"+t.ID+"/"+x.ID, "ngay", p.Day)}
		if value := v.grouped(t, p.Grouped, told); p.Grouped != "" && (i == 0 || value != before) {
			row.Group, before = groups[value], value
		}
		for _, c := range columns {
			row.Cells = append(row.Cells, cellView{v.column(t, c), v.value(t, c, told.Values[c])})
		}
		if v.actor.Can(people.See, t, x) {
			if row.Unfit, err = fits(x); err != nil {
				return err
			}
		}
		p.Rows = append(p.Rows, row)
	}
	if result.Next != "" {
		p.Next = v.Here("sau", result.Next, "xong", "")
	}
	if query.After != "" {
		p.First = v.Here("sau", "", "xong", "")
	}
	return nil
}

// listColumns are the columns of a list: the name, the state where the reader may see some, then what it is filtered by, then what comes first.
func (v *visit) listColumns(t *catalog.RecordType) (out []string) {
	add := func(column string) {
		if len(out) < columnsMost && !slices.Contains(out, column) {
			out = append(out, column)
		}
	}
	for _, f := range t.Fields {
		if f.ID == "name" {
			add(v.own(f))
		}
	}
	if s := v.actor.Scope(t); len(t.States) > 0 && (!s.Bounded || len(s.Any) > 0) {
		add(catalog.StateField)
	}
	for _, id := range t.Index {
		f, _ := t.Field(id)
		add(v.own(f))
	}
	for _, f := range t.Fields {
		add(v.own(f))
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
