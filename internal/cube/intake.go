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

// maxPower bounds DECIMALS and UNIT_MULT as SDMX's CL_DECIMALS and CL_UNIT_MULT do. Every page writes as many digits as DECIMALS says.
const maxPower = 15

// Intake checks messages against the catalogue and stores those that pass.
type Intake struct {
	Catalog *catalog.Catalog
	Store   Store
}

// tries bounds how often a message is reviewed anew because another one came in between.
const tries = 10

// Take checks a message whole, holds it to the rules, and stores it with its findings in one transaction. Any error refuses
// all of it; the error joins up to twenty faults, each with file, row and column. What the rules see is what the message is stored
// upon: when another message comes in between, they see the store again.
func (in Intake) Take(ctx context.Context, m Message) (r Receipt, err error) {
	m = in.Complete(m)
	for range tries {
		if len(in.Catalog.Rules()) > 0 {
			last, err := in.Store.LastMessage(ctx)
			if err != nil {
				return r, err
			}
			m.Upon = &last
		}
		review, err := in.Review(ctx, m)
		if err != nil {
			return r, err
		}
		m.Findings = review.Findings
		if r, err = in.Store.Append(ctx, m); fault.CodeOf(err) != "cube.moved" {
			return r, err
		}
	}
	return r, fault.New("cube.moved")
}

// Complete gives a message whose figures name their unit where the cell was left empty and the list of indicators, targets or measures says
// it. The message given stays as it is.
func (in Intake) Complete(m Message) Message {
	m.Entries = slices.Clone(m.Entries)
	for i, e := range m.Entries {
		flow, err := in.Catalog.Dataflow(e.Dataflow)
		if err != nil || !flow.Allows(stat.AttrUnit) || e.Attributes[stat.AttrUnit] != "" {
			continue
		}
		if own := flow.UnitOfKey(e.Key); own != "" {
			m.Entries[i].Attributes = e.Attributes.Clone()
			m.Entries[i].Attributes[stat.AttrUnit] = own
		}
	}
	return m
}

// unitName is a unit as a fact of a fault: its name in the reader's language, for machines its code.
type unitName struct {
	c    *catalog.Catalog
	code string
}

// In names it.
func (u unitName) In(lang string) string { return u.c.Name("CL_UNIT_MEASURE", u.code, lang) }

// MarshalText writes it for machines.
func (u unitName) MarshalText() ([]byte, error) { return []byte(u.code), nil }

// Check finds what is wrong with a message without storing it, as far as its own rows tell: structure, codes, and hard rules about
// single figures. It needs no store; Review holds a message to all rules.
func (in Intake) Check(m Message) error {
	var faults []error
	today := in.today(m)
	seen := map[slot]int{}
	add := func(e *fault.Error, row int, column string) bool {
		faults = append(faults, e.At(m.File, row, column))
		return len(faults) >= fault.MaxNamed
	}
	if len(m.Entries) == 0 {
		return fault.New("cube.empty").At(m.File, 0, "")
	}
	for _, e := range m.Entries {
		if f, column := in.check(e, today); f != nil {
			if add(f, e.Row, column) {
				break
			}
			continue
		}
		s := slotOf(e.Dataflow, e.Observation)
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
func (in Intake) check(e Entry, today stat.Date) (*fault.Error, string) {
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
	if f, column := coded(e); f != nil {
		return f, column
	}
	if own, said := flow.UnitOfKey(e.Key), e.Attributes[stat.AttrUnit]; own != "" && said != "" && said != own {
		return fault.New("cube.unit", "unit", unitName{in.Catalog, said}, "own", unitName{in.Catalog, own}, "code", own), stat.AttrUnit
	}
	if f := in.hard(flow, e, today); f != nil {
		return in.refusal(*f), f.Column
	}
	return nil, ""
}

// coded gives the first fault of the attributes that hold codes or powers.
func coded(e Entry) (*fault.Error, string) {
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
