package desk_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/notice"
	"nhipso/internal/notice/carrier"
	"nhipso/internal/people"
	"nhipso/internal/publish"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
	"nhipso/internal/web/desk"
	"nhipso/internal/web/shell"
)

// nothing is a library of an installation that has published nothing: the desk is open before.
type nothing struct{}

func (nothing) View(context.Context, publish.Audience) (*publish.View, error) {
	return nil, fault.New("publish.none")
}

func (nothing) Past(context.Context, string) (*publish.View, error) {
	return nil, fault.New("publish.none")
}

const password = "một con ngựa đau cả tàu bỏ cỏ"

var today = stat.MustDate("2026-11-30")

// place is a desk with a government, two provinces and somebody of each kind.
type place struct {
	*testing.T
	site     *shell.Site
	office   *people.Office
	post     *notice.Post
	cookies  map[string]*http.Cookie
	spool    string
	file     string // the act that attached a file to the station
	sessions *people.Sessions
}

// taker is a channel that takes everything, and keeps what it was last handed.
type taker struct {
	name string
	last notice.Message
}

func (k *taker) Name() string { return k.name }

func (k *taker) Send(_ context.Context, m notice.Message) error {
	k.last = m
	return nil
}

func act(kind, id string, pairs ...string) register.Act {
	a := register.Act{Kind: register.Added, Type: kind, Record: id, From: stat.MustDate("2020-01-01")}
	for i := 0; i < len(pairs); i += 2 {
		a.Changes = append(a.Changes, register.Change{Column: pairs[i], After: pairs[i+1]})
	}
	return a
}

func newPlace(t *testing.T) *place { t.Helper(); return newPlaceWith(t, func(*desk.Config) {}) }

// newPlaceWith is newPlace with other ways to sign in.
func newPlaceWith(t *testing.T, with func(*desk.Config)) *place {
	t.Helper()
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.SQLite(t)
	r := &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return today }, Now: time.Now}
	o := people.NewOffice(r, s, time.Now)
	acts := []register.Act{act("legal-document", "PLAN", "name_vi", "Kế hoạch", "name_en", "Plan")}
	for _, x := range [][2]string{{"GOV", ""}, {"EAST", "GOV"}, {"WEST", "GOV"}} {
		acts = append(acts, act(people.OrganisationType, x[0], "name_vi", x[0], "name_en", x[0], "kind", "province", "parent", x[1]))
	}
	for _, x := range [][3]string{{"root", "GOV", "administrator"}, {"minister", "GOV", "approver"}, {"east", "EAST", "reporter"}, {"west", "WEST", "reporter"}} {
		role := "r-" + x[0]
		if x[0] == "root" {
			role = people.FirstRole
		}
		acts = append(acts, act(people.PersonType, x[0], "name", "Người "+x[0], "email", x[0]+"@gov.example", "organisation", x[1]), act(people.RoleType, role, "person", x[0], "organisation", x[1], "role", x[2]))
	}
	acts = append(acts, act("station", "CS-1", "name_vi", "Trạm Đông", "name_en", "East", "area", "XM", "plan", "PLAN", "keeper", "EAST", "contact", "Ông Kín"))
	if err := people.Load(t.Context(), r, acts, "seed"); err != nil {
		t.Fatal(err)
	}
	p := &place{T: t, office: o, cookies: map[string]*http.Cookie{}, spool: t.TempDir()}
	p.file = p.attached("Báo cáo “quý”.txt", "Ông Kín")
	p.post = &notice.Post{Store: s.Notices(), Office: o, Channels: []notice.Channel{&taker{name: notice.Mail}, &taker{name: notice.Webhook}, &taker{name: notice.Telegram}}, Now: time.Now, Origin: "https://so.example", Desk: desk.Path}
	p.sessions = people.NewSessions(s.Sessions(), desk.Path, false, time.Now)
	config := desk.Config{Office: o, Post: p.post, Webhook: carrier.NewWebhook(nil, time.Now), Sessions: p.sessions, Views: s, Spool: p.spool, MostFile: 1 << 20}
	with(&config)
	p.site = shell.New(shell.Config{Library: nothing{}, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})), Rate: 1e6, Burst: 1e6}, desk.New(config))
	for _, who := range []string{"root", "minister", "east", "west"} {
		if err := o.Accounts.SetPassword(t.Context(), who, password); err != nil {
			t.Fatal(err)
		}
		w := p.ask("", http.MethodPost, desk.Path+"/dang-nhap", url.Values{"thu": {who + "@gov.example"}, "mat-khau": {password}})
		i := slices.IndexFunc(w.Cookies(), func(c *http.Cookie) bool { return c.Name == "nhipso_session" })
		if w.StatusCode != http.StatusSeeOther || i < 0 {
			t.Fatalf("%s signs in: %d", who, w.StatusCode)
		}
		p.cookies[who] = w.Cookies()[i]
	}
	return p
}

