package web

import (
	"slices"
	"strings"
	"sync"

	"nhipso/internal/catalog"
	"nhipso/internal/view"
)

// searchPage answers a search over dataflows, indicators, provinces, targets and methods.
type searchPage struct {
	Frame
	Query  string
	Groups []searchGroup
	Count  string
	None   bool
}

type searchGroup struct {
	Name string
	Hits []searchHit
}

type searchHit struct{ Name, Detail, URL string }

// finders are kept by what the reader may know, one for both languages.
type finders struct {
	mu     sync.Mutex
	of     string // publish.View.Key
	finder *view.Finder
}

// maxHits bounds the hits of a group.
const maxHits = 20

func (v *visit) search() (page, error) {
	q := strings.TrimSpace(v.query.Get("q"))
	if len(q) > 200 {
		q = q[:200]
		q = strings.ToValidUTF8(q, "")
	}
	p := &searchPage{Frame: v.newFrame("", v.say("search.title")), Query: q}
	p.NoIndex = true
	if q == "" {
		return p, nil
	}
	p.Title = v.say("search.title-for", "q", q)
	found := map[string][]view.Thing{}
	n := 0
	for _, t := range v.site.finder(v).Find(q, searchGroups...) {
		found[t.Kind] = append(found[t.Kind], t)
		n++
	}
	for _, kind := range searchGroups {
		hits := found[kind]
		if len(hits) == 0 {
			continue
		}
		group := searchGroup{Name: v.say("search.group-" + kind)}
		for _, t := range hits[:min(len(hits), maxHits)] {
			group.Hits = append(group.Hits, searchHit{t.Name.In(v.lang), v.detailOf(t), v.link(v.pathOf(t))})
		}
		p.Groups = append(p.Groups, group)
	}
	p.Count, p.None = v.count(n), n == 0
	return p, nil
}

// searchGroups are the kinds that the portal has pages of, in the order of the page.
var searchGroups = []string{view.ProvinceKind, view.DataflowKind, view.IndicatorKind, view.TargetKind, view.MethodKind, view.PageKind}

// pathOf gives the page of a thing.
func (v *visit) pathOf(t view.Thing) string {
	switch t.Kind {
	case view.ProvinceKind:
		return "/tinh/" + t.ID
	case view.DataflowKind:
		return "/so-lieu/" + t.ID
	case view.TargetKind:
		return "/muc-tieu/" + t.ID
	case view.MethodKind:
		return "/phuong-phap/" + t.ID
	case view.PageKind:
		return t.ID
	}
	i, _ := v.current.Catalog.Indicator(t.ID)
	path := "/so-lieu/" + i.Dataflow
	if f, err := v.current.Catalog.Dataflow(i.Dataflow); err == nil && f.Position("INDICATOR") >= 0 {
		path += "?INDICATOR=" + i.ID
	}
	return path
}

// detailOf gives what is said of a thing beside its name: of a province on which map it is.
func (v *visit) detailOf(t view.Thing) string {
	if t.Kind == view.ProvinceKind {
		if a, err := v.site.territory.Area(t.ID); err == nil {
			return v.say("search.province-" + string(a.Set))
		}
	}
	return t.Detail.In(v.lang)
}

// finder makes the finder of a release once.
func (s *Site) finder(v *visit) *view.Finder {
	s.search.mu.Lock()
	defer s.search.mu.Unlock()
	if s.search.finder != nil && s.search.of == v.current.Key() {
		return s.search.finder
	}
	c := v.current.Catalog
	things := slices.DeleteFunc(view.Things(c, s.territory), func(t view.Thing) bool {
		i, _ := c.Indicator(t.ID)
		return t.Kind == view.IndicatorKind && i.Dataflow == "" // it has no figures to show
	})
	for _, slug := range s.slugs() {
		vi, _, ok := s.document(slug, "vi")
		en, _, has := s.document(slug, "en")
		if ok && has {
			things = append(things, view.Thing{Kind: view.MethodKind, ID: slug, Name: catalog.Label{Vi: vi.title, En: en.title}, Detail: catalog.Label{Vi: vi.lead, En: en.lead}})
		}
	}
	for _, m := range menu {
		things = append(things, view.Thing{Kind: view.PageKind, ID: m.URL, Name: both("common.menu-" + m.ID)})
	}
	s.search.of, s.search.finder = v.current.Key(), view.NewFinder(things)
	return s.search.finder
}
