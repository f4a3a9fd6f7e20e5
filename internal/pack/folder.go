package pack

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
)

// folders are what a pack may hold beside its manifest and its README.
var folders = []string{"catalog", "territory", "geo", "govern", "types", "words", "pages", "observations", "demo", "methods"}

// read are the files of a pack that some part of the program reads, and those that only people do.
var read = []string{
	catalog.Manifest, "README*", "*.go", "*/README*", "*/LICENSE*", "*/*.go",
	"catalog/concepts.yaml", "catalog/codelists.yaml", "catalog/codelists/*.csv", "catalog/dataflows.yaml", "catalog/rules.yaml", "catalog/answers.csv",
	"catalog/classifications.yaml", "catalog/classifications/*.csv",
	"territory/aliases.csv", "territory/counts.csv", "territory/episodes.csv", "territory/regions.csv", "territory/succession.csv",
	"geo/map.yaml", "geo/outlines.csv", "geo/islands.csv", "geo/tiles.csv",
	"govern/publications.yaml", "govern/deadlines.csv", "govern/mergers.csv", "govern/organisations.csv", "govern/platform_rules.csv", "govern/renamings.csv", "govern/report_calendar.csv",
	"types/*.yaml", "words/web.csv", "pages/*.vi.md", "pages/*.en.md", "observations/*.csv", "demo/*.csv", "demo/*/*.csv", "demo/*/README*", "methods/*.yaml",
}

// Folder opens a folder as a pack. What no part of the program reads is refused by name, since a misspelt file would be left out unseen. So is
// what is no plain file: a link may lead to what is not of the pack, and all that a pack holds is public.
func Folder(dir string) (fs.FS, error) {
	if _, err := os.ReadDir(dir); err != nil {
		return nil, fault.New("pack.no-folder", "folder", dir).Because(err)
	}
	fsys := os.DirFS(dir)
	if _, err := fs.Stat(fsys, catalog.Manifest); err != nil {
		return nil, fault.New("pack.no-manifest", "folder", dir, "manifest", catalog.Manifest).Because(err)
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fault.New("pack.no-folder", "folder", path.Join(dir, name)).Because(err)
		}
		switch {
		case name == ".":
			return nil
		case strings.HasPrefix(d.Name(), "."): // of the system or of an editor; FilesOf leaves it out too
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return folder(dir, name)
		case !d.Type().IsRegular():
			return fault.New("pack.not-plain", "folder", dir, "name", name)
		case !slices.ContainsFunc(read, func(shape string) bool { fits, err := path.Match(shape, name); return fits && err == nil }):
			return unknown(dir, name)
		}
		return twin(fsys, name)
	})
	if err != nil {
		return nil, err
	}
	return fsys, nil
}

// folder refuses one of which nothing is read.
func folder(dir, name string) error {
	top, rest, _ := strings.Cut(name, "/")
	if slices.Contains(folders, top) && (rest == "" || top == "demo" || name == "catalog/codelists" || name == "catalog/classifications") {
		return nil
	}
	return unknown(dir, name)
}

func unknown(dir, name string) error {
	known := append([]string{catalog.Manifest}, folders...)
	if top, _, below := strings.Cut(name, "/"); below {
		known = nil
		for _, shape := range read {
			if strings.HasPrefix(shape, top+"/") {
				known = append(known, shape)
			}
		}
	}
	return fault.New("pack.unknown-entry", "folder", dir, "name", name, "known", strings.Join(known, ", "))
}

// twin refuses a page that is there in one language only.
func twin(fsys fs.FS, name string) error {
	if !strings.HasPrefix(name, "pages/") {
		return nil
	}
	for _, ends := range [][2]string{{".vi.md", ".en.md"}, {".en.md", ".vi.md"}} {
		if stem, ok := strings.CutSuffix(name, ends[0]); ok {
			if _, err := fs.Stat(fsys, stem+ends[1]); err != nil {
				return fault.New("pack.one-language", "name", name, "missing", stem+ends[1])
			}
		}
	}
	return nil
}
