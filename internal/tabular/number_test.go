package tabular_test

import (
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/tabular"
)

// column makes a CSV of one column of numbers below a label.
func column(values ...string) string {
	out := "Tỉnh;Giá trị\n"
	for _, v := range values {
		out += "Hà Nội;" + v + "\n"
	}
	return out
}

func TestConventionOfAWholeFile(t *testing.T) {
	for name, c := range map[string]struct {
		cells   []string
		decimal string
		want    []string // as plain numbers
	}{
		"whole numbers need no convention":               {[]string{"12", "0", "2025"}, "", []string{"12", "0", "2025"}},
		"1.234,5 tells a decimal comma for all":          {[]string{"1.234,5", "1.234", "979"}, "", []string{"1234.5", "1234", "979"}},
		"1,234.5 tells a decimal point for all":          {[]string{"1,234.5", "1,234", "979"}, "", []string{"1234.5", "1234", "979"}},
		"14,02 tells that 2.154 are thousands":           {[]string{"14,02", "2.154"}, "", []string{"14.02", "2154"}},
		"14.02 tells that 2.154 is two and a bit":        {[]string{"2.154", "14.02"}, "", []string{"2.154", "14.02"}},
		"two thousands marks tell by themselves":         {[]string{"1.234.567", "1.234"}, "", []string{"1234567", "1234"}},
		"the same in English":                            {[]string{"12,847,571"}, "", []string{"12847571"}},
		"0.123 is no thousand":                           {[]string{"0.123", "1.234"}, "", []string{"0.123", "1.234"}},
		"12345.678 has no thousands mark":                {[]string{"12345.678", "1.234"}, "", []string{"12345.678", "1.234"}},
		"blanks between thousands":                       {[]string{"12 847 571,4", "1\u00a0234", "9\u202f012"}, "", []string{"12847571.4", "1234", "9012"}},
		"blanks leave the other mark for decimals":       {[]string{"1 234.567"}, "", []string{"1234.567"}},
		"declared, 1.234 is a thousand":                  {[]string{"1.234"}, "comma", []string{"1234"}},
		"declared the other way, one and a bit":          {[]string{"1.234"}, "point", []string{"1.234"}},
		"minus signs of every kind":                      {[]string{"-1,5", "−2,5", "–3,5", "- 4,5"}, "", []string{"-1.5", "-2.5", "-3.5", "-4.5"}},
		"brackets for negatives":                         {[]string{"(1.234,5)", "( 7 )"}, "", []string{"-1234.5", "-7"}},
		"per cent":                                       {[]string{"14,02%", "14,02 %"}, "", []string{"14.02", "14.02"}},
		"exponents":                                      {[]string{"1,5E+03", "2e-2", "1,234e3"}, "", []string{"1.5e+03", "2e-2", "1.234e3"}},
		"flags behind a figure":                          {[]string{"14,02 p", "13,17e", "12,87 (sơ bộ)", "12,5*", "12,6r"}, "", []string{"14.02", "13.17", "12.87", "12.5", "12.6"}},
		"marks in place of a figure":                     {[]string{"…", "...", "..", "-", "–", "x", ":", "n/a", "N/A", "Không có", "14,02"}, "", []string{"", "", "", "", "", "", "", "", "", "", "14.02"}},
		"an exponent leaves no room for thousands":       {[]string{"1.234e3"}, "", []string{"1.234e3"}},
		"a decimal comma in a file that commas separate": {[]string{`"14,02"`}, "", []string{"14.02"}},
		"every digit is kept":                            {[]string{"0,10000000000000000000000000001"}, "", []string{"0.10000000000000000000000000001"}},
		"a point and nothing behind it":                  {[]string{"1234."}, "", []string{"1234."}},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := open(t, column(c.cells...), tabular.Options{Decimal: c.decimal})
			if err != nil {
				t.Fatal(err)
			}
			table, err := f.Table(tabular.Layout{})
			if err != nil {
				t.Fatal(err)
			}
			i := 0
			for r, err := range table.Records() {
				if err != nil {
					t.Fatal(err)
				}
				got, err := table.Convention.Figure(r.Cells[1])
				if want := strings.TrimSuffix(c.want[i], "."); err != nil || got.Plain != want {
					t.Errorf("%s is %q (%v), want %q", c.cells[i], got.Plain, err, want)
				}
				i++
			}
			if i != len(c.want) {
				t.Errorf("%d rows", i)
			}
		})
	}
}

func TestConventionsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		cells   []string
		decimal string
		code    string
		row     int
		says    string
	}{
		"1.234 and nothing that tells":           {[]string{"979", "1.234"}, "", "tabular.two-readings", 3, "1.234 or 1234"},
		"1,234 and nothing that tells":           {[]string{"1,234"}, "", "tabular.two-readings", 2, "1234 or 1.234"},
		"two conventions in one file":            {[]string{"1.234,5", "7", "1,234.5"}, "", "tabular.mixed-numbers", 4, "“1.234,5” (row 2, column B)"},
		"a decimal comma and a decimal point":    {[]string{"14.02", "13,17"}, "", "tabular.mixed-numbers", 3, "“14.02” (row 2, column B)"},
		"a point where a comma was declared":     {[]string{"14.02"}, "comma", "tabular.against-declared", 2, "comma"},
		"a comma where a point was declared":     {[]string{"1.234", "14,02"}, "point", "tabular.against-declared", 3, "point"},
		"two conventions where one was declared": {[]string{"14.02", "13,17"}, "comma", "tabular.mixed-numbers", 3, "13,17"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := open(t, column(c.cells...), tabular.Options{Decimal: c.decimal})
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.Table(tabular.Layout{})
			wantFault(t, err, c.code, c.row, "B")
			if !strings.Contains(fault.In(err, "en"), c.says) {
				t.Errorf("%s does not say %s", fault.In(err, "en"), c.says)
			}
		})
	}
}

func TestCellsThatAreNoFigures(t *testing.T) {
	var point tabular.Convention
	for _, s := range []string{"nhiều", "12a", "1,23,4", "1.2.3", "12 34", "1 2345", "1234 567", "--5", "(-5)", "(5", "5)", "+", "e5", "1e99999", "0x10", "NaN", "Inf", "1_000", "14 02", "½", "p", "%", "1'234",
		"1,234,56", "12,34.5", "1.234,5"} {
		if got, err := point.Figure(tabular.Cell{Type: tabular.Text, Text: s}); err == nil {
			t.Errorf("%q is %q", s, got.Plain)
		}
	}
	for _, c := range []struct {
		cell tabular.Cell
		code string
	}{
		{tabular.Cell{Type: tabular.Error, Text: "#N/A"}, "tabular.error-cell"},
		{tabular.Cell{Type: tabular.Date, Text: "2026-02-01"}, "tabular.date-cell"},
		{tabular.Cell{Type: tabular.Bool, Text: "TRUE"}, "tabular.not-a-number"},
		{tabular.Cell{Type: tabular.Text, Text: "1,5"}, "tabular.other-convention"},
	} {
		if _, err := point.Figure(c.cell); fault.CodeOf(err) != c.code {
			t.Errorf("%v: %v", c.cell, err)
		}
	}
}

func TestMeans(t *testing.T) {
	for s, want := range map[string]string{"1.234,5": "1234.5", "1,234.5": "1234.5", "1.234": "1.234", "84": "84", "15,38 %": "15.38"} {
		if !tabular.Means(s, stat.MustDecimal(want)) {
			t.Errorf("%s does not mean %s", s, want)
		}
	}
	if !tabular.Means("1.234", stat.Int(1234)) || tabular.Means("84", stat.Int(85)) || tabular.Means("…", stat.Int(0)) || tabular.Means("nhiều", stat.Int(0)) {
		t.Error("a reading is missing, or one too many")
	}
}

func TestWhatMarksAndFlagsSay(t *testing.T) {
	var point tabular.Convention
	for s, want := range map[string]tabular.Figure{
		"14.02 p":      {Plain: "14.02", Status: "P", Mark: "p"},
		"14.02(P)":     {Plain: "14.02", Status: "P", Mark: "(p)"},
		"14.02% (ước)": {Plain: "14.02", Percent: true, Status: "E", Mark: "(ước)"},
		"14.02 r*":     {Plain: "14.02", Mark: "*r"},
		"…":            {Status: "L", Mark: "…"},
		"-":            {Status: "M", Mark: "-"},
		"Chưa có":      {Status: "O", Mark: "Chưa có"},
		"14e":          {Plain: "14", Status: "E", Mark: "e"},
	} {
		got, err := point.Figure(tabular.Cell{Type: tabular.Text, Text: s})
		if err != nil || got != want {
			t.Errorf("%q is %+v (%v), want %+v", s, got, err, want)
		}
	}
}
