package view

import (
	"regexp"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// A picture is said in one sentence, made from the figures that it shows. The functions here compose it, in both languages; they count and compare,
// and estimate nothing.

// Figured is a figure of a picture under its name.
type Figured struct {
	Name  catalog.Label
	Value stat.Decimal
}

// Scale is what the figures of a picture are counted in.
type Scale struct {
	Unit     catalog.Label
	Decimals int
}

func (s Scale) write(lang string, d stat.Decimal) string {
	return text.WithUnit(text.FormatNumber(lang, d, s.Decimals), s.Unit.In(lang))
}

func composed(compose func(lang string) string) catalog.Label {
	return catalog.Label{Vi: compose("vi"), En: compose("en")}
}

// mostTied is how many names that share a place are all said.
const mostTied = 3

// namesIn lists names as a sentence does; of many it says how many more there are.
func namesIn(lang string, list []Figured) string {
	var names []string
	for _, x := range list {
		names = append(names, x.Name.In(lang))
	}
	if n := len(names); n > mostTied {
		return book.Say(lang, "picture-names-more", "names", strings.Join(names[:mostTied], ", "), "n", n-mostTied)
	}
	return joined(lang, names)
}

func joined(lang string, names []string) string {
	if n := len(names); n > 1 {
		return book.Say(lang, "picture-and", "a", strings.Join(names[:n-1], ", "), "b", names[n-1])
	}
	return strings.Join(names, "")
}

// outermost gives the figures at an end: the highest for +1, the lowest for −1, all of them where several are equal.
func outermost(list []Figured, side int) (out []Figured) {
	for _, x := range list {
		switch c := len(out); {
		case c == 0 || x.Value.Cmp(out[0].Value)*side > 0:
			out = []Figured{x}
		case x.Value.Cmp(out[0].Value) == 0:
			out = append(out, x)
		}
	}
	return out
}

// Spread says which of the places has the highest and which the lowest figure, and how many lie above the one to compare with, where there is one.
func Spread(list []Figured, against *Figured, s Scale) catalog.Label {
	if len(list) == 0 {
		return catalog.Label{}
	}
	high, low := outermost(list, 1), outermost(list, -1)
	return composed(func(lang string) string {
		pairs := []any{"n", len(list), "high", namesIn(lang, high), "most", s.write(lang, high[0].Value), "low", namesIn(lang, low), "least", s.write(lang, low[0].Value)}
		if high[0].Value.Cmp(low[0].Value) == 0 {
			return book.Say(lang, "picture-equal", pairs...)
		}
		if against == nil {
			return book.Say(lang, "picture-spread", pairs...)
		}
		above := 0
		for _, x := range list {
			if x.Value.Cmp(against.Value) > 0 {
				above++
			}
		}
		return book.Say(lang, "picture-spread-against", append(pairs, "above", above, "against", against.Name.In(lang), "level", s.write(lang, against.Value))...)
	})
}

// Course is the first and the last figure of a series.
type Course struct {
	Name        catalog.Label
	First, Last stat.Decimal
}

// Courses says in how many of the places the figure rose and in how many it fell between two periods, and where it rose the most.
func Courses(list []Course, from, to stat.Period, s Scale) catalog.Label {
	if len(list) == 0 {
		return catalog.Label{}
	}
	rose, fell := 0, 0
	var changes []Figured
	for _, x := range list {
		change := x.Last.Sub(x.First)
		switch change.Sign() {
		case 1:
			rose++
		case -1:
			fell++
		}
		changes = append(changes, Figured{x.Name, change})
	}
	most := outermost(changes, 1)
	return composed(func(lang string) string {
		pairs := []any{"from", text.FormatPeriodInline(lang, from), "to", text.FormatPeriodInline(lang, to), "n", len(list), "rose", rose, "fell", fell, "most", namesIn(lang, most)}
		if rose == 0 {
			return book.Say(lang, "picture-courses-none", pairs...)
		}
		i := slices.IndexFunc(list, func(x Course) bool { return x.Name == most[0].Name })
		return book.Say(lang, "picture-courses", append(pairs, "first", text.FormatNumber(lang, list[i].First, s.Decimals), "last", s.write(lang, list[i].Last))...)
	})
}

// Union is several figures that came together in one.
type Union struct {
	Whole Figured
	Parts []Figured
}

// Unions says from when on how many places are how many, how many of them stayed as they were, and which is the largest, with its parts.
func Unions(list []Union, since stat.Date, s Scale) catalog.Label {
	if len(list) == 0 {
		return catalog.Label{}
	}
	old, kept := 0, 0
	largest := list[0]
	for _, u := range list {
		old += len(u.Parts)
		if len(u.Parts) == 1 {
			kept++
		}
		if u.Whole.Value.Cmp(largest.Whole.Value) > 0 {
			largest = u
		}
	}
	return composed(func(lang string) string {
		var parts []string
		for _, p := range largest.Parts {
			parts = append(parts, p.Name.In(lang)+" ("+text.FormatNumber(lang, p.Value, s.Decimals)+")")
		}
		id := "picture-unions"
		if len(parts) == 1 {
			id = "picture-unions-kept"
		}
		return book.Say(lang, id, "date", text.FormatDate(lang, since), "old", old, "new", len(list), "kept", kept, "joined", len(list)-kept, "largest", largest.Whole.Name.In(lang),
			"value", s.write(lang, largest.Whole.Value), "parts", joined(lang, parts))
	})
}

// Counted is how many there are of something.
type Counted struct {
	Name catalog.Label
	N    int
}

// Tally says how many there are in all and of each kind, the kinds in the order given.
func Tally(list []Counted) catalog.Label {
	all := 0
	for _, x := range list {
		all += x.N
	}
	return composed(func(lang string) string {
		var parts []string
		for _, x := range list {
			if x.N > 0 {
				parts = append(parts, book.Say(lang, "picture-count", "n", x.N, "name", lowered(x.Name.In(lang))))
			}
		}
		return book.Say(lang, "picture-tally", "n", all, "list", joined(lang, parts))
	})
}

// Prospect is a forecast with its widest interval and the target that it is held against.
type Prospect struct {
	Period    stat.Period
	Value     stat.Decimal
	Level     int
	Low, High stat.Decimal
	Goal      stat.Decimal
}

// Prospects says what a forecast comes to, between what it lies, and on which side of that the target is.
func Prospects(x Prospect, s Scale) catalog.Label {
	side := "inside"
	switch {
	case x.Goal.Cmp(x.High) > 0:
		side = "above"
	case x.Goal.Cmp(x.Low) < 0:
		side = "below"
	}
	return composed(func(lang string) string {
		return book.Say(lang, "picture-prospect-"+side, "period", text.FormatPeriodInline(lang, x.Period), "value", s.write(lang, x.Value), "level", x.Level,
			"low", text.FormatNumber(lang, x.Low, s.Decimals), "high", s.write(lang, x.High), "goal", text.WithUnit(text.FormatNumber(lang, x.Goal, -1), s.Unit.In(lang)))
	})
}

// Dated is a figure in its period.
type Dated struct {
	Period stat.Period
	Value  stat.Decimal
}

// Trend says the course of a series in the words of a small drawing beside its name: from what to what, and between what.
func Trend(list []Dated, decimals int, lang string) string {
	if len(list) == 0 {
		return ""
	}
	low, high := list[0], list[0]
	for _, x := range list {
		if x.Value.Cmp(low.Value) < 0 {
			low = x
		}
		if x.Value.Cmp(high.Value) > 0 {
			high = x
		}
	}
	number := func(d stat.Decimal) string { return text.FormatNumber(lang, d, decimals) }
	first, last := list[0], list[len(list)-1]
	return book.Say(lang, "picture-trend", "from", text.FormatPeriod(lang, first.Period), "first", number(first.Value), "to", text.FormatPeriod(lang, last.Period), "last", number(last.Value),
		"low", number(low.Value), "high", number(high.Value))
}

// abbreviated finds the number of a decision or resolution behind the word for what it is.
var abbreviated = regexp.MustCompile(`^([\p{L} ]+?) (\d+)[/-]`)

// ShortInstrument names a document by what it is and its number, "QĐ 411", as it is called among those who know it; one without a number keeps
// what stands before what it is about.
func (n Names) ShortInstrument(code string) catalog.Label {
	full := n.Code("CL_INSTRUMENT", code)
	return composed(func(lang string) string {
		name, _, _ := strings.Cut(full.In(lang), ": ")
		m := abbreviated.FindStringSubmatch(name)
		if m == nil {
			return name
		}
		for _, pair := range strings.Split(book.Say(lang, "instruments"), "|") {
			if long, short, _ := strings.Cut(pair, "="); long == m[1] {
				return short + " " + m[2]
			}
		}
		return m[1] + " " + m[2]
	})
}
