package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/tabular"
	"nhipso/internal/text"
)

// maxListed bounds how many rows of each sort a load lists; the totals are always given.
const maxListed = 20

// load takes figures from CSV and XLSX files, each file one transaction, or the reference data that come with the program.
func load(ctx context.Context, e *env, args []string) error {
	f := e.flags("load")
	p := e.installationFlags(f)
	withReference := f.Bool("reference", false, "reference")
	reason := f.String("reason", "", "catalog-reason")
	check := f.Bool("check", false, "check")
	sender := f.String("by", userName(), "sender")
	key := f.String("key", "", "message-key")
	var format tabular.Options
	format.Bind(f)
	files, err := e.parse(f, args)
	if err != nil {
		return err
	}
	whole := *withReference || given(f, "pack") && len(files) == 0 // beside files, a pack is only said to be that of the installation
	if len(files) == 0 && !whole {
		return fault.New("cli.missing", "command", "load", "what", "FILE.csv / FILE.xlsx / --pack DIR / --reference")
	}
	if err := e.loadable(f, p.pack, format, len(files), whole, *check); err != nil {
		return err
	}
	a, err := e.openFor(ctx, p, !*check)
	if err != nil {
		return err
	}
	defer a.close()
	if whole {
		from, err := a.packAtHand()
		if err != nil {
			return err
		}
		if err := a.update(ctx, e, from, *sender, first(*reason, e.w("catalog.loaded"))); err != nil {
			return err
		}
	}
	for i, name := range files {
		in := incoming{name: name, key: *key, sender: *sender, format: format, n: i + 1, of: len(files)}
		do := a.take
		if *check {
			do = a.preview
		}
		if err := a.withFile(ctx, e, in, do); err != nil {
			return err
		}
	}
	return nil
}

// loadable refuses flags that have no effect on what is to be loaded: files, a whole pack, or both.
func (e *env) loadable(f *flag.FlagSet, pack string, format tabular.Options, files int, whole, check bool) error {
	if given(f, "reference") && pack != "" {
		return fault.New("cli.flag-unused", "flag", "reference", "command", "load --pack")
	}
	if given(f, "reason") && !whole {
		return fault.New("cli.no-effect", "flag", "--reason", "with", "--pack, --reference")
	}
	if idle := format.Given(); len(idle) > 0 && files == 0 {
		return fault.New("cli.no-effect", "flag", idle[0], "with", e.w("load.files"))
	}
	if given(f, "key") && (files != 1 || check) {
		return fault.New("cli.no-effect", "flag", "--key", "with", e.w("load.one-file"))
	}
	if check && given(f, "by") {
		return fault.New("cli.flag-unused", "flag", "by", "command", "load --check")
	}
	if check && whole {
		return fault.New("cli.check-reference")
	}
	return nil
}

// given reports whether a flag stands on the command line.
func given(f *flag.FlagSet, name string) bool {
	found := false
	f.Visit(func(x *flag.Flag) { found = found || x.Name == name })
	return found
}

// incoming is a file to be loaded, one of several.
type incoming struct {
	name, key, sender string
	format            tabular.Options
	n, of             int
}

// withFile reads and checks a file, tells a person at a terminal how far it is, and hands it on.
func (a *app) withFile(ctx context.Context, e *env, in incoming, do func(context.Context, *env, *cube.Delivery, incoming) error) error {
	f, err := os.Open(in.name)
	if err != nil {
		return fault.New("cli.file", "file", in.name, "reason", reason(err))
	}
	defer f.Close()
	figures, err := reference.Open(f, filepath.Base(in.name), a.catalog, a.areas, reference.Options{Sender: in.sender, SentAt: a.now(), Format: in.format})
	if err != nil {
		return err
	}
	if figures.Key = in.key; in.key != "" {
		if figures.Digest, err = digestOf(f); err != nil {
			return fault.New("cli.file", "file", in.name, "reason", reason(err))
		}
	}
	progress, done := e.progress(figures.File, figures.Rows)
	defer done()
	d, err := a.intake().Prepare(figures.Header, figures.Entries(), progress)
	if err != nil {
		return err
	}
	defer d.Close()
	return do(ctx, e, d, in)
}

