package reference

import (
	"context"
	"io/fs"
	"path"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/tabular"
	"nhipso/internal/territory"
)

// Sender is the name under which reference data enters the cube.
const Sender = "reference"

// ours is how the files that come with the program are written.
var ours = tabular.Options{Separator: "comma", Encoding: tabular.UTF8, Decimal: "point"}

// Progress tells of one file that was stored.
type Progress struct {
	N, Of   int // this one of how many
	File    string
	Rows    int
	Receipt cube.Receipt
}

// Report says what a load did.
type Report struct {
	Files    []Progress
	Changed  bool  // whether anything was stored
	Message  int64 // the newest message of this load; 0 when nothing was stored
	Findings int   // findings stored with the messages
}

// Load reads observations/*.csv of a file system, and the tables under demo/, and stores each file as one message with what its
// rules find. All files are read and checked before the first is stored; loading the same files again changes nothing. Progress, when
// given, is called after each file.
func Load(ctx context.Context, fsys fs.FS, c *catalog.Catalog, in cube.Intake, sentAt time.Time, progress func(Progress)) (Report, error) {
	areas, err := territory.Load(fsys)
	if err != nil {
		return Report{}, err
	}
	names, err := fs.Glob(fsys, "observations/*.csv")
	if err != nil || len(names) == 0 {
		return Report{}, fault.New("reference.no-files", "folder", "observations")
	}
	messages := make([]cube.Message, len(names))
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		if messages[i], err = readFile(fsys, name, c, areas, sentAt); err != nil {
			return Report{}, err
		}
	}
	demo, err := readDemo(fsys, c, areas, sentAt)
	if err != nil {
		return Report{}, err
	}
	messages = append(messages, demo...)
	var report Report
	for i, m := range messages {
		receipt, err := in.Take(ctx, m)
		if err != nil {
			return report, err
		}
		p := Progress{N: i + 1, Of: len(messages), File: m.File, Rows: len(m.Entries), Receipt: receipt}
		report.Files = append(report.Files, p)
		if receipt.Message != 0 {
			report.Changed, report.Message = true, receipt.Message
		}
		report.Findings += receipt.Findings
		if progress != nil {
			progress(p)
		}
	}
	return report, nil
}

func readFile(fsys fs.FS, name string, c *catalog.Catalog, areas *territory.Registry, sentAt time.Time) (cube.Message, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return cube.Message{}, fault.New("reference.unreadable").At(name, 0, "").Because(err)
	}
	defer f.Close()
	return Read(f, path.Base(name), c, areas, Options{Sender: Sender, SentAt: sentAt, Vintage: c.Country().Compiled, Format: ours})
}
