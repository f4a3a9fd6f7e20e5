// Package composite computes composite indices from a declared method: how each indicator is brought to
// a common scale, with which weights the parts are put together, what happens when one is missing, how
// units are ranked, and how robust the ranks are.
//
// A method is a value, versioned and dated, not code: a new edition of an index is a new file. Scores of
// different versions are not one series, and nothing here joins them.
//
// This package may not read files, clocks or global state: it parses bytes it is given. Random numbers
// come from a declared seed and the number of the draw, so results do not depend on threads.
package composite

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Text is a name in both languages.
type Text struct {
	VI string `yaml:"vi" json:"vi"`
	EN string `yaml:"en" json:"en"`
}

// Method is one version of an index.
type Method struct {
	Code      string    `yaml:"code" json:"code"`                               // of the index, the same for all versions
	Version   string    `yaml:"version" json:"version"`                         // of the method
	Level     string    `yaml:"level,omitempty" json:"level,omitempty"`         // what the units are: province, ministry, …
	From      string    `yaml:"from" json:"from"`                               // first day of data it applies to, 2021-01-01
	Until     string    `yaml:"until,omitempty" json:"until,omitempty"`         // last day; empty while in force
	Decision  string    `yaml:"decision,omitempty" json:"decision,omitempty"`   // the document that sets it
	Source    string    `yaml:"source,omitempty" json:"source,omitempty"`       // where the method was seen
	Mark      string    `yaml:"mark,omitempty" json:"mark,omitempty"`           // evidence mark: S, S2, D, I, M
	Note      Text      `yaml:"note,omitempty" json:"note,omitzero"`            // what a reader must know
	Normalise Normalise `yaml:"normalise" json:"normalise"`                     // of every indicator that declares none
	Aggregate string    `yaml:"aggregate,omitempty" json:"aggregate,omitempty"` // arithmetic (default) or geometric
	Weights   string    `yaml:"weights,omitempty" json:"weights,omitempty"`     // "equal": parts without a weight have weight 1
	Missing   Missing   `yaml:"missing,omitempty" json:"missing,omitzero"`      // what a missing indicator means
	Decimals  *int      `yaml:"decimals,omitempty" json:"decimals,omitempty"`   // of the published index; ranks compare rounded values
	Merge     *Merge    `yaml:"merge,omitempty" json:"merge,omitempty"`         // units joined by a change of territory
	Index     Node      `yaml:"index" json:"index"`                             // the tree
}

// Node is an index, a part of one, or an indicator (a node without parts).
type Node struct {
	Code       string     `yaml:"code" json:"code"`
	Name       Text       `yaml:"name,omitempty" json:"name,omitzero"`
	Weight     *float64   `yaml:"weight,omitempty" json:"weight,omitempty"`         // or points, among its siblings; absent means not published
	Components int        `yaml:"components,omitempty" json:"components,omitempty"` // how many components the method lists below
	Unscored   bool       `yaml:"unscored,omitempty" json:"unscored,omitempty"`     // listed by the method but not counted
	Down       bool       `yaml:"down,omitempty" json:"down,omitempty"`             // smaller is better
	Per        string     `yaml:"per,omitempty" json:"per,omitempty"`               // indicator by which this one is divided
	Normalise  *Normalise `yaml:"normalise,omitempty" json:"normalise,omitempty"`
	Aggregate  string     `yaml:"aggregate,omitempty" json:"aggregate,omitempty"`
	Mark       string     `yaml:"mark,omitempty" json:"mark,omitempty"`
	Parts      []Node     `yaml:"parts,omitempty" json:"parts,omitempty"`
}

// Normalise brings an indicator to a common scale.
//
//	goalposts  (x - low)/(high - low) with declared low and high; outside is an error, or clipped with clamp
//	min-max    the same with the least and greatest value of the units
//	z          (x - mean)/sd over the units, divisor n - 1
//	rank       (n - rank)/(n - 1), ties sharing their mean rank
//	none       the value as it is
//
// Where smaller is better the scale is turned round. Goalposts, min-max and rank give 0 to 1. With log the natural logarithm is taken first,
// as the human development index does with income; values, and goalposts, are then given before it and have to be positive.
//
// A node with parts that declares one has its aggregated scores brought to a scale again, as the e-government development index does
// with its sub-indices. Its indicators do not inherit it.
type Normalise struct {
	Kind  string   `yaml:"kind" json:"kind"`
	Low   *float64 `yaml:"low,omitempty" json:"low,omitempty"`
	High  *float64 `yaml:"high,omitempty" json:"high,omitempty"`
	Clamp bool     `yaml:"clamp,omitempty" json:"clamp,omitempty"`
	Log   bool     `yaml:"log,omitempty" json:"log,omitempty"`
}

