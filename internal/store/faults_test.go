package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	neturl "net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
	"nhipso/internal/store/storetest"
)

var everyDatabase = map[string]storetest.Database{"sqlite": storetest.EmptySQLite, "postgres": storetest.EmptyPostgres}

func onBoth(t *testing.T, test func(t *testing.T, at storetest.Database)) {
	for name, at := range everyDatabase {
		t.Run(name, func(t *testing.T) { test(t, at) })
	}
}

// wantWhole holds a store to having exactly the deliveries 1..n, each whole, and to being sound.
func wantWhole(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	if last, err := s.LastMessage(t.Context()); err != nil || last != n {
		t.Fatalf("last message is %d (%v), want %d", last, err, n)
	}
	all, err := cube.History(t.Context(), s, cube.Query{})
	if err != nil || int64(len(all)) != n*batch {
		t.Fatalf("%d figures (%v), want %d", len(all), err, n*batch)
	}
	for _, v := range all {
		if v.Value.String() != strconv.FormatInt(v.Message, 10) {
			t.Fatalf("message %d brought %s", v.Message, v.Value)
		}
	}
	r, err := s.Integrity(t.Context())
	if err != nil || len(r.Problems) > 0 {
		t.Fatal(err, r.Problems)
	}
}

// refused holds an error to a code, and its sentences to saying that nothing was stored.
func refused(t *testing.T, err error, codes ...string) {
	t.Helper()
	for _, code := range codes {
		if fault.CodeOf(err) == code {
			if code != "store.unknown-outcome" && (!strings.Contains(fault.In(err, "en"), "Nothing was") || !strings.Contains(fault.In(err, "vi"), "Không có gì ")) {
				t.Errorf("the sentence does not say that nothing was stored: %v", err)
			}
			return
		}
	}
	t.Fatalf("error is %q (%v), want %v", fault.CodeOf(err), err, codes)
}

func TestAKilledProgramLosesNothingItAcknowledged(t *testing.T) {
	kills := map[string]int{"sqlite": 100, "postgres": 15}
	onBoth(t, func(t *testing.T, at storetest.Database) {
		url := at(t)
		n := kills[filepath.Base(t.Name())]
		if testing.Short() {
			n = 10
		}
		storetest.Open(t, url).Close()
		var acknowledged, total int64
		for run := range n {
			c, _, lines := startChild(t, "writer", url)
			kill := func(least, most int) {
				time.AfterFunc(time.Duration(least+rand.IntN(most-least))*time.Millisecond, func() { c.Process.Kill() }) // SIGKILL
			}
			// One run in four may die while it opens the database. The others first write, however slow the machine is.
			early := run%4 == 0
			if early {
				kill(15, 50)
			}
			for first := true; lines.Scan(); first = false {
				if first && !early {
					kill(0, 25)
				}
				number, err := strconv.ParseInt(lines.Text(), 10, 64)
				if err != nil {
					t.Fatal(lines.Text())
				}
				acknowledged = number
				total++
			}
			c.Wait()
			s, err := store.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			// A write waits for what a server may still be doing on behalf of the dead.
			if err := s.Audit(t.Context(), store.AuditEntry{What: "killed"}); err != nil {
				t.Fatal(err)
			}
			last, err := s.LastMessage(t.Context())
			if err != nil || last < acknowledged || last > acknowledged+1 { // one may have been stored and not yet told
				t.Fatalf("message %d was acknowledged, the last one stored is %d (%v)", acknowledged, last, err)
			}
			versions, err := cube.History(t.Context(), s, cube.Query{Dataflow: "FLOW", Key: "A.S39"})
			if err != nil || int64(len(versions)) != last {
				t.Fatalf("%d of %d messages have their last figure (%v)", len(versions), last, err)
			}
			acknowledged = last
			s.Close()
		}
		if total < int64(n-(n+3)/4) {
			t.Fatalf("only %d messages in %d runs: the kills came too early to mean anything", total, n)
		}
		wantWhole(t, storetest.Open(t, url), acknowledged)
	})
}

