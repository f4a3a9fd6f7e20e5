package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/store"
	"nhipso/internal/text"
)

// Path is where submissions are sent to; each is at Path + "/" + its identifier.
const Path = "/api/v1/submissions"

// description is where the API is described, with the operations of the door.
const description = "/api/v1/openapi.json"

// maxKey bounds a key, in bytes.
const maxKey = 200

// Patterns are the routes of a door, for a ServeMux.
func (d *Door) Patterns() map[string]http.Handler {
	return map[string]http.Handler{
		"POST " + Path:                  http.HandlerFunc(d.post),
		"GET " + Path + "/{id}":         http.HandlerFunc(d.get),
		Path:                            otherThan(http.MethodPost),
		Path + "/{id}":                  otherThan(http.MethodGet, http.MethodHead),
		"GET " + Path + "/openapi.json": http.RedirectHandler(description, http.StatusMovedPermanently), // where it was before it was part of the one of the API
	}
}

// otherThan refuses methods other than those.
func otherThan(methods ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", strings.Join(methods, ", "))
		refuse(w, r, fault.New("intake.bad-method", "method", r.Method, "allowed", strings.Join(methods, ", ")))
	})
}

// post accepts a submission.
func (d *Door) post(w http.ResponseWriter, r *http.Request) {
	d.here.Add(1)
	defer d.here.Add(-1)
	t, err := d.bearer(r)
	if err != nil {
		refuse(w, r, err)
		return
	}
	x, err := d.read(w, r, t)
	if err == nil {
		err = d.accept(r.Context(), x)
	}
	if err != nil {
		refuse(w, r, err)
		return
	}
	w.Header().Set("Location", Path+"/"+x.ID)
	status := http.StatusAccepted
	if x.State != store.Accepted {
		status = http.StatusOK
	}
	answer(w, status, told(*x, language(r)))
}

// get tells where a submission of the bearer stands.
func (d *Door) get(w http.ResponseWriter, r *http.Request) {
	t, err := d.bearer(r)
	if err != nil {
		refuse(w, r, err)
		return
	}
	if err := onlyParameters(r, "lang"); err != nil {
		refuse(w, r, err)
		return
	}
	x, err := d.line.SubmissionByID(r.Context(), t.Sender, r.PathValue("id"))
	if err != nil {
		refuse(w, r, err)
		return
	}
	answer(w, http.StatusOK, told(x, language(r)))
}

// bearer finds whose token a request bears.
func (d *Door) bearer(r *http.Request) (store.Token, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if secret = strings.TrimSpace(secret); !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return store.Token{}, fault.New("intake.unauthorised")
	}
	t, good, err := d.keys.tokenOf(r.Context(), secret)
	if err == nil && !good {
		err = fault.New("intake.unauthorised")
	}
	return t, err
}

// read takes a request apart.
func (d *Door) read(w http.ResponseWriter, r *http.Request, t store.Token) (*store.Submission, error) {
	x := &store.Submission{Sender: t.Sender, Key: strings.TrimSpace(r.Header.Get("Idempotency-Key"))}
	if x.Key == "" || len(x.Key) > maxKey {
		return nil, fault.New("intake.no-key", "most", maxKey)
	}
	if err := onlyParameters(r, "dataflow", "lang"); err != nil {
		return nil, err
	}
	for _, id := range strings.Split(r.URL.Query().Get("dataflow"), ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		if !t.May(id) {
			return nil, otherFlow(id, t.Flows)
		}
		if !slices.Contains(x.Flows, id) {
			x.Flows = append(x.Flows, id)
		}
	}
	if len(x.Flows) == 0 {
		return nil, fault.New("intake.no-dataflow")
	}
	if coding := strings.Join(r.Header.Values("Content-Encoding"), ", "); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, fault.New("intake.coding", "coding", coding)
	}
	media, how, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := strings.ToLower(how["charset"]); !slices.Contains([]string{"", "utf-8", "us-ascii"}, charset) {
		return nil, fault.New("intake.encoding")
	}
	switch {
	case err == nil && media == "text/csv":
		x.File = csvName
	case err == nil && media == "application/json":
		x.File = jsonName
	default:
		return nil, fault.New("intake.media", "type", r.Header.Get("Content-Type"))
	}
	if r.ContentLength > MaxBody {
		return nil, fault.New("intake.too-large", "megabytes", MaxBody>>20)
	}
	body := &counted{Reader: http.MaxBytesReader(w, r.Body, MaxBody), door: d}
	defer body.done()
	x.Body, err = io.ReadAll(body)
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, fault.New("intake.too-large", "megabytes", MaxBody>>20)
	case fault.CodeOf(err) == "intake.full":
		return nil, err
	case err != nil:
		return nil, fault.New("intake.cut", "n", len(x.Body)).Because(err)
	case len(strings.TrimSpace(string(x.Body))) == 0:
		return nil, fault.New("cube.empty")
	case x.File == jsonName && !json.Valid(x.Body):
		return nil, fault.New("intake.bad-json", "reason", "JSON")
	}
	sum := sha256.Sum256(x.Body)
	x.Digest = hex.EncodeToString(sum[:])
	return x, nil
}

