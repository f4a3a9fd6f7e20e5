package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"nhipso/internal/tabular/record"
)

// What is compared with what, in both languages, and to which tolerance.
//
//go:embed oracles.csv
var oraclesFile string

// Which page shows which packages.
//
//go:embed pages.csv
var pagesFile string

// results is what oracles.json holds.
type results struct {
	Date   string              `json:"date"` // of the run
	Pages  map[string][]string `json:"pages"`
	Checks []check             `json:"checks"`
}

// check is one comparison: how many values, and the one that differs most.
type check struct {
	ID        string  `json:"id"`
	Package   string  `json:"package"`
	Oracle    words   `json:"oracle"`
	Compared  words   `json:"compared"`
	Values    int     `json:"values"`
	Expected  float64 `json:"expected"` // where the difference is largest
	Got       float64 `json:"got"`
	Scale     string  `json:"scale"` // of tolerance and difference: relative (to the larger of 1 and the value) or absolute
	Tolerance float64 `json:"tolerance"`
	Max       float64 `json:"maxDifference"`
	Holds     bool    `json:"holds"`
}

type words struct {
	Vi string `json:"vi"`
	En string `json:"en"`
}

// run holds every method against its oracle.
func run(root string) (results, error) {
	out := results{Pages: map[string][]string{}}
	for _, p := range record.MustExactly(pagesFile, "page", "packages") {
		out.Pages[p.Cells[0]] = strings.Fields(p.Cells[1])
	}
	o := oracle{root: root}
	for _, row := range record.MustExactly(oraclesFile, "id", "package", "scale", "tolerance", "oracle_vi", "oracle_en", "compared_vi", "compared_en") {
		r := row.Cells
		compute, ok := runners[r[0]]
		if !ok {
			return out, fmt.Errorf("%s has no runner", r[0])
		}
		got, want, err := compute(o)
		if err != nil {
			return out, fmt.Errorf("%s: %w", r[0], err)
		}
		c := check{ID: r[0], Package: r[1], Scale: r[2], Oracle: words{r[4], r[5]}, Compared: words{r[6], r[7]}, Values: len(want)}
		if c.Tolerance, err = strconv.ParseFloat(r[3], 64); err != nil {
			return out, err
		}
		if len(got) != len(want) || len(want) == 0 {
			return out, fmt.Errorf("%s: %d values for %d", r[0], len(got), len(want))
		}
		c.compare(got, want)
		out.Checks = append(out.Checks, c)
	}
	if len(out.Checks) != len(runners) {
		return out, fmt.Errorf("%d oracles are listed, %d can run", len(out.Checks), len(runners))
	}
	return out, nil
}

func (c *check) compare(got, want []float64) {
	c.Max = -1
	c.Holds = true
	for i := range want {
		d := math.Abs(got[i] - want[i])
		if c.Scale == "relative" {
			d /= math.Max(1, math.Abs(want[i]))
		}
		if !(d <= c.Tolerance) {
			c.Holds = false
		}
		if d > c.Max || math.IsNaN(d) {
			c.Max, c.Expected, c.Got = d, want[i], got[i]
		}
	}
}

// oracle reads inputs and expected values, which lie beside the tests of the packages.
type oracle struct{ root string }

func (o oracle) json(name string, into any) error {
	b, err := os.ReadFile(filepath.Join(o.root, "internal", "measure", filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// table reads the numeric columns of a CSV.
func (o oracle) table(name string) (map[string][]float64, error) {
	b, err := os.ReadFile(filepath.Join(o.root, "internal", "measure", filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	table, err := record.Ours(b)
	if err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for _, r := range table.Rows {
		for j, cell := range r.Cells {
			if v, err := strconv.ParseFloat(cell, 64); err == nil {
				out[table.Head[j]] = append(out[table.Head[j]], v)
			}
		}
	}
	return out, nil
}
