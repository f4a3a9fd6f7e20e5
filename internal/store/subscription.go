package store

import (
	"context"
	"database/sql"
	"time"

	"nhipso/internal/notice"
	"nhipso/internal/store/sqldb"
)

const subscriptionColumns = "SELECT id, address, topic, lang, confirm, stop, made, began, told FROM subscription "

func scanSubscription(rows *sql.Rows) (x notice.Subscription, err error) {
	var made, began, told sqldb.Time
	err = rows.Scan(&x.ID, &x.Address, &x.Topic, &x.Lang, &x.Confirm, &x.End, &made, &began, &told)
	x.Made, x.On, x.Told = made.Time, began.Time, told.Time
	return x, err
}

// Ask implements notice.SubscriptionStore.
func (n notices) Ask(ctx context.Context, x notice.Subscription) (fresh bool, err error) {
	err = n.write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM subscription WHERE address = $1 AND topic = $2 AND began = ''", x.Address, x.Topic); err != nil {
			return err
		}
		added, err := tx.Exec(ctx, `INSERT INTO subscription (id, address, topic, lang, confirm, stop, made, began, told) VALUES ($1, $2, $3, $4, $5, $6, $7, '', '')
			ON CONFLICT DO NOTHING`, x.ID, x.Address, x.Topic, x.Lang, x.Confirm, x.End, sqldb.Time{Time: x.Made})
		fresh = added > 0
		return err
	})
	return fresh && err == nil, err
}

func asked(ctx context.Context, from sqldb.Queryer, hash string, since time.Time) (notice.Subscription, bool, error) {
	return sqldb.First(ctx, from, scanSubscription, subscriptionColumns+"WHERE confirm = $1 AND confirm <> '' AND made >= $2", hash, sqldb.Time{Time: since})
}

// Asked implements notice.SubscriptionStore.
func (n notices) Asked(ctx context.Context, hash string, since time.Time) (notice.Subscription, bool, error) {
	return asked(ctx, n.s.db, hash, since)
}

// Confirm implements notice.SubscriptionStore.
func (n notices) Confirm(ctx context.Context, hash string, since, at time.Time) (x notice.Subscription, found bool, err error) {
	err = n.write(ctx, func(tx *sqldb.Tx) error {
		if x, found, err = asked(ctx, tx, hash, since); err != nil || !found {
			return err
		}
		x.Confirm, x.On, x.Told = "", at, at
		_, err := tx.Exec(ctx, "UPDATE subscription SET confirm = '', began = $1, told = $1 WHERE id = $2", sqldb.Time{Time: at}, x.ID)
		return err
	})
	return x, found && err == nil, err
}

// Ending implements notice.SubscriptionStore.
func (n notices) Ending(ctx context.Context, secret string) (notice.Subscription, bool, error) {
	return sqldb.First(ctx, n.s.db, scanSubscription, subscriptionColumns+"WHERE stop = $1 AND stop <> ''", secret)
}

// End implements notice.SubscriptionStore. What waits for its reader goes with it.
func (n notices) End(ctx context.Context, secret string) error {
	return n.write(ctx, func(tx *sqldb.Tx) error {
		x, found, err := sqldb.First(ctx, tx, scanSubscription, subscriptionColumns+"WHERE stop = $1", secret)
		if err != nil || !found {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM letter WHERE about = $1 AND subject = $2", string(notice.News), x.ID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "DELETE FROM subscription WHERE id = $1", x.ID)
		return err
	})
}

// Subscription implements notice.SubscriptionStore.
func (n notices) Subscription(ctx context.Context, id string) (notice.Subscription, bool, error) {
	return sqldb.First(ctx, n.s.db, scanSubscription, subscriptionColumns+"WHERE id = $1 AND began <> ''", id)
}

// Followers implements notice.SubscriptionStore.
func (n notices) Followers(ctx context.Context) ([]notice.Subscription, error) {
	return sqldb.Collect(ctx, n.s.db, scanSubscription, subscriptionColumns+"WHERE began <> '' ORDER BY topic, told, id")
}

// Tell implements notice.SubscriptionStore.
func (n notices) Tell(ctx context.Context, id string, was, told time.Time, letters ...notice.Letter) (moved bool, err error) {
	err = n.write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Exec(ctx, "UPDATE subscription SET told = $1 WHERE id = $2 AND told = $3 AND began <> ''", sqldb.Time{Time: told}, id, sqldb.Time{Time: was})
		if moved = rows > 0; err != nil || !moved {
			return err
		}
		return putOut(ctx, tx, letters)
	})
	return moved && err == nil, err
}

// ForgetAddress implements notice.SubscriptionStore.
func (n notices) ForgetAddress(ctx context.Context, address string) (gone int64, err error) {
	err = n.write(ctx, func(tx *sqldb.Tx) error {
		gone = 0
		for _, q := range []string{"DELETE FROM letter WHERE about = 'news' AND subject IN (SELECT id FROM subscription WHERE LOWER(address) = LOWER($1))",
			"DELETE FROM letter WHERE LOWER(address) = LOWER($1)", "DELETE FROM subscription WHERE LOWER(address) = LOWER($1)"} {
			n, err := tx.Exec(ctx, q, address)
			if err != nil {
				return err
			}
			gone += n
		}
		return nil
	})
	return gone, err
}
