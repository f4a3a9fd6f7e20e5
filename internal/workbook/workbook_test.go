package workbook

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/stat"
)

func written(t *testing.T, p Properties) []byte {
	t.Helper()
	f := New()
	defer f.Close()
	for _, name := range []string{"Sheet1", "Data", "Nguồn"} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		if err := Printable(f, name, 3); err != nil {
			t.Fatal(err)
		}
		out, err := f.NewStreamWriter(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := out.SetRow("A1", []any{name, 1}); err != nil {
			t.Fatal(err)
		}
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := Write(f, &b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAFileSaysWhoMadeItAndWhen(t *testing.T) {
	at := time.Date(2026, 10, 6, 9, 0, 0, 0, time.FixedZone("", 7*3600))
	b := written(t, Properties{Title: "A < B & “C”", Creator: "Cục Thống kê", Address: "https://x.test/?a=1&b=2", Language: "vi", Created: at})
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := f.GetDocProps()
	if err != nil || p.Title != "A < B & “C”" || p.Creator != "Cục Thống kê" || p.LastModifiedBy != p.Creator || p.Created != "2026-10-06T02:00:00Z" || p.Modified != p.Created || p.Language != "vi" || p.Identifier != "https://x.test/?a=1&b=2" {
		t.Errorf("%+v, %v", p, err)
	}
	layout, err := f.GetPageLayout("Data")
	if err != nil || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 {
		t.Errorf("%+v, %v", layout, err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(z.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the parts stand in no order")
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || bytes.Contains(content, []byte("xuri")) || bytes.Contains(content, []byte("xcelize")) {
			t.Errorf("%s: %v, or it names the library", part.Name, err)
		}
	}
}

func TestAFileThatNobodyPublishesIsOfTheProgramAndOfNoDay(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(written(t, Properties{})))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if p, err := f.GetDocProps(); err != nil || p.Creator != Program || p.Created != "" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestTheSameContentGivesTheSameBytes(t *testing.T) {
	first := written(t, Properties{Title: "x"})
	for range 20 {
		if !bytes.Equal(first, written(t, Properties{Title: "x"})) {
			t.Fatal("two files of one content differ")
		}
	}
}

func TestADayIsCountedAsWorksheetsCount(t *testing.T) {
	for day, want := range map[string]int{"1900-03-01": 61, "2000-01-01": 36526, "2026-01-05": 46027} {
		if n, ok := Day(stat.MustDate(day)); n != want || !ok {
			t.Errorf("%s is day %d (%v), want %d", day, n, ok, want)
		}
	}
	if _, ok := Day(stat.MustDate("1900-02-28")); ok {
		t.Error("a day before the one that never was is written")
	}
}
