package tabular_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/needs"
	"nhipso/internal/tabular"
)

// real opens a file as a person would hand it in.
func real(t *testing.T, path string, o tabular.Options) (*tabular.File, error) {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	return tabular.Open(f, filepath.Base(path), o)
}

// A bulletin of the statistics office: its cells keyed in testdata and put into a workbook with its sheets, one hidden, and its merged
// cells; and the workbook itself, where the collection is.
func TestABulletinOfTheStatisticsOffice(t *testing.T) {
	t.Run("as keyed here", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "Bieu-T12.2024.xlsx")
		must(t, os.WriteFile(path, bulletin(t), 0o600))
		readsTheBulletin(t, path)
	})
	t.Run("as the collection has it", func(t *testing.T) {
		readsTheBulletin(t, needs.Shared(t, "data/vn_macro/gso_bulletins/2024-12-29-02.Bieu-T12.2024.xlsx"))
	})
}

func readsTheBulletin(t *testing.T, path string) {
	t.Helper()
	_, err := real(t, path, tabular.Options{})
	if e := wantFault(t, err, "tabular.which-sheet", 0, ""); !strings.Contains(e.In("vi"), "1.GDP HH, 2. GDP SS") {
		t.Error(e.In("vi"))
	}
	f, err := real(t, path, tabular.Options{Sheet: "1.gdp hh"})
	must(t, err)
	table, err := f.Table(tabular.Layout{})
	must(t, err)
	if table.Unit != "Tỷ đồng" || table.Titles[0] != "1. Tổng sản phẩm trong nước theo giá hiện hành" || !strings.HasPrefix(names(table), "||Sơ bộ / quý III / năm / 2024|Ước tính / quý IV / năm / 2024|Cộng dồn / cả năm / 2024|Cơ cấu (%) / Quý III") {
		t.Errorf("%q, unit %q, %s", table.Titles, table.Unit, names(table))
	}
	rows := records(t, table)
	if rows[0] != "[TỔNG SỐ||2894998.4758362859|3297407.636208436|11511867.197557794|100|100|100]" || !strings.HasPrefix(rows[1], "|Nông, lâm nghiệp và thủy sản|339432.84752046887|") {
		t.Errorf("%s\n%s", rows[0], rows[1])
	}
	if last := rows[len(rows)-1]; len(rows) != 28 || !strings.HasPrefix(last, "|Thuế sản phẩm trừ trợ cấp sản phẩm|232259.960235748|") {
		t.Errorf("%d rows, the last %s", len(rows), last)
	}
}

// bulletin puts the keyed cells into a workbook, each number in the digits in which it was stored.
func bulletin(t *testing.T) []byte {
	t.Helper()
	const merged = `<mergeCells><mergeCell ref="F4:H4"/><mergeCell ref="A9:B9"/></mergeCells>`
	more := map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + row(`<c r="B2"><v>6</v></c>`) + `</sheetData></worksheet>`}
	list, links := `<sheet name="6NN" sheetId="1" state="hidden" r:id="rId1"/>`, `<Relationship Id="rId1" Type="`+office+`/worksheet" Target="worksheets/sheet1.xml"/>`
	for i, name := range []string{"1.GDP HH", "2. GDP SS"} {
		part := fmt.Sprintf("worksheets/sheet%d.xml", i+2)
		list += fmt.Sprintf(`<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, i+2, i+2)
		links += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/worksheet" Target="%s"/>`, i+2, office, part)
		more["xl/"+part] = `<worksheet><sheetData>` + cellsOf(t, []string{"bulletin_gdp_hh.csv", "bulletin_gdp_ss.csv"}[i]) + `</sheetData>` + merged + `</worksheet>`
	}
	more["xl/workbook.xml"] = `<workbook xmlns:r="` + office + `"><sheets>` + list + `</sheets></workbook>`
	more["xl/_rels/workbook.xml.rels"] = `<Relationships>` + links + `</Relationships>`
	return pack(t, parts("", more))
}

var plain = regexp.MustCompile(`^\d+(\.\d+)?$`)

