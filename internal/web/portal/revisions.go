package portal

import (
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
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
	for _, f := range v.Snap.Catalog.Dataflows() {
		n := v.Snap.Extent(f.ID).Revised
		if n == 0 {
			continue
		}
		total += n
		newest, err := v.Snap.Replacements(v.R.Context(), f.ID, maxRevisions)
		if err != nil {
			return nil, 0, err
		}
		for _, r := range newest {
			list = append(list, revision{f, r})
		}
	}
	slices.SortStableFunc(list, func(a, b revision) int { return b.After.Vintage.Date.Compare(a.After.Vintage.Date) })
	return list[:min(len(list), maxRevisions)], total, nil
}

// revisionRow is a row of the table of revisions.
func (v *visit) revisionRow(r revision) []shell.Cell {
	f, change := r.flow, r.After.Value.Sub(*r.Before.Value)
	before, after := v.CellOf(r.Before), v.CellOf(r.After)
	before.Href = ""
	return []shell.Cell{shell.Label(f.Name).To(v.Link("/so-lieu/" + f.ID)), shell.Label(shortName(v.Snap, f, r.After.Key, nil)).To(v.Link("/so-lieu/" + f.ID + "/" + string(r.After.Key))), shell.When(r.After.Period),
		before, shell.Same(v.Vintage(r.Before.Vintage)), after, shell.Same(v.Vintage(r.After.Vintage)), shell.Number(change)}
}

// everyRevision is the table of all revisions, in the order of dataflows and series, made as it is written.
func (v *visit) everyRevision(head *shell.Table) *export.Table {
	t := head.Table
	t.Rows = nil
	t.Stream = func(yield func([]export.Cell, error) bool) {
		for _, f := range v.Snap.Catalog.Dataflows() {
			if v.Snap.Extent(f.ID).Revised == 0 {
				continue
			}
			var before cube.Version
			for after, err := range v.Snap.Stream(v.R.Context(), f.ID, "", true) {
				if err != nil {
					yield(nil, err)
					return
				}
				r := publish.Replacement{Before: before, After: after}
				before = after
				if !r.Differs() {
					continue
				}
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
