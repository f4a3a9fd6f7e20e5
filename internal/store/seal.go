package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"iter"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// sealed is what an entry of the audit log says of the rows that it seals, under "seal" of its details.
type sealed struct {
	Kind string `json:"kind"`
	Key  string `json:"key"`    // number of the message, identifier of the run, first number of the others
	Last int64  `json:"last"`   // the highest number given so far; the next one is higher, whatever became of the rows
	Rows int    `json:"rows"`   // rows under the seal
	Hash string `json:"sha256"` // over the rows as stored, in the order of the table
}

// sealTable is a table whose rows are sealed. The columns are those of an INSERT, so that what is hashed is what was given.
type sealTable struct {
	name    string
	columns string // without seal
	key     string // the column that says which seal a row belongs to
	order   string // within one seal
	label   func(row []any) string
}

// insert names table and columns for an INSERT.
func (t sealTable) insert() string { return t.name + " (" + t.columns + ", seal)" }

// sealKind is a kind of thing that is sealed whole: the tables that hold it, the one with its head first.
type sealKind struct {
	id     string
	what   string // of the entry in the audit log; a pattern of LIKE where there are several
	number string // column of the first table that counts things of this kind
	ranges bool   // one seal covers the rows from its key to its last
	since  int64  // version of the schema from which on rows of this kind are sealed
	tables []sealTable
	later  []string // columns, as "table.column", that were added after rows were sealed without them, oldest first; older rows have their default
}

var (
	messageRows = sealTable{"message", "number, sender, file, sent_at, added, revised, unchanged", "number", "number", first}
	figureRows  = sealTable{"observation", "dataflow, series, place, vintage, message, period, vintage_written, value, status, run, attributes, line",
		"message", "dataflow, series, place, vintage", func(row []any) string { return slash(row[0], row[1], row[5]) + " (" + slash(row[3]) + ")" }}
	runRows = sealTable{"run", "seq, id, recipe, version, memo, started_at, finished_at, read_to, read_only, message, outputs, params, diagnostics, marks",
		"id", "seq", func(row []any) string { return slash(row[1]) }}
	lineageRows = sealTable{"lineage", "run, dataflow, series, period, sources, formula", "run", "dataflow, series, period",
		func(row []any) string { return slash(row[1], row[2], row[3]) }}
	findingRows  = sealTable{"finding", "id, message, rule, severity, parts, identity, line", "id", "id", first}
	answerRows   = sealTable{"answer", "id, finding, reason, who, at", "id", "id", first}
	overrideRows = sealTable{"override", "id, target, class, reason, who, at", "id", "id", first}
	scenarioRows = sealTable{"scenario", "seq, id, name, who, at, release, assumptions", "seq", "seq", first}

	releaseRows = sealTable{"release_act", "number, release, kind, who, at, messages, minute, title_vi, title_en, notes_vi, notes_en, reason, digest, facts", "number", "number", first}

	editionRows     = sealTable{"catalog_edition", "number, who, at, reason, pack, version", "number", "number", first}
	editionFileRows = sealTable{"catalog_file", "edition, path, gone, content", "edition", "path", func(row []any) string { return slash(row[0], row[1]) }}
	artefactRows    = sealTable{"catalog_artefact", "edition, class, agency, id, version, digest", "edition", "class, id", func(row []any) string { return slash(row[0], row[1], row[3]) }}

	batchRows = sealTable{"record_batch", "number, name, digest, person, organisation, at, reason", "number", "number", first}
	actRows   = sealTable{"record_act", "number, batch, kind, type, type_version, record, valid_from, base, note, changes", "batch", "number", first}

	batchSeal    = sealKind{"acts", "register.acts", "number", false, 14, []sealTable{batchRows, actRows}, nil}
	messageSeal  = sealKind{"message", "message.stored", "number", false, 4, []sealTable{messageRows, figureRows}, nil}
	runSeal      = sealKind{"run", "run.stored", "seq", false, 4, []sealTable{runRows, lineageRows}, []string{"lineage.formula", "run.marks"}}
	findingSeal  = sealKind{"finding", "findings.stored", "id", true, 5, []sealTable{findingRows}, nil}
	answerSeal   = sealKind{"answer", "finding.answered", "id", false, 5, []sealTable{answerRows}, nil}
	overrideSeal = sealKind{"override", "target.override", "id", false, 4, []sealTable{overrideRows}, nil}
	scenarioSeal = sealKind{"scenario", "scenario.saved", "seq", false, 4, []sealTable{scenarioRows}, nil}
	releaseSeal  = sealKind{"release", "release.%", "number", false, 6, []sealTable{releaseRows}, nil} // each kind of act has an entry of its own name
	editionSeal  = sealKind{"edition", "catalog.edition", "number", false, 10, []sealTable{editionRows, editionFileRows, artefactRows}, nil}
)

