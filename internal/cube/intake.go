package cube

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// maxFaults bounds how many rows of a bad message are named, so that a wrong file does not drown its reader.
const maxFaults = 20

// maxPower bounds DECIMALS and UNIT_MULT as SDMX's CL_DECIMALS and CL_UNIT_MULT do. Every page writes as many digits as DECIMALS says.
const maxPower = 15

// Intake checks messages against the catalogue and stores those that pass.
type Intake struct {
	Catalog *catalog.Catalog
	Store   Store
}

// Take checks a message whole and stores it in one transaction. Any error refuses all of it; the error joins up to
// twenty faults, each with file, row and column.
func (in Intake) Take(ctx context.Context, m Message) (Receipt, error) {
	if err := in.Check(m); err != nil {
		return Receipt{}, err
	}
	return in.Store.Append(ctx, m)
}

// Check finds what is wrong with a message without storing it.
func (in Intake) Check(m Message) error {
	var faults []error
	type slot struct {
		Cell
		vintage stat.Date
	}
	seen := map[slot]int{}
	add := func(e *fault.Error, row int, column string) bool {
		faults = append(faults, e.At(m.File, row, column))
		return len(faults) >= maxFaults
	}
	if len(m.Entries) == 0 {
		return fault.New("cube.empty").At(m.File, 0, "")
	}
	for _, e := range m.Entries {
		if f, column := in.check(e); f != nil {
			if add(f, e.Row, column) {
				break
			}
			continue
		}
		s := slot{Cell{e.Dataflow, e.Key, e.Period}, e.Vintage.Date}
		if first, twice := seen[s]; twice {
			if add(fault.New("cube.duplicate", "cell", s.Cell.String(), "vintage", s.vintage.String(), "first", first), e.Row, "") {
				break
			}
			continue
		}
		seen[s] = e.Row
	}
	return errors.Join(faults...)
}

// check gives the first fault of an entry and the column it is in.
func (in Intake) check(e Entry) (*fault.Error, string) {
	flow, err := in.Catalog.Dataflow(e.Dataflow)
	if err != nil {
		return asFault(err), "DATAFLOW"
	}
	if err := in.Catalog.CheckKey(flow, e.Key); err != nil {
		f := asFault(err)
		column, _ := f.Args["dimension"].(string)
		return f, column
	}
	if e.Period.IsZero() {
		return fault.New("cube.no-period"), "TIME_PERIOD"
	}
	if freq := flow.CodeOf(e.Key, "FREQ"); freq != "" && freq != e.Period.Frequency().String() {
		return fault.New("cube.frequency", "period", e.Period.String(), "freq", freq), "TIME_PERIOD"
	}
	if e.Vintage.Date.IsZero() {
		return fault.New("cube.no-vintage"), "VINTAGE"
	}
	if !slices.Contains(stat.Statuses(), e.Status) {
		return fault.New("stat.bad-code", "code", string(e.Status), "codelist", "CL_OBS_STATUS", "allowed", "A, B, E, F, I, L, M, O, P, Q, U, V"), "OBS_STATUS"
	}
	if (e.Value == nil) != e.Status.Valueless() {
		return fault.New("cube.value-and-status", "status", string(e.Status)), "OBS_VALUE"
	}
	for _, name := range e.Attributes.Names() {
		if !flow.Allows(name) {
			return fault.New("cube.unknown-attribute", "attribute", name, "dataflow", flow.ID), name
		}
	}
	if Reported(e.Observation) && e.Attributes[stat.AttrSource] == "" {
		return fault.New("cube.no-source"), stat.AttrSource
	}
	if !slices.Contains(stat.Marks(), e.Mark()) {
		return fault.New("cube.no-mark", "mark", string(e.Mark())), stat.AttrMark
	}
	if c := stat.Confidentiality(e.Attributes[stat.AttrConf]); c != "" && !slices.Contains(stat.Confidentialities(), c) {
		return fault.New("stat.bad-code", "code", string(c), "codelist", "CL_CONF_STATUS", "allowed", "C, E, F, N"), stat.AttrConf
	}
	for _, name := range []string{stat.AttrDecimals, stat.AttrUnitMult} {
		if text := e.Attributes[name]; text != "" {
			if n, err := strconv.Atoi(text); err != nil || n < 0 || n > maxPower {
				return fault.New("cube.bad-power", "text", text, "most", maxPower), name
			}
		}
	}
	return nil, ""
}

func asFault(err error) *fault.Error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return fault.New("cube.refused").Because(err)
}
