package composite_test

import (
	"fmt"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestUnitsThatMergedTakeTheSimpleAverage(t *testing.T) {
	method := "code: i\nversion: v\nfrom: 2024-01-01\nweights: equal\nnormalise: {kind: goalposts, low: 0, high: 1}\nmerge: {rule: simple-average}\nindex: {code: i, parts: [{code: a}, {code: b}]}\n"
	disk := calctest.Files{"m": method, "d": "unit,a,b\nold1,0.2,0.4\nold2,0.6,0.5\nold3,0.3,0.1\n", "g": "old_code,new_code\nold1,new\nold3,old3\nold2,new\n", "w": "new,old\nnew,old1\nnew,old9\n"}
	r := calctest.Ask(t, disk, "index", "--data", "d", "--method", "m", "--merge", "g")
	calctest.Near(t, "scores", r.At("scores").By("new", "old3"), []float64{0.425, 0.2}, 1e-12)
	_, _, err := calctest.Run("en", disk, "index", "--data", "d", "--method", "m", "--merge", "w")
	if err == nil || !strings.HasPrefix(err.Error(), "w: ") {
		t.Error(fmt.Sprint(err))
	}
}
