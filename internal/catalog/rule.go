package catalog

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Severity says what a rule does with figures that break it.
type Severity string

// Severities, the strictest first.
const (
	Hard    Severity = "hard"    // the whole message is refused
	Soft    Severity = "soft"    // a finding that a release must answer with a reason
	Vintage Severity = "vintage" // a finding that only says that two publications do not fit each other, as they need not
	Note    Severity = "note"    // what does not add up, and by nature does not have to; kept also when it does
)

// RuleKind says what a rule looks at.
type RuleKind string

// Kinds of rule.
const (
	RangeRule    RuleKind = "range"          // a value lies between bounds, and is whole where it counts
	IntervalRule RuleKind = "interval"       // lower bound ≤ value ≤ upper bound, no negative standard error
	SourceRule   RuleKind = "source"         // the source is a code of the list of sources
	PeriodRule   RuleKind = "period"         // the period lies within the years that can be meant
	FutureRule   RuleKind = "vintage-future" // published after the day of the load
	BeforeRule   RuleKind = "vintage-before" // published before its period begins
	EarlyRule    RuleKind = "vintage-early"  // an actual published before its period ends
	AheadRule    RuleKind = "actual-ahead"   // an actual of a period that has not ended on the day of the load
	ForecastRule RuleKind = "forecast-past"  // a forecast of a period that had ended a year before it was published
	ChangeRule   RuleKind = "change"         // against the period before, or the same period a year before
	RevisionRule RuleKind = "revision"       // against what was stored of the same cell
	SlipRule     RuleKind = "slip"           // against the series' own past: a power of ten lost or gained
	RepeatRule   RuleKind = "repeat"         // all series of one period equal to those of the period before, or of another area
	IdentityRule RuleKind = "identity"       // what one expression gives equals what another gives
)

var ruleKinds = []RuleKind{RangeRule, IntervalRule, SourceRule, PeriodRule, FutureRule, BeforeRule, EarlyRule, AheadRule, ForecastRule, ChangeRule,
	RevisionRule, SlipRule, RepeatRule, IdentityRule}

// Basis says which vintages the figures of an identity are taken from.
type Basis string

// Bases of an identity.
const (
	SameVintage Basis = "same"     // all under the vintage day of the figure that the rule stands at
	AsOfDay     Basis = "known"    // the newest on that day
	NewestNow   Basis = "newest"   // the newest of each
	OneVintage  Basis = "together" // the newest vintage day on which all of them are there
	// LaterParts is the newest of each, tried where one of them is not older than the figure that the rule stands at and not all are of its
	// day: an old part beside a revised total is no contradiction, a new part beside an older total is.
	LaterParts Basis = "later"
)

// Rule is something that figures of a dataflow satisfy, or should. It is declared in rules.yaml, never in code.
type Rule struct {
	ID       string
	Kind     RuleKind
	Severity Severity
	Why      Label // the reason, as a sentence

	// Which figures it is about; what is left out matches all.
	Flows    []string            // dataflows
	Except   []string            // dataflows that it is not about
	Of       Kind                // reported or derived
	Units    []string            // codes of CL_UNIT_MEASURE
	Where    map[string][]string // dimension → codes
	Not      map[string][]string // dimension → codes that it is not about
	Statuses []stat.Status

	Low, High   *stat.Decimal // range: bounds, both included
	Whole       bool          // range: counts in ones
	First, Last int           // period: years
	Days        int           // vintage-early, actual-ahead: how many days before the end are let pass
	Begin       bool          // actual-ahead: about periods that have not begun, not those that have not ended
	Percent     *stat.Decimal // change, revision: how far, relative to what was there
	Points      *stat.Decimal // change, revision: how far, in units of the figure
	Factor      *stat.Decimal // slip: how many times the series' usual value
	Least       int           // repeat: how many figures must agree

	Got, Want *Expr            // identity
	Facts     map[string]*Expr // identity: further numbers that its sentence names
	Basis     Basis            // identity
	Within    *stat.Decimal    // identity: how far apart the two may be; nil for what rounding to the digits printed can do
	Most      bool             // identity: Got may be below Want, not above it
	Half      bool             // identity: half a unit of the last digit of the figure that the rule stands at
	Round     *int             // identity: digits to which Want is rounded; RoundPrinted for those of that figure
	Widest    bool             // identity: of the figures of one period, only the widest gap is kept
	Say       string           // identity: the sentence, when it is not that of the rule's own name
}

// RoundPrinted is the Round that rounds to the digits of the printed figure.
const RoundPrinted = -1

