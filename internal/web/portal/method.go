package portal

import (
	"html/template"
	"maps"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// methodPage is one method: its text, what it gives, and what its last run found about itself.
type methodPage struct {
	shell.Frame
	Slug      string
	Body      template.HTML
	What, Why string   // in plain words; "" on pages for developers
	Example   *example // today's figure
	Technical bool     // for developers
	OnlyIn    string   // the language of the text, when it is not the visitor's
	Flows     []shell.Crumb
	Runs      []runEntry
	Checks    []*shell.Figure
	HaveCheck bool
	Oracles   *shell.Figure // what the last run of the oracles found
	Uses      []shell.Crumb // pages of the packages that the method uses
	Code      *codeView     // documentation of the package, on its own page
}

type runEntry struct{ ID, Title, Version, At, Figures string }

func (v *visit) method() (shell.Page, error) {
	slug := v.R.PathValue("slug")
	d, in, ok := v.portal.document(slug, v.Lang)
	if !ok || !slices.Contains(v.portal.slugs(), slug) {
		return nil, fault.New("web.no-method", "slug", slug)
	}
	p := &methodPage{Frame: v.NewFrame("methods", d.title), Slug: slug, Body: v.explainProse(v.withSigns(slug, d.body)), Flows: v.flowsOf(slug)}
	p.Description = d.lead
	if p.Technical = kindOf(slug) == ofEngine; p.Technical {
		p.Crumbs = append(p.Crumbs, shell.Crumb{Name: v.Say("methods.engine"), URL: v.Link(enginePath)})
	}
	if id := "methods.what-" + slug; v.Words.Has(id) {
		p.What, p.Why = v.Say(id), v.Say("methods.why-"+slug)
		p.Example = v.example(slug)
	}
	p.Crumbs = append([]shell.Crumb{{Name: v.Say("methods.title"), URL: v.Link("/phuong-phap")}}, p.Crumbs...)
	if in != v.Lang {
		p.OnlyIn = in
	}
	runs, err := v.AsOfView.Runs(v.R.Context())
	if err != nil {
		return nil, err
	}
	for _, r := range v.AsOfView.Recipes() {
		if r.Method != slug {
			continue
		}
		var last *pipeline.Run
		for i := range runs {
			if runs[i].Recipe == r.ID {
				last = &runs[i]
			}
		}
		if last == nil {
			continue
		}
		p.Runs = append(p.Runs, runEntry{ID: last.ID, Title: r.Title.In(v.Lang), Version: last.Version, At: v.Minute(last.FinishedAt), Figures: v.count(last.Outputs)})
		for _, fig := range v.diagnostics(last) {
			p.Checks = append(p.Checks, p.Show(fig))
		}
	}
	p.HaveCheck = len(p.Checks) > 0
	if err := v.oracles(p); err != nil {
		return nil, err
	}
	return p, nil
}

// diagnostics makes a table of each kind of fact that a run recorded about itself.
func (v *visit) diagnostics(run *pipeline.Run) []*shell.Figure {
	var out []*shell.Figure
	byName := map[string]*shell.Table{}
	for _, d := range run.Diagnostics {
		t := byName[d.Table]
		if t == nil {
			id := "kiem-tra-" + slugOf(d.Table)
			t = shell.NewTable(id, v.diagnosticWord(d.Table))
			byName[d.Table] = t
			for _, k := range diagnosticColumns(run.Diagnostics, d.Table) {
				kind := export.Number
				for _, x := range run.Diagnostics {
					if _, err := stat.ParseDecimal(x.Row[k]); x.Table == d.Table && x.Row[k] != "" && err != nil {
						kind = export.Text
					}
				}
				if k == "year" || k == "start" {
					kind = export.Text
				}
				t.Columns = append(t.Columns, export.Column{ID: slugOf(k), Name: v.diagnosticWord(k), Kind: kind, Decimals: -1})
			}
			out = append(out, &shell.Figure{ID: id, Title: t.Title, Table: t, Source: v.Credited(both("methods.run-source", "run", run.ID)), Open: true})
		}
		var row []shell.Cell
		for i, k := range diagnosticColumns(run.Diagnostics, d.Table) {
			if t.Columns[i].Kind == export.Number {
				if n, err := stat.ParseDecimal(d.Row[k]); err == nil {
					row = append(row, shell.Number(n))
				} else {
					row = append(row, shell.None(shell.Blank))
				}
				continue
			}
			row = append(row, shell.Label(v.diagnosticValue(d.Row[k])))
		}
		t.Add(row...)
	}
	return out
}

// columnOrder puts the columns of diagnostics that every table shares in the order in which they are read.
var columnOrder = []string{"identity", "source", "left", "right", "holds", "scenario", "definition", "component", "start", "year", "kind", "method", "estimate", "published", "error-points", "error-percent", "half-width", "covered",
	"SHARE_START", "SHARE_TARGET", "G_NOM", "G_REAL", "MULT", "MULT_NOM", "GDP_NOM", "GDP_REAL", "DEFLATOR", "holds-current", "holds-real", "multiple-current-over-real", "holds-current-over-real"}

// diagnosticColumns lists the columns of a table of diagnostics: those that are known in their order, then those that are text,
// then the rest by name.
func diagnosticColumns(list []pipeline.Diagnostic, table string) []string {
	seen := map[string]bool{}
	isText := map[string]bool{}
	for _, d := range list {
		if d.Table != table {
			continue
		}
		for k, x := range d.Row {
			seen[k] = true
			if _, err := stat.ParseDecimal(x); err != nil || k == "year" || k == "start" {
				isText[k] = true
			}
		}
	}
	out := slices.Sorted(maps.Keys(seen))
	position := func(k string) int {
		if i := slices.Index(columnOrder, k); i >= 0 {
			return i
		}
		return len(columnOrder) + 1 - btoi(isText[k])
	}
	slices.SortStableFunc(out, func(a, b string) int { return position(a) - position(b) })
	return out
}

// diagnosticValue reads a value of a diagnostic: a period as people write it, a code by its name, else as it stands.
func (v *visit) diagnosticValue(s string) catalog.Label {
	if short, ok := shortDefinition(v.Snap, s); ok {
		return short
	}
	if p, err := stat.ParsePeriod(s); err == nil {
		return catalog.Label{Vi: text.FormatPeriod("vi", p), En: text.FormatPeriod("en", p)}
	}
	if w := "methods.val-" + slugOf(s); s != "" && hasWord(w) {
		return both(w)
	}
	for _, list := range []string{"CL_COMPONENT", "CL_METHOD", "CL_DEFINITION", "CL_SCENARIO", "CL_TARGET_CLASS", "CL_PROGRAMME", "CL_START"} {
		if l := nameOf(v.Snap, list, s); l.Vi != s {
			return l
		}
	}
	return catalog.Label{Vi: s, En: s}
}

// diagnosticWord names a table or column of diagnostics: by the words of this package when they know it, else by itself.
func (v *visit) diagnosticWord(id string) catalog.Label {
	if w := "methods.diag-" + slugOf(id); hasWord(w) {
		return both(w)
	}
	if l := nameOf(v.Snap, "CL_REQUIRED", id); l.Vi != id {
		return l
	}
	return catalog.Label{Vi: id, En: id}
}

// example is the newest figure that a method gives, and how it came about.
type example struct{ Name, Period, Value, Sentence, URL string }

// example looks for the figure that readers know best: of the country, by its statistics office, the whole, the newest.
func (v *visit) example(slug string) *example {
	for _, f := range v.Snap.Catalog.Dataflows() {
		if f.Method != slug || f.Kind != catalog.Derived {
			continue
		}
		var best cube.Version
		most := -1
		for _, series := range v.Snap.Series(f.ID, "") { // in the order of the lists: of several methods the first
			o, known := series.Last()
			if !known {
				continue
			}
			n := 0
			for i, c := range o.Key.Codes() {
				n += 8*btoi(c == v.nation()) + 4*btoi(c == v.official()) + 2*btoi(c == "TOTAL" || c == v.mainTarget()) + btoi(f.Dimensions[i].ID == "MEASURE" && c == "SHARE")
			}
			if n > most || n == most && o.Period.Compare(best.Period) > 0 {
				best, most = o, n
			}
		}
		if most < 0 {
			continue
		}
		speaker := v.speaker()
		x := &example{Name: namesOf(v.Snap).Title(f, best.Key).In(v.Lang), Period: text.FormatPeriod(v.Lang, best.Period), Value: speaker.Value(best), URL: v.Why(best.Cell())}
		if node, err := v.AsOfView.Explain(v.R.Context(), best.Cell()); err == nil {
			if s, ok := speaker.Sentence(node); ok {
				x.Sentence = s.Text
			}
		}
		return x
	}
	return nil
}