// ask sends a request as somebody.
func (p *place) ask(who, method, path string, form url.Values) *http.Response {
	p.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if c := p.cookies[who]; c != nil {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	p.site.ServeHTTP(w, r)
	return w.Result()
}

func (p *place) body(w *http.Response) string {
	p.Helper()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		p.Fatal(err)
	}
	return string(b)
}

// newest is the act that somebody who looks at a record now has seen last.
func (p *place) newest(kind, id string) string {
	line, err := p.office.Register.Timeline(p.Context(), kind, id)
	if err != nil {
		p.Fatal(err)
	}
	return strconv.FormatInt(line.Newest, 10)
}

// who asks, in the order of the answers below: a guest, another organisation, the record's own, its superior, the administrator.
var askers = []string{"", "west", "east", "minister", "root"}

// TestEveryRouteIsAnsweredByWhoAsks asks every route of the desk as each kind of person. A route that is not among them fails.
func TestEveryRouteIsAnsweredByWhoAsks(t *testing.T) {
	const in, no, bad, gone = http.StatusSeeOther, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusNotFound
	const ok = http.StatusOK
	change := func(p *place) url.Values {
		return url.Values{"_viec": {"changed"}, "_lan": {p.newest("station", "CS-1")}, "cost": {strconv.Itoa(time.Now().Nanosecond())}}
	}
	routes := map[string]struct {
		path string
		form func(*place) url.Values
		want [5]int
	}{
		"GET /lam-viec":                           {"/lam-viec", nil, [5]int{in, ok, ok, ok, ok}},
		"GET /lam-viec/tai-khoan":                 {"/lam-viec/tai-khoan", nil, [5]int{in, ok, ok, ok, ok}},
		"POST /lam-viec/tai-khoan":                {"/lam-viec/tai-khoan", func(*place) url.Values { return url.Values{"_viec": {"khác"}} }, [5]int{in, bad, bad, bad, bad}},
		"POST /lam-viec/co-quan":                  {"/lam-viec/co-quan", func(*place) url.Values { return url.Values{"co-quan": {"EAST"}} }, [5]int{in, no, in, no, no}},
		"GET /lam-viec/ho-so/{type}":              {"/lam-viec/ho-so/person", nil, [5]int{in, ok, ok, ok, ok}},
		"GET /lam-viec/ho-so/{type}/{id}":         {"/lam-viec/ho-so/person/east", nil, [5]int{in, gone, ok, ok, ok}},
		"POST /lam-viec/ho-so/{type}/{id}":        {"/lam-viec/ho-so/station/CS-1", change, [5]int{in, no, in, no, no}},
		"GET /lam-viec/them/{type}":               {"/lam-viec/them/role", nil, [5]int{in, no, no, no, ok}},
		"POST /lam-viec/them/{type}":              {"/lam-viec/them/role", func(*place) url.Values { return url.Values{"_ma": {"r-x"}} }, [5]int{in, no, no, no, bad}},
		"GET /lam-viec/nhap/{type}":               {"/lam-viec/nhap/role", nil, [5]int{in, no, no, no, ok}},
		"POST /lam-viec/nhap/{type}":              {"/lam-viec/nhap/role", func(*place) url.Values { return url.Values{} }, [5]int{in, no, no, no, bad}},
		"GET /lam-viec/tep/{type}/{format}":       {"/lam-viec/tep/person/csv", nil, [5]int{in, ok, ok, ok, ok}},
		"GET /lam-viec/nguoi-moi":                 {"/lam-viec/nguoi-moi", nil, [5]int{in, no, no, no, ok}},
		"POST /lam-viec/nguoi-moi":                {"/lam-viec/nguoi-moi", func(*place) url.Values { return url.Values{} }, [5]int{in, no, no, no, bad}},
		"GET /lam-viec/nhat-ky":                   {"/lam-viec/nhat-ky", nil, [5]int{in, ok, ok, ok, ok}},
		"GET /lam-viec/nhat-ky/{format}":          {"/lam-viec/nhat-ky/csv", nil, [5]int{in, ok, ok, ok, ok}},
		"GET /lam-viec/tai-khoan/du-lieu":         {"/lam-viec/tai-khoan/du-lieu", nil, [5]int{in, ok, ok, ok, ok}},
		"GET /lam-viec/hop-thu":                   {"/lam-viec/hop-thu", nil, [5]int{in, ok, ok, ok, ok}},
		"POST /lam-viec/hop-thu":                  {"/lam-viec/hop-thu", func(*place) url.Values { return url.Values{"_den": {"5"}} }, [5]int{in, in, in, in, in}},
		"GET /lam-viec/hop-thu/cach-bao":          {"/lam-viec/hop-thu/cach-bao", nil, [5]int{in, ok, ok, ok, ok}},
		"POST /lam-viec/hop-thu/cach-bao":         {"/lam-viec/hop-thu/cach-bao", func(*place) url.Values { return url.Values{"_viec": {"tin"}} }, [5]int{in, ok, ok, ok, ok}},
		"GET /lam-viec/hop-thu/tin.atom":          {"/lam-viec/hop-thu/tin.atom?ma=x", nil, [5]int{gone, gone, gone, gone, gone}}, // whoever is signed in
		"GET /lam-viec/thu-loi":                   {"/lam-viec/thu-loi", nil, [5]int{in, no, no, no, ok}},
		"POST /lam-viec/thu-loi":                  {"/lam-viec/thu-loi", func(*place) url.Values { return url.Values{} }, [5]int{in, no, no, no, in}},
		"GET /lam-viec/dang-nhap":                 {"/lam-viec/dang-nhap", nil, [5]int{ok, in, in, in, in}},
		"POST /lam-viec/dang-nhap":                {"/lam-viec/dang-nhap", func(*place) url.Values { return url.Values{"thu": {"x"}, "mat-khau": {"y"}} }, [5]int{no, no, no, no, no}},
		"GET /lam-viec/bat-dau":                   {"/lam-viec/bat-dau?ma=x", nil, [5]int{no, no, no, no, no}},
		"POST /lam-viec/bat-dau":                  {"/lam-viec/bat-dau", func(*place) url.Values { return url.Values{"ma": {"x"}, "mat-khau": {password}} }, [5]int{no, no, no, no, no}},
		"GET /lam-viec/mat-khau":                  {"/lam-viec/mat-khau?ma=x", nil, [5]int{no, no, no, no, no}},
		"POST /lam-viec/mat-khau":                 {"/lam-viec/mat-khau", func(*place) url.Values { return url.Values{"ma": {"x"}, "mat-khau": {password}} }, [5]int{no, no, no, no, no}},
		"GET /lam-viec/quen-mat-khau":             {"/lam-viec/quen-mat-khau", nil, [5]int{ok, ok, ok, ok, ok}},
		"POST /lam-viec/quen-mat-khau":            {"/lam-viec/quen-mat-khau", func(*place) url.Values { return url.Values{"thu": {"ai@x"}} }, [5]int{ok, ok, ok, ok, ok}},
		"GET /lam-viec/ke-tuc/{id}":               {"/lam-viec/ke-tuc/WEST", nil, [5]int{in, no, no, no, ok}},
		"POST /lam-viec/ke-tuc/{id}":              {"/lam-viec/ke-tuc/WEST", func(*place) url.Values { return url.Values{"_ke-tuc": {"EAST"}} }, [5]int{in, no, no, no, bad}},
		"GET /lam-viec/tep-kem/{type}/{id}/{act}": {"/lam-viec/tep-kem/station/CS-1/{act}", nil, [5]int{in, gone, ok, ok, ok}},
		"POST /lam-viec/tep-kem/{type}/{id}":      {"/lam-viec/tep-kem/station/CS-1", func(*place) url.Values { return url.Values{} }, [5]int{in, no, bad, bad, bad}},
		"GET /lam-viec/khong-hop/{type}":          {"/lam-viec/khong-hop/station", nil, [5]int{in, ok, ok, ok, ok}},
		"POST /lam-viec/cach-xem/{type}": {"/lam-viec/cach-xem/station", func(*place) url.Values {
			return url.Values{"_viec": {"luu"}, "_ten": {"Xem " + strconv.Itoa(time.Now().Nanosecond())}}
		}, [5]int{in, in, in, in, in}},
		"POST /lam-viec/hang-loat/{type}": {"/lam-viec/hang-loat/role", func(*place) url.Values { return url.Values{"chon": {"r-east"}, "_buoc": {"xem"}, "role": {"checker"}} }, [5]int{in, no, no, no, ok}},
		"GET /lam-viec/ma-truy-cap":       {"/lam-viec/ma-truy-cap", nil, [5]int{in, ok, ok, ok, ok}},
		"POST /lam-viec/ma-truy-cap":      {"/lam-viec/ma-truy-cap", func(*place) url.Values { return url.Values{"_viec": {"cham-dut"}, "_ma": {"t-x"}} }, [5]int{in, gone, gone, gone, gone}},
		"GET /lam-viec/nguoi-dung/{id}":   {"/lam-viec/nguoi-dung/east", nil, [5]int{in, gone, gone, gone, ok}},
		"POST /lam-viec/nguoi-dung/{id}":  {"/lam-viec/nguoi-dung/minister", func(*place) url.Values { return url.Values{"_viec": {"mo-khoa"}} }, [5]int{in, gone, gone, gone, in}},
		"POST /lam-viec/khoa/hoi":         {"/lam-viec/khoa/hoi", func(*place) url.Values { return url.Values{"_hoi": {"in"}} }, [5]int{bad, bad, bad, bad, bad}}, // no passkeys, no provider here: key_test.go, provider_test.go
		"POST /lam-viec/khoa":             {"/lam-viec/khoa", func(*place) url.Values { return url.Values{"_hoi": {"in"}} }, [5]int{no, no, no, no, no}},
		"GET /lam-viec/nha-cung-cap":      {"/lam-viec/nha-cung-cap", nil, [5]int{gone, gone, gone, gone, gone}},
		"GET /lam-viec/nha-cung-cap/ve":   {"/lam-viec/nha-cung-cap/ve", nil, [5]int{gone, gone, gone, gone, gone}},
		"POST /lam-viec/dang-xuat":        {"/lam-viec/dang-xuat", func(*place) url.Values { return url.Values{} }, [5]int{in, in, in, in, in}}, // the last one asked
	}
	p := newPlace(t)
	known := p.site.Routes()
	for _, pattern := range known {
		if strings.Contains(pattern, desk.Path) && routes[pattern].path == "" {
			t.Errorf("nobody asks %s", pattern)
		}
	}
	order := slices.Sorted(func(yield func(string) bool) {
		for pattern := range routes {
			if !yield(pattern) {
				return
			}
		}
	})
	slices.SortStableFunc(order, func(a, b string) int { return strings.Count(a, "dang-xuat") - strings.Count(b, "dang-xuat") })
	for _, pattern := range order {
		x := routes[pattern]
		if !slices.Contains(known, pattern) {
			t.Errorf("there is no route %s", pattern)
			continue
		}
		method, _, _ := strings.Cut(pattern, " ")
		for i, who := range askers {
			var form url.Values
			if x.form != nil {
				form = x.form(p)
			}
			w := p.ask(who, method, strings.ReplaceAll(x.path, "{act}", p.file), form)
			if w.StatusCode != x.want[i] {
				t.Errorf("%s as %q: %d, want %d: %s", pattern, who, w.StatusCode, x.want[i], w.Header.Get("Location"))
			}
			if w.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s as %q may be kept: %s", pattern, who, w.Header.Get("Cache-Control"))
			}
		}
	}
}

