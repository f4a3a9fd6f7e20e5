package recipe

import (
	"context"
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// targetType is the type of the records that say what a target is.
const targetType = "target"

// targetInput is the name by which recipes ask for them.
const targetInput = "records"

// targetRecords declares the records of targets as an input, with the columns that are read; nothing for a catalogue of before there were records.
func targetRecords(c *catalog.Catalog, columns ...string) []pipeline.Input {
	if c == nil {
		return nil
	}
	t, err := c.RecordType(targetType)
	if err != nil {
		return nil
	}
	return []pipeline.Input{{Name: targetInput, Records: t, Columns: columns}}
}

// targetList gives the targets as the records read have them; where none was read, as the catalogue does.
func targetList(c *catalog.Catalog, in *pipeline.Inputs) (*catalog.Codelist, error) {
	list, err := c.Codelist("CL_TARGET")
	if err != nil {
		return nil, err
	}
	var rows []catalog.Row
	for _, v := range in.Records(targetInput) {
		rows = append(rows, catalog.Row{ID: v.ID, Values: v.Values})
	}
	for _, i := range targetRecords(c, "parent", "indicator", "unit", "direction", "years") {
		return list.With(rows, i.Columns)
	}
	return list, nil
}

// targetRefs names the records of targets by their identifiers.
type targetRefs map[string]pipeline.RecordRef

func refsToTargets(in *pipeline.Inputs) targetRefs {
	out := targetRefs{}
	for _, v := range in.Records(targetInput) {
		out[v.ID] = pipeline.RefToRecord(v, "target")
	}
	return out
}

// add says of outputs that they rest on what a target is.
func (r targetRefs) add(outputs []pipeline.Output, id string) {
	ref, is := r[id]
	if !is {
		return
	}
	for i := range outputs {
		outputs[i].Records = append(outputs[i].Records, ref)
	}
}

// TargetOwners counts the targets that documents set and those of which it is recorded who answers for them. A condition within a target is counted
// with it. Figures are of the year of the run, as the register stands on its day, and as well known as who answers for the targets.
func TargetOwners(c *catalog.Catalog) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "target-owners", Version: "1", Method: "target-owners",
		Title:     title("target-owners"),
		Inputs:    targetRecords(c, "parent", "owner_vi", "owner_mark"),
		Outputs:   []string{"TARGET_OWNERS"},
		Phase:     func(in *pipeline.Inputs) string { return strconv.Itoa(in.Day.Year()) },
		NoWorking: "it counts records",
		Compute:   targetOwners,
	}
}

func targetOwners(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
	var out pipeline.Result
	var all, owned []pipeline.RecordRef
	mark := stat.MarkDerived
	for _, v := range in.Records(targetInput) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch {
		case v.Values["parent"] != "":
		case v.Values["owner_vi"] == "":
			all = append(all, pipeline.RefToRecord(v, "unowned"))
		default:
			owned, all = append(owned, pipeline.RefToRecord(v, "owned")), append(all, pipeline.RefToRecord(v, "owned"))
			mark = stat.Weakest(mark, stat.Mark(v.Values["owner_mark"]))
		}
	}
	if len(all) == 0 {
		return &out, nil
	}
	count, with := stat.Int(int64(len(all))), stat.Int(int64(len(owned)))
	part, err := with.Quo(count)
	if err != nil {
		return nil, err
	}
	for _, x := range []struct {
		measure, unit string
		value         stat.Decimal
	}{{"TARGETS", "TARGETS", count}, {"OWNED", "TARGETS", with}, {"SHARE", "PC", part.Mul(stat.Int(100))}} {
		o := output("TARGET_OWNERS", stat.NewKey("A", x.measure), stat.Year(in.Day.Year()), x.value.Round(4), stat.Normal, stat.Attributes{stat.AttrUnit: x.unit})
		o.Formula = pipeline.Method("counted-records", fact("all", integer(len(all))))
		if x.measure == "SHARE" {
			o.Attributes[stat.AttrDecimals] = "1"
			beside := func(measure string) pipeline.Term {
				return pipeline.Beside(cube.Cell{Dataflow: "TARGET_OWNERS", Key: stat.NewKey("A", measure), Period: o.Period})
			}
			o.Formula = pipeline.Rounded(productOf(ratioOf(beside("OWNED"), beside("TARGETS")), integer(100)), 4)
		}
		if o.Records = all; x.measure != "TARGETS" {
			o.Attributes[stat.AttrMark] = string(mark)
		}
		out.Outputs = append(out.Outputs, o)
	}
	return &out, nil
}
