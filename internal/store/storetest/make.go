package storetest

import (
	"context"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

// figure makes an entry of dataflow FLOW: "-" is a missing value, run "" a reported figure.
func figure(key, period, vintage, value, run string) cube.Entry {
	e := cube.Entry{Dataflow: "FLOW", Observation: stat.Observation{
		Key: stat.Key(key), Period: stat.MustPeriod(period), Status: stat.Normal,
		Vintage:    stat.Vintage{Date: stat.MustDate(vintage), Written: vintage},
		Attributes: stat.Attributes{stat.AttrSource: "doc", stat.AttrMark: "S"},
	}}
	if value == "-" {
		e.Status = stat.Unpublished
	} else {
		d := stat.MustDecimal(value)
		e.Value = &d
	}
	if run != "" {
		e.Attributes = stat.Attributes{stat.AttrRun: run, stat.AttrMark: "D"}
	}
	return e
}

func with(e cube.Entry, name, text string) cube.Entry {
	e.Attributes = e.Attributes.Clone()
	e.Attributes[name] = text
	return e
}

func message(entries ...cube.Entry) cube.Message {
	for i := range entries {
		entries[i].Row = i + 2 // the first row of a file holds the names
	}
	return cube.Message{Header: cube.Header{Sender: "tester", File: "figures.csv", SentAt: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}, Entries: entries}
}

// ready makes a delivery of a message.
func ready(t tb, m cube.Message) *cube.Delivery {
	t.Helper()
	d, err := m.Ready()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// found makes a delivery of a message with findings.
func found(t tb, m cube.Message, findings ...cube.Finding) *cube.Delivery {
	t.Helper()
	d := ready(t, m)
	d.Findings = findings
	return d
}

// appendRun stores a run with a message.
func appendRun(ctx context.Context, s pipeline.Store, r pipeline.Run, m cube.Message, lineage []pipeline.Lineage) (cube.Receipt, error) {
	d, err := m.Ready()
	if err != nil {
		return cube.Receipt{}, err
	}
	return s.AppendRun(ctx, r, d, lineage)
}

func mustAppend(t tb, s cube.Store, m cube.Message) cube.Receipt {
	t.Helper()
	r, err := cube.Append(background, s, m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustHistory(t tb, s cube.Store, q cube.Query) []cube.Version {
	t.Helper()
	v, err := cube.History(background, s, q)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustRead(t tb, s cube.Store, q cube.Query) []cube.Version {
	t.Helper()
	v, err := cube.Read(background, s, q)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustAll(t tb, s *store.Store) []cube.Version {
	t.Helper()
	v, err := cube.History(background, s, cube.Query{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustLast(t tb, s cube.Store) int64 {
	t.Helper()
	n, err := s.LastMessage(background)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func wantCode(t tb, err error, code string) *fault.Error {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("error is %q (%v), want %s", fault.CodeOf(err), err, code)
	}
	return fault.All(err)[0]
}

// values gives "period=value@message" of each version, which is short enough to read in a test.
func values(list []cube.Version) []string {
	out := []string{}
	for _, v := range list {
		text := string(v.Status)
		if v.Value != nil {
			text = v.Value.String()
		}
		out = append(out, string(v.Key)+" "+v.Period.String()+" "+v.Vintage.Date.String()+" "+text)
	}
	return out
}

// same compares values of the contracts; decimals by their digits.
func same(t tb, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, sameDecimal, cmp.Comparer(func(a, b stat.Period) bool { return a == b }),
		cmp.Comparer(func(a, b stat.Date) bool { return a == b }), cmp.Comparer(time.Time.Equal)); d != "" {
		t.Fatalf("-want +got\n%s", d)
	}
}

var sameDecimal = cmp.Comparer(func(a, b stat.Decimal) bool { return a.String() == b.String() })

// must gives the value of a call that may not fail in this test.
func must[T any](t tb) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

var background = context.Background()

// tb is what testing.TB and rapid.T have in common.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func contextCancelled() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	return ctx, cancel
}
