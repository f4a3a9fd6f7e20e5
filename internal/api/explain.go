package api

import (
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Explanation is the tree from a figure down to the documents.
type Explanation struct {
	Stamp
	Cell      string   `json:"cell"`
	Tree      Step     `json:"tree"`
	Documents []Source `json:"documents"`
}

// Step is one step of an explanation: a figure or a whole series, what it was used as, the run that derived it, and from what.
type Step struct {
	Dataflow     string        `json:"dataflow"`
	Name         string        `json:"name"`
	Key          stat.Key      `json:"key"`
	Period       stat.Period   `json:"period,omitzero"`
	Role         string        `json:"role,omitempty"`
	Observations []Observation `json:"observations"`
	Omitted      int           `json:"omitted,omitempty"`
	Withheld     int           `json:"withheld,omitempty"`
	Run          *StepRun      `json:"run,omitempty"`
	From         []Step        `json:"from,omitempty"`
	Seen         bool          `json:"seen,omitempty"`
}

// StepRun is the run that derived a figure.
type StepRun struct {
	ID         string    `json:"id"`
	Recipe     string    `json:"recipe"`
	Title      string    `json:"title"`
	Version    string    `json:"version"`
	FinishedAt time.Time `json:"finishedAt"`
	Method     string    `json:"method,omitempty"`
}

func (v *visit) explain(in *cellInput) (*Explanation, error) {
	_, o, err := v.cell(in.Cell)
	if err != nil {
		return nil, err
	}
	node, err := v.known.Explain(v.ctx, o.Cell())
	if err != nil {
		return nil, query("cell", err)
	}
	recipes := map[string]pipeline.Recipe{}
	for _, r := range v.known.Recipes() {
		recipes[r.ID] = r
	}
	out := &Explanation{Stamp: v.stamp(), Cell: o.Cell().String(), Tree: v.step(node, recipes), Documents: []Source{}}
	for _, id := range documents(node) {
		out.Documents = append(out.Documents, v.source(id))
	}
	return out, nil
}

// step copies a node.
func (v *visit) step(n pipeline.Node, recipes map[string]pipeline.Recipe) Step {
	out := Step{Dataflow: n.Cell.Dataflow, Name: n.Cell.Dataflow, Key: n.Cell.Key, Period: n.Cell.Period, Role: n.Role, Omitted: n.Omitted, Withheld: n.Withheld, Seen: n.Seen, Observations: []Observation{}}
	if f, err := v.snap.Catalog.Dataflow(n.Cell.Dataflow); err == nil {
		out.Name = f.Name.In(v.lang)
		for _, o := range n.Versions {
			out.Observations = append(out.Observations, v.observation(f, o))
		}
	}
	if n.Run != nil {
		out.Run = &StepRun{ID: n.Run.ID, Recipe: n.Run.Recipe, Title: n.Run.Recipe, Version: n.Run.Version, FinishedAt: n.Run.FinishedAt.UTC()}
		if r, ok := recipes[n.Run.Recipe]; ok {
			out.Run.Title, out.Run.Method = r.Title.In(v.lang), r.Method
		}
	}
	for _, c := range n.From {
		out.From = append(out.From, v.step(c, recipes))
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
