package publish

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Disclosed gives a fault for every figure that a release keeps secret and that a reader could compute back from what it publishes: a total
// less its other parts, parts of a table from its margins, a figure from what was derived of it, a figure that all was published to derive, or
// one that an earlier day still shows. A confidential figure is a secret for good, one under an embargo of its own until its minute; so the
// release is tried as it will show at its minute and whenever an embargo ends, as of today and of every earlier day.
func (g *Gate) Disclosed(ctx context.Context, r Release) []error {
	releases, err := g.Source.Releases(ctx)
	if err != nil {
		return []error{err}
	}
	minute := g.Now()
	if r.PublishAt.After(minute) {
		minute = r.PublishAt
	}
	before, _ := precedes(releases, r.ID, minute)
	r.Embargoes = r.settled(releases, minute)
	around, err := g.secretive(ctx, r, minute)
	if err != nil {
		return []error{err}
	}
	if len(around.secrets) == 0 {
		return nil
	}
	for {
		figures, err := around.figures(ctx)
		if err != nil {
			return []error{err}
		}
		a := &audit{gate: g, around: around, public: before.Content(), lineage: map[lineageOf]pipeline.Lineage{}, runs: map[string]cube.AsOf{}, told: map[cube.Cell]bool{}, lacks: map[string]bool{}}
		for _, moment := range r.openings(minute) {
			a.view = NewView(Parts{Release: r, Audience: Everybody(), Moment: moment, Catalog: g.Catalog, Recipes: g.Recipes, Zone: g.Zone, Source: g.Source, Figures: figures})
			if err := a.look(ctx); err != nil {
				return []error{err}
			}
		}
		if len(a.lacks) == 0 {
			return a.faults
		}
		around.widen(a.lacks) // and again, with what else figures were computed from
	}
}

