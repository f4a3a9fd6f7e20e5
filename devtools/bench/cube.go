package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"nhipso/data"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

// figuresInAndOut stores and reads as intake, recipes and the portal do.
func figuresInAndOut(b *bench) error {
	file := filepath.Join(b.dir, "cube.db")
	s, err := store.Open(b.ctx, "sqlite:"+file)
	if err != nil {
		return err
	}
	defer s.Close()
	day := stat.MustDate("2020-01-01")
	const n = 10_000
	appended, err := repeat(5, func() error {
		day = day.AddDays(1)
		_, err := cube.Append(b.ctx, s, manyFigures(n, day))
		return err
	})
	if err != nil {
		return err
	}
	size := fileSize(file) + fileSize(file+"-wal")
	wrote, err := repeat(5, func() error { return writeAndSync(filepath.Join(b.dir, "plain"), int(size)/5) })
	if err != nil {
		return err
	}
	b.report.add(line{what: fmt.Sprintf("store 10,000 figures in one transaction: %.0f a second", n/appended.least().Seconds()), ours: short(appended.least()),
		other: fmt.Sprintf("writing the same %s to a file and to the disk: %s", megabytes(float64(size)/5), short(wrote.least())), ratio: times(appended.least(), wrote.least())})

	one, err := repeat(50, func() error {
		day = day.AddDays(1)
		_, err := cube.Append(b.ctx, s, manyFigures(1, day))
		return err
	})
	if err != nil {
		return err
	}
	synced, err := repeat(50, func() error { return writeAndSync(filepath.Join(b.dir, "plain"), 4096) })
	if err != nil {
		return err
	}
	b.report.add(line{what: "store one figure in one transaction", ours: short(one.least()), other: "writing one page to the disk: " + short(synced.least()), ratio: times(one.least(), synced.least())})

	read := func(what, flow, key string) error {
		var got []cube.Version
		took, err := repeat(30, func() error {
			got, err = cube.Read(b.ctx, s, cube.Query{Dataflow: flow, Key: key})
			return err
		})
		if err != nil {
			return err
		}
		b.report.add(line{what: fmt.Sprintf("read %s: %d figures of %d versions", what, len(got), 5*n+50), ours: short(took.least())})
		return nil
	}
	if err := read("a series", "FLOW_03", "A.VN.SERIES_007.TOTAL"); err != nil {
		return err
	}
	if err := read("a dataflow", "FLOW_03", ""); err != nil {
		return err
	}
	return b.snapshot()
}

// snapshot takes the release of Viet Nam into memory, as the server does when it starts and when a release comes out.
func (b *bench) snapshot() error {
	d, err := b.newDesk("snapshot")
	if err != nil {
		return err
	}
	defer d.store.Close()
	if _, err := reference.Load(b.ctx, data.FS, d.catalog, d.intake, time.Now(), nil); err != nil {
		return err
	}
	if _, err := d.runner.RunStale(b.ctx, d.recipes, false); err != nil {
		return err
	}
	var versions int
	var snap *publish.Snapshot
	loaded, err := repeat(5, func() error {
		all, err := cube.History(b.ctx, d.store, cube.Query{})
		versions, snap = len(all), publish.NewView(publish.Parts{Release: publish.Release{ID: "bench"}, Audience: publish.Keeper("bench"), Catalog: d.catalog, Figures: all}).Snapshot
		return err
	})
	if err != nil {
		return err
	}
	b.report.add(line{what: fmt.Sprintf("take a release into memory: %d versions of figures", versions), ours: short(loaded.least())})
	const reads = 10_000
	took, err := repeat(5, func() error {
		for range reads {
			if got := snap.Read("DE_SHARE", "A.VN.NSO.TOTAL"); len(got) == 0 {
				return fmt.Errorf("the snapshot has no share")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.report.add(line{what: "read a series from the release in memory", ours: short(took.least() / reads)})
	return nil
}

// manyFigures makes figures such as a national load brings: fifteen dataflows, series of twenty years, sources shared by many.
func manyFigures(n int, day stat.Date) cube.Message {
	m := cube.Message{Header: cube.Header{Sender: "bench", File: "bench.csv"}}
	for i := range n {
		v := stat.MustDecimal(fmt.Sprintf("%d.%02d", 1000+i, i%100))
		m.Entries = append(m.Entries, cube.Entry{Dataflow: fmt.Sprintf("FLOW_%02d", i%15), Row: i + 2, Observation: stat.Observation{
			Key: stat.NewKey("A", "VN", fmt.Sprintf("SERIES_%03d", i/300), "TOTAL"), Period: stat.Year(2000 + (i/15)%20), Status: stat.Normal, Value: &v,
			Vintage: stat.Vintage{Date: day, Written: day.String()},
			Attributes: stat.Attributes{stat.AttrSource: fmt.Sprintf("yearbook-%d", i%200), stat.AttrMark: "S", stat.AttrDecimals: "2",
				stat.AttrUnit: "VND", stat.AttrUnitMult: "9"}}})
	}
	return m
}

func fileSize(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// writeAndSync is what storing bytes durably costs at least.
func writeAndSync(name string, n int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(make([]byte, n)); err != nil {
		return err
	}
	return f.Sync()
}
