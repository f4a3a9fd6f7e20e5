package portal

import (
	"crypto/rand"
	"embed"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/geo"
	"nhipso/internal/glossary"
	"nhipso/internal/middleware"
	"nhipso/internal/publish"
	"nhipso/internal/scenario"
	"nhipso/internal/territory"
	"nhipso/internal/web/shell"
	book "nhipso/internal/words"
)

// Types are those of the records that the portal shows: targets, and the documents that set them.
var Types = []string{"legal-document", "target"}

// Config says what a portal is made of. Territory and Catalog are needed; the rest has defaults.
type Config struct {
	Methods   fs.FS // doc/methods: <slug>.vi.md, <slug>.en.md or <slug>.md
	Territory *territory.Registry
	Catalog   *catalog.Catalog // of the country
	Maps      *geo.Maps        // of the country; nil draws none
	Words     book.Book        // texts of the country in place of the portal's, and those that only it has
	// Publications are the periodic ones that the calendar tells of.
	Publications []publish.Publication
	Scenarios    scenario.Store // where named scenarios are kept; nil keeps none
	Random       io.Reader      // chance of their addresses; nil means the system's
	Files        ReleaseFiles   // nil where there are none to take along
}

// Portal is what the public reads.
type Portal struct {
	site         *shell.Site
	methodFiles  fs.FS
	territory    *territory.Registry
	catalog      *catalog.Catalog
	maps         *geo.Maps
	words        *shell.Words
	search       finders
	scenarios    scenario.Store
	publications []publish.Publication
	random       io.Reader
	files        ReleaseFiles
}

// New declares the portal as a module of a site.
func New(c Config) shell.Maker {
	return func(s *shell.Site) shell.Module { return newPortal(s, c).module() }
}

func newPortal(s *shell.Site, c Config) *Portal {
	p := &Portal{site: s, methodFiles: c.Methods, territory: c.Territory, catalog: c.Catalog, maps: c.Maps, scenarios: c.Scenarios, publications: c.Publications, random: c.Random, files: c.Files}
	p.words = words.For(c.Words, map[string]catalog.Label{"country": c.Catalog.Country().Name, "money": c.Catalog.Money()})
	if p.methodFiles == nil {
		p.methodFiles = noFiles{}
	}
	if p.random == nil {
		p.random = rand.Reader
	}
	return p
}

//go:embed templates/*.html
var templateFiles embed.FS

