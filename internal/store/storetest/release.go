package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/store"
)

// releaseOffice is a desk over a store with a clock of its own, so that every state of a release can be had.
type releaseOffice struct {
	publish.Desk
	s   *store.Store
	now time.Time
}

func newReleaseOffice(t *testing.T, s *store.Store, messages int) *releaseOffice {
	t.Helper()
	o := &releaseOffice{s: s, now: time.Date(2026, 10, 6, 1, 0, 0, 0, time.UTC)}
	o.Desk = publish.Desk{Store: s, Cube: s, Now: func() time.Time { return o.now }}
	for n := range messages {
		mustAppend(t, s, message(figure("A", fmt.Sprint(2020+n), "2021-01-01", "1", "")))
	}
	return o
}

// ready brings a release to where a second person may approve it.
func (o *releaseOffice) ready(t *testing.T, id string) {
	t.Helper()
	must[publish.Release](t)(o.Open(t.Context(), id, catalog.Label{Vi: "Quý III năm 2026", En: "Third quarter of 2026"}, catalog.Label{Vi: "Đợt đầu", En: "First"}, "lan"))
	must[publish.Release](t)(o.Add(t.Context(), id, publish.Selection{All: true}, "lan"))
	must[publish.Release](t)(o.Check(t.Context(), id, "lan"))
}

