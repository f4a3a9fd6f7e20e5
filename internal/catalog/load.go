package catalog

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"nhipso/internal/fault"
	"nhipso/internal/tabular/record"
)

// codeShape is what SDMX allows in a code; it leaves out the signs that join codes in keys and patterns.
var codeShape = regexp.MustCompile(`^[A-Za-z0-9_@$-]+$`)

// Load reads a whole catalogue from a file system: pack.yaml and, under catalog/, concepts.yaml, codelists.yaml with codelists/*.csv,
// dataflows.yaml, rules.yaml and classifications.yaml with classifications/*.csv; and types/*.yaml. Anything unknown, missing or dangling refuses all of it.
func Load(fsys fs.FS) (*Catalog, error) {
	var concepts []Concept
	if err := readYAML(fsys, "catalog/concepts.yaml", &concepts); err != nil {
		return nil, err
	}
	lists, err := loadCodelists(fsys)
	if err != nil {
		return nil, err
	}
	agency, flows, err := loadDataflows(fsys, concepts)
	if err != nil {
		return nil, err
	}
	var indicators []Indicator
	for _, l := range lists {
		if l.ID == "CL_INDICATOR" {
			if indicators, err = indicatorsOf(l); err != nil {
				return nil, err
			}
		}
	}
	c, err := New(agency, flows, lists, indicators)
	if err != nil {
		return nil, err
	}
	if err := c.addConcepts(concepts); err != nil {
		return nil, err
	}
	if err := c.checkCodes(); err != nil {
		return nil, err
	}
	if err = c.addCountry(fsys); err != nil {
		return nil, err
	}
	if err := c.addDocuments(); err != nil {
		return nil, err
	}
	if err := c.addDefinitions(); err != nil {
		return nil, err
	}
	if c.classes, err = loadClassifications(fsys); err != nil {
		return nil, err
	}
	if err := c.loadRules(fsys); err != nil {
		return nil, err
	}
	return c, c.loadTypes(fsys)
}

func readYAML(fsys fs.FS, name string, into any) error {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fault.Unread("catalog.bad-file", name, err)
	}
	return decodeYAML(name, b, into)
}

func decodeYAML(name string, text []byte, into any) error {
	if err := DecodeYAML(bytes.NewReader(text), into); err != nil {
		return fault.Unread("catalog.bad-file", name, err)
	}
	return nil
}

// DecodeYAML reads a YAML text of a pack. A key that nothing knows, and a second document, would be left out unseen: both are refused.
func DecodeYAML(r io.Reader, into any) error {
	d := yaml.NewDecoder(r)
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return err
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return fault.New("file.second-document")
	}
	return nil
}

// table is a CSV file of the catalogue: a heading and rows by column name.
type table struct {
	name  string
	head  []string
	rows  []map[string]string
	lines []int // where each row begins
}

func readTable(fsys fs.FS, name string, columns ...string) (table, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return table{}, fault.Unread("catalog.bad-file", name, err)
	}
	read, err := record.Ours(b)
	if err != nil {
		return table{}, fault.Unread("catalog.bad-file", name, err)
	}
	for _, want := range columns {
		if !slices.Contains(read.Head, want) {
			return table{}, fault.New("reference.missing-column", "column", want).At(name, 1, want)
		}
	}
	t := table{name: name, head: read.Head}
	for _, r := range read.Rows {
		t.rows, t.lines = append(t.rows, r.Map()), append(t.lines, r.Line)
	}
	return t, nil
}

