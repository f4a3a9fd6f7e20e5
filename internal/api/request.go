package api

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Common is what every operation takes.
type Common struct {
	Lang string    `query:"lang" enum:"vi,en"`
	AsOf stat.Date `query:"asof" pattern:"^(19|[2-9][0-9])[0-9]{2}-"`
}

func (c *Common) common() *Common { return c }

// visit is one request, read once.
type visit struct {
	*service
	ctx      context.Context
	r        *http.Request
	lang     string
	format   string
	asOf     stat.Date         // the day asked for, or none
	current  *publish.View     // what the reader may know now
	asOfView *publish.View     // as of the day asked for
	snap     *publish.Snapshot // its figures
}

// call is what the middleware hands to the operation through the context.
type call struct {
	r      *http.Request
	format string
}

type callKey struct{}

// visit reads a request for an operation.
func (s *service) visit(ctx context.Context, c *Common) (*visit, error) {
	this, ok := ctx.Value(callKey{}).(call)
	if !ok { // an operation that did not pass through settle
		return &visit{service: s, ctx: ctx, lang: languages[0]}, fault.New("api.broken")
	}
	v := &visit{service: s, ctx: ctx, r: this.r, lang: languageOf(this.r), format: this.format, asOf: c.AsOf}
	var err error
	if v.current, err = s.library.View(ctx, publish.Everybody()); err != nil {
		return v, err
	}
	v.asOfView, v.snap = v.current, v.current.Snapshot
	if v.asOf.IsZero() {
		return v, nil
	}
	if today := v.current.Catalog.Day(v.now()); v.asOf.After(today) {
		return v, query("asof", fault.New("api.future-day", "day", v.asOf.String(), "today", today.String()))
	}
	// From the day of the release on, the day changes nothing, and asking for it must not cost a view of its own.
	if v.asOf.Before(v.current.Catalog.Day(v.current.Release.PublishAt)) {
		v.asOfView = v.current.On(v.asOf)
		v.snap = v.asOfView.Snapshot
	}
	return v, nil
}

// languages of the API, the default one first.
var languages = text.Languages

// languageOf gives the language of a request: as the address says, else as the client prefers, else Vietnamese.
func languageOf(r *http.Request) string {
	q, _ := url.ParseQuery(r.URL.RawQuery)
	return text.LanguageOf(q.Get("lang"), r.Header.Get("Accept-Language"))
}

// Media types in which answers are given.
const (
	typeJSON = "application/json"
	typeCSV  = "text/csv"
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// formats in the order in which they are preferred, and the names under which the format parameter asks for them.
var (
	formats     = []string{typeJSON, typeCSV, typeXLSX}
	formatNames = map[string]string{"json": typeJSON, "csv": typeCSV, "xlsx": typeXLSX}
)

// bestFormat gives the media type offered that an Accept header prefers, the first offered for an empty header, or "".
func bestFormat(accept string, offered []string) string {
	if strings.TrimSpace(accept) == "" {
		return offered[0]
	}
	best, bestQuality := "", 0.0
	for _, o := range offered {
		family, _, _ := strings.Cut(o, "/")
		quality, precision := 0.0, -1
		for _, part := range strings.Split(accept, ",") {
			name, params, _ := strings.Cut(part, ";")
			name = strings.ToLower(strings.TrimSpace(name))
			p := slices.Index([]string{"*/*", family + "/*", o}, name)
			if p < 0 || p < precision {
				continue
			}
			precision, quality = p, qualityOf(params)
		}
		if quality > bestQuality {
			best, bestQuality = o, quality
		}
	}
	return best
}

// qualityOf reads the weight among the parameters of a media range.
func qualityOf(params string) float64 {
	for _, p := range strings.Split(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return 0
			}
			return q
		}
	}
	return 1
}

// inner gives settled its methods without clashing with their names.
type inner huma.Context

// settled is a request whose format is decided and whose context carries the call.
type settled struct {
	inner
	ctx    context.Context
	accept string
}

// Context gives the request's context with the call.
func (c settled) Context() context.Context { return c.ctx }

// Header gives a header as sent, but the format as decided.
func (c settled) Header(name string) string {
	if strings.EqualFold(name, "Accept") {
		return c.accept
	}
	return c.inner.Header(name)
}

// Unwrap gives the context below.
func (c settled) Unwrap() huma.Context { return c.inner }

// settle reads what huma does not look at: unknown, repeated and unreadable parameters, and the format.
func (s *service) settle(a huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, _ := humago.Unwrap(ctx)
		c := settled{inner: ctx, accept: typeJSON, ctx: context.WithValue(ctx.Context(), callKey{}, call{r: r, format: typeJSON})}
		format, err := decide(r, ctx.Operation())
		if err != nil {
			huma.WriteErr(a, c, 0, "", s.problem(err, languageOf(r), r)) //nolint:errcheck // the response is in memory
			return
		}
		c.accept, c.ctx = format, context.WithValue(ctx.Context(), callKey{}, call{r: r, format: format})
		next(c)
	}
}

