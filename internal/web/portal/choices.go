package portal

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
	"nhipso/internal/web/shell"
)

// choiceList is a dimension of which several codes may be chosen: boxes to tick, or of too many codes a line to write them in.
type choiceList struct {
	ID, Name string
	Options  []shell.Option
	Chosen   string // how many, in words; "" when none is
	Open     bool
	Typed    bool
	Value    string
}

// codesOf reads the codes that the address chooses of each dimension. A code that its list does not have is refused.
func (v *visit) codesOf(f *catalog.Dataflow) (map[string][]string, error) {
	out := map[string][]string{}
	for _, d := range f.Dimensions {
		for _, code := range shell.List(v.Query[d.ID]) {
			if err := v.knows(d, code); err != nil {
				return nil, err
			}
			out[d.ID] = append(out[d.ID], code)
		}
	}
	return out, nil
}

// patternOf writes chosen codes as a pattern of keys.
func patternOf(f *catalog.Dataflow, chosen map[string][]string) string {
	codes := make([]string, len(f.Dimensions))
	for i, d := range f.Dimensions {
		codes[i] = strings.Join(chosen[d.ID], "+")
	}
	return strings.Join(codes, ".")
}

// choicesOf lists what can be chosen of each dimension that has more than one code; what is ticked is what was chosen.
func (v *visit) choicesOf(f *catalog.Dataflow, choice *publish.Choice, chosen map[string][]string) []choiceList {
	var out []choiceList
	for i, d := range f.Dimensions {
		l, err := v.Snap.Catalog.Codelist(d.Codelist)
		codes := choice.Codes(i)
		for _, code := range chosen[d.ID] { // what leaves nothing with the other choices can be taken back
			if !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
		if err != nil || len(codes) < 2 {
			continue
		}
		x := choiceList{ID: d.ID, Name: d.Name.In(v.Lang)}
		x.Chosen = v.taken(d.Codelist, chosen[d.ID])
		x.Open = x.Chosen != ""
		if len(codes) > maxOptions {
			x.Typed, x.Value, x.Name = true, shell.Joined(chosen[d.ID]), v.Say("table.codes-of", "dimension", x.Name)
			out = append(out, x)
			continue
		}
		slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(l.Position(a), l.Position(b)), cmp.Compare(a, b)) })
		names := v.namesAmong(d.Codelist, codes)
		for _, code := range codes {
			x.Options = append(x.Options, shell.Option{Value: code, Name: names[code].In(v.Lang), Selected: slices.Contains(chosen[d.ID], code)})
		}
		out = append(out, x)
	}
	return out
}

// fewNamed is how many chosen codes are named beside their dimension; more are counted.
const fewNamed = 2

// taken says beside a dimension what is chosen of it; "" when nothing is.
func (v *visit) taken(codelist string, codes []string) string {
	if len(codes) > fewNamed {
		return v.Say("table.n-chosen", "n", v.count(len(codes)))
	}
	names, out := v.namesAmong(codelist, codes), []string{}
	for _, code := range codes {
		out = append(out, names[code].In(v.Lang))
	}
	return strings.Join(out, ", ")
}

// namesAmong names codes of a list beside each other: in full only where two of them bear one name.
func (v *visit) namesAmong(codelist string, codes []string) map[string]catalog.Label {
	out, bearing := make(map[string]catalog.Label, len(codes)), map[catalog.Label]int{}
	for _, code := range codes {
		out[code] = nameOf(v.Snap, codelist, code)
		bearing[out[code]]++
	}
	for code, name := range out {
		if bearing[name] > 1 {
			out[code] = namesOf(v.Snap).FullName(codelist, code)
		}
	}
	return out
}

// dimensionsOf names the dimensions of a dataflow, which are parameters of its pages; none when there is no such dataflow.
func (p *Portal) dimensionsOf(r *http.Request, dataflow string) []string {
	view, err := p.site.View(r)
	if err != nil {
		return nil
	}
	f, err := view.Catalog.Dataflow(dataflow)
	if err != nil {
		return nil
	}
	var out []string
	for _, d := range f.Dimensions {
		out = append(out, d.ID)
	}
	return out
}
