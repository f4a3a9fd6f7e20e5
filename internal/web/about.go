package web

import (
	"nhipso/internal/export"
	"nhipso/internal/stat"
)

// aboutPage says what this is, who stands behind it, and what the marks mean.
type aboutPage struct {
	Frame
	Marks, Statuses []flagMeaning
	Definitions     []flagMeaning
}

type flagMeaning struct{ Symbol, Name, Text string }

func (v *visit) about() (page, error) {
	p := &aboutPage{Frame: v.newFrame("about", v.say("about.title"))}
	p.Description = v.say("about.description")
	t := newTable("marks", both("about.marks"), export.Column{ID: "code", Name: both("data.code"), Kind: export.Code}, col("name", both("data.name")), col("text", both("about.meaning")))
	for _, m := range stat.Marks() {
		l := nameOf(v.snap, "CL_EVIDENCE", string(m))
		means := both("about.mark-" + string(m))
		p.Marks = append(p.Marks, flagMeaning{string(m), l.In(v.lang), means.In(v.lang)})
		t.add(same(string(m)), label(l), label(means))
	}
	for _, s := range stat.Statuses() {
		means := both("about.status-" + string(s))
		l := nameOf(v.snap, "CL_OBS_STATUS", string(s))
		p.Statuses = append(p.Statuses, flagMeaning{string(s), l.In(v.lang), means.In(v.lang)})
		t.add(same(string(s)), label(l), label(means))
	}
	if l, err := v.snap.Catalog.Codelist("CL_DEFINITION"); err == nil {
		for _, c := range l.Codes {
			if v.hasDefinition(c.ID) {
				p.Definitions = append(p.Definitions, flagMeaning{c.ID, c.Name.In(v.lang), ""})
			}
		}
	}
	p.show(&Figure{ID: "ky-hieu", Title: t.Title, Table: t})
	return p, nil
}

// hasDefinition reports whether any published share follows a definition.
func (v *visit) hasDefinition(code string) bool {
	return len(v.snap.Read("DE_SHARE", ".."+code+".")) > 0
}
