package stat

import (
	"slices"
	"sort"
	"strings"

	"nhipso/internal/fault"
)

// Status is a code of SDMX CL_OBS_STATUS 2.2 (the codes that are used here).
type Status string

// Observation statuses.
const (
	Normal       Status = "A" // normal value
	Break        Status = "B" // time series break
	Estimated    Status = "E" // estimated by us or by the publisher
	Forecast     Status = "F" // forecast or nowcast beyond the last benchmark
	Imputed      Status = "I" // imputed by a receiving agency
	Missing      Status = "M" // missing; data cannot exist
	NotCollected Status = "L" // missing; data exist but were not collected
	Unpublished  Status = "O" // missing: not published
	Provisional  Status = "P" // provisional
	Suppressed   Status = "Q" // missing; suppressed
	LowTrust     Status = "U" // low reliability
	Unvalidated  Status = "V" // unvalidated
)

// Statuses lists the codes in order of code.
func Statuses() []Status {
	return []Status{Normal, Break, Estimated, Forecast, Imputed, NotCollected, Missing, Unpublished, Provisional, Suppressed, LowTrust, Unvalidated}
}

// Valueless reports whether an observation of this status carries no value.
func (s Status) Valueless() bool {
	return s == Missing || s == NotCollected || s == Unpublished || s == Suppressed
}

// Confidentiality is a code of SDMX CL_CONF_STATUS 1.3 (the codes that are used here).
type Confidentiality string

// Confidentiality statuses.
const (
	Free         Confidentiality = "F" // free for publication
	Confidential Confidentiality = "C" // confidential statistical information
	NotForPublic Confidentiality = "N" // not for publication, restricted for internal use
	Embargoed    Confidentiality = "E" // not released before its embargo ends
)

// Confidentialities lists the codes.
func Confidentialities() []Confidentiality {
	return []Confidentiality{Confidential, Embargoed, Free, NotForPublic}
}

// Strictest gives the strictest of confidentiality statuses: what rests on a figure tells of it. Without a status a figure is free.
func Strictest(list ...Confidentiality) Confidentiality {
	order := []Confidentiality{"", Free, Embargoed, NotForPublic, Confidential}
	worst := 0
	for _, c := range list {
		i := slices.Index(order, c)
		if i < 0 { // an unknown code is as strict as can be
			i = len(order) - 1
		}
		worst = max(worst, i)
	}
	return order[worst]
}

// LeastCertain gives the least certain of statuses of figures that have a value; what is computed from an estimate is one. Statuses without a
// value do not count. The order, from the surest: normal, break, provisional, unvalidated, imputed, estimated, low reliability, forecast.
func LeastCertain(list ...Status) Status {
	order := []Status{"", Normal, Break, Provisional, Unvalidated, Imputed, Estimated, LowTrust, Forecast}
	worst := 0
	for _, s := range list {
		worst = max(worst, slices.Index(order, s))
	}
	return order[worst]
}

// Mark says how well the source of a fact is known. It never improves on the way from a file to a page.
type Mark string

// Evidence marks.
const (
	MarkSeen       Mark = "S"  // published source seen
	MarkSecondary  Mark = "S2" // a third party quoting the official source
	MarkDerived    Mark = "D"  // computed from figures marked S or S2
	MarkInferred   Mark = "I"  // inferred
	MarkUnverified Mark = "M"  // unverified
)

// Marks lists the marks from the best evidence to the weakest.
func Marks() []Mark {
	return []Mark{MarkSeen, MarkSecondary, MarkDerived, MarkInferred, MarkUnverified}
}

// Weakest gives the weaker of the marks: what is computed from several figures is known no better than the least known.
func Weakest(marks ...Mark) Mark {
	worst := -1
	order := Marks()
	for _, m := range marks {
		for i, o := range order {
			if o == m && i > worst {
				worst = i
			}
		}
	}
	if worst < 0 {
		return ""
	}
	return order[worst]
}

// Key is the position of a series in its dataflow: one code for each dimension of the structure, in the order of the
// structure, joined by points as in SDMX ("A.VN.NSO.TOTAL"). TIME_PERIOD is not part of it.
type Key string

// NewKey joins codes.
func NewKey(codes ...string) Key { return Key(strings.Join(codes, ".")) }

// Codes splits the key.
func (k Key) Codes() []string { return strings.Split(string(k), ".") }

// ParseKey checks that a key has the given number of codes, none of them empty.
func ParseKey(s string, dimensions int) (Key, error) {
	codes := strings.Split(s, ".")
	if len(codes) != dimensions {
		return "", fault.New("stat.bad-key", "text", s, "want", dimensions)
	}
	for _, c := range codes {
		if c == "" {
			return "", fault.New("stat.bad-key", "text", s, "want", dimensions)
		}
	}
	return Key(s), nil
}

// Matches reports whether a key fits a pattern in which an empty code stands for any and "A+B" for either.
func (k Key) Matches(pattern string) bool {
	if pattern == "" || pattern == "all" || pattern == "*" {
		return true
	}
	if string(k) == pattern && !strings.ContainsAny(pattern, "+*") { // so is every figure of a series that is asked for by its key
		return true
	}
	codes, want := k.Codes(), strings.Split(pattern, ".")
	if len(codes) != len(want) {
		return false
	}
	for i, w := range want {
		if w == "" || w == "*" {
			continue
		}
		ok := false
		for _, alt := range strings.Split(w, "+") {
			ok = ok || alt == codes[i]
		}
		if !ok {
			return false
		}
	}
	return true
}

