package backup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/store"
)

// Format is the version of the archive's form. A program reads its own and older ones.
const Format = 1

// Manifest says what an archive holds.
type Manifest struct {
	Kind    string          `json:"kind"` // always "nhipso-backup"
	Format  int             `json:"format"`
	Program string          `json:"program"` // version that wrote it
	MadeAt  time.Time       `json:"made_at"`
	Server  string          `json:"server"` // database that it was copied from
	Schema  int64           `json:"schema"`
	Head    store.AuditHead `json:"head"`            // of the audit log
	Since   int64           `json:"since,omitempty"` // entries when the note outside the database began
	Tables  []store.Table   `json:"tables"`
	Files   []File          `json:"files,omitempty"`

	Fingerprint string `json:"-"` // SHA-256 of the manifest itself, to be kept elsewhere
}

// Source is what is copied besides the content of the database.
type Source struct {
	Folder   string // data folder; "" for none
	Database string // URL of the database, whose file may lie in the folder
}

// File is a file of the data folder.
type File struct {
	Path   string `json:"path"` // with slashes, inside the folder
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Observations gives how many figures an archive holds.
func (m Manifest) Observations() int64 {
	for _, t := range m.Tables {
		if t.Name == "observation" {
			return t.Rows
		}
	}
	return 0
}

const (
	kind         = "nhipso-backup"
	manifestName = "manifest.json"
	tableFolder  = "tables/"
	fileFolder   = "files/"
)

// Name gives an archive the name of its moment.
func Name(at time.Time) string {
	return namePrefix + at.UTC().Format("2006-01-02T15-04-05Z") + nameSuffix
}

// What the names of archives begin and end with.
const (
	namePrefix = "nhipso-"
	nameSuffix = ".backup.zip"
)

// Write copies what a store holds, and the files of the data folder, into a new file. It goes on while others write. The file has its name only
// when it is whole, on the disk and read back; whatever ends the program before leaves at most a file with the ending ".part". One that is there
// already is refused.
func Write(ctx context.Context, s *store.Store, from Source, target, program string, now time.Time) (m Manifest, err error) {
	if _, err := os.Lstat(target); err == nil {
		return m, fault.New("backup.exists", "file", target)
	}
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+"-*.part") // readable by its owner only: embargoed figures are in it
	if err != nil {
		return m, written(target, err)
	}
	defer os.Remove(f.Name()) // after the rename there is nothing under that name
	defer f.Close()
	z := zip.NewWriter(f)
	m = Manifest{Kind: kind, Format: Format, Program: program, MadeAt: now.UTC().Truncate(time.Second)}
	if err := m.pack(ctx, z, s, from); err != nil {
		return m, written(target, err)
	}
	for _, step := range []func() error{z.Close, f.Sync, func() error { return m.readBack(f.Name()) },
		func() error { return os.Rename(f.Name(), target) }, func() error { return syncFolder(filepath.Dir(target)) }} {
		if err := step(); err != nil {
			return m, written(target, err)
		}
	}
	return m, nil
}

// pack writes tables, files and, at the end, the manifest that hashes them.
func (m *Manifest) pack(ctx context.Context, z *zip.Writer, s *store.Store, from Source) error {
	x, err := s.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer x.Close()
	m.Server, m.Schema, m.Head, m.Since = x.Server, x.Schema, x.Head, x.Since
	for _, t := range x.Tables {
		w, err := z.Create(tableFolder + t.Name + ".jsonl")
		if err != nil {
			return err
		}
		done, err := x.Copy(ctx, t, w)
		if err != nil {
			return err
		}
		m.Tables = append(m.Tables, done)
	}
	if err := m.packFiles(z, from); err != nil {
		return err
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	m.Fingerprint = sum(b)
	w, err := z.Create(manifestName)
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

// packFiles copies the files of the data folder: everything but the database, the notes of its head, which the manifest stands for, and
// what is passing or is a backup itself.
func (m *Manifest) packFiles(z *zip.Writer, from Source) error {
	folder, database := from.Folder, sqliteFile(from.Database)
	if folder == "" {
		return nil
	}
	return filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // there is no folder, or the file has gone meanwhile
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(folder, name)
		if err != nil || rel == "." {
			return err
		}
		if passing(filepath.ToSlash(rel)) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		// The database is in the archive by its rows; and opening its file past SQLite would end SQLite's locks on it.
		if !d.Type().IsRegular() || database != "" && strings.HasPrefix(absolute(name), absolute(database)) {
			return nil
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		w, err := z.Create(fileFolder + filepath.ToSlash(rel))
		if err != nil {
			return err
		}
		h := sha256.New()
		n, err := io.Copy(io.MultiWriter(h, w), f)
		m.Files = append(m.Files, File{filepath.ToSlash(rel), n, hex.EncodeToString(h.Sum(nil))})
		return err
	})
}

func absolute(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return name
}

// passing reports whether a file of the data folder is no part of a backup.
func passing(rel string) bool {
	base := path.Base(rel)
	switch {
	case strings.HasPrefix(base, "."), strings.HasPrefix(base, "doctor-"):
		return true
	case strings.Contains(rel, "/"):
		return false
	}
	return strings.HasPrefix(base, "nhipso.db") || strings.HasPrefix(base, "audit-head") || isArchive(base)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// written says what kept an archive from being written. What a room of ours says is said as it is, unless it was the file.
func written(target string, err error) error {
	var ours *fault.Error
	if err == nil || errors.As(err, &ours) && ours.Code != "store.copy-not-written" {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.New("backup.disk-full", "file", target)
	}
	return fault.New("backup.not-written", "file", target).Because(err)
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// readBack compares what lies on the disk with what was meant to.
func (m *Manifest) readBack(name string) error {
	a, err := Open(name)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Verify(); err != nil {
		return err
	}
	if a.Manifest.Fingerprint != m.Fingerprint {
		return fault.New("backup.damaged", "file", name, "what", manifestName)
	}
	return nil
}
