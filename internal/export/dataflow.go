package export

import (
	"iter"
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/view"
)

// Dataflow makes the long table of observations: one row a version, with the code and the name of each dimension, the period, the value with its
// unit, its digits and its status, the day of publication, and every other attribute that the dataflow has. Its columns are the same whatever is
// selected. Pages, API and command line write this one, so that a figure reads the same in each.
//
// Headed by identifiers it can be loaded again: the columns that only describe say what the catalogue says anyway, and all others what is stored.
// Rows are made as they are written, and none is kept; of the documents that they name there is a list at the end.
func Dataflow(c *catalog.Catalog, flow *catalog.Dataflow, figures iter.Seq2[cube.Version, error]) *Table {
	l := &long{catalog: c, flow: flow, meanings: view.Names{Catalog: c}.Meanings(flow)}
	t := &Table{ID: flow.ID, Title: flow.Name, Notes: []catalog.Label{flow.Description}, Columns: []Column{column(c, "DATAFLOW")}, Source: both("sources-in-rows")}
	t.Columns[0].Machine = true
	for _, d := range flow.Dimensions {
		t.Columns = append(t.Columns, Column{ID: d.ID, Name: codeOf(d.Name), Kind: Code}, Column{ID: d.ID + "_NAME", Name: d.Name, Kind: Text})
	}
	for _, id := range []string{"TIME_PERIOD", "OBS_VALUE", reference.Unit, reference.UnitPower, reference.UnitName, reference.Digits, "OBS_STATUS", "VINTAGE"} {
		t.Columns = append(t.Columns, column(c, id))
	}
	for _, name := range flow.Attributes {
		t.Columns = append(t.Columns, column(c, name))
		last := &t.Columns[len(t.Columns)-1]
		last.Machine = shownApart(name)
		if named(name) {
			last.Name = codeOf(concept(c, name))
			t.Columns = append(t.Columns, Column{ID: name + "_NAME", Name: concept(c, name), Kind: Text})
		}
	}
	cited := NewCited(c)
	t.Documents = cited.Documents
	t.Stream = l.rows(t, figures, func(row []Cell, v cube.Version) []Cell { cited.Add(v); return l.named(row, v) })
	return t
}

