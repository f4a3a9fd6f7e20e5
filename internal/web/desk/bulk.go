package desk

import (
	"encoding/json"
	"net/http"
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

// bulkMost is how many records are changed together at most.
const bulkMost = 5000

// bulkPage changes many records of a list by one form: what is filled in is set, and a step is taken, in each of them.
type bulkPage struct {
	page
	TypeName string
	IDs      string // of the records, one a line
	Chosen   int
	Inputs   []input
	Clears   []choice // columns that can be emptied
	Steps    []choice
	Checked  bool
	Rows     []bulkRow
	More     int
	Total    int
	Same     int
	Acts     string // what would be done, for the button that does it
	Back     string
	List     string // the query of the list to which it leads back
}

// bulkRow is what would be done with one record, or why it cannot be.
type bulkRow struct {
	Title, URL string
	What       string
	Changes    []changed
	Refused    []string
}

// bulk asks what to do with the records that were chosen, shows what that would do, and does it: with all of them or with none.
func (v *visit) bulk() error {
	t, err := v.typeOf()
	if err != nil {
		return err
	}
	if !v.changesSome(t) {
		return fault.New("people.may-not", "id", "", "type", t.Name)
	}
	form := v.R.PostForm
	p := &bulkPage{page: v.start(v.Say("bulk.title", "type", t.Name.In(v.Lang))), TypeName: t.Name.In(v.Lang), List: form.Get("_danh-sach")}
	p.Crumbs = append(p.Crumbs, v.crumb(t))
	listed, err := url.ParseQuery(p.List)
	if err != nil {
		return fault.New("desk.form").Because(err)
	}
	p.Back = v.listURL(t, listed)
	for name := range form {
		p.Kept.Set(name, form.Get(name))
	}
	ids, err := v.chosen(t, form, listed)
	if err == nil && form.Get("_viec-lam") != "" {
		if err = v.doBulk(t, form); err == nil {
			http.Redirect(v.w, v.R, v.listURL(t, listed, "xong", "1"), http.StatusSeeOther)
			return nil
		}
	} else if err == nil && form.Get("_buoc") != "" {
		err = v.tryBulk(p, t, form, ids)
	}
	if err := p.refuse(err); err != nil {
		return err
	}
	p.IDs, p.Chosen = strings.Join(ids, "\n"), len(ids)
	v.bulkForm(p, t, form)
	return v.show("bulk", p)
}

// chosen gives the records that were ticked, or all of the list that their reader may see whole.
func (v *visit) chosen(t *catalog.RecordType, form, listed url.Values) (ids []string, err error) {
	known := map[string]bool{}
	take := func(id string) {
		if !known[id] {
			known[id], ids = true, append(ids, id)
		}
	}
	for _, s := range form["chon"] {
		for _, id := range strings.Fields(s) {
			take(id)
		}
	}
	if form.Get("_tat-ca") != "" {
		clear(known)
		ids = nil
		query := v.asked(t, listed, v.today)
		query.Sort, query.Descending, query.After, query.Limit = "", false, "", pageOfFile
		for {
			list, err := v.listOf(t, query)
			if err != nil {
				return nil, err
			}
			for _, x := range list.Records {
				if v.actor.Can(people.See, t, x) {
					take(x.ID)
				}
			}
			if query.After = list.Next; query.After == "" || len(ids) > bulkMost {
				break
			}
		}
	}
	switch {
	case len(ids) == 0:
		return nil, fault.New("desk.none-chosen")
	case len(ids) > bulkMost:
		return nil, fault.New("desk.many-chosen", "most", bulkMost)
	}
	return ids, nil
}

// bulkForm is the form of what can be done with all of the records: empty, or as it was sent.
func (v *visit) bulkForm(p *bulkPage, t *catalog.RecordType, form url.Values) {
	sent := map[string]string{}
	for _, column := range t.Columns() {
		sent[column] = form.Get(column)
		p.Clears = append(p.Clears, choice{Value: column, Name: v.column(t, column), Selected: slices.Contains(form["_de-trong"], column)})
	}
	p.Inputs = v.inputs(t, sent)
	for i := range p.Inputs {
		p.Inputs[i].Required = false
	}
	for _, way := range t.Transitions {
		p.Steps = append(p.Steps, choice{Value: way.ID, Name: way.Name.In(v.Lang), Selected: form.Get("_viec") == way.ID})
	}
}

// asksOf reads what a form asks for: what to set, by column, and the kind of act.
func asksOf(t *catalog.RecordType, form url.Values) (set map[string]string, kind register.Kind, err error) {
	set, kind = map[string]string{}, register.Changed
	for _, c := range changesOf(t, form, map[string]string{}) {
		set[c.Column] = c.After
	}
	for _, column := range form["_de-trong"] {
		if set[column] != "" {
			return nil, "", fault.New("desk.set-and-clear", "column", column)
		}
		if _, is := fieldOf(t, column); is {
			set[column] = ""
		}
	}
	if step := register.Kind(form.Get("_viec")); step != "" {
		if !isStep(t, step) {
			return nil, "", fault.New("desk.form")
		}
		kind = step
	}
	if kind == register.Changed && len(set) == 0 {
		err = fault.New("desk.nothing-asked")
	}
	return set, kind, err
}

// tryBulk works out what a form does with each record and what stands against it. Each act is on the record as it is now: whoever changes one of them
// before this is done, and the whole of it is refused.
func (v *visit) tryBulk(p *bulkPage, t *catalog.RecordType, form url.Values, ids []string) error {
	set, kind, err := asksOf(t, form)
	if err != nil {
		return err
	}
	from := v.today
	if s := strings.TrimSpace(form.Get("_tu-ngay")); s != "" {
		if from, err = text.ParseDate(s); err != nil {
			return fault.New("web.bad-day", "text", s)
		}
	}
	var acts []register.Act
	for _, id := range ids {
		a, row, same, err := v.bulkAct(t, id, kind, set, from)
		if err != nil {
			return err
		}
		if same {
			p.Same++
			continue
		}
		acts, p.Rows = append(acts, a), append(p.Rows, row)
	}
	p.Checked = true
	if len(acts) == 0 {
		return nil
	}
	if err := v.d.office.Register.Try(v.R.Context(), v.batch(sent{Acts: acts}, strings.TrimSpace(form.Get("_ly-do")))); err != nil {
		return v.refusedRows(p, err)
	}
	text, err := json.Marshal(sent{Acts: acts})
	if err != nil {
		return err
	}
	p.Acts = string(text)
	p.cut()
	return nil
}

// bulkAct is what is done with one record, as it stands now, and how that is shown; true where it is so already.
func (v *visit) bulkAct(t *catalog.RecordType, id string, kind register.Kind, set map[string]string, from stat.Date) (register.Act, bulkRow, bool, error) {
	a := register.Act{Kind: kind, Type: t.ID, Record: id, From: from}
	line, err := v.d.office.Register.Timeline(v.R.Context(), t.ID, id)
	if err != nil {
		return a, bulkRow{}, false, err
	}
	a.Base = line.Newest
	now, is := line.On(from)
	if line.Newest == 0 || is && !v.actor.Can(people.See, t, now) {
		return a, bulkRow{}, false, missing(t, id)
	}
	row := bulkRow{Title: id, URL: v.Link(Path + "/ho-so/" + t.ID + "/" + id), What: v.kindOf(t, kind)}
	if is {
		row.Title = v.titleOf(t, now)
	}
	for _, column := range t.Columns() {
		if after, asked := set[column]; asked && after != now.Values[column] {
			a.Changes = append(a.Changes, register.Change{Column: column, After: after})
			row.Changes = append(row.Changes, changed{v.column(t, column), v.value(t, column, now.Values[column]), v.value(t, column, after)})
		}
	}
	return a, row, kind == register.Changed && is && len(a.Changes) == 0, nil
}

// refusedRows says in which records what was asked for cannot be done. They come first.
func (v *visit) refusedRows(p *bulkPage, err error) error {
	if kind := fault.KindOf(err); kind == fault.Internal || kind == fault.Unavailable {
		return err
	}
	n := 0
	for _, f := range fault.All(err) {
		i := max(0, f.Where.Row-1)
		if i >= len(p.Rows) {
			return err
		}
		if len(p.Rows[i].Refused) == 0 {
			n++
		}
		p.Rows[i].Refused = append(p.Rows[i].Refused, fault.In(f.At("", 0, ""), v.Lang))
	}
	slices.SortStableFunc(p.Rows, func(x, y bulkRow) int { return min(1, len(y.Refused)) - min(1, len(x.Refused)) })
	p.cut()
	return fault.New("desk.bulk-refused", "n", n)
}

// cut leaves as many rows as a preview shows.
func (p *bulkPage) cut() {
	p.Total = len(p.Rows)
	if len(p.Rows) > previewed {
		p.More, p.Rows = len(p.Rows)-previewed, p.Rows[:previewed]
	}
}

// doBulk does what was shown.
func (v *visit) doBulk(t *catalog.RecordType, form url.Values) error {
	var s sent
	if err := json.Unmarshal([]byte(form.Get("_viec-lam")), &s); err != nil || len(s.Acts) > bulkMost {
		return fault.New("desk.form").Because(err)
	}
	for i := range s.Acts {
		s.Acts[i].Type = t.ID
	}
	b := v.batch(s, strings.TrimSpace(form.Get("_ly-do")))
	b.Key = form.Get("_khoa")
	return v.d.office.Register.Do(v.R.Context(), b)
}
