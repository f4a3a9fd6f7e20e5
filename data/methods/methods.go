// Package methods holds the declared methods of composite indices, one file a version. It only carries
// the files: package composite parses them.
package methods

import "embed"

// Files are the declarations, named <index>-<first year>-<level>.yaml.
//
//go:embed *.yaml
var Files embed.FS
