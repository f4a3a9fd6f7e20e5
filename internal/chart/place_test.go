package chart

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/stat"
)

// runs reports whether a line runs through a box, by walking along it: slow, and unlike the code it checks.
func runs(x0, y0, x1, y1 float64, b box) bool {
	n := int(math.Hypot(x1-x0, y1-y0)*4) + 1
	for i := range n + 1 {
		t := float64(i) / float64(n)
		if x, y := x0+t*(x1-x0), y0+t*(y1-y0); x > b.x0 && x < b.x1 && y > b.y0 && y < b.y1 {
			return true
		}
	}
	return false
}

func touches(d *board, b box) bool {
	for _, s := range d.segments {
		if runs(s.x0, s.y0, s.x1, s.y1, b) {
			return true
		}
	}
	for _, o := range append(slices.Clone(d.points), d.words...) {
		if o.x0 < b.x1 && b.x0 < o.x1 && o.y0 < b.y1 && b.y0 < o.y1 {
			return true
		}
	}
	return false
}

func randomBoard(rt *rapid.T) (*board, anchor, float64, float64) {
	d := &board{frame: box{0, 0, 300, 180}}
	x, y := rapid.Float64Range(0, 300), rapid.Float64Range(0, 180)
	for range rapid.SampledFrom([]int{0, 3, 20, 60, 150}).Draw(rt, "lines") {
		d.segments = append(d.segments, segment{x.Draw(rt, "x0"), y.Draw(rt, "y0"), x.Draw(rt, "x1"), y.Draw(rt, "y1"), 1})
	}
	for range rapid.IntRange(0, 10).Draw(rt, "boxes") {
		left, top := x.Draw(rt, "left"), y.Draw(rt, "top")
		into := &d.points
		if rapid.Bool().Draw(rt, "words") {
			into = &d.words
		}
		*into = append(*into, box{left, top, left + rapid.Float64Range(1, 80).Draw(rt, "w"), top + rapid.Float64Range(1, 30).Draw(rt, "h")})
	}
	at := x.Draw(rt, "x")
	return d, anchor{at, at, y.Draw(rt, "y")}, rapid.Float64Range(8, 160).Draw(rt, "width"), rapid.Float64Range(10, 45).Draw(rt, "height")
}

func TestWordsFindAFreePlace(t *testing.T) {
	t.Run("a place called free touches no line, point or other words, and lies inside", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			d, a, w, h := randomBoard(rt)
			s, free := d.seek(a, spotsAround(a.x0, a.y, w, h))
			if math.Abs(s.x1-s.x0-w) > 1e-9 || math.Abs(s.y1-s.y0-h) > 1e-9 {
				rt.Fatalf("words of %v × %v get %v", w, h, s)
			}
			if free && (touches(d, s.box) || !s.within(d.frame)) {
				rt.Fatalf("%v is not free", s)
			}
		})
	})
	t.Run("where no place is called free, there is none: not within reach, with the slack of one step of the search", func(t *testing.T) {
		crowded := 0
		rapid.Check(t, func(rt *rapid.T) {
			d, a, w, h := randomBoard(rt)
			if _, free := d.seek(a, spotsAround(a.x0, a.y, w, h)); free {
				return
			}
			crowded++
			for y := 0.0; y+h <= 180; y += 2 {
				for x := 0.0; x+w <= 300; x += 2 {
					b := box{x, y, x + w, y + h}
					away := a.to(b).length()
					roomy := b.grown(raster)
					if away > gap+raster && away < reach-2*raster && roomy.within(d.frame) && !touches(d, roomy.grown(1)) {
						rt.Fatalf("%v is free", b)
					}
				}
			}
		})
		if crowded == 0 && !testing.Short() { // which makes few boards
			t.Error("no board was crowded: the test shows nothing")
		}
	})
	t.Run("words on an empty board stand to the right of their point", func(t *testing.T) {
		d := &board{frame: box{0, 0, 300, 180}}
		if s, free := d.seek(anchor{100, 100, 90}, spotsAround(100, 90, 60, 13)); !free || s.x0 != 100+gap || s.y0 != 83.5 || s.align != start {
			t.Errorf("%v", s)
		}
	})
	t.Run("words do not go to the other side of a line", func(t *testing.T) {
		d := &board{frame: box{0, 0, 300, 180}, segments: []segment{{0, 96, 300, 96, 1}, {0, 60, 300, 60, 1}, {100, 96, 120, 60, 1}}}
		if s, free := d.seek(anchor{110, 110, 90}, spotsAround(110, 90, 60, 13)); !free || s.y1 > 96 || s.y0 < 60 {
			t.Errorf("%v", s)
		}
	})
}

