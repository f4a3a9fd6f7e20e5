package export

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// endless gives figures of a dataflow as long as somebody asks.
func endless(n int, asked *int) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		d := stat.MustDecimal("12.345")
		for i := 0; i < n; i++ {
			*asked++
			v := cube.Version{Dataflow: "DE_SHARE", Message: 1, Observation: stat.Observation{Key: "A.VN.NSO.TOTAL", Period: stat.Day(stat.NewDate(1900, 1, 1).AddDays(i)), Value: &d, Status: stat.Normal,
				Attributes: stat.Attributes{stat.AttrSource: "NSO-2026-01"}}}
			if !yield(v, nil) {
				return
			}
		}
	}
}

func share(t *testing.T) (*catalog.Catalog, *catalog.Dataflow) {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Dataflow("DE_SHARE")
	if err != nil {
		t.Fatal(err)
	}
	return c, f
}

func TestAWorkbookThatWouldBeTooLongIsRefusedBeforeAnythingIsSent(t *testing.T) {
	c, f := share(t)
	asked := 0
	var sent bytes.Buffer
	err := Dataflow(c, f, endless(3*MaxRows, &asked)).WriteXLSX(&sent)
	if fault.CodeOf(err) != "export.too-many-rows" || sent.Len() > 0 || asked > MaxRows+1 {
		t.Errorf("%v: %d bytes sent, %d rows asked for", err, sent.Len(), asked)
	}
	if said := fault.In(err, "en"); !strings.Contains(said, "CSV") || !strings.Contains(said, "DE_SHARE") {
		t.Errorf("the refusal does not lead to the CSV: %s", said)
	}
}

func TestRowsThatFailFailTheFile(t *testing.T) {
	c, f := share(t)
	broken := errors.New("the shelf broke")
	figures := func(yield func(cube.Version, error) bool) {
		n := 0
		for v := range endless(3, &n) {
			if !yield(v, nil) {
				return
			}
		}
		yield(cube.Version{}, broken)
	}
	for name, write := range map[string]func(*Table) error{
		"csv":  func(t *Table) error { return t.WriteCSV(io.Discard, CSVOptions{}) },
		"json": func(t *Table) error { return t.WriteJSON(io.Discard) },
		"xlsx": func(t *Table) error { return t.WriteXLSX(io.Discard) },
	} {
		if err := write(Dataflow(c, f, figures)); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALongFileEndsWithItsReader(t *testing.T) {
	c, f := share(t)
	for name, write := range map[string]func(*Table, io.Writer) error{
		"csv":  func(t *Table, w io.Writer) error { return t.WriteCSV(w, CSVOptions{}) },
		"json": (*Table).WriteJSON,
		"xlsx": (*Table).WriteXLSX,
	} {
		ctx, hangUp := context.WithCancel(t.Context())
		asked := 0
		figures := endless(50_000, &asked)
		stops := func(yield func(cube.Version, error) bool) {
			for v, err := range figures {
				if asked == 1000 {
					hangUp()
				}
				if !yield(v, err) {
					return
				}
			}
		}
		if err := write(Dataflow(c, f, stops), Until(ctx, io.Discard)); !errors.Is(err, context.Canceled) || asked > 1200 {
			t.Errorf("%s: %v, after %d rows of a reader who went after 1000", name, err, asked)
		}
		hangUp()
	}
}

// A number keeps its digits in every file; a workbook shows it with those published.
func TestTheLongTableSaysUnitAndDigitsOfEachFigure(t *testing.T) {
	c, f := share(t)
	asked := 0
	var b bytes.Buffer
	if err := Dataflow(c, f, endless(1, &asked)).WriteCSV(&b, CSVOptions{Codes: true}); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(b.String(), "\r\n")
	if !strings.Contains(rows[0], "OBS_VALUE,UNIT,UNIT_POWER,UNIT_NAME,DIGITS,OBS_STATUS") || !strings.Contains(rows[1], ",12.345,PC_GDP,0,% GDP,3,A,") {
		t.Errorf("%s", b.String())
	}
}
