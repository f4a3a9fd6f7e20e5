package cube

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/words"
)

// Finding is a rule that figures of a message break and that lets them pass. It is stored with the message, or neither is.
type Finding struct {
	Rule     string // identifier in rules.yaml
	Severity catalog.Severity
	Identity string            // the same figures breaking the same rule have the same; it is stored once
	Cells    []Cell            // the figure that the rule stands at first, then the others
	Row      int               // of the file; 0 when the figure came from none
	Column   string            // of the file
	Parts    map[string]string // the facts that the sentence names, as text; enough to say it again without the figures

	seq int // of the figure in the message
}

// Tally says how often an identity could be tested, and how often it held.
type Tally struct {
	Rule         string
	Tested, Held int
}

//go:embed findings.csv
var findingsFile string

var sentences = words.MustRead(findingsFile)

// listOf names the codelist in which a fact of a finding is a code.
var listOf = map[string]string{"area": "CL_AREA", "status": "CL_OBS_STATUS"}

// In says the finding in "vi" or "en".
func (f Finding) In(c *catalog.Catalog, lang string) string {
	return Sentence(c, lang, f.Rule, f.Parts)
}

// Sentence says a finding in "vi" or "en" from its rule and parts. A finding of a rule that is no longer declared is said
// by its kind.
func Sentence(c *catalog.Catalog, lang, rule string, parts map[string]string) string {
	id := parts["say"]
	r, declared := c.Rule(rule)
	if id == "" && declared {
		id = sentenceOf(r)
	}
	if id == "" {
		id = rule // as findings were kept before rules were declared
	}
	if !sentences.Has(id) {
		id = string(catalog.IdentityRule)
	}
	pairs := make([]any, 0, 2*len(parts))
	added := addedOver(r)
	for name, value := range parts {
		said := factText(c, lang, name, value)
		if name == "cell" {
			said = cellText(c, lang, value, added)
		}
		pairs = append(pairs, name, said)
	}
	if cells := CellsOf(parts); len(cells) > 1 {
		pairs = append(pairs, "parts", partNames(c, lang, cells, len(added) > 0))
	}
	said := sentences.Say(lang, id, append(pairs, "money", c.Money().In(lang))...)
	if declared {
		if why := r.Why.In(lang); why != "" {
			said += " " + why
		}
	}
	return said
}

// addedOver gives the dimensions over which an identity adds figures of the dataflow that it stands at, when the figure it stands at is one of
// those added and not their total: the identity is about no single code of them.
func addedOver(r *catalog.Rule) map[string]bool {
	if r == nil || r.Kind != catalog.IdentityRule || r.Got == nil {
		return nil
	}
	out := map[string]bool{}
	for _, ref := range append(r.Got.Refs(), r.Want.Refs()...) {
		if ref.This {
			return nil
		}
		for dimension, codes := range ref.Codes {
			if len(codes) > 1 && slices.Contains(r.Flows, ref.Flow.ID) {
				out[dimension] = true
			}
		}
	}
	return out
}

// partNames names what a finding adds by the codes in which the figures of its first dataflow differ, so that two identities of one total never
// read the same. The first figure is one of them when whole is set, else it is their total.
func partNames(c *catalog.Catalog, lang string, cells []Cell, whole bool) string {
	flow, err := c.Dataflow(cells[0].Dataflow)
	if err != nil {
		return ""
	}
	first := cells[0].Key.Codes()
	var names []string
	for i, cell := range cells {
		if cell.Dataflow != flow.ID || i == 0 && !whole {
			continue
		}
		var of []string
		for k, code := range cell.Key.Codes() {
			if k >= len(flow.Dimensions) || flow.Dimensions[k].ID == "FREQ" {
				continue
			}
			if slices.ContainsFunc(cells, func(x Cell) bool { return x.Dataflow == flow.ID && x.Key.Codes()[k] != first[k] }) {
				of = append(of, c.Name(flow.Dimensions[k].Codelist, code, lang))
			}
		}
		if name := strings.Join(of, ", "); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, "; ")
}

// sentenceOf gives the sentence that a rule speaks with: its own, the one it names, or that of its kind.
func sentenceOf(r *catalog.Rule) string {
	for _, id := range []string{r.Say, r.ID} {
		if id != "" && sentences.Has(id) {
			return id
		}
	}
	return string(r.Kind)
}

