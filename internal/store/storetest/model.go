package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// model is cube.Store as its contract reads, with a slice for a database. It is written for clarity and from the contract
// alone, so that agreement with it means something.
type model struct {
	versions []cube.Version
	last     int64
}

// append gives the receipt or the code of the refusal.
func (m *model) append(msg cube.Message) (cube.Receipt, string) {
	var r cube.Receipt
	var added []cube.Version
	for _, e := range msg.Entries {
		cell := cube.Cell{Dataflow: e.Dataflow, Key: e.Key, Period: e.Period}
		var latest, reported *cube.Version // under the same vintage
		had := slices.ContainsFunc(added, func(v cube.Version) bool { return v.Cell() == cell })
		for i := range m.versions {
			v := &m.versions[i]
			if v.Cell() != cell {
				continue
			}
			had = true
			if v.Vintage.Date == e.Vintage.Date {
				latest = v // versions are kept in order of message
				if cube.Reported(v.Observation) {
					reported = v
				}
			}
		}
		given := e.Observation
		if latest != nil {
			a, b := latest.Observation, given
			if a.Attributes[stat.AttrRun] != "" && b.Attributes[stat.AttrRun] != "" {
				a.Attributes, b.Attributes = a.Attributes.Clone(), b.Attributes.Clone()
				delete(a.Attributes, stat.AttrRun)
				delete(b.Attributes, stat.AttrRun)
			}
			if a.Same(b) {
				r.Unchanged++
				continue
			}
		}
		if cube.Reported(given) && reported != nil && text(given.Value) != text(reported.Value) {
			return cube.Receipt{}, "cube.two-numbers"
		}
		if had {
			r.Revised++
		} else {
			r.Added++
		}
		added = append(added, cube.Version{Dataflow: e.Dataflow, Observation: given, Message: m.last + 1})
	}
	if len(added) > 0 {
		m.last++
		r.Message = m.last
		m.versions = append(m.versions, added...)
	}
	return r, ""
}

func text(d *stat.Decimal) string {
	if d == nil {
		return "none"
	}
	s := d.String()
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func (m *model) history(q cube.Query) []cube.Version {
	var out []cube.Version
	for _, v := range m.versions {
		if v.Dataflow == q.Dataflow && v.Key.Matches(q.Key) && q.AsOf.Allows(v) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b cube.Version) int {
		if c := strings.Compare(string(a.Key), string(b.Key)); c != 0 {
			return c
		}
		if c := a.Period.Compare(b.Period); c != 0 {
			return c
		}
		if c := a.Vintage.Date.Compare(b.Vintage.Date); c != 0 {
			return c
		}
		return int(a.Message - b.Message)
	})
	return out
}

var (
	drawKey     = rapid.SampledFrom([]string{"A.VN", "A.TH", "Q.VN"})
	drawPeriod  = rapid.SampledFrom([]string{"2020", "2021", "2020-01-01/P1Y"})
	drawVintage = rapid.SampledFrom([]string{"2021-06-01", "2022-06-01", "2023-06-01"})
	drawValue   = rapid.SampledFrom([]string{"1", "1.0", "2", "-"})
	drawRun     = rapid.SampledFrom([]string{"", "", "r#1", "r#2"})
	drawPattern = rapid.SampledFrom([]string{"", "A.", ".VN", "A.VN", "A+Q.VN", "A.VN+TH", "A"})
)

func drawMessage(t *rapid.T, flow string) cube.Message {
	seen := map[string]bool{}
	var entries []cube.Entry
	for range rapid.IntRange(1, 6).Draw(t, "entries") {
		e := figure(drawKey.Draw(t, "key"), drawPeriod.Draw(t, "period"), drawVintage.Draw(t, "vintage"), drawValue.Draw(t, "value"), drawRun.Draw(t, "run"))
		e.Dataflow = flow
		if rapid.IntRange(0, 4).Draw(t, "note") == 0 {
			e = with(e, stat.AttrComment, "note")
		}
		if at := fmt.Sprint(e.Key, e.Period, e.Vintage.Date); !seen[at] {
			seen[at] = true
			entries = append(entries, e)
		}
	}
	return message(entries...)
}

// testModel compares the store with the model over random messages and random reads. Each run uses a dataflow of its own
// in one database, so that runs are quick.
func testModel(t *testing.T, at Database) {
	s := Open(t, at(t))
	var flows atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		flow := fmt.Sprintf("FLOW%d", flows.Add(1))
		start, err := s.LastMessage(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		m := model{last: start}
		for range rapid.IntRange(1, 12).Draw(rt, "messages") {
			msg := drawMessage(rt, flow)
			want, code := m.append(msg)
			got, err := cube.Append(t.Context(), s, msg)
			if fault.CodeOf(err) != code || got != want || (err != nil) != (code != "") {
				rt.Fatalf("append gave %+v, %v; want %+v, %q", got, err, want, code)
			}
		}
		for range 4 {
			q := cube.Query{Dataflow: flow, Key: drawPattern.Draw(rt, "pattern")}
			if rapid.Bool().Draw(rt, "as of a day") {
				q.AsOf.Vintage = stat.MustDate(drawVintage.Draw(rt, "day")).AddDays(rapid.IntRange(-1, 1).Draw(rt, "shift"))
			}
			if rapid.Bool().Draw(rt, "as of a message") {
				q.AsOf.Message = rapid.Int64Range(start+1, max(start+1, m.last)).Draw(rt, "message")
			}
			want := m.history(q)
			same(rt, mustHistory(rt, s, q), want)
			same(rt, mustRead(rt, s, q), cube.Newest(want, cube.AsOf{}))
		}
	})
}
