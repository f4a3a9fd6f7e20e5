package api

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

func (s *service) registerProvinces(a huma.API) {
	get(s, a, "provinces", "/provinces", "territory", (*visit).provinces)
	get(s, a, "province", "/provinces/{province}", "territory", (*visit).province)
	get(s, a, "restate", "/restate/{dataflow}", "territory", (*visit).restate)
}

// Province is a province or a centrally-run city as it was on a day.
type Province struct {
	ID           string         `json:"id"`
	Code         string         `json:"code"`
	Set          territory.Set  `json:"set"`
	Name         string         `json:"name"`
	Kind         territory.Kind `json:"kind" enum:"province,city"`
	Region       *Named         `json:"region,omitempty"`
	From         stat.Date      `json:"from,omitzero"`
	To           stat.Date      `json:"to,omitzero"`
	Predecessors []Named        `json:"predecessors,omitempty"`
	Successor    *Named         `json:"successor,omitempty"`
	Communes     *UnitCount     `json:"communes,omitempty"`
}

// UnitCount is a number of communes on a day.
type UnitCount struct {
	Number   int       `json:"number"`
	AsOf     stat.Date `json:"asOf"`
	Source   string    `json:"source"`
	Evidence stat.Mark `json:"evidence"`
}

func (v *visit) provinceOf(a *territory.Area, day stat.Date) Province {
	now := a.On(day)
	out := Province{ID: a.ID, Code: a.Code, Set: a.Set, Name: now.Name.In(v.lang), Kind: now.Kind, From: a.From, To: a.To}
	if r, err := v.territory.RegionOf(a.ID, day); err == nil {
		out.Region = &Named{r.ID, r.Name.In(v.lang)}
	}
	for _, p := range v.territory.Predecessors(a.ID) {
		out.Predecessors = append(out.Predecessors, Named{p.ID, p.Name.In(v.lang)})
	}
	if s, ok := v.territory.Successor(a.ID); ok {
		out.Successor = &Named{s.ID, s.Name.In(v.lang)}
	}
	if n, ok := v.territory.Count(a.ID, "commune", day); ok {
		out.Communes = &UnitCount{n.Number, n.AsOf, n.Source, n.Mark}
	}
	return out
}

// Provinces lists the provinces of a day.
type Provinces struct {
	Stamp
	Date      stat.Date     `json:"date"`
	Set       territory.Set `json:"set"`
	Provinces []Province    `json:"provinces"`
}

// provincesInput asks for the provinces of a day.
type provincesInput struct {
	Common
	Date stat.Date `query:"date" pattern:"^(19|[2-9][0-9])[0-9]{2}-"`
}

// day is the day asked for: the date given, else the day that the release is viewed as of, else today.
func (v *visit) day(date stat.Date) stat.Date {
	switch {
	case date.IsZero() && v.asOf.IsZero():
		return v.current.Catalog.Day(v.now())
	case date.IsZero():
		return v.asOf
	}
	return date
}

func (v *visit) provinces(in *provincesInput) (*Provinces, error) {
	day := v.day(in.Date)
	out := &Provinces{Stamp: v.stamp(), Date: day, Set: v.territory.ProvincesOn(day), Provinces: []Province{}}
	for _, a := range v.territory.Of(out.Set) {
		out.Provinces = append(out.Provinces, v.provinceOf(a, day))
	}
	return out, nil
}

// provinceInput asks for one province: by its time-unique identifier, by a code together with a day, or by its name.
type provinceInput struct {
	Common
	Date     stat.Date `query:"date" pattern:"^(19|[2-9][0-9])[0-9]{2}-"`
	Province string    `path:"province" maxLength:"100"`
}

// ProvinceView is one province on a day.
type ProvinceView struct {
	Stamp
	Date stat.Date `json:"date"`
	Province
}

func (v *visit) province(in *provinceInput) (*ProvinceView, error) {
	day := v.day(in.Date)
	var a *territory.Area
	var err error
	switch {
	case v.territory.IsCode(in.Province):
		if in.Date.IsZero() && v.asOf.IsZero() {
			return nil, query("date", fault.New("territory.no-date", "code", in.Province)) // a code means nothing without a day
		}
		a, err = v.territory.Lookup(in.Province, day)
	case strings.HasPrefix(in.Province, string(v.territory.Nation())):
		if a, err = v.territory.Area(in.Province); err == nil && in.Date.IsZero() && v.asOf.IsZero() && !a.To.IsZero() {
			day = a.To // a province that is no more is shown as it was last
		}
	default:
		a, err = v.territory.ByName(in.Province, day)
	}
	if err == nil && !a.IsProvince() {
		err = fault.New("territory.no-area", "id", in.Province)
	}
	if err != nil {
		return nil, inPath("province", err)
	}
	if !a.ValidOn(day) {
		return nil, query("date", fault.New("api.not-then", "id", a.ID, "name", a.Name.In(v.lang), "date", day.String()))
	}
	return &ProvinceView{v.stamp(), day, v.provinceOf(a, day)}, nil
}