// Open reports whether the key leaves a code open, and so is a pattern that may match many series.
func (k Key) Open() bool {
	for _, c := range k.Codes() {
		if c == "" || c == "*" || strings.Contains(c, "+") {
			return true
		}
	}
	return false
}

// Vintage is the day on which a source published a figure, with how precisely that day is known. A figure known only
// to have appeared in some month or year counts as published on its last day, so that "as of" never shows it too early.
type Vintage struct {
	Date    Date
	Written string // as recorded: 2026-01-05, 2023-04, 2024, or "" when the source does not state it
}

// ParseVintage reads YYYY-MM-DD, YYYY-MM or YYYY. An empty text means "not stated"; it takes the other day given,
// the day on which the fact entered our own reference data, since it was public by then.
func ParseVintage(s string, otherwise Date) (Vintage, error) {
	if s == "" {
		return Vintage{Date: otherwise}, nil
	}
	p, err := ParsePeriod(s)
	if err != nil {
		return Vintage{}, err
	}
	return Vintage{Date: p.To(), Written: s}, nil
}

// String gives the date as recorded, or the date counted with "~" before it when the source does not state one.
func (v Vintage) String() string {
	if v.Written == "" && !v.Date.IsZero() {
		return "~" + v.Date.String()
	}
	return v.Written
}

// Attributes of an observation, by SDMX-style identifier. Those that have a meaning here are named below; a structure
// declares which ones its observations may carry.
type Attributes map[string]string

// Attribute identifiers.
const (
	AttrSource      = "SOURCE"       // the document or file that prints the figure
	AttrMark        = "EVIDENCE"     // a Mark
	AttrConf        = "CONF_STATUS"  // a Confidentiality
	AttrDecimals    = "DECIMALS"     // digits after the point as published
	AttrUnit        = "UNIT_MEASURE" // when it is not a dimension
	AttrUnitMult    = "UNIT_MULT"    // power of ten
	AttrCoverage    = "COVERAGE"     // what part of the population the figure covers
	AttrDenominator = "DENOMINATOR"  // what a rate is a rate of
	AttrComment     = "COMMENT_OBS"  // note
	AttrLower       = "CI_LOWER"     // lower bound of the interval
	AttrUpper       = "CI_UPPER"     // upper bound of the interval
	AttrStdErr      = "STD_ERR"      // standard error
	AttrLevel       = "CI_LEVEL"     // coverage of the interval, per cent
	AttrRun         = "RUN"          // the run that derived the figure
	AttrRecipe      = "RECIPE"       // recipe and version
	AttrComparator  = "COMPARATOR"   // how a target binds: =, >=, >, <=, ~, +
	AttrText        = "VALUE_TEXT"   // what the source prints where there is no number, or beside it
	AttrAreaSet     = "AREA_SET"     // dated set of territorial units on which the figure is given
	AttrResidue     = "RESIDUE"      // of a part that is kept as printed: total less all printed parts, in the unit of the figure
	AttrPrinted     = "PRINTED"      // the official figure of the cell as printed, where the estimate had to depart from it
	AttrReplay      = "REPLAY"       // day as of which an estimate was computed again from what was known then; it was not published on that day
)

// Names lists the identifiers present, sorted.
func (a Attributes) Names() []string {
	out := make([]string, 0, len(a))
	for k := range a {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// Clone copies the attributes.
func (a Attributes) Clone() Attributes {
	out := make(Attributes, len(a))
	for k, v := range a {
		out[k] = v
	}
	return out
}

// Observation is one figure of one series in one period and one vintage. Value is nil when the status says that there is none:
// a missing figure is never a zero.
type Observation struct {
	Key        Key        `json:"key"`
	Period     Period     `json:"period"`
	Vintage    Vintage    `json:"-"`
	Value      *Decimal   `json:"value"`
	Status     Status     `json:"status"`
	Attributes Attributes `json:"attributes,omitempty"`
}

// Mark gives the evidence mark.
func (o Observation) Mark() Mark { return Mark(o.Attributes[AttrMark]) }

// Printed gives what the source prints in the place of a plain number — a bound (more than 84), an approximation (almost 15), a range — as
// a code of CL_NOTE or free text, or "". Wherever a figure shows, these words show and not the number that stands for them in computations.
// A derived figure uses the attribute for words of its own, and where a comparator says how a number binds, number and comparator are the words.
func (o Observation) Printed() string {
	if o.Attributes[AttrRun] != "" || o.Value != nil && o.Attributes[AttrComparator] != "" {
		return ""
	}
	return o.Attributes[AttrText]
}

// Same reports whether two observations of one cell say the same: value, status and attributes.
func (o Observation) Same(p Observation) bool {
	if o.Status != p.Status || (o.Value == nil) != (p.Value == nil) || len(o.Attributes) != len(p.Attributes) {
		return false
	}
	if o.Value != nil && (o.Value.Cmp(*p.Value) != 0 || o.Value.Decimals() != p.Value.Decimals()) {
		return false
	}
	for k, v := range o.Attributes {
		if p.Attributes[k] != v {
			return false
		}
	}
	return true
}
