package portal

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/web/shell"
)

// dataset describes the figures of a dataflow. Where only a part of them is at hand, it covers the time that all of them do.
func (v *visit) dataset(f *catalog.Dataflow, obs []cube.Version, all *publish.Extent) *shell.Dataset {
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
	if all != nil {
		from, to = all.First, all.Last
	}
	origin := v.Site.Origin(v.R)
	var files []map[string]any
	for _, format := range shell.TableFormats() {
		kind := map[string]string{"csv": "text/csv", "json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}[format]
		files = append(files, map[string]any{"@type": "DataDownload", "encodingFormat": kind, "contentUrl": origin + v.File(format)})
	}
	return &shell.Dataset{"@context": "https://schema.org", "@type": "Dataset", "name": f.Name.In(v.Lang), "description": f.Description.In(v.Lang), "identifier": f.ID, "inLanguage": v.Lang,
		"url": origin + v.Here(), "license": v.Say("common.licence-url"), "creator": map[string]any{"@type": "Organization", "name": v.Say("common.site")},
		"spatialCoverage": v.countries(f, obs), "temporalCoverage": from.From().String() + "/" + to.To().String(),
		"datePublished": v.Current.Release.PublishAt.UTC().Format("2006-01-02"), "distribution": files, "isAccessibleForFree": true}
}

// countries names the countries that figures are about: a table of another country shown to demonstrate a method is not about this one.
func (v *visit) countries(f *catalog.Dataflow, obs []cube.Version) string {
	own := v.country().Name.In(v.Lang)
	list, err := v.Snap.Catalog.Codelist("CL_AREA")
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
		if known && area.ID != v.nation() {
			name = area.Name.In(v.Lang)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
