package tabular_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

// records gives the labels of the rows of a table, those of totals in brackets.
func records(t testing.TB, table *tabular.Table) (out []string) {
	t.Helper()
	for r, err := range table.Records() {
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, c := range r.Cells {
			cells = append(cells, c.Text)
		}
		s := strings.Join(cells, "|")
		if r.Total {
			s = "[" + s + "]"
		}
		out = append(out, s)
	}
	return out
}

func names(table *tabular.Table) string {
	var out []string
	for _, c := range table.Columns {
		s := c.Name
		if c.Unit != "" {
			s += " {" + c.Unit + "}"
		}
		out = append(out, s)
	}
	return strings.Join(out, "|")
}

func TestHeadings(t *testing.T) {
	for name, c := range map[string]struct{ text, columns, titles, unit, rows string }{
		"one row": {
			"Tỉnh;2024;2025\nHuế;1,5;2,5\n", "Tỉnh|2024|2025", "", "", "Huế|1,5|2,5"},
		"a title and a line that gives the unit": {
			"Biểu 3. Tổng sản phẩm trên địa bàn;;\nĐơn vị tính: Tỷ đồng;;\nTỉnh, thành phố;2024;2025\nHà Nội;1.425.521,3;1.605.237,8\n",
			"Tỉnh, thành phố|2024|2025", "Biểu 3. Tổng sản phẩm trên địa bàn", "Tỷ đồng", "Hà Nội|1.425.521,3|1.605.237,8"},
		"the unit at the right of the title": {
			"Biểu 3;Đơn vị tính: %\nTỉnh;2024\nHà Nội;14,02\n", "Tỉnh|2024", "Biểu 3", "%", "Hà Nội|14,02"},
		"a row of units": {
			"Chỉ tiêu;GRDP;Dân số;Tỷ trọng\n;(tỷ đồng);Nghìn người;%\nHà Nội;1.425.521,3;8.587,1;14,02\n",
			"Chỉ tiêu|GRDP {tỷ đồng}|Dân số {Nghìn người}|Tỷ trọng {%}", "", "", "Hà Nội|1.425.521,3|8.587,1|14,02"},
		"two rows, the upper one over several columns": {
			"Tỉnh;Giá trị tăng thêm;;Tỷ trọng;\n;2024;Sơ bộ 2025;2024;Sơ bộ 2025\nHuế;1,5;2,5;3,5;4,5\n",
			"Tỉnh|Giá trị tăng thêm / 2024|Giá trị tăng thêm / Sơ bộ 2025|Tỷ trọng / 2024|Tỷ trọng / Sơ bộ 2025", "", "", "Huế|1,5|2,5|3,5|4,5"},
		"a line that only one column needs": {
			"Tỉnh;Lao động;So với cùng kỳ\n;;năm trước (%)\nHuế;1,5;2,5\n", "Tỉnh|Lao động|So với cùng kỳ / năm trước (%)", "", "", "Huế|1,5|2,5"},
		"a label in the second column is a row": {
			"Ngành;;2024;2025\n;Nông nghiệp;;\n;Lúa;1,5;2,5\n", "Ngành||2024|2025", "", "", "|Nông nghiệp||\n|Lúa|1,5|2,5"},
		"a row that numbers the columns": {
			"Tên chỉ tiêu;Mã số;Kỳ trước;Kỳ này\nA;B;1;2\nDoanh thu;01;10,5;11,5\n", "Tên chỉ tiêu|Mã số|Kỳ trước|Kỳ này", "", "", "Doanh thu|01|10,5|11,5"},
		"numbers in brackets, one computed": {
			"STT;Tỉnh;Quý I;Quý II;6 tháng\n(1);(2);(3);(4);(5=3+4)\n1;Huế;1,5;2,5;4\n", "STT|Tỉnh|Quý I|Quý II|6 tháng", "", "", "1|Huế|1,5|2,5|4"},
		"rows of figures are no rows of numbers of columns": {
			"a;b;c\n1;2;3\n4;5;6\n", "a|b|c", "", "", "1|2|3\n4|5|6"},
		"totals in both languages, and remarks below": {
			"Tỉnh;2024;2025\nCẢ NƯỚC - WHOLE COUNTRY;10;11\nHuế;1;2\nĐà Nẵng;…;3 p\nTổng số;4;5\nCộng:;4;5\nTotal;4;5\nNguồn: Tổng cục Thống kê;;\n(*) Số sơ bộ;;\n",
			"Tỉnh|2024|2025", "", "", "[CẢ NƯỚC - WHOLE COUNTRY|10|11]\nHuế|1|2\nĐà Nẵng|…|3 p\n[Tổng số|4|5]\n[Cộng:|4|5]\n[Total|4|5]"},
		"a note that the file does not pad": {
			"Tỉnh;2024;2025\nHuế;1;2\nNguồn: Cục Thống kê\n", "Tỉnh|2024|2025", "", "", "Huế|1|2"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := open(t, c.text, tabular.Options{})
			if err != nil {
				t.Fatal(err)
			}
			table, err := f.Table(tabular.Layout{})
			if err != nil {
				t.Fatal(err)
			}
			if names(table) != c.columns || strings.Join(table.Titles, "\n") != c.titles || table.Unit != c.unit {
				t.Errorf("columns %s, titles %q, unit %q", names(table), table.Titles, table.Unit)
			}
			if got := strings.Join(records(t, table), "\n"); got != c.rows {
				t.Errorf("got\n%s\nwant\n%s", got, c.rows)
			}
		})
	}
}

