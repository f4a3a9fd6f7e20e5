package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/pack"
)

// catalogOptions are the flags of the catalogue's actions.
type catalogOptions struct {
	asOf, by, reason string
	check            bool
	rest             []string
}

// catalogAction is one thing to do with the catalogue that the installation keeps.
type catalogAction struct {
	flags string
	args  int // at most
	acts  bool
	run   func(a *app, ctx context.Context, e *env, o catalogOptions) error
}

var catalogActions = map[string]catalogAction{
	"show":    {"as-of", 1, false, (*app).showCatalog},
	"history": {"", 1, false, (*app).catalogHistory},
	"diff":    {"", 2, false, (*app).catalogDiff},
	"load":    {"by reason check", 0, true, (*app).loadCatalog},
}

// catalogue shows what the installation keeps of its catalogue, as of any edition, and changes it.
func catalogue(ctx context.Context, e *env, args []string) error {
	f := e.flags("catalog")
	p := e.installationFlags(f)
	var o catalogOptions
	f.StringVar(&o.asOf, "as-of", "", "catalog-as-of")
	f.StringVar(&o.by, "by", userName(), "by")
	f.StringVar(&o.reason, "reason", "", "catalog-reason")
	f.BoolVar(&o.check, "check", false, "check")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	name := "show"
	if len(rest) > 0 {
		name = rest[0]
		o.rest = rest[1:]
	}
	action, known := catalogActions[name]
	if !known || len(o.rest) > action.args {
		return fault.New("cli.bad-action", "action", strings.Join(rest, " "), "known", "show, history, diff, load")
	}
	if err := onlyFlags(f, "catalog "+name, installationNames+action.flags); err != nil {
		return err
	}
	if o.check { // records nothing, so that nobody answers for it
		if err := onlyFlags(f, "catalog load --check", installationNames+"check"); err != nil {
			return err
		}
	}
	if err := needed(name, o); err != nil {
		return err
	}
	a, err := e.openFor(ctx, p, action.acts && !o.check)
	if err != nil {
		return err
	}
	defer a.close()
	return action.run(a, ctx, e, o)
}

// needed refuses an action without what it needs.
func needed(name string, o catalogOptions) error {
	switch {
	case name == "diff" && len(o.rest) == 0:
		return fault.New("cli.missing", "command", "catalog diff", "what", "N / YYYY-MM-DD")
	case name == "load" && strings.TrimSpace(o.reason) == "" && !o.check:
		return fault.New("cli.missing", "command", "catalog load", "what", "--reason")
	}
	return nil
}

// edition finds the edition that is meant by a number or a day, the newest for "".
func (a *app) edition(ctx context.Context, what string) (int64, []catalog.Edition, error) {
	editions, err := a.store.Editions(ctx)
	if err != nil || what == "" {
		return 0, editions, err
	}
	n, err := pack.AsOf(editions, what, a.catalog.Zone())
	return n, editions, err
}

// showCatalog lists the artefacts with their versions as of an edition, or shows one of them.
func (a *app) showCatalog(ctx context.Context, e *env, o catalogOptions) error {
	n, editions, err := a.edition(ctx, o.asOf)
	if err != nil {
		return err
	}
	if len(o.rest) == 0 {
		for _, x := range pack.Versions(editions, n) {
			if x.Digest != "" {
				fmt.Fprintf(e.out, "%-15s %-8s %-24s %-6s %.12s\n", x.Sort, x.Agency, x.ID, x.Version, x.Digest)
			}
		}
		return nil
	}
	kept, err := pack.Kept(ctx, a.store, n)
	if err != nil {
		return err
	}
	return showArtefact(e, kept.Catalog, o.rest[0])
}

