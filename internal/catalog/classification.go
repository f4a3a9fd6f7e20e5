package catalog

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Class is a code of a classification.
type Class struct {
	Code   string
	Level  int // 1 is a section
	Parent string
	Name   Label // Vietnamese only, where no English is known
}

// Classification is one edition of a classification, with the days on which it was in force.
type Classification struct {
	ID       string
	Family   string // editions of one classification share it: VSIC
	Name     Label
	Document string    // the decision that issues it
	From, To stat.Date // in force; zero for not recorded or not ended
	Source   Label
	Mark     stat.Mark
	Classes  []Class
	byCode   map[string]int
}

// Class finds a code.
func (c *Classification) Class(code string) (Class, bool) {
	i, ok := c.byCode[code]
	if !ok {
		return Class{}, false
	}
	return c.Classes[i], true
}

// Section gives the code of level 1 that a code belongs to, or "".
func (c *Classification) Section(code string) string {
	for {
		x, ok := c.Class(code)
		if !ok {
			return ""
		}
		if x.Parent == "" {
			return x.Code
		}
		code = x.Parent
	}
}

// Link leads from a code of one edition to a code of another.
type Link struct {
	To       string
	Relation string // one_to_one, one_to_many, many_to_one, many_to_many
	Noted    bool   // the official table explains the pair
}

// Correspondence leads from one edition to another, as the official table does. It has no weights: a split needs weights that
// its user declares. The two directions are separate tables and are not exact inverses.
type Correspondence struct {
	From, To string
	Source   string
	Mark     stat.Mark
	links    map[string][]Link
}

// Of gives the links of a code.
func (c *Correspondence) Of(code string) []Link { return c.links[code] }

// Len gives the number of pairs.
func (c *Correspondence) Len() int {
	n := 0
	for _, l := range c.links {
		n += len(l)
	}
	return n
}

// CoreIndustry is one of the industries that the statistics office counts as core of the digital economy, by its code in
// each edition.
type CoreIndustry struct {
	No       int
	Name     Label
	VSIC2018 string
	VSIC2025 string
	NameMark stat.Mark // how well the name is known
	Mark     stat.Mark // how well the codes are known
	Note     string    // code of CL_NOTE
	Source   string    // code of CL_SOURCE
}

// Intermediation is a class of VSIC 2025 that isolates a part of the platform economy.
type Intermediation struct {
	VSIC2025 string
	Name     Label
	Source   string
	Mark     stat.Mark
}

// DigitalLink says what became of a digital industry of VSIC 2018 in VSIC 2025.
type DigitalLink struct {
	VSIC2018 []string
	VSIC2025 []string // empty when the conversion was not read at this level
	Name     string   // English
	Relation string
	Flagged  bool // the official conversion flags a split or a merge
	Source   string
	Mark     stat.Mark
}

// classes is everything about classifications.
type classes struct {
	editions        []*Classification
	correspondences []*Correspondence
	core            []CoreIndustry
	intermediation  []Intermediation
	digital         []DigitalLink
}

// Classifications lists the editions held.
func (c *Catalog) Classifications() []*Classification { return c.classes.editions }

// Classification gives the edition of a family that was in force on a day.
func (c *Catalog) Classification(family string, on stat.Date) (*Classification, error) {
	for _, x := range c.classes.editions {
		if x.Family == family && (x.From.IsZero() || !on.Before(x.From)) && (x.To.IsZero() || !on.After(x.To)) {
			return x, nil
		}
	}
	return nil, fault.New("catalog.no-classification", "family", family, "date", on.String())
}

// Correspondence gives the table that leads from one edition to another.
func (c *Catalog) Correspondence(from, to string) (*Correspondence, error) {
	for _, x := range c.classes.correspondences {
		if x.From == from && x.To == to {
			return x, nil
		}
	}
	return nil, fault.New("catalog.no-correspondence", "from", from, "to", to)
}

// CoreIndustries lists the core digital industries of the statistics office.
func (c *Catalog) CoreIndustries() []CoreIndustry { return c.classes.core }

// IntermediationClasses lists the intermediation classes of VSIC 2025.
func (c *Catalog) IntermediationClasses() []Intermediation { return c.classes.intermediation }

// DigitalLinks lists what became of the digital industries of VSIC 2018.
func (c *Catalog) DigitalLinks() []DigitalLink { return c.classes.digital }