// TestAListTellsNobodyMoreThanTheirs: lists, files, the story and the log of one organisation hold nothing of another.
func TestAListTellsNobodyMoreThanTheirs(t *testing.T) {
	p := newPlace(t)
	for _, path := range []string{"/lam-viec", "/lam-viec/ho-so/person", "/lam-viec/ho-so/station", "/lam-viec/ho-so/station/CS-1", "/lam-viec/tep/person/csv", "/lam-viec/tep/station/json", "/lam-viec/nhat-ky", "/lam-viec/nhat-ky/csv", "/lam-viec/nhat-ky/json?loai=station", "/lam-viec/tai-khoan/du-lieu", "/lam-viec/nhat-ky?nguoi=nhipso", "/lam-viec/ho-so/person?tim=east"} {
		if got := p.body(p.ask("west", http.MethodGet, path, nil)); strings.Contains(got, "east@gov") || strings.Contains(got, "Ông Kín") {
			t.Errorf("%s tells another organisation", path)
		}
		if path == "/lam-viec/ho-so/station/CS-1" || path == "/lam-viec/tep/station/json" {
			if got := p.body(p.ask("east", http.MethodGet, path, nil)); !strings.Contains(got, "Ông Kín") {
				t.Errorf("%s does not tell its own", path)
			}
		}
	}
}

