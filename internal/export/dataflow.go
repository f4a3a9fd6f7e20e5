package export

import (
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Dataflow makes the long table of observations: one row a version, with the code and the name of each dimension, the period, the value
// with its status, the day of publication, the evidence mark, and every other attribute that one of the rows carries.
func Dataflow(c *catalog.Catalog, flow *catalog.Dataflow, versions []cube.Version) *Table {
	return dataflow(c, flow, versions, true)
}

// Message is Dataflow without names and with the dataflow in front: written with codes, it is a file that can be loaded again.
func Message(c *catalog.Catalog, flow *catalog.Dataflow, versions []cube.Version) *Table {
	return dataflow(c, flow, versions, false)
}

func dataflow(c *catalog.Catalog, flow *catalog.Dataflow, versions []cube.Version, named bool) *Table {
	t := &Table{ID: flow.ID, Title: flow.Name, Notes: []catalog.Label{flow.Description}}
	if !named {
		t.Columns = append(t.Columns, Column{ID: "DATAFLOW", Name: concept(c, "DATAFLOW"), Kind: Code})
	}
	for _, d := range flow.Dimensions {
		t.Columns = append(t.Columns, Column{ID: d.ID, Name: d.Name, Kind: Code})
		if named {
			t.Columns = append(t.Columns, Column{ID: d.ID + "_NAME", Name: d.Name, Kind: Text})
		}
	}
	carried := map[string]bool{}
	for _, v := range versions {
		for name := range v.Attributes {
			carried[name] = true
		}
	}
	unit := catalog.Label{Vi: c.Name("CL_UNIT_MEASURE", flow.Unit, "vi"), En: c.Name("CL_UNIT_MEASURE", flow.Unit, "en")}
	if flow.UnitMult != 0 {
		mult := stat.Int(int64(flow.UnitMult)).String()
		unit.Vi = c.Name("CL_UNIT_MULT", mult, "vi") + " " + unit.Vi
		unit.En = c.Name("CL_UNIT_MULT", mult, "en") + " " + unit.En
	}
	if carried[stat.AttrUnit] {
		unit = catalog.Label{} // each figure says its own
	}
	t.Columns = append(t.Columns,
		Column{ID: "TIME_PERIOD", Name: concept(c, "TIME_PERIOD"), Kind: Period},
		Column{ID: "OBS_VALUE", Name: concept(c, "OBS_VALUE"), Unit: unit, Kind: Number, Decimals: -1},
		Column{ID: "OBS_STATUS", Name: concept(c, "OBS_STATUS"), Kind: Code},
		Column{ID: "VINTAGE", Name: concept(c, "VINTAGE"), Kind: Code})
	var attributes []string
	for _, name := range flow.Attributes {
		if carried[name] {
			attributes = append(attributes, name)
			t.Columns = append(t.Columns, Column{ID: name, Name: concept(c, name), Kind: Code})
			if named && name == stat.AttrText { // readers of a file see the words, not the code
				t.Columns = append(t.Columns, Column{ID: name + "_NAME", Name: concept(c, name), Kind: Text})
			}
		}
	}
	for _, v := range versions {
		var row []Cell
		if !named {
			row = append(row, Same(flow.ID))
		}
		for i, code := range v.Key.Codes() {
			row = append(row, Same(code))
			if list := flow.Dimensions[i].Codelist; named {
				row = append(row, Words(catalog.Label{Vi: c.Name(list, code, "vi"), En: c.Name(list, code, "en")}))
			}
		}
		var value Cell // the status has a column of its own here
		if v.Value != nil {
			value = Num(*v.Value)
		}
		row = append(row, When(v.Period), value, Same(string(v.Status)), Same(published(v.Vintage)))
		for _, name := range attributes {
			row = append(row, Same(v.Attributes[name]))
			if named && name == stat.AttrText {
				row = append(row, Words(catalog.Label{Vi: c.AttributeText(name, v.Attributes[name], "vi"), En: c.AttributeText(name, v.Attributes[name], "en")}))
			}
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

// published writes the day on which a figure was published, as recorded, or the day that it counts as when the source states none.
func published(v stat.Vintage) string {
	if v.Written == "" {
		return v.Date.String()
	}
	return v.Written
}
