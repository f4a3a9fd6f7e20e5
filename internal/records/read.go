package records

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// Bounds of what one answer holds.
const (
	usual      = 100
	most       = 1000
	countMost  = 10_000
	groupsMost = 1000
)

// Record is a record as a program is told of it.
type Record struct {
	Type   string         `json:"type"`
	ID     string         `json:"id"`
	From   stat.Date      `json:"from"`
	Until  *stat.Date     `json:"until,omitempty"`
	Act    int64          `json:"act"`              // that made it so
	Newest int64          `json:"newest,omitempty"` // the newest act on it; not in lists
	Whole  bool           `json:"whole"`            // else its public part only
	Values map[string]any `json:"values"`
}

// List is a part of a list.
type List struct {
	Type    string    `json:"type"`
	Day     stat.Date `json:"day"`
	Act     int64     `json:"act,omitempty"`
	See     string    `json:"see"`
	Count   *int64    `json:"count,omitempty"`
	More    bool      `json:"more,omitempty"` // there are more than were counted
	Records []Record  `json:"records"`
	Groups  []Group   `json:"groups,omitempty"`
	Next    string    `json:"next,omitempty"`
}

// Group is how many records of a list have a value.
type Group struct {
	Value any   `json:"value"`
	Count int64 `json:"count"`
}

// What of a type somebody asks for.
const (
	seeWhole  = "whole"  // records that the bearer sees whole
	seePublic = "public" // all of them, by what everybody sees
)

// told gives a record with what of it the actor sees.
func (c *call) told(t *catalog.RecordType, v register.Version, whole bool) (Record, bool) {
	as := c.actor
	if !whole {
		as = as.Public()
	}
	seen, sees := as.Told(t, v)
	out := Record{Type: t.ID, ID: v.ID, From: v.From, Act: v.Act, Whole: as.Can(people.See, t, v), Values: valuesOf(t, seen.Values)}
	if !v.Until.IsZero() {
		out.Until = &v.Until
	}
	return out, sees
}

// at reads the day and the act as of which a program asks.
func (c *call) at(q url.Values) (register.At, error) {
	at := register.At{Day: c.Office.Register.Today()}
	var err error
	if s := q.Get("day"); s != "" {
		if at.Day, err = stat.ParseDate(s); err != nil {
			return at, err
		}
	}
	if s := q.Get("act"); s != "" {
		if at.Act, err = strconv.ParseInt(s, 10, 64); err != nil || at.Act <= 0 {
			return at, fault.New("api.bad-parameter", "name", "act", "value", s)
		}
	}
	return at, nil
}

// limit reads how many a program asks for.
func limit(q url.Values) (int, error) {
	s := q.Get("limit")
	if s == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, fault.New("api.not-in-range", "name", "limit", "value", s, "min", 1, "max", most)
	}
	return n, nil
}

// query reads what list a program asks for.
func (c *call) query(t *catalog.RecordType, q url.Values) (out register.Query, see string, err error) {
	out = register.Query{Type: t.ID, Words: q.Get("words"), Sort: q.Get("sort")}
	if out.At, err = c.at(q); err != nil {
		return out, "", err
	}
	if out.Limit, err = limit(q); err != nil {
		return out, "", err
	}
	out.Sort, out.Descending = strings.CutPrefix(out.Sort, "-")
	for _, w := range q["where"] {
		parts := strings.SplitN(w, ":", 3)
		if len(parts) < 2 || parts[0] == "" {
			return out, "", fault.New("records.where", "text", w)
		}
		f := register.Filter{Column: parts[0], Operator: register.Operator(parts[1])}
		if len(parts) == 3 {
			f.Value = parts[2]
		}
		if bare := f.Operator == register.Given || f.Operator == register.Empty; bare != (len(parts) == 2) {
			return out, "", fault.New("records.where", "text", w)
		}
		out.Where = append(out.Where, f)
	}
	if s := q.Get("after"); s != "" {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			return out, "", fault.New("register.cursor")
		}
		out.After = string(b)
	}
	if see = q.Get("see"); see == "" {
		if see = seeWhole; c.guest() {
			see = seePublic
		}
	}
	return out, see, c.maySee(t, out, see, q.Get("groups"))
}

