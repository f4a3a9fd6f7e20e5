package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

// LastMessage implements cube.Store.
func (s *Store) LastMessage(ctx context.Context) (int64, error) {
	return sqldb.Scalar[int64](ctx, s.db, "SELECT COALESCE(MAX(number), 0) FROM message")
}

// Versions implements cube.Store. It reads in pages, so that no connection is held while a reader thinks, and bounds them by the newest
// message of its beginning: messages become visible in the order of their numbers and never change, so that all pages are of one moment.
func (s *Store) Versions(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		if q.AsOf.Message == 0 {
			last, err := s.LastMessage(ctx)
			if err != nil || last == 0 {
				if err != nil {
					yield(cube.Version{}, err)
				}
				return
			}
			q.AsOf.Message = last
		}
		d := newDecoder()
		for _, span := range spansOf(q) {
			for from := past(q.After); ; {
				page, err := s.page(ctx, d, q, span, from)
				if err != nil {
					yield(cube.Version{}, err)
					return
				}
				for _, v := range page.versions {
					if q.Selects(v) && !yield(v, nil) {
						return
					}
				}
				if page.rows < pageRows {
					break
				}
				from = page.last
			}
		}
	}
}

// pageRows is how many rows are read at once.
const pageRows = 4096

// mark is a row that was read, as the table orders them; the zero mark stands before the first.
type mark struct {
	dataflow, series, sortText, vintage string
	message                             int64
}

// past gives a mark behind every version of a cell.
func past(c cube.Cell) mark {
	if c == (cube.Cell{}) {
		return mark{}
	}
	return mark{c.Dataflow, string(c.Key), cube.SortText(c.Period), "~", 0} // every day is before "~"
}

// span is a part of a dataflow that lies together: all, keys that begin in one way, or some series.
type span struct {
	from, to string   // keys from the one to before the other
	series   []string // exactly these
}

// maxSpans bounds into how many parts a pattern is taken apart. What is left is judged row by row.
const maxSpans = 64

// spansOf takes a query apart, in the order of keys.
func spansOf(q cube.Query) []span {
	if q.Series != nil && q.Dataflow != "" {
		keys := make([]string, len(q.Series))
		for i, k := range q.Series {
			keys[i] = string(k)
		}
		slices.Sort(keys)
		var out []span
		for part := range slices.Chunk(slices.Compact(keys), 500) {
			out = append(out, span{series: part})
		}
		return out
	}
	if q.Key == "" || q.Key == "all" || q.Dataflow == "" {
		return []span{{}}
	}
	heads := []string{""}
	codes := strings.Split(q.Key, ".")
	for i, c := range codes {
		set := strings.Split(c, "+")
		slices.Sort(set)
		set = slices.Compact(set)
		if c == "" || c == "*" || len(set) > 1 && (set[0] == "" || slices.Contains(set, "*")) || len(heads)*len(set) > maxSpans {
			break
		}
		var longer []string
		for _, h := range heads {
			for _, code := range set {
				longer = append(longer, h+code)
			}
		}
		if i == len(codes)-1 { // the whole key
			slices.Sort(longer)
			return []span{{series: longer}}
		}
		for k := range longer {
			longer[k] += "."
		}
		heads = longer
	}
	slices.Sort(heads)
	out := make([]span, len(heads))
	for i, h := range heads {
		if h != "" {
			out[i] = span{from: h, to: h[:len(h)-1] + "/"} // "/" follows the point
		}
	}
	return out
}

// page is some rows of the table, and of them those that are worth a look.
type page struct {
	versions []cube.Version
	rows     int
	last     mark
}

// page reads the next rows of a span behind a mark.
func (s *Store) page(ctx context.Context, d *decoder, q cube.Query, in span, from mark) (p page, err error) {
	var where []string
	var args []any
	bind := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	columns, values := "series, place, vintage, message", ""
	if from != (mark{}) {
		values = bind(from.series) + ", " + bind(from.sortText) + ", " + bind(from.vintage) + ", " + bind(from.message)
	}
	if q.Dataflow != "" {
		where = append(where, "dataflow = "+bind(q.Dataflow))
	} else if values != "" {
		columns, values = "dataflow, "+columns, bind(from.dataflow)+", "+values
	}
	if values != "" {
		where = append(where, "("+columns+") > ("+values+")")
	}
	switch {
	case len(in.series) == 1:
		where = append(where, "series = "+bind(in.series[0]))
	case in.series != nil:
		list := make([]string, len(in.series))
		for i, k := range in.series {
			list[i] = bind(k)
		}
		where = append(where, "series IN ("+strings.Join(list, ", ")+")")
	case in.from != "":
		where = append(where, "series >= "+bind(in.from), "series < "+bind(in.to))
	}
	if !q.Since.IsZero() {
		where = append(where, "place >= "+bind(q.Since.From().String()))
	}
	if !q.Until.IsZero() {
		where = append(where, "place < "+bind(q.Until.To().AddDays(1).String()))
	}
	if !q.AsOf.Vintage.IsZero() {
		where = append(where, "vintage <= "+bind(q.AsOf.Vintage.String()))
	}
	where = append(where, "message <= "+bind(q.AsOf.Message))
	if q.AsOf.Only != nil {
		condition, more := within(q.AsOf.Only, len(args))
		where, args = append(where, condition), append(args, more...)
	}
	err = sqldb.Each(ctx, s.db, func(rows *sql.Rows) error {
		v, err := d.scan(rows, func(series string) bool { return stat.Key(series).Matches(q.Key) })
		p.rows++
		if p.rows == pageRows {
			p.last = mark{d.dataflow, d.series, d.sortText, d.vintage, v.Message}
		}
		if err == nil && v.Dataflow != "" {
			p.versions = append(p.versions, v)
		}
		return err
	}, "SELECT "+versionColumns+" FROM observation WHERE "+strings.Join(where, " AND ")+" ORDER BY dataflow, series, place, vintage, message LIMIT "+strconv.Itoa(pageRows), args...)
	return p, err
}

