package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// line is one figure: what was measured, ours, what stands beside it, and the bound that the design sets.
type line struct {
	what  string
	ours  string
	other string // the peer or physical limit, with its figure
	ratio string // how often ours fits into the other's time
	bound string // what the design asks for
	holds string // yes, no, or nothing where there is no bound
}

// report prints lines as they come and keeps them for the page.
type report struct {
	machine  string
	sections []group
}

type group struct {
	title string
	lines []line
	notes []string
}

func (r *report) begin(title string) {
	r.sections = append(r.sections, group{title: title})
	fmt.Printf("\n%s\n", title)
}

func (r *report) add(l line) {
	g := &r.sections[len(r.sections)-1]
	g.lines = append(g.lines, l)
	fmt.Printf("  %-62s %14s", l.what, l.ours)
	if l.other != "" {
		fmt.Printf("   beside %s", l.other)
	}
	if l.ratio != "" {
		fmt.Printf(" (%s)", l.ratio)
	}
	if l.bound != "" {
		fmt.Printf("   bound %s: %s", l.bound, l.holds)
	}
	fmt.Println()
}

// note adds a sentence under the table of the section.
func (r *report) note(format string, args ...any) {
	g := &r.sections[len(r.sections)-1]
	g.notes = append(g.notes, fmt.Sprintf(format, args...))
	fmt.Printf("  — %s\n", g.notes[len(g.notes)-1])
}

// page is the report as Markdown.
func (r *report) page() string {
	var b strings.Builder
	b.WriteString("# Benchmarks\n\nWritten by `make bench` on " + time.Now().UTC().Format("2006-01-02") + "; do not edit by hand. Each figure stands beside its peer or a physical limit that was\n" +
		"measured in the same run: on a shared machine times swing with what the neighbours do, and ratios swing less. Computations are run several times in turn\n" +
		"with their peers and the least time of each counts, since what comes between only adds; for pages all requests count. The ratio is the other's time over ours.\n\n" + r.machine + "\n")
	for _, g := range r.sections {
		b.WriteString("\n## " + g.title + "\n\n| What | Ours | Beside it | Ratio | Bound | Holds |\n| --- | ---: | --- | ---: | --- | --- |\n")
		for _, l := range g.lines {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", l.what, l.ours, l.other, l.ratio, l.bound, l.holds)
		}
		for _, n := range g.notes {
			b.WriteString("\n- " + n)
		}
		if len(g.notes) > 0 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// under judges a time against a bound.
func under(l line, d, bound time.Duration) line {
	l.bound, l.holds = "< "+short(bound), verdict(d < bound)
	return l
}

func verdict(holds bool) string {
	if holds {
		return "yes"
	}
	return "no"
}

// times says how many times as long as ours the other took.
func times(ours, other time.Duration) string { return multiple(float64(other) / float64(ours)) }

func multiple(x float64) string {
	if x >= 10 {
		return fmt.Sprintf("%.0f ×", x)
	}
	return fmt.Sprintf("%.2f ×", x)
}

// short writes a time with three digits.
func short(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if d >= u.unit {
			x := float64(d) / float64(u.unit)
			return fmt.Sprintf("%.*f %s", max(0, 2-int(math.Log10(x))), x, u.name)
		}
	}
	return fmt.Sprintf("%d ns", d.Nanoseconds())
}

func megabytes(n float64) string { return fmt.Sprintf("%.1f MB", n/1e6) }

// spread is a set of times.
type spread []time.Duration

func (s spread) at(p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}

func (s spread) median() time.Duration { return s.at(0.5) }

// least is the run that was disturbed least: what comes between only adds.
func (s spread) least() time.Duration { return slices.Min(s) }

// repeat runs f n times and gives the times.
func repeat(n int, f func() error) (spread, error) {
	var out spread
	for range n {
		runtime.GC()
		start := time.Now()
		if err := f(); err != nil {
			return nil, err
		}
		out = append(out, time.Since(start))
	}
	return out, nil
}

// processor gives the processor time that f takes, over all threads.
func processor(f func() error) (time.Duration, error) {
	used := func() time.Duration {
		var u syscall.Rusage
		if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
			return 0
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	err := f()
	return used() - before, err
}

// machine says what this runs on.
func machine() string {
	field := func(file, name string) string {
		text, _ := os.ReadFile(file)
		for _, l := range strings.Split(string(text), "\n") {
			if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == name {
				return strings.Join(strings.Fields(v), " ")
			}
		}
		return "unknown"
	}
	memory := field("/proc/meminfo", "MemTotal")
	var kilobytes float64
	if _, err := fmt.Sscanf(memory, "%f", &kilobytes); err == nil {
		memory = fmt.Sprintf("%.0f GiB", kilobytes/(1<<20))
	}
	load, _ := os.ReadFile("/proc/loadavg")
	busy := "unknown"
	if f := strings.Fields(string(load)); len(f) > 0 {
		busy = f[0]
	}
	commit, _ := exec.Command("git", "describe", "--always", "--dirty").Output()
	return fmt.Sprintf("Machine: %d processors (%s) of a virtual machine shared with other work, %s of memory; load average at the start %s. %s, revision %s.",
		runtime.NumCPU(), field("/proc/cpuinfo", "model name"), memory, busy, runtime.Version(), bytes.TrimSpace(commit))
}
