package publish

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// around is the dataflows that can tell anything of the secrets of a release: those that have one, what an identity ties to them, what is computed
// from them, and what that is computed from besides. Only their figures are held when disclosures are looked for, and of a dataflow that nothing else
// is tied to only those near a secret.
type around struct {
	gate    *Gate
	secrets map[string]bool            // dataflows that have one
	near    map[string]*nearness       // the same, with what is near the secrets
	written map[string]map[string]bool // dataflow → runs that wrote figures of it
	flows   map[string]bool
}

// nearness tells which series of a dataflow are near a secret one: those whose keys differ from its key in one dimension at most, and there by a code
// of the same family. A total and its parts are such, so that a total or a part which is not near ties no secret to anything.
type nearness struct {
	lists    []*catalog.Codelist // of the dimensions; nil where there is none
	secret   map[stat.Key]bool
	families map[string]bool // of secrets
}

// mostSecret bounds of how many secret series it is worth telling what is near. Of more than that a dataflow is held whole.
const mostSecret = 10_000

func (g *Gate) nearness(dataflow string) *nearness {
	n := &nearness{secret: map[stat.Key]bool{}, families: map[string]bool{}}
	flow, err := g.Catalog.Dataflow(dataflow)
	if err != nil {
		return n // nothing is known to be a part of anything
	}
	for _, d := range flow.Dimensions {
		list, _ := g.Catalog.Codelist(d.Codelist) // of a list that is not there no code has parts
		n.lists = append(n.lists, list)
	}
	return n
}

// add counts a series as secret.
func (n *nearness) add(key stat.Key) {
	if n.secret[key] || len(n.secret) > mostSecret {
		return
	}
	n.secret[key] = true
	for family := range n.familiesOf(key) {
		n.families[family] = true
	}
}

// has reports whether a series is near.
func (n *nearness) has(key stat.Key) bool {
	for family := range n.familiesOf(key) {
		if n.families[family] {
			return true
		}
	}
	return false
}

// familiesOf names the families that a key belongs to in each dimension: a code with its parts is one, so that a code belongs to its own and to that of
// its parent.
func (n *nearness) familiesOf(key stat.Key) iter.Seq[string] {
	return func(yield func(string) bool) {
		codes := key.Codes()
		for i, code := range codes {
			codes[i] = "*" + code
			if !yield(strings.Join(codes, ".")) {
				return
			}
			if i < len(n.lists) && n.lists[i] != nil {
				if known, is := n.lists[i].Code(code); is && known.Parent != "" {
					codes[i] = "*" + known.Parent
					if !yield(strings.Join(codes, ".")) {
						return
					}
				}
			}
			codes[i] = code
		}
	}
}

// secretive goes through the figures of a release once to see where secrets are at a moment, the first at which any of it shows.
func (g *Gate) secretive(ctx context.Context, r Release, moment time.Time) (*around, error) {
	a := &around{gate: g, secrets: map[string]bool{}, near: map[string]*nearness{}, written: map[string]map[string]bool{}, flows: map[string]bool{}}
	held, public := r.held(moment), Everybody()
	for v, err := range g.Source.Versions(ctx, cube.Query{AsOf: r.AsOf}) {
		if err != nil {
			return nil, err
		}
		if waits(held, v) || !public.mayRead(confidentiality(v)) {
			a.secrets[v.Dataflow] = true
			if a.near[v.Dataflow] == nil {
				a.near[v.Dataflow] = g.nearness(v.Dataflow)
			}
			a.near[v.Dataflow].add(v.Key)
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
	if err := a.computed(ctx); err != nil {
		return nil, err
	}
	for flow, n := range a.near {
		if len(n.secret) > mostSecret || len(a.written[flow]) > 0 {
			delete(a.near, flow)
		}
	}
	return a, nil
}

// widen adds dataflows, whole: something was computed from them.
func (a *around) widen(flows map[string]bool) {
	maps.Copy(a.flows, flows)
	for flow := range flows {
		delete(a.near, flow)
	}
}

// lacks reports whether not all figures of a dataflow are held.
func (a *around) lacks(flow string) bool { return !a.flows[flow] || a.near[flow] != nil }

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
			a.widen(map[string]bool{f.ID: true})
			for _, r := range refs {
				if r.Flow != nil {
					a.widen(map[string]bool{r.Flow.ID: true})
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
				a.widen(map[string]bool{i.Dataflow: true})
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

// figures reads the history of the dataflows, or of what is near a secret.
func (a *around) figures(ctx context.Context) ([]cube.Version, error) {
	var out []cube.Version
	for _, flow := range slices.Sorted(maps.Keys(a.flows)) {
		if !a.flows[flow] {
			continue
		}
		n, held, last := a.near[flow], true, stat.Key("")
		for v, err := range a.gate.Source.Versions(ctx, cube.Query{Dataflow: flow}) {
			if err != nil {
				return nil, err
			}
			if n != nil && v.Key != last { // the figures of a series come one after the other
				held, last = n.has(v.Key), v.Key
			}
			if held {
				out = append(out, v)
			}
		}
	}
	return out, nil
}
