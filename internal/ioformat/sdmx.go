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
	d := &records{file: file}
	at := map[string]int{}
	set := func(record []string, id, value string) []string {
		i, ok := at[id]
		if !ok {
			i = len(d.header)
			at[id] = i
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
	var series, observation []string // a series' own columns, copied to each of its observations
	inside := false                  // an observation
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
			attributes := map[string]string{}
			for _, a := range e.Attr {
				attributes[a.Name.Local] = a.Value
			}
			switch e.Name.Local {
			case "Series":
				series = nil
				for _, a := range e.Attr {
					if a.Name.Space == "" {
						series = set(series, a.Name.Local, a.Value)
					}
				}
			case "Obs":
				observation, inside = append([]string(nil), series...), true
				for _, a := range e.Attr {
					if a.Name.Space == "" {
						observation = set(observation, a.Name.Local, a.Value)
					}
				}
			case "Value":
				if inside {
					observation = set(observation, attributes["id"], attributes["value"])
				} else if attributes["id"] != "" {
					series = set(series, attributes["id"], attributes["value"])
				}
			case "ObsDimension":
				id := attributes["id"]
				if id == "" {
					id = "TIME_PERIOD"
				}
				observation = set(observation, id, attributes["value"])
			case "ObsValue":
				observation = set(observation, "OBS_VALUE", attributes["value"])
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "Obs":
				d.rows, d.lines, inside = append(d.rows, observation), append(d.lines, line), false
				if len(d.rows) > maxCells {
					return nil, fault.New("ioformat.too-large", "rows", len(d.rows), "columns", len(d.header)).At(file, line, "")
				}
			case "Series":
				series = nil
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
	return d, nil
}
