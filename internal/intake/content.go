package intake

import (
	"bytes"
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
	if fault.CodeOf(err) == "tabular.other-encoding" { // it speaks of a flag that a program cannot give
		err = fault.New("intake.encoding").At(x.File, 0, "")
	}
	if err == nil {
		f.Key, f.Digest = x.Key, x.Digest
	}
	return f, err
}

func otherFlow(flow string, allowed []string) *fault.Error {
	return fault.New("intake.other-dataflow", "dataflow", flow, "allowed", strings.Join(allowed, ", "))
}
