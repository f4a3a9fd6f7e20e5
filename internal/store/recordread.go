package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

// records reads the register, from the database or within a transaction.
type records struct{ from sqldb.Queryer }

var _ register.Reader = records{}

const standingColumns = "SELECT v.type, v.record, v.valid_from, v.valid_until, v.act, v.content FROM record_version v "

func scanStanding(rows *sql.Rows) (v register.Version, err error) {
	var from, until string
	var content sqldb.JSON[map[string]string]
	if err = rows.Scan(&v.Type, &v.ID, &from, &until, &v.Act, &content); err != nil {
		return v, err
	}
	return standing(v, from, until, content.V)
}

// Timeline implements register.Reader. The newest act and how the record stands come of one statement: read one after the other, the record could be as
// somebody has just made it while the act is still the one before, and nobody ever saw that.
func (r records) Timeline(ctx context.Context, kind, id string) (line register.Timeline, err error) {
	err = sqldb.Each(ctx, r.from, func(rows *sql.Rows) error {
		var act sql.NullInt64
		v := register.Version{Type: kind, ID: id}
		var from, until string
		var content sqldb.JSON[map[string]string]
		if err := rows.Scan(&line.Newest, &act, &from, &until, &content); err != nil || !act.Valid { // no version: it never was, or ended on its first day
			return err
		}
		v.Act = act.Int64
		stands, err := standing(v, from, until, content.V)
		line.Versions = append(line.Versions, stands)
		return err
	}, `SELECT n.newest, v.act, COALESCE(v.valid_from, ''), COALESCE(v.valid_until, ''), COALESCE(v.content, '{}')
		FROM (SELECT COALESCE(MAX(number), 0) AS newest FROM record_act WHERE type = $1 AND record = $2 AND kind NOT IN ($3, $4, $5)) n
		LEFT JOIN record_version v ON v.type = $6 AND v.record = $7 AND v.act_until = $8 ORDER BY v.valid_from`,
		kind, id, string(register.Commented), string(register.Attached), string(register.Detached), kind, id, int64(endlessAct))
	return line, err
}

// standing is a version as it is stored: with its days, and with the values that it has.
func standing(v register.Version, from, until string, values map[string]string) (register.Version, error) {
	if v.Values = values; values == nil {
		v.Values = map[string]string{}
	}
	var err error
	if v.From, err = stat.ParseDate(from); err == nil && until != endlessDay {
		v.Until, err = stat.ParseDate(until)
	}
	return v, err
}

// Timelines implements register.Reader.
func (r records) Timelines(ctx context.Context, kind string) (map[string][]register.Version, error) {
	list, err := sqldb.Collect(ctx, r.from, scanStanding, standingColumns+"WHERE v.type = $1 AND v.act_until = $2 ORDER BY v.record, v.valid_from", kind, int64(endlessAct))
	out := map[string][]register.Version{}
	for _, v := range list {
		out[v.ID] = append(out[v.ID], v)
	}
	return out, err
}

// NewestOf implements register.Reader.
func (r records) NewestOf(ctx context.Context, kinds ...string) (newest int64, err error) {
	for _, kind := range kinds {
		n, err := sqldb.Scalar[int64](ctx, r.from, "SELECT COALESCE(MAX(number), 0) FROM record_act WHERE type = $1", kind)
		if err != nil {
			return 0, err
		}
		newest = max(newest, n)
	}
	return newest, nil
}

// Record implements register.Reader.
func (r records) Record(ctx context.Context, kind, id string, at register.At) (register.Version, bool, error) {
	b := binds{}
	q := standingColumns + "WHERE v.type = " + b.add(kind) + " AND v.record = " + b.add(id) + b.when("v", at)
	return sqldb.First(ctx, r.from, scanStanding, q, b...)
}

// of gives the records of a type as they stand on a day, by identifier; without a day as they stand on each.
func (r records) of(ctx context.Context, kind string, at register.At) ([]register.Version, error) {
	b := binds{}
	q := standingColumns + "WHERE v.type = " + b.add(kind)
	if at.Day.IsZero() {
		q += b.believed("v", at)
	} else {
		q += b.when("v", at)
	}
	return sqldb.Collect(ctx, r.from, scanStanding, q+" ORDER BY v.record, v.valid_from", b...)
}

