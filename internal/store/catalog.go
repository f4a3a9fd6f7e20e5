package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

var _ catalog.Uses = (*Store)(nil)

// AppendEdition records an edition of the catalogue as the next one after the one it was made from. When another came in between, nothing is
// stored and the fault is store.edition-between: what was compared is no longer what is there.
func (s *Store) AppendEdition(ctx context.Context, after int64, e catalog.Edition) (catalog.Edition, error) {
	if strings.TrimSpace(e.By) == "" || strings.TrimSpace(e.Reason) == "" {
		return e, fault.New("store.no-reason")
	}
	err := s.write(ctx, func(tx *sqldb.Tx) error {
		last, err := sqldb.Scalar[int64](ctx, tx, "SELECT COALESCE(MAX(number), 0) FROM catalog_edition")
		if err != nil {
			return err
		}
		if last != after {
			return fault.New("store.edition-between", "n", last)
		}
		if e.Number, err = s.nextNumber(ctx, tx, editionSeal); err != nil {
			return err
		}
		if e.At.IsZero() {
			e.At = s.now()
		}
		seal := newSealer()
		for _, t := range []struct {
			table sealTable
			rows  [][]any
		}{
			{editionRows, [][]any{{e.Number, e.By, sqldb.Time{Time: e.At}, e.Reason, e.Pack, e.Version}}},
			{editionFileRows, fileRows(e)},
			{artefactRows, artefactsOf(e)},
		} {
			if err := s.insertSealed(ctx, tx, seal, t.table, t.rows); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, AuditEntry{By: e.By, What: editionSeal.what, Subject: e.Pack + " " + e.Version, Details: map[string]any{"number": e.Number, "reason": e.Reason,
			"files": len(e.Files), "gone": e.Gone, "artefacts": e.Artefacts,
			"seal": sealed{Kind: editionSeal.id, Key: strconv.FormatInt(e.Number, 10), Last: e.Number, Rows: seal.rows, Hash: seal.sum()}}})
	})
	return e, err
}

// fileRows and artefactsOf give the rows of an edition in the order of their seal.
func fileRows(e catalog.Edition) [][]any {
	var rows [][]any
	paths := slices.Concat(slices.Collect(maps.Keys(e.Files)), e.Gone)
	slices.Sort(paths)
	for _, path := range paths {
		content, here := e.Files[path]
		gone := 1
		if here {
			gone = 0
		}
		rows = append(rows, []any{e.Number, path, gone, content})
	}
	return rows
}

func artefactsOf(e catalog.Edition) [][]any {
	var rows [][]any
	list := slices.Clone(e.Artefacts)
	slices.SortFunc(list, func(a, b catalog.Artefact) int {
		return strings.Compare(string(a.Sort)+"\x00"+a.ID, string(b.Sort)+"\x00"+b.ID)
	})
	for _, a := range list {
		rows = append(rows, []any{e.Number, string(a.Sort), a.Agency, a.ID, a.Version, a.Digest})
	}
	return rows
}

// LastEdition gives the number of the newest edition of the catalogue and when it was recorded; 0 where there is none.
func (s *Store) LastEdition(ctx context.Context) (number int64, at time.Time, err error) {
	_, _, err = sqldb.First(ctx, s.db, func(rows *sql.Rows) (none struct{}, err error) {
		var recorded sqldb.Time
		err = rows.Scan(&number, &recorded)
		at = recorded.Time
		return none, err
	}, "SELECT number, at FROM catalog_edition ORDER BY number DESC LIMIT 1")
	return number, at, err
}

// Editions lists the editions of the catalogue, the oldest first: who, when, why, from which pack, and which artefacts got which version. Their
// files are read with CatalogFiles.
func (s *Store) Editions(ctx context.Context) ([]catalog.Edition, error) {
	out, err := sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (e catalog.Edition, err error) {
		var at sqldb.Time
		err = rows.Scan(&e.Number, &e.By, &at, &e.Reason, &e.Pack, &e.Version)
		e.At = at.Time
		return e, err
	}, "SELECT number, who, at, reason, pack, version FROM catalog_edition ORDER BY number")
	if err != nil {
		return nil, err
	}
	at := map[int64]int{}
	for i, e := range out {
		at[e.Number] = i
	}
	err = sqldb.Each(ctx, s.db, func(rows *sql.Rows) error {
		var n int64
		var a catalog.Artefact
		if err := rows.Scan(&n, &a.Sort, &a.Agency, &a.ID, &a.Version, &a.Digest); err != nil {
			return err
		}
		e := &out[at[n]]
		e.Artefacts = append(e.Artefacts, a)
		return nil
	}, "SELECT edition, class, agency, id, version, digest FROM catalog_artefact ORDER BY edition, class, id")
	return out, err
}

// CatalogFiles gives the files of the catalogue as an edition left them; 0 asks for the newest. It is empty where there is no edition yet.
func (s *Store) CatalogFiles(ctx context.Context, edition int64) (map[string]string, error) {
	out := map[string]string{}
	err := sqldb.Each(ctx, s.db, func(rows *sql.Rows) error {
		var path, content string
		var gone int64
		if err := rows.Scan(&path, &gone, &content); err != nil {
			return err
		}
		out[path] = content
		if gone == 1 {
			delete(out, path)
		}
		return nil
	}, `SELECT f.path, f.gone, f.content FROM catalog_file f
		WHERE f.edition = (SELECT MAX(g.edition) FROM catalog_file g WHERE g.path = f.path AND ($1 = 0 OR g.edition <= $2))`, edition, edition)
	return out, err
}

// FiguresBySeries implements catalog.Uses.
func (s *Store) FiguresBySeries(ctx context.Context, dataflow string) (map[stat.Key]int64, error) {
	out := map[stat.Key]int64{}
	err := sqldb.Each(ctx, s.db, func(rows *sql.Rows) error {
		var key string
		var n int64
		err := rows.Scan(&key, &n)
		out[stat.Key(key)] = n
		return err
	}, "SELECT series, COUNT(*) FROM observation WHERE dataflow = $1 GROUP BY series", dataflow)
	return out, err
}

// FiguresCarrying implements catalog.Uses.
func (s *Store) FiguresCarrying(ctx context.Context, dataflow, attribute, value string) (int64, error) {
	part := strconv.Quote(attribute) + ":"
	if value != "" {
		part += strconv.Quote(value)
	}
	find := "instr"
	if s.db.Dialect == sqldb.Postgres {
		find = "strpos"
	}
	return sqldb.Scalar[int64](ctx, s.db, "SELECT COUNT(*) FROM observation WHERE dataflow = $1 AND "+find+"(attributes, $2) > 0", dataflow, part)
}
