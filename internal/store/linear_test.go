package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
)

// asked is what somebody asked of a record: how it stands, or to make its cost another one than the act that they had seen left it.
type asked struct {
	record string
	reads  bool
	base   int64
	cost   string
}

// answered is what they were told: how the record stands, or the number of their act, or that somebody else was quicker.
type answered struct {
	newest   int64
	cost     string
	conflict bool
}

// oneRecord is a record as everybody believes that it is: there is one, and whoever acts on it does so alone.
var oneRecord = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := map[string][]porcupine.Operation{}
		for _, op := range history {
			id := op.Input.(asked).record
			parts[id] = append(parts[id], op)
		}
		var out [][]porcupine.Operation
		for _, part := range parts {
			out = append(out, part)
		}
		return out
	},
	Init: func() any { return answered{} },
	Step: func(state, input, output any) (bool, any) {
		now, in, out := state.(answered), input.(asked), output.(answered)
		switch {
		case in.reads:
			return out.newest == now.newest && out.cost == now.cost, now
		case out.conflict:
			return in.base != now.newest, now
		}
		return in.base == now.newest && out.newest > now.newest, answered{newest: out.newest, cost: in.cost}
	},
}

// TestWhoActsAtOnceActsOneAfterAnother: people at two servers read and change the same records at once. There is one order of all that they did which
// explains what each of them was told.
func TestWhoActsAtOnceActsOneAfterAnother(t *testing.T) {
	const people, tries = 6, 25
	onBoth(t, func(t *testing.T, at storetest.Database) {
		url := at(t)
		servers := []*register.Register{serverOf(t, url), serverOf(t, url)}
		plan := register.Act{Kind: register.Added, Type: "legal-document", Record: "PLAN-1", From: stat.MustDate("2020-01-01"), Changes: []register.Change{{Column: "name_vi", After: "K"}, {Column: "name_en", After: "P"}}}
		if err := servers[0].Do(t.Context(), &register.Batch{Person: "p-0", Acts: []register.Act{plan}}); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var history []porcupine.Operation
		var group sync.WaitGroup
		begin := time.Now()
		for who := range people {
			group.Go(func() {
				random, seen := rand.New(rand.NewPCG(uint64(who), 1)), map[string]int64{}
				for n := range tries {
					in := asked{record: fmt.Sprintf("CS-%d", random.IntN(2)), reads: random.IntN(3) == 0, cost: strconv.Itoa(1 + who*1000 + n)}
					in.base = seen[in.record]
					called := time.Since(begin).Nanoseconds()
					out, err := ask(t.Context(), servers[who%2], in, fmt.Sprintf("p-%d", who))
					if err != nil {
						t.Error(err)
						return
					}
					if in.reads || !out.conflict {
						seen[in.record] = out.newest
					} else if random.IntN(2) == 0 { // who was told looks again, or tries stubbornly
						seen[in.record] = 0
					}
					mu.Lock()
					history = append(history, porcupine.Operation{ClientId: who, Input: in, Call: called, Output: out, Return: time.Since(begin).Nanoseconds()})
					mu.Unlock()
				}
			})
		}
		group.Wait()
		made, conflicts := 0, 0
		for _, op := range history {
			if !op.Input.(asked).reads {
				if op.Output.(answered).conflict {
					conflicts++
				} else {
					made++
				}
			}
		}
		if made < 5 || conflicts < 5 {
			t.Fatalf("%d acts and %d conflicts: nothing is shown", made, conflicts)
		}
		if got := porcupine.CheckOperationsTimeout(oneRecord, history, time.Minute); got != porcupine.Ok {
			t.Errorf("no order explains what %d people were told of %d acts: %v", people, made, got)
		}
		s := storetest.Open(t, url)
		if _, err := registrarOf(s); err != nil {
			t.Fatal(err)
		}
		if r, err := s.Integrity(t.Context()); err != nil || len(r.Problems) > 0 {
			t.Error(err, r.Problems)
		}
		t.Logf("%d acts, %d conflicts", made, conflicts)
	})
}

// serverOf is the register of a server of its own.
func serverOf(t *testing.T, url string) *register.Register {
	t.Helper()
	r, err := registrarOf(storetest.OpenWith(t, url, store.Options{Wait: time.Minute}))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ask does what somebody asks.
func ask(ctx context.Context, r *register.Register, in asked, who string) (answered, error) {
	if in.reads {
		line, err := r.Timeline(ctx, "station", in.record)
		out := answered{newest: line.Newest}
		if v, is := line.On(stat.MustDate("2026-11-30")); is {
			out.cost = v.Values["cost"]
		}
		return out, err
	}
	a := register.Act{Kind: register.Changed, Type: "station", Record: in.record, From: stat.MustDate("2025-01-01"), Base: in.base, Changes: []register.Change{{Column: "cost", After: in.cost}}}
	if in.base == 0 {
		a.Kind = register.Added
		for _, c := range [][2]string{{"name_vi", "Trạm " + in.record}, {"name_en", "Station " + in.record}, {"area", "XM"}, {"plan", "PLAN-1"}} {
			a.Changes = append(a.Changes, register.Change{Column: c[0], After: c[1]})
		}
	}
	b := &register.Batch{Person: who, Reason: "cùng lúc", Acts: []register.Act{a}}
	err := r.Do(ctx, b)
	switch code := fault.CodeOf(err); {
	case code == "register.changed-since" || code == "register.there-already":
		return answered{conflict: true}, nil
	case err != nil:
		return answered{}, fmt.Errorf("%+v: %w", in, err)
	}
	return answered{newest: b.Acts[0].Number, cost: in.cost}, nil
}
