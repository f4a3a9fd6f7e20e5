package catalog

import (
	"regexp"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Title is how the series of a dataflow are called that a key pattern covers: a sentence's worth of words with a place for each code that they
// name. {DIMENSION} is the code's name, {dimension} the same as in the middle of a sentence, and what stands in [ ] is left out when a place in it
// has nothing to say.
type Title struct {
	Key   stat.Key // codes of the dimensions in order, empty where any will do; "" covers all
	Words Label
	Flow  Label // what the dataflow is called where it is only of such series: the share of provinces is one of GRDP; "" where its name is right
}

// titleForm is the form of a title in dataflows.yaml.
type titleForm struct {
	Key   string
	Name  Label
	Label `yaml:",inline"`
}

// titlePlace is a place for a code.
var titlePlace = regexp.MustCompile(`\{([A-Za-z0-9_]+)\}`)

// addTitles takes titles, each of which has both languages, and names dimensions alone.
func (d *Dataflow) addTitles(forms []titleForm) error {
	for _, t := range forms {
		key := stat.Key(t.Key)
		bad := t.Vi == "" || t.En == "" || (t.Name.Vi == "") != (t.Name.En == "") || t.Key != "" && len(key.Codes()) != len(d.Dimensions)
		for _, words := range []string{t.Vi, t.En} {
			for _, place := range titlePlace.FindAllStringSubmatch(words, -1) {
				bad = bad || d.Position(strings.ToUpper(place[1])) < 0
			}
			bad = bad || strings.Count(words, "[") != strings.Count(words, "]")
		}
		if bad {
			return fault.New("catalog.bad-title", "id", d.ID, "title", t.Vi).At("catalog/dataflows.yaml", 0, "titles")
		}
		d.Titles = append(d.Titles, Title{Key: key, Words: t.Label, Flow: t.Name})
	}
	return nil
}

// Title gives the title that covers a series.
func (d *Dataflow) Title(k stat.Key) (Label, bool) {
	t, ok := d.titleOf(k)
	return t.Words, ok
}

func (d *Dataflow) titleOf(k stat.Key) (Title, bool) {
	codes := k.Codes()
	for _, t := range d.Titles {
		if t.Key == "" || covers(t.Key.Codes(), codes) {
			return t, true
		}
	}
	return Title{}, false
}

// Called is what the dataflow is called where it is only of the series given: by the name that all of their titles give it, else by its own.
func (d *Dataflow) Called(keys ...stat.Key) Label {
	var name Label
	for i, k := range keys {
		t, _ := d.titleOf(k)
		if t.Flow.Vi == "" || i > 0 && t.Flow != name {
			return d.Name
		}
		name = t.Flow
	}
	if name.Vi == "" {
		return d.Name
	}
	return name
}

// covers reports whether every code that a pattern names is that of a key.
func covers(pattern, codes []string) bool {
	for i, want := range pattern {
		if want != "" && (i >= len(codes) || codes[i] != want) {
			return false
		}
	}
	return true
}
