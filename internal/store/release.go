package store

import (
	"context"
	"database/sql"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

// CreateRelease implements publish.Store. It also writes an entry in the audit log, in the same transaction.
func (s *Store) CreateRelease(ctx context.Context, r publish.Release) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		if taken, err := s.taken(ctx, tx, "release", r.ID, "release.%"); err != nil {
			return err
		} else if taken {
			return fault.New("publish.exists", "id", r.ID)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO release (seq, id, `+releaseFields+`)
			VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM release), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, releaseValues(r)...); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: r.CreatedBy, What: "release." + string(r.State), Subject: r.ID, Details: r})
	})
}

// UpdateRelease implements publish.Store. It also writes an entry in the audit log, in the same transaction. A published
// release is never changed, whatever the state asked for.
func (s *Store) UpdateRelease(ctx context.Context, r publish.Release, from publish.State) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		state, found, err := sqldb.First(ctx, tx, sqldb.One[publish.State], "SELECT state FROM release WHERE id = $1", r.ID)
		switch {
		case err != nil:
			return err
		case !found:
			return fault.New("publish.no-release", "id", r.ID)
		case from == publish.Published:
			return fault.New("publish.wrong-state", "id", r.ID, "state", state, "want", publish.Approved)
		case state != from:
			return fault.New("publish.wrong-state", "id", r.ID, "state", state, "want", from)
		}
		if _, err := tx.Exec(ctx, `UPDATE release SET state = $2, title_vi = $3, title_en = $4, notes_vi = $5, notes_en = $6, as_of_vintage = $7,
			as_of_message = $8, as_of_only = $9, created_by = $10, created_at = $11, approved_by = $12, approved_at = $13, publish_at = $14 WHERE id = $1`, releaseValues(r)...); err != nil {
			return err
		}
		by := r.ApprovedBy
		if by == "" {
			by = r.CreatedBy
		}
		return s.audit(ctx, tx, AuditEntry{By: by, What: "release." + string(r.State), Subject: r.ID, Details: r})
	})
}

// ReleaseByID implements publish.Store.
func (s *Store) ReleaseByID(ctx context.Context, id string) (publish.Release, error) {
	r, found, err := sqldb.First(ctx, s.db, scanRelease, "SELECT id, "+releaseFields+" FROM release WHERE id = $1", id)
	if err == nil && !found {
		err = fault.New("publish.no-release", "id", id)
	}
	return r, err
}

// Releases implements publish.Store.
func (s *Store) Releases(ctx context.Context) ([]publish.Release, error) {
	return sqldb.Collect(ctx, s.db, scanRelease, "SELECT id, "+releaseFields+" FROM release ORDER BY seq")
}

const releaseFields = "state, title_vi, title_en, notes_vi, notes_en, as_of_vintage, as_of_message, as_of_only, created_by, created_at, approved_by, approved_at, publish_at"

func releaseValues(r publish.Release) []any {
	return []any{r.ID, string(r.State), r.Title.Vi, r.Title.En, r.Notes.Vi, r.Notes.En, r.AsOf.Vintage.String(), r.AsOf.Message, r.AsOf.Only.String(),
		r.CreatedBy, sqldb.Time{Time: r.CreatedAt}, r.ApprovedBy, sqldb.Time{Time: r.ApprovedAt}, sqldb.Time{Time: r.PublishAt}}
}

func scanRelease(rows *sql.Rows) (publish.Release, error) {
	var r publish.Release
	var vintage, only string
	var created, approved, publishAt sqldb.Time
	err := rows.Scan(&r.ID, &r.State, &r.Title.Vi, &r.Title.En, &r.Notes.Vi, &r.Notes.En, &vintage, &r.AsOf.Message, &only,
		&r.CreatedBy, &created, &r.ApprovedBy, &approved, &publishAt)
	if err == nil && vintage != "" {
		r.AsOf.Vintage, err = stat.ParseDate(vintage)
	}
	if err == nil {
		r.AsOf.Only, err = cube.ParseMessages(only)
	}
	r.CreatedAt, r.ApprovedAt, r.PublishAt = created.Time, approved.Time, publishAt.Time
	return r, err
}
