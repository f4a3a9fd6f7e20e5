package releasefile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// wide is a release with dataflows of more series than are looked up together and more texts than are kept, each figure with attributes of its own in
// one of them.
func wide(t *testing.T, series int) (publish.Content, []cube.Version) {
	t.Helper()
	c := content()
	figures := figuresOf(t, c)
	for _, flow := range []string{"WIDE", "WIDE2"} {
		for i := range series {
			for year := 2023; year < 2026; year++ {
				attrs := stat.Attributes{stat.AttrSource: "NSO-1", stat.AttrComment: fmt.Sprint(i, year)}
				if flow == "WIDE2" {
					attrs = stat.Attributes{stat.AttrSource: "NSO-1"}
				}
				if i%7 == 0 {
					attrs[stat.AttrRun] = "double#1"
				}
				v := version(flow, fmt.Sprintf("%05d", i), fmt.Sprint(year), "2026-01-05", fmt.Sprint(i, ".", year), 2, attrs)
				switch i % 5 {
				case 1:
					v.Vintage.Written = "" // the source does not state it
				case 2:
					v.Vintage.Written, v.Status = "2026-01", stat.Estimated
				}
				figures = append(figures, v)
			}
		}
	}
	slices.SortStableFunc(figures, cube.InOrder)
	c.Figures = cube.Select(figures, cube.Query{})
	return c, figures
}

// Whatever is asked of a file is what the figures that were written have of it, in their order.
func TestFiguresAreReadAsTheyWereWritten(t *testing.T) {
	c, figures := wide(t, seriesAtOnce+3)
	f := opened(t, written(t, c, key))
	last := fmt.Sprintf("A.%05d", seriesAtOnce+2)
	for _, q := range []cube.Query{{Dataflow: "WIDE"}, {Dataflow: "WIDE2"}, {Dataflow: "WIDE", Key: "A."}, {Dataflow: "WIDE", Key: "A.00007+00100+00101+02048"}, {Dataflow: "WIDE", Key: "A.00009"}, {Dataflow: "WIDE", Key: "A.00009", Since: stat.Year(2024), Until: stat.Year(2024)},
		{Dataflow: "WIDE2", Key: "A.00007", Since: stat.Year(1999), Until: stat.Year(1999)}, {Dataflow: "WIDE", Key: last},
		{Dataflow: "WIDE", Key: "B."}, {Dataflow: "WIDE2", Series: []stat.Key{stat.Key(last), "A.00003", "A.00004", "A.none"}}, {Dataflow: "WIDE2", Series: []stat.Key{}}, {Dataflow: "NONE"}, {Dataflow: "IN", Key: ".x"}} {
		var want, got []cube.Version
		for v, err := range cube.Select(figures, q) {
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, v)
		}
		for v, err := range f.Each(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, v)
		}
		if len(got) != len(want) {
			t.Fatalf("%+v: %d figures, written %d", q, len(got), len(want))
		}
		for i := range got {
			if got[i].Cell() != want[i].Cell() || got[i].Value.String() != want[i].Value.String() || !maps.Equal(got[i].Attributes, want[i].Attributes) || got[i].Vintage != want[i].Vintage || got[i].Message != want[i].Message || got[i].Status != want[i].Status {
				t.Fatalf("%+v: read %+v, written %+v", q, got[i], want[i])
			}
		}
	}
}

// A reader who has enough, or who hung up, ends the reading ahead.
func TestReadingAheadEndsWithItsReader(t *testing.T) {
	c, _ := wide(t, 4000)
	f := opened(t, written(t, c, key))
	n := 0
	for range f.Each(t.Context(), cube.Query{Dataflow: "WIDE"}) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d figures", n)
	}
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	var ended error
	n = 0
	for _, err := range f.Each(ctx, cube.Query{Dataflow: "WIDE"}) {
		if n++; n == 10 {
			hangUp()
		}
		ended = err
	}
	if ended == nil || !errors.Is(ended, context.Canceled) || n > (blocksAhead+3)*blockOf {
		t.Errorf("%d figures for a reader who went after ten (%v)", n, ended)
	}
}

// The outline of a large dataflow is read back as it was made, and a file without one tells the same from its figures.
func TestAFileHoldsTheOutlinesOfLargeDataflows(t *testing.T) {
	c, figures := wide(t, 7000)
	f := opened(t, written(t, c, key))
	count := publish.Counter{}
	for _, v := range figures {
		count.Add(v)
	}
	for flow, want := range count.Outlines() {
		got, err := f.Outline(flow)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("the outline of %s is another one (%v)", flow, err)
		}
	}
	if n := len(count.Outlines()); n != 2 {
		t.Errorf("%d outlines, want those of two large dataflows", n)
	}
	if o, err := f.Outline("IN"); o != nil || err != nil {
		t.Errorf("a small dataflow has an outline (%v)", err)
	}
	if o, err := f.Outline("NONE"); o != nil || err != nil {
		t.Errorf("no dataflow has an outline (%v)", err)
	}
}
