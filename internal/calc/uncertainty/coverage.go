package uncertainty

import (
	"strconv"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/uncertainty"
)

// Coverage holds announced intervals against what came: low,high,actual, or estimate,se,actual with the normal interval of --level.
func (r *Question) Coverage() error {
	if err := r.Env.Need("data"); err != nil {
		return err
	}
	nominal, err := command.Float("level", r.Level)
	if err != nil {
		return err
	}
	if !(nominal > 0 && nominal < 1) {
		return fault.New("calc.bad-number", "flag", "--level", "given", r.Level)
	}
	t, err := r.Env.Table(r.Data)
	if err != nil {
		return err
	}
	actual, err := t.Column("actual", "outcome", "thực tế")
	if err != nil {
		return err
	}
	low, lowErr := t.Column("low", "lower", "cận dưới")
	high, highErr := t.Column("high", "upper", "cận trên")
	if lowErr != nil || highErr != nil {
		if low, err = t.Column("estimate", "value", "mean", "ước tính"); err != nil {
			return lowErr
		}
		if high, err = t.Column("se", "sd", "stderr", "sai số chuẩn"); err != nil {
			return err
		}
	}
	var intervals []uncertainty.Interval
	for i := range t.Len() {
		var v [3]float64
		for k, c := range []int{low, high, actual} {
			if v[k], err = t.Must(i, c); err != nil {
				return err
			}
		}
		if lowErr != nil || highErr != nil {
			if v[1] < 0 {
				return fault.New("calc.negative", "code", t.Text(i, 0), "value", command.Number(v[1])).At(t.Name, t.Line(i), t.Head[high])
			}
			intervals = append(intervals, uncertainty.NormalInterval(v[0], v[1], nominal, v[2]))
			continue
		}
		if v[0] > v[1] {
			return fault.New("uncertainty.empty-range", "low", command.Number(v[0]), "high", command.Number(v[1])).At(t.Name, t.Line(i), "")
		}
		intervals = append(intervals, uncertainty.Interval{Low: v[0], High: v[1], Actual: v[2]})
	}
	c, err := uncertainty.BackTest(intervals, nominal)
	if err != nil {
		return err
	}
	r.Env.Say("explain-coverage", "inside", c.Inside, "n", c.N, "level", command.Number(nominal))
	if r.Env.JSON() {
		return r.Env.WriteJSON(command.Object{{"what", "coverage"}, {"level", nominal}, {"n", c.N}, {"inside", c.Inside}, {"below", c.Below}, {"above", c.Above}, {"share", c.Share}, {"shareLow", c.ShareLow}, {"shareHigh", c.ShareHigh},
			{"p", c.P}, {"kupiec", c.Kupiec}, {"kupiecP", c.KupiecP}, {"meanWidth", c.Width}, {"intervalScore", c.Score}})
	}
	return r.Env.WriteCSV([]string{"statistic", "value"}, []string{"level", command.Number(nominal)}, []string{"n", strconv.Itoa(c.N)}, []string{"inside", strconv.Itoa(c.Inside)}, []string{"below", strconv.Itoa(c.Below)}, []string{"above", strconv.Itoa(c.Above)},
		[]string{"share", command.Number(c.Share)}, []string{"share_low", command.Number(c.ShareLow)}, []string{"share_high", command.Number(c.ShareHigh)}, []string{"p", command.Number(c.P)}, []string{"kupiec", command.Number(c.Kupiec)}, []string{"kupiec_p", command.Number(c.KupiecP)},
		[]string{"mean_width", command.Number(c.Width)}, []string{"interval_score", command.Number(c.Score)})
}
