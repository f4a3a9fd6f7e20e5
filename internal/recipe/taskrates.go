package recipe

import (
	"context"
	"nhipso/internal/cube"
	"nhipso/internal/govern"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// TaskRates gives the task rates of every programme and day for which counts were published, each with its base. Counts that follow
// from the identity assigned = done on time + done late + in time + overdue are completed; counts that contradict it are left to the
// findings and give no rate. A rate is the quotient of printed counts; where the report prints the rate as well, its figure is stated beside it
// on the base that it fits to its last digit.
func TaskRates() pipeline.Recipe {
	return pipeline.Recipe{
		ID: "task-rates", Version: "2", Method: "task-accounting",
		Title:   title("task-rates"),
		Inputs:  []pipeline.Input{{Name: "tasks", Dataflow: "TASKS", Key: ""}},
		Outputs: []string{"TASK_RATES"},
		Compute: taskRates,
	}
}

var tenth = stat.MustDecimal("0.1")

// counted are the counts of an account, those first that a rate is least likely to need.
var counted = []string{"DONE_LATE", "DONE_ON_TIME", "IN_TIME", "OVERDUE", "ASSIGNED", "DONE"}

// tally is what was published of one programme on one day, by measure.
type tally map[string]cube.Version

// account lays the counts out, but for some of them.
func (t tally) account(without map[string]bool) (govern.Account, error) {
	count := func(measure string) *int64 {
		v, ok := t[measure]
		if !ok || without[measure] {
			return nil
		}
		n := int64(v.Value.Float64())
		return &n
	}
	return govern.Account{Assigned: count("ASSIGNED"), OnTime: count("DONE_ON_TIME"), Late: count("DONE_LATE"), Done: count("DONE"),
		InTime: count("IN_TIME"), Overdue: count("OVERDUE")}.Complete()
}

// basis names the counts that a rate takes, those printed before those that follow from others: as many are left out as leave it standing.
func (t tally) basis(r govern.Rate) []pipeline.Ref {
	without := map[string]bool{}
	var out []pipeline.Ref
	for _, measure := range counted {
		v, ok := t[measure]
		if !ok {
			continue
		}
		without[measure] = true
		if !t.gives(r, without) {
			delete(without, measure)
			out = append(out, refTo(v, "count"))
		}
	}
	return out
}

func (t tally) gives(r govern.Rate, without map[string]bool) bool {
	account, err := t.account(without)
	if err != nil {
		return false
	}
	for _, other := range account.Rates() {
		if other.Measure == r.Measure && other.Base == r.Base {
			return other.Part == r.Part && other.Whole == r.Whole
		}
	}
	return false
}

// printed gives the rate that the report prints for a measure, when the computed one agrees with it to its last digit.
func (t tally) printed(measure string, computed stat.Decimal) (cube.Version, bool) {
	v, ok := t["PRT_"+measure]
	if !ok {
		return v, false
	}
	unit := stat.Int(1)
	for range v.Value.Decimals() {
		unit = unit.Mul(tenth)
	}
	return v, computed.Sub(*v.Value).Abs().Cmp(unit) < 0 // rounded, or cut as the report of 2017 does
}

func taskRates(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
	type group struct {
		freq, programme string
		period          stat.Period
	}
	tallies := map[group]tally{}
	var order []group
	for _, v := range in.Newest("tasks") {
		if v.Value == nil {
			continue
		}
		codes := v.Key.Codes() // FREQ, PROGRAMME, MEASURE
		g := group{codes[0], codes[1], v.Period}
		if tallies[g] == nil {
			tallies[g] = tally{}
			order = append(order, g)
		}
		tallies[g][codes[2]] = v
	}
	var out pipeline.Result
	for _, g := range order {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t := tallies[g]
		give := func(measure, base string, percent stat.Decimal, how pipeline.Term, from []pipeline.Ref) {
			attrs := stat.Attributes{stat.AttrDecimals: "2", stat.AttrDenominator: base}
			if v, ok := t.printed(measure, percent); ok {
				attrs[stat.AttrText], attrs[stat.AttrPrinted] = v.Value.String(), v.Value.String()
				from = append(from, refTo(v, "").As("printed rate"))
			}
			out.Outputs = append(out.Outputs, output("TASK_RATES", stat.NewKey(g.freq, g.programme, measure+"_OF_"+base), g.period, percent.Round(6), stat.Normal, attrs, from...).By(pipeline.Rounded(how, 6)))
		}
		account, err := t.account(nil)
		if err != nil {
			continue
		}
		for _, r := range account.Rates() {
			give(r.Measure, string(r.Base), r.Percent, t.term(r, t.basis(r)), t.basis(r))
		}
		for _, class := range []string{"ACHIEVED", "LIKELY", "FOCUS"} { // the three classes of a review of targets
			part, okPart := t[class]
			whole, okWhole := t["TOTAL"]
			if !okPart || !okWhole || whole.Value.Sign() == 0 {
				continue
			}
			q, err := part.Value.Mul(hundred).Quo(*whole.Value)
			if err != nil {
				return nil, err
			}
			give(class, "TOTAL", q, inPercent(figure(part), figure(whole)), []pipeline.Ref{refTo(part, "count"), refTo(whole, "count")})
		}
	}
	return &out, nil
}

// term is a rate as part over whole, in terms of the counts that it takes.
func (t tally) term(r govern.Rate, basis []pipeline.Ref) pipeline.Term {
	c := map[string]pipeline.Term{}
	for measure, v := range t {
		for _, ref := range basis {
			if ref.Key == v.Key {
				c[measure] = figure(v)
			}
		}
	}
	complete(c)
	part := map[string]pipeline.Term{"DONE": c["DONE"], "OVERDUE": c["OVERDUE"], "ON_TIME": c["DONE_ON_TIME"]}[r.Measure]
	switch r.Base {
	case govern.OfAssigned:
		return inPercent(part, c["ASSIGNED"])
	case govern.OfDone:
		return inPercent(part, c["DONE"])
	}
	return inPercent(part, sumOf(c["DONE"], c["OVERDUE"]))
}

// complete adds the counts that follow from the identities of govern.Account, as it completes them.
func complete(c map[string]pipeline.Term) {
	rules := []struct {
		give string
		from []string
		how  func(of ...pipeline.Term) pipeline.Term
	}{
		{"DONE", []string{"DONE_ON_TIME", "DONE_LATE"}, sumOf},
		{"DONE_ON_TIME", []string{"DONE", "DONE_LATE"}, leave},
		{"DONE_LATE", []string{"DONE", "DONE_ON_TIME"}, leave},
		{"ASSIGNED", []string{"DONE", "IN_TIME", "OVERDUE"}, sumOf},
		{"DONE", []string{"ASSIGNED", "IN_TIME", "OVERDUE"}, leave},
		{"IN_TIME", []string{"ASSIGNED", "DONE", "OVERDUE"}, leave},
		{"OVERDUE", []string{"ASSIGNED", "DONE", "IN_TIME"}, leave},
	}
	for changed := true; changed; {
		changed = false
		for _, r := range rules {
			var of []pipeline.Term
			for _, name := range r.from {
				if t, ok := c[name]; ok {
					of = append(of, t)
				}
			}
			if _, known := c[r.give]; !known && len(of) == len(r.from) {
				c[r.give], changed = r.how(of...), true
			}
		}
	}
}

// leave takes all further terms from the first.
func leave(of ...pipeline.Term) pipeline.Term { return less(of[0], sumOf(of[1:]...)) }
