package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/recipe"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

// The addresses at which each route of the portal is asked for secrets; a route that is not here fails the test. An empty list says that a
// route holds no figures, nor anything else of the store.
var pagesAsked = map[string][]string{
	"GET /{$}":                               {"/", "/trang-chu"},
	"GET /tinh":                              {"/tinh", "/tinh?nam=2025", "/tinh?dinh-nghia=NSO", "/tinh?nam=2026"},
	"GET /tinh/toan-canh":                    {"/tinh/toan-canh", "/tinh/toan-canh?so-do=grdp", "/tinh/toan-canh?so-do=tang-truong"},
	"GET /tinh/{area}":                       {"/tinh/VN34-01", "/tinh/VN34-79", "/tinh/VN34-08"},
	"GET /tinh/{area}/tom-tat":               {"/tinh/VN34-01/tom-tat", "/tinh/VN34-08/tom-tat"},
	"GET /muc-tieu":                          {"/muc-tieu"},
	"GET /muc-tieu/{target}":                 {"/muc-tieu/KTS-1", "/muc-tieu/LOCAL-1", "/muc-tieu/749-7"},
	"GET /nhiem-vu":                          {"/nhiem-vu"},
	"GET /kich-ban":                          {"/kich-ban", "/kich-ban?tu-nam=2026"},
	"GET /kich-ban/{id}":                     {}, // what a reader typed, under an address that only that reader knows
	"POST /kich-ban":                         {}, // takes, gives nothing but the address
	"GET /so-lieu":                           {"/so-lieu"},
	"GET /so-lieu/{dataflow}":                nil, // every dataflow, below
	"GET /so-lieu/{dataflow}/{key}":          nil, // every series that holds something hidden, below
	"GET /so-lieu/{dataflow}/bang":           {"/so-lieu/DE_SHARE/bang", "/so-lieu/DE_VA/bang", "/so-lieu/GRDP/bang?tong=khong", "/so-lieu/TARGET_STATUS/bang", "/so-lieu/DE_QUARTERLY/bang"},
	"GET /so-sanh":                           {"/so-sanh", "/so-sanh?chuoi=DE_SHARE%2FA.VN.MIC.TOTAL+DE_SHARE%2FA.VN.NSO.TOTAL", "/so-sanh?chuoi=DE_SHARE%2FA.VN.NSO.TOTAL&ky=2024+2025", "/so-sanh?tim=BIMAT", "/so-sanh?bo=DE_SHARE"},
	"GET /vi-sao":                            nil, // every hidden cell and every cell that was computed with one, below
	"GET /phuong-phap":                       {"/phuong-phap"},
	"GET /phuong-phap/ky-thuat":              {"/phuong-phap/ky-thuat"},
	"GET /phuong-phap/{slug}":                {"/phuong-phap/digital-annual", "/phuong-phap/digital-quarterly", "/phuong-phap/digital-uncertainty", "/phuong-phap/required-growth", "/phuong-phap/target-status", "/phuong-phap/digital-split", "/phuong-phap/provinces"},
	"GET /thuat-ngu":                         {"/thuat-ngu"},
	"GET /thuat-ngu/{word}":                  {"/thuat-ngu/lan-cong-bo"},
	"GET /gioi-thieu":                        {"/gioi-thieu"},
	"GET /phat-hien":                         {"/phat-hien"},
	"GET /hai-con-so":                        {"/hai-con-so", "/hai-con-so?nam=2022", "/hai-con-so?dia-ban=VN63-79"},
	"GET /tai-lieu":                          {"/tai-lieu"},
	"GET /lich-su":                           {"/lich-su"},
	"GET /lich-su/tep/{name}":                {}, // the files of releases have tests of their own
	"GET /lich":                              {"/lich"},
	"GET /lich.ics":                          {"/lich.ics"},
	"GET /phat-hanh.atom":                    {"/phat-hanh.atom"},
	"GET /so-lieu/{dataflow}/tin.atom":       nil, // every dataflow, below
	"GET /so-lieu/{dataflow}/{key}/tin.atom": nil, // every series that holds something hidden, below
	"GET /tinh/{area}/tin.atom":              {"/tinh/VN34-01/tin.atom", "/tinh/VN34-79/tin.atom", "/tinh/VN34-08/tin.atom"},
	"GET /muc-tieu/{target}/tin.atom":        {"/muc-tieu/KTS-1/tin.atom", "/muc-tieu/LOCAL-1/tin.atom", "/muc-tieu/749-7/tin.atom"},
	"GET /tim":                               {"/tim?q=37,9173", "/tim?q=kinh+te+so", "/tim?q=BIMAT"},
	"/static/":                               {}, // files of the program
	"GET /robots.txt":                        {"/robots.txt"},
	"GET /sitemap.xml":                       {"/sitemap.xml"},
	"GET /favicon.svg":                       {},
	"GET /favicon.ico":                       {},
	"GET /healthz":                           {"/healthz"},
	"GET /readyz":                            {"/readyz"},
	"GET /metrics":                           {"/metrics"},
	"/api":                                   {"/api"},
	"/api/":                                  nil,                     // every operation, below
	"POST /api/v1/submissions":               {"/api/v1/submissions"}, // with a test of its own
	"GET /api/v1/submissions/{id}":           {"/api/v1/submissions/1"},
	"GET /api/v1/submissions/openapi.json":   {"/api/v1/submissions/openapi.json"},
	"/api/v1/submissions":                    {}, // other methods are refused
	"/api/v1/submissions/{id}":               {},
}

