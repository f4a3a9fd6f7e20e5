package chart

import (
	_ "embed"
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

func both(id string, pairs ...any) catalog.Label {
	return catalog.Label{Vi: book.Say("vi", id, pairs...), En: book.Say("en", id, pairs...)}
}

// Table gives the figures of the chart: a row for each period or item, a column for each series, with its interval where one is
// drawn and the target where items have one. A confidential figure is not in it.
func (s *Spec) Table() *export.Table {
	t := &export.Table{ID: s.ID, Title: s.Title, Notes: s.Notes, Source: s.Source, Vintage: catalog.Label{Vi: s.Vintage, En: s.Vintage}, URL: s.URL}
	n := len(s.Items)
	if s.Kind.overTime() {
		n = len(s.Periods)
		t.Columns = []export.Column{{ID: "period", Name: both("period"), Kind: export.Period}}
	} else {
		head := s.ItemHead
		if head.Vi == "" {
			head = both("item")
		}
		t.Columns = []export.Column{{ID: "id", Name: both("code"), Kind: export.Code}, {ID: "name", Name: head, Kind: export.Text}}
	}
	t.Rows = make([][]export.Cell, n)
	for i := range t.Rows {
		if s.Kind.overTime() {
			t.Rows[i] = []export.Cell{export.When(s.Periods[i])}
		} else {
			t.Rows[i] = []export.Cell{export.Same(s.Items[i].ID), export.Words(s.Items[i].Name)}
		}
	}
	if s.Kind.grouped() {
		s.addGroups(t)
	}
	number := func(id string, name catalog.Label, cell func(i int) export.Cell) {
		t.Columns = append(t.Columns, export.Column{ID: id, Name: name, Unit: s.Unit, Kind: export.Number, Decimals: s.Decimals})
		for i := range t.Rows {
			t.Rows[i] = append(t.Rows[i], cell(i))
		}
	}
	for _, x := range s.Series {
		number(x.ID, x.Name, func(i int) export.Cell {
			v := x.Values[i]
			c := export.Cell{Number: v.V, Status: v.Status, Mark: v.Mark}
			if v.Text != "" {
				c.Label = catalog.Label{Vi: s.write("vi", v), En: s.write("en", v)}
			}
			if v.Secret() {
				c.Number, c.Status, c.Label = nil, "Q", catalog.Label{}
			}
			return c
		})
		if x.hasInterval() && s.Kind != Bridge { // whose ends are no interval of confidence
			vi, en := x.Name.In("vi"), x.Name.In("en")
			number(x.ID+"-low", catalog.Label{Vi: book.Say("vi", "low", "name", vi), En: book.Say("en", "low", "name", en)},
				func(i int) export.Cell { return bound(x.Values[i], false) })
			number(x.ID+"-high", catalog.Label{Vi: book.Say("vi", "high", "name", vi), En: book.Say("en", "high", "name", en)},
				func(i int) export.Cell { return bound(x.Values[i], true) })
		}
		for _, level := range x.levels() {
			vi, en := x.Name.In("vi"), x.Name.In("en")
			for _, id := range []string{"low", "high"} {
				number(x.ID+"-"+id+"-"+strconv.Itoa(level), catalog.Label{Vi: book.Say("vi", id+"-level", "name", vi, "level", level), En: book.Say("en", id+"-level", "name", en, "level", level)},
					func(i int) export.Cell { return edge(x.Values[i], level, id == "high") })
			}
		}
	}
	if s.Kind == Slope {
		number("whole", both("whole"), func(i int) export.Cell {
			v := s.group(s.Items[i].Group).Value
			if v.Secret() {
				return export.Cell{Status: "Q"}
			}
			return export.Cell{Number: v.V, Status: v.Status, Mark: v.Mark}
		})
	}
	for _, it := range s.Items {
		if it.Target != nil {
			number("target", both("target"), func(i int) export.Cell { return export.Cell{Number: s.Items[i].Target} })
			break
		}
	}
	return t
}

// addGroups says the group of each item, and in a grid its period and the meaning of its sign.
func (s *Spec) addGroups(t *export.Table) {
	head := s.GroupHead
	if head.Vi == "" {
		head = both("group")
	}
	t.Columns = append(t.Columns, export.Column{ID: "group", Name: head, Kind: export.Text})
	if s.Kind == Grid {
		t.Columns = append(t.Columns, export.Column{ID: "period", Name: both("period"), Kind: export.Period})
	}
	if len(s.Signs) > 0 {
		t.Columns = append(t.Columns, export.Column{ID: "sign", Name: both("sign"), Kind: export.Text})
	}
	for i, it := range s.Items {
		t.Rows[i] = append(t.Rows[i], export.Words(s.group(it.Group).Name))
		if s.Kind == Grid {
			t.Rows[i] = append(t.Rows[i], export.When(it.Period))
		}
		if len(s.Signs) > 0 {
			t.Rows[i] = append(t.Rows[i], export.Words(catalog.Label{Vi: s.meaning(it.Sign, "vi"), En: s.meaning(it.Sign, "en")}))
		}
	}
}

// edge gives a bound of one interval of a fan.
func edge(v Value, level int, high bool) export.Cell {
	for _, r := range v.Fan {
		switch {
		case r.Level != level || v.Secret():
		case high:
			return export.Num(r.High)
		default:
			return export.Num(r.Low)
		}
	}
	return export.Cell{}
}

func bound(v Value, high bool) export.Cell {
	switch {
	case v.Secret():
		return export.Cell{}
	case high:
		return export.Cell{Number: v.High}
	}
	return export.Cell{Number: v.Low}
}

func (x *Series) hasInterval() bool {
	for _, v := range x.Values {
		if v.Low != nil && v.High != nil && !v.Secret() {
			return true
		}
	}
	return false
}
