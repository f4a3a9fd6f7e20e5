package api

import (
	"bytes"
	"io"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/view"
)

// Explanation is the tree from a figure down to the documents.
type Explanation struct {
	file
	Stamp
	Cell      string   `json:"cell"`
	Sentence  string   `json:"sentence"`
	Formula   *Formula `json:"formula,omitempty"`
	Tree      Step     `json:"tree"`
	Documents []Source `json:"documents"`

	node pipeline.Node
}

// Formula is the sentence of a derived figure in its parts.
type Formula struct {
	Kind       view.Kind `json:"kind"`
	Expression string    `json:"expression,omitempty"`
	Result     string    `json:"result"`
	Operands   []Operand `json:"operands,omitempty"`
}

// Operand is a figure that a sentence names.
type Operand struct {
	Cell string `json:"cell"`
	Text string `json:"text"`
}

// explainInput asks why a figure is what it is.
type explainInput struct {
	Common
	Cell   string `query:"cell" required:"true" maxLength:"400"`
	Format string `query:"format" enum:"json,xlsx"`
}

// shownOf is how many figures of a whole series a step lists; the others are counted.
const shownOf = 60

// Step is one step of an explanation: a figure or a whole series, what it was used as, the run that derived it, and from what.
type Step struct {
	Dataflow     string        `json:"dataflow"`
	Name         string        `json:"name"`
	Key          stat.Key      `json:"key"`
	Period       stat.Period   `json:"period,omitzero"`
	Role         string        `json:"role,omitempty"`
	As           string        `json:"as,omitempty"`
	Sentence     string        `json:"sentence,omitempty"`
	Observations []Observation `json:"observations"`
	Omitted      int           `json:"omitted,omitempty"`
	Withheld     int           `json:"withheld,omitempty"`
	Run          *StepRun      `json:"run,omitempty"`
	Records      []StepRecord  `json:"records,omitempty"`
	From         []Step        `json:"from,omitempty"`
	Seen         bool          `json:"seen,omitempty"`
}

// StepRecord is a record of the register that a figure was computed from, as it stood then.
type StepRecord struct {
	Type string    `json:"recordType"`
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Role string    `json:"role,omitempty"`
	As   string    `json:"as,omitempty"`
	From stat.Date `json:"standingSince,omitzero"` // the first day on which it stood so
	Act  int64     `json:"act,omitempty"`          // that made it so
}

// StepRun is the run that derived a figure.
type StepRun struct {
	ID         string    `json:"id"`
	Recipe     string    `json:"recipe"`
	Title      string    `json:"title"`
	Version    string    `json:"version"`
	FinishedAt time.Time `json:"finishedAt,omitzero"` // of a replay there is none
	Method     string    `json:"method,omitempty"`
}

func (v *visit) explain(in *explainInput) (*Explanation, error) {
	_, o, err := v.cell(in.Cell)
	if err != nil {
		return nil, err
	}
	node, err := v.asOfView.Explain(v.ctx, o.Cell())
	if err != nil {
		return nil, query("cell", err)
	}
	speaker := view.NewSpeaker(v.snap.Catalog, v.asOfView.Recipes(), v.lang, v.snap.Cell)
	out := &Explanation{Stamp: v.stamp(), Cell: o.Cell().String(), Tree: v.step(node, speaker), Documents: []Source{}, node: node}
	if s, ok := speaker.Sentence(node); ok {
		out.Sentence = s.Text
		if s.Kind != view.Reported {
			out.Formula = &Formula{Kind: s.Kind, Expression: s.Expression, Result: s.Result}
			for _, x := range s.Operands {
				out.Formula.Operands = append(out.Formula.Operands, Operand{x.Cell.String(), x.Text})
			}
		}
	}
	for _, id := range documents(node) {
		out.Documents = append(out.Documents, v.source(id))
	}
	return out, nil
}

// write writes the workbook in which the figure can be computed again.
func (x *Explanation) write(v *visit) error {
	var b bytes.Buffer
	if err := view.NewSpeaker(v.snap.Catalog, v.asOfView.Recipes(), v.lang, v.snap.Cell).WriteWorkbook(v.ctx, &b, x.node, export.Properties(v.current.Release, v.publisher, "")); err != nil {
		return err
	}
	x.name, x.give = "explanation.xlsx", func(w io.Writer) error { _, err := b.WriteTo(w); return err }
	return nil
}

// step copies a node.
func (v *visit) step(n pipeline.Node, speaker *view.Speaker) Step {
	list, omitted := view.Shown(n, shownOf)
	out := Step{Dataflow: n.Cell.Dataflow, Name: n.Cell.Dataflow, Key: n.Cell.Key, Period: n.Cell.Period, Role: n.Role, As: view.Role(n.Role).In(v.lang), Omitted: omitted, Withheld: n.Withheld, Seen: n.Seen, Observations: []Observation{}}
	if f, err := v.snap.Catalog.Dataflow(n.Cell.Dataflow); err == nil {
		out.Name = f.Name.In(v.lang)
		for _, o := range list {
			out.Observations = append(out.Observations, v.observation(f, o))
		}
	}
	if n.Run != nil {
		title, method := speaker.Title(n.Run)
		out.Run = &StepRun{ID: n.Run.ID, Recipe: n.Run.Recipe, Title: title.In(v.lang), Version: n.Run.Version, FinishedAt: n.Run.FinishedAt.UTC(), Method: method}
		if s, ok := speaker.Sentence(n); ok {
			out.Sentence = s.Text
		}
	}
	for _, g := range speaker.Records(n) {
		for _, r := range g.Records {
			out.Records = append(out.Records, StepRecord{Type: r.Type, ID: r.ID, Name: r.Name.In(v.lang), Role: r.Role, As: g.Role.In(v.lang), From: r.From, Act: r.Act})
		}
	}
	for _, c := range n.From {
		out.From = append(out.From, v.step(c, speaker))
	}
	return out
}

// documents lists the documents that the figures of a tree name, each once.
func documents(n pipeline.Node) []string {
	var out []string
	seen := map[string]bool{}
	var walk func(pipeline.Node)
	walk = func(n pipeline.Node) {
		for _, o := range n.Versions {
			if id := o.Attributes[stat.AttrSource]; id != "" && cube.Reported(o.Observation) && !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
		for _, c := range n.From {
			walk(c)
		}
	}
	walk(n)
	return out
}
