package pipeline

import (
	"context"
	"slices"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// take stores figures of IN as one message.
func (b *bench) take(t *testing.T, observations ...stat.Observation) {
	t.Helper()
	m := cube.Message{Header: cube.Header{Sender: "test", File: "in.csv"}}
	for i, o := range observations {
		m.Entries = append(m.Entries, cube.Entry{Dataflow: "IN", Observation: o, Row: i + 2})
	}
	if _, err := b.runner.Intake.Take(context.Background(), m); err != nil {
		t.Fatal(err)
	}
}

func reported(code, year, value, vintage string, status stat.Status, attrs ...string) stat.Observation {
	v := stat.MustDecimal(value)
	a := stat.Attributes{stat.AttrSource: "document", stat.AttrMark: "S"}
	for i := 0; i < len(attrs); i += 2 {
		a[attrs[i]] = attrs[i+1]
	}
	return stat.Observation{Key: stat.NewKey("A", code), Period: stat.MustPeriod(year), Vintage: stat.Vintage{Date: stat.MustDate(vintage), Written: vintage}, Value: &v, Status: status, Attributes: a}
}

func (b *bench) stale(t *testing.T, recipes ...Recipe) []Run {
	t.Helper()
	runs, err := b.runner.RunStale(context.Background(), recipes, false)
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

func (b *bench) read(t *testing.T, flow string, at cube.AsOf) []cube.Version {
	t.Helper()
	list, err := cube.Read(context.Background(), b.store, cube.Query{Dataflow: flow, AsOf: at})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func cellOf(flow, code, year string) cube.Cell {
	return cube.Cell{Dataflow: flow, Key: stat.NewKey("A", code), Period: stat.MustPeriod(year)}
}

func TestAnExplanationShowsTheVintageUsedOfAMessageThatHoldsSeveral(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2023", "12.33", "2024-01-05", stat.Normal), reported("x", "2023", "12.87", "2026-01-05", stat.Normal))
	b.stale(t, double)
	n, err := Explain(context.Background(), b.store, cellOf("DOUBLE", "x", "2023"), cube.AsOf{})
	if err != nil || len(n.From) != 1 || len(n.From[0].Versions) != 1 {
		t.Fatalf("%+v (%v)", n, err)
	}
	if got := n.From[0].Versions[0].Value.String(); got != "12.87" {
		t.Errorf("twice %s gives %s", got, n.Versions[0].Value)
	}
}

func TestNothingLoadedAfterARunIsShownAsItsInput(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2024", "1", "2025-01-05", stat.Normal), reported("x", "2025", "2", "2026-01-05", stat.Normal))
	sum := Recipe{ID: "sum", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "IN", Key: "A.x"}}, Outputs: []string{"DOUBLE"}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
		sum := stat.Int(0)
		for _, v := range in.Newest("in") {
			sum = sum.Add(*v.Value)
		}
		return &Result{Outputs: []Output{{Dataflow: "DOUBLE", Observation: stat.Observation{Key: "A.x", Period: stat.Year(2025), Value: &sum, Status: stat.Normal},
			From: []Ref{{Dataflow: "IN", Key: "A.x", Role: "all"}}}}}, nil
	}}
	b.stale(t, sum)
	b.take(t, reported("x", "2023", "50", "2024-01-05", stat.Normal), reported("x", "2024", "9", "2025-01-05", stat.Normal, stat.AttrComment, "late"))
	n, err := Explain(context.Background(), b.store, cellOf("DOUBLE", "x", "2025"), cube.AsOf{})
	if err != nil {
		t.Fatal(err)
	}
	total := stat.Int(0)
	for _, v := range n.From[0].Versions {
		total = total.Add(*v.Value)
	}
	if total.Cmp(*n.Versions[0].Value) != 0 {
		t.Errorf("the explanation adds to %s, the figure is %s", total, n.Versions[0].Value)
	}
}

