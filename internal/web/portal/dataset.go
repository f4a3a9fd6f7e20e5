package portal

import (
	"slices"
	"strings"
	"unicode/utf8"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/web/shell"
)

// shortestDescription is what search engines for data ask of the description of a dataset, in characters.
const shortestDescription = 50

// mostOrigins bounds the documents that the description of a dataset names.
const mostOrigins = 60

// described is what a page holds, for search engines for data.
type described struct {
	id, name, description string
	obs                   []cube.Version
	all                   *publish.Extent // of the dataflow, where only a part of its figures are at hand: it covers the time that all of them do
}

// dataset describes the figures of a dataflow or a series.
func (v *visit) dataset(id string, f *catalog.Dataflow, name catalog.Label, obs []cube.Version, all *publish.Extent) *shell.Dataset {
	return v.describe(described{id, name.In(v.Lang), f.Description.In(v.Lang), obs, all})
}

// describeFirst describes what a page of data holds by its first figure, where the page does not do so itself.
func (v *visit) describeFirst(f *shell.Frame) {
	if f.Data != nil || len(f.Figures) == 0 || f.Status != 0 {
		return
	}
	first := f.Figures[0]
	f.Data = v.describe(described{id: first.Table.ID, name: first.FullName(), description: f.Description, obs: first.Observations()})
}

// describe writes what schema.org and the search engines for data ask of a dataset; nil where there is no figure.
func (v *visit) describe(d described) *shell.Dataset {
	if len(d.obs) == 0 {
		return nil
	}
	var from, to stat.Period
	for _, o := range d.obs {
		if from.IsZero() || o.Period.From().Before(from.From()) {
			from = o.Period
		}
		if to.IsZero() || o.Period.To().After(to.To()) {
			to = o.Period
		}
	}
	if d.all != nil {
		from, to = d.all.First, d.all.Last
	}
	if utf8.RuneCountInString(d.description) < shortestDescription {
		d.description = v.Say("data.dataset-description", "name", d.name)
	}
	origin := v.Site.Origin(v.R)
	var files []map[string]any
	for _, format := range shell.TableFormats() {
		kind := map[string]string{"csv": "text/csv", "json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}[format]
		files = append(files, map[string]any{"@type": "DataDownload", "encodingFormat": kind, "contentUrl": origin + v.File(format)})
	}
	creator := v.Site.Publisher()
	if creator == "" {
		creator = v.Say("common.site")
	}
	out := shell.Dataset{"@context": "https://schema.org", "@type": "Dataset", "name": d.name, "description": d.description, "identifier": d.id, "inLanguage": v.Lang,
		"url": origin + v.Here(), "sameAs": origin + v.Here("dot", v.Current.Release.ID), "version": v.Current.Release.ID, "license": v.Say("common.licence-url"),
		"creator": map[string]any{"@type": "Organization", "name": creator, "url": origin + "/"}, "spatialCoverage": v.countries(d.obs),
		"includedInDataCatalog": map[string]any{"@type": "DataCatalog", "name": v.Say("common.site"), "url": origin + "/so-lieu"},
		"temporalCoverage":      from.From().String() + "/" + to.To().String(), "variableMeasured": v.variables(d.obs),
		"datePublished": v.Current.Release.PublishAt.UTC().Format("2006-01-02"), "distribution": files, "isAccessibleForFree": true}
	if origins := v.origins(d.obs); len(origins) > 0 {
		out["isBasedOn"] = origins
	}
	return &out
}

// variables are what figures measure: their dataflows, with the unit of the first figure of each.
func (v *visit) variables(obs []cube.Version) (out []map[string]any) {
	seen := map[string]bool{}
	for _, o := range obs {
		if seen[o.Dataflow] {
			continue
		}
		seen[o.Dataflow] = true
		f, err := v.Snap.Catalog.Dataflow(o.Dataflow)
		if err != nil {
			continue
		}
		x := map[string]any{"@type": "PropertyValue", "name": f.Name.In(v.Lang), "identifier": f.ID}
		if unit := unitOf(v.Snap, f, o).In(v.Lang); unit != "" {
			x["unitText"] = unit
		}
		out = append(out, x)
	}
	return out
}

// origins are the documents behind figures.
func (v *visit) origins(obs []cube.Version) (out []map[string]any) {
	for _, d := range v.documents(obs) {
		if len(out) == mostOrigins {
			break
		}
		x := map[string]any{"@type": "CreativeWork", "name": d.Title}
		if d.URL != "" {
			x["url"] = d.URL
		}
		if d.Publisher != "" {
			x["publisher"] = map[string]any{"@type": "Organization", "name": d.Publisher}
		}
		out = append(out, x)
	}
	return out
}

// countries names the countries that figures are about: a table of another country shown to demonstrate a method is not about this one.
func (v *visit) countries(obs []cube.Version) string {
	own := v.country().Name.In(v.Lang)
	list, err := v.Snap.Catalog.Codelist("CL_AREA")
	if err != nil {
		return own
	}
	var names []string
	for _, o := range obs {
		f, err := v.Snap.Catalog.Dataflow(o.Dataflow)
		if err != nil || f.Position("REF_AREA") < 0 {
			continue
		}
		area, known := list.Code(f.CodeOf(o.Key, "REF_AREA"))
		for known && area.Parent != "" {
			area, known = list.Code(area.Parent)
		}
		name := own
		if known && area.ID != v.nation() {
			name = area.Name.In(v.Lang)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return own
	}
	return strings.Join(names, ", ")
}
