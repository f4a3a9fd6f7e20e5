package api

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
)

func (s *service) registerRecords(a huma.API) {
	get(s, a, "findings", "/findings", "records", (*visit).findings)
	get(s, a, "methods", "/methods", "records", (*visit).methodList)
	get(s, a, "method", "/methods/{method}", "records", (*visit).method)
	get(s, a, "recipes", "/recipes", "records", (*visit).recipes)
	get(s, a, "runs", "/runs", "records", (*visit).runs)
	get(s, a, "run", "/runs/{run}", "records", (*visit).run)
}

// Finding is a check on the reference data that does not hold.
type Finding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Text     string `json:"text"`
	Reason   string `json:"reason,omitempty"`
	Message  int64  `json:"message,omitempty"`
}

// Findings lists what the checks found, as far as the release goes.
type Findings struct {
	Stamp
	Total    int       `json:"total"`
	Offset   int       `json:"offset"`
	Limit    int       `json:"limit"`
	Next     string    `json:"next,omitempty"`
	Findings []Finding `json:"findings"`
}

// page tells how many findings there are and where the next ones are.
func (f *Findings) page() (total int, next string, counted bool) { return f.Total, f.Next, true }

// findingsInput asks for a part of the findings.
type findingsInput struct {
	Common
	Limit  int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Offset int `query:"offset" minimum:"0" maximum:"100000000" default:"0"`
}

func (v *visit) findings(in *findingsInput) (*Findings, error) {
	some, total, err := v.asOfView.SomeFindings(v.ctx, in.Offset, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &Findings{Stamp: v.stamp(), Total: total, Offset: in.Offset, Limit: in.Limit, Findings: []Finding{}}
	if next := in.Offset + in.Limit; next < total {
		out.Next = v.after(next)
	}
	for _, f := range some {
		out.Findings = append(out.Findings, Finding{f.Rule, f.Severity, f.Text.In(v.lang), f.Reason.In(v.lang), f.Message})
	}
	return out, nil
}

// method is a page of doc/methods, in the languages that it has.
type method struct {
	id   string
	text map[string]string // by language
}

// readMethods reads <slug>.<lang>.md, or <slug>.md for a page in English only.
func readMethods(files fs.FS) ([]method, error) {
	if files == nil {
		return nil, nil
	}
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		return nil, err
	}
	var out []method
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		slug, lang, ok := strings.Cut(strings.TrimSuffix(path.Base(name), ".md"), ".")
		if !ok {
			lang = "en"
		}
		i := slices.IndexFunc(out, func(m method) bool { return m.id == slug })
		if i < 0 {
			out, i = append(out, method{slug, map[string]string{}}), len(out)
		}
		out[i].text[lang] = string(b)
	}
	return out, nil
}

// in gives the text in a language, or in the one that it has.
func (m method) in(lang string) (text, of string) {
	for _, l := range append([]string{lang}, languages...) {
		if t, ok := m.text[l]; ok {
			return t, l
		}
	}
	return "", ""
}

func (m method) title(lang string) string {
	text, _ := m.in(lang)
	for line := range strings.Lines(text) {
		if t, ok := strings.CutPrefix(line, "# "); ok {
			return strings.TrimSpace(t)
		}
	}
	return m.id
}

// MethodHead is a method without its text.
type MethodHead struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Languages []string `json:"languages"`
	Recipes   []string `json:"recipes"`
	Dataflows []string `json:"dataflows"`
}

func (v *visit) methodHead(m method) MethodHead {
	out := MethodHead{ID: m.id, Title: m.title(v.lang), Languages: []string{}, Recipes: []string{}, Dataflows: []string{}}
	for _, l := range languages {
		if _, ok := m.text[l]; ok {
			out.Languages = append(out.Languages, l)
		}
	}
	for _, r := range v.asOfView.Recipes() {
		if r.Method == m.id {
			out.Recipes = append(out.Recipes, r.ID)
		}
	}
	for _, f := range v.snap.Catalog.Dataflows() {
		if f.Method == m.id {
			out.Dataflows = append(out.Dataflows, f.ID)
		}
	}
	return out
}

// Methods lists the methods.
type Methods struct {
	Stamp
	Methods []MethodHead `json:"methods"`
}

func (v *visit) methodList(*Common) (*Methods, error) {
	out := &Methods{Stamp: v.stamp(), Methods: []MethodHead{}}
	for _, m := range v.methods {
		out.Methods = append(out.Methods, v.methodHead(m))
	}
	return out, nil
}

// Method is one method with its text in Markdown.
type Method struct {
	Stamp
	MethodHead
	Language string `json:"language"`
	Text     string `json:"text"`
}

// methodInput asks for one method.
type methodInput struct {
	Common
	Method string `path:"method" maxLength:"60"`
}

func (v *visit) method(in *methodInput) (*Method, error) {
	for _, m := range v.methods {
		if m.id == in.Method {
			text, lang := m.in(v.lang)
			return &Method{v.stamp(), v.methodHead(m), lang, text}, nil
		}
	}
	return nil, inPath("method", fault.New("api.no-method", "id", short(in.Method)))
}

