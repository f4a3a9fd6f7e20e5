package pipeline

import (
	"context"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Bounds of an explanation, so that a tree stays readable and a page stays small. What is left out is counted, never hidden.
const (
	maxDepth    = 8
	maxVersions = 60
)

// Node is one step of an explanation: a figure or a whole series, what it was used as, the run that derived it if one did,
// and what that run used. Leaves are reported figures, which name their documents.
type Node struct {
	Cell     cube.Cell      `json:"cell"` // Period is unset for a whole series
	Role     string         `json:"role,omitempty"`
	Versions []cube.Version `json:"versions"`          // the figure, or the figures of the series
	Omitted  int            `json:"omitted,omitempty"` // figures of the series not listed
	Run      *Run           `json:"run,omitempty"`
	From     []Node         `json:"from,omitempty"`
	Seen     bool           `json:"seen,omitempty"` // explained elsewhere in this tree
}

// Documents lists the sources at the leaves below a node, each once, in the order met.
func (n Node) Documents() []string {
	var out []string
	seen := map[string]bool{}
	var walk func(Node)
	walk = func(n Node) {
		for _, v := range n.Versions {
			if s := v.Attributes[stat.AttrSource]; s != "" && cube.Reported(v.Observation) && !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
		for _, c := range n.From {
			walk(c)
		}
	}
	walk(n)
	return out
}

// Explain gives the tree from a figure down to the documents, as the cube stood at the bound. A cell without a figure is
// cube.no-cell.
func Explain(ctx context.Context, store Store, cell cube.Cell, at cube.AsOf) (Node, error) {
	e := explainer{ctx: ctx, store: store, at: at, seen: map[cube.Cell]bool{}}
	n, err := e.node(Ref{Dataflow: cell.Dataflow, Key: cell.Key, Period: cell.Period}, at, cell.Period, 0)
	if err == nil && len(n.Versions) == 0 {
		err = fault.New("cube.no-cell", "cell", cell.String())
	}
	return n, err
}

type explainer struct {
	ctx   context.Context
	store Store
	at    cube.AsOf
	seen  map[cube.Cell]bool
}

// node explains a reference. A run saw the cube as it stood when it read, so the bound narrows on the way down.
func (e *explainer) node(ref Ref, at cube.AsOf, parent stat.Period, depth int) (Node, error) {
	n := Node{Cell: cube.Cell{Dataflow: ref.Dataflow, Key: ref.Key, Period: ref.Period}, Role: ref.Role}
	history, err := e.store.History(e.ctx, cube.Query{Dataflow: ref.Dataflow, Key: string(ref.Key), AsOf: at})
	if err != nil {
		return n, err
	}
	n.Versions = pick(history, ref)
	if len(n.Versions) > maxVersions {
		n.Omitted = len(n.Versions) - maxVersions
		if ref.Key.Open() {
			n.Versions = largest(n.Versions, maxVersions)
		} else {
			n.Versions = n.Versions[n.Omitted:]
		}
	}
	if len(n.Versions) == 0 {
		return n, nil
	}
	if e.seen[n.Cell] {
		n.Seen = true
		return n, nil
	}
	e.seen[n.Cell] = true
	// A series is explained through the figure of the period in hand, or its newest one.
	v := n.Versions[len(n.Versions)-1]
	for _, w := range n.Versions {
		if w.Period == parent {
			v = w
		}
	}
	runID := v.Attributes[stat.AttrRun]
	if runID == "" || depth >= maxDepth {
		return n, nil
	}
	run, ok, err := e.store.RunByID(e.ctx, runID)
	if err != nil || !ok {
		return n, err
	}
	n.Run = &run
	lineage, ok, err := e.store.LineageOf(e.ctx, runID, v.Cell())
	if err != nil || !ok {
		return n, err
	}
	for _, from := range lineage.From {
		child, err := e.node(from, cube.AsOf{Vintage: at.Vintage, Message: run.ReadTo}, v.Period, depth+1)
		if err != nil {
			return n, err
		}
		n.From = append(n.From, child)
	}
	return n, nil
}

// pick chooses the versions that a reference means: the version that a message brought, the newest of a cell, or the
// newest of every cell of a series or of the series of a block.
func pick(history []cube.Version, ref Ref) []cube.Version {
	var out []cube.Version
	for _, v := range cube.Newest(history, cube.AsOf{}) {
		if v.Key.Matches(string(ref.Key)) && (ref.Period.IsZero() || v.Period == ref.Period) {
			out = append(out, v)
		}
	}
	if ref.Message != 0 && !ref.Period.IsZero() {
		for _, v := range history {
			if v.Message == ref.Message && v.Key == ref.Key && v.Period == ref.Period {
				return []cube.Version{v}
			}
		}
	}
	return out
}

// largest gives the n largest figures of a block, by size and then in its order: a table is known by its large cells.
func largest(list []cube.Version, n int) []cube.Version {
	out := slices.Clone(list)
	size := func(v cube.Version) stat.Decimal {
		if v.Value == nil {
			return stat.Int(-1)
		}
		return v.Value.Abs()
	}
	slices.SortStableFunc(out, func(a, b cube.Version) int { return size(b).Cmp(size(a)) })
	return out[:n]
}
