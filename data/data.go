// Package data holds the reference data of Viet Nam, embedded in the program: the catalogue (structures, codelists,
// classifications), dated territory, records of governance, and published figures, each row with its source and its
// evidence mark. Nothing here is estimated by us and nothing is synthetic.
//
// It holds files only. Packages catalog, territory, govern and reference read them.
package data

import "embed"

// FS is the root of the reference data: catalog/, territory/, govern/ and observations/.
//
//go:embed catalog territory govern observations
var FS embed.FS
