package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

// AppendRun implements pipeline.Store. The run's Message is that of the receipt, whatever was given. Every entry must bear
// the run in its RUN attribute: a figure without it would count as reported.
func (s *Store) AppendRun(ctx context.Context, run pipeline.Run, d *cube.Delivery, lineage []pipeline.Lineage) (cube.Receipt, error) {
	for e, err := range d.Entries() {
		if err != nil {
			return cube.Receipt{}, err
		}
		if e.Attributes[stat.AttrRun] != run.ID {
			return cube.Receipt{}, fault.New("store.wrong-run", "run", run.ID, "found", e.Attributes[stat.AttrRun]).At(d.File, e.Row, stat.AttrRun)
		}
	}
	var receipt cube.Receipt
	err := s.writeOn(ctx, d, func(tx *sqldb.Tx) (err error) {
		if receipt, err = s.append(ctx, tx, d, &basis{run: run, lineage: lineage}); err != nil {
			return err
		}
		if taken, err := s.taken(ctx, tx, "run", run.ID, runSeal.what); err != nil {
			return err
		} else if taken {
			return fault.New("store.run-exists", "run", run.ID)
		}
		return s.insertRun(ctx, tx, run, receipt, lineage)
	})
	if err != nil {
		return cube.Receipt{}, err
	}
	return receipt, nil
}

// spot names a cell as the table of lineage does.
type spot struct{ dataflow, series, period string }

// basis is what the figures of a run rest on.
type basis struct {
	run     pipeline.Run
	lineage []pipeline.Lineage
	given   map[cube.Cell]pipeline.Lineage
	stored  map[string]map[spot]pipeline.Lineage // by run, those of earlier runs that were asked for
}

// same reports whether a stored figure came from the same inputs as the run's. Without a basis, figures are reported ones, which have none.
func (b *basis) same(ctx context.Context, from sqldb.Queryer, v cube.Version) (bool, error) {
	if b == nil {
		return true, nil
	}
	if b.given == nil {
		b.given, b.stored = make(map[cube.Cell]pipeline.Lineage, len(b.lineage)), map[string]map[spot]pipeline.Lineage{}
		for _, l := range b.lineage {
			b.given[l.Cell] = l
		}
	}
	id := v.Attributes[stat.AttrRun]
	if b.stored[id] == nil { // all of a run at once: most of what follows is of the same one
		type row struct {
			at   spot
			from pipeline.Lineage
		}
		rows, err := sqldb.Collect(ctx, from, func(rows *sql.Rows) (r row, err error) {
			var from sqldb.JSON[pipeline.Sources]
			var formula sqldb.JSON[*pipeline.Formula]
			err = rows.Scan(&r.at.dataflow, &r.at.series, &r.at.period, &from, &formula)
			r.from.From, r.from.Records, r.from.Formula = from.V.From, from.V.Records, formula.V
			return r, err
		}, "SELECT dataflow, series, period, sources, formula FROM lineage WHERE run = $1", id)
		if err != nil {
			return false, err
		}
		b.stored[id] = make(map[spot]pipeline.Lineage, len(rows))
		for _, r := range rows {
			b.stored[id][r.at] = r.from
		}
	}
	stored, found := b.stored[id][spot{v.Dataflow, string(v.Key), v.Period.String()}]
	given, has := b.given[v.Cell()]
	return found == has && pipeline.SameInputs(stored, given), nil
}

// sees reports whether the run could see a version. A figure that it could not see is not the one that it repeats.
func (b *basis) sees(v cube.Version) bool { return b == nil || b.run.Bound().Holds(v.Message) }

// compareText orders two values of a column of text. Of values that are none, which such a column never has, none comes first.
func compareText(a, b any) int {
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y)
}

// insertRun stores a run with its lineage under one seal, which goes into the audit log.
func (s *Store) insertRun(ctx context.Context, tx *sqldb.Tx, run pipeline.Run, receipt cube.Receipt, lineage []pipeline.Lineage) error {
	seq, err := s.nextNumber(ctx, tx, runSeal)
	if err != nil {
		return err
	}
	seal := newSealer()
	head := []any{seq, run.ID, run.Recipe, run.Version, run.Memo, sqldb.Time{Time: run.StartedAt}, sqldb.Time{Time: run.FinishedAt}, run.ReadTo, run.Only.String(),
		sql.NullInt64{Int64: receipt.Message, Valid: receipt.Message != 0}, run.Outputs,
		sqldb.JSON[map[string]string]{V: run.Params}, sqldb.JSON[[]pipeline.Diagnostic]{V: run.Diagnostics}, sqldb.JSON[*pipeline.Marks]{V: run.Marks}}
	if err := s.insertSealed(ctx, tx, seal, runRows, [][]any{head}); err != nil {
		return err
	}
	rows := make([][]any, len(lineage))
	for i, l := range lineage {
		rows[i] = []any{run.ID, l.Cell.Dataflow, string(l.Cell.Key), l.Cell.Period.String(), sqldb.JSON[pipeline.Sources]{V: pipeline.Sources{From: l.From, Records: l.Records}}, sqldb.JSON[*pipeline.Formula]{V: l.Formula}}
	}
	slices.SortFunc(rows, func(a, b []any) int {
		return cmp.Or(compareText(a[1], b[1]), compareText(a[2], b[2]), compareText(a[3], b[3]))
	})
	if err := s.insertSealed(ctx, tx, seal, lineageRows, rows); err != nil {
		return err
	}
	return s.audit(ctx, tx, AuditEntry{By: "recipe/" + run.Recipe, What: runSeal.what, Subject: run.ID,
		Details: map[string]any{"seal": sealed{Kind: runSeal.id, Key: run.ID, Last: seq, Rows: seal.rows, Hash: seal.sum()}}})
}

