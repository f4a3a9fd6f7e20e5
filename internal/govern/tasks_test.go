package govern

import (
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
)

func n(x int64) *int64 { return &x }

func TestAccountOf2017GivesTheOfficialRatesWithTheirBases(t *testing.T) {
	a, err := Account{Assigned: n(21914), OnTime: n(14068), Late: n(1983), InTime: n(5640), Overdue: n(223)}.Complete()
	if err != nil {
		t.Fatal(err)
	}
	if *a.Done != 16051 {
		t.Errorf("done %d, want 16,051", *a.Done)
	}
	got := map[string]string{}
	for _, r := range a.Rates() {
		got[r.Measure+" of "+string(r.Base)] = r.Percent.Round(2).String()
	}
	for rate, want := range map[string]string{"DONE of DUE": "98.63", "OVERDUE of DUE": "1.37", "DONE of ASSIGNED": "73.25", "OVERDUE of ASSIGNED": "1.02", "ON_TIME of DONE": "87.65"} {
		if got[rate] != want {
			t.Errorf("%s is %s, want %s", rate, got[rate], want)
		}
	}
	done, overdue, ok := a.Printed()
	if !ok || done.String() != "98.62" || overdue.String() != "1.38" {
		t.Errorf("as the report prints them: %s and %s, want 98.62 and 1.38", done, overdue)
	}
}

func TestAccountOf2016AddsUp(t *testing.T) {
	a, err := Account{Done: n(4069), InTime: n(3138), Overdue: n(142)}.Complete()
	if err != nil || *a.Assigned != 7349 {
		t.Fatalf("assigned %v (%v), want 7,349", a.Assigned, err)
	}
}

func TestAccountRefusesCountsThatContradictEachOther(t *testing.T) {
	for name, c := range map[string]struct {
		account Account
		code    string
	}{
		"done is not on time plus late":        {Account{Done: n(10), OnTime: n(7), Late: n(2)}, "govern.account-done"},
		"assigned is not the sum of its parts": {Account{Assigned: n(10), Done: n(5), InTime: n(4), Overdue: n(2)}, "govern.account-assigned"},
		"a part would be negative":             {Account{Assigned: n(10), Done: n(11), InTime: n(0)}, "govern.account-negative"},
	} {
		if _, err := c.account.Complete(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

func TestAccountNeverGuesses(t *testing.T) {
	a, err := Account{Assigned: n(80), Done: n(8)}.Complete()
	if err != nil || a.InTime != nil || a.Overdue != nil {
		t.Fatalf("80 assigned and 8 done say nothing of what is overdue: %+v (%v)", a, err)
	}
	for _, r := range a.Rates() {
		if r.Base == OfDue {
			t.Errorf("a rate over tasks due without knowing them: %+v", r)
		}
	}
}

func TestAccountProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.Int64Range(0, 1_000_000)
		onTime, late, inTime, overdue := count.Draw(t, "on time"), count.Draw(t, "late"), count.Draw(t, "in time"), count.Draw(t, "overdue")
		done, assigned := onTime+late, onTime+late+inTime+overdue
		full := Account{Assigned: n(assigned), OnTime: n(onTime), Late: n(late), Done: n(done), InTime: n(inTime), Overdue: n(overdue)}
		// Any one count may be left out: the identities give it back.
		for i := range 6 {
			a := full
			*[]**int64{&a.Assigned, &a.OnTime, &a.Late, &a.Done, &a.InTime, &a.Overdue}[i] = nil
			got, err := a.Complete()
			if err != nil {
				t.Fatal(err)
			}
			for j, p := range []*int64{got.Assigned, got.OnTime, got.Late, got.Done, got.InTime, got.Overdue} {
				want := []int64{assigned, onTime, late, done, inTime, overdue}[j]
				if p == nil || *p != want {
					t.Fatalf("without count %d, count %d came back as %v, not %d", i, j, p, want)
				}
			}
		}
		for _, r := range full.Rates() {
			if r.Percent.Sign() < 0 || r.Percent.Float64() > 100 {
				t.Fatalf("%s of %s is %s", r.Measure, r.Base, r.Percent)
			}
		}
	})
}
