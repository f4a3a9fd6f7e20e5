package calc

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

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
	disk := files{"q": file}
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
		r := ask(t, disk, "chain", "--data", "q")
		chain, want := []float64{100}, []float64{}
		for t := 1; t < 3; t++ {
			chain = append(chain, chain[t-1]*year(average(t-1), t)/year(average(t-1), t-1))
		}
		for k := range 14 {
			before := max(k/4-1, 0)
			want = append(want, chain[before]*value(average(before), k)/(year(average(before), before)/4))
		}
		near(t, "quarters", r.at("series").each("value"), want, 1e-12)
		near(t, "years", r.at("annual").each("value"), chain, 1e-12)
		if first, last := r.at("series", 0, "period").v, r.at("series", -1, "period").v; first != "2020-Q1" || last != "2023-Q2" {
			t.Errorf("from %v to %v", first, last)
		}
		near(t, "price", []float64{r.at("annual", 2, "priceIndex").number()}, []float64{year(average(2), 2) / year(average(0), 0) / chain[2] * 1e4}, 1e-12)
		c := ask(t, disk, "chain", "--data", "q", "--what", "contributions", "--lag", "4").at("series")
		if n := len(c.list()); n != 10 || c.at(0, "period").v != "2021-Q1" {
			t.Errorf("%d contributions from %v", n, c.at(0, "period").v)
		}
		for k, s := range c.list() {
			near(t, "growth", []float64{s.at("items", "A").number() + s.at("items", "B").number() + s.at("linking").number(), s.at("growth").number()}, []float64{want[k+4]/want[k] - 1, want[k+4]/want[k] - 1}, 1e-12)
		}
	})
	t.Run("over the year, at the prices of the quarter itself, and says so", func(t *testing.T) {
		r := ask(t, disk, "chain", "--data", "q", "--link", "over-the-year")
		got := r.at("series").each("value")
		for k := 4; k < 14; k++ {
			near(t, "growth on a year ago", []float64{got[k] / got[k-4]}, []float64{value(of(k-4), k) / value(of(k-4), k-4)}, 1e-12)
		}
		if r.at("notes", 0, "code").v != "calc.same-part-prices" {
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
		near(t, "chained", ask(t, disk, "chain", "--data", "q", "--what", "fisher", "--by", "part").at("series").each("value"), chain, 1e-12)
		near(t, "direct", ask(t, disk, "chain", "--data", "q", "--what", "fisher", "--by", "part", "--direct").at("series").each("value"), direct, 1e-12)
		near(t, "on 2021-Q1", []float64{ask(t, disk, "chain", "--data", "q", "--what", "fisher", "--by", "part", "--reference", "2021-Q1").at("series", 4, "value").number()}, []float64{100}, 1e-12)
	})
}

func TestChainOfValues(t *testing.T) {
	values := "period,item,current,previous\n2020,A,20,\n2020,B,40,\n2021,A,33,24\n2021,B,36,30\n2022,A,30,36\n2022,B,50,45\n"
	prices := "period,item,price,quantity\n2020,A,1,20\n2020,B,1,40\n2021,A,1.375,24\n2021,B,1.2,30\n"
	disk := files{"v": values, "p": prices, "one": strings.ReplaceAll(strings.ReplaceAll("period,current,previous\n2020,60,\n2021,69,54\n2022,80,81\n", "\r", ""), " ", "")}
	near(t, "index", ask(t, disk, "chain", "--data", "v").at("series").each("value"), []float64{100, 90, 90 * 81 / 69.0}, 1e-12)
	near(t, "the total alone", ask(t, disk, "chain", "--data", "one").at("series").each("value"), []float64{100, 90, 90 * 81 / 69.0}, 1e-12)
	f, g := ask(t, disk, "chain", "--data", "v", "--what", "fisher"), ask(t, disk, "chain", "--data", "p", "--what", "fisher")
	for _, name := range []string{"laspeyres", "paasche", "fisher", "priceIndex"} {
		near(t, name, []float64{f.at("series", 1, name).number()}, []float64{g.at("series", 1, name).number()}, 1e-12)
	}
	near(t, "contributions", f.at("contributions", 0, "items").by("A", "B"), g.at("contributions", 0, "items").by("A", "B"), 1e-12)
	quarters := "period,current,previous\n2020,40,\n2021,44,\n2021-Q1,,10\n2021-Q2,,11\n2021-Q3,,12\n2021-Q4,,9\n2022-Q1,,13\n"
	near(t, "quarters, and one of a year that is not over", ask(t, files{"q": quarters}, "chain", "--data", "q").at("series").each("value"), []float64{100, 110, 120, 90, 105 * 13 / 11.0}, 1e-12)
}

