package publish

import (
	"context"
	"maps"
	"slices"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// around is the dataflows that can tell anything of the secrets of a release: those that have one, what an identity ties to them, what is computed
// from them, and what that is computed from besides. Only their figures are held when disclosures are looked for.
type around struct {
	gate    *Gate
	secrets map[string]bool            // dataflows that have one
	written map[string]map[string]bool // dataflow → runs that wrote figures of it
	flows   map[string]bool
}

// secretive goes through the figures of a release once to see where secrets are at a moment, the first at which any of it shows.
func (g *Gate) secretive(ctx context.Context, r Release, moment time.Time) (*around, error) {
	a := &around{gate: g, secrets: map[string]bool{}, written: map[string]map[string]bool{}, flows: map[string]bool{}}
	held, public := r.held(moment), Everybody()
	for v, err := range g.Source.Versions(ctx, cube.Query{AsOf: r.AsOf}) {
		if err != nil {
			return nil, err
		}
		if waits(held, v) || !public.mayRead(confidentiality(v)) {
			a.secrets[v.Dataflow] = true
		}
		if run := v.Attributes[stat.AttrRun]; run != "" {
			if a.written[v.Dataflow] == nil {
				a.written[v.Dataflow] = map[string]bool{}
			}
			a.written[v.Dataflow][run] = true
		}
	}
	if len(a.secrets) == 0 {
		return a, nil
	}
	maps.Copy(a.flows, a.secrets)
	a.tied()
	return a, a.computed(ctx)
}

// tied adds what identities tie to a secret.
func (a *around) tied() {
	for _, rule := range a.gate.Catalog.Rules() {
		if rule.Kind != catalog.IdentityRule {
			continue
		}
		refs := append(rule.Got.Refs(), rule.Want.Refs()...)
		secret := slices.ContainsFunc(refs, func(r *catalog.Ref) bool { return r.Flow != nil && a.secrets[r.Flow.ID] })
		for _, f := range a.gate.Catalog.Dataflows() {
			if !rule.AboutFlow(f) || !secret && !a.secrets[f.ID] {
				continue
			}
			a.flows[f.ID] = true
			for _, r := range refs {
				if r.Flow != nil {
					a.flows[r.Flow.ID] = true
				}
			}
		}
	}
}

// computed adds what recipes compute from a secret, and their other inputs. Of a run of a recipe that is declared otherwise by now nobody knows what
// it read until its lineage is read, so that what it wrote is added.
func (a *around) computed(ctx context.Context) error {
	for _, r := range a.gate.Recipes {
		reads := slices.ContainsFunc(r.Inputs, func(i pipeline.Input) bool { return a.secrets[i.Dataflow] })
		if reads || slices.ContainsFunc(r.Outputs, func(flow string) bool { return a.secrets[flow] }) {
			for _, i := range r.Inputs {
				a.flows[i.Dataflow] = true
			}
		}
	}
	for flow, runs := range a.written {
		for id := range runs {
			if a.flows[flow] {
				break
			}
			may, err := a.mayRead(ctx, id)
			if err != nil {
				return err
			}
			a.flows[flow] = may
		}
	}
	return nil
}

// mayRead reports whether a run may have read a secret.
func (a *around) mayRead(ctx context.Context, run string) (bool, error) {
	ran, known, err := a.gate.Source.RunByID(ctx, run)
	if err != nil {
		return false, err
	}
	for _, r := range a.gate.Recipes {
		if known && r.ID == ran.Recipe && r.Version == ran.Version && len(r.Inputs) > 0 {
			return slices.ContainsFunc(r.Inputs, func(i pipeline.Input) bool { return a.secrets[i.Dataflow] }), nil
		}
	}
	return true, nil
}

// figures reads the history of the dataflows.
func (a *around) figures(ctx context.Context) ([]cube.Version, error) {
	var out []cube.Version
	for _, flow := range slices.Sorted(maps.Keys(a.flows)) {
		if !a.flows[flow] {
			continue
		}
		list, err := cube.History(ctx, a.gate.Source, cube.Query{Dataflow: flow})
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}
