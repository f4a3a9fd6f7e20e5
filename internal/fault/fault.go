// Package fault is the one error type of Nhịp Số: a value with a stable code, the facts of the case,
// and — at the edge — a sentence in Vietnamese or English that says what happened and what to do.
//
// No other package holds the text of an error. Each room keeps its sentences in messages/<room>.csv
// (columns code, kind, vi, en), so a translator reads one file a room and a test finds every code
// that is used without a sentence, or written without being used.
//
// This package may import nothing of ours but the reader of our own tables (tabular/record). It may not log, print or decide on an exit status.
package fault

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"nhipso/internal/tabular/record"
)

// Kind says what sort of failure it is; the edges map it to an HTTP status or an exit status.
type Kind string

// The kinds of failure.
const (
	Invalid     Kind = "invalid"     // the input cannot be accepted as it stands
	NotFound    Kind = "not-found"   // what was asked for does not exist
	Conflict    Kind = "conflict"    // the input contradicts what is already stored
	Forbidden   Kind = "forbidden"   // the caller may not do this
	Unavailable Kind = "unavailable" // a disk, database, port or file is out of reach; trying later may help
	Internal    Kind = "internal"    // a defect of the program
)

// Where points into an input: a file, a row counted from 1 as a person sees it, and a column by its name.
type Where struct {
	File   string `json:"file,omitempty"`
	Row    int    `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
}

// String gives "file:row:column" with the parts that are known.
func (w Where) String() string {
	s := w.File
	if w.Row > 0 {
		s += fmt.Sprintf(":%d", w.Row)
	}
	if w.Column != "" {
		s += ":" + w.Column
	}
	return strings.TrimPrefix(s, ":")
}

// Error is one failure. Make it with New; compare it by Code.
type Error struct {
	Code  string         // "<room>.<what>", for example "temporal.rank-deficient"
	Args  map[string]any // the facts that the sentence names
	Where Where          // where in the input, when there is one
	Err   error          // what caused it, when something did
}

// New makes an error of the given code. The facts follow as pairs of name and value; an odd list is a
// defect of the caller and panics, since it is written in the code and never depends on input.
func New(code string, pairs ...any) *Error {
	if len(pairs)%2 != 0 {
		panic("fault.New: odd number of facts for " + code)
	}
	e := &Error{Code: code}
	if len(pairs) > 0 {
		e.Args = make(map[string]any, len(pairs)/2)
		for i := 0; i < len(pairs); i += 2 {
			name, ok := pairs[i].(string)
			if !ok {
				panic("fault.New: a fact without a name for " + code)
			}
			e.Args[name] = pairs[i+1]
		}
	}
	return e
}

// At returns a copy of the error that points into an input.
func (e *Error) At(file string, row int, column string) *Error {
	c := *e
	c.Where = Where{File: file, Row: row, Column: column}
	return &c
}

// Locate points the first fault of an error into an input; an error that is no fault stays as it is.
func Locate(err error, file string, row int, column string) error {
	var f *Error
	if errors.As(err, &f) {
		return f.At(file, row, column)
	}
	return err
}

// Because returns a copy of the error that carries its cause.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Error gives the English sentence.
func (e *Error) Error() string { return e.In("en") }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error of the same code, so that errors.Is works with New(code).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Kind gives the kind declared beside the sentence; an unknown code is Internal.
func (e *Error) Kind() Kind {
	if m, ok := catalogue()[e.Code]; ok {
		return m.kind
	}
	return Internal
}

// In gives the sentence in "vi" or "en", with the place in the input in front and the cause behind.
func (e *Error) In(lang string) string {
	m, ok := catalogue()[e.Code]
	sentence := m.en
	if lang == "vi" {
		sentence = m.vi
	}
	if !ok {
		sentence = e.Code
		for _, k := range slices.Sorted(maps.Keys(e.Args)) {
			sentence += fmt.Sprintf(" %s=%v", k, e.Args[k])
		}
	} else {
		sentence = fill(sentence, e.Args, lang)
	}
	if w := e.Where.String(); w != "" {
		sentence = w + ": " + sentence
	}
	if e.Err != nil {
		var inner *Error
		if errors.As(e.Err, &inner) {
			return sentence + " — " + inner.In(lang)
		}
		return sentence + " (" + e.Err.Error() + ")"
	}
	return sentence
}

// CodeOf gives the code of the first Error in the chain, or "" when there is none.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// KindOf gives the kind of the first Error in the chain; any other error is Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind()
	}
	return Internal
}

// In gives the sentence of any error in "vi" or "en"; an error that is not ours keeps its own words.
func In(err error, lang string) string {
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, each := range list.Unwrap() {
			lines = append(lines, In(each, lang))
		}
		return strings.Join(lines, "\n")
	}
	var e *Error
	if errors.As(err, &e) {
		return e.In(lang)
	}
	return err.Error()
}

// All gives every Error in a chain or a joined list, in order, so that an edge can show each of them.
func All(err error) []*Error {
	var out []*Error
	switch e := err.(type) {
	case nil:
	case *Error:
		out = append(out, e)
	case interface{ Unwrap() []error }:
		for _, each := range e.Unwrap() {
			out = append(out, All(each)...)
		}
	default:
		if inner := errors.Unwrap(err); inner != nil {
			out = append(out, All(inner)...)
		}
	}
	return out
}

// Codes lists every code that has a sentence, sorted.
func Codes() []string { return slices.Sorted(maps.Keys(catalogue())) }

type message struct {
	kind   Kind
	vi, en string
}

//go:embed messages/*.csv
var files embed.FS

var catalogue = sync.OnceValue(func() map[string]message {
	out, err := read(files)
	if err != nil {
		panic(err) // embedded at build time; the test of this package reads the same files
	}
	return out
})

func read(fsys fs.FS) (map[string]message, error) {
	out := map[string]message{}
	entries, err := fs.ReadDir(fsys, "messages")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		room := strings.TrimSuffix(entry.Name(), ".csv")
		b, err := fs.ReadFile(fsys, "messages/"+entry.Name())
		if err != nil {
			return nil, err
		}
		rows, err := record.Exactly(b, "code", "kind", "vi", "en")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		for _, r := range rows {
			code := r.Get("code")
			if !strings.HasPrefix(code, room+".") {
				return nil, fmt.Errorf("%s: code %q does not belong to this room", entry.Name(), code)
			}
			if _, twice := out[code]; twice {
				return nil, fmt.Errorf("%s: code %q appears twice", entry.Name(), code)
			}
			out[code] = message{kind: Kind(r.Get("kind")), vi: r.Get("vi"), en: r.Get("en")}
		}
	}
	return out, nil
}

// localised is met by facts that read differently in each language.
type localised interface{ In(lang string) string }

// fill puts the facts in their places, all at once: a fact that itself holds braces, such as a text from a file, stays as it is.
func fill(s string, args map[string]any, lang string) string {
	pairs := make([]string, 0, 2*len(args))
	for k, v := range args {
		var val string
		switch x := v.(type) {
		case localised:
			val = x.In(lang)
		case error:
			val = In(x, lang)
		default:
			val = fmt.Sprint(v)
		}
		pairs = append(pairs, "{"+k+"}", val)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
