// Package pipeline runs recipes: declared computations whose inputs and outputs are series of the cube. It runs what is
// stale, remembers what it ran, keeps the lineage of every derived figure, and explains a figure down to its documents.
//
// A recipe's Compute is a pure function; this package does the reading and the writing around it. It knows no method and
// no SQL: methods live in measure and recipe, storage behind the Store interface.
package pipeline

import (
	"context"
	"maps"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// Input declares series that a recipe reads, or the records of a type, under the name by which its Compute asks for them.
type Input struct {
	Name     string
	Records  *catalog.RecordType // the type; nil for figures. Records are read as they stand on the day of the run
	Columns  []string            // of the records: what the recipe reads of them, so that nothing else makes it stale
	Dataflow string
	Key      string // pattern
	History  bool   // also earlier vintages, for recipes that choose among them
	Calendar bool   // the Phase of the recipe asks for it, so it is read at every look; only such an input is there for a Phase
}

// Country is whose figures a recipe computes: what recipes of every country ask for, as its catalogue has it.
type Country struct {
	Area     string // code of the nation as one area
	Currency string // code of its currency
	Official string // code of the definition of the digital economy that its statistics office publishes
}

// CountryOf gives the country of a catalogue.
func CountryOf(c *catalog.Catalog) Country {
	x := c.Country()
	return Country{Area: x.ID, Currency: x.Currency, Official: x.Official}
}

// Recipe is a declared computation.
type Recipe struct {
	ID      string
	Version string // changes whenever the same inputs would give other figures
	Title   catalog.Label
	Method  string            // page of doc/methods
	Country Country           // whose figures it computes
	Params  map[string]string // declared parameters, part of the memo key
	Inputs  []Input
	Outputs []string // dataflows that it writes, and nobody else does
	// Compute is pure but for its context: it stops soon after the context has ended, and gives its error. It asks before each step that may take long.
	Compute func(context.Context, *Inputs) (*Result, error)
	// Phase, for a recipe that judges by the calendar (Inputs.Day), gives a text that changes only when the calendar changes a result, such
	// as the deadlines that have passed. It is part of the memo, so that the recipe becomes stale on that day and on no other. It sees the inputs
	// that are declared for it (Input.Calendar).
	Phase func(*Inputs) string
	// Catalogue is a text that changes with what Compute asks of the catalogue and the territory. It is part of the marks of a run, so that an
	// edition that changes some of it makes the recipe stale, and no other edition does.
	Catalogue string
	// DisclosureSafe names the test which shows that no confidential input can be computed back from any output. Where it is empty, an output
	// is as confidential as the most confidential figure that it came from.
	DisclosureSafe string
	// Costly says why the recipe is too slow to be computed while a reader waits. It is left out of a replay, and runs after all that do not read what
	// it writes.
	Costly string
	// NoWorking says why the figures of the recipe cannot be written out as a working (Node.Working).
	NoWorking string
}

// Inputs is what Compute may see: the declared series, nothing else.
type Inputs struct {
	Params  map[string]string
	Country Country
	Day     stat.Date                     // day of the run in the country's zone; only a recipe with a Phase may look at it
	Detail  bool                          // each figure of a method is to have its working as formula
	series  map[string][]cube.Version     // by input name: newest version of each cell
	past    map[string][]cube.Version     // by input name: whole history, where declared
	records map[string][]register.Version // by input name
}

// NewInputs is for tests of recipes, which need no store.
func NewInputs(of Country, params map[string]string, history map[string][]cube.Version) *Inputs {
	in := &Inputs{Params: params, Country: of, series: map[string][]cube.Version{}, past: history}
	for name, versions := range history {
		in.series[name] = cube.Newest(versions, cube.AsOf{})
	}
	return in
}

// Holding is for tests too: the same inputs with the records of an input.
func (in *Inputs) Holding(name string, records []register.Version) *Inputs {
	out := *in
	if out.records = maps.Clone(in.records); out.records == nil {
		out.records = map[string][]register.Version{}
	}
	out.records[name] = records
	return &out
}

// With gives the same inputs with some of them replaced, as a draw replaces those that it disturbs; the others are shared, not read again.
func (in *Inputs) With(changed map[string][]cube.Version) *Inputs {
	if len(changed) == 0 {
		return in
	}
	out := &Inputs{Params: in.Params, Country: in.Country, Day: in.Day, Detail: in.Detail, series: maps.Clone(in.series), past: maps.Clone(in.past), records: in.records}
	for name, versions := range changed {
		out.series[name], out.past[name] = cube.Newest(versions, cube.AsOf{}), versions
	}
	return out
}

// Newest gives the newest version of each cell of an input.
func (in *Inputs) Newest(name string) []cube.Version { return in.series[name] }

// History gives every version of an input declared with History.
func (in *Inputs) History(name string) []cube.Version { return in.past[name] }

// Ref names something that a figure was computed from: one version of one cell when Period is set, or all the periods of a
// series when it is not. A Key with open codes ("A.US.USE..") names all the series that it matches, as of a block of a table. Of a whole
// series or block, the bound of the run that used it decides which versions are meant.
type Ref struct {
	Dataflow string      `json:"dataflow"`
	Key      stat.Key    `json:"key"`
	Period   stat.Period `json:"period,omitzero"`
	Vintage  stat.Date   `json:"vintage,omitzero"`  // of the version used; with Message it names exactly one. Of a whole series: only what was published up to this day
	Message  int64       `json:"message,omitempty"` // the message that brought the version used; 0 for a whole series
	History  bool        `json:"history,omitempty"` // of a whole series: every version, not the newest of each cell alone
	Since    stat.Period `json:"since,omitzero"`    // of a whole series: only its figures from this period on
	Until    stat.Period `json:"until,omitzero"`    // of a whole series: only its figures up to this period
	Role     string      `json:"role,omitempty"`    // what it was used as: "benchmark", "indicator", "numerator"…
	// Condition says that the figure stands because of what is named, without being computed from it: the annual total that a printed quarter
	// is held against, the table that is complete. A condition hands on its confidentiality, not its status or its evidence mark.
	Condition bool `json:"condition,omitempty"`
}

// As gives the reference as a condition.
func (r Ref) As(role string) Ref {
	r.Role, r.Condition = role, true
	return r
}

// bare gives what the reference names, whatever it was used for.
func (r Ref) bare() Ref {
	r.Role, r.Condition = "", false
	return r
}

// spans reports whether a period lies in the part of a series that the reference names.
func (r Ref) spans(p stat.Period) bool {
	return (r.Since.IsZero() || !p.From().Before(r.Since.From())) && (r.Until.IsZero() || !p.To().After(r.Until.To()))
}

// Names reports whether a version is one that the reference names; of a whole series, one that it may name: the bound of the run says which
// of them it saw.
func (r Ref) Names(v cube.Version) bool {
	if r.Whole() {
		return v.Dataflow == r.Dataflow && v.Key.Matches(string(r.Key)) && r.spans(v.Period) && cube.AsOf{Vintage: r.Vintage}.Allows(v)
	}
	return v.Cell() == r.Cell() && (r.Message == 0 || r.Message == v.Message && (r.Vintage.IsZero() || r.Vintage == v.Vintage.Date))
}

// RefTo names one version as an input, in a role.
func RefTo(v cube.Version, role string) Ref {
	return Ref{Dataflow: v.Dataflow, Key: v.Key, Period: v.Period, Vintage: v.Vintage.Date, Message: v.Message, Role: role}
}

// Whole reports whether the reference names whole series rather than one version.
func (r Ref) Whole() bool { return r.Period.IsZero() }

// Cell gives what the reference names; its period is unset for a whole series.
func (r Ref) Cell() cube.Cell { return cube.Cell{Dataflow: r.Dataflow, Key: r.Key, Period: r.Period} }

// Output is a derived observation with what it came from.
type Output struct {
	Dataflow string
	stat.Observation
	From    []Ref
	Records []RecordRef
	Formula *Formula // how it was made from them, in terms of them
}

// By gives the output with its formula.
func (x Output) By(f *Formula) Output { x.Formula = f; return x }

// Result is what a recipe gives back: figures, and diagnostics for its method page (name → value, already formatted numbers
// in decimal-point notation).
type Result struct {
	Outputs     []Output
	Diagnostics []Diagnostic
}

// Diagnostic is a fact about a run that its method page shows: a table row under a heading.
type Diagnostic struct {
	Table string            `json:"table"`
	Row   map[string]string `json:"row"`
}

// Run is one execution of a recipe.
type Run struct {
	ID          string            `json:"id"` // recipe id and a number: "digital-quarterly#3"
	Recipe      string            `json:"recipe"`
	Version     string            `json:"version"`
	Memo        string            `json:"memo"` // hash of recipe, version, parameters and the input versions
	Marks       *Marks            `json:"-"`    // nil for runs of before; what the memo is about, part by part; never shown, since one small input could be guessed from its hash
	StartedAt   time.Time         `json:"startedAt"`
	FinishedAt  time.Time         `json:"finishedAt"`
	ReadTo      int64             `json:"readTo"`         // newest message that it could see
	Only        cube.Messages     `json:"only,omitempty"` // the messages that it could see, where it did not see all up to ReadTo
	Message     int64             `json:"message"`        // message that it wrote; 0 when its figures were unchanged
	Outputs     int               `json:"outputs"`
	Params      map[string]string `json:"params,omitempty"`
	Diagnostics []Diagnostic      `json:"diagnostics,omitempty"`
}

// Bound is what the run could see: the bound of every whole series that its figures name as an input.
func (r Run) Bound() cube.AsOf { return cube.AsOf{Message: r.ReadTo, Only: r.Only} }

// Within reports whether a bound holds all that the run could see, and what it wrote. The results of a run that saw more than a reader may
// know are not for that reader.
func (r Run) Within(at cube.AsOf) bool {
	seen := r.Bound().Messages(r.ReadTo)
	if r.Message != 0 {
		seen = seen.Union(cube.NewMessages(r.Message))
	}
	return at.Messages(seen.Max()).Covers(seen)
}

// Lineage is what one derived cell came from in one run.
type Lineage struct {
	Run     string      `json:"run"`
	Cell    cube.Cell   `json:"cell"`
	From    []Ref       `json:"from"`
	Records []RecordRef `json:"records,omitempty"`
	Formula *Formula    `json:"formula,omitempty"` // nil for what was derived before formulas were kept
}

// Reader reads figures with the runs that derived them and their lineage.
type Reader interface {
	cube.Reader
	Records
	// LatestRun gives the newest run of a recipe that lies within a bound (Run.Within), or false.
	LatestRun(ctx context.Context, recipe string, at cube.AsOf) (Run, bool, error)
	// RunByID gives a run, or false.
	RunByID(ctx context.Context, id string) (Run, bool, error)
	// Runs gives all runs, oldest first.
	Runs(ctx context.Context) ([]Run, error)
	// LineageOf gives what a cell came from in a run, or false.
	LineageOf(ctx context.Context, run string, cell cube.Cell) (Lineage, bool, error)
}

// Store keeps runs and lineage. A run is recorded together with its message, in one transaction: there is no derived figure
// without its run, and no run without its figures.
type Store interface {
	Reader
	cube.Store
	// AppendRun stores the message of a run, the run and its lineage. A figure counts as unchanged when the newest version of its cell that
	// the run could see has the same day and says the same, from the same inputs; when all are, there is no message and the run is
	// recorded all the same.
	AppendRun(ctx context.Context, run Run, d *cube.Delivery, lineage []Lineage) (cube.Receipt, error)
	// Touched gives the dataflows of which messages of a set brought figures, perhaps some more, or false where that cannot be told cheaply.
	Touched(ctx context.Context, of cube.Messages) (dataflows []string, told bool, err error)
	// NextRunNumber gives the number for the next run of a recipe, from 1.
	NextRunNumber(ctx context.Context, recipe string) (int, error)
}