func testReleases(t *testing.T, at Database) {
	open := func(t *testing.T) *store.Store { t.Parallel(); return Open(t, at(t)) }

	t.Run("every part of an act comes back as it was", func(t *testing.T) {
		s := open(t)
		day := time.Date(2026, 10, 1, 1, 2, 3, 456000000, time.UTC)
		plan := publish.Act{Release: "2026-Q3", Kind: publish.PlanAct, By: "lan", At: day, Minute: day.Add(240 * time.Hour), Title: catalog.Label{Vi: "Quý III", En: "Third quarter"}}
		opened := publish.Act{Release: "2026-Q3", Kind: publish.OpenAct, By: "lan", At: day.Add(time.Hour), Messages: cube.NewMessages(1, 2, 3, 12), Base: "2026-Q2", Corrects: "x",
			Title: catalog.Label{Vi: "Quý III"}, Text: catalog.Label{Vi: "lời", En: "text"},
			Embargoes: []publish.Embargo{{Dataflow: "TRADE", Until: day.Add(300 * time.Hour), Before: cube.UpTo(2), Earlier: true}}}
		check := publish.Act{Release: "2026-Q3", Kind: publish.CheckAct, By: "minh", At: day.Add(2 * time.Hour), Digest: "d", Reason: "r",
			Refusals: []catalog.Label{{Vi: "không", En: "no"}}, Changes: []publish.Change{{Dataflow: "GDP", Revised: 1, Cells: []publish.Revision{{Key: "A", Period: "2025", Old: "1", New: "2"}}}}}
		want := []publish.Act{plan, opened, check}
		for i := range want {
			want[i].Number = int64(i) + 1
			must[publish.Release](t)(s.Act(t.Context(), want[i]))
		}
		same(t, must[[]publish.Act](t)(s.Acts(t.Context())), want)
		r := must[publish.Release](t)(s.ReleaseByID(t.Context(), "2026-Q3"))
		same(t, []any{r.State, r.AsOf.Only.String(), r.Plan.Title.En, r.Refusals[0].Vi}, []any{publish.Draft, "1-3,12", "Third quarter", "không"})
		same(t, len(must[[]publish.Release](t)(s.Releases(t.Context()))), 1)
	})
	t.Run("a release that does not exist is not found", func(t *testing.T) {
		s := open(t)
		_, err := s.ReleaseByID(t.Context(), "2026-Q3")
		wantCode(t, err, "publish.no-release")
	})
	t.Run("an act that is refused leaves nothing, neither act nor entry of the log", func(t *testing.T) {
		s := open(t)
		o := newReleaseOffice(t, s, 1)
		o.ready(t, "2026-Q3")
		acts, log := len(must[[]publish.Act](t)(s.Acts(t.Context()))), len(must[[]store.AuditEntry](t)(s.Audits(t.Context())))
		_, err := o.Approve(t.Context(), "2026-Q3", "minh", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
		wantCode(t, err, "publish.past-minute")
		same(t, len(must[[]publish.Act](t)(s.Acts(t.Context()))), acts)
		same(t, len(must[[]store.AuditEntry](t)(s.Audits(t.Context()))), log)
	})
	t.Run("releases come in the order of their first acts", func(t *testing.T) {
		s := open(t)
		o := newReleaseOffice(t, s, 1)
		for _, id := range []string{"2026-Q3", "2026-Q2"} {
			must[publish.Release](t)(o.Open(t.Context(), id, catalog.Label{}, catalog.Label{}, "lan"))
		}
		all := must[[]publish.Release](t)(s.Releases(t.Context()))
		same(t, []string{all[0].ID, all[1].ID}, []string{"2026-Q3", "2026-Q2"})
	})
	t.Run("of many who approve at once the first is recorded, and the others are told who it was", func(t *testing.T) {
		url := at(t)
		o := newReleaseOffice(t, Open(t, url), 1)
		o.ready(t, "2026-Q3")
		var mu sync.Mutex
		var first string
		var late []*fault.Error
		var wg sync.WaitGroup
		for i := range 8 {
			other := publish.Desk{Store: Open(t, url), Cube: o.s, Now: func() time.Time { return o.now }} // a server of its own
			wg.Go(func() {
				r, err := other.Approve(background, "2026-Q3", fmt.Sprintf("minh %d", i), o.now.Add(time.Duration(i+1)*time.Hour))
				mu.Lock()
				defer mu.Unlock()
				switch fault.CodeOf(err) {
				case "":
					first = r.ApprovedBy
				case "publish.approved-already":
					late = append(late, fault.All(err)[0])
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if first == "" || len(late) != 7 {
			t.Fatalf("approved by %q, %d told", first, len(late))
		}
		for _, f := range late {
			same(t, f.Args["by"], any(first))
		}
		same(t, must[publish.Release](t)(o.s.ReleaseByID(t.Context(), "2026-Q3")).ApprovedBy, first)
	})
	t.Run("of many servers one opens a release, and one records that it is out", func(t *testing.T) {
		url := at(t)
		o := newReleaseOffice(t, Open(t, url), 1)
		var mu sync.Mutex
		count := map[string]int{}
		race := func(do func(publish.Desk) (int, error)) {
			var wg sync.WaitGroup
			for range 6 {
				d := publish.Desk{Store: Open(t, url), Cube: o.s, Now: func() time.Time { return o.now }}
				wg.Go(func() {
					n, err := do(d)
					mu.Lock()
					defer mu.Unlock()
					count[fault.CodeOf(err)] += n
				})
			}
			wg.Wait()
		}
		race(func(d publish.Desk) (int, error) {
			_, err := d.Open(background, "2026-Q3", catalog.Label{}, catalog.Label{}, publish.Program)
			return 1, err
		})
		same(t, count, map[string]int{"": 1, "publish.exists": 5})
		must[publish.Release](t)(o.Add(t.Context(), "2026-Q3", publish.Selection{All: true}, "lan"))
		must[publish.Release](t)(o.Check(t.Context(), "2026-Q3", "lan"))
		must[publish.Release](t)(o.Approve(t.Context(), "2026-Q3", "minh", time.Time{}))
		clear(count)
		race(func(d publish.Desk) (int, error) {
			out, err := d.PublishDue(background)
			return len(out), err
		})
		same(t, count, map[string]int{"": 1})
	})
	t.Run("a release is out at its minute without a word written, and the log tells who did what", func(t *testing.T) {
		s := open(t)
		o := newReleaseOffice(t, s, 2)
		o.ready(t, "2026-Q3")
		r := must[publish.Release](t)(o.Approve(t.Context(), "2026-Q3", "minh", o.now.Add(time.Hour)))
		same(t, r.AsOf, cube.AsOf{Message: 2, Only: cube.UpTo(2)})
		same(t, len(must[[]publish.Release](t)(o.PublishDue(t.Context()))), 0)
		o.now = o.now.Add(time.Hour)
		same(t, must[publish.Release](t)(o.Current(t.Context())).ID, "2026-Q3")
		same(t, len(must[[]publish.Release](t)(o.PublishDue(t.Context()))), 1)
		same(t, len(must[[]publish.Release](t)(o.PublishDue(t.Context()))), 0)
		_, err := o.Withdraw(t.Context(), "2026-Q3", "minh", "muộn")
		wantCode(t, err, "publish.is-public")
		var said []string
		for _, e := range must[[]store.AuditEntry](t)(s.Audits(t.Context())) {
			if e.Subject == "2026-Q3" {
				said = append(said, e.By+" "+e.What)
			}
		}
		same(t, said, []string{"lan release.open", "lan release.add", "lan release.check", "minh release.approve", "nhipso release.live"})
	})
	t.Run("the list of messages says what each brought", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", ""), figure("B", "2020", "2021-01-01", "1", "")))
		must[cube.Receipt](t)(appendRun(t.Context(), s, run("q#1", "q"), message(figure("A", "2021", "2026-01-01", "1", "q#1")), lineageOf("q#1")))
		list := must[[]publish.Message](t)(s.MessageList(t.Context()))
		same(t, len(list), 2)
		same(t, []any{list[0].Number, list[0].Sender, list[0].File, list[0].Figures["FLOW"], list[0].Run, list[1].Run}, []any{int64(1), "tester", "figures.csv", 2, false, true})
	})
}
