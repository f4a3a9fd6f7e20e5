package nowcast_test

import (
	"fmt"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestNowcastModels(t *testing.T) {
	data := "period,a\n2024-01,3\n2024-02,\n2024-03,4\n2024-04,6\n2024-05,5\n"
	run := func(t *testing.T, model string, args ...string) calctest.Tree {
		t.Helper()
		return calctest.Ask(t, calctest.Files{"M": model, "D": data, "old": strings.Replace(data, "05,5", "05,", 1)}, append([]string{"nowcast", "--model", "M", "--data", "D"}, args...)...)
	}
	same := func(t *testing.T, what string, a, b calctest.Tree) {
		t.Helper()
		calctest.Near(t, what, []float64{a.At("logLik").Number()}, []float64{b.At("logLik").Number()}, 1e-12)
		calctest.Near(t, what, a.At("forecast").Each("value"), b.At("forecast").Each("value"), 1e-12)
		calctest.Near(t, what, a.At("forecast").Each("se"), b.At("forecast").Each("se"), 1e-12)
	}
	t.Run("periods are written as the layout of series has them", func(t *testing.T) {
		r := run(t, `{"Z": 1, "T": 1, "H": 1, "Q": 1}`, "--data-old", "old", "--target-period", "2024-M06")
		for _, got := range []any{r.At("series", 0, "period").V, r.At("forecast", 0, "period").V, r.At("news", "period").V, r.At("news", "releases", 0, "period").V} {
			if !strings.HasPrefix(fmt.Sprint(got), "2024-0") {
				t.Error(got)
			}
		}
	})
	t.Run("a matrix for each period that is always the same is that matrix", func(t *testing.T) {
		want := run(t, `{"Z": [[1, 0]], "T": [[1, 1], [0, 1]], "H": [[2]], "Q": [[1, 0], [0, 0.1]], "d": 0.5, "c": [0.1, 0]}`)
		each := func(m string) string { return "[" + strings.Repeat(m+", ", 7) + m + "]" }
		same(t, "Z", run(t, `{"Z": `+each("[[1, 0]]")+`, "T": [[1, 1], [0, 1]], "H": 2, "Q": [1, 0.1], "d": 0.5, "c": [0.1, 0]}`), want)
		same(t, "all", run(t, `{"Z": `+each("[[1, 0]]")+`, "T": `+each("[[1, 1], [0, 1]]")+`, "H": `+each("[[2]]")+`, "R": `+each("[[1, 0], [0, 1]]")+`, "Q": `+each("[[1, 0], [0, 0.1]]")+
			`, "d": `+each("[0.5]")+`, "c": `+each("[0.1, 0]")+`}`), want)
	})
	t.Run("forecasts go as far as there are matrices; more is refused", func(t *testing.T) {
		model := `{"Z": [[[1]], [[2]], [[1]], [[3]], [[1]], [[2]]], "T": 1, "H": 1, "Q": 1}`
		if n := len(run(t, model).At("forecast").List()); n != 1 {
			t.Error(n)
		}
		calctest.Refused(t, calctest.Files{"M": model, "D": data}, "statespace.few-periods", "nowcast", "--model", "M", "--data", "D", "--horizon", "2")
	})
	t.Run("a start may be said as others say it", func(t *testing.T) {
		want := run(t, `{"Z": [1, 0], "T": [[1, 1], [0, 0.5]], "H": 1, "Q": [1, 1], "a1": [0, 0], "P1": [0, 2], "diffuse": [true, false]}`)
		same(t, "P1inf", run(t, `{"Z": [1, 0], "T": [[1, 1], [0, 0.5]], "H": 1, "Q": [1, 1], "P1": [[0, 0], [0, 2]], "P1inf": [[1, 0], [0, 0]], "description": "a level and a fading slope"}`), want)
		calctest.Refused(t, calctest.Files{"M": `{"Z": 1, "T": 1, "H": 1, "Q": 1, "P1inf": 3}`, "D": data}, "calc.bad-choice", "nowcast", "--model", "M", "--data", "D")
	})
}
