package smallarea

import (
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/measure/measuretest"
)

func TestFactors(t *testing.T) {
	t.Run("a factor becomes one column a level but the first", func(t *testing.T) {
		z, names, err := WithFactor(mat.NewDense(3, 1, []float64{1, 1, 1}), []string{"constant"}, "region", []string{"south", "north", "south"}, false)
		if err != nil {
			t.Fatal(err)
		}
		if len(names) != 2 || names[1] != "region=south" || z.At(0, 1) != 1 || z.At(1, 1) != 0 {
			t.Fatal(names, z)
		}
		_, _, err = WithFactor(mat.NewDense(3, 1, nil), nil, "region", []string{"south"}, false)
		measuretest.Fails(t, err, "smallarea.shape")
	})
	t.Run("levels that are numbers are ordered by size", func(t *testing.T) {
		for want, levels := range map[string][]string{"r=9 r=10 r=11": {"10", "2", "11", "9", "2"}, "r=10 r=11 r=b": {"10", "b", "11", "10", "1"}} {
			_, names, err := WithFactor(mat.NewDense(5, 1, nil), nil, "r", levels, false)
			if err != nil || strings.Join(names, " ") != want {
				t.Errorf("%v: %v, %v", levels, names, err)
			}
		}
	})
	t.Run("a factor that holds the level of a model is the same model with other names for β", func(t *testing.T) {
		_, d := load(t)
		levels := []string{"n", "s", "n", "s", "n", "s", "s", "s"}
		z, _, err := WithFactor(d.Covariates, d.CovariateNames, "r", levels, false)
		if err != nil {
			t.Fatal(err)
		}
		whole, names, err := WithFactor(mat.DenseCopyOf(d.Covariates.Slice(0, 8, 1, 2)), []string{"x"}, "r", levels, true)
		if err != nil || strings.Join(names, " ") != "x r=n r=s" {
			t.Fatal(names, err)
		}
		d.Covariates = z
		f := fit(t, d, Options{})
		d.Covariates = whole
		g := fit(t, d, Options{})
		measuretest.Near(t, "A", g.A, f.A, 1e-12)
		measuretest.Near(t, "north", g.Beta[1], f.Beta[0], 1e-12)
		measuretest.Near(t, "south", g.Beta[2], f.Beta[0]+f.Beta[2], 1e-12)
		alone, _, err := WithFactor(nil, nil, "r", levels, true)
		if _, k := alone.Dims(); err != nil || k != 2 {
			t.Fatal(k, err)
		}
		_, _, err = WithFactor(nil, nil, "r", []string{"s", "s"}, false)
		measuretest.Fails(t, err, "smallarea.empty")
	})
}
