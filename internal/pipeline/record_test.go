package pipeline

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// registered is a store with records.
type registered struct {
	*memStore
	list []register.Version
}

func (r *registered) RecordsOf(_ context.Context, kind string, at register.At) (out []register.Version, _ error) {
	for _, v := range r.list {
		if v.Type == kind && v.On(at.Day) && (at.Act == 0 || v.Act <= at.Act) {
			out = append(out, v)
		}
	}
	return out, nil
}

func (r *registered) RecordOf(ctx context.Context, kind, id string, at register.At) (register.Version, bool, error) {
	for _, v := range r.list {
		if v.Type == kind && v.ID == id && v.On(at.Day) && (at.Act == 0 || v.Act == at.Act) {
			return v, true, nil
		}
	}
	return register.Version{}, false, nil
}

func task(see ...catalog.Party) *catalog.RecordType {
	plain := func(id string, personal bool) catalog.Field {
		return catalog.Field{ID: id, Kind: catalog.PlainField, Personal: personal}
	}
	return &catalog.RecordType{ID: "task", Fields: []catalog.Field{plain("done", false), plain("note", false), plain("who", true)}, See: see, Public: []string{"done", "who"}}
}

func taskVersion(id, from string, act int64, values map[string]string) register.Version {
	return register.Version{Type: "task", ID: id, From: stat.MustDate(from), Act: act, Values: values}
}

// countingTasks counts the tasks that are done, and says what it was allowed to see.
func countingTasks(t *catalog.RecordType, saw *[]map[string]string) Recipe {
	return Recipe{ID: "count", Version: "1", Inputs: []Input{{Name: "tasks", Records: t, Columns: []string{"done", "note", "who"}}}, Outputs: []string{"DOUBLE"},
		Compute: func(_ context.Context, in *Inputs) (*Result, error) {
			o := Output{Dataflow: "DOUBLE", Observation: stat.Observation{Key: "A.x", Period: stat.Year(2026), Status: stat.Normal, Attributes: stat.Attributes{}}}
			n := 0
			*saw = nil
			for _, v := range in.Records("tasks") {
				*saw = append(*saw, v.Values)
				role := "open"
				if v.Values["done"] == "yes" {
					n, role = n+1, "done"
				}
				o.Records = append(o.Records, RefToRecord(v, role))
			}
			d := stat.Int(int64(n))
			o.Value = &d
			return &Result{Outputs: []Output{o}}, nil
		}}
}

func TestAFigureFromRecordsWalksToThem(t *testing.T) {
	ctx, kind := context.Background(), task(catalog.Public)
	s := &registered{memStore: &memStore{}, list: []register.Version{
		taskVersion("t1", "2026-01-01", 1, map[string]string{"done": "yes", "note": "secret", "who": "An"}),
		taskVersion("t2", "2026-01-01", 2, map[string]string{"done": "no"})}}
	var saw []map[string]string
	recipe := countingTasks(kind, &saw)
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	runner := Runner{Store: s, Intake: newBench(t).runner.Intake, Now: func() time.Time { return now }}
	run := func(want int) []Run {
		t.Helper()
		runs, err := runner.RunStale(ctx, []Recipe{recipe}, false)
		if err != nil || len(runs) != want {
			t.Fatalf("%d runs, want %d (%v)", len(runs), want, err)
		}
		return runs
	}
	run(1)
	if want := []map[string]string{{"done": "yes"}, {"done": "no"}}; !reflect.DeepEqual(saw, want) {
		t.Errorf("the recipe sees %v", saw)
	}
	cell := cube.Cell{Dataflow: "DOUBLE", Key: "A.x", Period: stat.Year(2026)}
	n, err := Explain(ctx, s, cell, cube.AsOf{})
	if err != nil || len(n.Records) != 2 || n.Records[0].ID != "t1" || n.Records[0].Role != "done" || n.Records[0].Values["done"] != "yes" {
		t.Fatalf("%+v (%v)", n.Records, err)
	}
	run(0) // nothing has changed

	// What the recipe does not read makes nothing stale; what it reads does, and the earlier figure is still explained by what it came from.
	first := n.Versions[0]
	s.list[1].Values["note"] = "changed"
	run(0)
	s.list[1] = taskVersion("t2", "2026-02-01", 3, map[string]string{"done": "yes"})
	s.list[1].Until = stat.Date{}
	s.list = append(s.list, register.Version{Type: "task", ID: "t2", From: stat.MustDate("2026-01-01"), Until: stat.MustDate("2026-02-01"), Act: 2, Values: map[string]string{"done": "no"}})
	run(1)
	n, err = Explain(ctx, s, cell, cube.AsOf{})
	if err != nil || n.Versions[0].Value.String() != "2" || n.Records[1].Act != 3 {
		t.Fatalf("%+v (%v)", n, err)
	}
	again, err := Recompute(ctx, s, recipe, n.Versions[0])
	if err != nil || again.Value.Cmp(*n.Versions[0].Value) != 0 {
		t.Errorf("recomputed from its records it is %v (%v)", again.Value, err)
	}
	if old, err := ExplainVersion(ctx, s, first); err != nil || old.Records[1].Act != 2 {
		t.Errorf("the earlier figure is explained by %+v (%v)", old.Records, err)
	}

	// As known after an act, later ones are not read.
	runner.Act = 1
	runs, err := runner.RunStale(ctx, []Recipe{recipe}, false)
	if err != nil || len(runs) != 1 || len(saw) != 1 {
		t.Errorf("as known after act 1 the recipe sees %v (%v)", saw, err)
	}
}

