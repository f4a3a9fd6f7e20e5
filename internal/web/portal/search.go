package portal

import (
	"html/template"
	"slices"
	"strings"
	"sync"

	"nhipso/internal/catalog"
	"nhipso/internal/glossary"
	"nhipso/internal/text"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// searchPath is the page of searches.
const searchPath = "/tim"

// searchPage answers a search: the figures that a question asks for, then what bears its words, by kind.
type searchPage struct {
	shell.Frame
	Query   string
	Meant   string // what was looked for in place of it
	Answers []answerView
	Asked   string        // says what the answers are
	Two     template.HTML // leads to why they differ, where they are of several definitions
	Groups  []searchGroup
	Count   string
	None    bool
}

// answerView is a figure that answers a question.
type answerView struct {
	Value, Title, URL, Why string
	About                  string // of when it is, what it is worth and who says so
}

// searchGroup is what was found of one kind.
type searchGroup struct {
	ID, Name, Count string
	Hits            []searchHit
	More            string // the address of all of them, where only the first are here
}

type searchHit struct{ Name, Detail, URL string }

// finders are kept by what the reader may know, one for both languages.
type finders struct {
	mu     sync.Mutex
	of     string // publish.View.Key
	finder *view.Finder
	asker  *view.Asker
}

// Bounds of the hits of a group: among others, and alone.
const (
	maxHits  = 6
	maxAlone = 200
)

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
	finder, asker := v.portal.finder(v)
	alone, err := v.OneOf("nhom", searchGroups...)
	if err != nil {
		return nil, err
	}
	kinds, asked := searchGroups, view.Answers{}
	if alone != "" {
		kinds = []string{alone}
	} else {
		asked = asker.Ask(v.Snap, q)
		v.answers(p, asked)
	}
	hits := finder.Find(q, kinds...)
	switch {
	case len(asked.List) == 0:
		p.Meant = hits.Meant
	case asked.Number, hits.Meant != "": // the question was understood as it stands
		hits = &view.Hits{}
	}
	found, counts := map[string][]view.Thing{}, map[string]int{}
	has := hits.Len() > 0 && hits.At(0).Kind == view.ProvinceKind
	for _, area := range asked.Areas {
		if t, ok := finder.Thing(view.ProvinceKind, area); ok && !has {
			found[t.Kind] = append(found[t.Kind], t)
			counts[t.Kind]++
		}
	}
	for i := range hits.Len() {
		t := hits.At(i)
		if counts[t.Kind]++; counts[t.Kind] <= maxHits || alone != "" && counts[t.Kind] <= maxAlone {
			found[t.Kind] = append(found[t.Kind], t)
		}
	}
	if hits.Exact { // what is called so comes first
		first := hits.At(0).Kind
		kinds = append([]string{first}, slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return k == first })...)
	}
	for _, kind := range kinds {
		if counts[kind] == 0 {
			continue
		}
		group := searchGroup{ID: kind, Name: v.Say("search.group-" + kind), Count: v.count(counts[kind])}
		for _, t := range found[kind] {
			group.Hits = append(group.Hits, searchHit{t.Name.In(v.Lang), v.detailOf(t), v.address(t)})
		}
		if counts[kind] > len(found[kind]) && alone == "" {
			group.More = v.Link(searchPath, "q", q, "nhom", kind)
		}
		p.Groups = append(p.Groups, group)
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	p.Count, p.None = v.count(total), total == 0 && len(p.Answers) == 0
	return p, nil
}

// answers sets out the figures that answer a question, each with what it is worth.
func (v *visit) answers(p *searchPage, found view.Answers) {
	if len(found.List) == 0 {
		return
	}
	switch {
	case found.Number:
		p.Asked = v.Say("search.numbers", "n", v.count(found.Total))
	case found.Missing && !found.Asked.IsZero():
		p.Asked = v.Say("search.missing", "period", text.FormatPeriodInline(v.Lang, found.Asked))
	case len(found.List) > 1:
		p.Asked = v.Say("search.several")
	}
	speaker := v.speaker()
	defined := map[string]bool{}
	for _, a := range found.List {
		if f, err := v.Snap.Catalog.Dataflow(a.Dataflow); err == nil && f.ID == shareFlow && f.CodeOf(a.Key, "REF_AREA") == v.nation() {
			defined[f.CodeOf(a.Key, "DEFINITION")] = true
		}
		value := speaker.Value(a.Version)
		if a.Dataflow == targetFlow {
			value = v.amountIn(a.Version)
		}
		p.Answers = append(p.Answers, answerView{Value: value, Title: a.Title.In(v.Lang), URL: v.Link("/so-lieu/" + a.Dataflow + "/" + string(a.Key)), Why: v.Why(a.Cell()),
			About: v.Say("search.about", "period", text.FormatPeriod(v.Lang, a.Period), "status", namesOf(v.Snap).Status(a.Version).In(v.Lang), "source", v.sourceOf(a.Version).In(v.Lang), "published", v.Published(a.Vintage))})
	}
	if len(defined) > 1 {
		p.Two = v.whyTwo(v.nation())
	}
}

// searchGroups are the kinds that the portal has pages of, in the order of the page.
var searchGroups = []string{view.ProvinceKind, view.TargetKind, view.DataflowKind, view.IndicatorKind, view.SeriesKind, view.MethodKind, view.TermKind, view.DocumentKind, view.PageKind}

// address gives where a thing is to be read: a document where it lies, everything else on its page.
func (v *visit) address(t view.Thing) string {
	if t.Kind == view.DocumentKind {
		if d, ok := v.Current.Catalog.Document(t.ID); ok && d.URL != "" {
			return d.URL
		}
	}
	return v.Link(v.pathOf(t))
}

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
	case view.SeriesKind:
		return "/so-lieu/" + t.ID
	case view.DocumentKind:
		return "/tai-lieu"
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

// detailOf gives what is said of a thing beside its name: of a province on which map it is, and where an old one is now.
func (v *visit) detailOf(t view.Thing) string {
	if t.Kind == view.ProvinceKind {
		a, err := v.portal.territory.Area(t.ID)
		if err != nil {
			return ""
		}
		detail := v.divisionName(a.Set)
		if now, merged := v.portal.territory.Successor(a.ID); merged {
			detail = v.Say("search.now-part", "map", detail, "day", text.FormatDate(v.Lang, a.To.AddDays(1)), "name", now.Name.In(v.Lang))
		}
		return detail
	}
	return t.Detail.In(v.Lang)
}

// finder makes the finder of a release once, and who answers questions.
func (p *Portal) finder(v *visit) (*view.Finder, *view.Asker) {
	p.search.mu.Lock()
	defer p.search.mu.Unlock()
	if p.search.finder != nil && p.search.of == v.Current.Key() {
		return p.search.finder, p.search.asker
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
	for _, t := range glossary.Ours().Terms("vi") {
		things = append(things, view.Thing{Kind: view.TermKind, ID: t.ID, Name: t.Name, Detail: t.Means})
	}
	if p.has(twoPath) {
		also := strings.Split(say("vi", "difference.also"), "|")
		things = append(things, view.Thing{Kind: view.PageKind, ID: twoPath, Name: both("difference.title"), Detail: both("difference.description"), Also: also})
	}
	things = append(append(things, view.SeriesThings(v.Current.Snapshot)...), view.DocumentThings(c)...)
	p.search.of, p.search.finder, p.search.asker = v.Current.Key(), view.NewFinder(things), view.NewAsker(c, p.territory)
	return p.search.finder, p.search.asker
}
