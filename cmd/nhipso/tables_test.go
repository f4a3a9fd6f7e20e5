package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// people writes a file as a person keeps it.
func (d keeper) people(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func TestTablesOfPeopleAreLoadedOrRefused(t *testing.T) {
	d := keeper{t, t.TempDir()}
	const head = "DATAFLOW;REF_AREA;TIME_PERIOD;OBS_VALUE;VINTAGE;EVIDENCE;SOURCE\n"
	row := func(area, value string) string {
		return "GRDP;" + area + ";2025;" + value + ";2026-01-05;S;NSO-2025-01\n"
	}
	semicolons := d.people("grdp.csv", "Tổng sản phẩm trên địa bàn\n"+head+row("01", "1.605.237,8")+row("04", "27.150,2 p"))
	t.Run("semicolons, decimal commas, a title and a flag", func(t *testing.T) {
		status, out := d.do("load", "--check", semicolons)
		if status != exitOK {
			t.Fatal(out)
		}
		wantAll(t, out, "grdp.csv: valid, 2 rows", "row 3 ", "1,605,237.8 (2026-01-05)", "27,150.2 (2026-01-05)")
	})
	t.Run("a number of two readings asks for a flag, which settles it", func(t *testing.T) {
		file := d.people("one.csv", head+row("04", "27.150"))
		status, out := d.do("load", "--check", file)
		if status != exitInput {
			t.Error(status)
		}
		wantAll(t, out, "one.csv:2:D:", "27.150 or 27150", "--decimal comma")
		_, out = d.do("load", "--check", "--decimal", "comma", file)
		wantAll(t, out, "27,150 (2026-01-05)")
	})
	t.Run("a workbook whose sheet must be named", func(t *testing.T) {
		f := excelize.NewFile()
		defer f.Close()
		for _, sheet := range []string{"Sheet1", "2025"} {
			if _, err := f.NewSheet(sheet); err != nil {
				t.Fatal(err)
			}
			for i, cells := range [][]any{{"DATAFLOW", "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "VINTAGE", "EVIDENCE", "SOURCE"}, {"GRDP", "04", 2025, 27150.2, "2026-01-05", "S", "NSO-2025-01"}} {
				at, _ := excelize.CoordinatesToCellName(1, i+1)
				if err := f.SetSheetRow(sheet, at, &cells); err != nil {
					t.Fatal(err)
				}
			}
		}
		file := filepath.Join(t.TempDir(), "grdp.xlsx")
		if err := f.SaveAs(file); err != nil {
			t.Fatal(err)
		}
		_, out := d.do("load", "--check", file)
		wantAll(t, out, "Sheet1, 2025", "--sheet")
		_, out = d.do("load", "--check", "--sheet", "2025", file)
		wantAll(t, out, "27,150.2 (2026-01-05)")
	})
	t.Run("what is no table is named, and a flag without effect refused", func(t *testing.T) {
		for _, c := range []struct {
			says string
			args []string
		}{
			{"PDF", []string{"load", "--check", d.people("grdp.xlsx", "%PDF-1.7\n")}},
			{"TCVN3", []string{"load", d.people("cu.csv", strings.Replace(head, "SOURCE", "T\xe6ng s\xe8,C\xe9ng h\xdfa", 1))}},
			{"Flag --sheet has no effect on this file", []string{"load", "--check", "--sheet", "2025", semicolons}},
			{"--decimal has no effect here", []string{"load", "--reference", "--decimal", "comma"}},
			{"--encoding does not take “tcvn3”", []string{"load", "--encoding", "tcvn3", semicolons}},
			{"Did you mean: OBS_VALUE?", []string{"load", d.people("sai.csv", strings.Replace(head, "VALUE", "VALEU", 1)+row("01", "1,5"))}},
		} {
			status, out := d.do(c.args...)
			if status == exitOK || !strings.Contains(out, c.says) {
				t.Errorf("%v: %d %s", c.args, status, out)
			}
		}
	})
}
