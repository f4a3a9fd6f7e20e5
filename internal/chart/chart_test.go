package chart

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// The golden drawings are few: one of each way of drawing. A change of theirs is looked at (CHART_LOOK), then written with -update.
func TestGoldenDrawings(t *testing.T) {
	r := NewRenderer(20)
	for name, c := range map[string]struct {
		s *Spec
		o Options
	}{
		"line-vi":          {sampleLine(), Options{Lang: "vi", Scheme: Light}},
		"path-en-narrow":   {samplePath(), Options{Lang: "en", Width: 340, Bare: true}},
		"stacked-dark":     {sampleStacked(), Options{Scheme: Dark}},
		"ranking-vi":       {sampleRanking(), Options{Bare: true}},
		"tiles-34-en":      {sampleMap("VN34", Tiles), Options{Lang: "en", Scheme: Auto}},
		"map-34-vi-narrow": {sampleMap("VN34", Map), Options{Width: 340, Bare: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := r.SVG(context.Background(), c.s, c.o)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".svg")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs from the drawing; look at it, then run with -update", file)
			}
		})
	}
}

func TestDrawings(t *testing.T) {
	r := NewRenderer(200)
	volatile := regexp.MustCompile(`zr\d|ecmeta|NaN|Infinity|undefined|<script|style="| on[a-z]+=`)
	for _, s := range samples() {
		for _, lang := range []string{"vi", "en"} {
			for _, width := range []int{340, 720} {
				svg, err := r.SVG(context.Background(), s, Options{Lang: lang, Width: width})
				if err != nil {
					t.Fatal(s.ID, err)
				}
				name := fmt.Sprintf("%s/%s/%d", s.ID, lang, width)
				t.Run(name+" is well-formed, stable and without scripts or inline styles", func(t *testing.T) {
					d := xml.NewDecoder(strings.NewReader(svg))
					for {
						if _, err := d.Token(); err == io.EOF {
							break
						} else if err != nil {
							t.Fatal(err)
						}
					}
					if bad := volatile.FindString(svg); bad != "" {
						t.Errorf("contains %q", bad)
					}
					again, err := NewRenderer(2).SVG(context.Background(), s, Options{Lang: lang, Width: width})
					if err != nil || again != svg {
						t.Errorf("another renderer draws something else (%v)", err)
					}
				})
				t.Run(name+" has a name and a description", func(t *testing.T) {
					if !strings.Contains(svg, "<title id=\""+s.ID+"-t\">") || !strings.Contains(svg, "<desc id=\""+s.ID+"-d\">") {
						t.Error("no title or description")
					}
				})
				t.Run(name+" keeps every text inside", func(t *testing.T) {
					for _, x := range texts(t, svg) {
						if x.left < -1 || x.right > float64(width)+2*sidePad+1 {
							t.Errorf("%q runs from %.0f to %.0f in %d", x.s, x.left, x.right, width+2*sidePad)
						}
					}
				})
			}
		}
	}
}

type placed struct {
	s           string
	left, right float64
}

// texts gives every text of a drawing with where it begins and ends.
func texts(t *testing.T, svg string) []placed {
	t.Helper()
	root, _, err := parseSVG(svg)
	if err != nil {
		t.Fatal(err)
	}
	var out []placed
	var walk func(n *node, st style)
	walk = func(n *node, st style) {
		st = st.with(n)
		if n.tag == "text" {
			s := strings.TrimSpace(n.text)
			w := textWidth(s, st.fontSize, st.bold)
			x, _ := st.m.at(n.number("x", 0), n.number("y", 0))
			switch n.attr["text-anchor"] {
			case "middle":
				x -= w / 2
			case "end":
				x -= w
			}
			out = append(out, placed{s, x, x + w})
		}
		for _, k := range n.kids {
			walk(k, st)
		}
	}
	walk(root, style{m: identity, fontSize: 12})
	return out
}

