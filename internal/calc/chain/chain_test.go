package chain_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
	"nhipso/internal/fault"
)

// twoItems is three years of quarters of two items, and two quarters of a fourth, each with its own price and quantity.
func twoItems() (file string, price, quantity [2][]float64) {
	file = "period,item,price,quantity\n"
	for i, item := range []string{"A", "B"} {
		for k := range 14 {
			p, q := 2+float64((k*(3+i)+i)%7)/3, 10+float64((k*5+i*4)%11)
			price[i], quantity[i] = append(price[i], p), append(quantity[i], q)
			file += fmt.Sprintf("%d-Q%d,%s,%v,%v\n", 2020+k/4, k%4+1, item, p, q)
		}
	}
	return file, price, quantity
}

func TestChainOfQuartersWithPricesOfTheirOwn(t *testing.T) {
	file, p, q := twoItems()
	disk := calctest.Files{"q": file}
	value := func(prices [2]float64, k int) float64 { return prices[0]*q[0][k] + prices[1]*q[1][k] }
	of := func(k int) [2]float64 { return [2]float64{p[0][k], p[1][k]} }
	average := func(t int) (out [2]float64) {
		for i := range out {
			v, s := 0.0, 0.0
			for k := 4 * t; k < 4*t+4; k++ {
				v, s = v+p[i][k]*q[i][k], s+q[i][k]
			}
			out[i] = v / s
		}
		return out
	}
	year := func(prices [2]float64, t int) (s float64) {
		for k := 4 * t; k < 4*t+4; k++ {
			s += value(prices, k)
		}
		return s
	}
	t.Run("the first year has an index for each quarter, and the unfinished one for those there are", func(t *testing.T) {
		r := calctest.Ask(t, disk, "chain", "--data", "q")
		chain, want := []float64{100}, []float64{}
		for t := 1; t < 3; t++ {
			chain = append(chain, chain[t-1]*year(average(t-1), t)/year(average(t-1), t-1))
		}
		for k := range 14 {
			before := max(k/4-1, 0)
			want = append(want, chain[before]*value(average(before), k)/(year(average(before), before)/4))
		}
		calctest.Near(t, "quarters", r.At("series").Each("value"), want, 1e-12)
		calctest.Near(t, "years", r.At("annual").Each("value"), chain, 1e-12)
		if first, last := r.At("series", 0, "period").V, r.At("series", -1, "period").V; first != "2020-Q1" || last != "2023-Q2" {
			t.Errorf("from %v to %v", first, last)
		}
		calctest.Near(t, "price", []float64{r.At("annual", 2, "priceIndex").Number()}, []float64{year(average(2), 2) / year(average(0), 0) / chain[2] * 1e4}, 1e-12)
		c := calctest.Ask(t, disk, "chain", "--data", "q", "--what", "contributions", "--lag", "4").At("series")
		if n := len(c.List()); n != 10 || c.At(0, "period").V != "2021-Q1" {
			t.Errorf("%d contributions from %v", n, c.At(0, "period").V)
		}
		for k, s := range c.List() {
			calctest.Near(t, "growth", []float64{s.At("items", "A").Number() + s.At("items", "B").Number() + s.At("linking").Number(), s.At("growth").Number()}, []float64{want[k+4]/want[k] - 1, want[k+4]/want[k] - 1}, 1e-12)
		}
	})
	t.Run("over the year, at the prices of the quarter itself, and says so", func(t *testing.T) {
		r := calctest.Ask(t, disk, "chain", "--data", "q", "--link", "over-the-year")
		got := r.At("series").Each("value")
		for k := 4; k < 14; k++ {
			calctest.Near(t, "growth on a year ago", []float64{got[k] / got[k-4]}, []float64{value(of(k-4), k) / value(of(k-4), k-4)}, 1e-12)
		}
		if r.At("notes", 0, "code").V != "calc.same-part-prices" {
			t.Error("not said")
		}
	})
	t.Run("Fisher between adjacent quarters, and on a fixed base", func(t *testing.T) {
		fisher := func(b, k int) float64 {
			return math.Sqrt(value(of(b), k) / value(of(b), b) * value(of(k), k) / value(of(k), b))
		}
		chain, direct := []float64{100}, []float64{100}
		for k := 1; k < 14; k++ {
			chain, direct = append(chain, chain[k-1]*fisher(k-1, k)), append(direct, 100*fisher(0, k))
		}
		calctest.Near(t, "chained", calctest.Ask(t, disk, "chain", "--data", "q", "--what", "fisher", "--by", "part").At("series").Each("value"), chain, 1e-12)
		calctest.Near(t, "direct", calctest.Ask(t, disk, "chain", "--data", "q", "--what", "fisher", "--by", "part", "--direct").At("series").Each("value"), direct, 1e-12)
		calctest.Near(t, "on 2021-Q1", []float64{calctest.Ask(t, disk, "chain", "--data", "q", "--what", "fisher", "--by", "part", "--reference", "2021-Q1").At("series", 4, "value").Number()}, []float64{100}, 1e-12)
	})
}

