package records_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/people"
	"nhipso/internal/register"
)

// list gives the identifiers of a list.
func ids(body map[string]any) (out []string) {
	list, _ := body["records"].([]any)
	for _, x := range list {
		out = append(out, x.(map[string]any)["id"].(string))
	}
	return out
}

// TestEachAskerIsToldWhatIsTheirs: guest, another organisation, the record's own, its superior, the administrator.
func TestEachAskerIsToldWhatIsTheirs(t *testing.T) {
	p := newPlace(t)
	for path, want := range map[string][5]int{
		"/api/v1/records":                              {200, 200, 200, 200, 200},
		"/api/v1/records/person":                       {401, 200, 200, 200, 200},
		"/api/v1/records/person/east":                  {401, 404, 200, 200, 200},
		"/api/v1/records/person/ai":                    {401, 404, 404, 404, 404},
		"/api/v1/records/person/east/acts":             {401, 404, 200, 200, 200},
		"/api/v1/records/station":                      {200, 200, 200, 200, 200},
		"/api/v1/records/station/CS-1":                 {200, 200, 200, 200, 200},
		"/api/v1/records/station/CS-1/acts":            {401, 404, 200, 200, 200},
		"/api/v1/records/stations":                     {404, 404, 404, 404, 404},
		"/api/v1/records/station?see=whole":            {401, 200, 200, 200, 200},
		"/api/v1/records/person?see=public":            {401, 403, 403, 403, 403},
		"/api/v1/records/station?where=cost:from:50":   {403, 200, 200, 200, 200},
		"/api/v1/records/station?see=public&words=kin": {403, 403, 403, 403, 403},
		"/api/v1/records/station?see=public&sort=cost": {403, 403, 403, 403, 403},
	} {
		for i, who := range []string{"", "west", "east", "minister", "root"} {
			w, body := p.ask(who, http.MethodGet, path, "")
			if w.Code != want[i] {
				t.Errorf("%s as %q: %d, want %d: %s", path, who, w.Code, want[i], w.Body)
			}
			if text := w.Body.String(); (who == "" || who == "west") && (strings.Contains(text, "Ông Kín") || strings.Contains(text, "east@gov")) {
				t.Errorf("%s tells %q what is another's", path, who)
			}
			if w.Code == 401 && w.Header().Get("WWW-Authenticate") == "" || w.Code >= 400 && body["code"] == "" {
				t.Errorf("%s as %q: %v %v", path, who, w.Header(), body)
			}
		}
	}
	for who, want := range map[string]string{"": "CS-1 CS-2", "east": "CS-1", "west": "CS-2", "minister": "CS-1 CS-2"} {
		if _, body := p.ask(who, http.MethodGet, "/api/v1/records/station", ""); strings.Join(ids(body), " ") != want {
			t.Errorf("%q is given %v", who, ids(body))
		}
	}
	_, one := p.ask("", http.MethodGet, "/api/v1/records/station/CS-1", "")
	if one["whole"] != false || dig(one, "values", "name_vi") != "Trạm Đông" || dig(one, "values", "cost") != nil {
		t.Errorf("a guest is told %v", one)
	}
	if _, one = p.ask("east", http.MethodGet, "/api/v1/records/station/CS-1", ""); fmt.Sprint(dig(one, "values", "cost")) != "12.50" || one["whole"] != true {
		t.Errorf("its own is told %v", one)
	}
	for _, bad := range []string{"Bearer nhipso_x", "Bearer", "Basic cm9vdDo=", "nhipso_x"} {
		if w, _ := p.ask("", http.MethodGet, "/api/v1/records", "", "Authorization: "+bad); w.Code != 401 {
			t.Errorf("%q: %d", bad, w.Code)
		}
	}
}