func loadCodelists(fsys fs.FS) ([]*Codelist, error) {
	var declared []struct {
		ID, Source, Version string
		Name                Label
	}
	if err := readYAML(fsys, "catalog/codelists.yaml", &declared); err != nil {
		return nil, err
	}
	files, err := fs.Glob(fsys, "catalog/codelists/*.csv")
	if err != nil || len(files) != len(declared) {
		known := map[string]bool{}
		for _, d := range declared {
			known["catalog/codelists/"+d.ID+".csv"] = true
		}
		for _, f := range files {
			if !known[f] {
				return nil, fault.New("catalog.undeclared", "file", path.Base(f))
			}
		}
	}
	var out []*Codelist
	for _, d := range declared {
		t, err := readTable(fsys, "catalog/codelists/"+d.ID+".csv", "id", "parent", "name_vi", "name_en")
		if err != nil {
			return nil, err
		}
		codes := make([]Code, 0, len(t.rows))
		for i, row := range t.rows {
			c := Code{ID: row["id"], Parent: row["parent"], Name: Label{Vi: row["name_vi"], En: row["name_en"]}}
			if c.ID == "" || c.Name.Vi == "" || c.Name.En == "" {
				return nil, fault.New("catalog.nameless", "code", c.ID, "codelist", d.ID).At(t.name, t.lines[i], "")
			}
			if name := c.Name.Vi + c.Name.En; len(name) > 2*maxName || strings.ContainsFunc(name, unseen) {
				return nil, fault.New("catalog.bad-name", "code", c.ID, "codelist", d.ID, "most", maxName).At(t.name, t.lines[i], "")
			}
			for _, h := range t.head {
				if v := row[h]; v != "" && h != "id" && h != "parent" && h != "name_vi" && h != "name_en" {
					if c.Notes == nil {
						c.Notes = map[string]string{}
					}
					c.Notes[h] = v
				}
			}
			codes = append(codes, c)
		}
		l, err := NewCodelist(d.ID, d.Name, d.Source, codes)
		if err != nil {
			return nil, t.locate(err)
		}
		l.Version = d.Version
		out = append(out, l)
	}
	return out, nil
}

// maxName bounds the name of a code, in bytes: it stands in headings, tables and links.
const maxName = 1000

// unseen are signs that a name cannot have: a line ends within it, or what follows is read in another order than it is written.
func unseen(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// locate points a fault over a code to the last row that has it.
func (t table) locate(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	for i := len(t.rows) - 1; i >= 0; i-- {
		if t.rows[i]["id"] == f.Args["code"] {
			return f.At(t.name, t.lines[i], "id")
		}
	}
	return f.At(t.name, 0, "")
}

// flowFile is the form of dataflows.yaml.
type flowFile struct {
	Agency    string
	Every     map[Kind][]string
	Dataflows []struct {
		ID, Topic, Unit, Method, Version string
		Name, Description                Label
		Kind                             Kind
		UnitMult                         int `yaml:"unit_mult"`
		Decimals                         int
		Dimensions                       []dimensionRef
		Attributes                       []string
		Additive                         bool
		Ratio                            *Ratio
		Titles                           []titleForm
	}
}

// mostDigits bounds the decimals and the power of ten of a dataflow.
const mostDigits = 18

// dimensionRef names a concept, with another codelist than the concept's where the dataflow needs one.
type dimensionRef struct{ ID, Codelist string }

// UnmarshalYAML reads "FREQ" or {id: MEASURE, codelist: CL_X}.
func (d *dimensionRef) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		d.ID = n.Value
		return nil
	}
	type plain dimensionRef
	return n.Decode((*plain)(d))
}

