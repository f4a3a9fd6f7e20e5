package reference

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

// maxFaults bounds how many faults of one file are named at once.
const maxFaults = 20

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

// Options of a file.
type Options struct {
	Sender string
	SentAt time.Time
	Known  stat.Date // the day that a figure counts as published on when its row does not state one; zero means the day of SentAt
}

// reader reads the rows of one file.
type reader struct {
	catalog *catalog.Catalog
	areas   *territory.Registry
	known   stat.Date
}

// open lists the codelists that an attribute may go beyond with free text. A source may not: the rules of the catalogue say so.
var open = map[string]bool{"CL_SOURCE": true, "CL_NOTE": true}

// numeric lists the attributes that hold numbers.
var numeric = map[string]bool{stat.AttrLower: true, stat.AttrUpper: true, stat.AttrStdErr: true, stat.AttrLevel: true}

// ReadCSV reads a file whole: a heading, then one figure a row. Columns are DATAFLOW, the dimensions of the dataflow, TIME_PERIOD,
// OBS_VALUE, and as needed OBS_STATUS (A when left out), VINTAGE, EVIDENCE, SOURCE and other attributes. FREQ may be left out: the
// period tells it. REF_AREA may be a two-digit province code, which means what it meant on the last day of the period.
//
// Any fault refuses the file; the error joins up to twenty faults, each with file, row and column. The message returned passes the
// intake check of the cube.
func ReadCSV(src io.Reader, name string, c *catalog.Catalog, areas *territory.Registry, o Options) (cube.Message, error) {
	if o.Known.IsZero() {
		o.Known = stat.DateOf(o.SentAt)
	}
	m := cube.Message{Sender: o.Sender, File: name, SentAt: o.SentAt}
	var err error
	if m.Entries, err = (reader{c, areas, o.Known}).rows(name, src); err != nil {
		return cube.Message{}, err
	}
	if err := (cube.Intake{Catalog: c}).Check(m); err != nil {
		return cube.Message{}, err
	}
	return m, nil
}

// rows reads the entries of a file, or all that is wrong with its rows.
func (rd reader) rows(name string, src io.Reader) ([]cube.Entry, error) {
	b, err := plainText(name, src)
	if err != nil {
		return nil, err
	}
	c := csv.NewReader(bytes.NewReader(b))
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, syntax(name, err)
	}
	if err := rd.heading(name, head); err != nil {
		return nil, err
	}
	var entries []cube.Entry
	var faults []error
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, syntax(name, err))
			break // what follows a broken quotation cannot be told apart
		}
		at, _ := c.FieldPos(0)
		if len(entries) >= MaxRows {
			return nil, fault.New("reference.too-many-rows", "rows", MaxRows).At(name, at, "")
		}
		if len(rec) != len(head) {
			faults = append(faults, fault.New("reference.ragged", "want", len(head), "got", len(rec)).At(name, at, ""))
		} else {
			row := make(map[string]string, len(head))
			for i, h := range head {
				row[h] = text.Rearm(rec[i]) // as our own export wrote it
			}
			entry, column, err := rd.entry(row)
			if err == nil {
				entry.Row = at
				entries = append(entries, entry)
				continue
			}
			faults = append(faults, place(err, name, at, column))
		}
		if len(faults) >= maxFaults {
			break
		}
	}
	return entries, errors.Join(faults...)
}

// syntax tells what is wrong with the file as CSV.
func syntax(name string, err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fault.New("reference.syntax").At(name, p.Line, "")
	}
	return fault.New("reference.unreadable").At(name, 0, "").Because(err)
}

// place points a fault at a row and column of the file.
func place(err error, name string, row int, column string) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.At(name, row, column)
	}
	return err
}

// heading refuses columns that mean nothing, appear twice, or are missing.
func (rd reader) heading(name string, head []string) error {
	if len(head) == 1 && strings.Contains(head[0], ";") {
		return fault.New("reference.semicolons").At(name, 1, "")
	}
	allowed := map[string]bool{colDataflow: true, colPeriod: true, colValue: true, colStatus: true, colVintage: true}
	for _, f := range rd.catalog.Dataflows() {
		for _, d := range f.Dimensions {
			allowed[d.ID] = true
		}
		for _, a := range f.Attributes {
			allowed[a] = true
		}
	}
	var faults []error
	seen := map[string]bool{}
	for _, h := range head {
		switch {
		case !allowed[h]:
			faults = append(faults, fault.New("reference.unknown-column", "column", h, "allowed", strings.Join(slices.Sorted(maps.Keys(allowed)), ", ")).At(name, 1, h))
		case seen[h]:
			faults = append(faults, fault.New("reference.duplicate-column", "column", h).At(name, 1, h))
		}
		seen[h] = true
		if len(faults) >= maxFaults {
			break
		}
	}
	for _, h := range []string{colDataflow, colPeriod, colValue, stat.AttrMark, stat.AttrSource} {
		if !seen[h] && len(faults) < maxFaults {
			faults = append(faults, fault.New("reference.missing-column", "column", h).At(name, 1, h))
		}
	}
	return errors.Join(faults...)
}

