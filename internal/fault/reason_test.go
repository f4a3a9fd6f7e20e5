package fault_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/tabular/record"
)

// TestAFileThatCannotBeReadSaysWhyInBothLanguages: libraries say it in English, with names of the program in it.
func TestAFileThatCannotBeReadSaysWhyInBothLanguages(t *testing.T) {
	_, ragged := record.Ours([]byte("a,b\n1,2\n3\n"))
	_, quoted := record.Ours([]byte("a,b\n1,\"2\n"))
	_, marked := record.Ours([]byte("\ufeffa,b\n"))
	_, twice := record.Ours([]byte("a,a\n"))
	_, others := record.Exactly([]byte("a,c\n"), "a", "b")
	for _, x := range []struct {
		err    error
		row    int
		vi, en string
	}{
		{ragged, 3, "dòng có 1 ô", "the row has 1 cells"},
		{quoted, 2, "dấu ngoặc kép", "quotation mark"},
		{marked, 0, "BOM", "byte order mark"},
		{twice, 1, "“a”", "“a”"},
		{others, 1, "cần a,b", "have to be a,b"},
		{fs.ErrNotExist, 0, "không có tệp", "no such file"},
		{errors.New("yaml: unmarshal errors:\n  line 12: field colour not found in type catalog.declared"), 12, "không có khóa “colour”", "no key “colour”"},
		{errors.New("yaml: unmarshal errors:\n  line 4: mapping key \"id\" already defined at line 2"), 4, "“id” có hai lần", "“id” is there twice"},
		{errors.New("yaml: line 7: did not find expected key"), 7, "expected key", "expected key"},
	} {
		f := fault.Unread("catalog.bad-file", "a.csv", x.err)
		if vi, en := f.In("vi"), f.In("en"); f.Where.Row != x.row || !strings.Contains(vi, x.vi) || !strings.Contains(en, x.en) || strings.Contains(vi, "catalog.declared") {
			t.Errorf("%v: row %d, %s / %s", x.err, f.Where.Row, vi, en)
		}
	}
}