func TestAProgramKilledInTheMiddleOfALargeMessageLeavesNothingOfIt(t *testing.T) {
	onBoth(t, func(t *testing.T, at storetest.Database) {
		url, folder := at(t), t.TempDir()
		t.Setenv("TMPDIR", folder)
		storetest.Open(t, url).Close()
		middle := 0
		for range 4 {
			c, _, lines := startChild(t, "streamer", url)
			acknowledged := int64(0)
			for lines.Scan() {
				if at, in := strings.CutPrefix(lines.Text(), "at "); in {
					if n, _ := strconv.Atoi(at); n >= streamed/2 && rand.IntN(3) > 0 {
						middle++
						c.Process.Kill() // SIGKILL
					}
				} else if n, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
					acknowledged = n
				} else {
					t.Fatal(lines.Text())
				}
			}
			c.Wait()
			s, err := store.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Audit(t.Context(), store.AuditEntry{What: "killed"}); err != nil { // waits for what a server may still be doing
				t.Fatal(err)
			}
			last, err := s.LastMessage(t.Context())
			if err != nil || last < acknowledged || last > acknowledged+1 && acknowledged > 0 {
				t.Fatalf("message %d was acknowledged, the last one stored is %d (%v)", acknowledged, last, err)
			}
			figures := int64(0)
			for _, err := range s.Versions(t.Context(), cube.Query{}) {
				if err != nil {
					t.Fatal(err)
				}
				figures++
			}
			if figures != last*streamed {
				t.Fatalf("%d figures of %d messages", figures, last)
			}
			s.Close()
		}
		if middle == 0 {
			t.Fatal("no program was killed in the middle")
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("%v stayed in the temporary folder (%v)", left, err)
		}
		r, err := storetest.Open(t, url).Integrity(t.Context())
		if err != nil || len(r.Problems) > 0 {
			t.Fatal(err, r.Problems)
		}
	})
}

func TestAFullDiskStoresNothingAndSaysSo(t *testing.T) {
	t.Run("sqlite at the limit of its pages", func(t *testing.T) {
		s := storetest.Open(t, storetest.EmptySQLite(t))
		n := fillUntil(t, s, func() { store.LimitPages(t, s, 150) }, "store.disk-full")
		store.LimitPages(t, s, 1<<30)
		append1(t, s, n+1)
		wantWhole(t, s, n+1)
	})
	t.Run("sqlite on a disk that is full", func(t *testing.T) {
		dir := t.TempDir()
		mountSmallDisk(t, dir)
		ballast := filepath.Join(dir, "ballast")
		if err := os.WriteFile(ballast, make([]byte, 500_000), 0o600); err != nil {
			t.Fatal(err)
		}
		url := "sqlite:" + filepath.Join(dir, "nhipso.db")
		s, err := store.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		n := fillUntil(t, s, func() {}, "store.disk-full")
		wantWhole(t, s, n)
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		append1(t, s, n+1) // the same store goes on once there is room
		wantWhole(t, s, n+1)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again := storetest.Open(t, url)
		wantWhole(t, again, n+1)
		again.Close()
	})
	t.Run("postgres, whose server reports it in the middle of a message", func(t *testing.T) {
		url := storetest.EmptyPostgres(t)
		s := storetest.Open(t, url)
		append1(t, s, 1)
		execute(t, url, `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.line > 20 THEN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$`,
			"CREATE TRIGGER full_disk BEFORE INSERT ON observation FOR EACH ROW EXECUTE FUNCTION full_disk()")
		_, err := cube.Append(t.Context(), s, delivery(2))
		refused(t, err, "store.disk-full")
		wantWhole(t, s, 1)
		execute(t, url, "DROP TRIGGER full_disk ON observation")
		append1(t, s, 2)
		wantWhole(t, s, 2)
	})
}