// TestAListIsAskedForInEveryWay: filters, order, words, groups, count, pages, days and acts.
func TestAListIsAskedForInEveryWay(t *testing.T) {
	p := newPlace(t)
	for i := range 5 {
		opened := ""
		if i == 0 {
			opened = `,"opened":"2026-02-01"`
		}
		body := fmt.Sprintf(`{"kind":"added","from":"2026-0%d-01","changes":{"name_vi":"Trạm %d","name_en":"S%d","area":"XM","plan":"PLAN","keeper":"EAST","cost":%d.5%s}}`, i+1, i, i, i*10, opened)
		if w, _ := p.ask("east", http.MethodPost, fmt.Sprintf("/api/v1/records/station/E-%d/acts", i), body); w.Code != 201 {
			t.Fatal(w.Body)
		}
	}
	for query, want := range map[string]string{
		"where=cost:from:20":                  "E-2 E-3 E-4",
		"where=cost:to:12.50":                 "CS-1 E-0 E-1",
		"where=cost:from:10&where=cost:to:20": "CS-1 E-1",
		"where=opened:given":                  "E-0",
		"where=opened:empty&sort=-cost":       "E-4 E-3 E-2 CS-1 E-1",
		"where=state:is:planned&limit=2":      "CS-1 E-0",
		"where=state:isnot:planned":           "",
		"where=keeper:is:EAST&words=tram%203": "E-3",
		"words=kin":                           "CS-1",
		"day=2026-02-15":                      "CS-1 E-0 E-1",
		"day=2019-01-01":                      "",
		"sort=cost&limit=1":                   "E-0",
		"count=true&groups=state":             "CS-1 E-0 E-1 E-2 E-3 E-4",
	} {
		if _, body := p.ask("east", http.MethodGet, "/api/v1/records/station?"+query, ""); strings.Join(ids(body), " ") != want {
			t.Errorf("%s gives %v, want %s: %v", query, ids(body), want, body["detail"])
		}
	}
	_, body := p.ask("east", http.MethodGet, "/api/v1/records/station?count=true&groups=state", "")
	if fmt.Sprint(body["count"]) != "6" || fmt.Sprint(body["groups"]) != "[map[count:6 value:planned]]" {
		t.Errorf("counted: %v", body)
	}
	var all []string
	next := "/api/v1/records/station?sort=-cost&limit=2&where=cost:from:0"
	for pages := 0; next != "" && pages < 9; pages++ {
		w, body := p.ask("east", http.MethodGet, next, "")
		all = append(all, ids(body)...)
		if next, _ = body["next"].(string); next != "" && w.Header().Get("Link") != "<"+next+`>; rel="next"` {
			t.Errorf("the heading leads elsewhere: %s", w.Header().Get("Link"))
		}
	}
	if strings.Join(all, " ") != "E-4 E-3 E-2 CS-1 E-1 E-0" {
		t.Errorf("page by page: %v", all)
	}
	for query, want := range map[string]string{"where=cost": "records.where", "where=cost:over:1": "register.no-operator", "where=plan:from:A": "register.no-order", "where=opened:given:1": "records.where", "where=cost:is": "records.where",
		"where=nothing:is:1": "register.no-column", "sort=name": "register.no-column", "after=x": "register.cursor", "limit=0": "api.not-in-range", "limit=1001": "api.not-in-range", "day=today": "stat.bad-date", "act=x": "api.bad-parameter",
		"see=all": "api.not-one-of", "count=yes": "api.not-one-of", "groups=contact": "register.no-column", "day=2026-01-01&day=2026-01-02": "api.repeated-parameter", "colour=red": "api.unknown-parameter", "words=": "api.empty-parameter", "lang=fr": "api.not-one-of"} {
		if w, body := p.ask("east", http.MethodGet, "/api/v1/records/station?"+query, ""); body["code"] != want || w.Code < 400 || w.Code > 422 {
			t.Errorf("%s: %d %v, want %s", query, w.Code, body["code"], want)
		}
	}
}

