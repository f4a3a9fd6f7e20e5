package api_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
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
		if i < 0 || dig(flows[i], "kind") != "reported" || dig(flows[i], "series") == "0" || dig(flows[i], "name") != "Tỷ trọng giá trị tăng thêm của kinh tế số trong GDP" {
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

func TestData(t *testing.T) {
	const flow = "/api/v1/data/DE_SHARE?key=A.VN.NSO.TOTAL"
	t.Run("figures come with evidence, status, vintage and source, and keep every digit", func(t *testing.T) {
		d := read(t, flow+"&start=2020&end=2025")
		var values []any
		for i := range d["observations"].([]any) {
			values = append(values, dig(d, "observations", i, "value"))
		}
		if !slices.Equal(values, []any{"12.66", "12.87", "12.83", "12.87", "13.17", "14.02"}) {
			t.Error(values)
		}
		last := dig(d, "observations", 5)
		if dig(last, "evidence") != "S" || dig(last, "source") != "NSO-2026-01" || dig(last, "vintage") != "2026-01-05" || dig(last, "unit") != "PC_GDP" || dig(last, "codes", "DEFINITION") != "NSO" {
			t.Error(last)
		}
		if dig(d, "sources", size(d["sources"])-1, "url") == nil {
			t.Error(d["sources"])
		}
	})
	t.Run("history gives every vintage", func(t *testing.T) {
		newest, all := read(t, flow), read(t, flow+"&history=true")
		if size(all["observations"]) <= size(newest["observations"]) {
			t.Error(size(all["observations"]), size(newest["observations"]))
		}
	})
	t.Run("as of an earlier day, later figures are not there", func(t *testing.T) {
		d := read(t, flow+"&asof=2025-06-30&start=2024")
		if size(d["observations"]) != 1 || dig(d, "observations", 0, "value") != "13.17" {
			t.Error(d)
		}
	})
	t.Run("a figure of the next release is nowhere", func(t *testing.T) {
		for _, a := range []string{flow + "&history=true", "/api/v1/observation?cell=DE_SHARE/A.VN.NSO.TOTAL/2025", "/api/v1/series/DE_SHARE/A.VN.NSO.TOTAL?history=true", flow + "&format=csv&history=true", flow + "&history=true&asof=" + releasedAt.Format("2006-01-02")} {
			if strings.Contains(ask(t, a).Body.String(), "99.99") {
				t.Errorf("%s gives a figure that is not out", a)
			}
		}
	})
	t.Run("pages of a selection follow each other", func(t *testing.T) {
		address, n := "/api/v1/data/GRDP?limit=40", 0
		for address != "" {
			d := read(t, address)
			n += size(d["observations"])
			if dig(d, "total") != "102" && n > 102 {
				t.Fatal(d["total"], n)
			}
			next, _ := dig(d, "next").(string)
			address = next
		}
		if n != 102 {
			t.Error(n)
		}
	})
	t.Run("a plus in a key may be left unescaped, and an empty code stands for any", func(t *testing.T) {
		a, b := read(t, "/api/v1/data/DE_SHARE?key=A.VN.NSO+MIC.TOTAL"), read(t, "/api/v1/data/DE_SHARE?key=A.VN.NSO%2BMIC.TOTAL")
		if dig(a, "total") != dig(b, "total") || dig(a, "total") == dig(read(t, flow), "total") {
			t.Error(a["total"], b["total"])
		}
		if dig(read(t, "/api/v1/data/DE_SHARE?key=..."), "total") != dig(read(t, "/api/v1/data/DE_SHARE"), "total") {
			t.Error("not the whole")
		}
	})
	t.Run("the same as CSV by format or by Accept, with SDMX identifiers for heads", func(t *testing.T) {
		for _, w := range []*httptest.ResponseRecorder{ask(t, flow+"&format=csv"), ask(t, flow, "Accept", "text/csv;q=0.9, application/json;q=0.1")} {
			rows := must(csv.NewReader(w.Body).ReadAll())
			if w.Header().Get("Content-Disposition") != `attachment; filename="DE_SHARE.csv"` || rows[0][0] != "FREQ" || !slices.Contains(rows[0], "OBS_VALUE") || len(rows) != 7 {
				t.Error(w.Header(), rows[0], len(rows))
			}
		}
	})
	t.Run("the same as XLSX, in both languages", func(t *testing.T) {
		w := ask(t, flow+"&format=xlsx")
		book := must(excelize.OpenReader(w.Body))
		defer book.Close()
		if len(book.GetSheetList()) != 3 {
			t.Error(book.GetSheetList())
		}
	})
	t.Run("what cannot be selected is refused and says why", func(t *testing.T) {
		refusedWith(t, "/api/v1/data/NOPE", 404, "catalog.no-dataflow", "path.dataflow")
		refusedWith(t, "/api/v1/data/DE_SHARE?key=A.VN", 422, "catalog.key-shape", "query.key")
		refusedWith(t, "/api/v1/data/DE_SHARE?key=A.VN.NOPE.TOTAL", 422, "api.no-code", "query.key")
		refusedWith(t, "/api/v1/data/DE_SHARE?start=2025&end=2020", 422, "api.end-before-start", "query.end")
		refusedWith(t, "/api/v1/data/DE_SHARE?start=nam", 422, "stat.bad-period", "query.start")
		refusedWith(t, "/api/v1/data/DE_SHARE?asof=31/12/2025", 422, "stat.bad-date", "query.asof")
		refusedWith(t, "/api/v1/data/DE_SHARE?asof=0001-01-01", 422, "api.bad-day", "query.asof")
		refusedWith(t, "/api/v1/data/DE_SHARE?asof=2030-01-01", 422, "api.future-day", "query.asof")
		refusedWith(t, "/api/v1/data/DE_SHARE?limit=0", 422, "api.not-in-range", "query.limit")
		refusedWith(t, "/api/v1/data/DE_SHARE?limit=50001", 422, "api.not-in-range", "query.limit")
		refusedWith(t, "/api/v1/data/DE_SHARE?offset=-1", 422, "api.not-in-range", "query.offset")
		refusedWith(t, "/api/v1/data/DE_SHARE?history=perhaps", 422, "api.not-one-of", "query.history")
		refusedWith(t, "/api/v1/data/DE_SHARE?format=pdf", 422, "api.not-one-of", "query.format")
		refusedWith(t, "/api/v1/data/DE_SHARE?key="+strings.Repeat("A", 2001), 422, "api.long-value", "query.key")
		refusedWith(t, "/api/v1/data/DE_SHARE?nam=2025", 400, "api.unknown-parameter", "query.nam")
		refusedWith(t, "/api/v1/data/DE_SHARE?limit=1&limit=2", 400, "api.repeated-parameter", "query.limit")
		refusedWith(t, "/api/v1/data/DE_SHARE?key=%ff", 400, "api.bad-query", "query.key")
	})
	t.Run("several wrong parameters are named at once", func(t *testing.T) {
		p := decode(t, ask(t, "/api/v1/data/DE_SHARE?limit=x&start=y"))
		if size(p["errors"]) != 2 {
			t.Error(p)
		}
	})
	t.Run("a language that there is not is refused", func(t *testing.T) {
		if w := ask(t, flow+"&lang=fr"); w.Code != 422 || dig(decode(t, w), "code") != "api.not-one-of" {
			t.Error(w.Code, w.Body)
		}
	})
}

func TestSeriesAndCells(t *testing.T) {
	t.Run("a series names itself by its codes", func(t *testing.T) {
		s := read(t, "/api/v1/series/DE_SHARE/A.VN.NSO.TOTAL?lang=en&start=2024")
		if size(s["observations"]) != 2 || dig(s, "codes", 1, "name") != "Viet Nam" {
			t.Error(s)
		}
	})
	t.Run("a series as CSV", func(t *testing.T) {
		if w := ask(t, "/api/v1/series/DE_SHARE/A.VN.NSO.TOTAL?format=csv"); w.Code != 200 {
			t.Error(w.Code)
		}
	})
	t.Run("a key that is not one, or has no figures, is 404", func(t *testing.T) {
		refusedWith(t, "/api/v1/series/DE_SHARE/A.VN.NSO", 404, "catalog.key-shape", "path.key")
		refusedWith(t, "/api/v1/series/DE_SHARE/A.VN.NSO.NOPE", 404, "catalog.unknown-code", "path.key")
		refusedWith(t, "/api/v1/series/DE_SHARE/M.VN.NSO.TOTAL", 404, "api.no-series", "path.key")
		refusedWith(t, "/api/v1/series/NOPE/A", 404, "catalog.no-dataflow", "path.dataflow")
	})
	t.Run("a cell comes with every vintage", func(t *testing.T) {
		o := read(t, "/api/v1/observation?cell=DE_SHARE/A.VN.NSO.TOTAL/2023")
		h := o["history"].([]any)
		if len(h) < 2 || dig(o, "observation", "value") != dig(h[len(h)-1], "value") || dig(o, "periodName") != "2023" {
			t.Error(o)
		}
		if w := ask(t, dig(o, "explain").(string)); w.Code != 200 {
			t.Error("its explanation:", w.Code)
		}
	})
	t.Run("a cell whose period holds a slash can be asked for", func(t *testing.T) {
		all := read(t, "/api/v1/data/DE_SHARE?key=N...")
		p, _ := dig(all, "observations", 0, "period").(string)
		if !strings.Contains(p, "/") {
			t.Fatal("no such period in the reference data", p)
		}
		key := dig(all, "observations", 0, "key").(string)
		if o := read(t, "/api/v1/observation?"+url.Values{"cell": {"DE_SHARE/" + key + "/" + p}}.Encode()); dig(o, "observation", "period") != p {
			t.Error(o)
		}
	})
	t.Run("a cell that is not one or has no figure is refused", func(t *testing.T) {
		refusedWith(t, "/api/v1/observation", 422, "api.missing-parameter", "query.cell")
		refusedWith(t, "/api/v1/observation?cell=DE_SHARE", 422, "api.bad-cell", "query.cell")
		refusedWith(t, "/api/v1/observation?cell=DE_SHARE/A.VN.NSO.TOTAL/nay", 422, "stat.bad-period", "query.cell")
		refusedWith(t, "/api/v1/observation?cell=NOPE/A/2025", 404, "catalog.no-dataflow", "query.cell")
		refusedWith(t, "/api/v1/observation?cell=DE_SHARE/A.VN.NSO.TOTAL/1999", 404, "cube.no-cell", "query.cell")
	})
}

func TestExplain(t *testing.T) {
	t.Run("a derived figure is followed through its recipe down to the documents", func(t *testing.T) {
		e := read(t, "/api/v1/explain?cell=DE_VA/A.VN.NSO.TOTAL.PUB/2024&lang=en")
		if dig(e, "tree", "run", "recipe") != "digital-annual" || size(dig(e, "tree", "from")) < 2 || size(e["documents"]) < 1 || dig(e, "tree", "from", 0, "observations", 0, "value") != "13.17" {
			t.Error(e)
		}
	})
	t.Run("a reported figure is its own explanation", func(t *testing.T) {
		e := read(t, "/api/v1/explain?cell=DE_SHARE/A.VN.NSO.TOTAL/2025")
		if dig(e, "documents", 0, "id") != "NSO-2026-01" || dig(e, "tree", "run") != nil {
			t.Error(e)
		}
	})
	t.Run("a figure that the release does not show is not explained", func(t *testing.T) {
		refusedWith(t, "/api/v1/explain?cell=DE_SHARE/A.VN.NSO.TOTAL/2027", 404, "cube.no-cell", "query.cell")
	})
	t.Run("a store that fails gives 503 or 500 and keeps its details", func(t *testing.T) {
		s := *library()
		s.freeze()
		s.broken = errors.New("disk on fire")
		w := send(handlerOf(&s), "GET", "/api/v1/explain?cell=DE_VA/A.VN.NSO.TOTAL.PUB/2024")
		if w.Code != 500 || strings.Contains(w.Body.String(), "fire") || dig(decode(t, w), "code") != "api.broken" {
			t.Error(w.Code, w.Body)
		}
		s.broken = fault.New("store.unreachable", "database", "/srv/nhipso.db")
		if w := send(handlerOf(&s), "GET", "/api/v1/runs"); w.Code != 503 || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "/srv") {
			t.Error(w.Code, w.Header(), w.Body)
		}
	})
}

