package releasefile

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"iter"
	"maps"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

var (
	_ publish.Source = (*File)(nil)
)

// each hands every row of a query to do.
func (f *File) each(ctx context.Context, do func(*sql.Rows) error, query string, args ...any) error {
	s, err := f.prepared(ctx, query)
	if err != nil {
		return f.trouble(err)
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return f.trouble(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return f.trouble(err)
		}
	}
	return f.trouble(rows.Err())
}

// prepared gives a query prepared once: there are few, and to prepare the join of a series takes as long as to read one.
func (f *File) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	f.preparing.Lock()
	defer f.preparing.Unlock()
	if s := f.statements[query]; s != nil {
		return s, nil
	}
	s, err := f.db.PrepareContext(ctx, query)
	if err == nil {
		f.statements[query] = s
	}
	return s, err
}

// closedFigures are the figures that nobody may read; each says nothing but which it is.
const closedFigures = "SELECT s.dataflow, s.key, p.code, f.vintage, f.message, NULL, NULL, 'M', r.name, t.body FROM series s CROSS JOIN closed f ON f.series = s.id " +
	"JOIN period p ON p.id = f.period LEFT JOIN run r ON r.id = f.run LEFT JOIN text t ON t.id = f.attributes "

// closed reads the figures that nobody may read and that a query selects. They are few.
func (f *File) closed(ctx context.Context, q cube.Query) ([]cube.Version, error) {
	var out []cube.Version
	d := newDecoder()
	where, args := "", []any(nil)
	if q.Dataflow != "" {
		where, args = selecting(q)
	}
	err := f.each(ctx, func(rows *sql.Rows) error {
		v, err := d.version(rows)
		if err == nil && v.Key.Matches(q.Key) && q.AsOf.Allows(v) {
			out = append(out, v)
		}
		return err
	}, closedFigures+where+" ORDER BY s.dataflow, s.key, f.period, f.vintage, f.message", args...)
	return out, err
}

