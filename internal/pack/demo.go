package pack

import (
	"io/fs"
	"maps"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
)

// demoLine is what a manifest says of an installation to try the program with.
const demoLine = "\ndemo: true # people and what they do are made up\n"

// Demonstration gives what makes an installation of a pack with the mark of one to try the program with. The mark is in the catalogue itself, so that
// nothing that carries the catalogue – a page, an archive, the file of a release – is without it.
func Demonstration(from fs.FS) (fs.FS, error) {
	country, err := catalog.ReadCountry(from)
	if err != nil || country.Demo {
		return from, err
	}
	files, err := catalog.FilesOf(from)
	if err != nil {
		return nil, err
	}
	files = maps.Clone(files)
	files[catalog.Manifest] += demoLine
	return Unpack(files)
}

// sameDemo gives a pack with the mark that the installation has. A real installation takes no pack with the mark.
func sameDemo(kept map[string]string, from fs.FS) (fs.FS, error) {
	fsys, err := Unpack(kept)
	if err != nil {
		return nil, err
	}
	has, err := catalog.ReadCountry(fsys)
	if err != nil { // what is kept cannot be read any more; the pack mends it
		return from, nil //nolint:nilerr // it is told elsewhere
	}
	if has.Demo {
		return Demonstration(from)
	}
	if given, err := catalog.ReadCountry(from); err != nil || given.Demo {
		if err == nil {
			err = fault.New("pack.demo")
		}
		return nil, err
	}
	return from, nil
}