// taken reports whether an identifier is or ever was in use: it is in the table, or an entry of the audit log names it.
func (s *Store) taken(ctx context.Context, tx *sqldb.Tx, table, id, what string) (bool, error) {
	n, err := sqldb.Scalar[int64](ctx, tx, "SELECT (SELECT COUNT(*) FROM "+table+" WHERE id = $1) + (SELECT COUNT(*) FROM audit WHERE what LIKE $2 AND subject = $1)", id, what)
	return n > 0, err
}

// NextRunNumber implements pipeline.Store. It is above every number that a run of the recipe ever had.
func (s *Store) NextRunNumber(ctx context.Context, recipe string) (int, error) {
	ids, err := sqldb.Collect(ctx, s.db, sqldb.One[string], "SELECT id FROM run WHERE recipe = $1 UNION ALL SELECT subject FROM audit WHERE what = $2", recipe, runSeal.what)
	if err != nil {
		return 0, err
	}
	highest := 0
	for _, id := range ids {
		if number, ok := strings.CutPrefix(id, recipe+"#"); ok {
			if n, err := strconv.Atoi(number); err == nil {
				highest = max(highest, n)
			}
		}
	}
	return highest + 1, nil
}

const runColumns = "SELECT id, recipe, version, memo, started_at, finished_at, read_to, read_only, COALESCE(message, 0), outputs, params, diagnostics, marks FROM run "

// LatestRun implements pipeline.Store.
func (s *Store) LatestRun(ctx context.Context, recipe string, at cube.AsOf) (pipeline.Run, bool, error) {
	newest, some, err := sqldb.First(ctx, s.db, scanRun, runColumns+"WHERE recipe = $1 ORDER BY seq DESC LIMIT 1", recipe)
	if err != nil || !some || at.Message == 0 && at.Only == nil || newest.Within(at) {
		return newest, some, err
	}
	runs, err := sqldb.Collect(ctx, s.db, scanRun, runColumns+"WHERE recipe = $1 ORDER BY seq DESC", recipe)
	if err != nil {
		return pipeline.Run{}, false, err
	}
	for _, r := range runs {
		if r.Within(at) {
			return r, true, nil
		}
	}
	return pipeline.Run{}, false, nil
}

// RunByID implements pipeline.Store.
func (s *Store) RunByID(ctx context.Context, id string) (pipeline.Run, bool, error) {
	return sqldb.First(ctx, s.db, scanRun, runColumns+"WHERE id = $1", id)
}

// Runs implements pipeline.Store.
func (s *Store) Runs(ctx context.Context) ([]pipeline.Run, error) {
	return sqldb.Collect(ctx, s.db, scanRun, runColumns+"ORDER BY seq")
}

func scanRun(rows *sql.Rows) (pipeline.Run, error) {
	var r pipeline.Run
	var started, finished sqldb.Time
	var only string
	var params sqldb.JSON[map[string]string]
	var diagnostics sqldb.JSON[[]pipeline.Diagnostic]
	var marks sqldb.JSON[*pipeline.Marks]
	err := rows.Scan(&r.ID, &r.Recipe, &r.Version, &r.Memo, &started, &finished, &r.ReadTo, &only, &r.Message, &r.Outputs, &params, &diagnostics, &marks)
	r.StartedAt, r.FinishedAt, r.Params, r.Diagnostics = started.Time, finished.Time, params.V, diagnostics.V
	r.Marks = marks.V
	if err == nil {
		r.Only, err = cube.ParseMessages(only)
	}
	return r, err
}

// LineageOf implements pipeline.Store.
func (s *Store) LineageOf(ctx context.Context, run string, cell cube.Cell) (pipeline.Lineage, bool, error) {
	return sqldb.First(ctx, s.db, func(rows *sql.Rows) (pipeline.Lineage, error) {
		var from sqldb.JSON[pipeline.Sources]
		var formula sqldb.JSON[*pipeline.Formula]
		err := rows.Scan(&from, &formula)
		return pipeline.Lineage{Run: run, Cell: cell, From: from.V.From, Records: from.V.Records, Formula: formula.V}, err
	}, "SELECT sources, formula FROM lineage WHERE run = $1 AND dataflow = $2 AND series = $3 AND period = $4",
		run, cell.Dataflow, string(cell.Key), cell.Period.String())
}