// within gives the condition that a row's message is in a set, and the values that it binds after `bound` earlier ones.
func within(set cube.Messages, bound int) (condition string, args []any) {
	if len(set) == 0 {
		return "1 = 0", nil
	}
	parts := make([]string, len(set))
	for i, s := range set {
		parts[i] = fmt.Sprintf("message BETWEEN $%d AND $%d", bound+2*i+1, bound+2*i+2)
		args = append(args, s.From, s.To)
	}
	return "(" + strings.Join(parts, " OR ") + ")", args
}

const versionColumns = "dataflow, series, place, period, vintage, vintage_written, value, status, run, attributes, message"

// versions reads observations in the order of the contract, which is that of the table.
func (s *Store) versions(ctx context.Context, from sqldb.Queryer, where string, args ...any) ([]cube.Version, error) {
	d := newDecoder()
	return sqldb.Collect(ctx, from, func(rows *sql.Rows) (cube.Version, error) { return d.scan(rows, func(string) bool { return true }) },
		"SELECT "+versionColumns+" FROM observation WHERE "+where+" ORDER BY dataflow, series, place, vintage, message", args...)
}

// decoder makes versions of rows. Figures share periods, vintages and attributes, so each text is read once a query.
type decoder struct {
	dataflow, series, sortText, period, vintage, written, status, run, attrs string
	value                                                                    sql.NullString

	periods    map[string]stat.Period
	vintages   map[string]stat.Vintage
	attributes map[string]stat.Attributes
}

func newDecoder() *decoder {
	return &decoder{periods: map[string]stat.Period{}, vintages: map[string]stat.Vintage{}, attributes: map[string]stat.Attributes{}}
}

// scan reads a row; of a series that is not to be kept it gives the message only.
func (d *decoder) scan(rows *sql.Rows, keep func(series string) bool) (v cube.Version, err error) {
	if err := rows.Scan(&d.dataflow, &d.series, &d.sortText, &d.period, &d.vintage, &d.written, &d.value, &d.status, &d.run, &d.attrs, &v.Message); err != nil {
		return v, err
	}
	if keep(d.series) {
		err = d.fill(&v)
	}
	return v, err
}

func (d *decoder) fill(v *cube.Version) (err error) {
	v.Dataflow, v.Key, v.Status = d.dataflow, stat.Key(d.series), stat.Status(d.status)
	if v.Period, err = remember(d.periods, d.period, stat.ParsePeriod); err != nil {
		return err
	}
	if v.Vintage, err = remember(d.vintages, d.vintage, func(day string) (stat.Vintage, error) {
		date, err := stat.ParseDate(day)
		return stat.Vintage{Date: date}, err
	}); err != nil {
		return err
	}
	v.Vintage.Written = d.written
	if d.value.Valid {
		n, err := stat.ParseDecimal(d.value.String)
		if err != nil {
			return err
		}
		v.Value = &n
	}
	shared, err := remember(d.attributes, d.attrs, func(text string) (a stat.Attributes, err error) {
		if text != "" {
			err = json.Unmarshal([]byte(text), &a)
		}
		return a, err
	})
	if shared != nil || d.run != "" {
		v.Attributes = make(stat.Attributes, len(shared)+1) // its own: a caller may change it
		maps.Copy(v.Attributes, shared)
		if d.run != "" {
			v.Attributes[stat.AttrRun] = d.run
		}
	}
	return err
}

// maxRemembered bounds how many texts are remembered: a reader of everything must not hold it.
const maxRemembered = 10_000

func remember[T any](before map[string]T, text string, parse func(string) (T, error)) (T, error) {
	if v, ok := before[text]; ok {
		return v, nil
	}
	v, err := parse(text)
	if err == nil {
		if len(before) >= maxRemembered {
			clear(before)
		}
		before[text] = v
	}
	return v, err
}
