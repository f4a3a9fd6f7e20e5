package export

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"nhipso/internal/catalog"
)

func TestATableEndsWithItsReader(t *testing.T) {
	long := &Table{ID: "t", Title: catalog.Label{Vi: "T", En: "T"}, Source: catalog.Label{Vi: "S", En: "S"},
		Columns: []Column{{ID: "a", Name: catalog.Label{Vi: "A", En: "A"}, Kind: Text}}}
	for range 5000 {
		long.Rows = append(long.Rows, []Cell{{Label: catalog.Label{Vi: "x", En: "x"}}})
	}
	for what, write := range map[string]func(io.Writer) error{
		"csv":  func(w io.Writer) error { return long.WriteCSV(w, CSVOptions{}) },
		"json": long.WriteJSON,
		"xlsx": long.WriteXLSX,
	} {
		var whole bytes.Buffer
		if err := write(Until(t.Context(), &whole)); err != nil || whole.Len() == 0 {
			t.Fatal(what, err)
		}
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		var none bytes.Buffer
		if err := write(Until(ctx, &none)); !errors.Is(err, context.Canceled) || none.Len() > 0 {
			t.Errorf("%s: %d bytes, %v", what, none.Len(), err)
		}
	}
}

func TestRowsAreNotGoneThroughForNobody(t *testing.T) {
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	if ended(Until(ctx, io.Discard)) == nil || ended(Until(t.Context(), io.Discard)) != nil || ended(io.Discard) != nil {
		t.Error("the end of the context is not seen")
	}
	b := &writer{until: Until(ctx, io.Discard)}
	if b.gone(); !errors.Is(b.err, context.Canceled) {
		t.Error(b.err)
	}
}
