package portal

import (
	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/web/shell"
)

// decision1354 tables the indicators of Decision 1354/QĐ-BTTTT as far as they are known, with how many figures each has here: what is not
// measured shows as much as what is.
func (v *visit) decision1354(f *shell.Frame) *shell.Figure {
	l, err := v.Snap.Catalog.Codelist("CL_QD1354")
	if err != nil {
		return nil
	}
	t := shell.NewTable("decision-1354", l.Name, export.Column{ID: "id", Name: both("data.code"), Kind: export.Code}, shell.Text("level", both("data.set-level")),
		shell.Text("indicator", both("data.set-indicator")), shell.Numbers("figures", both("data.figures"), catalog.Label{}, 0))
	for _, x := range l.Codes {
		if x.Parent == "" {
			continue // a level, named in the column
		}
		row := []shell.Cell{shell.Same(x.ID), shell.Label(nameOf(v.Snap, l.ID, x.Parent)), shell.Label(x.Name), shell.None(stat.Missing)}
		if i, ok := v.Snap.Catalog.Indicator(x.Notes["indicator"]); ok && i.Dataflow != "" {
			n, known := v.Snap.Choose(i.Dataflow, i.Key).Cells()
			if !known {
				n = len(v.Snap.Read(i.Dataflow, i.Key))
			}
			if n > 0 {
				row[3] = shell.Number(stat.Int(int64(n))).To(v.Link("/so-lieu/" + i.Dataflow))
			}
		}
		t.Add(row...)
	}
	t.Notes = append(t.Notes, both("data.set-note"))
	return f.Show(&shell.Figure{ID: "quyet-dinh-1354", Title: t.Title, Table: t, Source: v.Credited(attribute(v.Snap, stat.AttrSource, "QD1354")), Open: true})
}
