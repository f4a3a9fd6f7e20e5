package store_test

import (
	"database/sql"
	"fmt"
	"iter"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
)

// intakeRows is how many figures a large message has here; NHIPSO_BENCH_ROWS says another number.
func intakeRows() int {
	if n, err := strconv.Atoi(os.Getenv("NHIPSO_BENCH_ROWS")); err == nil {
		return n
	}
	return 100_000
}

// stream makes figures one after another, as a reader of a file does: nobody holds them.
func stream(n int, day string) iter.Seq2[cube.Entry, error] {
	vintage := stat.Vintage{Date: stat.MustDate(day), Written: day}
	return func(yield func(cube.Entry, error) bool) {
		for i := range n {
			v := stat.Int(int64(1000 + i))
			if !yield(cube.Entry{Dataflow: "FLOW", Row: i + 2, Observation: stat.Observation{Key: stat.Key("A.VN63-" + strconv.Itoa(i%63) + ".SERIES_" + strconv.Itoa(i/1260)),
				Period: stat.Year(2000 + (i/63)%20), Status: stat.Normal, Value: &v, Vintage: vintage,
				Attributes: stat.Attributes{stat.AttrSource: "nso-gso-statistical-yearbook-" + strconv.Itoa(i%200), stat.AttrMark: "S", stat.AttrDecimals: "2", stat.AttrUnit: "VND", stat.AttrUnitMult: "9"}}}, nil) {
				return
			}
		}
	}
}

// peak gives the most memory that this process had, in MB, where the system tells.
func peak() float64 {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 64)
			return n / 1024
		}
	}
	return 0
}

// worked gives the processor time of this process, in microseconds, where the system tells: what a busy machine does not change.
func worked() float64 {
	b, _ := os.ReadFile("/proc/self/stat")
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) * 10_000 // ticks of a hundredth of a second
}

