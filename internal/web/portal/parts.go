package portal

import (
	"math"
	"strconv"

	"nhipso/internal/fault"
)

// Bounds of the navigation among the parts of a list.
const (
	maxLinks = 200 // to parts; of more parts the first, the last and those near
	maxNear  = 3   // parts before and after the present one
)

// parts is what a page says of the part of a list that it shows, and the way to the others.
type parts struct {
	From, To, Of   string     // the first and the last shown, and how many there are
	Start          int        // the number of the first shown
	Links          []partLink // none when there is one part only
	Previous, Next string     // addresses of the parts beside this one, where not all have a link
}

// partLink is the way to one part.
type partLink struct {
	Text string
	URL  string
	Here bool
	Gap  bool   // parts before it have no link
	Rel  string // prev or next, of the parts beside the present one
}

// partAsked gives how many parts stand before the one that the address asks for; -1 when it asks for none that there can be.
func (v *visit) partAsked() int {
	if !v.Query.Has("trang") {
		return 0
	}
	n, _ := strconv.Atoi(v.Query.Get("trang"))
	return min(max(n, 0), math.MaxInt32) - 1
}

// parts describes the part that the address asks for of a list of so many rows, and refuses one that the list does not have.
func (v *visit) parts(rows int) (*parts, error) {
	last := max(1, (rows+rowsAPage-1)/rowsAPage)
	n := v.partAsked() + 1
	if n < 1 || n > last {
		return nil, fault.New("web.no-such-part", "n", v.Query.Get("trang"), "of", last)
	}
	first := (n-1)*rowsAPage + 1
	out := &parts{From: v.count(first), To: v.count(min(n*rowsAPage, rows)), Of: v.count(rows), Start: first, Links: v.partLinks(n, last)}
	if last > maxLinks && n > 1 {
		out.Previous = v.Here("trang", strconv.Itoa(n-1))
	}
	if last > maxLinks && n < last {
		out.Next = v.Here("trang", strconv.Itoa(n+1))
	}
	return out, nil
}

// partLinks gives the addresses of the parts of a list: of all, or of many those near the present one, the first and the last.
func (v *visit) partLinks(here, last int) []partLink {
	if last < 2 {
		return nil
	}
	var out []partLink
	linked := 0
	for i := 1; i <= last; i++ {
		if last > maxLinks && i != 1 && i != last && (i < here-maxNear || i > here+maxNear) {
			continue
		}
		out = append(out, partLink{Text: v.count(i), URL: v.Here("trang", strconv.Itoa(i)), Here: i == here, Gap: i != linked+1, Rel: map[int]string{here - 1: "prev", here + 1: "next"}[i]})
		linked = i
	}
	return out
}
