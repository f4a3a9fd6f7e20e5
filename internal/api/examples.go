package api

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// samples are parameters with which each operation gives a full answer on the figures of a pack; codes of the country stand in braces. The
// document gives them as examples of its parameters.
var samples = map[string]string{
	"release": "/release", "releases": "/releases", "calendar": "/calendar", "health": "/health", "dataflows": "/dataflows", "dataflow": "/dataflows/DE_SHARE",
	"terms": "/terms", "term": "/terms/lan-cong-bo", "codelists": "/codelists", "codelist": "/codelists/CL_AREA", "indicators": "/indicators", "data": "/data/DE_SHARE?key=A.{country}.{definition}.TOTAL",
	"series": "/series/DE_SHARE/A.{country}.{definition}.TOTAL?history=true", "observation": "/observation?cell=DE_SHARE/A.{country}.{definition}.TOTAL/2025",
	"explain": "/explain?cell=DE_VA/A.{country}.{definition}.TOTAL.PUB/2024", "targets": "/targets?indicator=DE_GDP", "provinces": "/provinces?date={before}",
	"province": "/provinces/{province}", "restate": "/restate/GRDP?key=A.&period=2025&from={set}&to={nation}", "findings": "/findings",
	"methods": "/methods", "method": "/methods/target-status", "recipes": "/recipes", "runs": "/runs?limit=10", "run": "/runs/digital-annual%231", "search": "/search?q={word}", "definitions": "/definitions", "comparison": "/comparison?area={country}&year=2022&definition=NSO&against=MIC", "scenario": "/scenario?startYear=2025&startShare=14.02&targetYear=2030&targetShare=30&gdpReal=10&gdpPrices=3&digitalPrices=3&electronics=55&electronicsReal=12&otherReal=11&shape=even-ratio",
}

// examples are those of parameters that no sample gives, as far as they are no country's own.
var examples = map[string]string{"asof": "2026-06-30", "date": "2026-01-31", "start": "2020", "end": "2025-Q4", "class": "ACHIEVED", "year": "2025", "limit": "1000", "recipe": "digital-annual", "denominator": "GRDP/A.", "coefficient": "10"}

// example gives a parameter that no sample gives: of the country where it is a code of its own.
func (s *service) example(name string) string {
	n := s.catalog.Country()
	switch name {
	case "area":
		return n.ID
	case "target":
		return n.Target
	case "instrument":
		if l, err := s.catalog.Codelist("CL_TARGET"); err == nil {
			x, _ := l.Code(n.Target)
			return x.Notes["instrument"]
		}
	case "weights":
		for _, a := range s.territory.Of(s.territory.Current()) {
			if parts := s.territory.Predecessors(a.ID); len(parts) > 1 {
				return parts[0].ID + ":2," + parts[1].ID + ":3"
			}
		}
	}
	return examples[name]
}

// exampleOf gives an example for a parameter of an operation: as in its sample, else as its schema offers, else as declared; nil without any.
func (s *service) exampleOf(op *huma.Operation, p *huma.Param) any {
	path, query, _ := strings.Cut(s.sample(op.OperationID), "?")
	q, _ := url.ParseQuery(query)
	given := q.Get(p.Name)
	if p.In == "path" {
		written, parts := strings.Split(path, "/"), strings.Split(op.Path, "/")
		for i, part := range parts {
			if part == "{"+p.Name+"}" && i < len(written) {
				given, _ = url.PathUnescape(written[i])
			}
		}
	}
	switch x := p.Schema; {
	case given == "" && len(x.Enum) > 0:
		return x.Enum[len(x.Enum)-1]
	case x.Type == huma.TypeInteger && given == "":
		if x.Default == nil {
			return number(s.example(p.Name))
		}
		return max(1, number(x.Default))
	case x.Type == huma.TypeInteger:
		return number(given)
	case x.Type == huma.TypeBoolean:
		return true
	case given == "" && s.example(p.Name) == "":
		return nil
	case given == "":
		return s.example(p.Name)
	}
	return given
}

// number reads a whole number of a sample or a schema.
func number(v any) (n int64) {
	fmt.Sscan(fmt.Sprint(v), &n) //nolint:errcheck // they are written here, and a test reads them
	return n
}
