package chain_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestChainOracles(t *testing.T) {
	c := calctest.Oracle(t, "constructed-identities.json")
	t.Run("chain linking, annual and quarterly", func(t *testing.T) {
		o := calctest.Oracle(t, "chain-linking.json")
		annual, quarterly := "period,item,price,quantity\n", "period,item,price,quantity\n"
		for _, item := range []string{"A", "B"} {
			q := calctest.RowsIn(o.At("quantities_quarterly", item))
			for y := range 4 {
				price := o.At("annual_prices", item, y).Number()
				total := o.At("quantities_1997", item).Number()
				if y > 0 {
					total = 0
					quarterly += fmt.Sprintf("%d,%s,%g,\n", 1997+y, item, price)
					for k, v := range q[y-1] {
						total += v
						quarterly += fmt.Sprintf("%dQ%d,%s,,%g\n", 1997+y, k+1, item, v)
					}
				} else {
					quarterly += fmt.Sprintf("1997,%s,%g,%g\n", item, price, total)
				}
				annual += fmt.Sprintf("%d,%s,%g,%g\n", 1997+y, item, price, total)
			}
		}
		disk := calctest.Files{"a": annual, "q": quarterly}
		w := o.At("expected")
		r := calctest.Ask(t, disk, "chain", "--data", "a", "--what", "laspeyres")
		w.At("annual_chain_laspeyres_1997_100").Near(r.At("series").Each("value"), 1e-9)
		w.At("current_value").Near(r.At("series").Each("current"), 1e-3) // printed without decimals
		r = calctest.Ask(t, disk, "chain", "--data", "q", "--what", "laspeyres")
		w.At("quarterly_annual_overlap").Near(r.At("series").Each("value"), 1e-9)
		w.At("annual_chain_laspeyres_1997_100").Near(r.At("annual").Each("value"), 1e-9)
		f := calctest.Ask(t, disk, "chain", "--data", "a", "--what", "fisher")
		for _, s := range f.At("series").List()[1:] {
			calctest.Near(t, "Fisher", []float64{s.At("fisher").Number()}, []float64{math.Sqrt(s.At("laspeyres").Number() * s.At("paasche").Number())}, 1e-12)
		}
		for _, s := range append(f.At("contributions").List(), calctest.Ask(t, disk, "chain", "--data", "q", "--what", "contributions").At("series").List()...) {
			calctest.Near(t, "contributions", []float64{s.At("items", "A").Number() + s.At("items", "B").Number() + s.At("linking").Number()}, []float64{s.At("growth").Number()}, 1e-12)
		}
	})
	t.Run("double deflation", func(t *testing.T) {
		d := c.At("double_deflation")
		head := []string{"output_current", "output_price_index", "intermediate_current", "intermediate_price_index", "value_added_previous_year"}
		row := []float64{}
		for _, h := range head {
			row = append(row, d.At(h).Number())
		}
		r := calctest.Ask(t, calctest.Files{"d": strings.Join(head, ",") + "\n" + calctest.Bare(row)}, "chain", "--data", "d", "--what", "deflate").At("series", 0)
		w := d.At("expected")
		for name, key := range map[string]string{"value_added_volume": "double", "implicit_value_added_price": "implicitPrice", "single_deflation_volume": "single", "growth_double": "growthDouble", "growth_single": "growthSingle"} {
			w.At(name).Near([]float64{r.At(key).Number()}, 1e-9)
		}
	})
}
