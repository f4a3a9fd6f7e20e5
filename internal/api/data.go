package api

import (
	"io"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

func (s *service) registerData(a huma.API) {
	get(s, a, "data", "/data/{dataflow}", "data", (*visit).data)
	get(s, a, "series", "/series/{dataflow}/{key}", "data", (*visit).series)
	get(s, a, "observation", "/observation", "data", (*visit).one)
	get(s, a, "explain", "/explain", "data", (*visit).explain)
}

// Span bounds a selection in time.
type Span struct {
	Start   stat.Period `query:"start"`
	End     stat.Period `query:"end"`
	History bool        `query:"history"`
}

func (s Span) check() error {
	if !s.Start.IsZero() && !s.End.IsZero() && s.End.To().Before(s.Start.From()) {
		return query("end", fault.New("api.end-before-start", "start", s.Start.String(), "end", s.End.String()))
	}
	return nil
}

// holds reports whether a period lies wholly inside the span.
func (s Span) holds(p stat.Period) bool {
	return (s.Start.IsZero() || !p.From().Before(s.Start.From())) && (s.End.IsZero() || !p.To().After(s.End.To()))
}

// figures gives, one by one, the newest figures of a pattern, or their whole history.
func (v *visit) figures(dataflow, pattern string, s Span) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for o, err := range v.snap.Stream(v.ctx, dataflow, pattern, s.History) {
			if err != nil {
				yield(o, err)
				return
			}
			if s.holds(o.Period) && !yield(o, nil) {
				return
			}
		}
	}
}

// part gives the figures from an offset on, at most so many (all when limit is 0), and how many there are. How many, is counted once a release.
func (v *visit) part(dataflow, pattern string, s Span, offset, limit int) (list []cube.Version, total int, err error) {
	counted := strings.Join([]string{v.asOfView.Key(), dataflow, pattern, s.Start.String(), s.End.String(), strconv.FormatBool(s.History)}, "\x00")
	total, known := v.counts.get(counted)
	if !known && limit > 0 && s == (Span{}) {
		total, known = v.snap.Choose(dataflow, pattern).Cells()
	}
	n := 0
	for o, err := range v.figures(dataflow, pattern, s) {
		if err != nil {
			return nil, 0, err
		}
		if n >= offset && (limit == 0 || n < offset+limit) {
			list = append(list, o)
		}
		if n++; known && limit > 0 && n >= offset+limit {
			return list, total, nil
		}
	}
	v.counts.put(counted, n)
	return list, n, nil
}

// some gives the figures from an offset on, at most so many, or all when limit is 0.
func some(figures iter.Seq2[cube.Version, error], offset, limit int) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		n := 0
		for o, err := range figures {
			if n++; err == nil && n <= offset {
				continue
			}
			if err == nil && limit > 0 && n > offset+limit || !yield(o, err) {
				return
			}
		}
	}
}

// dataInput selects figures of a dataflow.
type dataInput struct {
	Common
	Span
	Dataflow string `path:"dataflow" maxLength:"60"`
	Key      string `query:"key" maxLength:"2000"`
	Limit    int    `query:"limit" minimum:"1" maximum:"50000"`
	Offset   int    `query:"offset" minimum:"0" maximum:"100000000" default:"0"`
	Format   string `query:"format" enum:"json,csv,xlsx"`
}

// Observations are figures of a dataflow.
type Observations struct {
	file
	Stamp
	Dataflow     string        `json:"dataflow"`
	Name         string        `json:"name"`
	Key          string        `json:"key,omitempty"`
	Total        int           `json:"total"`
	Offset       int           `json:"offset"`
	Limit        int           `json:"limit"`
	Next         string        `json:"next,omitempty"`
	Dimensions   []string      `json:"dimensions"`
	Observations []Observation `json:"observations"`
	Sources      []Source      `json:"sources"`

	flow   *catalog.Dataflow
	source iter.Seq2[cube.Version, error]
}

