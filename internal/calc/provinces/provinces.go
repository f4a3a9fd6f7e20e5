// Package provinces is the calculation provinces: national figures brought to provinces, made to add, and restated between sets of areas.
package provinces

import (
	"bytes"
	"context"
	"io"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/regional"
)

// provincesFlags are the flags of provinces.
type provincesFlags struct {
	What           string  `default:"allocate" help:"what-provinces"`
	National       string  `help:"national" what:"allocate"`
	Indicator      string  `help:"indicator-provinces" what:"allocate"`
	Reported       string  `help:"reported" what:"head-office"`
	Firms          string  `help:"firms" what:"head-office"`
	Keep           float64 `default:"0" help:"keep" what:"head-office"`
	Table          string  `help:"table-domestic" what:"multi-regional"`
	Final          string  `help:"final" what:"multi-regional"`
	Output         string  `help:"output-rows" what:"multi-regional"`
	Ignore         string  `help:"ignore" what:"multi-regional"`
	RegionalOutput string  `help:"regional-output" what:"multi-regional"`
	FinalShares    string  `help:"final-shares" what:"multi-regional"`
	Friction       string  `help:"friction" what:"multi-regional"`
	Form           string  `default:"flq" help:"form" what:"multi-regional"`
	Delta          float64 `default:"0.3" help:"delta" what:"multi-regional"`
	SectorDelta    string  `help:"sector-delta" what:"multi-regional"`
	MinTrade       float64 `default:"0.001" help:"min-trade" what:"multi-regional"`
	Data           string  `help:"data-provinces" what:"consistent restate"`
	Totals         string  `help:"totals-provinces" what:"consistent"`
	NonNegative    bool    `help:"non-negative" what:"consistent"`
	Posterior      bool    `help:"posterior" what:"consistent"`
	From           string  `help:"from-set" what:"restate"`
	To             string  `help:"to-set" what:"restate"`
	Rule           string  `default:"additive" help:"rule-restate" what:"restate"`
	Denominator    string  `help:"denominator-restate" what:"restate"`
	Weights        string  `help:"weights-restate" what:"restate"`
	Map            string  `help:"map-restate" what:"restate"`
	Reverse        bool    `help:"reverse-restate" what:"restate"`
	Decimals       int     `default:"6" help:"decimals-restate" what:"restate"`
	BlankIsZero    bool    `help:"blank-is-zero" what:"allocate head-office multi-regional consistent"`
}

// Run brings national figures to provinces, makes everything add at once, and restates figures between sets of areas.
func Run(_ context.Context, e *command.Env, args []string) error {
	r := &provincesRun{e: e}
	if err := e.Parse("provinces", &r.provincesFlags, args); err != nil {
		return err
	}
	run, err := command.Mode(e, "what", r.What, []command.Choice[func(*provincesRun) error]{{"allocate", (*provincesRun).allocate}, {"head-office", (*provincesRun).headOffice},
		{"multi-regional", (*provincesRun).multiRegional}, {"consistent", (*provincesRun).consistent}, {"restate", (*provincesRun).restate}})
	if err != nil {
		return err
	}
	return run(r)
}

type provincesRun struct {
	provincesFlags
	e     *command.Env
	notes []*fault.Error
}

// write gives the answer: result for JSON, rows for CSV.
func (r *provincesRun) write(result command.Object, rows [][]string) error {
	if !r.e.JSON() {
		r.e.Warn(r.notes)
		return r.e.WriteCSV(rows...)
	}
	return r.e.WriteJSON(append(append(command.Object{{"what", r.What}}, result...), command.Member{"notes", r.e.Remarks(r.notes)}))
}

