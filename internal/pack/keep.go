package pack

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Keeper keeps the editions of the catalogue of an installation.
type Keeper interface {
	catalog.Uses
	Editions(ctx context.Context) ([]catalog.Edition, error)
	CatalogFiles(ctx context.Context, edition int64) (map[string]string, error)
	AppendEdition(ctx context.Context, after int64, e catalog.Edition) (catalog.Edition, error)
}

// Kept reads the catalogue of an installation as an edition left it, the newest for 0. Without any edition it gives nil.
func Kept(ctx context.Context, k Keeper, edition int64) (*Pack, error) {
	files, err := k.CatalogFiles(ctx, edition)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	fsys, err := Unpack(files)
	if err != nil {
		return nil, err
	}
	p, err := Read(fsys)
	if err != nil && fault.KindOf(err) == fault.Invalid {
		if edition == 0 {
			if list, err := k.Editions(ctx); err == nil && len(list) > 0 {
				edition = list[len(list)-1].Number
			}
		}
		return nil, fault.New(Unfit, "n", edition, "reason", err)
	}
	return p, err
}

// Unfit is the code of an edition that was kept before the checks of the program became as strict as they are.
const Unfit = "pack.unfit"

// Begin keeps a pack as the first edition of an installation that has none. Of several programs that begin at once one does and the others
// find it done.
func Begin(ctx context.Context, k Keeper, from fs.FS, by, reason string) (*Pack, error) {
	p, err := Read(from)
	if err != nil {
		return nil, err
	}
	_, err = k.AppendEdition(ctx, 0, catalog.Edition{By: by, Reason: reason, Pack: p.Catalog.Country().Pack, Version: p.Catalog.Country().Version, Files: p.Files, Artefacts: p.Catalog.Artefacts()})
	if fault.CodeOf(err) == "store.edition-between" {
		return Kept(ctx, k, 0)
	}
	return p, err
}

// Change compares a pack with what is kept and records what differs as the next edition, with the new version of each artefact. Without a
// difference nothing is recorded and false is given. A change under which stored figures would be invalid is refused with what uses what is
// to go; with dry set it is only tried. What is kept need not pass the checks of the program as they are: so a person can mend it.
func Change(ctx context.Context, k Keeper, from fs.FS, by, reason string, dry bool) (catalog.Edition, bool, error) {
	editions, err := k.Editions(ctx)
	if err != nil {
		return catalog.Edition{}, false, err
	}
	before, err := Kept(ctx, k, 0)
	unfit := fault.CodeOf(err) == Unfit
	if err != nil && !unfit {
		return catalog.Edition{}, false, err
	}
	if before == nil && !unfit || len(editions) == 0 {
		return catalog.Edition{}, false, fault.New("catalog.no-edition", "what", "1")
	}
	files, err := k.CatalogFiles(ctx, 0)
	if err != nil {
		return catalog.Edition{}, false, err
	}
	if from, err = sameDemo(files, from); err != nil {
		return catalog.Edition{}, false, err
	}
	after, err := Read(from)
	if err != nil {
		return catalog.Edition{}, false, err
	}
	var artefacts []catalog.Artefact
	if unfit {
		artefacts, err = catalog.Replacing(ctx, after.Catalog, Versions(editions, 0), k)
	} else {
		artefacts, err = catalog.Next(ctx, before.Catalog, after.Catalog, Versions(editions, 0), k)
	}
	if err != nil {
		return catalog.Edition{}, false, err
	}
	country := after.Catalog.Country()
	e := catalog.Edition{By: by, Reason: reason, Pack: country.Pack, Version: country.Version, Artefacts: artefacts}
	e.Files, e.Gone = differing(files, after.Files)
	if len(e.Files)+len(e.Gone) == 0 {
		return e, false, nil
	}
	if !dry {
		e, err = k.AppendEdition(ctx, editions[len(editions)-1].Number, e)
	}
	return e, err == nil, err
}

// differing gives the files that are new or changed, and those that are gone.
func differing(before, after map[string]string) (changed map[string]string, gone []string) {
	changed = maps.Clone(after)
	for path, text := range before {
		now, still := after[path]
		switch {
		case !still:
			gone = append(gone, path)
		case now == text:
			delete(changed, path)
		}
	}
	slices.Sort(gone)
	return changed, gone
}

// Versions gives the version that each artefact has after an edition, the newest for 0, by sort and identifier.
func Versions(editions []catalog.Edition, edition int64) []catalog.Artefact {
	type name struct {
		sort catalog.Sort
		id   string
	}
	at := map[name]catalog.Artefact{}
	for _, e := range editions {
		if edition != 0 && e.Number > edition {
			break
		}
		for _, a := range e.Artefacts {
			at[name{a.Sort, a.ID}] = a
		}
	}
	return slices.SortedFunc(maps.Values(at), catalog.Artefact.Compare)
}

// AsOf finds an edition by its number, or the last one recorded by the end of a day.
func AsOf(editions []catalog.Edition, what string, zone *time.Location) (int64, error) {
	if n, err := strconv.ParseInt(what, 10, 64); err == nil {
		for _, e := range editions {
			if e.Number == n {
				return n, nil
			}
		}
		return 0, fault.New("catalog.no-edition", "what", what)
	}
	day, err := stat.ParseDate(what)
	if err != nil {
		return 0, err
	}
	found := int64(0)
	for _, e := range editions {
		if e.ByDay(day, zone) {
			found = e.Number
		}
	}
	if found == 0 {
		return 0, fault.New("catalog.no-edition", "what", what)
	}
	return found, nil
}
