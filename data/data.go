// Package data holds the reference data of Viet Nam, embedded in the program: the catalogue (structures, codelists,
// classifications), dated territory, records of governance, and published figures, each row with its source and its
// evidence mark. Nothing here is estimated by us and nothing is synthetic. Foreign tables that demonstrate methods stand apart, in demo/,
// and each of their figures says that it is not one of Viet Nam.
//
// It holds files only. Packages catalog, territory, govern and reference read them.
package data

import "embed"

// FS is the root of the reference data, which is a country pack: its manifest pack.yaml, catalog/, territory/, geo/, govern/, types/, words/,
// observations/ and demo/.
//
//go:embed pack.yaml catalog territory geo govern observations demo types words
var FS embed.FS