// RecordsOf implements pipeline.Records.
func (s *Store) RecordsOf(ctx context.Context, kind string, at register.At) ([]register.Version, error) {
	return records{s.db}.of(ctx, kind, at)
}

// RecordOf implements pipeline.Records.
func (s *Store) RecordOf(ctx context.Context, kind, id string, at register.At) (register.Version, bool, error) {
	return records{s.db}.Record(ctx, kind, id, at)
}

// NewestAct gives the newest act of the register; 0 for none.
func (s *Store) NewestAct(ctx context.Context) (int64, error) {
	return sqldb.Scalar[int64](ctx, s.db, "SELECT COALESCE(MAX(number), 0) FROM record_act")
}

// binds are the values of a statement, numbered as they are added.
type binds []any

func (b *binds) add(v any) string {
	*b = append(*b, v)
	return fmt.Sprintf("$%d", len(*b))
}

// when bounds a table by a day and by what was known at an act.
func (b *binds) when(table string, at register.At) string {
	out := b.believed(table, at)
	day := at.Day.String()
	return out + " AND " + table + ".valid_from <= " + b.add(day) + " AND " + table + ".valid_until > " + b.add(day)
}

// believed bounds a table by what was known at an act. What is known now is written so that the indexes of it serve.
func (b *binds) believed(table string, at register.At) string {
	if at.Act == 0 {
		return fmt.Sprintf(" AND %s.act_until = %d", table, int64(endlessAct))
	}
	return " AND " + table + ".act_from <= " + b.add(at.Act) + " AND " + table + ".act_until > " + b.add(at.Act)
}

// where is the condition that a row of record_value fits a filter.
func (b *binds) where(table string, f register.TermFilter) string {
	out := ""
	if f.Exact {
		out += " AND " + table + ".value = " + b.add(f.Value)
	}
	if f.From != "" {
		out += " AND " + table + ".sort >= " + b.add(f.From)
	}
	if f.To != "" {
		out += " AND " + table + ".sort < " + b.add(f.To)
	}
	return out
}

// chosen gives the tables and conditions of a list. It is led by the filter that leaves fewest records, where one leaves few, else by the order.
func (r records) chosen(ctx context.Context, b *binds, q register.Lookup) (string, error) {
	lead, err := r.narrowest(ctx, q)
	if err != nil {
		return "", err
	}
	var s strings.Builder
	s.WriteString(" FROM ")
	if lead >= 0 {
		f := q.Terms[lead]
		s.WriteString("(SELECT DISTINCT l.record FROM record_value l WHERE l.type = " + b.add(q.Type) + " AND l.field = " + b.add(f.Column) + b.when("l", q.At) + b.where("l", f) + ") l CROSS JOIN ")
	}
	s.WriteString("record_value o WHERE o.type = " + b.add(q.Type) + " AND o.field = " + b.add(q.Sort) + b.when("o", q.At))
	if lead >= 0 {
		s.WriteString(" AND o.record = l.record")
	}
	for i, f := range q.Terms {
		if i == lead {
			continue
		}
		not := ""
		if f.Negated {
			not = "NOT "
		}
		s.WriteString(" AND " + not + "EXISTS (SELECT 1 FROM record_value f WHERE f.type = o.type AND f.record = o.record AND f.field = " + b.add(f.Column) + b.when("f", q.At) + b.where("f", f) + ")")
	}
	s.WriteString(b.scope(q))
	return s.String(), nil
}

// scope is the condition that the record of a row may be seen.
func (b *binds) scope(q register.Lookup) string {
	if !q.Scope.Bounded {
		return ""
	}
	out := " AND (1 = 0"
	for _, w := range q.Scope.Any {
		if len(w.Values) == 0 {
			continue
		}
		out += " OR EXISTS (SELECT 1 FROM record_value s WHERE s.type = o.type AND s.record = o.record AND s.field = " + b.add(w.Column) + b.when("s", q.At) + " AND s.value IN ("
		for i, v := range w.Values {
			if i > 0 {
				out += ", "
			}
			out += b.add(v)
		}
		out += "))"
	}
	return out + ")"
}

// few is how many records a filter may leave to lead a list.
const few = 5000

