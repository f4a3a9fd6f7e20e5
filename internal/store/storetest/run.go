package storetest

import (
	"fmt"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

func run(id, recipe string) pipeline.Run {
	at := time.Date(2026, 2, 3, 4, 5, 6, 789012345, time.UTC)
	return pipeline.Run{ID: id, Recipe: recipe, Version: "2", Memo: "0123abcd", StartedAt: at, FinishedAt: at.Add(time.Second), ReadTo: 7, Outputs: 1,
		Params:      map[string]string{"method": "chow-lin", "seed": "1"},
		Diagnostics: []pipeline.Diagnostic{{Table: "regression", Row: map[string]string{"rho": "0.7"}}, {Table: "regression", Row: map[string]string{}}}}
}

func testRuns(t *testing.T, at Database) {
	cell := cube.Cell{Dataflow: "FLOW", Key: "A", Period: stat.Year(2020)}
	lineage := func(run string) []pipeline.Lineage {
		return []pipeline.Lineage{{Run: run, Cell: cell, From: []pipeline.Ref{
			{Dataflow: "GDP", Key: "A.VN", Period: stat.Year(2020), Message: 4, Role: "benchmark"}, {Dataflow: "IIP", Key: "M.VN", Role: "indicator"}}}}
	}
	open := func(t *testing.T) pipeline.Store { t.Parallel(); return Open(t, at(t)) }

	t.Run("a run, its figures and their lineage are stored together and come back", func(t *testing.T) {
		s := open(t)
		r := run("q#1", "q")
		r.Message = 99 // the store gives the number
		same(t, must[cube.Receipt](t)(appendRun(t.Context(), s, r, message(figure("A", "2020", "2026-01-01", "1", "q#1")), lineage("q#1"))), cube.Receipt{Message: 1, Added: 1})
		r.Message = 1
		got, found, err := s.RunByID(t.Context(), "q#1")
		same(t, []any{got, found, err}, []any{r, true, nil})
		l, found, err := s.LineageOf(t.Context(), "q#1", cell)
		same(t, []any{l, found, err}, []any{lineage("q#1")[0], true, nil})
		same(t, mustRead(t, s, cube.Query{Dataflow: "FLOW"})[0].Attributes[stat.AttrRun], "q#1")
	})
	t.Run("a run whose figures are unchanged is recorded without a message", func(t *testing.T) {
		s := open(t)
		must[cube.Receipt](t)(appendRun(t.Context(), s, run("q#1", "q"), message(figure("A", "2020", "2026-01-01", "1", "q#1")), lineage("q#1")))
		same(t, must[cube.Receipt](t)(appendRun(t.Context(), s, run("q#2", "q"), message(figure("A", "2020", "2026-01-01", "1", "q#2")), lineage("q#2"))), cube.Receipt{Unchanged: 1})
		got, found, err := s.LatestRun(t.Context(), "q", cube.AsOf{})
		same(t, []any{got.ID, got.Message, found, err}, []any{"q#2", int64(0), true, nil})
	})
	t.Run("a figure from other inputs is stored anew, though it says the same", func(t *testing.T) {
		s := open(t)
		must[cube.Receipt](t)(appendRun(t.Context(), s, run("q#1", "q"), message(figure("A", "2020", "2026-01-01", "1", "q#1")), lineage("q#1")))
		revised := lineage("q#2")
		revised[0].From[0].Message = 6
		same(t, must[cube.Receipt](t)(appendRun(t.Context(), s, run("q#2", "q"), message(figure("A", "2020", "2026-01-01", "1", "q#2")), revised)), cube.Receipt{Message: 2, Revised: 1})
		same(t, mustRead(t, s, cube.Query{Dataflow: "FLOW"})[0].Attributes[stat.AttrRun], "q#2")
	})
	t.Run("a run within a release repeats only figures of the release", func(t *testing.T) {
		s := open(t)
		first := run("q#1", "q")
		first.ReadTo = 0
		must[cube.Receipt](t)(appendRun(t.Context(), s, first, message(figure("A", "2020", "2026-01-01", "1", "q#1")), lineage("q#1")))
		must[cube.Receipt](t)(appendRun(t.Context(), s, run("q#2", "q"), message(figure("A", "2020", "2026-01-01", "2", "q#2")), lineage("q#2"))) // saw more
		r := run("q#3", "q")
		r.ReadTo, r.Only = 2, cube.NewMessages(1)
		same(t, must[cube.Receipt](t)(appendRun(t.Context(), s, r, message(figure("A", "2020", "2026-01-01", "1", "q#3")), lineage("q#3"))), cube.Receipt{Unchanged: 1})
		r.ID, r.Only = "q#4", cube.Messages{}
		same(t, must[cube.Receipt](t)(appendRun(t.Context(), s, r, message(figure("A", "2020", "2026-01-01", "2", "q#4")), lineage("q#4"))), cube.Receipt{Message: 3, Revised: 1})
		r.Message = 3
		got, found, err := s.RunByID(t.Context(), "q#4")
		same(t, []any{got, found, err}, []any{r, true, nil})
		for _, c := range []struct {
			at   cube.AsOf
			want string
		}{{cube.AsOf{}, "q#4"}, {cube.AsOf{Message: 1}, "q#3"}, {cube.AsOf{Only: cube.NewMessages(1)}, "q#3"}, {cube.AsOf{Only: cube.NewMessages(3)}, "q#4"}} {
			got, found, err := s.LatestRun(t.Context(), "q", c.at)
			same(t, []any{got.ID, found, err}, []any{c.want, true, nil})
		}
		same(t, len(mustRead(t, s, cube.Query{Dataflow: "FLOW", AsOf: cube.AsOf{Only: cube.Messages{}}})), 0)
		same(t, mustRead(t, s, cube.Query{Dataflow: "FLOW", AsOf: cube.AsOf{Only: cube.NewMessages(1, 7)}})[0].Value.String(), "1")
	})
	t.Run("a run without figures or lineage is recorded", func(t *testing.T) {
		s := open(t)
		r := run("q#1", "q")
		r.Params, r.Diagnostics = nil, nil
		must[cube.Receipt](t)(appendRun(t.Context(), s, r, message(), nil))
		same(t, must[[]pipeline.Run](t)(s.Runs(t.Context())), []pipeline.Run{r})
	})
	t.Run("runs of a recipe are numbered from 1, apart from other recipes", func(t *testing.T) {
		s := open(t)
		for i := 1; i <= 11; i++ {
			n, err := s.NextRunNumber(t.Context(), "q")
			same(t, []any{n, err}, []any{i, nil})
			must[cube.Receipt](t)(appendRun(t.Context(), s, run(fmt.Sprintf("q#%d", n), "q"), message(), nil))
		}
		n, err := s.NextRunNumber(t.Context(), "q2")
		same(t, []any{n, err}, []any{1, nil})
		latest, _, _ := s.LatestRun(t.Context(), "q", cube.AsOf{})
		same(t, latest.ID, "q#11") // by order of storing, not of text
		all := must[[]pipeline.Run](t)(s.Runs(t.Context()))
		same(t, []string{all[0].ID, all[1].ID, all[10].ID}, []string{"q#1", "q#2", "q#11"})
	})
	t.Run("what does not exist is not found", func(t *testing.T) {
		s := open(t)
		_, latest, err1 := s.LatestRun(t.Context(), "q", cube.AsOf{})
		_, byID, err2 := s.RunByID(t.Context(), "q#1")
		_, line, err3 := s.LineageOf(t.Context(), "q#1", cell)
		same(t, []any{latest, byID, line, err1, err2, err3}, []any{false, false, false, nil, nil, nil})
	})
	t.Run("a run that fails in any part leaves nothing of itself", func(t *testing.T) {
		s := open(t)
		must[cube.Receipt](t)(appendRun(t.Context(), s, run("q#1", "q"), message(), nil))
		figures := func(run string) cube.Message { return message(figure("A", "2020", "2026-01-01", "5", run)) }
		_, err := appendRun(t.Context(), s, run("q#1", "q"), figures("q#1"), nil)
		wantCode(t, err, "store.run-exists")
		_, err = appendRun(t.Context(), s, run("q#2", "q"), figures("q#2"), append(lineage("q#2"), lineage("q#2")...)) // one cell twice
		if err == nil {
			t.Fatal("lineage of one cell was stored twice")
		}
		_, err = appendRun(t.Context(), s, run("q#3", "q"), figures("another#1"), nil)
		same(t, wantCode(t, err, "store.wrong-run").Where, fault.Where{File: "figures.csv", Row: 2, Column: stat.AttrRun})
		same(t, mustLast(t, s), int64(0))
		same(t, len(must[[]pipeline.Run](t)(s.Runs(t.Context()))), 1)
		_, found, _ := s.LineageOf(t.Context(), "q#2", cell)
		same(t, found, false)
	})
}