func TestProductsThatComeAndGoInAFisherIndex(t *testing.T) {
	r := ask(t, files{"d": "period,item,price,quantity\n2020,old,2,10\n2021,old,,0\n2020,new,,0\n2021,new,6,5\n2020,a,1,100\n2021,a,1.5,110\n"}, "chain", "--data", "d", "--what", "fisher")
	var codes []string
	for _, n := range r.at("notes").list() {
		codes = append(codes, n.at("code").v.(string))
	}
	if strings.Join(codes, " ") != "calc.price-carried-back calc.price-carried-forward" {
		t.Error(codes)
	}
	near(t, "Laspeyres and Paasche agree where all prices move alike", []float64{r.at("series", 1, "laspeyres").number()}, []float64{r.at("series", 1, "paasche").number()}, 1e-12)
}

func TestFaultsOfAChainNameWhatTheFileNames(t *testing.T) {
	message := func(disk files, args ...string) string {
		_, _, err := run("en", disk, args...)
		var f *fault.Error
		if !errors.As(err, &f) {
			t.Fatalf("%v: %v", args, err)
		}
		return f.In("en")
	}
	for want, disk := range map[string]files{
		"d: The price of “maize” in year 2020": {"d": "period,item,price,quantity\n2020,rice,1,2\n2021,rice,1,2\n2020,maize,0,2\n2021,maize,2,2\n"},
		"d: The total of year 2021":            {"d": "period,item,price,quantity\n2020,rice,1,2\n2021,rice,1,-2\n"},
	} {
		if got := message(disk, "chain", "--data", "d"); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q…", got, want)
		}
	}
	deflate := files{"d": "industry,output,output_price,intermediate,intermediate_price\na,10,1,5,1\nb,10,2,9,1\n"}
	if got := message(deflate, "chain", "--data", "d", "--what", "deflate"); !strings.HasPrefix(got, "d:3:b: ") {
		t.Error(got)
	}
	refused(t, files{"d": "period,item,price,quantity\n2020,a,1,2\n2021,a,,\n2021-Q1,a,,1\n2021-Q2,a,,1\n2021-Q4,a,,1\n"}, "calc.no-figure", "chain", "--data", "d")
	file, _, _ := twoItems()
	refused(t, files{"d": strings.Replace(file, "2021-Q3,B,", "2021-Q3,B,NA#", 1)}, "stat.bad-decimal", "chain", "--data", "d")
	refused(t, files{"d": "period,item,price,quantity\n2020,a,1,2\n2021,a,1,2\n"}, "calc.no-part-prices", "chain", "--data", "d", "--what", "fisher", "--by", "part")
	refused(t, files{"d": "period,current,previous\n2020,1,\n2021,2,0\n"}, "chain.no-volume", "chain", "--data", "d", "--what", "fisher")
	hundred := ask(t, files{"d": "industry,output,output_price,intermediate,intermediate_price\na,1200,110,700,125\n"}, "chain", "--data", "d", "--what", "deflate", "--price-base", "100")
	near(t, "price indices on 100", []float64{hundred.at("series", 0, "double").number()}, []float64{1200/1.1 - 700/1.25}, 1e-12)
	taken := ask(t, files{"d": "industry,output,output_price,intermediate,intermediate_price\na,1200,110,700,125\n"}, "chain", "--data", "d", "--what", "deflate")
	if taken.at("notes", 0, "code").v != "calc.price-scale" {
		t.Error("an index of 110 on a base of 1 was not remarked on")
	}
}
