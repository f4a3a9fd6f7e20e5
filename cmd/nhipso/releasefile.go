package main

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/pack"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
	"nhipso/internal/stat"
)

// Names in the data folder: files of releases, and the key that signs them.
const (
	releaseFolder = "releases"
	releaseKey    = "release-key.pem"
)

// writeReleaseFile writes what the public may know of a release into a file, signs it and notes its hash beside it. Where an embargo of one of
// its dataflows ends later, another file holds what the public may know from then on.
func (a *app) writeReleaseFile(ctx context.Context, e *env, o releaseOptions) error {
	with, err := a.fileOptions()
	if err != nil {
		return err
	}
	key := with.Key
	name := o.out
	if name == "" {
		folder := filepath.Join(a.installation.data, releaseFolder)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fault.New("releasefile.cannot-write", "file", folder).Because(err)
		}
		name = filepath.Join(folder, o.id+releasefile.Extension)
	}
	public := filepath.Join(filepath.Dir(name), "release-key.pub.pem")
	if err := os.WriteFile(public, releasefile.PublicPEM(releasefile.PublicOf(key)), 0o644); err != nil { //nolint:gosec // a public key
		return fault.New("releasefile.cannot-write", "file", public).Because(err)
	}
	c, err := a.gate().Content(ctx, o.id, a.now())
	if err != nil {
		return err
	}
	if c.Release.PublishAt.IsZero() || c.Release.PublishAt.After(a.now()) { // it is not out yet
		if err := a.accessed(ctx, publish.PreviewOf(o.id, userName())); err != nil && !a.store.ReadOnly() {
			return err
		}
	}
	if err := releasefile.Write(ctx, name, c, with); err != nil {
		return err
	}
	if err := releasefile.WriteBeside(name, key); err != nil {
		return err
	}
	figures, err := releasefile.Count(name)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("release.file-written", "file", name, "release", c.Release.ID, "figures", figures, "key", fingerprint(releasefile.PublicOf(key))))
	if !c.Until.IsZero() {
		fmt.Fprintln(e.out, e.w("release.file-until", "until", a.minute(c.Until)))
	}
	return nil
}

// fileOptions are those with which this installation writes files.
func (a *app) fileOptions() (releasefile.Options, error) {
	key, err := releasefile.ReadKey(filepath.Join(a.installation.data, releaseKey))
	if err != nil {
		return releasefile.Options{}, err
	}
	archive, err := pack.Archive(a.pack.Files)
	return releasefile.Options{Pack: archive, Country: a.catalog.Country().ID, Program: version, Key: key}, err
}

// shelved is a file of a release beside the store that wrote it: figures and explanations come from the file, and what is announced from the store.
type shelved struct {
	*releasefile.File
	live publish.Source
}

// Releases implements publish.Source.
func (s shelved) Releases(ctx context.Context) ([]publish.Release, error) {
	return s.live.Releases(ctx)
}

// files keeps the files of releases that a server shows, in the data folder. They are written when a release is about to come out and stay for ever.
type files struct {
	*app
	*shelf
}

func newFiles(a *app) *files { return &files{app: a, shelf: &shelf{}} }

// shelf holds the files that are open, whatever edition of the catalogue they are read by.
type shelf struct {
	mu   sync.Mutex
	open map[string]*releasefile.File
}

// source gives the file of a release from a moment on, writing it where there is none.
func (f *files) source(ctx context.Context, r publish.Release, from time.Time, content func(context.Context) (publish.Content, error)) (publish.Source, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := filepath.Join(f.installation.data, releaseFolder, releaseFileName(r, from))
	if have, ok := f.open[name]; ok {
		return shelved{have, f.app.source()}, nil
	}
	file, err := f.sound(ctx, name, content)
	if err != nil {
		return nil, err
	}
	if f.open == nil {
		f.open = map[string]*releasefile.File{}
	}
	f.open[name] = file
	return shelved{file, f.app.source()}, nil
}

// releaseFileName names the file of a release from a moment on.
func releaseFileName(r publish.Release, from time.Time) string {
	return fileOf(publish.Edition{Release: r.ID, From: from, ID: r.Edition(from)})
}

// ahead writes the file of a release before its minute. A release that has changed since has another file, which another job writes.
func (f *files) ahead(ctx context.Context, id string, from time.Time, name string) error {
	r, err := f.store.ReleaseByID(ctx, id)
	meant := (r.State == publish.Approved || r.State == publish.Published) && slices.ContainsFunc(r.Minutes(), from.Equal)
	if err != nil || !meant || releaseFileName(r, from) != name {
		return err
	}
	gate := f.gate()
	return f.have(ctx, filepath.Join(f.installation.data, releaseFolder, name), func(ctx context.Context) (publish.Content, error) { return gate.Content(ctx, id, from) })
}

