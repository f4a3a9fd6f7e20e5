// Package doc carries the documents that the program shows: the method pages. It holds no code.
package doc

import "embed"

// Methods holds methods/<slug>.<lang>.md, or <slug>.md where a page is in English only.
//
//go:embed methods/*.md
var Methods embed.FS
