package intake_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/intake"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
	"nhipso/internal/territory"
)

// office is a door with its committer, over a new database.
type office struct {
	*store.Store
	door          *intake.Door
	committer     *intake.Committer
	mux           *http.ServeMux
	secret, other string
}

const heading = "DATAFLOW,REF_AREA,DEFINITION,COMPONENT,TIME_PERIOD,OBS_VALUE,VINTAGE,EVIDENCE,SOURCE\n"

func share(period, value, vintage string) string {
	return "DE_SHARE,VN,NSO,TOTAL," + period + "," + value + "," + vintage + ",S,NSO-2025-01\n"
}

func open(t testing.TB) *office { return openAt(t, storetest.EmptySQLite) }

func openAt(t testing.TB, at storetest.Database) *office {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Store: storetest.Open(t, at(t)), mux: http.NewServeMux()}
	o.door = intake.NewDoor(o.Store)
	o.committer = &intake.Committer{Store: o.Store, Intake: cube.Intake{Catalog: c, Store: o.Store}, Areas: areas, Log: slog.New(slog.DiscardHandler), Door: o.door}
	for pattern, h := range o.door.Patterns() {
		o.mux.Handle(pattern, h)
	}
	for sender, secret := range map[string]*string{"Cục Thống kê": &o.secret, "Bộ KH&CN": &o.other} {
		if _, *secret, err = o.AddToken(t.Context(), store.Token{Sender: sender, Flows: []string{"DE_SHARE", "GRDP"}, By: "an"}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { o.door.Run(ctx) })
	t.Cleanup(func() { stop(); done.Wait() })
	return o
}

// request is one call of a program; what is left out is as it should be.
type request struct {
	method, path, secret, key, media, body, lang, coding string
}

func (o *office) send(r request) *httptest.ResponseRecorder {
	or := func(s, usual string) string {
		switch s {
		case "":
			return usual
		case "-":
			return ""
		}
		return s
	}
	q := httptest.NewRequest(or(r.method, http.MethodPost), or(r.path, intake.Path+"?dataflow=DE_SHARE"), strings.NewReader(r.body))
	q.Header.Set("Authorization", or(r.secret, "Bearer "+o.secret))
	q.Header.Set("Idempotency-Key", or(r.key, "k1"))
	q.Header.Set("Content-Type", or(r.media, "text/csv"))
	q.Header.Set("Accept-Language", r.lang)
	if r.coding != "" {
		q.Header.Set("Content-Encoding", r.coding)
	}
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, q)
	return w
}

func told(t testing.TB, w *httptest.ResponseRecorder) intake.Told {
	t.Helper()
	var x intake.Told
	if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return x
}

