package export

import (
	"bytes"
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

func TestWhatIsExportedWithCodesLoadsAgain(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	flow, err := c.Dataflow("TARGET")
	if err != nil {
		t.Fatal(err)
	}
	f, err := data.FS.Open("observations/targets.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	options := reference.Options{Sender: "test", SentAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Vintage: c.Country().Compiled}
	given, err := reference.Read(f, "targets.csv", c, areas, options)
	if err != nil {
		t.Fatal(err)
	}
	// A comparator and a note are the texts that a spreadsheet could take for formulas.
	given.Entries[1].Attributes[stat.AttrComment] = "-1 + 2"
	given.Entries[2].Attributes[stat.AttrComment] = "'=quoted by its author"
	var versions []cube.Version
	for _, e := range given.Entries {
		versions = append(versions, cube.Version{Dataflow: e.Dataflow, Observation: e.Observation})
	}
	var b bytes.Buffer
	if err := Message(c, flow, Figures(versions)).WriteCSV(&b, CSVOptions{Codes: true}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), ",'=,") || !strings.Contains(b.String(), ",'-1 + 2,") {
		t.Error("a comparator is disarmed, or a formula is not")
	}
	if !strings.Contains(b.String(), ",2020-06-03,") {
		t.Error("the day of publication is not as the file gave it")
	}
	read, err := reference.Read(&b, "again.csv", c, areas, options)
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Entries) != len(given.Entries) {
		t.Fatalf("%d figures became %d", len(given.Entries), len(read.Entries))
	}
	for i, e := range read.Entries {
		if g := given.Entries[i]; e.Key != g.Key || e.Period != g.Period || e.Vintage.Date != g.Vintage.Date || !e.Same(g.Observation) {
			t.Errorf("%v (%v) became %v (%v)", g.Observation, maps.Clone(g.Attributes), e.Observation, e.Attributes)
		}
	}
}

func TestDisarmedTextIsTheSameTextToOurReader(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.StringMatching(`'{0,3}[=+@a\t-]?.{0,6}`).Draw(rt, "text")
		if got := text.Rearm(text.Disarm(s)); got != s {
			rt.Fatalf("%q became %q, then %q", s, text.Disarm(s), got)
		}
	})
}
