package chart

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/geo"
	"nhipso/internal/stat"
)

// recorder is a canvas that remembers where words were written and which marks tell something.
type recorder struct {
	nowhere
	texts  []lettered
	titles []string
}

type lettered struct {
	box
	s string
}

func (c *recorder) words(f lettering, list ...word) {
	for _, w := range list {
		width := textWidth(w.s, f.size, f.bold)
		x := w.x
		switch f.align {
		case middle:
			x -= width / 2
		case finish:
			x -= width
		}
		y := w.y - faceFor(f.bold).middle*f.size
		c.texts = append(c.texts, lettered{box{x, y - 5, x + width, y + 5}, w.s})
	}
}

func (c *recorder) open(g group) {
	if g.title != "" {
		c.titles = append(c.titles, g.title)
	}
}

// drawnBy gives what is written and told when a chart is drawn at a width, and how high it is.
func drawnBy(s *Spec, lang string, width int) (*recorder, float64) {
	c := &recorder{}
	d := &still{canvas: c, s: s, lang: lang, w: float64(width)}
	return c, d.draw()
}

// randomStill makes a chart of provinces with their own names, long ones among them, and figures that may be close, equal or missing.
func randomStill(rt *rapid.T) *Spec {
	s := rapid.SampledFrom(stills()).Draw(rt, "kind")
	value := rapid.Float64Range(0.1, 99)
	if s.Kind == Multiples || rapid.Bool().Draw(rt, "few") {
		value = rapid.Float64Range(20, 21)
	}
	for k := range s.Series {
		for i := range s.Series[k].Values {
			d, _ := stat.FromFloat(value.Draw(rt, "v"), s.Decimals)
			v := Figure(d)
			if rapid.IntRange(0, 9).Draw(rt, "missing") == 0 {
				v = Value{Status: stat.Unpublished}
			}
			s.Series[k].Values[i] = v
		}
	}
	for i := range s.Items {
		if s.Kind == Grid {
			s.Items[i].Sign = rapid.SampledFrom(Signs()).Draw(rt, "sign")
		}
		s.Items[i].Strong = rapid.IntRange(0, 20).Draw(rt, "strong") == 0
	}
	return s
}

func TestStillDrawings(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, s *Spec, lang string, width int) {
		c, high := drawnBy(s, lang, width)
		if whole := float64(s.Height(width)); high > whole {
			t.Fatalf("%s at %d is %v high, not %v", s.ID, width, high, whole)
		}
		for i, a := range c.texts {
			if a.x0 < -0.5 || a.x1 > float64(width)+0.5 || a.y0 < -1 || a.y1 > high+1 {
				t.Fatalf("%s at %d: %q is outside at %v", s.ID, width, a.s, a.box)
			}
			for _, b := range c.texts[:i] {
				if a.meets(b.box) {
					t.Fatalf("%s at %d: %q lies on %q", s.ID, width, a.s, b.s)
				}
			}
			if strings.HasSuffix(a.s, "…") {
				t.Fatalf("%s at %d cuts a name: %q", s.ID, width, a.s)
			}
		}
		if missing := marksAndRows(s, c.titles); missing != "" {
			t.Fatalf("%s at %d: %s", s.ID, width, missing)
		}
	}
	for _, s := range stills() {
		for _, width := range []int{320, 340, 600, 1024} {
			for _, lang := range []string{"vi", "en"} {
				check(t, s, lang, width)
			}
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		check(rt, randomStill(rt), rapid.SampledFrom([]string{"vi", "en"}).Draw(rt, "lang"), rapid.SampledFrom([]int{340, 600, 1024}).Draw(rt, "width"))
	})
}

// marksAndRows says which mark has no row in the table, or which row no mark.
func marksAndRows(s *Spec, titles []string) string {
	rows := s.Table().Rows
	if s.Kind == Multiples { // a panel for each column of figures
		if want := len(s.Series) - 1; len(titles) != want {
			return fmt.Sprintf("%d panels for %d series", len(titles), want)
		}
		return ""
	}
	marks := 0
	for i, it := range s.Items {
		if len(s.Series) > 0 && s.Kind == Swarm {
			if _, ok := s.Series[0].Values[i].Shown(); !ok {
				continue // no dot, and the table says why
			}
		}
		marks++
		found := false
		for _, title := range titles {
			found = found || strings.HasPrefix(title, it.Name.Vi) || strings.HasPrefix(title, it.Name.In("en"))
		}
		if !found {
			return it.ID + " has no mark"
		}
	}
	if len(rows) != len(s.Items) || len(titles) != marks {
		return fmt.Sprintf("%d rows and %d marks for %d items", len(rows), len(titles), len(s.Items))
	}
	return ""
}

