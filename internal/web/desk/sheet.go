package desk

import (
	"encoding/json"
	"iter"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/text"
)

// maxFile bounds a file that is sent.
const maxFile = 20 << 20

// sheetPage takes a table of records and says row by row what it would do, before it is done.
type sheetPage struct {
	page
	Type, TypeName string
	Headings       []string
	Rows           []sheetRow
	More, Same     int
	Acts           string // what would be done, for the button that does it
	Name, Reason   string
	Checked        bool
}

// sheetRow is what a row would do.
type sheetRow struct {
	Row     int
	ID, URL string
	New     bool
	Changes []changed
}

// previewed is how many rows a preview shows.
const previewed = 200

// sent is what a preview hands to the button that does it.
type sent struct {
	Name string
	Acts []register.Act
	Rows []int
}

func (v *visit) sheetPage() (*sheetPage, *catalog.RecordType, error) {
	t, err := v.typeOf()
	if err != nil {
		return nil, nil, err
	}
	if !v.adds(t) {
		return nil, nil, fault.New("people.may-not", "id", "", "type", t.Name)
	}
	p := &sheetPage{page: v.start(v.Say("sheet.title", "type", t.Name.In(v.Lang))), Type: t.ID, TypeName: t.Name.In(v.Lang), Headings: register.Headings(t)}
	p.Crumbs = append(p.Crumbs, v.crumb(t))
	return p, t, nil
}

func (v *visit) sheet() error {
	p, _, err := v.sheetPage()
	if err != nil {
		return err
	}
	return v.show("sheet", p)
}

// takeSheet checks a file, or does what was checked. All of it is done or none.
func (v *visit) takeSheet() error {
	p, t, err := v.sheetPage()
	if err != nil {
		return err
	}
	p.Reason = strings.TrimSpace(v.R.FormValue("_ly-do"))
	var s sent
	if text := v.R.FormValue("_viec-lam"); text != "" {
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return fault.New("desk.form").Because(err)
		}
		for i := range s.Acts {
			s.Acts[i].Type = t.ID
		}
		if err = v.d.office.Do(v.R.Context(), v.batch(s, p.Reason)); err == nil {
			v.leaveFor(Path+"/ho-so/"+t.ID, "xong", "1")
			return nil
		}
	} else if s, p.Same, err = v.readSheet(t); err == nil && len(s.Acts) > 0 {
		err = v.d.office.Register.Try(v.R.Context(), v.batch(s, p.Reason))
	}
	if err != nil {
		if err := p.refuse((register.Sheet{Rows: s.Rows}).Placed(err, s.Name)); err != nil {
			return err
		}
		return v.show("sheet", p)
	}
	return v.preview(p, t, s)
}

// batch is what a file does, as the actor does it.
func (v *visit) batch(s sent, reason string) *register.Batch {
	return &register.Batch{Person: v.actor.Person, Organisation: v.actor.Organisation, Reason: reason, Acts: s.Acts}
}

// readSheet reads the file of a form.
func (v *visit) readSheet(t *catalog.RecordType) (sent, int, error) {
	file, head, err := v.R.FormFile("tep")
	if err != nil {
		return sent{}, 0, fault.New("desk.no-file")
	}
	defer file.Close()
	from := v.today
	if day := strings.TrimSpace(v.R.FormValue("_tu-ngay")); day != "" {
		if from, err = text.ParseDate(day); err != nil {
			return sent{}, 0, fault.New("web.bad-day", "text", day)
		}
	}
	s, err := v.d.office.Register.ReadSheet(v.R.Context(), t, file, head.Filename, from)
	return sent{head.Filename, s.Acts, s.Rows}, s.Same, err
}

// preview shows what a file would do.
func (v *visit) preview(p *sheetPage, t *catalog.RecordType, s sent) error {
	p.Checked, p.Name = true, s.Name
	for i, a := range s.Acts {
		if i == previewed {
			p.More = len(s.Acts) - previewed
			break
		}
		row := sheetRow{Row: s.Rows[i], ID: a.Record, New: a.Kind == register.Added}
		now, _, err := v.d.office.Register.Record(v.R.Context(), t.ID, a.Record, register.At{Day: a.From})
		if err != nil {
			return err
		}
		for _, c := range a.Changes {
			if c.After != now.Values[c.Column] {
				row.Changes = append(row.Changes, changed{v.column(t, c.Column), v.value(t, c.Column, now.Values[c.Column]), v.value(t, c.Column, c.After)})
			}
		}
		p.Rows = append(p.Rows, row)
	}
	if len(s.Acts) > 0 {
		text, err := json.Marshal(s)
		if err != nil {
			return err
		}
		p.Acts = string(text)
	}
	return v.show("sheet", p)
}

// fileFormats are those in which a list is given.
var fileFormats = map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// file gives the list that the address names as a file: every record that the reader may see whole, with headings by which it can be read back.
func (v *visit) file() error {
	t, err := v.typeOf()
	if err != nil {
		return err
	}
	format := v.R.PathValue("format")
	kind, known := fileFormats[format]
	if !known {
		return fault.New("web.no-page", "path", v.R.URL.Path)
	}
	day, err := v.day()
	if err != nil {
		return err
	}
	query := v.asked(t, v.R.URL.Query(), day)
	query.Sort, query.Descending, query.After, query.Limit = "", false, "", pageOfFile
	look, err := v.lookOf(t, query)
	if err != nil {
		return err
	}
	look.Scope = v.actor.Scope(t) // what the public sees of others is not all of it: such a file could not be read back
	table := &export.Table{ID: t.ID, Title: t.Name, Stream: v.fileRows(t, look), URL: v.d.site.Origin(v.R) + v.Link(Path+"/ho-so/"+t.ID), Vintage: catalog.Label{Vi: day.String(), En: day.String()}}
	for _, column := range register.Headings(t) {
		kind := export.Text
		if column == register.IDColumn {
			kind = export.Code
		}
		table.Columns = append(table.Columns, export.Column{ID: column, Name: catalog.Label{Vi: column, En: column}, Kind: kind})
	}
	v.heads(kind, t.ID+"-"+day.String()+"."+format)
	return v.writeTable(table, format)
}

// pageOfFile is how many records are read at a time for a file.
const pageOfFile = 500

// fileRows gives the records of a list one after another.
func (v *visit) fileRows(t *catalog.RecordType, look register.Lookup) iter.Seq2[[]export.Cell, error] {
	return func(yield func([]export.Cell, error) bool) {
		for {
			page, err := v.d.office.Register.Records(v.R.Context(), look)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, x := range page.Records {
				if !v.actor.Can(people.See, t, x) {
					continue
				}
				row := []export.Cell{export.Same(x.ID)}
				for _, column := range t.Columns() {
					row = append(row, export.Same(x.Values[column]))
				}
				if !yield(row, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			look.After = register.MarkOf(page.Next)
		}
	}
}