// Outline implements publish.Shelf. Files that were written before there were outlines have none.
func (f *File) Outline(dataflow string) (*publish.Outline, error) {
	list, err := decoded[publish.Outline](context.Background(), f, "SELECT body FROM record WHERE kind = ? AND number = ?", outlineRecord, slices.Index(f.flows, dataflow)+1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Closed implements publish.Shelf.
func (f *File) Closed() ([]cube.Version, error) {
	return f.closed(context.Background(), cube.Query{})
}

// Flows implements publish.Shelf.
func (f *File) Flows() []string { return f.flows }

// Days implements publish.Shelf.
func (f *File) Days(dataflow string) []publish.Day { return f.days[dataflow] }

// Count gives how many figures a file holds, with their history.
func Count(name string) (figures int, err error) {
	f, err := Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for _, flow := range f.flows {
		for _, d := range f.days[flow] {
			figures += d.Versions
		}
	}
	return figures, nil
}

// contents reads how much there is of each dataflow, once.
func (f *File) contents(ctx context.Context) error {
	f.days = map[string][]publish.Day{}
	return f.each(ctx, func(rows *sql.Rows) error {
		var flow, vintage string
		var d publish.Day
		err := rows.Scan(&flow, &vintage, &d.Versions, &d.Cells)
		if err == nil {
			d.Date, err = stat.ParseDate(vintage)
		}
		if len(f.days[flow]) == 0 {
			f.flows = append(f.flows, flow)
		}
		f.days[flow] = append(f.days[flow], d)
		return err
	}, "SELECT dataflow, vintage, versions, cells FROM day ORDER BY dataflow, vintage")
}

// both gives figures with what is closed in its place among the versions of its cell.
func (f *File) both(ctx context.Context, q cube.Query) ([]cube.Version, error) {
	out, err := f.open(ctx, q)
	if err != nil {
		return nil, err
	}
	closed, err := f.closed(ctx, q)
	if err != nil || len(closed) == 0 {
		return out, err
	}
	out = append(out, closed...)
	slices.SortStableFunc(out, cube.InOrder)
	return out, nil
}

// decoder makes versions of rows. Figures share keys, periods, days and attributes, so each text is read once.
type decoder struct {
	periods    map[string]stat.Period
	days       map[string]stat.Date
	attributes map[[2]string]stat.Attributes // by text and run
	key        stat.Key                      // of the row before, which is mostly that of this one
}

func newDecoder() *decoder {
	return &decoder{periods: map[string]stat.Period{}, days: map[string]stat.Date{}, attributes: map[[2]string]stat.Attributes{}}
}

func (d *decoder) version(rows *sql.Rows) (v cube.Version, err error) {
	var key, period, day, status string
	var written, value, run, attributes sql.NullString
	if err := rows.Scan(&v.Dataflow, &key, &period, &day, &v.Message, &written, &value, &status, &run, &attributes); err != nil {
		return v, err
	}
	if string(d.key) != key {
		d.key = stat.Key(key)
	}
	v.Key, v.Status, v.Vintage.Written = d.key, stat.Status(status), day
	if v.Period, err = once(d.periods, period, stat.ParsePeriod); err != nil {
		return v, err
	}
	if v.Vintage.Date, err = once(d.days, day, stat.ParseDate); err != nil {
		return v, err
	}
	if written.Valid {
		v.Vintage.Written = written.String
	}
	if value.Valid {
		n, err := stat.ParseDecimal(value.String)
		if err != nil {
			return v, err
		}
		v.Value = &n
	}
	v.Attributes, err = once(d.attributes, [2]string{attributes.String, run.String}, readAttributes)
	v.Attributes = maps.Clone(v.Attributes)
	return v, err
}

// readAttributes reads the attributes of a text, and the run beside it.
func readAttributes(of [2]string) (a stat.Attributes, err error) {
	if of[0] != "" {
		err = json.Unmarshal([]byte(of[0]), &a)
	}
	if of[1] != "" {
		if a == nil {
			a = stat.Attributes{}
		}
		a[stat.AttrRun] = of[1]
	}
	return a, err
}

func once[K comparable, T any](read map[K]T, text K, parse func(K) (T, error)) (T, error) {
	if v, ok := read[text]; ok {
		return v, nil
	}
	v, err := parse(text)
	if err == nil {
		read[text] = v
	}
	return v, err
}

// Versions implements cube.Reader. What is closed is among the figures, without what it says.
func (f *File) Versions(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		list, err := f.both(ctx, q)
		if err != nil {
			yield(cube.Version{}, err)
			return
		}
		cube.Select(list, q)(yield)
	}
}

// LastMessage implements cube.Reader: the newest message of which the file holds a figure.
func (f *File) LastMessage(context.Context) (int64, error) { return f.messages, nil }

// Runs implements pipeline.Reader. A run of which the public may not know is not among them.
func (f *File) Runs(ctx context.Context) ([]pipeline.Run, error) {
	return decoded[pipeline.Run](ctx, f, "SELECT body FROM run WHERE body <> '' ORDER BY id")
}

// RunByID implements pipeline.Reader.
func (f *File) RunByID(ctx context.Context, id string) (pipeline.Run, bool, error) {
	list, err := decoded[pipeline.Run](ctx, f, "SELECT body FROM run WHERE name = ? AND body <> ''", id)
	if err != nil || len(list) == 0 {
		return pipeline.Run{}, false, err
	}
	return list[0], true, nil
}

// LatestRun implements pipeline.Reader.
func (f *File) LatestRun(ctx context.Context, recipe string, at cube.AsOf) (pipeline.Run, bool, error) {
	list, err := f.Runs(ctx)
	for i := len(list) - 1; i >= 0; i-- {
		if r := list[i]; r.Recipe == recipe && r.Within(at) {
			return r, true, nil
		}
	}
	return pipeline.Run{}, false, err
}

// LineageOf implements pipeline.Reader.
func (f *File) LineageOf(ctx context.Context, run string, cell cube.Cell) (pipeline.Lineage, bool, error) {
	l := pipeline.Lineage{Run: run, Cell: cell}
	found := false
	err := f.each(ctx, func(rows *sql.Rows) error {
		var sources, formula string
		if err := rows.Scan(&sources, &formula); err != nil {
			return err
		}
		found = true
		var from pipeline.Sources
		if err := json.Unmarshal([]byte(sources), &from); err != nil {
			return err
		}
		l.From, l.Records = from.From, from.Records
		return json.Unmarshal([]byte(formula), &l.Formula)
	}, `SELECT a.body, b.body FROM lineage l JOIN run r ON r.id = l.run JOIN series s ON s.id = l.series JOIN period p ON p.id = l.period
		JOIN text a ON a.id = l.sources JOIN text b ON b.id = l.formula WHERE r.name = ? AND s.dataflow = ? AND s.key = ? AND p.code = ?`,
		run, cell.Dataflow, string(cell.Key), cell.Period.String())
	return l, found, err
}

// register gives how records of a type stand, in the order of their identifiers and days. They are few, and read once.
func (f *File) registered(ctx context.Context, kind string) ([]publish.StoredRecord, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.register == nil {
		list, err := decoded[publish.StoredRecord](ctx, f, records, registerRecord)
		if err != nil {
			return nil, err
		}
		f.register = map[string][]publish.StoredRecord{}
		for _, x := range list {
			f.register[x.Type] = append(f.register[x.Type], x)
		}
	}
	return f.register[kind], nil
}

// RecordsOf implements pipeline.Records. The file has them as they were known when the release was made ready.
func (f *File) RecordsOf(ctx context.Context, kind string, at register.At) (out []register.Version, err error) {
	list, err := f.registered(ctx, kind)
	for _, x := range list {
		if v := x.Version(); !x.Past && (at.Day.IsZero() || v.On(at.Day)) {
			out = append(out, v)
		}
	}
	return out, err
}

// RecordOf implements pipeline.Records. As known at an act the file has those that its figures were computed from.
func (f *File) RecordOf(ctx context.Context, kind, id string, at register.At) (register.Version, bool, error) {
	list, err := f.registered(ctx, kind)
	for _, x := range list {
		if v := x.Version(); v.ID == id && v.On(at.Day) && (at.Act == v.Act || at.Act == 0 && !x.Past) {
			return v, true, nil
		}
	}
	return register.Version{}, false, err
}

// OfRelease names the release of which the file is.
func (f *File) OfRelease() string { return f.Release }

// Releases implements publish.Source.
func (f *File) Releases(ctx context.Context) ([]publish.Release, error) {
	return decoded[publish.Release](ctx, f, records, releaseRecord)
}

// Findings implements publish.Source.
func (f *File) Findings(ctx context.Context) ([]publish.Finding, error) {
	return decoded[publish.Finding](ctx, f, records, findingRecord)
}

// SomeFindings gives at most so many findings, behind the first so many, and how many there are in all. They are numbered from 1 on, so that no other
// is read.
func (f *File) SomeFindings(ctx context.Context, offset, limit int) (list []publish.Finding, total int, err error) {
	if err = f.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&total) }, "SELECT COALESCE(MAX(number), 0) FROM record WHERE kind = ?", findingRecord); err != nil {
		return nil, 0, err
	}
	list, err = decoded[publish.Finding](ctx, f, "SELECT body FROM record WHERE kind = ? AND number > ? AND number <= ? ORDER BY number", findingRecord, offset, offset+limit)
	return list, total, err
}

