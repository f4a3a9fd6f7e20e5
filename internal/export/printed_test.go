package export

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// worded is sample with a bound and a wording without a number.
func worded() *Table {
	t := sample()
	t.Rows[0][3].Label = catalog.Label{Vi: "trên 14", En: "more than 14"}
	t.Rows[1][3].Label = catalog.Label{Vi: "dưới 10", En: "=less than 10"}
	return t
}

func TestFilesKeepTheWordsOfTheSource(t *testing.T) {
	t.Run("CSV has them in a column beside the number", func(t *testing.T) {
		var vi, en, plain bytes.Buffer
		if err := worded().WriteCSV(&vi, CSVOptions{Lang: "vi"}); err != nil {
			t.Fatal(err)
		}
		if s := vi.String(); !strings.Contains(s, "Tỷ trọng (% GDP),Tỷ trọng – ghi trong nguồn,Tỷ trọng – trạng thái") || !strings.Contains(s, "14.02,trên 14,P") || !strings.Contains(s, ",,dưới 10,O") {
			t.Error(s)
		}
		if err := worded().WriteCSV(&en, CSVOptions{Lang: "en", Codes: true}); err != nil {
			t.Fatal(err)
		}
		if s := en.String(); !strings.Contains(s, "share,share:printed,share:status") || !strings.Contains(s, "'=less than 10") {
			t.Error(s)
		}
		if err := sample().WriteCSV(&plain, CSVOptions{Lang: "vi"}); err != nil || strings.Contains(plain.String(), "ghi trong nguồn") {
			t.Error("a table without words has a column for them")
		}
	})
	t.Run("JSON has them in both languages", func(t *testing.T) {
		var b bytes.Buffer
		if err := worded().WriteJSON(&b); err != nil || strings.Count(b.String(), `"printed"`) != 2 || !strings.Contains(b.String(), "more than 14") {
			t.Error(err, b.String())
		}
	})
	t.Run("XLSX has them beside the number", func(t *testing.T) {
		var b bytes.Buffer
		if err := worded().WriteXLSX(&b); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.GetRows("Data")
		if err != nil || rows[2][5] != "Share – as printed" || rows[3][5] != "more than 14" || rows[4][5] != "=less than 10" {
			t.Error(err, rows)
		}
	})
}

func TestTheLongTableHasTheWordsAndNoWrongUnit(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Dataflow("DE_LEVEL")
	if err != nil {
		t.Fatal(err)
	}
	v := stat.Int(1)
	one := cube.Version{Dataflow: f.ID, Observation: stat.Observation{Key: "A.VN.NSO.TOTAL", Period: stat.Year(2025), Value: &v, Status: stat.Normal, Attributes: stat.Attributes{stat.AttrText: "PR_GT84"}}}
	table := Dataflow(c, f, Figures([]cube.Version{one}))
	first := func(t2 *Table) []Cell {
		for row, err := range t2.Stream {
			if err != nil {
				t.Fatal(err)
			}
			return row
		}
		return nil
	}
	row := first(table)
	if i := table.Column("VALUE_TEXT_NAME"); i < 0 || row[i].Label.Vi != "trên 84" || row[i-1].Label.Vi != "PR_GT84" {
		t.Errorf("%+v", row)
	}
	if u := row[table.Column("UNIT_NAME")].Label; !strings.Contains(u.En, "USD") && !strings.Contains(u.En, "US") {
		t.Errorf("the unit of the dataflow is missing: %+v", u)
	}
	one.Attributes[stat.AttrUnit] = "VND"
	if u := first(Dataflow(c, f, Figures([]cube.Version{one})))[table.Column("UNIT")].Label.En; u != "VND" {
		t.Errorf("a figure with a unit of its own is in %s", u)
	}
	if i := Message(c, f, Figures([]cube.Version{one})).Column("VALUE_TEXT_NAME"); i >= 0 {
		t.Error("a file to be loaded again has names")
	}
}
