package catalog

import (
	"io/fs"
	"regexp"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Country is the country whose economy is measured.
type Country struct {
	ID   string         // as CL_AREA has it
	Zone *time.Location // in which its days begin and end
}

// zoneShape is an offset from UTC as ISO 8601 writes it.
var zoneShape = regexp.MustCompile(`^[+-](0\d|1[0-4]):[0-5]\d$`)

func loadCountry(fsys fs.FS) (Country, error) {
	var declared struct{ ID, Zone string }
	const file = "catalog/country.yaml"
	if err := readYAML(fsys, file, &declared); err != nil {
		return Country{}, err
	}
	if !codeShape.MatchString(declared.ID) {
		return Country{}, fault.New("catalog.bad-file", "reason", "id: "+declared.ID).At(file, 0, "id")
	}
	if !zoneShape.MatchString(declared.Zone) {
		return Country{}, fault.New("catalog.bad-file", "reason", "zone: "+declared.Zone).At(file, 0, "zone")
	}
	// An offset, not a name: the program needs no time-zone files, and a zone that changes its clocks would make days of 23 hours.
	at, err := time.Parse("-07:00", declared.Zone)
	if err != nil {
		return Country{}, fault.New("catalog.bad-file", "reason", err.Error()).At(file, 0, "zone")
	}
	_, offset := at.Zone()
	return Country{ID: declared.ID, Zone: time.FixedZone(declared.Zone, offset)}, nil
}

// Country gives the country whose economy is measured.
func (c *Catalog) Country() Country { return c.country }

// Zone is the zone of the country: every day and minute that is written or compared is one of it. A catalogue put together without a
// country counts in UTC.
func (c *Catalog) Zone() *time.Location {
	if c == nil || c.country.Zone == nil {
		return time.UTC
	}
	return c.country.Zone
}

// Day is the country's day at a moment.
func (c *Catalog) Day(at time.Time) stat.Date { return stat.DateOf(at.In(c.Zone())) }