// TestAFormFromElsewhereIsRefused, and so is one that leads elsewhere after signing in.
func TestAFormFromElsewhereIsRefused(t *testing.T) {
	p := newPlace(t)
	r := httptest.NewRequest(http.MethodPost, "/lam-viec/dang-xuat", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.AddCookie(p.cookies["east"])
	w := httptest.NewRecorder()
	p.site.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("a form of another site is taken: %d", w.Code)
	}
	for _, to := range []string{"https://evil.example/", "//evil.example/lam-viec", "/\\evil.example", "/tinh", "javascript:alert(1)"} {
		res := p.ask("", http.MethodPost, desk.Path+"/dang-nhap", url.Values{"thu": {"east@gov.example"}, "mat-khau": {password}, "den": {to}})
		if got := res.Header.Get("Location"); got != desk.Path {
			t.Errorf("%s leads to %s", to, got)
		}
	}
}

// TestWhatIsWrittenIsText: nothing that somebody writes is run as a page or as a formula.
func TestWhatIsWrittenIsText(t *testing.T) {
	p := newPlace(t)
	form := url.Values{"_viec": {"changed"}, "_lan": {p.newest("station", "CS-1")}, "contact": {`<script>alert(1)</script>`}, "name_vi": {"=HYPERLINK(\"x\")"}, "_ly-do": {`"><img src=x onerror=alert(1)>`}}
	if w := p.ask("east", http.MethodPost, "/lam-viec/ho-so/station/CS-1", form); w.StatusCode != http.StatusSeeOther {
		t.Fatal(w.StatusCode, p.body(w))
	}
	for _, path := range []string{"/lam-viec/ho-so/station/CS-1", "/lam-viec/ho-so/station", "/lam-viec/nhat-ky", "/lam-viec/ho-so/station/CS-1?sua=1"} {
		if got := p.body(p.ask("east", http.MethodGet, path, nil)); strings.Contains(got, "<script>alert") || strings.Contains(got, "<img src=x") {
			t.Errorf("%s runs what was written", path)
		}
	}
	if got := p.body(p.ask("east", http.MethodGet, "/lam-viec/tep/station/csv", nil)); strings.Contains(got, ";=HYPER") || strings.Contains(got, ",=HYPER") {
		t.Errorf("a formula stands in the file: %s", got)
	}
}

// day is a day from today on, as it is written here.
func (p *place) day(days int) string { return time.Now().AddDate(0, 0, days).Format("02/01/2006") }