func TestTargets(t *testing.T) {
	t.Run("a target comes with its class, the reason, the figure and the gap", func(t *testing.T) {
		list := read(t, "/api/v1/targets?target=749-7&year=2025&lang=en")
		x := dig(list, "targets", 0)
		if size(list["targets"]) != 1 || dig(x, "class", "id") != "MISSED" || dig(x, "reason", "id") != "missed-in-year" || dig(x, "value") != "20" || !strings.HasPrefix(dig(x, "actual", "value").(string), "14.02") {
			t.Error(list)
		}
		if dig(x, "reason", "name") == dig(read(t, "/api/v1/targets?target=749-7&year=2025"), "targets", 0, "reason", "name") {
			t.Error("the reason is the same in both languages")
		}
		if dig(x, "closed") != true || dig(x, "due") != "2025-12-31" || dig(x, "probability") != nil || dig(x, "forecast") != nil {
			t.Errorf("a target that is over is forecast: %v", x)
		}
		if dig(x, "actual", "evidence") != "S" || dig(x, "actual", "period") != "2025" || dig(x, "measure", "definition", "id") != "NSO" {
			t.Errorf("the figure judged has lost its own evidence, period or measure: %v", x)
		}
	})
	t.Run("a gap says on which side it lies, for shares and ranks alike", func(t *testing.T) {
		seen := map[any]int{}
		for _, x := range dig(read(t, "/api/v1/targets?lang=en"), "targets").([]any) {
			side := dig(x, "gapSide", "id")
			if (dig(x, "gap") == nil) != (side == nil) {
				t.Errorf("a gap without a side or a side without a gap: %v", x)
			}
			class := dig(x, "class", "id")
			if side == "short" && (class == "MET" || class == "ACHIEVED") || (side == "exceeded" || side == "equal" && dig(x, "comparator") != ">") && (class == "MISSED" || class == "FOCUS" || class == "LIKELY") {
				t.Errorf("%v: class %v and gap %v: %v", dig(x, "id"), class, dig(x, "gap"), dig(x, "gapSide"))
			}
			if side != nil {
				seen[side]++
				if says := dig(x, "gapSide", "name").(string); !strings.Contains(says, map[any]string{"short": "short", "exceeded": "exceeded by", "equal": "exactly"}[side]) {
					t.Error(says)
				}
			}
		}
		if len(seen) < 2 {
			t.Errorf("only %v", seen)
		}
	})
	t.Run("a target ahead comes with forecast and probability, which is never 0", func(t *testing.T) {
		list := read(t, "/api/v1/targets?target=749-7&year=2030&lang=en")
		x := dig(list, "targets", 0)
		if dig(x, "forecast", "value") == nil || dig(x, "probability") == nil || dig(x, "probabilityText") != "under 1\u00a0%" || dig(x, "closed") != false {
			t.Error(list)
		}
	})
	t.Run("a plan is judged by its own measure, with the other beside it", func(t *testing.T) {
		x := dig(read(t, "/api/v1/targets?target=MIC-1&year=2023"), "targets", 0)
		if dig(x, "class", "id") != "MET" || dig(x, "actual", "definition", "id") != "MIC" || dig(x, "beside", 0, "definition", "id") != "NSO" {
			t.Error(x)
		}
	})
	t.Run("a target with conditions shows each", func(t *testing.T) {
		x := dig(read(t, "/api/v1/targets?target=942-E&year=2025"), "targets", 0)
		if size(dig(x, "conditions")) != 3 || dig(x, "conditions", 0, "class", "id") != "NO_FIGURE" || dig(x, "class", "id") != "NO_FIGURE" {
			t.Error(x)
		}
	})
	t.Run("the official count of the 62 stands beside ours", func(t *testing.T) {
		r := dig(read(t, "/api/v1/targets"), "review")
		if dig(r, "total") != "62" || dig(r, "achieved") != "18" || dig(r, "likely") != "27" || dig(r, "focus") != "17" || dig(r, "why") == "" {
			t.Error(r)
		}
	})
	t.Run("filters narrow the list and refuse codes that are not there", func(t *testing.T) {
		all := size(read(t, "/api/v1/targets")["targets"])
		for _, f := range []string{"class=FOCUS", "instrument=QD749", "indicator=DE_GDP", "area=VN", "year=2030"} {
			if n := size(read(t, "/api/v1/targets?"+f)["targets"]); n == 0 || n >= all {
				t.Errorf("%s: %d of %d", f, n, all)
			}
		}
		refusedWith(t, "/api/v1/targets?class=GREEN", 422, "api.no-code", "query.class")
		refusedWith(t, "/api/v1/targets?year=0", 422, "api.not-in-range", "query.year")
	})
	t.Run("an override stands beside the class with name and reason; one set after the release waits", func(t *testing.T) {
		shown := 0
		for _, x := range read(t, "/api/v1/targets")["targets"].([]any) {
			if o := dig(x, "override"); o != nil {
				shown++
				if dig(o, "by") != "Nguyễn Lan" || dig(o, "reason") != "Chưa có nguồn lực được bố trí" || dig(o, "class", "id") != "FOCUS" || dig(x, "id") != "749-7" || dig(x, "period") != "2030" {
					t.Error(x)
				}
			}
		}
		if shown != 1 {
			t.Errorf("%d overrides are shown", shown)
		}
	})
}

