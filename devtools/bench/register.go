package main

import (
	"fmt"
	"os"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/testpack"
)

// permissions asks who may do what, in an installation of 2,000 organisations and 10,000 people: beside a look into a map, which no check can do without.
func permissions(b *bench) error {
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(b.dir, "register")
	if err != nil {
		return err
	}
	s, err := store.Open(b.ctx, "sqlite:"+dir+"/register.db")
	if err != nil {
		return err
	}
	defer s.Close()
	const organisations, persons = 2000, 10_000
	day := stat.MustDate("2026-01-01")
	r := &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return day }, Now: time.Now}
	var acts []register.Act
	add := func(kind, id string, pairs ...string) {
		a := register.Act{Kind: register.Added, Type: kind, Record: id, From: day}
		for i := 0; i < len(pairs); i += 2 {
			a.Changes = append(a.Changes, register.Change{Column: pairs[i], After: pairs[i+1]})
		}
		acts = append(acts, a)
	}
	for i := range organisations {
		parent := ""
		if i > 0 {
			parent = fmt.Sprint("O", (i-1)/10)
		}
		add(people.OrganisationType, fmt.Sprint("O", i), "name_vi", fmt.Sprint("Cơ quan ", i), "name_en", fmt.Sprint("Organisation ", i), "kind", "province", "parent", parent)
	}
	for i := range persons {
		id, at := fmt.Sprint("p", i), fmt.Sprint("O", i%organisations)
		add(people.PersonType, id, "name", id, "email", id+"@x.example", "organisation", at)
		add(people.RoleType, "r"+id, "person", id, "organisation", at, "role", "reporter")
	}
	for len(acts) > 0 {
		n := min(len(acts), register.MaxActs)
		if err := r.Do(b.ctx, &register.Batch{Person: people.Program, Acts: acts[:n]}); err != nil {
			return err
		}
		acts = acts[n:]
	}
	d, err := people.Read(b.ctx, r, day, "O0")
	if err != nil {
		return err
	}
	station, err := c.RecordType("station")
	if err != nil {
		return err
	}
	var actors []people.Actor
	held := map[string]int{}
	for i := range 500 {
		a, err := d.Actor(fmt.Sprint("p", i*17%persons), "")
		if err != nil {
			return err
		}
		actors, held[a.Person] = append(actors, a), i
	}
	record := register.Version{Type: "station", ID: "S", Values: map[string]string{"keeper": "O1999"}}
	const rounds = 200_000
	yes := 0
	began := time.Now()
	for i := range rounds {
		if actors[i%len(actors)].Can(people.See, station, record) {
			yes++
		}
	}
	each := time.Since(began) / rounds
	began = time.Now()
	for i := range rounds {
		yes += held[actors[i%len(actors)].Person] & 1
	}
	look := time.Since(began) / rounds
	holds := "yes"
	if each > 5*time.Microsecond {
		holds = "no"
	}
	b.report.add(line{what: fmt.Sprintf("May this person see this record? (%d organisations, %d people)", organisations, persons), ours: each.String(), other: "a look into a map: " + look.String(), bound: "5 µs", holds: holds})
	b.report.note("Of %d answers %d were yes or odd; a superior is looked for four organisations up.", rounds, yes)
	return nil
}