// The parameters with which each operation of the API is asked.
var operationsAsked = map[string][]string{
	"/release": {""}, "/releases": {""}, "/calendar": {""}, "/health": {""}, "/runs": {"?limit=1000"}, "/findings": {"?limit=1000"}, "/methods": {""}, "/recipes": {""}, "/provinces": {"", "?date=2026-01-01"},
	"/targets": {""}, "/codelists": {""}, "/terms": {""}, "/terms/{term}": {"lan-cong-bo"}, "/dataflows": {""}, "/indicators": {""},
	"/scenario":    {"", "?startYear=2025&targetYear=2030&gdpReal=9"},
	"/definitions": {""}, "/comparison": {"", "?year=2022", "?area=VN63-79"},
	"/search":          {"?q=37.9173", "?q=kinh+te+so", "?q=BIMAT"},
	"/data/{dataflow}": nil, "/series/{dataflow}/{key}": nil, "/observation": nil, "/explain": nil, "/runs/{run}": nil, // with what is hidden, below
	"/dataflows/{dataflow}": {"DE_SHARE", "DE_VA", "TARGET_STATUS"}, "/codelists/{codelist}": {"CL_SOURCE"}, "/methods/{method}": {"digital-annual"}, "/provinces/{province}": {"VN34-01", "VN34-79"},
	"/restate/{dataflow}": nil, "/submissions": {""}, "/submissions/{id}": {"1"},
	"/records": {""}, "/records/{type}": {"target", "legal-document", "organisation"}, "/records/{type}/{id}": {"target"}, "/records/{type}/{id}/acts": {"target"}, "/acts": {""},
}

// The arguments with which each command is asked, beside those that are made from what is hidden.
var commandsAsked = map[string][][]string{
	"serve": {}, "load": {}, "token": {{"list"}}, "user": {{"list"}}, "calc": {}, "override": {}, "version": {{}}, "config": {{}}, // these show no figure of the store
	"backup": {}, "restore": {}, // a backup holds everything, and is for whoever keeps the installation: a file that its owner alone may read
	"finding": {}, // the desk of whoever keeps the installation: an answer needs what was found, before any release; so does load --check
	"run":     {{"--list"}},
	"worker":  {}, "jobs": {{"list"}}, // the first shows nothing
	"release": {{"list"}, {"calendar"}, {"show", "--id", "2026-Q3"}}, // what release file writes has a test of its own
	"message": {{"list"}},
	"doctor":  {{}},
	"audit":   {}, // the log of all that was done, for whoever keeps the installation
	"catalog": {{}, {"history"}},
	"export":  nil, "explain": nil,
}

// vault is an installation with a release and with something hidden in every state.
type vault struct {
	*app
	dir    string
	e      *env
	out    *bytes.Buffer
	hidden []cube.Version  // what the keeper sees and everybody does not
	digits map[string]bool // the hidden figures as a reader would find them written
	words  []string        // other traces of what is hidden
}

func newVault(t *testing.T) *vault {
	t.Helper()
	vaultOnce.Do(func() { theVault = makeVault(t) })
	if theVault == nil {
		t.Fatal("the vault could not be made: see the test that asked for it first")
	}
	theVault.out.Reset()
	return theVault
}

// The vault takes long to make and is only read: the tests of this room share one.
var (
	vaultOnce sync.Once
	theVault  *vault
)

