package cube_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/cube"
)

// step is an element, or an error in its place.
type step struct {
	n   int
	err error
}

func steps(list []step, ended *bool) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		defer func() { *ended = true }()
		for _, s := range list {
			if !yield(s.n, s.err) {
				return
			}
		}
	}
}

func TestAheadGivesTheSameInTheSameOrder(t *testing.T) {
	broken := errors.New("broken")
	rapid.Check(t, func(t *rapid.T) {
		n, every := rapid.IntRange(0, 3000).Draw(t, "elements"), rapid.IntRange(2, 900).Draw(t, "errors")
		var given, got []step
		for i := range n {
			if i%every == every-1 {
				given = append(given, step{0, broken})
			} else {
				given = append(given, step{n: i})
			}
		}
		stop, ended := rapid.IntRange(0, 3000).Draw(t, "taken"), false
		for x, err := range cube.Ahead(steps(given, &ended)) {
			if len(got) == stop {
				break
			}
			got = append(got, step{x, err})
		}
		if want := given[:min(stop, n)]; !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if !ended {
			t.Fatal("the sequence goes on after nobody takes from it")
		}
	})
}

// A panic strikes who takes, who may have set a net under it, after the elements before.
func TestAheadHandsOnAPanic(t *testing.T) {
	taken := 0
	defer func() {
		if p := fmt.Sprint(recover()); !strings.HasPrefix(p, "torn\n") || taken != 300 {
			t.Fatal(p, taken)
		}
	}()
	for range cube.Ahead(func(yield func(int, error) bool) {
		for i := range 300 {
			if !yield(i, nil) {
				return
			}
		}
		panic("torn")
	}) {
		taken++
	}
	t.Fatal("no panic")
}