// Told is a submission as its sender is told of it.
type Told struct {
	ID       string        `json:"id"`
	Key      string        `json:"key"`
	State    store.Fate    `json:"state"`
	Accepted time.Time     `json:"accepted"`
	Settled  *time.Time    `json:"settled,omitempty"`
	Receipt  *cube.Receipt `json:"receipt,omitempty"`
	Faults   []Fault       `json:"faults,omitempty"`
}

// Fault is one thing that is wrong with a submission.
type Fault struct {
	Code   string `json:"code"`
	Row    int    `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
	Detail string `json:"detail"`
}

func told(x store.Submission, lang string) Told {
	t := Told{ID: x.ID, Key: x.Key, State: x.State, Accepted: x.At.UTC()}
	if x.State != store.Accepted {
		at := x.Settled.UTC()
		t.Settled = &at
	}
	if x.State == store.Committed {
		t.Receipt = &x.Receipt
	}
	for _, f := range x.Reasons {
		detail := f.Vi
		if lang == "en" {
			detail = f.En
		}
		t.Faults = append(t.Faults, Fault{f.Code, f.Row, f.Column, detail})
	}
	return t
}

// language is that of the address, else the one that the program prefers.
func language(r *http.Request) string {
	return text.LanguageOf(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
}

// onlyParameters refuses a parameter that would have no effect, one that is given twice, and a language that there is not.
func onlyParameters(r *http.Request, known ...string) error {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.New("intake.bad-parameter", "name", "?", "text", r.URL.RawQuery)
	}
	for _, name := range slices.Sorted(maps.Keys(q)) {
		switch values := q[name]; {
		case !slices.Contains(known, name):
			return fault.New("intake.unknown-parameter", "name", name, "known", strings.Join(known, ", "))
		case len(values) > 1 || values[0] == "":
			return fault.New("intake.bad-parameter", "name", name, "text", strings.Join(values, ", "))
		case name == "lang" && !slices.Contains(text.Languages, values[0]):
			return fault.New("intake.bad-language", "value", values[0])
		}
	}
	return nil
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Cache-Control", "no-store")
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // nobody is left to be told
}

// statuses are those of faults that their kind does not tell.
var statuses = map[string]int{
	"intake.unauthorised": http.StatusUnauthorized,
	"intake.bad-method":   http.StatusMethodNotAllowed,
	"intake.too-large":    http.StatusRequestEntityTooLarge,
	"intake.media":        http.StatusUnsupportedMediaType,
	"intake.encoding":     http.StatusUnsupportedMediaType,
	"intake.coding":       http.StatusUnsupportedMediaType,
}

// refuse says why a request is not accepted (RFC 9457).
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	code, status := fault.CodeOf(err), middleware.Status(err, http.StatusBadRequest)
	if code == "store.locked" { // somebody else writes for long
		status = http.StatusServiceUnavailable
	}
	if s := statuses[code]; s != 0 {
		status = s
	}
	h := w.Header()
	switch status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="nhipso"`)
	}
	h.Set("Content-Type", "application/problem+json")
	answer(w, status, map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "detail": fault.In(err, language(r))})
}
