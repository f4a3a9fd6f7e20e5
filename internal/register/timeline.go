package register

import (
	"maps"
	"slices"

	"nhipso/internal/stat"
)

// Fold gives how a record stands at each time, from all acts on it in the order in which they became known. What an act changes holds from its day
// until the same column is changed again from a later day; of two changes from one day the one that became known later holds.
func Fold(acts []Act) []Version {
	if len(acts) == 0 {
		return nil
	}
	f := folding{changed: map[string][]setting{}}
	for _, a := range acts {
		f.take(a)
	}
	var out []Version
	days := slices.SortedFunc(maps.Keys(f.days), stat.Date.Compare)
	for i, day := range days {
		if day.Before(f.from) || !f.until.IsZero() && !day.Before(f.until) {
			continue
		}
		v := Version{Type: acts[0].Type, ID: acts[0].Record, From: day, Until: f.until, Act: f.added, Values: map[string]string{}}
		if i+1 < len(days) && (f.until.IsZero() || days[i+1].Before(f.until)) {
			v.Until = days[i+1]
		}
		for column, list := range f.changed {
			if s, is := on(list, day); is {
				v.Act = max(v.Act, s.act)
				if s.value != "" {
					v.Values[column] = s.value
				}
			}
		}
		if n := len(out); n > 0 && maps.Equal(out[n-1].Values, v.Values) {
			out[n-1].Until, out[n-1].Act = v.Until, max(out[n-1].Act, v.Act)
			continue
		}
		out = append(out, v)
	}
	return out
}

// setting is a value that a column has from a day on.
type setting struct {
	from  stat.Date
	act   int64
	value string
}

// folding is what is known of a record while its acts are taken up.
type folding struct {
	added       int64
	from, until stat.Date
	days        map[stat.Date]bool // on which something changes
	changed     map[string][]setting
}

func (f *folding) take(a Act) {
	if f.days == nil {
		f.added, f.from, f.days = a.Number, a.From, map[stat.Date]bool{}
	}
	switch a.Kind {
	case Ended:
		f.until = a.From
		return
	case Erased:
		for _, c := range a.Changes {
			for i := range f.changed[c.Column] {
				f.changed[c.Column][i].value = ""
			}
		}
		return
	case Commented, Attached, Detached:
		return
	}
	f.days[a.From] = true
	for _, c := range a.Changes {
		f.changed[c.Column] = append(f.changed[c.Column], setting{a.From, a.Number, c.After})
	}
}

// on gives the setting that holds on a day: the last one of the latest day.
func on(list []setting, day stat.Date) (best setting, is bool) {
	for _, s := range list {
		if !day.Before(s.from) && !s.from.Before(best.from) || !is && !day.Before(s.from) {
			best, is = s, true
		}
	}
	return best, is
}

// overlaps reports whether a version holds at some time from a day on, and before another; a zero day is no bound.
func (v Version) overlaps(from, until stat.Date) bool {
	return (until.IsZero() || v.From.Before(until)) && (v.Until.IsZero() || from.Before(v.Until))
}

// newest is the last act that changed a record; a comment changes nothing, and a file neither.
func newest(acts []Act) int64 {
	for _, a := range slices.Backward(acts) {
		if !a.Kind.quiet() {
			return a.Number
		}
	}
	return 0
}
