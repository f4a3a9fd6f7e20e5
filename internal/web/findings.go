package web

import (
	"nhipso/internal/catalog"
	"nhipso/internal/export"
)

// findingsPage lists the checks that do not hold.
type findingsPage struct {
	Frame
	Findings []findingEntry
	Count    string
}

// findingEntry is a finding with the sentence of its rule, if it has one; the identifier of the rule stands in the file only.
type findingEntry struct{ N, Rule, Severity, Text, Reason string }

func (v *visit) findings() (page, error) {
	list, err := v.known.Findings(v.r.Context())
	if err != nil {
		return nil, err
	}
	p := &findingsPage{Frame: v.newFrame("data", v.say("findings.title")), Count: v.count(len(list))}
	p.Description = v.say("findings.description")
	p.Crumbs = []Crumb{{v.say("data.title"), v.link("/so-lieu")}}
	t := newTable("findings", both("findings.title"), export.Column{ID: "rule", Name: both("findings.rule"), Kind: export.Code},
		col("rule-text", both("findings.rule-text")),
		export.Column{ID: "severity", Name: both("findings.severity"), Kind: export.Code}, col("text", both("findings.text")), col("reason", both("findings.reason")))
	for i, f := range list {
		why := catalog.Label{}
		if r, ok := v.snap.Catalog.Rule(f.Rule); ok {
			why = r.Why
		}
		p.Findings = append(p.Findings, findingEntry{v.count(i + 1), why.In(v.lang), f.Severity, f.Text.In(v.lang), f.Reason.In(v.lang)})
		t.add(same(f.Rule), label(why), same(f.Severity), label(f.Text), label(f.Reason))
	}
	p.show(&Figure{ID: "phat-hien", Title: t.Title, Table: t})
	return p, nil
}
