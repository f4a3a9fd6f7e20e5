package ioformat

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"nhipso/internal/fault"

	"nhipso/internal/tabular"
)

// TestSDMXMessages asks that one table read from SDMX-CSV and from both forms of SDMX-ML is the same table.
func TestSDMXMessages(t *testing.T) {
	cells := [][3]string{{"CPA_A", "CPA_A", "10"}, {"CPA_A", "CPA_B", "20"}, {"CPA_B", "CPA_A", "30"}, {"CPA_B", "CPA_B", "40"}, {"CPA_A", "P3", "70"}, {"CPA_B", "P3", "130"},
		{"B1G", "CPA_A", "60"}, {"B1G", "CPA_B", "140"}, {"P1", "CPA_A", "100"}, {"P1", "CPA_B", "200"}}
	plain := "prd_ava,ind_use,stk_flow,geo,TIME_PERIOD,OBS_VALUE\n"
	specific := `<?xml version="1.0"?><m:StructureSpecificData xmlns:m="urn:m" xmlns:xsi="urn:x"><m:DataSet>` + "\n"
	generic := `<?xml version="1.0"?><m:GenericData xmlns:m="urn:m" xmlns:g="urn:g"><m:DataSet>` + "\n"
	for _, c := range cells {
		plain += fmt.Sprintf("%s,%s,DOM,DE,2020,%s\n", c[0], c[1], c[2])
		specific += fmt.Sprintf(`<Series prd_ava="%s" ind_use="%s" stk_flow="DOM" geo="DE" xsi:type="S"><Obs TIME_PERIOD="2020" OBS_VALUE="%s"/></Series>`+"\n", c[0], c[1], c[2])
		generic += fmt.Sprintf(`<g:Series><g:SeriesKey><g:Value id="prd_ava" value="%s"/><g:Value id="ind_use" value="%s"/><g:Value id="stk_flow" value="DOM"/><g:Value id="geo" value="DE"/></g:SeriesKey>`+
			`<g:Obs><g:ObsDimension value="2020"/><g:ObsValue value="%s"/><g:Attributes><g:Value id="OBS_FLAG" value="p"/></g:Attributes></g:Obs></g:Series>`+"\n", c[0], c[1], c[2])
	}
	specific += "</m:DataSet></m:StructureSpecificData>"
	generic += "</m:DataSet></m:GenericData>"
	want, err := ReadEurostat(strings.NewReader(plain), "f", nil, tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, message := range map[string]string{"structure specific": specific, "generic": generic} {
		got, err := ReadEurostat(strings.NewReader(message), "f", nil, tabular.Options{})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n%+v\n%+v", name, err, got, want)
		}
		_, err = ReadEurostat(strings.NewReader(message[:len(message)-40]), "f", nil, tabular.Options{})
		wantCode(t, err, "ioformat.bad-xml")
		damaged := strings.NewReplacer(`value="40"`, `value="4o"`, `OBS_VALUE="40"`, `OBS_VALUE="4o"`).Replace(message)
		_, err = ReadEurostat(strings.NewReader(damaged), "f", nil, tabular.Options{})
		var e *fault.Error
		if !errors.As(err, &e) || e.Where.Row != 5 || e.Where.Column != "OBS_VALUE" {
			t.Errorf("%s: a damaged number is not refused with its line: %v", name, err)
		}
	}
	_, err = ReadEurostat(strings.NewReader("<html><body/></html>"), "f", nil, tabular.Options{})
	wantCode(t, err, "ioformat.no-cells")
}
