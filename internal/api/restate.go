package api

import (
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// quotientDecimals is how many digits after the point a quotient or a split is given with; sums keep every digit.
const quotientDecimals = 10

// averaged is the version of DTI whose publisher declares the plain mean of merged provinces.
const averaged = "DTI2024"

// restateInput asks for the figures of one period on another set of areas.
type restateInput struct {
	Common
	Dataflow    string      `path:"dataflow" maxLength:"60"`
	Key         string      `query:"key" required:"true" maxLength:"300"`
	Period      stat.Period `query:"period" required:"true"`
	From        string      `query:"from" required:"true"`
	To          string      `query:"to" required:"true"`
	Denominator string      `query:"denominator" maxLength:"400"`
	Weights     string      `query:"weights" maxLength:"3000"`
}

// Restatement is figures on another set of areas.
type Restatement struct {
	Stamp
	Dataflow    string         `json:"dataflow"`
	Key         string         `json:"key"`
	Period      stat.Period    `json:"period"`
	From        territory.Set  `json:"from"`
	To          territory.Set  `json:"to"`
	Rule        territory.Rule `json:"rule" enum:"additive,ratio,average"`
	Denominator string         `json:"denominator,omitempty"`
	Exact       bool           `json:"exact"`
	Note        string         `json:"note"`
	Unit        string         `json:"unit,omitempty"`
	UnitMult    int            `json:"unitMult"`
	Evidence    stat.Mark      `json:"evidence,omitempty"`
	Figures     int            `json:"figures"`
	Areas       []RestatedArea `json:"areas"`
	Sources     []Source       `json:"sources"`
}

// RestatedArea is the figure of an area of the set asked for.
type RestatedArea struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Value   *stat.Decimal `json:"value" nullable:"true"`
	Exact   bool          `json:"exact"`
	Missing []string      `json:"missing,omitempty"`
	Caveat  bool          `json:"caveat,omitempty"`
}

func (v *visit) restate(in *restateInput) (*Restatement, error) {
	f, err := v.snap.Catalog.Dataflow(in.Dataflow)
	if err != nil {
		return nil, inPath("dataflow", err)
	}
	from, to := territory.Set(in.From), territory.Set(in.To)
	figures, values, err := v.byArea(f, in.Key, in.Period, from)
	if err != nil {
		return nil, query("key", err)
	}
	rule, err := ruleOf(f, in.Key)
	if err != nil {
		return nil, query("key", err)
	}
	q := territory.Request{From: from, To: to, Rule: rule, Values: values}
	if rule == territory.Ratio {
		others, err := v.throughDenominator(&q, f, in)
		if err != nil {
			return nil, query("denominator", err)
		}
		figures = append(figures, others...)
	} else if in.Denominator != "" {
		return nil, query("denominator", fault.New("api.no-denominator-here", "dataflow", f.ID, "rule", string(rule)))
	}
	if q.Weights, err = readWeights(in.Weights); err != nil {
		return nil, query("weights", err)
	}
	done, err := v.territory.Restate(q)
	if err != nil {
		return nil, query("to", err)
	}
	out := &Restatement{Stamp: v.stamp(), Dataflow: f.ID, Key: in.Key, Period: in.Period, From: from, To: to, Rule: rule, Denominator: in.Denominator, Exact: true,
		Figures: len(values), Areas: []RestatedArea{}, Sources: v.sources(figures)}
	means := v.names().Meaning(f, figures[0])
	out.Unit, out.UnitMult = means.Unit, means.Mult
	out.Evidence = weakestOf(figures)
	for _, x := range done {
		area := RestatedArea{ID: x.Area, Name: v.snap.Catalog.Name("CL_AREA", x.Area, v.lang), Value: x.Value, Exact: x.Exact, Missing: x.Missing, Caveat: x.Caveat}
		if x.Value != nil && (rule != territory.Additive || !x.Exact) {
			rounded := *x.Value
			if rounded.Decimals() > quotientDecimals {
				rounded = rounded.Round(quotientDecimals)
			}
			area.Value = &rounded
		}
		if x.Value != nil {
			out.Exact = out.Exact && x.Exact
		}
		out.Areas = append(out.Areas, area)
	}
	switch {
	case rule == territory.Average:
		// Only the version that declares the rule restates exactly by it; for earlier ones the mean is our estimate.
		out.Exact = out.Exact && f.CodeOf(stat.Key(in.Key), "VERSION") == averaged
		out.Note = book.Say(v.lang, "restate.average")
	case out.Exact:
		out.Note = book.Say(v.lang, "restate.exact")
	default:
		out.Note = book.Say(v.lang, "restate.inexact")
	}
	for i := range out.Areas {
		out.Areas[i].Exact = out.Areas[i].Exact && (rule != territory.Average || out.Exact)
	}
	return out, nil
}