// parametersOf reads the parameters of a query and refuses what the document does not allow: names that it does not have, a name twice, a parameter
// without a value, and other spellings of numbers than JSON has. The rest huma refuses, all that is wrong at once.
func parametersOf(r *http.Request, declared []*huma.Param) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New("api.bad-query")
	}
	known := map[string]*huma.Param{}
	var order []string
	for _, p := range declared {
		if p.In == "query" {
			known[p.Name] = p
			order = append(order, p.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(q)) {
		p, value := known[name], q.Get(name)
		switch {
		case p == nil:
			return nil, query(short(name), fault.New("api.unknown-parameter", "name", short(name), "known", strings.Join(order, ", ")))
		case len(q[name]) > 1:
			return nil, query(name, fault.New("api.repeated-parameter", "name", name))
		case !readable(value):
			return nil, query(name, fault.New("api.bad-query"))
		case value == "":
			return nil, query(name, fault.New("api.empty-parameter", "name", name))
		case otherwiseSpelled(p.Schema.Type, value):
			return nil, refused(declared, &huma.ErrorDetail{Location: "query." + name, Value: value})
		}
	}
	return q, nil
}

// otherwiseSpelled reports whether Go reads a text as a number or as yes or no, and JSON, by whose rules the document speaks, does not: +1, 01, TRUE.
func otherwiseSpelled(kind, value string) bool {
	_, number := strconv.ParseInt(value, 10, 64)
	_, truth := strconv.ParseBool(value)
	return kind == huma.TypeInteger && number == nil && !wholeNumber.MatchString(value) || kind == huma.TypeBoolean && truth == nil && value != "true" && value != "false"
}

// wholeNumber is how JSON writes one.
var wholeNumber = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

// decide checks the parameters of a request against its operation and gives the format of the answer.
func decide(r *http.Request, op *huma.Operation) (string, error) {
	for _, p := range op.Parameters {
		if p.In == "path" && !readable(r.PathValue(p.Name)) {
			return "", fault.New("api.no-path", "path", short(r.URL.Path))
		}
	}
	q, err := parametersOf(r, op.Parameters)
	if err != nil {
		return "", err
	}
	offered := offeredBy(op)
	if name := q.Get("format"); name != "" {
		if f := formatNames[name]; slices.Contains(offered, f) {
			return f, nil
		}
		return typeJSON, nil // the schema of the parameter refuses it with the names allowed
	}
	if f := bestFormat(r.Header.Get("Accept"), offered); f != "" {
		return f, nil
	}
	return "", fault.New("api.not-acceptable", "accept", short(r.Header.Get("Accept")), "offered", strings.Join(offered, ", "))
}

// offeredBy gives the formats of an operation, in the order in which they are preferred: those that its format parameter lists, else JSON.
func offeredBy(op *huma.Operation) []string {
	for _, p := range op.Parameters {
		if p.In != "query" || p.Name != "format" {
			continue
		}
		var out []string
		for _, f := range formats {
			for _, name := range p.Schema.Enum {
				if formatNames[fmt.Sprint(name)] == f {
					out = append(out, f)
				}
			}
		}
		return out
	}
	return []string{typeJSON}
}

// readable reports whether a text is UTF-8 without control characters.
func readable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

// short cuts what a client sent to what a sentence can hold.
func short(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '\ufffd'
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) > 80 {
		s = string([]rune(s)[:80]) + "…"
	}
	return s
}

// reply is what an operation gives back: headers and the body.
type reply[O any] struct {
	LastModified string `header:"Last-Modified"`
	Disposition  string `header:"Content-Disposition"`
	Link         string `header:"Link"`
	Total        string `header:"X-Total-Count"`
	Body         *O
}

// file is a body as a file; a body that can be one embeds it.
type file struct {
	name string
	give func(io.Writer) error
}

func (f *file) given() *file { return f }

// filer is a body that can also be written as a file, into the file that it embeds.
type filer interface {
	given() *file
	write(v *visit) error
}

// pager is a body that may be a part of a longer list.
type pager interface {
	// page gives how many there are, where that was counted, and the address of the next part, "" when this is the last.
	page() (total int, next string, counted bool)
}

// get registers an operation. Its input embeds Common; read gives the body.
func get[I any, P interface {
	*I
	common() *Common
}, O any](s *service, a huma.API, id, path, tag string, read func(*visit, *I) (*O, error)) {
	op := huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{tag}, Responses: map[string]*huma.Response{}}
	s.order = append(s.order, id)
	huma.Register(a, op, func(ctx context.Context, in *I) (*reply[O], error) {
		v, err := s.visit(ctx, P(in).common())
		if err != nil {
			return nil, s.problem(err, v.lang, v.r)
		}
		body, err := read(v, in)
		if err != nil {
			return nil, s.problem(err, v.lang, v.r)
		}
		out := &reply[O]{Body: body}
		if _, lasting := s.key(v.r); lasting {
			out.LastModified = v.current.Changed().Format(http.TimeFormat)
		}
		if p, ok := any(body).(pager); ok {
			total, next, counted := p.page()
			if counted {
				out.Total = strconv.Itoa(total)
			}
			if next != "" {
				out.Link = "<" + next + `>; rel="next"`
			}
		}
		if f, ok := any(body).(filer); ok && v.format != typeJSON {
			if err := f.write(v); err != nil {
				return nil, s.problem(err, v.lang, v.r)
			}
			out.Disposition = `attachment; filename="` + f.given().name + `"`
		}
		return out, nil
	})
}
