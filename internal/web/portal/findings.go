package portal

import (
	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/web/shell"
)

// findingsPage lists the checks that do not hold.
type findingsPage struct {
	shell.Frame
	Findings []findingEntry
	Count    string
}

// findingEntry is a finding with the sentence of its rule, if it has one; the identifier of the rule stands in the file only.
type findingEntry struct{ N, Rule, Severity, Text, Reason string }

func (v *visit) findings() (shell.Page, error) {
	list, err := v.AsOfView.Findings(v.R.Context())
	if err != nil {
		return nil, err
	}
	p := &findingsPage{Frame: v.NewFrame("data", v.Say("findings.title")), Count: v.count(len(list))}
	p.Description = v.Say("findings.description")
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}}
	t := shell.NewTable("findings", both("findings.title"), export.Column{ID: "rule", Name: both("findings.rule"), Kind: export.Code},
		shell.Text("rule-text", both("findings.rule-text")),
		export.Column{ID: "severity", Name: both("findings.severity"), Kind: export.Code}, shell.Text("text", both("findings.text")), shell.Text("reason", both("findings.reason")))
	for i, f := range list {
		why := catalog.Label{}
		if r, ok := v.Snap.Catalog.Rule(f.Rule); ok {
			why = r.Why
		}
		p.Findings = append(p.Findings, findingEntry{v.count(i + 1), why.In(v.Lang), f.Severity, f.Text.In(v.Lang), f.Reason.In(v.Lang)})
		t.Add(shell.Same(f.Rule), shell.Label(why), shell.Same(f.Severity), shell.Label(f.Text), shell.Label(f.Reason))
	}
	p.Show(&shell.Figure{ID: "phat-hien", Title: t.Title, Table: t})
	return p, nil
}
