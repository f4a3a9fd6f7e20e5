package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/pack"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

// accessed writes down who is about to see figures that are not public: once an hour for each person and thing.
func (a *app) accessed(ctx context.Context, who publish.Audience) error {
	return a.store.Access(ctx, store.AuditEntry{By: who.Name, What: "access." + who.Kind(), Subject: who.Key()})
}

// declarations gives the declarations of types of records of every edition of the catalogue, the newest first. Editions are read when they are asked
// for, and only those in which the declaration of a type was another one.
func (a *app) declarations(ctx context.Context) store.Declarations {
	var mu sync.Mutex
	known := map[string][]*catalog.RecordType{}
	return func(kind string) []*catalog.RecordType {
		mu.Lock()
		defer mu.Unlock()
		list, read := known[kind]
		if !read {
			list = a.declared(ctx, kind)
			known[kind] = list
		}
		return list
	}
}

func (a *app) declared(ctx context.Context, kind string) (out []*catalog.RecordType) {
	take := func(c *catalog.Catalog) {
		if t, err := c.RecordType(kind); err == nil {
			out = append(out, t)
		}
	}
	take(a.catalog)
	editions, err := a.store.Editions(ctx)
	if err != nil {
		return out
	}
	last := ""
	for i := len(editions); i >= 1; i-- {
		number := editions[i-1].Number
		files, err := a.store.CatalogFiles(ctx, number)
		if err != nil {
			return out
		}
		text := files["types/"+kind+".yaml"]
		if text != last && last != "" {
			if p, err := pack.Kept(ctx, a.store, number); err == nil {
				take(p.Catalog)
			}
		}
		last = text
	}
	return out
}

// auditActions are the actions of audit, with the flags that each takes.
var auditActions = map[string]string{"verify": "since-last", "find": "by organisation record what from until format out"}

// auditing searches the audit log, and verifies it with all that it seals.
func auditing(ctx context.Context, e *env, args []string) error {
	f := e.flags("audit")
	p := e.installationFlags(f)
	since := f.Bool("since-last", false, "since-last")
	var q store.AuditSearch
	f.StringVar(&q.By, "by", "", "audit-by")
	f.StringVar(&q.Organisation, "organisation", "", "audit-organisation")
	f.StringVar(&q.Subject, "record", "", "audit-record")
	f.StringVar(&q.What, "what", "", "audit-what")
	from := f.String("from", "", "audit-from")
	until := f.String("until", "", "audit-until")
	format := f.String("format", "csv", "format")
	out := f.String("out", "", "out")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 || auditActions[rest[0]] == "" {
		return fault.New("cli.missing", "command", "audit", "what", "verify | find")
	}
	if err := onlyFlags(f, "audit "+rest[0], installationNames+auditActions[rest[0]]); err != nil {
		return err
	}
	if _, known := writers[*format]; !known {
		return fault.New("cli.bad-format", "format", *format)
	}
	a, err := e.openWith(ctx, p, store.Options{Examine: rest[0] == "verify"})
	if err != nil {
		return err
	}
	defer a.close()
	if rest[0] == "verify" {
		return a.verifyAll(ctx, e, *since)
	}
	if q.From, err = a.beginning(*from); err != nil {
		return err
	}
	if q.Until, err = a.beginning(*until); err != nil {
		return err
	}
	if !q.Until.IsZero() { // the last day is whole
		q.Until = q.Until.AddDate(0, 0, 1)
	}
	return a.findAudit(ctx, e, q, *format, *out)
}

// beginning is the moment at which a day begins in the country; none for no day.
func (a *app) beginning(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	d, err := stat.ParseDate(day)
	if err != nil {
		return time.Time{}, err
	}
	return time.ParseInLocation(time.DateOnly, d.String(), a.catalog.Zone())
}

// verifyAll compares everything with the audit log, and the log with the note outside the database. What is wrong is an error.
func (a *app) verifyAll(ctx context.Context, e *env, since bool) error {
	examine := a.store.Integrity
	if since {
		examine = a.store.IntegritySince
	}
	r, err := examine(ctx)
	if err != nil {
		return err
	}
	wrong := append(append([]error{}, r.Schema...), r.Problems...)
	if r.Head != nil {
		wrong = append(wrong, r.Head)
	}
	for _, x := range wrong {
		fmt.Fprintln(e.out, fault.In(x, e.lang))
	}
	if len(wrong) > 0 {
		return fault.New("cli.audit-broken", "n", len(wrong))
	}
	fmt.Fprintln(e.out, e.w("audit.verified", "n", r.Audit.Entries, "seals", r.Seals.Seals, "rows", r.Seals.Rows, "since", r.Since.Entries, "hash", r.Audit.Hash))
	return nil
}

// auditColumns are those of a file of entries.
var auditColumns = []string{"number", "at", "by", "what", "subject", "details", "hash"}

// findAudit writes the entries that are looked for.
func (a *app) findAudit(ctx context.Context, e *env, q store.AuditSearch, format, name string) error {
	list, err := a.store.FindAudit(ctx, q)
	if err != nil {
		return err
	}
	title := catalog.Label{Vi: book.Say("vi", "audit.table"), En: book.Say("en", "audit.table")}
	t := &export.Table{ID: "audit", Title: title}
	for _, id := range auditColumns {
		t.Columns = append(t.Columns, export.Column{ID: id, Name: catalog.Label{Vi: id, En: id}, Kind: export.Text})
	}
	for _, x := range list {
		details, _ := x.Details.(json.RawMessage)
		var row []export.Cell
		for _, s := range []string{fmt.Sprint(x.Number), x.At.In(a.catalog.Zone()).Format(time.RFC3339), x.By, x.What, x.Subject, strings.TrimSpace(string(details)), x.Hash} {
			row = append(row, export.Same(s))
		}
		t.Rows = append(t.Rows, row)
	}
	if name != "" {
		return writeFile(name, func(w io.Writer) error { return writers[format](t, w) })
	}
	return writers[format](t, e.out)
}
