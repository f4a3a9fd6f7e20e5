package export

import (
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Dataflow makes the long table of observations: one row a version, with a code and a name column for each dimension, the period,
// the value with its status, the day of publication, the evidence mark, and every other attribute that one of the rows carries.
// Its columns bear the SDMX identifiers, so that a file written with codes can be loaded again.
func Dataflow(c *catalog.Catalog, flow *catalog.Dataflow, versions []cube.Version) *Table {
	t := &Table{ID: flow.ID, Title: flow.Name, Notes: []catalog.Label{flow.Description}}
	for _, d := range flow.Dimensions {
		t.Columns = append(t.Columns, Column{ID: d.ID, Name: d.Name, Kind: Code})
		name := d.Name
		t.Columns = append(t.Columns, Column{ID: d.ID + "_NAME", Name: name, Kind: Text})
	}
	unit := catalog.Label{Vi: c.Name("CL_UNIT_MEASURE", flow.Unit, "vi"), En: c.Name("CL_UNIT_MEASURE", flow.Unit, "en")}
	if flow.UnitMult != 0 {
		mult := stat.Int(int64(flow.UnitMult)).String()
		unit.Vi = c.Name("CL_UNIT_MULT", mult, "vi") + " " + unit.Vi
		unit.En = c.Name("CL_UNIT_MULT", mult, "en") + " " + unit.En
	}
	t.Columns = append(t.Columns,
		Column{ID: "TIME_PERIOD", Name: concept(c, "TIME_PERIOD"), Kind: Period},
		Column{ID: "OBS_VALUE", Name: concept(c, "OBS_VALUE"), Unit: unit, Kind: Number, Decimals: -1},
		Column{ID: "OBS_STATUS", Name: concept(c, "OBS_STATUS"), Kind: Code},
		Column{ID: "VINTAGE", Name: concept(c, "VINTAGE"), Kind: Code})
	carried := map[string]bool{}
	for _, v := range versions {
		for name := range v.Attributes {
			carried[name] = true
		}
	}
	var attributes []string
	for _, name := range flow.Attributes {
		if carried[name] {
			attributes = append(attributes, name)
			t.Columns = append(t.Columns, Column{ID: name, Name: concept(c, name), Kind: Code})
		}
	}
	for _, v := range versions {
		var row []Cell
		for i, code := range v.Key.Codes() {
			list := flow.Dimensions[i].Codelist
			row = append(row, Same(code), Words(catalog.Label{Vi: c.Name(list, code, "vi"), En: c.Name(list, code, "en")}))
		}
		var value Cell // the status has a column of its own here
		if v.Value != nil {
			value = Num(*v.Value)
		}
		row = append(row, When(v.Period), value, Same(string(v.Status)), Same(v.Vintage.Written))
		for _, name := range attributes {
			row = append(row, Same(v.Attributes[name]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func concept(c *catalog.Catalog, id string) catalog.Label {
	if x, ok := c.Concept(id); ok {
		return x.Name
	}
	return catalog.Label{Vi: id, En: id}
}
