package iotable

import (
	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
)

// reshape splits industries, brings the table to other prices and adds industries together, in this order, as the flags say.
func reshape(e *command.Env, f *Flags, t *inputoutput.Table, notes []*fault.Error) (*inputoutput.Table, []*fault.Error, error) {
	if f.Split != "" {
		parts, order, err := parts(e, f.Split)
		if err != nil {
			return nil, nil, err
		}
		for _, code := range order {
			next, found, err := inputoutput.SplitIndustry(t, code, parts[code])
			if err != nil {
				return nil, nil, err
			}
			t, notes = next, append(notes, findings(f.File, found)...)
		}
	}
	if f.Prices != "" {
		var err error
		if t, err = revalued(e, f.Prices, t, f.File); err != nil {
			return nil, nil, err
		}
	}
	if f.Aggregate != "" {
		groups, codes, err := grouping(e, f.Aggregate, t.Codes, f.File)
		if err != nil {
			return nil, nil, err
		}
		if t, err = inputoutput.Aggregate(t, groups, codes); err != nil {
			return nil, nil, err
		}
	}
	return t, notes, nil
}

// parts reads records industry,part,share, with the columns sales_to and inputs_from where a share holds for one cell only.
func parts(e *command.Env, name string) (map[string][]inputoutput.Part, []string, error) {
	t, err := e.Table(name)
	if err != nil {
		return nil, nil, err
	}
	industry, err := t.Column("industry", "code", "ngành", "nganh")
	if err != nil {
		return nil, nil, err
	}
	part, err := t.Column("part", "phần", "phan")
	if err != nil {
		return nil, nil, err
	}
	share, err := t.Column("share", "tỷ trọng", "ty_trong")
	if err != nil {
		return nil, nil, err
	}
	text := func(i int, heading string) string {
		if at, err := t.Column(heading); err == nil {
			return t.Text(i, at)
		}
		return ""
	}
	out, order := map[string][]inputoutput.Part{}, []string(nil)
	at := map[[2]string]int{}
	seen := map[[4]string]bool{}
	for i := range t.Len() {
		from, code, to, of := t.Text(i, industry), t.Text(i, part), text(i, "sales_to"), text(i, "inputs_from")
		v, err := t.Must(i, share)
		if err != nil {
			return nil, nil, err
		}
		if from == "" || code == "" {
			return nil, nil, fault.New("calc.no-code").At(name, t.Line(i), "")
		}
		if k := [4]string{from, code, to, of}; seen[k] || to != "" && of != "" {
			return nil, nil, fault.New("calc.twice", "code", code).At(name, t.Line(i), "")
		} else {
			seen[k] = true
		}
		if _, known := out[from]; !known {
			order = append(order, from)
		}
		k, known := at[[2]string{from, code}]
		if !known {
			k = len(out[from])
			at[[2]string{from, code}] = k
			out[from] = append(out[from], inputoutput.Part{Code: code, Sales: map[string]float64{}, Inputs: map[string]float64{}})
		}
		switch p := &out[from][k]; {
		case to != "":
			p.Sales[to] = v
		case of != "":
			p.Inputs[of] = v
		default:
			p.Share = v
		}
	}
	return out, order, nil
}

// revalued brings a table to the prices of a list code,price: of every product of the table, and of primary rows where they are named.
func revalued(e *command.Env, name string, t *inputoutput.Table, of string) (*inputoutput.Table, error) {
	v, err := e.Vector(name)
	if err != nil {
		return nil, err
	}
	products, primary := &command.Vector{Name: name}, map[string]float64{}
	if v.Codes == nil {
		products.Values = v.Values
	}
	for i, c := range v.Codes {
		if t.Find(c) < 0 {
			if _, err := t.PrimaryRow(c); err == nil {
				primary[c] = v.Values[i]
				continue
			}
		}
		products.Codes, products.Values = append(products.Codes, c), append(products.Values, v.Values[i])
	}
	at, err := products.Order(t.Codes, t.N(), of)
	if err != nil {
		return nil, err
	}
	return inputoutput.Revalue(t, command.Reorder(products.Values, at), primary)
}

// grouping reads records code,group: where each industry goes.
func grouping(e *command.Env, name string, codes []string, of string) (to []int, groups []string, err error) {
	c, err := e.Cells(name)
	if err != nil {
		return nil, nil, err
	}
	group := map[string]string{}
	for i, row := range c.Rows {
		if i == 0 && command.Among(row[0], command.CodeWords) {
			continue
		}
		if len(row) < 2 || row[0] == "" || row[1] == "" {
			return nil, nil, fault.New("calc.no-code").At(name, c.Lines[i], "")
		}
		if _, twice := group[row[0]]; twice {
			return nil, nil, fault.New("calc.twice", "code", row[0]).At(name, c.Lines[i], "")
		}
		group[row[0]] = row[1]
	}
	position := map[string]int{}
	for _, code := range codes {
		g, ok := group[code]
		if !ok {
			return nil, nil, fault.New("calc.no-code-in", "code", code, "file", name, "of", of)
		}
		delete(group, code)
		k, known := position[g]
		if !known {
			k = len(groups)
			position[g], groups = k, append(groups, g)
		}
		to = append(to, k)
	}
	for _, row := range c.Rows {
		if _, left := group[row[0]]; left {
			return nil, nil, fault.New("calc.no-code-in", "code", row[0], "file", of, "of", name)
		}
	}
	return to, groups, nil
}