// entry reads one row; on a fault it names the column.
func (rd reader) entry(row map[string]string) (e cube.Entry, column string, err error) {
	flow, err := rd.catalog.Dataflow(row[colDataflow])
	if err != nil {
		return e, colDataflow, err
	}
	e.Dataflow = flow.ID
	if e.Period, err = stat.ParsePeriod(row[colPeriod]); err != nil {
		return e, colPeriod, err
	}
	if e.Key, column, err = rd.key(flow, row, e.Period); err != nil {
		return e, column, err
	}
	if row[colValue] != "" {
		v, err := number(row[colValue])
		if err != nil {
			return e, colValue, err
		}
		e.Value = &v
	}
	if e.Status = stat.Status(row[colStatus]); e.Status == "" {
		e.Status = stat.Normal
	}
	if e.Vintage, err = stat.ParseVintage(row[colVintage], rd.known); err != nil {
		return e, colVintage, err
	}
	e.Attributes = stat.Attributes{}
	for name, v := range row {
		if v == "" || own(name) || flow.Position(name) >= 0 {
			continue
		}
		e.Attributes[name] = v
	}
	column, err = rd.attributes(flow, e.Attributes)
	return e, column, err
}

func own(column string) bool {
	switch column {
	case colDataflow, colPeriod, colValue, colStatus, colVintage:
		return true
	}
	return false
}

// key puts the codes of a row together.
func (rd reader) key(flow *catalog.Dataflow, row map[string]string, p stat.Period) (stat.Key, string, error) {
	codes := make([]string, len(flow.Dimensions))
	for i, d := range flow.Dimensions {
		v, given := row[d.ID]
		switch {
		case d.ID == dimFreq && v == "":
			v = p.Frequency().String()
		case !given:
			return "", d.ID, fault.New("reference.missing-column", "column", d.ID)
		case v == "":
			return "", d.ID, fault.New("reference.empty-code", "column", d.ID)
		case d.ID == dimArea:
			a, err := rd.areas.Resolve(v, p)
			if err != nil {
				return "", d.ID, err
			}
			v = a.ID
		}
		if strings.ContainsAny(v, ".+*") { // these join codes in keys and patterns, so a code cannot hold them
			return "", d.ID, fault.New("catalog.unknown-code", "code", v, "codelist", d.Codelist, "dimension", d.ID, "allowed", "A–Z, 0–9, _, -")
		}
		codes[i] = v
	}
	return stat.NewKey(codes...), "", nil
}

// attributes checks numbers, and codes of lists that bind.
func (rd reader) attributes(flow *catalog.Dataflow, attributes stat.Attributes) (string, error) {
	for _, name := range attributes.Names() {
		v := attributes[name]
		if !flow.Allows(name) {
			return name, fault.New("cube.unknown-attribute", "attribute", name, "dataflow", flow.ID)
		}
		if numeric[name] {
			if _, err := number(v); err != nil {
				return name, err
			}
		}
		concept, ok := rd.catalog.Concept(name)
		if !ok || concept.Codelist == "" || open[concept.Codelist] || name == stat.AttrMark || name == stat.AttrConf {
			continue // the intake check says more about marks and confidentiality
		}
		list, err := rd.catalog.Codelist(concept.Codelist)
		if err != nil {
			return name, err
		}
		if _, ok := list.Code(v); !ok {
			return name, fault.New("reference.unknown-value", "text", v, "codelist", list.ID, "allowed", list.Sample())
		}
	}
	return "", nil
}

// number reads a plain decimal, and says what else a text may be.
func number(s string) (stat.Decimal, error) {
	style, d := text.DetectNumber(s)
	switch style {
	case text.Plain:
		return d, nil
	case text.Vietnamese, text.English:
		return stat.Decimal{}, fault.New("reference.local-number", "text", s, "plain", d.String())
	case text.Ambiguous:
		return stat.Decimal{}, fault.New("reference.ambiguous-number", "text", s)
	}
	return stat.Decimal{}, fault.New("reference.not-a-number", "text", s)
}
