package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// addUp gives the sum of what a reference names of an input; from is what it says it used.
func addUp(input Input, from Ref) Recipe {
	return Recipe{ID: "sum", Version: "1", Inputs: []Input{input}, Outputs: []string{"DOUBLE"}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
		list := in.Newest("in")
		if input.History {
			list = from.part(in.History("in"))
		}
		sum := stat.Int(0)
		for _, v := range list {
			sum = sum.Add(*v.Value)
		}
		if len(list) == 0 {
			return &Result{}, nil
		}
		return &Result{Outputs: []Output{{Dataflow: "DOUBLE", Observation: stat.Observation{Key: "A.x", Period: stat.Year(2025), Value: &sum, Status: stat.Normal,
			Attributes: stat.Attributes{}}, From: []Ref{from}}}}, nil
	}}
}

func TestAReferenceToPartOfASeriesMeansThatPart(t *testing.T) {
	all := []stat.Observation{reported("x", "2023", "1", "2024-01-05", stat.Normal), reported("x", "2024", "10", "2025-01-05", stat.Normal),
		reported("x", "2025", "100", "2026-01-05", stat.Normal), reported("x", "2025", "1000", "2026-02-05", stat.Normal)}
	for name, c := range map[string]struct {
		ref  Ref
		want string
	}{
		"from a period on":           {Ref{Since: stat.Year(2024)}, "2024=10 2025=1000"},
		"up to a period":             {Ref{Until: stat.Year(2024)}, "2023=1 2024=10"},
		"between two":                {Ref{Since: stat.Year(2024), Until: stat.Year(2024)}, "2024=10"},
		"as of a day":                {Ref{Vintage: stat.MustDate("2026-01-10")}, "2023=1 2024=10 2025=100"},
		"every version up to a day":  {Ref{Vintage: stat.MustDate("2026-02-05"), History: true}, "2023=1 2024=10 2025=100 2025=1000"},
		"every version of a stretch": {Ref{Since: stat.Year(2025), History: true}, "2025=100 2025=1000"},
	} {
		b := newBench(t)
		b.take(t, all...)
		c.ref.Dataflow, c.ref.Key = "IN", "A.x"
		used, err := Used(context.Background(), b.store, c.ref, Run{ReadTo: 9})
		var got []string
		for _, v := range used {
			got = append(got, v.Period.String()+"="+v.Value.String())
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v (%v), want %s", name, got, err, c.want)
		}
		in, err := Read(context.Background(), b.store, addUp(Input{Name: "in", Dataflow: "IN", History: true}, c.ref), cube.AsOf{}, stat.MustDate("2026-03-01"))
		if err != nil {
			t.Fatal(err)
		}
		if found := in.reads().find(c.ref); !slices.EqualFunc(found, used, func(a, b cube.Version) bool { return identityOf(a) == identityOf(b) }) {
			t.Errorf("%s: evidence is taken from %d versions, shown are %d", name, len(found), len(used))
		}
	}
}

func TestAConditionHandsOnItsConfidentialityAlone(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2024", "1", "2025-01-05", stat.Normal), reported("y", "2024", "2", "2025-01-05", stat.Estimated, stat.AttrMark, "M", stat.AttrConf, "C"))
	r := Recipe{ID: "keep", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "IN"}}, Outputs: []string{"DOUBLE"}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
		v, held := in.Newest("in")[0], in.Newest("in")[1]
		return &Result{Outputs: []Output{{Dataflow: "DOUBLE", Observation: stat.Observation{Key: v.Key, Period: v.Period, Value: v.Value, Status: v.Status, Attributes: stat.Attributes{}},
			From: []Ref{RefTo(v, "printed"), RefTo(held, "").As("held against")}}}}, nil
	}}
	b.stale(t, r)
	got := b.read(t, "DOUBLE", cube.AsOf{})[0]
	if got.Status != stat.Normal || got.Mark() != stat.MarkDerived || got.Attributes[stat.AttrConf] != "C" {
		t.Errorf("%s, %s, %q", got.Status, got.Mark(), got.Attributes[stat.AttrConf])
	}
}