func TestChainOfValues(t *testing.T) {
	values := "period,item,current,previous\n2020,A,20,\n2020,B,40,\n2021,A,33,24\n2021,B,36,30\n2022,A,30,36\n2022,B,50,45\n"
	prices := "period,item,price,quantity\n2020,A,1,20\n2020,B,1,40\n2021,A,1.375,24\n2021,B,1.2,30\n"
	disk := calctest.Files{"v": values, "p": prices, "one": strings.ReplaceAll(strings.ReplaceAll("period,current,previous\n2020,60,\n2021,69,54\n2022,80,81\n", "\r", ""), " ", "")}
	calctest.Near(t, "index", calctest.Ask(t, disk, "chain", "--data", "v").At("series").Each("value"), []float64{100, 90, 90 * 81 / 69.0}, 1e-12)
	calctest.Near(t, "the total alone", calctest.Ask(t, disk, "chain", "--data", "one").At("series").Each("value"), []float64{100, 90, 90 * 81 / 69.0}, 1e-12)
	f, g := calctest.Ask(t, disk, "chain", "--data", "v", "--what", "fisher"), calctest.Ask(t, disk, "chain", "--data", "p", "--what", "fisher")
	for _, name := range []string{"laspeyres", "paasche", "fisher", "priceIndex"} {
		calctest.Near(t, name, []float64{f.At("series", 1, name).Number()}, []float64{g.At("series", 1, name).Number()}, 1e-12)
	}
	calctest.Near(t, "contributions", f.At("contributions", 0, "items").By("A", "B"), g.At("contributions", 0, "items").By("A", "B"), 1e-12)
	quarters := "period,current,previous\n2020,40,\n2021,44,\n2021-Q1,,10\n2021-Q2,,11\n2021-Q3,,12\n2021-Q4,,9\n2022-Q1,,13\n"
	calctest.Near(t, "quarters, and one of a year that is not over", calctest.Ask(t, calctest.Files{"q": quarters}, "chain", "--data", "q").At("series").Each("value"), []float64{100, 110, 120, 90, 105 * 13 / 11.0}, 1e-12)
}

func TestProductsThatComeAndGoInAFisherIndex(t *testing.T) {
	r := calctest.Ask(t, calctest.Files{"d": "period,item,price,quantity\n2020,old,2,10\n2021,old,,0\n2020,new,,0\n2021,new,6,5\n2020,a,1,100\n2021,a,1.5,110\n"}, "chain", "--data", "d", "--what", "fisher")
	var codes []string
	for _, n := range r.At("notes").List() {
		codes = append(codes, n.At("code").V.(string))
	}
	if strings.Join(codes, " ") != "calc.price-carried-back calc.price-carried-forward" {
		t.Error(codes)
	}
	calctest.Near(t, "Laspeyres and Paasche agree where all prices move alike", []float64{r.At("series", 1, "laspeyres").Number()}, []float64{r.At("series", 1, "paasche").Number()}, 1e-12)
}

func TestFaultsOfAChainNameWhatTheFileNames(t *testing.T) {
	message := func(disk calctest.Files, args ...string) string {
		_, _, err := calctest.Run("en", disk, args...)
		var f *fault.Error
		if !errors.As(err, &f) {
			t.Fatalf("%v: %v", args, err)
		}
		return f.In("en")
	}
	for want, disk := range map[string]calctest.Files{
		"d: The price of “maize” in year 2020": {"d": "period,item,price,quantity\n2020,rice,1,2\n2021,rice,1,2\n2020,maize,0,2\n2021,maize,2,2\n"},
		"d: The total of year 2021":            {"d": "period,item,price,quantity\n2020,rice,1,2\n2021,rice,1,-2\n"},
	} {
		if got := message(disk, "chain", "--data", "d"); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q…", got, want)
		}
	}
	deflate := calctest.Files{"d": "industry,output,output_price,intermediate,intermediate_price\na,10,1,5,1\nb,10,2,9,1\n"}
	if got := message(deflate, "chain", "--data", "d", "--what", "deflate"); !strings.HasPrefix(got, "d:3:b: ") {
		t.Error(got)
	}
	calctest.Refused(t, calctest.Files{"d": "period,item,price,quantity\n2020,a,1,2\n2021,a,,\n2021-Q1,a,,1\n2021-Q2,a,,1\n2021-Q4,a,,1\n"}, "calc.no-figure", "chain", "--data", "d")
	file, _, _ := twoItems()
	calctest.Refused(t, calctest.Files{"d": strings.Replace(file, "2021-Q3,B,", "2021-Q3,B,NA#", 1)}, "stat.bad-decimal", "chain", "--data", "d")
	calctest.Refused(t, calctest.Files{"d": "period,item,price,quantity\n2020,a,1,2\n2021,a,1,2\n"}, "calc.no-part-prices", "chain", "--data", "d", "--what", "fisher", "--by", "part")
	calctest.Refused(t, calctest.Files{"d": "period,current,previous\n2020,1,\n2021,2,0\n"}, "chain.no-volume", "chain", "--data", "d", "--what", "fisher")
	hundred := calctest.Ask(t, calctest.Files{"d": "industry,output,output_price,intermediate,intermediate_price\na,1200,110,700,125\n"}, "chain", "--data", "d", "--what", "deflate", "--price-base", "100")
	calctest.Near(t, "price indices on 100", []float64{hundred.At("series", 0, "double").Number()}, []float64{1200/1.1 - 700/1.25}, 1e-12)
	taken := calctest.Ask(t, calctest.Files{"d": "industry,output,output_price,intermediate,intermediate_price\na,1200,110,700,125\n"}, "chain", "--data", "d", "--what", "deflate")
	if taken.At("notes", 0, "code").V != "calc.price-scale" {
		t.Error("an index of 110 on a base of 1 was not remarked on")
	}
}
