package cube

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// TestMain runs every test twice: as messages of a few figures are held, and as if each of them were large.
func TestMain(m *testing.M) {
	status := m.Run()
	if status == 0 {
		loosen := Tighten()
		status = m.Run()
		loosen()
	}
	os.Exit(status)
}

// loose makes entries of few cells, so that some come twice.
func loose(t *rapid.T) []Entry {
	var out []Entry
	for i := range rapid.IntRange(0, 40).Draw(t, "entries") {
		o := stat.Observation{Key: stat.Key(rapid.SampledFrom([]string{"A.VN", "A", "A.VN.X", "", "B+", "A.VN.Đ"}).Draw(t, "key")), Status: stat.Normal,
			Period:  rapid.SampledFrom([]stat.Period{stat.Year(2020), stat.Quarter(2020, 1), stat.Year(2021), stat.MustPeriod("2020-01-01/P2Y"), {}}).Draw(t, "period"),
			Vintage: stat.Vintage{Date: rapid.SampledFrom([]stat.Date{stat.MustDate("2021-01-01"), stat.MustDate("2022-01-01"), {}}).Draw(t, "day"), Written: rapid.SampledFrom([]string{"", "~2021"}).Draw(t, "written")}}
		if rapid.Bool().Draw(t, "value") {
			v := stat.MustDecimal(rapid.SampledFrom([]string{"1", "-0.50", "12345678901234567890.1"}).Draw(t, "number"))
			o.Value = &v
		}
		switch rapid.IntRange(0, 2).Draw(t, "attributes") {
		case 1:
			o.Attributes = stat.Attributes{}
		case 2:
			o.Attributes = stat.Attributes{stat.AttrComment: rapid.String().Draw(t, "comment"), stat.AttrMark: "S"}
		}
		out = append(out, Entry{Dataflow: rapid.SampledFrom([]string{"F", "G", "FF"}).Draw(t, "flow"), Observation: o, Row: i + 2})
	}
	return out
}

func spooled(t *rapid.T, most int, entries []Entry) (*spool, error) {
	before := bounds
	defer func() { bounds = before }()
	bounds.entries, bounds.between = most, 3
	s := newSpool()
	t.Cleanup(s.close)
	for _, e := range entries {
		if err := s.add(e); err != nil {
			t.Fatal(err)
		}
	}
	return s, s.finish("x.csv")
}

func records(t *rapid.T, list func(func(record, error) bool)) (out []record) {
	list(func(r record, err error) bool {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
		return true
	})
	return out
}

func sameRecord(a, b record) bool {
	return a.key == b.key && a.seq == b.seq && a.Row == b.Row && a.Cell() == b.Cell() && a.Vintage == b.Vintage && a.Same(b.Observation) && (a.Attributes == nil) == (b.Attributes == nil)
}

func TestWhatGoesThroughAFileIsWhatIsHeldInMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := loose(t)
		held, err1 := spooled(t, 1000, entries)
		filed, err2 := spooled(t, rapid.IntRange(1, 7).Draw(t, "most"), entries)
		if (held.file != nil) || len(entries) >= 7 && filed.file == nil {
			t.Fatal("not what was meant to be compared")
		}
		texts := func(err error) (out []string) {
			for _, f := range fault.All(err) {
				out = append(out, f.Code+" "+f.Where.String()+" "+strconv.Itoa(f.Args["first"].(int)))
			}
			return out
		}
		if a, b := texts(err1), texts(err2); !slices.Equal(a, b) {
			t.Fatalf("%v in memory, %v in a file", a, b)
		}
		a, b := records(t, held.all()), records(t, filed.all())
		if len(a) != len(entries) || !slices.EqualFunc(a, b, sameRecord) || !slices.IsSortedFunc(a, func(x, y record) int { return x.Cell().Compare(y.Cell()) }) {
			t.Fatalf("%v\n%v", a, b)
		}
		h1, _ := held.hash()
		h2, _ := filed.hash()
		if h1 != h2 {
			t.Fatal("the hashes differ")
		}
		keys := []stat.Key{"A.VN", "A", "none"}
		var want []record
		for _, k := range keys {
			for _, r := range a {
				if r.Dataflow == "F" && r.Key == k {
					want = append(want, r)
				}
			}
		}
		for _, s := range []*spool{held, filed} {
			if got := records(t, s.series("F", keys)); !slices.EqualFunc(got, want, sameRecord) {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	})
}

func TestTheHashOfAMessageTellsEveryPartOfItsFigures(t *testing.T) {
	hash := func(change func(*Entry)) string {
		d, err := Message{Entries: []Entry{entry(2, change)}}.Ready()
		if err != nil {
			t.Fatal(err)
		}
		h, err := d.Content()
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	two := stat.MustDecimal("14.020")
	seen := map[string]string{hash(nil): "nothing"}
	for name, change := range map[string]func(*Entry){"row": func(e *Entry) { e.Row = 3 }, "value": func(e *Entry) { e.Value = &two }, "status": func(e *Entry) { e.Status = stat.Provisional },
		"period": func(e *Entry) { e.Period = stat.Year(2024) }, "key": func(e *Entry) { e.Key = "A.VN63-24" }, "day": func(e *Entry) { e.Vintage.Date = stat.MustDate("2026-01-06") },
		"attribute": func(e *Entry) { e.Attributes[stat.AttrMark] = "S2" }, "dataflow": func(e *Entry) { e.Dataflow = "OTHER" }} {
		h := hash(change)
		if other, same := seen[h]; same {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[h] = name
	}
}

func TestALargeMessageWithoutRoomIsRefusedAndLeavesNothing(t *testing.T) {
	defer Tighten()()
	entries := func(yield func(Entry, error) bool) {
		for i := range 20 {
			if !yield(entry(i+2, func(e *Entry) { e.Period = stat.Year(2000 + i) }), nil) {
				return
			}
		}
	}
	t.Run("no folder", func(t *testing.T) {
		t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone"))
		_, err := Gather(Header{}, entries)
		if fault.CodeOf(err) != "cube.no-room" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no room in it", func(t *testing.T) {
		s := newSpool()
		var err error
		for e := range entries {
			if err = s.add(e); err != nil {
				break
			}
			if s.file != nil {
				s.file.Close() // what comes next cannot be written
			}
		}
		if fault.CodeOf(err) != "cube.no-room" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("nothing stays behind", func(t *testing.T) {
		dir := t.TempDir()
		t.Setenv("TMPDIR", dir)
		d, err := Gather(Header{}, entries)
		if err != nil || d.spool.file == nil {
			t.Fatal(err)
		}
		d.Close()
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%v", left)
		}
	})
}

func TestProgressIsToldStepByStep(t *testing.T) {
	var told []Progress
	n := 2*tick + 7
	d, err := gather(Header{}, func(yield func(Entry, error) bool) {
		for i := range n {
			if !yield(entry(i+2, func(e *Entry) { e.Key = stat.Key("A." + strconv.Itoa(i)) }), nil) {
				return
			}
		}
	}, func(p Progress) { told = append(told, p) })
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for range d.Stored() {
	}
	want := []Progress{{Reading, tick, 0}, {Reading, 2 * tick, 0}, {Storing, tick, n}, {Storing, 2 * tick, n}}
	if !slices.Equal(told, want) {
		t.Errorf("%v", told)
	}
}
