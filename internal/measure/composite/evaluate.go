package composite

import (
	"math"
	"slices"
	"sort"

	"nhipso/internal/fault"
)

// Score is a node's value for one unit. When it is not Known, Why is the code of the reason.
type Score struct {
	Value float64
	Known bool
	Why   string
}

// The reasons for which a score is not known.
const (
	WhyMissing = "composite.why-missing"         // an indicator has no value
	WhyWeights = "composite.why-weights-unknown" // the weights of this version are not published
)

// Scores are the results of one node.
type Scores struct {
	Code   string
	Depth  int     // 0 for the index itself
	Weight float64 // share among its siblings, which add to 1; 0 when unscored or not published
	Scores []Score // one a unit; of an indicator, its normalised value
	Ranks  []int   // standard competition ranks (1, 2, 2, 4), the greatest first; 0 where not known
}

// Result is an evaluated index.
type Result struct {
	Method string // code and version
	Units  []string
	Nodes  []Scores // the tree in reading order: each node before its parts
}

// Node gives the results of a node by its code.
func (r *Result) Node(code string) (Scores, bool) {
	for _, n := range r.Nodes {
		if n.Code == code {
			return n, true
		}
	}
	return Scores{}, false
}

// Evaluate computes every node for every unit. Scores are kept in full; ranks compare them rounded to the
// method's decimals, as they are published. A node whose weights are not published is not assessable,
// while its parts still are.
func Evaluate(m Method, d Data) (*Result, error) {
	e, err := compile(m, d)
	if err != nil {
		return nil, err
	}
	leaves, err := e.normalised("")
	if err != nil {
		return nil, err
	}
	scores, err := e.aggregate(leaves, e.weights, "")
	if err != nil {
		return nil, err
	}
	r := &Result{Method: m.Code + " " + m.Version, Units: d.Units}
	for i, n := range e.nodes {
		s := Scores{Code: n.node.Code, Depth: n.depth, Scores: scores[i], Ranks: Ranks(scores[i], m.Decimals)}
		if n.parent < 0 {
			s.Weight = 1
		} else if parent := e.nodes[n.parent]; parent.weighted && !n.node.Unscored {
			total := 0.0
			for _, p := range parent.parts {
				total += e.weights[p]
			}
			s.Weight = e.weights[i] / total
		}
		r.Nodes = append(r.Nodes, s)
	}
	return r, nil
}

// Ranks gives standard competition ranks: equal values share the best rank and the next ones are skipped.
// With decimals the values are compared as they would be printed.
func Ranks(scores []Score, decimals *int) []int {
	key := make([]float64, len(scores))
	for i, s := range scores {
		key[i] = s.Value
		if decimals != nil {
			p := math.Pow(10, float64(*decimals))
			key[i] = math.Round(s.Value * p)
		}
	}
	order := make([]int, 0, len(scores))
	for i, s := range scores {
		if s.Known {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return key[order[a]] > key[order[b]] })
	ranks := make([]int, len(scores))
	for at, i := range order {
		ranks[i] = at + 1
		if at > 0 && key[order[at-1]] == key[i] {
			ranks[i] = ranks[order[at-1]]
		}
	}
	return ranks
}

// engine is a method laid flat for evaluation, parents before parts.
type engine struct {
	m       Method
	d       Data
	nodes   []flat
	weights []float64
	readAs  [][]Reading // of each indicator, after division
}

type flat struct {
	node     Node
	depth    int
	parent   int
	parts    []int // scored parts
	weighted bool
}

func compile(m Method, d Data) (*engine, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if err := d.check(m); err != nil {
		return nil, err
	}
	e := &engine{m: m, d: d}
	var add func(n Node, parent, depth int) int
	add = func(n Node, parent, depth int) int {
		at := len(e.nodes)
		e.nodes = append(e.nodes, flat{node: n, depth: depth, parent: parent, weighted: m.weighted(n)})
		e.weights = append(e.weights, m.weight(n))
		for _, p := range n.Parts {
			if p.Unscored {
				continue
			}
			i := add(p, at, depth+1)
			e.nodes[at].parts = append(e.nodes[at].parts, i)
		}
		if parts := e.nodes[at].parts; len(parts) == 1 && e.weights[parts[0]] == 0 {
			e.weights[parts[0]] = 1
		}
		return at
	}
	add(m.Index, -1, 0)
	e.readAs = make([][]Reading, len(e.nodes))
	for i, n := range e.nodes {
		if len(n.node.Parts) > 0 {
			continue
		}
		rs := append([]Reading(nil), d.Readings[n.node.Code]...)
		if n.node.Per != "" {
			for u, by := range d.Readings[n.node.Per] {
				switch {
				case !by.Known:
					rs[u] = Reading{}
				case rs[u].Known && by.Value == 0:
					return nil, fault.New("composite.zero-divisor", "code", n.node.Per, "unit", d.Units[u])
				case rs[u].Known:
					rs[u].Value /= by.Value
				}
			}
		}
		e.readAs[i] = rs
	}
	return e, nil
}