var (
	areaWords = []string{"area", "province", "region", "ref_area", "tỉnh", "tinh", "địa bàn", "dia ban", "địa phương", "vùng"}
	kindWords = []string{"industry", "sector", "activity", "product", "use", "ngành", "nganh", "ngành kinh tế", "sử dụng"}
	timeWords = []string{"period", "time", "time_period", "kỳ", "ky", "quý", "năm", "year", "quarter"}
	errWords  = []string{"variance", "var", "v", "phương sai"}
)

// crossed is a measure by area and industry.
type crossed struct {
	name   string // its heading, or its file
	areas  []string
	kinds  []string // nil where the file has no codes
	values [][]float64
}

// again gives a world in which a file that was read already can be read one time more, standard input too.
func again(e *command.Env, b []byte) *command.Env {
	copied := *e
	copied.In = bytes.NewReader(b)
	copied.Open = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
	return &copied
}

// crossed reads areas by industries: a matrix with areas in its rows (or, where its rows are the codes wanted, in its columns), or records
// area,industry,value[,value…], of which every further column is a measure of its own.
func (r *provincesRun) crossed(name string, wanted []string) ([]crossed, error) {
	b, err := r.e.Bytes(name)
	if err != nil {
		return nil, err
	}
	c, err := again(r.e, b).Cells(name)
	if err != nil {
		return nil, err
	}
	if t := (&command.Sheet{Cells: c, Head: c.Rows[0], Data: 1}); len(c.Rows) > 1 && len(t.Head) > 2 && t.Find(areaWords) >= 0 && t.Find(kindWords) >= 0 {
		return r.records(t)
	}
	m, err := again(r.e, b).Matrix(name, r.BlankIsZero)
	if err != nil {
		return nil, err
	}
	r.notes = command.Zeros(r.notes, m)
	if inside(wanted, m.Rows) && !inside(wanted, m.Cols) {
		turned := &command.Matrix{Rows: m.Cols, Cols: m.Rows, Values: command.Rows(mat.DenseCopyOf(m.Dense().T()))}
		m = turned
	}
	return []crossed{{name: name, areas: command.Numbered(m.Rows, len(m.Values)), kinds: m.Cols, values: m.Values}}, nil
}

// inside says whether codes are there, and all of them among others.
func inside(codes, others []string) bool {
	at := command.Positions(others)
	for _, c := range codes {
		if _, ok := at[c]; !ok {
			return false
		}
	}
	return codes != nil
}

// records reads area,industry,value[,value…].
func (r *provincesRun) records(t *command.Sheet) ([]crossed, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	area, kind := t.Find(areaWords), t.Find(kindWords)
	var out []crossed
	var areas, kinds []string
	rowOf, colOf, line := map[string]int{}, map[string]int{}, map[[2]int]int{}
	for i := range t.Len() {
		var at [2]int
		for k, x := range []struct {
			col  int
			list *[]string
			of   map[string]int
		}{{area, &areas, rowOf}, {kind, &kinds, colOf}} {
			code := t.Text(i, x.col)
			if code == "" {
				return nil, fault.New("calc.no-code").At(t.Name, t.Line(i), t.Head[x.col])
			}
			if _, ok := x.of[code]; !ok {
				x.of[code] = len(*x.list)
				*x.list = append(*x.list, code)
			}
			at[k] = x.of[code]
		}
		if _, twice := line[at]; twice {
			return nil, fault.New("calc.twice", "code", t.Text(i, area)+","+t.Text(i, kind)).At(t.Name, t.Line(i), "")
		}
		line[at] = i
	}
	absent := 0
	for j, h := range t.Head {
		if j == area || j == kind {
			continue
		}
		x := crossed{name: h, areas: areas, kinds: kinds}
		if command.Among(h, command.ValueWords) || h == "" {
			x.name = t.Name
		}
		for p, a := range areas {
			x.values = append(x.values, make([]float64, len(kinds)))
			for k, c := range kinds {
				i, ok := line[[2]int{p, k}]
				if !ok {
					if !r.BlankIsZero {
						return nil, fault.New("calc.no-cell", "row", a, "column", c, "file", t.Name)
					}
					absent++
					continue
				}
				v, known, err := t.Value(i, j)
				if err != nil {
					return nil, err
				}
				if !known {
					if !r.BlankIsZero {
						return nil, fault.New("calc.blank").At(t.Name, t.Line(i), h)
					}
					absent++
				}
				x.values[p][k] = v
			}
		}
		out = append(out, x)
	}
	r.notes = command.Zeros(r.notes, &command.Matrix{Name: t.Name, Zeros: absent})
	return out, nil
}

