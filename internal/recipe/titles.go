package recipe

import (
	_ "embed"

	"nhipso/internal/catalog"
	"nhipso/internal/words"
)

//go:embed titles.csv
var titlesFile string

var titles = words.MustRead(titlesFile)

// title gives the title of a recipe by its identifier.
func title(id string) catalog.Label {
	return catalog.Label{Vi: titles.Say("vi", id), En: titles.Say("en", id)}
}