// maySee refuses a list of what the actor does not see. Whoever sees what is public only may neither filter nor sort by anything else: they would
// learn it so.
func (c *call) maySee(t *catalog.RecordType, q register.Query, see, groups string) error {
	switch {
	case see != seeWhole && see != seePublic:
		return fault.New("api.not-one-of", "name", "see", "value", see, "allowed", seeWhole+", "+seePublic)
	case see == seeWhole && c.guest():
		return fault.New("people.sign-in")
	case see == seeWhole:
		return nil
	case !c.actor.Public().Can(people.SeePublic, t, register.Version{}):
		return fault.New("records.not-public", "type", t.Name)
	}
	if groups != "" {
		q.Where = append(slices.Clone(q.Where), register.Filter{Column: groups})
	}
	if !people.AsksPublic(t, q) {
		return fault.New("records.public-only", "known", strings.Join(append([]string{register.IDColumn}, t.Public...), ", "))
	}
	return nil
}

// list gives records of a type.
func (c *call) list() (int, any, error) {
	q, err := c.parameters("day", "act", "where", "words", "sort", "after", "limit", "see", "groups", "count")
	if err != nil {
		return 0, nil, err
	}
	t, err := c.typeOf()
	if err != nil {
		return 0, nil, err
	}
	query, see, err := c.query(t, q)
	if err != nil {
		return 0, nil, err
	}
	reg, ctx := c.Office.Register, c.r.Context()
	look, err := reg.Look(query)
	if err != nil {
		return 0, nil, err
	}
	if see == seeWhole {
		look.Scope = c.actor.Scope(t)
	}
	page, err := reg.Records(ctx, look)
	if err != nil {
		return 0, nil, err
	}
	out := List{Type: t.ID, Day: query.At.Day, Act: query.At.Act, See: see, Records: []Record{}}
	for _, v := range page.Records {
		if x, sees := c.told(t, v, see == seeWhole); sees {
			out.Records = append(out.Records, x)
		}
	}
	if page.Next != "" {
		q.Set("after", base64.RawURLEncoding.EncodeToString([]byte(page.Next)))
		out.Next = c.r.URL.EscapedPath() + "?" + q.Encode()
		c.w.Header().Set("Link", "<"+out.Next+`>; rel="next"`)
	}
	look.After = nil
	switch s := q.Get("count"); s {
	case "", "false":
	case "true":
		n, err := reg.Count(ctx, look, countMost+1)
		if err != nil {
			return 0, nil, err
		}
		out.More, n = n > countMost, min(n, countMost)
		out.Count = &n
	default:
		return 0, nil, fault.New("api.not-one-of", "name", "count", "value", s, "allowed", "true, false")
	}
	if column := q.Get("groups"); column != "" {
		if out.Groups, err = c.groups(t, look, column); err != nil {
			return 0, nil, err
		}
	}
	return http.StatusOK, out, nil
}

// groups counts the records of a list by the values of a column.
func (c *call) groups(t *catalog.RecordType, look register.Lookup, column string) ([]Group, error) {
	if _, err := register.Look(t, register.Query{Type: t.ID, Where: []register.Filter{{Column: column, Operator: register.Given}}, Limit: 1}); err != nil {
		return nil, err
	}
	list, err := c.Office.Register.Groups(c.r.Context(), look, column, groupsMost)
	out := []Group{}
	for _, g := range list {
		f, _ := t.Field(column)
		f.Many = false
		out = append(out, Group{valueOf(f, g.Value), g.Count})
	}
	return out, err
}

// find reads the record of the address. One that the actor sees nothing of is as one that is not there.
func (c *call) find(at register.At) (*catalog.RecordType, register.Version, register.Timeline, error) {
	t, err := c.typeOf()
	if err != nil {
		return nil, register.Version{}, register.Timeline{}, err
	}
	id := c.r.PathValue("id")
	line, err := c.Office.Register.Timeline(c.r.Context(), t.ID, id)
	if err != nil {
		return t, register.Version{}, line, err
	}
	v, is := line.On(at.Day)
	if at.Act > 0 {
		if v, is, err = c.Office.Register.Record(c.r.Context(), t.ID, id, at); err != nil {
			return t, v, line, err
		}
	}
	if is {
		_, is = c.actor.Told(t, v)
	}
	if !is {
		return t, v, line, fault.New("register.no-record", "id", id, "type", t.Name)
	}
	return t, v, line, nil
}

