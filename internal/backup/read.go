package backup

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"nhipso/internal/fault"
)

// Archive is an archive opened to be read.
type Archive struct {
	Manifest Manifest
	Name     string

	zip   *zip.ReadCloser
	parts map[string]*zip.File
}

// largest bounds the manifest: a list of tables and files.
const largest = 64 << 20

// Open opens an archive. Half of one has no index and is refused, as is any other file.
func Open(name string) (*Archive, error) {
	z, err := zip.OpenReader(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New("backup.no-file", "file", name)
	case errors.Is(err, fs.ErrPermission):
		return nil, fault.New("backup.not-read", "file", name).Because(err)
	case err != nil:
		return nil, fault.New("backup.not-an-archive", "file", name)
	}
	a := &Archive{Name: name, zip: z, parts: map[string]*zip.File{}}
	if err := a.index(); err != nil {
		z.Close()
		return nil, err
	}
	return a, nil
}

func (a *Archive) index() error {
	strange := func() error { return fault.New("backup.not-an-archive", "file", a.Name) }
	for _, f := range a.zip.File {
		if a.parts[f.Name] != nil {
			return strange()
		}
		a.parts[f.Name] = f
	}
	f := a.parts[manifestName]
	if f == nil || f.UncompressedSize64 > largest {
		return strange()
	}
	r, err := f.Open()
	if err != nil {
		return strange()
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, largest))
	if err != nil || json.Unmarshal(b, &a.Manifest) != nil || a.Manifest.Kind != kind {
		return strange()
	}
	a.Manifest.Fingerprint = sum(b)
	if a.Manifest.Format > Format {
		return fault.New("backup.newer", "file", a.Name, "format", a.Manifest.Format, "known", Format)
	}
	for _, x := range a.Manifest.Files {
		if !filepath.IsLocal(filepath.FromSlash(x.Path)) || passing(x.Path) { // nothing is written outside the data folder, nor over the database
			return strange()
		}
	}
	if len(a.parts) != 1+len(a.Manifest.Tables)+len(a.Manifest.Files) {
		return strange()
	}
	return nil
}

// Close closes the file.
func (a *Archive) Close() error { return a.zip.Close() }

func (a *Archive) open(part string) (io.ReadCloser, error) {
	f := a.parts[part]
	if f == nil {
		return nil, fault.New("backup.damaged", "file", a.Name, "what", part)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fault.New("backup.damaged", "file", a.Name, "what", part)
	}
	return r, nil
}

// Table opens the lines of a table.
func (a *Archive) Table(name string) (io.ReadCloser, error) {
	return a.open(tableFolder + name + ".jsonl")
}

// Verify reads every part and compares it with the manifest: hash, size and rows, and the last line of the audit log with its head.
func (a *Archive) Verify() error {
	for _, t := range a.Manifest.Tables {
		r, err := a.Table(t.Name)
		if err != nil {
			return err
		}
		h := sha256.New()
		rows, last, err := lines(io.TeeReader(r, h))
		r.Close()
		headed := t.Name != "audit" || a.Manifest.Head.Entries == rows && (rows == 0 || bytes.Contains(last, []byte(`"`+a.Manifest.Head.Hash+`"`)))
		if err != nil || rows != t.Rows || hex.EncodeToString(h.Sum(nil)) != t.SHA256 || !headed {
			return fault.New("backup.damaged", "file", a.Name, "what", t.Name)
		}
	}
	for _, f := range a.Manifest.Files {
		if err := a.copyFile(f, io.Discard); err != nil {
			return err
		}
	}
	return nil
}

// copyFile writes a file of the data folder, and compares it on the way.
func (a *Archive) copyFile(f File, w io.Writer) error {
	r, err := a.open(fileFolder + f.Path)
	if err != nil {
		return err
	}
	defer r.Close()
	h := sha256.New()
	out := bufio.NewWriter(w)
	n, err := io.Copy(io.MultiWriter(h, out), r)
	if err == nil {
		err = out.Flush()
	}
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return fault.New("backup.not-restored", "file", failed.Path).Because(err)
	}
	if err != nil || n != f.Size || hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return fault.New("backup.damaged", "file", a.Name, "what", f.Path)
	}
	return nil
}

// lines counts lines and gives the last one.
func lines(r io.Reader) (n int64, last []byte, err error) {
	b := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := b.ReadBytes('\n')
		if len(line) > 0 {
			n, last = n+1, line
		}
		if errors.Is(err, io.EOF) {
			return n, last, nil
		}
		if err != nil {
			return n, last, err
		}
	}
}

// isArchive reports whether a name is that of an archive.
func isArchive(name string) bool {
	return strings.HasPrefix(name, namePrefix) && strings.HasSuffix(name, nameSuffix)
}

// exists reports whether something has a name.
func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
