package portal

import (
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// aboutPage says what this is, who stands behind it, and what the marks mean.
type aboutPage struct {
	shell.Frame
	Marks, Statuses []flagMeaning
	Definitions     []flagMeaning
}

type flagMeaning struct{ Symbol, Name, Text, Code string }

func (v *visit) about() (shell.Page, error) {
	p := &aboutPage{Frame: v.NewFrame("about", v.Say("about.title"))}
	p.Description = v.Say("about.description")
	t := shell.NewTable("marks", both("about.marks"), export.Column{ID: "code", Name: both("data.code"), Kind: export.Code}, shell.Text("name", both("data.name")), shell.Text("text", both("about.meaning")))
	for _, m := range stat.Marks() {
		f := view.MarkFlag(m)
		l, means := f.Name, f.Text
		p.Marks = append(p.Marks, flagMeaning{f.Short.In(v.Lang), l.In(v.Lang), means.In(v.Lang), string(m)})
		t.Add(shell.Same(string(m)), shell.Label(l), shell.Label(means))
	}
	for _, s := range stat.Statuses() {
		f := view.StatusFlag(s)
		l, means := f.Name, f.Text
		p.Statuses = append(p.Statuses, flagMeaning{f.Short.In(v.Lang), l.In(v.Lang), means.In(v.Lang), string(s)})
		t.Add(shell.Same(string(s)), shell.Label(l), shell.Label(means))
	}
	if l, err := v.Snap.Catalog.Codelist("CL_DEFINITION"); err == nil {
		for _, c := range l.Codes {
			if v.hasDefinition(c.ID) {
				p.Definitions = append(p.Definitions, flagMeaning{c.ID, c.Name.In(v.Lang), "", ""})
			}
		}
	}
	p.Show(&shell.Figure{ID: "ky-hieu", Title: t.Title, Table: t})
	return p, nil
}

// hasDefinition reports whether any published share follows a definition.
func (v *visit) hasDefinition(code string) bool {
	return len(v.Snap.Read("DE_SHARE", ".."+code+".")) > 0
}
