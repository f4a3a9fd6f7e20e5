package cube

import (
	"math"
	"slices"
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// pastPoints bounds how many points of a series' past are looked at, pastReach how far they are looked for, in points.
const (
	pastPoints = 8
	pastReach  = 64
)

// change holds a figure against the same period a year before, as known when the figure was published.
func (v *view) change(r *catalog.Rule, h *held, e Entry) *Finding {
	n := e.Period.Frequency().PerYear()
	if e.Value == nil || n == 0 {
		return nil
	}
	before := Cell{e.Dataflow, e.Key, e.Period.Add(-n)}
	past, ok := newestBy(v.versions(before), e.Vintage.Date)
	if !ok {
		return nil
	}
	return moved(r, h.flow, e, past, map[string]string{"before": before.Period.String()})
}

// revision holds a figure against the version that it supersedes.
func (v *view) revision(r *catalog.Rule, h *held, e Entry) *Finding {
	versions := v.versions(e.Cell())
	past, ok := newest(versions, func(x *Version) bool {
		return !x.Vintage.Date.After(e.Vintage.Date) && (x.Message != own || x.Vintage.Date.Before(e.Vintage.Date))
	})
	if e.Value == nil || !ok {
		return nil
	}
	return moved(r, h.flow, e, past, map[string]string{"other": writtenVintage(past.Vintage)})
}

// newestBy gives the newest version with a value that was published by a day.
func newestBy(versions []Version, day stat.Date) (Version, bool) {
	return newest(versions, func(x *Version) bool { return !x.Vintage.Date.After(day) })
}

// newest gives the newest version with a value of which something holds. A cell may have thousands of versions, which are not copied.
func newest(versions []Version, holds func(*Version) bool) (Version, bool) {
	for i := len(versions) - 1; i >= 0; i-- {
		if x := &versions[i]; x.Value != nil && holds(x) {
			return *x, true
		}
	}
	return Version{}, false
}

// moved says that a figure is further from a past one than a rule lets pass.
func moved(r *catalog.Rule, flow *catalog.Dataflow, e Entry, past Version, parts map[string]string) *Finding {
	now, then := scaled(flow, e.Observation), scaled(flow, past.Observation)
	apart := now.Sub(then).Abs()
	limit := r.Points
	parts["say"] = string(r.Kind)
	if r.Percent != nil {
		q, err := apart.Mul(stat.Int(100)).Quo(then.Abs())
		if err != nil {
			return nil // nothing is a percentage of zero
		}
		apart, limit = q.Round(1), r.Percent
		parts["say"] += "-percent"
	}
	if apart.Cmp(*limit) <= 0 {
		return nil
	}
	cell := Cell{e.Dataflow, e.Key, e.Period}
	parts["cell"], parts["value"], parts["past"] = cell.String(), shownValue(e.Observation), shownValue(past.Observation)
	parts["apart"], parts["limit"] = apart.String(), limit.String()
	f := newFinding(r, []Cell{cell, past.Cell()}, e.Observation, parts, parts["value"], parts["past"])
	f.Column = "OBS_VALUE"
	return &f
}

// slip holds a figure against the usual size of its series, as stored before, and where little is stored, as the message gives it
// for other periods. Two points are enough; what is off by a factor is near a power of ten, and that power is named.
func (v *view) slip(r *catalog.Rule, h *held, e Entry) *Finding {
	if e.Value == nil || e.Value.Sign() == 0 {
		return nil
	}
	usual, ok := usualSize(h, e)
	if !ok {
		return nil
	}
	times := math.Abs(scaled(h.flow, e.Observation).Float64()) / usual
	factor := r.Factor.Float64()
	if times < factor && times > 1/factor {
		return nil
	}
	cell := Cell{e.Dataflow, e.Key, e.Period}
	parts := map[string]string{"cell": cell.String(), "value": shownValue(e.Observation), "power": strconv.Itoa(int(math.Round(math.Log10(times)))),
		"times": significant(times), "past": significant(usual)}
	f := newFinding(r, []Cell{cell}, e.Observation, parts, parts["value"], parts["past"])
	f.Column = "OBS_VALUE"
	return &f
}

// significant writes a number with three digits that count.
func significant(x float64) string {
	d, err := stat.ParseDecimal(strconv.FormatFloat(x, 'e', 2, 64))
	if err != nil {
		return ""
	}
	return d.String()
}

// usualSize gives the median of the sizes of a series near a period; between two, their geometric mean.
func usualSize(h *held, e Entry) (float64, bool) {
	series := h.of(e.Key)
	cells := series.cells
	at, _ := slices.BinarySearchFunc(cells, e.Period, func(c Cell, p stat.Period) int { return c.Period.Compare(p) })
	var stored, given []float64
	look := func(i int) {
		if i < 0 || i >= len(cells) {
			return
		}
		switch size := series.sizeAt(h, cells[i].Period); {
		case size.stored > 0:
			stored = append(stored, size.stored)
		case size.given > 0 && i != at:
			given = append(given, size.given)
		}
	}
	look(at)
	for d := 1; d <= pastReach && len(stored) < pastPoints; d++ {
		look(at - d)
		look(at + d)
	}
	if len(stored) < 2 {
		stored = append(stored, given[:min(pastPoints, len(given))]...)
	}
	if len(stored) < 2 {
		return 0, false
	}
	slices.Sort(stored)
	n := len(stored)
	return math.Sqrt(stored[(n-1)/2] * stored[n/2]), true
}

// sizes are how large the newest version of a cell is that has a size: of those stored, and of those of the message. 0 where there is none.
type sizes struct{ stored, given float64 }

// sizeAt gives the sizes of a cell. Its neighbours ask for them again and again, and a cell may have thousands of versions.
func (s *series) sizeAt(h *held, p stat.Period) sizes {
	out, known := s.sizes[p]
	if known {
		return out
	}
	versions := s.versions[p]
	for i := len(versions) - 1; i >= 0 && (out.stored == 0 || out.given == 0); i-- {
		x := &versions[i]
		if x.Value == nil || x.Value.Sign() == 0 {
			continue
		}
		of := &out.stored
		if x.Message == own {
			of = &out.given
		}
		if *of == 0 {
			*of = math.Abs(scaled(h.flow, x.Observation).Float64())
		}
	}
	if s.sizes == nil {
		s.sizes = map[stat.Period]sizes{}
	}
	s.sizes[p] = out
	return out
}
