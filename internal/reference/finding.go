package reference

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/words"
)

// Severity says how a finding should be read.
type Severity string

// Severities.
const (
	Gap     Severity = "gap"     // the figures of one publication contradict each other
	Vintage Severity = "vintage" // figures of different publications do not fit each other, as they need not
	Note    Severity = "note"    // what does not add up, and by nature does not have to
)

// Rule names an identity.
type Rule string

// Identities tested.
const (
	SectionsToGDP     Rule = "sections-to-gdp"      // sections + taxes = GDP
	QuartersToYear    Rule = "quarters-to-year"     // quarters = year, for each industry
	ComponentsToTotal Rule = "components-to-total"  // components of the digital economy = total
	SplitOfShare      Rule = "split-of-share"       // component's share of the digital economy = its share of GDP over the total
	MeanOfYears       Rule = "mean-of-years"        // printed average = mean of the years, as of its publication
	ProvincesToNation Rule = "provinces-to-nation"  // sum of GRDP against GDP
	GrowthOfLevels    Rule = "growth-of-levels"     // GDP growth follows from constant-price levels
	StructureOfLevels Rule = "structure-of-levels"  // industry shares follow from levels
	DigitalGrowthUSD  Rule = "digital-growth-usd"   // printed growth against levels in dollars
	DigitalGrowthVND  Rule = "digital-growth-vnd"   // printed growth against share × GDP
	DigitalRatioVND   Rule = "digital-ratio-vnd"    // printed ratio to 2020 against share × GDP
	BandsToProvinces  Rule = "bands-to-provinces"   // bands of provinces add to all provinces
	StructureToWhole  Rule = "structure-to-hundred" // parts of GRDP add to 100
	TasksAddUp        Rule = "tasks-add-up"         // assigned = done + not done, and so on
	PrintedRate       Rule = "printed-rate"         // printed rate = quotient of the counts, to the digits printed
	DTIFormula        Rule = "dti-formula"          // overall index = points-weighted mean of the main indices
	DTIPoints         Rule = "dti-points"           // points of the main indices add to 1,000
)

// Rules lists the identities in the order in which they are tested.
func Rules() []Rule {
	return []Rule{SectionsToGDP, QuartersToYear, GrowthOfLevels, StructureOfLevels, ComponentsToTotal, SplitOfShare, MeanOfYears, DigitalGrowthUSD,
		DigitalGrowthVND, DigitalRatioVND, BandsToProvinces, ProvincesToNation, StructureToWhole, TasksAddUp, PrintedRate, DTIPoints, DTIFormula}
}

// Finding is an identity that does not hold: which cells, what it should give, what it gives, and by how much it may be off.
type Finding struct {
	Rule       Rule
	Severity   Severity
	Cells      []cube.Cell
	Vintage    string // of the figures, as recorded
	Expected   stat.Decimal
	Got        stat.Decimal
	Difference stat.Decimal // got − expected
	Tolerance  stat.Decimal
	Parts      map[string]string // the facts that the sentence names, as text; enough to say it again without the figures
}

// Tally says how often an identity could be tested, and how often it held.
type Tally struct {
	Rule         Rule
	Tested, Held int
}

//go:embed findings.csv
var findingsFile string

var sentences = words.MustRead(findingsFile)

// listOf names the codelist in which a fact of a finding is a code.
var listOf = map[string]string{"activity": "CL_ACTIVITY", "prices": "CL_PRICES", "definition": "CL_DEFINITION", "component": "CL_COMPONENT", "area": "CL_AREA",
	"programme": "CL_PROGRAMME", "measure": "CL_TASK_MEASURE", "growth": "CL_DE_GROWTH", "level": "CL_DTI_LEVEL", "version": "CL_DTI_VERSION"}

// Sentence says a finding in "vi" or "en" from its rule and parts.
func Sentence(c *catalog.Catalog, lang, rule string, parts map[string]string) string {
	pairs := make([]any, 0, 2*len(parts))
	for name, value := range parts {
		switch {
		case listOf[name] != "":
			value = c.Name(listOf[name], value, lang)
			if name == "prices" || name == "growth" || name == "measure" { // common nouns in the middle of a sentence
				r, n := utf8.DecodeRuneInString(value)
				value = string(unicode.ToLower(r)) + value[n:]
			}
		case name == "period":
			if p, err := stat.ParsePeriod(value); err == nil {
				value = text.FormatPeriodInline(lang, p)
			}
		case name == "vintage" || name == "other":
			value = vintageText(lang, value)
		case name != "cells":
			if d, err := stat.ParseDecimal(value); err == nil {
				value = text.FormatNumber(lang, d, -1)
			}
		}
		pairs = append(pairs, name, value)
	}
	return sentences.Say(lang, rule, pairs...)
}

// vintageText writes a vintage as recorded, as precisely as it is known.
func vintageText(lang, written string) string {
	if p, err := stat.ParsePeriod(strings.TrimPrefix(written, "~")); err == nil {
		return text.FormatPeriodInline(lang, p)
	}
	return written
}

// In says the finding in "vi" or "en".
func (f Finding) In(c *catalog.Catalog, lang string) string {
	return Sentence(c, lang, string(f.Rule), f.Parts)
}
