package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
)

// explain prints why a figure is what it is: the tree from it down to the documents.
func explain(ctx context.Context, e *env, args []string) error {
	f := e.flags("explain")
	p := e.installationFlags(f)
	asOf := f.String("asof", "", "asof")
	asJSON := f.Bool("json", false, "json")
	drafts := f.Bool("draft", false, "draft")
	preview := f.String("preview", "", "preview")
	format := f.String("format", "", "explain-format")
	file := f.String("out", "", "explain-out")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fault.New("cli.missing", "command", "explain", "what", "DATAFLOW/KEY/PERIOD")
	}
	switch { // the workbook is a file and needs a name; a name without it would have no effect
	case *format != "" && *format != "xlsx":
		return fault.New("cli.not-xlsx", "format", *format)
	case *format != "" && *file == "":
		return fault.New("cli.missing", "command", "explain", "what", "--out")
	case *format == "" && *file != "":
		return fault.New("cli.missing", "command", "explain", "what", "--format xlsx")
	case *format != "" && *asJSON:
		return fault.New("cli.not-xlsx", "format", "json")
	}
	cell, err := cube.ParseCell(rest[0])
	if err != nil {
		return err
	}
	var day stat.Date
	if *asOf != "" {
		if day, err = stat.ParseDate(*asOf); err != nil {
			return err
		}
	}
	a, err := e.open(ctx, p)
	if err != nil {
		return err
	}
	defer a.close()
	flow, err := a.catalog.Dataflow(cell.Dataflow)
	if err != nil {
		return err
	}
	if err := a.catalog.CheckKey(flow, cell.Key); err != nil {
		return err
	}
	known, err := a.viewFor(ctx, *drafts, *preview)
	if err != nil {
		return err
	}
	known = known.On(day)
	node, err := known.Explain(ctx, cell)
	if err != nil {
		return err
	}
	speaker := view.NewSpeaker(a.catalog, a.recipes, e.lang, known.Cell)
	if *format == "xlsx" {
		return writeFile(*file, func(w io.Writer) error {
			return speaker.WriteWorkbook(ctx, w, node, export.Properties(known.Release, p.publisher, ""))
		})
	}
	if *asJSON {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(node)
	}
	if s, ok := speaker.Sentence(node); ok {
		fmt.Fprintf(e.out, "%s\n\n", s.Text)
	}
	printer{e, speaker}.node(node, 0)
	fmt.Fprintln(e.out)
	fmt.Fprintln(e.out, e.w("explain.documents"))
	for _, id := range node.Documents() {
		fmt.Fprintln(e.out, "  •", a.document(id, e.lang))
	}
	return nil
}

// document writes who published a document and when, through whom it was seen, and where; what is not known has its reason.
func (a *app) document(id, lang string) string {
	d, ok := a.catalog.Document(id)
	if !ok {
		return id
	}
	parts := []string{a.catalog.Name("CL_SOURCE", id, lang), d.Publisher.In(lang), first(d.Date, d.DateNote.In(lang)), first(d.URL, d.URLNote.In(lang))}
	if d.Quote != "" {
		parts = append(parts, "“"+d.Quote+"”")
	}
	return strings.Join(parts, "; ")
}

// printer prints an explanation in words: names, sentences and documents, no codes.
type printer struct {
	e       *env
	speaker *view.Speaker
}

func (p printer) node(n pipeline.Node, depth int) {
	e, s, w := p.e, p.speaker, p.e.out
	pad := strings.Repeat("    ", depth)
	role := ""
	if n.Role != "" {
		role = " [" + view.Role(n.Role).In(e.lang) + "]"
	}
	fmt.Fprintf(w, "%s%s%s\n", pad, s.Heading(n), role)
	list, left := view.Shown(n, 3)
	if left > 0 {
		fmt.Fprintf(w, "%s  %s\n", pad, e.w("explain.more", "n", left))
	}
	for _, v := range list {
		fmt.Fprintf(w, "%s  %s: %s  (%s %s; %s; %s)\n", pad, text.FormatPeriod(e.lang, v.Period), s.Value(v),
			e.w("published"), view.Vintage(e.lang, v.Vintage), view.MarkFlag(v.Mark()).Name.In(e.lang), s.Document(v))
	}
	if n.Withheld > 0 {
		fmt.Fprintf(w, "%s  %s\n", pad, e.w("explain.withheld", "n", n.Withheld))
	}
	if n.Seen {
		fmt.Fprintf(w, "%s  %s\n", pad, e.w("explain.seen"))
	}
	if n.Run != nil {
		if said, ok := s.Sentence(n); ok && depth > 0 {
			fmt.Fprintf(w, "%s  %s\n", pad, said.Text)
		}
		title, _ := s.Title(n.Run)
		fmt.Fprintf(w, "%s  ← %s (%s)\n", pad, title.In(e.lang), e.w("explain.version", "v", n.Run.Version))
	}
	for _, c := range n.From {
		p.node(c, depth+1)
	}
}