// module declares what the portal brings to a site.
func (p *Portal) module() shell.Module {
	page := func(path, template string, read func(*visit) (shell.Page, error), takes shell.Parameters) shell.Route {
		return shell.Route{Path: path, Template: template, Takes: takes, Read: func(sv *shell.Visit) (shell.Page, error) {
			v := &visit{Visit: sv, portal: p}
			out, err := read(v)
			if err == nil {
				f := out.Base()
				if f.Days == nil {
					f.Days = v.days(path)
				}
				f.Lasting = v.lasting(path)
				v.describeFirst(f)
			}
			return out, err
		}}
	}
	entry := func(id, url string) shell.MenuEntry {
		return shell.MenuEntry{ID: id, URL: url, Name: both("common.menu-" + id)}
	}
	part := func(id, of string) shell.MenuEntry {
		return shell.MenuEntry{ID: id, URL: "/gioi-thieu", Part: "#" + of, Name: both("common.foot-" + id)}
	}
	scenarios := page(scenarioPath, "scenario", (*visit).scenario, scenarioParameters)
	scenarios.Keep = shell.KeepBare
	saved := page(scenarioPath+"/{id}", "scenario", (*visit).savedScenario, shell.Takes())
	saved.Secret = true
	coming := page(calendarPath, "calendar", (*visit).calendar, shell.Takes())
	coming.Keep = shell.KeepNone // it changes between releases
	search := page(searchPath, "search", (*visit).search, shell.Takes("q", "nhom"))
	search.Keep, search.Work = shell.KeepNone, shell.SearchWork
	answers := []shell.Answer{
		{Pattern: "POST " + scenarioPath, Handler: http.HandlerFunc(p.saveScenario), Rate: savesPerSecond, Burst: savesAtOnce},
		{Pattern: "GET " + calendarFile, Handler: middleware.Whole()(http.HandlerFunc(p.calendarFeed)), Takes: shell.Takes("lang", "asof")},
		{Pattern: "GET " + feedPath, Handler: middleware.Whole()(http.HandlerFunc(p.releaseFeed)), Takes: shell.Takes("lang", "asof")},
	}
	answers = append(answers, p.newsFeeds()...)
	if p.files != nil {
		answers = append(answers, shell.Answer{Pattern: "GET " + downloadPath + "{name}", Handler: http.HandlerFunc(p.download), Takes: shell.Takes()})
	}
	// What comes next changes between releases.
	province := page("/tinh/{area}", "province", (*visit).province, shell.Takes())
	province.Keep = shell.KeepNone
	brief := page("/tinh/{area}/tom-tat", "brief", (*visit).brief, shell.Takes())
	brief.Keep = shell.KeepNone
	flow := page("/so-lieu/{dataflow}", "dataflow", (*visit).dataflow, p.dataflowParameters)
	flow.Streams = true
	tabulate := page("/so-lieu/{dataflow}"+tablePath, "tabulate", (*visit).tabulate, p.tabulateParameters)
	tabulate.Tidy = p.tidyTable
	compare := page(comparePath, "compare", (*visit).compare, p.compareParameters)
	compare.Tidy = p.tidyComparison
	return p.inCountry(shell.Module{
		Words: p.words, Templates: templateFiles, Explain: explainTerms, Search: searchPath,
		Menu: []shell.MenuEntry{entry("home", "/"), entry("provinces", "/tinh"), entry("targets", "/muc-tieu"), entry("tasks", "/nhiem-vu"), entry("scenario", scenarioPath), entry("data", "/so-lieu"),
			entry("methods", "/phuong-phap"), entry("about", "/gioi-thieu")},
		Foot: []shell.MenuEntry{entry("about", "/gioi-thieu"), {ID: "releases", URL: "/lich-su", Name: both("common.foot-releases")}, {ID: "documents", URL: "/tai-lieu", Name: both("data.doc-title")}, {ID: "compare", URL: comparePath, Name: both("compare.link")},
			{ID: "two-figures", URL: twoPath, Name: both("difference.title")}, {ID: "terms", URL: termsPath, Name: both("terms.title")},
			{ID: "calendar", URL: calendarPath, Name: both("common.foot-calendar")}, {ID: "findings", URL: "/phat-hien", Name: both("common.foot-findings")}, entry("methods", "/phuong-phap"),
			part("revision-policy", "dieu-chinh"), part("quality", "chat-luong"), part("licence", "dung-lai")},
		Feeds: []shell.MenuEntry{{ID: "releases", URL: feedPath, Name: both("common.feed")}},
		Pages: []shell.Route{
			page("/{$}", "home", (*visit).home, shell.Takes()),
			page("/tinh", "provinces", (*visit).provinces, shell.Takes("so-do", "dinh-nghia", "nam", "bo", "ban-do")),
			page(panoramaPath, "panorama", (*visit).panorama, shell.Takes("so-do")),
			province, brief,
			page("/muc-tieu", "targets", (*visit).targets, shell.Takes("van-ban", "xep-loai", "chu-de", "dia-ban", "nam")),
			page("/muc-tieu/{target}", "target", (*visit).target, shell.Takes()),
			page("/nhiem-vu", "tasks", (*visit).tasks, shell.Takes()),
			scenarios, saved,
			page("/so-lieu", "data", (*visit).data, shell.Takes("q", "chu-de")),
			flow, tabulate, compare,
			page("/so-lieu/{dataflow}/{key}", "series", (*visit).series, shell.Takes()),
			page(twoPath, "difference", (*visit).twoFigures, shell.Takes("nam", "tu", "den", "dia-ban")),
			page("/tai-lieu", "documents", (*visit).register, shell.Takes()),
			page("/vi-sao", "why", (*visit).explain, shell.Takes("o")),
			page("/phuong-phap", "methods", (*visit).methods, shell.Takes()),
			page(enginePath, "methods", (*visit).engine, shell.Takes()),
			page("/phuong-phap/{slug}", "method", (*visit).method, shell.Takes()),
			page(termsPath, "terms", (*visit).terms, shell.Takes()),
			page(termsPath+"/{word}", "term", (*visit).term, shell.Takes()),
			page("/gioi-thieu", "about", (*visit).about, shell.Takes()),
			page("/phat-hien", "findings", (*visit).findings, shell.Takes("trang")),
			page("/lich-su", "releases", (*visit).releases, shell.Takes()),
			coming, search,
		},
		Answers: answers,
		Paths:   p.paths,
		// Explanations, searches and comparisons are endless.
		Disallow: []string{"/vi-sao", searchPath, scenarioPath + "/", scenarioPath + "?", comparePath + "?"},
	})
}

