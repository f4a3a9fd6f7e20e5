package house

import (
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// writtenDay is a day as Vietnamese writes it: two digits for the day; of the months only 1 and 2 have a zero before them (text.FormatDate).
var (
	writtenDay = regexp.MustCompile(`(?:^|[^\d/.\w-])(\d{1,2}/\d{1,2}/\d{4})(?:[^\d/]|$)`)
	rightDay   = regexp.MustCompile(`^\d\d/(?:0[12]|[3-9]|1[0-2])/\d{4}$`)
)

// A reader meets one form of dates: what is written by hand, in words and in names of the catalogue, follows what the program writes.
func TestDaysHaveOneForm(t *testing.T) {
	seen := 0
	for _, root := range []string{"../../internal", "../../cmd", "../../data", "../../doc/methods"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "testdata" {
				return filepath.SkipDir
			}
			if kind := filepath.Ext(path); kind != ".csv" && kind != ".yaml" && !strings.HasSuffix(path, ".vi.md") {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i, line := range strings.Split(string(b), "\n") {
				for _, found := range writtenDay.FindAllStringSubmatch(line, -1) {
					if seen++; !rightDay.MatchString(found[1]) && !isQuote(path, line, found[1]) {
						t.Errorf("%s:%d: the day %s: %.80s", path, i+1, found[1], line)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 60 {
		t.Errorf("only %d days were read", seen)
	}
}

// isQuote reports whether a day stands in the last field of the list of documents, which quotes them as they are printed.
func isQuote(path, line, day string) bool {
	fields, err := csv.NewReader(strings.NewReader(line)).Read()
	return err == nil && filepath.Base(path) == "CL_SOURCE.csv" && strings.Contains(fields[len(fields)-1], day)
}

func TestWrongDaysAreSeen(t *testing.T) {
	for day, right := range map[string]bool{"01/7/2025": true, "15/12/2025": true, "05/02/2025": true, "1/7/2025": false, "01/07/2025": false, "05/2/2025": false, "15/13/2025": false} {
		if m := writtenDay.FindStringSubmatch("từ " + day + "."); m == nil || rightDay.MatchString(m[1]) != right {
			t.Errorf("%s is taken for %v", day, !right)
		}
	}
}
