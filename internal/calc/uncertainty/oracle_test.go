package uncertainty_test

import (
	"strconv"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestRevisionOracles(t *testing.T) {
	c := calctest.Oracle(t, "constructed-identities.json")
	t.Run("revisions", func(t *testing.T) {
		v := c.At("revisions")
		data := "period,first,latest\n"
		for i := range 6 {
			data += calctest.CSVRow(strconv.Itoa(2019+i), v.At("first", i).Number(), v.At("latest", i).Number())
		}
		r := calctest.Ask(t, calctest.Files{"d": data}, "growth", "--what", "revisions", "--data", "d")
		v.At("revision").Near(r.At("revision").Numbers(), 1e-9)
		v.At("mean_revision").Near([]float64{r.At("meanRevision").Number()}, 1e-9)
		for name, key := range map[string]string{"mean_absolute_revision": "meanAbsoluteRevision", "relative_mean_absolute_revision": "relativeMeanAbsoluteRevision", "rmsr": "rootMeanSquareRevision",
			"sd_sample": "sd", "share_positive": "sharePositive", "change_direction_agreement": "directionAgreement"} {
			v.At(name).Near([]float64{r.At(key).Number()}, 1e-9)
		}
		if r.At("meanTest").V != nil {
			t.Error("six revisions are too few for a test that nobody asked for")
		}
		tested := calctest.Ask(t, calctest.Files{"d": data}, "growth", "--what", "revisions", "--data", "d", "--lag", "0")
		v.At("t_no_autocorrelation").Near([]float64{tested.At("meanTest", "t").Number()}, 1e-9)
	})
}