// showArtefact prints a codelist with its codes or a dataflow with its structure.
func showArtefact(e *env, c *catalog.Catalog, id string) error {
	if l, err := c.Codelist(id); err == nil {
		for _, x := range l.Codes {
			fmt.Fprintf(e.out, "%-20s %-12s %s\n", x.ID, x.Parent, x.Name.In(e.lang))
		}
		return nil
	}
	if t, err := c.RecordType(id); err == nil {
		showType(e, t)
		return nil
	}
	f, err := c.Dataflow(id)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, f.Name.In(e.lang))
	for _, d := range f.Dimensions {
		fmt.Fprintf(e.out, "%-20s %-20s %s\n", d.ID, d.Codelist, d.Name.In(e.lang))
	}
	fmt.Fprintln(e.out, strings.Join(f.Attributes, " "))
	return nil
}

// showType prints a type of records: its fields and what they hold, the states of its records with the ways that lead on, and the list that the
// records are in.
func showType(e *env, t *catalog.RecordType) {
	fmt.Fprintln(e.out, t.Name.In(e.lang), t.Records)
	for _, f := range t.Fields {
		fmt.Fprintf(e.out, "%-20s %-14s %-20s %s\n", f.ID, f.Kind, first(f.Codelist, f.Type, f.Unit), f.Name.In(e.lang))
	}
	for _, s := range t.States {
		var on []string
		for _, way := range t.Transitions {
			if slices.Contains(way.From, s.ID) {
				on = append(on, way.ID+" → "+way.To)
			}
		}
		fmt.Fprintf(e.out, "%-20s %-35s %s\n", s.ID, strings.Join(on, ", "), s.Name.In(e.lang))
	}
}

// catalogHistory lists the editions: all, or those that set a version of one artefact.
func (a *app) catalogHistory(ctx context.Context, e *env, o catalogOptions) error {
	editions, err := a.store.Editions(ctx)
	if err != nil {
		return err
	}
	for _, x := range editions {
		versions := ""
		for _, artefact := range x.Artefacts {
			if len(o.rest) == 1 && artefact.ID == o.rest[0] {
				versions = artefact.Version
			}
		}
		if len(o.rest) == 1 && versions == "" {
			continue
		}
		fmt.Fprintf(e.out, "%4d  %s  %-16s %s %s  %s %s\n", x.Number, a.minute(x.At), x.By, x.Pack, x.Version, x.Reason, versions)
	}
	return nil
}

// catalogDiff lists what differs between two editions; one is compared with the newest.
func (a *app) catalogDiff(ctx context.Context, e *env, o catalogOptions) error {
	var sides [2]*pack.Pack
	for i, what := range append(o.rest, "")[:2] {
		n, _, err := a.edition(ctx, what)
		if err != nil {
			return err
		}
		if sides[i], err = pack.Kept(ctx, a.store, n); err != nil {
			return err
		}
	}
	e.changes(catalog.Compare(sides[0].Catalog, sides[1].Catalog))
	return nil
}

// changes prints what became of each artefact.
func (e *env) changes(list []catalog.Change) {
	for _, x := range list {
		line := fmt.Sprintf("%-8s %-15s %s", e.w("catalog."+string(x.Kind)), x.Artefact.Sort, x.Artefact.ID)
		for _, code := range x.Won {
			line += " +" + code
		}
		for _, code := range x.Lost {
			line += " -" + code
		}
		fmt.Fprintln(e.out, line)
	}
	if len(list) == 0 {
		fmt.Fprintln(e.out, e.w("catalog.same"))
	}
}

// loadCatalog takes the catalogue of a pack as the next edition; its figures are left alone.
func (a *app) loadCatalog(ctx context.Context, e *env, o catalogOptions) error {
	from, err := packOf(a.installation.pack)
	if err != nil {
		return err
	}
	after, err := pack.Read(from)
	if err != nil {
		return err
	}
	if err := a.accepts(after); err != nil {
		return err
	}
	list := catalog.Compare(a.catalog, after.Catalog)
	edition, changed, err := pack.Change(ctx, a.store, from, o.by, o.reason, o.check)
	if err != nil {
		return err
	}
	e.changes(list)
	if changed && !o.check {
		fmt.Fprintln(e.out, e.w("catalog.recorded", "n", edition.Number, "files", len(edition.Files)+len(edition.Gone), "artefacts", len(edition.Artefacts)))
	}
	return nil
}
