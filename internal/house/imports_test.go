package house

import (
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// rank orders the rooms: a room may import rooms of a lower rank, and of its own rank only where listed under beside.
// The order is that of doc/design.md.
var rank = map[string]int{
	"needs":          -1, // asked by tests of every room
	"testpack":       -1, // a country for tests, which knows nothing of ours
	"tabular/record": -1, // below everything: the sentences of errors are read with it
	"fault":          0, "stat": 1, "words": 1, "text": 2,
	"config":    3,
	"attach":    3, // which files may be attached
	"workbook":  3, // what every workbook of ours has in common
	"tabular":   3, // just above values and words
	"territory": 3, "catalog": 3,
	"cube":     4,
	"measure":  2, // pure statistics: needs stat and fault, nothing of the cube
	"pipeline": 5, "ioformat": 5,
	"register": 4,
	"notice":   8,
	"compare":  5, "crosstab": 5,
	"monitor": 6, "govern": 6,
	"recipe": 7, "reference": 7, "scenario": 7, "people": 7,
	"publish": 8,
	"store":   9, // implements what the rooms below declare
	"chart":   10, "geo": 10, "export": 10, "middleware": 10, "releasefile": 10,
	"backup": 10, "jobs": 10, "calc/command": 10,
	"calc": 11, "ops": 11, "pack": 11,
	"api": 12, "web/shell": 12, "web/portal": 13, "web/desk": 13, "web/follow": 13,
	"module": 13, "intake": 14, "records": 14,
	"view": 9, "difference": 10, "glossary": 4, "mathml": 0,
	"house": testsOnly, "e2e": testsOnly,
}

// testsOnly is the rank of rooms that hold tests and no part of the program.
const testsOnly = 99

// beside lists the imports allowed between rooms of one rank.
var beside = map[string]bool{"chart geo": true, "chart export": true, "recipe scenario": true}

type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "nhipso/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// room gives the room of a package: the first element after internal/, or "" outside. A package inside a room may have a rank of its own.
func room(path string) string {
	rest, ok := strings.CutPrefix(path, "nhipso/internal/")
	if !ok {
		return ""
	}
	if _, own := rank[rest]; own {
		return rest
	}
	r, _, _ := strings.Cut(rest, "/")
	return r
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		from := room(p.ImportPath)
		if from == "" {
			continue
		}
		if _, known := rank[from]; !known {
			t.Errorf("room %s has no place in the order of rooms: give it one here and in doc/design.md", from)
			continue
		}
		for _, i := range p.Imports {
			to := room(i)
			if strings.HasPrefix(i, "nhipso/cmd") || strings.HasPrefix(i, "nhipso/devtools") {
				t.Errorf("%s imports %s: nothing imports a command", p.ImportPath, i)
			}
			if to == "" || to == from {
				continue
			}
			if rank[to] > rank[from] || rank[to] == rank[from] && !beside[from+" "+to] {
				t.Errorf("%s imports %s, which comes after it", p.ImportPath, i)
			}
		}
	}
}

// What two families of calculations share lies in a room below both; only the list of calculations knows them all.
func TestFamiliesOfCalculationsStandApart(t *testing.T) {
	const calc = "nhipso/internal/calc"
	shared := map[string]bool{calc + "/command": true, calc + "/iotable": true, calc + "/identity": true,
		calc + "/uncertainty": true} // whose questions growth asks beside its own
	families := 0
	for _, p := range packages(t) {
		if p.ImportPath == calc {
			continue
		}
		inside := strings.HasPrefix(p.ImportPath, calc+"/")
		if inside && !shared[p.ImportPath] {
			families++
		}
		for _, i := range p.Imports {
			if strings.HasPrefix(i, calc+"/") && !(inside && shared[i]) {
				t.Errorf("%s imports %s, which only %s may", p.ImportPath, i, calc)
			}
		}
	}
	if families < 10 {
		t.Errorf("only %d families were found", families)
	}
}

// pureOwn and pureStd are what methods may import of ours and of the standard library.
var (
	pureOwn = map[string]bool{"nhipso/internal/stat": true, "nhipso/internal/fault": true}
	pureStd = map[string]bool{
		"bytes": true, "cmp": true, "crypto/sha256": true, "encoding/binary": true, "encoding/json": true, "context": true, "errors": true, "fmt": true,
		"io": true /* io.EOF ends a YAML stream */, "maps": true, "math": true, "math/bits": true, "math/rand/v2": true, "runtime": true,
		"slices": true, "sort": true, "strconv": true, "strings": true, "sync": true, "sync/atomic": true,
	}
)

func TestMeasureIsPure(t *testing.T) {
	for _, p := range packages(t) {
		if room(p.ImportPath) != "measure" {
			continue
		}
		for _, i := range p.Imports {
			switch {
			case strings.HasPrefix(i, "nhipso/internal/measure/"), strings.HasPrefix(i, "gonum.org/"), strings.HasPrefix(i, "gopkg.in/yaml"), pureOwn[i], pureStd[i]:
			default:
				t.Errorf("%s imports %s: a method may do no input or output and know no clock", p.ImportPath, i)
			}
		}
	}
}
