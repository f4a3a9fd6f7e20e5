package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"nhipso/internal/fault"
	"nhipso/internal/middleware"
)

// Problem says why a request was not answered (RFC 9457).
type Problem struct {
	Type   string   `json:"type" format:"uri-reference"`
	Title  string   `json:"title"`
	Status int      `json:"status"`
	Code   string   `json:"code"`
	Detail string   `json:"detail"`
	Where  string   `json:"where,omitempty"`
	Errors []Detail `json:"errors,omitempty"`
}

// Detail is one of several things that are wrong with a request.
type Detail struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Where  string `json:"where,omitempty"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma the media type, which is the same whatever was asked for.
func (p *Problem) ContentType(string) string { return typeProblem }

// GetHeaders tells huma when to try again.
func (p *Problem) GetHeaders() http.Header {
	if p.Status == http.StatusServiceUnavailable {
		return http.Header{"Retry-After": {"10"}}
	}
	return nil
}

const typeProblem = "application/problem+json"

func init() {
	// Huma makes its own errors through these variables. This is the only package that uses huma.
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return fromHuma(nil, status, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return fromHuma(ctx, status, errs)
	}
	huma.DefaultArrayNullable = false // our lists may be empty, never null
}

// fromHuma makes a problem of what huma found wrong with the parameters of a request.
func fromHuma(ctx huma.Context, status int, errs []error) *Problem {
	lang := languages[0]
	var op *huma.Operation
	if ctx != nil {
		r, _ := humago.Unwrap(ctx)
		lang, op = languageOf(r), ctx.Operation()
	}
	var all []error
	for _, err := range errs {
		var p *Problem
		var d *huma.ErrorDetail
		switch {
		case errors.As(err, &p):
			return p
		case errors.As(err, &d) && op != nil:
			all = append(all, refused(op.Parameters, d))
		default:
			all = append(all, fault.New("api.broken"))
		}
	}
	if len(all) == 0 {
		return newProblem(status, "", "", "", lang)
	}
	return problemOf(all, lang)
}

// refused says what was wrong with a parameter that its schema does not allow.
func refused(declared []*huma.Param, d *huma.ErrorDetail) error {
	in, name, _ := strings.Cut(d.Location, ".")
	value := short(fmt.Sprint(d.Value))
	var schema *huma.Schema
	for _, p := range declared {
		if p.In == in && p.Name == name {
			schema = p.Schema
		}
	}
	f := fault.New("api.bad-parameter", "name", name, "value", value)
	switch {
	case schema == nil:
	case strings.HasPrefix(d.Message, "required"):
		f = fault.New("api.missing-parameter", "name", name)
	case len(schema.Enum) > 0:
		var choices []string
		for _, e := range schema.Enum {
			choices = append(choices, fmt.Sprint(e))
		}
		f = fault.New("api.not-one-of", "name", name, "value", value, "allowed", strings.Join(choices, ", "))
	case schema.Format == "date" && strings.Contains(d.Message, "pattern"):
		f = fault.New("api.bad-day", "text", value)
	case schema.Format == "date":
		f = fault.New("stat.bad-date", "text", value)
	case schema.Format == formatPeriod:
		f = fault.New("stat.bad-period", "text", value)
	case schema.Type == huma.TypeInteger && schema.Minimum != nil && schema.Maximum != nil:
		f = fault.New("api.not-in-range", "name", name, "value", value, "min", int64(*schema.Minimum), "max", int64(*schema.Maximum))
	case schema.Type == huma.TypeBoolean:
		f = fault.New("api.not-one-of", "name", name, "value", value, "allowed", "true, false")
	case schema.MaxLength != nil && strings.Contains(d.Message, "length"):
		f = fault.New("api.long-value", "name", name, "max", *schema.MaxLength)
	}
	return at(d.Location, f)
}

// located is an error with the parameter that it is about: "query.limit", "path.dataflow".
type located struct {
	where string
	error
}

// Unwrap gives the error.
func (l located) Unwrap() error { return l.error }

func at(where string, err error) error    { return located{where, err} }
func query(name string, err error) error  { return at("query."+name, err) }
func inPath(name string, err error) error { return at("path."+name, err) }

func whereOf(err error) string {
	var l located
	errors.As(err, &l)
	return l.where
}

// problem makes the problem of an error. What failed inside is logged and kept from the client: it may name files and hosts.
func (s *service) problem(err error, lang string, r *http.Request) *Problem {
	p := problemOf([]error{err}, lang)
	if p.Status < http.StatusInternalServerError || p.Code == "api.broken" || p.Code == "publish.none" {
		return p
	}
	s.log.LogAttrs(r.Context(), slog.LevelError, "failed", slog.String("path", r.URL.Path), slog.String("error", err.Error()))
	if p.Status == http.StatusServiceUnavailable {
		return problemOf([]error{fault.New("api.unavailable")}, lang)
	}
	return problemOf([]error{fault.New("api.broken")}, lang)
}

// problemOf makes one problem of the errors of a request: the first stands for all.
func problemOf(all []error, lang string) *Problem {
	p := newProblem(statusOf(all[0]), fault.CodeOf(all[0]), fault.In(all[0], lang), whereOf(all[0]), lang)
	if len(all) > 1 {
		for _, err := range all {
			p.Errors = append(p.Errors, Detail{fault.CodeOf(err), fault.In(err, lang), whereOf(err)})
		}
	}
	return p
}

func newProblem(status int, code, detail, where, lang string) *Problem {
	title := "status." + strconv.Itoa(status)
	if !book.Has(title) {
		title = "status.other"
	}
	return &Problem{Type: Root + "#" + code, Title: book.Say(lang, title), Status: status, Code: code, Detail: detail, Where: where}
}

// statuses of codes that say more than their kind.
var statuses = map[string]int{
	"api.bad-query":          http.StatusBadRequest,
	"api.unknown-parameter":  http.StatusBadRequest,
	"api.repeated-parameter": http.StatusBadRequest,
	"api.bad-method":         http.StatusMethodNotAllowed,
	"api.not-acceptable":     http.StatusNotAcceptable,
	"api.long-address":       http.StatusRequestURITooLong,
	"publish.none":           http.StatusServiceUnavailable,
}

// statusOf gives the status of an error: 400 when the request cannot be read, 404 when nothing has the address asked for, 422
// when a parameter has a value that cannot be.
func statusOf(err error) int {
	if status, ok := statuses[fault.CodeOf(err)]; ok {
		return status
	}
	if strings.HasPrefix(whereOf(err), "path.") {
		return middleware.Status(err, http.StatusNotFound)
	}
	return middleware.Status(err, http.StatusUnprocessableEntity)
}

// refuse writes a problem outside an operation.
func (s *service) refuse(w http.ResponseWriter, r *http.Request, err error) {
	lang := languageOf(r)
	p := s.problem(err, lang, r)
	body, _ := json.Marshal(p)
	h := w.Header()
	h.Set("Content-Type", typeProblem)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		w.Write(body) //nolint:errcheck // the client may have gone
	}
}