// normalised brings every indicator to its scale; kind overrides the declared one when it is not empty.
func (e *engine) normalised(kind string) ([][]Score, error) {
	out := make([][]Score, len(e.nodes))
	for i, n := range e.nodes {
		if e.readAs[i] == nil {
			continue
		}
		how := e.m.normalise(n.node)
		if kind != "" && kind != how.Kind {
			how = Normalise{Kind: kind, Log: how.Log}
		}
		s, err := normalise(n.node.Code, e.d.Units, e.readAs[i], how, n.node.Down)
		if err != nil {
			return nil, err
		}
		e.fill(s)
		out[i] = s
	}
	return out, nil
}

// fill applies the rules for missing readings that act on the indicator itself.
func (e *engine) fill(s []Score) {
	replace := Score{Known: true}
	switch e.m.Missing.Rule {
	case "zero":
	case "mean":
		sum, n := 0.0, 0
		for _, x := range s {
			if x.Known {
				sum, n = sum+x.Value, n+1
			}
		}
		if n == 0 {
			return
		}
		replace.Value = sum / float64(n)
	default:
		return
	}
	for i := range s {
		if !s[i].Known {
			s[i] = replace
		}
	}
}

func normalise(code string, units []string, rs []Reading, how Normalise, down bool) ([]Score, error) {
	out := make([]Score, len(rs))
	var values []float64
	for i, r := range rs {
		if r.Known {
			values = append(values, r.Value)
		} else {
			out[i].Why = WhyMissing
		}
	}
	if len(values) == 0 {
		return out, nil
	}
	if how.Log {
		return logarithmic(code, units, rs, how, down)
	}
	f, err := scale(code, units, rs, values, how, down)
	if err != nil {
		return nil, err
	}
	for i, r := range rs {
		if r.Known {
			out[i] = Score{Value: f(r.Value), Known: true}
		}
	}
	return out, nil
}

// scale gives the function that makes a score of a value, or says why the kind cannot be applied to these values.
func scale(code string, units []string, rs []Reading, values []float64, how Normalise, down bool) (func(x float64) float64, error) {
	switch how.Kind {
	case "goalposts":
		for i, r := range rs {
			if r.Known && !how.Clamp && (r.Value < *how.Low || r.Value > *how.High) {
				return nil, fault.New("composite.outside-goalposts", "code", code, "unit", units[i], "value", num(r.Value), "low", num(*how.Low), "high", num(*how.High))
			}
		}
		return betweenPosts(code, *how.Low, *how.High, how, down)
	case "min-max":
		return betweenPosts(code, slices.Min(values), slices.Max(values), how, down)
	case "z":
		return standardised(code, values, how, down)
	case "rank":
		if len(values) < 2 {
			return nil, fault.New("composite.no-spread", "code", code, "kind", how.Kind)
		}
		return func(x float64) float64 { return percentile(x, values, down) }, nil
	}
	return func(x float64) float64 { return x }, nil // none
}

// betweenPosts is the place of a value between two posts, from 0 to 1.
func betweenPosts(code string, low, high float64, how Normalise, down bool) (func(x float64) float64, error) {
	if low == high {
		return nil, fault.New("composite.no-spread", "code", code, "kind", how.Kind)
	}
	return func(x float64) float64 {
		y := math.Max(0, math.Min(1, (x-low)/(high-low)))
		if down {
			y = 1 - y
		}
		return y
	}, nil
}

// standardised is the distance from the mean in standard deviations.
func standardised(code string, values []float64, how Normalise, down bool) (func(x float64) float64, error) {
	var mean, ss float64
	for _, x := range values {
		mean += x / float64(len(values))
	}
	for _, x := range values {
		ss += (x - mean) * (x - mean)
	}
	sd := math.Sqrt(ss / float64(len(values)-1))
	if len(values) < 2 || !(sd > 1e-14*math.Abs(mean)) {
		return nil, fault.New("composite.no-spread", "code", code, "kind", how.Kind)
	}
	return func(x float64) float64 {
		if down {
			return (mean - x) / sd
		}
		return (x - mean) / sd
	}, nil
}

