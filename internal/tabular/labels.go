package tabular

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"nhipso/internal/tabular/record"
	"nhipso/internal/text"
)

var (
	//go:embed totals.csv
	totalsFile string
	//go:embed units.csv
	unitsFile string
)

func folded(file, column string) map[string]bool {
	out := map[string]bool{}
	for _, r := range record.MustExactly(file, column) {
		out[r.Get(column)] = true
	}
	return out
}

var (
	totals = sync.OnceValue(func() map[string]bool { return folded(totalsFile, "label") })
	units  = sync.OnceValue(func() map[string]bool { return folded(unitsFile, "unit") })
)

// IsTotal says whether the label of a row is that of a total, in either language or in both: Tổng số, CẢ NƯỚC, Cộng, Total,
// "TỔNG SỐ - TOTAL".
func IsTotal(label string) bool {
	label = strings.TrimRight(label, ": ")
	if totals()[text.Fold(label)] {
		return true
	}
	parts := strings.FieldsFunc(label, func(r rune) bool { return strings.ContainsRune("/-–—|\n()", r) })
	for _, p := range parts {
		if !totals()[text.Fold(p)] {
			return false
		}
	}
	return len(parts) > 1
}

// unitNotes are what lines above a table begin with that give its unit.
var unitNotes = []string{"đơn vị tính", "đơn vị", "đvt", "unit", "units"}

// unitOf gives the unit that a line such as "Đơn vị tính: Tỷ đồng" states.
func unitOf(s string) (string, bool) {
	s = strings.TrimSpace(strings.Trim(s, "()"))
	low := strings.ToLower(s)
	for _, n := range unitNotes {
		if rest, ok := strings.CutPrefix(low, n); ok && strings.HasPrefix(strings.TrimSpace(rest), ":") {
			return strings.TrimSpace(s[strings.Index(s, ":")+1:]), true
		}
	}
	return "", false
}

// isUnit says whether a cell below a heading is a unit: a known one, or anything in brackets that is no number.
func isUnit(c Cell) bool {
	inner, bracketed := strings.CutPrefix(c.Text, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	if c.Text == "%" || bracketed && closed && inner == "%" {
		return true
	}
	return c.Type == Text && (units()[text.Fold(inner)] || bracketed && closed && !shapeOf(inner).number() && !strings.ContainsAny(inner, "0123456789"))
}

// unitsRow says whether a row states units: each of its cells does.
func unitsRow(r Row) bool {
	for i, c := range r.Cells {
		if c.Type == Empty {
			continue
		}
		if _, note := unitOf(c.Text + ":"); i == 0 && (note || strings.EqualFold(c.Text, "Đơn vị")) {
			continue
		}
		if !isUnit(c) {
			return false
		}
	}
	return r.filled() > 0
}

// numberingRow says whether a row numbers the columns, as forms do below their heading: A, B, 1, 2, 3=1+2 or (1), (2).
func numberingRow(r Row) bool {
	next, lettered := 1, false
	for _, c := range r.Cells {
		if c.Type == Empty {
			continue
		}
		inner, bracketed := strings.CutPrefix(c.Text, "(")
		inner, _ = strings.CutSuffix(inner, ")")
		inner, _, _ = strings.Cut(inner, "=")
		inner = trim(inner)
		if len(inner) == 1 && inner[0] >= 'A' && inner[0] <= 'E' && next == 1 {
			lettered = true
			continue
		}
		if n, err := strconv.Atoi(inner); err != nil || n != next {
			return false
		}
		lettered = lettered || bracketed
		next++
	}
	return lettered && next > 2
}

// noteStarts are what lines below a table begin with that are no rows of it.
var noteStarts = []string{"nguồn", "ghi chú", "chú thích", "source", "note", "*", "(*)", "người lập", "…ngày"}

// isNote says whether a row is a remark below the table: one text, which begins as remarks do.
func isNote(r Row) bool {
	if r.filled() != 1 {
		return false
	}
	i := slices.IndexFunc(r.Cells, func(c Cell) bool { return c.Type != Empty })
	low := strings.ToLower(r.Cells[i].Text)
	for _, n := range noteStarts {
		if strings.HasPrefix(low, n) {
			return true
		}
	}
	return false
}

// headsPeriod says whether a heading that is a number, or begins with one, names a time: 2024, 2024 (sơ bộ), Prel. 2016.
func headsPeriod(c Cell) bool {
	for _, word := range strings.FieldsFunc(c.Text, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(word); err == nil && n >= 1900 && n <= 2100 && len(word) == 4 {
			return true
		}
	}
	return false
}
