package main

import (
	"context"
	"fmt"
	"io/fs"

	"nhipso/data"
	"nhipso/doc"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/pack"
	"nhipso/internal/publish"
	"nhipso/internal/recipe"
	"nhipso/internal/store"
)

// packOf opens the country pack that a command or a setting names; the one that comes with the program when none is named.
func packOf(dir string) (fs.FS, error) {
	if dir == "" {
		return data.FS, nil
	}
	return pack.Folder(dir)
}

// country reads the catalogue that the installation keeps. A new installation begins with the pack named, and so does one of a program that
// kept no catalogue yet. Where nothing can be or may be written, the pack is read as it is. Whoever only looks takes a catalogue by which some part
// of the program could not work.
func (a *app) country(ctx context.Context, look bool, warn func(error)) (*pack.Pack, error) {
	p, s := &a.installation, a.store
	accepts := a.accepts
	if look {
		accepts = func(*pack.Pack) error { return nil }
	}
	from, err := packOf(p.pack)
	if err != nil {
		return nil, err
	}
	editions, err := s.Editions(ctx)
	if err != nil {
		return nil, err
	}
	if len(editions) == 0 {
		if look || s.ReadOnly() {
			return pack.Read(from)
		}
		if err := p.fits(ctx, s, from); err != nil {
			return nil, err
		}
		if p.demo {
			if from, err = p.demonstration(ctx, s, from); err != nil {
				return nil, err
			}
		}
		if first, err := pack.Read(from); err != nil {
			return nil, err
		} else if err := accepts(first); err != nil {
			return nil, err
		}
		return pack.Begin(ctx, s, from, publish.Program, "first start")
	}
	newest := editions[len(editions)-1]
	kept, err := pack.Kept(ctx, s, 0)
	if err == nil {
		if lacks := accepts(kept); lacks != nil {
			err = fault.New(pack.Unfit, "n", newest.Number, "reason", lacks)
		}
	}
	if fault.CodeOf(err) == pack.Unfit {
		return a.stopgap(newest, from, err, accepts, warn)
	}
	if err != nil || p.pack == "" {
		return kept, err
	}
	return kept, sameCountry(kept.Catalog.Country(), from)
}

// stopgap reads the pack at hand in place of an edition that does not pass the checks of this program, and says so. Nothing is recorded: a person
// is to do that. A pack that is another than the installation's is no stopgap.
func (a *app) stopgap(newest catalog.Edition, from fs.FS, unfit error, accepts func(*pack.Pack) error, warn func(error)) (*pack.Pack, error) {
	given, err := catalog.ReadCountry(from)
	if err != nil {
		return nil, err
	}
	if given.Pack != newest.Pack {
		return nil, unfit
	}
	at, err := pack.Read(from)
	if err == nil {
		err = accepts(at)
	}
	if err != nil {
		return nil, err
	}
	if a.installation.pack == "" { // of the program's own country: an older program kept it
		unfit = fault.New("pack.behind", "n", newest.Number)
	}
	warn(unfit)
	return at, nil
}

// fits refuses another country's pack for figures that were stored before catalogues were kept: they are of the pack that came with the program.
func (p *installation) fits(ctx context.Context, s *store.Store, from fs.FS) error {
	last, err := s.LastMessage(ctx)
	if err != nil || last == 0 || p.pack == "" {
		return err
	}
	own, err := catalog.ReadCountry(data.FS)
	if err != nil {
		return err
	}
	return sameCountry(own, from)
}

// sameCountry refuses a pack of another country than an installation's.
func sameCountry(has catalog.Country, from fs.FS) error {
	given, err := catalog.ReadCountry(from)
	if err == nil && (given.ID != has.ID || given.Currency != has.Currency) {
		err = fault.New("catalog.other-country", "has", has.ID+" ("+has.Currency+")", "given", given.ID+" ("+given.Currency+")")
	}
	return err
}

// recipesOf are the recipes of a country. Tests of this room have them draw less often than readers are promised.
var recipesOf = recipe.All

// settle makes the installation that of a pack.
func (a *app) settle(p *pack.Pack) {
	a.pack, a.catalog, a.areas, a.publications, a.answers = p, p.Catalog, p.Areas, p.Publications, p.Answers
	a.recipes = recipesOf(p.Catalog, p.Areas)
}

// methods are the method pages of the country: its own, or those that come with the program, which are about the country of its own pack.
func (a *app) methods() (fs.FS, error) {
	own, err := catalog.ReadCountry(data.FS)
	if err != nil || a.pack.Pages != nil || a.catalog.Country().Pack != own.Pack {
		return a.pack.Pages, err
	}
	return fs.Sub(doc.Methods, "methods")
}

// update takes a pack into an installation of the same country: what differs in its catalogue as an edition, then its figures as messages.
func (a *app) update(ctx context.Context, e *env, from fs.FS, by, reason string) error {
	if after, err := pack.Read(from); err != nil {
		return err
	} else if err := a.accepts(after); err != nil {
		return err
	}
	edition, changed, err := pack.Change(ctx, a.store, from, by, reason, false)
	if err != nil {
		return err
	}
	if changed {
		fmt.Fprintln(e.err, e.w("catalog.recorded", "n", edition.Number, "files", len(edition.Files)+len(edition.Gone), "artefacts", len(edition.Artefacts)))
		kept, err := pack.Kept(ctx, a.store, 0)
		if err != nil {
			return err
		}
		a.settle(kept)
	}
	return a.loadFigures(ctx, e, from)
}

// firstFigures loads the figures of the pack with which an installation begins. Where its pack was loaded before and is not at hand, those
// that are there are its figures.
func (a *app) firstFigures(ctx context.Context, e *env) error {
	from, err := a.packAtHand()
	if fault.CodeOf(err) == "pack.not-named" {
		if last, failed := a.store.LastMessage(ctx); failed != nil || last > 0 {
			return failed
		}
	}
	if err != nil {
		return err
	}
	return a.loadFigures(ctx, e, from)
}

// packAtHand opens the pack that a command names; without one that which comes with the program, unless the installation is of another country:
// then whoever runs the command has to name its pack.
func (a *app) packAtHand() (fs.FS, error) {
	from, err := packOf(a.installation.pack)
	if err != nil || a.installation.pack != "" {
		return from, err
	}
	has := a.catalog.Country()
	if err := sameCountry(has, from); err != nil {
		return nil, fault.New("pack.not-named", "country", has.ID+" ("+has.Currency+")").Because(err)
	}
	return from, nil
}
