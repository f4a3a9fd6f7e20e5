package reference

import (
	"cmp"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/tabular"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

// The columns of a file that are neither a dimension nor an attribute.
const (
	colDataflow = "DATAFLOW"
	colPeriod   = "TIME_PERIOD"
	colValue    = "OBS_VALUE"
	colStatus   = "OBS_STATUS"
	colVintage  = "VINTAGE"
	dimFreq     = "FREQ"
	dimArea     = "REF_AREA"
)

// The columns that our own files have beside what is stored, for whoever reads them without the catalogue: of every figure the unit, the power of
// ten, both in words, and the digits shown. So are the names of codes, in columns that end in _NAME. A load passes over them, since the
// catalogue says all of that.
const (
	Unit      = "UNIT"
	UnitPower = "UNIT_POWER"
	UnitName  = "UNIT_NAME"
	Digits    = "DIGITS"
)

// nameOf ends the name of a column that names the codes of another.
const nameOf = "_NAME"

// Numeric reports whether an attribute holds a number.
func Numeric(attribute string) bool { return numeric[attribute] }

// Options of a file.
type Options struct {
	Sender  string
	SentAt  time.Time
	Vintage stat.Date // the day that a figure counts as published on when its row does not state one; zero means the day of SentAt
	Format  tabular.Options
}

// reader reads the rows of one file.
type reader struct {
	catalog *catalog.Catalog
	areas   *territory.Registry
	vintage stat.Date
	numbers tabular.Convention
	columns map[string]int // where each column of the file stands
	names   []string       // of the columns, in order
	skip    []bool         // those that only describe
}

// open lists the codelists that an attribute may go beyond with free text. A source may not: the rules of the catalogue say so.
var open = map[string]bool{"CL_SOURCE": true, "CL_NOTE": true}

// numeric lists the attributes that hold numbers.
var numeric = map[string]bool{stat.AttrLower: true, stat.AttrUpper: true, stat.AttrStdErr: true, stat.AttrLevel: true}

// File is a file of figures that was found readable. Its rows are read when they are asked for.
type File struct {
	cube.Header
	Rows int // as many as there are, blank ones left out

	table *tabular.Table
	rd    reader
}

// Open finds out how a file of figures is written, CSV or XLSX: a heading, then one figure a row. Columns are DATAFLOW, the dimensions of the
// dataflow, TIME_PERIOD, OBS_VALUE, and as needed OBS_STATUS (A when left out), VINTAGE, EVIDENCE, SOURCE and other attributes. FREQ may be
// left out: the period tells it. REF_AREA may be a two-digit province code, which means what it meant on the last day of the period.
func Open(src io.Reader, name string, c *catalog.Catalog, areas *territory.Registry, o Options) (*File, error) {
	if o.Vintage.IsZero() {
		o.Vintage = stat.DateOf(o.SentAt)
	}
	f, err := tabular.Open(src, name, o.Format)
	if err != nil {
		return nil, err
	}
	rd := reader{catalog: c, areas: areas, vintage: o.Vintage}
	t, err := f.Table(rd.layout())
	if err != nil {
		return nil, err
	}
	rd.numbers, rd.columns = t.Convention, map[string]int{}
	for i, c := range t.Columns {
		rd.columns[c.Name] = i
		rd.names = append(rd.names, c.Name)
		rd.skip = append(rd.skip, describes(c.Name))
	}
	if !slices.Contains(rd.names, stat.AttrSource) && !slices.Contains(rd.names, stat.AttrRun) { // a computed figure names its run
		return nil, fault.New("tabular.missing-column", "column", stat.AttrSource).At(name, t.Line, stat.AttrSource)
	}
	return &File{Header: cube.Header{Sender: o.Sender, File: name, SentAt: o.SentAt, Given: true}, Rows: max(0, f.Length-1), table: t, rd: rd}, nil
}

// Entries reads the figures of the rows one after another. Any fault refuses the file; it joins up to fault.MaxNamed of them, each with file,
// row and column, and is the last that is given.
func (f *File) Entries() iter.Seq2[cube.Entry, error] {
	return func(yield func(cube.Entry, error) bool) {
		var faults fault.List
		for record, err := range f.table.Records() {
			if err != nil {
				yield(cube.Entry{}, err)
				return
			}
			e, column, err := f.rd.entry(record)
			if err != nil {
				faults.Add(fault.Locate(err, f.File, record.Line, column))
				if faults.Full() {
					break
				}
				continue
			}
			e.Row = record.Line
			if !yield(e, nil) {
				return
			}
		}
		if err := faults.Err(); err != nil {
			yield(cube.Entry{}, err)
		}
	}
}

// Read reads a file that is small enough to hold, as Open and Entries do. The message returned passes the intake check of the cube.
func Read(src io.Reader, name string, c *catalog.Catalog, areas *territory.Registry, o Options) (cube.Message, error) {
	f, err := Open(src, name, c, areas, o)
	if err != nil {
		return cube.Message{}, err
	}
	m := cube.Message{Header: f.Header, Entries: make([]cube.Entry, 0, f.Rows)}
	for e, err := range f.Entries() {
		if err != nil {
			return cube.Message{}, err
		}
		m.Entries = append(m.Entries, e)
	}
	if err := (cube.Intake{Catalog: c}).Check(m); err != nil {
		return cube.Message{}, err
	}
	return m, nil
}

// layout says which columns a file of figures may have.
func (rd reader) layout() tabular.Layout {
	required := []string{colDataflow, colPeriod, colValue, stat.AttrMark}
	known := append(slices.Clone(required), colStatus, colVintage, stat.AttrSource, Unit, UnitPower, UnitName, Digits)
	add := func(name string) {
		if !slices.Contains(known, name) {
			known = append(known, name)
		}
	}
	both := func(name string) { add(name); add(name + nameOf) }
	for _, f := range rd.catalog.Dataflows() {
		for _, d := range f.Dimensions {
			both(d.ID)
		}
		for _, a := range f.Attributes {
			both(a)
		}
	}
	return tabular.Layout{Names: known, Required: required, Numeric: func(c string) bool { return c == colValue || numeric[c] }}
}

// describes reports whether a column only says in words or for every figure what the catalogue says.
func describes(column string) bool {
	return column == Unit || column == UnitPower || column == Digits || strings.HasSuffix(column, nameOf)
}

// line is a row under the names of its columns.
type line struct {
	reader
	cells []tabular.Cell
}

// get gives the text of a cell, as it was before our own export wrote it.
func (l line) get(column string) string {
	i, ok := l.columns[column]
	if !ok {
		return ""
	}
	return text.Rearm(l.cells[i].Text)
}

// figure reads the cell of a number. What is said of text that is none, says how a missing figure is given.
func (l line) figure(column string) (f tabular.Figure, v stat.Decimal, err error) {
	i, ok := l.columns[column]
	if !ok {
		return f, v, nil
	}
	f, err = l.numbers.Figure(l.cells[i])
	if err == nil && f.Known() {
		v, err = stat.ParseDecimal(f.Plain)
	}
	if code := fault.CodeOf(err); code == "tabular.not-a-number" || code == "stat.bad-decimal" {
		err = fault.New("reference.not-a-number", "text", l.cells[i].Text)
	}
	return f, v, err
}

// entry reads one row; on a fault it names the column.
func (rd reader) entry(r tabular.Record) (e cube.Entry, column string, err error) {
	l := line{rd, r.Cells}
	for i, c := range r.Cells {
		if c.Type == tabular.Error {
			return e, rd.names[i], fault.New("tabular.error-cell", "text", c.Text)
		}
	}
	if r.Total && tabular.IsTotal(l.get(colDataflow)) {
		return e, "", fault.New("tabular.total-row")
	}
	flow, err := rd.catalog.Dataflow(l.get(colDataflow))
	if err != nil {
		return e, colDataflow, err
	}
	e.Dataflow = flow.ID
	if e.Period, err = stat.ParsePeriod(l.get(colPeriod)); err != nil {
		return e, colPeriod, err
	}
	if e.Key, column, err = l.key(flow, e.Period); err != nil {
		return e, column, err
	}
	if column, err = l.value(flow, &e); err != nil {
		return e, column, err
	}
	if e.Vintage, err = stat.ParseVintage(l.get(colVintage), rd.vintage); err != nil {
		return e, colVintage, err
	}
	e.Attributes = stat.Attributes{}
	for i, name := range rd.names {
		if rd.skip[i] {
			continue
		}
		v := l.get(name)
		if v == "" || own(name) || flow.Position(name) >= 0 {
			continue
		}
		e.Attributes[name] = v
	}
	column, err = l.attributes(flow, e.Attributes)
	return e, column, err
}

// value reads the figure and its status. A mark or flag of the publisher gives the status where the file has none of its own, and may not
// contradict one.
func (l line) value(flow *catalog.Dataflow, e *cube.Entry) (column string, err error) {
	f, v, err := l.figure(colValue)
	if err != nil {
		return colValue, err
	}
	if f.Known() {
		e.Value = &v
	}
	if f.Percent && !strings.HasPrefix(cmp.Or(l.get(stat.AttrUnit), flow.UnitOfKey(e.Key), flow.Unit), "PC") {
		return colValue, fault.New("reference.percent", "dataflow", flow.ID)
	}
	e.Status = stat.Status(l.get(colStatus))
	switch {
	case e.Status == "" && f.Status != "":
		e.Status = f.Status
	case e.Status == "":
		e.Status = stat.Normal
	case f.Known() && f.Status != "" && f.Status != e.Status:
		return colStatus, fault.New("reference.flag-and-status", "flag", f.Mark, "means", string(f.Status), "status", string(e.Status))
	}
	return "", nil
}

func own(column string) bool {
	switch column {
	case colDataflow, colPeriod, colValue, colStatus, colVintage:
		return true
	}
	return false
}

// key puts the codes of a row together.
func (l line) key(flow *catalog.Dataflow, p stat.Period) (stat.Key, string, error) {
	codes := make([]string, len(flow.Dimensions))
	for i, d := range flow.Dimensions {
		_, given := l.columns[d.ID]
		v := l.get(d.ID)
		switch {
		case d.ID == dimFreq && v == "":
			v = p.Frequency().String()
		case !given:
			return "", d.ID, fault.New("reference.missing-column", "column", d.ID)
		case v == "":
			return "", d.ID, fault.New("reference.empty-code", "column", d.ID)
		case d.ID == dimArea:
			a, err := l.areas.Resolve(v, p)
			if err != nil {
				return "", d.ID, err
			}
			v = a.ID
		}
		if strings.ContainsAny(v, ".+*") { // these join codes in keys and patterns, so a code cannot hold them
			list, err := l.catalog.Codelist(d.Codelist)
			if err != nil {
				return "", d.ID, err
			}
			return "", d.ID, fault.New("catalog.unknown-code", "code", v, "codelist", d.Codelist, "dimension", d.ID, "near", list.Near(v))
		}
		codes[i] = v
	}
	return stat.NewKey(codes...), "", nil
}

// attributes checks numbers, and codes of lists that bind.
func (l line) attributes(flow *catalog.Dataflow, attributes stat.Attributes) (string, error) {
	for _, name := range attributes.Names() {
		v := attributes[name]
		if !flow.Allows(name) {
			return name, fault.New("cube.unknown-attribute", "attribute", name, "dataflow", flow.ID)
		}
		if numeric[name] {
			f, _, err := l.figure(name)
			if err != nil {
				return name, err
			}
			attributes[name] = f.Plain
		}
		concept, ok := l.catalog.Concept(name)
		if !ok || concept.Codelist == "" || open[concept.Codelist] || name == stat.AttrMark || name == stat.AttrConf {
			continue // the intake check says more about marks and confidentiality
		}
		list, err := l.catalog.Codelist(concept.Codelist)
		if err != nil {
			return name, err
		}
		if _, ok := list.Code(v); !ok {
			return name, fault.New("reference.unknown-value", "text", v, "codelist", list.ID, "near", list.Near(v))
		}
	}
	return "", nil
}
