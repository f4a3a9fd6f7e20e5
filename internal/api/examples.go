package api

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// samples are parameters with which each operation gives a full answer on the reference data. The document gives them as examples of its parameters.
var samples = map[string]string{
	"release": "/release", "releases": "/releases", "calendar": "/calendar", "health": "/health", "dataflows": "/dataflows", "dataflow": "/dataflows/DE_SHARE",
	"codelists": "/codelists", "codelist": "/codelists/CL_AREA", "indicators": "/indicators", "data": "/data/DE_SHARE?key=A.VN.NSO.TOTAL",
	"series": "/series/DE_SHARE/A.VN.NSO.TOTAL?history=true", "observation": "/observation?cell=DE_SHARE/A.VN.NSO.TOTAL/2025",
	"explain": "/explain?cell=DE_VA/A.VN.NSO.TOTAL.PUB/2024", "targets": "/targets?indicator=DE_GDP", "provinces": "/provinces?date=2025-06-30",
	"province": "/provinces/24?date=2026-01-01", "restate": "/restate/GRDP?key=A.&period=2025&from=34&to=25", "findings": "/findings",
	"methods": "/methods", "method": "/methods/target-status", "recipes": "/recipes", "runs": "/runs?limit=10", "run": "/runs/digital-annual%231", "search": "/search?q=ba+ria",
}

// examples of parameters that no sample gives.
var examples = map[string]string{"asof": "2026-06-30", "date": "2026-01-31", "start": "2020", "end": "2025-Q4", "target": "749-7", "class": "ACHIEVED", "instrument": "QD749",
	"area": "VN", "year": "2025", "limit": "1000", "recipe": "digital-annual", "denominator": "GRDP/A.", "weights": "VN63-24:2,VN63-27:3"}

// exampleOf gives an example for a parameter of an operation: as in its sample, else as its schema offers, else as declared; nil without any.
func exampleOf(op *huma.Operation, p *huma.Param) any {
	path, query, _ := strings.Cut(samples[op.OperationID], "?")
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
	switch s := p.Schema; {
	case given == "" && len(s.Enum) > 0:
		return s.Enum[len(s.Enum)-1]
	case s.Type == huma.TypeInteger && given == "":
		if s.Default == nil {
			return number(examples[p.Name])
		}
		return max(1, number(s.Default))
	case s.Type == huma.TypeInteger:
		return number(given)
	case s.Type == huma.TypeBoolean:
		return true
	case given == "" && examples[p.Name] == "":
		return nil
	case given == "":
		return examples[p.Name]
	}
	return given
}

// number reads a whole number of a sample or a schema.
func number(v any) (n int64) {
	fmt.Sscan(fmt.Sprint(v), &n) //nolint:errcheck // they are written here, and a test reads them
	return n
}
