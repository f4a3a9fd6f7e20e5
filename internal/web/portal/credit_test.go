package portal

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// cutLine is a line that does not name all of its sources.
var cutLine = regexp.MustCompile(`(?:và (\d+) nguồn khác|and (\d+) more)`)

// creditOf is a line of sources and what is folded below it.
var creditOf = regexp.MustCompile(`(?s)<p class="src">([^<]*)</p>(?:<details class="srcs"><summary>([^<]*)</summary><ul>(.*?)</ul></details>)?`)

// A line may name some of its sources only where the page lists all of them below it, each once, in the order of the line, and without a script.
func TestALineOfSourcesLeadsToAllOfThem(t *testing.T) {
	var more []row
	for i, source := range []string{"Báo cáo a", "Báo cáo b & c", "Báo cáo d", "Báo cáo e", "Báo cáo f", "Báo cáo g"} {
		year := strconv.Itoa(2016 + i)
		more = append(more, row{"IND", "M.VN.SMARTPHONE", year + "-06", "6" + strconv.Itoa(i), year, "A", []string{"SOURCE", source}}, row{"DE_SHARE", "A.VN.PTIT.TOTAL", year, "9." + strconv.Itoa(i), year, "A", []string{"SOURCE", source}})
	}
	s, _ := newSite(t, more...)
	cut := 0
	for _, lang := range []string{"vi", "en"} {
		for _, page := range append([]string{"/nhung/so-lieu/DE_SHARE"}, kindsOfPages...) {
			switch {
			case lang == "en" && strings.Contains(page, "?"):
				page += "&lang=en"
			case lang == "en":
				page += "?lang=en"
			}
			body := get(s, page).Body.String()
			lines := 0
			for _, m := range creditOf.FindAllStringSubmatch(body, -1) {
				said := cutLine.FindStringSubmatch(m[1])
				if said == nil {
					if m[3] != "" {
						t.Errorf("%s lists the sources of a line that names them all: %s", page, m[1])
					}
					continue
				}
				lines++
				left, _ := strconv.Atoi(said[1] + said[2])
				items := strings.Split(strings.TrimSuffix(strings.ReplaceAll(m[3], "<li>", ""), "</li>"), "</li>")
				named := html.UnescapeString(m[1])
				for i, item := range items {
					if shown := strings.Contains(named, html.UnescapeString(item)); shown != (i < len(items)-left) {
						t.Errorf("%s: source %d of %d, %q: named in the line: %v", page, i+1, len(items), item, shown)
					}
				}
				if !strings.Contains(m[2], strconv.Itoa(len(items))) || left < 1 || left >= len(items) {
					t.Errorf("%s: %q leaves out %d, %q lists %d", page, m[1], left, m[2], len(items))
				}
			}
			if all := len(cutLine.FindAllString(body, -1)); all != lines {
				t.Errorf("%s cuts a list of sources elsewhere: %d times, %d of them listed below", page, all, lines)
			}
			cut += lines
		}
	}
	if cut < 12 {
		t.Errorf("only %d lines are longer than what they name", cut)
	}
}
