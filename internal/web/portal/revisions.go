package portal

import (
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
)

// revision is a figure that replaced another one of the same cell.
type revision struct{ before, after cube.Version }

// revisions lists, in the order of series, period and vintage, each time that a published value was replaced by another. A repeat
// of the same value is none.
func (v *visit) revisions(f *catalog.Dataflow, pattern string) []revision {
	var out []revision
	var last *cube.Version
	history := v.Snap.History(f.ID, pattern)
	for i := range history {
		o := &history[i]
		if last != nil && last.Cell() == o.Cell() {
			if o.Value != nil && last.Value != nil && o.Value.Cmp(*last.Value) != 0 {
				out = append(out, revision{*last, *o})
			}
		}
		last = o
	}
	return out
}
