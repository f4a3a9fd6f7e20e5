package calc_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

// book writes a workbook: the rows of each sheet by its name, in order.
func book(t *testing.T, sheets ...any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i := 0; i < len(sheets); i += 2 {
		name := sheets[i].(string)
		if i == 0 {
			if err := f.SetSheetName("Sheet1", name); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for y, row := range sheets[i+1].([][]any) {
			at, _ := excelize.CoordinatesToCellName(1, y+1)
			if err := f.SetSheetRow(name, at, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Tables as people keep them give what the same numbers give when they are written plainly.
func TestTablesOfPeople(t *testing.T) {
	plain := "code,a,b,fd\na,1100.5,2,30000.5\nb,2,3.25,-3000\nva,3,400,\n"
	args := []string{"io", "--table", "T", "--value-added", "va", "--final", "fd", "--what", "multipliers"}
	want := calctest.Ask(t, calctest.Files{"T": plain}, args...).At("output").By("a", "b")
	viet := "Bảng cân đối liên ngành 2019;;;\nĐơn vị tính: Tỷ đồng;;;\nMã;a;b;fd\na;1.100,5;2;30.000,5\nb;2;3,25;−3.000\nva;3;400;…\n"
	rows := [][]any{{"Bảng cân đối liên ngành"}, {}, {"code", "a", "b", "fd"}, {"a", 1100.5, 2, 30000.5}, {"b", 2, "3,25", -3000}, {"va", 3, 400, "-"}}
	for name, c := range map[string]struct {
		file  string
		flags []string
	}{
		"decimal commas, thousands, a title, a unit, a mark": {viet, nil},
		"the same in UTF-16 as Excel saves it":               {"\xff\xfe" + utf16le(viet), nil},
		"numbers in a workbook, one as text":                 {book(t, "IO", rows), nil},
		"one of two sheets":                                  {book(t, "IO", rows, "2018", rows[2:]), []string{"--sheet", "IO"}},
		"blanks between thousands, declared":                 {strings.ReplaceAll(viet, "1.100,5", "1 100,5"), []string{"--decimal", "comma"}},
		"the separator named":                                {viet, []string{"--separator", "semicolon", "--encoding", "utf-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			calctest.Near(t, name, calctest.Ask(t, calctest.Files{"T": c.file}, append(args, c.flags...)...).At("output").By("a", "b"), want, 0)
		})
	}
	t.Run("windows-1258 that is named", func(t *testing.T) {
		old, err := charmap.Windows1258.NewEncoder().String("code,value\nHuê\u0301,1\n")
		if err != nil {
			t.Fatal(err)
		}
		out, _, err := calctest.Run("en", calctest.Files{"V": old, "G": "constraint,code,coefficient\nk,Huế,1\nk,,2\n"}, "reconcile", "--values", "V", "--constraints", "G", "--encoding", "windows-1258")
		if err == nil || out != "" {
			t.Errorf("the other file is UTF-8 and was read as windows-1258: %s", out)
		}
	})
	t.Run("per cent are hundredths", func(t *testing.T) {
		a := calctest.Ask(t, calctest.Files{"S": "period,part,whole\n2000,10%,1\n2001,14%,1\n"}, "growth", "--what", "share", "--data", "S")
		b := calctest.Ask(t, calctest.Files{"S": "period,part,whole\n2000,0.1,1\n2001,0.14,1\n"}, "growth", "--what", "share", "--data", "S")
		if x, y := fmt.Sprint(a.At("series").V), fmt.Sprint(b.At("series").V); x != y {
			t.Errorf("%s and %s", x, y)
		}
	})
	t.Run("what can be read in two ways, or not at all, is refused with its cell", func(t *testing.T) {
		table := func(file string) calctest.Files { return calctest.Files{"T": file} }
		calctest.Refused(t, table("code,a,fd\na,1.100,2\nva,3,4\n"), "tabular.two-readings", args...)
		calctest.Refused(t, table("code;a;fd\na;1,5;2.5\nva;3;4\n"), "tabular.mixed-numbers", args...)
		calctest.Refused(t, table(book(t, "IO", rows, "2018", rows)), "tabular.which-sheet", args...)
		calctest.Refused(t, table("%PDF-1.4"), "tabular.no-table", args...)
		calctest.Refused(t, table(book(t, "IO", [][]any{{"code", "a", "fd"}, {"a", 1, 2}, {"va", 3, 4}})), "calc.no-file-for", append(args, "--separator", "comma")...)
		calctest.Refused(t, table(plain), "calc.no-file-for", append(args, "--sheet", "IO")...)
		calctest.Refused(t, table(plain), "tabular.bad-option", append(args, "--decimal", "dot")...)
		calctest.Refused(t, nil, "calc.no-file-for", "growth", "--share", "0.1", "--target", "0.3", "--years", "5", "--gdp-growth", "0.1", "--decimal", "comma")
	})
}

// utf16le gives a text in UTF-16, little end first.
func utf16le(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.Write([]byte{byte(r), byte(r >> 8)})
	}
	return b.String()
}
