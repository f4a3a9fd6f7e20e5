package portal

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// An address that names a release shows what that release showed, says so, and keeps to it in all that it leads to; its canonical address is that of the
// newest figures. A release that is not out is not there.
func TestAnAddressMayNameItsRelease(t *testing.T) {
	s, lib := newSite(t)
	var last, number int64
	for _, o := range lib.figures {
		if o.Dataflow == "DE_SHARE" && o.Key == "A.VN.NSO.TOTAL" && o.Period == stat.Year(2025) {
			number = o.Message
		}
		last = max(last, o.Message)
	}
	r := lib.release
	r.ID, r.Title, r.PublishAt = "2026-Q2", catalog.Label{Vi: "Đợt quý II/2026", En: "Release of 2026-Q2"}, r.PublishAt.Add(-90*24*time.Hour)
	r.AsOf = cube.AsOf{Message: last, Only: cube.UpTo(last).Without(cube.NewMessages(number))}
	lib.earlier = []publish.Release{r}
	series := "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL"
	now, past := get(s, series).Body.String(), get(s, series+"?dot=2026-Q2")
	if past.Code != 200 || strings.Contains(past.Body.String(), "14,02") || !strings.Contains(now, "14,02") {
		t.Fatalf("%d: the figure of later is there, or never was", past.Code)
	}
	body := past.Body.String()
	for _, want := range []string{"Đợt quý II/2026", "Đợt quý III/2026", `<link rel="canonical" href="https://nhipso.test` + series + `">`, `<a href="` + series + `">Xem đợt mới nhất</a>`} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s", want)
		}
	}
	// Only the ways to another moment leave it: to the newest, and to the stops beside it.
	for _, link := range regexp.MustCompile(`href="(/(?:so-lieu|tinh|muc-tieu|vi-sao)[^"]*)"`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(link[1], "dot=2026-Q2") && link[1] != series && !strings.Contains(link[1], "?asof=") && !strings.Contains(link[1], "tin.atom") {
			t.Errorf("%s leaves the release", link[1])
		}
	}
	if w := get(s, series+".csv?dot=2026-Q2"); w.Code != 200 || strings.Contains(w.Body.String(), "14.02") {
		t.Errorf("file: %d", w.Code)
	}
	if body := get(s, series+"?dot=2026-Q3").Body.String(); !strings.Contains(body, "14,02") || strings.Contains(body, "Xem đợt mới nhất") {
		t.Error("the newest release is one like others")
	}
	for _, none := range []string{"2030-Q1", "x"} {
		if w := get(s, series+"?dot="+none); w.Code != 404 || !strings.Contains(w.Body.String(), none) {
			t.Errorf("%s: %d", none, w.Code)
		}
	}
}
