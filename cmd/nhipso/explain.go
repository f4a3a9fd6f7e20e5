package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// explain prints why a figure is what it is: the tree from it down to the documents.
func explain(ctx context.Context, e *env, args []string) error {
	f := e.flags("explain")
	p := e.placeFlags(f)
	asOf := f.String("asof", "", "asof")
	asJSON := f.Bool("json", false, "json")
	drafts := f.Bool("draft", false, "draft")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fault.New("cli.missing", "command", "explain", "what", "DATAFLOW/KEY/PERIOD")
	}
	cell, err := parseCell(rest[0])
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
	view, err := a.gate().View(ctx, audience(*drafts))
	if err != nil {
		return err
	}
	node, err := view.On(day).Explain(ctx, cell)
	if err != nil {
		return err
	}
	if *asJSON {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(node)
	}
	a.printNode(e, e.out, node, 0)
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

// parseCell reads DATAFLOW/KEY/PERIOD. The period may itself hold a slash (2024-12-15/P1Y).
func parseCell(s string) (cube.Cell, error) {
	parts := strings.SplitN(s, "/", 3)
	if len(parts) != 3 {
		return cube.Cell{}, fault.New("cli.bad-cell", "text", s)
	}
	p, err := stat.ParsePeriod(parts[2])
	if err != nil {
		return cube.Cell{}, fault.New("cli.bad-cell", "text", s).Because(err)
	}
	return cube.Cell{Dataflow: parts[0], Key: stat.Key(parts[1]), Period: p}, nil
}

func (a *app) printNode(e *env, w io.Writer, n pipeline.Node, depth int) {
	pad := strings.Repeat("    ", depth)
	role := ""
	if n.Role != "" {
		role = " [" + n.Role + "]"
	}
	fmt.Fprintf(w, "%s%s%s\n", pad, a.name(n.Cell, e.lang), role)
	last := n.Versions
	if len(last) > 3 {
		fmt.Fprintf(w, "%s  %s\n", pad, e.w("explain.more", "n", len(last)-3+n.Omitted))
		last = last[len(last)-3:]
	}
	for _, v := range last {
		value := e.w("missing")
		if t := v.Printed(); t != "" {
			value = a.catalog.AttributeText(stat.AttrText, t, e.lang)
		} else if v.Value != nil {
			value = text.FormatNumber(e.lang, *v.Value, v.Value.Decimals())
		} else if t := v.Attributes[stat.AttrText]; t != "" {
			value = t
		}
		fmt.Fprintf(w, "%s  %s = %s  (%s %s; %s; %s)\n", pad, text.FormatPeriod(e.lang, v.Period), value,
			e.w("published"), v.Vintage, v.Attributes[stat.AttrMark], first(v.Attributes[stat.AttrSource], v.Attributes[stat.AttrRun]))
	}
	if n.Withheld > 0 {
		fmt.Fprintf(w, "%s  %s\n", pad, e.w("explain.withheld", "n", n.Withheld))
	}
	if n.Seen {
		fmt.Fprintf(w, "%s  %s\n", pad, e.w("explain.seen"))
	}
	if n.Run != nil {
		title := n.Run.Recipe
		for _, r := range a.recipes {
			if r.ID == n.Run.Recipe {
				title = r.Title.In(e.lang)
			}
		}
		fmt.Fprintf(w, "%s  ← %s (%s, %s)\n", pad, title, n.Run.ID, e.w("explain.version", "v", n.Run.Version))
	}
	for _, c := range n.From {
		a.printNode(e, w, c, depth+1)
	}
}

// name writes a cell with the names of its codes.
func (a *app) name(c cube.Cell, lang string) string {
	flow, err := a.catalog.Dataflow(c.Dataflow)
	if err != nil {
		return c.String()
	}
	var parts []string
	for i, code := range c.Key.Codes() {
		if i < len(flow.Dimensions) && flow.Dimensions[i].ID != "FREQ" {
			parts = append(parts, a.catalog.Name(flow.Dimensions[i].Codelist, code, lang))
		}
	}
	return flow.Name.In(lang) + " · " + strings.Join(parts, " · ")
}