// TestMain removes what the tests shared. Half of the time of all recipes goes into the draws of one, whose number nothing here depends on: package
// recipe tests what it gives with all of them.
func TestMain(m *testing.M) {
	recipesOf = func(c *catalog.Catalog, areas *territory.Registry) []pipeline.Recipe {
		list := recipe.All(c, areas)
		for _, r := range list {
			for _, draws := range []string{"draws", "draws-by-source"} {
				if r.Params[draws] != "" {
					r.Params[draws] = "50"
				}
			}
		}
		return list
	}
	code := m.Run()
	if theVault != nil {
		theVault.close()
		os.RemoveAll(theVault.dir) //nolint:errcheck // a temporary folder
	}
	if abroadDir != "" {
		os.RemoveAll(abroadDir) //nolint:errcheck // a temporary folder
	}
	os.Exit(code)
}

func makeVault(t *testing.T) *vault {
	t.Helper()
	ctx := context.Background() // it outlives the test that makes it
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		t.Fatal(err)
	}
	v := &vault{dir: dir, out: &bytes.Buffer{}}
	now := time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)
	v.e = &env{in: strings.NewReader(""), out: v.out, err: &bytes.Buffer{}, getenv: func(string) string { return "" }, now: func() time.Time { now = now.Add(time.Second); return now }, lang: "vi"}
	if v.app, err = v.e.open(ctx, &installation{data: v.dir}); err != nil {
		t.Fatal(err)
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var noticed []cube.Finding // of the message taken next
	take := func(flow, key, period, value, vintage string, attrs ...string) {
		t.Helper()
		d := stat.MustDecimal(value)
		o := stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(period), Vintage: stat.Vintage{Date: stat.MustDate(vintage), Written: vintage}, Value: &d, Status: stat.Normal,
			Attributes: stat.Attributes{stat.AttrSource: "NSO-2026-01", stat.AttrMark: "S"}}
		for i := 0; i < len(attrs); i += 2 {
			o.Attributes[attrs[i]] = attrs[i+1]
		}
		brought, err := cube.Message{Header: cube.Header{Sender: "test", SentAt: now}, Entries: []cube.Entry{{Dataflow: flow, Observation: o}}}.Ready()
		check(err)
		brought.Findings = noticed
		_, err = v.store.Append(ctx, brought)
		check(err)
		noticed = nil
	}
	notice := func(what string) {
		noticed = []cube.Finding{{Rule: "components-to-total", Severity: catalog.Note, Identity: what, Parts: map[string]string{"got": what}}}
	}
	check(v.firstFigures(ctx, v.e))
	notice("BIMAT-finding")
	take("DE_SHARE", "A.VN34-01.NSO.TOTAL", "2025", "37.9173", "2026-01-05", stat.AttrConf, "C") // the share of a province
	take("DE_SHARE", "A.VN34-79.NSO.TOTAL", "2025", "36.1297", "2026-01-05", stat.AttrConf, "N")
	take("GRDP", "A.VN34-08", "2025", "91737.31", "2026-10-07", stat.AttrConf, "E")
	take("DE_SHARE", "A.VN.MIC.TOTAL", "2025", "19.7371", "2026-01-05", stat.AttrConf, "C") // the actual of a national target
	check(v.runStale(ctx, v.e, v.recipes))
	check(v.publishFirst(ctx, v.e))
	// What comes after the release.
	notice("BIMAT-later")
	take("DE_SHARE", "A.VN.NSO.TOTAL", "2025", "14.8371", "2026-11-01")
	check(v.store.AppendOverride(ctx, monitor.Override{Target: "KTS-1@2030", Class: monitor.Classes()[0], Reason: "BIMAT sau khi duyệt", By: "an", At: v.e.now()}))
	check(v.runStale(ctx, v.e, v.recipes))
	if _, err := v.desk().Open(ctx, "2027-Q1", catalog.Label{Vi: "BIMAT", En: "BIMAT"}, catalog.Label{Vi: "BIMAT", En: "BIMAT"}, "an"); err != nil {
		t.Fatal(err)
	}
	v.hide(t)
	return v
}

