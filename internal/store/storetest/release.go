package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

func testReleases(t *testing.T, at Place) {
	draft := func(id string) publish.Release {
		return publish.Release{ID: id, Title: catalog.Label{Vi: "Quý III năm 2026", En: "Third quarter of 2026"}, State: publish.Draft,
			CreatedBy: "lan", CreatedAt: time.Date(2026, 10, 1, 1, 2, 3, 0, time.UTC), Notes: catalog.Label{Vi: "Đợt đầu"}}
	}
	open := func(t *testing.T) *store.Store { t.Parallel(); return Open(t, at(t)) }
	create := func(t *testing.T, s publish.Store, r publish.Release) {
		t.Helper()
		if err := s.CreateRelease(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}

	t.Run("a release comes back as it was, before and after approval", func(t *testing.T) {
		s := open(t)
		r := draft("2026-Q3")
		create(t, s, r)
		same(t, must[publish.Release](t)(s.ReleaseByID(t.Context(), r.ID)), r)
		r.State, r.ApprovedBy, r.ApprovedAt, r.PublishAt = publish.Approved, "minh", r.CreatedAt.Add(time.Hour), r.CreatedAt.Add(48*time.Hour)
		r.AsOf = cube.AsOf{Message: 12, Vintage: stat.MustDate("2026-09-30"), Only: cube.NewMessages(1, 2, 3, 12)}
		if err := s.UpdateRelease(t.Context(), r, publish.Draft); err != nil {
			t.Fatal(err)
		}
		same(t, must[publish.Release](t)(s.ReleaseByID(t.Context(), r.ID)), r)
	})
	t.Run("an identifier that exists is refused", func(t *testing.T) {
		s := open(t)
		create(t, s, draft("2026-Q3"))
		wantCode(t, s.CreateRelease(t.Context(), draft("2026-Q3")), "publish.exists")
	})
	t.Run("a release that does not exist is not found", func(t *testing.T) {
		s := open(t)
		_, err := s.ReleaseByID(t.Context(), "2026-Q3")
		wantCode(t, err, "publish.no-release")
		wantCode(t, s.UpdateRelease(t.Context(), draft("2026-Q3"), publish.Draft), "publish.no-release")
	})
	t.Run("releases come in the order of their creation", func(t *testing.T) {
		s := open(t)
		create(t, s, draft("2026-Q3"))
		create(t, s, draft("2026-Q2.1"))
		all := must[[]publish.Release](t)(s.Releases(t.Context()))
		same(t, []string{all[0].ID, all[1].ID}, []string{"2026-Q3", "2026-Q2.1"})
	})
	t.Run("an update from a state that has passed is refused and names the state", func(t *testing.T) {
		s := open(t)
		r := draft("2026-Q3")
		create(t, s, r)
		r.State = publish.Published
		f := wantCode(t, s.UpdateRelease(t.Context(), r, publish.Approved), "publish.wrong-state")
		same(t, f.Args, map[string]any{"id": "2026-Q3", "state": publish.Draft, "want": publish.Approved})
		same(t, must[publish.Release](t)(s.ReleaseByID(t.Context(), r.ID)).State, publish.Draft)
	})
	t.Run("a published release never changes again", func(t *testing.T) {
		url := at(t)
		s := Open(t, url)
		r := draft("2026-Q3")
		r.State = publish.Published
		create(t, s, r)
		r.Title.Vi = "khác"
		for _, from := range []publish.State{publish.Draft, publish.Approved, publish.Published} {
			wantCode(t, s.UpdateRelease(t.Context(), r, from), "publish.wrong-state")
		}
		if _, err := raw(t, url).Writer().Exec("UPDATE release SET title_vi = 'khác'"); err == nil {
			t.Fatal("the database let a published release be changed")
		}
	})
	t.Run("of many approvals at once exactly one takes place", func(t *testing.T) {
		s := open(t)
		r := draft("2026-Q3")
		create(t, s, r)
		var done atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				next := r
				next.State, next.ApprovedBy = publish.Approved, "minh"
				switch err := s.UpdateRelease(background, next, publish.Draft); fault.CodeOf(err) {
				case "":
					done.Add(1)
				case "publish.wrong-state":
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		same(t, done.Load(), int64(1))
		same(t, len(must[[]store.AuditEntry](t)(s.Audits(t.Context()))), 2) // created, approved
	})
	t.Run("the desk carries a release to its minute, and the log tells who did what", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", "")))
		now := time.Date(2026, 10, 6, 1, 0, 0, 0, time.UTC)
		desk := publish.Desk{Store: s, Cube: s, Now: func() time.Time { return now }}
		must[publish.Release](t)(desk.Open(t.Context(), "2026-Q3", catalog.Label{}, catalog.Label{}, "lan"))
		r := must[publish.Release](t)(desk.Approve(t.Context(), "2026-Q3", "minh", now.Add(time.Hour)))
		same(t, r.AsOf, cube.AsOf{Message: 1})
		same(t, len(must[[]publish.Release](t)(desk.PublishDue(t.Context()))), 0)
		now = now.Add(time.Hour)
		same(t, len(must[[]publish.Release](t)(desk.PublishDue(t.Context()))), 1)
		same(t, must[publish.Release](t)(desk.Current(t.Context())).ID, "2026-Q3")
		var said []string
		for _, e := range must[[]store.AuditEntry](t)(s.Audits(t.Context())) {
			said = append(said, e.By+" "+e.What+" "+e.Subject)
		}
		same(t, said, []string{"tester message.stored 1", "lan release.draft 2026-Q3", "minh release.approved 2026-Q3", "minh release.published 2026-Q3"})
	})
}
