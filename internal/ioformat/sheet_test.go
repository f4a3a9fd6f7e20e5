package ioformat

import (
	"archive/zip"
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"nhipso/internal/fault"
)

func TestAWorkbookThatUnpacksIntoGigabytesIsRefused(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, part := range map[string]string{"[Content_Types].xml": "<Types/>", "xl/worksheets/sheet1.xml": strings.Repeat("0", 1<<20)} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + 400*(len(part)>>20) {
			if _, err := io.WriteString(w, part); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := ReadSheet(&b, "bomb.xlsx", "")
	runtime.ReadMemStats(&after)
	if fault.CodeOf(err) != "ioformat.bad-workbook" {
		t.Errorf("got %v", err)
	}
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 350 {
		t.Errorf("it took %d MB to refuse it", used)
	}
}
