package reference_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/tabular"
)

// values gives the figures of a message with their statuses.
func values(m cube.Message) string {
	var out []string
	for _, e := range m.Entries {
		v := ""
		if e.Value != nil {
			v = e.Value.String()
		}
		out = append(out, v+" "+string(e.Status))
	}
	return strings.Join(out, ", ")
}

// Files as people send them: the figures are those that the sender meant.
func TestFilesOfPeople(t *testing.T) {
	const short = "DATAFLOW,REF_AREA,TIME_PERIOD,OBS_VALUE,EVIDENCE,SOURCE\n"
	for name, c := range map[string]struct {
		text string
		o    tabular.Options
		want string
	}{
		"a decimal comma between quotation marks": {short + "GRDP,01,2025,\"1.605.237,8\",S,NSO-2025-01\nGRDP,04,2025,\"27.150\",S,NSO-2025-01\n", tabular.Options{}, "1605237.8 A, 27150 A"},
		"semicolons and titles above": {"Số liệu tổng sản phẩm trên địa bàn\n\n" + strings.ReplaceAll(short, ",", ";") + "GRDP;01;2025;1.605.237,8;S;NSO-2025-01\nGRDP;04;2025;27.150;S;NSO-2025-01\n",
			tabular.Options{}, "1605237.8 A, 27150 A"},
		"1.234, declared to be a thousand":    {short + "GRDP,01,2025,1.234,S,NSO-2025-01\n", tabular.Options{Decimal: "comma"}, "1234 A"},
		"1.234, declared to be one and a bit": {short + "GRDP,01,2025,1.234,S,NSO-2025-01\n", tabular.Options{Decimal: "point"}, "1.234 A"},
		"flags and marks of the publisher": {short + "GRDP,01,2025,14.5 p,S,NSO-2025-01\nGRDP,04,2025,…,S,NSO-2025-01\nGRDP,08,2025,27 (ước),S,NSO-2025-01\nGRDP,11,2025,3 r,S,NSO-2025-01\nGRDP,12,2025,-,S,NSO-2025-01\n",
			tabular.Options{}, "14.5 P, O L, 27 E, 3 A, O M"},
	} {
		t.Run(name, func(t *testing.T) {
			cat, areas := world(t)
			m, err := reference.Read(strings.NewReader(c.text), "x.csv", cat, areas, reference.Options{SentAt: when, Format: c.o})
			if got := strings.ReplaceAll(values(m), " ", ""); err != nil || got != strings.ReplaceAll(strings.ReplaceAll(c.want, "O ", ""), " ", "") {
				t.Errorf("%s (%v), want %s", got, err, c.want)
			}
		})
	}
	t.Run("a percent sign where the dataflow is in per cent, and bounds in the convention of the file", func(t *testing.T) {
		m, err := read(t, "DATAFLOW;REF_AREA;DEFINITION;COMPONENT;TIME_PERIOD;OBS_VALUE;EVIDENCE;SOURCE;CI_LOWER\nDE_SHARE;VN;NSO;TOTAL;2025;14,02 %;S;NSO-2025-01;\n")
		if err != nil || values(m) != "14.02 A" {
			t.Errorf("%s (%v)", values(m), err)
		}
		m, err = read(t, "DATAFLOW;REF_AREA;MEASURE;TIME_PERIOD;OBS_VALUE;EVIDENCE;SOURCE;CI_LOWER\nTEAMS;VN;TEAMS;2026;1;S;NSO-2025-01;0,5\n")
		if err != nil || m.Entries[0].Attributes[stat.AttrLower] != "0.5" {
			t.Errorf("%+v (%v)", m, err)
		}
	})
	t.Run("a wrong column or code names the nearest", func(t *testing.T) {
		_, err := read(t, strings.Replace(head, "OBS_VALUE", "OBS_VALEU", 1)+"GRDP,01,2025,1,A,,S,x\n")
		if s := fault.In(err, "vi"); !strings.Contains(s, "Có phải là: OBS_VALUE?") {
			t.Error(s)
		}
		_, err = read(t, head+"GRPD,01,2025,1,A,,S,x\n")
		if s := fault.In(err, "en"); !strings.Contains(s, "nearest: GRDP") {
			t.Error(s)
		}
	})
}

func TestAWorkbookOfFigures(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range [][]any{{"Số liệu gửi ngày 20/10/2026"}, nil, {"DATAFLOW", "REF_AREA", "DEFINITION", "COMPONENT", "TIME_PERIOD", "OBS_VALUE", "VINTAGE", "EVIDENCE", "SOURCE"},
		{"DE_SHARE", "VN", "NSO", "TOTAL", 2025, 0.1402, 46027, "S", "NSO-2025-01"}, {"DE_SHARE", "VN", "NSO", "CORE", "2025", 8.6000000000000005, 46027, "S", "NSO-2025-01"}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	for cell, format := range map[string]int{"F4": 10, "G4": 14, "G5": 14} {
		id, err := f.NewStyle(&excelize.Style{NumFmt: format})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStyle("Sheet1", cell, cell, id); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	c, areas := world(t)
	m, err := reference.Read(&b, "x.xlsx", c, areas, reference.Options{SentAt: when})
	if err != nil || values(m) != "14.02 A, 8.6 A" || m.Entries[0].Vintage.Date != stat.MustDate("2026-01-05") || m.Entries[1].Row != 5 || m.Entries[0].Period.String() != "2025" {
		t.Errorf("%+v (%v)", m, err)
	}
}
