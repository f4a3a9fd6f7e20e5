package portal

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/difference"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/web/shell"
)

// wanted names the dataflows of which pages show something, by the first part of their address: a country that has none of them has no such
// page. Pages that are not listed are there in every country.
var wanted = map[string][]string{
	"tinh":           {"GRDP", "GRDP_EST", "GRDP_GROWTH", "DE_PROVINCE", "DTI", "DTI_RESTATED"},
	"muc-tieu":       {targetFlow},
	"nhiem-vu":       {"TASKS"},
	scenarioPath[1:]: {shareFlow},
}

// has reports whether the country has what the page of an address needs.
func (p *Portal) has(address string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(address, "/"), "/")
	flows, listed := wanted[first]
	switch {
	case first == twoPath[1:]:
		return difference.Told(p.catalog)
	case !listed:
		return true
	case first == "tinh" && p.territory.Current() == "":
		return false
	}
	return slices.ContainsFunc(flows, func(id string) bool { _, err := p.catalog.Dataflow(id); return err == nil })
}

// inCountry leaves out what the country has not.
func (p *Portal) inCountry(m shell.Module) shell.Module {
	m.Menu = slices.DeleteFunc(m.Menu, func(x shell.MenuEntry) bool { return !p.has(x.URL) })
	m.Foot = slices.DeleteFunc(m.Foot, func(x shell.MenuEntry) bool { return !p.has(x.URL) })
	m.Pages = slices.DeleteFunc(m.Pages, func(x shell.Route) bool { return !p.has(x.Path) })
	m.Answers = slices.DeleteFunc(m.Answers, func(x shell.Answer) bool {
		_, path, _ := strings.Cut(x.Pattern, " ")
		return !p.has(path)
	})
	if p.maps != nil && p.maps.Credit.Vi != "" {
		m.Credit = func(lang string) string {
			return p.words.Say(lang, "common.map-credit", "credit", p.maps.Credit.In(lang))
		}
	}
	return m
}

// country is whose economy the portal shows.
func (v *visit) country() catalog.Country { return v.portal.catalog.Country() }

// nation is the country as an area, and official the definition of its statistics office.
func (v *visit) nation() string   { return v.country().ID }
func (v *visit) official() string { return v.country().Official }

// national is the key of a series of the nation by the official definition: "A" and "CORE" give the yearly core.
func (v *visit) national(frequency string, codes ...string) stat.Key {
	return stat.NewKey(append([]string{frequency, v.nation(), v.official()}, codes...)...)
}

// mainTarget is the target of the share of the digital economy; "" where the country has set none.
func (v *visit) mainTarget() string { return v.country().Target }

// targetsOfShare reads the main target of the nation.
func (v *visit) targetsOfShare() string { return "A." + v.nation() + "." + v.mainTarget() }

// divisionName names a set of areas with the days on which it was in force.
func (v *visit) divisionName(set territory.Set) string {
	d, _ := v.portal.territory.Division(set)
	return d.Name.In(v.Lang)
}

// shortDefinition is the short name of a definition, for narrow places; false where its list has none.
func shortDefinition(s *publish.Snapshot, code string) (catalog.Label, bool) {
	l := catalog.Label{Vi: noteOf(s, "CL_DEFINITION", code, "short_vi"), En: noteOf(s, "CL_DEFINITION", code, "short_en")}
	return l, l.Vi != "" && l.En != ""
}
