package web

import (
	"sort"
	"strings"
	"sync"

	"nhipso/internal/text"
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

// entry is something that can be found. Its text is folded: no diacritics, no đ, no case.
type entry struct {
	group, name, detail, path string
	folded, head              string
}

// index is what can be found in one release and language.
type index struct {
	of      string // publish.View.Key
	entries []entry
}

type indexes struct {
	mu     sync.Mutex
	byLang map[string]*index
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
	words := strings.Fields(text.Fold(q))
	type scored struct {
		entry
		score int
	}
	found := map[string][]scored{}
	n := 0
	for _, e := range v.site.index(v).entries {
		score := match(e, words)
		if score > 0 {
			found[e.group] = append(found[e.group], scored{e, score})
			n++
		}
	}
	for _, g := range []string{"province", "dataflow", "indicator", "target", "method", "page"} {
		hits := found[g]
		if len(hits) == 0 {
			continue
		}
		sort.SliceStable(hits, func(i, j int) bool { return hits[i].score > hits[j].score })
		group := searchGroup{Name: v.say("search.group-" + g)}
		for _, h := range hits[:min(len(hits), maxHits)] {
			group.Hits = append(group.Hits, searchHit{h.name, h.detail, v.link(h.path)})
		}
		p.Groups = append(p.Groups, group)
	}
	p.Count, p.None = v.count(n), n == 0
	return p, nil
}

// match scores an entry: every word must be in it; the start of the name counts most, the start of a word more than its middle.
func match(e entry, words []string) int {
	score := 0
	for _, w := range words {
		switch {
		case strings.HasPrefix(e.head, w):
			score += 8
		case strings.Contains(" "+e.head, " "+w):
			score += 5
		case strings.Contains(" "+e.folded, " "+w):
			score += 2
		case strings.Contains(e.folded, w):
			score++
		default:
			return 0
		}
	}
	return score
}

// index makes the index of a release once.
func (s *Site) index(v *visit) *index {
	s.search.mu.Lock()
	defer s.search.mu.Unlock()
	if have := s.search.byLang[v.lang]; have != nil && have.of == v.current.Key() {
		return have
	}
	x := &index{of: v.current.Key()}
	add := func(group, name, detail, path string, more ...string) {
		x.entries = append(x.entries, entry{group, name, detail, path, text.Fold(name + " " + detail + " " + strings.Join(more, " ")), text.Fold(name)})
	}
	c := v.current.Catalog
	for _, f := range c.Dataflows() {
		add("dataflow", f.Name.In(v.lang), f.Description.In(v.lang), "/so-lieu/"+f.ID, f.ID, f.Name.Vi, f.Name.En)
	}
	for _, i := range c.Indicators() {
		path := "/so-lieu/" + i.Dataflow
		if i.Dataflow == "" {
			continue
		}
		if f, err := c.Dataflow(i.Dataflow); err == nil && f.Position("INDICATOR") >= 0 {
			path += "?INDICATOR=" + i.ID
		}
		add("indicator", i.Name.In(v.lang), "", path, i.ID, i.Name.Vi, i.Name.En)
	}
	if l, err := c.Codelist("CL_TARGET"); err == nil {
		for _, t := range l.Codes {
			add("target", t.Name.In(v.lang), nameOf(v.current.Snapshot, "CL_INSTRUMENT", t.Notes["instrument"]).In(v.lang), "/muc-tieu/"+t.ID, t.ID, t.Name.Vi, t.Name.En)
		}
	}
	for _, a := range s.territory.Areas() {
		if !a.IsProvince() {
			continue
		}
		detail := v.say("search.province-" + string(a.Set))
		add("province", a.Name.In(v.lang), detail, "/tinh/"+a.ID, a.Name.Vi, a.Name.En, a.Code)
	}
	for _, slug := range s.slugs() {
		if d, _, ok := s.document(slug, v.lang); ok {
			add("method", d.title, d.lead, "/phuong-phap/"+slug, slug)
		}
	}
	for _, m := range menu {
		add("page", v.say("common.menu-"+m.ID), "", m.URL)
	}
	s.search.byLang[v.lang] = x
	return x
}
