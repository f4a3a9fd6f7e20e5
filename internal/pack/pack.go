// Package pack reads country packs: folders that hold everything about one country (its catalogue, territory, map, governance, words, method
// pages and figures) and nothing about the program. The program itself knows no country; the pack that comes with it is one of them.
//
// A pack is read whole or refused whole. What makes an installation – all but the figures, which enter the cube – is kept in the store as
// editions of the catalogue (Keeper): it is begun from a pack, changed by a person for a reason, and read as of any edition. This package
// holds no SQL and stores no figure.
package pack

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/geo"
	"nhipso/internal/govern"
	"nhipso/internal/publish"
	"nhipso/internal/reference"
	"nhipso/internal/tabular/record"
	"nhipso/internal/territory"
	"nhipso/internal/words"
)

// Pack is the part of a country pack that makes an installation, read and found to fit together.
type Pack struct {
	Files        map[string]string // all of it, by path
	Catalog      *catalog.Catalog
	Areas        *territory.Registry
	Govern       *govern.Records // organisations and their succession; nil: it has none
	Maps         *geo.Maps       // nil: the country has no map
	Publications []publish.Publication
	Answers      map[string]catalog.Label // reasons for what the rules find in its figures
	Words        words.Book               // texts of pages in place of the program's, and those that only this country has
	Pages        fs.FS                    // method pages; nil: it has none of its own
}

// Read reads what makes an installation from a file system, and refuses all of it where anything in it does not fit.
func Read(fsys fs.FS) (*Pack, error) {
	p := &Pack{}
	var err error
	if p.Files, err = catalog.FilesOf(fsys); err != nil {
		return nil, err
	}
	if p.Catalog, err = catalog.Load(fsys); err != nil {
		return nil, err
	}
	if _, has := p.Files["govern/renamings.csv"]; has { // one that was kept before there was a register lacks it
		if p.Govern, err = govern.Load(fsys, p.Catalog); err != nil {
			return nil, err
		}
	}
	if p.Areas, err = territory.Load(fsys); err != nil {
		return nil, err
	}
	if nation := string(p.Areas.Nation()); nation != p.Catalog.Country().ID {
		return nil, fault.New("pack.other-nation", "nation", nation, "country", p.Catalog.Country().ID)
	}
	if p.Maps, err = geo.Load(fsys); err != nil {
		return nil, err
	}
	if p.Publications, err = publish.LoadPublications(fsys, p.Catalog); err != nil {
		return nil, err
	}
	if p.Answers, err = reference.Answers(fsys); err != nil {
		return nil, err
	}
	if p.Words, err = readWords(fsys); err != nil {
		return nil, err
	}
	if _, err := fs.Stat(fsys, "pages"); err == nil {
		p.Pages, err = fs.Sub(fsys, "pages")
		return p, err
	}
	return p, nil
}

// wordsFile holds the texts of a country.
const wordsFile = "words/web.csv"

func readWords(fsys fs.FS) (words.Book, error) {
	b, err := fs.ReadFile(fsys, wordsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return words.Book{}, nil
	}
	if err != nil {
		return words.Book{}, fault.Unread("pack.bad-words", wordsFile, err)
	}
	rows, err := record.Exactly(b, "id", "vi", "en")
	if err != nil {
		return words.Book{}, fault.Unread("pack.bad-words", wordsFile, err)
	}
	book, err := words.Read(rows)
	if err != nil {
		return words.Book{}, fault.Unread("pack.bad-words", wordsFile, err)
	}
	return book, nil
}

// Archive writes files as a ZIP archive, the same bytes for the same files.
func Archive(files map[string]string) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write([]byte(files[name]))
		}
		if err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Unpack gives files as a file system.
func Unpack(files map[string]string) (fs.FS, error) {
	b, err := Archive(files)
	if err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(b), int64(len(b)))
}
