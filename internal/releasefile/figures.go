package releasefile

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

var _ publish.Shelf = (*File)(nil)

// The rows of figure lie in the order of series and periods, and the series of a dataflow are numbered in the order of their keys. So figures are
// read as ranges of numbers, without looking into another table for each row: periods and runs are read once for the file, texts some at a time.

const (
	seriesAtOnce = 2048 // series that are looked up together
	blockOf      = 512  // figures that are handed on together
	blocksAhead  = 8    // blocks that are read while others are written
	textsAtOnce  = 256  // texts that are read together; those of figures that lie together do
	textsKept    = 20_000
	recentKept   = 1024 // attributes that are kept from one query to the next
)

// Each implements publish.Shelf. It reads ahead of who uses the figures, a few blocks and no more; a single series is read at once, since to hand it over
// takes longer.
func (f *File) Each(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	if q.Dataflow != "" && q.Series == nil && q.Key != "" && q.Key != "all" && !stat.Key(q.Key).Open() {
		return f.single(ctx, q)
	}
	return func(yield func(cube.Version, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		blocks := make(chan []cube.Version, blocksAhead)
		var failed error
		var reader fault.Group
		reader.Go(func() {
			defer close(blocks)
			failed = f.scan(ctx, q, func(block []cube.Version) error {
				select {
				case blocks <- block:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
		})
		defer reader.Wait()
		defer stop()
		for block := range blocks {
			for _, v := range block {
				if !yield(v, nil) {
					return
				}
			}
		}
		if failed != nil {
			yield(cube.Version{}, f.trouble(failed))
		}
	}
}

const (
	oneSeries  = "WHERE series = (SELECT id FROM series WHERE dataflow = ? AND key = ?) "
	seriesRows = packedFigures + oneSeries + "ORDER BY period, vintage, message"
	cellRows   = packedFigures + oneSeries + "AND period = (SELECT id FROM period WHERE code = ?) ORDER BY vintage, message"
)

// single gives the versions of one series, or of one cell of it.
func (f *File) single(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		r, err := f.reader()
		enough := false
		rows, args := seriesRows, []any{q.Dataflow, q.Key}
		if !q.Since.IsZero() && q.Since == q.Until {
			rows, args = cellRows, append(args, q.Since.String())
		}
		if err == nil {
			r.ctx = ctx
			err = r.each(ctx, func(rows *sql.Rows) error {
				if err := rows.Scan(r.into[:]...); err != nil {
					return err
				}
				v, err := r.version(q.Dataflow, stat.Key(q.Key))
				if err == nil && !yield(v, nil) {
					enough, err = true, errEnough
				}
				return err
			}, rows, args...)
		}
		if err != nil && !enough {
			yield(cube.Version{}, f.trouble(err))
		}
	}
}

// scan hands the versions of a query's dataflow, of its pattern and of its series, to do, some at a time. They share their attributes.
func (f *File) scan(ctx context.Context, q cube.Query, do func([]cube.Version) error) error {
	r, err := f.reader()
	if err != nil {
		return err
	}
	r.ctx, r.do = ctx, do
	for after, more := "", true; more; {
		list, err := f.seriesAfter(ctx, q, after)
		if err != nil {
			return err
		}
		if more = len(list) == seriesAtOnce; more {
			after = list[len(list)-1].key
		}
		for len(list) > 0 {
			n := 0 // series that follow each other, but for those that do not match
			for n < len(list) && list[n].id == list[0].id+int64(n) {
				n++
			}
			if err := r.read(q, list[:n]); err != nil {
				return err
			}
			list = list[n:]
		}
	}
	return r.flush()
}

// numbered is a series with its number.
type numbered struct {
	id  int64
	key string
}

// seriesAfter gives the next series of a query behind a key.
func (f *File) seriesAfter(ctx context.Context, q cube.Query, after string) (out []numbered, err error) {
	where, args := selecting(q)
	err = f.each(ctx, func(rows *sql.Rows) error {
		var s numbered
		err := rows.Scan(&s.id, &s.key)
		out = append(out, s)
		return err
	}, fmt.Sprint("SELECT s.id, s.key FROM series s ", where, " AND s.key > ? ORDER BY s.key LIMIT ", seriesAtOnce), append(args, after)...)
	return out, err
}

// rowReader makes versions of rows of figure.
type rowReader struct {
	*File
	ctx        context.Context
	do         func([]cube.Version) error
	block      []cube.Version
	texts      map[int64]string
	attributes map[int64]stat.Attributes // by text and run as they are packed
	ahead      int                       // how many texts were read at once
	told       string                    // of the row before
	vintage    stat.Vintage              // that it says
	status     stat.Status               // and this
	columns    [5]any
	into       [5]any
}

// reader starts to read figures. Periods and names of runs are read with the first one.
func (f *File) reader() (*rowReader, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.periods == nil {
		periods, runs := map[int64]stat.Period{}, map[int64]string{}
		err := f.each(context.Background(), func(rows *sql.Rows) error {
			var id int64
			var code string
			err := rows.Scan(&id, &code)
			if err == nil {
				periods[id], err = stat.ParsePeriod(code)
			}
			return err
		}, "SELECT id, code FROM period")
		if err == nil {
			err = f.each(context.Background(), func(rows *sql.Rows) error {
				var id int64
				var name string
				err := rows.Scan(&id, &name)
				runs[id] = name
				return err
			}, "SELECT id, name FROM run")
		}
		if err != nil {
			return nil, err
		}
		f.periods, f.runs = periods, runs
	}
	r := &rowReader{File: f, texts: map[int64]string{}, attributes: map[int64]stat.Attributes{}}
	for i := range r.columns {
		r.into[i] = &r.columns[i]
	}
	return r, nil
}

// packedFigures gives the columns of figures packed into few, since to hand over a column costs more than to read it: series and period, message, the texts
// that are mostly those of the row before, value, and run and attributes.
const packedFigures = "SELECT series << 24 | period, message, vintage || '/' || status || ifnull('/' || written, ''), value, ifnull(run, 0) << 40 | ifnull(attributes, 0) FROM figure "

const figureRows = packedFigures + "WHERE series BETWEEN ? AND ? ORDER BY series, period, vintage, message"

// read reads the figures of series that follow each other.
func (r *rowReader) read(q cube.Query, list []numbered) error {
	first := list[0].id
	wanted := make([]bool, len(list))
	some := false
	for i, s := range list {
		wanted[i] = stat.Key(s.key).Matches(q.Key)
		some = some || wanted[i]
	}
	if !some {
		return nil
	}
	return r.each(r.ctx, func(rows *sql.Rows) error {
		if err := rows.Scan(r.into[:]...); err != nil {
			return err
		}
		place, _ := r.columns[0].(int64)
		series := place >> 24
		if !wanted[series-first] {
			return nil
		}
		v, err := r.version(q.Dataflow, stat.Key(list[series-first].key))
		if err != nil {
			return err
		}
		if r.block == nil {
			r.block = make([]cube.Version, 0, blockOf)
		}
		if r.block = append(r.block, v); len(r.block) == blockOf {
			return r.flush()
		}
		return nil
	}, figureRows, first, list[len(list)-1].id)
}

// flush hands on what was read.
func (r *rowReader) flush() error {
	if len(r.block) == 0 {
		return nil
	}
	err := r.do(r.block)
	r.block = nil
	return err
}

// errEnough ends a query whose reader wants no more.
var errEnough = errors.New("enough was read")

var errRow = errors.New("a figure is not written as the format has it")

// version makes a version of the row that was scanned.
func (r *rowReader) version(dataflow string, key stat.Key) (v cube.Version, err error) {
	place, isPlace := r.columns[0].(int64)
	message, isMessage := r.columns[1].(int64)
	told, isTold := r.columns[2].(string)
	names, isNames := r.columns[4].(int64)
	p, known := r.periods[place&(1<<24-1)]
	if !isPlace || !isMessage || !isTold || !isNames || !known {
		return v, errRow
	}
	if told != r.told {
		if err := r.tells(told); err != nil {
			return v, err
		}
	}
	v = cube.Version{Dataflow: dataflow, Message: message, Observation: stat.Observation{Key: key, Period: p, Status: r.status, Vintage: r.vintage}}
	if value, is := r.columns[3].(string); is {
		n, err := stat.ParseDecimal(value)
		if err != nil {
			return v, err
		}
		v.Value = &n
	}
	v.Attributes, err = r.attributesOf(names)
	return v, err
}

// tells reads the day of publication, the status and how the day is recorded, where that is another way.
func (r *rowReader) tells(told string) (err error) {
	parts := strings.SplitN(told, "/", 3)
	if len(parts) < 2 {
		return errRow
	}
	if r.vintage.Date, err = stat.ParseDate(parts[0]); err != nil {
		return err
	}
	r.told, r.status, r.vintage.Written = told, stat.Status(parts[1]), parts[0]
	if len(parts) == 3 { // "" says that the source does not state it
		r.vintage.Written = parts[2]
	}
	return nil
}

// attributesOf gives the attributes of a text and a run, which are packed into one number.
func (r *rowReader) attributesOf(names int64) (stat.Attributes, error) {
	a, known := r.attributes[names]
	if known {
		return a, nil
	}
	if a, known = r.recently(names); known {
		r.attributes[names] = a
		return a, nil
	}
	body := ""
	if text := names & (1<<40 - 1); text != 0 {
		var err error
		if body, err = r.text(text); err != nil {
			return nil, err
		}
	}
	a, err := readAttributes([2]string{body, r.runs[names>>40]})
	if len(r.attributes) >= textsKept {
		clear(r.attributes)
	}
	r.attributes[names] = a
	if err == nil {
		r.remember(names, a)
	}
	return a, err
}

// recently gives attributes that were read with other figures not long ago: most series of a dataflow have the same.
func (f *File) recently(names int64) (stat.Attributes, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, known := f.recent[names]
	return a, known
}

func (f *File) remember(names int64, a stat.Attributes) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.recent == nil || len(f.recent) >= recentKept {
		f.recent = map[int64]stat.Attributes{}
	}
	f.recent[names] = a
}

// text gives a text, and reads those after it with it.
func (r *rowReader) text(id int64) (string, error) {
	if body, known := r.texts[id]; known {
		return body, nil
	}
	clear(r.texts)
	r.ahead = min(max(4, 4*r.ahead), textsAtOnce) // one series has few
	err := r.each(r.ctx, func(rows *sql.Rows) error {
		var at int64
		var body string
		err := rows.Scan(&at, &body)
		r.texts[at] = body
		return err
	}, fmt.Sprint("SELECT id, body FROM text WHERE id >= ? ORDER BY id LIMIT ", r.ahead), id) // with the number bound, SQLite would prepare it anew each time
	return r.texts[id], err
}

// open gives the versions that a query selects at once. Each has attributes of its own.
func (f *File) open(ctx context.Context, q cube.Query) (out []cube.Version, err error) {
	flows := []string{q.Dataflow}
	if q.Dataflow == "" {
		flows = f.flows
	}
	for _, q.Dataflow = range flows {
		err = f.scan(ctx, q, func(block []cube.Version) error {
			for _, v := range block {
				if q.AsOf.Allows(v) {
					v.Attributes = maps.Clone(v.Attributes)
					out = append(out, v)
				}
			}
			return nil
		})
		if err != nil {
			return nil, f.trouble(err)
		}
	}
	return out, nil
}

// selecting gives the condition under which series are read.
func selecting(q cube.Query) (where string, args []any) {
	where, args = "WHERE s.dataflow = ?", []any{q.Dataflow}
	if from, to, narrow := keys(q.Key); narrow {
		where, args = where+" AND s.key >= ? AND s.key < ?", append(args, from, to)
	}
	if q.Series != nil {
		list, _ := json.Marshal(q.Series) // texts can be written
		where, args = where+" AND s.key IN (SELECT value FROM json_each(?))", append(args, string(list))
	}
	return where, args
}

// keys gives the range in which the keys of a pattern lie: its codes up to the first that may vary.
func keys(pattern string) (from, to string, narrow bool) {
	if pattern == "" || pattern == "all" {
		return "", "", false
	}
	if !stat.Key(pattern).Open() && !strings.ContainsAny(pattern, "+*") {
		return pattern, pattern + "\x00", true
	}
	fixed := ""
	for _, code := range strings.Split(pattern, ".") {
		if code == "" || strings.ContainsAny(code, "+*") {
			break
		}
		fixed += code + "."
	}
	if fixed == "" {
		return "", "", false
	}
	return fixed, fixed[:len(fixed)-1] + "/", true // "/" follows the point
}
