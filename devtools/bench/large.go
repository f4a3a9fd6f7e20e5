package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pack"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
	"nhipso/internal/stat"
)

// A large release is that of Cloudland, a country that does not exist, with more dataflows beside its own: trade in made-up goods by area and
// quarter. Every page of it says that its figures are synthetic, as every page of that country does.
const (
	cloudland = "internal/testpack/cloudland"
	bigFlow   = "TRADE_00" // holds half of the figures
	flows     = 10
	quarters  = 80 // of a series, from the first quarter of 2006
	revised   = 10 // every tenth figure was revised a year later
)

var (
	tradeAreas = []string{"XM", "XM3-01", "XM3-03", "XM3-05", "XM5-01", "XM5-02", "XM5-03", "XM5-04", "XM5-05"} // in the order of keys
	printed    = []stat.Date{stat.MustDate("2025-02-01"), stat.MustDate("2026-02-01")}                          // days of the two yearbooks
)

// large is the file of a large release.
type large struct {
	name    string
	figures int // published observations, with their history
	series  int // of the made-up dataflows
	goods   int // codes of goods
	wrote   time.Duration
}

// seriesOf gives the number of series of a dataflow: half of all for the first, the same for each of the others.
func (l *large) seriesOf(flow int) int {
	if flow == 0 {
		return l.series - l.series/2/(flows-1)*(flows-1)
	}
	return l.series / 2 / (flows - 1)
}

// key gives a series of a dataflow by its number, in the order of keys.
func (l *large) key(flow, i int) stat.Key {
	each := (l.seriesOf(flow) + len(tradeAreas) - 1) / len(tradeAreas)
	return stat.NewKey("Q", tradeAreas[i/each], fmt.Sprintf("G%05d", i%each))
}

func flowName(i int) string { return fmt.Sprintf("TRADE_%02d", i) }

// program builds the program once for all sections.
func (b *bench) program() (string, error) {
	name := filepath.Join(b.dir, "nhipso")
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	if out, err := exec.CommandContext(b.ctx, "go", "build", "-trimpath", "-o", name, "nhipso/cmd/nhipso").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
}

// cloudlandFile has the program publish Cloudland as it is, and gives the file of its release.
func (b *bench) cloudlandFile() (string, error) {
	program, err := b.program()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(b.keep, "cloudland")
	find := func() (string, error) {
		found, err := filepath.Glob(filepath.Join(folder, "releases", "*"+releasefile.Extension))
		if err == nil && len(found) == 0 {
			err = errors.New("no file of the release of Cloudland was written")
		}
		return strings.Join(found[:min(1, len(found))], ""), err
	}
	if name, err := find(); err == nil {
		return name, nil
	}
	_, s, err := b.start(program, "serve", "--addr", "127.0.0.1:0", "--data", folder, "--pack", cloudland)
	if err != nil {
		return "", err
	}
	if err := s.stop(); err != nil {
		return "", err
	}
	return find()
}

