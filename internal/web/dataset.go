package web

import (
	"encoding/json"
	"html/template"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Dataset is the schema.org description of the data on a page.
type Dataset map[string]any

// dataset describes the figures of a dataflow.
func (v *visit) dataset(f *catalog.Dataflow, obs []cube.Version) *Dataset {
	if len(obs) == 0 {
		return nil
	}
	var from, to stat.Period
	for _, o := range obs {
		if from.IsZero() || o.Period.From().Before(from.From()) {
			from = o.Period
		}
		if to.IsZero() || o.Period.To().After(to.To()) {
			to = o.Period
		}
	}
	origin := v.site.origin(v.r)
	var files []map[string]any
	for _, format := range tableFormats {
		kind := map[string]string{"csv": "text/csv", "json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}[format]
		files = append(files, map[string]any{"@type": "DataDownload", "encodingFormat": kind, "contentUrl": origin + v.file(format)})
	}
	return &Dataset{"@context": "https://schema.org", "@type": "Dataset", "name": f.Name.In(v.lang), "description": f.Description.In(v.lang), "identifier": f.ID, "inLanguage": v.lang,
		"url": origin + v.here(), "license": v.say("common.licence-url"), "creator": map[string]any{"@type": "Organization", "name": v.say("common.site")},
		"spatialCoverage": v.countries(f, obs), "temporalCoverage": from.From().String() + "/" + to.To().String(),
		"datePublished": v.current.Release.PublishAt.UTC().Format("2006-01-02"), "distribution": files, "isAccessibleForFree": true}
}

// countries names the countries that figures are about: a table of another country shown to demonstrate a method is not about this one.
func (v *visit) countries(f *catalog.Dataflow, obs []cube.Version) string {
	own := v.say("common.country")
	list, err := v.snap.Catalog.Codelist("CL_AREA")
	if err != nil || f.Position("REF_AREA") < 0 {
		return own
	}
	var names []string
	for _, o := range obs {
		area, known := list.Code(f.CodeOf(o.Key, "REF_AREA"))
		for known && area.Parent != "" {
			area, known = list.Code(area.Parent)
		}
		name := own
		if known && area.ID != nation {
			name = area.Name.In(v.lang)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// Script is the description as a block of data, with nothing in it that could end the block.
func (d *Dataset) Script() template.HTML {
	b, err := json.Marshal(d) // escapes <, > and &
	if err != nil {
		return ""
	}
	return template.HTML(`<script type="application/ld+json">` + string(b) + `</script>`)
}