func TestMergedCells(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for cell, v := range map[string]any{"A1": "Biểu 1. Lao động", "A2": "Vùng", "B2": "Tỉnh", "C2": "Lao động", "E2": "Tỷ trọng", "C3": 2024, "D3": 2025, "E3": 2024, "F3": 2025,
		"A4": "Đồng bằng", "B4": "Hà Nội", "C4": 1.5, "D4": 2.5, "E4": 3.5, "F4": 4.5, "B5": "Hải Phòng", "C5": 5.5, "D5": 6.5, "E5": 7.5, "F5": 8.5, "A6": "Tổng số", "C6": 7, "D6": 9, "E6": 11} {
		must(t, f.SetCellValue("Sheet1", cell, v))
	}
	for _, m := range [][2]string{{"A1", "F1"}, {"A2", "A3"}, {"B2", "B3"}, {"C2", "D2"}, {"E2", "F2"}, {"A4", "A5"}, {"E6", "F6"}} {
		must(t, f.MergeCell("Sheet1", m[0], m[1]))
	}
	var b strings.Builder
	must(t, f.Write(&b))
	file, err := openBook(t, []byte(b.String()), tabular.Options{})
	must(t, err)
	for range 2 { // reading again gives the same
		table, err := file.Table(tabular.Layout{})
		must(t, err)
		if got := names(table); got != "Vùng|Tỉnh|Lao động / 2024|Lao động / 2025|Tỷ trọng / 2024|Tỷ trọng / 2025" || strings.Join(table.Titles, "|") != "Biểu 1. Lao động" {
			t.Errorf("%s, %q", got, table.Titles)
		}
		if got := strings.Join(records(t, table), "\n"); got != "Đồng bằng|Hà Nội|1.5|2.5|3.5|4.5\nĐồng bằng|Hải Phòng|5.5|6.5|7.5|8.5\n[Tổng số||7|9|11|]" {
			t.Error(got)
		}
	}
}

