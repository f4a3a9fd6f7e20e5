package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// postgresServer is the variable that names the PostgreSQL that benchmarks of the store run on, as its tests do.
const postgresServer = "NHIPSO_TEST_POSTGRES"

// intakeRows are in a large message.
const intakeRows = 500_000

// writers runs the benchmarks of storing, each in a process of its own, so that the memory that it needed at most is its own.
func writers(b *bench) error {
	suites := map[string]string{}
	for _, room := range []string{"store", "intake"} {
		suites[room] = filepath.Join(b.dir, room+".test")
		if out, err := exec.CommandContext(b.ctx, "go", "test", "-trimpath", "-c", "-o", suites[room], "nhipso/internal/"+room).CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
	}
	for _, db := range []struct {
		name, label, raw string
		least            float64 // share of the raw rate that the design asks for
		perSecond, most  float64 // rows a second and megabytes that it asks for
	}{
		{"sqlite", "SQLite", "the same rows into a bare table by a prepared statement", 1.0 / 3, 60_000, 300},
		{"postgres", "PostgreSQL", "the same rows by a bare COPY", 0.4, 0, 0},
	} {
		if db.name == "postgres" && os.Getenv(postgresServer) == "" {
			b.report.note("PostgreSQL was not measured: %s names no server.", postgresServer)
			continue
		}
		ours, theirs := []figures{}, []figures{}
		for range 2 { // in turn, so that a bad time of the machine is likely to meet both
			one, err := b.benchmark(suites["store"], "BenchmarkIntake", db.name)
			if err != nil {
				return err
			}
			ours = append(ours, one)
			if one, err = b.benchmark(suites["store"], "BenchmarkRaw", db.name); err != nil {
				return err
			}
			theirs = append(theirs, one)
		}
		rate, raw := best(ours, "rows/s"), best(theirs, "rows/s")
		l := line{what: fmt.Sprintf("%s: one message of %d figures, checked, stored and sealed", db.label, intakeRows), ours: perSecondOf(rate), other: db.raw + ": " + perSecondOf(raw),
			ratio: multiple(rate / raw), bound: fmt.Sprintf("≥ %.2f × the bare rate", db.least), holds: verdict(rate >= db.least*raw)}
		b.report.add(l)
		if db.name == "sqlite" {
			if err := b.bareSQLite(rate); err != nil {
				return err
			}
			b.report.add(line{what: db.label + ": the same, rows a second", ours: perSecondOf(rate), bound: "≥ " + perSecondOf(db.perSecond), holds: verdict(rate >= db.perSecond)})
		}
		l = line{what: db.label + ": the most memory that its process had", ours: megabytes(best(ours, "MB-peak") * 1e6)}
		if db.most > 0 {
			l = atMost(l, best(ours, "MB-peak")*1e6, db.most*1e6)
		}
		b.report.add(l)

		crowd, err := b.benchmark(suites["store"], "BenchmarkCrowd", db.name)
		if err != nil {
			return err
		}
		p99 := milliseconds(crowd["ms-read-p99"])
		b.report.add(under(line{what: fmt.Sprintf("%s: 500 writers with 1,000 figures each at once, %s: a reader of a series meanwhile, p99", db.label, perSecondOf(crowd["rows/s"])), ours: short(p99),
			other: "p50: " + short(milliseconds(crowd["ms-read-median"]))}, p99, 50*time.Millisecond))

		accepted, err := b.benchmark(suites["intake"], "BenchmarkAccept", db.name)
		if err != nil {
			return err
		}
		p99 = milliseconds(accepted["ms-accept-p99"])
		b.report.add(under(line{what: db.label + ": 500 submissions at once, each until it is accepted for good, p99", ours: short(p99),
			other: "p50: " + short(milliseconds(accepted["ms-accept-median"])) + ", max: " + short(milliseconds(accepted["ms-accept-max"]))}, p99, 50*time.Millisecond))
	}
	return nil
}

// bareSQLite sets our rate beside what the C library takes for the same rows.
func (b *bench) bareSQLite(ours float64) error {
	dir := filepath.Join(b.dir, "bare-sqlite")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "rows"), []byte(strconv.Itoa(intakeRows)), 0o600); err != nil {
		return err
	}
	l := line{what: "SQLite: the same", ours: perSecondOf(ours), bound: "≥ 0.33 × the bare rate"}
	if r := b.peers.ask("sqlite3insert", dir); r.Missing != "" {
		l.other, l.holds = "sqlite3, the library in C: "+r.Missing, "not known"
	} else {
		raw := float64(intakeRows) / r.Seconds
		l.other, l.ratio, l.holds = "sqlite3, the library in C, by a prepared statement: "+perSecondOf(raw), multiple(ours/raw), verdict(3*ours >= raw)
	}
	b.report.add(l)
	return nil
}

// figures are what a benchmark of Go reports, by unit.
type figures map[string]float64

// benchmark runs a benchmark of a suite on one database, once.
func (b *bench) benchmark(suite, name, db string) (figures, error) {
	cmd := exec.CommandContext(b.ctx, suite, "-test.run", "^$", "-test.bench", "^"+name+"$/^"+db+"$", "-test.benchtime", "1x", "-test.timeout", "10m")
	cmd.Env = append(os.Environ(), "TMPDIR="+b.dir, "NHIPSO_BENCH_ROWS="+strconv.Itoa(intakeRows))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s on %s: %w: %s", name, db, err, out)
	}
	for l := range strings.Lines(string(out)) {
		f := strings.Fields(l)
		if len(f) < 4 || !strings.HasPrefix(f[0], name+"/"+db) {
			continue
		}
		got := figures{}
		for i := 2; i+1 < len(f); i += 2 {
			if got[f[i+1]], err = strconv.ParseFloat(f[i], 64); err != nil {
				return nil, fmt.Errorf("%s on %s reports %q", name, db, l)
			}
		}
		return got, nil
	}
	return nil, fmt.Errorf("%s on %s reports nothing: %s", name, db, out)
}

// best is the largest figure of several runs: what comes between only takes away from a rate, and memory is judged by its worst.
func best(runs []figures, unit string) (most float64) {
	for _, r := range runs {
		most = max(most, r[unit])
	}
	return most
}

func perSecondOf(rate float64) string { return fmt.Sprintf("%.0f figures a second", rate) }

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
