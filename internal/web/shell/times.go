package shell

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Times is the control by which a reader goes back and forth in time on one page: the releases that are out, and the days on which something of
// the page was published. A release is named by its parameter and a day by the other; without either the page shows the newest.
type Times struct {
	Viewed  string      // what is viewed, in words
	Groups  []StopGroup // newest first: the newest, the releases, then the days of each year
	Earlier *Crumb      // the stop before the one viewed
	Later   *Crumb      // the stop after it
	Day     string      // the day viewed, as it is typed
	Today   string      // the day of the newest release, as a day is typed
}

// StopGroup is some stops under a heading.
type StopGroup struct {
	Name  string
	Stops []Stop
}

// Stop is a moment that can be viewed.
type Stop struct {
	Value, Name string // of an entry of the list; an empty value is the newest
	Day         string // by which scripts order the stops; of the newest none
	Selected    bool

	day     stat.Date // of the newest none
	release string
}

// asofParameter names the day viewed.
const asofParameter = "asof"

// releaseStop is how a list of one parameter names a release: such an address leads to the one with the parameter of releases.
const releaseStop = releaseParameter + ":"

// mostStops bounds the days in the list; earlier ones can be typed.
const mostStops = 400

// Times gives the moments at which the page can be viewed, or nil when nothing is published.
func (f *Frame) Times() *Times {
	v := f.v
	if v.public == nil || f.Dateless {
		return nil
	}
	all := f.stops()
	released := v.public.Catalog.Day(v.public.Release.PublishAt) // a page that is kept knows no clock
	out := &Times{Today: text.FormatDate(v.Lang, released), Day: text.FormatDate(v.Lang, v.AsOf)}
	if v.Lang == "en" {
		out.Today, out.Day = released.String(), v.AsOf.String()
	}
	here := slices.IndexFunc(all, func(s Stop) bool { return s.Selected })
	if here < 0 { // the release shown is the newest
		here = len(all) - 1
	}
	out.Viewed = all[here].Name
	if here > 0 {
		out.Earlier = f.way(all[here-1])
	}
	if here+1 < len(all) {
		out.Later = f.way(all[here+1])
	}
	out.Groups = f.grouped(all)
	return out
}

// way leads to a stop.
func (f *Frame) way(s Stop) *Crumb {
	if s.release != "" {
		return &Crumb{s.Name, f.then(asofParameter, "", releaseParameter, s.release)}
	}
	return &Crumb{s.Name, f.then(releaseParameter, "", asofParameter, s.day.String())}
}

// stops lists the moments in the order of time; the newest comes last.
func (f *Frame) stops() []Stop {
	v := f.v
	days := v.public.Published()
	var first stat.Date // of what the page shows; a release before it had nothing of it
	if f.Days != nil {
		if days = f.Days(v.public); len(days) > 0 {
			first = days[0]
		}
	}
	today := v.today()
	days = slices.DeleteFunc(days, func(d stat.Date) bool { return d.After(today) })
	days = days[max(0, len(days)-mostStops):]
	if !v.AsOf.IsZero() && !slices.Contains(days, v.AsOf) {
		days = append(slices.Clone(days), v.AsOf)
	}
	var out []Stop
	for _, d := range days {
		out = append(out, Stop{Value: d.String(), Day: d.String(), Name: text.FormatDate(v.Lang, d), Selected: d == v.AsOf, day: d})
	}
	releases, err := v.public.Releases(v.R.Context())
	if err != nil {
		releases = nil // the days are there all the same
	}
	for _, r := range releases {
		if r.ID == v.newest.ID || r.PublishAt.IsZero() {
			continue // the newest of all is the last stop
		}
		day := v.public.Catalog.Day(r.PublishAt)
		if day.Before(first) && r.ID != v.Release {
			continue
		}
		out = append(out, Stop{Value: releaseStop + r.ID, Day: day.String(), Name: v.Say("common.times-release", "release", r.Title.In(v.Lang), "date", text.FormatDate(v.Lang, day)),
			Selected: v.AsOf.IsZero() && v.Release == r.ID, day: day, release: r.ID})
	}
	slices.SortStableFunc(out, func(a, b Stop) int { return a.day.Compare(b.day) })
	return append(out, Stop{Name: v.Say("common.times-newest", "release", v.newest.Title.In(v.Lang)), Selected: v.AsOf.IsZero() && (v.Release == "" || v.Release == v.newest.ID)})
}