// sealKinds are all kinds; a test holds every table that is append-only to being in one of them.
var sealKinds = []sealKind{messageSeal, runSeal, findingSeal, answerSeal, overrideSeal, scenarioSeal, releaseSeal, editionSeal, batchSeal}

func first(row []any) string { return slash(row[0]) }

func slash(parts ...any) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = fmt.Sprint(p)
	}
	return strings.Join(texts, "/")
}

// sealer hashes rows one after the other.
type sealer struct {
	h    hash.Hash
	rows int
	buf  []byte
}

func newSealer() *sealer { return &sealer{h: sha256.New()} }

// add takes a row up and gives the running checksum after it.
func (s *sealer) add(table string, row []any) (string, error) {
	b, err := canonical(append(s.buf[:0], table...), row)
	if err != nil {
		return "", err
	}
	s.buf = b
	s.rows++
	s.h.Write(b)
	return s.sum()[:16], nil
}

func (s *sealer) sum() string { return hex.EncodeToString(s.h.Sum(nil)) }

// canonical writes a row so that two rows are equal exactly when their texts are: each value with its kind and length.
func canonical(b []byte, row []any) ([]byte, error) {
	b = append(b, '(')
	for _, v := range row {
		if value, ok := v.(driver.Valuer); ok {
			var err error
			if v, err = value.Value(); err != nil {
				return nil, err
			}
		}
		switch v := v.(type) {
		case nil:
			b = append(b, '-')
		case int:
			b = strconv.AppendInt(append(b, 'i'), int64(v), 10)
		case int64:
			b = strconv.AppendInt(append(b, 'i'), v, 10)
		case string:
			b = append(strconv.AppendInt(append(b, 't'), int64(len(v)), 10), ':')
			b = append(b, v...)
		default:
			return nil, fmt.Errorf("a value of kind %T cannot be sealed", v)
		}
		b = append(b, ',')
	}
	return append(b, ")\n"...), nil
}

// insertSealed stores rows, in the order of the seal, each with its running checksum.
func (s *Store) insertSealed(ctx context.Context, tx *sqldb.Tx, seal *sealer, t sealTable, rows [][]any) error {
	return tx.Insert(ctx, t.insert(), s.sealing(seal, t, sqldb.Rows(rows)))
}

