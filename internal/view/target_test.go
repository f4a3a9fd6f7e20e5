package view

import (
	"context"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

var (
	straight = regexp.MustCompile(`^The straight line from (.+) \((.+?)\) to (.+) \((.+?)\), on (.+?): (.+)\.$`)
	number   = regexp.MustCompile(`\d[\d,]*(?:\.\d+)?`)
	reaches  = regexp.MustCompile(`^(On .+ the even path reaches the value that the document sets|The even path to the target begins at the first figure \(.+\)): (.+)\.$`)
)

func numberIn(t *testing.T, s string) (value, unit float64) {
	t.Helper()
	n := strings.ReplaceAll(number.FindString(s), ",", "")
	x, err := strconv.ParseFloat(n, 64)
	if err != nil {
		t.Fatalf("no number in %q", s)
	}
	_, digits, _ := strings.Cut(n, ".")
	return x, math.Pow(10, -float64(len(digits)))
}

// TestAReaderFindsThePathFromItsSentence computes every point of every even path from the two ends and the days that its sentence names.
func TestAReaderFindsThePathFromItsSentence(t *testing.T) {
	i := loaded(t)
	s := i.speaker("en")
	lines, ends := 0, 0
	for _, v := range i.newest {
		codes := v.Key.Codes()
		if measure := codes[len(codes)-1]; v.Dataflow != targetFlow || measure != "PATH" && measure != "TRAJECTORY" {
			continue
		}
		n, err := pipeline.ExplainVersion(context.Background(), i, v)
		if err != nil {
			t.Fatal(err)
		}
		said, _ := s.Sentence(n)
		if m := reaches.FindStringSubmatch(said.Text); m != nil {
			if got, unit := numberIn(t, m[2]); math.Abs(got-v.Value.Float64()) > unit/2+1e-9 {
				t.Errorf("%s is %s: %s", v.Cell(), v.Value, said.Text)
			}
			ends++
			continue
		}
		m := straight.FindStringSubmatch(said.Text)
		if m == nil {
			t.Errorf("%s names no two ends: %s", v.Cell(), said.Text)
			continue
		}
		day := func(s string) float64 {
			d, err := time.Parse("2 Jan 2006", s)
			if err != nil {
				t.Fatal(err)
			}
			return float64(d.Unix())
		}
		from, _ := numberIn(t, m[1])
		to, _ := numberIn(t, m[3])
		_, unit := numberIn(t, m[6])
		got := from + (to-from)*(day(m[5])-day(m[2]))/(day(m[4])-day(m[2]))
		if math.Abs(got-v.Value.Float64()) > unit {
			t.Errorf("%s is %s, and the line gives %.4f: %s", v.Cell(), v.Value, got, said.Text)
		}
		lines++
	}
	if lines < 20 || ends < 20 {
		t.Errorf("%d points between and %d ends", lines, ends)
	}
}

// TestASpreadThatIsAssumedIsNotSaidToBeMeasured: with fewer than three changes the rule has none to measure.
func TestASpreadThatIsAssumedIsNotSaidToBeMeasured(t *testing.T) {
	i := loaded(t)
	known, assumed := 0, 0
	for _, v := range i.newest {
		if v.Dataflow != targetFlow || !strings.HasSuffix(string(v.Key), ".PROB") {
			continue
		}
		n, err := pipeline.ExplainVersion(context.Background(), i, v)
		if err != nil {
			t.Fatal(err)
		}
		days := map[string]bool{}
		for _, c := range n.From {
			for _, o := range c.Versions {
				if c.Role != "target" {
					days[o.Period.To().String()] = true
				}
			}
		}
		measured := len(days) > 3
		for lang, words := range map[string][2]string{"vi": {"độ phân tán của", "giả định độ lệch chuẩn"}, "en": {"with the spread of", "50\u00a0% of the mean yearly change"}} {
			said, _ := i.speaker(lang).Sentence(n)
			if strings.Contains(said.Text, words[0]) != measured || strings.Contains(said.Text, words[1]) == measured {
				t.Errorf("%s from %d days: %s", v.Cell(), len(days), said.Text)
			}
		}
		if measured {
			known++
		} else {
			assumed++
		}
	}
	if monitor.UnknownSpread != 0.5 || known == 0 || assumed == 0 {
		t.Errorf("%d measured, %d assumed", known, assumed)
	}
}

// TestSentencesOfTargetsHaveUnitsAndFewDigits: what a sentence prints is what the figure is published with, and in its unit.
func TestSentencesOfTargetsHaveUnitsAndFewDigits(t *testing.T) {
	i := loaded(t)
	long := regexp.MustCompile(`[.,]\d{5,}`)
	for _, v := range i.newest {
		if v.Dataflow != targetFlow || cube.Reported(v.Observation) {
			continue
		}
		n, err := pipeline.ExplainVersion(context.Background(), i, v)
		if err != nil {
			t.Fatal(err)
		}
		said, _ := i.speaker("vi").Sentence(n)
		if bad := long.FindString(strings.ReplaceAll(said.Text, ".", "")); bad != "" && strings.Contains(bad, ",") {
			t.Errorf("%s: %s", v.Cell(), said.Text)
		}
		codes := v.Key.Codes()
		unit := i.speaker("vi").Note("CL_TARGET", codes[len(codes)-2], "unit")
		if v.Value == nil || unit == "" || unit == "COUNT" {
			continue
		}
		want := ""
		if strings.HasPrefix(unit, "PC") || codes[len(codes)-1] == "PROB" {
			want = "%"
		}
		if unit == "RANK" && codes[len(codes)-1] != "PROB" && codes[len(codes)-1] != "GAP" {
			want = "hạng"
		}
		if strings.HasPrefix(unit, "PC") && codes[len(codes)-1] == "GAP" {
			want = "điểm\u00a0%"
		}
		if !strings.Contains(said.Result, want) {
			t.Errorf("%s is %q without %q", v.Cell(), said.Result, want)
		}
	}
}

// TestADistanceSaysItsSide: the sign of target minus actual is one thing for a share and another for a rank; the words are not.
func TestADistanceSaysItsSide(t *testing.T) {
	i := loaded(t)
	d := stat.MustDecimal
	for _, c := range []struct {
		unit   string
		side   monitor.Side
		apart  string
		vi, en string
	}{
		{"PC_GDP", monitor.Short, "3.20", "còn thiếu 3,2 điểm phần trăm", "3.2 percentage points short"},
		{"PC", monitor.Exceeded, "-1", "vượt 1 điểm phần trăm", "exceeded by 1 percentage point"},
		{"RANK", monitor.Exceeded, "3", "vượt 3 bậc", "exceeded by 3 places"},
		{"RANK", monitor.Short, "-1", "còn thiếu 1 bậc", "1 place short"},
		{"RANK", monitor.Equal, "0", "đúng bằng mức mục tiêu", "exactly at the target"},
		{"USD", monitor.Short, "1500000", "còn thiếu 1.500.000 USD", "1,500,000 USD short"},
	} {
		n := i.speaker("vi").Names
		if vi, en := n.Against("vi", c.unit, "", c.side, d(c.apart)), n.Against("en", c.unit, "", c.side, d(c.apart)); vi != c.vi || en != c.en {
			t.Errorf("%s %s %s: %q, %q", c.unit, c.side, c.apart, vi, en)
		}
	}
	seen := map[string]int{}
	for _, v := range i.newest {
		if v.Dataflow != targetFlow || !strings.HasSuffix(string(v.Key), ".GAP") {
			continue
		}
		n, err := pipeline.ExplainVersion(context.Background(), i, v)
		if err != nil {
			t.Fatal(err)
		}
		vi, _ := i.speaker("vi").Sentence(n)
		en, _ := i.speaker("en").Sentence(n)
		behind := v.Value.Sign() > 0
		if codes := v.Key.Codes(); i.speaker("vi").Note("CL_TARGET", codes[2], "unit") == "RANK" {
			behind = v.Value.Sign() < 0
		}
		want, other := "vượt", "short"
		switch {
		case v.Value.Sign() == 0:
			want, other = "đúng bằng", "exactly"
		case behind:
			want = "còn thiếu"
		default:
			other = "exceeded"
		}
		if !strings.Contains(vi.Text, want) || !strings.Contains(en.Text, other) {
			t.Errorf("%s: %q, %q", v.Cell(), vi.Text, en.Text)
		}
		seen[want]++
	}
	if len(seen) != 3 {
		t.Errorf("%v", seen)
	}
}

// TestWhatIsPrintedWithoutAValueKeepsItsUnit: a range that a source prints counts something; a title of a target does not.
func TestWhatIsPrintedWithoutAValueKeepsItsUnit(t *testing.T) {
	i := loaded(t)
	for cell, want := range map[string]string{"IND/D.VN.NEEDED_GROWTH/2023-08-30": "khoảng 20–25\u00a0%/năm", "TARGET/A.VN.749-14/2025": "Phổ cập 4G/5G và điện thoại thông minh"} {
		n := i.node(t, cell)
		if got := i.speaker("vi").Value(n.Versions[0]); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
}
