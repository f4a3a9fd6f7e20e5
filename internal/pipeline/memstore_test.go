package pipeline

import (
	"context"
	"iter"
	"slices"
	"testing"

	"nhipso/internal/cube"
)

// memStore is the least store that the contract allows, for tests of the runner. The SQL stores are bound by their own suite.
type memStore struct {
	NoRecords
	messages int64
	versions []cube.Version
	runs     []Run
	lineage  map[string]map[cube.Cell]Lineage
}

func (s *memStore) Append(_ context.Context, d *cube.Delivery) (cube.Receipt, error) {
	return s.append(d, cube.AsOf{}, func(cube.Version) bool { return true })
}

// append leaves out what the newest version within the bound says already, from the same inputs.
func (s *memStore) append(d *cube.Delivery, at cube.AsOf, sameInputs func(cube.Version) bool) (cube.Receipt, error) {
	var r cube.Receipt
	var add []cube.Version
	for e, err := range d.Entries() {
		if err != nil {
			return r, err
		}
		var last *cube.Version
		for i := range s.versions {
			if v := &s.versions[i]; v.Cell() == (cube.Cell{Dataflow: e.Dataflow, Key: e.Key, Period: e.Period}) && at.Holds(v.Message) {
				last = v
			}
		}
		if last != nil && last.Vintage.Date == e.Vintage.Date && same(*last, e) && sameInputs(*last) {
			r.Unchanged++
			continue
		}
		if last != nil {
			r.Revised++
		} else {
			r.Added++
		}
		add = append(add, cube.Version{Dataflow: e.Dataflow, Observation: e.Observation, Message: s.messages + 1})
	}
	if len(add) > 0 {
		s.messages++
		r.Message = s.messages
		s.versions = append(s.versions, add...)
	}
	return r, nil
}

func same(v cube.Version, e cube.Entry) bool {
	a, b := v.Observation, e.Observation
	a.Attributes, b.Attributes = a.Attributes.Clone(), b.Attributes.Clone()
	delete(a.Attributes, "RUN")
	delete(b.Attributes, "RUN")
	return a.Same(b)
}

func (s *memStore) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return cube.Select(slices.SortedStableFunc(slices.Values(s.versions), cube.InOrder), q)
}

func (s *memStore) LastMessage(context.Context) (int64, error) { return s.messages, nil }

func (s *memStore) Touched(_ context.Context, of cube.Messages) ([]string, bool, error) {
	var flows []string
	for _, v := range s.versions {
		if of.Has(v.Message) {
			flows = append(flows, v.Dataflow)
		}
	}
	return flows, true, nil
}

func (s *memStore) AppendRun(ctx context.Context, run Run, d *cube.Delivery, lineage []Lineage) (cube.Receipt, error) {
	given := map[cube.Cell]Lineage{}
	for _, l := range lineage {
		given[l.Cell] = l
	}
	r, err := s.append(d, run.Bound(), func(v cube.Version) bool {
		return SameInputs(s.lineage[v.Attributes["RUN"]][v.Cell()], given[v.Cell()])
	})
	if err != nil {
		return r, err
	}
	run.Message = r.Message
	s.runs = append(s.runs, run)
	if s.lineage == nil {
		s.lineage = map[string]map[cube.Cell]Lineage{}
	}
	s.lineage[run.ID] = map[cube.Cell]Lineage{}
	for _, l := range lineage {
		s.lineage[run.ID][l.Cell] = l
	}
	return r, nil
}

func (s *memStore) NextRunNumber(_ context.Context, recipe string) (int, error) {
	n := 1
	for _, r := range s.runs {
		if r.Recipe == recipe {
			n++
		}
	}
	return n, nil
}

func (s *memStore) LatestRun(_ context.Context, recipe string, at cube.AsOf) (Run, bool, error) {
	for i := len(s.runs) - 1; i >= 0; i-- {
		if s.runs[i].Recipe == recipe && s.runs[i].Within(at) {
			return s.runs[i], true, nil
		}
	}
	return Run{}, false, nil
}

func (s *memStore) RunByID(_ context.Context, id string) (Run, bool, error) {
	for _, r := range s.runs {
		if r.ID == id {
			return r, true, nil
		}
	}
	return Run{}, false, nil
}

func (s *memStore) Runs(context.Context) ([]Run, error) { return s.runs, nil }

func (s *memStore) LineageOf(_ context.Context, run string, c cube.Cell) (Lineage, bool, error) {
	l, ok := s.lineage[run][c]
	return l, ok, nil
}

// ready makes a delivery of a message without looking at it.
func ready(t testing.TB, m cube.Message) *cube.Delivery {
	t.Helper()
	d, err := m.Ready()
	if err != nil {
		t.Fatal(err)
	}
	return d
}
