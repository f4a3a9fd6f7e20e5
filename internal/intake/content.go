package intake

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
	"nhipso/internal/store"
	"nhipso/internal/tabular"
	"nhipso/internal/territory"
)

// The names of submissions in messages about their rows, by their kind of content.
const (
	csvName  = "submission.csv"
	jsonName = "submission.json"
)

// written is how programs write numbers: in one way, so that none has to be guessed.
var written = tabular.Options{Separator: "comma", Encoding: tabular.UTF8, Decimal: "point"}

// open reads a submission as a file of figures.
func open(x store.Submission, c *catalog.Catalog, areas *territory.Registry) (*reference.File, error) {
	body := x.Body
	if x.File == jsonName {
		var err error
		if body, err = asTable(body); err != nil {
			return nil, err
		}
	}
	f, err := reference.Open(bytes.NewReader(body), x.File, c, areas, reference.Options{Sender: x.Sender, SentAt: x.At, Format: written})
	if err == nil {
		f.Key, f.Digest = x.Key, x.Digest
	}
	return f, err
}

// asTable writes the observations of a JSON text as a CSV with the same columns; the n-th is on row n + 1.
func asTable(body []byte) ([]byte, error) {
	var sent struct {
		Observations []map[string]any `json:"observations"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber() // a number is kept as it was written, to the last digit
	d.DisallowUnknownFields()
	if err := d.Decode(&sent); err != nil {
		return nil, fault.New("intake.bad-json", "reason", strings.TrimPrefix(err.Error(), "json: ")).At(jsonName, 0, "")
	}
	if len(sent.Observations) == 0 {
		return nil, fault.New("cube.empty").At(jsonName, 0, "")
	}
	names := map[string]bool{}
	for _, o := range sent.Observations {
		for name := range o {
			names[name] = true
		}
	}
	columns := slices.Sorted(maps.Keys(names))
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	row := columns
	var faults fault.List
	for i := -1; i < len(sent.Observations); i++ {
		if i >= 0 {
			row = make([]string, len(columns))
			for k, name := range columns {
				switch v := sent.Observations[i][name].(type) {
				case nil:
				case string:
					row[k] = v
				case json.Number:
					row[k] = v.String()
				default:
					faults.Add(fault.New("intake.bad-json", "reason", fmt.Sprintf("%s = %v", name, v)).At(jsonName, i+2, name))
				}
			}
		}
		if err := w.Write(row); err != nil {
			return nil, fault.New("intake.broken").Because(err)
		}
	}
	w.Flush()
	return out.Bytes(), faults.Err()
}

func otherFlow(flow string, allowed []string) *fault.Error {
	return fault.New("intake.other-dataflow", "dataflow", flow, "allowed", strings.Join(allowed, ", "))
}