// Missing is the rule for an indicator without a value.
//
//	refuse  the unit is not assessable (default)
//	omit    the other parts share its weight, if they carry at least the declared coverage of it
//	zero    it counts as the worst score, 0
//	mean    it takes the mean normalised value of the units that have one
type Missing struct {
	Rule     string  `yaml:"rule,omitempty" json:"rule,omitempty"`
	Coverage float64 `yaml:"coverage,omitempty" json:"coverage,omitempty"` // share of the weight that must be present, for omit
}

// Merge says how units joined by a change of territory get their indicators.
type Merge struct {
	Rule string `yaml:"rule" json:"rule"` // "simple-average"
	Mark string `yaml:"mark,omitempty" json:"mark,omitempty"`
}

// Parse reads a method from YAML or JSON and checks it. Unknown fields are refused.
func Parse(b []byte) (Method, error) {
	var m Method
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&m); err != nil {
		if errors.Is(err, io.EOF) {
			return m, fault.New("composite.empty-method")
		}
		return m, fault.New("composite.bad-method").Because(err)
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return m, fault.New("composite.bad-method")
	}
	return m, m.Check()
}

// Check refuses a method that cannot be computed as declared.
func (m Method) Check() error {
	if m.Code == "" || m.Version == "" || m.Index.Code == "" {
		return fault.New("composite.unnamed")
	}
	from, err := stat.ParseDate(m.From)
	if err != nil {
		return fault.New("composite.bad-date", "method", m.Code+" "+m.Version, "date", m.From)
	}
	if m.Until != "" {
		until, err := stat.ParseDate(m.Until)
		if err != nil || until.Before(from) {
			return fault.New("composite.bad-date", "method", m.Code+" "+m.Version, "date", m.Until)
		}
	}
	switch m.Missing.Rule {
	case "", "refuse", "omit", "zero", "mean":
	default:
		return fault.New("composite.unknown-rule", "what", "missing", "rule", m.Missing.Rule)
	}
	if c := m.Missing.Coverage; !finite(c) || c < 0 || c > 1 {
		return fault.New("composite.bad-coverage", "value", num(c))
	}
	if m.Weights != "" && m.Weights != "equal" {
		return fault.New("composite.unknown-rule", "what", "weights", "rule", m.Weights)
	}
	if m.Merge != nil && m.Merge.Rule != "simple-average" {
		return fault.New("composite.unknown-rule", "what", "merge", "rule", m.Merge.Rule)
	}
	if m.Decimals != nil && (*m.Decimals < 0 || *m.Decimals > 15) {
		return fault.New("composite.unknown-rule", "what", "decimals", "rule", *m.Decimals)
	}
	return m.checkNode(m.Index, map[string]bool{}, 0)
}

// checkItself checks what every node needs, whether it has parts or not.
func checkItself(n Node, seen map[string]bool, depth int) error {
	if n.Code == "" {
		return fault.New("composite.unnamed")
	}
	if seen[n.Code] {
		return fault.New("composite.code-twice", "code", n.Code)
	}
	seen[n.Code] = true
	if depth > 20 {
		return fault.New("composite.too-deep", "code", n.Code)
	}
	if n.Weight != nil && (!finite(*n.Weight) || *n.Weight < 0) {
		return fault.New("composite.bad-weight", "code", n.Code, "value", num(*n.Weight))
	}
	return nil
}

func (m Method) checkNode(n Node, seen map[string]bool, depth int) error {
	if err := checkItself(n, seen, depth); err != nil {
		return err
	}
	if len(n.Parts) == 0 {
		return checkNormalise(n.Code, m.normalise(n), n.Down)
	}
	if n.Per != "" || n.Down && n.Normalise == nil {
		return fault.New("composite.no-indicator", "code", n.Code)
	}
	if n.Normalise != nil {
		if err := checkNormalise(n.Code, *n.Normalise, n.Down); err != nil {
			return err
		}
	}
	aggregate := m.aggregate(n)
	if aggregate != "arithmetic" && aggregate != "geometric" {
		return fault.New("composite.unknown-rule", "what", "aggregate", "rule", aggregate)
	}
	total, scored := 0.0, 0
	for _, p := range n.Parts {
		if err := m.checkNode(p, seen, depth+1); err != nil {
			return err
		}
		if aggregate == "geometric" && (len(p.Parts) == 0 || p.Normalise != nil) && m.normalise(p).Kind == "z" {
			return fault.New("composite.geometric-needs-positive", "code", p.Code)
		}
		if !p.Unscored {
			scored++
			total += m.weight(p)
		}
	}
	if scored == 0 || (scored > 1 && total == 0 && m.weighted(n)) {
		return fault.New("composite.no-weight", "code", n.Code)
	}
	return nil
}

