package tabular_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/needs"
	"nhipso/internal/tabular"
)

// real opens a real file of those beside the repository.
func real(t *testing.T, name string, o tabular.Options) (*tabular.File, error) {
	t.Helper()
	f, err := os.Open(needs.Shared(t, "data/"+name))
	must(t, err)
	defer f.Close()
	return tabular.Open(f, name, o)
}

func TestABulletinOfTheStatisticsOffice(t *testing.T) {
	const bulletin = "vn_macro/gso_bulletins/2024-12-29-02.Bieu-T12.2024.xlsx"
	_, err := real(t, bulletin, tabular.Options{})
	if e := wantFault(t, err, "tabular.which-sheet", 0, ""); !strings.Contains(e.In("vi"), "1.GDP HH, 2. GDP SS") {
		t.Error(e.In("vi"))
	}
	f, err := real(t, bulletin, tabular.Options{Sheet: "1.gdp hh"})
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
}

// Every table that the office's own site writes is read: semicolons, byte order marks, titles, marks. One was saved in an encoding of its own.
func TestTablesOfTheOfficesSite(t *testing.T) {
	shared := needs.Shared(t, "data")
	folder := needs.Shared(t, "data/vn_macro/gso_px_exports")
	read, refused := 0, 0
	must(t, filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(shared, p)
		if err != nil {
			return err
		}
		f, err := real(t, name, tabular.Options{})
		if err != nil {
			if refused++; fault.CodeOf(err) != "tabular.not-utf8" || !strings.Contains(name, "Number of administrative units") {
				t.Error(err)
			}
			return nil
		}
		table, err := f.Table(tabular.Layout{})
		if err != nil || len(table.Columns) < 2 || len(records(t, table)) == 0 {
			t.Errorf("%s: %v", name, err)
		}
		read++
		return nil
	}))
	if read < 330 || refused != 1 {
		t.Errorf("%d were read, %d refused", read, refused)
	}
}
