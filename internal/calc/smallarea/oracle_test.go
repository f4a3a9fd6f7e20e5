package smallarea_test

import (
	"fmt"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestSmallAreaOracles(t *testing.T) {
	c := calctest.Oracle(t, "constructed-identities.json")
	t.Run("Fay-Herriot: REML, ML, moments, and at the boundary", func(t *testing.T) {
		f := c.At("fay_herriot")
		data := "area,direct,other,x,psi\n"
		names := []string{}
		for i := range 8 {
			names = append(names, fmt.Sprintf("d%d", i+1))
			data += calctest.CSVRow(names[i], f.At("direct", i).Number(), f.At("boundary_case", "direct", i).Number(), f.At("x", i).Number(), f.At("sampling_variance", i).Number())
		}
		disk := calctest.Files{"D.csv": data}
		fit := func(direct, method string) calctest.Tree {
			return calctest.Ask(t, disk, "smallarea", "--data", "D.csv", "--direct", direct, "--variance", "psi", "--covariates", "x", "--method", method)
		}
		r, w := fit("direct", "reml"), f.At("reml")
		w.At("refvar").Near([]float64{r.At("A").Number()}, 1e-7)
		w.At("beta").Near(r.At("beta").By("constant", "x"), 1e-7)
		w.At("se").Near(r.At("se").By("constant", "x"), 1e-7)
		w.At("eblup").Near(r.At("eblup").By(names...), 1e-7)
		w.At("mse").Near(r.At("mse").By(names...), 1e-7)
		f.At("ml_refvar").Near([]float64{fit("direct", "ml").At("A").Number()}, 1e-7)
		f.At("fay_herriot_moment_refvar").Near([]float64{fit("direct", "fh").At("A").Number()}, 1e-7)
		b := fit("other", "reml")
		f.At("boundary_case", "eblup").Near(b.At("eblup").By(names...), 1e-7)
		f.At("boundary_case", "beta").Near(b.At("beta").By("constant", "x"), 1e-7)
		if b.At("A").Number() != 0 || len(b.At("notes").List()) == 0 {
			t.Error("A = 0 is not said")
		}
	})
}
