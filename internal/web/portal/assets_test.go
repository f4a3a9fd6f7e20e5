package portal

import (
	"flag"
	"testing"

	"nhipso/static"
)

var update = flag.Bool("update", false, "write golden files anew")

func TestStyles(t *testing.T) {
	t.Run("are built", func(t *testing.T) {
		for _, name := range []string{"site.css", "site.js", "chart.js"} {
			if static.URL(name) == "" {
				t.Errorf("%s is not built", name)
			}
		}
	})
}