// About reports whether a rule is about a figure.
func (r *Rule) About(f *Dataflow, o stat.Observation) bool {
	if !r.AboutFlow(f) || !r.AboutKey(f, o.Key) {
		return false
	}
	if len(r.Statuses) > 0 && !slices.Contains(r.Statuses, o.Status) {
		return false
	}
	return len(r.Units) == 0 || slices.Contains(r.Units, f.UnitOf(o))
}

// AboutFlow reports whether a rule is about figures of a dataflow.
func (r *Rule) AboutFlow(f *Dataflow) bool {
	return (len(r.Flows) == 0 || slices.Contains(r.Flows, f.ID)) && !slices.Contains(r.Except, f.ID) && (r.Of == "" || r.Of == f.Kind)
}

// AboutKey reports whether the codes of a key are those that a rule is about.
func (r *Rule) AboutKey(f *Dataflow, k stat.Key) bool {
	for dimension, codes := range r.Where {
		if !slices.Contains(codes, f.CodeOf(k, dimension)) {
			return false
		}
	}
	for dimension, codes := range r.Not {
		if slices.Contains(codes, f.CodeOf(k, dimension)) {
			return false
		}
	}
	return true
}

// Rules lists the rules in the order of their file.
func (c *Catalog) Rules() []*Rule { return c.rules }

