package stat

import (
	"time"

	"nhipso/internal/fault"
)

// Date is a day of the proleptic Gregorian calendar, without time or zone. The zero Date is not a day
// (IsZero); it sorts before every real one.
type Date struct{ days int32 } // days since 0000-12-31, so that day one is 0001-01-01

var epoch = time.Date(0, time.December, 31, 0, 0, 0, 0, time.UTC)

// NewDate gives the day of a year, month and day of month; out-of-range values roll over as in package time.
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf gives the calendar day that t shows in its own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	u := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return Date{int32(u.Unix()/86400 - epoch.Unix()/86400)}
}

// ParseDate reads YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil || t.Year() < 1 {
		return Date{}, fault.New("stat.bad-date", "text", s)
	}
	return DateOf(t), nil
}

// MustDate is ParseDate for text written in the code.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Time gives midnight UTC of the day.
func (d Date) Time() time.Time { return epoch.AddDate(0, 0, int(d.days)) }

// String gives YYYY-MM-DD, or "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	year, month, day := d.Time().Date() // written by hand: a load of figures has millions
	b := [10]byte{4: '-', 7: '-'}
	if year > 9999 {
		return d.Time().Format("2006-01-02")
	}
	digits(b[:4], year)
	digits(b[5:7], int(month))
	digits(b[8:], day)
	return string(b[:])
}

// digits writes a number that is not negative with as many digits as there is room for.
func digits(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}

// IsZero reports whether the Date is unset.
func (d Date) IsZero() bool { return d.days == 0 }

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.days < e.days }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.days > e.days }

// Compare gives -1, 0 or 1.
func (d Date) Compare(e Date) int {
	switch {
	case d.days < e.days:
		return -1
	case d.days > e.days:
		return 1
	}
	return 0
}

// AddDays gives the day n days later.
func (d Date) AddDays(n int) Date { return Date{d.days + int32(n)} }

// Sub gives the number of days from e to d.
func (d Date) Sub(e Date) int { return int(d.days - e.days) }

// Year gives the calendar year.
func (d Date) Year() int { return d.Time().Year() }