func (v *visit) data(in *dataInput) (*Observations, error) {
	f, err := v.snap.Catalog.Dataflow(in.Dataflow)
	if err != nil {
		return nil, inPath("dataflow", err)
	}
	pattern, err := v.pattern(f, in.Key)
	if err != nil {
		return nil, query("key", err)
	}
	if err := in.Span.check(); err != nil {
		return nil, err
	}
	out := &Observations{Stamp: v.stamp(), Dataflow: f.ID, Name: f.Name.In(v.lang), Key: pattern, Offset: in.Offset, Limit: in.Limit,
		Dimensions: []string{}, flow: f, Sources: []Source{}, Observations: []Observation{}, source: some(v.figures(f.ID, pattern, in.Span), in.Offset, in.Limit)}
	if v.format == typeCSV && in.Limit == 0 { // all of it, so that nobody asks how much there is
		return out, nil
	}
	if v.format == typeJSON && in.Limit == 0 {
		out.Limit = usualLimit
	}
	held := 1 // of a file only how many there are is asked here
	if v.format == typeJSON {
		held = out.Limit
	}
	list, total, err := v.part(f.ID, pattern, in.Span, in.Offset, held)
	if err != nil {
		return nil, err
	}
	out.Total = total
	for _, d := range f.Dimensions {
		out.Dimensions = append(out.Dimensions, d.ID)
	}
	if next := in.Offset + out.Limit; out.Limit > 0 && next < total {
		out.Next = v.after(next)
	}
	if v.format == typeXLSX && out.Limit == 0 && total-in.Offset > export.MaxRows {
		return nil, fault.New("export.too-many-rows", "id", f.ID, "max", export.MaxRows)
	}
	if v.format == typeJSON {
		out.Observations, out.Sources = v.observations(f, list), v.sources(list)
	}
	return out, nil
}

// usualLimit is how many observations an answer in JSON has where nobody asks for another number.
const usualLimit = 1000

// after is the address of this answer from an offset on.
func (v *visit) after(offset int) string {
	q := v.r.URL.Query()
	q.Set("offset", strconv.Itoa(offset))
	return v.r.URL.EscapedPath() + "?" + q.Encode()
}

// page tells how many figures there are and where the next ones are.
func (o *Observations) page() (total int, next string, known bool) {
	return o.Total, o.Next, o.Total > 0
}

// pattern reads a key in which an empty code stands for any and "A+B" for either, and refuses codes that are not in their list.
func (v *visit) pattern(f *catalog.Dataflow, key string) (string, error) {
	if key == "" {
		return "", nil
	}
	key = strings.ReplaceAll(key, " ", "+") // a plus that was not escaped in the address
	codes := strings.Split(key, ".")
	if len(codes) != len(f.Dimensions) {
		return "", fault.New("catalog.key-shape", "key", short(key), "dataflow", f.ID, "want", len(f.Dimensions), "got", len(codes))
	}
	for i, d := range f.Dimensions {
		if codes[i] == "" {
			continue
		}
		l, err := v.snap.Catalog.Codelist(d.Codelist)
		if err != nil {
			return "", err
		}
		for _, c := range strings.Split(codes[i], "+") {
			if _, ok := l.Code(c); !ok {
				return "", fault.New("api.no-code", "code", short(c), "dimension", d.ID, "codelist", l.ID)
			}
		}
	}
	return key, nil
}

// write makes the long table of a dataflow, whose columns bear the SDMX identifiers. Its rows are written as they are read.
func (o *Observations) write(v *visit) error { return v.table(&o.file, o.flow, o.source, nil) }

// table makes figures of a dataflow a file in the format asked for. documents are those that the figures name, where they are at hand.
func (v *visit) table(to *file, f *catalog.Dataflow, figures iter.Seq2[cube.Version, error], documents []cube.Version) error {
	t := export.Dataflow(v.snap.Catalog, f, figures)
	t.URL = v.base + v.r.URL.RequestURI()
	t.Licence = licence
	t.Shows(v.current.Release, v.snap.Catalog, v.asOf, v.publisher)
	if documents != nil {
		cited := export.NewCited(v.snap.Catalog)
		for _, o := range documents {
			cited.Add(o)
		}
		t.Source = export.SourceLine(cited.Documents())
	}
	if v.format == typeCSV {
		to.name = f.ID + ".csv"
		to.give = func(w io.Writer) error {
			return t.WriteCSV(export.Until(v.ctx, w), export.CSVOptions{Lang: v.lang, Codes: true})
		}
		return nil
	}
	to.name = f.ID + ".xlsx"
	to.give = func(w io.Writer) error { return t.WriteXLSX(export.Until(v.ctx, w)) }
	return nil
}