func TestProvinces(t *testing.T) {
	t.Run("the list follows the date", func(t *testing.T) {
		for date, n := range map[string]int{"2025-06-30": 63, "2025-07-01": 34} {
			if p := read(t, "/api/v1/provinces?date="+date); size(p["provinces"]) != n {
				t.Errorf("%s: %d", date, size(p["provinces"]))
			}
		}
		if p := read(t, "/api/v1/provinces"); dig(p, "date") != "2026-11-20" || size(p["provinces"]) != 34 {
			t.Error(p["date"])
		}
		if p := read(t, "/api/v1/provinces?asof=2024-01-01"); size(p["provinces"]) != 63 {
			t.Error(p["date"])
		}
	})
	t.Run("one code means two provinces", func(t *testing.T) {
		if then, today := read(t, "/api/v1/provinces/24?date=2024-01-01"), read(t, "/api/v1/provinces/24?date=2026-01-01"); dig(then, "name") != "Bắc Giang" || dig(today, "name") != "Bắc Ninh" {
			t.Error(then, today)
		}
	})
	t.Run("an old province names what it went into, a new one what it was made of", func(t *testing.T) {
		if p := read(t, "/api/v1/provinces/VN63-24"); dig(p, "successor", "id") != "VN34-24" || dig(p, "date") != "2025-06-30" {
			t.Error(p)
		}
		if p := read(t, "/api/v1/provinces/VN34-24"); size(p["predecessors"]) != 2 {
			t.Error(p)
		}
	})
	t.Run("a province is found by name, whatever the diacritics", func(t *testing.T) {
		if p := read(t, "/api/v1/provinces/bac%20ninh?date=2026-01-01"); dig(p, "id") != "VN34-24" {
			t.Error(p)
		}
	})
	t.Run("what names no province is refused", func(t *testing.T) {
		refusedWith(t, "/api/v1/provinces/24", 422, "territory.no-date", "query.date")
		refusedWith(t, "/api/v1/provinces/99?date=2026-01-01", 404, "territory.no-code", "path.province")
		refusedWith(t, "/api/v1/provinces/VN34-99", 404, "territory.no-area", "path.province")
		refusedWith(t, "/api/v1/provinces/VN", 404, "territory.no-area", "path.province")
		refusedWith(t, "/api/v1/provinces/xyz", 404, "territory.no-name", "path.province")
		refusedWith(t, "/api/v1/provinces/VN34-24?date=2020-01-01", 404, "api.not-then", "query.date")
		refusedWith(t, "/api/v1/provinces?date=0900-01-01", 422, "api.bad-day", "query.date")
	})
}

