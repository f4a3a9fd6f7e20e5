package chart

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
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
		"tiles-34-en":      {sampleMap("34", Tiles), Options{Lang: "en", Scheme: Auto}},
		"fan-vi":           {sampleFan(), Options{Bare: true}},
		"swarm-vi":         {sampleSwarm(), Options{}},
		"panels-en-narrow": {sampleMultiples(), Options{Lang: "en", Width: 340, Bare: true}},
		"slope-vi-narrow":  {sampleSlope(), Options{Width: 340, Bare: true}},
		"grid-dark":        {sampleGrid(), Options{Scheme: Dark}},
		"goals-vi-narrow":  {sampleGoals(), Options{Width: 340, Bare: true}},
		"map-34-vi-narrow": {sampleMap("34", Map), Options{Width: 340, Bare: true}},
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

// drawing draws a chart as SVG.
func drawing(t *testing.T, s *Spec, o Options) string {
	t.Helper()
	svg, err := NewRenderer(0).SVG(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return svg
}

func TestNumbersOfADrawing(t *testing.T) {
	t.Run("numbers follow the language", func(t *testing.T) {
		vi, en := drawing(t, sampleShort(), Options{Lang: "vi"}), drawing(t, sampleShort(), Options{Lang: "en"})
		if !strings.Contains(vi, ">14,02<") || !strings.Contains(vi, ">13,5<") || !strings.Contains(en, ">14.02<") || !strings.Contains(en, ">13.5<") {
			t.Error("wrong decimal marks")
		}
	})
	t.Run("thousands keep every digit", func(t *testing.T) {
		s := sampleBar()
		s.Decimals, s.Periods = 0, s.Periods[:3]
		s.Series[0].Values = figs("1234567", "1234.5", "98765.4321")
		vi := drawing(t, s, Options{Lang: "vi"})
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
}

func TestMarksOfADrawing(t *testing.T) {
	t.Run("a nowcast is dashed, what is measured is not", func(t *testing.T) {
		if s := drawing(t, sampleLine(), Options{}); !strings.Contains(s, `stroke-dasharray="5,4"`) {
			t.Error("no dashes")
		}
		if s := drawing(t, sampleShort(), Options{}); strings.Contains(s, "stroke-dasharray") {
			t.Error("dashes without a nowcast")
		}
	})
	t.Run("targets, breaks and earlier vintages have their words", func(t *testing.T) {
		s := drawing(t, sampleLine(), Options{})
		for _, want := range []string{"Mục tiêu 2025: 20 %", "Sắp xếp tỉnh, 01/7/2025", "công bố 12/2023"} {
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
}

func TestWhatIsHiddenOrMissingInADrawing(t *testing.T) {
	t.Run("a confidential figure is in no drawing, tooltip or table", func(t *testing.T) {
		for _, kind := range []Kind{Ranking, Dots, Bullet, Map, Tiles} {
			s := sampleRanking()
			s.Kind, s.Targets = kind, nil
			for i := range s.Items {
				s.Maps, s.Scale.Areas = testMaps(), "34"
				s.Items[i].ID = fmt.Sprintf("VN34-%s", []string{"24", "19", "25", "31", "79", "01", "48", "46", "22", "92", "66", "68"}[i])
			}
			s.Series[0].Values[11] = Value{V: dec("7777.7"), Low: dec("7666.6"), High: dec("7888.8"), Conf: stat.Confidential}
			all := drawing(t, s, Options{})
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
		s := drawing(t, sampleRanking(), Options{})
		if !strings.Contains(s, "Chưa công bố") {
			t.Error("nothing is said")
		}
		o, _ := sampleRanking().Option("vi", 720, 400)
		if v := o["series"].([]obj)[0]["data"].([]any)[10]; v != nil {
			t.Errorf("drawn as %v", v)
		}
	})
}

func TestWordsAndColoursOfADrawing(t *testing.T) {
	t.Run("words that look like markup stay words", func(t *testing.T) {
		s := sampleRanking()
		s.Title = l(`<script>alert(1)</script> & "x"`, "x")
		s.Items[0].Name = l(`<b>&amp;"`, "x")
		svg := drawing(t, s, Options{})
		if strings.Contains(svg, "<script") || strings.Contains(svg, "<b>") {
			t.Error("markup passed through")
		}
		s.Kind, s.Scale.Areas, s.Maps, s.Targets = Map, "34", testMaps(), nil
		s.Items[0].ID = "VN34-24"
		if svg = drawing(t, s, Options{}); strings.Contains(svg, "<b>") {
			t.Error("markup passed through the map")
		}
	})
	t.Run("dark replaces every light colour", func(t *testing.T) {
		svg := drawing(t, sampleLine(), Options{Scheme: Dark})
		for _, c := range lightColours {
			if strings.Contains(svg, `"`+c+`"`) {
				t.Errorf("%s is left", c)
			}
		}
	})
	t.Run("only known colours are used, so that none is forgotten in the dark", func(t *testing.T) {
		for _, s := range samples() {
			for _, m := range regexp.MustCompile(`(?:fill|stroke)="([^"]+)"`).FindAllStringSubmatch(drawing(t, s, Options{}), -1) {
				if _, known := darkOf[m[1]]; !known && m[1] != "none" && !strings.HasPrefix(m[1], "url(") {
					t.Errorf("%s uses %s", s.ID, m[1])
				}
			}
		}
	})
}

func TestMaps(t *testing.T) {
	r := NewRenderer(20)
	for set, n := range map[string]int{"34": 34, "63": 63} {
		for _, kind := range []Kind{Map, Tiles} {
			svg, err := r.SVG(context.Background(), sampleMap(set, kind), Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Run(fmt.Sprintf("%s of %s has every province once, each within reach of the keyboard", kind, set), func(t *testing.T) {
				if got := strings.Count(svg, `class="ns-area"`); got != n {
					t.Errorf("%d areas", got)
				}
				if got := strings.Count(svg, `<a href="/tinh/VN`+set); got != n {
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
		s := sampleMap("34", Map)
		s.Items, s.Series[0].Values = s.Items[:1], s.Series[0].Values[:1]
		svg, err := r.SVG(context.Background(), s, Options{})
		if err != nil || strings.Count(svg, `class="ns-area"`) != 34 || !strings.Contains(svg, "Không có số liệu") {
			t.Error(err)
		}
	})
	t.Run("the outline's licence is named on the map", func(t *testing.T) {
		if s := sampleMap("34", Map); !strings.Contains(s.SourceLine("en"), "CC BY 4.0") {
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
	t.Run("limits around a middle ascend", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			v := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 0, 63).Draw(rt, "figures")
			b := around(rapid.Float64Range(-1e3, 1e3).Draw(rt, "middle"), v)
			if len(b) > 4 || !slices.IsSorted(b) {
				rt.Fatalf("limits %v", b)
			}
		})
	})
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
	for code, s := range map[string]*Spec{
		"chart.no-series":  spoiled(sampleGrid(), func(s *Spec) { s.Series = sampleSwarm().Series }),
		"chart.no-group":   spoiled(sampleSwarm(), func(s *Spec) { s.Items[3].Group = "R9" }),
		"chart.no-sign":    spoiled(sampleGrid(), func(s *Spec) { s.Items[3].Sign = "ELSE" }),
		"chart.bad-colour": spoiled(sampleSwarm(), func(s *Spec) { s.Groups[1].Colour = "pink" }),
		"chart.one-series": spoiled(sampleSlope(), func(s *Spec) { s.Series = append(s.Series, s.Series[0]) }),
	} {
		if _, err := r.SVG(context.Background(), s, Options{}); !errors.Is(err, fault.New(code)) {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	for _, width := range []int{-5, 100, 100000} {
		if _, err := r.SVG(context.Background(), sampleLine(), Options{Width: width}); !errors.Is(err, fault.New("chart.bad-size")) {
			t.Errorf("width %d: %v", width, err)
		}
	}
	s := sampleMap("34", Map)
	s.Scale.Areas = "VN65"
	if _, err := r.SVG(context.Background(), s, Options{}); !errors.Is(err, fault.New("geo.no-set")) {
		t.Errorf("map: %v", err)
	}
}

func spoiled(s *Spec, how func(*Spec)) *Spec {
	how(s)
	return s
}
