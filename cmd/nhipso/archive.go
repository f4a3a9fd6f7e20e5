package main

import (
	"bufio"
	"context"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
)

// archiveExtension is that of the archive beside the file of a release: the same public content as CSV, for whoever takes all of it.
const archiveExtension = "-csv.zip"

// archiveOf names the archive beside the file of an edition of a release.
func archiveOf(file string) string {
	return strings.TrimSuffix(file, releasefile.Extension) + archiveExtension
}

// exportOf is the job that writes the archive of a release as it is from a moment on. It begins when the file of the release has had time to be
// written, and like that one is not given to anybody before its minute.
func exportOf(r publish.Release, from time.Time) jobs.Job {
	return jobs.Job{Kind: exportJob, Key: archiveOf(releaseFileName(r, from)), At: from.Add(-writeAhead / 2), Args: releaseArgs{r.ID, from}}
}

// dueExports gives the archives of what comes out, and of what is out now. Those of earlier releases were written when they came out.
func dueExports(releases []publish.Release, now time.Time) (out []jobs.Job) {
	var newest publish.Release
	for _, r := range releases {
		if r.State != publish.Approved && r.State != publish.Published {
			continue
		}
		for _, minute := range r.Minutes() {
			if minute.After(now) {
				out = append(out, exportOf(r, minute))
			}
		}
		if !r.PublishAt.After(now) && !r.PublishAt.Before(newest.PublishAt) {
			newest = r
		}
	}
	if newest.ID != "" {
		j := exportOf(newest, shownSince(newest, now))
		j.At = time.Time{}
		out = append(out, j)
	}
	return out
}

// shownSince gives the minute from which a release that is out shows what it shows now.
func shownSince(r publish.Release, now time.Time) time.Time {
	since := r.PublishAt
	for _, m := range r.Minutes() {
		if !m.After(now) && m.After(since) {
			since = m
		}
	}
	return since
}

// archive writes the archive of a release from the file of the release, which holds nothing but what the public may know from then on. A release
// that has changed since has another one, which another job writes.
func (f *files) archive(ctx context.Context, to releaseArgs, name string, report func(done, of int, dataflow string)) error {
	r, err := f.store.ReleaseByID(ctx, to.Release)
	meant := (r.State == publish.Approved || r.State == publish.Published) && slices.ContainsFunc(r.Minutes(), to.From.Equal)
	file := releaseFileName(r, to.From)
	if err != nil || !meant || archiveOf(file) != name {
		return err
	}
	if err := f.ahead(ctx, to.Release, to.From, file); err != nil {
		return err
	}
	folder := filepath.Join(f.installation.data, releaseFolder)
	name = filepath.Join(folder, name)
	if whole(name) {
		return nil
	}
	return f.store.Alone(ctx, "export", func() error {
		if whole(name) {
			return nil
		}
		key, err := releasefile.ReadKey(filepath.Join(f.installation.data, releaseKey))
		if err != nil {
			return err
		}
		if _, err := os.Stat(name); err != nil { // else whoever wrote it was ended before it was signed
			if err := writeArchive(ctx, filepath.Join(folder, file), name, to.From, report); err != nil {
				return err
			}
		}
		return releasefile.WriteBeside(name, key)
	})
}

// whole reports whether an archive is there, with its hash and signature.
func whole(name string) bool {
	for _, end := range []string{"", releasefile.SignatureExtension} {
		if _, err := os.Stat(name + end); err != nil {
			return false
		}
	}
	return true
}

// writeArchive writes the archive of the file of a release. It appears under its name when it is whole; what a writer that was killed left is
// written over by the next one.
func writeArchive(ctx context.Context, file, name string, from time.Time, report func(done, of int, dataflow string)) error {
	f, err := releasefile.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := mirrored(ctx, f, func() time.Time { return from })
	if err != nil {
		return err
	}
	m.ahead = true // its minute may not have come yet
	view, err := m.gate().View(ctx, publish.Everybody())
	if err != nil {
		return err
	}
	a := export.Archive{Catalog: m.catalog, Release: f.Release, Title: view.Release.Title, From: from.UTC().Format(time.RFC3339), Report: report,
		Figures: func(ctx context.Context, flow string) iter.Seq2[cube.Version, error] {
			return view.Stream(ctx, flow, "", false)
		}}
	half := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".half")
	defer os.Remove(half) //nolint:errcheck // gone when all went well
	if err := writeSynced(half, func(w io.Writer) error { return a.Write(ctx, w) }); err != nil {
		if ctx.Err() != nil { // whoever asked for it no longer does
			return context.Cause(ctx)
		}
		return fault.New("cli.write-file", "file", name, "reason", reason(err)).Because(err)
	}
	if err := os.Rename(half, name); err != nil {
		return fault.New("cli.write-file", "file", name, "reason", reason(err)).Because(err)
	}
	return nil
}

// writeSynced writes a file anew and sees to it that it is on the disk.
func writeSynced(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err = write(w); err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// archiveLook is how often a server looks whether it has the archive of what it shows.
const archiveLook = 10 * time.Second

// keepArchives sees to it that a server has the archive of the release that is out, until its context ends.
func (f *files) keepArchives(ctx context.Context) {
	if f.store.ReadOnly() {
		return
	}
	trouble := troubles{log: f.log, what: "archive"}
	for tick := time.NewTicker(archiveLook); ; {
		trouble.tell(ctx, f.haveArchive(ctx))
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// haveArchive writes the archive of the release that is out where another server did the job, whose folder is not this one's: as with the file of a
// release, each folder gets what is shown from it. A job that is not done yet, failed or was cancelled is let alone.
func (f *files) haveArchive(ctx context.Context) error {
	releases, err := f.store.Releases(ctx)
	if err != nil {
		return err
	}
	now := f.now()
	for _, j := range dueExports(releases, now) {
		to, ok := j.Args.(releaseArgs)
		if !ok || to.From.After(now) || whole(filepath.Join(f.installation.data, releaseFolder, j.Key)) {
			continue
		}
		if done, err := f.doneElsewhere(ctx, j); err != nil || !done {
			return err
		}
		return f.archive(ctx, to, j.Key, nil)
	}
	return nil
}

// mostLooked bounds how far back a job is looked for that was done. One that is forgotten is added again by whoever plans, and done in no time.
const mostLooked = 1000

// doneElsewhere reports whether somebody did a job. It adds none: a server that does no jobs asks too.
func (f *files) doneElsewhere(ctx context.Context, j jobs.Job) (bool, error) {
	q, err := f.openQueue(ctx)
	if err != nil {
		return false, err
	}
	defer q.Close()
	list, err := q.List(ctx, mostLooked, jobs.Done)
	return slices.ContainsFunc(list, func(i jobs.Info) bool { return i.Kind == j.Kind && i.Key == j.Key }), err
}
