package web

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// releasesPage lists the releases and what was revised in the figures.
type releasesPage struct {
	Frame
	Releases   []releaseEntry
	Revisions  *Figure
	Statistics *Figure
	Count      string
	Calendar   string
	Feed       string
}

// releaseEntry is a release that is out, with what it changed.
type releaseEntry struct {
	ID, Anchor, Title, At, Summary, AsOfURL string
	Corrects                                string // the release that it corrects
	Changed                                 []changedCell
	Waits                                   []string // dataflows whose new figures come later, with their minutes
}

// changedCell is a figure that a correction replaced.
type changedCell struct{ Name, URL, Period, Old, New string }

// releaseEntry tells of a release. The figures that a correction replaced are told one by one.
func (v *visit) releaseEntry(r publish.Release) releaseEntry {
	now := v.site.now()
	e := releaseEntry{ID: r.ID, Anchor: publish.Anchor(r.ID), Title: r.Title.In(v.lang), At: v.minute(r.PublishAt), Summary: publish.Summary(v.lang, r, now), Corrects: r.Corrects,
		AsOfURL: v.link("/", "asof", v.snap.Catalog.Day(r.PublishAt).String())}
	waits := r.Withheld(now)
	for _, f := range v.snap.Catalog.Dataflows() {
		if at, held := waits[f.ID]; held {
			e.Waits = append(e.Waits, v.say("releases.waits", "flow", f.Name.In(v.lang), "at", v.minute(at)))
		}
	}
	if r.Corrects == "" {
		return e
	}
	for _, c := range r.Changes {
		f, err := v.snap.Catalog.Dataflow(c.Dataflow)
		if _, held := waits[c.Dataflow]; held || err != nil {
			continue
		}
		for _, x := range c.Cells {
			e.Changed = append(e.Changed, changedCell{f.Name.In(v.lang) + ", " + shortName(v.snap, f, stat.Key(x.Key), nil).In(v.lang), v.link("/so-lieu/" + f.ID + "/" + x.Key), v.period(x.Period), v.asWritten(x.Old), v.asWritten(x.New)})
		}
	}
	return e
}

// period writes a period as a heading does.
func (v *visit) period(written string) string {
	p, err := stat.ParsePeriod(written)
	if err != nil {
		return written
	}
	return text.FormatPeriod(v.lang, p)
}

// asWritten writes a number with all its decimals, and a dash for none.
func (v *visit) asWritten(written string) string {
	d, err := stat.ParseDecimal(written)
	if err != nil {
		return "–"
	}
	_, decimals, _ := strings.Cut(written, ".")
	return text.FormatNumber(v.lang, d, len(decimals))
}

func (v *visit) releases() (page, error) {
	all, err := v.current.Releases(v.r.Context())
	if err != nil {
		return nil, err
	}
	p := &releasesPage{Frame: v.newFrame("data", v.say("releases.title"))}
	p.Description = v.say("releases.description")
	p.Calendar, p.Feed = v.link(calendarPath), v.link(feedPath)
	p.Crumbs = []Crumb{{v.say("data.title"), v.link("/so-lieu")}}
	for i := len(all) - 1; i >= 0; i-- {
		r := all[i]
		p.Releases = append(p.Releases, v.releaseEntry(r))
	}
	t := newTable("revisions", both("releases.revisions"), col("flow", both("data.dataflow")), col("series", both("data.series")), periods("period", both("data.period")),
		numbers("before", both("releases.before"), catalog.Label{}, -1), col("before-day", both("releases.before-day")),
		numbers("after", both("releases.after"), catalog.Label{}, -1), col("after-day", both("releases.after-day")),
		numbers("change", both("releases.change"), catalog.Label{}, -1))
	type revised struct {
		flow *catalog.Dataflow
		revision
	}
	var list []revised
	for _, f := range v.snap.Catalog.Dataflows() {
		for _, r := range v.revisions(f, "") {
			list = append(list, revised{f, r})
		}
	}
	slices.SortStableFunc(list, func(a, b revised) int { return b.after.Vintage.Date.Compare(a.after.Vintage.Date) })
	for _, r := range list {
		f, change := r.flow, r.after.Value.Sub(*r.before.Value)
		before, after := v.figure(r.before), v.figure(r.after)
		before.href = ""
		t.add(label(f.Name).to(v.link("/so-lieu/"+f.ID)), label(shortName(v.snap, f, r.after.Key, nil)).to(v.link("/so-lieu/"+f.ID+"/"+string(r.after.Key))), when(r.after.Period),
			before, same(v.vintage(r.before.Vintage)), after, same(v.vintage(r.after.Vintage)), number(change))
	}
	p.Count = v.count(len(list))
	p.Revisions = p.show(&Figure{ID: "dieu-chinh", Title: t.Title, Table: t, Source: v.vintageLine(), Open: true})
	p.Statistics = v.whole(&p.Frame, "thong-ke", "DE_REVISIONS")
	return p, nil
}