func TestAFigureIsNoBetterThanItsWeakestInput(t *testing.T) {
	for name, c := range map[string]struct {
		in         stat.Observation
		own        stat.Status
		mark, conf string
		status     stat.Status
	}{
		"seen and normal":          {reported("x", "2025", "1", "2026-01-05", stat.Normal), stat.Normal, "D", "", stat.Normal},
		"estimated":                {reported("x", "2025", "1", "2026-01-05", stat.Estimated), stat.Normal, "D", "", stat.Estimated},
		"provisional":              {reported("x", "2025", "1", "2026-01-05", stat.Provisional), stat.Normal, "D", "", stat.Provisional},
		"unvalidated":              {reported("x", "2025", "1", "2026-01-05", stat.Unvalidated), stat.Normal, "D", "", stat.Unvalidated},
		"forecast":                 {reported("x", "2025", "1", "2026-01-05", stat.Forecast), stat.Estimated, "D", "", stat.Forecast},
		"its own status is weaker": {reported("x", "2025", "1", "2026-01-05", stat.Provisional), stat.Estimated, "D", "", stat.Estimated},
		"quoted by a third party":  {reported("x", "2025", "1", "2026-01-05", stat.Normal, stat.AttrMark, "S2"), stat.Normal, "D", "", stat.Normal},
		"unverified":               {reported("x", "2025", "1", "2026-01-05", stat.Normal, stat.AttrMark, "M"), stat.Normal, "M", "", stat.Normal},
		"confidential":             {reported("x", "2025", "1", "2026-01-05", stat.Normal, stat.AttrConf, "C"), stat.Normal, "D", "C", stat.Normal},
		"internal":                 {reported("x", "2025", "1", "2026-01-05", stat.Normal, stat.AttrConf, "N"), stat.Normal, "D", "N", stat.Normal},
		"free, as it says":         {reported("x", "2025", "1", "2026-01-05", stat.Normal, stat.AttrConf, "F"), stat.Normal, "D", "", stat.Normal},
	} {
		for _, whole := range []bool{false, true} {
			b := newBench(t)
			b.take(t, c.in)
			r := Recipe{ID: "r", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "IN"}}, Outputs: []string{"DOUBLE"}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
				v := in.Newest("in")[0]
				ref := RefTo(v, "input")
				if whole {
					ref = Ref{Dataflow: "IN", Key: v.Key}
				}
				return &Result{Outputs: []Output{{Dataflow: "DOUBLE", Observation: stat.Observation{Key: v.Key, Period: v.Period, Value: v.Value, Status: c.own}, From: []Ref{ref}}}}, nil
			}}
			b.stale(t, r)
			got := b.read(t, "DOUBLE", cube.AsOf{})[0]
			if string(got.Mark()) != c.mark || got.Attributes[stat.AttrConf] != c.conf || got.Status != c.status {
				t.Errorf("%s (whole series: %t): mark %s, confidentiality %q, status %s", name, whole, got.Mark(), got.Attributes[stat.AttrConf], got.Status)
			}
		}
	}
	t.Run("unless the recipe is shown to disclose nothing", func(t *testing.T) {
		b := newBench(t)
		b.take(t, reported("x", "2025", "1", "2026-01-05", stat.Normal, stat.AttrConf, "C"))
		safe := double
		safe.DisclosureSafe = "a test of this room"
		b.stale(t, safe)
		if got := b.read(t, "DOUBLE", cube.AsOf{})[0].Attributes[stat.AttrConf]; got != "" {
			t.Errorf("%q", got)
		}
	})
	t.Run("a forecast elsewhere in the series does not make a settled year one", func(t *testing.T) {
		b := newBench(t)
		b.take(t, reported("x", "2025", "1", "2026-01-05", stat.Normal), reported("x", "2026", "2", "2026-01-05", stat.Forecast))
		r := Recipe{ID: "r", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "IN"}}, Outputs: []string{"DOUBLE"}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
			var out Result
			for _, v := range in.Newest("in") {
				out.Outputs = append(out.Outputs, Output{Dataflow: "DOUBLE", Observation: stat.Observation{Key: v.Key, Period: v.Period, Value: v.Value, Status: stat.Normal}, From: []Ref{{Dataflow: "IN", Key: v.Key}}})
			}
			return &out, nil
		}}
		b.stale(t, r)
		got := b.read(t, "DOUBLE", cube.AsOf{})
		if got[0].Status != stat.Normal || got[1].Status != stat.Forecast {
			t.Errorf("%s and %s", got[0].Status, got[1].Status)
		}
	})
}

func TestDerivedFiguresAreOrderedByRunNotByTheClock(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2025", "21", "2026-01-05", stat.Normal))
	b.stale(t, double)
	b.take(t, reported("x", "2025", "22", "2026-06-01", stat.Normal))
	b.day = b.day.AddDate(0, 0, -3) // the clock went back, or the process counts its days in another zone
	b.stale(t, double)
	if got := b.read(t, "DOUBLE", cube.AsOf{}); len(got) != 1 || got[0].Value.String() != "44" {
		t.Errorf("shown is %v", got)
	}
	if runs := b.stale(t, double); len(runs) != 0 {
		t.Error("the recipe is stale once more")
	}
}

