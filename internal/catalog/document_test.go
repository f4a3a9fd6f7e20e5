package catalog_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
)

func TestEveryDocumentSaysWhoWhenAndWhere(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Codelist("CL_SOURCE")
	if err != nil {
		t.Fatal(err)
	}
	if list := c.Documents(); len(list) != len(l.Codes) || len(list) < 120 {
		t.Fatalf("%d documents of %d sources", len(list), len(l.Codes))
	}
	for _, d := range c.Documents() {
		for what, words := range map[string]catalog.Label{"title": d.Title, "publisher": d.Publisher} {
			if words.Vi == "" || words.En == "" {
				t.Errorf("%s has no %s", d.ID, what)
			}
		}
		if (d.Date == "") == (d.DateNote.Vi == "") || d.DateNote.Vi != "" && d.DateNote.En == "" {
			t.Errorf("%s: date “%s”, reason “%s”", d.ID, d.Date, d.DateNote.Vi)
		}
		if (d.URL == "") == (d.URLNote.Vi == "") || d.URLNote.Vi != "" && d.URLNote.En == "" {
			t.Errorf("%s: address “%s”, reason “%s”", d.ID, d.URL, d.URLNote.Vi)
		}
		if d.Read == "" {
			t.Errorf("%s: the day on which it was read is missing", d.ID)
		}
		x, _ := l.Code(d.ID)
		for _, via := range d.Via {
			if !strings.Contains(d.Through.Vi, via.Vi) || !strings.Contains(d.Through.En, via.En) {
				t.Errorf("%s was seen through %s, and says “%s”", d.ID, via.Vi, d.Through.Vi)
			}
		}
		if d.Seen() != (d.Through.Vi == "") {
			t.Errorf("%s: seen %v, “%s”", d.ID, d.Seen(), d.Through.Vi)
		}
		if !d.Seen() && (!strings.Contains(x.Name.Vi, d.Via[0].Vi) || !strings.HasPrefix(x.Name.Vi, d.Title.Vi) || !strings.Contains(x.Name.En, d.Via[0].En)) {
			t.Errorf("the name of %s does not say through whom it was seen: %s", d.ID, x.Name.Vi)
		}
	}
}

func TestADocumentSeenThroughOthersSaysSo(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][2]string{
		"NSO-2023-12":        {"theo Báo Mới dẫn", "as quoted by Báo Mới"},
		"NSO-2026-01":        {"theo Thời báo Tài chính Việt Nam, VnEconomy dẫn", "as quoted by Thời báo Tài chính Việt Nam, VnEconomy"},
		"NSO-GDPVNM-2025-06": {"qua kho dữ liệu của một cá nhân (thanhqtran/gso-macro-monitor), chưa được cơ quan nào xác nhận", "through a private person’s repository (thanhqtran/gso-macro-monitor), which no authority has confirmed"},
		"DTI-63-COPY":        {"qua kho dữ liệu của một sinh viên (PhamQuyNam/PMNM_HaUI.DNK_2025), chưa được cơ quan nào xác nhận", "through a student’s repository (PhamQuyNam/PMNM_HaUI.DNK_2025), which no authority has confirmed"},
		"PROVSTAT-2025":      {"qua bản sao của một bên thứ ba tổng hợp", "through the copy kept by a third-party compilation"},
		"DTI-2022":           {"", ""},
	} {
		d, ok := c.Document(id)
		if !ok || d.Through.Vi != want[0] || d.Through.En != want[1] {
			t.Errorf("%s: %+v", id, d.Through)
		}
	}
	if d, _ := c.Document("NSO-2023-12"); d.Publisher.Vi != "Tổng cục Thống kê" || d.Date != "2023-12-04" || !strings.Contains(d.URL, "baomoi") || !strings.Contains(d.Original, "gso.gov.vn") {
		t.Errorf("%+v", d)
	}
	if d, _ := c.Document("BAODAKLAK-2022-08"); d.URLNote.Vi != "Không có địa chỉ" || d.Date != "2022-08-08" {
		t.Errorf("%+v", d)
	}
	if name := c.Name("CL_SOURCE", "QD411-PRESS", "en"); !strings.Contains(name, "as quoted by Thanh Niên, Vietnam.vn, ") || strings.Contains(name, " more") {
		t.Errorf("a name leaves witnesses out: %s", name)
	}
	if _, ok := c.Document("NOTHING"); ok {
		t.Error("a document that does not exist was found")
	}
}

func TestDocumentsAreRefused(t *testing.T) {
	const row = "DTI-2022,,Xếp hạng DTI năm 2022 trên dti.gov.vn,DTI ranking of 2022 on dti.gov.vn,MIC,2023-07-12,,https://dti.gov.vn/xep-hang-2022,,,,2026-11,\n"
	for name, c := range map[string]struct{ row, column string }{
		"no publisher":                     {strings.Replace(row, ",MIC,", ",,", 1), "publisher"},
		"a newspaper as publisher":         {strings.Replace(row, ",MIC,", ",BAOMOI,", 1), "publisher"},
		"neither day nor reason":           {strings.Replace(row, ",2023-07-12,", ",,", 1), "date_note"},
		"a day and a reason":               {strings.Replace(row, ",2023-07-12,", ",2023-07-12,NO_DAY", 1), "date_note"},
		"a reason that no list has":        {strings.Replace(row, ",2023-07-12,", ",,WHY", 1), "date_note"},
		"neither address nor reason":       {strings.Replace(row, "https://dti.gov.vn/xep-hang-2022", "", 1), "url_note"},
		"an address and a reason":          {strings.Replace(row, "xep-hang-2022,", "xep-hang-2022,NO_ADDRESS", 1), "url_note"},
		"an address that no browser opens": {strings.Replace(row, "https://", "", 1), "url"},
		"an office as witness":             {strings.Replace(row, ",2026-11", "MIC,2026-11", 1), "via"},
		"a witness that no list has":       {strings.Replace(row, ",2026-11", "X,2026-11", 1), "via"},
		"no day of reading":                {strings.Replace(row, "2026-11", "", 1), "read"},
		"a day that is none":               {strings.Replace(row, "2023-07-12,", "2023-13-12,", 1), "date"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := copied(t)
			const file = "catalog/codelists/CL_SOURCE.csv"
			if c.row == row || !strings.Contains(string(fsys[file].Data), row) {
				t.Fatal("the row was not spoilt")
			}
			fsys[file] = &fstest.MapFile{Data: []byte(strings.Replace(string(fsys[file].Data), row, c.row, 1))}
			_, err := catalog.Load(fsys)
			all := fault.All(err)
			if len(all) == 0 || all[0].Code != "catalog.bad-document" || all[0].Where.Column != c.column || all[0].Where.Row == 0 {
				t.Errorf("got %v, want column %s", err, c.column)
			}
		})
	}
}

// A document is named with everybody through whom it was seen: a cut list says less than it seems to.
func TestNoNameOfADocumentIsACutList(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Codelist("CL_SOURCE")
	if err != nil {
		t.Fatal(err)
	}
	several := 0
	for _, d := range c.Documents() {
		code, _ := l.Code(d.ID)
		for _, via := range d.Via {
			if !strings.Contains(code.Name.Vi, via.Vi) || !strings.Contains(code.Name.In("en"), via.In("en")) {
				t.Errorf("%s: %q leaves out %s", d.ID, code.Name.Vi, via.Vi)
			}
		}
		if len(d.Via) > 2 {
			several++
		}
	}
	if several == 0 {
		t.Error("no document was seen through more than two")
	}
}
