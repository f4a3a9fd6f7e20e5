package recipe

import (
	"sort"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// series is one key's newest figures by period.
type series struct {
	flow string
	key  stat.Key
	at   map[stat.Period]*cube.Version
}

// seriesOf gives the series of a key among versions; it is empty when there is none.
func seriesOf(versions []cube.Version, key ...string) series {
	k := stat.NewKey(key...)
	s := series{key: k, at: map[stat.Period]*cube.Version{}}
	for i := range versions {
		if v := &versions[i]; v.Key == k {
			s.flow = v.Dataflow
			s.at[v.Period] = v
		}
	}
	return s
}

// name is what a person finds the series by.
func (s series) name() string { return s.flow + "/" + string(s.key) }

// value gives the figure of a period, or false when there is none or it has no value.
func (s series) value(p stat.Period) (stat.Decimal, bool) {
	v, ok := s.at[p]
	if !ok || v.Value == nil {
		return stat.Decimal{}, false
	}
	return *v.Value, true
}

// float is value for methods that compute in floating point.
func (s series) float(p stat.Period) (float64, bool) {
	d, ok := s.value(p)
	return d.Float64(), ok
}

// periods lists the periods that have a value, in order.
func (s series) periods() []stat.Period {
	var out []stat.Period
	for p, v := range s.at {
		if v.Value != nil {
			out = append(out, p)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Compare(out[j]) < 0 })
	return out
}

// span gives the first and the last period that have a value.
func (s series) span() (first, last stat.Period, ok bool) {
	ps := s.periods()
	if len(ps) == 0 {
		return first, last, false
	}
	return ps[0], ps[len(ps)-1], true
}

// ref names one cell as an input, in a role.
func (s series) ref(p stat.Period, role string) pipeline.Ref {
	if v := s.at[p]; v != nil {
		return pipeline.RefTo(*v, role)
	}
	return pipeline.Ref{Dataflow: s.flow, Key: s.key, Period: p, Role: role} // names nothing read: the runner refuses it
}

// between names the series from one period to another as an input, in a role.
func (s series) between(first, last stat.Period, role string) pipeline.Ref {
	return pipeline.Ref{Dataflow: s.flow, Key: s.key, Since: first, Until: last, Role: role}
}

// refTo names one version as an input, in a role.
func refTo(v cube.Version, role string) pipeline.Ref {
	return pipeline.RefTo(v, role)
}

// output makes a derived observation.
func output(flow string, key stat.Key, p stat.Period, value stat.Decimal, status stat.Status, attrs stat.Attributes, from ...pipeline.Ref) pipeline.Output {
	if attrs == nil {
		attrs = stat.Attributes{}
	}
	out := pipeline.Output{Dataflow: flow, Observation: stat.Observation{Key: key, Period: p, Value: &value, Status: status, Attributes: attrs}, From: from}
	if attrs[stat.AttrComment] == asPublished && len(from) > 0 { // what it was taken from is named first; By says it of what was computed
		out.Formula = pipeline.Arithmetic(pipeline.Figure(from[0]))
	}
	return out
}

// hundred and hundredth turn fractions into per cent and back.
var hundred, hundredth = stat.Int(100), stat.MustDecimal("0.01")

// percentOf gives share per cent of whole, exactly.
func percentOf(share, whole stat.Decimal) stat.Decimal {
	return share.Mul(whole).Mul(hundredth)
}

// fixed formats a diagnostic number with n decimals, decimal point.
func fixed(f float64, n int) string {
	d, err := stat.FromFloat(f, n)
	if err != nil {
		return ""
	}
	return d.String()
}
