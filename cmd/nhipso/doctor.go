package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/static"
)

// version is set by the linker; a build without it says "dev".
var version = "dev"

// minFree is the free disk space under which doctor warns: room for a few thousand releases of reference data.
const minFree = 512 << 20

// showVersion prints the version and what it was built with.
func showVersion(_ context.Context, e *env, args []string) error {
	f := e.flags("version")
	if _, err := e.parse(f, args); err != nil {
		return err
	}
	fmt.Fprintln(e.out, "nhipso", version, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH)
	return nil
}

// doctor checks the installation, each check on a line with what to do when it does not pass.
func doctor(ctx context.Context, e *env, args []string) error {
	f := e.flags("doctor")
	p := e.placeFlags(f)
	if _, err := e.parse(f, args); err != nil {
		return err
	}
	failed := 0
	line := func(ok bool, check, found, todo string) {
		mark := "✓"
		if !ok {
			mark = "✗"
			failed++
		}
		fmt.Fprintf(e.out, "%s %-22s %s\n", mark, e.w("doctor."+check), found)
		if !ok && todo != "" {
			fmt.Fprintf(e.out, "  %-22s → %s\n", "", todo)
		}
	}
	info, _ := debug.ReadBuildInfo()
	line(info != nil, "program", fmt.Sprintf("nhipso %s, %s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH), "")

	if p.database == "" {
		free, err := freeSpace(p.data)
		line(err == nil && free >= minFree, "disk", e.w("doctor.free", "mb", free>>20, "folder", p.data), e.w("doctor.disk-todo"))
		line(writable(p.data), "folder", p.data, e.w("doctor.folder-todo"))
	}
	now := e.now()
	built := buildTime()
	line(now.After(built), "clock", now.In(vietnam).Format("2006-01-02 15:04:05 -07:00"), e.w("doctor.clock-todo", "built", built.Format("2006-01-02")))
	found := len(static.Fonts("400")) + len(static.Fonts("600"))
	line(found >= 4, "fonts", e.w("doctor.fonts-found", "n", found), e.w("doctor.fonts-todo"))

	a, err := e.open(ctx, p)
	if err != nil {
		line(false, "database", fault.In(err, e.lang), "")
		return fault.New("cli.unhealthy", "n", failed)
	}
	defer a.close()
	report, err := a.store.Integrity(ctx)
	if err != nil {
		line(false, "integrity", fault.In(err, e.lang), "")
		return fault.New("cli.unhealthy", "n", failed)
	}
	line(true, "database", report.Server+" — "+report.Database, "")
	line(len(report.Problems) == 0, "integrity", e.w("doctor.rows", "observations", report.Rows["observation"], "messages", report.Rows["message"], "runs", report.Rows["run"]), "")
	for _, problem := range report.Problems {
		fmt.Fprintln(e.out, "    •", fault.In(problem, e.lang))
	}
	line(true, "audit", e.w("doctor.audit-found", "n", report.Audit.Entries), "")

	stale, err := a.stale(ctx)
	if err != nil {
		return err
	}
	line(len(stale) == 0, "recipes", e.w("doctor.stale", "n", len(stale)), e.w("doctor.recipes-todo"))
	_, err = a.desk().Current(ctx)
	current := e.w("doctor.release-found")
	if err != nil {
		current = fault.In(err, e.lang)
	}
	line(err == nil, "release", current, "")
	if failed > 0 {
		return fault.New("cli.unhealthy", "n", failed)
	}
	return nil
}

// stale lists the recipes whose inputs have changed since their last run.
func (a *app) stale(ctx context.Context) ([]string, error) {
	var out []string
	for _, r := range a.recipes {
		is, err := pipeline.Stale(ctx, a.store, r, cube.AsOf{}, stat.DateOf(a.now().In(vietnam)))
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
func writable(folder string) bool {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return false
	}
	f, err := os.CreateTemp(folder, "doctor-*")
	if err != nil {
		return false
	}
	f.Close()
	return os.Remove(f.Name()) == nil
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
