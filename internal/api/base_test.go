package api_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"

	"nhipso/doc"
	"nhipso/internal/api"
)

func TestTheDescriptionNamesTheServerWhereItIsKnown(t *testing.T) {
	for base, want := range map[string]string{"": "/api/v1", "https://so.example.vn/": "https://so.example.vn/api/v1"} {
		h := must(api.Handler(library(), api.Options{Methods: must(fs.Sub(doc.Methods, "methods")), Territory: library().areas, Catalog: library().catalog, BaseURL: base}))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/openapi.json", nil))
		var d struct{ Servers []struct{ URL string } }
		if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil || len(d.Servers) != 1 || d.Servers[0].URL != want {
			t.Errorf("%q: %+v (%v)", base, d, err)
		}
		route := h.(interface{ Route(*http.Request) string }).Route
		for address, want := range map[string]string{"/api/v1/data/DE_SHARE": "GET /api/v1/data/{dataflow}", "/api/v1/nothing": ""} {
			if got := route(httptest.NewRequest("GET", address, nil)); got != want {
				t.Errorf("%s is counted as %q, want %q", address, got, want)
			}
		}
	}
}
