package api_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// read asks and decodes the answer, numbers as they are written.
func read(t *testing.T, address string, headers ...string) map[string]any {
	t.Helper()
	w := ask(t, address, headers...)
	if w.Code != 200 {
		t.Fatalf("%s: %d %s", address, w.Code, w.Body)
	}
	return decode(t, w)
}

func decode(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		t.Fatal(err, w.Body)
	}
	return out
}

// dig follows names and positions into decoded JSON; a number is given with the digits it was written with.
func dig(v any, steps ...any) any {
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	if n, ok := v.(json.Number); ok {
		return n.String()
	}
	return v
}

func size(v any) int { l, _ := v.([]any); return len(l) }

// refusedWith asks for something that cannot be and holds the answer to a status, a code, and the parameter that it is about.
func refusedWith(t *testing.T, address string, status int, code, where string) {
	t.Helper()
	for _, lang := range []string{"vi", "en"} {
		a := address + "?lang=" + lang
		if strings.Contains(address, "?") {
			a = address + "&lang=" + lang
		}
		w := ask(t, a)
		p := decode(t, w)
		if w.Code != status || dig(p, "code") != code || (where != "" && dig(p, "where") != where) || dig(p, "detail") == "" {
			t.Errorf("%s: %d %v", a, w.Code, p)
		}
		if w.Header().Get("Content-Language") != lang {
			t.Errorf("%s: in %s", a, w.Header().Get("Content-Language"))
		}
	}
	vi, en := decode(t, ask(t, address)), decode(t, ask(t, address, "Accept-Language", "en-GB,en;q=0.8"))
	if vi["detail"] == en["detail"] {
		t.Errorf("%s: the same sentence in both languages: %v", address, vi["detail"])
	}
}

func TestReleases(t *testing.T) {
	t.Run("the current release is given with its minute", func(t *testing.T) {
		r := read(t, "/api/v1/release?lang=en")
		if dig(r, "id") != "2026-Q3" || dig(r, "title") != "Third quarter of 2026" || dig(r, "publishedAt") != "2026-11-03T01:00:00Z" {
			t.Error(r)
		}
	})
	t.Run("a draft is not listed, and before the release nothing is", func(t *testing.T) {
		if r := read(t, "/api/v1/releases"); size(r["releases"]) != 1 || dig(r, "releases", 0, "current") != true {
			t.Error(r)
		}
		if d := read(t, "/api/v1/dataflows/DE_SHARE?asof=1990-01-01"); d["since"] == nil {
			t.Errorf("a day before the first figure does not say since when there are figures: %v", d)
		}
		if d := read(t, "/api/v1/dataflows/DE_SHARE?asof=2026-01-01"); d["since"] != nil {
			t.Errorf("a day with figures has a first day: %v", d["since"])
		}
		if r := read(t, "/api/v1/releases?asof=2026-01-01"); size(r["releases"]) != 0 {
			t.Error(r)
		}
	})
	t.Run("the calendar tells what is to come, what it waits for, and nothing of a draft", func(t *testing.T) {
		r := read(t, "/api/v1/calendar?lang=en")
		if size(r["events"]) < 4 || dig(r, "events", 0, "id") != "2026-Q3" || dig(r, "events", 0, "state") != "published" || dig(r, "events", 1, "id") != "2026-Q4" ||
			dig(r, "events", 1, "state") != "planned" || dig(r, "events", 1, "title") != "Viet Nam's digital economy, Q4 2026" || dig(r, "events", 1, "waitsFor", 0) != "GDP growth of the quarter" {
			t.Error(r)
		}
	})
	t.Run("health names the release", func(t *testing.T) {
		if r := read(t, "/api/v1/health"); dig(r, "status") != "ok" || dig(r, "release") != "2026-Q3" {
			t.Error(r)
		}
	})
	t.Run("while nothing is published, everything answers 503 and says so", func(t *testing.T) {
		h := handlerOf(&shelf{catalog: library().catalog})
		for _, a := range []string{"/api/v1/health", "/api/v1/release", "/api/v1/data/DE_SHARE", "/api/v1/provinces"} {
			w := send(h, "GET", a)
			if w.Code != 503 || dig(decode(t, w), "code") != "publish.none" || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s: %d %v %s", a, w.Code, w.Header(), w.Body)
			}
		}
		if w := send(h, "GET", "/api/v1/openapi.json"); w.Code != 200 {
			t.Error("the document needs no release:", w.Code)
		}
	})
}

