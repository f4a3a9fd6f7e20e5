package ioformat

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

// workbook makes a sheet of the GSO layout with made-up numbers.
func workbook(t testing.TB, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gsoRows() [][]any {
	return [][]any{
		{"Bảng cân đối liên ngành (số liệu giả định)"},
		{nil, "Tên ngành", "Nông nghiệp", "Công nghiệp", "Tổng tiêu dùng trung gian", "Tiêu dùng cuối cùng của hộ gia đình / Household final consumption", "Tích luỹ tài sản cố định", "Xuất khẩu", "Nhập khẩu", "Giá trị sản xuất"},
		{"Mã", "Industry", "01", "02", nil, nil, nil, nil, nil, "GO"},
		{"01", "Nông nghiệp", 10, 20, 30, 50, 10, 20, 10, 100},
		{"02", "Công nghiệp", 30, nil, 30, 90, 50, 50, 20, 200},
		{nil, "Tổng chi phí trung gian", 40, 20},
		{nil, "Thu nhập của người lao động", 30, 100},
		{nil, "Thuế sản xuất", 5, 20},
		{nil, "Khấu hao TSCĐ", 10, 30},
		{nil, "Thặng dư sản xuất", 15, 30},
		{"VA", "Giá trị tăng thêm", 60, 180},
		{"GO", "Giá trị sản xuất", 100, 200},
		{nil},
		{nil, "Nguồn: ví dụ"},
	}
}

func TestGSO(t *testing.T) {
	read := func(t *testing.T, rows [][]any) (*Loaded, error) {
		return ReadGSO(bytes.NewReader(workbook(t, rows)), "io.xlsx", GSOOptions{})
	}
	t.Run("codes, names in both languages, imports turned, blanks counted", func(t *testing.T) {
		got, err := read(t, gsoRows())
		if err != nil {
			t.Fatal(err)
		}
		x := got.Table
		if strings.Join(x.Codes, " ") != "01 02" || x.Z.At(1, 0) != 30 || x.Z.At(1, 1) != 0 || x.Origin != inputoutput.Total {
			t.Fatalf("%+v", x)
		}
		if len(x.Final) != 4 || x.Final[3].Code != "P7" || x.Final[3].Values[1] != -20 {
			t.Errorf("%+v", x.Final)
		}
		var notes []string
		for _, n := range got.Notes {
			notes = append(notes, n.Code)
		}
		if s := strings.Join(notes, " "); s != "ioformat.imports-turned ioformat.blanks-are-zero" {
			t.Error(s)
		}
		va, err := x.ValueAdded()
		if err != nil || va[1] != 180 || x.Output == nil {
			t.Error(va, x.Output, err)
		}
		if pay, err := x.PrimaryRow("D1"); err != nil || pay[0] != 30 {
			t.Error(pay, err)
		}
		if len(got.Findings) != 0 {
			t.Errorf("%+v", got.Findings)
		}
		if _, err := inputoutput.NewModel(x, inputoutput.Options{}); err != nil {
			t.Error(err)
		}
	})
}

func TestGSORefusesWhatItCannotRead(t *testing.T) {
	read := func(t *testing.T, rows [][]any) (*Loaded, error) {
		return ReadGSO(bytes.NewReader(workbook(t, rows)), "io.xlsx", GSOOptions{})
	}
	t.Run("a total that disagrees is a finding", func(t *testing.T) {
		rows := gsoRows()
		rows[3][4] = 33
		got, err := read(t, rows)
		if err != nil || len(got.Findings) != 1 || got.Findings[0].At != "01 / TI" || got.Findings[0].Size != -3 {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("a text among the numbers is refused with its cell", func(t *testing.T) {
		rows := gsoRows()
		rows[3][3] = "khoảng 20"
		_, err := read(t, rows)
		if e := wantCode(t, err, "ioformat.not-a-number"); e.Where.Row != 4 || e.Where.Column != "D" || e.Where.File != "io.xlsx[Sheet1]" {
			t.Errorf("%+v", e.Where)
		}
	})
	t.Run("a blank in gross output or value added is never a zero", func(t *testing.T) {
		for _, row := range []int{10, 11} {
			rows := gsoRows()
			rows[row][3] = nil
			_, err := read(t, rows)
			if e := wantCode(t, err, "ioformat.blank-cell"); e.Where.Row != row+1 || e.Where.Column != "02" {
				t.Errorf("%+v", e.Where)
			}
		}
	})
	t.Run("numbers under a name nobody knows are refused", func(t *testing.T) {
		rows := gsoRows()
		rows[1][6], rows[2][6] = "Cột lạ", nil
		_, err := read(t, rows)
		wantCode(t, err, "ioformat.unknown-heading")
		rows = gsoRows()
		rows[8][1] = "Hàng lạ"
		_, err = read(t, rows)
		wantCode(t, err, "ioformat.unknown-heading")
	})
	t.Run("a domestic table has imports as a row", func(t *testing.T) {
		rows := gsoRows()
		rows[1][8], rows[2][8] = nil, nil
		rows[3][8], rows[4][8] = nil, nil
		rows[3][9], rows[4][9] = 110, 220
		rows[12] = []any{nil, "Nhập khẩu", 10, 20}
		rows[11][2], rows[11][3] = 110, 220
		got, err := read(t, rows)
		if err != nil || got.Table.Origin == inputoutput.Total || len(got.Findings) != 0 {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("what is no workbook, no table or no sheet is refused", func(t *testing.T) {
		_, err := ReadGSO(strings.NewReader("%PDF-1.7"), "x.xlsx", GSOOptions{})
		wantCode(t, err, "tabular.no-table")
		_, err = read(t, [][]any{{"a", "b"}, {1, 2}})
		wantCode(t, err, "ioformat.not-gso")
		_, err = ReadGSO(bytes.NewReader(workbook(t, gsoRows())), "x.xlsx", GSOOptions{Format: tabular.Options{Sheet: "IO"}})
		wantCode(t, err, "tabular.no-such-sheet")
		b := workbook(t, gsoRows())
		_, err = ReadGSO(bytes.NewReader(b[:len(b)/2]), "x.xlsx", GSOOptions{})
		wantCode(t, err, "tabular.damaged")
	})
}
