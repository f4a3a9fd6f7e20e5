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
func errorOf(t *command.Sheet) (column int, kind balance.Spread) {
	for _, x := range []struct {
		kind  balance.Spread
		words []string
	}{{balance.AsVariance, errWords}, {balance.AsCV, []string{"cv"}}, {balance.AsSE, command.ErrorWords}} {
		if c := t.Find(x.words); c >= 0 {
			return c, x.kind
		}
	}
	return -1, ""
}

// variance reads the error of a figure as a variance.
func variance(t *command.Sheet, i, column int, kind balance.Spread, value float64) (float64, error) {
	v, err := t.Must(i, column)
	if err != nil {
		return 0, err
	}
	if v < 0 {
		return 0, fault.New("calc.negative", "code", t.Text(i, 0), "value", command.Number(v)).At(t.Name, t.Line(i), t.Head[column])
	}
	return kind.Variance(value, v), nil
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
	c := &cubeRecords{perYear: 1}
	where, err := c.dimensions(t, k)
	if err != nil {
		return nil, err
	}
	when, err := c.timeline(t, k[2])
	if err != nil {
		return nil, err
	}
	size := len(c.cube.Provinces) * len(c.cube.Industries) * len(c.cube.Periods)
	if size > maxCube {
		return nil, fault.New("calc.cube-large", "file", name, "n", size, "most", maxCube)
	}
	c.cube.Values, c.cube.Variances, c.given = make([]float64, size), make([]float64, size), make([]bool, size)
	column, kind := errorOf(t)
	for i := range t.Len() {
		cell := c.cube.At(where[i][0], where[i][1], when[i])
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

// dimensions collects areas and industries in the order of the file, and gives where each record stands among them.
func (c *cubeRecords) dimensions(t *command.Sheet, k keys) ([][2]int, error) {
	at := [2]map[string]int{{}, {}}
	lists := [2]*[]string{&c.cube.Provinces, &c.cube.Industries}
	where := make([][2]int, t.Len())
	for i := range where {
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
	}
	return where, nil
}

// timeline collects the periods, which follow each other without a gap, and gives where each record stands among them.
func (c *cubeRecords) timeline(t *command.Sheet, column int) ([]int, error) {
	c.cube.PerYear = 1
	number := make([]int, t.Len())
	if column < 0 {
		c.cube.Periods = []string{""}
		return number, nil
	}
	when := make([]stat.Period, t.Len())
	for i := range when {
		var err error
		if when[i], err = command.Period(t.Text(i, column)); err != nil {
			return nil, command.At(err, t.Name, t.Line(i), t.Head[column])
		}
		if when[i].Frequency() != when[0].Frequency() {
			return nil, fault.New("calc.gap", "before", command.Label(when[0]), "after", command.Label(when[i])).At(t.Name, t.Line(i), t.Head[column])
		}
	}
	c.periods = slices.Compact(slices.SortedFunc(slices.Values(when), stat.Period.Compare))
	at := map[stat.Period]int{}
	for i, p := range c.periods {
		if i > 0 && c.periods[i-1].Next() != p {
			return nil, fault.New("calc.gap", "before", command.Label(c.periods[i-1]), "after", command.Label(p)).At(t.Name, 0, t.Head[column])
		}
		at[p] = i
		c.cube.Periods = append(c.cube.Periods, command.Label(p))
	}
	for i, p := range when {
		number[i] = at[p]
	}
	if len(c.periods) > 0 {
		c.perYear = c.periods[0].Frequency().PerYear()
	}
	return number, nil
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
	value, err := t.Column(append([]string{"value"}, command.ValueWords...)...)
	if err != nil {
		return nil, nil, err
	}
	m := &marginReader{Sheet: t, c: c, of: r.Data, keys: keysOf(t), value: value, areas: command.Positions(c.cube.Provinces), industries: command.Positions(c.cube.Industries)}
	m.column, m.kind = errorOf(t)
	for i := range t.Len() {
		if err := m.read(i); err != nil {
			return nil, nil, err
		}
	}
	var out []regional.Total
	var listed []margin // in the order in which the method takes them
	for _, s := range m.sets {
		n := m.size(s.by)
		x := regional.Total{Name: r.e.Word("provinces.total"), By: s.by, Values: make([]float64, n), SE: make([]float64, n), Absent: make([]bool, n)}
		for cell := range n {
			known, ok := s.cells[cell]
			x.Values[cell], x.SE[cell], x.Absent[cell] = known.value, known.se, !ok
			if ok {
				listed = append(listed, known)
			}
		}
		out = append(out, x)
	}
	return out, listed, nil
}

// marginReader collects totals into sets, one for each combination of dimensions that totals are by.
type marginReader struct {
	*command.Sheet
	c                 *cubeRecords
	of                string // the file of the cube
	keys              keys
	value, column     int // column is that of the error, of a kind
	kind              balance.Spread
	areas, industries map[string]int
	sets              []*marginSet
}

type marginSet struct {
	by    regional.By
	cells map[int]margin
}

// size counts the totals of a set.
func (r *marginReader) size(by regional.By) int {
	n := 1
	for _, d := range []struct {
		by regional.By
		n  int
	}{{regional.ByProvince, len(r.areas)}, {regional.ByIndustry, len(r.industries)}, {regional.ByPeriod, len(r.c.periods)}, {regional.ByYear, r.years()}} {
		if by&d.by != 0 {
			n *= d.n
		}
	}
	return n
}

func (r *marginReader) years() int { return len(r.c.periods) / r.c.perYear }

// read takes the total of a record.
func (r *marginReader) read(i int) (err error) {
	m, by, cell := margin{}, regional.By(0), 0
	if m.value, err = r.Must(i, r.value); err != nil {
		return err
	}
	if r.column >= 0 && r.Text(i, r.column) != "" {
		v, err := variance(r.Sheet, i, r.column, r.kind, m.value)
		if err != nil {
			return err
		}
		m.se = math.Sqrt(v)
	}
	for d, x := range []struct {
		by  regional.By
		in  map[string]int
		out *string
	}{{regional.ByProvince, r.areas, &m.area}, {regional.ByIndustry, r.industries, &m.industry}} {
		if r.keys[d] < 0 || r.Text(i, r.keys[d]) == "" {
			continue
		}
		*x.out = r.Text(i, r.keys[d])
		at, ok := x.in[*x.out]
		if !ok {
			return fault.New("calc.no-code-in", "code", *x.out, "file", r.of, "of", r.Name).At(r.Name, r.Line(i), r.Head[r.keys[d]])
		}
		by |= x.by
		cell = cell*len(x.in) + at
	}
	if by, cell, err = r.when(i, &m, by, cell); err != nil {
		return err
	}
	at := slices.IndexFunc(r.sets, func(s *marginSet) bool { return s.by == by })
	if at < 0 {
		at = len(r.sets)
		r.sets = append(r.sets, &marginSet{by, map[int]margin{}})
	}
	if _, twice := r.sets[at].cells[cell]; twice {
		return fault.New("calc.twice", "code", slash(m.area, m.industry, m.period)).At(r.Name, r.Line(i), "")
	}
	r.sets[at].cells[cell] = m
	return nil
}

// when adds the period of a total, or its year, to what the total is by.
func (r *marginReader) when(i int, m *margin, by regional.By, cell int) (regional.By, int, error) {
	column, c := r.keys[2], r.c
	if column < 0 || r.Text(i, column) == "" {
		return by, cell, nil
	}
	p, err := command.Period(r.Text(i, column))
	if err != nil {
		return 0, 0, command.At(err, r.Name, r.Line(i), r.Head[column])
	}
	m.period = command.Label(p)
	whole := len(c.periods) > 0 && c.perYear > 1 && len(c.periods)%c.perYear == 0 && c.periods[0].Sub() == 1
	annual := p.Frequency() == stat.Annual
	year := slices.IndexFunc(c.periods, p.Contains)
	switch at := slices.Index(c.periods, p); {
	case at >= 0:
		return by | regional.ByPeriod, cell*len(c.periods) + at, nil
	case year >= 0 && whole && annual:
		c.cube.PerYear = c.perYear
		return by | regional.ByYear, cell*r.years() + year/c.perYear, nil
	case year >= 0 && annual:
		return 0, 0, fault.New("calc.not-whole-years", "file", r.of, "year", m.period).At(r.Name, r.Line(i), r.Head[column])
	}
	return 0, 0, fault.New("calc.no-code-in", "code", m.period, "file", r.of, "of", r.Name).At(r.Name, r.Line(i), r.Head[column])
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
	return r.write(append(out, command.Member{"flagged", command.NamesAt(x.Flagged, name)}, command.Member{"redundant", command.NamesAt(x.Redundant, name)}, command.Member{"bound", command.NamesAt(x.Bound, c.nameOf)},
		command.Member{"iterations", x.Iterations}, command.Member{"maxResidual", x.MaxResidual}), rows)
}
