package main

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"slices"
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

// ownedTargets gives the number of targets with a recorded body, and what it is explained by.
func ownedTargets(t *testing.T, a *app) (cube.Version, pipeline.Node) {
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

// pageOf is a page as everybody sees it.
func pageOf(t *testing.T, a *app, address string) string {
	t.Helper()
	site, err := a.site(a.gate(), slog.New(slog.DiscardHandler), watched(t, a, config.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	return taken(site, address).Body.String()
}

// freeTarget finds a target of which nobody is recorded to answer for it, and holds the figure to the records that it shows.
func freeTarget(t *testing.T, of cube.Version, n pipeline.Node) (free string) {
	t.Helper()
	said := int64(0)
	for _, r := range n.Records {
		switch r.Role {
		case "unowned":
			free = r.ID
		case "owned":
			said++
		}
	}
	if free == "" || of.Value.Cmp(stat.Int(said)) != 0 {
		t.Fatalf("%s targets are said to be owned, and %d records show it", of.Value, said)
	}
	return free
}

// changeTarget changes a target from a day on.
func changeTarget(t *testing.T, a *app, id string, changes ...register.Change) {
	t.Helper()
	line, err := a.store.Register().Timeline(t.Context(), "target", id)
	if err == nil {
		err = a.register().Do(t.Context(), &register.Batch{Person: "nhipso", Reason: "a test", Acts: []register.Act{{Kind: register.Changed, Type: "target", Record: id, From: stat.MustDate("2026-11-28"),
			Base: line.Newest, Changes: changes}}})
	}
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
}

// released carries a release of all there is to its readers; between its check and its approval something is done.
func released(t *testing.T, a *app, id string, between func()) {
	t.Helper()
	title, desk := catalog.Label{Vi: "Đợt sau", En: "The next one"}, a.desk()
	for _, step := range []func() (publish.Release, error){
		func() (publish.Release, error) { return desk.Open(t.Context(), id, title, title, "an") },
		func() (publish.Release, error) {
			return desk.Add(t.Context(), id, publish.Selection{All: true}, "an")
		},
		func() (publish.Release, error) { return desk.Check(t.Context(), id, "an") },
		func() (publish.Release, error) {
			between()
			return desk.Approve(t.Context(), id, "binh", time.Time{})
		},
	} {
		if _, err := step(); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
	}
}

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
	before, node := ownedTargets(t, a)
	free := freeTarget(t, before, node)
	const body = "Cục Thử nghiệm"
	changeTarget(t, a, free, register.Change{Column: "owner_vi", After: body}, register.Change{Column: "owner_en", After: "Office of Trials"}, register.Change{Column: "owner_mark", After: "I"})
	if strings.Contains(pageOf(t, a, "/muc-tieu/"+free), body) {
		t.Error("a change shows before it was released")
	}
	due, err := a.dueComputing(t.Context())
	if err != nil || len(due) < 2 {
		t.Errorf("nothing is due after an act: %v (%v)", due, err)
	}
	if err := a.runStale(t.Context(), e, a.recipes); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	released(t, a, "2026-Q4", func() { // what is done now neither stops the release nor is in it
		changeTarget(t, a, free, register.Change{Column: "owner_vi", After: "BIMAT"})
	})
	after, node := ownedTargets(t, a)
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
		if shown := pageOf(t, a, "/muc-tieu/"+free); !strings.Contains(shown, body) || strings.Contains(shown, "BIMAT") {
			t.Errorf("%s does not show the target as the release knows it", what)
		}
		if why := pageOf(t, a, "/vi-sao?o=TARGET_OWNERS/A.OWNED/2026"); !strings.Contains(why, `href="/muc-tieu/`+free+`"`) {
			t.Errorf("%s: the figure does not lead to the target", what)
		}
	}
	shown, _ := ownedTargets(t, m)
	at := slices.IndexFunc(a.recipes, func(r pipeline.Recipe) bool { return r.ID == "target-owners" })
	if again, err := pipeline.Recompute(t.Context(), f, a.recipes[at], shown); err != nil || again.Value.Cmp(*after.Value) != 0 {
		t.Errorf("from the file the figure comes to %v (%v)", again.Value, err)
	}
}