// cellsOf writes the rows of a sheet from cells keyed in testdata. A year in the heading is a number in the office's workbook too.
func cellsOf(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	must(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	var out strings.Builder
	for i, cells := range rows {
		fmt.Fprintf(&out, `<row r="%d">`, i+1)
		for j, v := range cells {
			switch at := fmt.Sprintf("%c%d", 'A'+j, i+1); {
			case v == "":
			case plain.MatchString(v):
				fmt.Fprintf(&out, `<c r="%s"><v>%s</v></c>`, at, v)
			default:
				fmt.Fprintf(&out, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, html.EscapeString(v))
			}
		}
		out.WriteString(`</row>`)
	}
	return out.String()
}

// Rows of tables as the office's own site writes them: semicolons, byte order marks, titles, a blank line, marks, headings printed twice.
func TestRowsOfTablesOfTheOfficesSite(t *testing.T) {
	for name, want := range map[string]struct {
		title, columns string
		rows           []string
	}{
		"telephones.csv": {"Number of telephone and internet subscribers by Items, Year and Subscribers",
			"Items|Year|Number of telephone subscribers|Of which: Mobi-phone|Number of internet subscribers (ADSL)", []string{
				"Total - Thous. Subcribers|2005|15845.0|8718.1|210.0",
				"Total - Thous. Subcribers|2006|28518.1|19748.9|516.6",
			}},
		"retail.csv": {"Retail sales of goods and services at current prices by kind of economic activity by Items, Year and Kinds of economic activity",
			"Items|Year|Total|Retail sale|Accommodation, food and beverage service|Service and tourism", []string{
				"Value (Bill.dongs)|1993|67273.3|58424.4|8848.9|..",
				"Value (Bill.dongs)|1994|93490.0|74091.0|11656.0|7743.0",
				"Value (Bill.dongs)|2015|3223202.6|2403723.2|399841.8|419637.6",
				"Value (Bill.dongs)|Prel. 2016|3568149.5|2668413.3|442240.9|457495.3",
				"Structure (%)|1993|100.0|86.8|13.2|..",
				"Structure (%)|1994|100.0|79.3|12.5|8.2",
				"Structure (%)|2015|100.0|74.6|12.4|13.0",
				"Structure (%)|Prel. 2016|100.0|74.8|12.4|12.8",
			}},
		"sea_level.csv": {"Average of sea level at some stations by Year, Station and Month",
			"Year|Station|Jan.|Feb.|March|April|May|June|July|Aug.|Sep.|Oct.|Nov.|Dec.", []string{
				"2016|Co To|201|200|206|201|209|205|204|210|217|218|219|216",
				"2016|Con Dao|...|...|...|...|...|...|...|...|...|...|...|...",
				"2015|Con Dao|268|260|253|252|238|236|233|240|245|263|267|272",
			}},
		"electricity.csv": {"",
			"Residence.and.by.region|X2002|X2004|X2006|X2008|X2010|X2012|X2014|Pre..2016", []string{
				"[whole_country|86.5|93.4|96|97.6|97.2|97.6|98.3|98.8]",
				"red_river_delta|NA|NA|NA|99.7|99.7|99.9|99.9|100",
			}},
		"overseas.csv": {"Direct investment oversea projects licensed in period 1989 - 2016 chia theo Year và Iterms",
			"Year|Number of projects|Total registered capital (Mill. USD) (*)", []string{
				"[Total|1188.0|21745.4]",
				"1989|1.0|0.6",
				"1990|1.0|..",
				"2015|118.0|774.8",
				"Prel. 2016|139.0|970.7",
			}},
		"medals.csv": {"Number of sport medals won in international competition by Sport medals and Year",
			"Sport medals|2002|2003|2004|2005|2006|2007|2008|2009|2010|2011|2012|2013|2014|2015|Pre. 2016", []string{
				"World - Gold medal|21|9|13|20|26|53|6|7|41|43|28|35|31|69|28",
				"Asia - Gold medal|23|29|27|32|73|34|37|66|39|43|115|52|56|62|130",
			}},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := real(t, filepath.Join("testdata", name), tabular.Options{})
			must(t, err)
			table, err := f.Table(tabular.Layout{})
			must(t, err)
			if got := strings.Join(table.Titles, "|"); got != want.title {
				t.Errorf("title %s", got)
			}
			if got := names(table); got != want.columns {
				t.Errorf("columns %s", got)
			}
			if got := records(t, table); !slices.Equal(got, want.rows) {
				t.Errorf("rows\n%s", strings.Join(got, "\n"))
			}
		})
	}
	t.Run("one was saved in an encoding of its own", func(t *testing.T) {
		_, err := real(t, "testdata/units.csv", tabular.Options{})
		wantFault(t, err, "tabular.not-utf8", 5, "")
	})
}

// Every table that the office's site writes is read, where the collection is, but the one in an encoding of its own.
func TestTablesOfTheOfficesSite(t *testing.T) {
	folder := needs.Shared(t, "data/vn_macro/gso_px_exports")
	read, refused := 0, 0
	must(t, filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := real(t, p, tabular.Options{})
		if err != nil {
			if refused++; fault.CodeOf(err) != "tabular.not-utf8" || !strings.Contains(p, "Number of administrative units") {
				t.Error(err)
			}
			return nil
		}
		table, err := f.Table(tabular.Layout{})
		if err != nil || len(table.Columns) < 2 || len(records(t, table)) == 0 {
			t.Errorf("%s: %v", p, err)
		}
		read++
		return nil
	}))
	if read < 330 || refused != 1 {
		t.Errorf("%d were read, %d refused", read, refused)
	}
}
