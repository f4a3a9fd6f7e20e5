package records

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/text"
)

// Root is under which records lie; ActsPath is where several records are changed at once.
const (
	Root     = "/api/v1/records"
	ActsPath = "/api/v1/acts"
)

// Counter is where programs are served.
type Counter struct {
	Office *people.Office
	Log    *slog.Logger
}

// Patterns are the routes of a counter, for a ServeMux. They name no method, so that each request is counted as one of a reader is.
func (c *Counter) Patterns() map[string]http.Handler {
	get := []string{http.MethodGet, http.MethodHead}
	return map[string]http.Handler{
		Root:                       c.route(map[string]answer{http.MethodGet: (*call).declared}, get),
		Root + "/{type}":           c.route(map[string]answer{http.MethodGet: (*call).list}, get),
		Root + "/{type}/{id}":      c.route(map[string]answer{http.MethodGet: (*call).record}, get),
		Root + "/{type}/{id}/acts": c.route(map[string]answer{http.MethodGet: (*call).acts, http.MethodPost: (*call).act}, append(get, http.MethodPost)),
		ActsPath:                   c.route(map[string]answer{http.MethodPost: (*call).batch}, []string{http.MethodPost}),
	}
}

// answer answers a call: with a body and its status.
type answer func(*call) (status int, body any, err error)

// call is one request of a program.
type call struct {
	*Counter
	w     http.ResponseWriter
	r     *http.Request
	lang  string
	types *catalog.Catalog
	actor people.Actor
	token people.Token // by which the actor acts; none for a guest
}

// route answers requests by their method.
func (c *Counter) route(by map[string]answer, methods []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &call{Counter: c, w: w, r: r, types: c.Office.Register.Types(), lang: text.LanguageOf(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))}
		w.Header().Set("Cache-Control", "no-store") // what is seen depends on who asks
		w.Header().Set("Content-Language", x.lang)
		do, known := by[strings.Replace(r.Method, http.MethodHead, http.MethodGet, 1)]
		if !known {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			x.refuse(fault.New("records.bad-method", "method", r.Method, "allowed", strings.Join(methods, ", ")))
			return
		}
		err := x.identify()
		var status int
		var body any
		if err == nil {
			status, body, err = do(x)
		}
		if err != nil {
			x.refuse(err)
			return
		}
		x.write(status, "application/json", body)
	})
}

// identify finds who asks. A token that is wrong is refused also where nobody needs one.
func (c *call) identify() error {
	written := c.r.Header.Values("Authorization")
	if len(written) == 0 {
		d, err := c.Office.Directory(c.r.Context())
		if err == nil {
			c.actor = d.Guest()
		}
		return err
	}
	scheme, secret, _ := strings.Cut(written[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || len(written) > 1 {
		return fault.New("people.token")
	}
	var err error
	c.actor, c.token, err = c.Office.Bearer(c.r.Context(), strings.TrimSpace(secret))
	return err
}

// guest reports whether nobody says who asks.
func (c *call) guest() bool { return c.actor.Person == "" }

// parameters reads those of the address. One that would have no effect is refused, and one that is given twice, unless it may be.
func (c *call) parameters(known ...string) (url.Values, error) {
	q, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, fault.New("api.bad-query")
	}
	known = append(known, "lang")
	for name, values := range q {
		switch {
		case !slices.Contains(known, name):
			return nil, fault.New("api.unknown-parameter", "name", name, "known", strings.Join(known, ", "))
		case len(values) > 1 && name != "where":
			return nil, fault.New("api.repeated-parameter", "name", name)
		case slices.Contains(values, ""):
			return nil, fault.New("api.empty-parameter", "name", name)
		case name == "lang" && !slices.Contains(text.Languages, values[0]):
			return nil, fault.New("api.not-one-of", "name", name, "value", values[0], "allowed", strings.Join(text.Languages, ", "))
		}
	}
	return q, nil
}

// typeOf finds the type of records that the address names. To a guest one that nothing is public of is refused.
func (c *call) typeOf() (*catalog.RecordType, error) {
	t, err := c.types.RecordType(c.r.PathValue("type"))
	if err != nil {
		return nil, notFound{err}
	}
	if c.guest() && !c.actor.Can(people.SeePublic, t, register.Version{}) {
		return nil, fault.New("people.sign-in")
	}
	if b := c.token.Bounds; !c.guest() && !b.Covers(t.ID) {
		return nil, fault.New("people.token-type", "type", t.ID, "known", strings.Join(b.Types, ", "))
	}
	return t, nil
}

// notFound is an error of an address that there is not.
type notFound struct{ error }

// Unwrap gives the error.
func (n notFound) Unwrap() error { return n.error }

// write sends a body.
func (c *call) write(status int, kind string, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		c.Log.Error("an answer cannot be written", "path", c.r.URL.Path, "error", err)
		status, b = http.StatusInternalServerError, nil
	}
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	c.w.WriteHeader(status)
	if c.r.Method != http.MethodHead {
		c.w.Write(b) //nolint:errcheck // nobody is left to be told
	}
}

