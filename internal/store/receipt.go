package store

import (
	"context"
	"database/sql"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// oneKey names a sender's key among what writers wait for, so that the same message sent twice at once is stored once.
func oneKey(h cube.Header) string { return "key/" + h.Sender + "/" + h.Key }

// receiptOf gives what was told of a delivery with the same key before, or false. Other content under the key is refused.
func (s *Store) receiptOf(ctx context.Context, from sqldb.Queryer, d *cube.Delivery) (r cube.Receipt, known bool, err error) {
	if d.Key == "" {
		return r, false, nil
	}
	content, err := d.Content()
	if err != nil {
		return r, false, err
	}
	digest, known, err := sqldb.First(ctx, from, func(rows *sql.Rows) (digest string, err error) {
		err = rows.Scan(&digest, &r.Message, &r.Added, &r.Revised, &r.Unchanged, &r.Findings)
		return digest, err
	}, "SELECT digest, message, added, revised, unchanged, findings FROM receipt WHERE sender = $1 AND name = $2", d.Sender, d.Key)
	if err == nil && known && digest != content {
		err = fault.New("cube.other-content", "key", d.Key).At(d.File, 0, "")
	}
	return r, known, err
}

// keepReceipt notes what is told of a delivery that bears a key.
func (s *Store) keepReceipt(ctx context.Context, tx *sqldb.Tx, d *cube.Delivery, r cube.Receipt) error {
	if d.Key == "" {
		return nil
	}
	content, err := d.Content()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO receipt (sender, name, digest, message, added, revised, unchanged, findings, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		d.Sender, d.Key, content, r.Message, r.Added, r.Revised, r.Unchanged, r.Findings, sqldb.Time{Time: s.now()})
	return err
}
