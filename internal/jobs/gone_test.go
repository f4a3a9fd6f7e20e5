package jobs_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"nhipso/internal/jobs"
	"nhipso/internal/store/storetest"
)

// everyTable are the tables of River on SQLite.
var everyTable = []string{"river_job", "river_leader", "river_queue", "river_client_queue", "river_client", "river_notification", "river_migration"}

// drop takes the queue of a database away, as somebody might by hand; or some tables of it.
func drop(t *testing.T, url string, some ...string) {
	t.Helper()
	ctx := t.Context()
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok || !strings.Contains(url, "://") {
		db, err := sql.Open("sqlite", file+"-jobs")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if some == nil {
			some = everyTable
		}
		for _, table := range some {
			if _, err := db.ExecContext(ctx, "DROP TABLE IF EXISTS "+table); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	var schema string
	if err := c.QueryRow(ctx, "SELECT nspname FROM pg_namespace WHERE nspname LIKE (SELECT current_schema()) || '%jobs' OR nspname LIKE 'nhipso\\_%\\_jobs' ORDER BY oid DESC LIMIT 1").Scan(&schema); err != nil {
		t.Fatal(err)
	}
	for _, table := range some {
		if _, err := c.Exec(ctx, "DROP TABLE "+pgx.Identifier{schema, table}.Sanitize()+" CASCADE"); err != nil {
			t.Fatal(err)
		}
	}
	if len(some) > 0 {
		return
	}
	if _, err := c.Exec(ctx, "DROP SCHEMA "+pgx.Identifier{schema}.Sanitize()+" CASCADE"); err != nil {
		t.Fatal(err)
	}
}

// TestAQueueThatIsTakenAwayIsMadeAnew: it holds nothing that could not be made again, so programs that run need not be started again.
func TestAQueueThatIsTakenAwayIsMadeAnew(t *testing.T) {
	for name, database := range map[string]storetest.Database{"sqlite": storetest.EmptySQLite, "postgres": storetest.EmptyPostgres} {
		t.Run(name, func(t *testing.T) {
			url := database(t)
			q, err := jobs.Open(t.Context(), url, jobs.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { q.Close() })
			work(t, q, jobs.Workers{Handlers: map[string]jobs.Handler{"greet": func(context.Context, *jobs.Task) error { return nil }}, Patience: time.Second})
			for _, some := range [][]string{nil, {"river_job"}, {"river_job", "river_leader"}, {"river_queue"}} {
				j, fresh, err := q.Add(t.Context(), jobs.Job{Kind: "greet", Key: "once"})
				if err != nil || !fresh {
					t.Fatal(fresh, err)
				}
				eventually(t, q, j.ID, "done", func(i jobs.Info) bool { return i.State == jobs.Done })
				drop(t, url, some...)
			}
			again, err := jobs.Open(t.Context(), url, jobs.Options{}) // a program that starts finds out as well
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if _, fresh, err := again.Add(t.Context(), jobs.Job{Kind: "greet", Key: "once"}); err != nil || !fresh {
				t.Error(fresh, err)
			}
		})
	}
}
