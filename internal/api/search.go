package api

import (
	"net/url"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/view"
)

func (s *service) registerSearch(a huma.API) {
	get(s, a, "search", "/search", "structure", (*visit).search)
}

// searchInput asks for what bears some words.
type searchInput struct {
	Common
	Q     string `query:"q" required:"true" maxLength:"200"`
	Kind  string `query:"kind" enum:"dataflow,indicator,target,province,method,codelist"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Found is what a search found.
type Found struct {
	Stamp
	Q     string `json:"q"`
	Total int    `json:"total"`
	Hits  []Hit  `json:"hits"`
}

// Hit is one thing found, with its address in the API.
type Hit struct {
	Kind   string `json:"kind" enum:"dataflow,indicator,target,province,method,codelist"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	Detail string `json:"detail,omitempty"`
	URL    string `json:"url"`
}

// index keeps the finder of a catalogue.
type index struct {
	mu      sync.Mutex
	catalog *catalog.Catalog
	finder  *view.Finder
}

func (v *visit) search(in *searchInput) (*Found, error) {
	out := &Found{Stamp: v.stamp(), Q: in.Q, Hits: []Hit{}}
	kinds := searchKinds
	if in.Kind != "" {
		kinds = []string{in.Kind}
	}
	found := v.finder().Find(in.Q, kinds...)
	out.Total = found.Len()
	for i := range min(in.Limit, found.Len()) {
		t := found.At(i)
		out.Hits = append(out.Hits, Hit{t.Kind, t.ID, t.Name.In(v.lang), t.Detail.In(v.lang), Root + "/v1" + v.addressOf(t)})
	}
	return out, nil
}

// searchKinds are the kinds that have an address in the API.
var searchKinds = []string{view.ProvinceKind, view.DataflowKind, view.IndicatorKind, view.TargetKind, view.MethodKind, view.CodelistKind}

// addressOf gives the address of a thing below that of the version.
func (v *visit) addressOf(t view.Thing) string {
	switch t.Kind {
	case view.ProvinceKind:
		return "/provinces/" + t.ID
	case view.DataflowKind:
		return "/dataflows/" + t.ID
	case view.TargetKind:
		return "/targets?" + url.Values{"target": {t.ID}}.Encode()
	case view.MethodKind:
		return "/methods/" + t.ID
	case view.CodelistKind:
		return "/codelists/" + t.ID
	}
	if i, ok := v.current.Catalog.Indicator(t.ID); ok && i.Dataflow != "" {
		return "/data/" + i.Dataflow + "?" + url.Values{"key": {i.Key}}.Encode()
	}
	return "/indicators"
}

// finder makes the finder of a catalogue once.
func (v *visit) finder() *view.Finder {
	x := &v.service.index
	x.mu.Lock()
	defer x.mu.Unlock()
	c := v.current.Catalog
	if x.catalog == c {
		return x.finder
	}
	things := view.Things(c, v.territory)
	for _, m := range v.methods {
		things = append(things, view.Thing{Kind: view.MethodKind, ID: m.id, Name: catalog.Label{Vi: m.title("vi"), En: m.title("en")}})
	}
	x.catalog, x.finder = c, view.NewFinder(things)
	return x.finder
}
