package portal

import (
	"nhipso/internal/web/shell"
	"strings"
	"testing"
)

func TestADatasetNamesTheCountryItIsAbout(t *testing.T) {
	made := []string{"RUN", "digital-quarterly#1", "RECIPE", "digital-quarterly@1", "EVIDENCE", "I", "UNIT_MEASURE", "USD", "UNIT_MULT", "6"}
	s, reg := newShelf(t, row{"IO_ADB", "A.US._T.BACKWARD", "2017", "1275876", "2026-11-20", "E", made})
	site := shell.New(shell.Config{Library: s, BaseURL: "https://nhipso.test", Rate: 1e6, Burst: 1e6, Renderer: drawings()}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords(), Methods: methodFiles}))
	for address, want := range map[string]string{
		"/so-lieu/IO_ADB?lang=en":   `"spatialCoverage":"United States"`,
		"/so-lieu/IO_ADB":           `"spatialCoverage":"Hoa Kỳ"`,
		"/so-lieu/DE_SHARE?lang=en": `"spatialCoverage":"Viet Nam"`, // its provinces are part of it
		"/so-lieu/IND":              `"spatialCoverage":"Việt Nam"`,
	} {
		if w := get(site, address); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, without %s", address, w.Code, want)
		}
	}
}
