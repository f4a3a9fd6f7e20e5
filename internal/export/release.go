package export

import (
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/workbook"
)

// Release is the release that a table shows.
type Release struct {
	ID    string        `json:"id"`
	Title catalog.Label `json:"title"`
	At    time.Time     `json:"publishedAt,omitzero"` // its minute; the file counts as made then, so that the same release gives the same bytes
}

// Shows says of a table which release it is from and who publishes it; of one that looks back, to which day.
func (t *Table) Shows(r publish.Release, c *catalog.Catalog, asOf stat.Date, publisher string) {
	t.Publisher = publisher
	if r.ID == "" || r.PublishAt.IsZero() { // what nobody published yet
		return
	}
	t.Release = Release{ID: r.ID, Title: r.Title, At: r.PublishAt.In(c.Zone())}
	line := func(lang string) string {
		said := book.Say(lang, "release-line", "release", r.Title.In(lang), "date", text.FormatDate(lang, c.Day(r.PublishAt)))
		if !asOf.IsZero() {
			said += "; " + book.Say(lang, "as-of-line", "date", text.FormatDate(lang, asOf))
		}
		return said
	}
	t.Vintage = catalog.Label{Vi: line("vi"), En: line("en")}
}

// Properties are what a workbook about a release says of itself.
func Properties(r publish.Release, publisher, address string) workbook.Properties {
	return workbook.Properties{Creator: publisher, Address: address, Created: r.PublishAt}
}
