package ioformat

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

// openSDMX reads an SDMX-ML data message, generic or structure specific (SDMX 2.1 and 3.0), as records: a column for each
// dimension, attribute and measure that an observation or its series carries, a line of the file for each observation. An
// observation without a value, or with NaN, is a blank cell.
func openSDMX(r io.Reader, file string, _ tabular.Options) (*records, error) {
	x := xml.NewDecoder(r)
	d := &sdmxReader{records: &records{file: file}, at: map[string]int{}}
	for {
		token, err := x.Token()
		if err == io.EOF {
			break
		}
		line, _ := x.InputPos()
		if err != nil {
			var bad *xml.SyntaxError
			if errors.As(err, &bad) {
				return nil, fault.New("ioformat.bad-xml").At(file, bad.Line, "").Because(err)
			}
			return nil, fault.New("ioformat.unreadable").At(file, line, "").Because(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			d.start(e)
		case xml.EndElement:
			if err := d.end(e, line); err != nil {
				return nil, err
			}
		}
	}
	if len(d.rows) == 0 {
		return nil, fault.New("ioformat.no-cells").At(file, 0, "")
	}
	for i := range d.rows {
		for len(d.rows[i]) < len(d.header) {
			d.rows[i] = append(d.rows[i], "")
		}
	}
	return d.records, nil
}

// sdmxReader walks a message element by element.
type sdmxReader struct {
	*records
	at                  map[string]int // the column of an identifier
	series, observation []string       // a series' own columns are copied to each of its observations
	inside              bool           // an observation
}

// set writes a value into a record, which grows by the columns that came since it began.
func (d *sdmxReader) set(record []string, id, value string) []string {
	i, ok := d.at[id]
	if !ok {
		i = len(d.header)
		d.at[id] = i
		d.header = append(d.header, id)
	}
	for len(record) <= i {
		record = append(record, "")
	}
	if id == "OBS_VALUE" && value == "NaN" {
		value = ""
	}
	record[i] = strings.TrimSpace(value)
	return record
}

// setAll writes the attributes of an element that belong to no name space: those of the structure specific form.
func (d *sdmxReader) setAll(record []string, attributes []xml.Attr) []string {
	for _, a := range attributes {
		if a.Name.Space == "" {
			record = d.set(record, a.Name.Local, a.Value)
		}
	}
	return record
}

func (d *sdmxReader) start(e xml.StartElement) {
	attributes := map[string]string{}
	for _, a := range e.Attr {
		attributes[a.Name.Local] = a.Value
	}
	switch e.Name.Local {
	case "Series":
		d.series = d.setAll(nil, e.Attr)
	case "Obs":
		d.observation, d.inside = d.setAll(append([]string(nil), d.series...), e.Attr), true
	case "Value":
		if d.inside {
			d.observation = d.set(d.observation, attributes["id"], attributes["value"])
		} else if attributes["id"] != "" {
			d.series = d.set(d.series, attributes["id"], attributes["value"])
		}
	case "ObsDimension":
		id := attributes["id"]
		if id == "" {
			id = "TIME_PERIOD"
		}
		d.observation = d.set(d.observation, id, attributes["value"])
	case "ObsValue":
		d.observation = d.set(d.observation, "OBS_VALUE", attributes["value"])
	}
}

func (d *sdmxReader) end(e xml.EndElement, line int) error {
	switch e.Name.Local {
	case "Obs":
		d.rows, d.lines, d.inside = append(d.rows, d.observation), append(d.lines, line), false
		if len(d.rows) > maxCells {
			return fault.New("ioformat.too-large", "rows", len(d.rows), "columns", len(d.header)).At(d.file, line, "")
		}
	case "Series":
		d.series = nil
	}
	return nil
}
