package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/releasefile"
)

// bulk reads the largest dataflow whole, and one series of it, from the file of the release, from CSV and from Parquet. The last two are read by
// pyarrow: it is what those who want all of it use.
func (m *mirror) bulk() error {
	dir := filepath.Join(m.dir, "bulk")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	csv := filepath.Join(dir, "flow.csv")
	if err := m.fetch("api/v1/data/"+bigFlow+"?format=csv", csv); err != nil {
		return err
	}
	f, err := releasefile.Open(m.name)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := count(f, m, "")
	if err != nil {
		return err
	}
	whole, err := repeat(2, func() error { _, err := count(f, m, ""); return err })
	if err != nil {
		return err
	}
	one, err := repeat(20, func() error { _, err := count(f, m, m.anyKey()); return err })
	if err != nil {
		return err
	}
	share := float64(fileSize(m.name)) * float64(rows) / float64(m.large.figures)
	written, wholeParquet, oneParquet, wholeCSV := m.peers.ask("parquet", dir), m.peers.ask("parquetwhole", dir), m.peers.ask("parquetseries", dir), m.peers.ask("csvwhole", dir)
	for _, k := range []struct {
		what, ours, label string
		theirs            []reply
		say               func(reply) string
		than              time.Duration
	}{
		{"size of a dataflow with its history in the file of the release, by its share of the figures", megabytes(share), "CSV of its newest figures: " + megabytes(float64(fileSize(csv))) + ", Parquet of the same: ",
			[]reply{written}, func(r reply) string { return megabytes(r.Check) }, 0},
		{fmt.Sprintf("read a dataflow whole from it: %d versions", rows), short(whole.least()), "pyarrow, from Parquet and from CSV: ", []reply{wholeParquet, wholeCSV}, secondsOf, whole.least()},
		{"read one series from it", short(one.median()), "pyarrow, from Parquet: ", []reply{oneParquet}, secondsOf, one.median()},
	} {
		l := line{what: m.named + ": " + k.what, ours: k.ours, other: k.label}
		for i, r := range k.theirs {
			if i > 0 {
				l.other += ", "
			}
			if r.Missing != "" {
				l.other += r.Missing
				continue
			}
			l.other += k.say(r)
			if i == 0 && k.than > 0 {
				l.ratio = times(k.than, time.Duration(r.Seconds*float64(time.Second)))
			}
		}
		m.report.add(l)
	}
	return nil
}

func secondsOf(r reply) string { return short(time.Duration(r.Seconds * float64(time.Second))) }

// count reads figures of the largest dataflow from the file.
func count(f *releasefile.File, m *mirror, pattern string) (n int, err error) {
	for _, err := range f.Each(m.ctx, cube.Query{Dataflow: bigFlow, Key: pattern}) {
		if err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		err = fmt.Errorf("the file has no figure of %s %s", bigFlow, pattern)
	}
	return n, err
}

// fetch writes an answer of the server into a file.
func (m *mirror) fetch(path, name string) error {
	req, err := http.NewRequestWithContext(m.ctx, http.MethodGet, m.url+path, nil)
	if err != nil {
		return err
	}
	res, err := m.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d", path, res.StatusCode)
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, res.Body)
	return errors.Join(err, f.Close())
}