// sound opens a file that was checked. One that is damaged is never shown: it is set aside, and another one is written in its place.
func (f *files) sound(ctx context.Context, name string, content func(context.Context) (publish.Content, error)) (*releasefile.File, error) {
	if err := f.have(ctx, name, content); err != nil {
		return nil, err
	}
	file, err := f.checked(ctx, name)
	if !slices.Contains(damages, fault.CodeOf(err)) {
		return file, err
	}
	f.log.Warn("the file of a release is damaged; it is set aside and written anew", "file", name, "error", fault.In(err, "en"))
	if err := f.setAside(ctx, name); err != nil {
		return nil, err
	}
	if err := f.have(ctx, name, content); err != nil {
		return nil, err
	}
	return f.checked(ctx, name)
}

// damages are the codes of what may befall a file that was whole.
var damages = []string{"releasefile.no-release", "releasefile.unreadable", "releasefile.no-manifest", "releasefile.altered", "releasefile.bad-signature"}

// checked opens a file and checks every byte of it. Where the signed line beside it is not that of the file, since whoever wrote it was ended before
// it was done, it is written anew.
func (f *files) checked(ctx context.Context, name string) (*releasefile.File, error) {
	file, vouched, err := opened(ctx, name)
	if err != nil || vouched {
		return file, err
	}
	if with, err := f.fileOptions(); err == nil && releasefile.PublicOf(with.Key).Equal(file.PublicKey(ctx)) {
		f.store.Alone(ctx, writing, func() error { return releasefile.WriteBeside(name, with.Key) }) //nolint:errcheck // the file vouches for itself too, and can be shown
	}
	return file, nil
}

// opened opens a file and checks it; vouched tells whether the signed line beside it is that of the file.
func opened(ctx context.Context, name string) (file *releasefile.File, vouched bool, err error) {
	if file, err = releasefile.Open(name); err != nil {
		return nil, false, err
	}
	if vouched, err = file.Check(ctx); err != nil {
		file.Close() //nolint:errcheck // nothing was written
		return nil, false, err
	}
	return file, vouched, nil
}

// setAside takes a damaged file out of the way, unless another server that shares the folder has done so.
func (f *files) setAside(ctx context.Context, name string) error {
	return f.store.Alone(ctx, writing, func() error {
		file, _, err := opened(ctx, name)
		if err == nil {
			return file.Close()
		}
		for _, end := range []string{releasefile.SignatureExtension, releasefile.HashExtension, ""} {
			if err := os.Rename(name+end, name+damagedEnd+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fault.New("releasefile.cannot-write", "file", name).Because(err)
			}
		}
		return nil
	})
}

// writing is what one program does at a time: another that wants the same file waits for it.
const writing = "release-file"

// damagedEnd ends the name of a file that was set aside.
const damagedEnd = ".damaged"

// halves are files of releases that a program that was ended left half written.
const halves = ".*-????????T??????Z-*" + releasefile.Extension + ".*"

// have sees to it that a file is there. Of several servers that want it one writes it and the others wait.
func (f *files) have(ctx context.Context, name string, content func(context.Context) (publish.Content, error)) error {
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	return f.store.Alone(ctx, writing, func() error {
		left, _ := filepath.Glob(filepath.Join(filepath.Dir(name), halves)) // nobody else writes now
		for _, half := range left {
			os.Remove(half) //nolint:errcheck // it takes room, and nothing else
		}
		if err := f.write(ctx, name, content); fault.CodeOf(err) != "releasefile.exists" {
			return err
		}
		return nil
	})
}

func (f *files) write(ctx context.Context, name string, content func(context.Context) (publish.Content, error)) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fault.New("releasefile.cannot-write", "file", name).Because(err)
	}
	with, err := f.fileOptions()
	if err != nil {
		return err
	}
	c, err := content(ctx)
	if err != nil {
		return err
	}
	if err := releasefile.Write(ctx, name, c, with); err != nil {
		return err
	}
	return releasefile.WriteBeside(name, with.Key)
}

// fileOf names the file of an edition of a release.
func fileOf(e publish.Edition) string {
	return e.Release + "-" + e.From.UTC().Format("20060102T150405Z") + "-" + e.ID + releasefile.Extension
}

// shut closes the files.
func (s *shelf) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, file := range s.open {
		file.Close() //nolint:errcheck // nothing was written
	}
}

// fingerprint tells keys apart.
func fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return "SHA256:" + hex.EncodeToString(sum[:16])
}

