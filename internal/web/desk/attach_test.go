package desk_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/people"
	"nhipso/internal/register"
)

// attached puts a text file at the station of the east, and gives its act.
func (p *place) attached(name, holds string) string {
	p.Helper()
	sum := sha256.Sum256([]byte(holds))
	a := register.Attachment{SHA256: hex.EncodeToString(sum[:]), Name: name, Media: "text/plain; charset=utf-8", Size: int64(len(holds))}
	b := &register.Batch{Person: people.Program, Acts: []register.Act{{Kind: register.Attached, Type: "station", Record: "CS-1", Changes: []register.Change{{Column: register.FileColumn, After: a.Text()}}}},
		Contents: []register.Content{{SHA256: a.SHA256, Size: a.Size, Bytes: strings.NewReader(holds)}}}
	if err := p.office.Register.Do(p.Context(), b); err != nil {
		p.Fatal(err)
	}
	return strconv.FormatInt(b.Acts[0].Number, 10)
}

// send sends a file as a browser does, before other fields or after them.
func (p *place) send(who, path, name string, holds io.Reader, pairs ...string) *http.Response {
	p.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	w, err := m.CreateFormFile("tep", name)
	if err == nil {
		_, err = io.Copy(w, holds)
	}
	for i := 0; err == nil && i < len(pairs); i += 2 {
		err = m.WriteField(pairs[i], pairs[i+1])
	}
	if err != nil || m.Close() != nil {
		p.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(p.cookies[who])
	out := httptest.NewRecorder()
	p.site.ServeHTTP(out, r)
	return out.Result()
}

// TestAFileAtARecord: what is sent comes back as it was, to be kept and never shown as a page; the record and its story name it; who sees only the public
// part of the record sees nothing of it; nothing is left in the folder for files on their way.
func TestAFileAtARecord(t *testing.T) {
	p := newPlace(t)
	const name, holds = "Kế hoạch <b>2026</b>.csv", "a,b\n<script>,1\n"
	if w := p.send("east", "/lam-viec/tep-kem/station/CS-1", "Kế hoạch năm 2026.csv", strings.NewReader(holds), "_ly-do", "bản gốc"); w.StatusCode != http.StatusSeeOther {
		t.Fatal(w.StatusCode, p.body(w))
	}
	page := p.body(p.ask("east", http.MethodGet, "/lam-viec/ho-so/station/CS-1", nil))
	for _, want := range []string{"Kế hoạch năm 2026.csv", "bản gốc", "Đính kèm tệp"} {
		if !strings.Contains(page, want) {
			t.Errorf("the record does not say %s", want)
		}
	}
	if got := p.body(p.ask("west", http.MethodGet, "/lam-viec/ho-so/station/CS-1", nil)); strings.Contains(got, "Kế hoạch năm") || strings.Contains(got, "Báo cáo") {
		t.Error("another organisation sees the names of files")
	}
	number, err := strconv.Atoi(p.file)
	if err != nil {
		t.Fatal(err)
	}
	w := p.ask("east", http.MethodGet, fmt.Sprintf("/lam-viec/tep-kem/station/CS-1/%d", number+1), nil)
	how, pairs, err := mime.ParseMediaType(w.Header.Get("Content-Disposition"))
	if err != nil || how != "attachment" || pairs["filename"] != "Kế hoạch năm 2026.csv" {
		t.Errorf("%s: %s, %v, %v", w.Header.Get("Content-Disposition"), how, pairs, err)
	}
	for header, want := range map[string]string{"Content-Type": "text/csv; charset=utf-8", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'", "Content-Length": strconv.Itoa(len(holds)), "Cache-Control": "no-store"} {
		if got := w.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if got := p.body(w); got != holds {
		t.Errorf("given as %q", got)
	}
	if w := p.ask("east", http.MethodGet, "/lam-viec/tep-kem/person/east/"+p.file, nil); w.StatusCode != http.StatusNotFound {
		t.Errorf("the file of another record: %d", w.StatusCode)
	}
	for what, x := range map[string]struct {
		name  string
		holds io.Reader
		says  string
	}{
		"a name that a page would read": {name, strings.NewReader("a"), "Tên tệp"},
		"a page":                        {"a.html", strings.NewReader("<p>"), "a.html"},
		"a program called a text":       {"a.txt", strings.NewReader("MZ\x00"), "không đúng loại"},
		"more than may be":              {"a.txt", strings.NewReader(strings.Repeat("a", 1<<20+1)), "quá 1 MB"},
		"far more than may be":          {"a.txt", strings.NewReader(strings.Repeat("a", 4<<20)), "quá 1 MB"},
		"the same file":                 {"b.txt", strings.NewReader("Ông Kín"), "đã có tệp này"},
	} {
		w := p.send("east", "/lam-viec/tep-kem/station/CS-1", x.name, x.holds)
		if got := p.body(w); w.StatusCode < 400 || w.StatusCode >= 500 || !strings.Contains(got, x.says) {
			t.Errorf("%s: %d", what, w.StatusCode)
		}
	}
	if left, err := os.ReadDir(p.spool); err != nil || len(left) != 0 {
		t.Errorf("left on the way: %v, %v", left, err)
	}
	form := map[string][]string{"_viec": {"detached"}, "_lan": {p.newest("station", "CS-1")}, "_tep": {hidden(t, page, "_tep")}}
	if w := p.ask("minister", http.MethodPost, "/lam-viec/ho-so/station/CS-1", form); w.StatusCode != http.StatusForbidden {
		t.Errorf("who may only see takes a file away: %d", w.StatusCode)
	}
	if w := p.ask("east", http.MethodPost, "/lam-viec/ho-so/station/CS-1", form); w.StatusCode != http.StatusSeeOther {
		t.Errorf("%d %s", w.StatusCode, p.body(w))
	}
	if got := p.body(p.ask("east", http.MethodGet, "/lam-viec/ho-so/station/CS-1", nil)); strings.Count(got, "Báo cáo “quý”") != 2 { // in the story only: it came, and went
		t.Errorf("after it was taken away it stands %d times", strings.Count(got, "Báo cáo “quý”"))
	}
}

// TestAFullDiskIsSaid, and nothing is recorded.
func TestAFullDiskIsSaid(t *testing.T) {
	p := newPlace(t)
	if err := os.RemoveAll(p.spool); err != nil {
		t.Fatal(err)
	}
	w := p.send("east", "/lam-viec/tep-kem/station/CS-1", "a.txt", strings.NewReader("a"))
	if got := p.body(w); w.StatusCode != http.StatusInsufficientStorage || !strings.Contains(got, "không còn chỗ") || strings.Contains(got, ">a.txt<") {
		t.Errorf("%d", w.StatusCode)
	}
}