// TestTheDotsOfASwarmStandAtTheirFigures holds each dot to its figure and no two onto each other.
func TestTheDotsOfASwarmStandAtTheirFigures(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var list []Value
		for range rapid.IntRange(1, 70).Draw(rt, "n") {
			d, _ := stat.FromFloat(rapid.Float64Range(0, rapid.SampledFrom([]float64{0, 1, 100}).Draw(rt, "spread")).Draw(rt, "v"), 2)
			list = append(list, Figure(d))
		}
		at := func(v float64) float64 { return 10 + 3*v }
		dots, reach := pile(list, at, 5)
		if len(dots) != len(list) {
			rt.Fatalf("%d dots of %d figures", len(dots), len(list))
		}
		for i, a := range dots {
			if a.x != at(list[a.item].V.Float64()) || a.y-5 < -reach || a.y+5 > reach {
				rt.Fatalf("%v is not at its figure, or beyond %v", a, reach)
			}
			for _, b := range dots[:i] {
				if dx, dy := a.x-b.x, a.y-b.y; dx*dx+dy*dy < 100 {
					rt.Fatalf("%v lies on %v", a, b)
				}
			}
		}
	})
}

// TestRibbonsAddUp holds the thickness of ribbons to their figures, and those that come together to their sum.
func TestRibbonsAddUp(t *testing.T) {
	s := sampleSlope()
	d := &still{canvas: nowhere{}, s: s, lang: "vi", w: 720}
	wholes, _ := d.slopeRows()
	if len(wholes) != len(s.Groups) {
		t.Fatalf("%d of %d groups", len(wholes), len(s.Groups))
	}
	scale := 0.0
	for _, w := range wholes {
		sum := 0.0
		for _, x := range w.stripes {
			f := s.Series[0].Values[x.item].V.Float64()
			if scale == 0 {
				scale = x.thickness / f
			}
			if got := x.thickness / f; got < scale*0.999999 || got > scale*1.000001 {
				t.Errorf("%s is %v thick for %v", s.Items[x.item].ID, x.thickness, f)
			}
			if x.to < w.y-w.sum/2-1e-9 || x.to+x.thickness > w.y+w.sum/2+1e-9 {
				t.Errorf("%s ends outside its sum", s.Items[x.item].ID)
			}
			sum += x.thickness
		}
		if sum < w.sum-1e-9 || sum > w.sum+1e-9 {
			t.Errorf("%s is %v thick, its parts %v", w.group.ID, w.sum, sum)
		}
	}
}

func TestTheFanOfAForecast(t *testing.T) {
	s := sampleFan()
	p, err := s.lay("vi", 720, 360)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.bands) != 3 {
		t.Fatalf("%d bands", len(p.bands))
	}
	for k, b := range p.bands { // from the widest
		level := []int{95, 80, 50}[k]
		for i, v := range s.Series[1].Values {
			for _, r := range v.Fan {
				if r.Level == level && (b.low[i].v != r.Low.Float64() || b.high[i].v != r.High.Float64()) {
					t.Errorf("the band of %d at %s is %v to %v", level, s.Periods[i], b.low[i].v, b.high[i].v)
				}
			}
		}
		if b.low[5].v != 14.02 || b.high[5].v != 14.02 {
			t.Errorf("the band of %d does not open at the newest figure", level)
		}
	}
	var heads []string
	for _, c := range s.Table().Columns {
		heads = append(heads, c.ID)
	}
	if got := strings.Join(heads, " "); got != "period actual forecast forecast-low-50 forecast-high-50 forecast-low-80 forecast-high-80 forecast-low-95 forecast-high-95" {
		t.Error(got)
	}
	if c := s.Table().Rows[10][3]; c.Number == nil || c.Number.Cmp(s.Series[1].Values[10].Fan[0].Low) != 0 {
		t.Errorf("the table has %v", c.Number)
	}
}

