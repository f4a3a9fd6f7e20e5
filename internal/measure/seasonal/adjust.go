package seasonal

import (
	"math"

	"nhipso/internal/fault"
)

// Method names a way of adjusting.
type Method string

// The methods: STL for exploration and any period, the X-11 core for quarterly and monthly series to be published.
const (
	ByX11 Method = "x11"
	BySTL Method = "stl"
)

// Options say how a series is adjusted as a whole.
type Options struct {
	Method     Method
	Period     int
	First      int         // place of the first observation in its year, from 0
	Mode       Mode        // "" means Multiplicative for X-11 and Additive for STL
	Known      []bool      // nil: all
	Regressors []Regressor // calendar effects to take out, of len(y) + Period values
	Extend     bool        // let the airline model extend the series by a year before X-11
	Always     bool        // take a season out even where the tests find none
	STL        *STLOptions // nil: the defaults of a periodic season
	Seasonal   SeasonalFilter
	Trend      int     // Henderson length; 0 is by ratio
	Low, High  float64 // limits for extremes in standard deviations; 0 means 1.5 and 2.5
}

// Adjusted is a series without its season and its calendar: data = Calendar ∘ Seasonal ∘ Trend ∘ Irregular in the sense of the mode
// (filled values in the place of missing ones).
type Adjusted struct {
	Decomposition
	Calendar  []float64   // effect of the regressors; neutral without any
	SI        []float64   // what was tested: the series without calendar and trend
	Tests     Seasonality // on SI
	Unchanged bool        // no season was found: none was taken out
	Filled    []int       // observations that were missing and are filled by the model: to be marked
	Model     *Airline    // nil where none was needed
	X11       *X11        // nil for STL
}

// Adjust takes the calendar and the season out of a series: missing values are filled and calendar effects estimated by the airline
// model, X-11 is extended by its forecasts where that is asked for, and a series in which neither F nor Kruskal–Wallis finds
// a season is returned as it came, with Unchanged set. Outliers are flagged in Model and not taken out.
// Errors: those of FitAirline, Adjust11 and STL; an unknown method.
func Adjust(y []float64, o Options) (*Adjusted, error) {
	if o.Mode == "" {
		o.Mode = Multiplicative
		if o.Method == BySTL {
			o.Mode = Additive
		}
	}
	if o.Mode != Additive && o.Mode != Multiplicative && o.Mode != LogAdditive {
		return nil, fault.New("seasonal.mode", "mode", o.Mode)
	}
	log := o.Mode != Additive
	out := &Adjusted{Calendar: make([]float64, len(y))}
	z, ahead := append([]float64(nil), y...), []float64(nil)
	if o.needsModel(len(y)) {
		var err error
		if z, ahead, err = out.model(y, o, log); err != nil {
			return nil, err
		}
	}
	if log {
		for t := range out.Calendar {
			out.Calendar[t] = math.Exp(out.Calendar[t])
		}
	}
	if err := out.decompose(z, ahead, o); err != nil {
		return nil, err
	}
	mode := o.Mode
	if log {
		mode = Multiplicative
	}
	var err error
	if out.Tests, err = Examine(out.SI, o.Period, o.First, mode); err != nil {
		return nil, err
	}
	if !o.Always && out.Tests.FP > 0.001 && out.Tests.HP > 0.01 {
		out.leave(z, log)
	}
	return out, nil
}

// needsModel reports whether the airline model has work: values to fill, calendar effects to estimate, forecasts for X-11, or a
// list of known values of another length, which the model refuses.
func (o Options) needsModel(n int) bool {
	missing := false
	for t, k := range o.Known {
		missing = missing || !k && t < n
	}
	return missing || len(o.Regressors) > 0 || o.Extend && o.Method == ByX11 || o.Known != nil && len(o.Known) != n
}

// model fits the airline model and gives the series filled and without calendar effects, and its forecasts where they are asked for.
func (out *Adjusted) model(y []float64, o Options, log bool) (z, ahead []float64, err error) {
	out.Model, err = FitAirline(y, AirlineOptions{Period: o.Period, Log: log, Known: o.Known, Regressors: o.Regressors, Horizon: o.Period})
	if err != nil {
		return nil, nil, err
	}
	out.Filled = out.Model.Filled
	effect := make([]float64, len(y)+o.Period)
	for _, e := range out.Model.Effects {
		for t := range effect {
			effect[t] += e[t]
		}
	}
	copy(out.Calendar, effect)
	if o.Extend {
		ahead = without(out.Model.Forecast, effect[len(y):], log)
	}
	return without(out.Model.Complete, effect, log), ahead, nil
}

// leave gives the series back as it came: no season was found in it.
func (out *Adjusted) leave(z []float64, log bool) {
	out.Unchanged = true
	out.Adjusted = z
	out.Irregular = apart(z, out.Trend, log)
	for t := range out.Seasonal {
		out.Seasonal[t] = 0
		if log {
			out.Seasonal[t] = 1
		}
	}
}

func (out *Adjusted) decompose(z, ahead []float64, o Options) error {
	log := o.Mode != Additive
	switch o.Method {
	case ByX11:
		x, err := Adjust11(z, X11Options{Period: o.Period, First: o.First, Mode: o.Mode, Seasonal: o.Seasonal, Trend: o.Trend, Low: o.Low, High: o.High, Ahead: ahead})
		if err != nil {
			return err
		}
		out.X11, out.Decomposition, out.SI = x, x.Decomposition, x.SI
		return nil
	case BySTL:
		work := append([]float64(nil), z...)
		for t, v := range z {
			if log && !(v > 0) {
				return fault.New("seasonal.not-positive", "at", t+1, "value", v)
			}
			if log {
				work[t] = math.Log(v)
			}
		}
		opt := STLDefaults(len(z), o.Period, 0, false)
		if o.STL != nil {
			opt = *o.STL
		}
		d, err := STL(work, opt)
		if err != nil {
			return err
		}
		out.Decomposition = *d
		out.Mode = o.Mode
		if log {
			for _, part := range [][]float64{d.Seasonal, d.Trend, d.Irregular, d.Adjusted} {
				for t := range part {
					if part[t] = math.Exp(part[t]); !finite(part[t]) {
						return fault.New("seasonal.overflow", "at", t+1)
					}
				}
			}
		}
		out.SI = apart(z, out.Trend, log)
		return nil
	}
	return fault.New("seasonal.method", "method", o.Method)
}

// without takes effects on the model's scale out of figures in units of the data.
func without(z, effect []float64, log bool) []float64 {
	out := make([]float64, len(z))
	for t := range z {
		if out[t] = z[t] - effect[t]; log {
			out[t] = z[t] / math.Exp(effect[t])
		}
	}
	return out
}

// apart divides or subtracts, part by part.
func apart(a, b []float64, log bool) []float64 {
	out := make([]float64, len(a))
	for t := range a {
		if out[t] = a[t] - b[t]; log {
			out[t] = a[t] / b[t]
		}
	}
	return out
}
