package stat

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/fault"
)

// Frequency is a code of SDMX CL_FREQ. Interval is ours, for a dated span that follows no calendar unit
// (an average of years, nine months, a reporting period of Nghị định 09/2019); SDMX writes it start/duration.
type Frequency byte

// Frequencies, as in SDMX CL_FREQ.
const (
	Annual     Frequency = 'A'
	HalfYearly Frequency = 'S'
	Quarterly  Frequency = 'Q'
	Monthly    Frequency = 'M'
	Daily      Frequency = 'D'
	Interval   Frequency = 'N' // SDMX "N": not of a calendar frequency
)

// String gives the code.
func (f Frequency) String() string {
	if f == 0 {
		return ""
	}
	return string(rune(f))
}

// PerYear gives the number of periods in a year; 0 when there is no fixed number.
func (f Frequency) PerYear() int {
	switch f {
	case Annual:
		return 1
	case HalfYearly:
		return 2
	case Quarterly:
		return 4
	case Monthly:
		return 12
	}
	return 0
}

// Period is a span of days: a calendar year, half, quarter, month or day, or any dated interval.
// It is comparable and can be a map key. The zero Period is unset.
type Period struct {
	freq Frequency
	from Date // first day
	to   Date // last day
}

// NewPeriod gives the n-th (from 1) period of a frequency in a year.
func NewPeriod(f Frequency, year, n int) (Period, error) {
	per := f.PerYear()
	if per == 0 || n < 1 || n > per || year < 1 || year > 9999 {
		return Period{}, fault.New("stat.bad-period", "text", fmt.Sprintf("%d-%s%d", year, f, n))
	}
	return calendar(f, year, n), nil
}

// calendar is NewPeriod without bounds: what is written has a year of four digits, but a step from it may leave them.
func calendar(f Frequency, year, n int) Period {
	months := 12 / f.PerYear()
	return Period{f, NewDate(year, time.Month(1+(n-1)*months), 1), NewDate(year, time.Month(1+n*months), 0)}
}

// Year gives the calendar year y.
func Year(y int) Period { p, err := NewPeriod(Annual, y, 1); must(err); return p }

// Quarter gives the n-th quarter of year y.
func Quarter(y, n int) Period { p, err := NewPeriod(Quarterly, y, n); must(err); return p }

// Month gives the n-th month of year y.
func Month(y, n int) Period { p, err := NewPeriod(Monthly, y, n); must(err); return p }

// Day gives the period of one day.
func Day(d Date) Period { return Period{Daily, d, d} }

