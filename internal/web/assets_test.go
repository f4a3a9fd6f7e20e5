package web

import (
	"flag"
	"os"
	"testing"

	"nhipso/internal/chart"
	"nhipso/static"
)

var update = flag.Bool("update", false, "write golden files and the generated style sheet anew")

const schemeFile = "../../static/src/_scheme.css"

func TestStyles(t *testing.T) {
	t.Run("carry the rules that turn drawings dark", func(t *testing.T) {
		want := "/* Made by `go test ./internal/web -run TestStyles -update` from chart.SchemeCSS. */\n" + chart.SchemeCSS()
		if *update {
			if err := os.WriteFile(schemeFile, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(schemeFile)
		if err != nil || string(got) != want {
			t.Errorf("%s is stale: run this test with -update, then `go run ./devtools/assets`", schemeFile)
		}
	})
	t.Run("are built", func(t *testing.T) {
		for _, name := range []string{"site.css", "site.js"} {
			if static.URL(name) == "" {
				t.Errorf("%s is not built", name)
			}
		}
	})
}