// Recipe is a declared computation.
type Recipe struct {
	ID      string            `json:"id"`
	Version string            `json:"version"`
	Title   string            `json:"title"`
	Method  string            `json:"method,omitempty"`
	Params  map[string]string `json:"params,omitempty"`
	Inputs  []RecipeInput     `json:"inputs"`
	Outputs []string          `json:"outputs"`
}

// RecipeInput is what a recipe reads.
type RecipeInput struct {
	Name     string `json:"name"`
	Dataflow string `json:"dataflow"`
	Key      string `json:"key,omitempty"`
	History  bool   `json:"history,omitempty"`
}

// Recipes lists the recipes.
type Recipes struct {
	Recipes []Recipe `json:"recipes"`
}

func (v *visit) recipes(*Common) (*Recipes, error) {
	out := &Recipes{Recipes: []Recipe{}}
	for _, r := range v.asOfView.Recipes() {
		x := Recipe{ID: r.ID, Version: r.Version, Title: r.Title.In(v.lang), Method: r.Method, Params: r.Params, Inputs: []RecipeInput{}, Outputs: nonNil(r.Outputs)}
		for _, i := range r.Inputs {
			x.Inputs = append(x.Inputs, RecipeInput{i.Name, i.Dataflow, i.Key, i.History})
		}
		out.Recipes = append(out.Recipes, x)
	}
	return out, nil
}

// RunHead is one execution of a recipe.
type RunHead struct {
	ID         string            `json:"id"`
	Recipe     string            `json:"recipe"`
	Version    string            `json:"version"`
	StartedAt  time.Time         `json:"startedAt"`
	FinishedAt time.Time         `json:"finishedAt"`
	ReadTo     int64             `json:"readTo"`
	Message    int64             `json:"message"`
	Outputs    int               `json:"outputs"`
	Memo       string            `json:"memo"`
	Params     map[string]string `json:"params,omitempty"`
}

func runHead(r pipeline.Run) RunHead {
	return RunHead{r.ID, r.Recipe, r.Version, r.StartedAt.UTC(), r.FinishedAt.UTC(), r.ReadTo, r.Message, r.Outputs, r.Memo, r.Params}
}

// Runs lists runs.
type Runs struct {
	Stamp
	Total  int       `json:"total"`
	Offset int       `json:"offset"`
	Limit  int       `json:"limit"`
	Next   string    `json:"next,omitempty"`
	Runs   []RunHead `json:"runs"`
}

// page tells how many runs there are and where the next ones are.
func (r *Runs) page() (total int, next string, counted bool) { return r.Total, r.Next, true }

// runsInput filters the runs.
type runsInput struct {
	Common
	Recipe string `query:"recipe" maxLength:"60"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Offset int    `query:"offset" minimum:"0" maximum:"100000000" default:"0"`
}

// runsAsOf lists, newest first, the runs that the release rests on: what a later run found out is not public yet.
func (v *visit) runsAsOf() ([]pipeline.Run, error) {
	all, err := v.asOfView.Runs(v.ctx)
	if err != nil {
		return nil, err
	}
	var out []pipeline.Run
	for i := len(all) - 1; i >= 0; i-- {
		out = append(out, all[i])
	}
	return out, nil
}

func (v *visit) runs(in *runsInput) (*Runs, error) {
	if in.Recipe != "" && !slices.ContainsFunc(v.asOfView.Recipes(), func(r pipeline.Recipe) bool { return r.ID == in.Recipe }) {
		return nil, query("recipe", fault.New("api.no-recipe", "id", short(in.Recipe)))
	}
	all, err := v.runsAsOf()
	if err != nil {
		return nil, err
	}
	kept := []RunHead{}
	for _, r := range all {
		if in.Recipe == "" || r.Recipe == in.Recipe {
			kept = append(kept, runHead(r))
		}
	}
	from := min(in.Offset, len(kept))
	out := &Runs{Stamp: v.stamp(), Total: len(kept), Offset: in.Offset, Limit: in.Limit, Runs: kept[from:min(from+in.Limit, len(kept))]}
	if next := in.Offset + in.Limit; next < len(kept) {
		out.Next = v.after(next)
	}
	return out, nil
}

// RunView is one run with what it found out about itself.
type RunView struct {
	Stamp
	RunHead
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Diagnostic is a row of a table that a run made about itself.
type Diagnostic struct {
	Table string            `json:"table"`
	Row   map[string]string `json:"row"`
}

// runInput asks for one run.
type runInput struct {
	Common
	Run string `path:"run" maxLength:"100"`
}

func (v *visit) run(in *runInput) (*RunView, error) {
	all, err := v.runsAsOf()
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.ID == in.Run {
			out := &RunView{Stamp: v.stamp(), RunHead: runHead(r), Diagnostics: []Diagnostic{}}
			for _, d := range r.Diagnostics {
				row := d.Row
				if row == nil {
					row = map[string]string{}
				}
				out.Diagnostics = append(out.Diagnostics, Diagnostic{d.Table, row})
			}
			return out, nil
		}
	}
	return nil, inPath("run", fault.New("api.no-run", "id", short(in.Run)))
}
