// Package doc carries the documents that the program shows: the method pages. It holds no code.
package doc

import "embed"

// Methods holds methods/<slug>.<lang>.md, or <slug>.md where a page is in English only, and the
// documentation of the code and the results of the oracles that devtools/methods writes.
//
//go:embed methods/*.md methods/*.json
var Methods embed.FS

// Glossary is glossary.csv: the words of the product in both languages, with their meanings.
//
//go:embed glossary.csv
var Glossary string