// licence of every figure.
const licence = "CC BY 4.0"

// seriesInput asks for one series.
type seriesInput struct {
	Common
	Span
	Dataflow string `path:"dataflow" maxLength:"60"`
	Key      string `path:"key" maxLength:"300"`
	Format   string `query:"format" enum:"json,csv,xlsx"`
}

// Series is one series with its figures in the order of time.
type Series struct {
	file
	Stamp
	Dataflow     string        `json:"dataflow"`
	Name         string        `json:"name"`
	Title        string        `json:"title"`
	Key          stat.Key      `json:"key"`
	Codes        []SeriesCode  `json:"codes"`
	Observations []Observation `json:"observations"`
	Sources      []Source      `json:"sources"`

	flow     *catalog.Dataflow
	versions []cube.Version
}

func (v *visit) series(in *seriesInput) (*Series, error) {
	f, err := v.snap.Catalog.Dataflow(in.Dataflow)
	if err != nil {
		return nil, inPath("dataflow", err)
	}
	key := stat.Key(in.Key)
	if err := v.snap.Catalog.CheckKey(f, key); err != nil {
		return nil, inPath("key", err)
	}
	if err := in.Span.check(); err != nil {
		return nil, err
	}
	if len(v.snap.Read(f.ID, string(key))) == 0 {
		return nil, inPath("key", fault.New("api.no-series", "key", string(key), "dataflow", f.ID))
	}
	list, _, err := v.part(f.ID, string(key), in.Span, 0, 0)
	if err != nil {
		return nil, err
	}
	return &Series{Stamp: v.stamp(), Dataflow: f.ID, Name: f.Name.In(v.lang), Title: v.names().Title(f, key).In(v.lang), Key: key, Codes: v.seriesCodes(f, key),
		Observations: v.observations(f, list), Sources: v.sources(list), flow: f, versions: list}, nil
}

// write makes the long table of the series.
func (o *Series) write(v *visit) error {
	return v.table(&o.file, o.flow, export.Figures(o.versions), o.versions)
}

// cellInput names one figure.
type cellInput struct {
	Common
	Cell string `query:"cell" required:"true" maxLength:"400"`
}

// CellView is one figure with every version of it.
type CellView struct {
	Stamp
	Cell        string        `json:"cell"`
	Name        string        `json:"name"`
	Title       string        `json:"title"`
	Codes       []SeriesCode  `json:"codes"`
	PeriodName  string        `json:"periodName"`
	Observation Observation   `json:"observation"`
	History     []Observation `json:"history"`
	Sources     []Source      `json:"sources"`
	Explain     string        `json:"explain"`
}

// cell reads a cell and finds the figure in what the release shows.
func (v *visit) cell(written string) (*catalog.Dataflow, cube.Version, error) {
	refused := func(err error) (*catalog.Dataflow, cube.Version, error) {
		return nil, cube.Version{}, query("cell", err)
	}
	c, err := cube.ParseCell(written)
	if err != nil {
		return refused(err)
	}
	f, err := v.snap.Catalog.Dataflow(c.Dataflow)
	if err != nil {
		return refused(err)
	}
	if err := v.snap.Catalog.CheckKey(f, c.Key); err != nil {
		return refused(err)
	}
	o, ok := v.snap.Cell(c)
	if !ok {
		return refused(fault.New("cube.no-cell", "cell", short(c.String())))
	}
	return f, o, nil
}

func (v *visit) one(in *cellInput) (*CellView, error) {
	f, o, err := v.cell(in.Cell)
	if err != nil {
		return nil, err
	}
	c := o.Cell()
	history := v.snap.CellHistory(c)
	return &CellView{Stamp: v.stamp(), Cell: c.String(), Name: f.Name.In(v.lang), Title: v.names().Title(f, o.Key).In(v.lang), Codes: v.seriesCodes(f, o.Key), PeriodName: text.FormatPeriod(v.lang, o.Period),
		Observation: v.observation(f, o), History: v.observations(f, history), Sources: v.sources(history),
		Explain: Root + "/v1/explain?" + url.Values{"cell": {c.String()}}.Encode()}, nil
}
