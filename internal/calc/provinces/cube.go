package provinces

import (
	"math"
	"slices"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
	"nhipso/internal/measure/regional"
	"nhipso/internal/stat"
)

// cubeRecords are figures by area, industry and period, as a file lists them.
type cubeRecords struct {
	cube    regional.Cube
	periods []stat.Period
	given   []bool // cells that the file holds
	listed  []int  // cells in the order of the file
	perYear int
}

// keys are the columns of a record of the cube; -1 for a dimension that the file does not have.
type keys [3]int

func keysOf(t *command.Sheet) keys {
	return keys{t.Find(areaWords), t.Find(kindWords), t.Find(timeWords)}
}

// errorOf says where a record's error stands: -1 for nowhere.
func errorOf(t *command.Sheet) (column int, kind string) {
	for _, x := range []struct {
		kind  string
		words []string
	}{{"variance", errWords}, {"cv", []string{"cv"}}, {"se", command.ErrorWords}} {
		if c := t.Find(x.words); c >= 0 {
			return c, x.kind
		}
	}
	return -1, ""
}

// variance reads the error of a figure as a variance.
func variance(t *command.Sheet, i, column int, kind string, value float64) (float64, error) {
	v, err := t.Must(i, column)
	if err != nil {
		return 0, err
	}
	if v < 0 {
		return 0, fault.New("calc.negative", "code", t.Text(i, 0), "value", command.Number(v)).At(t.Name, t.Line(i), t.Head[column])
	}
	switch kind {
	case "cv":
		v *= value
		return v * v, nil
	case "se":
		return v * v, nil
	}
	return v, nil
}

// cube reads records area,industry,period,value[,variance|se|cv]; the period, or the industry, may be left out of all of them.
func (r *provincesRun) cube(name string) (*cubeRecords, error) {
	t, err := r.e.Table(name)
	if err != nil {
		return nil, err
	}
	k := keysOf(t)
	if k[0] < 0 {
		_, err := t.Column("area")
		return nil, err
	}
	value, err := t.Column(append([]string{"value"}, command.ValueWords...)...)
	if err != nil {
		return nil, err
	}
	column, kind := errorOf(t)
	c := &cubeRecords{perYear: 1}
	at := [2]map[string]int{{}, {}}
	lists := [2]*[]string{&c.cube.Provinces, &c.cube.Industries}
	where := make([][2]int, t.Len())
	when := make([]stat.Period, t.Len())
	for i := range t.Len() {
		for d := range lists {
			code := ""
			if k[d] >= 0 {
				if code = t.Text(i, k[d]); code == "" {
					return nil, fault.New("calc.no-code").At(t.Name, t.Line(i), t.Head[k[d]])
				}
			}
			if _, ok := at[d][code]; !ok {
				at[d][code] = len(*lists[d])
				*lists[d] = append(*lists[d], code)
			}
			where[i][d] = at[d][code]
		}
		if k[2] >= 0 {
			if when[i], err = command.Period(t.Text(i, k[2])); err != nil {
				return nil, command.At(err, t.Name, t.Line(i), t.Head[k[2]])
			}
			if when[i].Frequency() != when[0].Frequency() {
				return nil, fault.New("calc.gap", "before", command.Label(when[0]), "after", command.Label(when[i])).At(t.Name, t.Line(i), t.Head[k[2]])
			}
			if !slices.Contains(c.periods, when[i]) {
				c.periods = append(c.periods, when[i])
			}
		}
	}
	if k[2] < 0 {
		c.cube.Periods = []string{""}
	}
	slices.SortFunc(c.periods, stat.Period.Compare)
	number := map[stat.Period]int{}
	for i, p := range c.periods {
		if i > 0 && c.periods[i-1].Next() != p {
			return nil, fault.New("calc.gap", "before", command.Label(c.periods[i-1]), "after", command.Label(p)).At(t.Name, 0, t.Head[k[2]])
		}
		number[p] = i
		c.cube.Periods = append(c.cube.Periods, command.Label(p))
	}
	if len(c.periods) > 0 {
		c.perYear = c.periods[0].Frequency().PerYear()
	}
	c.cube.PerYear = 1
	size := len(c.cube.Provinces) * len(c.cube.Industries) * len(c.cube.Periods)
	if size > maxCube {
		return nil, fault.New("calc.cube-large", "file", name, "n", size, "most", maxCube)
	}
	c.cube.Values, c.cube.Variances, c.given = make([]float64, size), make([]float64, size), make([]bool, size)
	for i := range t.Len() {
		cell := c.cube.At(where[i][0], where[i][1], number[when[i]])
		if c.given[cell] {
			return nil, fault.New("calc.twice", "code", c.nameOf(cell)).At(t.Name, t.Line(i), "")
		}
		if c.cube.Values[cell], err = t.Must(i, value); err != nil {
			return nil, err
		}
		v := math.Abs(c.cube.Values[cell])
		if column >= 0 {
			if v, err = variance(t, i, column, kind, c.cube.Values[cell]); err != nil {
				return nil, err
			}
		}
		c.cube.Variances[cell], c.given[cell] = v, true
		c.listed = append(c.listed, cell)
	}
	if absent := size - len(c.listed); absent > 0 { // what no record speaks of is nothing, and stays so
		if !r.BlankIsZero {
			cell := slices.Index(c.given, false)
			p, i, q := c.at(cell)
			return nil, fault.New("calc.no-cell", "row", c.cube.Provinces[p], "column", slash(c.cube.Industries[i], c.cube.Periods[q]), "file", name)
		}
		r.notes = command.Zeros(r.notes, &command.Matrix{Name: name, Zeros: absent})
	}
	return c, nil
}

