package catalog

import (
	"testing"
	"testing/fstest"
	"time"

	"nhipso/data"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func TestDaysAreThoseOfTheCountryWhereverTheProgramRuns(t *testing.T) {
	c, err := Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	if c.Country().ID != "VN" {
		t.Error(c.Country())
	}
	for at, day := range map[string]string{
		"2026-11-29T16:59:59Z": "2026-11-29", "2026-11-29T17:00:00Z": "2026-11-30",
		"2026-11-30T00:00:00+07:00": "2026-11-30", "2026-11-29T12:00:00-05:00": "2026-11-30",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Day(moment); got != stat.MustDate(day) {
			t.Errorf("%s is day %s, want %s", at, got, day)
		}
	}
	if none := (*Catalog)(nil); none.Zone() != time.UTC {
		t.Error("without a country")
	}
}

func TestACountryWithoutAProperZoneIsRefused(t *testing.T) {
	for _, text := range []string{"", "id: VN", "id: VN\nzone: Asia/Ho_Chi_Minh", "id: VN\nzone: \"+7\"", "id: VN\nzone: \"+25:00\"", "id: \"\"\nzone: \"+07:00\"", "id: VN\nzone: \"+07:00\"\nextra: 1"} {
		_, err := loadCountry(fstest.MapFS{"catalog/country.yaml": {Data: []byte(text)}})
		if fault.CodeOf(err) != "catalog.bad-file" {
			t.Errorf("%q: %v", text, err)
		}
	}
	c, err := loadCountry(fstest.MapFS{"catalog/country.yaml": {Data: []byte("id: X\nzone: \"-03:30\"")}})
	if _, offset := time.Unix(0, 0).In(c.Zone).Zone(); err != nil || offset != -3*3600-1800 {
		t.Error(offset, err)
	}
}
