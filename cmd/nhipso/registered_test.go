package main

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/config"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/register"
	"nhipso/internal/releasefile"
	"nhipso/internal/stat"
)

// TestTargetsOnThePortalAreThoseOfTheRegister: what somebody changes of a target shows with the release that is checked after it and not before; a
// figure counted over records leads to each of them; and the file of the release says the same without the register.
func TestTargetsOnThePortalAreThoseOfTheRegister(t *testing.T) {
	now := time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)
	e := &env{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}, getenv: func(string) string { return "" }, now: func() time.Time { now = now.Add(time.Second); return now }, lang: "vi"}
	dir := t.TempDir()
	prepared1(t, e, installation{data: dir})
	a, err := e.open(t.Context(), &installation{data: dir})
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	defer a.close()
	page := func(a *app, address string) string {
		t.Helper()
		site, err := a.site(a.gate(), slog.New(slog.DiscardHandler), watched(t, a, config.Defaults()))
		if err != nil {
			t.Fatal(err)
		}
		return taken(site, address).Body.String()
	}
	owned := func(a *app) (cube.Version, pipeline.Node) {
		t.Helper()
		view, err := a.gate().View(t.Context(), publish.Everybody())
		if err != nil {
			t.Fatal(fault.In(err, "en"))
		}
		cell := cube.Cell{Dataflow: "TARGET_OWNERS", Key: "A.OWNED", Period: stat.Year(2026)}
		v, _ := view.Cell(cell)
		n, err := view.Explain(t.Context(), cell)
		if err != nil {
			t.Fatal(fault.In(err, "en"))
		}
		return v, n
	}
	before, node := owned(a)
	var free string // a target of which nobody is recorded to answer for it
	said := int64(0)
	for _, r := range node.Records {
		switch r.Role {
		case "unowned":
			free = r.ID
		case "owned":
			said++
		}
	}
	if free == "" || before.Value.Cmp(stat.Int(said)) != 0 {
		t.Fatalf("%s targets are said to be owned, and %d records show it", before.Value, said)
	}
	const body = "Cục Thử nghiệm"
	change := func(changes ...register.Change) error {
		line, err := a.store.Register().Timeline(t.Context(), "target", free)
		if err != nil {
			return err
		}
		return a.register().Do(t.Context(), &register.Batch{Person: "nhipso", Reason: "a test", Acts: []register.Act{{Kind: register.Changed, Type: "target", Record: free, From: stat.MustDate("2026-11-28"),
			Base: line.Newest, Changes: changes}}})
	}
	if err := change(register.Change{Column: "owner_vi", After: body}, register.Change{Column: "owner_en", After: "Office of Trials"}, register.Change{Column: "owner_mark", After: "I"}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if strings.Contains(page(a, "/muc-tieu/"+free), body) {
		t.Error("a change shows before it was released")
	}
	due, err := a.dueComputing(t.Context())
	if err != nil || len(due) < 2 {
		t.Errorf("nothing is due after an act: %v (%v)", due, err)
	}
	if err := a.runStale(t.Context(), e, a.recipes); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	title := catalog.Label{Vi: "Đợt sau", En: "The next one"}
	desk := a.desk()
	for _, step := range []func() (publish.Release, error){
		func() (publish.Release, error) { return desk.Open(t.Context(), "2026-Q4", title, title, "an") },
		func() (publish.Release, error) {
			return desk.Add(t.Context(), "2026-Q4", publish.Selection{All: true}, "an")
		},
		func() (publish.Release, error) { return desk.Check(t.Context(), "2026-Q4", "an") },
		func() (publish.Release, error) {
			// What is done between the check and the approval neither stops the release nor is in it.
			return publish.Release{}, change(register.Change{Column: "owner_vi", After: "BIMAT"})
		},
		func() (publish.Release, error) { return desk.Approve(t.Context(), "2026-Q4", "binh", time.Time{}) },
	} {
		if _, err := step(); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
	}
	after, node := owned(a)
	if after.Value.Cmp(before.Value.Add(stat.Int(1))) != 0 {
		t.Errorf("after a target more has an owner %s have one, %s before", after.Value, before.Value)
	}
	for _, r := range node.Records {
		if r.ID == free && (r.Role != "owned" || r.Values["owner_vi"] != body) {
			t.Errorf("the figure shows %+v", r)
		}
	}
	name := filepath.Join(t.TempDir(), "next"+releasefile.Extension)
	if err := a.writeReleaseFile(t.Context(), e, releaseOptions{id: "2026-Q4", out: name}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	f, err := releasefile.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := mirrored(t.Context(), f, func() time.Time { return now.Add(time.Hour) })
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	for what, a := range map[string]*app{"the server": a, "a mirror": m} {
		if shown := page(a, "/muc-tieu/"+free); !strings.Contains(shown, body) || strings.Contains(shown, "BIMAT") {
			t.Errorf("%s does not show the target as the release knows it", what)
		}
		if why := page(a, "/vi-sao?o=TARGET_OWNERS/A.OWNED/2026"); !strings.Contains(why, `href="/muc-tieu/`+free+`"`) {
			t.Errorf("%s: the figure does not lead to the target", what)
		}
	}
	shown, _ := owned(m)
	recipe := a.recipes[0]
	for _, r := range a.recipes {
		if r.ID == "target-owners" {
			recipe = r
		}
	}
	if again, err := pipeline.Recompute(t.Context(), f, recipe, shown); err != nil || again.Value.Cmp(*after.Value) != 0 {
		t.Errorf("from the file the figure comes to %v (%v)", again.Value, err)
	}
}