// factText writes a fact as a reader should see it.
func factText(c *catalog.Catalog, lang, name, value string) string {
	switch {
	case listOf[name] != "":
		value = c.Name(listOf[name], value, lang)
	case name == "period" || name == "before":
		if p, err := stat.ParsePeriod(value); err == nil {
			value = text.FormatPeriodInline(lang, p)
		}
	case name == "vintage" || name == "other" || name == "day":
		value = vintageText(lang, value)
	case name == "cells" || name == "source" || name == "say" || name == "power":
	case name == "first" || name == "last": // years are names, not counts
	default:
		if d, err := stat.ParseDecimal(value); err == nil {
			value = text.FormatNumber(lang, d, -1)
		}
	}
	return value
}

// cellText names a cell in words: its dataflow, its codes other than the frequency and those of some dimensions, and its period.
func cellText(c *catalog.Catalog, lang, cell string, without map[string]bool) string {
	id, rest, _ := strings.Cut(cell, "/")
	key, written, _ := strings.Cut(rest, "/")
	flow, err := c.Dataflow(id)
	if err != nil {
		return cell
	}
	name := seriesName(c, flow, stat.Key(key), lang, without)
	if p, err := stat.ParsePeriod(written); err == nil {
		name += ", " + text.FormatPeriodInline(lang, p)
	}
	return name
}

// SeriesName names a series in words: its dataflow and its codes other than the frequency.
func SeriesName(c *catalog.Catalog, flow *catalog.Dataflow, key stat.Key, lang string) string {
	return seriesName(c, flow, key, lang, nil)
}

func seriesName(c *catalog.Catalog, flow *catalog.Dataflow, key stat.Key, lang string, without map[string]bool) string {
	name := flow.Called(key).In(lang)
	var of []string
	for i, code := range key.Codes() {
		if i < len(flow.Dimensions) && flow.Dimensions[i].ID != "FREQ" && !without[flow.Dimensions[i].ID] {
			of = append(of, c.FullName(flow.Dimensions[i].Codelist, code).In(lang))
		}
	}
	if len(of) > 0 {
		name += " (" + strings.Join(of, "; ") + ")"
	}
	return name
}

// vintageText writes a vintage as recorded, as precisely as it is known.
func vintageText(lang, written string) string {
	if p, err := stat.ParsePeriod(strings.TrimPrefix(written, "~")); err == nil {
		return text.FormatPeriodInline(lang, p)
	}
	return written
}

// newFinding puts a finding together. Its identity holds the rule, the figure it stands at, and the numbers that disagree; the day of a
// derived figure says only when it was computed, and is left out.
func newFinding(r *catalog.Rule, cells []Cell, at stat.Observation, parts map[string]string, numbers ...string) Finding {
	var names []string
	for _, c := range cells {
		names = append(names, c.String())
	}
	parts["cells"] = strings.Join(names, " ")
	parts["vintage"] = writtenVintage(at.Vintage)
	if say := sentenceOf(r); parts["say"] == "" && say != r.ID {
		parts["say"] = say
	}
	identity := r.ID + " " + names[0]
	if Reported(at) {
		identity += "@" + at.Vintage.Date.String()
	}
	identity += " " + strings.Join(numbers, "|")
	return Finding{Rule: r.ID, Severity: r.Severity, Identity: strings.TrimSpace(identity), Cells: cells, Parts: parts}
}

// CellsOf gives the cells of a stored finding from its parts.
func CellsOf(parts map[string]string) (out []Cell) {
	for _, text := range strings.Fields(parts["cells"]) {
		if c, err := ParseCell(text); err == nil {
			out = append(out, c)
		}
	}
	return out
}

// writtenVintage gives a vintage as recorded, or the day it counts as when it is not recorded.
func writtenVintage(v stat.Vintage) string {
	if v.Written == "" {
		return v.Date.String()
	}
	return v.Written
}

// said is the sentence of a finding as a fact of a fault, in the reader's language.
type said struct {
	c *catalog.Catalog
	f Finding
}

// In says it.
func (s said) In(lang string) string { return s.f.In(s.c, lang) }

// MarshalText writes it for machines, in the first language.
func (s said) MarshalText() ([]byte, error) { return []byte(s.In("vi")), nil }

// sortFindings orders findings as their rules are declared, then by row and by place in the message.
func sortFindings(c *catalog.Catalog, list []Finding) {
	order := map[string]int{}
	for i, r := range c.Rules() {
		order[r.ID] = i
	}
	slices.SortStableFunc(list, func(a, b Finding) int {
		if order[a.Rule] != order[b.Rule] {
			return order[a.Rule] - order[b.Rule]
		}
		return cmp.Or(a.Row-b.Row, a.seq-b.seq)
	})
}
