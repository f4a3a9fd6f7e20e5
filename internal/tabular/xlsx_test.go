package tabular_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

// parts are those of a workbook with one sheet, "Bảng", of the given rows; others may be put in or replaced.
func parts(rows string, more map[string]string) map[string]string {
	p := map[string]string{
		"[Content_Types].xml": `<Types/>`,
		"_rels/.rels":         `<Relationships><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     `<workbook xmlns:r="` + office + `"><sheets><sheet name="Bảng" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + office + `/styles" Target="styles.xml"/><Relationship Id="rId3" Type="` + office + `/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="#,##0.0\ &quot;ty dong&quot;"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy;@"/><numFmt numFmtId="166" formatCode="0.000%"/></numFmts>` +
			`<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="22"/><xf numFmtId="20"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml":     `<sst><si><t>Hà Nội</t></si><si><r><t>Đà </t></r><r><t>Nẵng</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si><si><t xml:space="preserve"> a &amp; b &#272; _x000A_</t></si></sst>`,
		"xl/worksheets/sheet1.xml": `<?xml version="1.0"?><worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	maps.Copy(p, more)
	return p
}

func pack(t testing.TB, p map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(p[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBook(t testing.TB, b []byte, o tabular.Options) (*tabular.File, error) {
	t.Helper()
	return tabular.Open(bytes.NewReader(b), "sổ.xlsx", o)
}

func row(cells ...string) string { return "<row>" + strings.Join(cells, "") + "</row>" }

func TestCellsOfAWorkbook(t *testing.T) {
	for name, c := range map[string]struct {
		cell string
		want tabular.Cell
	}{
		"a shared text":                       {`<c t="s"><v>0</v></c>`, tabular.Cell{Type: tabular.Text, Text: "Hà Nội"}},
		"a text in runs, without its reading": {`<c t="s"><v>1</v></c>`, tabular.Cell{Type: tabular.Text, Text: "Đà Nẵng"}},
		"entities and hidden line ends":       {`<c t="s"><v>2</v></c>`, tabular.Cell{Type: tabular.Text, Text: "a & b Đ"}},
		"a text of its own":                   {`<c t="inlineStr"><is><t>Huế</t></is></c>`, tabular.Cell{Type: tabular.Text, Text: "Huế"}},
		"CDATA is as it stands":               {`<c t="inlineStr"><is><t><![CDATA[a<b>&amp;]]></t></is></c>`, tabular.Cell{Type: tabular.Text, Text: "a<b>&amp;"}},
		"decomposed letters are composed":     {"<c t=\"inlineStr\"><is><t>Hue\u0302\u0301</t></is></c>", tabular.Cell{Type: tabular.Text, Text: "Huế"}},
		"a number":                            {`<c><v>14.02</v></c>`, tabular.Cell{Type: tabular.Number, Text: "14.02"}},
		"a number with a prefix of XML":       {`<x:c><x:v>14.02</x:v></x:c>`, tabular.Cell{Type: tabular.Number, Text: "14.02"}},
		"a format shows less than is stated":  {`<c s="3"><v>12847571.123456</v></c>`, tabular.Cell{Type: tabular.Number, Text: "12847571.123456"}},
		"17 digits are 1.1 as entered":        {`<c><v>1.1000000000000001</v></c>`, tabular.Cell{Type: tabular.Number, Text: "1.1"}},
		"17 digits that mean no less":         {`<c><v>0.12345678901234568</v></c>`, tabular.Cell{Type: tabular.Number, Text: "0.12345678901234568"}},
		"18 digits of a whole number":         {`<c><v>123456789012345678</v></c>`, tabular.Cell{Type: tabular.Number, Text: "123456789012345678"}},
		"an exponent":                         {`<c><v>1.5E-5</v></c>`, tabular.Cell{Type: tabular.Number, Text: "1.5E-5"}},
		"a day":                               {`<c s="1"><v>46315</v></c>`, tabular.Cell{Type: tabular.Date, Text: "2026-10-20"}},
		"a day in a format of its own":        {`<c s="4"><v>45658</v></c>`, tabular.Cell{Type: tabular.Date, Text: "2025-01-01"}},
		"a day before that of 1900":           {`<c s="1"><v>59</v></c>`, tabular.Cell{Type: tabular.Date, Text: "1900-02-28"}},
		"a day after it":                      {`<c s="1"><v>61</v></c>`, tabular.Cell{Type: tabular.Date, Text: "1900-03-01"}},
		"a moment":                            {`<c s="6"><v>46315.354166666664</v></c>`, tabular.Cell{Type: tabular.Date, Text: "2026-10-20T08:30:00"}},
		"a time of day":                       {`<c s="7"><v>0.354166666666667</v></c>`, tabular.Cell{Type: tabular.Date, Text: "08:30:00"}},
		"a day in words of ISO":               {`<c t="d"><v>2026-10-20T00:00:00</v></c>`, tabular.Cell{Type: tabular.Date, Text: "2026-10-20"}},
		"true":                                {`<c t="b"><v>1</v></c>`, tabular.Cell{Type: tabular.Bool, Text: "TRUE"}},
		"false":                               {`<c t="b"><v>0</v></c>`, tabular.Cell{Type: tabular.Bool, Text: "FALSE"}},
		"an error":                            {`<c t="e"><v>#N/A</v></c>`, tabular.Cell{Type: tabular.Error, Text: "#N/A"}},
		"a formula with its result":           {`<c><f>SUM(A1:A9)</f><v>7</v></c>`, tabular.Cell{Type: tabular.Number, Text: "7"}},
		"a formula that gives a text":         {`<c t="str"><f>A1</f><v>Huế</v></c>`, tabular.Cell{Type: tabular.Text, Text: "Huế"}},
		"a formula that gives no text":        {`<c t="str"><f>IF(A1,"","")</f><v></v></c>`, tabular.Cell{}},
		"per cent":                            {`<c s="2"><v>0.1402</v></c>`, tabular.Cell{Type: tabular.Number, Text: "14.02%"}},
		"per cent, as binary leaves it":       {`<c s="5"><v>0.14019999999999999</v></c>`, tabular.Cell{Type: tabular.Number, Text: "14.02%"}},
		"per cent of less than one":           {`<c s="2"><v>-1E-4</v></c>`, tabular.Cell{Type: tabular.Number, Text: "-1e-2%"}},
		"per cent of a whole":                 {`<c s="2"><v>1</v></c>`, tabular.Cell{Type: tabular.Number, Text: "100%"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := openBook(t, pack(t, parts(row(`<c t="inlineStr"><is><t>nhãn</t></is></c>`, c.cell), nil)), tabular.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if f.Kind != tabular.XLSX || f.Sheet != "Bảng" {
				t.Errorf("%s, sheet %s", f.Kind, f.Sheet)
			}
			for r := range f.Rows() {
				got := tabular.Cell{}
				if len(r.Cells) > 1 {
					got = r.Cells[1]
				}
				if got != c.want {
					t.Errorf("got %+v, want %+v", got, c.want)
				}
			}
		})
	}
	t.Run("days of old Macs count from 1904", func(t *testing.T) {
		b := pack(t, parts(row(`<c s="1"><v>44853</v></c>`), map[string]string{"xl/workbook.xml": `<workbook xmlns:r="` + office + `"><workbookPr date1904="1"/><sheets><sheet name="Bảng" r:id="rId1"/></sheets></workbook>`}))
		f, err := openBook(t, b, tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if g := grid(t, f); g[0][0] != "2026-10-20" {
			t.Error(g)
		}
	})
	t.Run("rows and cells may be left out, and count", func(t *testing.T) {
		f, err := openBook(t, pack(t, parts(`<row r="3"><c r="B3"><v>1</v></c><c r="D3"><v>2</v></c></row><row r="4"/><row r="9"><c r="A9" s="1"/><c r="C9"><v>3</v></c></row>`, nil)), tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var lines []int
		for r := range f.Rows() {
			lines = append(lines, r.Line)
		}
		if g := grid(t, f); fmt.Sprint(lines) != "[3 9]" || fmt.Sprint(g) != "[[ 1  2] [  3]]" || f.Width != 4 {
			t.Error(lines, g, f.Width)
		}
	})
}

func TestWorkbooksThatAreRefused(t *testing.T) {
	good := row(`<c><v>1</v></c>`)
	bomb := row(`<c t="inlineStr"><is><t>` + strings.Repeat("0", 17<<20) + `</t></is></c>`)
	for name, c := range map[string]struct {
		parts  map[string]string
		code   string
		row    int
		column string
	}{
		"a formula without a result":          {parts(good+row(`<c><v>1</v></c>`, `<c><f>A1+1</f></c>`), nil), "tabular.no-result", 2, "B"},
		"a formula whose result is empty":     {parts(row(`<c><f>A1+1</f><v></v></c>`), nil), "tabular.no-result", 1, "A"},
		"a text that is not there":            {parts(row(`<c t="s"><v>3</v></c>`), nil), "tabular.damaged", 1, "A"},
		"a number that is none":               {parts(row(`<c><v>0x10</v></c>`), nil), "tabular.damaged", 1, "A"},
		"an infinity":                         {parts(row(`<c><v>1e999</v></c>`), nil), "tabular.damaged", 1, "A"},
		"a day before all days":               {parts(row(`<c s="1"><v>-1</v></c>`), nil), "tabular.bad-date", 1, "A"},
		"29 February 1900":                    {parts(row(`<c s="1"><v>60</v></c>`), nil), "tabular.bad-date", 1, "A"},
		"rows that run backwards":             {parts(`<row r="5"><c r="A5"><v>1</v></c></row><row r="4"><c r="A4"><v>1</v></c></row>`, nil), "tabular.damaged", 5, ""},
		"a cell of another row":               {parts(`<row r="5"><c r="A4"><v>1</v></c></row>`, nil), "tabular.damaged", 5, ""},
		"cells that run backwards":            {parts(`<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`, nil), "tabular.damaged", 1, "B"},
		"more rows than a spreadsheet has":    {parts(`<row r="1048577"><c><v>1</v></c></row>`, nil), "tabular.too-many-cells", 0, ""},
		"more columns than a spreadsheet has": {parts(`<row r="1"><c r="XFE1"><v>1</v></c></row>`, nil), "tabular.too-many-cells", 1, ""},
		"a text that unpacks to megabytes":    {parts(bomb, nil), "tabular.damaged", 1, "A"},
		"a document type":                     {parts("", map[string]string{"xl/worksheets/sheet1.xml": `<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>`}), "tabular.damaged", 0, ""},
		"elements that close crosswise":       {parts(`<row><c><v>1</c></v></row>`, nil), "tabular.damaged", 1, "A"},
		"a sheet cut short":                   {parts("", map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c><v>1`}), "tabular.damaged", 1, "A"},
		"a sheet that is not there":           {parts(good, map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="no.xml"/></Relationships>`}), "tabular.damaged", 0, ""},
		"an invisible character":              {parts(row(`<c t="inlineStr"><is><t>a`+"\u200b"+`b</t></is></c>`), nil), "tabular.unseen", 1, "A"},
		"a text typed with an old font":       {parts(row(`<c t="inlineStr"><is><t>Tæng sè doanh nghiÖp</t></is></c>`), nil), "tabular.old-font", 1, "A"},
		"no data at all":                      {parts("", nil), "tabular.empty", 0, ""},
		"blank rows only":                     {parts(`<row r="1"><c s="1"/></row>`, nil), "tabular.empty", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := openBook(t, pack(t, c.parts), tabular.Options{})
			wantFault(t, err, c.code, c.row, c.column)
		})
	}
	t.Run("a ZIP cut short", func(t *testing.T) {
		b := pack(t, parts(good, nil))
		_, err := openBook(t, b[:len(b)/2], tabular.Options{})
		wantFault(t, err, "tabular.damaged", 0, "")
	})
	t.Run("a sparse sheet that would fill memory", func(t *testing.T) {
		var rows strings.Builder
		for i := range 2100 {
			fmt.Fprintf(&rows, `<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, i+1, i+1)
		}
		_, err := openBook(t, pack(t, parts(rows.String(), nil)), tabular.Options{})
		if fault.CodeOf(err) != "tabular.too-many-cells" {
			t.Error(err)
		}
	})
}

// sheets makes a workbook of several sheets with excelize; a name in brackets is hidden, one that ends in ? is empty.
func sheets(t testing.TB, names ...string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, n := range names {
		name, hidden := strings.CutPrefix(n, "[")
		name = strings.TrimSuffix(name, "]")
		name, empty := strings.CutSuffix(name, "?")
		if i == 0 {
			must(t, f.SetSheetName("Sheet1", name))
		} else {
			_, err := f.NewSheet(name)
			must(t, err)
		}
		if !empty {
			must(t, f.SetCellStr(name, "B2", name))
		}
		if hidden {
			must(t, f.SetSheetVisible(name, false))
		}
	}
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.Bytes()
}

func must(t interface {
	Helper()
	Fatal(...any)
}, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheSheetThatIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		names       []string
		asked, want string
		code, says  string
	}{
		"the only one":                       {[]string{"GDP"}, "", "GDP", "", ""},
		"the only one with data":             {[]string{"Bìa?", "GDP", "Ghi chú?"}, "", "GDP", "", ""},
		"the only visible one with data":     {[]string{"GDP", "[Tham chiếu]"}, "", "GDP", "", ""},
		"the one that is named":              {[]string{"2024", "2025"}, "2025", "2025", "", ""},
		"named in other letters":             {[]string{"Bảng 1", "Bảng 2"}, "bảng 2", "Bảng 2", "", ""},
		"a hidden one when it is named":      {[]string{"GDP", "[Tham chiếu]"}, "Tham chiếu", "Tham chiếu", "", ""},
		"two with data are not chosen from":  {[]string{"2024", "2025", "[ẩn]"}, "", "", "tabular.which-sheet", "2024, 2025."},
		"a hidden one is never read unasked": {[]string{"Bìa?", "[Tham chiếu]"}, "", "", "tabular.hidden-only", "Tham chiếu"},
		"one that is not there":              {[]string{"2024", "2025"}, "2026", "", "tabular.no-such-sheet", "2024, 2025"},
		"one that is named and empty":        {[]string{"2024", "2025?"}, "2025", "", "tabular.empty", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := openBook(t, sheets(t, c.names...), tabular.Options{Sheet: c.asked})
			if c.code != "" {
				if e := wantFault(t, err, c.code, 0, ""); !strings.Contains(e.In("en"), c.says) {
					t.Error(e.In("en"))
				}
				return
			}
			if err != nil || f.Sheet != c.want {
				t.Errorf("%+v (%v)", f, err)
			}
		})
	}
}

func TestOptionsWithoutEffectAreRefused(t *testing.T) {
	book, text := string(pack(t, parts(row(`<c t="inlineStr"><is><t>Năm</t></is></c>`, `<c t="inlineStr"><is><t>Số</t></is></c>`)+row(`<c><v>2025</v></c>`, `<c><v>1.5</v></c>`), nil))), "a,b\n1,2\n"
	for _, c := range []struct {
		file string
		o    tabular.Options
		code string
	}{
		{text, tabular.Options{Sheet: "GDP"}, "tabular.no-effect"},
		{book, tabular.Options{Separator: "comma"}, "tabular.no-effect"},
		{book, tabular.Options{Encoding: "utf-8"}, "tabular.no-effect"},
		{text, tabular.Options{Separator: "|"}, "tabular.bad-option"},
		{text, tabular.Options{Encoding: "tcvn3"}, "tabular.bad-option"},
		{text, tabular.Options{Decimal: "dot"}, "tabular.bad-option"},
		{book, tabular.Options{Decimal: "comma"}, "tabular.no-text-numbers"},
	} {
		f, err := open(t, c.file, c.o)
		if err == nil {
			_, err = f.Table(tabular.Layout{})
		}
		if fault.CodeOf(err) != c.code {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
}

// A file of a few kilobytes must not keep the program busy: work grows with the bytes, not with their square.
func TestMarksThatNeverCloseAreReadOnce(t *testing.T) {
	for _, begin := range []string{`<row a="`, `<!-- `, `<![CDATA[`} {
		_, err := openBook(t, pack(t, parts(begin+strings.Repeat(">", 8<<20), nil)), tabular.Options{})
		wantFault(t, err, "tabular.damaged", 0, "")
	}
}