// percentile is the share of the others that a value leaves behind; equal values share the mean of their ranks.
func percentile(x float64, values []float64, down bool) float64 {
	above, equal := 0, 0
	for _, y := range values {
		if (y > x && !down) || (y < x && down) {
			above++
		}
		if y == x {
			equal++
		}
	}
	mean := float64(above) + float64(equal+1)/2
	return (float64(len(values)) - mean) / float64(len(values)-1)
}

// logarithmic normalises the logarithms of the readings, between the logarithms of the goalposts.
func logarithmic(code string, units []string, rs []Reading, how Normalise, down bool) ([]Score, error) {
	logs := make([]Reading, len(rs))
	how.Log = false
	outside := func(x float64) bool { return how.Kind == "goalposts" && !how.Clamp && (x < *how.Low || x > *how.High) }
	for i, r := range rs {
		switch {
		case !r.Known:
		case outside(r.Value): // told in the unit of the indicator
			return nil, fault.New("composite.outside-goalposts", "code", code, "unit", units[i], "value", num(r.Value), "low", num(*how.Low), "high", num(*how.High))
		case r.Value > 0:
			logs[i] = Is(math.Log(r.Value))
		case how.Kind == "goalposts": // clipped to the low one, which is positive
			logs[i] = Is(math.Log(*how.Low))
		default:
			return nil, fault.New("composite.log-needs-positive", "code", code, "unit", units[i], "value", num(r.Value))
		}
	}
	if how.Kind == "goalposts" {
		low, high := math.Log(*how.Low), math.Log(*how.High)
		how.Low, how.High = &low, &high
		how.Clamp = true // rounding of a logarithm may put an end outside; those that are outside were told above
	}
	return normalise(code, units, logs, how, down)
}

// aggregate fills the nodes from the indicators up; how overrides the declared aggregation.
func (e *engine) aggregate(leaves [][]Score, weights []float64, how string) ([][]Score, error) {
	scores := make([][]Score, len(e.nodes))
	for i := len(e.nodes) - 1; i >= 0; i-- {
		n := e.nodes[i]
		if len(n.parts) == 0 {
			scores[i] = leaves[i]
			continue
		}
		by := e.m.aggregate(n.node)
		if how != "" {
			by = how
		}
		scores[i] = make([]Score, len(e.d.Units))
		for u := range scores[i] {
			s, err := e.combine(n, u, scores, weights, by)
			if err != nil {
				return nil, err
			}
			if !finite(s.Value) {
				return nil, fault.New("composite.not-finite", "code", n.node.Code, "unit", e.d.Units[u])
			}
			scores[i][u] = s
		}
		if n.node.Normalise != nil {
			if err := e.again(n.node, scores[i]); err != nil {
				return nil, err
			}
		}
	}
	return scores, nil
}

// again brings the aggregated scores of a node to the scale that it declares for itself.
func (e *engine) again(n Node, scores []Score) error {
	rs := make([]Reading, len(scores))
	for u, s := range scores {
		rs[u] = Reading{Value: s.Value, Known: s.Known}
	}
	scaled, err := normalise(n.Code, e.d.Units, rs, *n.Normalise, n.Down)
	if err != nil {
		return err
	}
	for u := range scores {
		if scores[u].Known { // the others keep their own reason
			scores[u] = scaled[u]
		}
	}
	return nil
}

func (e *engine) combine(n flat, u int, scores [][]Score, weights []float64, by string) (Score, error) {
	if !n.weighted {
		return Score{Why: WhyWeights}, nil
	}
	var total, present, sum float64
	why := ""
	for _, p := range n.parts {
		s := scores[p][u]
		total += weights[p]
		if !s.Known {
			if why == "" || s.Why == WhyWeights {
				why = s.Why
			}
			continue
		}
		present += weights[p]
		if by == "geometric" {
			if s.Value < 0 {
				return Score{}, fault.New("composite.geometric-needs-positive", "code", e.nodes[p].node.Code)
			}
			if weights[p] > 0 { // log 0 is -∞ and makes the product 0, as it should
				sum += weights[p] * math.Log(s.Value)
			}
			continue
		}
		sum += weights[p] * s.Value
	}
	if why == WhyWeights || present == 0 || (why != "" && (e.m.Missing.Rule != "omit" || present < e.m.Missing.Coverage*total*(1-1e-12))) {
		if why == "" {
			why = WhyMissing
		}
		return Score{Why: why}, nil
	}
	if by == "geometric" {
		return Score{Value: math.Exp(sum / present), Known: true}, nil
	}
	return Score{Value: sum / present, Known: true}, nil
}
