package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
)

// actsAtOnce is how many acts a batch of the registrar has: enough for it to be killed in the middle of one.
const actsAtOnce = 60

// registrarOf is a register over a store, with the types of the test pack.
func registrarOf(s *store.Store) (*register.Register, error) {
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		return nil, err
	}
	s.Declare(func(kind string) (out []*catalog.RecordType) {
		if t, err := c.RecordType(kind); err == nil {
			out = append(out, t)
		}
		return out
	})
	day := stat.MustDate("2026-11-30")
	return &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return day }, Now: time.Now}, nil
}

// registered is batch n of the registrar: as many records as acts, named by the batch.
func registered(n int64) *register.Batch {
	b := &register.Batch{Person: "p-1", Organisation: "org-1", Reason: "cả lô", Key: fmt.Sprintf("lo-%d", n)}
	for i := range actsAtOnce {
		name := fmt.Sprintf("Văn bản %d/%d", n, i)
		b.Acts = append(b.Acts, register.Act{Kind: register.Added, Type: "legal-document", Record: fmt.Sprintf("L-%d-%d", n, i), From: stat.MustDate("2020-01-01"),
			Changes: []register.Change{{Column: "name_vi", After: name}, {Column: "name_en", After: name}}})
	}
	return b
}

// registerForever makes batches and says the number of each once it is acknowledged.
func registerForever(url string) error {
	s, err := store.OpenWith(context.Background(), url, store.Options{HeadNote: os.Getenv("STORE_TEST_NOTE")})
	if err != nil {
		return err
	}
	r, err := registrarOf(s)
	if err != nil {
		return err
	}
	newest, err := s.NewestAct(context.Background())
	fmt.Println("ready")
	for n := newest / actsAtOnce; err == nil; {
		n++
		b := registered(n)
		if err = r.Do(context.Background(), b); err == nil {
			fmt.Println(b.Number)
		}
	}
	return err
}

// wantBatches holds a store to having exactly the batches 1..n of the registrar, each whole, and to being sound.
func wantBatches(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	r, err := registrarOf(s)
	if err != nil {
		t.Fatal(err)
	}
	newest, err := s.NewestAct(t.Context())
	if err != nil || newest != n*actsAtOnce {
		t.Fatalf("%d acts (%v), want %d batches of %d", newest, err, n, actsAtOnce)
	}
	look, err := r.Look(register.Query{Type: "legal-document", At: register.At{Day: stat.MustDate("2026-11-30")}, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if count, err := r.Count(t.Context(), look, n*actsAtOnce+1); err != nil || count != n*actsAtOnce {
		t.Fatalf("%d records stand (%v), want %d", count, err, n*actsAtOnce)
	}
	report, err := s.Integrity(t.Context())
	if err != nil || len(report.Problems) > 0 {
		t.Fatal(err, report.Problems)
	}
}

// TestABatchOfActsIsWholeOrNothingWhoeverIsKilled: a program is killed while it makes batches, again and again. What it acknowledged is there, whole; what
// it did not is there whole or not at all; and a verification finds nothing. NHIPSO_TEST_KILLS says how often, where somebody wants to be surer.
func TestABatchOfActsIsWholeOrNothingWhoeverIsKilled(t *testing.T) {
	kills := 12
	if n, err := strconv.Atoi(os.Getenv("NHIPSO_TEST_KILLS")); err == nil {
		kills = n
	}
	onBoth(t, func(t *testing.T, at storetest.Database) {
		url := at(t)
		t.Setenv("STORE_TEST_NOTE", filepath.Join(t.TempDir(), "note"))
		total, amid := int64(0), 0
		for range kills {
			c, _, lines := startChild(t, "registrar", url)
			acked := int64(0)
			for lines.Scan() {
				if lines.Text() == "ready" {
					time.AfterFunc(time.Duration(rand.IntN(400))*time.Millisecond, func() { c.Process.Kill() }) //nolint:errcheck // SIGKILL; it may have ended
					continue
				}
				n, err := strconv.ParseInt(lines.Text(), 10, 64)
				if err != nil {
					t.Fatal(lines.Text())
				}
				acked = n
			}
			c.Wait() //nolint:errcheck // it was killed
			s := storetest.OpenWith(t, url, store.Options{HeadNote: os.Getenv("STORE_TEST_NOTE")})
			newest, err := s.NewestAct(t.Context())
			if err != nil || newest%actsAtOnce != 0 {
				t.Fatalf("half of a batch: %d acts, %v", newest, err)
			}
			now := newest / actsAtOnce
			if now < acked || now > max(acked, total)+1 {
				t.Fatalf("%d batches, %d acknowledged, %d before", now, acked, total)
			}
			if now > max(acked, total) {
				amid++ // it was stored, and nobody was told
			}
			wantBatches(t, s, now)
			total = now
			s.Close()
		}
		if total < int64(kills)/4 {
			t.Fatalf("only %d batches in %d runs: the kills came too early to mean anything", total, kills)
		}
		t.Logf("%d kills, %d batches, %d stored and not told", kills, total, amid)
	})
}