func TestADayIsThatOfTheCountry(t *testing.T) {
	b := newBench(t)
	b.runner.Zone = time.FixedZone("+07", 7*3600)
	b.day = time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC) // half past three in the morning of the 23rd in Hà Nội
	b.take(t, reported("x", "2025", "21", "2026-01-05", stat.Normal))
	b.stale(t, double)
	if got := b.read(t, "DOUBLE", cube.AsOf{})[0].Vintage.Date; got != stat.MustDate("2026-11-23") {
		t.Errorf("dated %s", got)
	}
}

func TestARunOfAReleaseSeesItsMessagesAndNoOthers(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2025", "21", "2026-01-05", stat.Normal))
	b.stale(t, double, next)
	content := cube.UpTo(b.store.messages)
	b.take(t, reported("x", "2025", "99", "2026-06-01", stat.Normal)) // an unfinished load
	unfinished := b.store.messages
	b.take(t, reported("y", "2025", "5", "2026-06-01", stat.Normal))
	content = content.Union(cube.NewMessages(b.store.messages))
	b.stale(t, double, next) // everything, for those who work on it

	b.runner.Only = content
	runs := b.stale(t, double, next)
	if !slices.Equal(ids(runs), []string{"double#3", "next#3"}) {
		t.Fatalf("ran %v", ids(runs))
	}
	for _, r := range runs {
		content = content.Union(cube.NewMessages(r.Message))
	}
	at := cube.AsOf{Only: content}
	got := map[string]string{}
	for _, v := range b.read(t, "NEXT", at) {
		got[string(v.Key)] = v.Value.String()
		n, err := ExplainVersion(context.Background(), b.store, v)
		if err != nil {
			t.Fatal(err)
		}
		for at := n; len(at.From) > 0; at = at.From[0] {
			if at.From[0].Versions[0].Message == unfinished {
				t.Errorf("%s rests on the unfinished load", v.Cell())
			}
		}
	}
	if got["A.x"] != "43" || got["A.y"] != "11" {
		t.Errorf("the release shows %v", got)
	}
	for _, r := range []Recipe{double, next} {
		if stale, err := Stale(context.Background(), b.store, r, at, stat.DateOf(b.day)); err != nil || stale {
			t.Errorf("%s is stale within the release (%v)", r.ID, err)
		}
	}
	b.runner.Only = content
	if again := b.stale(t, double, next); len(again) != 0 {
		t.Errorf("ran again: %v", ids(again))
	}
}

func TestTheCalendarMakesARecipeStaleOnTheDayItChangesAResult(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2025", "21", "2026-01-05", stat.Normal))
	judged := double
	judged.Phase = func(in *Inputs) string {
		if in.Day.After(stat.MustDate("2026-12-31")) {
			return "past"
		}
		return "open"
	}
	b.stale(t, judged)
	b.day = b.day.AddDate(0, 0, 5)
	if runs := b.stale(t, judged); len(runs) != 0 {
		t.Error("stale on a day like another")
	}
	b.day = b.day.AddDate(0, 2, 0)
	if runs := b.stale(t, judged); len(runs) != 1 {
		t.Error("not stale after the deadline")
	}
}

func TestAFigureFromOtherInputsIsAnotherFigure(t *testing.T) {
	if SameInputs(Lineage{From: []Ref{{Dataflow: "IN", Key: "A.x", Period: stat.Year(2025), Message: 1}}}, Lineage{From: []Ref{{Dataflow: "IN", Key: "A.x", Period: stat.Year(2025), Message: 2}}}) {
		t.Error("a revised input is the same input")
	}
}

func TestAReplayOutlivesARecipeThatPanics(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2025", "21", "2026-01-05", stat.Normal))
	broken := next
	broken.Compute = func(context.Context, *Inputs) (*Result, error) { panic("too little") }
	r, err := Replay(context.Background(), b.store, []Recipe{double, broken}, cube.AsOf{}, stat.MustDate("2026-02-01"))
	if err != nil || len(r.Figures) != 1 || r.Skipped["next"] == "" {
		t.Errorf("%+v (%v)", r, err)
	}
}
