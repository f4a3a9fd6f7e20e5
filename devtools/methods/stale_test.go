package main

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite doc/methods/oracles.json and code.json")

const root = "../.."

func read(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "doc", "methods", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func TestEveryOracleHoldsAndTheMethodPagesSaySo(t *testing.T) {
	if *update {
		if err := write(root, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	now, err := run(root)
	if err != nil {
		t.Fatal(err)
	}
	var kept results
	read(t, "oracles.json", &kept)
	if !reflect.DeepEqual(now.Pages, kept.Pages) || len(now.Checks) != len(kept.Checks) {
		t.Fatal("doc/methods/oracles.json is stale; run: go run ./devtools/methods")
	}
	if _, err := time.Parse("2006-01-02", kept.Date); err != nil {
		t.Error(err)
	}
	for i, c := range now.Checks {
		t.Run(c.ID, func(t *testing.T) {
			if !c.Holds {
				t.Errorf("expected %v, got %v: off by %v, allowed %v", c.Expected, c.Got, c.Max, c.Tolerance)
			}
			// Another processor may round the last bits in another way, so differences are compared by what they leave of the tolerance.
			k := kept.Checks[i]
			if k.ID != c.ID || k.Package != c.Package || k.Oracle != c.Oracle || k.Compared != c.Compared || k.Values != c.Values || k.Tolerance != c.Tolerance || k.Holds != c.Holds ||
				math.Abs(k.Max-c.Max) > c.Tolerance/2 {
				t.Error("doc/methods/oracles.json is stale; run: go run ./devtools/methods")
			}
		})
	}
}

func TestTheDocumentationOnTheMethodPagesIsThatOfTheCode(t *testing.T) {
	now, err := document(root)
	if err != nil {
		t.Fatal(err)
	}
	var kept []packageDoc
	read(t, "code.json", &kept)
	if !reflect.DeepEqual(now, kept) {
		t.Error("doc/methods/code.json is stale; run: go run ./devtools/methods")
	}
	for _, p := range now {
		if p.Doc == "" || len(p.Items) == 0 {
			t.Errorf("%s says nothing", p.Name)
		}
	}
}

func TestAWrongNumberIsNoticed(t *testing.T) {
	c := check{Scale: "relative", Tolerance: 1e-9}
	c.compare([]float64{1, 100 + 1e-6}, []float64{1, 100})
	if c.Holds || c.Expected != 100 {
		t.Errorf("%+v", c)
	}
	c = check{Scale: "absolute", Tolerance: 1e-9}
	c.compare([]float64{math.NaN()}, []float64{1})
	if c.Holds {
		t.Error("NaN passes")
	}
}

func TestEveryMethodPageKnowsItsPackages(t *testing.T) {
	now, err := run(root)
	if err != nil {
		t.Fatal(err)
	}
	packages, err := document(root)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, p := range packages {
		known[p.Name] = true
	}
	for page, list := range now.Pages {
		found, _ := filepath.Glob(filepath.Join(root, "doc", "methods", page+".*md"))
		if plain, _ := filepath.Glob(filepath.Join(root, "doc", "methods", page+".md")); len(found)+len(plain) == 0 {
			t.Errorf("there is no page %s", page)
		}
		for _, p := range list {
			if !known[p] {
				t.Errorf("%s names package %s, which does not exist", page, p)
			}
		}
	}
}
