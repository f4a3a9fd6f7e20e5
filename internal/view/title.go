package view

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// Parts of the form of a title: what may be left out, and the place of a code.
var (
	titleOption = regexp.MustCompile(`\[([^\]]*)\]`)
	titlePlace  = regexp.MustCompile(`\{([A-Za-z0-9_]+)\}`)
)

// Title calls a series as a person would: "Tỷ trọng kinh tế số trong GDP của cả nước, theo cơ quan thống kê". How, the catalogue says of each
// dataflow; a series of which it says nothing is called by its dataflow and its codes. No two series of a dataflow are called the same.
func (n Names) Title(f *catalog.Dataflow, k stat.Key) catalog.Label {
	form, ok := f.Title(k)
	if !ok {
		series := n.FullSeries(f, k)
		if series.Vi == "" {
			return f.Name
		}
		return catalog.Label{Vi: f.Name.Vi + " (" + series.Vi + ")", En: f.Name.In("en") + " (" + series.In("en") + ")"}
	}
	return catalog.Label{Vi: n.compose("vi", form.Vi, f, k), En: n.compose("en", form.En, f, k)}
}

// compose fills in the form of a title.
func (n Names) compose(lang, form string, f *catalog.Dataflow, k stat.Key) string {
	form = titleOption.ReplaceAllStringFunc(form, func(part string) string {
		for _, place := range titlePlace.FindAllStringSubmatch(part, -1) {
			if n.phrase(lang, place[1], f, k) == "" {
				return ""
			}
		}
		return strings.Trim(part, "[]")
	})
	return upper(titlePlace.ReplaceAllStringFunc(form, func(place string) string {
		return n.phrase(lang, strings.Trim(place, "{}"), f, k)
	}))
}

// phrase is the code of a dimension within a title: the words that its list has for titles, else its name. That figures are of years is not said.
func (n Names) phrase(lang, place string, f *catalog.Dataflow, k stat.Key) string {
	id := strings.ToUpper(place)
	code := f.CodeOf(k, id)
	if code == "" || id == "FREQ" && code == string(stat.Annual) {
		return ""
	}
	codelist := f.Dimensions[f.Position(id)].Codelist
	if words := n.Note(codelist, code, "title_"+lang); words != "" {
		return words
	}
	if country := n.Country(); code == country.ID && id == "REF_AREA" { // its list may say "the whole country"
		return country.Name.In(lang)
	}
	name := n.FullName(codelist, code).In(lang)
	if place != id || n.Note(codelist, code, "kind") == "group" {
		return lowered(name)
	}
	return name
}

// lowered writes a name as in the middle of a sentence. GDP, TFP and the like keep their capitals.
func lowered(s string) string {
	first, _, _ := strings.Cut(s, " ")
	_, size := utf8.DecodeRuneInString(first)
	if strings.ContainsFunc(first[size:], func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) }) {
		return s
	}
	return lower(s)
}

// Inline writes words as in the middle of a sentence; a name of several words, such as that of this program, keeps its capitals.
func Inline(s string) string {
	if _, rest, several := strings.Cut(s, " "); several {
		if r, _ := utf8.DecodeRuneInString(rest); unicode.IsUpper(r) {
			return s
		}
	}
	return lowered(s)
}

// upper writes words as at the beginning of a line.
func upper(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// parenthesis is a remark within a title, with the blank before it.
var parenthesis = regexp.MustCompile(` \([^()]*\)`)

// Within shortens a title to a number of characters by leaving parts out, never by cutting a word: first what is said within brackets after a dash or
// a comma, then the brackets, then clauses from the end. A title that is still too long gives way to another one.
func Within(title string, most int, other string) string {
	fits := func(s string) bool { return utf8.RuneCountInString(s) <= most }
	if fits(title) {
		return title
	}
	shorter := parenthesis.ReplaceAllStringFunc(title, func(remark string) string {
		for _, mark := range []string{" – ", ", "} {
			if first, _, more := strings.Cut(remark, mark); more {
				return first + ")"
			}
		}
		return remark
	})
	if fits(shorter) {
		return shorter
	}
	shorter = parenthesis.ReplaceAllString(title, "")
	for !fits(shorter) {
		at := max(strings.LastIndex(shorter, ", "), strings.LastIndex(shorter, ": "))
		if at < 0 {
			break
		}
		shorter = shorter[:at]
	}
	if fits(shorter) || other == "" {
		return shorter
	}
	return other
}