// statuses are those of faults that their kind does not tell.
var statuses = map[string]int{
	"people.token":           http.StatusUnauthorized,
	"people.sign-in":         http.StatusUnauthorized,
	"records.bad-method":     http.StatusMethodNotAllowed,
	"records.too-large":      http.StatusRequestEntityTooLarge,
	"records.media":          http.StatusUnsupportedMediaType,
	"records.no-base":        http.StatusPreconditionRequired,
	"register.other-content": http.StatusUnprocessableEntity,
	"api.bad-query":          http.StatusBadRequest,
	"api.unknown-parameter":  http.StatusBadRequest,
	"api.repeated-parameter": http.StatusBadRequest,
	"records.body":           http.StatusBadRequest,
	"records.twice":          http.StatusBadRequest,
	"records.key":            http.StatusBadRequest,
	"records.base":           http.StatusBadRequest,
	"store.locked":           http.StatusServiceUnavailable,
}

// Problem says why a request was not answered (RFC 9457).
type Problem struct {
	Type      string     `json:"type"`
	Title     string     `json:"title"`
	Status    int        `json:"status"`
	Code      string     `json:"code"`
	Detail    string     `json:"detail"`
	Pointer   string     `json:"pointer,omitempty"` // into the body that was sent (RFC 6901)
	Errors    []Detail   `json:"errors,omitempty"`
	Conflicts []Conflict `json:"conflicts,omitempty"`
}

// Detail is one of several things that are wrong.
type Detail struct {
	Code    string `json:"code"`
	Detail  string `json:"detail"`
	Pointer string `json:"pointer,omitempty"`
}

// refuse says why a request is not answered. What failed inside is logged and kept from the program.
func (c *call) refuse(err error) {
	faults := fault.All(err)
	first := fault.New("api.broken")
	if len(faults) > 0 {
		first = faults[0]
	}
	status := middleware.Status(first, http.StatusUnprocessableEntity)
	if _, is := err.(notFound); is {
		status = http.StatusNotFound
	}
	if s := statuses[first.Code]; s != 0 {
		status = s
	}
	var refused *refusal
	if r, is := err.(*refusal); is {
		if refused = r; first.Code == "register.changed-since" && !r.batch {
			status = http.StatusPreconditionFailed
		}
		if r.batch && status == http.StatusNotFound {
			status = http.StatusUnprocessableEntity // what is not there is named in the body, not by the address
		}
	}
	if status >= http.StatusInternalServerError {
		c.Log.Error("failed", "path", c.r.URL.Path, "error", err)
		if fault.KindOf(first) == fault.Internal {
			first, faults = fault.New("api.broken"), nil
		}
	}
	h := c.w.Header()
	switch status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="nhipso"`)
	}
	p := Problem{Type: "/api#" + first.Code, Title: http.StatusText(status), Status: status, Code: first.Code, Detail: fault.In(bare(first), c.lang), Pointer: refused.pointer(first)}
	if len(faults) > 1 {
		for _, f := range faults {
			p.Errors = append(p.Errors, Detail{f.Code, fault.In(bare(f), c.lang), refused.pointer(f)})
		}
	}
	if refused != nil {
		p.Conflicts = refused.conflicts
	}
	c.write(status, "application/problem+json", p)
}

// bare is a fault without its place, which a pointer names.
func bare(f *fault.Error) *fault.Error { return f.At("", 0, "") }
