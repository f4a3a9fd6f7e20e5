package portal

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"html"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/export"
	"nhipso/internal/stat"
)

// fileLink finds the workbooks that a page offers.
var fileLink = regexp.MustCompile(`href="([^"]+\.xlsx[^"]*)"`)

// kindsOfPages are one page of each kind and more, whose figures are opened below.
var kindsOfPages = []string{"/", "/tinh?dinh-nghia=NSO", "/tinh?bo=63", "/tinh/VN34-24", "/tinh/VN34-24/tom-tat", "/muc-tieu", "/muc-tieu/KTS-1", "/nhiem-vu", "/kich-ban", "/so-lieu", "/so-lieu/DE_SHARE", "/so-lieu/DE_QUARTERLY", "/so-lieu/TARGET",
	"/so-lieu/IND", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/so-lieu/DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE", "/so-lieu/DE_SHARE?lich-su=1", "/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "/tai-lieu", "/phat-hien", "/lich-su",
	"/lich", "/gioi-thieu", "/phuong-phap", "/phuong-phap/digital-quarterly", "/so-lieu/DE_SHARE/bang", "/so-sanh?chuoi=DE_SHARE%2FA.VN.MIC.TOTAL+DE_SHARE%2FA.VN.NSO.TOTAL", "/tim?q=gdp", "/tinh/toan-canh", "/hai-con-so", "/phuong-phap/ky-thuat", "/thuat-ngu", "/thuat-ngu/kinh-te-so-loi"}

// TestNoKindOfPageIsLeftOut holds the list above to the routes of the portal, so that the files of a new page are opened too.
func TestNoKindOfPageIsLeftOut(t *testing.T) {
	p, _ := newTestPortal(t)
	opened := map[string]bool{"/kich-ban/{id}": true} // one that somebody saved has the files of /kich-ban
	for _, page := range kindsOfPages {
		opened[strings.TrimPrefix(p.site.Route(httptest.NewRequest("GET", page, nil)), "GET ")] = true
	}
	for _, route := range p.module().Pages {
		if pattern := strings.TrimPrefix(route.Path, "GET "); !opened[pattern] {
			t.Errorf("no file of %s is opened", pattern)
		}
	}
}

// TestEveryFileOfEveryFigure opens the files of every figure of every kind of page.
func TestEveryFileOfEveryFigure(t *testing.T) {
	s, _ := newSite(t)
	seen := map[string]bool{}
	for _, page := range kindsOfPages {
		w := get(s, page)
		if w.Code != 200 {
			t.Errorf("%s: %d", page, w.Code)
			continue
		}
		for _, m := range fileLink.FindAllStringSubmatch(w.Body.String(), -1) {
			at := html.UnescapeString(m[1])
			if !strings.HasPrefix(at, "/") || seen[at] {
				continue
			}
			seen[at] = true
			fetch := func(format, more string) []byte {
				address := strings.Replace(at, ".xlsx", "."+format, 1)
				if more != "" && strings.Contains(address, "?") {
					address += "&" + more
				} else if more != "" {
					address += "?" + more
				}
				w := get(s, address)
				if w.Code != 200 {
					t.Errorf("%s: %d", address, w.Code)
				}
				if format == "csv" && !strings.Contains(w.Header().Get("Link"), `rel="describedby"`) {
					t.Errorf("%s does not say where its documents are", address)
				}
				return w.Body.Bytes()
			}
			t.Run(at, func(t *testing.T) {
				book, again := fetch("xlsx", ""), fetch("xlsx", "lang=en")
				if !bytes.Equal(book, again) && !strings.HasPrefix(at, "/vi-sao") { // an explanation is in one language
					t.Error("a workbook in two languages hangs on the language of its reader")
				}
				if !bytes.Equal(fetch("json", ""), fetch("json", "lang=en")) {
					t.Error("a file in two languages hangs on the language of its reader")
				}
				openWorkbook(t, book)
				openJSON(t, fetch("json", ""))
				for _, csv := range [][]byte{fetch("csv", ""), fetch("csv", "lang=en"), fetch("csv", "ma=1")} {
					openCSV(t, csv)
				}
				if !bytes.HasPrefix(fetch("csv", "bom=1"), []byte("\ufeff")) {
					t.Error("no byte-order mark where one is asked for")
				}
			})
		}
	}
	if len(seen) < 30 {
		t.Errorf("only %d files were opened", len(seen))
	}
}

// looksTyped finds a number, a day or an interval that stands as text.
var looksTyped = regexp.MustCompile(`^[-−]?[0-9]+[.,][0-9]+( ?%)?$|^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$|^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9.,]+–[0-9.,]+$|^[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}$`)

// vietnamese finds words of Vietnamese that are in no proper name.
var vietnamese = regexp.MustCompile(`(?i)\b(nguồn|lần công bố|chưa|số liệu công bố|dự báo|không có|và \d+ nguồn)\b`)

