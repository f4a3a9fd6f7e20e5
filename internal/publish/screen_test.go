package publish

import (
	"context"
	"iter"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// growing is a source to which figures come while it is read.
type growing struct{ figures []cube.Version }

func (g *growing) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return cube.Select(g.figures, q)
}

func entry(flow, key, period string, message int64, conf string) cube.Version {
	value := stat.Int(message)
	v := cube.Version{Dataflow: flow, Message: message, Observation: stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(period), Value: &value,
		Vintage: stat.Vintage{Date: stat.MustDate("2026-01-05"), Written: "2026-01-05"}, Attributes: stat.Attributes{stat.AttrSource: "S"}}}
	if conf != "" {
		v.Attributes[stat.AttrConf] = conf
	}
	return v
}

// TestAScreenLetsNothingElseThrough: what it gives and counts is what the audience may read of what was stored when it was made, and it holds only
// what the audience may not read.
func TestAScreenLetsNothingElseThrough(t *testing.T) {
	source := &growing{[]cube.Version{entry("F", "A", "2024", 1, ""), entry("F", "A", "2025", 2, "C"), entry("F", "B", "2025", 2, ""), entry("G", "A", "2025", 3, ""), entry("H", "A", "2025", 4, "")}}
	held := map[string]cube.Messages{"G": {}}
	s, err := newScreen(t.Context(), source, Everybody(), cube.AsOf{Message: 3}, 9, held)
	if err != nil {
		t.Fatal(err)
	}
	source.figures = append(source.figures, entry("I", "A", "2025", 5, ""))
	read := func(s *screen, flow, pattern string) (n int) {
		for v, err := range s.Each(t.Context(), cube.Query{Dataflow: flow, Key: pattern}) {
			if err != nil || v.Attributes[stat.AttrConf] != "" || v.Message > 3 {
				t.Errorf("%v of message %d (%v)", v.Cell(), v.Message, err)
			}
			n++
		}
		return n
	}
	if len(s.Flows()) != 1 || read(s, "F", "") != 2 || read(s, "F", "B") != 1 || read(s, "G", "")+read(s, "H", "")+read(s, "I", "") != 0 {
		t.Errorf("flows %v, figures %d", s.Flows(), read(s, "F", ""))
	}
	if d := s.Days("F"); len(d) != 1 || d[0].Versions != 2 || d[0].Cells != 2 || len(s.Days("G")) != 0 {
		t.Errorf("days %+v", d)
	}
	if closed, _ := s.Closed(); len(closed) != 1 || closed[0].Period != stat.Year(2025) || len(s.waiting) != 1 || s.waiting[0].Dataflow != "G" {
		t.Errorf("closed %v, waiting %v", closed, s.waiting)
	}
	// Without a bound of its own it is bound to what was stored: pages of one view tell one story.
	keeper, err := newScreen(t.Context(), source, Keeper("an"), cube.AsOf{}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	source.figures = append(source.figures, entry("I", "B", "2025", 6, ""))
	n := 0
	for range keeper.Each(t.Context(), cube.Query{Dataflow: "I"}) {
		n++
	}
	if n != 1 || len(keeper.hidden) != 0 {
		t.Errorf("%d figures of a dataflow in which one was stored", n)
	}
	if empty, err := newScreen(t.Context(), source, Everybody(), cube.AsOf{}, 0, nil); err != nil || len(empty.Flows()) != 0 {
		t.Errorf("before anything was stored: %v (%v)", empty.Flows(), err)
	}
}
