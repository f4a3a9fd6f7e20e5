package web

import (
	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/stat"
)

// decision1354 tables the indicators of Decision 1354/QĐ-BTTTT as far as they are known, with how many figures each has here: what is not
// measured shows as much as what is.
func (v *visit) decision1354(f *Frame) *Figure {
	l, err := v.snap.Catalog.Codelist("CL_QD1354")
	if err != nil {
		return nil
	}
	t := newTable("decision-1354", l.Name, export.Column{ID: "id", Name: both("data.code"), Kind: export.Code}, col("level", both("data.set-level")),
		col("indicator", both("data.set-indicator")), numbers("figures", both("data.figures"), catalog.Label{}, 0))
	for _, x := range l.Codes {
		if x.Parent == "" {
			continue // a level, named in the column
		}
		row := []cell{same(x.ID), label(nameOf(v.snap, l.ID, x.Parent)), label(x.Name), none(stat.Missing)}
		if i, ok := v.snap.Catalog.Indicator(x.Notes["indicator"]); ok && i.Dataflow != "" {
			if n := len(v.snap.Read(i.Dataflow, i.Key)); n > 0 {
				row[3] = number(stat.Int(int64(n))).to(v.link("/so-lieu/" + i.Dataflow))
			}
		}
		t.add(row...)
	}
	t.Notes = append(t.Notes, both("data.set-note"))
	return f.show(&Figure{ID: "quyet-dinh-1354", Title: t.Title, Table: t, Source: v.document("QD1354").Title, Open: true})
}
