package catalog

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// ChangeKind is what became of an artefact.
type ChangeKind string

// Kinds of change.
const (
	Added   ChangeKind = "added"
	Changed ChangeKind = "changed"
	Removed ChangeKind = "removed"
)

// Change is how one artefact differs between two catalogues.
type Change struct {
	Kind     ChangeKind
	Artefact Artefact // as it is now; as it was, when it was removed
	Lost     []string // codes that a codelist lost, attributes that a dataflow lost, fields that a type of records lost
	Won      []string // codes, attributes or fields that came
	Breaking bool     // keys of its figures, or fields of its records, mean something else: other dimensions, codes of another list, another kind
}

// Compare lists what differs between two catalogues, by sort and identifier.
func Compare(before, after *Catalog) []Change {
	was := map[string]Artefact{}
	for _, a := range before.Artefacts() {
		was[a.name()] = a
	}
	var out []Change
	for _, a := range after.Artefacts() {
		old, known := was[a.name()]
		delete(was, a.name())
		switch {
		case !known:
			out = append(out, Change{Kind: Added, Artefact: a})
		case old.Digest != a.Digest || old.Version != a.Version:
			out = append(out, changeOf(before, after, a))
		}
	}
	for _, a := range was {
		out = append(out, Change{Kind: Removed, Artefact: a})
	}
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.Artefact.name(), b.Artefact.name()) })
	return out
}

func changeOf(before, after *Catalog, a Artefact) Change {
	x := Change{Kind: Changed, Artefact: a}
	switch a.Sort {
	case CodelistSort:
		x.Lost, x.Won = apart(codesOf(before.codelists[a.ID]), codesOf(after.codelists[a.ID]))
	case DataflowSort:
		old, now := before.flowByID[a.ID], after.flowByID[a.ID]
		x.Lost, x.Won = apart(old.Attributes, now.Attributes)
		x.Breaking = !slices.EqualFunc(old.Dimensions, now.Dimensions, func(a, b Dimension) bool { return a.ID == b.ID && a.Codelist == b.Codelist })
	case RecordTypeSort:
		old, _ := before.RecordType(a.ID)
		now, _ := after.RecordType(a.ID)
		x.Lost, x.Won = apart(old.fields(), now.fields())
		x.Breaking = len(x.Lost) > 0 || slices.ContainsFunc(old.Fields, func(f Field) bool {
			g, _ := now.Field(f.ID)
			return g.Kind != f.Kind || g.Many != f.Many || g.Unit != f.Unit || g.Codelist != f.Codelist || g.Type != f.Type
		})
	}
	return x
}

func codesOf(l *Codelist) []string {
	out := make([]string, len(l.Codes))
	for i, c := range l.Codes {
		out[i] = c.ID
	}
	return out
}

// apart gives what only the first list has, and what only the second has.
func apart(before, after []string) (lost, won []string) {
	only := func(a, b []string) (out []string) {
		for _, x := range a {
			if !slices.Contains(b, x) {
				out = append(out, x)
			}
		}
		return out
	}
	return only(before, after), only(after, before)
}

// Uses tells which figures are stored, so that a change which would make some of them invalid is refused.
type Uses interface {
	// FiguresBySeries counts the stored versions of each series of a dataflow.
	FiguresBySeries(ctx context.Context, dataflow string) (map[stat.Key]int64, error)
	// FiguresCarrying counts the stored versions of a dataflow that have an attribute; with a value only those that have that value.
	FiguresCarrying(ctx context.Context, dataflow, attribute, value string) (int64, error)
}

// Next decides which version each changed artefact has from now on, given those that it has. It refuses a change under which stored figures
// would be invalid, and says what uses what is to go. A version that the files state counts where it is newer; a change that keeps every key
// valid takes the next minor version by itself.
func Next(ctx context.Context, before, after *Catalog, have []Artefact, uses Uses) ([]Artefact, error) {
	if a, b := before.country, after.country; a.ID != b.ID || a.Currency != b.Currency {
		return nil, fault.New("catalog.other-country", "has", a.ID+" ("+a.Currency+")", "given", b.ID+" ("+b.Currency+")")
	}
	current := map[string]Artefact{}
	for _, a := range have {
		current[a.name()] = a
	}
	var out []Artefact
	for _, x := range Compare(before, after) {
		if err := x.allowed(ctx, before, uses); err != nil {
			return nil, err
		}
		a := x.Artefact
		had, known := current[a.name()]
		switch {
		case x.Kind == Removed:
			a.Version, a.Digest = had.Version, ""
		case !known || had.Digest == "" && newer(a.Version, had.Version):
		case newer(a.Version, had.Version) && (!x.Breaking || major(a.Version) > major(had.Version)):
		case x.Breaking && a.Sort == RecordTypeSort:
			return nil, fault.New("catalog.type-needs-version", "id", a.ID, "version", had.Version, "next", strconv.Itoa(major(had.Version)+1)+".0")
		case x.Breaking || had.Digest == "":
			return nil, fault.New("catalog.needs-version", "id", a.ID, "version", had.Version, "next", strconv.Itoa(major(had.Version)+1)+".0")
		default:
			a.Version = minorAfter(had.Version)
		}
		out = append(out, a)
	}
	return out, nil
}

