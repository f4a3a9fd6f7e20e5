package shell

import (
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
)

// names gives what the catalogue of the release viewed knows of figures.
func (v *Visit) names() view.Names { return view.Names{Catalog: v.Snap.Catalog} }

// Number writes the value of an observation as it is published: in the words of its source where those are no plain number.
func (v *Visit) Number(o cube.Version) string {
	f, err := v.Snap.Catalog.Dataflow(o.Dataflow)
	if words, is := v.names().Worded(o); is && (o.Value != nil || o.Printed() != "") {
		return words.In(v.Lang)
	}
	if err != nil || o.Value == nil {
		return v.Missing(o.Status)
	}
	return text.FormatNumber(v.Lang, *o.Value, v.names().Decimals(f, o))
}

// Interval writes the bounds of an observation, "13,9–15,3", or "" when it has none. A range that a source prints is no interval of confidence.
func (v *Visit) Interval(o cube.Version) string {
	if o.Printed() != "" {
		return ""
	}
	lo, err1 := stat.ParseDecimal(o.Attributes[stat.AttrLower])
	hi, err2 := stat.ParseDecimal(o.Attributes[stat.AttrUpper])
	f, err3 := v.Snap.Catalog.Dataflow(o.Dataflow)
	if err1 != nil || err2 != nil || err3 != nil {
		return ""
	}
	d := v.names().Decimals(f, o)
	return text.FormatNumber(v.Lang, lo, d) + "–" + text.FormatNumber(v.Lang, hi, d)
}

// Level is the confidence level of an interval, "95".
func (v *Visit) Level(o cube.Version) string {
	if l := o.Attributes[stat.AttrLevel]; l != "" {
		return l
	}
	return "95"
}

// Published says in a sentence when a figure was published.
func (v *Visit) Published(x stat.Vintage) string { return view.Published(v.Lang, x) }

// Vintage writes when a figure was published.
func (v *Visit) Vintage(x stat.Vintage) string { return view.Vintage(v.Lang, x) }

// Credits names the documents of figures within a drawing, which leaves the site and has room for few names: all of them, or how many there are and
// where they are listed, and never some of them.
func (v *Visit) Credits(list []cube.Version) string {
	out := v.sourceNames(v.Lang, list)
	if len(out) > sourcesNamed {
		return v.Say("common.many-sources", "n", len(out))
	}
	return strings.Join(out, "; ")
}

// sourcesNamed bounds the documents that a line names one by one. A page lists all of them below the line.
const sourcesNamed = 4

// VintageLine says to when the figures on the page are.
func (v *Visit) VintageLine() string {
	if !v.AsOf.IsZero() {
		return v.Say("common.as-of-line", "date", text.FormatDate(v.Lang, v.AsOf))
	}
	return v.Say("common.release-line", "release", v.Snap.Release.Title.In(v.Lang), "date", text.FormatDate(v.Lang, v.Snap.Catalog.Day(v.Snap.Release.PublishAt)))
}

// SourceLine is what stands under a drawing: the documents, and the vintage shown.
func (v *Visit) SourceLine(list []cube.Version) Credit { return Credit{v: v, list: list} }

// Credited is the line of a figure that rests on no observation: what it was made from, in words.
func (v *Visit) Credited(said catalog.Label) Credit { return Credit{v: v, said: said} }

// Word gives a drawing the words of every figure in it that its source prints in place of a plain number, whatever it was made from.
func (v *Visit) Word(s *chart.Spec) {
	for _, series := range s.Series {
		for _, x := range series.Values {
			if _, known := s.Printed[x.Text]; x.Text != "" && !known {
				if s.Printed == nil {
					s.Printed = map[string]catalog.Label{}
				}
				s.Printed[x.Text] = v.names().Attribute(stat.AttrText, x.Text)
			}
		}
	}
}
