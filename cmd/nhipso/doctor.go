package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/store"
	"nhipso/static"
)

// version is set by the linker; a build without it says "dev".
var version = "dev"

// minFree is the free disk space under which doctor warns: room for a few thousand releases of reference data.
const minFree = 512 << 20

// showVersion prints the version and what it was built with.
func showVersion(_ context.Context, e *env, args []string) error {
	f := e.flags("version")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fault.New("cli.idle-argument", "argument", rest[0], "command", "version")
	}
	fmt.Fprintln(e.out, "nhipso", version, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH)
	return nil
}

// examination is a run of doctor: it prints a line for each check and counts those that do not pass.
type examination struct {
	*env
	failed int
}

func (x *examination) line(ok bool, check, found, todo string) {
	mark := "✓"
	if !ok {
		mark = "✗"
		x.failed++
	}
	fmt.Fprintf(x.out, "%s %-22s %s\n", mark, x.w("doctor."+check), found)
	if !ok && todo != "" {
		fmt.Fprintf(x.out, "  %-22s → %s\n", "", todo)
	}
}

// list prints what a check found, one a line.
func (x *examination) list(problems []error) {
	for _, problem := range problems {
		fmt.Fprintln(x.out, "    •", fault.In(problem, x.lang))
	}
}

func (x *examination) verdict() error {
	if x.failed > 0 {
		return fault.New("cli.unhealthy", "n", x.failed)
	}
	return nil
}

// doctor checks the installation, each check on a line with what to do when it does not pass. It is also where a person accepts what it
// found, since nothing else opens a database that its note speaks against.
func doctor(ctx context.Context, e *env, args []string) error {
	f := e.flags("doctor")
	p := e.installationFlags(f)
	since := f.Bool("since-last", false, "since-last")
	acceptHead := f.Bool("accept-head", false, "accept-head")
	acceptClock := f.Bool("accept-clock", false, "accept-clock")
	why := f.String("reason", "", "accept-reason")
	by := f.String("by", userName(), "by")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fault.New("cli.no-effect", "flag", rest[0], "with", "load, release, export")
	}
	for _, name := range []string{"reason", "by"} {
		if given(f, name) && !*acceptHead && !*acceptClock {
			return fault.New("cli.no-effect", "flag", "--"+name, "with", "--accept-head, --accept-clock")
		}
	}
	x := &examination{env: e}
	x.machine(p)
	asked, err := askedZone(p)
	if err != nil {
		return err
	}
	o := store.Options{Examine: true}
	if *acceptHead {
		o = store.Options{Accept: &store.Acceptance{By: *by, Reason: *why}}
	}
	a, err := e.openWith(ctx, p, o)
	if err != nil {
		x.clock(asked)
		x.line(false, "database", fault.In(err, e.lang), "")
		return x.verdict()
	}
	defer a.close()
	x.clock(a.catalog.Zone())
	if *acceptClock {
		if err := a.store.AcceptClock(ctx, store.Acceptance{By: *by, Reason: *why}); err != nil {
			return err
		}
	}
	if err := x.database(ctx, a, *since); err != nil {
		x.line(false, "integrity", fault.In(err, e.lang), "")
		return x.verdict()
	}
	if err := x.work(ctx, a); err != nil {
		return err
	}
	return x.verdict()
}

