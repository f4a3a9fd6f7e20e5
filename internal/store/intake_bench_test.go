package store_test

import (
	"database/sql"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
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

// BenchmarkIntake loads a large message through the checks that need no catalogue.
func BenchmarkIntake(b *testing.B) {
	for name, at := range everyPlace {
		b.Run(name, func(b *testing.B) {
			s := storetest.Open(b, at(b))
			n, day := intakeRows(), 0
			runtime.GC()
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
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("postgres", func(b *testing.B) {
		url := storetest.PostgresPlace(b)
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