// TestTwoWhoChangeOneRecordBothDecide: who saves second sees both versions, and what was believed stays readable.
func TestTwoWhoChangeOneRecordBothDecide(t *testing.T) {
	p := newPlace(t)
	const at = "/api/v1/records/station/CS-1"
	w, seen := p.ask("east", http.MethodGet, at, "")
	tag := w.Header().Get("ETag")
	change := `{"kind":"changed","reason":"đo lại","changes":{"cost":%s,"contact":"Bà Hai"}}`
	if w, body := p.ask("east", http.MethodPost, at+"/acts", fmt.Sprintf(change, "20")); w.Code != 428 || body["code"] != "records.no-base" {
		t.Errorf("without a word on what was seen: %d %v", w.Code, body)
	}
	for _, bad := range []string{"*", "12", `"x"`, `"0"`, `"1", "2"`} {
		if w, _ := p.ask("east", http.MethodPost, at+"/acts", fmt.Sprintf(change, "20"), "If-Match: "+bad); w.Code != 400 {
			t.Errorf("If-Match: %s: %d", bad, w.Code)
		}
	}
	if w, body := p.ask("east", http.MethodPost, at+"/acts?try=true", fmt.Sprintf(change, "20"), "If-Match: "+tag); w.Code != 200 || body["try"] != true || body["batch"] != nil {
		t.Errorf("a try: %d %v", w.Code, body)
	}
	if again, _ := p.ask("east", http.MethodGet, at, ""); again.Header().Get("ETag") != tag {
		t.Error("a try does something")
	}
	w, done := p.ask("east", http.MethodPost, at+"/acts", fmt.Sprintf(change, "20"), "If-Match: W/"+tag)
	if w.Code != 201 || w.Header().Get("ETag") == tag || w.Header().Get("Location") != at {
		t.Fatal(w.Code, done, w.Header())
	}
	w, body := p.ask("east", http.MethodPost, at+"/acts", fmt.Sprintf(change, "30.00"), "If-Match: "+tag)
	conflict := body["conflicts"].([]any)[0]
	if w.Code != 412 || fmt.Sprint(dig(conflict, "seen", "values", "cost")) != "12.50" || fmt.Sprint(dig(conflict, "now", "values", "cost")) != "20" || fmt.Sprint(dig(conflict, "columns")) != "[map[column:cost now:20 yours:30.00]]" {
		t.Errorf("the second is told %d %v", w.Code, body)
	}
	tag = fmt.Sprintf("%q", fmt.Sprint(dig(conflict, "newest")))
	if w, body := p.ask("east", http.MethodPost, at+"/acts", fmt.Sprintf(change, "30.00"), "If-Match: "+tag); w.Code != 201 {
		t.Errorf("having seen both: %v", body)
	}
	newest := fmt.Sprint(seen["newest"])
	if _, body := p.ask("east", http.MethodGet, at+"?act="+newest, ""); fmt.Sprint(dig(body, "values", "cost")) != "12.50" {
		t.Errorf("what was believed then: %v", body)
	}
	if _, body := p.ask("east", http.MethodGet, at+"/acts?limit=2", ""); len(body["acts"].([]any)) != 2 || body["next"] == nil || dig(body["acts"].([]any)[1], "reason") != "đo lại" {
		t.Errorf("its acts: %v", body)
	}
}

// TestWhoSeesNothingOfARecordLearnsNothingOfIt by acting on it.
func TestWhoSeesNothingOfARecordLearnsNothingOfIt(t *testing.T) {
	p := newPlace(t)
	for _, who := range []string{"east", "minister"} {
		_, none := p.ask("west", http.MethodPost, "/api/v1/records/person/"+who+"/acts", `{"kind":"changed","changes":{"name":"x"}}`, `If-Match: "1"`)
		_, free := p.ask("west", http.MethodPost, "/api/v1/records/person/ai/acts", `{"kind":"changed","changes":{"name":"x"}}`, `If-Match: "1"`)
		if none["code"] != free["code"] || none["conflicts"] != nil {
			t.Errorf("a stranger learns that there is %s: %v, %v", who, none, free)
		}
	}
	if w, body := p.ask("west", http.MethodPost, "/api/v1/records/station/CS-1/acts", `{"kind":"changed","changes":{"cost":1}}`, `If-Match: "1"`); strings.Contains(w.Body.String(), "12.50") || w.Code == 201 {
		t.Errorf("another organisation is told %v", body)
	}
}

// TestWhatIsSentTwiceIsDoneOnce: the same answer under the same name, whatever else happened; other content under it is refused; other people's names
// are their own.
func TestWhatIsSentTwiceIsDoneOnce(t *testing.T) {
	p := newPlace(t)
	const at, key = "/api/v1/records/station/K-1/acts", "Idempotency-Key: tháng-12"
	good := `{"kind":"added","from":"2026-01-01","changes":{"name_vi":"A","name_en":"A","area":"XM","plan":"PLAN","keeper":"EAST","contact":"Ông Kín"}}`
	if w, _ := p.ask("east", http.MethodPost, at, good, key); w.Code != 400 {
		t.Errorf("a name that is not ASCII: %d", w.Code)
	}
	send := func(who, body string) (int, string) {
		w, _ := p.ask(who, http.MethodPost, at, body, "Idempotency-Key: 2026-12")
		return w.Code, w.Body.String()
	}
	bad := strings.Replace(good, "XM", "??", 1)
	if code, text := send("east", bad); code != 422 || !strings.Contains(text, `"/changes/area"`) {
		t.Error(code, text)
	}
	code, first := send("east", good)
	again, second := send("east", good)
	if code != 201 || again != 201 || first != second {
		t.Errorf("%d %s\n%d %s", code, first, again, second)
	}
	for _, other := range []string{strings.Replace(good, `"A"`, `"B"`, 1), strings.Replace(good, "Ông Kín", "Bà Hai", 1)} {
		if code, text := send("east", other); code != 422 || !strings.Contains(text, "register.other-content") {
			t.Errorf("other content under the same name: %d %s", code, text)
		}
	}
	if code, text := send("west", strings.Replace(good, "EAST", "WEST", 1)); code != 409 || strings.Contains(text, "Ông Kín") {
		t.Errorf("another person's name of the same letters: %d %s", code, text)
	}
}

