package composite

import (
	"math"

	"nhipso/internal/fault"
)

// Sensitivity declares how a Monte-Carlo run varies the method.
type Sensitivity struct {
	Draws          int      // 0 means 1 000
	Seed           uint64   // declared with the result
	Weights        string   // "uniform" (default): each weight times 1 ± Spread; "simplex": any weights; "none"
	Spread         float64  // for uniform, as a fraction; 0 means 0.25
	Normalisations []string // kinds drawn with equal chance, "declared" being the method's own; empty keeps the declared one
	Aggregations   []string // drawn with equal chance, "declared" being the method's own; empty keeps the declared one
	Coverage       float64  // of the rank interval; 0 means 0.9, from the 5th to the 95th percentile
}

// Robust is the distribution of one unit's rank over the draws.
type Robust struct {
	Unit   string
	Rank   int // under the method as declared; 0 when not assessable
	Low    int // bounds of the interval, best first
	Median int // lower median
	High   int
	Mean   float64 // mean rank
	Counts []int   // Counts[r-1] draws gave rank r
}

// Robustness is the outcome of a Monte-Carlo run.
type Robustness struct {
	Draws    int
	Seed     uint64
	Coverage float64 // of the intervals
	Units    []Robust
}

// Ranking re-computes the index with drawn weights, normalisations and aggregations and reports the
// interval in which each unit's rank falls. Draw i uses numbers that depend on the seed and i alone and
// only whole ranks are counted, so the same seed gives the same bits on any number of workers, and the
// first draws of a longer run are those of a shorter one.
func Ranking(m Method, d Data, s Sensitivity, workers int) (*Robustness, error) {
	s, err := s.defaults()
	if err != nil {
		return nil, err
	}
	e, err := compile(m, d)
	if err != nil {
		return nil, err
	}
	for _, n := range e.nodes {
		if !n.weighted {
			return nil, fault.New("composite.weights-unknown", "method", m.Code+" "+m.Version, "code", n.node.Code)
		}
	}
	nominal, err := Evaluate(m, d)
	if err != nil {
		return nil, err
	}
	kinds, rules := asDeclared(s.Normalisations), asDeclared(s.Aggregations)
	leaves := make([][][]Score, len(kinds))
	for k, kind := range kinds { // every combination is tried once, so that a wrong one is told before any draw
		if leaves[k], err = e.normalised(kind); err != nil {
			return nil, err
		}
		for _, rule := range rules {
			if _, err := e.aggregate(leaves[k], e.weights, rule); err != nil {
				return nil, err
			}
		}
	}
	units := len(d.Units)
	workers = max(1, min(workers, s.Draws))
	counts, failed := make([][]int, workers), make([]error, s.Draws)
	var wait fault.Group
	for w := range workers {
		counts[w] = make([]int, units*units)
		wait.Go(func() {
			for draw := w; draw < s.Draws; draw += workers {
				u := counter{seed: s.Seed, draw: uint64(draw)}
				kind := int(u.at(0) * float64(len(kinds)))
				rule := rules[int(u.at(1)*float64(len(rules)))]
				scores, err := e.aggregate(leaves[kind], e.drawn(s, u), rule)
				if failed[draw] = err; err != nil {
					continue
				}
				for i, r := range Ranks(scores[0], nil) {
					if r > 0 {
						counts[w][i*units+r-1]++
					}
				}
			}
		})
	}
	wait.Wait()
	for _, err := range failed { // weights may leave a node without the spread that its own scale needs
		if err != nil {
			return nil, err
		}
	}
	out := &Robustness{Draws: s.Draws, Seed: s.Seed, Coverage: s.Coverage}
	for i, unit := range d.Units {
		r := Robust{Unit: unit, Rank: nominal.Nodes[0].Ranks[i], Counts: make([]int, units)}
		total, weighted := 0, 0
		for rank := range units {
			for w := range workers {
				r.Counts[rank] += counts[w][i*units+rank]
			}
			total += r.Counts[rank]
			weighted += r.Counts[rank] * (rank + 1)
		}
		if total > 0 {
			tail := (1 - s.Coverage) / 2
			r.Low, r.Median, r.High = quantile(r.Counts, total, tail), quantile(r.Counts, total, 0.5), quantile(r.Counts, total, 1-tail)
			r.Mean = float64(weighted) / float64(total)
		}
		out.Units = append(out.Units, r)
	}
	return out, nil
}

func (s Sensitivity) defaults() (Sensitivity, error) {
	if s.Draws == 0 {
		s.Draws = 1000
	}
	if s.Weights == "" {
		s.Weights = "uniform"
	}
	if s.Spread == 0 {
		s.Spread = 0.25
	}
	if s.Coverage == 0 {
		s.Coverage = 0.9
	}
	if s.Draws < 1 || !(s.Spread > 0 && s.Spread <= 1) || !(s.Coverage > 0 && s.Coverage < 1) {
		return s, fault.New("composite.bad-sensitivity", "draws", s.Draws, "spread", num(s.Spread), "coverage", num(s.Coverage))
	}
	switch s.Weights {
	case "uniform", "simplex", "none":
	default:
		return s, fault.New("composite.unknown-rule", "what", "sensitivity weights", "rule", s.Weights)
	}
	for _, k := range s.Normalisations {
		switch k {
		case "declared", "min-max", "z", "rank", "none":
		case "goalposts": // only indicators that declare goalposts can keep them
			return s, fault.New("composite.unknown-rule", "what", "sensitivity normalisation", "rule", k)
		default:
			return s, fault.New("composite.unknown-rule", "what", "sensitivity normalisation", "rule", k)
		}
	}
	for _, a := range s.Aggregations {
		if a != "declared" && a != "arithmetic" && a != "geometric" {
			return s, fault.New("composite.unknown-rule", "what", "sensitivity aggregation", "rule", a)
		}
	}
	return s, nil
}

// asDeclared gives the words of a list as evaluation takes them, where the method's own is empty.
func asDeclared(words []string) []string {
	if len(words) == 0 {
		return []string{""}
	}
	out := make([]string, len(words))
	for i, w := range words {
		if w != "declared" {
			out[i] = w
		}
	}
	return out
}

// drawn gives the weights of one draw. Weights are shares among siblings, so their sum need not be kept.
func (e *engine) drawn(s Sensitivity, u counter) []float64 {
	if s.Weights == "none" {
		return e.weights
	}
	out := make([]float64, len(e.weights))
	for i, w := range e.weights {
		x := u.at(uint64(i) + 2)
		if s.Weights == "simplex" {
			if w > 0 {
				out[i] = -math.Log(x) // exponentials over their sum are uniform on the simplex
			}
			continue
		}
		out[i] = w * (1 + s.Spread*(2*x-1))
	}
	return out
}

// quantile gives the least rank that at least a share q of the draws do not exceed.
func quantile(counts []int, total int, q float64) int {
	need, sum := q*float64(total), 0
	for i, c := range counts {
		sum += c
		if float64(sum) >= need*(1-1e-12) && sum > 0 {
			return i + 1
		}
	}
	return len(counts)
}

// counter gives the numbers of one draw: a hash of seed, draw and position (the finaliser of
// SplitMix64 by Steele, Lea and Flood 2014, once for each).
type counter struct{ seed, draw uint64 }

func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// at gives a number strictly between 0 and 1.
func (c counter) at(position uint64) float64 {
	return (float64(mix(mix(mix(c.seed)+c.draw)+position)>>11) + 0.5) / (1 << 53)
}
