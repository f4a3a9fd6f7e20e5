package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
	"nhipso/internal/web/portal"
)

// publicKeyName is that of the key by which whoever takes a file checks it.
const publicKeyName = "release-key.pub.pem"

// downloads are the files of releases that readers may take along. Only what is out is among them: the files that wait for their minute lie in the
// same folder.
type downloads struct {
	gate   *publish.Gate
	folder string
	mirror string // the one file of a mirror; "" for an installation
	key    func() (ed25519.PublicKey, error)
}

// Names implements portal.ReleaseFiles.
func (d downloads) Names(ctx context.Context) (map[string]portal.ReleaseFile, error) {
	list, err := d.gate.Editions(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]portal.ReleaseFile{}
	for i, e := range list {
		name := fileOf(e)
		if d.mirror != "" {
			if i < len(list)-1 {
				continue // a mirror has the file of the newest release alone
			}
			name = filepath.Base(d.mirror)
		}
		if _, err := os.Stat(filepath.Join(d.folder, name)); err == nil {
			out[e.Release] = portal.ReleaseFile{Name: name, Archive: d.archive(archiveOf(name))}
		}
	}
	return out, nil
}

// archive tells of an archive that is there with its hash and its signature, or nil.
func (d downloads) archive(name string) *portal.Archive {
	path := filepath.Join(d.folder, name)
	info, err := os.Stat(path)
	if err != nil || !whole(path) {
		return nil
	}
	line, err := os.ReadFile(path + releasefile.HashExtension)
	sum, of, found := strings.Cut(strings.TrimSuffix(string(line), "\n"), "  ")
	if err != nil || !found || of != name {
		return nil
	}
	return &portal.Archive{Name: name, Size: info.Size(), SHA256: sum}
}

// Open implements portal.ReleaseFiles.
func (d downloads) Open(ctx context.Context, name string) (io.ReadSeekCloser, time.Time, error) {
	if name == publicKeyName {
		key, err := d.key()
		if err != nil || key == nil {
			return nil, time.Time{}, fault.New("web.no-page", "path", name)
		}
		return plain{strings.NewReader(string(releasefile.PublicPEM(key)))}, time.Time{}, nil
	}
	names, err := d.Names(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, has := range names {
		all := []string{has.Name}
		if has.Archive != nil {
			all = append(all, has.Archive.Name)
		}
		for _, file := range all {
			if !slices.Contains([]string{file, file + releasefile.HashExtension, file + releasefile.SignatureExtension}, name) {
				continue
			}
			f, err := os.Open(filepath.Join(d.folder, name))
			if errors.Is(err, fs.ErrNotExist) {
				return nil, time.Time{}, fault.New("web.no-page", "path", name)
			}
			if err != nil {
				return nil, time.Time{}, fault.New("releasefile.unreadable", "file", name).Because(err)
			}
			info, err := f.Stat()
			if err != nil {
				f.Close() //nolint:errcheck // nothing was written
				return nil, time.Time{}, fault.New("releasefile.unreadable", "file", name).Because(err)
			}
			return f, info.ModTime(), nil
		}
	}
	return nil, time.Time{}, fault.New("web.no-page", "path", name)
}

// plain is a text that is read like a file.
type plain struct{ *strings.Reader }

// Close implements io.Closer.
func (plain) Close() error { return nil }

// downloads gives the files that readers of a gate may take along.
func (a *app) downloads(gate *publish.Gate) downloads {
	if a.file != nil {
		return downloads{gate: gate, folder: filepath.Dir(a.file.Name()), mirror: a.file.Name(), key: func() (ed25519.PublicKey, error) { return a.file.PublicKey(context.Background()), nil }}
	}
	return downloads{gate: gate, folder: filepath.Join(a.installation.data, releaseFolder), key: func() (ed25519.PublicKey, error) {
		o, err := a.fileOptions()
		if err != nil {
			return nil, err
		}
		return releasefile.PublicOf(o.Key), nil
	}}
}

// filesOf checks the files of releases that lie in a data folder: their hashes and signatures, by the key of the installation.
func (x *examination) filesOf(ctx context.Context, a *app) error {
	names, err := filepath.Glob(filepath.Join(a.installation.data, releaseFolder, "*"+releasefile.Extension))
	if err != nil || len(names) == 0 {
		return err // an installation that has not served yet has none
	}
	with, err := a.fileOptions()
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range names {
		f, err := releasefile.Open(name)
		if err == nil {
			_, err = f.Verify(ctx, releasefile.PublicOf(with.Key))
			f.Close() //nolint:errcheck // nothing was written
		}
		if err != nil {
			problems = append(problems, err)
		}
	}
	archives, err := filepath.Glob(filepath.Join(a.installation.data, releaseFolder, "*"+archiveExtension))
	if err != nil {
		return err
	}
	for _, name := range archives {
		if !releasefile.Vouched(name, releasefile.PublicOf(with.Key)) {
			problems = append(problems, fault.New("releasefile.altered-beside", "file", name))
		}
	}
	names = append(names, archives...)
	x.line(len(problems) == 0, "files", x.w("doctor.files-found", "n", len(names), "bad", len(problems)), x.w("doctor.files-todo"))
	x.list(problems)
	return nil
}
