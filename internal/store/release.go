package store

import (
	"context"
	"database/sql"
	"reflect"
	"slices"
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/store/sqldb"
)

// Act implements publish.Store. Writers queue, so that an act is judged after every act before it, on every server.
func (s *Store) Act(ctx context.Context, a publish.Act) (publish.Release, error) {
	var r publish.Release
	err := s.write(ctx, func(tx *sqldb.Tx) error {
		acts, err := sqldb.Collect(ctx, tx, scanAct, actColumns+"ORDER BY number")
		if err != nil {
			return err
		}
		all := publish.Replay(acts)
		if a.Number, err = s.nextNumber(ctx, tx, releaseSeal); err != nil {
			return err
		}
		a = publish.Settled(all, a)
		if r, err = publish.Apply(all, a); err != nil {
			return err
		}
		if err := s.unused(ctx, tx, all, a.Release); err != nil {
			return err
		}
		seal := newSealer()
		if err := s.insertSealed(ctx, tx, seal, releaseRows, [][]any{actRow(a)}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: a.By, What: "release." + string(a.Kind), Subject: a.Release, Details: map[string]any{"act": a,
			"seal": sealed{Kind: releaseSeal.id, Key: strconv.FormatInt(a.Number, 10), Last: a.Number, Rows: seal.rows, Hash: seal.sum()}}})
	})
	if err != nil {
		return publish.Release{}, err
	}
	return r, nil
}

// unused refuses an identifier that the log knows and the table does not: a release is never given the name of one that was removed.
func (s *Store) unused(ctx context.Context, tx *sqldb.Tx, all []publish.Release, id string) error {
	if slices.ContainsFunc(all, func(r publish.Release) bool { return r.ID == id }) {
		return nil
	}
	n, err := sqldb.Scalar[int64](ctx, tx, "SELECT COUNT(*) FROM audit WHERE subject = $1 AND what LIKE 'release.%'", id)
	if err == nil && n > 0 {
		err = fault.New("publish.exists", "id", id)
	}
	return err
}

// Acts implements publish.Store.
func (s *Store) Acts(ctx context.Context) ([]publish.Act, error) {
	return sqldb.Collect(ctx, s.db, scanAct, actColumns+"ORDER BY number")
}

// ReleaseByID implements publish.Store.
func (s *Store) ReleaseByID(ctx context.Context, id string) (publish.Release, error) {
	acts, err := sqldb.Collect(ctx, s.db, scanAct, actColumns+"WHERE release = $1 ORDER BY number", id)
	if err != nil {
		return publish.Release{}, err
	}
	if len(acts) == 0 {
		return publish.Release{}, fault.New("publish.no-release", "id", id)
	}
	return publish.Replay(acts)[0], nil
}

// Releases implements publish.Store.
func (s *Store) Releases(ctx context.Context) ([]publish.Release, error) {
	acts, err := s.Acts(ctx)
	return publish.Replay(acts), err
}

// MessageList implements publish.Store.
func (s *Store) MessageList(ctx context.Context) ([]publish.Message, error) {
	list, err := sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (publish.Message, error) {
		m := publish.Message{Figures: map[string]int{}}
		var at sqldb.Time
		err := rows.Scan(&m.Number, &m.Sender, &m.File, &at)
		m.At = at.Time
		return m, err
	}, "SELECT number, sender, file, sent_at FROM message ORDER BY number")
	if err != nil {
		return nil, err
	}
	type part struct {
		message  int64
		dataflow string
		figures  int
		derived  int
	}
	parts, err := sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (p part, err error) {
		err = rows.Scan(&p.message, &p.dataflow, &p.figures, &p.derived)
		return p, err
	}, "SELECT message, dataflow, COUNT(*), COUNT(CASE WHEN run <> '' THEN 1 END) FROM observation GROUP BY message, dataflow")
	for _, p := range parts {
		i, found := slices.BinarySearchFunc(list, p.message, func(m publish.Message, n int64) int { return int(m.Number - n) })
		if found {
			list[i].Figures[p.dataflow] = p.figures
			list[i].Run = list[i].Run || p.derived > 0
		}
	}
	return list, err
}

// actFacts are the parts of an act that few acts have.
type actFacts struct {
	Base      string            `json:"base,omitempty"`
	Corrects  string            `json:"corrects,omitempty"`
	Dataflows []string          `json:"dataflows,omitempty"`
	Embargoes []publish.Embargo `json:"embargoes,omitempty"`
	Refusals  []catalog.Label   `json:"refusals,omitempty"`
	Changes   []publish.Change  `json:"changes,omitempty"`
	Sole      bool              `json:"sole,omitempty"`
	Register  int64             `json:"register,omitempty"`
}

const actColumns = "SELECT number, release, kind, who, at, messages, minute, title_vi, title_en, notes_vi, notes_en, reason, digest, facts FROM release_act "

// actRow gives the values of an act in the order of actColumns.
func actRow(a publish.Act) []any {
	var facts *actFacts // nothing is kept as the empty text
	if f := (actFacts{a.Base, a.Corrects, a.Dataflows, a.Embargoes, a.Refusals, a.Changes, a.Sole, a.Register}); !reflect.ValueOf(f).IsZero() {
		facts = &f
	}
	return []any{a.Number, a.Release, string(a.Kind), a.By, sqldb.Time{Time: a.At}, a.Messages.String(), sqldb.Time{Time: a.Minute},
		a.Title.Vi, a.Title.En, a.Text.Vi, a.Text.En, a.Reason, a.Digest, sqldb.JSON[*actFacts]{V: facts}}
}

func scanAct(rows *sql.Rows) (publish.Act, error) {
	var a publish.Act
	var messages string
	var at, minute sqldb.Time
	var facts sqldb.JSON[*actFacts]
	err := rows.Scan(&a.Number, &a.Release, &a.Kind, &a.By, &at, &messages, &minute, &a.Title.Vi, &a.Title.En, &a.Text.Vi, &a.Text.En, &a.Reason, &a.Digest, &facts)
	a.At, a.Minute = at.Time, minute.Time
	if f := facts.V; f != nil {
		a.Base, a.Corrects, a.Dataflows, a.Embargoes, a.Refusals, a.Changes, a.Sole, a.Register = f.Base, f.Corrects, f.Dataflows, f.Embargoes, f.Refusals, f.Changes, f.Sole, f.Register
	}
	if err == nil {
		a.Messages, err = cube.ParseMessages(messages)
	}
	return a, err
}