// maxCube bounds the cells of a cube: three hundred provinces, industries and periods take less.
const maxCube = 30_000_000

// at gives the place of a cell.
func (c *cubeRecords) at(cell int) (province, industry, period int) {
	n := len(c.cube.Periods)
	return cell / n / len(c.cube.Industries), cell / n % len(c.cube.Industries), cell % n
}

func (c *cubeRecords) nameOf(cell int) string {
	p, i, q := c.at(cell)
	return slash(c.cube.Provinces[p], c.cube.Industries[i], c.cube.Periods[q])
}

// slash joins the codes that are there.
func slash(codes ...string) string {
	out := ""
	for _, c := range codes {
		if c != "" && out != "" {
			out += "/"
		}
		out += c
	}
	return out
}

// margin is one known total, as its file has it.
type margin struct {
	area, industry, period string
	value, se              float64
}

// totalsOf reads records area,industry,period,value[,se]: a blank is summed over, and a year adds its quarters or months.
func (r *provincesRun) totalsOf(c *cubeRecords, name string) ([]regional.Total, []margin, error) {
	t, err := r.e.Table(name)
	if err != nil {
		return nil, nil, err
	}
	k := keysOf(t)
	value, err := t.Column(append([]string{"value"}, command.ValueWords...)...)
	if err != nil {
		return nil, nil, err
	}
	column, kind := errorOf(t)
	areas, industries := command.Positions(c.cube.Provinces), command.Positions(c.cube.Industries)
	years := len(c.periods) / c.perYear
	whole := len(c.periods) > 0 && c.perYear > 1 && len(c.periods)%c.perYear == 0 && c.periods[0].Sub() == 1
	type set struct {
		by    regional.By
		cells map[int]margin
	}
	var sets []*set
	for i := range t.Len() {
		m, by, cell := margin{}, regional.By(0), 0
		m.value, err = t.Must(i, value)
		if err != nil {
			return nil, nil, err
		}
		if column >= 0 && t.Text(i, column) != "" {
			v, err := variance(t, i, column, kind, m.value)
			if err != nil {
				return nil, nil, err
			}
			m.se = math.Sqrt(v)
		}
		for d, x := range []struct {
			by  regional.By
			in  map[string]int
			out *string
		}{{regional.ByProvince, areas, &m.area}, {regional.ByIndustry, industries, &m.industry}} {
			if k[d] < 0 || t.Text(i, k[d]) == "" {
				continue
			}
			*x.out = t.Text(i, k[d])
			at, ok := x.in[*x.out]
			if !ok {
				return nil, nil, fault.New("calc.no-code-in", "code", *x.out, "file", r.Data, "of", name).At(name, t.Line(i), t.Head[k[d]])
			}
			by |= x.by
			cell = cell*len(x.in) + at
		}
		if k[2] >= 0 && t.Text(i, k[2]) != "" {
			p, err := command.Period(t.Text(i, k[2]))
			if err != nil {
				return nil, nil, command.At(err, name, t.Line(i), t.Head[k[2]])
			}
			m.period = command.Label(p)
			year := slices.IndexFunc(c.periods, p.Contains)
			switch at := slices.Index(c.periods, p); {
			case at >= 0:
				by |= regional.ByPeriod
				cell = cell*len(c.periods) + at
			case year >= 0 && whole && p.Frequency() == stat.Annual:
				by |= regional.ByYear
				cell = cell*years + year/c.perYear
				c.cube.PerYear = c.perYear
			case year >= 0 && p.Frequency() == stat.Annual:
				return nil, nil, fault.New("calc.not-whole-years", "file", r.Data, "year", m.period).At(name, t.Line(i), t.Head[k[2]])
			default:
				return nil, nil, fault.New("calc.no-code-in", "code", m.period, "file", r.Data, "of", name).At(name, t.Line(i), t.Head[k[2]])
			}
		}
		at := slices.IndexFunc(sets, func(s *set) bool { return s.by == by })
		if at < 0 {
			at = len(sets)
			sets = append(sets, &set{by, map[int]margin{}})
		}
		if _, twice := sets[at].cells[cell]; twice {
			return nil, nil, fault.New("calc.twice", "code", slash(m.area, m.industry, m.period)).At(name, t.Line(i), "")
		}
		sets[at].cells[cell] = m
	}
	var out []regional.Total
	var listed []margin // in the order in which the method takes them
	for _, s := range sets {
		n := 1
		for _, d := range []struct {
			by regional.By
			n  int
		}{{regional.ByProvince, len(areas)}, {regional.ByIndustry, len(industries)}, {regional.ByPeriod, len(c.periods)}, {regional.ByYear, years}} {
			if s.by&d.by != 0 {
				n *= d.n
			}
		}
		x := regional.Total{Name: r.e.Word("provinces.total"), By: s.by, Values: make([]float64, n), SE: make([]float64, n), Absent: make([]bool, n)}
		for cell := range n {
			m, ok := s.cells[cell]
			x.Values[cell], x.SE[cell], x.Absent[cell] = m.value, m.se, !ok
			if ok {
				listed = append(listed, m)
			}
		}
		out = append(out, x)
	}
	return out, listed, nil
}

