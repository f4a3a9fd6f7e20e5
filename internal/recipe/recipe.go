// Package recipe declares what the system computes from its figures: each recipe with its inputs, outputs, parameters, version
// and the pure function that turns the first into the second.
//
// A recipe chooses figures and hands them to a method of package measure, monitor or govern; it holds no method of its own beyond
// the four rules of arithmetic, but states each method as equations when a working is asked for. It may not read a store, a file or the clock. Each recipe has a page in doc/methods that bears its
// identifier and says formula, source, inputs, limits and back-test.
package recipe

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/pipeline"
	"nhipso/internal/territory"
)

// Codes that recipes ask for. They are codes of the catalogue's lists; a test checks that each exists.
const (
	gdp     = "B1GQ"
	tax     = "TAX"
	current = "V" // current prices
	volume  = "Q" // constant prices of 2010

	total       = "TOTAL"
	core        = "CORE"
	digitalised = "DIGITALISED"

	pub    = "PUB"    // GDP of the vintage nearest to the publication of the share
	latest = "LATEST" // newest GDP

	denton  = "DENTON"
	chowlin = "CHOWLIN"

	level = "VA"
	share = "SHARE"
)

// All gives the recipes of a country: those whose dataflows its catalogue has.
func All(c *catalog.Catalog, areas *territory.Registry) []pipeline.Recipe {
	n := pipeline.CountryOf(c)
	all := []pipeline.Recipe{
		DigitalAnnual(n, c),
		DigitalSplit(n),
		DigitalSectors(n),
		GDPQuarterly(n),
		DigitalQuarterly(n),
		DigitalUncertainty(n),
		RequiredGrowth(n, c),
		TargetStatus(c),
		TargetOwners(c),
		Areas(areas),
		Provinces(n, areas),
		DTIAreas(areas),
		TaskRates(),
		DigitalRevisions(n, c),
		NowcastScore(n, c),
		Concentration(n, c, areas),
		DemoADB(c),
		DemoRatio(c),
		DemoCore(c),
		DemoLinkages(c),
		DemoConcentration(c),
	}
	return slices.DeleteFunc(all, func(r pipeline.Recipe) bool {
		return !declared(c, r) || areas.Earlier() == "" && (r.ID == "grdp-areas" || r.ID == "dti-areas") // which lead from one map to another
	})
}

// asks gives a text that changes with some codelists of a catalogue and with whatever else of the country a recipe asks for. Names are for
// readers: no recipe computes with one.
func asks(c *catalog.Catalog, lists []string, more ...any) string {
	if c == nil {
		return "" // only the parameters of the recipe are wanted
	}
	said := append([]any{}, more...)
	for _, id := range lists {
		if l, err := c.Codelist(id); err == nil {
			said = append(said, l.ID)
			for _, code := range l.Codes {
				code.Name = catalog.Label{}
				said = append(said, code)
			}
		}
	}
	b, err := json.Marshal(said)
	if err != nil {
		panic("recipe: " + err.Error()) // texts, lists and maps only
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// declared reports whether a catalogue has every dataflow that a recipe reads or writes.
func declared(c *catalog.Catalog, r pipeline.Recipe) bool {
	if len(r.Inputs) == 0 { // it reads records, and the catalogue has no such type
		return false
	}
	flows := slices.Clone(r.Outputs)
	for _, i := range r.Inputs {
		if i.Records == nil {
			flows = append(flows, i.Dataflow)
		}
	}
	return !slices.ContainsFunc(flows, func(id string) bool { _, err := c.Dataflow(id); return err != nil })
}
