package catalog

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Manifest is the file of a country pack that says whose economy it measures.
const Manifest = "pack.yaml"

// Country is the country whose economy is measured, as its pack declares it.
type Country struct {
	Pack      string         // identifier of the pack
	Version   string         // of the pack
	ID        string         // as CL_AREA has it
	Name      Label          // as sentences name it
	Zone      *time.Location // in which its days begin and end
	Currency  string         // as CL_UNIT_MEASURE has it
	Compiled  stat.Date      // day on which its figures were put together
	Synthetic bool           // there is no such country and every figure is made up, which everything that shows one says
	Demo      bool           // an installation to try the program with: its people and what they do are made up, which everything that shows it says
	Official  string         // code of CL_DEFINITION: whose digital economy the front page is about
	Target    string         // code of CL_TARGET: the target of its share; "" where none is set
}

// declared is the form of a manifest.
type declared struct {
	ID, Version, Country string
	Name                 Label
	Zone, Currency       string
	Languages            []string
	Compiled             string `yaml:"known"` // as manifests that are kept call it
	Synthetic, Demo      bool
	Headline             struct{ Definition, Target string }
}

// Languages are those of the interface. A pack names things in all of them.
var Languages = []string{"vi", "en"}

// Shapes of what a manifest says: an offset from UTC as ISO 8601 writes it, the identifier of a pack, its version.
var (
	zoneShape    = regexp.MustCompile(`^[+-](0\d|1[0-4]):[0-5]\d$`)
	packShape    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	versionShape = regexp.MustCompile(`^\d+(\.\d+){0,2}$`)
)

// ReadCountry reads the manifest of a pack alone.
func ReadCountry(fsys fs.FS) (Country, error) {
	var d declared
	if err := readYAML(fsys, Manifest, &d); err != nil {
		return Country{}, err
	}
	for _, x := range []struct {
		key, text string
		fits      bool
	}{
		{"id", d.ID, packShape.MatchString(d.ID)}, {"version", d.Version, versionShape.MatchString(d.Version)}, {"country", d.Country, codeShape.MatchString(d.Country)},
		{"name", d.Name.Vi + " / " + d.Name.En, d.Name.Vi != "" && d.Name.En != ""}, {"zone", d.Zone, zoneShape.MatchString(d.Zone)},
		{"currency", d.Currency, codeShape.MatchString(d.Currency)}, {"languages", strings.Join(d.Languages, ", "), slices.Equal(d.Languages, Languages)},
		{"headline", d.Headline.Definition, codeShape.MatchString(d.Headline.Definition)},
	} {
		if !x.fits {
			return Country{}, fault.New("catalog.bad-manifest", "key", x.key, "text", x.text).At(Manifest, 0, x.key)
		}
	}
	compiled, err := stat.ParseDate(d.Compiled)
	if err != nil {
		return Country{}, fault.New("catalog.bad-manifest", "key", "known", "text", d.Compiled).At(Manifest, 0, "known")
	}
	// An offset, not a name: the program needs no time-zone files, and a zone that changes its clocks would make days of 23 hours.
	at, err := time.Parse("-07:00", d.Zone)
	if err != nil {
		return Country{}, fault.New("catalog.bad-file", "reason", err.Error()).At(Manifest, 0, "zone")
	}
	_, offset := at.Zone()
	return Country{Pack: d.ID, Version: d.Version, ID: d.Country, Name: d.Name, Zone: time.FixedZone(d.Zone, offset), Currency: d.Currency, Compiled: compiled,
		Synthetic: d.Synthetic, Demo: d.Demo, Official: d.Headline.Definition, Target: d.Headline.Target}, nil
}

// addCountry reads the manifest and refuses a code in it that no list has.
func (c *Catalog) addCountry(fsys fs.FS) (err error) {
	if c.country, err = ReadCountry(fsys); err != nil {
		return err
	}
	codes := [][2]string{{"CL_AREA", c.country.ID}, {"CL_UNIT_MEASURE", c.country.Currency}, {"CL_DEFINITION", c.country.Official}}
	if c.country.Target != "" {
		codes = append(codes, [2]string{"CL_TARGET", c.country.Target})
	}
	for _, x := range codes {
		if err := c.resolve(x[0], x[1], Manifest); err != nil {
			return err
		}
	}
	return nil
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

// Money names the country's currency as it stands within a sentence.
func (c *Catalog) Money() Label {
	x := Label{Vi: c.country.Currency, En: c.country.Currency}
	if l := c.codelists["CL_UNIT_MEASURE"]; l != nil {
		if unit, ok := l.Code(c.country.Currency); ok {
			x = unit.Name
			if vi, en := unit.Notes["inline_vi"], unit.Notes["inline_en"]; vi != "" && en != "" {
				x = Label{Vi: vi, En: en}
			}
		}
	}
	return x
}
