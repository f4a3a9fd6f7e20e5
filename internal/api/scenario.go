package api

import (
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/recipe"
	"nhipso/internal/scenario"
	"nhipso/internal/stat"
)

func (s *service) registerScenarios(a huma.API) {
	get(s, a, "scenario", "/scenario", "targets", (*visit).scenario)
}

// scenarioInput asks what assumptions lead to. What is left out is as the page of scenarios opens with: what is published, and what the recipe of
// required growth assumes. Numbers are per cent.
type scenarioInput struct {
	Common
	StartYear       string `query:"startYear" pattern:"^[0-9]{4}$"`
	StartShare      string `query:"startShare" pattern:"^[0-9]{1,2}([.][0-9]{1,6})?$"`
	TargetYear      string `query:"targetYear" pattern:"^[0-9]{4}$"`
	TargetShare     string `query:"targetShare" pattern:"^[0-9]{1,2}([.][0-9]{1,6})?$"`
	GDPReal         string `query:"gdpReal" pattern:"^-?[0-9]{1,3}([.][0-9]{1,6})?$"`
	GDPPrices       string `query:"gdpPrices" pattern:"^-?[0-9]{1,3}([.][0-9]{1,6})?$"`
	DigitalPrices   string `query:"digitalPrices" pattern:"^-?[0-9]{1,3}([.][0-9]{1,6})?$"`
	Electronics     string `query:"electronics" pattern:"^[0-9]{1,3}([.][0-9]{1,6})?$"`
	ElectronicsReal string `query:"electronicsReal" pattern:"^-?[0-9]{1,3}([.][0-9]{1,6})?$"`
	OtherReal       string `query:"otherReal" pattern:"^-?[0-9]{1,3}([.][0-9]{1,6})?$"`
	Coefficient     string `query:"coefficient" pattern:"^[0-9]{1,3}([.][0-9]{1,6})?$"`
	Shape           string `query:"shape" enum:"even-ratio,even-growth,even-points"`
}

// fields pairs what is asked for with the fields of the room of scenarios.
func (in *scenarioInput) fields() map[string]struct{ name, value string } {
	return map[string]struct{ name, value string }{
		"nam-goc": {"startYear", in.StartYear}, "ty-trong": {"startShare", in.StartShare}, "nam-dich": {"targetYear", in.TargetYear}, "muc-tieu": {"targetShare", in.TargetShare},
		"gdp": {"gdpReal", in.GDPReal}, "gia-gdp": {"gdpPrices", in.GDPPrices}, "gia-so": {"digitalPrices", in.DigitalPrices}, "dien-tu": {"electronics", in.Electronics},
		"tang-dien-tu": {"electronicsReal", in.ElectronicsReal}, "tang-con-lai": {"otherReal", in.OtherReal}, "he-so": {"coefficient", in.Coefficient}, "dang": {"shape", in.Shape},
	}
}

// Scenario is what assumptions lead to: the work of whoever asked, no figure of a release.
type Scenario struct {
	Stamp
	Note        string              `json:"note"`
	Assumptions ScenarioAssumptions `json:"assumptions"`
	Required    ScenarioRequired    `json:"required"`
	Projected   ScenarioProjected   `json:"projected"`
	Years       []ScenarioYear      `json:"years"`
	Nowcast     *ScenarioNowcast    `json:"nowcast,omitempty"`
}

// ScenarioAssumptions are the numbers used, per cent; the last four are what is published of the start year, and left out where it is not.
type ScenarioAssumptions struct {
	StartYear       int      `json:"startYear"`
	StartShare      float64  `json:"startShare"`
	TargetYear      int      `json:"targetYear"`
	TargetShare     float64  `json:"targetShare"`
	GDPReal         float64  `json:"gdpReal"`
	GDPPrices       float64  `json:"gdpPrices"`
	DigitalPrices   float64  `json:"digitalPrices"`
	Electronics     float64  `json:"electronics"`
	ElectronicsReal float64  `json:"electronicsReal"`
	OtherReal       float64  `json:"otherReal"`
	Coefficient     *float64 `json:"coefficient,omitempty"`
	Shape           string   `json:"shape"`
	Core            float64  `json:"core,omitempty"`
	Taxes           float64  `json:"taxes,omitempty"`
	GDP             float64  `json:"gdp,omitempty"`
	Manufacturing   float64  `json:"manufacturing,omitempty"`
}