func append1(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	if _, err := cube.Append(t.Context(), s, delivery(n)); err != nil {
		t.Fatal(err)
	}
}

// fillUntil appends deliveries until one is refused with the code, and gives how many were stored.
func fillUntil(t *testing.T, s *store.Store, prepare func(), code string) int64 {
	t.Helper()
	prepare()
	for n := int64(1); n < 2000; n++ {
		if _, err := cube.Append(t.Context(), s, delivery(n)); err != nil {
			refused(t, err, code)
			if n < 3 {
				t.Fatal("refused too early to mean anything")
			}
			return n - 1
		}
	}
	t.Fatal("the disk never got full")
	return 0
}

func TestADatabaseHeldByAnotherProgramIsWaitedForAndThenRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, at storetest.Database) {
		url := at(t)
		const wait = 300 * time.Millisecond
		s := storetest.OpenWith(t, url, store.Options{Wait: wait})
		append1(t, s, 1)
		c, in, lines := startChild(t, "holder", url)
		if !lines.Scan() || lines.Text() != "held" {
			t.Fatal("the other program holds nothing: " + lines.Text())
		}
		start := time.Now()
		_, err := cube.Append(t.Context(), s, delivery(2))
		refused(t, err, "store.locked")
		if d := time.Since(start); d < wait || d > 20*wait {
			t.Errorf("waited %v, want about %v", d, wait)
		}
		if got, err := cube.Read(t.Context(), s, cube.Query{Dataflow: "FLOW"}); err != nil || len(got) != batch {
			t.Errorf("readers must not wait: %d figures, %v", len(got), err)
		}
		// A program that lets go in time is waited for.
		patient := storetest.OpenWith(t, url, store.Options{Wait: time.Minute})
		time.AfterFunc(100*time.Millisecond, func() { in.Close() })
		append1(t, patient, 2)
		c.Wait()
		wantWhole(t, s, 2)
	})
}

func TestADatabaseThatMayOnlyBeReadIsReadAndNotWritten(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		s := storetest.Open(t, storetest.EmptySQLite(t))
		append1(t, s, 1)
		store.ForbidWriting(t, s)
		_, err := cube.Append(t.Context(), s, delivery(2))
		refused(t, err, "store.read-only")
		wantWhole(t, s, 1)
	})
	t.Run("postgres, as on a standby", func(t *testing.T) {
		url := storetest.EmptyPostgres(t)
		append1(t, storetest.Open(t, url), 1)
		s := storetest.Open(t, url+"&default_transaction_read_only=on")
		_, err := cube.Append(t.Context(), s, delivery(2))
		refused(t, err, "store.read-only")
		wantWhole(t, s, 1)
	})
}

