package releasefile

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// Options say what a file is written with.
type Options struct {
	Pack    []byte // the catalogue and the territory as a ZIP archive; a mirror reads them from here
	Country string
	Program string
	Key     Key // signs the manifest; nil leaves the file unsigned
}

// Write writes the content of a release into a new file. The file appears under its name when it is whole, and never half; one that is there
// already is refused.
func Write(ctx context.Context, name string, c publish.Content, o Options) (err error) {
	if _, err := os.Stat(name); err == nil {
		return fault.New("releasefile.exists", "file", name)
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return fault.New("releasefile.cannot-write", "file", name).Because(err)
	}
	half, err := os.CreateTemp(filepath.Dir(abs), "."+filepath.Base(abs)+".*")
	if err != nil {
		return fault.New("releasefile.cannot-write", "file", name).Because(err)
	}
	half.Close()
	defer os.Remove(half.Name()) //nolint:errcheck // gone when all went well
	w := &writer{ctx: ctx, texts: map[string]int64{}, series: map[cube.Cell]int64{}, periods: map[stat.Period]int64{}, runs: map[string]int64{}}
	if err := w.file(half.Name(), c, o); err != nil {
		return fault.New("releasefile.cannot-write", "file", name).Because(err)
	}
	if err := synced(half.Name()); err != nil {
		return fault.New("releasefile.cannot-write", "file", name).Because(err)
	}
	if err := os.Link(half.Name(), abs); err != nil { // unlike a renaming, it leaves alone what came there meanwhile
		return fault.New("releasefile.cannot-write", "file", name).Because(err)
	}
	return synced(filepath.Dir(abs))
}