func TestStructures(t *testing.T) {
	t.Run("dataflows are listed with what they hold", func(t *testing.T) {
		flows := read(t, "/api/v1/dataflows")["dataflows"].([]any)
		i := slices.IndexFunc(flows, func(f any) bool { return dig(f, "id") == "DE_SHARE" })
		if i < 0 || dig(flows[i], "kind") != "reported" || dig(flows[i], "series") == "0" || dig(flows[i], "name") != "Tỷ trọng giá trị tăng thêm của kinh tế số trong GDP, GRDP" {
			t.Error(i, flows)
		}
	})
	t.Run("a structure names its dimensions in the order of the key, with the codes that have figures", func(t *testing.T) {
		s := read(t, "/api/v1/dataflows/DE_SHARE?lang=en")
		var ids []any
		for _, d := range s["dimensions"].([]any) {
			ids = append(ids, dig(d, "id"))
		}
		if !slices.Equal(ids, []any{"FREQ", "REF_AREA", "DEFINITION", "COMPONENT"}) || dig(s, "unit", "id") != "PC_GDP" || size(s["vintages"]) < 5 || size(dig(s, "dimensions", 2, "codes")) < 3 {
			t.Error(s)
		}
		if dig(s, "ratio", "denominator") != "GRDP" {
			t.Error(s["ratio"])
		}
	})
	t.Run("as of an earlier day a structure holds less", func(t *testing.T) {
		then, today := read(t, "/api/v1/dataflows/DE_SHARE?asof=2024-12-31"), read(t, "/api/v1/dataflows/DE_SHARE")
		if size(then["vintages"]) >= size(today["vintages"]) || dig(then, "asOf") != "2024-12-31" {
			t.Error(then["vintages"], today["vintages"])
		}
	})
	t.Run("a dataflow that is not there is 404", func(t *testing.T) {
		refusedWith(t, "/api/v1/dataflows/NOPE", 404, "catalog.no-dataflow", "path.dataflow")
	})
	t.Run("codelists are listed, and one is given with parents and further columns", func(t *testing.T) {
		if l := read(t, "/api/v1/codelists"); size(l["codelists"]) < 20 {
			t.Error(l)
		}
		l := read(t, "/api/v1/codelists/CL_SOURCE?lang=en")
		if dig(l, "codes", 0, "id") != "NSO-2023-12" || dig(l, "codes", 0, "notes", "publisher") != "GSO" {
			t.Error(dig(l, "codes", 0))
		}
		refusedWith(t, "/api/v1/codelists/CL_NOPE", 404, "catalog.no-codelist", "path.codelist")
	})
	t.Run("an indicator names its targets and where its figures are", func(t *testing.T) {
		list := read(t, "/api/v1/indicators")["indicators"].([]any)
		i := slices.IndexFunc(list, func(x any) bool { return dig(x, "id") == "DE_GDP" })
		if i < 0 || dig(list[i], "dataflow") != "DE_SHARE" || !slices.Contains(list[i].(map[string]any)["targets"].([]any), any("749-7")) {
			t.Error(list[i])
		}
	})
}