// openings gives the moments at which more of a release comes out: its minute, and the ends of its embargoes.
func (r Release) openings(minute time.Time) []time.Time {
	out := []time.Time{minute}
	for _, e := range r.Embargoes {
		if e.Until.After(minute) {
			out = append(out, e.Until)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// audit is the search of one release, from moment to moment and day to day.
type audit struct {
	gate    *Gate
	view    *View         // at the moment
	public  cube.Messages // content of the release before
	lineage map[lineageOf]pipeline.Lineage
	runs    map[string]cube.AsOf // what each run could see
	told    map[cube.Cell]bool
	around  *around
	lacks   map[string]bool // dataflows that a lineage names and that were not read
	faults  []error
}

// lineageOf names what one run computed of one cell.
type lineageOf struct {
	run  string
	cell cube.Cell
}

// look searches what shows at the moment, as of today and then as of every earlier day on which something was published.
func (a *audit) look(ctx context.Context) error {
	secrets := slices.Concat(a.view.hidden, a.view.waiting)
	if len(secrets) == 0 {
		return nil
	}
	days := slices.Clone(a.view.days)
	for _, o := range secrets {
		days = append(days, o.Vintage.Date)
	}
	slices.SortFunc(days, stat.Date.Compare)
	snapshots := []*Snapshot{a.view.Snapshot}
	for _, day := range slices.Backward(slices.Compact(days)) {
		snapshots = append(snapshots, a.view.by(day))
	}
	for i, s := range snapshots {
		d := newDiscloser(a, s)
		if len(d.secret) == 0 {
			continue
		}
		if i == 0 {
			d.published()
		}
		d.hierarchies()
		d.identities()
		if err := d.derivations(ctx); err != nil {
			return err
		}
		d.report()
	}
	return nil
}

// discloser knows the newest figures that a release shows, or will show, as of a day, and what ties them.
type discloser struct {
	*audit
	shown     *Snapshot
	value     map[cube.Cell]cube.Version // newest of each cell that has a value, secret or not
	secret    map[cube.Cell]bool
	secrets   map[string][]cube.Cell    // the same by dataflow, in order
	revises   map[cube.Cell]bool        // secrets in whose place an older figure shows
	inherited map[cube.Cell][]cube.Cell // secrets with the secrets that they were derived from
	relations []relation
	found     map[cube.Cell]clue // secrets that can be computed, and how; an empty clue where that does not matter
	descent   map[string]bool    // dataflow → descends
	fitting   map[cube.Cell]bool // secrets that are known as well as the older figure says: what shows fits it too
	order     []cube.Cell
}

// clue says how a secret can be computed, and from what.
type clue struct {
	how    string
	by     []cube.Cell
	series []pipeline.Ref // whole series among what it was derived from
}

func newDiscloser(a *audit, s *Snapshot) *discloser {
	d := &discloser{audit: a, shown: s, value: map[cube.Cell]cube.Version{}, secret: map[cube.Cell]bool{}, secrets: map[string][]cube.Cell{}, revises: map[cube.Cell]bool{}, inherited: map[cube.Cell][]cube.Cell{},
		found: map[cube.Cell]clue{}, fitting: map[cube.Cell]bool{}, descent: map[string]bool{}}
	for _, flow := range s.past.flows() {
		for _, o := range s.newestOf(flow, "") {
			if o.Value != nil {
				d.value[o.Cell()] = o
			}
		}
	}
	for _, o := range slices.Concat(s.hidden, s.waiting) {
		c := o.Cell()
		if o.Value == nil || !s.AsOf.Allows(o) || !s.closed[c] && !s.waits(o) {
			continue
		}
		have, had := d.value[c]
		if had && !o.Supersedes(have) {
			continue
		}
		if now, ok := a.view.Cell(c); ok && now.Value != nil && now.Value.Cmp(*o.Value) == 0 { // the same shows already
			continue
		}
		d.revises[c] = had && (d.revises[c] || !d.secret[c])
		d.value[c], d.secret[c] = o, true
	}
	for c := range d.secret {
		d.secrets[c.Dataflow] = append(d.secrets[c.Dataflow], c)
	}
	for flow, list := range d.secrets {
		d.secrets[flow] = inOrder(list)
	}
	return d
}

// inOrder sorts cells by dataflow, series and period, so that the same is found in the same way every time.
func inOrder(cells []cube.Cell) []cube.Cell {
	slices.SortFunc(cells, func(a, b cube.Cell) int {
		return cmp.Or(strings.Compare(a.Dataflow, b.Dataflow), strings.Compare(string(a.Key), string(b.Key)), a.Period.Compare(b.Period))
	})
	return cells
}

func (d *discloser) find(c cube.Cell, how string, by []cube.Cell, series ...pipeline.Ref) {
	if _, known := d.found[c]; !known {
		d.found[c] = clue{how, slices.DeleteFunc(slices.Clone(by), func(x cube.Cell) bool { return x == c }), series}
		d.order = append(d.order, c)
	}
}

// until gives the minute until which a secret waits; false for one that is confidential, whose secret has no end.
func (d *discloser) until(c cube.Cell) (time.Time, bool) {
	o := d.value[c]
	return d.view.Release.EmbargoOf(c.Dataflow), d.shown.waits(o) && d.view.Audience.mayRead(confidentiality(o))
}

// before gives what showed of a dataflow before the release.
func (d *discloser) before(dataflow string) cube.Messages {
	if i := slices.IndexFunc(d.view.Release.Embargoes, func(e Embargo) bool { return e.Dataflow == dataflow }); i >= 0 {
		return d.view.Release.Embargoes[i].Before
	}
	return d.public
}

// news reports whether a figure is told for the first time: it comes out with the release, or was found.
func (d *discloser) news(c cube.Cell) bool {
	if d.secret[c] {
		_, found := d.found[c]
		return found
	}
	o, ok := d.value[c]
	return ok && !d.before(c.Dataflow).Has(o.Message)
}

// tells reports whether a relation says anything of its one unknown that the older figure in its place does not. That figure fitted what showed
// before, so that only something new, which fits the new one, can tell that there is a new one.
func (d *discloser) tells(r relation, c cube.Cell) bool {
	return !d.doubted(c) || r.derived || slices.ContainsFunc(r.cells, func(x cube.Cell) bool { return x != c && d.news(x) })
}

// doubted reports whether a reader of a secret sees another figure in its place, and has no reason to look for one: it is not known to be there.
func (d *discloser) doubted(c cube.Cell) bool {
	_, waits := d.until(c)
	return waits && d.revises[c]
}

// descends reports whether a dataflow waits because recipes compute it from another one that does. Nobody asked to keep a figure of it secret
// that was computed from open figures alone.
func (d *discloser) descends(dataflow string) bool {
	out, known := d.descent[dataflow]
	if !known {
		until := d.view.Release.EmbargoOf(dataflow)
		out = until.After(d.view.Moment) && slices.ContainsFunc(d.view.Release.Embargoes, func(e Embargo) bool {
			return !e.Until.Before(until) && slices.Contains(derivedFrom(d.gate.Recipes, e.Dataflow), dataflow)
		})
		d.descent[dataflow] = out
	}
	return out
}

// published finds secrets of which an earlier version, which says the same, is free: an earlier day shows it. A derived figure that stayed the
// same when a secret came says nothing of the secret; nor does an old figure say of a later one that it is to be the same again.
func (d *discloser) published() {
	for c := range d.secret {
		if !cube.Reported(d.value[c].Observation) || d.revises[c] {
			continue
		}
		for _, o := range d.shown.past.of(c.Dataflow, string(c.Key)) {
			if o.Cell() == c && o.Value != nil && o.Value.Cmp(*d.value[c].Value) == 0 {
				d.find(c, "publish.disclosed-published", []cube.Cell{c})
			}
		}
	}
}

// report solves and says what was found, in the order of dataflow, series and period. A figure that is secret by descent is left out when what
// it was derived from is found too: that is named, and it is what somebody can act on. What waits is told by dataflow: so it is mended.
func (d *discloser) report() {
	d.solve()
	type kind struct{ flow, other string }
	early := map[kind][]cube.Cell{}
	var kinds []kind
	for _, c := range inOrder(d.order) {
		known := d.told[c] || slices.ContainsFunc(d.inherited[c], func(x cube.Cell) bool { return d.found[x].how != "" || d.told[x] })
		d.told[c] = true
		if known {
			continue
		}
		if _, waits := d.until(c); !waits {
			d.faults = append(d.faults, fault.New(d.found[c].how, d.facts(c)...))
			continue
		}
		k := kind{c.Dataflow, d.other(c)}
		if early[k] == nil {
			kinds = append(kinds, k)
		}
		early[k] = append(early[k], c)
	}
	for _, k := range kinds {
		minute, _ := d.until(early[k][0])
		facts := append(d.facts(early[k]...), "minute", clock(minute, d.gate.Zone), "held", k.flow)
		if k.other == "" {
			d.faults = append(d.faults, fault.New("publish.early-known", facts...))
			continue
		}
		d.faults = append(d.faults, fault.New("publish.early", append(facts, "dataflow", k.other, "at", minute.In(d.view.zone).Format("2006-01-02T15:04"))...))
	}
}

// other gives the dataflow that could be held back too, so that a secret is not given away; "" when all that gives it away is public before.
func (d *discloser) other(c cube.Cell) string {
	clue := d.found[c]
	for _, x := range clue.by {
		if !d.secret[x] && d.news(x) {
			return x.Dataflow
		}
	}
	for _, ref := range clue.series {
		if slices.ContainsFunc(d.shown.newestOf(ref.Dataflow, string(ref.Key)), func(v cube.Version) bool { return ref.Names(v) && d.news(v.Cell()) }) {
			return ref.Dataflow
		}
	}
	return ""
}

// maxNamed bounds how many figures a sentence names.
const maxNamed = 6

// facts gives what a sentence names: secrets, what gives them away and the messages that brought them.
func (d *discloser) facts(secrets ...cube.Cell) []any {
	var cells, by []string
	messages := cube.Messages{}
	for _, c := range secrets {
		cells = append(cells, c.String())
		if _, waits := d.until(c); !waits || cube.Reported(d.value[c].Observation) {
			messages = messages.Union(cube.NewMessages(d.value[c].Message))
		}
		for _, x := range d.found[c].by {
			if v, ok := d.value[x]; ok {
				if !cube.Reported(d.value[c].Observation) && cube.Reported(v.Observation) && d.news(x) { // what is derived comes again with what it is derived from
					messages = messages.Union(cube.NewMessages(v.Message))
				}
				by = append(by, x.String()+" ("+v.Vintage.Date.String()+")")
			}
		}
		for _, ref := range d.found[c].series {
			by = append(by, ref.Dataflow+"/"+string(ref.Key))
		}
	}
	if len(messages) == 0 {
		messages = cube.NewMessages(d.value[secrets[0]].Message)
	}
	return []any{"cell", named(cells), "by", named(by), "message", messages.String(), "id", d.view.Release.ID}
}

// named writes names as a list, each once; of many how many more there are.
func named(names []string) string {
	var out []string
	for _, x := range names {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	if n := len(out); n > maxNamed {
		out = append(out[:maxNamed], "… (+"+strconv.Itoa(n-maxNamed)+")")
	}
	return strings.Join(out, ", ")
}
