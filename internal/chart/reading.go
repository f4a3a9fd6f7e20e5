package chart

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhipso/internal/stat"
)

// Reading says how to read the drawing: its unit, and what bands, dashes, open dots and colours in it mean. It speaks of what is drawn and of
// nothing else. Page, picture and file say it with the same words.
func (s *Spec) Reading(lang string) string {
	unit := s.subtitle(lang)
	if unit != "" && unit == s.Unit.In(lang) {
		unit = book.Say(lang, "reads-unit", "unit", unit)
	}
	parts := append([]string{unit}, s.marks(lang)...)
	parts = slices.DeleteFunc(parts, func(x string) bool { return x == "" })
	return strings.Join(parts, ". ") + "."
}

// marks says what the marks mean.
func (s *Spec) marks(lang string) []string {
	say := func(id string, pairs ...any) string { return book.Say(lang, id, pairs...) }
	switch s.Kind {
	case Multiples:
		low, high := s.extent()
		least, most, step := ticks(low, high, panelSteps, s.FromZero)
		d := still{s: s, lang: lang}
		out := []string{say("reads-panels", "low", d.tick(least, step), "high", d.tick(most, step))}
		for _, x := range s.Series {
			if x.Style == Ghost {
				out = append(out, say("reads-ghost", "name", lowered(x.Name.In(lang))))
			}
		}
		return out
	case Swarm:
		return []string{say("reads-swarm", "item", lowered(s.ItemHead.In(lang)), "group", lowered(s.GroupHead.In(lang)))}
	case Slope:
		return []string{say("reads-slope", "item", lowered(s.ItemHead.In(lang)))}
	case Grid:
		return []string{say("reads-grid")}
	case Map, Tiles, Bridge:
		return nil // the key stands in the drawing, or the page says it
	case Bullet, Goals:
		return []string{say("reads-bullet", "name", lowered(s.Series[0].Name.In(lang)))}
	}
	return append(s.intervals(lang), s.strokes(lang)...)
}

// intervals says what bands and thin lines mean.
func (s *Spec) intervals(lang string) []string {
	var out []string
	var stored []string
	var fan []int
	any := false
	for i := range s.Series {
		x := &s.Series[i]
		any = any || x.hasInterval()
		fan = append(fan, x.levels()...)
		for _, v := range x.Values {
			if v.Low != nil && v.High != nil && v.Level != "" && !v.Secret() && !slices.Contains(stored, v.Level) {
				stored = append(stored, v.Level)
			}
		}
	}
	if any {
		id := "reads-band"
		if s.Kind != Line {
			id = "reads-whisker"
		}
		if len(stored) == 0 {
			out = append(out, book.Say(lang, id+"-bare"))
		} else {
			slices.Sort(stored)
			out = append(out, book.Say(lang, id, "levels", listed(lang, stored)))
		}
	}
	slices.Sort(fan)
	var levels []string
	for _, f := range slices.Compact(fan) {
		levels = append(levels, strconv.Itoa(f))
	}
	if levels != nil && s.Kind == Line {
		out = append(out, book.Say(lang, "reads-fan", "levels", listed(lang, levels)))
	}
	return out
}

// strokes says what the kinds of lines, dots and bars mean.
func (s *Spec) strokes(lang string) []string {
	var out []string
	forecast, open := s.unfinished()
	switch {
	case s.Kind == Line:
		out = s.lines(lang, forecast, open)
	case forecast && (s.Kind == Bar || s.Kind == Stacked || s.Kind == Ranking):
		out = append(out, book.Say(lang, "reads-faint"))
	}
	var strong []string
	for _, it := range s.Items {
		if it.Strong {
			strong = append(strong, it.Name.In(lang))
		}
	}
	if s.Kind == Ranking && len(s.Series) == 1 && len(strong) > 0 && len(strong) < len(s.Items) {
		out = append(out, book.Say(lang, "reads-strong", "names", listed(lang, strong)))
	}
	return out
}

// unfinished reports whether some figure drawn is a forecast, and whether one is not final.
func (s *Spec) unfinished() (forecast, open bool) {
	for _, x := range s.Series {
		for _, v := range x.Values {
			if _, ok := v.Shown(); ok && x.Style == Solid {
				forecast = forecast || v.Status == stat.Forecast
				open = open || v.Status == stat.Forecast || v.Status == stat.Provisional
			}
		}
	}
	return forecast, open
}

// lines says what dashes, open dots and thin lines mean.
func (s *Spec) lines(lang string, forecast, open bool) (out []string) {
	if forecast {
		out = append(out, book.Say(lang, "reads-forecast"))
	}
	drawn := func(style Style) (names []string) {
		for i := range s.Series {
			if x := &s.Series[i]; x.Style == style && x.last() >= 0 {
				names = append(names, x.Name.In(lang))
			}
		}
		return names
	}
	if dashed := drawn(Dashed); dashed != nil {
		out = append(out, book.Say(lang, "reads-dashed", "name", lowered(dashed[0])))
	}
	if open && len(s.Periods) <= mostPoints {
		out = append(out, book.Say(lang, "reads-open"))
	}
	switch ghosts := drawn(Ghost); len(ghosts) {
	case 0:
	case 1:
		out = append(out, book.Say(lang, "reads-ghost", "name", lowered(ghosts[0])))
	default:
		out = append(out, book.Say(lang, "reads-ghosts"))
	}
	return out
}

// listed joins words as a sentence does.
func listed(lang string, list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return book.Say(lang, "and", "a", strings.Join(list[:len(list)-1], ", "), "b", list[len(list)-1])
}

// lowered writes a name for the middle of a sentence, unless it begins with a name of its own or with an abbreviation.
func lowered(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[n:])
	if unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[n:]
}
