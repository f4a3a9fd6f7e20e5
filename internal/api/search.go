package api

import (
	"net/url"
	"sort"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/text"
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

// entry is something that can be found, in both languages and folded: without case, diacritics or đ.
type entry struct {
	kind, id, url string
	name, detail  catalog.Label
	head, folded  string
	squeezed      string // the name without blanks, for "hanoi"
}

// index is what can be found in a catalogue.
type index struct {
	mu      sync.Mutex
	catalog *catalog.Catalog
	entries []entry
}

func (v *visit) search(in *searchInput) (*Found, error) {
	out := &Found{Stamp: v.stamp(), Q: in.Q, Hits: []Hit{}}
	words := strings.Fields(text.Fold(in.Q))
	if len(words) == 0 {
		return out, nil
	}
	type scored struct {
		entry
		score int
	}
	var found []scored
	for _, e := range v.entries() {
		if in.Kind != "" && in.Kind != e.kind {
			continue
		}
		if n := e.match(words); n > 0 {
			found = append(found, scored{e, n})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].score > found[j].score })
	out.Total = len(found)
	for _, f := range found[:min(in.Limit, len(found))] {
		out.Hits = append(out.Hits, Hit{f.kind, f.id, f.name.In(v.lang), f.detail.In(v.lang), Root + "/v1" + f.url})
	}
	return out, nil
}

// match scores an entry: every word must be in it; the start of the name counts most, the start of a word more than its middle.
func (e entry) match(words []string) int {
	score := 0
	for _, w := range words {
		switch {
		case strings.HasPrefix(e.head, w):
			score += 8
		case strings.Contains(" "+e.head, " "+w):
			score += 5
		case strings.Contains(" "+e.folded, " "+w):
			score += 2
		case strings.Contains(e.squeezed, w):
			score += 2
		case strings.Contains(e.folded, w):
			score++
		default:
			return 0
		}
	}
	return score
}

// entries makes the index of a catalogue once.
func (v *visit) entries() []entry {
	x := &v.service.index
	x.mu.Lock()
	defer x.mu.Unlock()
	c := v.current.Catalog
	if x.catalog == c {
		return x.entries
	}
	x.catalog, x.entries = c, nil
	add := func(kind, id string, name, detail catalog.Label, url string) {
		head := text.Fold(name.Vi + " " + name.En)
		x.entries = append(x.entries, entry{kind, id, url, name, detail, head, head + " " + text.Fold(detail.Vi+" "+detail.En+" "+id), strings.ReplaceAll(head, " ", "")})
	}
	for _, a := range v.territory.Areas() {
		if a.IsProvince() {
			add("province", a.ID, catalog.Label(a.Name), catalog.Label{}, "/provinces/"+a.ID)
		}
	}
	for _, f := range c.Dataflows() {
		add("dataflow", f.ID, f.Name, f.Description, "/dataflows/"+f.ID)
	}
	for _, i := range c.Indicators() {
		address := "/indicators"
		if i.Dataflow != "" {
			address = "/data/" + i.Dataflow + "?" + url.Values{"key": {i.Key}}.Encode()
		}
		add("indicator", i.ID, i.Name, catalog.Label{}, address)
	}
	if l, err := c.Codelist("CL_TARGET"); err == nil {
		for _, t := range l.Codes {
			instrument := t.Notes["instrument"]
			add("target", t.ID, t.Name, catalog.Label{Vi: c.Name("CL_INSTRUMENT", instrument, "vi"), En: c.Name("CL_INSTRUMENT", instrument, "en")}, "/targets?"+url.Values{"target": {t.ID}}.Encode())
		}
	}
	for _, m := range v.methods {
		add("method", m.id, catalog.Label{Vi: m.title("vi"), En: m.title("en")}, catalog.Label{}, "/methods/"+m.id)
	}
	for _, l := range c.Codelists() {
		add("codelist", l.ID, l.Name, catalog.Label{}, "/codelists/"+l.ID)
	}
	return x.entries
}
