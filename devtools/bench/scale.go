package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// scale serves large releases from their files, as a mirror does, and asks for what readers ask for.
func scale(b *bench) error {
	for _, n := range b.figures {
		if err := b.atScale(n); err != nil {
			return err
		}
	}
	b.report.note("The figures are made up: trade in goods that do not exist of a country that does not exist, ten dataflows of which the first holds half, 80 quarters a series, every tenth figure revised once. " +
		"Cells and series are drawn from the whole of the largest dataflow by chance.")
	return finding(b)
}

// million writes a number of figures.
func million(n int) string {
	if n >= 1_000_000 {
		return strconv.FormatFloat(float64(n)/1e6, 'g', 3, 64) + " million figures"
	}
	return strconv.Itoa(n) + " figures"
}

// mirror is a server on the file of a large release.
type mirror struct {
	*bench
	*large
	*server
	named  string
	client *http.Client // without compression, so that bytes are those of the answer
	random *rand.Rand
}

func (b *bench) atScale(figures int) error {
	l, err := b.largeRelease(figures)
	if err != nil {
		return err
	}
	m := &mirror{bench: b, large: l, named: million(l.figures), client: &http.Client{Transport: &http.Transport{DisableCompression: true}}, random: rand.New(rand.NewPCG(1, uint64(figures)))}
	size := fileSize(l.name)
	if l.wrote > 0 {
		b.report.add(line{what: fmt.Sprintf("%s: write, seal and sign the file, %s, %.1f bytes a figure", m.named, megabytes(float64(size)), float64(size)/float64(l.figures)), ours: short(l.wrote)})
	}
	if err := m.starts(); err != nil {
		return err
	}
	defer m.stop() //nolint:errcheck // at the end of a measurement that succeeded or failed for another reason
	for _, measure := range []func() error{m.cells, m.seriesPages, m.memory, m.history, m.downloads, m.searches, m.memory, m.bulk} {
		if err := measure(); err != nil {
			return err
		}
	}
	return nil
}

// starts starts the server on the file until the first answer, several times, and leaves the last one at work.
func (m *mirror) starts() error {
	program, err := m.program()
	if err != nil {
		return err
	}
	var took spread
	for i := range 3 {
		one, s, err := m.start(program, "serve", "--addr", "127.0.0.1:0", "--release", m.name)
		if err != nil {
			return err
		}
		took, m.server = append(took, one), s
		if i < 2 {
			if err := s.stop(); err != nil {
				return err
			}
		}
	}
	m.report.add(under(line{what: m.named + ": start of the server, file checked, to the first answer", ours: short(took.median())}, took.median(), 3*time.Second))
	return m.memory()
}

// memory reports what the server holds now, and the most that it ever held.
func (m *mirror) memory() error {
	now, most, err := m.holds()
	if err != nil {
		return err
	}
	m.report.add(atMost(line{what: m.named + ": memory of the process; the most so far beside it", ours: megabytes(now), other: megabytes(most)}, most, 500e6))
	return nil
}

// holds gives the memory that the server holds in main memory, pages of the file included, now and at most.
func (s *server) holds() (now, most float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	for l := range strings.Lines(string(b)) {
		f := strings.Fields(l)
		if len(f) < 2 {
			continue
		}
		n, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			now = n * 1024
		case "VmHWM:":
			most = n * 1024
		}
	}
	return now, most, err
}

// atMost judges bytes against a bound.
func atMost(l line, n, bound float64) line {
	l.bound, l.holds = fmt.Sprintf("< %.0f MB", bound/1e6), verdict(n < bound)
	return l
}

// anyKey gives a series of the largest dataflow, by chance.
func (m *mirror) anyKey() string { return string(m.key(0, m.random.IntN(m.seriesOf(0)))) }

// asked asks for addresses one after another, slowly enough for the limit of one reader, and gives the times. It ends early where that takes too
// long; a page that does not come in a minute counts with its minute.
func (m *mirror) asked(n int, path func() string) (took spread, err error) {
	began := time.Now()
	for len(took) < n && time.Since(began) < 10*time.Second {
		url := m.url + path()
		started := time.Now()
		ctx, stop := context.WithTimeout(m.ctx, time.Minute)
		_, err := get(ctx, m.client, url, nil)
		stop()
		if err != nil && (m.ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded)) {
			return nil, err
		}
		took = append(took, time.Since(started))
		time.Sleep(25 * time.Millisecond)
	}
	return took, nil
}

// cells asks for single figures, now and as of a day.
func (m *mirror) cells() error {
	cell := func(day string) func() string {
		return func() string {
			q := m.random.IntN(quarters)
			return fmt.Sprintf("api/v1/observation?cell=%s/%s/%d-Q%d%s", bigFlow, m.anyKey(), 2006+q/4, 1+q%4, day)
		}
	}
	for _, k := range []struct{ what, day string }{{"one cell by the API, any of the largest dataflow", ""}, {"one cell as of a day, the same way", "&asof=2025-06-30"}} {
		var took, floor spread
		for range 6 { // in turn, so that a bad time of the machine is likely to meet both
			part, err := m.asked(20, cell(k.day))
			if err != nil {
				return err
			}
			took = append(took, part...)
			if part, err = m.asked(20, func() string { return "robots.txt" }); err != nil {
				return err
			}
			floor = append(floor, part...)
		}
		m.report.add(under(line{what: m.named + ": " + k.what + ": p50", ours: short(took.median()), other: "a short file of the same server: " + short(floor.median()) + "; p99 of the cells: " + short(took.at(0.99)),
			ratio: times(took.median(), floor.median())}, took.median(), time.Millisecond))
	}
	return nil
}