// randomLines draws a line chart as pages have them: some series, earlier vintages, targets and events.
func randomLines(rt *rapid.T) *Spec {
	s := samplePath()
	n := rapid.IntRange(2, 30).Draw(rt, "periods")
	s.Periods, s.Series, s.Targets = years(2001, 2000+n), nil, nil
	value := rapid.IntRange(0, 300)
	for k := range rapid.IntRange(1, 5).Draw(rt, "series") {
		x := Series{ID: fmt.Sprint("s", k), Name: l(fmt.Sprint("Chuỗi số ", k), ""), Style: rapid.SampledFrom([]Style{Solid, Solid, Dashed, Ghost}).Draw(rt, "style"), Values: make([]Value, n)}
		from := rapid.IntRange(0, n-1).Draw(rt, "from")
		for i := from; i <= rapid.IntRange(from, n-1).Draw(rt, "to"); i++ {
			d, _ := stat.FromFloat(float64(value.Draw(rt, "v"))/10, 1)
			x.Values[i] = Figure(d)
		}
		s.Series = append(s.Series, x)
	}
	for range rapid.IntRange(0, 2).Draw(rt, "targets") {
		d, _ := stat.FromFloat(float64(value.Draw(rt, "target"))/10, 1)
		s.Targets = append(s.Targets, Target{Name: l("Mục tiêu đến năm đó", ""), Value: d, Period: stat.Year(rapid.IntRange(2001, 2000+n).Draw(rt, "due"))})
	}
	for range rapid.IntRange(0, 2).Draw(rt, "events") {
		s.Events = append(s.Events, Event{stat.Year(rapid.IntRange(2001, 2000+n).Draw(rt, "event")), l("Đổi phương pháp", "")})
	}
	return s
}

func TestNoLineRunsThroughWords(t *testing.T) {
	all, crowded := 0, 0
	check := func(t interface{ Fatalf(string, ...any) }, s *Spec, width int) {
		p, err := s.lay("vi", width, s.Height(width))
		if err != nil {
			t.Fatalf("%v", err)
		}
		for k, l := range p.labels {
			all++
			if l.crowded {
				crowded++
				continue
			}
			b := l.box()
			if b.x0 < -1 || b.x1 > p.w+1 || b.y0 < -1 || b.y1 > p.h+1 {
				t.Fatalf("%q is outside: %v", l.lines, b)
			}
			for _, tr := range p.traces {
				for i := 1; i < len(tr.cells); i++ {
					if !tr.cells[i-1].ok || !tr.cells[i].ok {
						continue
					}
					x0, y0 := p.at(i-1, tr.cells[i-1].v)
					x1, y1 := p.at(i, tr.cells[i].v)
					if runs(x0, y0, x1, y1, b) {
						t.Fatalf("%s runs through %q", tr.id, l.lines)
					}
				}
			}
			for _, r := range p.rules {
				if runs(r.x0, r.y0, r.x1, r.y1, b) {
					t.Fatalf("the line %v runs through %q at %v", r, l.lines, b)
				}
			}
			for _, m := range p.marks {
				if x, y := p.at(m.at, m.v); b.meets(box{x - m.w/2, y - m.h/2, x + m.w/2, y + m.h/2}) {
					t.Fatalf("a %s lies on %q", m.shape, l.lines)
				}
			}
			for _, o := range p.labels[:k] {
				if !o.crowded && b.meets(o.box()) {
					t.Fatalf("%q lies on %q", l.lines, o.lines)
				}
			}
		}
	}
	for _, s := range []*Spec{sampleLine(), samplePath(), sampleShort(), sampleTwoOffices(), sampleVintages()} {
		for _, width := range []int{340, 600, 1024} {
			check(t, s, width)
		}
	}
	if crowded > 0 {
		t.Errorf("%d of %d texts of the samples have no free place", crowded, all)
	}
	rapid.Check(t, func(rt *rapid.T) {
		check(rt, randomLines(rt), rapid.SampledFrom([]int{340, 600, 1024}).Draw(rt, "width"))
	})
	if crowded*20 > all {
		t.Errorf("%d of %d texts have no free place", crowded, all)
	}
}

// sampleTwoOffices has two series that end early below two targets, as the page of the share does.
func sampleTwoOffices() *Spec {
	s := samplePath()
	s.ID, s.Series = "two-offices", []Series{
		{ID: "nso", Name: l("Cơ quan thống kê", "Statistics office"), Values: figs("12.66", "12.87", "12.83", "12.87", "13.17", "14.02", "", "", "", "", "")},
		{ID: "mic", Name: l("Bộ TT&TT (cũ)", "MIC (former)"), Colour: MIC, Values: figs("", "11.91", "14.26", "16.5", "18.3", "", "", "", "", "", "")},
	}
	return s
}

// sampleVintages has earlier vintages: one of several figures, one of a single figure.
func sampleVintages() *Spec {
	s := sampleShort()
	s.ID, s.Series[0].Name = "vintages", l("Mới nhất", "Latest")
	s.Series = append(s.Series,
		Series{ID: "v2024", Name: l("2024", "2024"), Style: Ghost, Values: figs("12.66", "12.88", "12.63", "12.33", "", "")},
		Series{ID: "v2023", Name: l("04/12/2023", "4 Dec 2023"), Style: Ghost, Values: figs("", "", "12.67", "", "", "")})
	return s
}
