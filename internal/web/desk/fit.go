package desk

import (
	"errors"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
)

// fitting gives what says of each record of a type why it does not fit the declaration that holds now; "" where it does. A record that was right when it
// was written may not be since the catalogue changed: it is read as before, and the next act on it must mend it.
func (v *visit) fitting(t *catalog.RecordType) func(register.Version) (string, error) {
	known := v.d.office.Register.Referents(v.R.Context())
	return func(x register.Version) (string, error) {
		why, err := v.d.office.Register.Unfit(t, x, known)
		var f *fault.Error
		if err != nil || why == nil || !errors.As(why, &f) {
			return "", err
		}
		said := fault.In(f.At("", 0, ""), v.Lang)
		if f.Where.Column != "" {
			said = v.column(t, f.Where.Column) + ": " + said
		}
		return said, nil
	}
}

// unfitPage lists the records that do not fit the declaration of their type.
type unfitPage struct {
	page
	TypeName string
	Rows     []rowView
	Looked   int
	Next     string
}

// unfitLooked is how many records one page looks at.
const unfitLooked = 5000

// unfit lists them, among those that their reader may see whole.
func (v *visit) unfit() error {
	t, err := v.typeOf()
	if err != nil {
		return err
	}
	p := &unfitPage{page: v.start(v.Say("record.unfit-title", "type", t.Name.In(v.Lang))), TypeName: t.Name.In(v.Lang)}
	p.Crumbs = append(p.Crumbs, v.crumb(t))
	fits := v.fitting(t)
	query := register.Query{Type: t.ID, After: v.R.URL.Query().Get("sau"), Limit: pageOfFile}
	for {
		look, err := v.d.office.Register.Look(query)
		if err != nil {
			return err
		}
		look.Scope = v.actor.Scope(t)
		list, err := v.d.office.Register.Records(v.R.Context(), look)
		if err != nil {
			return err
		}
		for _, x := range list.Records {
			p.Looked++
			why, err := fits(x)
			if err != nil {
				return err
			}
			if why != "" {
				p.Rows = append(p.Rows, rowView{ID: v.titleOf(t, x), URL: v.Link(Path+"/ho-so/"+t.ID+"/"+x.ID, "sua", "1"), Unfit: why})
			}
		}
		if query.After = list.Next; query.After == "" {
			break
		}
		if p.Looked >= unfitLooked {
			p.Next = v.Here("sau", query.After)
			break
		}
	}
	return v.show("unfit", p)
}
