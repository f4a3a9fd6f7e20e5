package api_test

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// words are values that mean something somewhere, and values that mean trouble.
var words = []string{"DE_SHARE", "GRDP", "TARGET", "TASKS", "DTI", "DE_QUARTERLY", "A.VN.NSO.TOTAL", "A.", "A..NSO.TOTAL", "...", "CL_AREA", "VN34-24", "VN63-24", "24", "bac ninh", "2025", "2025-Q4",
	"2024-12-15/P1Y", "9999-12-31/P9999Y", "2020-01-01", "9999-12-31", "2025-02-30", "63", "34", "VN", "25", "true", "json", "csv", "xlsx", "vi", "en", "fr", "0", "1", "-1", "1e9", "99999999999999999999",
	"DE_SHARE/A.VN.NSO.TOTAL/2025", "DE_VA/A.VN.NSO.TOTAL.PUB/2024", "GRDP/A.", "//", "/", "VN63-24:1,VN63-27:2", "VN63-24:NaN", "digital-annual", "digital-annual#1", "target-status", "749-7", "FOCUS",
	"", " ", "+", "%", "é", "Đà Nẵng", "\x00", "\xff", "'; drop table", "<script>", "../../etc/passwd", "NaN", "null", strings.Repeat("A.", 400)}

// TestRandomRequests asks every operation with random parameters: whatever is sent, the answer is one that the document declares, and
// never a failure of the server.
func TestRandomRequests(t *testing.T) {
	c := theContract()
	read := slices.DeleteFunc(slices.Clone(c.paths), func(p template) bool { return strings.HasPrefix(p.path, "/submissions") }) // whose door has its own test
	word := rapid.OneOf(rapid.SampledFrom(words), rapid.String(), rapid.StringMatching(`[A-Z0-9_.+-]{1,12}`))
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom(read).Draw(t, "path").path
		get := c.doc["paths"].(map[string]any)[path].(map[string]any)["get"].(map[string]any)
		q := url.Values{}
		for _, p := range get["parameters"].([]any) {
			name, in := dig(p, "name").(string), dig(p, "in").(string)
			switch value := word.Draw(t, name); {
			case in == "path":
				if value == "" || value == "." || value == ".." {
					value = "x"
				}
				path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
			case rapid.IntRange(0, 2).Draw(t, "with "+name) > 0 || dig(p, "required") == true:
				q.Set(name, value)
			}
		}
		if rapid.IntRange(0, 9).Draw(t, "strange") == 0 {
			q.Set(word.Draw(t, "name"), "1")
		}
		address := "/api/v1" + path + "?" + q.Encode()
		accept := rapid.SampledFrom([]string{"", "*/*", "text/csv", "application/json", "text/html;q=x", ",;,", "application/*;q=0.1"}).Draw(t, "accept")
		r := &http.Request{Method: http.MethodGet, Header: http.Header{"Accept": {accept}, "Accept-Language": {word.Draw(t, "language")}}, Body: http.NoBody}
		var err error
		if r.URL, err = url.ParseRequestURI(address); err != nil {
			t.Skip("no address")
		}
		w := httptest.NewRecorder()
		began := time.Now()
		handler().ServeHTTP(w, r)
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("%s took %v", address, took)
		}
		if w.Code >= 500 {
			t.Fatalf("%s: %d %s", address, w.Code, w.Body)
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "application/") && strings.Contains(w.Header().Get("Content-Type"), "json") && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s: %s", address, w.Body)
		}
		c.check(t, address, w)
	})
}

// FuzzQuery sends queries that no client would write.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"", "key=A.VN.NSO.TOTAL", "lang=en&lang=vi", "limit=%31", "a;b", "=", "&&", "%zz", "key=%00", "asof=2025-01-01&format=csv", "start=2025-13", "history=true&offset=5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if strings.ContainsAny(raw, "\r\n ") || len(raw) > 3000 {
			t.Skip()
		}
		r := httptest.NewRequest(http.MethodGet, "/api/v1/data/DE_SHARE", nil)
		r.URL.RawQuery = raw
		w := httptest.NewRecorder()
		handler().ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%q: %d", raw, w.Code)
		}
		theContract().check(t, "/api/v1/data/DE_SHARE", w)
	})
}

// secretive is a source whose explanations rest on a figure under embargo.
type secretive struct{ *shelf }

const secretKey = "A.VN.NSO.CORE"

func (s secretive) LineageOf(ctx context.Context, run string, c cube.Cell) (pipeline.Lineage, bool, error) {
	l, ok, err := s.shelf.LineageOf(ctx, run, c)
	l.From = append(slices.Clone(l.From), pipeline.Ref{Dataflow: "DE_SHARE", Key: secretKey, Period: stat.Year(2031), Message: 1})
	return l, ok, err
}

func (s secretive) Versions(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for v, err := range s.shelf.Versions(ctx, q) {
			if !yield(v, err) {
				return
			}
		}
		if q.Key == secretKey {
			secret := stat.MustDecimal("77.77")
			yield(cube.Version{Dataflow: "DE_SHARE", Message: 1, Observation: stat.Observation{Key: secretKey, Period: stat.Year(2031), Value: &secret,
				Status: stat.Normal, Attributes: stat.Attributes{stat.AttrSource: "secret", stat.AttrMark: "S", stat.AttrConf: string(stat.Embargoed)}}}, nil)
		}
	}
}

func TestAFigureUnderEmbargoIsCountedAndNeverShown(t *testing.T) {
	s := *library()
	s.view = publish.NewView(publish.Parts{Release: s.view.Release, Moment: now, Catalog: s.catalog, Recipes: s.recipes, Source: secretive{library()}, Figures: must(cube.History(t.Context(), s, cube.Query{}))})
	w := send(handlerOf(&s), http.MethodGet, "/api/v1/explain?cell=DE_VA/A.VN.NSO.TOTAL.PUB/2024")
	theContract().check(t, "/api/v1/explain", w)
	if strings.Contains(w.Body.String(), "77.77") || strings.Contains(w.Body.String(), "secret") || dig(decode(t, w), "tree", "from", 2, "withheld") != "1" {
		t.Error(w.Body)
	}
}
