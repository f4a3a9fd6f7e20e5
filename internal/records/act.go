package records

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// Sent is an act as a program sends it. Those of a batch name their record and what of it their author has seen.
type Sent struct {
	Type    string                     `json:"type"`
	ID      string                     `json:"id"`
	Kind    string                     `json:"kind"`
	From    stat.Date                  `json:"from"`
	Base    int64                      `json:"base"`
	Note    string                     `json:"note"`
	Changes map[string]json.RawMessage `json:"changes"`
}

// sentAct is one act on the record of the address.
type sentAct struct {
	Kind         string                     `json:"kind"`
	From         stat.Date                  `json:"from"`
	Note         string                     `json:"note"`
	Changes      map[string]json.RawMessage `json:"changes"`
	Reason       string                     `json:"reason"`
	Organisation string                     `json:"organisation"`
}

// sentBatch is several acts: all of them or none.
type sentBatch struct {
	Reason       string `json:"reason"`
	Organisation string `json:"organisation"`
	Acts         []Sent `json:"acts"`
}

// Done is what became of acts.
type Done struct {
	Try   bool     `json:"try"` // nothing was done: it was only tried
	Batch int64    `json:"batch,omitempty"`
	At    string   `json:"at,omitempty"`
	Acts  []DidAct `json:"acts"`
}

// DidAct is one of them.
type DidAct struct {
	Number int64     `json:"number,omitempty"`
	Type   string    `json:"type"`
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	From   stat.Date `json:"from"`
}

// Conflict is a record that somebody else has changed since the author of an act saw it: both of them decide who sees both.
type Conflict struct {
	Pointer string   `json:"pointer,omitempty"` // to the act
	Newest  int64    `json:"newest"`            // to be seen before the act is sent again
	Seen    *Record  `json:"seen,omitempty"`    // as the author saw it
	Now     *Record  `json:"now,omitempty"`
	Columns []Differ `json:"columns"` // in which what is sent differs from what stands now
}

// Differ is a column of a conflict.
type Differ struct {
	Column string `json:"column"`
	Yours  any    `json:"yours"`
	Now    any    `json:"now"`
}

// refusal is an error of acts, with what places its faults in the body that was sent.
type refusal struct {
	error
	batch     bool
	conflicts []Conflict
}

// Unwrap gives the error.
func (r *refusal) Unwrap() error { return r.error }

// pointer says where in the body a fault is.
func (r *refusal) pointer(f *fault.Error) string {
	if r == nil {
		return ""
	}
	out := ""
	if r.batch && f.Where.Row > 0 {
		out = actPointer(f.Where.Row - 1)
	}
	switch column := f.Where.Column; {
	case column == "":
		return out
	case column != register.IDColumn:
		return out + "/changes/" + column
	case r.batch:
		return out + "/id"
	}
	return out // it is in the address
}

func actPointer(i int) string { return "/acts/" + strconv.Itoa(i) }

// act does one act on the record of the address.
func (c *call) act() (int, any, error) {
	q, err := c.parameters("try")
	if err != nil {
		return 0, nil, err
	}
	if c.guest() {
		return 0, nil, fault.New("people.sign-in")
	}
	if _, err := c.typeOf(); err != nil {
		return 0, nil, err
	}
	var s sentAct
	if err := c.read(&s, maxAct); err != nil {
		return 0, nil, err
	}
	base, err := c.ifMatch()
	if err != nil {
		return 0, nil, err
	}
	one := Sent{Type: c.r.PathValue("type"), ID: c.r.PathValue("id"), Kind: s.Kind, From: s.From, Base: base, Note: s.Note, Changes: s.Changes}
	status, done, err := c.do(q.Get("try"), sentBatch{s.Reason, s.Organisation, []Sent{one}}, false)
	if err != nil {
		return 0, nil, err
	}
	if status == http.StatusCreated {
		c.w.Header().Set("Location", Root+"/"+one.Type+"/"+one.ID)
		if s.Kind != string(register.Commented) {
			c.w.Header().Set("ETag", tag(done.Acts[0].Number))
		}
	}
	return status, done, nil
}

