package house

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The program knows no country: what is one country's own stands in its pack (data/ for the one that comes with the program). These are the
// words by which a country's own creeps into code: its name and code, its zone, its money, its sets of provinces, its statistics office.
var ofOneCountry = regexp.MustCompile(`Việt Nam|Viet ?Nam|Vietnam|"VN"|\bA\.VN\b|VN(63|34)\b|VNR2|Asia/|\+07:00|\bVND\b|\bGSO\b|\bVSIC|\b(63|34) (tỉnh|provinces)|Hà Nội|Ha Noi|Hanoi|Hoàng Sa|Trường Sa`)

// noCountry are names that hold such a word and are about no country: the language of the interface, its typeface.
var noCountry = strings.NewReplacer("Vietnamese", "", "Be Vietnam Pro", "", "be-vietnam-pro", "", "BeVietnamPro", "", "vietnamese", "")

// ownAllowed are the places where such a word says something else, or something that is still to be moved, each with its reason. A place is the
// beginning of a path and a part of the line.
var ownAllowed = []struct{ file, part, why string }{
	{"internal/measure/", "", "methods name the office, the classification or the calendar that a published method comes from"},
	{"internal/catalog/classification.go", "", "the lists of digital industries lead between two editions named by their columns; a country without them has empty lists"},
	{"internal/stat/observation.go", "A.VN", "an example of a key in a comment"},
	{"internal/ioformat/", "", "layouts of published workbooks are named after who publishes them"},
	{"internal/recipe/", "VSIC", "comments that say what a section holds"},
	{"internal/recipe/demo.go", "Viet Nam", "a comment on why foreign tables demonstrate methods"},
}

func TestCodeAndWordsKnowNoCountry(t *testing.T) {
	used := make([]bool, len(ownAllowed))
	for _, root := range []string{"cmd", "internal", "static/src"} {
		err := filepath.WalkDir(filepath.Join("../..", root), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			file := strings.TrimPrefix(filepath.ToSlash(path), "../../")
			switch {
			case d.IsDir() && (d.Name() == "testdata" || d.Name() == "testpack" || d.Name() == "house" || d.Name() == "storetest" || d.Name() == "e2e"):
				return filepath.SkipDir
			case d.IsDir() || strings.HasSuffix(file, "_test.go"):
				return nil
			}
			switch filepath.Ext(file) {
			case ".go", ".csv", ".html", ".js", ".css", ".yaml":
			default:
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for n, line := range strings.Split(string(b), "\n") {
				for _, word := range ofOneCountry.FindAllString(noCountry.Replace(line), -1) {
					if !excused(file, line, used) {
						t.Errorf("%s:%d says %q, which is one country's own: it belongs into a pack (data/), or is a fact that the catalogue gives", file, n+1, word)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, a := range ownAllowed {
		if !used[i] {
			t.Errorf("nothing needs to be allowed any more: %s %q", a.file, a.part)
		}
	}
}

func excused(file, line string, used []bool) bool {
	for i, a := range ownAllowed {
		if strings.HasPrefix(file, a.file) && strings.Contains(line, a.part) {
			used[i] = true
			return true
		}
	}
	return false
}