// narrowest gives the filter that leaves fewest records, if it leaves few; else -1.
func (r records) narrowest(ctx context.Context, q register.Lookup) (int, error) {
	best, at := int64(few), -1
	for i, f := range q.Terms {
		if f.Negated {
			continue
		}
		b := binds{}
		n, err := sqldb.Scalar[int64](ctx, r.from, "SELECT COUNT(*) FROM (SELECT 1 FROM record_value l WHERE l.type = "+b.add(q.Type)+" AND l.field = "+b.add(f.Column)+b.when("l", q.At)+b.where("l", f)+
			" LIMIT "+b.add(best)+") x", b...)
		if err != nil {
			return -1, err
		}
		if n < best {
			best, at = n, i
		}
	}
	return at, nil
}

// Records implements register.Reader.
func (r records) Records(ctx context.Context, q register.Lookup) (register.Page, error) {
	b := binds{}
	from, err := r.chosen(ctx, &b, q)
	if err != nil {
		return register.Page{}, err
	}
	way, beyond := "", ">"
	if q.Descending {
		way, beyond = " DESC", "<"
	}
	if q.After != nil {
		from += " AND (o.sort, o.record) " + beyond + " (" + b.add(q.After.Sort) + ", " + b.add(q.After.ID) + ")"
	}
	marks, err := sqldb.Collect(ctx, r.from, func(rows *sql.Rows) (m register.Mark, err error) {
		err = rows.Scan(&m.Sort, &m.ID)
		return m, err
	}, "SELECT o.sort, o.record"+from+" ORDER BY o.sort"+way+", o.record"+way+" LIMIT "+b.add(q.Limit+1), b...)
	if err != nil {
		return register.Page{}, err
	}
	var page register.Page
	if len(marks) > q.Limit {
		marks = marks[:q.Limit]
		page.Next = marks[q.Limit-1].Cursor()
	}
	page.Records, err = r.standing(ctx, q, marks)
	return page, err
}

// standing reads the records of a page in its order.
func (r records) standing(ctx context.Context, q register.Lookup, marks []register.Mark) ([]register.Version, error) {
	place := map[string]int{}
	var out []register.Version
	for part := range slices.Chunk(marks, sqldb.Chunk(1)-8) {
		b := binds{}
		query := standingColumns + "WHERE v.type = " + b.add(q.Type) + b.when("v", q.At) + " AND v.record IN ("
		for i, m := range part {
			if i > 0 {
				query += ", "
			}
			query += b.add(m.ID)
			place[m.ID] = len(place)
		}
		found, err := sqldb.Collect(ctx, r.from, scanStanding, query+")", b...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(x, y register.Version) int { return place[x.ID] - place[y.ID] })
	return out, nil
}

// Count implements register.Reader.
func (r records) Count(ctx context.Context, q register.Lookup, most int64) (int64, error) {
	b := binds{}
	from, err := r.chosen(ctx, &b, q)
	if err != nil {
		return 0, err
	}
	return sqldb.Scalar[int64](ctx, r.from, "SELECT COUNT(*) FROM (SELECT 1"+from+" LIMIT "+b.add(most)+") x", b...)
}

// Groups implements register.Reader.
func (r records) Groups(ctx context.Context, q register.Lookup, column string, most int) ([]register.Group, error) {
	q.Sort = column
	b := binds{}
	from, err := r.chosen(ctx, &b, q)
	if err != nil {
		return nil, err
	}
	return sqldb.Collect(ctx, r.from, func(rows *sql.Rows) (g register.Group, err error) {
		err = rows.Scan(&g.Value, &g.Count)
		return g, err
	}, "SELECT o.value, COUNT(*)"+from+" GROUP BY o.value ORDER BY COUNT(*) DESC, o.value LIMIT "+b.add(most), b...)
}

// Holders implements register.Reader.
func (r records) Holders(ctx context.Context, kind, column, value string, from, until stat.Date) ([]string, error) {
	b := binds{}
	q := "SELECT DISTINCT o.record FROM record_value o WHERE o.type = " + b.add(kind) + " AND o.field = " + b.add(column) + " AND o.value = " + b.add(value) + b.believed("o", register.At{})
	if !from.IsZero() {
		q += " AND o.valid_until > " + b.add(from.String())
	}
	if !until.IsZero() {
		q += " AND o.valid_from < " + b.add(until.String())
	}
	return sqldb.Collect(ctx, r.from, sqldb.One[string], q+" ORDER BY o.record", b...)
}
