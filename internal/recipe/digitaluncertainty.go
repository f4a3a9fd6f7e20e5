package recipe

import (
	"context"
	"math"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/cube"
	"nhipso/internal/measure/uncertainty"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Sources of uncertainty that are drawn, in the order in which a run reports them.
const (
	fromRounding    = "rounding"    // printed shares lie anywhere within half a unit of their last digit
	fromSplit       = "split"       // printed averages likewise, and years between printed ones move as ordinary years do
	fromElectronics = "electronics" // "more than 30 %" is a lower bound
	fromGrowth      = "gdp-growth"  // growth of quarters without a published level is still revised
	fromIndicator   = "indicator"   // quarters follow the indicator only so closely
)

var sources = []string{fromRounding, fromSplit, fromElectronics, fromGrowth, fromIndicator}

// DigitalUncertainty repeats the whole way from published figures to the quarterly estimate (DigitalSplit, GDPQuarterly, DigitalQuarterly with
// method DENTON) with what is not known exactly drawn anew each time, and gives mean, standard deviation and percentiles.
//
//   - rounding: printed shares are uniform within half a unit of the digits that matter (parameter share-rounding).
//   - split: printed averages are uniform in the same way; between printed years the split follows a random walk whose yearly changes
//     have the standard deviation that the split takes for ordinary.
//   - electronics: the part of electronics in digital value added is uniform between its published lower bound and electronics-high.
//   - gdp-growth: growth of quarters without a published level is normal around the printed rate with the root mean square of the revisions on record.
//   - indicator: quarters err around the estimate as the Chow–Lin model says, with Student tails for its few years, so that four quarters
//     still add to the year; nowcasts err at least as much as the back-test found.
//
// Draws are keyed by recipe, seed, number and source: the same inputs give the same bits on any number of threads.
func DigitalUncertainty(n pipeline.Country) pipeline.Recipe {
	quarterly := DigitalQuarterly(n)
	annual, splitting, quarters := DigitalAnnual(n, nil), DigitalSplit(n), GDPQuarterly(n)
	return pipeline.Recipe{
		ID: "digital-uncertainty", Version: "2", Method: "digital-uncertainty",
		Country: n, Title: title("digital-uncertainty"),
		Params: map[string]string{
			"draws": "1000", "seed": "1", "draws-by-source": "1000",
			"share-rounding": "0.005", "electronics-low": quarterly.Params["electronics-share"], "electronics-high": "0.36",
			// What is repeated: another version of one of them makes this recipe stale.
			"through": annual.ID + "@" + annual.Version + " " + splitting.ID + "@" + splitting.Version + " " + quarters.ID + "@" + quarters.Version + " " + quarterly.ID + "@" + quarterly.Version,
		},
		Inputs: []pipeline.Input{
			{Name: "share", Dataflow: "DE_SHARE", Key: splitting.Inputs[0].Key, History: true},
			{Name: "average", Dataflow: "DE_SHARE", Key: splitting.Inputs[1].Key},
			{Name: "quarters", Dataflow: "NA_VA", Key: quarters.Inputs[0].Key},
			{Name: "years", Dataflow: "NA_VA", Key: quarters.Inputs[1].Key},
			{Name: "growth", Dataflow: "NA_GROWTH", Key: quarters.Inputs[2].Key, History: true},
			{Name: "structure", Dataflow: "NA_STRUCTURE", Key: quarters.Inputs[3].Key},
			{Name: "electronics", Dataflow: "DE_SPLIT", Key: "A+N." + n.Area + "." + n.Official + "." + electronic},
		},
		Outputs:   []string{"DE_QUARTERLY_MC"},
		NoWorking: "it repeats the whole computation thousands of times with drawn inputs",
		Costly:    "it repeats the whole computation thousands of times",
		Compute:   digitalUncertainty,
	}
}

// simulation is what stays the same in every draw.
type simulation struct {
	ctx       context.Context
	in        *pipeline.Inputs
	quarterly map[string]string // parameters of DigitalQuarterly
	rounding  float64
	low, high float64 // part of electronics in digital value added
	growthSD  float64 // points
	errors    map[string]*mat.Dense
	freedom   int
	together  float64 // correlation of the errors of the two parts in nowcasts
	nowcast   int     // first quarter beyond the last benchmark
	quarters  []stat.Period

	// What the undisturbed figures give, for draws that do not touch them.
	shares, extended *pipeline.Result
}

var components = []string{total, core, digitalised}

func digitalUncertainty(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
	number := func(name string) float64 {
		f, _ := strconv.ParseFloat(in.Params[name], 64) // parameters are ours; a test reads them all
		return f
	}
	s := &simulation{ctx: ctx, in: in, quarterly: DigitalQuarterly(in.Country).Params, rounding: number("share-rounding"), low: number("electronics-low"), high: number("electronics-high")}
	if said := in.Newest("electronics"); len(said) > 0 && said[len(said)-1].Value != nil { // the published bound, where the cube has it
		s.low = said[len(said)-1].Value.Float64() / 100
		s.high = math.Max(s.high, s.low)
	}
	revisions, err := growthRevisions(in.History("growth"))
	if err != nil {
		return nil, err
	}
	s.growthSD = revisions.RMSR
	m, err := s.model(nil, nil)
	if err != nil || m == nil || len(m.years) < 3 {
		return &pipeline.Result{}, err
	}
	if err := s.learn(m); err != nil {
		return nil, err
	}
	plan := uncertainty.Plan{Recipe: "digital-uncertainty@2", Seed: uint64(number("seed")), Draws: int(number("draws"))}
	all, err := s.run(plan, sources)
	if err != nil {
		return nil, err
	}
	out, err := s.figures(all)
	if err != nil {
		return nil, err
	}
	out.Diagnostics = append(out.Diagnostics, pipeline.Diagnostic{Table: "monte-carlo", Row: map[string]string{"draws": strconv.Itoa(all.Draws), "failed": strconv.Itoa(len(all.Failed)),
		"seed": in.Params["seed"], "growth-rmsr": fixed(revisions.RMSR, 3), "growth-revisions": strconv.Itoa(revisions.N), "correlation": fixed(s.together, 2)}})
	plan.Draws = int(number("draws-by-source"))
	last, benchmarked := len(s.quarters)-1, s.nowcast-1
	row := func(name string, r uncertainty.Result) {
		out.Diagnostics = append(out.Diagnostics, pipeline.Diagnostic{Table: "source-of-uncertainty", Row: map[string]string{"source": name,
			"sd-benchmarked": fixed(r.Outputs[s.at(total, 1, benchmarked)].SD, 3), "sd-nowcast": fixed(r.Outputs[s.at(total, 1, last)].SD, 3),
			"sd-core-nowcast": fixed(r.Outputs[s.at(core, 1, last)].SD, 3), "sd-va-nowcast": fixed(r.Outputs[s.at(total, 0, last)].SD, 0)}})
	}
	for _, name := range sources {
		r, err := s.run(plan, []string{name})
		if err != nil {
			return nil, err
		}
		row(name, r)
	}
	row("all", all)
	return out, nil
}

// growthRevisions describes how published growth of GDP changed from its first to its newest vintage.
func growthRevisions(history []cube.Version) (uncertainty.Revisions, error) {
	var pairs []uncertainty.Pair
	first := map[cube.Cell]float64{}
	seen := map[cube.Cell]bool{}
	newest := map[cube.Cell]float64{}
	var order []cube.Cell
	for _, v := range history {
		if v.Value == nil {
			continue
		}
		c := v.Cell()
		if !seen[c] {
			seen[c], first[c] = true, v.Value.Float64()
			order = append(order, c)
			continue
		}
		newest[c] = v.Value.Float64()
	}
	for _, c := range order {
		if later, revised := newest[c]; revised {
			pairs = append(pairs, uncertainty.Pair{Earlier: first[c], Later: later})
		}
	}
	if len(pairs) == 0 {
		return uncertainty.Revisions{}, nil // nothing on record: growth is taken as printed
	}
	return uncertainty.Revise(pairs)
}

// learn fits the model of the errors around the undisturbed estimate.
func (s *simulation) learn(m *quarterlyModel) error {
	s.quarters, s.nowcast = m.quarters, 4*len(m.years)
	s.errors = map[string]*mat.Dense{}
	s.freedom = math.MaxInt
	_, missed, err := m.backTest(s.ctx, 95)
	if err != nil {
		return err
	}
	for _, p := range parts {
		cl, err := chowLinPart(m.low[p], m.x[p])
		if err != nil {
			return err
		}
		s.freedom = min(s.freedom, len(m.years)-len(cl.Beta))
		f, err := factor(cl.MSE)
		if err != nil {
			return err
		}
		for i := s.nowcast; i < len(m.quarters); i++ {
			if wider := missed[p] * m.gdp[i] / cl.SE[i]; wider > 1 {
				for j := range m.quarters {
					f.Set(i, j, f.At(i, j)*wider)
				}
			}
		}
		s.errors[p] = f
	}
	// The back-test of the total tells how far the errors of the parts go together.
	if both := 2 * missed[core] * missed[digitalised]; both > 0 {
		s.together = math.Max(-1, math.Min(1, (missed[total]*missed[total]-missed[core]*missed[core]-missed[digitalised]*missed[digitalised])/both))
	}
	return nil
}

// factor gives F with F·F' = V for a positive semi-definite V; years that are met exactly make V singular.
func factor(v *mat.SymDense) (*mat.Dense, error) {
	var e mat.EigenSym
	if !e.Factorize(v, true) {
		return nil, mat.ErrFailedEigen
	}
	var f mat.Dense
	e.VectorsTo(&f)
	for j, l := range e.Values(nil) {
		root := math.Sqrt(math.Max(l, 0))
		for i := range v.SymmetricDim() {
			f.Set(i, j, f.At(i, j)*root)
		}
	}
	return &f, nil
}

// at gives the place of a figure among the outputs of a draw; measure 0 is value added, 1 the share.
func (s *simulation) at(component string, measure, quarter int) int {
	for i, c := range components {
		if c == component {
			return (i*2+measure)*len(s.quarters) + quarter
		}
	}
	panic("recipe: no component " + component)
}

func (s *simulation) run(plan uncertainty.Plan, drawn []string) (uncertainty.Result, error) {
	on := map[string]bool{}
	for _, d := range drawn {
		on[d] = true
	}
	return uncertainty.Run(s.ctx, plan, len(components)*2*len(s.quarters), func(d *uncertainty.Draw, out []float64) error {
		m, err := s.model(d, on)
		if err != nil {
			return err
		}
		var noise map[string][]float64
		if on[fromIndicator] {
			noise = s.noise(d)
		}
		values := map[string][]float64{total: make([]float64, len(m.quarters))}
		for _, p := range parts {
			y, err := extend(m.low[p], m.x[p])
			if err != nil {
				return err
			}
			for i := range y {
				if noise != nil {
					y[i] += noise[p][i]
				}
				values[total][i] += y[i]
			}
			values[p] = y
		}
		for _, c := range components {
			for i, y := range values[c] {
				out[s.at(c, 0, i)], out[s.at(c, 1, i)] = y, 100*y/m.gdp[i]
			}
		}
		return nil
	})
}

// noise draws the errors of the parts around their estimates.
func (s *simulation) noise(d *uncertainty.Draw) map[string][]float64 {
	out := map[string][]float64{}
	n := len(s.quarters)
	for _, p := range parts {
		stream := d.Stream(fromIndicator + " " + p)
		scale := 0.0
		for range s.freedom {
			z := stream.Normal()
			scale += z * z
		}
		scale = math.Sqrt(float64(s.freedom) / scale)
		z := mat.NewVecDense(n, nil)
		for i := range n {
			z.SetVec(i, stream.Normal()*scale)
		}
		e := mat.NewVecDense(n, nil)
		e.MulVec(s.errors[p], z)
		out[p] = e.RawVector().Data
	}
	for i := s.nowcast; i < n; i++ {
		width := func(p string) float64 { return mat.Norm(s.errors[p].RowView(i), 2) }
		if w := width(core); w > 0 {
			out[digitalised][i] = s.together*out[core][i]*width(digitalised)/w + math.Sqrt(1-s.together*s.together)*out[digitalised][i]
		}
	}
	return out
}

// model goes from published figures to the data of the quarterly estimate, with what is drawn disturbed. Without a draw nothing is.
func (s *simulation) model(d *uncertainty.Draw, on map[string]bool) (*quarterlyModel, error) {
	quarterly, said := s.quarterly, s.in.Newest("electronics")
	changed := map[string][]cube.Version{}
	var wobble []float64
	if on[fromRounding] {
		stream := d.Stream(fromRounding)
		off := map[cube.Cell]float64{} // the same for every vintage of a cell
		changed["share"] = moved(withoutRest(s.in.History("share")), func(v cube.Version) float64 {
			if _, known := off[v.Cell()]; !known {
				off[v.Cell()] = s.rounding * (2*stream.Uniform() - 1)
			}
			return off[v.Cell()]
		})
	}
	if on[fromSplit] {
		stream := d.Stream(fromSplit)
		changed["average"] = moved(s.in.Newest("average"), func(cube.Version) float64 { return s.rounding * (2*stream.Uniform() - 1) })
		walk := 0.0
		for range 64 { // more years than the series will have for long; further ones stand still
			walk += ordinaryChange * stream.Normal()
			wobble = append(wobble, walk)
		}
	}
	if on[fromElectronics] {
		quarterly = map[string]string{}
		for k, v := range s.quarterly {
			quarterly[k] = v
		}
		said = nil
		quarterly["electronics-share"] = strconv.FormatFloat(s.low+(s.high-s.low)*d.Stream(fromElectronics).Uniform(), 'f', 6, 64)
	}
	if on[fromGrowth] {
		stream := d.Stream(fromGrowth)
		changed["growth"] = moved(s.in.Newest("growth"), func(v cube.Version) float64 {
			z := stream.Normal()
			if v.Period.Frequency() != stat.Quarterly {
				return 0
			}
			return s.growthSD * z
		})
	}
	base := s.in.With(changed)
	shares, extended := s.shares, s.extended
	var err error
	if shares == nil || on[fromRounding] || on[fromSplit] {
		if shares, err = split(s.ctx, base, wobble); err != nil {
			return nil, err
		}
	}
	if extended == nil || on[fromGrowth] {
		if extended, err = gdpQuarters(s.ctx, base); err != nil {
			return nil, err
		}
	}
	if d == nil {
		s.shares, s.extended = shares, extended
	}
	totals := seriesOf(base.Newest("share"), "A", s.in.Country.Area, s.in.Country.Official, total)
	years := seriesOf(base.Newest("years"), "A", s.in.Country.Area, gdp, current)
	var va []cube.Version
	for _, y := range totals.periods() {
		share, _ := totals.value(y)
		if whole, ok := years.value(y); ok {
			level := percentOf(share, whole)
			va = append(va, cube.Version{Dataflow: "DE_VA", Observation: stat.Observation{Key: stat.NewKey("A", s.in.Country.Area, s.in.Country.Official, total, latest), Period: y, Value: &level}})
		}
	}
	return layOut(pipeline.NewInputs(s.in.Country, quarterly, map[string][]cube.Version{"part": versionsOf(shares), "va": va, "gdp": s.in.Newest("years"), "quarters": versionsOf(extended), "electronics": said}))
}

// withoutRest leaves out core shares that were printed together with the digitalised ones: the true parts add to the true total, so only two of
// the three roundings are free.
func withoutRest(shares []cube.Version) []cube.Version {
	type print struct {
		period  stat.Period
		vintage stat.Date
	}
	both := map[print]bool{}
	for _, v := range shares {
		if v.Key.Codes()[3] == digitalised {
			both[print{v.Period, v.Vintage.Date}] = true
		}
	}
	var out []cube.Version
	for _, v := range shares {
		if v.Key.Codes()[3] != core || !both[print{v.Period, v.Vintage.Date}] {
			out = append(out, v)
		}
	}
	return out
}

// moved gives copies of figures with something added to each.
func moved(list []cube.Version, by func(cube.Version) float64) []cube.Version {
	out := make([]cube.Version, len(list))
	for i, v := range list {
		if v.Value != nil {
			d, err := stat.FromFloat(v.Value.Float64()+by(v), 6)
			if err == nil {
				v.Value = &d
			}
		}
		out[i] = v
	}
	return out
}

// versionsOf makes the figures of one recipe the inputs of the next.
func versionsOf(r *pipeline.Result) []cube.Version {
	out := make([]cube.Version, len(r.Outputs))
	for i, o := range r.Outputs {
		out[i] = cube.Version{Dataflow: o.Dataflow, Observation: o.Observation}
	}
	return out
}

// figures turns the summaries into observations.
func (s *simulation) figures(r uncertainty.Result) (*pipeline.Result, error) {
	var out pipeline.Result
	first := stat.Year(s.quarters[0].Year())
	from := []pipeline.Ref{{Dataflow: "DE_SHARE", Key: stat.Key(DigitalSplit(s.in.Country).Inputs[0].Key), History: true, Role: "drawn"}}
	for _, in := range []struct{ name, role string }{{"average", "drawn"}, {"quarters", "indicator"}, {"years", "benchmark"}, {"structure", "share of GDP"}, {"electronics", "weight of electronics"}} {
		list := s.in.Newest(in.name)
		if len(list) == 0 {
			continue
		}
		for _, i := range DigitalUncertainty(s.in.Country).Inputs {
			if i.Name == in.name {
				from = append(from, pipeline.Ref{Dataflow: i.Dataflow, Key: stat.Key(i.Key), Since: first, Role: in.role})
			}
		}
	}
	from = append(from, pipeline.Ref{Dataflow: "NA_GROWTH", Key: stat.Key(GDPQuarterly(s.in.Country).Inputs[2].Key), History: true, Role: "drawn"})
	for _, c := range components {
		for measure, name := range []string{level, share} {
			attrs, digits := stat.Attributes{"UNIT_MEASURE": s.in.Country.Currency, "UNIT_MULT": "9", stat.AttrDecimals: "0"}, 2
			if name == share {
				attrs, digits = stat.Attributes{"UNIT_MEASURE": "PC_GDP", stat.AttrDecimals: "2"}, 4
			}
			attrs[stat.AttrMark] = string(stat.MarkInferred)
			for i, q := range s.quarters {
				status := stat.Forecast
				if i < s.nowcast {
					status = stat.Estimated
				}
				x := r.Outputs[s.at(c, measure, i)]
				for _, y := range []struct {
					code  string
					value float64
				}{{"MEAN", x.Mean}, {"SD", x.SD}, {"P5", x.Quantiles[0]}, {"P50", x.Quantiles[1]}, {"P95", x.Quantiles[2]}} {
					v, err := stat.FromFloat(y.value, digits)
					if err != nil {
						return nil, err
					}
					out.Outputs = append(out.Outputs, output("DE_QUARTERLY_MC", stat.NewKey("Q", s.in.Country.Area, s.in.Country.Official, c, name, y.code), q, v, status, attrs.Clone(), from...).
						By(pipeline.Method("monte-carlo", fact("draws", pipeline.Param("draws")), fact("seed", pipeline.Param("seed")))))
				}
			}
		}
	}
	return &out, nil
}
