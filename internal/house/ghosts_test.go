package house

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A rank of a room that does not exist, or a permission that nobody uses, is a door left open for nobody: the next import through it
// would pass unseen.
func TestTheOrderOfRoomsListsNoGhosts(t *testing.T) {
	exists, used, std := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range packages(t) {
		from := room(p.ImportPath)
		exists[from] = true
		for _, i := range p.Imports {
			if to := room(i); from != "" && to != "" {
				used[from+" "+to] = true
			}
			if from == "measure" {
				std[i] = true
			}
		}
	}
	for r := range rank {
		if !exists[r] {
			t.Errorf("room %s has a rank and does not exist", r)
		}
	}
	for pair := range beside {
		a, b, _ := strings.Cut(pair, " ")
		if rank[a] != rank[b] || a == b {
			t.Errorf("%q: rooms of two ranks need no permission", pair)
		}
		if !used[pair] {
			t.Errorf("%q is permitted and nobody does it", pair)
		}
	}
	for _, list := range []map[string]bool{pureOwn, pureStd} {
		for path := range list {
			if !std[path] {
				t.Errorf("methods may import %s and none does", path)
			}
		}
	}
}

// The page that people read and the table that the tests hold to are one order.
func TestTheOrderOfRoomsIsThatOfTheDesign(t *testing.T) {
	b, err := os.ReadFile(root + "/doc/design.md")
	if err != nil {
		t.Fatal(err)
	}
	line, name := regexp.MustCompile(`(?m)^\| (\d+|–) \| (.*?) \|`), regexp.MustCompile("`([a-z/]+)(?:/…)?`")
	written := map[string]int{}
	for _, m := range line.FindAllStringSubmatch(string(b), -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			n = -1
		}
		for _, r := range name.FindAllStringSubmatch(m[2], -1) {
			written[r[1]] = n
		}
	}
	for r, n := range rank {
		if at, ok := written[r]; (!ok || at != n) && n != testsOnly {
			t.Errorf("room %s has rank %d here and %d in doc/design.md (found %v)", r, n, at, ok)
		}
	}
}