func TestRecords(t *testing.T) {
	t.Run("findings of the release are given, later ones are not", func(t *testing.T) {
		w := ask(t, "/api/v1/findings?lang=en")
		if f := decode(t, w); size(f["findings"]) == 0 || strings.Contains(w.Body.String(), "not out yet") {
			t.Error(f)
		}
	})
	t.Run("a part of the findings leads to the next one", func(t *testing.T) {
		all := read(t, "/api/v1/findings?limit=1000")["findings"].([]any)
		w := ask(t, "/api/v1/findings?limit=2&offset=1")
		f := decode(t, w)
		if size(f["findings"]) != 2 || !reflect.DeepEqual(f["findings"].([]any), all[1:3]) || dig(f, "total") != strconv.Itoa(len(all)) || w.Header().Get("X-Total-Count") != strconv.Itoa(len(all)) ||
			dig(f, "next") != "/api/v1/findings?limit=2&offset=3" || w.Header().Get("Link") != `</api/v1/findings?limit=2&offset=3>; rel="next"` {
			t.Error(f, w.Header())
		}
		last := ask(t, "/api/v1/findings?limit=1&offset="+strconv.Itoa(len(all)-1))
		if size(decode(t, last)["findings"]) != 1 || last.Header().Get("Link") != "" {
			t.Error(last.Header())
		}
		if behind := read(t, "/api/v1/findings?offset=100000"); size(behind["findings"]) != 0 || dig(behind, "total") != strconv.Itoa(len(all)) {
			t.Error(behind)
		}
	})
	t.Run("methods are listed with what they explain and given as Markdown in the language asked for", func(t *testing.T) {
		if m := read(t, "/api/v1/methods"); size(m["methods"]) < 5 {
			t.Error(m)
		}
		vi, en := read(t, "/api/v1/methods/target-status"), read(t, "/api/v1/methods/target-status?lang=en")
		if dig(vi, "language") != "vi" || dig(en, "language") != "en" || vi["text"] == en["text"] || dig(vi, "recipes", 0) != "target-status" {
			t.Error(vi["title"], en["title"])
		}
		refusedWith(t, "/api/v1/methods/nope", 404, "api.no-method", "path.method")
	})
	t.Run("recipes declare inputs and outputs", func(t *testing.T) {
		if r := read(t, "/api/v1/recipes"); size(r["recipes"]) != len(library().recipes) || size(dig(r, "recipes", 0, "outputs")) == 0 {
			t.Error(r)
		}
	})
	t.Run("runs after the release are not public", func(t *testing.T) {
		all := must(library().Runs(t.Context()))
		r := read(t, "/api/v1/runs?limit=1000")
		if n := size(r["runs"]); n == 0 || n >= len(all) {
			t.Errorf("%d of %d", n, len(all))
		}
		later := all[len(all)-1].ID
		refusedWith(t, "/api/v1/runs/"+url.PathEscape(later), 404, "api.no-run", "path.run")
	})
	t.Run("a run shows its diagnostics", func(t *testing.T) {
		r := read(t, "/api/v1/runs/digital-quarterly%231")
		if dig(r, "recipe") != "digital-quarterly" || r["diagnostics"] == nil {
			t.Error(r)
		}
		if one := read(t, "/api/v1/runs?recipe=digital-annual"); dig(one, "total") != "1" {
			t.Error(one)
		}
		refusedWith(t, "/api/v1/runs?recipe=nope", 404, "api.no-recipe", "query.recipe")
	})
}

func TestSearch(t *testing.T) {
	t.Run("diacritics and case do not matter, and the address of a hit answers", func(t *testing.T) {
		for q, id := range map[string]string{"ba ria": "VN63-77", "BẮC NINH": "VN34-24", "hanoi": "VN34-01", "tỷ trọng": "DE_SHARE", "GRDP": "GRDP"} {
			r := read(t, "/api/v1/search?"+url.Values{"q": {q}}.Encode())
			found := false
			for i := range r["hits"].([]any) {
				found = found || dig(r, "hits", i, "id") == id
				if w := ask(t, dig(r, "hits", i, "url").(string)); w.Code != 200 {
					t.Errorf("%s: %d", dig(r, "hits", i, "url"), w.Code)
				}
			}
			if !found {
				t.Errorf("%s: %v", q, r)
			}
		}
	})
	t.Run("kind and limit narrow it; nothing to look for is refused", func(t *testing.T) {
		if r := read(t, "/api/v1/search?q=kinh+te&kind=target&limit=2"); size(r["hits"]) != 2 || dig(r, "hits", 0, "kind") != "target" {
			t.Error(r)
		}
		if r := read(t, "/api/v1/search?q=%2B%2B"); size(r["hits"]) != 0 {
			t.Error(r)
		}
		refusedWith(t, "/api/v1/search", 422, "api.missing-parameter", "query.q")
	})
}
