package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"nhipso/internal/config"
	"nhipso/internal/intake"
)

func TestAProgramSubmitsWithATokenUntilItIsRevoked(t *testing.T) {
	d := keeper{t, t.TempDir()}
	status, out := d.do("token", "add", "--sender", "Cục Thống kê", "--dataflow", "GRDP,DE_SHARE", "--by", "an")
	lines := strings.Split(out, "\n")
	if status != exitOK || len(lines) < 3 || !strings.Contains(lines[0], "DE_SHARE, GRDP") {
		t.Fatalf("%d %s", status, out)
	}
	id, secret := strings.TrimSuffix(strings.Fields(lines[0])[1], ":"), lines[1]
	if _, out = d.do("token", "list"); !strings.Contains(out, id) || strings.Contains(out, secret) {
		t.Errorf("the list shows %s", out)
	}

	e := &env{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}, now: func() time.Time { return time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC) }, getenv: os.Getenv}
	a, err := e.open(t.Context(), &installation{data: d.data})
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	a.log, a.parts = slog.New(slog.DiscardHandler), nil
	site := func() http.Handler {
		gate := a.gate()
		s, err := a.site(gate, a.log, watched(t, a, config.Defaults()))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	send := func(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+secret)
		r.Header.Set("Idempotency-Key", "k")
		r.Header.Set("Content-Type", "text/csv")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	body := "DATAFLOW,REF_AREA,DEFINITION,COMPONENT,TIME_PERIOD,OBS_VALUE,VINTAGE,EVIDENCE,SOURCE\nDE_SHARE,VN,NSO,TOTAL,2025,14.02,2026-01-05,S,NSO-2026-01\n"
	if w := send(site(), http.MethodPost, intake.Path+"?dataflow=DE_SHARE", body); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("what has no door, as a mirror, answers %d", w.Code)
	}
	a.parts = parts()
	h := site()
	list, err := a.modules(a.gate(), newFiles(a))
	if err != nil {
		t.Fatal(err)
	}
	stop := a.beside(t.Context(), list.Tasks(true, true))
	var x intake.Told
	for range 120 { // more than a reader may ask for at once
		w := send(h, http.MethodPost, intake.Path+"?dataflow=DE_SHARE", body)
		if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil || w.Code != http.StatusAccepted && w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	for deadline := time.Now().Add(30 * time.Second); x.Receipt == nil && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if err := json.Unmarshal(send(h, http.MethodGet, intake.Path+"/"+x.ID, "").Body.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
	}
	if x.Receipt == nil || x.Receipt.Message != 1 || x.Receipt.Added != 1 {
		t.Errorf("%+v", x)
	}
	stop()

	if status, out := d.do("token", "revoke", id, "--by", "an"); status != exitOK {
		t.Fatal(out)
	}
	if w := send(h, http.MethodGet, intake.Path+"/"+x.ID, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a token that was revoked: %d", w.Code)
	}
	for _, args := range [][]string{{"token"}, {"token", "make"}, {"token", "list", "--sender", "x"}, {"token", "revoke"}, {"token", "revoke", id}, {"token", "add", "--sender", "x"},
		{"token", "add", "--sender", "x", "--dataflow", "NOPE"}, {"token", "add", "--sender", "reference", "--dataflow", "GRDP"}, {"token", "add", "--sender", "x", "--dataflow", "DE_VA"}} {
		if status, out := d.do(args...); status == exitOK {
			t.Errorf("%v passes: %s", args, out)
		}
	}
}

func TestAFileLoadedAgainUnderItsKeyStoresNothing(t *testing.T) {
	d := keeper{t, t.TempDir()}
	file := d.file("DE_SHARE,VN,NSO,TOTAL,2025,14.02,A,2026-01-05,S,NSO-2026-01")
	for range 2 {
		status, out := d.do("load", "--by", "lan", "--key", "k1", file)
		if status != exitOK {
			t.Fatal(out)
		}
		wantAll(t, out, "1 new, 0 revised, 0 unchanged") // the receipt of before, word for word
	}
	other := d.file("DE_SHARE,VN,NSO,TOTAL,2024,13.17,A,2025-01-06,S,NSO-2026-01")
	status, out := d.do("load", "--by", "lan", "--key", "k1", other)
	if status == exitOK {
		t.Errorf("other content passes: %s", out)
	}
	wantAll(t, out, "k1", "other content")
	if status, out := d.do("load", "--by", "minh", "--key", "k1", other); status != exitOK {
		t.Error(out)
	}
	for _, args := range [][]string{{"load", "--key", "k", file, other}, {"load", "--check", "--key", "k", file}} {
		if status, out := d.do(args...); status == exitOK || !strings.Contains(out, "--key") {
			t.Errorf("%v: %s", args, out)
		}
	}
}