// sealing gives rows, which come in the order of the seal, with their running checksums. Each has room for it.
func (s *Store) sealing(seal *sealer, t sealTable, rows iter.Seq2[[]any, error]) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for row, err := range rows {
			if err == nil {
				var sum string
				if sum, err = seal.add(t.name, row); err != nil {
					err = fault.New("store.internal", "database", s.db.Name).Because(err)
				}
				row = append(row, sum)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// nextNumber gives the next number of a kind: above all that are stored and above all that the audit log ever sealed, so that
// a number is never given twice, even after rows were removed past the program.
func (s *Store) nextNumber(ctx context.Context, tx sqldb.Queryer, k sealKind) (int64, error) {
	highest, err := sqldb.Scalar[int64](ctx, tx, "SELECT COALESCE(MAX("+k.number+"), 0) FROM "+k.tables[0].name)
	if err != nil {
		return 0, err
	}
	for _, what := range []string{k.what, baseline, migrated} {
		details, _, err := sqldb.First(ctx, tx, sqldb.One[string], "SELECT details FROM audit WHERE what LIKE $1 ORDER BY number DESC LIMIT 1", what)
		if err != nil {
			return 0, err
		}
		for _, x := range sealsOf(details) {
			if x.Kind == k.id {
				highest = max(highest, x.Last)
			}
		}
	}
	return highest + 1, nil
}

// sealsOf gives the seals that the details of an entry hold; most hold one or none, a baseline many.
func sealsOf(details string) []sealed {
	var d struct {
		Seal  *sealed  `json:"seal"`
		Seals []sealed `json:"seals"`
	}
	if !strings.Contains(details, `"seal`) || json.Unmarshal([]byte(details), &d) != nil {
		return nil
	}
	if d.Seal != nil {
		d.Seals = append(d.Seals, *d.Seal)
	}
	return d.Seals
}

// baseline is the entry that seals what was stored before rows were sealed.
const baseline = "seal.baseline"

// migrated is the entry that seals the rows that a migration made, or that were of a kind which was not sealed before it.
const migrated = "seal.migrated"

// sealMigrated seals, once a schema was brought up to date from a version, the rows of the kinds that were not sealed at that version. A
// database older than all seals is sealed whole by sealOlder.
func (s *Store) sealMigrated(ctx context.Context, from int64) error {
	if from < messageSeal.since {
		return nil
	}
	return s.write(ctx, func(tx *sqldb.Tx) error {
		var seals []sealed
		for _, k := range sealKinds {
			if k.since <= from {
				continue
			}
			more, err := s.sealsOfRows(ctx, tx, k)
			if err != nil {
				return err
			}
			seals = append(seals, more...)
		}
		if len(seals) == 0 {
			return nil
		}
		return s.audit(ctx, tx, AuditEntry{By: "nhipso", What: migrated, Subject: s.db.Name, Details: map[string]any{"from": from, "seals": seals}})
	})
}

// sealsOfRows hashes the rows of a kind as they are.
func (s *Store) sealsOfRows(ctx context.Context, tx *sqldb.Tx, k sealKind) ([]sealed, error) {
	found, err := s.rehash(ctx, tx, k, "", nil)
	if err != nil {
		return nil, err
	}
	last, err := s.nextNumber(ctx, tx, k)
	if err != nil {
		return nil, err
	}
	var seals []sealed
	for _, key := range found.keys {
		g := found.groups[key]
		x := sealed{Kind: k.id, Key: key, Last: last - 1, Rows: g.rows(), Hash: g.forms[0].seal.sum()}
		if n, err := strconv.ParseInt(key, 10, 64); err == nil {
			x.Last = n
		}
		seals = append(seals, x)
	}
	return seals, nil
}

// sealOlder seals what a database holds from before its rows were sealed. It does so once, and never where a sealed row
// exists already: whoever empties the audit log must not get a new seal for what they changed.
func (s *Store) sealOlder(ctx context.Context) error {
	needed, err := s.hasUnsealed(ctx, s.db)
	if err != nil || !needed {
		return err
	}
	return s.write(ctx, func(tx *sqldb.Tx) error {
		if needed, err := s.hasUnsealed(ctx, tx); err != nil || !needed {
			return err
		}
		var seals []sealed
		for _, k := range sealKinds {
			more, err := s.sealsOfRows(ctx, tx, k)
			if err != nil {
				return err
			}
			seals = append(seals, more...)
		}
		return s.audit(ctx, tx, AuditEntry{By: "nhipso", What: baseline, Subject: s.db.Name, Details: map[string]any{"seals": seals}})
	})
}

// hasUnsealed reports whether the database has rows of before the seals, none under a seal, and no baseline.
func (s *Store) hasUnsealed(ctx context.Context, from sqldb.Queryer) (bool, error) {
	if n, err := sqldb.Scalar[int64](ctx, from, "SELECT COUNT(*) FROM audit WHERE what = $1", baseline); err != nil || n > 0 {
		return false, err
	}
	type count struct{ plain, sealed int64 }
	var all count
	for _, k := range sealKinds {
		c, _, err := sqldb.First(ctx, from, func(rows *sql.Rows) (c count, err error) {
			err = rows.Scan(&c.plain, &c.sealed)
			return c, err
		}, "SELECT COALESCE(SUM(CASE WHEN seal = '' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN seal <> '' THEN 1 ELSE 0 END), 0) FROM "+k.tables[0].name)
		if err != nil {
			return false, err
		}
		all = count{all.plain + c.plain, all.sealed + c.sealed}
	}
	return all.plain > 0 && all.sealed == 0, nil
}