// batch does several acts.
func (c *call) batch() (int, any, error) {
	q, err := c.parameters("try")
	if err != nil {
		return 0, nil, err
	}
	if c.guest() {
		return 0, nil, fault.New("people.sign-in")
	}
	var s sentBatch
	if err := c.read(&s, maxBatch); err != nil {
		return 0, nil, err
	}
	if len(c.r.Header.Values("If-Match")) > 0 {
		return 0, nil, fault.New("records.base", "text", "If-Match")
	}
	status, done, err := c.do(q.Get("try"), s, true)
	return status, done, err
}

// tagShape is that of the entity tag of a record, also where a proxy has made it weak: it compresses answers, and a number stays what it is.
var tagShape = regexp.MustCompile(`^(?:W/)?"([1-9][0-9]{0,17})"$`)

// ifMatch reads the act that the author of another one had seen last; 0 for none.
func (c *call) ifMatch() (int64, error) {
	list := c.r.Header.Values("If-Match")
	if len(list) == 0 {
		return 0, nil
	}
	m := tagShape.FindStringSubmatch(strings.TrimSpace(list[0]))
	if m == nil || len(list) > 1 {
		return 0, fault.New("records.base", "text", strings.Join(list, ", "))
	}
	return strconv.ParseInt(m[1], 10, 64)
}

// maxKey bounds a key, in bytes.
const maxKey = 200

// key reads the name that a program gives to what it sends.
func (c *call) key() (string, error) {
	list := c.r.Header.Values("Idempotency-Key")
	if len(list) == 0 {
		return "", nil
	}
	key := strings.TrimSpace(list[0])
	if len(list) > 1 || key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
		return "", fault.New("records.key", "most", maxKey)
	}
	return "api " + key, nil // apart from those of forms
}

// do makes a batch of acts, or tries it.
func (c *call) do(try string, s sentBatch, several bool) (int, Done, error) {
	if try != "" && try != "true" && try != "false" {
		return 0, Done{}, fault.New("api.not-one-of", "name", "try", "value", try, "allowed", "true, false")
	}
	b := register.Batch{Person: c.actor.Person, Reason: strings.TrimSpace(s.Reason)}
	var err error
	if b.Key, err = c.key(); err != nil {
		return 0, Done{}, err
	}
	if b.Acts, err = c.actsOf(s.Acts); err == nil {
		b.Organisation, err = c.token.ActAs(s.Organisation, b.Acts)
	}
	if err == nil && try == "true" {
		err = c.Office.Register.Try(c.r.Context(), &b)
	} else if err == nil {
		err = c.Office.Do(c.r.Context(), &b)
	}
	if err != nil {
		return 0, Done{}, c.refused(err, b.Acts, several)
	}
	out := Done{Try: try == "true", Batch: b.Number, Acts: []DidAct{}}
	for _, a := range b.Acts {
		out.Acts = append(out.Acts, DidAct{a.Number, a.Type, a.Record, string(a.Kind), a.From})
	}
	if out.Try {
		return http.StatusOK, out, nil
	}
	out.At = b.At.UTC().Format("2006-01-02T15:04:05Z")
	return http.StatusCreated, out, nil
}

