package calc

import (
	"fmt"
	"testing"

	"nhipso/internal/fault"
)

func TestProbe(t *testing.T) {
	io := func(table string, more ...string) (files, []string) {
		return files{"T": table}, append([]string{"io", "--table", "T"}, more...)
	}
	type c struct {
		disk files
		args []string
	}
	var cases []c
	add := func(d files, a []string) { cases = append(cases, c{d, a}) }
	add(io("code,a,b,fd\na,1,2,3\nb,2,,3\nva,3,4,0\n", "--value-added", "va", "--final", "fd"))
	add(io("code,a,b,fd\na,1,2,3\nb,2,x,3\nva,3,4,0\n", "--value-added", "va", "--final", "fd"))
	add(io("code,a,b,fd\na,1,2,3\nb,2,NaN,3\nva,3,4,0\n", "--value-added", "va", "--final", "fd"))
	add(io("code,a,b,fd\na,1,2,3\nb,2,1e999,3\nva,3,4,0\n", "--value-added", "va", "--final", "fd"))
	add(io("code,a,b,fd\na,1,2,3\nb,2,3\nva,3,4,0\n", "--value-added", "va", "--final", "fd"))
	add(io("code,a,b,fd\na,1,2,3\na,2,3,3\nva,3,4,0\n", "--value-added", "va", "--final", "fd"))
	add(io("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\n", "--value-added", "gva", "--final", "fd"))
	add(io("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\n", "--value-added", "va", "--final", "fx"))
	add(io("code,a,b,fd\na,10,2,3\nb,2,30,3\nx,10,30,0\n", "--output", "x", "--final", "fd"))
	add(io("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\nx,0,9,0\n", "--value-added", "va", "--output", "x", "--final", "fd"))
	add(io("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\n", "--value-added", "va", "--final", "fd", "--what", "nonsense"))
	add(io("code,a,b,fd\nc,1,2,3\nd,2,3,3\n", "--final", "fd"))
	add(io("code,a\na,1\n"))
	add(io("", ""))
	add(io("code,a,b,fd\na,1,2,3\nb,2,3,3\n", "--what", "flows", "--final", "fd"))
	add(files{}, []string{"io", "--table", "none.csv"})
	add(files{}, []string{"io"})
	add(files{}, []string{"io", "--nonsense", "x"})
	add(files{}, []string{"nonsense"})
	adb := func(table string, more ...string) { add(files{"T": table}, append([]string{"digital", "--table", "T"}, more...)) }
	adb("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\n", "--value-added", "va", "--digital", "zz")
	adb("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\n", "--value-added", "va")
	adb("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\n", "--value-added", "va", "--digital", "a,a")
	adb("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\n", "--value-added", "va", "--digital", "a", "--definition", "nso")
	adb("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\nd,1,3,0\n", "--value-added", "va", "--digital", "a", "--definition", "nso", "--coefficients", "d")
	adb("code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\n", "--value-added", "va", "--digital", "a", "--definition", "product-ratio")
	bal := func(m, u, v string, more ...string) {
		add(files{"M": m, "U": u, "V": v}, append([]string{"balance", "--matrix", "M", "--rows", "U", "--cols", "V"}, more...))
	}
	bal("1,2\n3,4\n", "5,5\n", "4,7\n")
	bal("1,2\n3,4\n", "5,5\n", "4,7\n", "--gap", "scale-columns")
	bal("1,-2\n3,4\n", "5,5\n", "4,6\n")
	bal("0,0\n3,4\n", "5,5\n", "4,6\n")
	bal("1,0\n0,1\n", "5,5\n", "4,6\n")
	bal("1,2\n3,4\n", "5,0\n", "4,1\n")
	bal("1,2\n3,4\n", "5\n", "4,1\n")
	bal("code,a,b\nx,1,2\ny,3,4\n", "code,value\nx,5\nz,5\n", "4,6\n")
	bal("1,2\n3,4\n", "5,5\n", "4,6\n", "--method", "none")
	bal("1,2\n3,4\n", "code,value,se\n1,5,1\n2,5,1\n", "code,value,se\n1,4,1\n2,7,2\n", "--method", "kras")
	bal("1,2\n3,4\n", "5,5\n", "4,7\n", "--method", "kras")
	bal("1\n", "5\n", "5\n")
	rec := func(x, g string, more ...string) {
		add(files{"X": x, "G": g, "V": "a,0\nb,0\n"}, append([]string{"reconcile", "--values", "X", "--constraints", "G"}, more...))
	}
	rec("a,20\nb,5\n", "a,b,total\n1,1,40\n1,1,41\n")
	rec("a,20\nb,5\n", "a,b,total\n1,1,40\n", "--variances", "V")
	rec("a,20\nb,5\n", "a,c,total\n1,1,40\n")
	rec("a,20\nb,5\n", "a,b\n1,1\n")
	rec("a,20\na,5\n", "a,b,total\n1,1,40\n")
	rec("a,20\nb,-5\n", "a,b,total\n1,1,40\n")
	rec("a,20\nb,5\n", "a + c = 40\n")
	rec("a,20\nb,5\n", "a - b = 40\n", "--non-negative")
	sm := func(d string, more ...string) {
		add(files{"D": d}, append([]string{"smallarea", "--data", "D", "--direct", "y", "--variance", "v", "--covariates", "x"}, more...))
	}
	sm("y,v,x\n1,1,1\n2,1,2\n")
	sm("y,v,x\n1,1,1\n2,1,1\n3,1,1\n4,1,1\n1,1,1\n2,1,1\n3,1,1\n4,1,1\n")
	sm("y,v,x\n1,-1,1\n2,1,1\n3,1,1\n4,1,1\n1,1,1\n2,1,1\n3,1,1\n4,1,3\n")
	sm("y,v,x\n,1,1\n2,1,1\n3,1,1\n4,1,1\n1,1,1\n2,1,1\n3,1,1\n4,1,3\n")
	sm("y,v,z\n1,1,1\n2,1,2\n")
	se := func(s string, more ...string) {
		add(files{"S": s}, append([]string{"seasonal", "--series", "S"}, more...))
	}
	se("1\n2\n3\n", "--period", "12")
	se("1\n2\n3\n")
	long := ""
	for i := range 48 {
		long += fmt.Sprintf("%d\n", i%12-3)
	}
	se(long, "--period", "12", "--method", "x11")
	se(long, "--period", "12", "--method", "x11", "--mode", "additive")
	se(long, "--period", "12", "--method", "stl")
	se(long, "--period", "12", "--method", "stl", "--extend")
	se(long, "--period", "7", "--method", "x11", "--mode", "additive")
	dis := func(l, i string, more ...string) {
		add(files{"L": l, "I": i}, append([]string{"disaggregate", "--low", "L", "--indicator", "I"}, more...))
	}
	quarters := func(n int, f func(i int) float64) string {
		out := "period,value\n"
		for i := range n {
			out += csvRow(fmt.Sprintf("%d-Q%d", 2000+i/4, i%4+1), f(i))
		}
		return out
	}
	dis("2000,1\n", quarters(4, func(i int) float64 { return 1 }))
	dis("2000,1\n2001,2\n2002,3\n2003,5\n", quarters(16, func(i int) float64 { return 1 }))
	dis("2000,1\n2001,2\n2002,3\n2003,5\n", quarters(16, func(i int) float64 { return float64(i) }))
	dis("2000,1\n2001,2\n2002,3\n2003,5\n", "period,value\n2000-Q1,\n")
	dis("2000,1\n2001,2\n2002,3\n2003,5\n", "period,value\n2000,1\n2001,2\n")
	dis("2000,5\n2001,5\n2002,5\n2003,5\n", quarters(16, func(i int) float64 { return float64(i % 5) }))
	dis("2000,0\n2001,0\n2002,0\n2003,0\n", quarters(16, func(i int) float64 { return float64(i % 5) }))
	bm := func(l, i string, more ...string) {
		add(files{"L": l, "I": i}, append([]string{"benchmark", "--low", "L", "--indicator", "I"}, more...))
	}
	bm("2000,1\n", quarters(4, func(i int) float64 { return 0 }))
	bm("2000,1\n", quarters(4, func(i int) float64 { return 1 }))
	bm("2000,0\n2001,0\n", quarters(8, func(i int) float64 { return 1 }))
	bm("2000,0\n2001,0\n", quarters(8, func(i int) float64 { return 1 }), "--method", "grp")
	bm("2000,1\n2001,1\n", quarters(8, func(i int) float64 { return 1 }), "--differences", "5")
	bm("2000,1\n2001,1\n", quarters(8, func(i int) float64 { return 1 }), "--method", "dagum-cholette", "--rho", "3")
	now := func(m, d string, more ...string) {
		add(files{"M": m, "D": d, "old": "period,a\n2000,1\n2001,2\n"}, append([]string{"nowcast", "--model", "M", "--data", "D"}, more...))
	}
	now(`{"Z":1}`, "1\n2\n")
	now(`{"Z":1,"T":1,"H":1,"Q":1,"zzz":1}`, "1\n2\n")
	now(`{"Z":1,"T":1,"H":-1,"Q":1}`, "1\n2\n")
	now(`{"Z":1,"T":1,"H":0,"Q":0}`, "1\n2\n")
	now(`{"Z":1,"T":1,"H":1,"Q":1}`, "NA\nNA\n")
	now(`{"Z":1,"T":[[1,2]],"H":1,"Q":1}`, "1\n2\n")
	now(`{"model":"local-level"}`, "1\n1\n1\n")
	now(`{"model":"local-level"}`, "1\n")
	now(`{"model":"arima"}`, "1\n")
	now(`[`, "1\n")
	now(`{"Z":1,"T":1,"H":1,"Q":1}`, "period,a\n2000,1\n2001,2\n", "--data-old", "old", "--target-period", "1990")
	now(`{"Z":1,"T":1,"H":1,"Q":1}`, "period,a\n2000,1\n2001,2\n2002,4\n", "--data-old", "old")
	now(`{"Z":1,"T":1,"H":1,"Q":1}`, "period,a\n2000,1\n2001,\n", "--data-old", "old")
	now(`{"Z":1,"T":1,"H":1,"Q":1}`, "period,a\n2000,1\n2001,\n", "--horizon", "-1")
	ch := func(d string, more ...string) {
		add(files{"D": d}, append([]string{"chain", "--data", "D"}, more...))
	}
	ch("period,item,price,quantity\n2000,a,1,1\n")
	ch("period,item,price,quantity\n2000,a,1,1\n2001,a,0,1\n")
	ch("period,item,price,quantity\n2000,a,1,1\n2001,a,1,\n")
	ch("period,item,price,quantity\n2000,a,1,1\n2002,a,1,1\n")
	ch("period,item,price,quantity\n2000,a,1,1\n2001,a,1,1\n2000,b,,0\n2001,b,2,1\n2002,a,1,1\n2002,b,1,1\n")
	ch("period,item,price,quantity\n2000,a,1,1\n2001,a,1,1\n", "--reference", "1990")
	ch("item,output,output_price,intermediate,intermediate_price\nx,100,1,200,1\n", "--what", "deflate")
	ch("item,output,output_price,intermediate,intermediate_price\nx,100,1,90,0.5\n", "--what", "deflate")
	gr := func(more ...string) {
		add(files{"R": "period,first,latest\n2000,1,2\n2001,1,1\n", "S": "period,part,whole\n2000,0,1\n2001,1,2\n"}, append([]string{"growth"}, more...))
	}
	gr("--share", "0", "--target", "0.3", "--years", "5", "--gdp-growth", "0.1")
	gr("--share", "14", "--target", "30", "--years", "5", "--gdp-growth", "0.1")
	gr("--share", "0.1", "--target", "0.3", "--years", "0", "--gdp-growth", "0.1")
	gr("--share", "0.1", "--target", "0.3", "--years", "5", "--gdp-growth", "-1")
	gr("--share", "0.1", "--target", "0.3", "--years", "5", "--gdp-growth", "0.1,0.2")
	gr("--share", "0.1", "--target", "0.3", "--years", "5", "--gdp-growth", "NaN")
	gr("--what", "share", "--data", "S")
	gr("--what", "revisions", "--data", "R")
	lq := func(r, n string, more ...string) { add(files{"R": r, "N": n}, append([]string{"lq", "--region", "R", "--nation", "N"}, more...)) }
	lq("1,2\n", "0,4\n")
	lq("0,2\n", "3,4\n")
	lq("0,2\n", "0,4\n")
	lq("1,2\n", "1,2\n", "--delta", "1")
	lq("1,5\n", "1,2\n")
	for _, c := range cases {
		out, errs, err := run("en", c.disk, append(c.args, "--json")...)
		s := ""
		if err != nil {
			s = "ERR " + fault.CodeOf(err) + " :: " + fault.In(err, "en")
		} else {
			s = "ok " + fmt.Sprint(len(out)) + " " + errs
		}
		fmt.Println(c.args, "=>", s)
	}
}