// tag is the entity tag of a record after an act on it.
func tag(act int64) string { return fmt.Sprintf(`"%d"`, act) }

// record gives one record.
func (c *call) record() (int, any, error) {
	q, err := c.parameters("day", "act")
	if err != nil {
		return 0, nil, err
	}
	at, err := c.at(q)
	if err != nil {
		return 0, nil, err
	}
	t, v, line, err := c.find(at)
	if err != nil {
		return 0, nil, err
	}
	out, _ := c.told(t, v, true)
	out.Newest = line.Newest
	c.w.Header().Set("ETag", tag(line.Newest))
	return http.StatusOK, out, nil
}

// Acts is what was done to a record.
type Acts struct {
	Acts []Act  `json:"acts"`
	Next string `json:"next,omitempty"`
}

// Act is an act as a program is told of it.
type Act struct {
	Number       int64     `json:"number"`
	Batch        int64     `json:"batch"`
	Kind         string    `json:"kind"`
	From         stat.Date `json:"from"`
	At           string    `json:"at"`
	Person       string    `json:"person"`
	Organisation string    `json:"organisation,omitempty"`
	Reason       string    `json:"reason,omitempty"`
	Note         string    `json:"note,omitempty"`
	Changes      []Change  `json:"changes,omitempty"`
}

// Change is what an act did to a column.
type Change struct {
	Column string `json:"column"`
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
	Gone   bool   `json:"gone,omitempty"` // it was personal data, which was erased since
}

// acts gives what was done to a record, to whoever sees it whole.
func (c *call) acts() (int, any, error) {
	q, err := c.parameters("after", "limit")
	if err != nil {
		return 0, nil, err
	}
	n, err := limit(q)
	if err != nil {
		return 0, nil, err
	}
	var after int64
	if s := q.Get("after"); s != "" {
		if after, err = strconv.ParseInt(s, 10, 64); err != nil || after < 0 {
			return 0, nil, fault.New("api.bad-parameter", "name", "after", "value", s)
		}
	}
	t, v, err := c.lastSeen()
	if err != nil {
		return 0, nil, err
	}
	batches, err := c.Office.Register.Acts(c.r.Context(), t.ID, v.ID, after, n)
	if err != nil {
		return 0, nil, err
	}
	out := Acts{Acts: []Act{}}
	for _, b := range batches {
		for _, a := range b.Acts {
			x := Act{Number: a.Number, Batch: b.Number, Kind: string(a.Kind), From: a.From, At: b.At.UTC().Format("2006-01-02T15:04:05Z"), Person: b.Person, Organisation: b.Organisation, Reason: b.Reason, Note: a.Note}
			for _, ch := range a.Changes {
				f := fieldOf(t, ch.Column)
				x.Changes = append(x.Changes, Change{ch.Column, valueOf(f, ch.Before), valueOf(f, ch.After), ch.Gone})
			}
			out.Acts = append(out.Acts, x)
		}
	}
	if len(out.Acts) == n {
		q.Set("after", strconv.FormatInt(out.Acts[n-1].Number, 10))
		out.Next = c.r.URL.EscapedPath() + "?" + q.Encode()
		c.w.Header().Set("Link", "<"+out.Next+`>; rel="next"`)
	}
	return http.StatusOK, out, nil
}

// lastSeen gives the record of the address as it stands or last stood, to whoever sees it whole.
func (c *call) lastSeen() (*catalog.RecordType, register.Version, error) {
	t, err := c.typeOf()
	if err != nil {
		return nil, register.Version{}, err
	}
	id := c.r.PathValue("id")
	line, err := c.Office.Register.Timeline(c.r.Context(), t.ID, id)
	if err != nil {
		return nil, register.Version{}, err
	}
	v, is := line.On(c.Office.Register.Today())
	if n := len(line.Versions); !is && n > 0 {
		v = line.Versions[n-1]
	}
	if v.ID == "" || !c.actor.Can(people.See, t, v) {
		if c.guest() {
			return nil, v, fault.New("people.sign-in")
		}
		return nil, v, fault.New("register.no-record", "id", id, "type", t.Name)
	}
	return t, v, nil
}