// actsOf reads acts. Each but a new record and a comment says what its author had seen, unless an earlier one of the batch is on the same record.
func (c *call) actsOf(list []Sent) ([]register.Act, error) {
	var out []register.Act
	var faults fault.List
	before := map[string]bool{}
	for i, s := range list {
		a := register.Act{Kind: register.Kind(s.Kind), Type: s.Type, Record: s.ID, From: s.From, Base: s.Base, Note: s.Note}
		name := s.Type + "/" + s.ID
		switch {
		case a.Kind == register.Added || a.Kind == register.Commented:
			if s.Base != 0 {
				faults.Add(fault.New("records.base-idle", "kind", s.Kind).At("", i+1, ""))
			}
		case s.Base == 0 && before[name]:
			a.Base = register.Follows
		case s.Base <= 0:
			faults.Add(fault.New("records.no-base", "id", s.ID).At("", i+1, ""))
		}
		before[name] = true
		for _, column := range slices.Sorted(maps.Keys(s.Changes)) {
			value, ok := written(s.Changes[column])
			if !ok {
				faults.Add(fault.New("records.value", "column", column).At("", i+1, column))
			}
			a.Changes = append(a.Changes, register.Change{Column: column, After: value})
		}
		out = append(out, a)
		if faults.Full() {
			break
		}
	}
	return out, faults.Err()
}

// refused places the faults of acts. Of a record of which the actor sees nothing it says what it would say if there were none.
func (c *call) refused(err error, acts []register.Act, several bool) error {
	out := &refusal{error: err, batch: several}
	var told []error
	for _, f := range fault.All(err) {
		i := max(0, f.Where.Row-1)
		if i >= len(acts) || acts[i].Kind == register.Added {
			told = append(told, f)
			continue
		}
		a := acts[i]
		t, bad := c.types.RecordType(a.Type)
		if bad != nil {
			told = append(told, f)
			continue
		}
		conflict, sees, bad := c.conflict(t, a)
		switch {
		case bad != nil:
			return bad
		case !sees:
			told = append(told, fault.New("register.no-record", "id", a.Record, "type", t.Name).At("", f.Where.Row, ""))
			continue
		case f.Code == "register.changed-since" && len(out.conflicts) < maxConflicts:
			if several {
				conflict.Pointer = actPointer(i)
			}
			out.conflicts = append(out.conflicts, conflict)
		}
		told = append(told, f)
	}
	if len(told) > 0 {
		out.error = errors.Join(told...)
	}
	return out
}

// maxConflicts bounds how many conflicts of a batch are told with both versions.
const maxConflicts = 20

// conflict tells how the record of an act stands now and how its author saw it, or false when the actor sees nothing of it.
func (c *call) conflict(t *catalog.RecordType, a register.Act) (Conflict, bool, error) {
	ctx, reg := c.r.Context(), c.Office.Register
	line, err := reg.Timeline(ctx, t.ID, a.Record)
	if err != nil || len(line.Versions) == 0 {
		return Conflict{}, err == nil && line.Newest == 0, err
	}
	day := a.From
	if day.IsZero() {
		day = reg.Today()
	}
	v, is := line.On(day)
	if !is {
		v = line.Versions[len(line.Versions)-1]
	}
	now, sees := c.told(t, v, true)
	if !sees {
		return Conflict{}, false, nil
	}
	now.Newest = line.Newest
	out := Conflict{Newest: line.Newest, Now: &now, Columns: []Differ{}}
	if a.Base > 0 {
		before, was, err := reg.Record(ctx, t.ID, a.Record, register.At{Day: day, Act: a.Base})
		if err != nil {
			return out, true, err
		}
		if seen, sees := c.told(t, before, true); was && sees {
			out.Seen = &seen
		}
	}
	for _, x := range a.Changes {
		f := fieldOf(t, x.Column)
		if yours := valueOf(f, x.After); fmt.Sprint(yours) != fmt.Sprint(now.Values[x.Column]) && (now.Whole || slices.Contains(t.Public, f.ID)) {
			out.Columns = append(out.Columns, Differ{x.Column, yours, now.Values[x.Column]})
		}
	}
	return out, true, nil
}

// kinds lists the types of records of which the program sees any.
func (c *call) kinds() (out []*catalog.RecordType) {
	for _, t := range c.types.RecordTypes() {
		if c.guest() && !c.actor.Can(people.SeePublic, t, register.Version{}) || !c.guest() && !c.token.Bounds.Covers(t.ID) {
			continue
		}
		out = append(out, t)
	}
	return out
}