func TestRestate(t *testing.T) {
	const grdp = "/api/v1/restate/GRDP?key=A.&period=2025&from=34"
	t.Run("sums up to regions and the nation are exact and add up", func(t *testing.T) {
		total := func(to string) stat.Decimal {
			r := read(t, grdp+"&to="+to)
			if dig(r, "exact") != true || dig(r, "rule") != "additive" || dig(r, "evidence") == nil {
				t.Error(r)
			}
			var sum stat.Decimal
			for i := range r["areas"].([]any) {
				sum = sum.Add(stat.MustDecimal(dig(r, "areas", i, "value").(string)))
			}
			return sum
		}
		if a, b := total("25"), total("VN"); a.Cmp(b) != 0 || a.Sign() == 0 {
			t.Error(a, b)
		}
	})
	t.Run("back to 63 provinces takes weights; without, only provinces that did not merge have a figure", func(t *testing.T) {
		r := read(t, grdp+"&to=63")
		have := 0
		for i := range r["areas"].([]any) {
			if dig(r, "areas", i, "value") != nil {
				have++
			}
		}
		if have != 11 || size(r["areas"]) != 63 {
			t.Errorf("%d of %d have figures", have, size(r["areas"]))
		}
		r = read(t, grdp+"&to=63&weights=VN63-24:2,VN63-27:3&lang=en")
		var parts []string
		for i := range r["areas"].([]any) {
			if id := dig(r, "areas", i, "id"); id == "VN63-24" || id == "VN63-27" {
				parts = append(parts, dig(r, "areas", i, "value").(string))
				if dig(r, "areas", i, "exact") != false {
					t.Error("a split passes for exact")
				}
			}
		}
		whole := ""
		for _, o := range read(t, "/api/v1/data/GRDP?key=A.VN34-24&start=2025")["observations"].([]any) {
			whole = dig(o, "value").(string)
		}
		if len(parts) != 2 || stat.MustDecimal(parts[0]).Add(stat.MustDecimal(parts[1])).Cmp(stat.MustDecimal(whole)) != 0 || dig(r, "exact") != false {
			t.Error(parts, whole)
		}
	})
	t.Run("a ratio goes through its denominator", func(t *testing.T) {
		r := read(t, "/api/v1/restate/DE_SHARE?key=A..NSO.TOTAL&period=2025&from=34&to=34")
		if dig(r, "rule") != "ratio" || dig(r, "denominator") != "GRDP/A." {
			t.Error(r)
		}
		for i := range r["areas"].([]any) {
			if dig(r, "areas", i, "id") == "VN34-24" {
				if v := stat.MustDecimal(dig(r, "areas", i, "value").(string)); v.Cmp(stat.MustDecimal("46.3")) != 0 {
					t.Error("restated onto its own set, a ratio stays what it is:", v)
				}
			}
		}
	})
	t.Run("DTI scores of the 63 are averaged, as the publisher declares, and only its own version is exact", func(t *testing.T) {
		r := read(t, "/api/v1/restate/DTI?key=A..PROV.DTI2021.TOTAL.SCORE&period=2022&from=63&to=34")
		if dig(r, "rule") != "average" || dig(r, "exact") != false || dig(r, "areas", 0, "value") == nil || dig(r, "areas", 0, "exact") != false {
			t.Error(r)
		}
	})
	t.Run("what cannot be restated is refused", func(t *testing.T) {
		refusedWith(t, "/api/v1/restate/NOPE?key=A.&period=2025&from=34&to=25", 404, "catalog.no-dataflow", "path.dataflow")
		refusedWith(t, "/api/v1/restate/GRDP?period=2025&from=34&to=25", 422, "api.missing-parameter", "query.key")
		refusedWith(t, "/api/v1/restate/GRDP?key=A.VN34-24&period=2025&from=34&to=25", 422, "api.key-by-area", "query.key")
		refusedWith(t, "/api/v1/restate/GRDP?key=A.&period=1999&from=34&to=25", 404, "api.no-figures", "query.key")
		refusedWith(t, "/api/v1/restate/TASKS?key=A..&period=2025&from=34&to=25", 422, "api.no-areas", "query.key")
		refusedWith(t, "/api/v1/restate/DTI?key=A..PROV.DTI2021.TOTAL.RANK&period=2022&from=63&to=34", 422, "api.no-restatement", "query.key")
		refusedWith(t, "/api/v1/restate/GRDP?key=A.&period=2025&from=34&to=99", 422, "api.not-one-of", "query.to")
		refusedWith(t, grdp+"&to=63&weights=VN63-24", 422, "api.bad-weights", "query.weights")
		refusedWith(t, grdp+"&to=25&denominator=GRDP/A.", 422, "api.no-denominator-here", "query.denominator")
		refusedWith(t, "/api/v1/restate/DE_SHARE?key=A..NSO.TOTAL&period=2025&from=34&to=25&denominator=GRDP", 422, "api.bad-denominator", "query.denominator")
		refusedWith(t, grdp+"&to=63&weights=VN63-24:-1,VN63-27:1", 422, "territory.bad-weight", "query.to")
	})
}