func synced(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// writer fills a file. It keeps the first error.
type writer struct {
	ctx     context.Context
	tx      *sql.Tx
	into    map[string]*sql.Stmt
	texts   map[string]int64
	series  map[cube.Cell]int64 // by dataflow and key
	periods map[stat.Period]int64
	runs    map[string]int64
	newest  int64 // message among the figures
	err     error
}

func (w *writer) file(name string, c publish.Content, o Options) error {
	q := url.Values{"_pragma": {"page_size(8192)", "journal_mode(OFF)", "synchronous(OFF)", "locking_mode(EXCLUSIVE)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: name, RawQuery: q.Encode()}).String())
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(w.ctx, schema); err != nil {
		return err
	}
	if w.tx, err = db.BeginTx(w.ctx, nil); err != nil {
		return err
	}
	defer w.tx.Rollback() //nolint:errcheck // after a commit it does nothing
	w.prepare()
	w.names(c)
	w.figures(c)
	w.records(c)
	w.meta(c, o)
	if w.err == nil {
		w.seal(c.Release.ID, o.Key)
	}
	if w.err != nil {
		return w.err
	}
	if err := w.tx.Commit(); err != nil {
		return err
	}
	return db.Close()
}

func (w *writer) try(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) prepare() {
	w.into = map[string]*sql.Stmt{}
	for table, columns := range map[string]int{"meta": 2, "pack": 2, "text": 2, "series": 3, "period": 2, "figure": 9, "closed": 6, "run": 3, "lineage": 5, "record": 3, "day": 4} {
		s, err := w.tx.PrepareContext(w.ctx, "INSERT INTO "+table+" VALUES ("+strings.TrimSuffix(strings.Repeat("?,", columns), ",")+")")
		w.try(err)
		w.into[table] = s
	}
}

func (w *writer) insert(table string, values ...any) {
	if w.err == nil {
		_, err := w.into[table].ExecContext(w.ctx, values...)
		w.try(err)
	}
}

// text gives the number of a text, which stands once in the file.
func (w *writer) text(body string) int64 {
	id, known := w.texts[body]
	if !known {
		id = int64(len(w.texts) + 1)
		w.texts[body] = id
		w.insert("text", id, body)
	}
	return id
}

func (w *writer) json(x any) string {
	b, err := json.Marshal(x)
	w.try(err)
	return string(b)
}

// names goes through all figures once to number their series and periods, in their order, and to count what was published on each day, so that
// a reader need not go through all of it. It numbers the runs too.
func (w *writer) names(c publish.Content) {
	var series []cube.Cell
	var periods []stat.Period
	note := func(v cube.Version) {
		s := seriesOf(v)
		if _, numbered := w.series[s]; !numbered {
			w.series[s] = 0
			series = append(series, s)
		}
		if _, numbered := w.periods[v.Period]; !numbered {
			w.periods[v.Period] = 0
			periods = append(periods, v.Period)
		}
	}
	days := publish.Counter{}
	w.each(c, func(v cube.Version) {
		note(v)
		days.Add(v)
		w.newest = max(w.newest, v.Message)
	})
	for _, v := range c.Closed {
		note(v)
	}
	slices.SortFunc(series, func(a, b cube.Cell) int {
		return cmp.Or(strings.Compare(a.Dataflow, b.Dataflow), strings.Compare(string(a.Key), string(b.Key)))
	})
	slices.SortFunc(periods, stat.Period.Compare)
	for i, s := range series {
		w.series[s] = int64(i + 1)
		w.insert("series", i+1, s.Dataflow, string(s.Key))
	}
	for i, p := range periods {
		w.periods[p] = int64(i + 1)
		w.insert("period", i+1, p.String())
	}
	for i, r := range c.Runs {
		w.runs[r.ID] = int64(i + 1)
		w.insert("run", i+1, r.ID, w.json(r))
	}
	published, outlines := days.Days(), days.Outlines()
	for i, flow := range slices.Sorted(maps.Keys(published)) {
		if o := outlines[flow]; o != nil {
			w.insert("record", outlineRecord, i+1, w.json(o))
		}
		for _, d := range published[flow] {
			w.insert("day", flow, d.Date.String(), d.Versions, d.Cells)
		}
	}
}

// each goes through the figures of a release, until one cannot be read or written.
func (w *writer) each(c publish.Content, do func(cube.Version)) {
	for v, err := range c.Figures {
		w.try(err)
		if w.err != nil {
			return
		}
		do(v)
	}
}

func seriesOf(v cube.Version) cube.Cell { return cube.Cell{Dataflow: v.Dataflow, Key: v.Key} }

// figures writes the figures with their lineage, and what is closed.
func (w *writer) figures(c publish.Content) {
	w.each(c, func(v cube.Version) {
		var value, written any
		if v.Value != nil {
			value = v.Value.String()
		}
		if day := v.Vintage.Date.String(); v.Vintage.Written != day {
			written = v.Vintage.Written
		}
		run, attributes := w.attributes(v)
		w.insert("figure", w.series[seriesOf(v)], w.periods[v.Period], v.Vintage.Date.String(), v.Message, written, value, string(v.Status), run, attributes)
		if run == nil {
			return
		}
		l, found, err := c.Lineage(w.ctx, v)
		w.try(err)
		if found {
			w.lineage(run, v, w.text(w.json(pipeline.Sources{From: l.From, Records: l.Records})), w.text(w.json(l.Formula)))
		}
	})
	for _, v := range c.Closed {
		run, attributes := w.attributes(v)
		w.insert("closed", w.series[seriesOf(v)], w.periods[v.Period], v.Vintage.Date.String(), v.Message, run, attributes)
	}
}

// lineage writes what a figure came from; a run that gave one cell twice, which it cannot, would be refused by the table.
func (w *writer) lineage(run any, v cube.Version, sources, formula int64) {
	w.insert("lineage", run, w.series[seriesOf(v)], w.periods[v.Period], sources, formula)
}

// attributes gives the run and the other attributes of a version as they are kept. The run of a figure that the public may not know of is kept
// by name alone.
func (w *writer) attributes(v cube.Version) (run, attributes any) {
	own := v.Attributes.Clone()
	if id := own[stat.AttrRun]; id != "" {
		n, known := w.runs[id]
		if !known {
			n = int64(len(w.runs) + 1)
			w.runs[id] = n
			w.insert("run", n, id, "")
		}
		run = n
		delete(own, stat.AttrRun)
	}
	if len(own) > 0 {
		attributes = w.text(w.json(own))
	}
	return run, attributes
}

func (w *writer) records(c publish.Content) {
	for i, r := range c.Releases {
		w.insert("record", releaseRecord, i+1, w.json(r))
	}
	for i, f := range c.Findings {
		w.insert("record", findingRecord, i+1, w.json(f))
	}
	for i, x := range c.Records {
		w.insert("record", registerRecord, i+1, w.json(x))
	}
	for i, x := range c.Overrides {
		w.insert("record", overrideRecord, i+1, w.json(x))
	}
}

func (w *writer) meta(c publish.Content, o Options) {
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	for _, x := range [][2]string{{"format", "nhipso-release"}, {"version", strconv.Itoa(Version)}, {"release", c.Release.ID}, {"state", string(c.Release.State)}, {"from", when(c.From)},
		{"until", when(c.Until)}, {"country", o.Country}, {"program", o.Program}, {"messages", strconv.FormatInt(w.newest, 10)}} {
		w.insert("meta", x[0], x[1])
	}
	w.insert("pack", "catalogue.zip", o.Pack)
}

// seal writes the manifest and, with a key, its signature. Both are left out of the hashes, which they hold.
func (w *writer) seal(release string, key Key) {
	m, err := hashes(w.ctx, w.tx, release)
	w.try(err)
	if w.err != nil {
		return
	}
	w.insert("meta", "manifest", string(canonical(m)))
	if key != nil {
		w.insert("meta", "public-key", base64.StdEncoding.EncodeToString(PublicOf(key)))
		w.insert("meta", "signature", base64.StdEncoding.EncodeToString(ed25519.Sign(key, canonical(m))))
	}
}