func TestWhatADrawingSays(t *testing.T) {
	r := NewRenderer(20)
	draw := func(s *Spec, o Options) string {
		t.Helper()
		svg, err := r.SVG(context.Background(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		return svg
	}
	t.Run("numbers follow the language", func(t *testing.T) {
		vi, en := draw(sampleShort(), Options{Lang: "vi"}), draw(sampleShort(), Options{Lang: "en"})
		if !strings.Contains(vi, ">14,02<") || !strings.Contains(vi, ">13,5<") || !strings.Contains(en, ">14.02<") || !strings.Contains(en, ">13.5<") {
			t.Error("wrong decimal marks")
		}
	})
	t.Run("thousands keep every digit", func(t *testing.T) {
		s := sampleBar()
		s.Decimals, s.Periods = 0, s.Periods[:3]
		s.Series[0].Values = figs("1234567", "1234.5", "98765.4321")
		vi := draw(s, Options{Lang: "vi"})
		for _, want := range []string{">1.234.567<", ">1.235<", ">98.765<"} {
			if !strings.Contains(vi, want) {
				t.Errorf("%s is missing", want)
			}
		}
	})
	t.Run("the axis of ranks points down and has no rank 0", func(t *testing.T) {
		p, err := sampleRank().lay("vi", 720, 400)
		if err != nil {
			t.Fatal(err)
		}
		if p.val(30) >= p.val(86) || p.min <= 0 {
			t.Errorf("rank 30 at %.0f, rank 86 at %.0f below the top, the axis begins at %v", p.val(30), p.val(86), p.min)
		}
		s := sampleRank()
		s.Kind = Bar
		if p, err := s.lay("vi", 720, 400); err != nil || p.val(30) <= p.val(86) {
			t.Error("bars grow from zero, whatever they show")
		}
	})
	t.Run("a nowcast is dashed, what is measured is not", func(t *testing.T) {
		if s := draw(sampleLine(), Options{}); !strings.Contains(s, `stroke-dasharray="5,4"`) {
			t.Error("no dashes")
		}
		if s := draw(sampleShort(), Options{}); strings.Contains(s, "stroke-dasharray") {
			t.Error("dashes without a nowcast")
		}
	})
	t.Run("targets, breaks and earlier vintages have their words", func(t *testing.T) {
		s := draw(sampleLine(), Options{})
		for _, want := range []string{"Mục tiêu 2025: 20 %", "Sắp xếp tỉnh, 1/7/2025", "công bố 12/2023"} {
			if !strings.Contains(s, ">"+want+"<") {
				t.Errorf("%q is missing", want)
			}
		}
	})
	t.Run("bars start at zero", func(t *testing.T) {
		s := sampleBar()
		s.Series[0].Values = figs("105", "107", "106", "108", "104", "109", "110", "112", "111", "110", "115")
		o, err := s.Option("vi", 720, 360)
		if err != nil || o["yAxis"].(obj)["min"] != 0.0 {
			t.Errorf("%v %v", o["yAxis"], err)
		}
	})
	t.Run("a confidential figure is in no drawing, tooltip or table", func(t *testing.T) {
		for _, kind := range []Kind{Ranking, Dots, Bullet, Map, Tiles} {
			s := sampleRanking()
			s.Kind, s.Targets = kind, nil
			for i := range s.Items {
				s.Items[i].ID = fmt.Sprintf("VN34-%s", []string{"24", "19", "25", "31", "79", "01", "48", "46", "22", "92", "66", "68"}[i])
			}
			s.Series[0].Values[11] = Value{V: dec("7777.7"), Low: dec("7666.6"), High: dec("7888.8"), Conf: stat.Confidential}
			all := draw(s, Options{})
			if kind != Map && kind != Tiles {
				o, _ := s.Option("vi", 720, 400)
				b, _ := json.Marshal(o)
				all += string(b)
			}
			var b bytes.Buffer
			if err := s.Table().WriteJSON(&b); err != nil {
				t.Fatal(err)
			}
			all += b.String()
			for _, secret := range []string{"7777", "7.777", "7,777", "7666", "7.666", "7888", "7.888"} {
				if strings.Contains(all, secret) {
					t.Errorf("%s shows %s", kind, secret)
				}
			}
			if !strings.Contains(all, "Bảo mật") {
				t.Errorf("%s does not say that a figure is confidential", kind)
			}
		}
	})
	t.Run("a missing figure is said to be missing, never zero", func(t *testing.T) {
		s := draw(sampleRanking(), Options{})
		if !strings.Contains(s, "Chưa công bố") {
			t.Error("nothing is said")
		}
		o, _ := sampleRanking().Option("vi", 720, 400)
		if v := o["series"].([]obj)[0]["data"].([]any)[10]; v != nil {
			t.Errorf("drawn as %v", v)
		}
	})
	t.Run("words that look like markup stay words", func(t *testing.T) {
		s := sampleRanking()
		s.Title = l(`<script>alert(1)</script> & "x"`, "x")
		s.Items[0].Name = l(`<b>&amp;"`, "x")
		svg := draw(s, Options{})
		if strings.Contains(svg, "<script") || strings.Contains(svg, "<b>") {
			t.Error("markup passed through")
		}
		s.Kind, s.Scale.Areas, s.Targets = Map, "VN34", nil
		s.Items[0].ID = "VN34-24"
		if svg = draw(s, Options{}); strings.Contains(svg, "<b>") {
			t.Error("markup passed through the map")
		}
	})
	t.Run("dark replaces every light colour", func(t *testing.T) {
		svg := draw(sampleLine(), Options{Scheme: Dark})
		for _, c := range lightColours {
			if strings.Contains(svg, `"`+c+`"`) {
				t.Errorf("%s is left", c)
			}
		}
	})
	t.Run("only known colours are used, so that none is forgotten in the dark", func(t *testing.T) {
		for _, s := range samples() {
			for _, m := range regexp.MustCompile(`(?:fill|stroke)="([^"]+)"`).FindAllStringSubmatch(draw(s, Options{}), -1) {
				if _, known := darkOf[m[1]]; !known && m[1] != "none" && !strings.HasPrefix(m[1], "url(") {
					t.Errorf("%s uses %s", s.ID, m[1])
				}
			}
		}
	})
}

func TestMaps(t *testing.T) {
	r := NewRenderer(20)
	for set, n := range map[string]int{"VN34": 34, "VN63": 63} {
		for _, kind := range []Kind{Map, Tiles} {
			svg, err := r.SVG(context.Background(), sampleMap(set, kind), Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Run(fmt.Sprintf("%s of %s has every province once, each within reach of the keyboard", kind, set), func(t *testing.T) {
				if got := strings.Count(svg, `class="ns-area"`); got != n {
					t.Errorf("%d areas", got)
				}
				if got := strings.Count(svg, `<a href="/tinh/`+set); got != n {
					t.Errorf("%d links", got)
				}
			})
			t.Run(fmt.Sprintf("%s of %s shows and names both archipelagos", kind, set), func(t *testing.T) {
				for _, name := range []string{"Quần đảo Hoàng Sa", "Quần đảo Trường Sa"} {
					if !strings.Contains(svg, name) {
						t.Errorf("%s is missing", name)
					}
				}
			})
		}
	}
	t.Run("the map is whole even when figures exist for one province only", func(t *testing.T) {
		s := sampleMap("VN34", Map)
		s.Items, s.Series[0].Values = s.Items[:1], s.Series[0].Values[:1]
		svg, err := r.SVG(context.Background(), s, Options{})
		if err != nil || strings.Count(svg, `class="ns-area"`) != 34 || !strings.Contains(svg, "Không có số liệu") {
			t.Error(err)
		}
	})
	t.Run("the outline's licence is named on the map", func(t *testing.T) {
		if s := sampleMap("VN34", Map); !strings.Contains(s.SourceLine("en"), "CC BY 4.0") {
			t.Error("no credit")
		}
	})
}

func TestClasses(t *testing.T) {
	t.Run("a limit belongs to the class above it", func(t *testing.T) {
		c := classes{breaks: []float64{10, 20}}
		if c.of(9.99) != 0 || c.of(10) != 1 || c.of(20) != 2 {
			t.Error("limits are in the wrong class")
		}
	})
	t.Run("whatever the figures, limits ascend within their range and every figure has a class", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			v := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 0, 63).Draw(rt, "figures")
			for _, b := range [][]float64{quantiles(v), around(rapid.Float64Range(-1e3, 1e3).Draw(rt, "middle"), v)} {
				if len(b) > 4 {
					rt.Fatalf("%d limits", len(b))
				}
				for i := 1; i < len(b); i++ {
					if b[i] <= b[i-1] {
						rt.Fatalf("limits %v", b)
					}
				}
			}
		})
	})
}