// arrange puts a measure into the order of areas (nil for its own) and industries.
func (x crossed) arrange(file string, areas, kinds []string, n int, of string) (*mat.Dense, error) {
	if areas == nil {
		areas = x.areas
	}
	row, err := command.Order(file, x.areas, len(x.areas), areas, len(areas), of)
	if err != nil {
		return nil, err
	}
	col, err := command.Order(file, x.kinds, len(x.values[0]), kinds, n, of)
	if err != nil {
		return nil, err
	}
	d := mat.NewDense(len(areas), n, nil)
	for i, p := range row {
		d.SetRow(i, command.Reorder(x.values[p], col))
	}
	return d, nil
}

// allocate spreads national value added of industries over provinces by indicators.
func (r *provincesRun) allocate() error {
	if err := r.e.Need("national", "indicator"); err != nil {
		return err
	}
	nation, err := r.e.Vector(r.National)
	if err != nil {
		return err
	}
	var areas, names []string
	var indicators []regional.Indicator
	codes := nation.Codes
	for _, file := range command.List(r.Indicator) {
		found, err := r.crossed(file, nation.Codes)
		if err != nil {
			return err
		}
		for _, x := range found {
			if codes == nil {
				codes = command.Numbered(x.kinds, len(x.values[0]))
			}
			if areas == nil {
				areas = x.areas
			}
			m, err := x.arrange(file, areas, nation.Codes, len(nation.Values), r.National)
			if err != nil {
				return err
			}
			indicators, names = append(indicators, regional.Indicator{Name: x.name, Values: m}), append(names, x.name)
		}
	}
	a, err := regional.Allocate(nation.Values, indicators, regional.Names{Provinces: areas, Industries: codes})
	if err != nil {
		return err
	}
	byProvince, _, _ := inputoutput.Margins(a.Values)
	used := make([]any, len(codes))
	for j, k := range a.Used {
		if k >= 0 {
			used[j] = names[k]
			r.e.Say("explain-allocate", "code", codes[j], "value", command.Number(nation.Values[j]), "indicator", names[k], "total", command.Number(mat.Sum(indicators[k].Values.ColView(j))))
		}
	}
	return r.write(command.Object{{"provinces", areas}, {"industries", codes}, {"indicators", names}, {"used", command.ByCode(codes, used)}, {"national", command.ByCode(codes, nation.Values)},
		{"matrix", command.Rows(a.Values)}, {"byProvince", command.ByCode(areas, byProvince)}}, command.Wide("area", areas, codes, command.Rows(a.Values)))
}

// headOffice moves figures of firms from the province of their head office to where they work.
func (r *provincesRun) headOffice() error {
	if err := r.e.Need("reported", "firms"); err != nil {
		return err
	}
	found, err := r.crossed(r.Reported, nil)
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return fault.New("calc.one-series", "file", r.Reported)
	}
	areas, codes := found[0].areas, command.Numbered(found[0].kinds, len(found[0].values[0]))
	firms, err := r.establishments(areas, codes)
	if err != nil {
		return err
	}
	reported := (&command.Matrix{Values: found[0].values}).Dense()
	a, err := regional.HeadOffice(reported, firms, r.Keep, regional.Names{Provinces: areas, Industries: codes})
	if err != nil {
		return err
	}
	before, _, _ := inputoutput.Margins(reported)
	after, _, _ := inputoutput.Margins(a.Values)
	for p, c := range areas {
		r.e.Say("explain-head-office", "code", c, "before", command.Number(before[p]), "after", command.Number(after[p]))
	}
	return r.write(command.Object{{"provinces", areas}, {"industries", codes}, {"keep", r.Keep}, {"firms", len(firms)}, {"matrix", command.Rows(a.Values)}, {"moved", command.Rows(a.Moved)},
		{"reported", command.ByCode(areas, before)}, {"byProvince", command.ByCode(areas, after)}}, command.Wide("area", areas, codes, command.Rows(a.Values)))
}

