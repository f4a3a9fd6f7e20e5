package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func source63(t *testing.T) *source {
	t.Helper()
	s, err := read(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCommittedOutlines(t *testing.T) {
	want, err := source63(t).table()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", output))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is stale (%v): run `go run ./devtools/outlines` and commit", output, err)
	}
}

func TestOutlinesKeepTheSizeOfTheCountry(t *testing.T) {
	s := source63(t)
	whole := 0.0
	for _, p := range s.provinces {
		for _, r := range s.shapes[p.path] {
			whole += math.Abs(r.area())
		}
	}
	for set, of := range map[string]func(province) string{
		"63": func(p province) string { return p.code63 },
		"34": func(p province) string { return p.code34 },
	} {
		areas, err := s.net().group(s.groups(of))
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, rings := range areas {
			sum += sumArea(rings)
		}
		if math.Abs(sum/whole-1) > 0.003 {
			t.Errorf("%s: drawn area %.1f, source %.1f", set, sum, whole)
		}
	}
}

func sumArea(rings []ring) float64 {
	s := 0.0
	for _, r := range rings {
		s += r.area()
	}
	return s
}

func TestDissolving(t *testing.T) {
	s := source63(t)
	t.Run("joins neighbours into one outline without seams", func(t *testing.T) {
		areas, err := s.net().group(s.groups(func(p province) string { return p.code34 }))
		if err != nil {
			t.Fatal(err)
		}
		// Provinces without islands in the source: one ring each, whatever they were merged from.
		for _, code := range []string{"08", "15", "19", "24", "25", "44", "68", "86", "92", "96", "80", "82", "52", "66"} {
			islands := 0
			for _, p := range s.provinces {
				if p.code34 == code {
					islands += len(s.shapes[p.path]) - 1
				}
			}
			pieces := 0
			for _, r := range areas[code] {
				if r.area() > 0 { // a closed bay is a hole, not a piece
					pieces++
				}
			}
			if pieces != 1+islands {
				t.Errorf("%s is drawn in %d pieces, want %d", code, pieces, 1+islands)
			}
		}
	})
	t.Run("the whole country is one outline with its coastal islands", func(t *testing.T) {
		whole, err := s.net().group(s.groups(func(province) string { return "VN" }))
		if err != nil {
			t.Fatal(err)
		}
		if share := whole["VN"][0].area() / sumArea(whole["VN"]); share < 0.97 {
			t.Errorf("the mainland is only %.2f of the country", share)
		}
	})
	t.Run("refuses a province that is unknown, in two groups or in none", func(t *testing.T) {
		for want, groups := range map[string]map[string][]string{
			"X: there is no province 03":     {"X": {"03"}},
			"province 01 is in both X and Y": {"X": {"01"}, "Y": {"01"}},
			"province 02 is in no group":     {"X": {"01"}},
		} {
			if _, err := s.net().group(groups); err == nil || err.Error() != want {
				t.Errorf("want %q, got %v", want, err)
			}
		}
	})
}
