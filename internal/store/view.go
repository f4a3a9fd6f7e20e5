package store

import (
	"context"
	"database/sql"

	"nhipso/internal/people"
	"nhipso/internal/store/sqldb"
)

var _ people.ViewStore = (*Store)(nil)

// Views implements people.ViewStore.
func (s *Store) Views(ctx context.Context, kind, person string, organisations []string) ([]people.View, error) {
	b := binds{}
	q := "SELECT id, person, organisation, type, name, query FROM desk_view WHERE type = " + b.add(kind) + " AND (person = " + b.add(person)
	for _, o := range organisations {
		if o != "" {
			q += " OR organisation = " + b.add(o)
		}
	}
	return sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (v people.View, err error) {
		err = rows.Scan(&v.ID, &v.Person, &v.Organisation, &v.Type, &v.Name, &v.Query)
		return v, err
	}, q+") ORDER BY name, id", b...)
}

// KeepView implements people.ViewStore.
func (s *Store) KeepView(ctx context.Context, v people.View) error {
	return s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO desk_view (id, person, organisation, type, name, query) VALUES ($1, $2, $3, $4, $5, $6)", v.ID, v.Person, v.Organisation, v.Type, v.Name, v.Query)
		return err
	})
}

// DropView implements people.ViewStore.
func (s *Store) DropView(ctx context.Context, id, person string) (bool, error) {
	var n int64
	err := s.db.WriteOn(ctx, []string{onAccounts}, func(tx *sqldb.Tx) (err error) {
		n, err = tx.Exec(ctx, "DELETE FROM desk_view WHERE id = $1 AND person = $2", id, person)
		return err
	})
	return n > 0, err
}
