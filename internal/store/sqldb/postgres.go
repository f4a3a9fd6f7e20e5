package sqldb

import (
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"nhipso/internal/fault"
)

// openPostgres opens a server. What the URL says about time limits, schema (search_path) and encryption is kept.
func openPostgres(url string, o Options) (*DB, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fault.New("store.bad-url", "scheme", "postgres").Because(err) // pgx leaves the password out
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	setDefault(c.RuntimeParams, "application_name", "nhipso")
	setDefault(c.RuntimeParams, "lock_timeout", strconv.FormatInt(o.Wait.Milliseconds(), 10))
	// A plan made while a table was small must not be kept while it grows; planning costs less than a millisecond.
	setDefault(c.RuntimeParams, "plan_cache_mode", "force_custom_plan")
	// Writers have a pool of their own: however many wait for their turn, a reader finds a connection.
	pool := func(most int) *sql.DB {
		p := stdlib.OpenDB(*c)
		p.SetMaxOpenConns(most)
		p.SetMaxIdleConns(most / 2)
		p.SetConnMaxIdleTime(5 * time.Minute)
		return p
	}
	return &DB{Dialect: Postgres, Name: fmt.Sprintf("%s:%d/%s", c.Host, c.Port, c.Database), read: pool(readers), write: pool(writers), wait: o.Wait}, nil
}

// Connections to a server. Writers work one after another (oneWriter); a few more wait with their transaction begun.
const (
	readers = 16
	writers = 6
)

func setDefault(m map[string]string, k, v string) {
	if m[k] == "" {
		m[k] = v
	}
}
