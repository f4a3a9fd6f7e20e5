package desk

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// logPage is a search in the acts that the reader may see.
type logPage struct {
	page
	Acts  []happened
	Next  string
	Files []choice // what was found, as a file
}

// logShown is how many acts a page of the log has, logLooked among how many it looks for them. A file looks among more, and has as many at most; what
// is beyond is refused, never left out.
const logShown, logLooked, logFile, logFileLooked = 100, 2000, 5000, 100_000

// logFields are the fields of the search.
var logFields = []string{"nguoi", "co-quan", "loai", "ho-so", "tu", "den"}

// logSearch is what is looked for in the log.
type logSearch struct {
	person, organisation, kind, record string
	from, until                        stat.Date
}

// logSearch reads what is looked for.
func (v *visit) logSearch(q url.Values) (s logSearch, err error) {
	s = logSearch{person: q.Get("nguoi"), organisation: q.Get("co-quan"), kind: q.Get("loai"), record: q.Get("ho-so")}
	for name, day := range map[string]*stat.Date{"tu": &s.from, "den": &s.until} {
		if written := q.Get(name); written != "" {
			if *day, err = text.ParseDate(written); err != nil {
				return s, fault.New("web.bad-day", "text", written)
			}
		}
	}
	return s, nil
}

// wants reports whether an act is looked for. People and organisations are known by their identifiers or by a part of their names.
func (v *visit) wants(s logSearch, b register.Batch, a register.Act) bool {
	like := func(asked, id string, name func(string) string) bool {
		return asked == "" || asked == id || id != "" && strings.Contains(text.Fold(name(id)), text.Fold(asked))
	}
	day := stat.DateOf(b.At.In(v.types.Zone()))
	return like(s.person, b.Person, v.person) && like(s.organisation, b.Organisation, v.organisation) && (s.kind == "" || a.Type == s.kind) && (s.record == "" || a.Record == s.record) &&
		!day.Before(s.from) && (s.until.IsZero() || !day.After(s.until))
}

// logged goes through the acts up to one of a number, the newest first, among so many, and hands over those that are looked for and may be seen, until it
// is told to stop. It gives the act from which on it has not looked; 0 where there is none.
func (v *visit) logged(s logSearch, newest int64, among int, give func(register.Batch, register.Act) bool) (int64, error) {
	for looked := 0; newest > 0 && looked < among; looked += logShown {
		first := max(0, newest-logShown)
		batches, err := v.d.office.Register.ActsSince(v.R.Context(), first, int(newest-first))
		if err != nil {
			return 0, err
		}
		for _, b := range slices.Backward(batches) {
			for _, a := range slices.Backward(b.Acts) {
				if !v.wants(s, b, a) {
					continue
				}
				if seen, err := v.sees(a); err != nil {
					return 0, err
				} else if seen && !give(b, a) {
					return a.Number, nil
				}
			}
		}
		newest = first
	}
	return newest, nil
}

func (v *visit) log() error {
	p := &logPage{page: v.start(v.Say("account.log"))}
	q := v.R.URL.Query()
	for _, name := range logFields {
		p.Kept.Set(name, q.Get(name))
	}
	newest, err := v.newest()
	if err != nil {
		return err
	}
	if s := q.Get("truoc"); s != "" {
		from, err := strconv.ParseInt(s, 10, 64)
		if err != nil || from < 0 {
			return fault.New("desk.form")
		}
		newest = min(newest, from-1)
	}
	search, err := v.logSearch(q)
	if err != nil {
		if err := p.refuse(err); err != nil {
			return err
		}
		return v.show("log", p)
	}
	left, err := v.logged(search, newest, logLooked, func(b register.Batch, a register.Act) bool {
		p.Acts = append(p.Acts, v.told(b, a))
		return len(p.Acts) < logShown
	})
	if err != nil {
		return err
	}
	if len(p.Acts) == logShown {
		left-- // the last one is shown
	}
	if left > 0 {
		p.Next = v.Here("truoc", strconv.FormatInt(left+1, 10))
	}
	for _, format := range []string{"xlsx", "csv", "json"} {
		pairs := []string{}
		for _, name := range logFields {
			pairs = append(pairs, name, q.Get(name))
		}
		p.Files = append(p.Files, choice{Name: strings.ToUpper(format), URL: v.Link(Path+"/nhat-ky/"+format, pairs...)})
	}
	return v.show("log", p)
}

