package export

import (
	"encoding/json"
	"io"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// WriteJSON writes the table with its metadata in both languages; each row is an object by column identifier. Numbers keep
// every digit; a missing figure is null, "status" holds the codes of the cells that have one, and "printed" what sources
// print in place of a plain number.
func (t *Table) WriteJSON(w io.Writer) error {
	if err := t.Check(); err != nil {
		return err
	}
	rows := make([]map[string]any, len(t.Rows))
	for r, row := range t.Rows {
		if err := ended(w); err != nil {
			return err
		}
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
				obj[c.ID] = cell.Period
			case Code:
				obj[c.ID] = cell.Label.Vi
			default:
				obj[c.ID] = cell.Label
			}
			if cell.Status != "" && cell.Status != stat.Normal {
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
		rows[r] = obj
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(struct {
		*Table
		Notes []catalog.Label  `json:"notes,omitempty"`
		Rows  []map[string]any `json:"rows"`
	}{t, t.Notes, rows})
}