// TestABatchIsDoneWholeOrNotAtAll, and each fault names its place in what was sent.
func TestABatchIsDoneWholeOrNotAtAll(t *testing.T) {
	p := newPlace(t)
	w, one := p.ask("east", http.MethodGet, "/api/v1/records/station/CS-1", "")
	if w.Code != 200 {
		t.Fatal(w.Body)
	}
	station := func(id, area string) string {
		return fmt.Sprintf(`{"type":"station","id":%q,"kind":"added","changes":{"name_vi":%q,"name_en":"x","area":%q,"plan":"PLAN","keeper":"EAST"}}`, id, id, area)
	}
	batch := func(acts ...string) string {
		return `{"reason":"nhập","organisation":"EAST","acts":[` + strings.Join(acts, ",") + `]}`
	}
	w, body := p.ask("east", http.MethodPost, "/api/v1/acts", batch(station("B-1", "XM"), station("B-2", "??"), `{"type":"station","id":"CS-1","kind":"changed","changes":{"cost":1}}`))
	if w.Code != 428 || body["pointer"] != "/acts/2" {
		t.Errorf("%d %v", w.Code, body)
	}
	stale := fmt.Sprintf(`{"type":"station","id":"CS-1","kind":"changed","base":%v,"changes":{"cost":1}}`, 1)
	w, body = p.ask("east", http.MethodPost, "/api/v1/acts", batch(station("B-1", "XM"), station("B-2", "??"), stale, station("B 3", "XM")))
	var at []string
	for _, e := range body["errors"].([]any) {
		at = append(at, fmt.Sprint(dig(e, "pointer")))
	}
	if w.Code != 422 || !slices.Equal(at, []string{"/acts/1/changes/area", "/acts/2", "/acts/3"}) || dig(body["conflicts"].([]any)[0], "pointer") != "/acts/2" {
		t.Errorf("%d %v %v", w.Code, at, body)
	}
	if w, _ := p.ask("east", http.MethodGet, "/api/v1/records/station/B-1", ""); w.Code != 404 {
		t.Error("half of a batch is done")
	}
	twice := fmt.Sprintf(`{"type":"station","id":"CS-1","kind":"changed","base":%v,"changes":{"cost":1}},{"type":"station","id":"CS-1","kind":"changed","changes":{"cost":2}}`, one["newest"])
	if w, body := p.ask("east", http.MethodPost, "/api/v1/acts", batch(station("B-1", "XM"), twice)); w.Code != 201 || len(body["acts"].([]any)) != 3 {
		t.Errorf("%d %v", w.Code, body)
	}
	for what, x := range map[string]struct {
		body, header string
		code         int
	}{
		"no JSON": {"{", "", 400}, "another kind": {batch(station("B-9", "XM")), "Content-Type: text/csv", 415}, "an unknown name": {`{"acts":[],"colour":1}`, "", 400}, "a name twice": {`{"acts":[],"acts":[]}`, "", 400},
		"two values": {`{"acts":[]} {}`, "", 400}, "nothing": {`{"acts":[]}`, "", 422}, "an object as a value": {batch(`{"type":"station","id":"B-9","kind":"added","changes":{"name_vi":{}}}`), "", 422},
		"another organisation": {strings.Replace(batch(station("B-9", "XM")), "EAST", "WEST", 1), "", 403}, "an unknown type": {batch(`{"type":"stations","id":"B-9","kind":"added"}`), "", 422},
		"a base of a new one": {batch(`{"type":"station","id":"B-9","kind":"added","base":1}`), "", 422}, "If-Match": {batch(station("B-9", "XM")), `If-Match: "1"`, 400}, "too large": {`{"reason":"` + strings.Repeat("x", 17<<20) + `"}`, "", 413},
	} {
		headers := []string{}
		if x.header != "" {
			headers = append(headers, x.header)
		}
		if w, body := p.ask("east", http.MethodPost, "/api/v1/acts", x.body, headers...); w.Code != x.code {
			t.Errorf("%s: %d, want %d: %v", what, w.Code, x.code, body)
		}
	}
	if w, _ := p.ask("", http.MethodPost, "/api/v1/acts", batch(station("B-9", "XM"))); w.Code != 401 {
		t.Errorf("a guest acts: %d", w.Code)
	}
}