// digestOf hashes a file from its beginning.
func digestOf(f io.ReadSeeker) (string, error) {
	h := sha256.New()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	_, err := io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// progress shows on one line of a terminal how far a file is; done takes the line away. Where nobody looks, nothing is shown.
func (e *env) progress(file string, rows int) (tell func(cube.Progress), done func()) {
	f, ok := e.err.(*os.File)
	if !ok {
		return nil, func() {}
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	last := time.Time{}
	return func(p cube.Progress) {
			if now := time.Now(); now.Sub(last) > 200*time.Millisecond {
				last = now
				fmt.Fprint(e.err, "\r\x1b[K"+e.w("load.progress-"+string(p.Step), "file", file, "n", p.Done, "of", max(p.Of, rows, p.Done)))
			}
		}, func() {
			if !last.IsZero() {
				fmt.Fprint(e.err, "\r\x1b[K")
			}
		}
}

// take loads a message and says what became of it.
func (a *app) take(ctx context.Context, e *env, d *cube.Delivery, in incoming) error {
	receipt, err := a.intake().Keep(ctx, d)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("load.file", "n", in.n, "of", in.of, "file", d.File, "added", receipt.Added, "revised", receipt.Revised, "unchanged", receipt.Unchanged))
	if receipt.Findings == 0 {
		return nil
	}
	all, err := a.store.Findings(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("load.found", "n", receipt.Findings))
	list(e, receipt.Findings, func(listed int, show func(string)) {
		for _, f := range all {
			if f.Message == receipt.Message && listed > 0 {
				show(a.findingLine(e, f))
				listed--
			}
		}
	})
	return nil
}

// preview says what a load would do: everything that a real one runs, and nothing stored.
func (a *app) preview(ctx context.Context, e *env, d *cube.Delivery, in incoming) error {
	if err := a.intake().Examine(ctx, d, cube.AsOf{}); err != nil {
		return err
	}
	receipt, changes, err := a.store.Preview(ctx, d, maxListed)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("load.checked", "n", in.n, "of", in.of, "file", d.File, "rows", d.Len()))
	var added, revised []cube.Change
	for _, c := range changes {
		if c.Old == nil {
			added = append(added, c)
		} else {
			revised = append(revised, c)
		}
	}
	fmt.Fprintln(e.out, e.w("load.new", "n", receipt.Added))
	listChanges(a.catalog, e, receipt.Added, added)
	fmt.Fprintln(e.out, e.w("load.revised", "n", receipt.Revised))
	listChanges(a.catalog, e, receipt.Revised, revised)
	fmt.Fprintln(e.out, e.w("load.unchanged", "n", receipt.Unchanged))
	fmt.Fprintln(e.out, e.w("load.would-find", "n", receipt.Findings))
	list(e, len(d.Findings), func(listed int, show func(string)) {
		for _, f := range d.Findings[:listed] {
			show(fmt.Sprintf("%s %s: %s", e.row(f.Row), e.severity(string(f.Severity)), f.In(a.catalog, e.lang)))
		}
	})
	return nil
}

// list shows at most maxListed lines of a sort, and says how many there are beyond.
func list(e *env, total int, lines func(listed int, show func(string))) {
	lines(min(total, maxListed), func(s string) { fmt.Fprintln(e.out, "  "+s) })
	if total > maxListed {
		fmt.Fprintln(e.out, "  "+e.w("load.more", "n", total-maxListed))
	}
}

// listChanges shows new and revised cells by name, with their values and days of publication.
func listChanges(c *catalog.Catalog, e *env, total int, changes []cube.Change) {
	value := func(o stat.Observation) string {
		if o.Value == nil {
			return string(o.Status)
		}
		return text.FormatNumber(e.lang, *o.Value, -1)
	}
	list(e, max(total, len(changes)), func(listed int, show func(string)) {
		for _, x := range changes[:min(listed, len(changes))] {
			name := x.Dataflow
			if flow, err := c.Dataflow(x.Dataflow); err == nil {
				name = cube.SeriesName(c, flow, x.Key, e.lang) + ", " + text.FormatPeriodInline(e.lang, x.Period)
			}
			line := fmt.Sprintf("%s %s: ", e.row(x.Row), name)
			if x.Old != nil {
				line += value(x.Old.Observation) + " (" + x.Old.Vintage.String() + ") → "
			}
			show(line + value(x.Observation) + " (" + x.Vintage.String() + ")")
		}
	})
}

// row names a row of a file.
func (e *env) row(n int) string { return e.w("load.row", "n", n) }

// loadFigures loads the figures of a pack, tells of each file, and answers the findings whose reasons come with it.
func (a *app) loadFigures(ctx context.Context, e *env, from fs.FS) error {
	report, err := reference.Load(ctx, from, a.catalog, a.intake(), a.now(), func(p reference.Progress) {
		fmt.Fprintln(e.err, e.w("load.file", "n", p.N, "of", p.Of, "file", p.File, "added", p.Receipt.Added, "revised", p.Receipt.Revised, "unchanged", p.Receipt.Unchanged))
	})
	if err != nil {
		return err
	}
	if err := a.answerFindings(ctx, e.err, e); err != nil {
		return err
	}
	if report.Findings > 0 {
		fmt.Fprintln(e.err, e.w("load.findings", "n", report.Findings))
	}
	return nil
}

// answerFindings answers the findings of the reference data whose reasons come with those data.
func (a *app) answerFindings(ctx context.Context, out io.Writer, e *env) error {
	open, err := a.store.UnansweredFindings(ctx, nil)
	if err != nil {
		return err
	}
	left := 0
	for _, f := range open {
		why, known := a.answers[f.Identity]
		if !known {
			left++
			continue
		}
		if err := a.store.AnswerFinding(ctx, f.ID, reference.Sender, why.Vi); err != nil {
			return err
		}
	}
	if left > 0 {
		fmt.Fprintln(out, e.w("load.unanswered", "n", left))
	}
	return nil
}

// findingLine says a stored finding on one line.
func (a *app) findingLine(e *env, f store.Finding) string {
	return fmt.Sprintf("#%d %s %s: %s", f.ID, e.row(f.Row), e.severity(f.Severity), cube.Sentence(a.catalog, e.lang, f.Rule, f.Parts))
}
