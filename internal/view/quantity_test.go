package view

import (
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// How a sentence writes a figure: a rank is a rank, a share inside arithmetic is a plain per cent, and the source's own words stand where they
// say what the figure is.
func TestAFigureIsWrittenAsWhatItIs(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	figure := func(flow, key, value string, pairs ...string) cube.Version {
		v := cube.Version{Dataflow: flow, Observation: stat.Observation{Key: stat.Key(key), Period: stat.Year(2025), Status: stat.Normal, Attributes: stat.Attributes{stat.AttrMark: "S"}}}
		if value != "" {
			x := stat.MustDecimal(value)
			v.Value = &x
		}
		for k := 0; k < len(pairs); k += 2 {
			v.Attributes[pairs[k]] = pairs[k+1]
		}
		return v
	}
	for name, x := range map[string]struct {
		figure cube.Version
		vi, en string
	}{
		"a share":                         {figure("DE_SHARE", "A.VN.NSO.TOTAL", "14.02"), "14,02\u00a0% GDP", "14.02\u00a0% of GDP"},
		"a rank":                          {figure("IND", "A.VN.GII", "44", stat.AttrUnit, "RANK"), "hạng 44", "rank 44"},
		"words that mean the figure":      {figure("IND", "A.VN.SMARTPHONE", "84", stat.AttrUnit, "PC", stat.AttrText, ">84"), "hơn 84\u00a0%", "more than 84\u00a0%"},
		"words with a blank":              {figure("IND", "A.VN.SMARTPHONE", "84", stat.AttrUnit, "PC", stat.AttrText, "≤ 84"), "không quá 84\u00a0%", "at most 84\u00a0%"},
		"words of another number":         {figure("IND", "A.VN.SMARTPHONE", "84", stat.AttrUnit, "PC", stat.AttrText, ">90"), "84\u00a0%", "84\u00a0%"},
		"words carried by a derived one":  {figure("IND", "A.VN.SMARTPHONE", "84", stat.AttrUnit, "PC", stat.AttrText, ">84", stat.AttrRun, "q#1", stat.AttrRecipe, "q@1"), "84\u00a0%", "84\u00a0%"},
		"a range has a unit and no value": {figure("IND", "A.VN.SMARTPHONE", "", stat.AttrUnit, "PC", stat.AttrText, "20–25"), "20–25\u00a0%", "20–25\u00a0%"},
		"words that count nothing":        {figure("IND", "A.VN.SMARTPHONE", "", stat.AttrUnit, "PC", stat.AttrText, "không rõ"), "không rõ", "không rõ"},
		"what was not published":          {figure("IND", "A.VN.SMARTPHONE", "", stat.AttrUnit, "PC"), "không có số", "no figure"},
	} {
		for lang, want := range map[string]string{"vi": x.vi, "en": x.en} {
			if got := NewSpeaker(c, nil, lang, nil).Value(x.figure); got != want {
				t.Errorf("%s in %s: %q, want %q", name, lang, got, want)
			}
		}
	}
	s := NewSpeaker(c, nil, "vi", nil)
	q, ok := s.of(figure("DE_SHARE", "A.VN.NSO.TOTAL", "14.02"))
	if outside, inside := s.write(q, false), s.write(q, true); !ok || outside != "14,02\u00a0% GDP" || inside != "14,02\u00a0%" {
		t.Errorf("outside %q, inside %q", outside, inside)
	}
}
