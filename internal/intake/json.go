package intake

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/fault"
)

// maxColumns bounds the names that the observations of a JSON may have together. A table has every column in every row, so names that are all
// different would make of a few kilobytes more than a machine can hold.
const maxColumns = 100

// asTable writes the observations of a JSON text as a CSV with the same columns; the n-th is on row n + 1. A name that stands twice in one
// object is refused: one of its two values would be lost without a word.
func asTable(body []byte) ([]byte, error) {
	t := jsonTable{Decoder: json.NewDecoder(bytes.NewReader(body)), at: map[string]int{}}
	t.UseNumber() // a number is kept as it was written, to the last digit
	if err := t.document(); err != nil {
		return nil, err
	}
	if len(t.rows) == 0 {
		return nil, fault.New("cube.empty").At(jsonName, 0, "")
	}
	if err := t.faults.Err(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	row := make([]string, len(t.columns))
	order := slices.Sorted(slices.Values(t.columns))
	for i := -1; i < len(t.rows); i++ {
		for k, name := range order {
			switch at := t.at[name]; {
			case i < 0:
				row[k] = name
			case at < len(t.rows[i]):
				row[k] = t.rows[i][at]
			default:
				row[k] = ""
			}
		}
		if err := w.Write(row); err != nil {
			return nil, fault.New("intake.broken").Because(err)
		}
	}
	w.Flush()
	return out.Bytes(), nil
}

// jsonTable reads a JSON text token by token into rows.
type jsonTable struct {
	*json.Decoder
	columns []string
	at      map[string]int // where a column lies in a row
	rows    [][]string     // as long as the last of its columns asks for
	faults  fault.List
}

// bad is a fault of form, in an observation when it has a number.
func bad(reason string, observation int, column string) error {
	row := 0
	if observation > 0 {
		row = observation + 1
	}
	return fault.New("intake.bad-json", "reason", reason).At(jsonName, row, column)
}

// document reads the whole text: one object with one list. That it is JSON is known.
func (t *jsonTable) document() error {
	if err := t.opens('{', 0); err != nil {
		return err
	}
	seen := false
	for t.More() {
		name, err := t.name(0)
		if err != nil {
			return err
		}
		if name != "observations" {
			return bad(short(name), 0, "")
		}
		if seen {
			return fault.New("intake.json-twice", "name", name).At(jsonName, 0, "")
		}
		seen = true
		if err := t.opens('[', 0); err != nil {
			return err
		}
		for t.More() && !t.faults.Full() {
			if err := t.observation(); err != nil {
				return err
			}
		}
		if t.faults.Full() {
			return t.faults.Err()
		}
		if _, err := t.Token(); err != nil {
			return bad(err.Error(), 0, "")
		}
	}
	return nil
}

func (t *jsonTable) opens(want json.Delim, observation int) error {
	token, err := t.Token()
	if err == nil && token != want {
		return bad(short(fmt.Sprint(token)), observation, "")
	}
	if err != nil {
		return bad(err.Error(), observation, "")
	}
	return nil
}

func (t *jsonTable) name(observation int) (string, error) {
	token, err := t.Token()
	if err != nil {
		return "", bad(err.Error(), observation, "")
	}
	name, ok := token.(string) // the decoder takes nothing else where a name has to stand
	if !ok {
		return "", bad(short(fmt.Sprint(token)), observation, "")
	}
	return name, nil
}

// observation reads one row.
func (t *jsonTable) observation() error {
	n := len(t.rows) + 1
	if err := t.opens('{', n); err != nil {
		return err
	}
	var row []string
	var seen []int
	for t.More() {
		name, err := t.name(n)
		if err != nil {
			return err
		}
		at, known := t.at[name]
		if !known {
			if at = len(t.columns); at == maxColumns {
				return fault.New("intake.json-columns", "most", maxColumns).At(jsonName, n+1, short(name))
			}
			t.at[name], t.columns = at, append(t.columns, name)
		}
		if slices.Contains(seen, at) {
			t.faults.Add(fault.New("intake.json-twice", "name", short(name)).At(jsonName, n+1, short(name)))
		}
		seen = append(seen, at)
		for len(row) <= at {
			row = append(row, "")
		}
		if row[at], err = t.cell(n, name); err != nil {
			return err
		}
	}
	if len(seen) == 0 {
		t.faults.Add(fault.New("intake.json-empty").At(jsonName, n+1, ""))
	}
	t.rows = append(t.rows, row)
	if _, err := t.Token(); err != nil {
		return bad(err.Error(), n, "")
	}
	return nil
}

// cell reads a value: a text, a number or nothing.
func (t *jsonTable) cell(n int, name string) (string, error) {
	token, err := t.Token()
	if err != nil {
		return "", bad(err.Error(), n, name)
	}
	switch v := token.(type) {
	case nil:
		return "", nil
	case string:
		// Told here by the name of the column: the table has them in another order.
		if strings.Contains(v, "\x00") {
			t.faults.Add(fault.New("tabular.nul").At(jsonName, n+1, short(name)))
		}
		if strings.Contains(v, "\uFFFD") {
			t.faults.Add(fault.New("tabular.lost-character").At(jsonName, n+1, short(name)))
		}
		return v, nil
	case json.Number:
		return v.String(), nil
	case json.Delim:
		t.faults.Add(bad(fmt.Sprintf("%s = %v…", short(name), v), n, short(name)))
		return "", t.skip(n)
	default:
		t.faults.Add(bad(fmt.Sprintf("%s = %v", short(name), v), n, short(name)))
		return "", nil
	}
}

// short is a name as a sentence has it, however long it is.
func short(name string) string { return fmt.Sprintf("%.60s", name) }

// skip passes what a bracket has opened.
func (t *jsonTable) skip(n int) error {
	for depth := 1; depth > 0; {
		token, err := t.Token()
		if err != nil {
			return bad(err.Error(), n, "")
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}
