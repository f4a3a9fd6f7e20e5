package static

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// What others made must stay as it is named in vendor/README.md, with its licence beside it.
func TestVendoredFilesAreTheOnesNamed(t *testing.T) {
	readme, err := os.ReadFile("vendor/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("\\| `([^`]+)` \\| `([0-9a-f]{64})` \\|").FindAllStringSubmatch(string(readme), -1)
	if len(rows) < 9 {
		t.Fatalf("only %d files are named", len(rows))
	}
	for _, r := range rows {
		b, err := os.ReadFile(filepath.Join("vendor", r[1]))
		if err != nil {
			t.Error(err)
		} else if got := fmt.Sprintf("%x", sha256.Sum256(b)); got != r[2] {
			t.Errorf("%s is %s, not %s", r[1], got, r[2])
		}
	}
	for _, licence := range []string{"vendor/echarts/LICENSE", "vendor/echarts/NOTICE", "vendor/echarts/LICENSE.zrender", "vendor/be-vietnam-pro/OFL.txt",
		"testdata/axe-core/LICENSE", "../data/geo/LICENSE.md"} {
		if _, err := os.Stat(licence); err != nil {
			t.Error(err)
		}
	}
}
