package monitor

import (
	"slices"
	"strings"
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

func figure(flow, key, period, value string) cube.Version {
	v := stat.MustDecimal(value)
	return cube.Version{Dataflow: flow, Observation: stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(period), Value: &v, Status: stat.Normal}}
}

func shipped(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func measure(t *testing.T, target, area string) Measure {
	t.Helper()
	c := shipped(t)
	l, err := c.Codelist("CL_TARGET")
	if err != nil {
		t.Fatal(err)
	}
	code, ok := l.Code(target)
	if !ok {
		t.Fatalf("no target %s", target)
	}
	m, ok := MeasureOf(c, code, area)
	if !ok {
		t.Fatalf("target %s has no measure", target)
	}
	return m
}

func read(list []cube.Version) string {
	var out []string
	for _, v := range list {
		out = append(out, v.Period.String()+"="+v.Value.String())
	}
	return strings.Join(out, " ")
}

func TestReadingsOfAllFrequenciesAreOneSeries(t *testing.T) {
	all := []cube.Version{figure("IND", "A.VN.SIGNATURE", "2022", "3"), figure("IND", "D.VN.SIGNATURE", "2025-07-02", "28.42"), figure("IND", "M.VN.SIGNATURE", "2024-07", "13.5"),
		figure("IND", "Q.VN.SIGNATURE", "2024-Q3", "14"), figure("IND", "M.VN.SMARTPHONE", "2023-12", "84"), figure("IND", "M.VN63-01.SIGNATURE", "2023-12", "9")}
	forecast := figure("IND", "A.VN.SIGNATURE", "2026", "40")
	forecast.Status = stat.Forecast
	missing := figure("IND", "A.VN.SIGNATURE", "2023", "1")
	missing.Value = nil
	if got := read(measure(t, "XHS-3", "VN").Readings(append(all, forecast, missing))); got != "2022=3 2024-M07=13.5 2024-Q3=14 2025-07-02=28.42" {
		t.Errorf("readings %s", got)
	}
}

func TestATargetIsReadByTheMeasureOfItsPlan(t *testing.T) {
	all := []cube.Version{figure("DE_SHARE", "A.VN.MIC.TOTAL", "2023", "16.5"), figure("DE_SHARE", "S.VN.MIC.TOTAL", "2024-S1", "18.3"), figure("DE_SHARE", "A.VN.MIC.TOTAL", "2024", "18.3"),
		figure("DE_SHARE", "Q.VN.MIC.TOTAL", "2024-Q4", "19"), figure("DE_SHARE", "A.VN.NSO.TOTAL", "2023", "12.87"), figure("DE_SHARE", "A.VN.NSO.TOTAL", "2025", "14.02"),
		figure("DE_SHARE", "N.VN.NSO.TOTAL", "2021-01-01/P5Y", "13.2"), figure("DE_SHARE", "A.VN.NSO.CORE", "2025", "8.42")}
	mic, office := "2023=16.5 2024-S1=18.3 2024-Q4=19 2024=18.3", "2023=12.87 2025=14.02"
	for target, want := range map[string][2]string{"MIC-1": {mic, office}, "P2023-1": {mic, office}, "KTS-1": {office, mic}, "749-7": {office, mic}, "P2025-1": {office, mic}} {
		m := measure(t, target, "VN")
		beside := m.Beside(all)
		if got := read(m.Readings(all)); got != want[0] || len(beside) != 1 || read(beside[0]) != want[1] {
			t.Errorf("%s is judged by %s beside %v", target, got, beside)
		}
		if m.Basis == "" {
			t.Errorf("%s does not say why it is judged by %s", target, m.Definition)
		}
	}
}

func TestDefinitionsAreNeverJoined(t *testing.T) {
	all := []cube.Version{figure("DE_SHARE", "A.VN63-79.MIC.TOTAL", "2022", "20"), figure("DE_SHARE", "A.VN63-79.MIC.TOTAL", "2023", "21"), figure("DE_SHARE", "A.VN63-79.NSO.TOTAL", "2023", "11"),
		figure("DE_SHARE", "A.VN63-79.NSO.TOTAL", "2025", "12"), figure("DE_SHARE", "A.VN34-79.NSO.TOTAL", "2026", "1")}
	m := measure(t, "LOCAL-1", "VN63-79")
	if got := read(m.Readings(all)); got != "2023=11 2025=12" {
		t.Errorf("figures of two definitions were joined, or the older chosen: %s", got)
	}
	if beside := m.Beside(all); len(beside) != 1 || read(beside[0]) != "2022=20 2023=21" {
		t.Errorf("beside: %v", beside)
	}
	// Of two that are as new as each other the first in order of key is read, whatever the order of the figures.
	tied := []cube.Version{figure("DE_SHARE", "A.VN63-79.NSO.TOTAL", "2025", "12"), figure("DE_SHARE", "A.VN63-79.MIC.TOTAL", "2025", "22"), figure("DE_SHARE", "A.VN63-79.HIDS_LO.TOTAL", "2024", "9")}
	for range 2 {
		if got := read(m.Readings(tied)); got != "2025=22" {
			t.Errorf("of two as new as each other: %s", got)
		}
		slices.Reverse(tied)
	}
	if measure(t, "LOCAL-1", "VN63-01").Readings(all) != nil {
		t.Error("figures from nowhere")
	}
}

func TestConditionsOfAYear(t *testing.T) {
	l, err := shipped(t).Codelist("CL_TARGET")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		target string
		year   int
		want   []string
	}{{"942-E", 2025, []string{"942-Ea", "942-Eb", "942-Ec"}}, {"942-E", 2030, []string{"942-Ea"}}, {"KTS-2", 2030, []string{"KTS-2a", "KTS-2b", "KTS-2c"}}, {"KTS-1", 2025, nil}} {
		var got []string
		for _, x := range Conditions(l, c.target, c.year) {
			got = append(got, x.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s %d: %v", c.target, c.year, got)
		}
	}
}
