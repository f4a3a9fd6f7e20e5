package portal

import (
	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/publish"
	"nhipso/internal/web/shell"
)

// maxRevisions bounds the revisions that a page lists, the newest ones. Its file holds all.
const maxRevisions = 1000

// revision is a figure of a dataflow that replaced another one of the same cell.
type revision struct {
	flow *catalog.Dataflow
	publish.Replacement
}

// revisions lists the times that a published value was replaced by another, the newest first, and counts all of them.
func (v *visit) revisions() (list []revision, total int, err error) {
	var flows []string
	of := map[string]*catalog.Dataflow{}
	for _, f := range v.Snap.Catalog.Dataflows() {
		if n := v.Snap.Extent(f.ID).Revised; n > 0 {
			flows, total = append(flows, f.ID), total+n
			of[f.ID] = f
		}
	}
	newest, err := v.Snap.Replacements(v.R.Context(), flows, maxRevisions)
	for _, r := range newest {
		list = append(list, revision{of[r.After.Dataflow], r})
	}
	return list, total, err
}

// revisionRow is a row of the table of revisions.
func (v *visit) revisionRow(r revision) []shell.Cell {
	f, change := r.flow, r.After.Value.Sub(*r.Before.Value)
	before, after := v.CellOf(r.Before), v.CellOf(r.After)
	before.Href = ""
	return []shell.Cell{shell.Label(f.Name).To(v.Link("/so-lieu/" + f.ID)), shell.Label(namesOf(v.Snap).Title(f, r.After.Key)).To(v.Link("/so-lieu/" + f.ID + "/" + string(r.After.Key))), shell.When(r.After.Period),
		before, shell.Day(r.Before.Vintage), after, shell.Day(r.After.Vintage), shell.Number(change), shell.Label(unitOf(v.Snap, f, r.After))}
}

// everyRevision is the table of all revisions, in the order of dataflows and series, made as it is written.
func (v *visit) everyRevision(head *shell.Table) *export.Table {
	t := head.Table
	t.Rows = nil
	cited := export.NewCited(v.Snap.Catalog)
	t.Documents = cited.Documents
	t.Stream = func(yield func([]export.Cell, error) bool) {
		for _, f := range v.Snap.Catalog.Dataflows() {
			if v.Snap.Extent(f.ID).Revised == 0 {
				continue
			}
			for r, err := range v.Snap.EachReplacement(v.R.Context(), f.ID) {
				if err != nil {
					yield(nil, err)
					return
				}
				cited.Add(r.Before)
				cited.Add(r.After)
				var row []export.Cell
				for _, c := range v.revisionRow(revision{f, r}) {
					row = append(row, c.Cell)
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
	return &t
}
