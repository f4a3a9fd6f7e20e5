package tabular_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/tabular"
)

const benchRows = 100_000

func benchCells(i int) []any {
	return []any{"GRDP", fmt.Sprintf("%02d", i%63), "Giá trị tăng thêm", 2000 + i%25, float64(i) + 0.25, "A", "2026-10-20", "S", "NSO-2025-01", float64(i) / 4}
}

// run opens a file and reads every row and figure, as a load does.
func run(b *testing.B, file []byte, name string) {
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := tabular.Open(bytes.NewReader(file), name, tabular.Options{})
		if err != nil {
			b.Fatal(err)
		}
		table, err := f.Table(tabular.Layout{})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for r, err := range table.Records() {
			if err != nil {
				b.Fatal(err)
			}
			if _, err := table.Convention.Figure(r.Cells[4]); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchRows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSV(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("a,b,c,d,e,f,g,h,i,j\n")
	for i := range benchRows {
		for j, c := range benchCells(i) {
			if j > 0 {
				text.WriteByte(',')
			}
			fmt.Fprint(&text, c)
		}
		text.WriteByte('\n')
	}
	run(b, text.Bytes(), "x.csv")
}

func BenchmarkXLSX(b *testing.B) {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	must(b, err)
	must(b, w.SetRow("A1", []any{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}))
	for i := range benchRows {
		must(b, w.SetRow(fmt.Sprintf("A%d", i+2), benchCells(i)))
	}
	must(b, w.Flush())
	var file bytes.Buffer
	must(b, f.Write(&file))
	run(b, file.Bytes(), "x.xlsx")
}
