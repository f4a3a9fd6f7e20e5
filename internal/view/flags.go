package view

import (
	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// Flag is what is said beside a figure of its status or of how well its source is known: a word or two, never a letter, since the letters of
// statuses and those of evidence marks mean different things. Pages, files and API have these words from here and no others.
type Flag struct {
	ID    string        // "status-E", "mark-I"
	Short catalog.Label // beside a figure
	Name  catalog.Label
	Text  catalog.Label // what it means, in a sentence
}

// StatusFlag gives the words for a status.
func StatusFlag(s stat.Status) Flag { return flag("status-" + string(s)) }

// MarkFlag gives the words for an evidence mark.
func MarkFlag(m stat.Mark) Flag { return flag("mark-" + string(m)) }

// flag gives the words of an id; a code that there is not speaks for itself.
func flag(id string) Flag {
	if !book.Has(id) {
		return Flag{ID: id, Short: catalog.Label{Vi: id, En: id}, Name: catalog.Label{Vi: id, En: id}}
	}
	return Flag{id, inBoth(id + "-short"), inBoth(id), inBoth(id + "-text")}
}

func inBoth(id string) catalog.Label {
	return catalog.Label{Vi: book.Say("vi", id), En: book.Say("en", id)}
}

// Flags lists what stands beside a figure: its status where that is not simply official, and its mark where the official source itself was not
// seen. Why there is no figure is said in its place and not beside it.
func Flags(s stat.Status, m stat.Mark) []Flag {
	var out []Flag
	switch s {
	case stat.Break, stat.Estimated, stat.Forecast, stat.Imputed, stat.Provisional, stat.LowTrust, stat.Unvalidated:
		out = append(out, StatusFlag(s))
	}
	switch m {
	case stat.MarkSecondary, stat.MarkInferred, stat.MarkUnverified:
		out = append(out, MarkFlag(m))
	}
	return out
}

// Legend lists every flag that may stand beside a figure, in the order in which legends have them.
func Legend() []Flag {
	var out []Flag
	for _, s := range stat.Statuses() {
		out = append(out, Flags(s, "")...)
	}
	for _, m := range stat.Marks() {
		out = append(out, Flags("", m)...)
	}
	return out
}
