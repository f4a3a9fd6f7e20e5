package export

import (
	"bytes"
	"encoding/json"
	"io"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// WriteJSON writes the table with its metadata in both languages; each row is an object by column identifier, on a line of its own. Numbers keep
// every digit; a missing figure is null, "status" holds the codes of the cells that have one, and "printed" what sources
// print in place of a plain number. The documents come last, since a long table knows them only then. Every table has the same members.
func (t *Table) WriteJSON(w io.Writer) error {
	if err := t.Check(); err != nil {
		return err
	}
	notes := t.Notes
	if notes == nil {
		notes = []catalog.Label{}
	}
	meta, err := marshal(struct {
		*Table
		Notes    []catalog.Label `json:"notes"`
		Citation catalog.Label   `json:"citation"`
	}{t, notes, t.citation()})
	if err != nil {
		return err
	}
	before := append(bytes.TrimSuffix(meta, []byte("}")), ",\n\"rows\": ["...)
	err = t.each(w, func(row []Cell) error {
		line, err := marshal(t.object(row))
		if err != nil {
			return err
		}
		if _, err = w.Write(append(before, '\n')); err == nil {
			_, err = w.Write(line)
		}
		before = append(before[:0], ',')
		return err
	})
	if err != nil {
		return err
	}
	if len(before) > 1 { // no row
		if _, err := w.Write(before); err != nil {
			return err
		}
	}
	documents, err := marshal(t.documents())
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n],\n\"sources\": "+string(documents)+"}\n")
	return err
}

// object is a row by column.
func (t *Table) object(row []Cell) map[string]any {
	obj := map[string]any{}
	status, evidence, printed := map[string]stat.Status{}, map[string]stat.Mark{}, map[string]catalog.Label{}
	for i, c := range t.Columns {
		cell := row[i]
		switch c.Kind {
		case Number:
			obj[c.ID] = cell.Number
			if cell.Label.Vi != "" {
				printed[c.ID] = cell.Label
			}
		case Period:
			if obj[c.ID] = nil; !cell.Period.IsZero() {
				obj[c.ID] = cell.Period
			}
		case Day:
			if obj[c.ID] = nil; cell.Vintage != (stat.Vintage{}) {
				obj[c.ID] = published(cell.Vintage)
			} else if cell.Label.Vi != "" {
				obj[c.ID] = cell.Label
			}
		case Code:
			obj[c.ID] = cell.Label.Vi
		default:
			obj[c.ID] = cell.Label
		}
		if s := cell.status(); s != "" && cell.Status != stat.Normal {
			status[c.ID] = cell.Status
		}
		if cell.Mark != "" {
			evidence[c.ID] = cell.Mark
		}
	}
	if len(status) > 0 {
		obj["status"] = status
	}
	if len(evidence) > 0 {
		obj["evidence"] = evidence
	}
	if len(printed) > 0 {
		obj["printed"] = printed
	}
	return obj
}

// marshal writes a value with the signs <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
