package seasonal

import (
	"math"

	"nhipso/internal/fault"
)

// The years for which Tet knows the date: Viet Nam counts by the meridian 105° East since 1968.
const (
	FirstTet = 1968
	LastTet  = 2150
)

// Tet gives the day of Tết Nguyên đán in a year of the common calendar, as a day number (days since 1 January 1970). The new moon and
// the sun's longitude are computed, to a few minutes, for Viet Nam's own time (UTC+7), which now and then puts Tết on another
// day than the Chinese new year (1985, 2007, 2030, 2053). ok is false outside FirstTet…LastTet.
//
// The lunar month in which the winter solstice falls is the eleventh. Where thirteen months lie between two solstices, the first
// month without a principal term (a longitude of the sun that is a multiple of 30°) is a leap month.
// Source: Meeus (1998), Astronomical Algorithms, chapters 25 and 49.
func Tet(year int) (day int, ok bool) {
	if year < FirstTet || year > LastTet {
		return 0, false
	}
	k, next := eleventh(year-1), eleventh(year)
	month := k + 2
	if next-k == 13 {
		for leap := k + 1; leap <= k+2; leap++ {
			if term(newMoon(leap)) == term(newMoon(leap+1)) { // no multiple of 30° between: a leap month
				month++
				break
			}
		}
	}
	return newMoon(month), true
}

// eleventh gives the number of the new moon that begins the eleventh lunar month of a year.
func eleventh(year int) int {
	end := civil(year, 12, 31)
	k := int(math.Floor((float64(year) + 0.999 - 2000) * 12.3685))
	for newMoon(k) > end {
		k--
	}
	for newMoon(k+1) <= end {
		k++
	}
	if term(newMoon(k)) >= 9 && term(newMoon(k)) < 11 { // the sun has passed 270° when the month begins
		k--
	}
	return k
}

// term is the number of the twelfth of its circle in which the sun stands when a day begins in Viet Nam.
func term(day int) int { return int(math.Floor(sun(float64(day)-7./24) / 30)) }

// sun gives the apparent longitude of the sun in degrees at a time in days since 1970 (UT).
func sun(day float64) float64 {
	t := (day + deltaT(day) - epoch2000) / 36525
	mean := 280.46646 + 36000.76983*t + 0.0003032*t*t
	m := radians(357.52911 + 35999.05029*t - 0.0001537*t*t)
	centre := (1.914602-0.004817*t-0.000014*t*t)*math.Sin(m) + (0.019993-0.000101*t)*math.Sin(2*m) + 0.000289*math.Sin(3*m)
	l := math.Mod(mean+centre-0.00569-0.00478*math.Sin(radians(125.04-1934.136*t)), 360)
	if l < 0 {
		l += 360
	}
	return l
}

// epoch2000 is noon of 1 January 2000 in days since 1970.
const epoch2000 = 10957.5

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

// deltaT is, roughly, how far the uniform time of the formulas is ahead of the clock, in days.
func deltaT(day float64) float64 {
	t := (day - epoch2000) / 365.25
	return (63 + 0.3*t + 0.005*t*t) / 86400
}

// newMoon gives the day in Viet Nam on which new moon number k falls; 0 is the first of 2000.
func newMoon(k int) int {
	n := float64(k)
	t := n / 1236.85
	at := 2451550.09766 + 29.530588861*n + t*t*(0.00015437-0.000000150*t) - 2440587.5
	e := 1 - 0.002516*t - 0.0000074*t*t
	m := radians(2.5534 + 29.10535670*n - 0.0000014*t*t)
	moon := radians(201.5643 + 385.81693528*n + 0.0107582*t*t)
	f := radians(160.7108 + 390.67050284*n - 0.0016118*t*t)
	node := radians(124.7746 - 1.56375588*n + 0.0020672*t*t)
	at += -0.40720*math.Sin(moon) + 0.17241*e*math.Sin(m) + 0.01608*math.Sin(2*moon) + 0.01039*math.Sin(2*f) +
		0.00739*e*math.Sin(moon-m) - 0.00514*e*math.Sin(moon+m) + 0.00208*e*e*math.Sin(2*m) - 0.00111*math.Sin(moon-2*f) -
		0.00057*math.Sin(moon+2*f) + 0.00056*e*math.Sin(2*moon+m) - 0.00042*math.Sin(3*moon) + 0.00042*e*math.Sin(m+2*f) +
		0.00038*e*math.Sin(m-2*f) - 0.00024*e*math.Sin(2*moon-m) - 0.00017*math.Sin(node) - 0.00007*math.Sin(moon+2*m) +
		0.000325*math.Sin(radians(299.77+0.107408*n-0.009173*t*t)) + 0.000165*math.Sin(radians(251.88+0.016321*n))
	return int(math.Floor(at - deltaT(at) + 7./24))
}

// civil gives the day number of a date of the common calendar.
func civil(year, month, day int) int {
	y := year
	if month <= 2 {
		y--
	}
	era := int(math.Floor(float64(y) / 400))
	ofEra := y - era*400
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + (153*((month+9)%12)+2)/5 + day - 1 - 719468
}

// TetRegressor makes the regressor of Tết for n periods, 4 or 12 a year, from the given place (from 0) in the given year: the share
// in each of the days from before days ahead of Tết to after days behind it, less the mean of that month or quarter. The window
// may lie wholly before Tết (after negative) or after it (before negative).
// Errors: another period, years for which Tet knows no date, and those of Holiday.
func TetRegressor(year, first, n, period, before, after int) ([]float64, error) {
	if period != 4 && period != 12 {
		return nil, fault.New("seasonal.period", "period", period)
	}
	last := year + (first+n)/period
	if year < FirstTet || last >= LastTet {
		return nil, fault.New("seasonal.tet-years", "first", FirstTet, "last", LastTet)
	}
	var days []int
	for y := max(year-1, FirstTet); y <= last+1; y++ {
		day, _ := Tet(y)
		days = append(days, day)
	}
	start := make([]int, n+1)
	for i := range start {
		at := first + i
		start[i] = civil(year+at/period, at%period*(12/period)+1, 1)
	}
	return Holiday(start, days, before, after, period)
}
