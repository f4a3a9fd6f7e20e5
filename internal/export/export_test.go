package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func sample() *Table {
	f := Num(stat.MustDecimal("14.02"))
	f.Status = stat.Provisional
	return &Table{
		ID:    "share",
		Title: catalog.Label{Vi: "Tỷ trọng kinh tế số trong GDP", En: "Share of the digital economy in GDP"},
		Columns: []Column{
			{ID: "area", Name: catalog.Label{Vi: "Địa phương", En: "Area"}, Kind: Text},
			{ID: "code", Name: catalog.Label{Vi: "Mã", En: "Code"}, Kind: Code},
			{ID: "period", Name: catalog.Label{Vi: "Kỳ", En: "Period"}, Kind: Period},
			{ID: "share", Name: catalog.Label{Vi: "Tỷ trọng", En: "Share"}, Unit: catalog.Label{Vi: "% GDP", En: "% of GDP"}, Kind: Number, Decimals: 2},
		},
		Rows: [][]Cell{
			{Words(catalog.Label{Vi: "Cả nước", En: "Viet Nam"}), Same("01"), When(stat.Quarter(2025, 4)), f},
			{Words(catalog.Label{Vi: "=HYPERLINK(\"x\")", En: "+1"}), Same("02"), When(stat.Year(2025)), None(stat.Unpublished)},
			{Words(catalog.Label{Vi: "Nơi \"A\", B", En: "Place"}), Same("04"), When(stat.Year(2024)), Num(stat.MustDecimal("-1234567.891"))},
		},
		Source: catalog.Label{Vi: "Cục Thống kê", En: "National Statistics Office"}, Vintage: catalog.Label{Vi: "Đợt 1", En: "Release 1"},
		Notes: []catalog.Label{{Vi: "Số sơ bộ.", En: "Provisional."}},
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := sample().WriteCSV(&b, CSVOptions{Lang: "vi", BOM: true}); err != nil {
		t.Fatal(err)
	}
	s := b.String()
	t.Run("starts with a byte-order mark when asked and ends lines with CRLF", func(t *testing.T) {
		if !strings.HasPrefix(s, "\ufeff") || strings.Count(s, "\r\n") != 4 {
			t.Errorf("%q", s)
		}
	})
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(s, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("keeps units in the head, codes with their zeros and periods as SDMX writes them", func(t *testing.T) {
		if rows[0][3] != "Tỷ trọng (% GDP)" || rows[1][1] != "01" || rows[1][2] != "2025-Q4" {
			t.Errorf("%q", rows)
		}
	})
	t.Run("puts the status beside the figure and leaves the missing one empty", func(t *testing.T) {
		if rows[0][4] != "Tỷ trọng – trạng thái" || rows[1][4] != "P" || rows[2][3] != "" || rows[2][4] != "O" {
			t.Errorf("%q", rows)
		}
	})
	t.Run("disarms text that a spreadsheet would run, and leaves negative numbers alone", func(t *testing.T) {
		if rows[2][0] != "'=HYPERLINK(\"x\")" || rows[3][3] != "-1234567.891" {
			t.Errorf("%q", rows)
		}
	})
}

func TestCSVReadsBackWhateverTheText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		tab := &Table{ID: "x", Columns: []Column{{ID: "a", Kind: Text}, {ID: "b", Kind: Text}}, Rows: [][]Cell{{Same(text), Same("end")}}}
		var b bytes.Buffer
		if err := tab.WriteCSV(&b, CSVOptions{Codes: true}); err != nil {
			rt.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 {
			rt.Fatalf("%v %q", err, rows)
		}
		got := rows[1][0]
		if strings.ContainsAny(text, "\r") {
			return // encoding/csv normalises line ends inside quotes
		}
		if got != text && got != "'"+text {
			rt.Fatalf("%q became %q", text, got)
		}
		if len(got) > 1 && strings.IndexAny(got, "=+-@\t\r\n") == 0 { // a sign alone runs nothing
			rt.Fatalf("%q can be run as a formula", got)
		}
	})
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := sample().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Title   catalog.Label
		Source  catalog.Label
		Columns []Column
		Rows    []map[string]json.RawMessage
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Title.En == "" || got.Source.Vi != "Cục Thống kê" || len(got.Columns) != 4 {
		t.Errorf("metadata lost: %s", b.String())
	}
	if string(got.Rows[0]["share"]) != "14.02" || string(got.Rows[1]["share"]) != "null" || string(got.Rows[0]["period"]) != `"2025-Q4"` {
		t.Errorf("figures: %s", b.String())
	}
	if !strings.Contains(string(got.Rows[1]["status"]), `"O"`) {
		t.Error("the reason of a missing figure is lost")
	}
}

func TestXLSX(t *testing.T) {
	var b bytes.Buffer
	if err := sample().WriteXLSX(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.GetSheetList(); len(got) != 4 || got[0] != "Số liệu" || got[1] != "Data" {
		t.Fatalf("sheets %q", got)
	}
	kind, err := f.GetCellType("Data", "E4")
	if err != nil || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
		t.Errorf("a figure is stored as text (%v, %v)", kind, err)
	}
	shown, _ := f.GetCellValue("Data", "E6")
	raw, _ := f.GetCellValue("Data", "E6", excelize.Options{RawCellValue: true})
	if shown != "-1,234,567.89" || raw != "-1234567.891" {
		t.Errorf("shown %q, kept %q", shown, raw)
	}
	if code, _ := f.GetCellValue("Số liệu", "B4"); code != "01" {
		t.Errorf("code %q lost its zero", code)
	}
	if formula, _ := f.GetCellFormula("Số liệu", "A5"); formula != "" {
		t.Errorf("text became the formula %q", formula)
	}
	panes, err := f.GetPanes("Data")
	if err != nil || !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("heading is not frozen: %+v %v", panes, err)
	}
	about, _ := f.GetRows("Thông tin - About")
	if len(about) < 3 || about[1][1] != "Cục Thống kê" || about[1][2] != "National Statistics Office" {
		t.Errorf("about: %q", about)
	}
}

func TestTheSameTableGivesTheSameBytes(t *testing.T) {
	write := func() string {
		var b bytes.Buffer
		for _, err := range []error{sample().WriteCSV(&b, CSVOptions{Lang: "en"}), sample().WriteJSON(&b), sample().WriteXLSX(&b)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return b.String()
	}
	first := write()
	for range 5 {
		if write() != first {
			t.Fatal("two files of one table differ")
		}
	}
}

func TestATableThatDoesNotFitItsColumnsIsRefused(t *testing.T) {
	tab := sample()
	tab.Rows[1] = tab.Rows[1][:2]
	for name, write := range map[string]func() error{
		"csv":  func() error { return tab.WriteCSV(io.Discard, CSVOptions{}) },
		"json": func() error { return tab.WriteJSON(io.Discard) },
		"xlsx": func() error { return tab.WriteXLSX(io.Discard) },
	} {
		if err := write(); !errors.Is(err, fault.New("export.ragged")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryStatusHasWords(t *testing.T) {
	for _, s := range stat.Statuses() {
		for _, lang := range []string{"vi", "en"} {
			if (StatusName(lang, s) == "") != (s == stat.Normal) {
				t.Errorf("status %s has no words in %s", s, lang)
			}
		}
	}
}