// TestATokenOfThePersonIsNoMoreThanItsBounds, whatever else the person may.
func TestATokenOfThePersonIsNoMoreThanItsBounds(t *testing.T) {
	p := newPlace(t)
	p.tokens["reads"] = p.token("east", people.Bounds{Types: []string{"station"}})
	p.tokens["roots"] = p.token("root", people.Bounds{Types: []string{"person"}, Acts: true})
	added := `{"kind":"added","changes":{"name_vi":"A","name_en":"A","area":"XM","plan":"PLAN","keeper":"EAST"}}`
	for _, x := range []struct {
		who, method, path, body string
		code                    int
	}{
		{"reads", "GET", "/api/v1/records/station", "", 200}, {"reads", "GET", "/api/v1/records/person", "", 403}, {"reads", "GET", "/api/v1/records/person/east", "", 403}, {"reads", "POST", "/api/v1/records/station/T-1/acts", added, 403},
		{"roots", "GET", "/api/v1/records/role/r-east", "", 403}, {"roots", "POST", "/api/v1/records/role/r-new/acts", `{"kind":"added","changes":{"person":"root","organisation":"EAST","role":"reporter"}}`, 403},
		{"roots", "POST", "/api/v1/records/person/p-new/acts", `{"kind":"added","changes":{"name":"Mới","organisation":"EAST"}}`, 201},
	} {
		if w, body := p.ask(x.who, x.method, x.path, x.body); w.Code != x.code {
			t.Errorf("%s %s %s: %d, want %d: %v", x.who, x.method, x.path, w.Code, x.code, body)
		}
	}
	_, types := p.ask("reads", http.MethodGet, "/api/v1/records", "")
	if list := types["types"].([]any); len(list) != 1 || dig(list[0], "id") != "station" {
		t.Errorf("types: %v", types)
	}
	line, err := p.office.Register.Timeline(t.Context(), people.PersonType, "east")
	if err != nil {
		t.Fatal(err)
	}
	leaves := register.Act{Kind: register.Ended, Type: people.PersonType, Record: "east", Base: line.Newest}
	if err := p.office.Do(t.Context(), &register.Batch{Person: "root", Reason: "nghỉ", Acts: []register.Act{leaves}}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"east", "reads"} {
		if w, _ := p.ask(who, http.MethodGet, "/api/v1/records/station", ""); w.Code != 401 {
			t.Errorf("the token of somebody who left is good: %d", w.Code)
		}
	}
}

// TestEveryOperationRefusesWhatTheDescriptionDoesNotKnow: derived from the description, so that no route is forgotten.
func TestEveryOperationRefusesWhatTheDescriptionDoesNotKnow(t *testing.T) {
	p := newPlace(t)
	for path, item := range description()["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			address := "/api/v1" + strings.NewReplacer("{type}", "station", "{id}", "CS-1").Replace(path)
			ask := func(query string) (int, any) {
				w, body := p.ask("east", strings.ToUpper(method), address+"?"+query, "{}")
				return w.Code, body["code"]
			}
			if code, is := ask("nope=1"); code != 400 || is != "api.unknown-parameter" {
				t.Errorf("%s %s takes a parameter of no name: %d %v", method, path, code, is)
			}
			for _, x := range op.(map[string]any)["parameters"].([]any) {
				if dig(x, "in") != "query" {
					continue
				}
				name, example := dig(x, "name").(string), fmt.Sprint(dig(x, "example"))
				if code, _ := ask(url.Values{name: {""}}.Encode()); code != 422 {
					t.Errorf("%s %s: an empty %s gives %d", method, path, name, code)
				}
				if code, _ := ask(url.Values{name: {example, example}}.Encode()); name != "where" && code != 400 {
					t.Errorf("%s %s: %s twice gives %d", method, path, name, code)
				}
			}
			if w, _ := p.ask("east", http.MethodDelete, address, ""); w.Code != 405 || !strings.Contains(w.Header().Get("Allow"), strings.ToUpper(method)) {
				t.Errorf("DELETE %s: %d %v", path, w.Code, w.Header())
			}
			guest := 200
			if list := op.(map[string]any)["security"].([]any); len(list) == 1 {
				guest = 401
			}
			if w, _ := p.ask("", strings.ToUpper(method), address, "{}"); w.Code != guest {
				t.Errorf("%s %s as a guest: %d", method, path, w.Code)
			}
			if method == "get" {
				if w, _ := p.ask("east", http.MethodHead, address, ""); w.Code != 200 || w.Body.Len() > 0 {
					t.Errorf("HEAD %s: %d", path, w.Code)
				}
			}
		}
	}
	known := map[string]bool{}
	for path := range description()["paths"].(map[string]any) {
		known["/api/v1"+path] = true
	}
	if len(known) != 5 {
		t.Errorf("%v", known)
	}
}
