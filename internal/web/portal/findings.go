package portal

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/publish"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// findingsPage lists the checks that do not hold, a part at a time; its files hold all.
type findingsPage struct {
	shell.Frame
	Findings []findingEntry
	Parts    *parts
}

// findingEntry is a finding with the sentence of its rule, if it has one; the identifier of the rule stands in the file only. A sentence that
// begins with the codes of a figure has the title of the series instead, which leads to the figure.
type findingEntry struct{ Name, URL, Text, Rule, Reason string }

func (v *visit) findings() (shell.Page, error) {
	p := &findingsPage{Frame: v.NewFrame("data", v.Say("findings.title"))}
	p.Description = v.Say("findings.description")
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}}
	list, err := v.findingsOf(p)
	if err != nil {
		return nil, err
	}
	t := shell.NewTable("findings", both("findings.title"), export.Column{ID: "rule", Name: both("findings.rule"), Kind: export.Code},
		shell.Text("rule-text", both("findings.rule-text")),
		export.Column{ID: "severity", Name: both("findings.severity"), Kind: export.Code}, shell.Text("text", both("findings.text")), shell.Text("reason", both("findings.reason")))
	for _, f := range list {
		why := catalog.Label{}
		if r, ok := v.Snap.Catalog.Rule(f.Rule); ok {
			why = r.Why
		}
		e := findingEntry{Rule: why.In(v.Lang), Reason: f.Reason.In(v.Lang)}
		e.Name, e.URL, e.Text = v.figureOf(f)
		p.Findings = append(p.Findings, e)
		t.Add(shell.Same(f.Rule), shell.Label(why), shell.Same(f.Severity), shell.Label(f.Text), shell.Label(f.Reason))
	}
	p.Show(&shell.Figure{ID: "phat-hien", Title: t.Title, Table: t})
	return p, nil
}

// figureOf gives the title and the address of the figure that the sentence of a finding begins with, and the rest of the sentence. A sentence that
// begins otherwise stays whole.
func (v *visit) figureOf(f publish.Finding) (name, url, rest string) {
	said := f.Text.In(v.Lang)
	for _, cell := range f.Cells {
		flow, err := v.Snap.Catalog.Dataflow(cell.Dataflow)
		if err != nil {
			continue
		}
		period := ", " + text.FormatPeriodInline(v.Lang, cell.Period)
		if rest, ok := strings.CutPrefix(said, cube.SeriesName(v.Snap.Catalog, flow, cell.Key, v.Lang)+period); ok {
			return namesOf(v.Snap).Title(flow, cell.Key).In(v.Lang) + period, v.Why(cell), rest
		}
	}
	return "", "", said
}

// findingsOf reads the findings of the part that a page shows, or all of them for a file.
func (v *visit) findingsOf(p *findingsPage) (list []publish.Finding, err error) {
	if slices.Contains(shell.TableFormats(), v.Format) {
		return v.AsOfView.Findings(v.R.Context())
	}
	list, all, err := v.AsOfView.SomeFindings(v.R.Context(), max(v.partAsked(), 0)*rowsAPage, rowsAPage)
	if err != nil {
		return nil, err
	}
	p.Parts, err = v.parts(all)
	return list, err
}
