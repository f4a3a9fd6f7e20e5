package seasonal_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

// published reads columns of numbers from the test data of the seasonal room.
func published(t *testing.T, name string) map[string][]float64 {
	t.Helper()
	b, err := os.ReadFile("../../measure/seasonal/testdata/" + name)
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
			r := calctest.Ask(t, calctest.Files{"S": dated(perYear, want["value"])}, append([]string{"seasonal", "--series", "S", "--method", "x11", "--sigma", "1.5,2.5"}, args...)...)
			calctest.Near(t, name+" D10", r.At("seasonal").Numbers(), want["d10"], 1e-11)
			calctest.Near(t, name+" D11", r.At("adjusted").Numbers(), want["d11"], 1e-9)
			calctest.Near(t, name+" D12", r.At("trend").Numbers(), want["d12"], 1e-9)
		}
	})
	t.Run("STL takes every parameter, and its defaults by name are its defaults", func(t *testing.T) {
		want := published(t, "nottem-stl-moving.csv")
		disk := calctest.Files{"S": dated(12, want["value"])}
		base := calctest.Ask(t, disk, "seasonal", "--series", "S", "--window", "7")
		calctest.Near(t, "seasonal", base.At("seasonal").Numbers(), want["seasonal"], 1e-9)
		same := calctest.Ask(t, disk, "seasonal", "--series", "S", "--window", "7", "--trend", "23", "--lowpass", "13", "--seasonal-degree", "0", "--trend-degree", "1", "--lowpass-degree", "1",
			"--seasonal-jump", "1", "--trend-jump", "3", "--lowpass-jump", "2", "--inner", "2", "--outer", "0")
		calctest.Near(t, "same", same.At("trend").Numbers(), base.At("trend").Numbers(), 0)
		for _, other := range []string{"--trend=25", "--lowpass=15", "--seasonal-degree=1", "--trend-degree=0", "--lowpass-degree=0", "--seasonal-jump=2", "--trend-jump=1", "--lowpass-jump=1", "--inner=1", "--outer=2"} {
			r := calctest.Ask(t, disk, "seasonal", "--series", "S", "--window", "7", other)
			if r.At("trend", 30).Number() == base.At("trend", 30).Number() && r.At("seasonal", 30).Number() == base.At("seasonal", 30).Number() {
				t.Error(other, "changes nothing")
			}
		}
		periodic := calctest.Ask(t, disk, "seasonal", "--series", "S", "--window", "periodic").At("seasonal").Numbers()
		calctest.Near(t, "periodic", periodic, calctest.Ask(t, disk, "seasonal", "--series", "S").At("seasonal").Numbers(), 0)
		calctest.Near(t, "periodic", periodic[12:24], periodic[:12], 0)
	})
	t.Run("a series without a season comes back as it was, unless its season is asked for", func(t *testing.T) {
		var y []float64
		for i := range 96 {
			y = append(y, 100+float64(i)/4+3*math.Sin(float64(i*i)))
		}
		for _, method := range []string{"stl", "x11"} {
			r := calctest.Ask(t, calctest.Files{"S": dated(12, y)}, "seasonal", "--series", "S", "--method", method)
			calctest.Near(t, method, r.At("adjusted").Numbers(), y, 0)
			if r.At("unchanged").V != true || !strings.Contains(fmt.Sprint(r.At("notes").V), "calc.no-season") {
				t.Error(r.At("unchanged").V, r.At("notes").V)
			}
			r = calctest.Ask(t, calctest.Files{"S": dated(12, y)}, "seasonal", "--series", "S", "--method", method, "--always")
			if r.At("unchanged").V != false || r.At("adjusted", 40).Number() == y[40] {
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
		r := calctest.Ask(t, calctest.Files{"S": text}, "seasonal", "--series", "S", "--method", "x11", "--tet", "10,-1")
		if b := r.At("airline", "beta", 0).Number(); math.Abs(b-0.2) > 0.02 {
			t.Error("effect", b)
		}
		without := calctest.Ask(t, calctest.Files{"S": plain}, "seasonal", "--series", "S", "--method", "x11")
		for _, at := range []int{24, 25, 60, 61} { // the Januaries and Februaries that Tết moves between
			if a, b := r.At("adjusted", at).Number(), without.At("adjusted", at).Number(); math.Abs(a/b-1) > 0.02 {
				t.Error(at, a, b)
			}
		}
		for _, p := range r.At("series").List() {
			calctest.Near(t, "product", []float64{p.At("calendar").Number() * p.At("seasonal").Number() * p.At("trend").Number() * p.At("remainder").Number()}, []float64{p.At("value").Number()}, 1e-9)
		}
		calctest.Refused(t, calctest.Files{"S": "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n"}, "seasonal.tet-dates", "seasonal", "--series", "S", "--period", "4", "--tet", "10,0")
		calctest.Refused(t, calctest.Files{"S": text}, "calc.bad-number", "seasonal", "--series", "S", "--tet", "10")
		calctest.Refused(t, calctest.Files{"S": text}, "seasonal.holiday", "seasonal", "--series", "S", "--tet", "3,-5")
		calctest.Refused(t, calctest.Files{"S": text}, "seasonal.other-period", "seasonal", "--series", "S", "--method", "x11", "--period", "4")
	})
}