// largeRelease writes the file of a release with at least so many published observations, signed, with its hash beside it.
func (b *bench) largeRelease(figures int) (*large, error) {
	small, err := b.cloudlandFile()
	if err != nil {
		return nil, err
	}
	from, err := releasefile.Open(small)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	each := quarters + quarters/revised
	l := &large{name: filepath.Join(b.keep, fmt.Sprintf("large-%d%s", figures, releasefile.Extension)), series: (figures + each - 1) / each}
	l.figures = l.series * each
	l.goods = (l.seriesOf(0) + len(tradeAreas) - 1) / len(tradeAreas)
	if _, err := os.Stat(l.name + releasefile.SignatureExtension); err == nil {
		return l, nil
	}
	files, err := from.Pack(b.ctx)
	if err != nil {
		return nil, err
	}
	archive, err := l.pack(files)
	if err != nil {
		return nil, err
	}
	c, err := l.content(b.ctx, from)
	if err != nil {
		return nil, err
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	started := time.Now()
	if err := releasefile.Write(b.ctx, l.name, c, releasefile.Options{Pack: archive, Country: from.Country, Program: "bench", Key: key}); err != nil {
		return nil, err
	}
	if err := releasefile.WriteBeside(l.name, key); err != nil {
		return nil, err
	}
	l.wrote = time.Since(started)
	runtime.GC()
	return l, nil
}

// pack is the pack of Cloudland with the made-up goods and dataflows in its catalogue.
func (l *large) pack(of fs.FS) ([]byte, error) {
	files, err := catalog.FilesOf(of)
	if err != nil {
		return nil, err
	}
	var codes, declared strings.Builder
	codes.WriteString("id,parent,name_vi,name_en\n")
	for i := range l.goods {
		fmt.Fprintf(&codes, "G%05d,,Hàng hóa giả định số %d,Made-up goods number %d\n", i, i, i)
	}
	for i := range flows {
		fmt.Fprintf(&declared, `- id: %s
  topic: NA
  kind: reported
  name: {vi: Trao đổi hàng hóa giả định %d, en: Trade in made-up goods %d}
  description: {vi: Số giả định để đo tốc độ., en: Synthetic figures to measure speed.}
  unit: XMF
  unit_mult: 6
  decimals: 2
  dimensions: [FREQ, REF_AREA, GOODS]
`, flowName(i), i, i)
	}
	files["catalog/codelists/CL_GOODS.csv"] = codes.String()
	files["catalog/codelists.yaml"] += "- id: CL_GOODS\n  source: XMDE\n  name: {vi: Hàng hóa giả định, en: Made-up goods}\n"
	files["catalog/concepts.yaml"] += "- id: GOODS\n  name: {vi: Hàng hóa, en: Goods}\n  codelist: CL_GOODS\n"
	files["catalog/dataflows.yaml"] += declared.String()
	unpacked, err := pack.Unpack(files)
	if err != nil {
		return nil, err
	}
	if _, err := pack.Read(unpacked); err != nil {
		return nil, err
	}
	return pack.Archive(files)
}

// content is that of Cloudland's release with the made-up figures after its own.
func (l *large) content(ctx context.Context, of *releasefile.File) (c publish.Content, err error) {
	c = publish.Content{From: of.From, Until: of.Until, Lineage: func(ctx context.Context, v cube.Version) (pipeline.Lineage, bool, error) {
		return of.LineageOf(ctx, v.Attributes[stat.AttrRun], v.Cell())
	}}
	if c.Releases, err = of.Releases(ctx); err != nil {
		return c, err
	}
	for _, r := range c.Releases {
		if r.ID == of.Release {
			c.Release = r
		}
	}
	if c.Runs, err = of.Runs(ctx); err != nil {
		return c, err
	}
	if c.Findings, err = of.Findings(ctx); err != nil {
		return c, err
	}
	if c.Overrides, err = of.Overrides(ctx); err != nil {
		return c, err
	}
	if c.Closed, err = of.Closed(); err != nil {
		return c, err
	}
	c.Figures = func(yield func(cube.Version, error) bool) {
		for _, flow := range of.Flows() {
			for v, err := range of.Each(ctx, cube.Query{Dataflow: flow}) {
				if !yield(v, err) {
					return
				}
			}
		}
		l.madeUp(yield)
	}
	return c, nil
}

// madeUp gives the made-up figures in the order of a store, none of them held.
func (l *large) madeUp(yield func(cube.Version, error) bool) {
	var attributes [2]stat.Attributes
	for i, source := range []string{"XMS-2025", "XMS-2026"} {
		attributes[i] = stat.Attributes{stat.AttrSource: source, stat.AttrMark: "S"}
	}
	for flow := range flows {
		for s := range l.seriesOf(flow) {
			key := l.key(flow, s)
			for q := range quarters {
				times := 1
				if (q+s)%revised == 0 {
					times = 2
				}
				for again := range times {
					v := stat.MustDecimal(fmt.Sprintf("%d.%02d", 1000+s*37%90_000+q*911%5_000+again, (s+q)%100))
					if !yield(cube.Version{Dataflow: flowName(flow), Message: 1, Observation: stat.Observation{Key: key, Period: stat.Quarter(2006+q/4, 1+q%4), Value: &v, Status: stat.Normal,
						Vintage: stat.Vintage{Date: printed[again], Written: printed[again].String()}, Attributes: attributes[again]}}, nil) {
						return
					}
				}
			}
		}
	}
}