func openWorkbook(t *testing.T, b []byte) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	made, err := f.GetDocProps()
	if err != nil || made.Creator != "Nhịp Số" || made.LastModifiedBy != "Nhịp Số" || made.Title == "" {
		t.Errorf("%v: made by %q, %q, of title %q", err, made.Creator, made.LastModifiedBy, made.Title)
	}
	if at, err := time.Parse(time.RFC3339, made.Created); err != nil || at.Year() != 2026 || made.Modified != made.Created {
		t.Errorf("made at %q, changed at %q", made.Created, made.Modified)
	}
	f.Pkg.Range(func(name, content any) bool {
		if part, ok := content.([]byte); ok && (bytes.Contains(part, []byte("xuri")) || bytes.Contains(part, []byte("xcelize"))) {
			t.Errorf("%s names the library", name)
		}
		return true
	})
	for _, sheet := range f.GetSheetList() {
		if layout, err := f.GetPageLayout(sheet); err != nil || layout.Orientation == nil || *layout.Orientation != "landscape" || layout.FitToWidth == nil || *layout.FitToWidth != 1 {
			t.Errorf("%s does not print lying down and as wide as the paper (%v)", sheet, err)
		}
	}
	for sheet, lang := range map[string]string{"Số liệu": "vi", "Data": "en"} {
		if slices.Contains(f.GetSheetList(), sheet) { // an explanation has others, which package view tests
			openSheet(t, f, sheet, lang)
		}
	}
}

// openSheet looks at a sheet of figures.
func openSheet(t *testing.T, f *excelize.File, sheet, lang string) {
	t.Helper()
	if !slices.ContainsFunc(f.GetDefinedName(), func(n excelize.DefinedName) bool {
		return n.Name == "_xlnm.Print_Titles" && n.RefersTo == "'"+sheet+"'!$3:$3"
	}) {
		t.Errorf("%s does not repeat its headings on paper", sheet)
	}
	rows, err := f.GetRows(sheet)
	if err != nil || len(rows) < 3 {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	if tables, err := f.GetTables(sheet); err != nil || len(rows) > 3 && len(tables) != 1 {
		t.Errorf("%s: %d tables (%v)", sheet, len(tables), err)
	}
	if panes, err := f.GetPanes(sheet); err != nil || !panes.Freeze {
		t.Errorf("the headings of %s go away (%v)", sheet, err)
	}
	for i, name := range rows[2] {
		if name == "" || slices.Contains(rows[2][:i], name) {
			t.Errorf("heading %d of %s is %q, empty or the same as another", i+1, sheet, name)
		}
	}
	for i, row := range rows {
		for j, said := range row {
			if strings.Contains(said, "Nguồn: Nguồn") || strings.Contains(said, "Source: Source") || lang == "en" && vietnamese.MatchString(said) {
				t.Errorf("the sheet %s says %q", sheet, said)
			}
			at, _ := excelize.CoordinatesToCellName(j+1, i+1)
			kind, _ := f.GetCellType(sheet, at)
			if isText := kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString; i > 2 && isText && looksTyped.MatchString(said) {
				t.Errorf("%s %s (%s): %q is text", sheet, at, rows[2][j], said)
			}
		}
	}
}

func openJSON(t *testing.T, b []byte) {
	t.Helper()
	var file map[string]json.RawMessage
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{"id", "title", "columns", "notes", "source", "vintage", "release", "url", "licence", "publisher", "citation", "rows", "sources"} {
		if _, has := file[member]; !has {
			t.Errorf("JSON has no %q", member)
		}
	}
	var table struct {
		Columns []export.Column
		Rows    []map[string]json.RawMessage
		Release export.Release
		Sources []export.Document
	}
	if err := json.Unmarshal(b, &table); err != nil {
		t.Fatal(err)
	}
	if table.Release.ID == "" || table.Release.At.IsZero() {
		t.Errorf("of release %+v", table.Release)
	}
	ownUnit := slices.ContainsFunc(table.Columns, func(c export.Column) bool { return strings.EqualFold(c.ID, "unit") })
	for _, c := range table.Columns {
		for _, row := range table.Rows {
			x := strings.TrimSpace(string(row[c.ID]))
			switch {
			case x == "" || x == "null":
			case c.Kind == export.Number && strings.Contains(x, ".") && c.Unit.Vi == "" && !ownUnit && !strings.HasPrefix(string(file["id"]), `"kiem-tra-`): // whole numbers are counts, a run tells of itself without
				t.Errorf("%s is %s of no unit", c.ID, x)
			case c.Kind == export.Period:
				if _, err := stat.ParsePeriod(strings.Trim(x, `"`)); err != nil {
					t.Errorf("%s is no period: %s", c.ID, x)
				}
			}
		}
	}
	for _, d := range table.Sources {
		if d.ID == "" || d.Title.Vi == "" || d.Title.En == "" || len(d.Marks) == 0 {
			t.Errorf("document %+v", d)
		}
	}
}

func openCSV(t *testing.T, b []byte) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	for i, name := range rows[0] {
		if name == "" || slices.Contains(rows[0][:i], name) {
			t.Errorf("heading %d is %q, empty or the same as another", i+1, name)
		}
	}
	for _, row := range rows[1:] {
		for i, said := range row {
			if len(said) > 1 && strings.ContainsRune("=+@\t\r\n", rune(said[0])) {
				t.Errorf("%s: %q runs as a formula", rows[0][i], said)
			}
		}
	}
}
