package portal

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"nhipso/internal/text"
)

// tableCell is a cell of a table as a page has it.
type tableCell struct {
	name, said, sort string
	sorted           bool
}

// gridsOf reads the tables of figures of a page, and the names of its regions.
func gridsOf(t *testing.T, page string) (grids [][][]tableCell, regions []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	attr := func(n *html.Node, key string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val, true
			}
		}
		return "", false
	}
	var said func(*html.Node) string
	said = func(n *html.Node) string {
		if n.Type == html.TextNode {
			return n.Data
		}
		out := ""
		for c := range n.ChildNodes() {
			if c.Data != "sup" {
				out += said(c)
			}
		}
		return out
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		role, _ := attr(n, "role")
		if label, ok := attr(n, "aria-label"); ok && (role == "region" || role == "search" || n.Data == "nav" || n.Data == "form") {
			regions = append(regions, label)
		} else if role == "region" || role == "search" || n.Data == "nav" {
			t.Errorf("a landmark <%s role=%q> has no name", n.Data, role)
		}
		class, _ := attr(n, "class")
		switch {
		case n.Data == "table" && strings.HasPrefix(class, "grid"):
			grids = append(grids, nil)
		case n.Data == "tr" && len(grids) > 0:
			last := len(grids) - 1
			grids[last] = append(grids[last], nil)
		case (n.Data == "td" || n.Data == "th") && len(grids) > 0:
			grid := grids[len(grids)-1]
			if len(grid) == 0 {
				continue
			}
			c := tableCell{name: n.Data, said: strings.TrimSpace(said(n))}
			c.sort, c.sorted = attr(n, "data-v")
			grid[len(grid)-1] = append(grid[len(grid)-1], c)
		}
	}
	return grids, regions
}

// meant are words that stand for a day, a period or a number, and do not sort as what they stand for.
var meant = regexp.MustCompile(`^(\d{1,2}/\d{1,2}/\d{4}|\d{1,2} [A-Z][a-z]{2} \d{4}|(Quý|Tháng|tháng|quý) [IV\d]+/\d{4}|Q\d \d{4}|[A-Z][a-z]{2} \d{4}|[<>≥≤~]? ?[\d.,]+\x{a0}(%|điểm|points).*)$`)

// TestEverySortableCellCarriesItsValue looks at every table of every kind of page: Quý IV/2025 comes before Quý III/2026 and 9 % before 10 %, and
// nothing heads no row.
func TestEverySortableCellCarriesItsValue(t *testing.T) {
	s, _ := newSite(t)
	cells := 0
	for _, address := range addresses {
		for _, lang := range text.Languages {
			grids, _ := gridsOf(t, get(s, with(address, "lang="+lang)).Body.String())
			for _, grid := range grids {
				for i, row := range grid {
					for _, c := range row {
						if c.name == "th" && c.said == "" {
							t.Errorf("%s in %s: a head without words: %v", address, lang, row)
						}
						if i == 0 {
							continue
						}
						if meant.MatchString(c.said) && !c.sorted {
							t.Errorf("%s in %s: %q is sorted as its letters", address, lang, c.said)
						}
						if cells++; c.sorted && c.sort == "" {
							t.Errorf("%s in %s: %q is sorted as nothing", address, lang, c.said)
						}
					}
				}
			}
		}
	}
	if cells < 1000 {
		t.Errorf("only %d cells were read", cells)
	}
}

// TestRegionsAreToldApartByName: a reader of a screen goes from region to region by name.
func TestRegionsAreToldApartByName(t *testing.T) {
	s, _ := newSite(t)
	for _, address := range append([]string{"/khong-co"}, addresses...) {
		_, regions := gridsOf(t, get(s, address).Body.String())
		slices.Sort(regions)
		for i := range regions[1:] {
			if regions[i] == regions[i+1] {
				t.Errorf("%s has two regions %q", address, regions[i])
			}
		}
	}
}

// TestEveryKindOfPageIsLookedAt: a route without an address among those that the tests of all pages read would go unseen.
func TestEveryKindOfPageIsLookedAt(t *testing.T) {
	s, _ := newSite(t)
	seen := map[string]bool{}
	for _, address := range addresses {
		seen[s.Route(httptest.NewRequest("GET", address, nil))] = true
	}
	for _, pattern := range s.Routes() {
		path, page := strings.CutPrefix(pattern, "GET ")
		if !page || seen[pattern] || apart[path] != "" || strings.Contains(path, ".") { // what has an ending is a file
			continue
		}
		t.Errorf("no address of the tests of all pages is %s", pattern)
	}
	if len(seen) < 18 {
		t.Errorf("only %d routes were found", len(seen))
	}
}

// apart are routes whose pages have tests of their own, and why they are not among those of all pages.
var apart = map[string]string{"/kich-ban/{id}": "a saved scenario is there only once somebody has saved one"}

// TestAListOfTargetsHasOneLinkARow: with a link in every cell a reader at the keyboard had 700 stops to pass.
func TestAListOfTargetsHasOneLinkARow(t *testing.T) {
	s, _ := newSite(t)
	page := get(s, "/muc-tieu").Body.String()
	i := strings.Index(page, `id="bang"`)
	table := page[i : i+strings.Index(page[i:], "</table>")]
	rows, links := strings.Count(table, "<tr>"), strings.Count(table, "<a ")
	if rows < 3 || links != rows-1 {
		t.Errorf("%d links in %d rows", links, rows)
	}
}