// machine checks what the program runs on.
func (x *examination) machine(p *installation) {
	info, _ := debug.ReadBuildInfo()
	x.line(info != nil, "program", fmt.Sprintf("nhipso %s, %s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH), "")
	if p.database == "" {
		switch err := writable(p.data); {
		case errors.Is(err, syscall.EROFS): // by intention: a copy on a disk that nobody can write
			x.line(true, "folder", x.w("doctor.folder-read-only", "folder", p.data), "")
		default:
			free, spaceErr := freeSpace(p.data)
			x.line(spaceErr == nil && free >= minFree, "disk", x.w("doctor.free", "mb", free>>20, "folder", p.data), x.w("doctor.disk-todo"))
			x.line(err == nil, "folder", p.data, x.w("doctor.folder-todo"))
		}
	}
	found := len(static.Fonts("400")) + len(static.Fonts("600"))
	x.line(found >= 4, "fonts", x.w("doctor.fonts-found", "n", found), x.w("doctor.fonts-todo"))
}

// clock shows the time as the country reads it, whose catalogue is in the store: this may be another pack than the one asked for.
func (x *examination) clock(zone *time.Location) {
	now, built := x.now(), buildTime()
	x.line(now.After(built), "clock", now.In(zone).Format("2006-01-02 15:04:05 -07:00"), x.w("doctor.clock-todo", "built", built.Format("2006-01-02")))
}

// askedZone is that of the pack that is asked for, where no store says another.
func askedZone(p *installation) (*time.Location, error) {
	from, err := packOf(p.pack)
	if err != nil {
		return nil, err
	}
	c, err := catalog.ReadCountry(from)
	return c.Zone, err
}

// database checks what is stored: against itself, against the audit log, and the log against its note.
func (x *examination) database(ctx context.Context, a *app, since bool) error {
	examine := a.store.Integrity
	if since {
		examine = a.store.IntegritySince
	}
	r, err := examine(ctx)
	if err != nil {
		return err
	}
	found := r.Server + " — " + r.Database
	if a.store.ReadOnly() {
		found += " — " + x.w("doctor.read-only")
	}
	x.line(true, "database", found, "")
	note, entries, begun := a.store.HeadNote()
	if r.Head != nil {
		x.line(false, "note", fault.In(r.Head, x.lang), "")
	} else {
		noted := x.w("doctor.note-found", "n", entries, "note", note)
		if begun > 0 {
			noted += " — " + x.w("doctor.note-since", "n", begun)
		}
		x.line(true, "note", noted, "")
	}
	x.line(len(r.Schema) == 0, "schema", x.w("doctor.schema-found", "n", len(r.Schema)), "")
	x.list(r.Schema)
	x.line(len(r.Problems) == 0, "integrity", x.w("doctor.rows", "observations", r.Rows["observation"], "messages", r.Rows["message"], "runs", r.Rows["run"]), "")
	x.list(r.Problems)
	words := "doctor.audit-found"
	if r.Since.Entries > 0 {
		words = "doctor.audit-since"
	}
	said := len(r.Problems) == 0
	if !said {
		words = "doctor.audit-doubt"
	}
	x.line(said, "audit", x.w(words, "n", r.Audit.Entries, "seals", r.Seals.Seals, "rows", r.Seals.Rows, "since", r.Since.Entries), "")
	return nil
}

// work checks what is to be done: acts that the clock stands against, recipes, releases and the queue of jobs.
func (x *examination) work(ctx context.Context, a *app) error {
	if err := a.store.CheckClock(ctx); err != nil {
		x.line(false, "acts", fault.In(err, x.lang), "")
	}
	if a.judged != nil {
		if err := a.judged.compare(ctx, a.store); err != nil {
			x.line(false, "clock", fault.In(err, x.lang), "")
		}
	}
	stale, err := a.stale(ctx)
	if err != nil {
		return err
	}
	x.line(len(stale) == 0, "recipes", x.w("doctor.stale", "n", len(stale)), x.w("doctor.recipes-todo"))
	_, err = a.desk().Current(ctx)
	current := x.w("doctor.release-found")
	if err != nil {
		current = fault.In(err, x.lang)
	}
	x.line(err == nil, "release", current, "")
	if !a.store.ReadOnly() {
		if err := x.jobsOf(ctx, a); err != nil {
			x.line(false, "jobs", fault.In(err, x.lang), "")
		}
		if err := x.lettersOf(ctx, a); err != nil {
			x.line(false, "letters", fault.In(err, x.lang), "")
		}
	}
	return x.filesOf(ctx, a)
}

// stale lists the recipes whose inputs have changed since their last run.
func (a *app) stale(ctx context.Context) ([]string, error) {
	var out []string
	for _, r := range a.recipes {
		is, err := pipeline.Stale(ctx, a.store, r, cube.AsOf{}, a.catalog.Day(a.now()))
		if err != nil {
			return nil, err
		}
		if is {
			out = append(out, r.ID)
		}
	}
	return out, nil
}

// freeSpace gives the bytes free to this user where the folder is or would be.
func freeSpace(folder string) (uint64, error) {
	for {
		var fs syscall.Statfs_t
		err := syscall.Statfs(folder, &fs)
		if err == nil {
			return fs.Bavail * uint64(fs.Bsize), nil
		}
		parent := filepath.Dir(folder)
		if !os.IsNotExist(err) || parent == folder {
			return 0, err
		}
		folder = parent
	}
}

// writable tries to create and remove a file in the folder.
func writable(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, "doctor-*")
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}

// buildTime gives the time of the revision built, or the first day of this project when the build does not know it. A clock
// before it is wrong, and embargoes and vintages depend on the clock.
func buildTime() time.Time {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.time" {
				if t, err := time.Parse(time.RFC3339, s.Value); err == nil {
					return t
				}
			}
		}
	}
	return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
}