// grouped sets stops under headings, newest first.
func (f *Frame) grouped(all []Stop) []StopGroup {
	last := len(all) - 1
	out := []StopGroup{{Stops: []Stop{all[last]}}}
	releases := StopGroup{Name: f.T("common.times-releases")}
	var years []StopGroup
	for _, s := range slices.Backward(all[:last]) {
		if s.release != "" {
			releases.Stops = append(releases.Stops, s)
			continue
		}
		year := strconv.Itoa(s.day.Year())
		if n := len(years); n == 0 || years[n-1].Name != year {
			years = append(years, StopGroup{Name: year})
		}
		years[len(years)-1].Stops = append(years[len(years)-1].Stops, s)
	}
	if len(releases.Stops) > 0 {
		out = append(out, releases)
	}
	for _, y := range years {
		y.Name = f.T("common.times-days", "year", y.Name)
		out = append(out, y)
	}
	return out
}

// today is the last day that can be viewed.
func (v *Visit) today() stat.Date { return v.public.Catalog.Day(v.Site.Now()) }

// first is the first day on which something of the page was published.
func (f *Frame) first() stat.Date {
	if f.Days != nil {
		if days := f.Days(f.v.public); len(days) > 0 {
			return days[0]
		}
	}
	return f.v.public.First()
}

// Before tells that the day viewed lies before the first figure of the page, and leads to the day of that; else nil.
func (f *Frame) Before() *Crumb {
	if f.v.public == nil || f.v.AsOf.IsZero() {
		return nil
	}
	first := f.first()
	if !f.v.AsOf.Before(first) {
		return nil
	}
	return &Crumb{text.FormatDate(f.Lang, first), f.then(asofParameter, first.String())}
}

// moment gives the moment that a query names its one form: a day is written YYYY-MM-DD, whichever way it was typed, and a release has its own
// parameter.
func moment(q url.Values) {
	written := q.Get(asofParameter)
	if id, is := strings.CutPrefix(written, releaseStop); is && id != "" {
		q.Del(asofParameter)
		q.Set(releaseParameter, id)
	} else if day, err := text.ParseDate(written); err == nil {
		q.Set(asofParameter, day.String())
	}
}

// wayOut leads from an error of the day asked for to the nearest day that can be viewed.
func (s *Site) wayOut(v *Visit, asked url.Values, nearest stat.Date) *Crumb {
	q := url.Values{}
	if len(asked.Encode()) <= longestPath {
		q = clone(asked)
	}
	q.Set(asofParameter, nearest.String())
	path := v.Path
	if v.Format != "" {
		path += "." + v.Format
	}
	return &Crumb{v.Say("errors.day-nearest", "date", text.FormatDate(v.Lang, nearest)), address(path, q)}
}

// Nearest is how an error of a day names the nearest day that can be viewed.
const Nearest = "nearest"

// nearest gives the nearest day that can be viewed where an error is one of the day asked for.
func nearest(err error, v *Visit) (stat.Date, bool) {
	var f *fault.Error
	if v.public == nil || !errors.As(err, &f) {
		return stat.Date{}, false
	}
	day, is := f.Args[Nearest].(stat.Date)
	return day, is
}

// daysOf gives the days, in order, each once.
func daysOf(list []stat.Date) []stat.Date {
	out := slices.Clone(list)
	slices.SortFunc(out, stat.Date.Compare)
	return slices.Compact(out)
}

// AllDays makes the days of a page from those of what it shows.
func AllDays(parts ...func(*publish.View) []stat.Date) func(*publish.View) []stat.Date {
	return func(v *publish.View) []stat.Date {
		var out []stat.Date
		for _, p := range parts {
			out = append(out, p(v)...)
		}
		return daysOf(out)
	}
}

// DaysOf are the days on which figures of series that match a pattern were published; without a pattern those of whole dataflows.
func DaysOf(pattern string, flows ...string) func(*publish.View) []stat.Date {
	return func(v *publish.View) []stat.Date {
		var out []stat.Date
		for _, flow := range flows {
			if _, err := v.Catalog.Dataflow(flow); err != nil {
				continue // the country has no such figures
			}
			if pattern == "" {
				out = append(out, v.Vintages(flow)...)
				continue
			}
			for _, o := range v.History(flow, pattern) {
				out = append(out, o.Vintage.Date)
			}
		}
		return daysOf(out)
	}
}
