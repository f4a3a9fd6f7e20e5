package ioformat

import (
	"testing"

	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/satellite"
	"nhipso/internal/tabular"
)

// BenchmarkUnitedStates402 is the digital value added of the United States in 402 industries (model D, 2017) by the ADB block
// form, from the table in memory to the account.
func BenchmarkUnitedStates402(b *testing.B) {
	got, err := ReadBEA(published(b, "bea_Detail_Make_2017_BeforeRedef_17sch.csv.gz"), published(b, "bea_Detail_Use_2017_PRO_BeforeRedef_17sch.csv.gz"), "make", "use", tabular.Options{})
	if err != nil {
		b.Fatal(err)
	}
	table, err := got.Pair.Symmetric(inputoutput.ModelD, inputoutput.Total)
	if err != nil {
		b.Fatal(err)
	}
	digital := satellite.List{Codes: []string{"334111", "334112", "334210", "511200", "517110", "517210", "518200", "541511", "541512"}}
	for b.Loop() {
		m, err := inputoutput.NewModel(table, inputoutput.Options{})
		if err != nil {
			b.Fatal(err)
		}
		account, err := satellite.ADB{Model: m, Digital: digital, BlockOnly: true}.Compute()
		if err != nil || account.Bound > 1e-12 {
			b.Fatal(account.Bound, err)
		}
		for _, c := range account.Checks {
			if !c.Holds {
				b.Fatalf("%+v", c)
			}
		}
	}
}
