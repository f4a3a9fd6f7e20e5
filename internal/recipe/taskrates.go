package recipe

import (
	"nhipso/internal/govern"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// TaskRates gives the task rates of every programme and day for which counts were published, each with its base. Counts that follow
// from the identity assigned = done on time + done late + in time + overdue are completed; counts that contradict it are left to the
// findings and give no rate.
func TaskRates() pipeline.Recipe {
	return pipeline.Recipe{
		ID: "task-rates", Version: "1", Method: "task-accounting",
		Title:   title("task-rates"),
		Inputs:  []pipeline.Input{{Name: "tasks", Dataflow: "TASKS", Key: ""}},
		Outputs: []string{"TASK_RATES"},
		Compute: taskRates,
	}
}

func taskRates(in *pipeline.Inputs) (*pipeline.Result, error) {
	type group struct {
		freq, programme string
		period          stat.Period
	}
	counts := map[group]map[string]*int64{}
	refs := map[group][]pipeline.Ref{}
	var order []group
	for _, v := range in.Newest("tasks") {
		if v.Value == nil {
			continue
		}
		codes := v.Key.Codes() // FREQ, PROGRAMME, MEASURE
		g := group{codes[0], codes[1], v.Period}
		if counts[g] == nil {
			counts[g] = map[string]*int64{}
			order = append(order, g)
		}
		n := int64(v.Value.Float64())
		counts[g][codes[2]] = &n
		refs[g] = append(refs[g], refTo(v, "count"))
	}
	var out pipeline.Result
	for _, g := range order {
		c := counts[g]
		account, err := govern.Account{Assigned: c["ASSIGNED"], OnTime: c["DONE_ON_TIME"], Late: c["DONE_LATE"], Done: c["DONE"],
			InTime: c["IN_TIME"], Overdue: c["OVERDUE"]}.Complete()
		if err != nil {
			continue
		}
		printed := map[string]string{}
		if done, overdue, ok := account.Printed(); ok {
			printed["DONE"], printed["OVERDUE"] = done.String(), overdue.String()
		}
		for _, r := range account.Rates() {
			attrs := stat.Attributes{stat.AttrDecimals: "2", stat.AttrDenominator: string(r.Base)}
			if r.Base == govern.OfDue && printed[r.Measure] != "" {
				attrs[stat.AttrText] = printed[r.Measure] // as the Government Office prints it: cut at two decimals
			}
			out.Outputs = append(out.Outputs, output("TASK_RATES", stat.NewKey(g.freq, g.programme, r.Measure+"_OF_"+string(r.Base)), g.period,
				r.Percent.Round(6), stat.Normal, attrs, refs[g]...))
		}
		for _, class := range []string{"ACHIEVED", "LIKELY", "FOCUS"} { // the three classes of a review of targets
			part, whole := c[class], c["TOTAL"]
			if part == nil || whole == nil || *whole == 0 {
				continue
			}
			q, err := stat.Int(*part * 100).Quo(stat.Int(*whole))
			if err != nil {
				return nil, err
			}
			out.Outputs = append(out.Outputs, output("TASK_RATES", stat.NewKey(g.freq, g.programme, class+"_OF_TOTAL"), g.period, q.Round(6), stat.Normal,
				stat.Attributes{stat.AttrDecimals: "2", stat.AttrDenominator: "TOTAL"}, refs[g]...))
		}
	}
	return &out, nil
}
