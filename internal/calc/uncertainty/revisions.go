package uncertainty

import (
	"fmt"
	"slices"
	"strconv"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/uncertainty"
)

// revisionFile is what a file says about the vintages of a series.
type revisionFile struct {
	pairs    []uncertainty.Pair
	vintages []uncertainty.Vintage // nil for a file of two columns named first and latest
	names    []string              // of the vintages
	periods  []string              // by line
	notes    []*fault.Error
}

// revisionData reads period,first,latest[,redefined], or a column for each vintage in order of time, with blanks where a period had not been
// published. Of vintages the first figure of each period is held against its latest, or against the one published as number --against.
func (r *Question) revisionData() (*revisionFile, error) {
	t, err := r.Env.Table(r.Data)
	if err != nil {
		return nil, err
	}
	f := &revisionFile{}
	redefined, _ := t.Column("redefined")
	earlier, noEarlier := t.Column("first", "earlier", "preliminary", "lần đầu")
	later, noLater := t.Column("latest", "later", "last", "final", "mới nhất")
	var at []int
	if noEarlier == nil && noLater == nil && r.Against == 0 {
		at = []int{earlier, later}
	} else {
		for j := range t.Head {
			if j != redefined && !(j == 0 && r.periodColumn(t)) {
				at = append(at, j)
			}
		}
		if len(at) < 2 {
			return nil, noLater
		}
		for _, j := range at {
			f.names = append(f.names, t.Head[j])
		}
		f.vintages = make([]uncertainty.Vintage, len(at))
	}
	unpublished := 0
	for i := range t.Len() {
		p := uncertainty.Pair{}
		if redefined >= 0 {
			p.Redefined = !slices.Contains([]string{"", "0", "no", "false", "không"}, t.Text(i, redefined))
		}
		if f.vintages == nil {
			if p.Earlier, err = t.Must(i, earlier); err != nil {
				return nil, err
			}
			if p.Later, err = t.Must(i, later); err != nil {
				return nil, err
			}
			f.pairs = append(f.pairs, p)
			continue
		}
		f.periods = append(f.periods, t.Text(i, 0))
		var published []float64
		for k, j := range at {
			v, known, err := t.Value(i, j)
			if err != nil {
				return nil, err
			}
			f.vintages[k].Values, f.vintages[k].Known = append(f.vintages[k].Values, v), append(f.vintages[k].Known, known)
			if known {
				published = append(published, v)
			}
		}
		if len(published) < max(2, r.Against) {
			unpublished++
			continue
		}
		p.Earlier, p.Later = published[0], published[len(published)-1]
		if r.Against > 0 {
			p.Later = published[r.Against-1]
		}
		f.pairs = append(f.pairs, p)
	}
	if unpublished == t.Len() {
		return nil, fault.New("calc.one-vintage", "n", unpublished, "want", max(2, r.Against))
	}
	if unpublished > 0 {
		f.notes = append(f.notes, fault.New("calc.one-vintage", "n", unpublished, "want", max(2, r.Against)))
	}
	return f, nil
}

// periodColumn says whether the first column of a file of vintages names periods.
func (r *Question) periodColumn(t *command.Sheet) bool {
	if _, err := t.Column("period", "kỳ", "year", "quarter", "time", "date"); err == nil {
		return true
	}
	_, err := command.Period(t.Text(0, 0))
	return err == nil
}

// Revisions describes later − earlier over consecutive periods.
func (r *Question) Revisions() error {
	if err := r.Env.Need("data"); err != nil {
		return err
	}
	if r.Against == 1 || r.Against < 0 {
		return fault.New("calc.bad-number", "flag", "--against", "given", strconv.Itoa(r.Against))
	}
	f, err := r.revisionData()
	if err != nil {
		return err
	}
	revise := uncertainty.Revise
	if r.Lag >= 0 { // a test was asked for, however few the revisions
		revise = func(p []uncertainty.Pair) (uncertainty.Revisions, error) { return uncertainty.ReviseLag(p, r.Lag) }
	}
	x, err := revise(f.pairs)
	if err != nil {
		return err
	}
	r.Env.Say("explain-revisions", "list", fmt.Sprint(command.Numbers(x.Revision)))
	fits := []struct {
		name string
		fit  *uncertainty.Fit
	}{{"news", x.News}, {"noise", x.Noise}, {"efficiency", x.Efficient}}
	if r.Env.JSON() {
		out := command.Object{{"what", "revisions"}, {"n", x.N}, {"excluded", x.Excluded}, {"revision", x.Revision}, {"meanRevision", x.Mean}, {"meanAbsoluteRevision", x.Absolute}, {"relativeMeanAbsoluteRevision", command.OrNull(x.Relative)},
			{"rootMeanSquareRevision", x.RMSR}, {"sd", command.OrNull(x.SD)}, {"sharePositive", x.Positive}, {"directionAgreement", command.OrNull(x.Direction)}, {"meanTest", nil}}
		if m := x.Mean0; m != nil {
			out[len(out)-1].Value = command.Object{{"lag", m.Lag}, {"se", m.SE}, {"t", m.T}, {"p", m.P}}
		}
		for _, f := range fits {
			if f.fit == nil {
				out = append(out, command.Member{f.name, nil})
				continue
			}
			out = append(out, command.Member{f.name, command.Object{{"intercept", f.fit.Intercept}, {"slope", f.fit.Slope}, {"interceptSE", f.fit.InterceptSE}, {"slopeSE", f.fit.SlopeSE}, {"r2", f.fit.R2}, {"wald", f.fit.Wald}, {"p", f.fit.P}}})
		}
		if f.vintages != nil {
			triangle, err := f.triangle()
			if err != nil {
				return err
			}
			out = append(out, command.Member{"vintages", f.names}, command.Member{"triangle", triangle})
		}
		return r.Env.WriteJSON(append(out, command.Member{"notes", r.Env.Remarks(f.notes)}))
	}
	r.Env.Warn(f.notes)
	rows := [][]string{{"statistic", "value"}, {"n", strconv.Itoa(x.N)}, {"excluded", strconv.Itoa(x.Excluded)}, {"mean_revision", command.Number(x.Mean)}, {"mean_absolute_revision", command.Number(x.Absolute)},
		{"relative_mean_absolute_revision", command.NumberOrNone(x.Relative)}, {"root_mean_square_revision", command.Number(x.RMSR)}, {"sd", command.NumberOrNone(x.SD)}, {"share_positive", command.Number(x.Positive)}, {"direction_agreement", command.NumberOrNone(x.Direction)}}
	if m := x.Mean0; m != nil {
		rows = append(rows, []string{"lag", strconv.Itoa(m.Lag)}, []string{"se", command.Number(m.SE)}, []string{"t", command.Number(m.T)}, []string{"p", command.Number(m.P)})
	}
	for _, f := range fits {
		if f.fit != nil {
			rows = append(rows, []string{f.name + "_intercept", command.Number(f.fit.Intercept)}, []string{f.name + "_slope", command.Number(f.fit.Slope)}, []string{f.name + "_p", command.Number(f.fit.P)})
		}
	}
	return r.Env.WriteCSV(rows...)
}

// triangle follows each period through the vintages.
func (f *revisionFile) triangle() ([]command.Object, error) {
	paths, err := uncertainty.Triangle(f.vintages)
	if err != nil {
		return nil, err
	}
	out := []command.Object{}
	for i, p := range paths {
		if p.Published {
			out = append(out, command.Object{{"period", f.periods[i]}, {"first", p.First}, {"latest", p.Latest}, {"steps", p.Steps}, {"total", p.Total}})
		}
	}
	return out, nil
}
