package api_test

import (
	"encoding/csv"
	"errors"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/fault"
)

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
}

func TestDataInOtherFormats(t *testing.T) {
	const flow = "/api/v1/data/DE_SHARE?key=A.VN.NSO.TOTAL"
	t.Run("the same as CSV by format or by Accept, with SDMX identifiers for heads", func(t *testing.T) {
		for _, w := range []*httptest.ResponseRecorder{ask(t, flow+"&format=csv"), ask(t, flow, "Accept", "text/csv;q=0.9, application/json;q=0.1")} {
			rows := must(csv.NewReader(w.Body).ReadAll())
			if w.Header().Get("Content-Disposition") != `attachment; filename="DE_SHARE.csv"` || rows[0][0] != "DATAFLOW" || rows[0][1] != "FREQ" || !slices.Contains(rows[0], "OBS_VALUE") || len(rows) != 7 {
				t.Error(w.Header(), rows[0], len(rows))
			}
		}
	})
	t.Run("the same as XLSX, in both languages", func(t *testing.T) {
		w := ask(t, flow+"&format=xlsx")
		book := must(excelize.OpenReader(w.Body))
		defer book.Close()
		if len(book.GetSheetList()) != 5 {
			t.Error(book.GetSheetList())
		}
		if made := must(book.GetDocProps()); made.Creator != "Nhịp Số" || made.Created == "" {
			t.Errorf("made by %q at %q", made.Creator, made.Created)
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
		refusedWith(t, "/api/v1/observation?cell=DE_SHARE", 422, "cube.bad-cell", "query.cell")
		refusedWith(t, "/api/v1/observation?cell=DE_SHARE/A.VN.NSO.TOTAL/nay", 422, "cube.bad-cell", "query.cell")
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

// A span holds the periods that lie wholly inside it: a year that only begins in it, or only ends in it, is outside.
func TestASpanHoldsWholePeriods(t *testing.T) {
	for span, want := range map[string]string{
		"start=2022&end=2024":          "2022 2023 2024",
		"start=2022-Q2&end=2024":       "2023 2024",
		"start=2022&end=2024-Q3":       "2022 2023",
		"start=2022&end=2024-M12":      "2022 2023 2024",
		"start=2022-M01&end=2023-S2":   "2022 2023",
		"start=2024&end=2024":          "2024",
		"start=2024-Q2&end=2024-Q3":    "",
		"start=2023-12-31&end=2024-Q4": "2024",
	} {
		for _, address := range []string{"/api/v1/data/DE_SHARE?key=A.VN.NSO.TOTAL&", "/api/v1/data/DE_SHARE?history=true&key=A.VN.NSO.TOTAL&"} {
			list, _ := read(t, address+span)["observations"].([]any)
			var got []string
			for i := range list {
				if p, _ := dig(list, i, "period").(string); !slices.Contains(got, p) {
					got = append(got, p)
				}
			}
			if said := strings.Join(got, " "); said != want {
				t.Errorf("%s%s gives %q, want %q", address, span, said, want)
			}
		}
	}
}

// A series and a figure are called by the API as their page calls them.
func TestSeriesHaveTheTitleOfTheirPage(t *testing.T) {
	for address, want := range map[string]string{
		"/api/v1/series/DE_SHARE/A.VN.NSO.TOTAL":                        "Tỷ trọng kinh tế số trong GDP của Việt Nam, theo cơ quan thống kê",
		"/api/v1/observation?cell=DE_SHARE/A.VN.NSO.TOTAL/2025&lang=en": "Share of the digital economy in Viet Nam’s GDP, by the statistics office",
	} {
		if got := read(t, address)["title"]; got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func TestTermsAreListedAndGivenOneByOne(t *testing.T) {
	for lang, want := range map[string][2]string{"vi": {"lần công bố", "ngày mà nguồn công bố"}, "en": {"vintage", "the day on which a source"}} {
		list, _ := read(t, "/api/v1/terms?lang="+lang)["terms"].([]any)
		if len(list) < 50 {
			t.Fatalf("%s: %d terms", lang, len(list))
		}
		one := read(t, "/api/v1/terms/lan-cong-bo?lang="+lang)
		if one["name"] != want[0] || !strings.HasPrefix(one["means"].(string), want[1]) {
			t.Errorf("%s: %v", lang, one)
		}
		found := false
		for _, x := range list {
			found = found || x.(map[string]any)["id"] == one["id"] && x.(map[string]any)["means"] == one["means"]
		}
		if !found {
			t.Errorf("%s: the list has it otherwise", lang)
		}
	}
	refusedWith(t, "/api/v1/terms/khong-co", 404, "api.no-term", "path.term")
}
