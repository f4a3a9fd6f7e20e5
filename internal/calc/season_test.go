package calc

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// published reads columns of numbers from the test data of the seasonal room.
func published(t *testing.T, name string) map[string][]float64 {
	t.Helper()
	b, err := os.ReadFile("../measure/seasonal/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for j, name := range rows[0] {
		for _, r := range rows[1:] {
			v, _ := strconv.ParseFloat(r[j], 64)
			out[name] = append(out[name], v)
		}
	}
	return out
}

// dated writes a series by month or quarter from 1960 on.
func dated(perYear int, values []float64) string {
	out := "period,value\n"
	for i, v := range values {
		if perYear == 4 {
			out += fmt.Sprintf("%d-Q%d,%v\n", 1960+i/4, i%4+1, v)
		} else {
			out += fmt.Sprintf("%d-%02d,%v\n", 1960+i/12, i%12+1, v)
		}
	}
	return out
}

func TestSeason(t *testing.T) {
	t.Run("a seasonal filter that is given is that of X-13 in every part", func(t *testing.T) {
		for name, args := range map[string][]string{"airline-3x3": {"--filter", "3x3"}, "gas-3x9": {"--filter", "3x9", "--mode", "additive"}, "drivers-stable": {"--filter", "stable"}} {
			want := published(t, "x13/"+name+".csv")
			perYear := 12
			if strings.HasPrefix(name, "gas") {
				perYear = 4
			}
			r := ask(t, files{"S": dated(perYear, want["value"])}, append([]string{"seasonal", "--series", "S", "--method", "x11", "--sigma", "1.5,2.5"}, args...)...)
			near(t, name+" D10", r.at("seasonal").numbers(), want["d10"], 1e-11)
			near(t, name+" D11", r.at("adjusted").numbers(), want["d11"], 1e-9)
			near(t, name+" D12", r.at("trend").numbers(), want["d12"], 1e-9)
		}
	})
	t.Run("STL takes every parameter, and its defaults by name are its defaults", func(t *testing.T) {
		want := published(t, "nottem-stl-moving.csv")
		disk := files{"S": dated(12, want["value"])}
		base := ask(t, disk, "seasonal", "--series", "S", "--window", "7")
		near(t, "seasonal", base.at("seasonal").numbers(), want["seasonal"], 1e-9)
		same := ask(t, disk, "seasonal", "--series", "S", "--window", "7", "--trend", "23", "--lowpass", "13", "--seasonal-degree", "0", "--trend-degree", "1", "--lowpass-degree", "1",
			"--seasonal-jump", "1", "--trend-jump", "3", "--lowpass-jump", "2", "--inner", "2", "--outer", "0")
		near(t, "same", same.at("trend").numbers(), base.at("trend").numbers(), 0)
		for _, other := range []string{"--trend=25", "--lowpass=15", "--seasonal-degree=1", "--trend-degree=0", "--lowpass-degree=0", "--seasonal-jump=2", "--trend-jump=1", "--lowpass-jump=1", "--inner=1", "--outer=2"} {
			r := ask(t, disk, "seasonal", "--series", "S", "--window", "7", other)
			if r.at("trend", 30).number() == base.at("trend", 30).number() && r.at("seasonal", 30).number() == base.at("seasonal", 30).number() {
				t.Error(other, "changes nothing")
			}
		}
		periodic := ask(t, disk, "seasonal", "--series", "S", "--window", "periodic").at("seasonal").numbers()
		near(t, "periodic", periodic, ask(t, disk, "seasonal", "--series", "S").at("seasonal").numbers(), 0)
		near(t, "periodic", periodic[12:24], periodic[:12], 0)
	})
	t.Run("a series without a season comes back as it was, unless its season is asked for", func(t *testing.T) {
		var y []float64
		for i := range 96 {
			y = append(y, 100+float64(i)/4+3*math.Sin(float64(i*i)))
		}
		for _, method := range []string{"stl", "x11"} {
			r := ask(t, files{"S": dated(12, y)}, "seasonal", "--series", "S", "--method", method)
			near(t, method, r.at("adjusted").numbers(), y, 0)
			if r.at("unchanged").v != true || !strings.Contains(fmt.Sprint(r.at("notes").v), "calc.no-season") {
				t.Error(r.at("unchanged").v, r.at("notes").v)
			}
			r = ask(t, files{"S": dated(12, y)}, "seasonal", "--series", "S", "--method", method, "--always")
			if r.at("unchanged").v != false || r.at("adjusted", 40).number() == y[40] {
				t.Error(method, "--always did nothing")
			}
		}
	})
	t.Run("an effect of Tết is found and taken out, and the parts make the data", func(t *testing.T) {
		// Ten days before the first day of the lunar year: 2010-02-14, 2011-02-03, 2012-01-23, 2013-02-10, 2014-01-31, 2015-02-19, 2016-02-08, 2017-01-28, 2018-02-16, 2019-02-05.
		january := []float64{0, 0.8, 1, 0.1, 1, 0, 0.3, 1, 0, 0.6}
		text, plain := "period,value\n", "period,value\n"
		for i := range 120 {
			y, m := i/12, i%12
			v := 100 * math.Exp(0.005*float64(i)+0.1*math.Sin(float64(m))+0.01*math.Sin(float64(i*i)))
			plain += fmt.Sprintf("%d-%02d,%v\n", 2010+y, m+1, v)
			switch m {
			case 0:
				v *= math.Exp(0.2 * january[y])
			case 1:
				v *= math.Exp(0.2 * (1 - january[y]))
			}
			text += fmt.Sprintf("%d-%02d,%v\n", 2010+y, m+1, v)
		}
		r := ask(t, files{"S": text}, "seasonal", "--series", "S", "--method", "x11", "--tet", "10,-1")
		if b := r.at("airline", "beta", 0).number(); math.Abs(b-0.2) > 0.02 {
			t.Error("effect", b)
		}
		without := ask(t, files{"S": plain}, "seasonal", "--series", "S", "--method", "x11")
		for _, at := range []int{24, 25, 60, 61} { // the Januaries and Februaries that Tết moves between
			if a, b := r.at("adjusted", at).number(), without.at("adjusted", at).number(); math.Abs(a/b-1) > 0.02 {
				t.Error(at, a, b)
			}
		}
		for _, p := range r.at("series").list() {
			near(t, "product", []float64{p.at("calendar").number() * p.at("seasonal").number() * p.at("trend").number() * p.at("remainder").number()}, []float64{p.at("value").number()}, 1e-9)
		}
		refused(t, files{"S": "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n"}, "seasonal.tet-dates", "seasonal", "--series", "S", "--period", "4", "--tet", "10,0")
		refused(t, files{"S": text}, "calc.bad-number", "seasonal", "--series", "S", "--tet", "10")
		refused(t, files{"S": text}, "seasonal.holiday", "seasonal", "--series", "S", "--tet", "3,-5")
		refused(t, files{"S": text}, "seasonal.other-period", "seasonal", "--series", "S", "--method", "x11", "--period", "4")
	})
}
