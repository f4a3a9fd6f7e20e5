package temporal

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nhipso/internal/fault"
)

func TestEveryCodeHasASentenceAndEverySentenceIsUsed(t *testing.T) {
	used := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	call := regexp.MustCompile(`fault\.New\("(temporal\.[a-z0-9-]+)"([^\n]*)`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(b), -1) {
			used[m[1]] = m[2]
		}
	}
	known := map[string]bool{}
	for _, code := range fault.Codes() {
		if strings.HasPrefix(code, "temporal.") {
			known[code] = true
			if _, ok := used[code]; !ok {
				t.Errorf("%s has a sentence but is not used", code)
			}
		}
	}
	blank := regexp.MustCompile(`\{([a-z0-9]+)\}`)
	for code, facts := range used {
		if !known[code] {
			t.Errorf("%s has no sentence", code)
		}
		for _, lang := range []string{"vi", "en"} {
			for _, m := range blank.FindAllStringSubmatch(fault.New(code).In(lang), -1) {
				if !strings.Contains(facts, `"`+m[1]+`"`) {
					t.Errorf("%s (%s) names {%s}, which is not given", code, lang, m[1])
				}
			}
		}
	}
}