// Between gives the dated interval from one day to another, both included. A span that is exactly a
// calendar day keeps the frequency Interval: what a publisher calls an interval stays one.
func Between(from, to Date) (Period, error) {
	if from.IsZero() || to.Before(from) {
		return Period{}, fault.New("stat.bad-period", "text", from.String()+"/"+to.String())
	}
	return Period{Interval, from, to}, nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var (
	reYear     = regexp.MustCompile(`^(\d{4})(?:-A1)?$`)
	reSub      = regexp.MustCompile(`^(\d{4})-([SQM])(\d{1,2})$`)
	reMonth    = regexp.MustCompile(`^(\d{4})-(\d{2})$`)
	reDuration = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?$`)
)

// ParsePeriod reads the SDMX time formats 2025, 2025-A1, 2025-S1, 2025-Q4, 2025-M07, 2025-07, 2025-07-01
// and start/duration such as 2024-12-15/P1Y or 2026-01-01/P9M.
func ParsePeriod(s string) (Period, error) {
	bad := func() error { return fault.New("stat.bad-period", "text", s) }
	if len(s) == len("2025-07-01") && s[4] == '-' && s[7] == '-' { // as most vintages are written; no other format has this shape
		d, err := ParseDate(s)
		if err != nil {
			return Period{}, bad()
		}
		return Day(d), nil
	}
	if len(s) == len("2025") { // most figures are of a year
		y, err := strconv.ParseUint(s, 10, 16)
		if err != nil || y == 0 {
			return Period{}, bad()
		}
		return NewPeriod(Annual, int(y), 1)
	}
	if m := reYear.FindStringSubmatch(s); m != nil {
		y, _ := strconv.Atoi(m[1])
		if y == 0 {
			return Period{}, bad()
		}
		return NewPeriod(Annual, y, 1)
	}
	if m := reSub.FindStringSubmatch(s); m != nil {
		y, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[3])
		p, err := NewPeriod(Frequency(m[2][0]), y, n)
		if err != nil {
			return Period{}, bad()
		}
		return p, nil
	}
	if m := reMonth.FindStringSubmatch(s); m != nil {
		y, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[2])
		p, err := NewPeriod(Monthly, y, n)
		if err != nil {
			return Period{}, bad()
		}
		return p, nil
	}
	if start, dur, ok := strings.Cut(s, "/"); ok {
		from, err := ParseDate(start)
		m := reDuration.FindStringSubmatch(dur)
		if err != nil || m == nil || dur == "P" {
			return Period{}, bad()
		}
		n := [3]int{}
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+1])
		}
		to := DateOf(from.Time().AddDate(n[0], n[1], n[2])).AddDays(-1)
		if to.Before(from) || to.Year() > 9999 {
			return Period{}, bad()
		}
		return Period{Interval, from, to}, nil
	}
	d, err := ParseDate(s)
	if err != nil {
		return Period{}, bad()
	}
	return Day(d), nil
}

// MustPeriod is ParsePeriod for text written in the code.
func MustPeriod(s string) Period {
	p, err := ParsePeriod(s)
	must(err)
	return p
}

// String gives the canonical SDMX time format; ParsePeriod reads it back to an equal Period.
func (p Period) String() string {
	switch p.freq {
	case 0:
		return ""
	case Annual:
		return fourDigits(p.Year())
	case HalfYearly, Quarterly:
		return fourDigits(p.Year()) + "-" + string(rune(p.freq)) + strconv.Itoa(p.Sub())
	case Monthly:
		b := [2]byte{}
		digits(b[:], p.Sub())
		return fourDigits(p.Year()) + "-M" + string(b[:])
	case Daily:
		return p.from.String()
	}
	return p.from.String() + "/" + p.duration()
}

// fourDigits writes a year. A page of figures has hundreds of periods, of which Sprintf would take a tenth of its time.
func fourDigits(year int) string {
	if year < 0 || year > 9999 { // only by steps beyond what can be written
		return fmt.Sprintf("%04d", year)
	}
	b := [4]byte{}
	digits(b[:], year)
	return string(b[:])
}

// duration writes the span in whole years, whole months, or days.
func (p Period) duration() string {
	end := p.to.AddDays(1).Time()
	start := p.from.Time()
	if start.Day() == end.Day() {
		months := (end.Year()-start.Year())*12 + int(end.Month()) - int(start.Month())
		if months > 0 && start.AddDate(0, months, 0).Equal(end) {
			if months%12 == 0 {
				return fmt.Sprintf("P%dY", months/12)
			}
			return fmt.Sprintf("P%dM", months)
		}
	}
	return fmt.Sprintf("P%dD", p.to.Sub(p.from)+1)
}

// MarshalText implements encoding.TextMarshaler.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Period) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*p = Period{}
		return nil
	}
	*p, err = ParsePeriod(string(b))
	return err
}

// IsZero reports whether the Period is unset.
func (p Period) IsZero() bool { return p.freq == 0 }

// Frequency gives the frequency code.
func (p Period) Frequency() Frequency { return p.freq }

// From gives the first day.
func (p Period) From() Date { return p.from }

// To gives the last day.
func (p Period) To() Date { return p.to }

// Year gives the calendar year in which the period begins.
func (p Period) Year() int { return p.from.Year() }

// Sub gives the number of the period in its year, from 1; 0 for days and intervals.
func (p Period) Sub() int {
	per := p.freq.PerYear()
	if per == 0 {
		return 0
	}
	return (int(p.from.Time().Month())-1)/(12/per) + 1
}

// Next gives the period that follows: of the same frequency, or for an interval the next one of equal length
// in months where it is a whole number of months, else in days.
func (p Period) Next() Period { return p.Add(1) }

// Add gives the period n steps later (earlier when n is negative), also beyond the years 1 to 9999 that can be written.
func (p Period) Add(n int) Period {
	if per := p.freq.PerYear(); per > 0 {
		return calendar(p.freq, p.Year(), p.Sub()+n)
	}
	span := p.to.Sub(p.from) + 1
	if p.freq == Interval && !strings.HasSuffix(p.duration(), "D") {
		start, end := p.from.Time(), p.to.AddDays(1).Time()
		months := (end.Year()-start.Year())*12 + int(end.Month()) - int(start.Month())
		from := DateOf(start.AddDate(0, n*months, 0))
		return Period{Interval, from, DateOf(from.Time().AddDate(0, months, 0)).AddDays(-1)}
	}
	return Period{p.freq, p.from.AddDays(n * span), p.to.AddDays(n * span)}
}

// Contains reports whether every day of q is a day of p.
func (p Period) Contains(q Period) bool { return !q.from.Before(p.from) && !q.to.After(p.to) }

// Within gives the periods of frequency f that make up p exactly, or nil when they do not.
func (p Period) Within(f Frequency) []Period {
	per := f.PerYear()
	if per == 0 {
		return nil
	}
	q, err := NewPeriod(f, p.Year(), (int(p.from.Time().Month())-1)/(12/per)+1)
	if err != nil || q.from != p.from {
		return nil
	}
	var out []Period
	for ; !q.to.After(p.to); q = q.Next() {
		out = append(out, q)
	}
	if len(out) == 0 || out[len(out)-1].to != p.to {
		return nil
	}
	return out
}

// Compare orders periods by first day, then longer before shorter, then by frequency code.
func (p Period) Compare(q Period) int {
	if c := p.from.Compare(q.from); c != 0 {
		return c
	}
	if c := q.to.Compare(p.to); c != 0 {
		return c
	}
	return int(p.freq) - int(q.freq)
}

// Decree09 gives the data period of a periodic report under Nghị định 09/2019/NĐ-CP: a report of a calendar
// month, quarter, half or year covers the fifteenth of the month before the period to the fourteenth of its
// last month. The result is a dated interval, since it is not the calendar period whose name it bears.
func Decree09(report Period) (Period, error) {
	if report.freq.PerYear() == 0 {
		return Period{}, fault.New("stat.bad-period", "text", report.String())
	}
	from := DateOf(report.from.Time().AddDate(0, -1, 14))
	last := report.to.Time()
	return Between(from, NewDate(last.Year(), last.Month(), 14))
}