func TestRecomputeTellsATrueExplanationFromAFalseOne(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2024", "1", "2025-01-05", stat.Normal), reported("x", "2025", "10", "2026-01-05", stat.Normal))
	input := Input{Name: "in", Dataflow: "IN", Key: "A.x"}
	for name, c := range map[string]struct {
		ref  Ref
		want string
	}{
		"all that was used": {Ref{Dataflow: "IN", Key: "A.x"}, "11"},
		"less than it used": {Ref{Dataflow: "IN", Key: "A.x", Since: stat.Year(2025)}, "10"}, // what comes out is not the figure: the explanation is false
	} {
		r := addUp(input, c.ref)
		if _, err := b.runner.RunStale(context.Background(), []Recipe{r}, true); err != nil {
			t.Fatal(err)
		}
		v := b.read(t, "DOUBLE", cube.AsOf{})[0]
		got, err := Recompute(context.Background(), b.store, r, v)
		if err != nil || got.Value.String() != c.want || v.Value.String() != "11" {
			t.Errorf("%s: %v (%v), want %s", name, got.Value, err, c.want)
		}
	}
	v := b.read(t, "DOUBLE", cube.AsOf{})[0]
	newer := addUp(input, Ref{Dataflow: "IN", Key: "A.x"})
	newer.Version = "2"
	if _, err := Recompute(context.Background(), b.store, newer, v); fault.CodeOf(err) != "pipeline.other-version" {
		t.Errorf("by another version: %v", err)
	}
	if _, err := Recompute(context.Background(), b.store, newer, b.read(t, "IN", cube.AsOf{})[0]); fault.CodeOf(err) != "pipeline.not-derived" {
		t.Errorf("a reported figure: %v", err)
	}
}

func TestReplayComputesOnWhatWasKnown(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2024", "1", "2025-01-05", stat.Normal), reported("x", "2024", "2", "2026-01-05", stat.Normal), reported("x", "2025", "5", "2026-01-05", stat.Normal))
	again := mapping("again", "DOUBLE", "NEXT", func(d stat.Decimal) stat.Decimal { return d.Mul(d) })
	b.stale(t, double, again) // stored on a later day from later figures: a replay must not look at them
	recipes := []Recipe{again, double}
	replay := func(day string, at cube.AsOf) *Replayed {
		r, err := Replay(context.Background(), b.store, recipes, at, stat.MustDate(day))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	say := func(r *Replayed) string {
		var out []string
		for _, v := range r.Figures {
			if v.Attributes[stat.AttrReplay] != r.Day.String() || v.Attributes[stat.AttrRun] != ReplayID(strings.Split(v.Attributes[stat.AttrRecipe], "@")[0], r.Day) || v.Vintage.Date != r.Day {
				t.Errorf("%s does not say of when it is: %v", v.Cell(), v.Attributes)
			}
			out = append(out, v.Dataflow+" "+v.Period.String()+"="+v.Value.String())
		}
		return strings.Join(out, ", ")
	}
	if got := say(replay("2025-06-01", cube.AsOf{})); got != "DOUBLE 2024=2, NEXT 2024=4" {
		t.Errorf("in June 2025: %s", got)
	}
	if got := say(replay("2026-06-01", cube.AsOf{})); got != "DOUBLE 2024=4, DOUBLE 2025=10, NEXT 2024=16, NEXT 2025=100" {
		t.Errorf("in June 2026: %s", got)
	}
	if got := say(replay("2024-06-01", cube.AsOf{})); got != "" {
		t.Errorf("before anything was known: %s", got)
	}
	if got := say(replay("2026-06-01", cube.AsOf{Only: cube.Messages{}})); got != "" {
		t.Errorf("from a release of nothing: %s", got)
	}
	alone, err := Replay(context.Background(), b.store, []Recipe{again}, cube.AsOf{}, stat.MustDate("2026-12-31"))
	if err != nil || len(alone.Figures) != 0 {
		t.Errorf("stored figures were taken for what was known: %v (%v)", alone.Figures, err)
	}
	before := b.store.messages
	over := replay("2025-06-01", cube.AsOf{}).Over(b.store)
	tree, err := Explain(context.Background(), over, cellOf("NEXT", "x", "2024"), cube.AsOf{})
	if err != nil || len(tree.From) != 1 || len(tree.From[0].From) != 1 || tree.From[0].From[0].Versions[0].Value.String() != "1" {
		t.Errorf("explained by %+v (%v)", tree, err)
	}
	if b.store.messages != before || len(b.store.runs) != 2 {
		t.Error("a replay was stored")
	}
}

func TestReplayLeavesOutWhatIsCostlyAndWhatCannotBeComputed(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2024", "1", "2025-01-05", stat.Normal))
	slow := double
	slow.Costly = "it takes a day"
	again := mapping("again", "DOUBLE", "NEXT", func(d stat.Decimal) stat.Decimal { return d.Mul(d) })
	r, err := Replay(context.Background(), b.store, []Recipe{slow, again}, cube.AsOf{}, stat.MustDate("2025-06-01"))
	if err != nil || len(r.Figures) != 0 || r.Skipped["double"] != "it takes a day" || r.Skipped["again"] != "it takes a day" {
		t.Errorf("%v, left out %v (%v)", r.Figures, r.Skipped, err)
	}
	broken := double
	broken.Compute = func(context.Context, *Inputs) (*Result, error) { return nil, errors.New("too early") }
	r, err = Replay(context.Background(), b.store, []Recipe{broken, again}, cube.AsOf{}, stat.MustDate("2025-06-01"))
	if err != nil || len(r.Figures) != 0 || r.Skipped["double"] != "too early" {
		t.Errorf("%v, left out %v (%v)", r.Figures, r.Skipped, err)
	}
}
