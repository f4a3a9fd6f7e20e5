package portal

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/scenario"
	"nhipso/internal/web/shell"
)

// drawer keeps scenarios in memory.
type drawer struct{ list []scenario.Saved }

func (d *drawer) AppendScenario(_ context.Context, s scenario.Saved) error {
	d.list = append(d.list, s)
	return nil
}

func (d *drawer) ScenarioByID(_ context.Context, id string) (scenario.Saved, error) {
	for _, s := range d.list {
		if s.ID == id {
			return s, nil
		}
	}
	return scenario.Saved{}, fault.New("scenario.not-found")
}

func newScenarioSite(t testing.TB) (*shell.Site, *drawer) {
	t.Helper()
	made := []string{"RUN", "digital-quarterly#1", "RECIPE", "digital-quarterly@1", "EVIDENCE", "I"}
	more := []row{
		{"DE_SHARE_EST", "A.VN.NSO.CORE", "2025", "8.42", "2026-11-20", "A", made}, {"DE_SHARE_EST", "A.VN.NSO.DIGITALISED", "2025", "5.6", "2026-11-20", "A", made}}
	for _, q := range []string{"2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"} { // made up: taxes are a tenth of GDP
		more = append(more, row{"NA_QUARTERLY_EST", "Q.VN.B1GQ.V", q, "3000000", "2026-11-20", "E", made}, row{"NA_QUARTERLY_EST", "Q.VN.TAX.V", q, "300000", "2026-11-20", "E", made})
	}
	s, reg := newShelf(t, more...)
	d := &drawer{}
	return shell.New(shell.Config{Library: s, BaseURL: "https://nhipso.test", Rate: 1e6, Burst: 1e6, Now: func() time.Time { return time.Date(2026, 11, 22, 2, 30, 0, 0, time.UTC) }}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords(), Methods: methodFiles, Scenarios: d})), d
}