// throughDenominator makes a request of a ratio go through its numerator, and gives the figures of the denominator. The publisher prints the
// quotient: numerator is quotient times denominator, and the factor of a percentage cancels.
func (v *visit) throughDenominator(q *territory.Request, f *catalog.Dataflow, in *restateInput) (figures []cube.Version, err error) {
	if in.Denominator == "" {
		in.Denominator = v.usualDenominator(f, in.Key)
	}
	if figures, q.Denominator, err = v.denominators(in.Denominator, in.Period, q.From); err != nil {
		return nil, err
	}
	printed := q.Values
	q.Values = territory.Values{}
	for id, x := range printed {
		if d, ok := q.Denominator[id]; ok {
			q.Values[id] = x.Mul(d)
		}
	}
	return figures, nil
}

// weakestOf gives the weakest evidence mark among figures, or none where none has one.
func weakestOf(figures []cube.Version) stat.Mark {
	var marks []stat.Mark
	for _, o := range figures {
		if m := o.Mark(); m != "" {
			marks = append(marks, m)
		}
	}
	if len(marks) == 0 {
		return ""
	}
	return stat.Weakest(marks...)
}

// byArea reads the figures of a period by area of a set. The key leaves the area open and names every other code.
func (v *visit) byArea(f *catalog.Dataflow, key string, p stat.Period, set territory.Set) ([]cube.Version, territory.Values, error) {
	position := f.Position("REF_AREA")
	if position < 0 {
		return nil, nil, fault.New("api.no-areas", "dataflow", f.ID)
	}
	pattern, err := v.pattern(f, key)
	if err != nil {
		return nil, nil, err
	}
	codes := strings.Split(pattern, ".")
	for i := range codes {
		if one := codes[i] != "" && !strings.Contains(codes[i], "+"); len(codes) != len(f.Dimensions) || one == (i == position) {
			return nil, nil, fault.New("api.key-by-area", "key", short(key), "dataflow", f.ID, "pattern", example(f))
		}
	}
	values := territory.Values{}
	var found []cube.Version
	for _, o := range v.snap.Read(f.ID, pattern) {
		id := f.CodeOf(o.Key, "REF_AREA")
		if a, err := v.territory.Area(id); err != nil || a.Set != set || o.Period != p || o.Value == nil {
			continue
		}
		values[id] = *o.Value
		found = append(found, o)
	}
	if len(found) == 0 {
		return nil, nil, fault.New("api.no-figures", "dataflow", f.ID, "key", short(key), "period", p.String(), "set", string(set))
	}
	return found, values, nil
}

// example writes a key that leaves the area open.
func example(f *catalog.Dataflow) string {
	parts := make([]string, len(f.Dimensions))
	for i, d := range f.Dimensions {
		if d.ID != "REF_AREA" {
			parts[i] = "{" + d.ID + "}"
		}
	}
	return strings.Join(parts, ".")
}

// ruleOf gives the declared rule by which the figures of areas make those of a larger one. The one declared average is that of DTI
// scores: the publisher of DTI 2024 takes the plain mean of merged provinces.
func ruleOf(f *catalog.Dataflow, key string) (territory.Rule, error) {
	switch {
	case f.Additive:
		return territory.Additive, nil
	case f.Ratio != nil:
		return territory.Ratio, nil
	case f.ID == "DTI" && f.CodeOf(stat.Key(key), "MEASURE") == "SCORE":
		return territory.Average, nil
	}
	return "", fault.New("api.no-restatement", "dataflow", f.ID)
}

// usualDenominator is the declared denominator of a ratio, where the frequency alone names its series.
func (v *visit) usualDenominator(f *catalog.Dataflow, key string) string {
	d, err := v.snap.Catalog.Dataflow(f.Ratio.Denominator)
	if err != nil || len(d.Dimensions) != 2 {
		return ""
	}
	return d.ID + "/" + string(d.KeyOf(map[string]string{"FREQ": f.CodeOf(stat.Key(key), "FREQ")}))
}

// denominators reads DATAFLOW/KEY.
func (v *visit) denominators(written string, p stat.Period, set territory.Set) ([]cube.Version, territory.Values, error) {
	id, key, ok := strings.Cut(written, "/")
	if !ok {
		return nil, nil, fault.New("api.bad-denominator", "text", short(written))
	}
	f, err := v.snap.Catalog.Dataflow(id)
	if err != nil {
		return nil, nil, err
	}
	return v.byArea(f, key, p, set)
}

// readWeights reads "AREA:1.8,AREA:1.5".
func readWeights(written string) (territory.Values, error) {
	if written == "" {
		return nil, nil
	}
	out := territory.Values{}
	for _, part := range strings.Split(written, ",") {
		id, number, ok := strings.Cut(strings.TrimSpace(part), ":")
		if !ok {
			return nil, fault.New("api.bad-weights", "text", short(part))
		}
		w, err := stat.ParseDecimal(number)
		if err != nil {
			return nil, fault.New("api.bad-weights", "text", short(part))
		}
		if _, twice := out[id]; twice {
			return nil, fault.New("api.bad-weights", "text", short(part))
		}
		out[id] = w
	}
	return out, nil
}
