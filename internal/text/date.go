package text

import (
	"strconv"
	"strings"

	"nhipso/internal/stat"
)

// ParseDate reads a day as people type it: 2025-12-15, or day, month and year as Vietnamese writes them, 15/12/2025, 1/7/2025, 15-12-2025 or 15.12.2025.
func ParseDate(s string) (stat.Date, error) {
	s = strings.TrimSpace(s)
	d, err := stat.ParseDate(s)
	if err == nil {
		return d, nil
	}
	for _, mark := range []string{"/", "-", "."} {
		parts := strings.Split(s, mark)
		if len(parts) != 3 || len(parts[2]) != 4 || !short(parts[0]) || !short(parts[1]) {
			continue
		}
		return stat.ParseDate(parts[2] + "-" + padded(parts[1]) + "-" + padded(parts[0]))
	}
	return d, err
}

// short reports whether a text is a number of one or two digits.
func short(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && (len(s) == 1 || len(s) == 2) && s[0] != '+'
}

func padded(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}
