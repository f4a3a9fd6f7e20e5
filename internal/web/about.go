package web

import (
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// aboutPage says what this is, who stands behind it, and what the marks mean.
type aboutPage struct {
	Frame
	Marks, Statuses []flagMeaning
	Definitions     []flagMeaning
}

type flagMeaning struct{ Symbol, Name, Text string }

func (v *visit) about() (page, error) {
	p := &aboutPage{Frame: v.newFrame("about", v.say("about.title"))}
	p.Description = v.say("about.description")
	t := newTable("marks", both("about.marks"), export.Column{ID: "code", Name: both("data.code"), Kind: export.Code}, col("name", both("data.name")), col("text", both("about.meaning")))
	for _, m := range stat.Marks() {
		l := nameOf(v.snap, "CL_EVIDENCE", string(m))
		means := both("about.mark-" + string(m))
		p.Marks = append(p.Marks, flagMeaning{string(m), l.In(v.lang), means.In(v.lang)})
		t.add(same(string(m)), label(l), label(means))
	}
	for _, s := range stat.Statuses() {
		means := both("about.status-" + string(s))
		l := nameOf(v.snap, "CL_OBS_STATUS", string(s))
		p.Statuses = append(p.Statuses, flagMeaning{string(s), l.In(v.lang), means.In(v.lang)})
		t.add(same(string(s)), label(l), label(means))
	}
	if l, err := v.snap.Catalog.Codelist("CL_DEFINITION"); err == nil {
		for _, c := range l.Codes {
			if v.hasDefinition(c.ID) {
				p.Definitions = append(p.Definitions, flagMeaning{c.ID, c.Name.In(v.lang), ""})
			}
		}
	}
	p.show(&Figure{ID: "ky-hieu", Title: t.Title, Table: t})
	return p, nil
}

// hasDefinition reports whether any published share follows a definition.
func (v *visit) hasDefinition(code string) bool {
	return len(v.snap.Read("DE_SHARE", ".."+code+".")) > 0
}

// findingsPage lists the checks that do not hold.
type findingsPage struct {
	Frame
	Findings []findingEntry
	Count    string
}

type findingEntry struct{ N, Rule, Severity, Text string }

func (v *visit) findings() (page, error) {
	list, err := v.site.library.Findings(v.r.Context())
	if err != nil {
		return nil, err
	}
	p := &findingsPage{Frame: v.newFrame("data", v.say("findings.title")), Count: v.count(len(list))}
	p.Description = v.say("findings.description")
	p.Crumbs = []Crumb{{v.say("data.title"), v.link("/so-lieu")}}
	t := newTable("findings", both("findings.title"), export.Column{ID: "rule", Name: both("findings.rule"), Kind: export.Code},
		export.Column{ID: "severity", Name: both("findings.severity"), Kind: export.Code}, col("text", both("findings.text")))
	for i, f := range list {
		p.Findings = append(p.Findings, findingEntry{v.count(i + 1), f.Rule, f.Severity, f.Text.In(v.lang)})
		t.add(same(f.Rule), same(f.Severity), label(f.Text))
	}
	p.show(&Figure{ID: "phat-hien", Title: t.Title, Table: t})
	return p, nil
}

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
	all, err := v.site.library.Releases(v.r.Context())
	if err != nil {
		return nil, err
	}
	p := &releasesPage{Frame: v.newFrame("data", v.say("releases.title"))}
	p.Description = v.say("releases.description")
	p.Crumbs = []Crumb{{v.say("data.title"), v.link("/so-lieu")}}
	for i := len(all) - 1; i >= 0; i-- {
		r := all[i]
		if r.State != publish.Published {
			continue
		}
		p.Releases = append(p.Releases, releaseEntry{r.ID, r.Title.In(v.lang), v.minute(r.PublishAt), r.Notes.In(v.lang), v.link("/", "asof", stat.DateOf(r.PublishAt.In(hanoi)).String())})
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
