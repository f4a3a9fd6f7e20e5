package cube

import (
	"context"
	"errors"
	"iter"
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

// tries bounds how often a message is reviewed anew because figures came in between that its review had read.
const tries = 10

// Take is Load of a message that is held already.
func (in Intake) Take(ctx context.Context, m Message) (Receipt, error) {
	return in.Load(ctx, m.Header, m.All(), nil)
}

// Load takes a message of any size: it checks every row, holds all to the rules, and stores them with what was found in one transaction. Any
// error refuses all of it; the error joins up to twenty faults, each with file, row and column. What the rules see is what the message is
// stored upon: when figures that they read come in between, they see the store again. Progress, when given, is told how far it is.
func (in Intake) Load(ctx context.Context, h Header, entries iter.Seq2[Entry, error], progress func(Progress)) (Receipt, error) {
	d, err := in.Prepare(h, entries, progress)
	if err != nil {
		return Receipt{}, err
	}
	defer d.Close()
	return in.Keep(ctx, d)
}

// Keep examines what was prepared and stores it.
func (in Intake) Keep(ctx context.Context, d *Delivery) (r Receipt, err error) {
	for range tries {
		if err := in.Examine(ctx, d, AsOf{}); err != nil {
			return r, err
		}
		if r, err = in.Store.Append(ctx, d); fault.CodeOf(err) != "cube.moved" {
			return r, err
		}
	}
	return r, err
}

// Prepare checks every row of a message as far as its own rows tell: structure, codes, and hard rules about single figures. Figures whose unit
// was left empty get that of the list of indicators, targets or measures. The caller closes what it gives.
func (in Intake) Prepare(h Header, entries iter.Seq2[Entry, error], progress func(Progress)) (*Delivery, error) {
	var faults fault.List
	today := in.today(h)
	d, err := gather(h, func(yield func(Entry, error) bool) {
		for e, err := range Ahead(entries) {
			if err == nil {
				e = in.complete(e)
				if f, column := in.check(e, today); f != nil {
					if faults.Add(f.At(h.File, e.Row, column)); faults.Full() {
						return
					}
					continue
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}, progress)
	if err == nil && faults.Err() == nil && d.Len() == 0 {
		err = fault.New("cube.empty").At(h.File, 0, "")
	}
	if err = inRows(faults.Err(), err); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// inRows joins faults in the order of their rows, as many as are named.
func inRows(errs ...error) error {
	if err := errors.Join(errs...); err == nil || slices.ContainsFunc(errs, func(err error) bool { return err != nil && fault.CodeOf(err) == "" }) {
		return err
	}
	all := fault.All(errors.Join(errs...))
	slices.SortStableFunc(all, func(a, b *fault.Error) int { return a.Where.Row - b.Where.Row })
	var out fault.List
	for _, f := range all {
		if !out.Full() {
			out.Add(f)
		}
	}
	return out.Err()
}

// complete gives an entry whose figure names its unit where the cell was left empty and a list says it. The one given stays as it is.
func (in Intake) complete(e Entry) Entry {
	flow, err := in.Catalog.Dataflow(e.Dataflow)
	if err != nil || !flow.Allows(stat.AttrUnit) || e.Attributes[stat.AttrUnit] != "" {
		return e
	}
	if own := flow.UnitOfKey(e.Key); own != "" {
		e.Attributes = e.Attributes.Clone()
		e.Attributes[stat.AttrUnit] = own
	}
	return e
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

// Check says what is wrong with a message as Prepare does, and keeps nothing.
func (in Intake) Check(m Message) error {
	d, err := in.Prepare(m.Header, m.All(), nil)
	d.Close()
	return err
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
