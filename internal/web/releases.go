package web

import (
	"slices"

	"nhipso/internal/catalog"
)

// releasesPage lists the releases and what was revised in the figures.
type releasesPage struct {
	Frame
	Releases   []releaseEntry
	Revisions  *Figure
	Statistics *Figure
	Count      string
}

type releaseEntry struct{ ID, Title, At, Notes, AsOfURL string }

func (v *visit) releases() (page, error) {
	all, err := v.current.Releases(v.r.Context())
	if err != nil {
		return nil, err
	}
	p := &releasesPage{Frame: v.newFrame("data", v.say("releases.title"))}
	p.Description = v.say("releases.description")
	p.Crumbs = []Crumb{{v.say("data.title"), v.link("/so-lieu")}}
	for i := len(all) - 1; i >= 0; i-- {
		r := all[i]
		p.Releases = append(p.Releases, releaseEntry{r.ID, r.Title.In(v.lang), v.minute(r.PublishAt), r.Notes.In(v.lang), v.link("/", "asof", v.snap.Catalog.Day(r.PublishAt).String())})
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