// Replacing decides the same where the catalogue before cannot be read any more, because the checks of the program have become stricter since:
// every stored series must be valid under the one to come, and each artefact that is not as it was takes its next version.
func Replacing(ctx context.Context, after *Catalog, have []Artefact, uses Uses) ([]Artefact, error) {
	left := map[string]Artefact{}
	for _, a := range have {
		if a.Digest != "" {
			left[a.name()] = a
		}
	}
	var out []Artefact
	for _, a := range after.Artefacts() {
		had, known := left[a.name()]
		delete(left, a.name())
		if known && had.Digest == a.Digest {
			continue
		}
		if known && !newer(a.Version, had.Version) {
			a.Version = minorAfter(had.Version)
		}
		out = append(out, a)
	}
	for _, a := range left {
		a.Digest = ""
		out = append(out, a)
	}
	slices.SortFunc(out, Artefact.Compare)
	for _, a := range have {
		if a.Sort != DataflowSort {
			continue
		}
		series, err := uses.FiguresBySeries(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		f, err := after.Dataflow(a.ID)
		if err != nil && len(series) > 0 {
			return nil, inUse(a.ID, a.ID, total(series))
		}
		for key, n := range series {
			if wrong := after.CheckKey(f, key); wrong != nil {
				return nil, inUse(a.ID, a.ID+"/"+string(key), n)
			}
		}
	}
	return out, nil
}

// allowed refuses a change of which stored figures are in the way.
func (x Change) allowed(ctx context.Context, before *Catalog, uses Uses) error {
	switch x.Artefact.Sort {
	case DataflowSort:
		if x.Kind == Removed || x.Breaking {
			series, err := uses.FiguresBySeries(ctx, x.Artefact.ID)
			if err != nil || len(series) == 0 {
				return err
			}
			return inUse(x.Artefact.ID, x.Artefact.ID, total(series))
		}
		for _, attribute := range x.Lost {
			n, err := uses.FiguresCarrying(ctx, x.Artefact.ID, attribute, "")
			if err != nil {
				return err
			}
			if n > 0 {
				return inUse(x.Artefact.ID+"."+attribute, x.Artefact.ID, n)
			}
		}
	case CodelistSort:
		lost := x.Lost
		if x.Kind == Removed {
			lost = codesOf(before.codelists[x.Artefact.ID])
		}
		return before.unused(ctx, x.Artefact.ID, lost, uses)
	}
	return nil
}

// unused refuses the removal of codes that stored figures have in their keys or attributes.
func (c *Catalog) unused(ctx context.Context, list string, codes []string, uses Uses) error {
	if len(codes) == 0 {
		return nil
	}
	for _, f := range c.dataflows {
		for i, d := range f.Dimensions {
			if d.Codelist != list {
				continue
			}
			series, err := uses.FiguresBySeries(ctx, f.ID)
			if err != nil {
				return err
			}
			for key, n := range series {
				if parts := key.Codes(); i < len(parts) && slices.Contains(codes, parts[i]) {
					return inUse(list+"."+parts[i], f.ID+"/"+string(key), n)
				}
			}
		}
		for _, attribute := range f.Attributes {
			if concept, ok := c.concepts[attribute]; !ok || concept.Codelist != list {
				continue
			}
			for _, code := range codes {
				n, err := uses.FiguresCarrying(ctx, f.ID, attribute, code)
				if err != nil {
					return err
				}
				if n > 0 {
					return inUse(list+"."+code, f.ID+"."+attribute, n)
				}
			}
		}
	}
	return nil
}

func inUse(what, by string, figures int64) error {
	return fault.New("catalog.in-use", "id", what, "by", by, "n", figures)
}

func total(series map[stat.Key]int64) (n int64) {
	for _, x := range series {
		n += x
	}
	return n
}

// numbers reads a version: "2" is 2.0.
func numbers(version string) [3]int {
	var out [3]int
	for i, part := range strings.SplitN(version, ".", 3) {
		out[i], _ = strconv.Atoi(part)
	}
	return out
}

func major(version string) int { return numbers(version)[0] }

func newer(a, b string) bool {
	x, y := numbers(a), numbers(b)
	return slices.Compare(x[:], y[:]) > 0
}

func minorAfter(version string) string {
	n := numbers(version)
	return strconv.Itoa(n[0]) + "." + strconv.Itoa(n[1]+1)
}