func TestARecordThatNobodySeesClosesItsFigures(t *testing.T) {
	for name, x := range map[string]struct {
		see    []catalog.Party
		safe   string
		closed bool
		note   bool
	}{
		"public":            {[]catalog.Party{catalog.Public}, "", false, false},
		"not public":        {[]catalog.Party{catalog.Owner}, "", true, true},
		"safe, not public":  {[]catalog.Party{catalog.Owner}, "TestCounts", false, true},
		"safe, also public": {[]catalog.Party{catalog.Public}, "TestCounts", false, true},
	} {
		s := &registered{memStore: &memStore{}, list: []register.Version{taskVersion("t1", "2026-01-01", 1, map[string]string{"done": "yes", "note": "n", "who": "An"})}}
		var saw []map[string]string
		recipe := countingTasks(task(x.see...), &saw)
		recipe.DisclosureSafe = x.safe
		if _, err := (Runner{Store: s, Intake: newBench(t).runner.Intake, Now: time.Now}).RunStale(context.Background(), []Recipe{recipe}, false); err != nil {
			t.Fatal(name, fault.In(err, "en"))
		}
		conf := stat.Confidentiality(s.versions[0].Attributes[stat.AttrConf])
		if (conf == stat.Confidential) != x.closed {
			t.Errorf("%s: the figure is %q", name, conf)
		}
		if _, told := saw[0]["who"]; told || (saw[0]["note"] != "") != x.note {
			t.Errorf("%s: the recipe sees %v", name, saw)
		}
	}
}

func TestARecordThatWasNotReadIsRefused(t *testing.T) {
	var saw []map[string]string
	recipe := countingTasks(task(catalog.Public), &saw)
	compute := recipe.Compute
	recipe.Compute = func(ctx context.Context, in *Inputs) (*Result, error) {
		out, err := compute(ctx, in)
		out.Outputs[0].Records = append(out.Outputs[0].Records, RecordRef{Type: "task", ID: "t9", Act: 1})
		return out, err
	}
	s := &registered{memStore: &memStore{}, list: []register.Version{taskVersion("t1", "2026-01-01", 1, nil)}}
	_, err := (Runner{Store: s, Intake: newBench(t).runner.Intake, Now: time.Now}).RunStale(context.Background(), []Recipe{recipe}, false)
	if fault.CodeOf(err) != "pipeline.unread-input" {
		t.Error(err)
	}
}

func TestSourcesAreKeptAsBefore(t *testing.T) {
	ref := Ref{Dataflow: "IN", Key: "A.x", Period: stat.Year(2025), Message: 3, Role: "part"}
	old, err := json.Marshal([]Ref{ref})
	if err != nil {
		t.Fatal(err)
	}
	if now, err := json.Marshal(Sources{From: []Ref{ref}}); err != nil || string(now) != string(old) {
		t.Errorf("%s, not %s (%v)", now, old, err)
	}
	both := Sources{From: []Ref{ref}, Records: []RecordRef{{"task", "t1", 4, "done"}}}
	text, err := json.Marshal(both)
	var back Sources
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !reflect.DeepEqual(back, both) {
		t.Errorf("%s comes back as %+v (%v)", text, back, err)
	}
}