// post sends a form.
func post(s http.Handler, address string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

var labels = map[string]string{"vi": "Kịch bản, không phải dự báo chính thức", "en": "A scenario, not an official forecast"}

func TestAScenarioIsWorkedOutOnThePage(t *testing.T) {
	s, _ := newScenarioSite(t)
	for lang, label := range labels {
		t.Run("in "+lang, func(t *testing.T) {
			w := get(s, "/kich-ban?lang="+lang+"&gdp=10&gia-gdp=3&gia-so=3&tang-dien-tu=15&tang-con-lai=12")
			body := w.Body.String()
			// 14.02 → 30 in five years beside GDP growing 10 %: 1.10 · (30/14.02)^(1/5) − 1 = 28.08 %, wherever it stands.
			for _, want := range []string{label, "2025", "2030", map[string]string{"vi": "28,08", "en": "28.08"}[lang], map[string]string{"vi": "14,02", "en": "14.02"}[lang], "<svg", `name="nam-goc"`} {
				if !strings.Contains(body, want) {
					t.Errorf("the page does not say %q", want)
				}
			}
			if w.Code != 200 || len(markup(t, body)) > 0 {
				t.Errorf("%d %v", w.Code, markup(t, body))
			}
			for _, x := range regexp.MustCompile(`(?:<b>|<strong>|<span class="n">)([0-9]+[.,][0-9]+)(?:</b>|</strong>|</span>)`).FindAllStringSubmatch(body, -1) {
				if _, decimals, _ := strings.Cut(strings.ReplaceAll(x[1], ".", ","), ","); len(decimals) != scenarioDigits {
					t.Errorf("%s has other decimals than the rest of the page", x[1])
				}
			}
		})
	}
	t.Run("a coefficient of digitalisation moves the share, and the page says how", func(t *testing.T) {
		w := get(s, "/kich-ban?lang=en&he-so=20")
		// In 2025 the core is 8.42 and the digitalised part 5.60 per cent of GDP.
		for _, want := range []string{`name="he-so" value="20"`, "digitalised part, 5.60\u00a0% of GDP", "core 8.42\u00a0%", "taxes on products 10.00\u00a0%", "the coefficient, ", "our reading", "Coefficient of digitalisation that meets the target, 2030"} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		if w.Code != 200 || len(markup(t, w.Body.String())) > 0 {
			t.Errorf("%d %v", w.Code, markup(t, w.Body.String()))
		}
		if strings.Contains(get(s, "/kich-ban?lang=en").Body.String(), "the coefficient, ") {
			t.Error("a coefficient nobody set is explained")
		}
	})
}

func TestAScenarioStoresAndKeepsNothing(t *testing.T) {
	s, d := newScenarioSite(t)
	t.Run("its files say that it is a scenario and hold the path", func(t *testing.T) {
		for _, format := range []string{"csv", "json", "xlsx", "svg", "png", "option"} {
			w := get(s, "/kich-ban."+format+"?muc-tieu=25")
			if w.Code != 200 || w.Body.Len() == 0 {
				t.Errorf("%s: %d", format, w.Code)
			}
			if format != "xlsx" && format != "png" && format != "option" && !strings.Contains(w.Body.String(), "không phải dự báo chính thức") {
				t.Errorf("%s does not say what it is", format)
			}
			if format == "json" {
				var table map[string]any
				if err := json.Unmarshal(w.Body.Bytes(), &table); err != nil {
					t.Error(err)
				}
			}
		}
	})
	t.Run("a decimal comma is understood", func(t *testing.T) {
		if a, b := get(s, "/kich-ban.csv?gdp=8,5").Body.String(), get(s, "/kich-ban.csv?gdp=8.5").Body.String(); strings.ReplaceAll(a, "8%2C5", "8.5") != b {
			t.Error("8,5 is not 8.5")
		}
	})
	t.Run("looking stores nothing", func(t *testing.T) {
		if len(d.list) != 0 {
			t.Error("a visit was stored")
		}
	})
	t.Run("changed assumptions stay out of the memory of pages and of search engines", func(t *testing.T) {
		before := s.Kept()
		get(s, "/kich-ban?gdp=7")
		if s.Kept() != before {
			t.Error("kept")
		}
		get(s, "/kich-ban?lang=en")
		get(s, "/kich-ban?lang=en")
		if s.Kept().Hits == before.Hits {
			t.Error("the page itself is not kept")
		}
		if !strings.Contains(get(s, "/kich-ban?gdp=7").Body.String(), `content="noindex"`) || strings.Contains(get(s, "/kich-ban").Body.String(), `content="noindex"`) {
			t.Error("noindex")
		}
	})
}

func TestBadAssumptionsAreNamedBesideTheirFields(t *testing.T) {
	s, _ := newScenarioSite(t)
	for query, want := range map[string]map[string]string{
		"gdp=mười":                       {"vi": "“mười” không phải là một số", "en": "“mười” is not a number"},
		"ty-trong=140":                   {"vi": "từ 0,1 đến 99", "en": "between 0.1 and 99"},
		"nam-dich=2020":                  {"vi": "Năm mục tiêu phải sau năm 2025", "en": "must come after 2025"},
		"he-so=20&dien-tu=70":            {"vi": "Điện tử là một phần của lõi", "en": "Electronics are part of the core"},
		"he-so=20&nam-goc=2015":          {"vi": "năm 2015 chưa có phần lõi", "en": "for 2015 the core or the taxes"},
		"nam-goc=0":                      {"vi": "Năm gốc", "en": "start year"},
		"dang=zigzag":                    {"vi": "Dạng lộ trình không có trong danh sách", "en": "shape of the path is not in the list"},
		"gdp=%3Cscript%3Ealert%281%29":   {"vi": "&lt;script&gt;", "en": "&lt;script&gt;"},
		"gdp=NaN":                        {"vi": "không phải là một số", "en": "is not a number"},
		"gdp=" + strings.Repeat("9", 99): {"vi": "không phải là một số", "en": "is not a number"},
	} {
		for lang, text := range want {
			w := get(s, "/kich-ban?"+query+"&lang="+lang)
			if w.Code != 400 || !strings.Contains(w.Body.String(), text) || !strings.Contains(w.Body.String(), labels[lang]) {
				t.Errorf("%s %s: %d, without %q", lang, query, w.Code, text)
			}
			if p := markup(t, w.Body.String()); len(p) > 0 {
				t.Error(p)
			}
			if strings.Contains(w.Body.String(), "<script>alert") {
				t.Error("what was typed is not escaped")
			}
		}
	}
	if w := get(s, "/kich-ban.csv?gdp=x"); w.Code != 400 {
		t.Errorf("a file of bad assumptions: %d", w.Code)
	}
}

func TestANamedScenarioIsKeptUnderAnAddressOfItsOwn(t *testing.T) {
	s, d := newScenarioSite(t)
	form := url.Values{"ten": {"Tăng tốc <b>2026</b>"}, "nguoi": {"Vụ Kinh tế số"}, "gdp": {"9,5"}, "muc-tieu": {"25"}}
	w := post(s, "/kich-ban?lang=en", form, "Sec-Fetch-Site", "same-origin")
	where := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || len(d.list) != 1 || !strings.HasPrefix(where, "/kich-ban/") || !strings.HasSuffix(where, "?lang=en") {
		t.Fatalf("%d to %q, %d kept", w.Code, where, len(d.list))
	}
	kept := d.list[0]
	if !scenario.IsID(kept.ID) || kept.GDPReal != 9.5 || kept.TargetShare != 25 || kept.StartShare != 14.02 || kept.Release == "" || kept.At.IsZero() {
		t.Errorf("%+v", kept)
	}
	t.Run("the address shows who, when and what, in both languages, and is not indexed", func(t *testing.T) {
		for lang, label := range labels {
			w := get(s, "/kich-ban/"+kept.ID+"?lang="+lang)
			body := w.Body.String()
			for _, want := range []string{label, "Tăng tốc &lt;b&gt;2026&lt;/b&gt;", "Vụ Kinh tế số", "09:30", "noindex", "<svg"} {
				if !strings.Contains(body, want) {
					t.Errorf("%s does not say %q", lang, want)
				}
			}
			if w.Code != 200 || strings.Contains(body, `id="luu"`) || len(markup(t, body)) > 0 {
				t.Errorf("%d %v", w.Code, markup(t, body))
			}
		}
		for _, format := range []string{"csv", "svg"} {
			if w := get(s, "/kich-ban/"+kept.ID+"."+format); w.Code != 200 {
				t.Errorf("%s: %d", format, w.Code)
			}
		}
	})
	t.Run("another address shows nothing", func(t *testing.T) {
		for _, id := range []string{strings.Repeat("a", 26), "x", kept.ID[:25], strings.ToUpper(kept.ID)} {
			if w := get(s, "/kich-ban/"+id); w.Code != 404 {
				t.Errorf("%s: %d", id, w.Code)
			}
		}
	})
	t.Run("it shows the same figures whatever is published later", func(t *testing.T) {
		before := get(s, "/kich-ban/"+kept.ID+".csv").Body.String()
		d.list[0].GDP = 0
		if get(s, "/kich-ban/"+kept.ID+".csv").Body.String() != before && kept.GDP == 0 {
			t.Error("levels do not come from what was kept")
		}
	})
}

func TestWhatIsNotKept(t *testing.T) {
	whole := url.Values{"ten": {"x"}, "nguoi": {"y"}}
	with := func(name, value string) url.Values {
		f := url.Values{}
		for k, v := range whole {
			f[k] = v
		}
		f.Set(name, value)
		return f
	}
	for what, c := range map[string]struct {
		form   url.Values
		header []string
		code   int
		says   string
	}{
		"a scenario without a name":         {with("ten", "  "), nil, 400, "Hãy điền ô này"},
		"a scenario of nobody":              {with("nguoi", ""), nil, 400, "Hãy điền ô này"},
		"a name too long":                   {with("ten", strings.Repeat("ă", 121)), nil, 400, "dài quá 120"},
		"a name with control characters":    {with("ten", "a\x00b"), nil, 400, "ký tự điều khiển"},
		"assumptions out of bounds":         {with("gdp", "900"), nil, 400, "đến 30"},
		"a form sent from another site":     {whole, []string{"Sec-Fetch-Site", "cross-site"}, 403, "một trang khác"},
		"a form with the origin of another": {whole, []string{"Origin", "https://evil.test"}, 403, "một trang khác"},
		"a form larger than any scenario":   {with("ten", strings.Repeat("a", 20<<10)), nil, 400, "8 kB"},
	} {
		t.Run(what, func(t *testing.T) {
			s, d := newScenarioSite(t)
			w := post(s, "/kich-ban", c.form, c.header...)
			if w.Code != c.code || !strings.Contains(w.Body.String(), c.says) || len(d.list) != 0 {
				t.Errorf("%d, %d kept; does not say %q", w.Code, len(d.list), c.says)
			}
			if c.code == 400 && strings.Contains(w.Body.String(), `id="luu"`) && c.form.Get("gdp") == "" && !strings.Contains(w.Body.String(), `aria-invalid="true"`) {
				t.Error("the field is not marked")
			}
		})
	}
	t.Run("more than a person would save in an hour", func(t *testing.T) {
		s, d := newScenarioSite(t)
		last := 0
		for range savesAtOnce + 3 {
			last = post(s, "/kich-ban", whole).Code
		}
		if last != http.StatusTooManyRequests || len(d.list) != savesAtOnce {
			t.Errorf("%d, %d kept", last, len(d.list))
		}
	})
	t.Run("anything, where nothing is kept", func(t *testing.T) {
		s, _ := newSite(t)
		if w := post(s, "/kich-ban", whole); w.Code != 403 {
			t.Errorf("%d", w.Code)
		}
		if strings.Contains(get(s, "/kich-ban").Body.String(), `id="luu"`) {
			t.Error("saving is offered")
		}
	})
	t.Run("a saved scenario cannot be written over", func(t *testing.T) {
		s, d := newScenarioSite(t)
		post(s, "/kich-ban", whole)
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
			r := httptest.NewRequest(method, "/kich-ban/"+d.list[0].ID, strings.NewReader("ten=z"))
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code < 400 || len(d.list) != 1 || d.list[0].Name != "x" {
				t.Errorf("%s: %d", method, w.Code)
			}
		}
	})
}

func TestAScenarioWithoutPublishedFiguresStillWorks(t *testing.T) {
	s, _ := newScenarioSite(t)
	if w := get(s, "/kich-ban?asof=1990-01-01"); w.Code != 200 || !strings.Contains(w.Body.String(), "<svg") {
		t.Errorf("%d", w.Code)
	}
}

// BenchmarkScenario is the time of one answer, drawing and all; the limit wished for is 300 ms.
func BenchmarkScenario(b *testing.B) {
	s, _ := newScenarioSite(b)
	get(s, "/kich-ban?gdp=5") // drawings warm up
	for i := 0; b.Loop(); i++ {
		get(s, "/kich-ban?gdp=6."+strconv.Itoa(i))
	}
}