// consistent moves the cells of a cube until every total holds at once.
func (r *provincesRun) consistent() error {
	if err := r.e.Need("data", "totals"); err != nil {
		return err
	}
	c, err := r.cube(r.Data)
	if err != nil {
		return err
	}
	totals, margins, err := r.totalsOf(c, r.Totals)
	if err != nil {
		return err
	}
	c.cube.NonNegative = r.NonNegative
	x, err := regional.Consistent(c.cube, totals, balance.StoneOptions{})
	if err != nil {
		return err
	}
	var after []float64
	if len(c.listed) <= command.ManyFigures || r.Posterior {
		if after, err = x.Variances(c.listed...); err != nil {
			return err
		}
	} else {
		r.notes = append(r.notes, fault.New("calc.no-posterior", "n", len(c.listed)))
	}
	name := func(k int) string {
		if n := slash(margins[k].area, margins[k].industry, margins[k].period); n != "" {
			return n
		}
		return r.e.Word("provinces.total")
	}
	list := func(at []int, of func(int) string) []string {
		out := []string{}
		for _, k := range at {
			out = append(out, of(k))
		}
		return out
	}
	for _, k := range x.Flagged {
		r.notes = append(r.notes, fault.New("calc.far-off", "name", name(k), "gap", command.Number(x.Discrepancies[k]), "sd", command.Number(x.Standardised[k])))
	}
	var known []command.Object
	for k, m := range margins {
		known = append(known, command.Object{{"name", name(k)}, {"area", m.area}, {"industry", m.industry}, {"period", m.period}, {"value", m.value}, {"se", m.se},
			{"discrepancy", x.Discrepancies[k]}, {"standardised", x.Standardised[k]}, {"multiplier", x.Multipliers[k]}})
		r.e.Say("explain-total", "name", name(k), "value", command.Number(m.value), "gap", command.Number(x.Discrepancies[k]))
	}
	r.e.Say("explain-consistent", "chi", command.Number(x.ChiSquare), "df", x.DF, "residual", command.Number(x.MaxResidual))
	rows := [][]string{{"area", "industry", "period", "value", "variance", "prior"}}
	records := []command.Object{}
	for i, cell := range c.listed {
		p, j, q := c.at(cell)
		record := command.Object{{"code", c.nameOf(cell)}, {"area", c.cube.Provinces[p]}, {"industry", c.cube.Industries[j]}, {"period", c.cube.Periods[q]}, {"value", x.Values[cell]}}
		row := []string{c.cube.Provinces[p], c.cube.Industries[j], c.cube.Periods[q], command.Number(x.Values[cell]), "", command.Number(c.cube.Values[cell])}
		if after != nil {
			record = append(record, command.Member{"variance", after[i]}, command.Member{"se", math.Sqrt(max(after[i], 0))})
			row[4] = command.Number(after[i])
		}
		records, rows = append(records, append(record, command.Member{"prior", c.cube.Values[cell]}, command.Member{"priorVariance", c.cube.Variances[cell]})), append(rows, row)
	}
	out := command.Object{{"records", records}, {"totals", known}, {"chiSquare", x.ChiSquare}, {"df", x.DF}, {"rankKnown", x.RankKnown}}
	if x.RankKnown {
		out = append(out, command.Member{"pValue", x.PValue})
	}
	return r.write(append(out, command.Member{"flagged", list(x.Flagged, name)}, command.Member{"redundant", list(x.Redundant, name)}, command.Member{"bound", list(x.Bound, c.nameOf)},
		command.Member{"iterations", x.Iterations}, command.Member{"maxResidual", x.MaxResidual}), rows)
}