func TestReading(t *testing.T) {
	quarterly := sampleLine()
	for i := range quarterly.Series[0].Values {
		quarterly.Series[0].Values[i].Level = "80"
	}
	for name, c := range map[string]struct {
		s        *Spec
		has, not []string
	}{
		"a band says its level, dashes and ghosts what they are": {quarterly, []string{"Dải màu: khoảng tin cậy 80\u00a0%", "Nét đứt: ước tính nhanh hoặc dự báo", "Nét xám mảnh: công bố 12/2023"}, []string{"Chấm rỗng"}},
		"a fan says its levels from dark to pale":                {sampleFan(), []string{"Dải màu từ đậm đến nhạt: khoảng 50, 80 và 95\u00a0% của dự báo", "Nét đứt", "Chấm rỗng"}, nil},
		"a path says that it is one":                             {samplePath(), []string{"Nét đứt mảnh: đường cần đi", "Chấm rỗng: số sơ bộ"}, []string{"Dải màu", "Nét đứt: ước"}},
		"a line without any of them says its unit and no more":   {sampleShort(), []string{"Đơn vị: % GDP."}, []string{"Nét", "Dải", "Chấm"}},
		"a ranking says whose colour stands out":                 {sampleRanking(), []string{"Thanh xanh: Đà Nẵng; thanh xám: các mục khác"}, nil},
		"panels say the scale that they share":                   {sampleMultiples(), []string{"Mọi ô dùng chung thang đo, từ ", "Nét xám mảnh: cả nước"}, nil},
		"a swarm says what a dot is":                             {sampleSwarm(), []string{"Mỗi chấm là một tỉnh, thành phố, màu theo vùng"}, nil},
		"thin lines of a dot plot are no bands":                  {sampleDots(), []string{"Vạch mảnh: khoảng tin cậy"}, []string{"Dải"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.s.Reading("vi")
			for _, x := range c.has {
				if !strings.Contains(got, x) {
					t.Errorf("%q lacks %q", got, x)
				}
			}
			for _, x := range c.not {
				if strings.Contains(got, x) {
					t.Errorf("%q has %q", got, x)
				}
			}
			if en := c.s.Reading("en"); en == got || strings.Contains(en, "{") {
				t.Errorf("in English: %q", en)
			}
		})
	}
}

func TestSigns(t *testing.T) {
	seen := map[string]Sign{}
	for _, g := range Signs() {
		path := g.Path()
		if other, taken := seen[path]; taken || path == "" {
			t.Errorf("%s looks like %s", g, other)
		}
		seen[path] = g
		if _, known := darkOf[g.colour()]; !known {
			t.Errorf("%s has no colour in the dark", g)
		}
		for _, p := range geo.Lines(path) {
			for _, q := range p.Points {
				if q[0] < -0.5 || q[0] > 10.5 || q[1] < -0.5 || q[1] > 10.5 {
					t.Errorf("%s reaches %v", g, q)
				}
			}
		}
	}
	if Sign("ELSE").Path() != "" {
		t.Error("an unknown sign has a shape")
	}
}

func TestSparklines(t *testing.T) {
	r := regexp.MustCompile(`[ML](\d+) (\d+)`)
	rapid.Check(t, func(rt *rapid.T) {
		var list []Value
		for range rapid.IntRange(0, 90).Draw(rt, "n") {
			d, _ := stat.FromFloat(rapid.Float64Range(-1e6, 1e6).Draw(rt, "v"), 2)
			v := Figure(d)
			if rapid.IntRange(0, 5).Draw(rt, "missing") == 0 {
				v = Value{Status: stat.Missing}
			}
			list = append(list, v)
		}
		words := `2020: 12,66 → 2025: 14,02 (từ 12,66 đến 14,02) <&">`
		got := Spark(list, words)
		shown := 0
		for _, v := range Sparked(list) {
			if _, ok := v.Shown(); ok {
				shown++
			}
		}
		if (got == "") != (shown < 3) {
			rt.Fatalf("%d figures: %q", shown, got)
		}
		if got == "" {
			return
		}
		if err := xml.Unmarshal([]byte(got), new(struct{})); err != nil {
			rt.Fatal(err)
		}
		if n := len(r.FindAllString(got, -1)); n != shown {
			rt.Fatalf("%d points of %d figures", n, shown)
		}
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		fmt.Fprint(w, got)
		w.Close()
		if b.Len() >= 300 {
			rt.Fatalf("%d bytes packed: %s", b.Len(), got)
		}
	})
}