func loadClassifications(fsys fs.FS) (classes, error) {
	var out classes
	var file struct {
		Classifications []struct {
			ID, Family, Document, From, To, Mark string
			Name, Source                         Label
		}
		Correspondences []struct{ From, To, Source, Mark string }
	}
	if err := readYAML(fsys, "catalog/classifications.yaml", &file); err != nil {
		return out, err
	}
	edition := map[string]*Classification{}
	for _, x := range file.Classifications {
		c := &Classification{ID: x.ID, Family: x.Family, Name: x.Name, Document: x.Document, Source: x.Source, Mark: stat.Mark(x.Mark), byCode: map[string]int{}}
		if err := c.From.UnmarshalText([]byte(x.From)); err != nil {
			return out, err
		}
		if err := c.To.UnmarshalText([]byte(x.To)); err != nil {
			return out, err
		}
		t, err := readTable(fsys, "catalog/classifications/"+x.ID+".csv", "code", "level", "parent", "name_vi")
		if err != nil {
			return out, err
		}
		for i, row := range t.rows {
			level, err := strconv.Atoi(row["level"])
			if _, twice := c.byCode[row["code"]]; twice || err != nil || row["name_vi"] == "" {
				return out, fault.New("catalog.duplicate-code", "code", row["code"], "codelist", x.ID).At(t.name, i+2, "")
			}
			c.byCode[row["code"]] = len(c.Classes)
			c.Classes = append(c.Classes, Class{row["code"], level, row["parent"], Label{Vi: row["name_vi"], En: row["name_en"]}})
		}
		for _, k := range c.Classes {
			if p, ok := c.Class(k.Parent); k.Parent != "" && (!ok || p.Level != k.Level-1) {
				return out, fault.New("catalog.unknown-parent", "code", k.Code, "parent", k.Parent, "codelist", x.ID)
			}
		}
		edition[c.ID] = c
		out.editions = append(out.editions, c)
	}
	for _, x := range file.Correspondences {
		c := &Correspondence{From: x.From, To: x.To, Source: x.Source, Mark: stat.Mark(x.Mark), links: map[string][]Link{}}
		t, err := readTable(fsys, "catalog/classifications/"+x.From+"-"+x.To+".csv", "from", "to", "relation", "official_note")
		if err != nil {
			return out, err
		}
		for i, row := range t.rows {
			if err := mustHave(edition, x.From, row["from"]); err != nil {
				return out, err.At(t.name, i+2, "from")
			}
			if err := mustHave(edition, x.To, row["to"]); err != nil {
				return out, err.At(t.name, i+2, "to")
			}
			c.links[row["from"]] = append(c.links[row["from"]], Link{row["to"], row["relation"], row["official_note"] == "yes"})
		}
		out.correspondences = append(out.correspondences, c)
	}
	return out, loadDigital(fsys, edition, &out)
}

// loadDigital reads the lists that say what is digital in the editions.
func loadDigital(fsys fs.FS, edition map[string]*Classification, out *classes) error {
	t, err := optionalTable(fsys, "catalog/classifications/core_industries.csv", "no", "name_vi", "name_en", "vsic2018", "vsic2025", "mark_name", "mark", "note", "source")
	if err != nil {
		return err
	}
	for i, row := range t.rows {
		no, _ := strconv.Atoi(row["no"])
		for id, code := range map[string]string{"VSIC2018": row["vsic2018"], "VSIC2025": row["vsic2025"]} {
			if err := mustHave(edition, id, code); err != nil {
				return err.At(t.name, i+2, strings.ToLower(id))
			}
		}
		out.core = append(out.core, CoreIndustry{no, Label{row["name_vi"], row["name_en"]}, row["vsic2018"], row["vsic2025"],
			stat.Mark(row["mark_name"]), stat.Mark(row["mark"]), row["note"], row["source"]})
	}
	if t, err = optionalTable(fsys, "catalog/classifications/intermediation.csv", "vsic2025", "name_vi", "name_en", "source", "mark"); err != nil {
		return err
	}
	for i, row := range t.rows {
		if err := mustHave(edition, "VSIC2025", row["vsic2025"]); err != nil {
			return err.At(t.name, i+2, "vsic2025")
		}
		out.intermediation = append(out.intermediation, Intermediation{row["vsic2025"], Label{row["name_vi"], row["name_en"]}, row["source"], stat.Mark(row["mark"])})
	}
	if t, err = optionalTable(fsys, "catalog/classifications/digital.csv", "vsic2018", "vsic2025", "description_en", "relation", "flagged", "source", "mark"); err != nil {
		return err
	}
	for i, row := range t.rows {
		link := DigitalLink{split(row["vsic2018"]), split(row["vsic2025"]), row["description_en"], row["relation"], row["flagged"] == "yes", row["source"], stat.Mark(row["mark"])}
		for _, code := range link.VSIC2018 {
			if err := mustHave(edition, "VSIC2018", code); err != nil {
				return err.At(t.name, i+2, "vsic2018")
			}
		}
		for _, code := range link.VSIC2025 {
			if err := mustHave(edition, "VSIC2025", code); err != nil {
				return err.At(t.name, i+2, "vsic2025")
			}
		}
		out.digital = append(out.digital, link)
	}
	return nil
}

// optionalTable reads a table that a pack need not have; without it there are no rows.
func optionalTable(fsys fs.FS, name string, columns ...string) (table, error) {
	if _, err := fs.Stat(fsys, name); errors.Is(err, fs.ErrNotExist) {
		return table{name: name, head: columns}, nil
	}
	return readTable(fsys, name, columns...)
}

// mustHave refuses a code that an edition does not have.
func mustHave(edition map[string]*Classification, id, code string) *fault.Error {
	if c := edition[id]; c != nil {
		if _, ok := c.Class(code); ok {
			return nil
		}
	}
	return fault.New("catalog.unresolved", "id", code, "by", id)
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ";")
}