func TestTicks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		low := rapid.Float64Range(-1e9, 1e9).Draw(rt, "low")
		high := low + rapid.Float64Range(0, 1e9).Draw(rt, "span")
		n := rapid.IntRange(2, 8).Draw(rt, "n")
		from, to, step := ticks(low, high, n, rapid.Bool().Draw(rt, "zero"))
		slack := step * 1e-6
		if !(from <= low+slack && to >= high-slack && step > 0) || (to-from)/step > float64(2*n+4) {
			rt.Fatalf("ticks(%v, %v) = %v, %v, %v", low, high, from, to, step)
		}
	})
}

// The twin of a chart holds the same figures: every number that the chart shows is in the table, exactly, and no other.
func TestEveryChartHasItsTable(t *testing.T) {
	check := func(s *Spec) error {
		tab := s.Table()
		if err := tab.Check(); err != nil {
			return err
		}
		for _, x := range s.Series {
			col := tab.Column(x.ID)
			if col < 0 {
				return fmt.Errorf("series %s has no column", x.ID)
			}
			for i, v := range x.Values {
				c := tab.Rows[i][col]
				if _, shown := v.Shown(); shown != (c.Number != nil) || shown && c.Number.String() != v.V.String() {
					return fmt.Errorf("series %s, row %d: chart %v, table %v", x.ID, i, v.V, c.Number)
				}
			}
		}
		return nil
	}
	for _, s := range samples() {
		if err := check(s); err != nil {
			t.Errorf("%s: %v", s.ID, err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := randomSpec(rt)
		if err := check(s); err != nil {
			rt.Fatal(err)
		}
	})
}

// randomSpec draws any specification that Check accepts.
func randomSpec(rt *rapid.T) *Spec {
	s := sampleLine()
	s.Kind = rapid.SampledFrom([]Kind{Line, Bar, Stacked, Ranking, Dots, Bullet}).Draw(rt, "kind")
	n := rapid.IntRange(1, 40).Draw(rt, "n")
	s.Periods, s.Items, s.Series, s.Events = nil, nil, nil, nil
	if s.Kind.overTime() {
		s.Periods = quarters(stat.Quarter(2010, 1), n)
		s.Events = []Event{{s.Periods[n/2], l("Đổi phương pháp", "New method")}}
	} else {
		s.Targets = nil
		for i := range n {
			s.Items = append(s.Items, Item{ID: fmt.Sprint("i", i), Name: l("Mục số "+fmt.Sprint(i), "Item")})
		}
	}
	for k := range rapid.IntRange(1, 8).Draw(rt, "series") {
		x := Series{ID: fmt.Sprint("s", k), Name: l(fmt.Sprint("Chuỗi ", k), fmt.Sprint("Series ", k)), Colour: rapid.SampledFrom([]Colour{"", NSO, MIC, Core, Context}).Draw(rt, "colour"),
			Style: rapid.SampledFrom([]Style{Solid, Dashed, Ghost}).Draw(rt, "style")}
		for range n {
			v := Value{Status: rapid.SampledFrom([]stat.Status{"", stat.Normal, stat.Forecast, stat.Missing, stat.Suppressed}).Draw(rt, "status")}
			if !v.Status.Valueless() || v.Status == stat.Suppressed {
				d, _ := stat.FromFloat(rapid.Float64Range(-1e7, 1e7).Draw(rt, "v"), rapid.IntRange(0, 4).Draw(rt, "digits"))
				v.V = &d
			}
			x.Values = append(x.Values, v)
		}
		s.Series = append(s.Series, x)
	}
	return s
}

func TestAnySpecificationIsDrawn(t *testing.T) {
	r := NewRenderer(2)
	rapid.Check(t, func(rt *rapid.T) {
		s := randomSpec(rt)
		o := Options{Width: rapid.SampledFrom([]int{240, 340, 720, 1200}).Draw(rt, "width"), Lang: rapid.SampledFrom([]string{"vi", "en"}).Draw(rt, "lang")}
		svg, err := r.SVG(context.Background(), s, o)
		if err != nil {
			rt.Fatal(err)
		}
		if bad := regexp.MustCompile(`NaN|Infinity|undefined`).FindString(svg); bad != "" {
			rt.Fatalf("the drawing contains %s", bad)
		}
	})
}

func TestASpecificationSurvivesJSON(t *testing.T) {
	for _, s := range samples() {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back Spec
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(&back)
		if !bytes.Equal(b, again) {
			t.Errorf("%s changes on its way through JSON", s.ID)
		}
	}
}

func TestRefused(t *testing.T) {
	r := NewRenderer(2)
	for code, spoil := range map[string]func(s *Spec){
		"chart.bad-id":        func(s *Spec) { s.ID = `x" onload="` },
		"chart.no-title":      func(s *Spec) { s.Title = l("", "") },
		"chart.bad-decimals":  func(s *Spec) { s.Decimals = -1 },
		"chart.bad-kind":      func(s *Spec) { s.Kind = "pie" },
		"chart.empty":         func(s *Spec) { s.Series = nil },
		"chart.length":        func(s *Spec) { s.Series[0].Values = s.Series[0].Values[1:] },
		"chart.series-id":     func(s *Spec) { s.Series[1].ID = s.Series[0].ID },
		"chart.periods-order": func(s *Spec) { s.Periods[3] = s.Periods[2] },
		"chart.bad-colour":    func(s *Spec) { s.Series[0].Colour = "pink" },
		"chart.one-series":    func(s *Spec) { s.Kind = Map },
		"chart.breaks":        func(s *Spec) { s.Scale.Breaks = []stat.Decimal{stat.Int(2), stat.Int(1)} },
	} {
		s := sampleLine()
		spoil(s)
		if _, err := r.SVG(context.Background(), s, Options{}); !errors.Is(err, fault.New(code)) {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	for _, width := range []int{-5, 100, 100000} {
		if _, err := r.SVG(context.Background(), sampleLine(), Options{Width: width}); !errors.Is(err, fault.New("chart.bad-size")) {
			t.Errorf("width %d: %v", width, err)
		}
	}
	s := sampleMap("VN34", Map)
	s.Scale.Areas = "VN65"
	if _, err := r.SVG(context.Background(), s, Options{}); !errors.Is(err, fault.New("geo.no-set")) {
		t.Errorf("map: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	r := NewRenderer(4) // so small that drawings are forgotten and drawn again
	want := map[string]string{}
	for _, s := range samples() {
		svg, err := r.SVG(context.Background(), s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		want[s.ID] = svg
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, s := range samples() {
				if svg, err := r.SVG(context.Background(), s, Options{}); err != nil || svg != want[s.ID] {
					t.Errorf("%s differs when drawn at the same time as others (%v)", s.ID, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestDrawingsAreRememberedWithinABound(t *testing.T) {
	const limit = 1000
	rapid.Check(t, func(rt *rapid.T) {
		c := newCache(limit)
		for range 300 {
			var key [32]byte
			key[0] = byte(rapid.IntRange(0, 40).Draw(rt, "key"))
			if rapid.Bool().Draw(rt, "ask") {
				c.get(key)
			} else {
				c.put(key, make([]byte, rapid.SampledFrom([]int{1, 50, 200, 600}).Draw(rt, "size")))
			}
			total := 0
			for _, half := range []map[[32]byte][]byte{c.young, c.old} {
				for _, b := range half {
					total += len(b)
				}
			}
			if total > limit {
				rt.Fatalf("%d bytes are kept", total)
			}
		}
	})
	t.Run("what was just drawn is given again", func(t *testing.T) {
		c := newCache(limit)
		c.put([32]byte{1}, []byte("x"))
		if b, ok := c.get([32]byte{1}); !ok || string(b) != "x" {
			t.Error("forgotten")
		}
	})
	t.Run("what is larger than the memory is drawn all the same", func(t *testing.T) {
		if svg, err := NewRenderer(0).SVG(context.Background(), sampleLine(), Options{}); err != nil || svg == "" {
			t.Error(err)
		}
	})
}

func TestPeriodsBelowTheAxis(t *testing.T) {
	labels := func(lang string, step float64, periods ...stat.Period) string {
		var out []string
		for _, lines := range periodLabels(lang, periods, step) {
			out = append(out, strings.Join(lines, "/"))
		}
		return strings.Join(out, " ")
	}
	year := quarters(stat.Quarter(2024, 3), 4)
	for _, c := range []struct {
		name, lang string
		step       float64
		periods    []stat.Period
		want       string
	}{
		{"quarters are Roman in Vietnamese, with the year below the first of them", "vi", 40, year, "III/2024 IV I/2025 II"},
		{"and Q1 to Q4 in English", "en", 40, year, "Q3/2024 Q4 Q1/2025 Q2"},
		{"one quarter alone says that it is one", "vi", 40, year[:1], "Quý III/2024"},
		{"and is Q3 in English", "en", 40, year[:1], "Q3/2024"},
		{"months are T1 to T12", "vi", 40, []stat.Period{stat.Month(2024, 12), stat.Month(2025, 1)}, "T12/2024 T1/2025"},
		{"and Jan to Dec", "en", 40, []stat.Period{stat.Month(2024, 12), stat.Month(2025, 1)}, "Dec/2024 Jan/2025"},
		{"where quarters are too dense, years stand alone", "vi", 12, quarters(stat.Quarter(2024, 1), 5), "2024    2025"},
		{"also where there is no first quarter", "vi", 12, quarters(stat.Quarter(2024, 2), 3), "2024  "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := labels(c.lang, c.step, c.periods...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestPNG(t *testing.T) {
	r := NewRenderer(20)
	decode := func(s *Spec, o Options, scale float64) image.Image {
		t.Helper()
		b, err := r.PNG(context.Background(), s, o, scale)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	// marked counts the pixels of a region that differ from the background.
	marked := func(img image.Image, box image.Rectangle) int {
		n := 0
		back := img.At(img.Bounds().Dx()-1, 0)
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				if img.At(x, y) != back {
					n++
				}
			}
		}
		return n
	}
	for _, s := range samples() {
		img := decode(s, Options{}, 1)
		t.Run(s.ID+" has its title, its plot and its source line", func(t *testing.T) {
			w, h := img.Bounds().Dx(), img.Bounds().Dy()
			if w != 720+2*sidePad {
				t.Errorf("%d pixels wide", w)
			}
			for name, c := range map[string]struct {
				box   image.Rectangle
				least int
			}{
				"title":  {image.Rect(0, 14, w, 40), 500},
				"plot":   {image.Rect(0, 60, w, h-40), 3000},
				"source": {image.Rect(0, h-34, w, h), 300},
			} {
				if n := marked(img, c.box); n < c.least {
					t.Errorf("%s: only %d pixels are drawn", name, n)
				}
			}
		})
	}
	t.Run("the fill of a bar is its colour, to the pixel", func(t *testing.T) {
		img := decode(sampleRanking(), Options{}, 2)
		blue := 0
		for y := 0; y < img.Bounds().Dy(); y++ {
			if r, g, b, _ := img.At(600, y).RGBA(); r>>8 == 0x00 && g>>8 == 0x72 && b>>8 == 0xB2 {
				blue++
			}
		}
		if blue < 20 || blue > 40 {
			t.Errorf("a column through the bars has %d blue pixels; the bar of Đà Nẵng is about 31 high", blue)
		}
	})
	t.Run("Vietnamese letters with two marks are drawn, not boxes", func(t *testing.T) {
		for _, letter := range "ệữẫỵĐđơƯ₫%−–…·≥" {
			i, err := regular().font.GlyphIndex(&regular().buf, letter)
			if err != nil || i == 0 {
				t.Errorf("the font has no %q", letter)
			}
		}
		one := `<svg width="40" height="40" viewBox="0 0 40 40"><text x="5" y="30" font-size="24" fill="#000000">e</text></svg>`
		two := strings.Replace(one, ">e<", ">e\u0302\u0323<", 1) // the same letter, decomposed: ê + dot below
		a, err := Rasterise(one, 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Rasterise(two, 1)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(a, b) {
			t.Error("ệ looks like e")
		}
	})
	t.Run("twice the scale is twice the size", func(t *testing.T) {
		a, b := decode(sampleShort(), Options{}, 1).Bounds(), decode(sampleShort(), Options{}, 0).Bounds()
		if b.Dx() != 2*a.Dx() {
			t.Errorf("%v and %v", a, b)
		}
	})
	t.Run("what is not a drawing is refused", func(t *testing.T) {
		for _, s := range []string{"", "<svg", "<p>x</p>", `<svg width="1e9" height="1e9"></svg>`} {
			if _, err := Rasterise(s, 1); !errors.Is(err, fault.New("chart.bad-svg")) {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"the frame and groups that clip at nothing go", `<svg width="9"><g clip-path="url(#a)"><path d="M0 0L9 9" fill="none" stroke="#1B1F24"></path></g><defs ><clipPath id="a"><path d="M0 0h9"></path></clipPath></defs></svg>`,
			`<path d="M0 0L9 9" fill="none" stroke="#1B1F24"/>`},
		{"what cannot be seen goes", `<rect fill="none" width="9"></rect><path d="M0 0" fill="#FFFFFF" fill-opacity="0" stroke="#1B1F24" stroke-width="0"></path>`, ``},
		{"a text stands on its baseline, with attributes for styles", `<text dominant-baseline="central" text-anchor="end" style="font-size:12px;font-family:'A', serif;font-weight:600;" xml:space="preserve" y="-7.5" transform="translate(20 30)" fill="#1B1F24">1.2345 &lt; 2</text>`,
			`<text x="20" y="26.91" text-anchor="end" font-weight="600" fill="#1B1F24">1.2345 &lt; 2</text>`},
		{"coordinates have two digits at most, words keep theirs", `<path d="M1.23456 -0.001L12.3 4.567e1" ecmeta_x="1" class="c" fill="#1B1F24"></path>`, `<path d="M1.23 0L12.3 4.57e1" fill="#1B1F24"/>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.TrimSpace(clean(c.in)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add(`<svg><path d="M1.2345" class="x"></path><text style="font-size:12px" x="1">a</text></svg>`)
	f.Add(`<defs <text x="`)
	f.Fuzz(func(t *testing.T, s string) { clean(s) }) // must end, whatever it is given
}

func TestTheBrowserWritesNumbersAsTheServerDoes(t *testing.T) {
	e, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		digits := rapid.IntRange(0, 4).Draw(rt, "digits")
		units := rapid.Int64Range(-1e12, 1e12).Draw(rt, "units")
		lang := rapid.SampledFrom([]string{"vi", "en"}).Draw(rt, "lang")
		d := stat.Int(units)
		for range digits {
			d, _ = d.Quo(stat.Int(10))
		}
		d = d.Round(digits)
		got, err := e.vm.RunString(fmt.Sprintf(`nhipsoChart.revive({$fn: "num", lang: %q, decimals: %d})(%s)`, lang, digits, d))
		if err != nil {
			rt.Fatal(err)
		}
		if want := text.FormatNumber(lang, d, digits); got.String() != want {
			rt.Fatalf("browser %s, server %s", got, want)
		}
	})
}

func BenchmarkSVG(b *testing.B) {
	r, s := NewRenderer(2), sampleLine()
	for i := range b.N {
		s.Vintage = fmt.Sprint(i) // never remembered
		if _, err := r.SVG(context.Background(), s, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// With -cpu 1,2 this shows that drawings on two processors take half the time.
func BenchmarkManyAtOnce(b *testing.B) {
	r := NewRenderer(0) // remembers nothing
	b.RunParallel(func(pb *testing.PB) {
		all := samples()
		for i := 0; pb.Next(); i++ {
			if _, err := r.SVG(context.Background(), all[i%len(all)], Options{}); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkPNG(b *testing.B) {
	svg, err := NewRenderer(2).SVG(context.Background(), sampleMap("VN34", Map), Options{Scheme: Light})
	if err != nil {
		b.Fatal(err)
	}
	for range b.N {
		if _, err := Rasterise(svg, 2); err != nil {
			b.Fatal(err)
		}
	}
}
