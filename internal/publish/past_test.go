package publish

import (
	"slices"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// mirror is the file of a release, with nothing behind it.
type mirror struct {
	drafts
	*screen
	release string
}

func (m mirror) OfRelease() string { return m.release }

// A past release shows what it showed: neither what a later one changed nor what it brought of older days. A mirror, which has the file of the newest
// release alone, shows the same.
func TestAPastReleaseShowsWhatItShowed(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	c, _ := national(t)
	o.s.figure("GDP", 2024, "1", 1, "")
	o.s.figure("GDP", 2025, "2", 1, "")
	o.s.figure("GDP", 2025, "2.5", 2, "")
	o.s.figure("GDP", 2023, "0.5", 2, "") // of the same day as the others, loaded later
	o.s.figure("IIP", 2025, "6", 2, "")
	o.s.figure("GDP", 2026, "9", 3, "") // waits for its minute
	o.released("2026-Q3", 1)
	o.now = o.now.Add(time.Hour)
	o.released("2026-Q4", 2)
	o.done(o.Open(ctx, "2027-Q1", both("đợt", "release"), both("ghi chú", "notes"), "an"))
	o.done(o.Add(ctx, "2027-Q1", Selection{All: true}, "an"))
	o.done(o.Check(ctx, "2027-Q1", "an"))
	o.done(o.Approve(ctx, "2027-Q1", "bình", o.now.Add(time.Hour)))
	bound := cube.AsOf{Message: 2, Only: cube.NewMessages(1, 2)}
	shown, err := newScreen(ctx, o.s, Everybody(), bound, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := o.s.Releases(ctx)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return o.now }
	for name, g := range map[string]*Gate{
		"an installation": {Source: &archive{figures: o.s.figures, releases: all}, Catalog: c, Now: now},
		"a mirror":        {Source: mirror{drafts{s: o.s}, shown, "2026-Q4"}, Catalog: c, Now: now},
	} {
		t.Run(name, func(t *testing.T) {
			read := func(id, flow string) (out []string) {
				v, err := g.Past(ctx, id)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range v.Read(flow, "") {
					out = append(out, x.Period.String()+" "+digits(x))
				}
				if got := len(v.Snapshot.past.flows()); (got > 1) != (id == "2026-Q4") {
					t.Errorf("%s lists %d dataflows", id, got)
				}
				return out
			}
			if got := read("2026-Q3", "GDP"); !slices.Equal(got, []string{"2024 1", "2025 2"}) {
				t.Errorf("the past: %v", got)
			}
			if got := read("2026-Q4", "GDP"); !slices.Equal(got, []string{"2023 0.5", "2024 1", "2025 2.5"}) {
				t.Errorf("the present: %v", got)
			}
			if len(read("2026-Q3", "IIP")) != 0 {
				t.Error("the past knows a dataflow of later")
			}
			v, _ := g.Past(ctx, "2026-Q3")
			if list, err := v.Releases(ctx); err != nil || len(list) != 1 || v.Extent("GDP").Cells != 2 || v.On(stat.MustDate("2025-12-31")).Extent("GDP").Cells != 0 {
				t.Errorf("releases %v (%v), cells %d", list, err, v.Extent("GDP").Cells)
			}
			again, _ := g.Past(ctx, "2026-Q3")
			if again != v {
				t.Error("it is made anew for every reader")
			}
			for _, none := range []string{"2027-Q1", "2030-Q1", ""} {
				if _, err := g.Past(ctx, none); fault.CodeOf(err) != "publish.not-out" {
					t.Errorf("%q: %v", none, err)
				}
			}
		})
	}
}

func TestFewPastReleasesAreKeptAndOneThatFailedIsTriedAgain(t *testing.T) {
	p, made := past{}, 0
	open := func() (*View, error) { made++; return &View{}, nil }
	for i := range 2 * maxPast {
		p.of(stat.Year(2000+i).String(), open) //nolint:errcheck // it does not fail
		p.of("asked for always", open)         //nolint:errcheck
	}
	if len(p.views) != maxPast || made != 2*maxPast+1 {
		t.Errorf("%d kept, %d made", len(p.views), made)
	}
	broken := fault.New("publish.none")
	if _, err := p.of("x", func() (*View, error) { return nil, broken }); err != broken {
		t.Error(err)
	}
	if v, err := p.of("x", open); v == nil || err != nil {
		t.Error("one failure is for ever: ", err)
	}
}