// logFile gives what was found as a file.
func (v *visit) logFile() error {
	format := v.R.PathValue("format")
	kind, known := fileFormats[format]
	if !known {
		return fault.New("web.no-page", "path", v.R.URL.Path)
	}
	search, err := v.logSearch(v.R.URL.Query())
	if err != nil {
		return err
	}
	newest, err := v.newest()
	if err != nil {
		return err
	}
	label := func(word string) catalog.Label { return catalog.Label{Vi: v.Say(word), En: v.Say(word)} }
	table := &export.Table{ID: "log", Title: label("account.log"), URL: v.d.site.Origin(v.R) + v.Link(Path+"/nhat-ky"), Vintage: catalog.Label{Vi: v.today.String(), En: v.today.String()}}
	for _, c := range []struct{ id, word string }{{"at", "account.log-at"}, {"person", "account.log-who"}, {"organisation", "account.log-for"}, {"what", "account.log-what"}, {"type", "account.log-type"},
		{"record", "record.id"}, {"from", "account.log-from"}, {"reason", "record.reason"}, {"changes", "account.log-changes"}} {
		table.Columns = append(table.Columns, export.Column{ID: c.id, Name: label(c.word), Kind: export.Text})
	}
	left, err := v.logged(search, newest, logFileLooked, func(b register.Batch, a register.Act) bool {
		if len(table.Rows) == logFile {
			return false
		}
		x := v.told(b, a)
		changes := []string{}
		for _, c := range x.Changes {
			changes = append(changes, c.Name+": "+c.Before+" → "+c.After)
		}
		row := []export.Cell{}
		for _, s := range []string{b.At.In(v.types.Zone()).Format("2006-01-02 15:04:05"), x.Who, x.For, x.What, a.Type, a.Record, a.From.String(), strings.TrimSpace(x.Reason + " " + x.Note), strings.Join(changes, "; ")} {
			row = append(row, export.Same(s))
		}
		table.Rows = append(table.Rows, row)
		return true
	})
	switch {
	case err != nil:
		return err
	case left > 0:
		return fault.New("desk.log-too-long", "most", logFile)
	}
	v.heads(kind, "log-"+v.today.String()+"."+format)
	return v.writeTable(table, format)
}

// writeTable writes a table in a format of fileFormats.
func (v *visit) writeTable(table *export.Table, format string) error {
	switch format {
	case "csv":
		return table.WriteCSV(v.w, export.CSVOptions{Lang: v.Lang, BOM: true, Codes: true})
	case "json":
		return table.WriteJSON(v.w)
	}
	return table.WriteXLSX(v.w)
}

// heads says what a file is, before it is written.
func (v *visit) heads(kind, name string) {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// ownData is all that the installation keeps of somebody, for themselves.
type ownData struct {
	Person      []register.Version `json:"person"`
	Roles       []register.Version `json:"roles"`
	Delegations []register.Version `json:"delegations"`
	Sessions    []ownSession       `json:"sessions"`
	Acts        string             `json:"acts"` // where what they did is found
}

type ownSession struct {
	From  string `json:"from"`
	Since string `json:"since"`
	Ends  string `json:"ends"`
}

// mine gives somebody what is kept of them, as the law on personal data lets everybody ask for.
func (v *visit) mine() error {
	ctx, me, r := v.R.Context(), v.actor.Person, v.d.office.Register
	out := ownData{Acts: v.d.site.Origin(v.R) + v.Link(Path+"/nhat-ky", "nguoi", me)}
	line, err := r.Timeline(ctx, "person", me)
	if err != nil {
		return err
	}
	out.Person = line.Versions
	if out.Roles, err = v.holding("role", "person", me); err != nil {
		return err
	}
	if out.Delegations, err = v.holding("delegation", "to", me); err != nil {
		return err
	}
	for _, role := range out.Roles {
		lent, err := v.holding("delegation", "role", role.ID)
		if err != nil {
			return err
		}
		out.Delegations = append(out.Delegations, lent...)
	}
	sessions, err := v.d.config.Sessions.Of(ctx, me)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		out.Sessions = append(out.Sessions, ownSession{s.From, s.Since.UTC().Format(time.RFC3339), s.Ends.UTC().Format(time.RFC3339)})
	}
	v.heads("application/json; charset=utf-8", "nhip-so-"+me+".json")
	return json.NewEncoder(v.w).Encode(out)
}

// holding gives, as they stood at each time, the records of a type that have or had a value.
func (v *visit) holding(kind, column, value string) (out []register.Version, err error) {
	ids, err := v.d.office.Register.Holders(v.R.Context(), kind, column, value, stat.Date{}, stat.Date{})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		line, err := v.d.office.Register.Timeline(v.R.Context(), kind, id)
		if err != nil {
			return nil, err
		}
		out = append(out, line.Versions...)
	}
	return out, nil
}
