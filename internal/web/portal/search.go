package portal

import (
	"slices"
	"strings"
	"sync"

	"nhipso/internal/catalog"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// searchPath is the page of searches.
const searchPath = "/tim"

// searchPage answers a search over dataflows, indicators, provinces, targets and methods.
type searchPage struct {
	shell.Frame
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

func (v *visit) search() (shell.Page, error) {
	q := strings.TrimSpace(v.Query.Get("q"))
	if len(q) > 200 {
		q = q[:200]
		q = strings.ToValidUTF8(q, "")
	}
	p := &searchPage{Frame: v.NewFrame("", v.Say("search.title")), Query: q}
	p.NoIndex = true
	if q == "" {
		return p, nil
	}
	p.Title = v.Say("search.title-for", "q", q)
	found := map[string][]view.Thing{}
	hits := v.portal.finder(v).Find(q, searchGroups...)
	for i := range hits.Len() {
		if t := hits.At(i); len(found[t.Kind]) < maxHits {
			found[t.Kind] = append(found[t.Kind], t)
		}
	}
	for _, kind := range searchGroups {
		hits := found[kind]
		if len(hits) == 0 {
			continue
		}
		group := searchGroup{Name: v.Say("search.group-" + kind)}
		for _, t := range hits {
			group.Hits = append(group.Hits, searchHit{t.Name.In(v.Lang), v.detailOf(t), v.Link(v.pathOf(t))})
		}
		p.Groups = append(p.Groups, group)
	}
	p.Count, p.None = v.count(hits.Len()), hits.Len() == 0
	return p, nil
}

// searchGroups are the kinds that the portal has pages of, in the order of the page.
var searchGroups = []string{view.ProvinceKind, view.DataflowKind, view.IndicatorKind, view.TargetKind, view.MethodKind, view.TermKind, view.PageKind}

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
	case view.TermKind:
		return termsPath + "/" + t.ID
	}
	i, _ := v.Current.Catalog.Indicator(t.ID)
	path := "/so-lieu/" + i.Dataflow
	if f, err := v.Current.Catalog.Dataflow(i.Dataflow); err == nil && f.Position("INDICATOR") >= 0 {
		path += "?INDICATOR=" + i.ID
	}
	return path
}

// detailOf gives what is said of a thing beside its name: of a province on which map it is.
func (v *visit) detailOf(t view.Thing) string {
	if t.Kind == view.ProvinceKind {
		if a, err := v.portal.territory.Area(t.ID); err == nil {
			return v.divisionName(a.Set)
		}
	}
	return t.Detail.In(v.Lang)
}

// finder makes the finder of a release once.
func (p *Portal) finder(v *visit) *view.Finder {
	p.search.mu.Lock()
	defer p.search.mu.Unlock()
	if p.search.finder != nil && p.search.of == v.Current.Key() {
		return p.search.finder
	}
	c := v.Current.Catalog
	things := slices.DeleteFunc(view.Things(c, p.territory), func(t view.Thing) bool {
		i, _ := c.Indicator(t.ID)
		return t.Kind == view.IndicatorKind && i.Dataflow == "" // it has no figures to show
	})
	for _, slug := range p.slugs() {
		vi, _, ok := p.document(slug, "vi")
		en, _, has := p.document(slug, "en")
		if ok && has {
			things = append(things, view.Thing{Kind: view.MethodKind, ID: slug, Name: catalog.Label{Vi: vi.title, En: en.title}, Detail: catalog.Label{Vi: vi.lead, En: en.lead}})
		}
	}
	for _, m := range p.site.Menu() {
		things = append(things, view.Thing{Kind: view.PageKind, ID: m.URL, Name: m.Name})
	}
	for _, t := range glossaryOf().Terms("vi") {
		things = append(things, view.Thing{Kind: view.TermKind, ID: t.ID, Name: t.Name, Detail: t.Means})
	}
	if p.has(twoPath) {
		also := strings.Split(say("vi", "difference.also"), "|")
		things = append(things, view.Thing{Kind: view.PageKind, ID: twoPath, Name: both("difference.title"), Detail: both("difference.description"), Also: also})
	}
	p.search.of, p.search.finder = v.Current.Key(), view.NewFinder(things)
	return p.search.finder
}
