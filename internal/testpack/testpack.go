// Package testpack holds the pack of a country that does not exist, for tests that try the whole program on another country than the one it
// came with. Every figure in it is made up. Only tests import it.
package testpack

import (
	"embed"
	"io/fs"
)

//go:embed cloudland
var files embed.FS

// Cloudland is the pack, as pack.Folder would open it.
func Cloudland() fs.FS {
	out, err := fs.Sub(files, "cloudland")
	if err != nil {
		panic(err) // embedded at build time
	}
	return out
}