func TestRecords(t *testing.T) {
	t.Run("findings of the release are given, later ones are not", func(t *testing.T) {
		w := ask(t, "/api/v1/findings?lang=en")
		if f := decode(t, w); size(f["findings"]) == 0 || strings.Contains(w.Body.String(), "not out yet") {
			t.Error(f)
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

func TestProtocol(t *testing.T) {
	const address = "/api/v1/data/DE_SHARE"
	t.Run("an entity tag or a date that is still good gives 304", func(t *testing.T) {
		w := ask(t, address)
		tag, day := w.Header().Get("ETag"), w.Header().Get("Last-Modified")
		if tag == "" || day != "Tue, 03 Nov 2026 01:00:00 GMT" {
			t.Fatal(tag, day)
		}
		if w := ask(t, address, "If-None-Match", tag); w.Code != 304 || w.Header().Get("ETag") != tag {
			t.Error(w.Code)
		}
		if w := ask(t, address, "If-Modified-Since", day); w.Code != 304 {
			t.Error(w.Code)
		}
		if w := ask(t, address, "If-Modified-Since", "Mon, 02 Nov 2026 01:00:00 GMT"); w.Code != 200 {
			t.Error(w.Code)
		}
		if w := ask(t, address, "If-None-Match", `"other"`, "If-Modified-Since", day); w.Code != 200 {
			t.Error("the entity tag decides:", w.Code)
		}
		if w := ask(t, "/api/v1/data/NOPE", "If-Modified-Since", day); w.Code != 404 {
			t.Error("a problem is never 304:", w.Code)
		}
	})
	t.Run("languages and formats have their own entity tags", func(t *testing.T) {
		seen := map[string]string{}
		for _, a := range []string{address, address + "?lang=en", address + "?format=csv", address + "?format=csv&lang=en"} {
			tag := ask(t, a).Header().Get("ETag")
			if other := seen[tag]; other != "" {
				t.Errorf("%s and %s share a tag", a, other)
			}
			seen[tag] = a
		}
		if a, b := ask(t, address).Body.String(), ask(t, address, "Accept-Language", "en").Body.String(); a == b {
			t.Error("memory gives one language for the other")
		}
		if a := ask(t, address, "Accept", "text/csv"); !strings.HasPrefix(a.Header().Get("Content-Type"), "text/csv") {
			t.Error("memory gives one format for the other")
		}
	})
	t.Run("answers are compressed when asked", func(t *testing.T) {
		w := send(handler(), "GET", address, "Accept-Encoding", "gzip")
		if w.Header().Get("Content-Encoding") != "gzip" {
			t.Fatal(w.Header())
		}
		plain := must(io.ReadAll(must(gzip.NewReader(w.Body))))
		if !bytes.Equal(plain, ask(t, address).Body.Bytes()) {
			t.Error("not the same")
		}
	})
	t.Run("HEAD has the headers and no body", func(t *testing.T) {
		w := send(handler(), http.MethodHead, address)
		if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("ETag") == "" {
			t.Error(w.Code, w.Body.Len())
		}
	})
	t.Run("OPTIONS answers a browser's question", func(t *testing.T) {
		w := send(handler(), http.MethodOptions, address, "Origin", "https://example.org", "Access-Control-Request-Method", "GET")
		if w.Code != 204 || w.Header().Get("Access-Control-Allow-Methods") != "GET, HEAD, OPTIONS" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Error(w.Code, w.Header())
		}
	})
	t.Run("other methods are 405, with what is allowed", func(t *testing.T) {
		for _, m := range []string{"POST", "PUT", "DELETE", "PATCH", "BREW"} {
			w := send(handler(), m, address)
			if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" || dig(decode(t, w), "code") != "api.bad-method" {
				t.Error(m, w.Code, w.Header())
			}
		}
	})
	t.Run("a format that there is not is 406", func(t *testing.T) {
		for a, accept := range map[string]string{address: "application/pdf", "/api/v1/release": "text/csv", "/api/v1/provinces": "application/json;q=0"} {
			if w := ask(t, a, "Accept", accept); w.Code != 406 || dig(decode(t, w), "code") != "api.not-acceptable" {
				t.Error(a, w.Code, w.Body)
			}
		}
		for _, accept := range []string{"*/*", "application/*", "text/html,application/xhtml+xml,*/*;q=0.8", ""} {
			if w := ask(t, address, "Accept", accept); w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%q: %d %s", accept, w.Code, w.Header().Get("Content-Type"))
			}
		}
	})
	t.Run("addresses that lead nowhere are 404, too long ones 414", func(t *testing.T) {
		for _, a := range []string{"/api/v1", "/api/v1/nope", "/api/v2/release", "/api/v1//release", "/api/v1/data/../release"} {
			if w := ask(t, a); w.Code != 404 || dig(decode(t, w), "code") != "api.no-path" {
				t.Error(a, w.Code, w.Body)
			}
		}
		if w := ask(t, address+"?key="+strings.Repeat("A", 5000)); w.Code != 414 {
			t.Error(w.Code)
		}
	})
	t.Run("a slash at the end changes nothing", func(t *testing.T) {
		if a, b := ask(t, "/api/v1/release/"), ask(t, "/api/v1/release"); a.Body.String() != b.Body.String() {
			t.Error(a.Code)
		}
		if w := ask(t, "/api/v1/codelists/%2F"); w.Code != 404 {
			t.Error("an escaped slash is a character of a parameter:", w.Code)
		}
	})
}
