package balance_test

import (
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

// The same identities in every layout that a statistician may have them in.
func TestIdentitiesMayBeWrittenInMoreThanOneWay(t *testing.T) {
	x := "code,value,variance\n2020-Q1,20,20\nĐà Nẵng,5,5\n26,3,0\n"
	want := []float64{32, 8, 3}
	for name, g := range map[string]string{
		"wide":                    "constraint,2020-Q1,Đà Nẵng,26,rhs\nsum,1,1,1,43\n",
		"wide, total first":       "constraint,total,2020-Q1,Đà Nẵng,26\nsum,43,1,1,1\n",
		"wide, semicolons":        "2020-Q1;Đà Nẵng;26;tổng\n1;1;1;43,0\n",
		"long":                    "constraint,code,coefficient\ns,2020-Q1,1\ns,Đà Nẵng,1\ns,26,1\ns,,43\n",
		"long, total marked":      "constraint,code,coefficient\ns,rhs,43\ns,2020-Q1,1\ns,Đà Nẵng,1\ns,26,1\n",
		"long, total in a column": "constraint,code,coefficient,rhs\ns,2020-Q1,1,43\ns,Đà Nẵng,1,43\ns,26,1,43\n",
		"long, total once":        "constraint,variable,coefficient,total\ns,2020-Q1,1,43\ns,Đà Nẵng,1,\ns,26,1,\n",
		"equation":                "2020-Q1 + Đà Nẵng + 26 = 43\n",
		"equation, turned":        "43 − 26 = 2020-Q1+Đà Nẵng\n",
		"equation, products":      "2*2020-Q1 + Đà Nẵng*2 + 2*26 - 4.3e1 = 43\n",
		"equation, a number that is a code twice": "2020-Q1 + Đà Nẵng + 26 + 26 = 46\n",
		"equation, under a heading":               "constraint\n2020-Q1 + Đà Nẵng + 26 = 43\n",
		"equation, named":                         "sum: 2020-Q1 + Đà Nẵng + 26 = 43\n",
		"equation, named in a column":             "name,equation\nsum,2020-Q1 + Đà Nẵng + 26 = 43\n",
		"bare":                                    "1,1,1,43\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := calctest.Ask(t, calctest.Files{"X": x, "G": g}, "reconcile", "--values", "X", "--constraints", "G")
			calctest.Near(t, "values", r.At("values").By("2020-Q1", "Đà Nẵng", "26"), want, 1e-12)
			if strings.Contains(name, "named") {
				if got := r.At("constraints", 0, "name").V; got != "sum" {
					t.Fatal(got)
				}
			}
		})
	}
	for name, g := range map[string]string{"two codes multiplied": "2020-Q1*Đà Nẵng = 43\n", "two codes side by side": "2020-Q1 Đà Nẵng = 43\n", "an operator without a term": "2020-Q1 + = 43\n", "an unknown code": "2020-Q1 + Huế = 43\n",
		"no code": "1 + 2 = 3\n", "nothing on one side": "2020-Q1 + 26 =\n"} {
		t.Run(name, func(t *testing.T) {
			calctest.Refused(t, calctest.Files{"X": x, "G": g}, "calc.bad-equation", "reconcile", "--values", "X", "--constraints", "G")
		})
	}
	m, u, v := "code,a,b\nr,7,3\ns,2,9\n", "r,11\ns,12\n", "code,x,y\ntarget,10,13\n"
	calctest.Near(t, "targets in a row under codes that could be headings", calctest.Ask(t, calctest.Files{"M": strings.Replace(m, "a,b", "x,y", 1), "U": u, "V": v}, "balance", "--matrix", "M", "--rows", "U", "--cols", "V").At("columnTargets").By("x", "y"), []float64{10, 13}, 0)
	calctest.Refused(t, calctest.Files{"X": x, "G": "constraint,code,coefficient,rhs\ns,26,1,43\ns,2020-Q1,1,44\n"}, "calc.twice", "reconcile", "--values", "X", "--constraints", "G")
	calctest.Refused(t, calctest.Files{"X": x, "G": "constraint,code,coefficient,note\ns,26,1,43\n"}, "calc.no-code-in", "reconcile", "--values", "X", "--constraints", "G")
}
