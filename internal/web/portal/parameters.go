package portal

import (
	"net/http"
	"nhipso/internal/scenario"
)

// scenarioParameters are the numbers of a scenario.
func scenarioParameters(*http.Request) []string {
	names := append(scenario.Years(), "dang")
	for _, f := range scenario.Fields() {
		names = append(names, f.ID)
	}
	return names
}

// dataflowParameters are the dimensions of a dataflow, beside those of its table.
func (p *Portal) dataflowParameters(r *http.Request) []string {
	return append([]string{"lich-su", "trang"}, p.dimensionsOf(r, r.PathValue("dataflow"))...)
}
