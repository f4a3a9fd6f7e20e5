// Package recipe declares what the system computes from its figures: each recipe with its inputs, outputs, parameters, version
// and the pure function that turns the first into the second.
//
// A recipe chooses figures and hands them to a method of package measure, monitor or govern; it holds no method of its own beyond
// the four rules of arithmetic, but states each method as equations when a working is asked for. It may not read a store, a file or the clock. Each recipe has a page in doc/methods that bears its
// identifier and says formula, source, inputs, limits and back-test.
package recipe

import (
	"nhipso/internal/catalog"
	"nhipso/internal/pipeline"
	"nhipso/internal/territory"
)

// Codes that recipes ask for. They are codes of the catalogue's lists; a test checks that each exists.
const (
	country = "VN"
	gdp     = "B1GQ"
	tax     = "TAX"
	current = "V" // current prices
	volume  = "Q" // constant prices of 2010

	nso         = "NSO"
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

// All gives the recipes of a country: its catalogue and its areas.
func All(c *catalog.Catalog, areas *territory.Registry) []pipeline.Recipe {
	return []pipeline.Recipe{
		DigitalAnnual(c),
		DigitalSplit(),
		DigitalSectors(),
		GDPQuarterly(),
		DigitalQuarterly(),
		DigitalUncertainty(),
		RequiredGrowth(c),
		TargetStatus(c),
		Areas(areas),
		Provinces(areas),
		DTIAreas(areas),
		TaskRates(),
		DigitalRevisions(c),
		NowcastScore(c),
		Concentration(c, areas),
		DemoADB(c),
		DemoRatio(c),
		DemoCore(c),
		DemoLinkages(c),
		DemoConcentration(c),
	}
}
