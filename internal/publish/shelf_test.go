package publish

import (
	"context"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// shelf keeps acts and figures in memory.
type shelf struct {
	pipeline.NoRecords

	mu      sync.Mutex
	acts    []Act
	figures []cube.Version // in the order of cube.Reader
	runs    []pipeline.Run
	senders map[int64]string
}

func (s *shelf) Act(_ context.Context, a Act) (Release, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.Number = int64(len(s.acts)) + 1
	all := Replay(s.acts)
	a = Settled(all, a)
	r, err := Apply(all, a)
	if err == nil {
		s.acts = append(s.acts, a)
	}
	return r, err
}

func (s *shelf) Acts(context.Context) ([]Act, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.acts), nil
}

func (s *shelf) Releases(ctx context.Context) ([]Release, error) {
	acts, err := s.Acts(ctx)
	return Replay(acts), err
}

func (s *shelf) ReleaseByID(ctx context.Context, id string) (Release, error) {
	all, err := s.Releases(ctx)
	for _, r := range all {
		if r.ID == id {
			return r, err
		}
	}
	return Release{}, fault.New("publish.no-release", "id", id)
}

func (s *shelf) MessageList(context.Context) ([]Message, error) {
	by := map[int64]*Message{}
	for _, v := range s.figures {
		if by[v.Message] == nil {
			by[v.Message] = &Message{Number: v.Message, Sender: s.senders[v.Message], Figures: map[string]int{}}
		}
		by[v.Message].Figures[v.Dataflow]++
		by[v.Message].Run = by[v.Message].Run || !cube.Reported(v.Observation)
	}
	var out []Message
	for _, m := range by {
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b Message) int { return int(a.Number - b.Number) })
	return out, nil
}

// figure stores a reported figure of a year under a message.
func (s *shelf) figure(flow string, year int, value string, message int64, conf string) {
	v := stat.MustDecimal(value)
	a := stat.Attributes{stat.AttrSource: "doc"}
	if conf != "" {
		a[stat.AttrConf] = conf
	}
	s.figures = append(s.figures, cube.Version{Dataflow: flow, Message: message, Observation: stat.Observation{Key: "A", Period: stat.Year(year), Value: &v,
		Vintage: stat.Vintage{Date: stat.MustDate("2026-01-01")}, Status: stat.Normal, Attributes: a}})
	slices.SortStableFunc(s.figures, func(a, b cube.Version) int {
		if c := slices.Compare([]byte(a.Dataflow), []byte(b.Dataflow)); c != 0 {
			return c
		}
		if c := a.Period.Compare(b.Period); c != 0 {
			return c
		}
		return int(a.Message - b.Message)
	})
}

func (s *shelf) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return cube.Select(s.figures, q)
}

func (s *shelf) LastMessage(context.Context) (int64, error) {
	last := int64(0)
	for _, v := range s.figures {
		last = max(last, v.Message)
	}
	return last, nil
}

func (s *shelf) Touched(context.Context, cube.Messages) ([]string, bool, error) {
	return nil, false, nil
}

func (s *shelf) Append(context.Context, *cube.Delivery) (cube.Receipt, error) {
	panic("not in this test")
}

func (s *shelf) AppendRun(_ context.Context, run pipeline.Run, d *cube.Delivery, _ []pipeline.Lineage) (cube.Receipt, error) {
	last, _ := s.LastMessage(context.Background())
	run.Message = last + 1
	for e, err := range d.Entries() {
		if err != nil {
			return cube.Receipt{}, err
		}
		s.figures = append(s.figures, cube.Version{Dataflow: e.Dataflow, Observation: e.Observation, Message: run.Message})
	}
	s.runs = append(s.runs, run)
	return cube.Receipt{Message: run.Message}, nil
}

func (s *shelf) NextRunNumber(context.Context, string) (int, error) { return len(s.runs) + 1, nil }

func (s *shelf) LatestRun(_ context.Context, recipe string, at cube.AsOf) (pipeline.Run, bool, error) {
	for _, r := range slices.Backward(s.runs) {
		if r.Recipe == recipe && r.Within(at) {
			return r, true, nil
		}
	}
	return pipeline.Run{}, false, nil
}

func (s *shelf) RunByID(context.Context, string) (pipeline.Run, bool, error) {
	panic("not in this test")
}

func (s *shelf) Runs(context.Context) ([]pipeline.Run, error) { return s.runs, nil }

func (s *shelf) LineageOf(context.Context, string, cube.Cell) (pipeline.Lineage, bool, error) {
	panic("not in this test")
}

// copyOf is a recipe that gives the figures of one dataflow again in another.
func copyOf(from, to string) pipeline.Recipe {
	return pipeline.Recipe{ID: from + "-" + to, Version: "1", Title: catalog.Label{Vi: "chép", En: "copy"},
		Inputs: []pipeline.Input{{Name: "in", Dataflow: from}}, Outputs: []string{to},
		Compute: func(_ context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			out := &pipeline.Result{}
			for _, v := range in.Newest("in") {
				out.Outputs = append(out.Outputs, pipeline.Output{Dataflow: to, Observation: stat.Observation{Key: v.Key, Period: v.Period, Value: v.Value, Status: v.Status},
					From: []pipeline.Ref{pipeline.RefTo(v, "")}})
			}
			return out, nil
		}}
}

// office is a desk over a shelf, with a clock that the test sets.
type office struct {
	Desk
	t   *testing.T
	s   *shelf
	now time.Time
}

var monday = time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC) // 09:00 in Viet Nam

func newOffice(t *testing.T, recipes ...pipeline.Recipe) *office {
	o := &office{t: t, s: &shelf{senders: map[int64]string{}}, now: monday}
	o.Desk = Desk{Store: o.s, Cube: o.s, Now: func() time.Time { return o.now }, Recipes: recipes}
	return o
}

// done wants an act to succeed.
func (o *office) done(r Release, err error) Release {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// refused wants an act to be refused with a code, with a whole sentence in both languages, and nothing changed.
func (o *office) refused(code string, act func() error) {
	o.t.Helper()
	before := len(o.s.acts)
	err := act()
	var codes []string
	for _, f := range fault.All(err) {
		codes = append(codes, f.Code)
		for _, lang := range []string{"vi", "en"} {
			if s := fault.In(f, lang); s == "" || slices.ContainsFunc([]rune(s), func(r rune) bool { return r == '{' || r == '}' }) {
				o.t.Errorf("%s reads %q", f.Code, s)
			}
		}
	}
	if !slices.Contains(codes, code) {
		o.t.Fatalf("got %v (%v), want %s", codes, err, code)
	}
	if code[:8] == "publish." && len(o.s.acts) != before {
		for _, a := range o.s.acts[before:] {
			if a.Kind != CheckAct {
				o.t.Fatalf("%s was recorded all the same", a.Kind)
			}
		}
	}
}

// released opens, fills, checks and approves a release at once.
func (o *office) released(id string, messages ...int64) Release {
	o.t.Helper()
	ctx := o.t.Context()
	o.done(o.Open(ctx, id, both("đợt "+id, "release "+id), both("ghi chú", "notes"), "an"))
	o.done(o.Add(ctx, id, Selection{Messages: cube.NewMessages(messages...)}, "an"))
	o.done(o.Check(ctx, id, "an"))
	return o.done(o.Approve(ctx, id, "bình", time.Time{}))
}

func both(vi, en string) catalog.Label { return catalog.Label{Vi: vi, En: en} }
