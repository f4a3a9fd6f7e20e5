package pipeline

import (
	"context"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// maxDepth bounds an explanation. Within it a tree holds every figure that was used: who shows it decides how much of a long series to
// print, and says how much is left out.
const maxDepth = 8

// Node is one step of an explanation: a figure or a whole series, what it was used as, the run that derived it if one did,
// and what that run used. Leaves are reported figures, which name their documents.
type Node struct {
	Cell cube.Cell `json:"cell"` // Period is unset for a whole series
	Role string    `json:"role,omitempty"`
	// Condition says that the figure above stands because of this one, without being computed from it.
	Condition bool           `json:"condition,omitempty"`
	Versions  []cube.Version `json:"versions"`           // the figure, or the figures of the series
	Withheld  int            `json:"withheld,omitempty"` // figures that the reader may not see
	Run       *Run           `json:"run,omitempty"`
	Formula   *Formula       `json:"formula,omitempty"` // how the run made the figure from what is under From
	From      []Node         `json:"from,omitempty"`
	Records   []UsedRecord   `json:"records,omitempty"`
	Seen      bool           `json:"seen,omitempty"` // explained elsewhere in this tree
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
func Explain(ctx context.Context, store Reader, cell cube.Cell, at cube.AsOf) (Node, error) {
	history, err := cube.History(ctx, store, cube.Query{Dataflow: cell.Dataflow, Key: string(cell.Key), AsOf: at})
	if err != nil {
		return Node{}, err
	}
	for _, v := range cube.Newest(history, cube.AsOf{}) {
		if v.Cell() == cell {
			return ExplainVersion(ctx, store, v)
		}
	}
	return Node{}, fault.New("cube.no-cell", "cell", cell.String())
}

// ExplainVersion gives the tree from one version of a figure down to the documents.
func ExplainVersion(ctx context.Context, store Reader, v cube.Version) (Node, error) {
	e := explainer{ctx: ctx, store: store, seen: map[step]bool{}}
	ref := RefTo(v, "")
	return e.node(ref, []cube.Version{v}, v.Period, 0)
}

type explainer struct {
	ctx   context.Context
	store Reader
	seen  map[step]bool
}

// step is what a node stands for: a reference and the versions behind it, which for a whole series differ from run to run.
type step struct {
	ref      Ref
	versions int
	newest   int64
}

func stepOf(ref Ref, versions []cube.Version) step {
	s := step{ref: ref.bare(), versions: len(versions)}
	for _, v := range versions {
		s.newest = max(s.newest, v.Message)
	}
	return s
}

// node explains a reference by the versions that it names.
func (e *explainer) node(ref Ref, versions []cube.Version, parent stat.Period, depth int) (Node, error) {
	n := Node{Cell: ref.Cell(), Role: ref.Role, Condition: ref.Condition, Versions: versions}
	if len(versions) == 0 {
		return n, nil
	}
	this := stepOf(ref, versions)
	if e.seen[this] {
		n.Seen = true
		return n, nil
	}
	e.seen[this] = true
	// A series is explained through the figure of the period in hand, or its newest one.
	v := versions[len(versions)-1]
	for _, w := range versions {
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
	n.Formula = lineage.Named()
	if n.Records, err = recordsShown(e.ctx, e.store, lineage.Records, v.Vintage.Date); err != nil {
		return n, err
	}
	for _, from := range lineage.From {
		used, err := Used(e.ctx, e.store, from, run)
		if err != nil {
			return n, err
		}
		child, err := e.node(from, used, v.Period, depth+1)
		if err != nil {
			return n, err
		}
		n.From = append(n.From, child)
	}
	return n, nil
}

// Used gives the versions that a run used under a reference, in the order of cube.Reader: the one version named, or of a
// whole series those that the run could see. Nothing that came after the run is among them.
func Used(ctx context.Context, store cube.Reader, ref Ref, run Run) ([]cube.Version, error) {
	history, err := cube.History(ctx, store, cube.Query{Dataflow: ref.Dataflow, Key: string(ref.Key), AsOf: run.Bound()})
	if err != nil {
		return nil, err
	}
	if ref.Whole() {
		history = ref.part(history)
		if ref.History {
			return history, nil
		}
	}
	if ref.Whole() || ref.Message == 0 {
		out := cube.Newest(history, cube.AsOf{})
		if ref.Whole() {
			return out, nil
		}
		return slices.DeleteFunc(out, func(v cube.Version) bool { return v.Period != ref.Period }), nil
	}
	for _, v := range history {
		// References of before vintages were noted name their message alone.
		if v.Message == ref.Message && v.Period == ref.Period && (ref.Vintage.IsZero() || v.Vintage.Date == ref.Vintage) {
			return []cube.Version{v}, nil
		}
	}
	return nil, nil
}
