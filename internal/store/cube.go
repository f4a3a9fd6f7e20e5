package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

// LastMessage implements cube.Store.
func (s *Store) LastMessage(ctx context.Context) (int64, error) {
	return sqldb.Scalar[int64](ctx, s.db, "SELECT COALESCE(MAX(number), 0) FROM message")
}

// Read implements cube.Store.
func (s *Store) Read(ctx context.Context, q cube.Query) ([]cube.Version, error) {
	history, err := s.History(ctx, q)
	return cube.Newest(history, cube.AsOf{}), err
}

// History implements cube.Store.
func (s *Store) History(ctx context.Context, q cube.Query) ([]cube.Version, error) {
	where, args := "dataflow = $1", []any{q.Dataflow}
	and := func(condition string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	// The pattern is judged by stat.Key alone; its leading fixed codes only narrow what is fetched.
	if head, whole := fixedPart(q.Key); whole {
		and("series = $%d", head)
	} else if head != "" {
		and("series >= $%d", head)
		and("series < $%d", head[:len(head)-1]+"/") // "/" follows the point
	}
	if !q.AsOf.Vintage.IsZero() {
		and("vintage <= $%d", q.AsOf.Vintage.String())
	}
	if q.AsOf.Message != 0 {
		and("message <= $%d", q.AsOf.Message)
	}
	if q.AsOf.Only != nil {
		condition, more := within(q.AsOf.Only, len(args))
		where, args = where+" AND "+condition, append(args, more...)
	}
	return s.versions(ctx, s.db, func(series string) bool { return stat.Key(series).Matches(q.Key) }, where, args...)
}

// All gives every version of every cell, ordered by dataflow and then as History orders them.
func (s *Store) All(ctx context.Context) ([]cube.Version, error) {
	return s.versions(ctx, s.db, func(string) bool { return true }, "1 = 1")
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

// fixedPart gives the codes of a pattern up to the first that may vary, with the point behind them, and whether that is
// the whole key.
func fixedPart(pattern string) (head string, whole bool) {
	if pattern == "" || pattern == "all" {
		return "", false
	}
	codes := strings.Split(pattern, ".")
	for i, c := range codes {
		if c == "" || c == "*" || strings.Contains(c, "+") {
			if i == 0 {
				return "", false
			}
			return strings.Join(codes[:i], ".") + ".", false
		}
	}
	return pattern, true
}

const versionColumns = "dataflow, series, period, vintage, vintage_written, value, status, run, attributes, message"

// versions reads observations in the order of the contract. The table is stored in that order.
func (s *Store) versions(ctx context.Context, from sqldb.Queryer, keep func(series string) bool, where string, args ...any) ([]cube.Version, error) {
	d := decoder{periods: map[string]stat.Period{}, vintages: map[string]stat.Vintage{}, attributes: map[string]stat.Attributes{}}
	list, err := sqldb.Collect(ctx, from, func(rows *sql.Rows) (v cube.Version, err error) {
		if err := rows.Scan(&d.dataflow, &d.series, &d.period, &d.vintage, &d.written, &d.value, &d.status, &d.run, &d.attrs, &v.Message); err != nil {
			return v, err
		}
		if keep(d.series) {
			err = d.fill(&v)
		}
		return v, err
	}, "SELECT "+versionColumns+" FROM observation WHERE "+where+" ORDER BY dataflow, series, place, vintage, message", args...)
	kept := slices.DeleteFunc(list, func(v cube.Version) bool { return v.Dataflow == "" })
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	return kept, nil
}

// decoder makes versions of rows. Figures share periods, vintages and attributes, so each text is read once a query.
type decoder struct {
	dataflow, series, period, vintage, written, status, run, attrs string
	value                                                          sql.NullString

	periods    map[string]stat.Period
	vintages   map[string]stat.Vintage
	attributes map[string]stat.Attributes
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

func remember[T any](known map[string]T, text string, parse func(string) (T, error)) (T, error) {
	if v, ok := known[text]; ok {
		return v, nil
	}
	v, err := parse(text)
	if err == nil {
		known[text] = v
	}
	return v, err
}

// place gives a text that sorts as stat.Period.Compare does: first day, longer before shorter, frequency.
func place(p stat.Period) string {
	return fmt.Sprintf("%s/%07d/%s", p.From(), 9999999-p.To().Sub(p.From()), p.Frequency())
}
