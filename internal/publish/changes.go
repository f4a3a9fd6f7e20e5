package publish

import (
	"slices"

	"nhipso/internal/cube"
)

// Change is what a release changes in one dataflow against the release before it, among the figures that are free for publication.
type Change struct {
	Dataflow  string     `json:"dataflow"`
	Added     int        `json:"added,omitempty"`     // cells that had no figure
	Revised   int        `json:"revised,omitempty"`   // cells whose number or status is another one
	Withdrawn int        `json:"withdrawn,omitempty"` // cells that have no figure any more
	Cells     []Revision `json:"cells,omitempty"`     // those revised or withdrawn, up to maxCells
}

// Revision is one cell that reads otherwise than before. Texts are those of the decimals; "" is no figure.
type Revision struct {
	Key    string `json:"key"`
	Period string `json:"period"`
	Old    string `json:"old"`
	New    string `json:"new"`
}

// maxCells bounds how many cells of a dataflow are told one by one; all are counted.
const maxCells = 200

// Compare gives what the newest figures of one content change in those of another, by dataflow in the order of the names. Both lists are
// ordered by cell, as cube.Newest gives them, and hold only what may be told.
func Compare(before, after []cube.Version) []Change {
	old := make(map[cube.Cell]cube.Version, len(before))
	for _, v := range before {
		old[v.Cell()] = v
	}
	by := map[string]*Change{}
	of := func(flow string) *Change {
		if by[flow] == nil {
			by[flow] = &Change{Dataflow: flow}
		}
		return by[flow]
	}
	tell := func(c *Change, was, is cube.Version) {
		if len(c.Cells) < maxCells {
			c.Cells = append(c.Cells, Revision{Key: string(is.Key), Period: is.Period.String(), Old: digits(was), New: digits(is)})
		}
	}
	for _, v := range after {
		was, had := old[v.Cell()]
		delete(old, v.Cell())
		switch {
		case had && digits(was) == digits(v) && was.Status == v.Status:
		case digits(v) == "" && had && digits(was) != "":
			c := of(v.Dataflow)
			c.Withdrawn++
			tell(c, was, v)
		case !had || digits(was) == "" && digits(v) != "":
			of(v.Dataflow).Added++
		default:
			c := of(v.Dataflow)
			c.Revised++
			tell(c, was, v)
		}
	}
	for _, v := range before { // a cell that is not among the others at all, such as one that became confidential
		if _, gone := old[v.Cell()]; gone && digits(v) != "" {
			of(v.Dataflow).Withdrawn++
		}
	}
	out := make([]Change, 0, len(by))
	for _, c := range by {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Change) int {
		if a.Dataflow < b.Dataflow {
			return -1
		}
		return 1
	})
	return out
}

func digits(v cube.Version) string {
	if v.Value == nil {
		return ""
	}
	return v.Value.String()
}