// Overrides implements publish.Source.
func (f *File) Overrides(ctx context.Context) ([]monitor.Override, error) {
	return decoded[monitor.Override](ctx, f, records, overrideRecord)
}

const records = "SELECT body FROM record WHERE kind = ? ORDER BY number"

// decoded reads the JSON texts of a query.
func decoded[T any](ctx context.Context, f *File, query string, args ...any) ([]T, error) {
	var out []T
	err := f.each(ctx, func(rows *sql.Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var x T
		if err := json.Unmarshal([]byte(body), &x); err != nil {
			return err
		}
		out = append(out, x)
		return nil
	}, query, args...)
	return out, err
}

// Pack gives the catalogue and the territory with which the release was made.
func (f *File) Pack(ctx context.Context) (fs.FS, error) {
	var content []byte
	if err := f.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&content) }, "SELECT content FROM pack WHERE name = 'catalogue.zip'"); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fault.New("releasefile.unreadable", "file", f.name).Because(err)
	}
	return z, nil
}

// Series hands every series of a file to do, and stops at its first fault.
func (f *File) Series(ctx context.Context, do func(dataflow string, key stat.Key) error) error {
	var refusal error
	err := f.each(ctx, func(rows *sql.Rows) error {
		var dataflow, key string
		if err := rows.Scan(&dataflow, &key); err != nil {
			return err
		}
		if refusal = do(dataflow, stat.Key(key)); refusal != nil {
			return refusal
		}
		return nil
	}, "SELECT dataflow, key FROM series ORDER BY id")
	if refusal != nil {
		return refusal
	}
	return err
}

// PublicKey gives the key that a file says it was signed with, or nil.
func (f *File) PublicKey(ctx context.Context) ed25519.PublicKey {
	meta, err := f.meta(ctx)
	if err != nil {
		return nil
	}
	key, err := base64.StdEncoding.DecodeString(meta["public-key"])
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil
	}
	return key
}