func TestADamagedFileIsNamedAsSuch(t *testing.T) {
	damage := func(t *testing.T, change func(path string, size int64)) (string, error) {
		url := storetest.EmptySQLite(t)
		path := strings.TrimPrefix(url, "sqlite:")
		s := storetest.Open(t, url)
		for n := int64(1); n <= 30; n++ {
			append1(t, s, n)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		change(path, info.Size())
		return url, nil
	}
	overwrite := func(path string, from, to int64) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err == nil {
			_, err = f.WriteAt([]byte(strings.Repeat("?", int(to-from))), from)
			f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Run("pages overwritten in the middle", func(t *testing.T) {
		url, _ := damage(t, func(path string, size int64) { overwrite(path, size/4, size*3/4) })
		s, err := store.Open(t.Context(), url)
		if err == nil {
			defer s.Close()
			if _, err := cube.History(t.Context(), s, cube.Query{}); fault.CodeOf(err) != "store.corrupt" {
				t.Errorf("reading gave %v", err)
			}
			var r store.Report
			r, err = s.Integrity(t.Context())
			if err == nil {
				err = errors.Join(r.Problems...)
			}
		}
		refused(t, err, "store.corrupt")
	})
	t.Run("a file cut short", func(t *testing.T) {
		url, _ := damage(t, func(path string, size int64) {
			if err := os.Truncate(path, size/2); err != nil {
				t.Fatal(err)
			}
		})
		s, err := store.Open(t.Context(), url)
		if err == nil {
			defer s.Close()
			_, err = cube.History(t.Context(), s, cube.Query{})
		}
		refused(t, err, "store.corrupt")
	})
	t.Run("a file that never was a database", func(t *testing.T) {
		url, _ := damage(t, func(path string, size int64) {
			if err := os.WriteFile(path, []byte(strings.Repeat("DATAFLOW,KEY\n", 500)), 0o600); err != nil {
				t.Fatal(err)
			}
		})
		_, err := store.Open(t.Context(), url)
		refused(t, err, "store.not-a-database")
	})
}

func TestAnAddressThatLeadsNowhereIsRefusedAtOnce(t *testing.T) {
	for _, url := range []string{
		"sqlite:" + filepath.Join(t.TempDir(), "no", "such", "folder", "x.db"),
		t.TempDir(), // a folder
		"postgres://someone@127.0.0.1:1/x",
	} {
		start := time.Now()
		_, err := store.Open(t.Context(), url)
		refused(t, err, "store.unreachable")
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s took %v", url, d)
		}
	}
	t.Run("a password is never shown", func(t *testing.T) {
		for _, url := range []string{"postgres://someone:s3cret@127.0.0.1:1/x", "postgres://someone:s3cret@127.0.0.1:1/x?sslmode=nonsense", "postgres://someone:s3cret@[::1/x"} {
			_, err := store.Open(t.Context(), url)
			if err == nil || strings.Contains(err.Error(), "s3cret") {
				t.Error(err)
			}
		}
	})
	t.Run("a server that knows no such database says so", func(t *testing.T) {
		u, err := neturl.Parse(storetest.EmptyPostgres(t))
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/no_such_database"
		_, err = store.Open(t.Context(), u.String())
		refused(t, err, "store.refused")
	})
}

func execute(t *testing.T, url string, statements ...string) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range statements {
		if _, err := db.Writer().ExecContext(t.Context(), q); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", q, err))
		}
	}
}

// On PostgreSQL a writer keeps out those of the same dataflow, and the others only while it takes its number. SQLite has one writer anyway.
func TestWritersWaitByDataflow(t *testing.T) {
	url := storetest.EmptyPostgres(t)
	db, err := sqldb.Open(t.Context(), url, sqldb.Options{Wait: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	nothing := func(tx *sqldb.Tx) error { return tx.Turn(t.Context()) }
	for _, c := range []struct {
		holds, wants []string
		turn, waits  bool
	}{
		{[]string{"flow/A"}, []string{"flow/A"}, false, true},
		{[]string{"flow/A"}, []string{"flow/B"}, false, false},
		{[]string{"flow/A", "flow/B"}, []string{"flow/B", "flow/C"}, false, true},
		{[]string{"flow/A"}, []string{"flow/B"}, true, true},
		{[]string{"flow/A"}, nil, false, false},
		{nil, []string{"flow/B"}, false, true}, // whoever names nothing is alone from the beginning
	} {
		err := db.WriteOn(t.Context(), c.holds, func(tx *sqldb.Tx) error {
			if c.turn {
				if err := tx.Turn(t.Context()); err != nil {
					return err
				}
			}
			begun := time.Now()
			inner := db.WriteOn(t.Context(), c.wants, nothing)
			if waited := fault.CodeOf(inner) == "store.locked"; waited != c.waits || !waited && inner != nil {
				t.Errorf("%v beside %v (turn: %v): %v", c.wants, c.holds, c.turn, inner)
			}
			if time.Since(begun) > 5*time.Second {
				t.Errorf("%v beside %v waited for ever", c.wants, c.holds)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
