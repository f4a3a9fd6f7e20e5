// Package territory knows the areas of the country by date: which provinces there were on a day, under which code, name and
// kind, in which region, and what became of each of them; and it restates figures from one set of areas to another.
//
// A code without a date is ambiguous, where a merger gave codes to other provinces. Areas in series keys therefore carry their set. Which
// sets of areas there are is the country's own matter: its pack declares them in CL_AREA_SET.
//
// It reads its files once and never changes. It may not reach a database, a clock or the network, and holds no figures but
// counts of communes and districts.
package territory

import (
	"slices"
	"sort"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// LeastRanked is how many areas must have figures that can be compared before any of them has a rank: to be the first of two says nothing.
const LeastRanked = 5

// Kind is what an area is.
type Kind string

// Kinds of area.
const (
	Country  Kind = "country"
	Group    Kind = "group"  // not a territory: all ministries, all provinces
	Region   Kind = "region" // socio-economic region
	Province Kind = "province"
	City     Kind = "city" // centrally-run city
)

// Name is a name in the two languages.
type Name struct{ Vi, En string }

// In gives the name in "vi" or "en".
func (n Name) In(lang string) string {
	if lang == "en" {
		return n.En
	}
	return n.Vi
}

// Area is one area through its whole life.
type Area struct {
	ID       string // time-unique, as in series keys
	Set      Set    // "" for the country and for groups
	Code     string // of a province, in its set; "" otherwise
	Name     Name   // the name it is listed under
	kind     Kind
	province bool      // its set is one of provinces
	From, To stat.Date // first and last day; zero for not recorded or not ended
	episodes []Episode
	regions  []membership
}

// Episode is a span in which a province had one name and one kind.
type Episode struct {
	From, To stat.Date // zero for not recorded or not ended
	Name     Name
	Kind     Kind
	Source   string
	Mark     stat.Mark
}

type membership struct {
	region   string
	from, to stat.Date
}

// On gives the name and kind that an area had on a day; the zero Date asks for the newest.
func (a *Area) On(day stat.Date) Episode {
	for _, e := range a.episodes {
		if within(day, e.From, e.To) && !day.IsZero() {
			return e
		}
	}
	if n := len(a.episodes); n > 0 {
		return a.episodes[n-1]
	}
	return Episode{From: a.From, To: a.To, Name: a.Name, Kind: a.kind}
}

// ValidOn reports whether the area existed on a day.
func (a *Area) ValidOn(day stat.Date) bool { return within(day, a.From, a.To) }

// IsProvince reports whether the area is a province or a centrally-run city.
func (a *Area) IsProvince() bool { return a.province }

func within(day, from, to stat.Date) bool {
	return (from.IsZero() || !day.Before(from)) && (to.IsZero() || !day.After(to))
}

// Count is a number of communes or districts on a day.
type Count struct {
	Number int
	AsOf   stat.Date
	Source string
	Mark   stat.Mark
}

// Registry is the whole of it.
type Registry struct {
	areas      []*Area
	byID       map[string]*Area
	byName     map[string][]*Area // by folded name
	successors map[string]string  // old province → new province
	parts      map[string][]string
	partTo     map[string]string // old province of which a part went elsewhere → new province that got the part
	merged     stat.Date         // the day the new provinces began
	divisions  []Division
	earlier    Set
	current    Set
	nation     Set
	codes      map[string]bool // of provinces
	shapes     map[string]bool // of those codes
	counts     map[[2]string][]Count
	aliases    map[string][]string // by area
	digest     string
}

// Digest is a text that changes with the files that the areas were read from.
func (r *Registry) Digest() string { return r.digest }

// Aliases lists other names by which people call an area, such as "TP.HCM", or nothing.
func (r *Registry) Aliases(area string) []string { return slices.Clone(r.aliases[area]) }

// Areas lists every area, in the order of the file.
func (r *Registry) Areas() []*Area { return r.areas }

// Area finds an area by its time-unique identifier.
func (r *Registry) Area(id string) (*Area, error) {
	if a := r.byID[id]; a != nil {
		return a, nil
	}
	return nil, fault.New("territory.no-area", "id", id)
}

// Of lists the areas of a set, in order of code.
func (r *Registry) Of(set Set) []*Area {
	var out []*Area
	for _, a := range r.areas {
		if a.Set == set && set != "" || set == r.nation && a.ID == string(set) {
			out = append(out, a)
		}
	}
	return out
}

// ProvincesOn gives the set of provinces in force on a day.
func (r *Registry) ProvincesOn(day stat.Date) Set {
	if r.earlier != "" && day.Before(r.merged) {
		return r.earlier
	}
	return r.current
}

// Lookup finds the province that a code meant on a day. It needs the day, and refuses a code that meant nothing then,
// saying what it meant before.
func (r *Registry) Lookup(code string, on stat.Date) (*Area, error) {
	if on.IsZero() {
		return nil, fault.New("territory.no-date", "code", code)
	}
	var other *Area
	var valid []string
	for _, a := range r.areas {
		if !a.IsProvince() {
			continue
		}
		if a.ValidOn(on) {
			if a.Code == code {
				return a, nil
			}
			valid = append(valid, a.Code)
		} else if a.Code == code {
			other = a
		}
	}
	sort.Strings(valid)
	codes := strings.Join(valid, ", ")
	if other == nil {
		return nil, fault.New("territory.no-code", "code", code, "date", day(on), "codes", codes)
	}
	now := r.byID[r.successors[other.ID]]
	if now == nil { // a code of the new set only, asked for before it began; there is none today
		return nil, fault.New("territory.no-code", "code", code, "date", day(on), "codes", codes)
	}
	return nil, fault.New("territory.code-ended", "code", code, "date", day(on), "was", other.Name, "until", day(other.To),
		"now", now.Name, "nowCode", now.Code, "codes", codes)
}

// ByName finds the area that bore a name on a day. Case, diacritics, the place of tone marks, "Tỉnh", "Thành phố", "TP." and usual
// short forms do not matter.
func (r *Registry) ByName(name string, on stat.Date) (*Area, error) {
	if on.IsZero() {
		return nil, fault.New("territory.no-date", "code", name)
	}
	folded := text.Fold(name)
	for _, key := range []string{folded, bare(folded)} {
		for _, a := range r.byName[key] {
			if a.ValidOn(on) {
				return a, nil
			}
		}
	}
	return nil, fault.New("territory.no-name", "name", name, "date", day(on))
}

// bare drops what stands before the name of a province.
func bare(folded string) string {
	for _, prefix := range []string{"tinh ", "thanh pho ", "tp ", "t p "} {
		if rest, ok := strings.CutPrefix(folded, prefix); ok {
			return rest
		}
	}
	return folded
}

// IsCode reports whether a text is one of the codes of provinces, of whatever day, or looks like one.
func (r *Registry) IsCode(written string) bool { return r.codes[written] || r.shapes[shapeOf(written)] }

// shapeOf writes every digit of a code as 0, so that codes that look alike have one shape; a text with anything but digits has none.
func shapeOf(code string) string {
	if code == "" || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	return strings.Repeat("0", len(code))
}

// Resolve reads the area of a row of a data file: a time-unique identifier as it stands, or the code of a province, which means what it meant
// on the last day of the period.
func (r *Registry) Resolve(written string, p stat.Period) (*Area, error) {
	if a := r.byID[written]; a != nil {
		return a, nil
	}
	if r.IsCode(written) {
		return r.Lookup(written, p.To())
	}
	if a, err := r.ByName(written, p.To()); err == nil {
		return nil, fault.New("territory.name-not-code", "name", written, "id", a.ID)
	}
	return nil, fault.New("territory.no-area", "id", written)
}

// InForce gives a day on which a set was in force: what a code or a name of the set means is what it meant then.
func (r *Registry) InForce(s Set) stat.Date {
	if d, ok := r.Division(s); ok && !d.To.IsZero() {
		return d.To
	}
	return stat.MustDate("9999-12-31") // a set without an end is still in force
}

// Identify reads an area of a set as people write it: by its time-unique identifier, by its code (a spreadsheet may have lost the
// first zero), or by its name. An area of another set is refused.
func (r *Registry) Identify(set Set, written string) (*Area, error) {
	a, err := r.Area(written)
	switch code := len(written) <= 2 && strings.Trim(written, "0123456789") == ""; {
	case err == nil:
	case code && slices.Contains(r.ProvinceSets(), set):
		a, err = r.Lookup(strings.Repeat("0", 2-len(written))+written, r.InForce(set))
	default:
		a, err = r.ByName(written, r.InForce(set))
	}
	if err != nil {
		return nil, err
	}
	if a.Set != set && !(set == r.nation && a.ID == string(set)) {
		return nil, fault.New("territory.not-in-set", "id", a.ID, "set", string(set))
	}
	return a, nil
}

// RegionOf gives the region that a province belonged to on a day; there may be days on which new provinces are in none yet.
func (r *Registry) RegionOf(id string, on stat.Date) (*Area, error) {
	a, err := r.Area(id)
	if err != nil {
		return nil, err
	}
	for _, m := range a.regions {
		if within(on, m.from, m.to) {
			return r.byID[m.region], nil
		}
	}
	return nil, fault.New("territory.no-region", "id", id, "date", day(on))
}

// Members lists the provinces of a region, in order of code.
func (r *Registry) Members(region string) []*Area {
	var out []*Area
	for _, a := range r.areas {
		for _, m := range a.regions {
			if m.region == region {
				out = append(out, a)
			}
		}
	}
	return out
}

// Successor gives the province that an old province went into.
func (r *Registry) Successor(id string) (*Area, bool) {
	a := r.byID[r.successors[id]]
	return a, a != nil
}

// Predecessors lists the old provinces that a province was made of.
func (r *Registry) Predecessors(id string) []*Area {
	var out []*Area
	for _, p := range r.parts[id] {
		out = append(out, r.byID[p])
	}
	return out
}

// Reused lists the codes that mean different provinces in the two sets: the old name is not the new one.
func (r *Registry) Reused() []string {
	var out []string
	for _, a := range r.Of(r.current) {
		old := r.Namesake(a)
		if old != nil && text.Fold(old.On(stat.Date{}).Name.Vi) != text.Fold(a.Name.Vi) {
			out = append(out, a.Code)
		}
	}
	return out
}

// Namesake gives the province of the other set that bears the same code, or nil.
func (r *Registry) Namesake(a *Area) *Area {
	for _, set := range r.ProvinceSets() {
		for _, x := range r.Of(set) {
			if set != a.Set && x.Code == a.Code {
				return x
			}
		}
	}
	return nil
}

// Count gives the number of communes ("commune") or districts ("district") of an area, as last known on a day.
func (r *Registry) Count(id, level string, on stat.Date) (Count, bool) {
	var best Count
	found := false
	for _, c := range r.counts[[2]string{id, level}] {
		if !c.AsOf.After(on) && (!found || c.AsOf.After(best.AsOf)) {
			best, found = c, true
		}
	}
	return best, found
}

// day is a date that a message writes in the reader's language.
type day stat.Date

// In writes the date.
func (d day) In(lang string) string { return text.FormatDate(lang, stat.Date(d)) }
