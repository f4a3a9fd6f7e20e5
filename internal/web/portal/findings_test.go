package portal

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
	"nhipso/internal/stat"
)

// countedFindings is a file of a release that counts the findings which are read.
type countedFindings struct {
	*releasefile.File
	read int
}

func (c *countedFindings) Findings(ctx context.Context) ([]publish.Finding, error) {
	list, err := c.File.Findings(ctx)
	c.read += len(list)
	return list, err
}

func (c *countedFindings) SomeFindings(ctx context.Context, offset, limit int) ([]publish.Finding, int, error) {
	list, total, err := c.File.SomeFindings(ctx, offset, limit)
	c.read += len(list)
	return list, total, err
}

// withFindings writes a release with so many findings, and opens it.
func withFindings(t *testing.T, s *shelf, n int) *countedFindings {
	t.Helper()
	s.release.AsOf, s.release.PublishAt = cube.AsOf{Message: 9}, time.Now().Add(-time.Hour)
	c := publish.Content{Release: s.release, Releases: []publish.Release{s.release}, Figures: versionsOf(3), Lineage: func(context.Context, cube.Version) (pipeline.Lineage, bool, error) {
		return pipeline.Lineage{}, false, nil
	}}
	for i := range n {
		c.Findings = append(c.Findings, publish.Finding{Rule: "gap", Severity: "note", Text: catalog.Label{Vi: fmt.Sprintf("Chỗ lệch %04d.", i+1), En: fmt.Sprintf("Gap %04d.", i+1)}})
	}
	name := filepath.Join(t.TempDir(), "findings"+releasefile.Extension)
	if err := releasefile.Write(t.Context(), name, c, releasefile.Options{Pack: []byte("none")}); err != nil {
		t.Fatal(err)
	}
	f, err := releasefile.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &countedFindings{File: f}
}

// A page of findings reads those that it shows, says how many there are, and leads to the others; its files hold all.
func TestFindingsAreShownInParts(t *testing.T) {
	s, _ := newShelf(t)
	source := withFindings(t, s, 1234)
	site := siteOn(t, source, s)
	get(site, "/gioi-thieu") // the view is made
	for _, c := range []struct {
		address      string
		first, last  int
		want, unseen []string
	}{
		{"/phat-hien", 1, 50, []string{"1.234 phép kiểm tra", "Đang xem phát hiện 1 đến 50 trong tổng số 1.234.", `start="1"`, `trang=2" rel="next"`}, []string{`rel="prev"`}},
		{"/phat-hien?trang=2&lang=en", 51, 100, []string{"1,234 checks", "Showing findings 51 to 100 of 1,234.", `start="51"`, `trang=1" rel="prev"`, `trang=3" rel="next"`}, nil},
		{"/phat-hien?trang=25", 1201, 1234, []string{"1.201 đến 1.234", `trang=24" rel="prev"`}, []string{`rel="next"`}},
	} {
		source.read = 0
		w := get(site, c.address)
		body := w.Body.String()
		for _, x := range append(c.want, fmt.Sprintf(" %04d.<", c.first), fmt.Sprintf(" %04d.<", c.last)) {
			if !strings.Contains(body, x) {
				t.Errorf("%s does not have %q", c.address, x)
			}
		}
		for _, x := range append(c.unseen, fmt.Sprintf(" %04d.<", c.first-1), fmt.Sprintf(" %04d.<", c.last+1)) {
			if strings.Contains(body, x) {
				t.Errorf("%s has %q", c.address, x)
			}
		}
		if n := c.last - c.first + 1; w.Code != 200 || source.read != n {
			t.Errorf("%s: %d, %d findings read to show %d", c.address, w.Code, source.read, n)
		}
	}
	for _, n := range []string{"0", "26", "-1", "x", "99999999999999999999", "2.0"} {
		if w := get(site, "/phat-hien?trang="+n); w.Code != 404 {
			t.Errorf("part %s: %d", n, w.Code)
		}
	}
	if file := get(site, "/phat-hien.csv").Body.String(); strings.Count(file, "Chỗ lệch") != 1234 {
		t.Errorf("%d findings in the file", strings.Count(file, "Chỗ lệch"))
	}
	if w := get(site, "/phat-hien?asof=2025-06-01"); w.Code != 200 || !strings.Contains(w.Body.String(), "1 đến 50 trong tổng số 1.234") {
		t.Errorf("as of an earlier day: %d", w.Code)
	}
}

// A finding that begins with a figure has the title of its series and leads to the figure; one that begins otherwise stays whole.
func TestAFindingLeadsToItsFigure(t *testing.T) {
	p, lib := newTestPortal(t)
	cell := cube.Cell{Dataflow: "DE_SHARE", Key: "A.VN.NSO.TOTAL", Period: stat.MustPeriod("2024")}
	flow, err := lib.catalog.Dataflow(cell.Dataflow)
	if err != nil {
		t.Fatal(err)
	}
	lib.findings = []publish.Finding{
		{Rule: "gap", Severity: "note", Cells: []cube.Cell{cell}, Text: catalog.Label{Vi: cube.SeriesName(lib.catalog, flow, cell.Key, "vi") + ", 2024: lệch 1.", En: "x"}},
		{Rule: "gap", Severity: "note", Cells: []cube.Cell{cell}, Text: catalog.Label{Vi: "Chỗ lệch khác.", En: "y"}},
	}
	body := get(p.site, "/phat-hien").Body.String()
	for _, want := range []string{`<li><p><a href="/vi-sao?o=DE_SHARE`, namesOf(&publish.Snapshot{Catalog: lib.catalog}).Title(flow, cell.Key).Vi + ", 2024</a>: lệch 1.", "<p>Chỗ lệch khác.</p>"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
}
