package reference

import (
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// accounting lists what each count of tasks or targets is made of.
var accounting = []struct {
	whole string
	parts []string
}{
	{"ASSIGNED", []string{"DONE", "NOT_DONE"}},
	{"ASSIGNED", []string{"DONE", "IN_PROGRESS"}},
	{"ASSIGNED", []string{"DONE", "IN_TIME", "OVERDUE"}},
	{"DONE", []string{"DONE_ON_TIME", "DONE_LATE"}},
	{"NOT_DONE", []string{"IN_TIME", "OVERDUE"}},
	{"BEHIND", []string{"BEHIND_DONE", "BEHIND_NOT_DONE"}},
	{"TOTAL", []string{"ACHIEVED", "LIKELY", "FOCUS"}},
}

const measureAt = 2

// tasks tests the accounting of tasks and of targets; counts must add exactly.
func tasks(b *book) {
	figures := b.asOf("TASKS", stat.Date{})
	for _, v := range cube.Newest(b.flows["TASKS"], cube.AsOf{}) {
		codes := v.Key.Codes()
		for _, a := range accounting {
			if v.Value == nil || codes[measureAt] != a.whole {
				continue
			}
			if total, cells, ok := sum(figures, v.Cell(), measureAt, a.parts); ok {
				b.try(claim{TasksAddUp, Gap, *v.Value, total, stat.Int(0), append(cells, v.Cell()), v.Vintage,
					map[string]string{"period": v.Period.String(), "programme": codes[1], "measure": a.whole}})
			}
		}
	}
}

// printed lists the rates that reports print, with the counts whose quotient they are. The first base whose counts are all there holds: for a
// completion rate the tasks already due (done + overdue), else all assigned.
var printed = []struct {
	rate, numerator string
	bases           [][]string
}{
	{"PRT_DONE", "DONE", [][]string{{"DONE", "OVERDUE"}, {"ASSIGNED"}}},
	{"PRT_OVERDUE", "OVERDUE", [][]string{{"DONE", "OVERDUE"}, {"ASSIGNED"}}},
	{"PRT_ACHIEVED", "ACHIEVED", [][]string{{"TOTAL"}}},
	{"PRT_LIKELY", "LIKELY", [][]string{{"TOTAL"}}},
	{"PRT_FOCUS", "FOCUS", [][]string{{"TOTAL"}}},
}

// printedRates tests that a printed rate is the quotient of its counts, rounded to the digits printed.
func printedRates(b *book) {
	figures := b.asOf("TASKS", stat.Date{})
	for _, v := range cube.Newest(b.flows["TASKS"], cube.AsOf{}) {
		codes := v.Key.Codes()
		for _, p := range printed {
			if v.Value == nil || codes[measureAt] != p.rate {
				continue
			}
			count, cells, ok := sum(figures, v.Cell(), measureAt, []string{p.numerator})
			if !ok {
				continue
			}
			for _, base := range p.bases {
				of, more, ok := sum(figures, v.Cell(), measureAt, base)
				if !ok {
					continue
				}
				if expected, ok := percent(count, of); ok {
					b.try(claim{PrintedRate, Gap, expected.Round(max(1, v.Value.Decimals())), *v.Value, halfUnit(*v.Value), append(append(cells, more...), v.Cell()), v.Vintage,
						map[string]string{"period": v.Period.String(), "programme": codes[1], "measure": p.rate, "numerator": count.String(), "denominator": of.String()}})
				}
				break
			}
		}
	}
}

// mainIndices are those that carry points for a province under QĐ 922/QĐ-BTTTT.
var mainIndices = []string{"NT", "TC", "HT", "NL", "ATTT", "CQS", "KTS", "XHS"}

// dti tests that the points of main indices add to 1,000, and that a province's overall index is their mean weighted by points. Published
// main indices are themselves rounded to four digits, hence the tolerance of one unit in the fourth.
func dti(b *book) {
	points := map[[2]string]map[string]stat.Decimal{} // level, version → index → points
	sample := map[[2]string]cube.Version{}
	var order [][2]string
	for _, v := range cube.Newest(b.flows["DTI_STRUCTURE"], cube.AsOf{}) {
		codes := v.Key.Codes() // FREQ, LEVEL, VERSION, INDEX, MEASURE
		if v.Value == nil || codes[4] != "POINTS" || codes[3] == "TOTAL" {
			continue
		}
		key := [2]string{codes[1], codes[2]}
		if points[key] == nil {
			points[key] = map[string]stat.Decimal{}
			order = append(order, key)
		}
		points[key][codes[3]] = *v.Value
		sample[key] = v
	}
	for _, key := range order {
		var total stat.Decimal
		for _, p := range points[key] {
			total = total.Add(p)
		}
		b.try(claim{DTIPoints, Gap, stat.Int(1000), total, stat.Int(0), []cube.Cell{sample[key].Cell()}, sample[key].Vintage, map[string]string{"level": key[0], "version": key[1]}})
	}
	figures := b.asOf("DTI", stat.Date{})
	for _, v := range cube.Newest(b.flows["DTI"], cube.AsOf{}) {
		codes := v.Key.Codes() // FREQ, REF_AREA, LEVEL, VERSION, INDEX, MEASURE
		weights := points[[2]string{codes[2], codes[3]}]
		if v.Value == nil || codes[4] != "TOTAL" || codes[5] != "SCORE" || len(weights) != len(mainIndices) {
			continue
		}
		var total stat.Decimal
		cells, all := []cube.Cell{v.Cell()}, true
		for _, index := range mainIndices {
			c := cube.Cell{Dataflow: "DTI", Key: with(v.Key, 4, index), Period: v.Period}
			x, ok := figures[c]
			w, has := weights[index]
			if all = all && ok && has; !all {
				break
			}
			total = total.Add(x.Value.Mul(w))
			cells = append(cells, c)
		}
		if !all {
			continue
		}
		score, _ := total.Quo(stat.Int(1000))
		b.try(claim{DTIFormula, Gap, score, *v.Value, stat.MustDecimal("0.0001"), cells, v.Vintage, map[string]string{"period": v.Period.String(), "area": codes[1]}})
	}
}