func checkNormalise(code string, n Normalise, down bool) error {
	switch n.Kind {
	case "goalposts":
		if n.Low == nil || n.High == nil || !finite(*n.Low) || !finite(*n.High) || *n.Low >= *n.High || n.Log && *n.Low <= 0 {
			return fault.New("composite.bad-goalposts", "code", code)
		}
	case "min-max", "z", "rank":
	case "none":
		if down {
			return fault.New("composite.none-has-no-direction", "code", code)
		}
	default:
		return fault.New("composite.unknown-rule", "what", "normalise", "rule", n.Kind)
	}
	return nil
}

func (m Method) normalise(n Node) Normalise {
	if n.Normalise != nil {
		return *n.Normalise
	}
	return m.Normalise
}

func (m Method) aggregate(n Node) string {
	switch {
	case n.Aggregate != "":
		return n.Aggregate
	case m.Aggregate != "":
		return m.Aggregate
	}
	return "arithmetic"
}

// weight gives the weight of a part, or 0 when none is published.
func (m Method) weight(p Node) float64 {
	switch {
	case p.Weight != nil:
		return *p.Weight
	case m.Weights == "equal":
		return 1
	}
	return 0
}

// weighted reports whether the weights of all scored parts are known. One part alone needs none.
func (m Method) weighted(n Node) bool {
	scored, missing := 0, 0
	for _, p := range n.Parts {
		if p.Unscored {
			continue
		}
		scored++
		if p.Weight == nil && m.Weights != "equal" {
			missing++
		}
	}
	return missing == 0 || scored == 1
}

// Indicators lists the codes the data must have: the scored indicators, then the divisors.
func (m Method) Indicators() []string {
	var leaves, divisors []string
	seen := map[string]bool{}
	var walk func(Node)
	walk = func(n Node) {
		if n.Unscored {
			return
		}
		if len(n.Parts) == 0 {
			leaves = append(leaves, n.Code)
			seen[n.Code] = true
			if n.Per != "" {
				divisors = append(divisors, n.Per)
			}
		}
		for _, p := range n.Parts {
			walk(p)
		}
	}
	walk(m.Index)
	for _, d := range divisors {
		if !seen[d] {
			seen[d] = true
			leaves = append(leaves, d)
		}
	}
	return leaves
}

// WithWeights gives a copy of the method with the weights of some nodes replaced, for a scenario or for a
// version whose weights are not published. The version is marked by the given suffix, so that no result
// passes for the official one.
func (m Method) WithWeights(weights map[string]float64, suffix string) (Method, error) {
	left := maps.Clone(weights)
	var change func(Node) Node
	change = func(n Node) Node {
		if w, ok := weights[n.Code]; ok {
			n.Weight = &w
			delete(left, n.Code)
		}
		parts := make([]Node, len(n.Parts))
		for i, p := range n.Parts {
			parts[i] = change(p)
		}
		if len(parts) > 0 {
			n.Parts = parts
		}
		return n
	}
	m.Index = change(m.Index)
	m.Version += suffix
	for _, code := range slices.Sorted(maps.Keys(left)) {
		return m, fault.New("composite.unknown-node", "code", code)
	}
	return m, m.Check()
}

// InForce gives the version of an index that applies to data of a day (2006-01-02) at a level.
func InForce(methods []Method, code, level, day string) (Method, error) {
	if _, err := stat.ParseDate(day); err != nil {
		return Method{}, fault.New("composite.bad-date", "method", code, "date", day)
	}
	var found []Method
	for _, m := range methods { // ISO dates order as text
		if m.Code == code && m.Level == level && m.From <= day && (m.Until == "" || day <= m.Until) {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Method{}, fault.New("composite.no-version", "code", code, "level", level, "day", day)
	}
	return Method{}, fault.New("composite.two-versions", "code", code, "level", level, "day", day,
		"first", found[0].Version, "second", found[1].Version)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func num(x float64) string { return strconv.FormatFloat(x, 'g', 9, 64) }