// Message is the table of a dataflow as a file that can be loaded again, with nothing but what is stored.
func Message(c *catalog.Catalog, flow *catalog.Dataflow, figures iter.Seq2[cube.Version, error]) *Table {
	l := &long{catalog: c, flow: flow}
	t := &Table{ID: flow.ID, Title: flow.Name, Notes: []catalog.Label{flow.Description}, Columns: []Column{column(c, "DATAFLOW")}}
	for _, d := range flow.Dimensions {
		t.Columns = append(t.Columns, Column{ID: d.ID, Name: d.Name, Kind: Code})
	}
	for _, id := range append([]string{"TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "VINTAGE"}, flow.Attributes...) {
		t.Columns = append(t.Columns, column(c, id))
	}
	t.Stream = l.rows(t, figures, l.message)
	return t
}

// Figures gives versions one by one, for tables of what is held already.
func Figures(list []cube.Version) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// long makes the rows of a long table.
type long struct {
	catalog  *catalog.Catalog
	flow     *catalog.Dataflow
	meanings *view.Meanings
	key      stat.Key
	head     []Cell // of the series, once for all its figures
	names    map[[2]string]Cell
	numbers  map[string]*stat.Decimal // attributes that are numbers, as written
}

// rows gives a row for each figure. The row is used again for the next one.
func (l *long) rows(t *Table, figures iter.Seq2[cube.Version, error], fill func([]Cell, cube.Version) []Cell) iter.Seq2[[]Cell, error] {
	return func(yield func([]Cell, error) bool) {
		l.key, l.names, l.numbers = "", map[[2]string]Cell{}, map[string]*stat.Decimal{}
		row := make([]Cell, 0, len(t.Columns))
		for v, err := range figures {
			if err != nil {
				yield(nil, err)
				return
			}
			if row = fill(row[:0], v); !yield(row, nil) {
				return
			}
		}
	}
}

// named fills a row with codes and names.
func (l *long) named(row []Cell, v cube.Version) []Cell {
	if v.Key != l.key {
		l.key, l.head = v.Key, []Cell{Same(l.flow.ID)}
		for i, code := range v.Key.Codes() {
			l.head = append(l.head, Same(code), l.name(l.flow.Dimensions[i].Codelist, code))
		}
	}
	means := l.meanings.Of(v)
	row = append(append(row, l.head...), When(v.Period), l.value(v, means.Decimals), Same(means.Unit), l.number(strconv.Itoa(means.Mult)), Words(means.UnitName),
		l.number(strconv.Itoa(means.Decimals)), Same(string(v.Status)), On(v.Vintage))
	for _, name := range l.flow.Attributes {
		code := v.Attributes[name]
		row = append(row, l.stored(name, code))
		if named(name) {
			row = append(row, l.attribute(name, code))
		}
	}
	return row
}

// message fills a row as it can be loaded again.
func (l *long) message(row []Cell, v cube.Version) []Cell {
	if v.Key != l.key {
		l.key, l.head = v.Key, []Cell{Same(l.flow.ID)}
		for _, code := range v.Key.Codes() {
			l.head = append(l.head, Same(code))
		}
	}
	row = append(append(row, l.head...), When(v.Period), l.value(v, -1), Same(string(v.Status)), On(v.Vintage))
	for _, name := range l.flow.Attributes {
		row = append(row, l.stored(name, v.Attributes[name]))
	}
	return row
}

// stored is an attribute as it is stored: a number where it is one.
func (l *long) stored(name, code string) Cell {
	if reference.Numeric(name) {
		return l.number(code)
	}
	return Same(code)
}

// number is a number in every digit with which it is written.
func (l *long) number(written string) Cell {
	if written == "" {
		return Cell{}
	}
	d, known := l.numbers[written]
	if !known {
		if parsed, err := stat.ParseDecimal(written); err == nil {
			d = &parsed
		}
		if len(l.numbers) >= mostPeriods {
			clear(l.numbers)
		}
		l.numbers[written] = d
	}
	return Cell{Number: d}
}

// shownApart reports whether an attribute is what every figure has in a column that describes: its unit, its power of ten, its digits.
func shownApart(attribute string) bool {
	return attribute == stat.AttrUnit || attribute == stat.AttrUnitMult || attribute == stat.AttrDecimals
}

// named reports whether a reader of a file sees the words of an attribute beside its code: the document, the note, and what the source prints.
func named(attribute string) bool {
	return attribute == stat.AttrText || attribute == stat.AttrSource || attribute == stat.AttrComment
}

func (l *long) name(list, code string) Cell {
	at := [2]string{list, code}
	cell, known := l.names[at]
	if !known {
		cell = Words(catalog.Label{Vi: l.catalog.Name(list, code, "vi"), En: l.catalog.Name(list, code, "en")})
		l.names[at] = cell
	}
	return cell
}

func (l *long) attribute(name, code string) Cell {
	if code == "" {
		return Cell{}
	}
	at := [2]string{name, code}
	cell, known := l.names[at]
	if !known {
		cell = Words(catalog.Label{Vi: l.catalog.AttributeText(name, code, "vi"), En: l.catalog.AttributeText(name, code, "en")})
		l.names[at] = cell
	}
	return cell
}

// value is the cell of a figure: the number keeps every digit and is shown with those published, and what the source prints in place of it stands
// beside it.
func (l *long) value(v cube.Version, digits int) Cell {
	return Cell{Number: v.Value, Digits: digits + 1, Status: v.Status, Label: l.attribute(stat.AttrText, v.Printed()).Label}
}

// column is a column of a long table.
func column(c *catalog.Catalog, id string) Column {
	out := Column{ID: id, Name: concept(c, id), Kind: Code}
	switch id {
	case "TIME_PERIOD":
		out.Kind = Period
	case "VINTAGE":
		out.Kind = Day
	case reference.Unit:
		out.Name = codeOf(concept(c, stat.AttrUnit))
	case reference.UnitName:
		out.Name, out.Kind = concept(c, stat.AttrUnit), Text
	case reference.UnitPower:
		out.Name, out.Kind = concept(c, stat.AttrUnitMult), Number
	case reference.Digits:
		out.Name, out.Kind = concept(c, stat.AttrDecimals), Number
	}
	if id == "OBS_VALUE" || reference.Numeric(id) {
		out.Kind, out.Decimals = Number, -1
	}
	return out
}

// codeOf heads the column of codes beside one of names.
func codeOf(name catalog.Label) catalog.Label {
	return catalog.Label{Vi: book.Say("vi", "code-of", "name", name.In("vi")), En: book.Say("en", "code-of", "name", name.In("en"))}
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