// verifyReleaseFile checks the hashes and the signature of a file.
func (e *env) verifyReleaseFile(ctx context.Context, flags *flag.FlagSet, args []string, o releaseOptions) error {
	if err := onlyFlags(flags, "release verify", "key"); err != nil {
		return err
	}
	if len(args) != 1 {
		return fault.New("cli.missing", "command", "release verify", "what", "FILE")
	}
	var trusted ed25519.PublicKey
	var err error
	if o.key != "" {
		if trusted, err = releasefile.ReadPublicKey(o.key); err != nil {
			return err
		}
	}
	f, err := releasefile.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	found, err := f.Verify(ctx, trusted)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("release.file-whole", "release", f.Release, "from", f.From.Format(time.RFC3339), "figures", found.Manifest.Tables["figure"].Rows))
	switch {
	case found.Trusted:
		fmt.Fprintln(e.out, e.w("release.file-trusted", "key", fingerprint(found.Key)))
	case found.Key != nil:
		fmt.Fprintln(e.out, e.w("release.file-signed", "key", fingerprint(found.Key)))
	default:
		fmt.Fprintln(e.out, e.w("release.file-unsigned"))
	}
	return nil
}

// mirrorMemory is what a mirror tries to stay below, beside some megabytes of pages of its file: what it keeps takes most of it, and in a rush the rest is cleared sooner. The variable
// GOMEMLIMIT sets another bound.
const mirrorMemory = 300 << 20

// mirrorGarbage lets garbage grow up to that bound before it is cleared: with less, clearing takes a quarter of the time of pages that nobody asked
// for before. The variable GOGC sets another share.
const mirrorGarbage = 400

// mirror serves the portal and the API from the file of a release and nothing else: no database, no draft, nothing that is not public.
func (e *env) mirror(ctx context.Context, log *slog.Logger, listeners ports, s config.Settings, name string, preview bool) error {
	f, _, err := opened(ctx, name)
	if err != nil {
		return err
	}
	defer f.Close()
	out := f.State == string(publish.Published) && !f.From.After(e.now())
	switch {
	case out && preview:
		return fault.New("releasefile.out", "release", f.Release)
	case preview && !loopback(listeners.main.Addr()):
		return fault.New("cli.preview-near", "addr", listeners.main.Addr())
	case !out && !preview && f.From.IsZero():
		return fault.New("releasefile.draft", "release", f.Release)
	case !out && !preview:
		return fault.New("releasefile.not-out", "release", f.Release, "from", f.From.Format(time.RFC3339))
	}
	a, err := mirrored(ctx, f, e.now)
	if err != nil {
		return err
	}
	if !hasPack(ctx, f) {
		log.Warn("the file was written before files held a whole pack: names and definitions are those that come with this program", "file", name)
	}
	a.log, a.ahead = log, preview
	if e.getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(mirrorMemory)
		if e.getenv("GOGC") == "" {
			debug.SetGCPercent(mirrorGarbage)
		}
	}
	front, err := newFront(a)
	if err != nil {
		return err
	}
	return front.serveOn(ctx, e, listeners, s, func(context.Context) error { return nil })
}

// mirrored is an installation without a store: everything comes from the file.
func mirrored(ctx context.Context, f *releasefile.File, now func() time.Time) (*app, error) {
	files, err := f.Pack(ctx)
	if err != nil {
		return nil, err
	}
	whole := hasPack(ctx, f)
	if !whole {
		files = data.FS
	}
	kept, err := pack.Read(files)
	if err != nil {
		return nil, err
	}
	if !whole {
		if err := stands(ctx, f, kept.Catalog); err != nil {
			return nil, fault.New("releasefile.no-pack", "file", f.Name(), "release", f.Release).Because(err)
		}
	}
	a := &app{file: f, now: now, log: slog.New(slog.DiscardHandler)}
	a.settle(kept)
	return a, nil
}

// hasPack reports whether a file holds the whole pack of its country. Those that were written before there were packs hold tables of another form
// than the program reads now. They are to be readable for ever too: with the pack that comes with the program.
func hasPack(ctx context.Context, f *releasefile.File) bool {
	files, err := f.Pack(ctx)
	if err == nil {
		_, err = fs.Stat(files, catalog.Manifest)
	}
	return !errors.Is(err, fs.ErrNotExist)
}

// stands refuses a catalogue for a file of another country, and one in which a series of the file has no meaning.
func stands(ctx context.Context, f *releasefile.File, c *catalog.Catalog) error {
	if own := c.Country().ID; own != f.Country {
		return fault.New("catalog.other-country", "has", own, "given", f.Country)
	}
	return f.Series(ctx, func(dataflow string, key stat.Key) error {
		flow, err := c.Dataflow(dataflow)
		if err != nil {
			return err
		}
		return c.CheckKey(flow, key)
	})
}
