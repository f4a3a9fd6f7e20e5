package chart

import (
	"html"
	"math"
	"strconv"
	"strings"
)

// Size of a sparkline and the number of figures that it has room for.
const (
	sparkWidth  = 72
	sparkHeight = 18
	sparkMost   = 36
)

// Sparked gives the figures that a sparkline of them shows: the newest ones that it has room for.
func Sparked(values []Value) []Value { return values[max(0, len(values)-sparkMost):] }

// Spark draws the newest figures of a series as a line the size of a word, for a list of series. words say the same to those who do not see
// it. It is nothing where there are fewer than three figures, which show no course.
func Spark(values []Value, words string) string {
	values = Sparked(values)
	low, high, n := math.Inf(1), math.Inf(-1), 0
	for _, v := range values {
		if f, ok := v.Shown(); ok {
			low, high, n = math.Min(low, f), math.Max(high, f), n+1
		}
	}
	if n < 3 {
		return ""
	}
	at := func(i int, f float64) (x, y int) {
		x = 3 + int(math.Round(float64(i)/float64(len(values)-1)*(sparkWidth-6)))
		y = sparkHeight / 2
		if high > low {
			y = 3 + int(math.Round((high-f)/(high-low)*(sparkHeight-6)))
		}
		return x, y
	}
	var b strings.Builder
	b.WriteString(`<svg class="spark" viewBox="0 0 ` + strconv.Itoa(sparkWidth) + " " + strconv.Itoa(sparkHeight) + `" role="img" aria-label="` + html.EscapeString(words) + `"><path d="`)
	open, lastX, lastY := false, 0, 0
	for i, v := range values {
		f, ok := v.Shown()
		if !ok {
			open = false
			continue
		}
		step := "M"
		if open {
			step = "L"
		}
		lastX, lastY = at(i, f)
		b.WriteString(step + strconv.Itoa(lastX) + " " + strconv.Itoa(lastY))
		if alone(values, i) {
			b.WriteString("h1") // a figure between two gaps: a dot, since lines have round ends
		}
		open = true
	}
	b.WriteString(`"/><circle cx="` + strconv.Itoa(lastX) + `" cy="` + strconv.Itoa(lastY) + `" r="2"/></svg>`)
	return b.String()
}
