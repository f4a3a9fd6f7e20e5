package reference

import (
	"io/fs"
	"path"
	"strconv"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/stat"
	"nhipso/internal/tabular/record"
	"nhipso/internal/territory"
)

// tableFlow is the dataflow of supply and use tables.
const tableFlow = "IO_TABLE"

// demoTables lists the wide tables under demo/, one a row; each says whose it is, so that none passes for a table of the country.
const demoTables = "demo/tables.csv"

// readDemo reads the tables that demonstrate methods: the wide ones that demo/tables.csv names, as BEA lays them out, and the lists of
// digital industries and products beside them. Without demo/tables.csv there are none.
func readDemo(fsys fs.FS, c *catalog.Catalog, areas *territory.Registry, sentAt time.Time) ([]cube.Message, error) {
	b, err := fs.ReadFile(fsys, demoTables)
	if err != nil {
		return nil, nil
	}
	rows, err := record.Exactly(b, "folder", "file", "table", "area", "period", "classification", "source", "evidence", "note")
	if err != nil || len(rows) == 0 {
		return nil, fault.New("reference.syntax").At(demoTables, 1, "")
	}
	var out []cube.Message
	for _, r := range rows {
		m, err := readTable(fsys, r.Map(), c, sentAt)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	lists, err := fs.Glob(fsys, "demo/*/digital.csv")
	if err != nil {
		return nil, err
	}
	for _, name := range lists {
		m, err := readFile(fsys, name, c, areas, sentAt)
		if err != nil {
			return nil, err
		}
		m.File = path.Base(path.Dir(name)) + "/" + m.File
		out = append(out, m)
	}
	return out, nil
}

// readTable turns a wide table into observations, one a cell. Cells printed as zero are left out; the dataflow says so.
func readTable(fsys fs.FS, row map[string]string, c *catalog.Catalog, sentAt time.Time) (cube.Message, error) {
	name := row["folder"] + "/" + row["file"]
	f, err := fsys.Open("demo/" + name)
	if err != nil {
		return cube.Message{}, fault.New("reference.unreadable").At(name, 0, "").Because(err)
	}
	defer f.Close()
	grid, err := ioformat.ReadMatrix(f, name, ours)
	if err != nil {
		return cube.Message{}, err
	}
	flow, err := c.Dataflow(tableFlow)
	if err != nil {
		return cube.Message{}, err
	}
	period, err := stat.ParsePeriod(row["period"])
	if err != nil {
		return cube.Message{}, err
	}
	m := cube.Message{Header: cube.Header{Sender: Sender, File: name, SentAt: sentAt}}
	for i, r := range grid.Rows {
		for j, col := range grid.Columns {
			cell := grid.At(i, j)
			if !cell.Known {
				return cube.Message{}, fault.New("reference.not-a-number", "text", "").At(name, i+2, col)
			}
			if cell.Value == 0 {
				continue
			}
			v, err := stat.ParseDecimal(strconv.FormatFloat(cell.Value, 'f', -1, 64))
			if err != nil {
				return cube.Message{}, err
			}
			prefix := row["classification"] + "-"
			m.Entries = append(m.Entries, cube.Entry{Dataflow: tableFlow, Row: i + 2, Observation: stat.Observation{
				Key:    flow.KeyOf(map[string]string{"FREQ": period.Frequency().String(), "REF_AREA": row["area"], "TABLE": row["table"], "ROW": prefix + r, "COLUMN": prefix + col}),
				Period: period, Value: &v, Status: stat.Normal, Vintage: stat.Vintage{Date: c.Country().Compiled},
				Attributes: stat.Attributes{stat.AttrSource: row["source"], stat.AttrMark: row["evidence"], stat.AttrComment: row["note"]}}})
		}
	}
	return m, cube.Intake{Catalog: c}.Check(m)
}