// establishments reads records firm,home,industry,value,area,work: a line for every province in which a firm works. What is said of the firm
// stands on its first line, and may be repeated on the others.
func (r *provincesRun) establishments(areas, codes []string) ([]regional.Firm, error) {
	t, err := r.e.Table(r.Firms)
	if err != nil {
		return nil, err
	}
	var at [6]int
	const firm, home, industry, value, area, work = 0, 1, 2, 3, 4, 5
	for k, names := range [][]string{{"firm", "enterprise", "doanh nghiệp", "name"}, {"home", "head_office", "trụ sở"}, kindWords, {"value", "giá trị", "value_added"}, areaWords,
		{"work", "workers", "employment", "payroll", "amount", "lao động", "quỹ lương"}} {
		if at[k], err = t.Column(names...); err != nil {
			return nil, err
		}
	}
	province, position := command.Positions(areas), command.Positions(codes)
	seek := func(i, col int, in map[string]int) (int, error) {
		k, ok := in[t.Text(i, col)]
		if !ok {
			return 0, fault.New("calc.no-code-in", "code", t.Text(i, col), "file", r.Reported, "of", t.Name).At(t.Name, t.Line(i), t.Head[col])
		}
		return k, nil
	}
	var out []regional.Firm
	seen := map[[2]string]int{}
	last := map[string]string{} // the industry of a firm's line before, for lines that leave it out
	for i := range t.Len() {
		name, in := t.Text(i, at[firm]), t.Text(i, at[industry])
		if name == "" {
			return nil, fault.New("calc.no-code").At(t.Name, t.Line(i), t.Head[at[firm]])
		}
		if in == "" {
			in = last[name]
		}
		last[name] = in
		k, known := seen[[2]string{name, in}]
		if !known {
			f := regional.Firm{Name: name}
			if f.Home, err = seek(i, at[home], province); err != nil {
				return nil, err
			}
			if f.Industry, err = seek(i, at[industry], position); err != nil {
				return nil, err
			}
			if f.Value, err = t.Must(i, at[value]); err != nil {
				return nil, err
			}
			k = len(out)
			seen[[2]string{name, in}] = k
			out = append(out, f)
		}
		if again := t.Text(i, at[home]); again != "" && again != areas[out[k].Home] {
			return nil, fault.New("calc.two-values", "code", name, "first", areas[out[k].Home], "second", again).At(t.Name, t.Line(i), t.Head[at[home]])
		}
		if v, given, err := t.Value(i, at[value]); err != nil {
			return nil, err
		} else if given && v != out[k].Value {
			return nil, fault.New("calc.two-values", "code", name, "first", command.Number(out[k].Value), "second", command.Number(v)).At(t.Name, t.Line(i), t.Head[at[value]])
		}
		w := regional.Work{}
		if w.Province, err = seek(i, at[area], province); err != nil {
			return nil, err
		}
		if w.Amount, err = t.Must(i, at[work]); err != nil {
			return nil, err
		}
		out[k].Work = append(out[k].Work, w)
	}
	return out, nil
}

// joined writes the first few codes of a list.
func joined(codes []string) string {
	const most = 12
	if len(codes) > most {
		return strings.Join(codes[:most], ", ") + ", …"
	}
	return strings.Join(codes, ", ")
}