func loadDataflows(fsys fs.FS, concepts []Concept) (string, []*Dataflow, error) {
	var file flowFile
	if err := readYAML(fsys, "catalog/dataflows.yaml", &file); err != nil {
		return "", nil, err
	}
	byID := map[string]Concept{}
	for _, c := range concepts {
		byID[c.ID] = c
	}
	var out []*Dataflow
	for _, f := range file.Dataflows {
		if f.Kind != Reported && f.Kind != Derived {
			return "", nil, fault.New("catalog.unresolved", "id", string(f.Kind), "by", f.ID+".kind")
		}
		if f.Decimals < 0 || f.Decimals > mostDigits || f.UnitMult < 0 || f.UnitMult > mostDigits {
			return "", nil, fault.New("catalog.bad-digits", "id", f.ID, "most", mostDigits).At("catalog/dataflows.yaml", 0, "")
		}
		flow := &Dataflow{ID: f.ID, Topic: f.Topic, Name: f.Name, Description: f.Description, Kind: f.Kind, Unit: f.Unit, UnitMult: f.UnitMult,
			Decimals: f.Decimals, Additive: f.Additive, Ratio: f.Ratio, Method: f.Method, Version: f.Version}
		for _, d := range f.Dimensions {
			concept, ok := byID[d.ID]
			if !ok {
				return "", nil, fault.New("catalog.unresolved", "id", d.ID, "by", f.ID)
			}
			if d.Codelist == "" {
				d.Codelist = concept.Codelist
			}
			flow.Dimensions = append(flow.Dimensions, Dimension{ID: d.ID, Name: concept.Name, Codelist: d.Codelist})
		}
		if err := flow.addTitles(f.Titles); err != nil {
			return "", nil, err
		}
		for _, a := range append(append([]string{}, file.Every[f.Kind]...), f.Attributes...) {
			if _, ok := byID[a]; !ok {
				return "", nil, fault.New("catalog.unresolved", "id", a, "by", f.ID)
			}
			if !flow.Allows(a) {
				flow.Attributes = append(flow.Attributes, a)
			}
		}
		out = append(out, flow)
	}
	return file.Agency, out, nil
}

// indicatorsOf reads the indicators from the further columns of their codelist.
func indicatorsOf(l *Codelist) ([]Indicator, error) {
	var out []Indicator
	for _, c := range l.Codes {
		direction, err := strconv.Atoi(c.Notes["direction"])
		if err != nil || direction != 1 && direction != -1 {
			return nil, fault.New("catalog.unresolved", "id", c.Notes["direction"], "by", l.ID+"."+c.ID+".direction")
		}
		out = append(out, Indicator{ID: c.ID, Name: c.Name, Unit: c.Notes["unit"], Direction: direction, Dataflow: c.Notes["dataflow"],
			Key: c.Notes["key"], Owner: c.Notes["owner"], Topic: c.Notes["topic"]})
	}
	return out, nil
}

// checkCodes refuses codes of dimensions that cannot stand in a key, and units and topics that no list has.
func (c *Catalog) checkCodes() error {
	for _, f := range c.dataflows {
		for _, d := range f.Dimensions {
			for _, x := range c.codelists[d.Codelist].Codes {
				if !codeShape.MatchString(x.ID) {
					return fault.New("catalog.bad-code", "code", x.ID, "codelist", d.Codelist).At("catalog/codelists/"+d.Codelist+".csv", 0, "id")
				}
			}
		}
		if err := c.resolve("CL_TOPIC", f.Topic, f.ID); err != nil {
			return err
		}
		if f.Unit != "" {
			if err := c.resolve("CL_UNIT_MEASURE", f.Unit, f.ID); err != nil {
				return err
			}
		}
		if f.Name.Vi == "" || f.Name.En == "" || f.Description.Vi == "" || f.Description.En == "" {
			return fault.New("catalog.nameless", "code", f.ID, "codelist", "dataflows.yaml")
		}
	}
	for _, i := range c.indicators {
		if err := c.resolve("CL_UNIT_MEASURE", i.Unit, "CL_INDICATOR."+i.ID); err != nil {
			return err
		}
		if f := c.flowByID[i.Dataflow]; f != nil && len(strings.Split(i.Key, ".")) != len(f.Dimensions) {
			return fault.New("catalog.key-shape", "key", i.Key, "dataflow", f.ID, "want", len(f.Dimensions), "got", len(strings.Split(i.Key, ".")))
		}
	}
	return nil
}

func (c *Catalog) resolve(codelist, code, by string) error {
	l, err := c.Codelist(codelist)
	if err != nil {
		return err
	}
	if _, ok := l.Code(code); !ok {
		return fault.New("catalog.unresolved", "id", codelist+"."+code, "by", by)
	}
	return nil
}