// round lets the committer work once.
func (o *office) round(t testing.TB) int {
	t.Helper()
	n, err := o.committer.Round(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatIsSentIsStoredOnceAndToldToItsSender(t *testing.T) {
	o := open(t)
	csv := heading + share("2024", "13.17", "2025-01-06") + share("2025", "14.02", "2026-01-05")
	w := o.send(request{body: csv})
	x := told(t, w)
	if w.Code != http.StatusAccepted || x.State != store.Accepted || w.Header().Get("Location") != intake.Path+"/"+x.ID || x.Key != "k1" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if again := told(t, o.send(request{body: csv})); again.ID != x.ID {
		t.Errorf("sent again it is another one: %+v", again)
	}
	if n := o.round(t); n != 1 {
		t.Fatalf("%d were settled", n)
	}
	get := request{method: http.MethodGet, path: intake.Path + "/" + x.ID}
	y := told(t, o.send(get))
	if y.State != store.Committed || y.Receipt == nil || y.Receipt.Message != 1 || y.Receipt.Added != 2 || y.Settled == nil || len(y.Faults) != 0 {
		t.Errorf("%+v", y)
	}
	if w := o.send(request{body: csv}); w.Code != http.StatusOK || told(t, w).State != store.Committed {
		t.Errorf("after it is stored: %d %s", w.Code, w.Body)
	}
	get.secret = "Bearer " + o.other
	if w := o.send(get); w.Code != http.StatusNotFound {
		t.Errorf("another sender sees it: %d", w.Code)
	}
	got, err := cube.Read(t.Context(), o.Store, cube.Query{Dataflow: "DE_SHARE"})
	if err != nil || len(got) != 2 || got[1].Value.String() != "14.02" {
		t.Errorf("%v (%v)", got, err)
	}
	if n := o.round(t); n != 0 {
		t.Errorf("%d were settled again", n)
	}
}

func TestJSONIsReadToTheLastDigit(t *testing.T) {
	o := open(t)
	body := `{"observations": [{"DATAFLOW": "DE_SHARE", "REF_AREA": "VN", "DEFINITION": "NSO", "COMPONENT": "TOTAL", "TIME_PERIOD": "2025", "OBS_VALUE": 14.02000000000000000001, "VINTAGE": "2026-01-05", "EVIDENCE": "S", "SOURCE": "NSO-2025-01"},
		{"DATAFLOW": "DE_SHARE", "REF_AREA": "VN", "DEFINITION": "NSO", "COMPONENT": "TOTAL", "TIME_PERIOD": "2024", "OBS_VALUE": "13.17", "VINTAGE": "2025-01-06", "EVIDENCE": "S", "SOURCE": "NSO-2025-01"}]}`
	x := told(t, o.send(request{body: body, media: "application/json; charset=utf-8"}))
	o.round(t)
	if y := told(t, o.send(request{method: http.MethodGet, path: intake.Path + "/" + x.ID})); y.State != store.Committed {
		t.Fatalf("%+v", y)
	}
	got, err := cube.Read(t.Context(), o.Store, cube.Query{Dataflow: "DE_SHARE"})
	if err != nil || len(got) != 2 || got[1].Value.String() != "14.02000000000000000001" {
		t.Errorf("%v (%v)", got, err)
	}
}

// columns is a JSON whose observations have each a column of its own: as a table it is as many times larger.
func columns(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"C%d": 1}`, i)
	}
	return `{"observations": [` + strings.Join(rows, ", ") + `]}`
}

func TestWhatIsWrongWithASubmissionIsToldByRow(t *testing.T) {
	for name, c := range map[string]struct {
		media, body, code string
		row               int
		column            string
	}{
		"a broken rule":             {"", heading + share("2025", "14.02", "2026-01-05") + share("2024", "113.17", "2025-01-06"), "cube.rule", 3, "OBS_VALUE"},
		"no number":                 {"", heading + share("2025", "viết chữ", "2026-01-05"), "reference.not-a-number", 2, "OBS_VALUE"},
		"a code of no list":         {"", heading + strings.Replace(share("2025", "14", "2026-01-05"), "NSO,", "XYZ,", 1), "catalog.unknown-code", 2, "DEFINITION"},
		"a dataflow not named":      {"", heading + strings.Replace(share("2025", "14", "2026-01-05"), "DE_SHARE,VN,NSO,TOTAL", "GRDP,VN34-01,,", 1), "intake.other-dataflow", 2, "DATAFLOW"},
		"a row twice":               {"", heading + share("2025", "14", "2026-01-05") + share("2025", "14", "2026-01-05"), "cube.duplicate", 3, ""},
		"a column of no name":       {"", strings.Replace(heading, "OBS_VALUE", "OBS_VALU", 1) + share("2025", "14", "2026-01-05"), "", 0, ""},
		"JSON of another form":      {"application/json", `{"rows": []}`, "intake.bad-json", 0, ""},
		"JSON without observations": {"application/json", `{"observations": []}`, "cube.empty", 0, ""},
		"a name twice in JSON":      {"application/json", `{"observations": [{"DATAFLOW": "DE_SHARE", "OBS_VALUE": 1, "OBS_VALUE": 2}]}`, "intake.json-twice", 2, "OBS_VALUE"},
		"a list twice":              {"application/json", `{"observations": [{"DATAFLOW": "DE_SHARE"}], "observations": []}`, "intake.json-twice", 0, ""},
		"another list beside it":    {"application/json", `{"observations": [{"DATAFLOW": "DE_SHARE"}], "Observations": []}`, "intake.bad-json", 0, ""},
		"an empty observation":      {"application/json", `{"observations": [{"DATAFLOW": "DE_SHARE"}, {}]}`, "intake.json-empty", 3, ""},
		"columns without end":       {"application/json", columns(3000), "intake.json-columns", 102, "C100"},
		"a zero byte in JSON":       {"application/json", `{"observations": [{"REF_AREA": "V\u0000N", "DATAFLOW": "DE_SHARE"}]}`, "tabular.nul", 2, "REF_AREA"},
		"no UTF-8 in JSON":          {"application/json", "{\"observations\": [{\"REF_AREA\": \"V\xffN\"}]}", "tabular.lost-character", 2, "REF_AREA"},
		"a truth in a cell":         {"application/json", `{"observations": [{"DATAFLOW": true}]}`, "intake.bad-json", 2, "DATAFLOW"},
		"a list of texts":           {"application/json", `{"observations": ["DE_SHARE"]}`, "intake.bad-json", 2, ""},
		"another encoding":          {"", "\xff\xfeD\x00A\x00T\x00A\x00", "intake.encoding", 0, ""},
		"JSON in a cell":            {"application/json", `{"observations": [{"DATAFLOW": ["DE_SHARE"]}]}`, "intake.bad-json", 2, "DATAFLOW"},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			x := told(t, o.send(request{media: c.media, body: c.body}))
			o.round(t)
			for _, lang := range []string{"vi", "en-GB,en"} {
				y := told(t, o.send(request{method: http.MethodGet, path: intake.Path + "/" + x.ID, lang: lang}))
				if y.State != store.Refused || len(y.Faults) == 0 || y.Receipt != nil || strings.ContainsAny(y.Faults[0].Detail, "{}") {
					t.Fatalf("%+v", y)
				}
				if f := y.Faults[0]; c.code != "" && (f.Code != c.code || f.Row != c.row || f.Column != c.column) {
					t.Errorf("%+v", f)
				}
				if english := strings.HasPrefix(lang, "en"); english != strings.Contains(y.Faults[0].Detail, " the ") && english == strings.ContainsAny(y.Faults[0].Detail, "ạảấầẩếềểộốồổứừửự") {
					t.Errorf("%s: %s", lang, y.Faults[0].Detail)
				}
			}
			if last, err := o.LastMessage(t.Context()); err != nil || last != 0 {
				t.Errorf("message %d was stored (%v)", last, err)
			}
		})
	}
}

func TestRequestsThatAreNotAccepted(t *testing.T) {
	o := open(t)
	good := heading + share("2025", "14.02", "2026-01-05")
	if w := o.send(request{body: good, key: "taken"}); w.Code != http.StatusAccepted {
		t.Fatal(w.Code, w.Body)
	}
	for name, c := range map[string]struct {
		request
		status int
		code   string
	}{
		"no token":              {request{body: good, secret: "-"}, 401, "intake.unauthorised"},
		"no good token":         {request{body: good, secret: "Bearer x"}, 401, "intake.unauthorised"},
		"another scheme":        {request{body: good, secret: "Basic " + o.secret}, 401, "intake.unauthorised"},
		"a guest who looks":     {request{method: http.MethodGet, path: intake.Path + "/1", secret: "-"}, 401, "intake.unauthorised"},
		"another dataflow":      {request{body: good, path: intake.Path + "?dataflow=DE_SHARE,NA_VA"}, 403, "intake.other-dataflow"},
		"no dataflow":           {request{body: good, path: intake.Path}, 400, "intake.no-dataflow"},
		"an unknown parameter":  {request{body: good, path: intake.Path + "?dataflow=DE_SHARE&force=1"}, 400, "intake.unknown-parameter"},
		"a parameter twice":     {request{body: good, path: intake.Path + "?dataflow=DE_SHARE&dataflow=GRDP"}, 400, "intake.bad-parameter"},
		"an empty parameter":    {request{body: good, path: intake.Path + "?dataflow="}, 400, "intake.bad-parameter"},
		"a language of no book": {request{body: good, path: intake.Path + "?dataflow=DE_SHARE&lang=fr"}, 400, "intake.bad-language"},
		"another method":        {request{method: http.MethodPut, path: intake.Path}, 405, "intake.bad-method"},
		"deleting":              {request{method: http.MethodDelete, path: intake.Path + "/1"}, 405, "intake.bad-method"},
		"no key":                {request{body: good, key: "-"}, 400, "intake.no-key"},
		"a long key":            {request{body: good, key: strings.Repeat("k", 201)}, 400, "intake.no-key"},
		"other content":         {request{body: good + "\n", key: "taken"}, 409, "cube.other-content"},
		"another kind of file":  {request{body: good, media: "application/pdf"}, 415, "intake.media"},
		"no kind of file":       {request{body: good, media: "-"}, 415, "intake.media"},
		"nothing":               {request{body: " \n"}, 400, "cube.empty"},
		"JSON that is none":     {request{body: "{", media: "application/json"}, 400, "intake.bad-json"},
		"more than is taken":    {request{body: strings.Repeat("x", intake.MaxBody+1)}, 413, "intake.too-large"},
		"a submission of no id": {request{method: http.MethodGet, path: intake.Path + "/nothing"}, 404, "intake.no-submission"},
		"two languages":         {request{body: good, path: intake.Path + "?dataflow=DE_SHARE&lang=en&lang=vi"}, 400, "intake.bad-parameter"},
		"another charset":       {request{body: good, media: "text/csv; charset=iso-8859-1"}, 415, "intake.encoding"},
		"compressed":            {request{body: good, coding: "gzip"}, 415, "intake.coding"},
	} {
		t.Run(name, func(t *testing.T) {
			w := o.send(c.request)
			var p struct {
				Status       int
				Code, Detail string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != c.status || p.Status != c.status || p.Code != c.code || strings.ContainsAny(p.Detail, "{}") {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if w.Header().Get("Content-Type") != "application/problem+json" || c.status == 401 && w.Header().Get("WWW-Authenticate") == "" {
				t.Error(w.Header())
			}
		})
	}
	if b, err := o.Backlog(t.Context()); err != nil || b.Messages != 1 {
		t.Errorf("%+v wait (%v)", b, err)
	}
}

// crowded is a line that is full, or whose database is busy.
type crowded struct {
	intake.Line
	err error
}

func (c crowded) Accept(_ context.Context, list []*store.Submission, _ store.Backlog) ([]error, error) {
	return make([]error, len(list)), c.err
}

func TestAFullLineSaysWhenToComeAgain(t *testing.T) {
	o := open(t)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	for _, code := range []string{"intake.full", "store.locked", "store.unreachable"} {
		door := intake.NewDoor(crowded{o.Store, fault.New(code, "n", 3, "database", "x")})
		go door.Run(ctx)
		o.mux = http.NewServeMux()
		for pattern, h := range door.Patterns() {
			o.mux.Handle(pattern, h)
		}
		if w := o.send(request{body: heading}); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), code) {
			t.Errorf("%s: %d %v %s", code, w.Code, w.Header(), w.Body)
		}
	}
}

// slow is a body that says it will be large and does not come until it is let go.
type slow struct{ started, free chan struct{} }

func (s slow) Read([]byte) (int, error) {
	s.started <- struct{}{}
	<-s.free
	return 0, io.ErrUnexpectedEOF
}

// TestSlowBodiesTakeNoRoomFromOthers: forty that announced 8 MB each would be more than the door holds at once.
func TestSlowBodiesTakeNoRoomFromOthers(t *testing.T) {
	o := open(t)
	s := slow{make(chan struct{}, 80), make(chan struct{})}
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			q := httptest.NewRequest(http.MethodPost, intake.Path+"?dataflow=DE_SHARE", s)
			q.ContentLength = int64(intake.MaxBody - i%2*intake.MaxBody - i%2) // announced, or -1 for a chunked one
			for name, value := range map[string]string{"Authorization": "Bearer " + o.secret, "Idempotency-Key": fmt.Sprint("slow", i), "Content-Type": "text/csv"} {
				q.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			o.mux.ServeHTTP(w, q)
			if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "intake.cut") {
				t.Errorf("a body that broke off: %d %s", w.Code, w.Body)
			}
		})
	}
	for range 40 {
		<-s.started
	}
	if w := o.send(request{body: heading + share("2025", "14.02", "2026-01-05")}); w.Code != http.StatusAccepted {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	close(s.free)
	all.Wait()
}

func TestFiveHundredAtOnceAreAllAcceptedAndStored(t *testing.T) {
	o := open(t)
	ctx, stop := context.WithCancel(t.Context())
	var working sync.WaitGroup
	working.Go(func() { o.committer.Run(ctx) })
	defer func() { stop(); working.Wait() }()
	const n = 500
	took := make([]time.Duration, n)
	ids := make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i).Format("2006-01-02")
			begun := time.Now()
			w := o.send(request{key: fmt.Sprint("k", i), body: heading + share("2024", "13.17", day)})
			took[i] = time.Since(begun)
			if w.Code != http.StatusAccepted && w.Code != http.StatusOK {
				t.Errorf("%d: %s", w.Code, w.Body)
				return
			}
			ids[i] = told(t, w).ID
		})
	}
	wg.Wait()
	slices.Sort(took)
	t.Logf("accepted in %s (median), %s (p99)", took[n/2], took[n*99/100])
	// All are of one dataflow, so each is examined against what those before it stored and has a transaction of its own: with the race detector this
	// takes minutes. What counts is that it goes on.
	for left, since := int64(n+1), time.Now(); ; time.Sleep(50 * time.Millisecond) {
		b, err := o.Backlog(t.Context())
		if err == nil && b.Messages == 0 {
			break
		}
		if err == nil && b.Messages < left {
			left, since = b.Messages, time.Now()
		}
		if time.Since(since) > 30*time.Second {
			t.Fatalf("%+v still wait (%v)", b, err)
		}
	}
	stored := 0
	for _, id := range ids {
		if x := told(t, o.send(request{method: http.MethodGet, path: intake.Path + "/" + id})); x.State == store.Committed {
			stored++
		} else {
			t.Errorf("%+v", x)
		}
	}
	if last, _ := o.LastMessage(t.Context()); stored != n || last != n {
		t.Errorf("%d committed as %d messages", stored, last)
	}
}

func TestTheDocumentDescribesEveryRoute(t *testing.T) {
	o := open(t)
	if w := o.send(request{method: http.MethodGet, path: intake.Path + "/openapi.json", secret: "-"}); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != "/api/v1/openapi.json" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]any
		}
	}
	for _, lang := range []string{"vi", "en"} {
		b := intake.Document(lang)
		if err := json.Unmarshal(b, &doc); err != nil || strings.Contains(string(b), `"@`) {
			t.Fatal(err, string(b))
		}
	}
	for pattern := range o.door.Patterns() {
		method, path, some := strings.Cut(pattern, " ")
		if !some || strings.HasSuffix(path, "openapi.json") {
			continue // other methods are refused
		}
		op, ok := doc.Paths[strings.TrimPrefix(path, "/api/v1")][strings.ToLower(method)]
		if !ok || len(op.Responses) == 0 {
			t.Errorf("%s is not described", pattern)
		}
	}
	for status := range map[int]bool{200: true, 202: true, 400: true, 401: true, 403: true, 409: true, 413: true, 415: true, 503: true} {
		if doc.Paths["/submissions"]["post"].Responses[fmt.Sprint(status)] == nil {
			t.Errorf("the answer %d is not described", status)
		}
	}
}

// TestTheAddressDecidesOnTheLanguage: lang counts before what the program prefers, and a parameter without effect is refused on every route.
func TestTheAddressDecidesOnTheLanguage(t *testing.T) {
	o := open(t)
	x := told(t, o.send(request{body: heading + share("2025", "viết chữ", "2026-01-05")}))
	o.round(t)
	get := func(query, lang string) *httptest.ResponseRecorder {
		return o.send(request{method: http.MethodGet, path: intake.Path + "/" + x.ID + query, lang: lang})
	}
	vi, en := told(t, get("", "")).Faults[0].Detail, told(t, get("", "en")).Faults[0].Detail
	if vi == en || told(t, get("?lang=en", "vi")).Faults[0].Detail != en || told(t, get("?lang=vi", "en")).Faults[0].Detail != vi {
		t.Errorf("in Vietnamese %q, in English %q", vi, en)
	}
	for _, w := range []*httptest.ResponseRecorder{get("?x=1", ""), o.send(request{path: intake.Path + "?dataflow=DE_SHARE&x=1", key: "k2", body: heading})} {
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "intake.unknown-parameter") {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
	}
}
