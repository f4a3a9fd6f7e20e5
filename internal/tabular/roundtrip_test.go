package tabular_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/tabular"
	"nhipso/internal/text"
)

// printed writes a number as a publisher of a language does.
func printed(lang string, d stat.Decimal) string { return text.FormatNumber(lang, d, -1) }

func TestWhatIsWrittenIsRead(t *testing.T) {
	label := rapid.StringMatching(`[A-ZĐ][a-zàáạảãâầấăắđêếôốơớưứ ,;"']{0,12}[a-z]`)
	number := rapid.Custom(func(t *rapid.T) stat.Decimal {
		return stat.MustDecimal(fmt.Sprintf("%d.%0*d", rapid.IntRange(-9_999_999, 9_999_999).Draw(t, "whole"), rapid.IntRange(1, 5).Draw(t, "digits"), rapid.IntRange(0, 9).Draw(t, "fraction")))
	})
	t.Run("a CSV, with any separator, in either convention", rapid.MakeCheck(func(t *rapid.T) {
		sep := rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "separator")
		lang := rapid.SampledFrom([]string{"vi", "en"}).Draw(t, "convention")
		labels := rapid.SliceOfN(label, 1, 8).Draw(t, "labels")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = sep
		want := []stat.Decimal{stat.MustDecimal("1234567.25")} // which tells the convention
		must(t, w.Write([]string{"Tên", "Giá trị"}))
		must(t, w.Write([]string{"Mốc", printed(lang, want[0])}))
		for _, l := range labels {
			d := number.Draw(t, "number")
			want = append(want, d)
			must(t, w.Write([]string{l, printed(lang, d)}))
		}
		w.Flush()
		f, err := tabular.Open(&b, "x.csv", tabular.Options{Separator: map[rune]string{',': "comma", ';': "semicolon", '\t': "tab"}[sep]})
		if err != nil {
			t.Fatal(err)
		}
		same(t, f, append([]string{"Mốc"}, labels...), want)
	}))
	t.Run("a workbook", rapid.MakeCheck(func(t *rapid.T) {
		labels := rapid.SliceOfN(label, 1, 8).Draw(t, "labels")
		f := excelize.NewFile()
		defer f.Close()
		var want []stat.Decimal
		must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"Tên", "Giá trị"}))
		for i, l := range labels {
			d := number.Draw(t, "number")
			want = append(want, d)
			must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+2), &[]any{l, d.Float64()}))
		}
		var b bytes.Buffer
		must(t, f.Write(&b))
		file, err := tabular.Open(&b, "x.xlsx", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		same(t, file, labels, want)
	}))
}

// same holds a table of labels and numbers against what was written.
func same(t *rapid.T, f *tabular.File, labels []string, want []stat.Decimal) {
	t.Helper()
	table, err := f.Table(tabular.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for r, err := range table.Records() {
		if err != nil {
			t.Fatal(err)
		}
		fig, err := table.Convention.Figure(r.Cells[1])
		if err != nil {
			t.Fatal(err)
		}
		got, err := stat.ParseDecimal(fig.Plain)
		if err != nil || got.Cmp(want[i]) != 0 || r.Cells[0].Text != strings.TrimSpace(labels[i]) {
			t.Fatalf("row %d: %q %s (%v), want %q %s", r.Line, r.Cells[0].Text, got, err, labels[i], want[i])
		}
		i++
	}
	if i != len(want) {
		t.Fatalf("%d rows, want %d", i, len(want))
	}
}

// all reads everything that a file gives; a refusal must be a fault with a place, and nothing may panic.
func all(t *testing.T, b []byte, name string, o tabular.Options) {
	f, err := tabular.Open(bytes.NewReader(b), name, o)
	if err == nil {
		var table *tabular.Table
		if table, err = f.Table(tabular.Layout{}); err == nil {
			for r, rowErr := range table.Records() {
				if rowErr != nil {
					t.Fatalf("a row was refused after the file was taken: %v", rowErr)
				}
				for _, c := range r.Cells {
					if fig, err := table.Convention.Figure(c); err == nil && fig.Known() {
						if _, err := stat.ParseDecimal(fig.Plain); err != nil && !strings.ContainsAny(fig.Plain, "eE") && len(fig.Plain) < 400 {
							t.Fatalf("%q was read as %q", c.Text, fig.Plain)
						}
					}
				}
			}
		}
	}
	var e *fault.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%v is no fault", err)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\n1,5;2.5\n", "\ufeffTỉnh\tNăm\n\"Huế\n\"\t(1.234)\n", "Biểu\n\na,b\n;%\n", "\xff\xfea\x00,\x00b\x00\n\x00", "T\xe6ng s\xe8\n", "a,b\n…,- 5 %p*\n", "<html>", "%PDF", "{}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { all(t, b, "f.csv", tabular.Options{}) })
}

func FuzzSheet(f *testing.F) {
	for _, s := range []string{row(`<c t="s"><v>0</v></c>`, `<c s="2"><v>0.5</v></c>`), `<row r="3"><c r="B3"><f>A1</f></c></row>`, `<row><c t="inlineStr"><is><t>a&#x41;</t></is></c></row>`,
		`</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells><sheetData>`, `<!-- x > y --><row/>`, `<row><c a='>'><v><![CDATA[1]]></v></c></row>`, `<row><c s="1"><v>60</v></c></row>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, rows string) { all(t, pack(t, parts(rows, nil)), "f.xlsx", tabular.Options{}) })
}

func FuzzWorkbook(f *testing.F) {
	f.Add(pack(f, parts(row(`<c><v>1</v></c>`), nil)))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) { all(t, b, "f.xlsx", tabular.Options{}) })
}
