package govern

import (
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Account is the four-way count of assigned tasks that the Government Office reports by: every task assigned is done on time,
// done late, still in time, or overdue. Counts that a source does not print are nil, never zero.
type Account struct {
	Assigned *int64 // tasks assigned
	OnTime   *int64 // done on time
	Late     *int64 // done after the deadline
	Done     *int64 // done, on time or late
	InTime   *int64 // not done, deadline not passed
	Overdue  *int64 // not done, deadline passed
}

// Complete fills in the counts that follow from the identities done = on time + late and assigned = done + in time + overdue,
// and refuses counts that contradict them.
func (a Account) Complete() (Account, error) {
	for {
		done := solve(&a.Done, &a.OnTime, &a.Late)
		assigned := solve(&a.Assigned, &a.Done, &a.InTime, &a.Overdue)
		if !done && !assigned {
			break
		}
	}
	if a.Done != nil && a.OnTime != nil && a.Late != nil && *a.Done != *a.OnTime+*a.Late {
		return a, fault.New("govern.account-done", "done", *a.Done, "onTime", *a.OnTime, "late", *a.Late)
	}
	if a.Assigned != nil && a.Done != nil && a.InTime != nil && a.Overdue != nil && *a.Assigned != *a.Done+*a.InTime+*a.Overdue {
		return a, fault.New("govern.account-assigned", "assigned", *a.Assigned, "done", *a.Done, "inTime", *a.InTime, "overdue", *a.Overdue)
	}
	for _, n := range []*int64{a.Assigned, a.OnTime, a.Late, a.Done, a.InTime, a.Overdue} {
		if n != nil && *n < 0 {
			return a, fault.New("govern.account-negative", "n", *n)
		}
	}
	return a, nil
}

// solve completes whole = the sum of parts when exactly one of them all is missing.
func solve(whole **int64, parts ...**int64) bool {
	var missing **int64
	sum := int64(0)
	for _, p := range parts {
		switch {
		case *p != nil:
			sum += **p
		case missing == nil:
			missing = p
		default:
			return false
		}
	}
	switch {
	case *whole == nil && missing == nil:
		*whole = &sum
	case *whole != nil && missing != nil:
		rest := **whole - sum
		*missing = &rest
	default:
		return false
	}
	return true
}

// Base is what a task rate is a rate of. No rate is shown without it.
type Base string

// Bases.
const (
	OfAssigned Base = "ASSIGNED" // all tasks assigned
	OfDue      Base = "DUE"      // tasks whose deadline has come: done, or overdue and not done
	OfDone     Base = "DONE"     // tasks done
)

// Rate is a percentage with its base.
type Rate struct {
	Measure string // DONE, OVERDUE, ON_TIME
	Base    Base
	Part    int64
	Whole   int64
	Percent stat.Decimal // exact to 34 digits; rounded at the edge
}

// Rates gives every rate that the counts allow. The completion rate that the Government Office prints has the tasks due as its
// base, counts tasks done late as done, and takes the two rates as complements: in 2017, 16,051 of 16,274 due is 98.63 per cent,
// printed 98.62 with 1.38 overdue; over all 21,914 assigned it would be 73.2 per cent.
func (a Account) Rates() []Rate {
	var out []Rate
	add := func(measure string, base Base, part, whole *int64) {
		if part == nil || whole == nil || *whole == 0 {
			return
		}
		q, err := stat.Int(*part * 100).Quo(stat.Int(*whole))
		if err == nil {
			out = append(out, Rate{measure, base, *part, *whole, q})
		}
	}
	var due *int64
	if a.Done != nil && a.Overdue != nil {
		n := *a.Done + *a.Overdue
		due = &n
	}
	add("DONE", OfDue, a.Done, due)
	add("OVERDUE", OfDue, a.Overdue, due)
	add("DONE", OfAssigned, a.Done, a.Assigned)
	add("OVERDUE", OfAssigned, a.Overdue, a.Assigned)
	add("ON_TIME", OfDone, a.OnTime, a.Done)
	return out
}

// Printed gives the completion and the overdue rate as the Government Office's report of 2017 prints them (98.62 and 1.38): the
// completion rate over the tasks due cut, not rounded, after two decimals, and the overdue rate as its complement to 100. That this
// is how they were formed is inferred from the figures; the report does not say.
func (a Account) Printed() (done, overdue stat.Decimal, ok bool) {
	if a.Done == nil || a.Overdue == nil || *a.Done+*a.Overdue == 0 {
		return done, overdue, false
	}
	hundredths := *a.Done * 10000 / (*a.Done + *a.Overdue)
	done, err := stat.Int(hundredths).Quo(stat.Int(100))
	if err != nil {
		return done, overdue, false
	}
	done = done.Round(2)
	return done, stat.Int(100).Sub(done), true
}