// Rule finds a rule.
func (c *Catalog) Rule(id string) (*Rule, bool) {
	i := slices.IndexFunc(c.rules, func(r *Rule) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return c.rules[i], true
}

// WithRules gives a copy of a catalogue with other rules, which are checked against it.
func (c *Catalog) WithRules(text []byte) (*Catalog, error) {
	other := *c
	if err := other.readRules(text); err != nil {
		return nil, err
	}
	return &other, nil
}

// ruleFile is the form of rules.yaml.
type ruleFile struct {
	Rules []struct {
		ID, Kind, Severity, Got, Want, Basis, Within, Round, Say string
		Why                                                      Label
		Flows, Except, Units, Status                             []string
		Of                                                       Kind
		Where, Not                                               map[string]string // codes joined by "+"
		Low, High, Percent, Points, Factor                       string
		Whole, Widest, Begin, Most                               bool
		First, Last, Days, Least                                 int
		Facts                                                    map[string]string
	}
}

const rulesName = "catalog/rules.yaml"

func (c *Catalog) loadRules(fsys fs.FS) error {
	b, err := fs.ReadFile(fsys, rulesName)
	if err != nil {
		return fault.New("catalog.bad-file", "reason", err.Error()).At(rulesName, 0, "")
	}
	return c.readRules(b)
}

func (c *Catalog) readRules(text []byte) error {
	var file ruleFile
	if err := decodeYAML(rulesName, text, &file); err != nil {
		return err
	}
	c.rules = nil
	seen := map[string]bool{}
	for _, x := range file.Rules {
		refuse := func(reason string) error {
			return fault.New("catalog.bad-rule", "rule", x.ID, "reason", reason).At(rulesName, 0, "")
		}
		if x.ID == "" || seen[x.ID] {
			return fault.New("catalog.duplicate", "kind", "rule", "id", x.ID).At(rulesName, 0, "")
		}
		seen[x.ID] = true
		r := &Rule{ID: x.ID, Kind: RuleKind(x.Kind), Severity: Severity(x.Severity), Why: x.Why, Flows: x.Flows, Except: x.Except, Of: x.Of, Units: x.Units,
			Whole: x.Whole, First: x.First, Last: x.Last, Days: x.Days, Begin: x.Begin, Least: x.Least, Basis: Basis(x.Basis), Widest: x.Widest, Most: x.Most, Say: x.Say,
			Where: c.codeSets(x.Where), Not: c.codeSets(x.Not)}
		for _, s := range x.Status {
			r.Statuses = append(r.Statuses, stat.Status(s))
		}
		for _, n := range []struct {
			text string
			into **stat.Decimal
		}{{x.Low, &r.Low}, {x.High, &r.High}, {x.Percent, &r.Percent}, {x.Points, &r.Points}, {x.Factor, &r.Factor}} {
			if n.text != "" {
				d, err := stat.ParseDecimal(n.text)
				if err != nil {
					return refuse(n.text)
				}
				*n.into = &d
			}
		}
		if reason := r.numbers(x.Within, x.Round); reason != "" {
			return refuse(reason)
		}
		if reason := c.expressions(r, x.Got, x.Want, x.Facts); reason != "" {
			return refuse(reason)
		}
		if reason := c.checkRule(r); reason != "" {
			return refuse(reason)
		}
		c.rules = append(c.rules, r)
	}
	return nil
}

// codeSets splits the codes of each dimension.
func (c *Catalog) codeSets(given map[string]string) map[string][]string {
	if len(given) == 0 {
		return nil
	}
	out := map[string][]string{}
	for dimension, codes := range given {
		out[dimension] = strings.Split(codes, "+")
	}
	return out
}

// numbers reads how far apart the sides of an identity may be, and how the wanted one is rounded.
func (r *Rule) numbers(within, round string) (wrong string) {
	switch within {
	case "", "printed":
	case "half":
		r.Half = true
	default:
		d, err := stat.ParseDecimal(within)
		if err != nil || d.Sign() < 0 {
			return within
		}
		r.Within = &d
	}
	switch round {
	case "":
	case "printed":
		n := RoundPrinted
		r.Round = &n
	default:
		n, err := strconv.Atoi(round)
		if err != nil || n < 0 || n > 15 {
			return round
		}
		r.Round = &n
	}
	return ""
}

// expressions reads the sides of an identity. Left out, Got is the figure that the rule stands at.
func (c *Catalog) expressions(r *Rule, got, want string, facts map[string]string) (wrong string) {
	if r.Kind != IdentityRule {
		if got != "" || want != "" || len(facts) > 0 {
			return "got, want, facts"
		}
		return ""
	}
	if len(r.Flows) != 1 {
		return "flows"
	}
	flow := c.flowByID[r.Flows[0]]
	if flow == nil {
		return r.Flows[0]
	}
	read := func(text string) *Expr {
		e, err := c.parseExpr(flow, text)
		if err != nil {
			wrong = text + ": " + err.Error()
		}
		return e
	}
	if got == "" {
		got = this
	}
	r.Got, r.Want = read(got), read(want)
	for name, text := range facts {
		if r.Facts == nil {
			r.Facts = map[string]*Expr{}
		}
		r.Facts[name] = read(text)
	}
	return wrong
}

// checkRule says what of a rule refers to nothing, or lacks what its kind needs.
func (c *Catalog) checkRule(r *Rule) string {
	if !slices.Contains(ruleKinds, r.Kind) {
		return "kind: " + string(r.Kind)
	}
	if !slices.Contains([]Severity{Hard, Soft, Vintage, Note}, r.Severity) {
		return "severity: " + string(r.Severity)
	}
	if r.Of != "" && r.Of != Reported && r.Of != Derived {
		return "of: " + string(r.Of)
	}
	if (r.Why.Vi == "") != (r.Why.En == "") || r.Kind != IdentityRule && r.Why.Vi == "" {
		return "why"
	}
	for _, id := range append(slices.Clone(r.Flows), r.Except...) {
		if c.flowByID[id] == nil {
			return id
		}
	}
	for _, unit := range r.Units {
		if c.resolve("CL_UNIT_MEASURE", unit, r.ID) != nil {
			return unit
		}
	}
	for _, s := range r.Statuses {
		if !slices.Contains(stat.Statuses(), s) {
			return string(s)
		}
	}
	for _, sets := range []map[string][]string{r.Where, r.Not} {
		if wrong := c.checkCodeSets(r, sets); wrong != "" {
			return wrong
		}
	}
	return r.lacks()
}

// checkCodeSets gives a dimension that none of the rule's dataflows has, or a code that no list of it has.
func (c *Catalog) checkCodeSets(r *Rule, sets map[string][]string) string {
	for dimension, codes := range sets {
		for _, code := range codes {
			if !slices.ContainsFunc(c.dataflows, func(f *Dataflow) bool {
				i := f.Position(dimension)
				if i < 0 || !r.AboutFlow(f) {
					return false
				}
				_, ok := c.codelists[f.Dimensions[i].Codelist].Code(code)
				return ok
			}) {
				return dimension + "=" + code
			}
		}
	}
	return ""
}

// lacks names what the kind of a rule needs and the rule does not say.
func (r *Rule) lacks() string {
	if r.Most && (r.Kind != IdentityRule || r.Widest) {
		return "most"
	}
	switch r.Kind {
	case RangeRule:
		if r.Low == nil && r.High == nil && !r.Whole || r.Low != nil && r.High != nil && r.Low.Cmp(*r.High) > 0 {
			return "low, high"
		}
	case PeriodRule:
		if r.First == 0 || r.Last < r.First {
			return "first, last"
		}
	case ChangeRule, RevisionRule:
		if (r.Percent == nil) == (r.Points == nil) {
			return "percent, points"
		}
	case SlipRule:
		if r.Factor == nil || r.Factor.Cmp(stat.Int(1)) <= 0 {
			return "factor"
		}
	case RepeatRule:
		if r.Least < 2 {
			return "least"
		}
	case IdentityRule:
		if !slices.Contains([]Basis{SameVintage, AsOfDay, NewestNow, OneVintage, LaterParts}, r.Basis) {
			return "basis"
		}
	}
	return ""
}