func TestKnownColumns(t *testing.T) {
	layout := tabular.Layout{Names: []string{"DATAFLOW", "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "SOURCE", "EVIDENCE"}, Required: []string{"DATAFLOW", "OBS_VALUE"},
		Numeric: func(c string) bool { return c == "OBS_VALUE" }}
	open := func(t *testing.T, text string) (*tabular.Table, error) {
		t.Helper()
		f, err := open(t, text, tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return f.Table(layout)
	}
	t.Run("are found below titles", func(t *testing.T) {
		table, err := open(t, "Số liệu gửi ngày 20/10/2026,,\n\nDATAFLOW,REF_AREA,OBS_VALUE\nGRDP,01,\"1.234,5\"\n")
		must(t, err)
		if table.Line != 3 || !table.Convention.Comma() || fmt.Sprint(records(t, table)) != "[GRDP|01|1.234,5]" {
			t.Errorf("%+v", table)
		}
	})
	t.Run("numbers of other columns do not tell how numbers are written", func(t *testing.T) {
		table, err := open(t, "DATAFLOW,REF_AREA,OBS_VALUE\nGRDP,\"1,5\",14.02\n")
		must(t, err)
		if table.Convention.Comma() {
			t.Error("a code told the convention")
		}
	})
	for name, c := range map[string]struct {
		text, code string
		row        int
		column     string
		says       string
	}{
		"one that is not known, with the nearest": {"DATAFLOW,OBS_VALEU\nGRDP,1\n", "tabular.unknown-column", 1, "OBS_VALEU", "mean: OBS_VALUE?"},
		"small letters":                  {"DATAFLOW,obs_value\nGRDP,1\n", "tabular.unknown-column", 1, "obs_value", "mean: OBS_VALUE?"},
		"twice":                          {"DATAFLOW,OBS_VALUE,OBS_VALUE\nGRDP,1,2\n", "tabular.column-twice", 1, "OBS_VALUE", ""},
		"missing":                        {"DATAFLOW,REF_AREA\nGRDP,1\n", "tabular.missing-column", 1, "OBS_VALUE", ""},
		"without a name":                 {"DATAFLOW,,OBS_VALUE\nGRDP,1,2\n", "tabular.nameless-column", 1, "B", ""},
		"a row cut short":                {"DATAFLOW,REF_AREA,OBS_VALUE\nGRDP,01\n", "tabular.ragged", 2, "", "2 columns where the heading has 3"},
		"a row too long":                 {"DATAFLOW,REF_AREA,OBS_VALUE\nGRDP,01,1,2\n", "tabular.ragged", 2, "", "4 columns"},
		"a decimal comma between commas": {"DATAFLOW,REF_AREA,OBS_VALUE\nGRDP,01,1\nGRDP,04,14,02\n", "tabular.ragged", 3, "", "quotation marks"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, c.text)
			if e := wantFault(t, err, c.code, c.row, c.column); !strings.Contains(e.In("en"), c.says) {
				t.Error(e.In("en"))
			}
		})
	}
	t.Run("at most five are suggested, and at most twenty faults named", func(t *testing.T) {
		_, err := open(t, "DATAFLOW"+strings.Repeat(",x", 30)+"\n"+strings.Repeat("1,", 30)+"1\n")
		all := fault.All(err)
		if len(all) != fault.MaxNamed || strings.Count(fmt.Sprint(all[0].Args["near"]), ",") > 4 || all[0].Args["near"] == "" {
			t.Errorf("%d: %v", len(all), all[0])
		}
	})
}

func TestTotals(t *testing.T) {
	for label, want := range map[string]bool{"Tổng số": true, "TỔNG SỐ": true, "Tổng cộng": true, "Cộng": true, "CẢ NƯỚC": true, "Total": true, "All": true, "TỔNG SỐ - TOTAL": true, "Tổng số/Total": true,
		"Cả nước (Whole country)": true, "Tổng số:": true, "toàn quốc": true, "Tổng sản phẩm": false, "Cộng hòa": false, "Tổng số doanh nghiệp": false, "Hà Nội": false, "": false, "-": false, "Totally": false, "Tổng số - Hà Nội": false} {
		if tabular.IsTotal(label) != want {
			t.Errorf("%q: %v", label, !want)
		}
	}
}
