package text

import "slices"

const (
	maxNear = 5 // names that a refusal suggests
	farther = 2 // letters by which a name may be farther off than the nearest one
)

// Nearest gives at most five of some names, those that are most like a text first: what a person may have meant. Case, diacritics and
// signs count for nothing.
func Nearest(s string, names []string) []string {
	want := []rune(Fold(s))
	type near struct {
		name     string
		distance int
	}
	all := make([]near, len(names))
	for i, k := range names {
		all[i] = near{k, distance(want, []rune(Fold(k)))}
	}
	slices.SortStableFunc(all, func(a, b near) int { return a.distance - b.distance })
	out := make([]string, 0, maxNear)
	for _, n := range all[:min(len(all), maxNear)] {
		if n.distance > all[0].distance+farther {
			break
		}
		out = append(out, n.name)
	}
	return out
}

// distance counts the letters to put in, take out, replace or exchange with their neighbour to make b of a.
func distance(a, b []rune) int {
	const longest = 200 // a name is no essay
	a, b = a[:min(len(a), longest)], b[:min(len(b), longest)]
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
