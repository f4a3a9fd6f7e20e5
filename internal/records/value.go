package records

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
)

// fieldOf finds the field of a column; of the state it is a plain one.
func fieldOf(t *catalog.RecordType, column string) catalog.Field {
	i := slices.IndexFunc(t.Fields, func(f catalog.Field) bool { return slices.Contains(f.Columns(), column) })
	if i < 0 {
		return catalog.Field{ID: column, Kind: catalog.PlainField}
	}
	return t.Fields[i]
}

// valuesOf gives the values of a record as JSON has them.
func valuesOf(t *catalog.RecordType, values map[string]string) map[string]any {
	out := map[string]any{}
	for column, s := range values {
		out[column] = valueOf(fieldOf(t, column), s)
	}
	return out
}

// valueOf gives a value as JSON has it: a number with every digit as it is stored, several values as a list, nothing as nothing.
func valueOf(f catalog.Field, s string) any {
	if s == "" {
		return nil
	}
	if f.Many {
		out := []any{}
		one := f
		one.Many = false
		for _, part := range strings.Split(s, "+") {
			out = append(out, valueOf(one, part))
		}
		return out
	}
	if (f.Kind == catalog.NumberField || f.Kind == catalog.MoneyField) && json.Valid([]byte(s)) {
		return json.Number(s)
	}
	return s
}

// written reads a value that a program sends: a text, a number to the last digit, nothing, or a list of those.
func written(raw json.RawMessage) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", false
	}
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case []any:
		var parts []string
		for _, x := range v {
			switch x := x.(type) {
			case string:
				parts = append(parts, x)
			case json.Number:
				parts = append(parts, x.String())
			default:
				return "", false
			}
		}
		return strings.Join(parts, "+"), true
	}
	return "", false
}

// Bounds of what is sent.
const (
	maxAct   = 1 << 20
	maxBatch = 16 << 20
)

// read reads a body of JSON into a value. What would have no effect is refused: names that are not known, names that stand twice, a second value.
func (c *call) read(into any, bound int64) error {
	if media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return fault.New("records.media", "type", c.r.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, bound))
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return fault.New("records.too-large", "megabytes", bound>>20)
	}
	if err != nil {
		return fault.New("records.body", "reason", "…").Because(err)
	}
	if name, twice := repeated(body); twice {
		return fault.New("records.twice", "name", name)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fault.New("records.body", "reason", reason(err)).Because(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fault.New("records.body", "reason", "…")
	}
	return nil
}

// reason says what of a body cannot be read, without the words of the program.
func reason(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return kind.Field
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// repeated finds a name that stands twice in one object: one of its two values would be lost without a word.
func repeated(body []byte) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	type level struct {
		names map[string]bool // of an object; nil for a list
		value bool            // the next token is a value, not a name
	}
	var stack []level
	for {
		token, err := d.Token()
		if err != nil {
			return "", false // it is told elsewhere what is wrong with it
		}
		top := len(stack) - 1
		if name, is := token.(string); is && top >= 0 && stack[top].names != nil && !stack[top].value {
			name = strings.ToLower(name) // as a body is read
			if stack[top].names[name] {
				return name, true
			}
			stack[top].names[name], stack[top].value = true, true
			continue
		}
		if top >= 0 {
			stack[top].value = false
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, level{names: map[string]bool{}})
		case json.Delim('['):
			stack = append(stack, level{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:top]
		}
	}
}