// mostSeriesListed bounds the series of a dataflow whose pages the sitemap lists.
const mostSeriesListed = 2000

// paths lists the pages of what there are many of.
func (p *Portal) paths(known *publish.View) []string {
	out := []string{panoramaPath, "/phat-hien", twoPath, termsPath, enginePath, "/tai-lieu", "/lich-su", calendarPath, comparePath}
	for _, f := range known.Catalog.Dataflows() {
		out = append(out, "/so-lieu/"+f.ID)
		// Of a dataflow of any size the page leads on to its series; a list of them all would be too long to read.
		if choice := known.Choose(f.ID, ""); choice.Len() <= mostSeriesListed {
			for _, key := range choice.Keys(0, choice.Len()) {
				out = append(out, "/so-lieu/"+f.ID+"/"+string(key))
			}
		}
	}
	for _, a := range p.territory.Areas() {
		if a.IsProvince() {
			out = append(out, "/tinh/"+a.ID)
		}
	}
	if l, err := known.Catalog.Codelist("CL_TARGET"); err == nil {
		for _, t := range l.Codes {
			out = append(out, "/muc-tieu/"+t.ID)
		}
	}
	for _, slug := range p.slugs() {
		out = append(out, "/phuong-phap/"+slug)
	}
	for _, t := range glossary.Ours().Terms("vi") {
		out = append(out, termsPath+"/"+t.ID)
	}
	return slices.DeleteFunc(out, func(path string) bool { return !p.has(path) })
}

// visit is a request to the portal.
type visit struct {
	*shell.Visit
	portal *Portal
}

// visit reads a request to an answer that is no page of a route.
func (p *Portal) visit(r *http.Request) (*visit, error) {
	v, err := p.site.Visit(r, p.words)
	return &visit{Visit: v, portal: p}, err
}

// in is the visit as it would be in another language, for what is written in both.
func (v *visit) in(lang string) *visit {
	shown := *v.Visit
	shown.Lang = lang
	return &visit{Visit: &shown, portal: v.portal}
}

//go:embed words/*.csv
var wordFiles embed.FS

// words are the texts of the portal.
var words = shell.NewWords(wordFiles)

func say(lang, id string, pairs ...any) string { return words.Say(lang, id, pairs...) }

func both(id string, pairs ...any) catalog.Label { return words.Both(id, pairs...) }

// html gives a text with marked-up values in it.
func (v *visit) html(id string, pairs ...any) template.HTML {
	return v.Words.HTML(v.Lang, id, pairs...)
}

func hasWord(id string) bool { return words.Has(id) }

// noFiles is a folder without files.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
