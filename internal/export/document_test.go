package export

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// mixed are figures that rest on many documents, under several marks, and one that was computed.
func mixed(t *testing.T) (*Table, int) {
	t.Helper()
	c, f := share(t)
	var list []cube.Version
	d := stat.MustDecimal("12.5")
	for i, doc := range c.Documents() {
		for _, mark := range []stat.Mark{stat.MarkUnverified, stat.MarkSeen} {
			list = append(list, cube.Version{Dataflow: f.ID, Observation: stat.Observation{Key: "A.VN.NSO.TOTAL", Period: stat.Year(1990 + i), Value: &d, Status: stat.Provisional,
				Vintage: stat.Vintage{Date: stat.MustDate("2024-12-31"), Written: "2024"}, Attributes: stat.Attributes{stat.AttrSource: doc.ID, stat.AttrMark: string(mark)}}})
		}
	}
	own := list[0]
	own.Attributes = stat.Attributes{stat.AttrRun: "r#1", stat.AttrRecipe: "digital-annual@2", stat.AttrMark: "D"}
	list = append(list, own)
	return Dataflow(c, f, Figures(list)), len(c.Documents()) + 1
}

func TestEveryDocumentIsListedWhole(t *testing.T) {
	table, n := mixed(t)
	var b bytes.Buffer
	if err := table.WriteXLSX(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Nguồn - Sources")
	if err != nil || len(rows) != n+1 {
		t.Fatalf("%d rows of %d documents (%v)", len(rows), n, err)
	}
	for _, row := range rows[1:] {
		if row[0] == "" || row[1] == "" || row[2] == "" || row[3] == "" {
			t.Errorf("a document without code, title or publisher: %q", row)
		}
		if marks := row[7]; marks != "S, M" && marks != "D" {
			t.Errorf("%s has the marks %q", row[0], marks)
		}
		if strings.Contains(strings.Join(row[8:], " "), "nguồn khác dẫn") {
			t.Errorf("%s was seen through others that are not named: %q", row[0], row[8:])
		}
	}
	notes, err := f.GetRows("Ghi chú - Notes")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"P", "S", "M", "D"} {
		if !slices.ContainsFunc(notes, func(row []string) bool { return len(row) == 4 && row[1] == code && row[2] != "" && row[3] != "" }) {
			t.Errorf("what %s means is not said: %q", code, notes)
		}
	}
	if kind, err := f.GetCellType("Data", "A4"); err != nil || kind != excelize.CellTypeInlineString {
		t.Errorf("a code is %v (%v)", kind, err)
	}
}

func TestJSONHasTheDocumentsOfRowsThatAreNotHeld(t *testing.T) {
	table, n := mixed(t)
	var b bytes.Buffer
	if err := table.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var file struct {
		Sources []Document
		Rows    []map[string]any
	}
	if err := json.Unmarshal(b.Bytes(), &file); err != nil || len(file.Sources) != n || len(file.Rows) != 2*(n-1)+1 {
		t.Errorf("%d documents of %d, %d rows (%v)", len(file.Sources), n, len(file.Rows), err)
	}
}

func TestALineOfSourcesNamesFewAndCountsMany(t *testing.T) {
	name := func(s string) Document { return Document{ID: s, Name: catalog.Label{Vi: s, En: s + "'"}} }
	few := []Document{name("A"), name("B"), name("A")}
	if got := SourceLine(few); got.Vi != "A; B" || got.En != "A'; B'" {
		t.Errorf("%+v", got)
	}
	many := []Document{name("A"), name("B"), name("C"), name("D"), name("E")}
	if got := SourceLine(many); !strings.HasPrefix(got.Vi, "5 tài liệu") || !strings.HasPrefix(got.En, "5 documents") {
		t.Errorf("%+v", got)
	}
}

func TestCellsOfAWorkbookAreTyped(t *testing.T) {
	d := stat.MustDecimal("1234.5")
	row := func(p stat.Period, v string) []Cell {
		x, err := stat.ParseVintage(v, stat.MustDate("2026-11-01"))
		if err != nil {
			t.Fatal(err)
		}
		return []Cell{When(p), On(x), {Number: &d, Digits: 2}, Same("007")}
	}
	table := &Table{ID: "x", Title: catalog.Label{Vi: "x", En: "x"}, Columns: []Column{{ID: "p", Name: catalog.Label{Vi: "Kỳ", En: "Period"}, Kind: Period}, {ID: "d", Name: catalog.Label{Vi: "Ngày", En: "Day"}, Kind: Day},
		{ID: "n", Name: catalog.Label{Vi: "Số", En: "Number"}, Kind: Number}, {ID: "c", Name: catalog.Label{Vi: "Số", En: "Number"}, Kind: Code}},
		Rows: [][]Cell{row(stat.Year(2025), "2026-01-05"), row(stat.Quarter(2025, 4), "2024"), row(stat.Day(stat.MustDate("2025-03-01")), "2023-04"), row(stat.Year(2024), "")}}
	var b bytes.Buffer
	if err := table.WriteXLSX(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	shown, err := f.GetRows("Data")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := f.GetRows("Data", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{{"Period", "Period – first day", "Day", "Number", "Number (2)"}, {"2025", "2025-01-01", "2026-01-05", "1,234.5", "007"}, {"2025-Q4", "2025-10-01", "2024", "1,234.5", "007"},
		{"2025-03-01", "2025-03-01", "2023-04", "1,234.5", "007"}, {"2024", "2024-01-01", "2026-11-01", "1,234.5", "007"}} {
		if !slices.Equal(shown[2+i], want) {
			t.Errorf("row %d shows %q, want %q", i, shown[2+i], want)
		}
	}
	for i, want := range [][]string{{"2025", "45658", "46027", "1234.5", "007"}, {"2025-Q4", "45931", "2024", "1234.5", "007"}, {"45717", "45717", "2023-04", "1234.5", "007"}} {
		if !slices.Equal(raw[3+i], want) {
			t.Errorf("row %d keeps %q, want %q", i, raw[3+i], want)
		}
	}
}