// BenchmarkIntake loads a large message through the checks that need no catalogue.
func BenchmarkIntake(b *testing.B) {
	for name, at := range everyDatabase {
		b.Run(name, func(b *testing.B) {
			s := storetest.Open(b, at(b))
			n, day := intakeRows(), 0
			runtime.GC()
			before := worked()
			for b.Loop() {
				d, err := cube.Gather(cube.Header{Sender: "bench", File: "bench.csv"}, stream(n, stat.MustDate("2020-01-01").AddDays(day).String()))
				if err != nil {
					b.Fatal(err)
				}
				r, err := s.Append(b.Context(), d)
				if err != nil || r.Added+r.Revised != n {
					b.Fatal(r, err)
				}
				d.Close()
				day++
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric((worked()-before)/float64(n*b.N), "cpu-µs/row")
			b.ReportMetric(peak(), "MB-peak")
		})
	}
}

const rawColumns = "dataflow, series, place, vintage, message, period, vintage_written, value, status, run, attributes, line, seal"

// rawRow is a row as the table of figures has it.
func rawRow(i int) []any {
	return []any{"FLOW", "A.VN63-" + strconv.Itoa(i%63) + ".SERIES_" + strconv.Itoa(i/1260), strconv.Itoa(2000+(i/63)%20) + "-01-01/9999635/A", "2020-01-01", int64(1),
		strconv.Itoa(2000 + (i/63)%20), "2020-01-01", strconv.Itoa(1000 + i), "A", "",
		`{"DECIMALS":"2","EVIDENCE":"S","SOURCE":"nso-gso-statistical-yearbook-` + strconv.Itoa(i%200) + `","UNIT_MEASURE":"VND","UNIT_MULT":"9"}`, int64(i + 2), "0123456789abcdef"}
}

// BenchmarkRaw puts the same rows into an empty table of the same shape without any of our code: what the databases themselves take.
func BenchmarkRaw(b *testing.B) {
	n := intakeRows()
	b.Run("sqlite", func(b *testing.B) {
		before := worked()
		for b.Loop() {
			db, err := sql.Open("sqlite", b.TempDir()+"/raw.db?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
			if err != nil {
				b.Fatal(err)
			}
			tx, err := db.Begin()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := tx.Exec(`CREATE TABLE observation (dataflow TEXT NOT NULL, series TEXT NOT NULL, place TEXT NOT NULL, vintage TEXT NOT NULL, message INTEGER NOT NULL, period TEXT NOT NULL,
				vintage_written TEXT NOT NULL, value TEXT, status TEXT NOT NULL, run TEXT NOT NULL, attributes TEXT NOT NULL, line INTEGER NOT NULL, seal TEXT NOT NULL,
				PRIMARY KEY (dataflow, series, place, vintage, message)) STRICT, WITHOUT ROWID`); err != nil {
				b.Fatal(err)
			}
			s, err := tx.Prepare("INSERT INTO observation (" + rawColumns + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
			if err != nil {
				b.Fatal(err)
			}
			for i := range n {
				if _, err := s.Exec(rawRow(i)...); err != nil {
					b.Fatal(err)
				}
			}
			if err := tx.Commit(); err != nil {
				b.Fatal(err)
			}
			db.Close()
		}
		b.ReportMetric((worked()-before)/float64(n*b.N), "cpu-µs/row")
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("postgres", func(b *testing.B) {
		url := storetest.EmptyPostgres(b)
		c, err := pgx.Connect(b.Context(), url)
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close(b.Context())
		round := 0
		for b.Loop() {
			round++
			table := fmt.Sprint("raw", round)
			if _, err := c.Exec(b.Context(), "CREATE TABLE "+table+` (dataflow TEXT COLLATE "C" NOT NULL, series TEXT COLLATE "C" NOT NULL, place TEXT COLLATE "C" NOT NULL, vintage TEXT COLLATE "C" NOT NULL,
				message BIGINT NOT NULL, period TEXT NOT NULL, vintage_written TEXT NOT NULL, value TEXT, status TEXT NOT NULL, run TEXT NOT NULL, attributes TEXT NOT NULL, line BIGINT NOT NULL,
				seal TEXT NOT NULL, PRIMARY KEY (dataflow, series, place, vintage, message))`); err != nil {
				b.Fatal(err)
			}
			if _, err := c.CopyFrom(b.Context(), pgx.Identifier{table}, strings.Split(rawColumns, ", "), pgx.CopyFromSlice(n, func(i int) ([]any, error) { return rawRow(i), nil })); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

// BenchmarkCrowd has 500 writers store 1,000 figures each, all at once, while readers read single cells, and reports how long readers wait.
func BenchmarkCrowd(b *testing.B) {
	for name, at := range everyDatabase {
		b.Run(name, func(b *testing.B) {
			s := storetest.OpenWith(b, at(b), store.Options{Wait: 10 * time.Minute})
			if _, err := cube.Append(b.Context(), s, figures(20_000, "2026-01-05")); err != nil {
				b.Fatal(err)
			}
			const writers, rows = 500, 1000
			var took []time.Duration
			for b.Loop() {
				done := make(chan struct{})
				var working, reading sync.WaitGroup
				var mu sync.Mutex
				for range 2 {
					reading.Go(func() {
						for i := 0; ; i++ {
							select {
							case <-done:
								return
							case <-time.After(2 * time.Millisecond): // a reader every few milliseconds, as a portal has
							}
							begun := time.Now()
							got, err := cube.Read(b.Context(), s, cube.Query{Dataflow: "FLOW_03", Key: fmt.Sprintf("A.VN.SERIES_%03d.TOTAL", i%60)})
							if err != nil || len(got) == 0 {
								b.Error(len(got), err)
							}
							mu.Lock()
							took = append(took, time.Since(begun))
							mu.Unlock()
						}
					})
				}
				for w := range writers {
					working.Go(func() {
						d, err := cube.Gather(cube.Header{Sender: "bench"}, func(yield func(cube.Entry, error) bool) {
							for e, err := range stream(rows, "2026-01-05") { // each has series of its own, as each ministry and province has
								if e.Key += stat.Key(fmt.Sprint(".W", w)); !yield(e, err) {
									return
								}
							}
						})
						if err == nil {
							_, err = s.Append(b.Context(), d)
						}
						if err != nil {
							b.Error(err)
						}
					})
				}
				working.Wait()
				close(done)
				reading.Wait()
			}
			slices.Sort(took)
			b.ReportMetric(float64(writers*rows*b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-read-median")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-read-p99")
			b.ReportMetric(peak(), "MB-peak")
		})
	}
}
