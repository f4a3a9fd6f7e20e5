package api

import (
	"net/url"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
	"nhipso/internal/view"
)

func (s *service) registerSearch(a huma.API) {
	get(s, a, "search", "/search", "structure", (*visit).search)
}

// searchInput asks for what bears some words.
type searchInput struct {
	Common
	Q     string `query:"q" required:"true" maxLength:"200"`
	Kind  string `query:"kind" enum:"dataflow,indicator,series,target,province,method,codelist"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Found is what a search found.
type Found struct {
	Stamp
	Q       string         `json:"q"`
	Meant   string         `json:"meant,omitempty"`
	Answers []SearchAnswer `json:"answers"`
	Total   int            `json:"total"`
	Groups  map[string]int `json:"groups"`
	Hits    []Hit          `json:"hits"`
}

// SearchAnswer is a figure that answers a question, each definition by itself.
type SearchAnswer struct {
	Title     string `json:"title"`
	Value     string `json:"value"`
	Dataflow  string `json:"dataflow"`
	Key       string `json:"key"`
	Period    string `json:"period"`
	Status    string `json:"status"`
	Evidence  string `json:"evidence,omitempty"`
	Source    string `json:"source,omitempty"`
	Published string `json:"published"`
	URL       string `json:"url"`
}

// Hit is one thing found, with its address in the API.
type Hit struct {
	Kind   string `json:"kind" enum:"dataflow,indicator,series,target,province,method,codelist"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	Detail string `json:"detail,omitempty"`
	URL    string `json:"url"`
}

// index keeps the finder of a release.
type index struct {
	mu     sync.Mutex
	of     string // publish.View.Key
	finder *view.Finder
	asker  *view.Asker
}

func (v *visit) search(in *searchInput) (*Found, error) {
	out := &Found{Stamp: v.stamp(), Q: in.Q, Answers: []SearchAnswer{}, Groups: map[string]int{}, Hits: []Hit{}}
	kinds := searchKinds
	finder, asker := v.finder()
	if in.Kind != "" {
		kinds = []string{in.Kind}
	} else {
		out.Answers = v.searchAnswers(asker.Ask(v.snap, in.Q))
	}
	found := finder.Find(in.Q, kinds...)
	out.Total, out.Meant = found.Len(), found.Meant
	for i := range found.Len() {
		t := found.At(i)
		if out.Groups[t.Kind]++; i < in.Limit {
			out.Hits = append(out.Hits, Hit{t.Kind, t.ID, t.Name.In(v.lang), t.Detail.In(v.lang), Root + "/v1" + v.addressOf(t)})
		}
	}
	return out, nil
}

// searchAnswers writes answers as the pages do.
func (v *visit) searchAnswers(found view.Answers) []SearchAnswer {
	speaker := view.NewSpeaker(v.current.Catalog, nil, v.lang, nil)
	out := []SearchAnswer{}
	for _, a := range found.List {
		x := SearchAnswer{Title: a.Title.In(v.lang), Value: speaker.Value(a.Version), Dataflow: a.Dataflow, Key: string(a.Key), Period: a.Period.String(), Status: speaker.Status(a.Version).In(v.lang), Evidence: string(a.Mark()),
			Published: a.Vintage.Date.String(), URL: Root + "/v1/data/" + a.Dataflow + "?" + url.Values{"key": {string(a.Key)}}.Encode()}
		if source := a.Attributes[stat.AttrSource]; source != "" {
			x.Source = speaker.Code("CL_SOURCE", source).In(v.lang)
		}
		out = append(out, x)
	}
	return out
}

// searchKinds are the kinds that have an address in the API.
var searchKinds = []string{view.ProvinceKind, view.DataflowKind, view.IndicatorKind, view.TargetKind, view.SeriesKind, view.MethodKind, view.CodelistKind}

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
	case view.SeriesKind:
		flow, key, _ := strings.Cut(t.ID, "/")
		return "/data/" + flow + "?" + url.Values{"key": {key}}.Encode()
	case view.CodelistKind:
		return "/codelists/" + t.ID
	}
	if i, ok := v.current.Catalog.Indicator(t.ID); ok && i.Dataflow != "" {
		return "/data/" + i.Dataflow + "?" + url.Values{"key": {i.Key}}.Encode()
	}
	return "/indicators"
}

// finder makes the finder of a release once, and who answers questions.
func (v *visit) finder() (*view.Finder, *view.Asker) {
	x := &v.service.index
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.finder != nil && x.of == v.current.Key() {
		return x.finder, x.asker
	}
	c := v.current.Catalog
	things := view.Things(c, v.territory)
	for _, m := range v.methods {
		things = append(things, view.Thing{Kind: view.MethodKind, ID: m.id, Name: catalog.Label{Vi: m.title("vi"), En: m.title("en")}})
	}
	x.of, x.finder, x.asker = v.current.Key(), view.NewFinder(append(things, view.SeriesThings(v.current.Snapshot)...)), view.NewAsker(c, v.territory)
	return x.finder, x.asker
}