// seriesPages asks for pages of different series at the rate that the design names. First as readers do: some series are asked for much more often
// than others (the one in place n as 1/n), so that some pages are in memory and others are made. Then only for pages that nobody asked for before:
// each is made from the file. Last as of a day, one after another, since the server makes few of those at once.
func (m *mirror) seriesPages() error {
	all := m.seriesOf(0)
	order := m.random.Perm(all)
	popular := rand.NewZipf(m.random, 1.0001, 1, uint64(all-1))
	next := 0
	fresh := func() int { next++; return order[next%all] }
	for _, k := range []struct {
		what string
		pick func() int
	}{
		{"series pages as readers ask, of %d series some more often than others, %d different", func() int { return order[all-1-int(popular.Uint64())] }},
		{"series pages of which none is in memory, of %d series, %d different", fresh},
	} {
		var took spread
		different := map[int]bool{}
		for range seconds {
			asked := make([]int, perSecond)
			for i := range asked {
				asked[i] = k.pick()
				different[asked[i]] = true
			}
			part, err := m.load(func(i int) string { return m.url + "so-lieu/" + bigFlow + "/" + string(m.key(0, asked[i])) }, http.Header{"Accept-Encoding": {"br"}}, http.StatusOK)
			if err != nil {
				return err
			}
			took = append(took, part...)
		}
		unanswered := 0
		for _, d := range took {
			if d >= patience {
				unanswered++
			}
		}
		what := fmt.Sprintf("%s: "+k.what+", at %d requests a second for %d s: p99", m.named, all, len(different), perSecond, seconds)
		m.report.add(under(line{what: what, ours: short(took.at(0.99)), other: "p50: " + short(took.median()) + fmt.Sprintf(", %d of %d refused or not answered in %s", unanswered, len(took), short(patience))}, took.at(0.99), 50*time.Millisecond))
	}
	took, err := m.asked(60, func() string { return "so-lieu/" + bigFlow + "/" + string(m.key(0, fresh())) + "?asof=2025-06-30" })
	if err != nil {
		return err
	}
	m.report.add(under(line{what: m.named + ": series pages as of a day, one after another, none in memory: p50", ours: short(took.median()), other: "p99: " + short(took.at(0.99))}, took.median(), 50*time.Millisecond))
	return nil
}

// history asks for the page of releases and for the first page of the largest dataflow.
func (m *mirror) history() error {
	for _, k := range []struct {
		what, path string
		bound      time.Duration
	}{
		{"history page (/lich-su), as of a new day each time, from before all revisions to behind them", "lich-su", 100 * time.Millisecond},
		{fmt.Sprintf("page of a dataflow of %d series, as of a new day each time", m.seriesOf(0)), "so-lieu/" + bigFlow, 0},
	} {
		day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		first, err := m.asked(1, func() string { return k.path })
		if err != nil {
			return err
		}
		took, err := m.asked(21, func() string { day = day.AddDate(0, 0, 20); return k.path + "?asof=" + day.Format(time.DateOnly) })
		if err != nil {
			return err
		}
		l := line{what: m.named + ": " + k.what + ": the slowest", ours: short(took.at(1)), other: fmt.Sprintf("p50 of %d: ", len(took)) + short(took.median()) + ", without a day, the first ever: " + short(first[0])}
		if k.bound > 0 {
			l = under(l, max(took.at(1), first[0]), k.bound)
		}
		m.report.add(l)
	}
	return nil
}

// downloads asks for the largest dataflow as CSV.
func (m *mirror) downloads() error {
	var took spread
	var bytes int64
	before, _, err := m.holds()
	if err != nil {
		return err
	}
	most := before
	for range 3 {
		started := time.Now()
		req, err := http.NewRequestWithContext(m.ctx, http.MethodGet, m.url+"api/v1/data/"+bigFlow+"?format=csv", nil)
		if err != nil {
			return err
		}
		res, err := m.client.Do(req)
		if err != nil {
			return err
		}
		counted := make(chan struct{})
		watched := make(chan struct{})
		go func() { // what it holds while the bytes come
			defer close(watched)
			for {
				select {
				case <-counted:
					return
				case <-time.After(20 * time.Millisecond):
					if now, _, err := m.holds(); err == nil {
						most = max(most, now)
					}
				}
			}
		}()
		bytes, err = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		close(counted)
		<-watched
		if err == nil && res.StatusCode != http.StatusOK {
			err = fmt.Errorf("the download answers %d", res.StatusCode)
		}
		if err != nil {
			return err
		}
		took = append(took, time.Since(started))
	}
	rate := float64(bytes) / 1e6 / took.least().Seconds()
	copied, err := repeat(3, func() error { return scan(m.name) })
	if err != nil {
		return err
	}
	l := line{what: fmt.Sprintf("%s: a dataflow as CSV through HTTP, %s", m.named, megabytes(float64(bytes))), ours: fmt.Sprintf("%.0f MB/s", rate), bound: "≥ 100 MB/s", holds: verdict(rate >= 100),
		other: "reading the whole file of the release once, " + megabytes(float64(fileSize(m.name))) + ": " + short(copied.least()), ratio: times(took.least(), copied.least())}
	m.report.add(l)
	m.report.add(atMost(line{what: m.named + ": what the process grows by meanwhile", ours: megabytes(most - before), other: "before: " + megabytes(before)}, most-before, 100e6))
	return nil
}

// scan reads a file and does nothing with it.
func scan(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return err
}