// hide finds what the keeper of the installation sees and everybody does not.
func (v *vault) hide(t *testing.T) {
	t.Helper()
	gate := v.gate()
	views := [2]*publish.View{}
	for i, who := range []publish.Audience{publish.Keeper("an"), publish.Everybody()} {
		var err error
		if views[i], err = gate.View(t.Context(), who); err != nil {
			t.Fatal(err)
		}
	}
	open := map[string]bool{}
	for _, f := range v.catalog.Dataflows() {
		for _, o := range views[1].History(f.ID, "") {
			if o.Value != nil {
				open[o.Value.String()] = true
			}
			for _, a := range []string{stat.AttrLower, stat.AttrUpper, stat.AttrStdErr} {
				if _, err := stat.ParseDecimal(o.Attributes[a]); err == nil {
					open[o.Attributes[a]] = true
				}
			}
		}
	}
	v.digits = map[string]bool{}
	for _, f := range v.catalog.Dataflows() {
		for _, o := range views[0].Read(f.ID, "") {
			if p, ok := views[1].Cell(o.Cell()); ok && p.Message == o.Message {
				continue
			}
			v.hidden = append(v.hidden, o)
			if o.Value == nil || open[o.Value.String()] {
				continue
			}
			for _, digits := range []int{o.Value.Decimals(), 4, 3, 2, 1, 0} {
				// A figure of few digits may well be another one of the page; all of ours have more.
				if r := o.Value.Round(digits); len(strings.Trim(strings.ReplaceAll(r.String(), ".", ""), "-0")) >= 6 {
					for _, s := range []string{r.String(), text.FormatNumber("vi", r, digits), text.FormatNumber("en", r, digits)} {
						v.digits[s] = true
					}
				}
			}
		}
	}
	for s := range open { // a published figure may look like a hidden one, rounded or not
		d := stat.MustDecimal(s)
		for _, digits := range []int{d.Decimals(), 4, 3, 2, 1, 0} {
			r := d.Round(digits)
			for _, form := range []string{s, r.String(), text.FormatNumber("vi", r, digits), text.FormatNumber("en", r, digits)} {
				delete(v.digits, form)
			}
		}
	}
	for _, s := range []string{"37.9173", "37,9173", "36.1297", "36,1297", "91737.31", "91.737,31", "19.7371", "19,7371", "14.8371", "14,8371", "37,92", "37.92", "36,13", "36.13"} {
		v.digits[s] = true
	}
	v.words = []string{"BIMAT-", "BIMAT sau"}
	if len(v.hidden) < 20 || len(v.digits) < 50 {
		t.Fatalf("only %d figures are hidden, known by %d texts", len(v.hidden), len(v.digits))
	}
	t.Logf("%d figures are hidden, known by %d texts", len(v.hidden), len(v.digits))
}

// tell fails when a text tells something hidden.
func (v *vault) tell(t *testing.T, where, body string) {
	t.Helper()
	body = unpacked(t, body)
	told := func(s string, i int) {
		if !strings.Contains(where, url.QueryEscape(s)) && !strings.Contains(where, s) { // a search page repeats what was searched for
			t.Errorf("%s tells %q: …%s…", where, s, body[max(0, i-120):min(len(body), i+80)])
		}
	}
	for _, s := range v.words {
		if i := strings.Index(body, s); i >= 0 {
			told(s, i)
		}
	}
	for i := 0; i < len(body); {
		if body[i] < '0' || body[i] > '9' {
			i++
			continue
		}
		from := i
		for i < len(body) && strings.IndexByte("0123456789.,", body[i]) >= 0 {
			i++
		}
		if s := strings.TrimRight(body[from:i], ".,"); v.digits[s] {
			told(s, from)
			return
		}
	}
}

// unpacked gives what a workbook holds as text, and any other answer as it is.
func unpacked(t *testing.T, body string) string {
	t.Helper()
	if !strings.HasPrefix(body, "PK\x03\x04") {
		return body
	}
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return out.String()
}

// cells gives the hidden cells and, of what everybody sees, cells that were computed from a series with a hidden figure.
func (v *vault) cells(t *testing.T, gate *publish.Gate) []cube.Cell {
	t.Helper()
	var out []cube.Cell
	perFlow := map[string]int{}
	for _, o := range v.hidden {
		if perFlow[o.Dataflow]++; perFlow[o.Dataflow] <= 6 {
			out = append(out, o.Cell())
		}
	}
	public, err := gate.View(t.Context(), publish.Everybody())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range v.catalog.Dataflows() {
		for i, o := range public.Read(f.ID, "") {
			// The tables of the United States rest on none of what is hidden, and explaining them takes seconds on a busy machine.
			if f.Kind == catalog.Derived && i%97 == 0 && !strings.HasPrefix(f.ID, "IO_") {
				out = append(out, o.Cell())
			}
		}
	}
	if len(out) < 30 {
		t.Fatal(fmt.Sprint(len(out), " cells"))
	}
	return out
}