// ScenarioRequired is what the target takes, per cent a year.
type ScenarioRequired struct {
	Real        float64  `json:"real"`
	Nominal     float64  `json:"nominal"`
	Multiple    *float64 `json:"multiple,omitempty"`
	Coefficient *float64 `json:"coefficient,omitempty"`
}

// ScenarioProjected is what the assumptions lead to.
type ScenarioProjected struct {
	Share    *float64 `json:"share,omitempty"`
	Gap      *float64 `json:"gap,omitempty"`
	Reached  int      `json:"reached,omitempty"`
	Overflow int      `json:"overflow,omitempty"`
	Kappa    *float64 `json:"kappa,omitempty"`
}

// ScenarioYear is a year of both paths.
type ScenarioYear struct {
	Year           int      `json:"year"`
	Required       float64  `json:"required"`
	RequiredRate   *float64 `json:"requiredRate,omitempty"`
	RequiredReal   *float64 `json:"requiredReal,omitempty"`
	Projected      *float64 `json:"projected,omitempty"`
	ProjectedRate  *float64 `json:"projectedRate,omitempty"`
	ProjectedReal  *float64 `json:"projectedReal,omitempty"`
	Gap            *float64 `json:"gap,omitempty"`
	Core           *float64 `json:"core,omitempty"`
	Coefficient    *float64 `json:"coefficient,omitempty"`
	GDP            *float64 `json:"gdp,omitempty"`
	RequiredValue  *float64 `json:"requiredValue,omitempty"`
	ProjectedValue *float64 `json:"projectedValue,omitempty"`
}

// ScenarioNowcast is the share of a quarter by the part of electronics assumed.
type ScenarioNowcast struct {
	Period stat.Period  `json:"period"`
	Share  stat.Decimal `json:"share"`
}

func (v *visit) scenario(in *scenarioInput) (*Scenario, error) {
	c := v.snap.Catalog
	ground := recipe.Ground(pipeline.CountryOf(c), v.snap.Read, c.Country().Target)
	fields := in.fields()
	a, faults := ground.From(v.now().Year(), func(name string) string { return fields[name].value })
	if len(faults) > 0 {
		list := make([]error, len(faults))
		for i, f := range faults {
			bare := *f
			bare.Where = fault.Where{} // the parameter is named beside it
			list[i] = query(fields[f.Where.Column].name, &bare)
		}
		return nil, errors.Join(list...)
	}
	r, err := scenario.Compute(a)
	if err != nil {
		return nil, err
	}
	out := &Scenario{Stamp: v.stamp(), Note: book.Say(v.lang, "scenario.note"),
		Assumptions: ScenarioAssumptions{StartYear: a.StartYear, StartShare: a.StartShare, TargetYear: a.TargetYear, TargetShare: a.TargetShare, GDPReal: a.GDPReal, GDPPrices: a.GDPPrices,
			DigitalPrices: a.DigitalPrices, Electronics: a.Electronics, ElectronicsReal: a.ElectronicsReal, OtherReal: a.OtherReal, Coefficient: a.Coefficient, Shape: a.Shape,
			Core: a.Core, Taxes: a.Taxes, GDP: a.GDP, Manufacturing: a.Value},
		Required:  ScenarioRequired{Real: r.Real, Nominal: r.Rate, Multiple: r.Multiple, Coefficient: r.Needed},
		Projected: ScenarioProjected{Share: r.Final, Gap: r.Gap, Reached: r.Reached, Overflow: r.Overflow, Kappa: r.Kappa}}
	for _, y := range r.Years {
		out.Years = append(out.Years, ScenarioYear{Year: y.Year, Required: y.Required, RequiredRate: y.RequiredRate, RequiredReal: y.RequiredReal, Projected: y.Projected, ProjectedRate: y.ProjectedRate,
			ProjectedReal: y.ProjectedReal, Gap: y.Gap, Core: y.Core, Coefficient: y.Coefficient, GDP: y.GDP, RequiredValue: y.RequiredVA, ProjectedValue: y.ProjectedVA})
	}
	if now, ok := ground.Nowcast(a.Electronics); ok {
		out.Nowcast = &ScenarioNowcast{now.Period, now.Share}
	}
	return out, nil
}
