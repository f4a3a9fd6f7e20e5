package main

import (
	"context"
	"io/fs"
	"net/http"
	"strings"

	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/pack"
	"nhipso/internal/people"
	"nhipso/internal/store"
)

// Of a demonstration: its folder where nobody names one, what its people follow from, what each answer says in a heading, and how the name of each
// file begins.
const (
	demoFolder  = "nhipso-demo"
	demoSeed    = 1
	demoHeading = "Nhipso-Demo"
	demoPrefix  = "DEMO-"
)

// demoOf makes an installation one to try the program with. Where it is to lie is its own, unless somebody says another place.
func demoOf(p installation, s config.Settings) installation {
	p.demo = true
	for _, v := range s.Values() {
		if v.Option.Name == "data" && v.From.Kind == "default" {
			p.data = demoFolder
		}
	}
	return p
}

// same refuses to serve made-up people as real ones, and real ones as made-up.
func (a *app) same() error {
	p := &a.installation
	switch demo := a.catalog.Country().Demo; {
	case demo && !p.demo:
		return fault.New("cli.demo-data", "where", p.where(a.store))
	case p.demo && !demo:
		return fault.New("cli.demo-real", "where", p.where(a.store))
	}
	return nil
}

// where names where the installation lies, without what is secret of it.
func (p *installation) where(s *store.Store) string {
	if p.database == "" {
		return p.data
	}
	return s.Database()
}

// demonstration gives the pack of a new demonstration. Where something is stored already, from before catalogues were kept, there is a real
// installation.
func (p *installation) demonstration(ctx context.Context, s *store.Store, from fs.FS) (fs.FS, error) {
	log, err := s.Audits(ctx)
	if err == nil && len(log) > 0 {
		err = fault.New("cli.demo-real", "where", p.where(s))
	}
	if err != nil {
		return nil, err
	}
	return pack.Demonstration(from)
}

// play brings the people of a demonstration in, with some of what they do.
func (a *app) play(ctx context.Context) error {
	if !a.catalog.Country().Demo || !a.staffed() {
		return nil
	}
	demo := people.Demo{Office: a.office(), Seed: demoSeed, Say: func(id string, pairs ...any) string { return book.Say("vi", id, pairs...) }}
	return a.store.Alone(ctx, "demo", func() (err error) {
		a.cast, err = demo.Load(ctx)
		return err
	})
}

// marked answers as the front does. Of a demonstration every answer says in a heading what it is, and every file in its name.
func (f *front) marked() http.Handler {
	return marking(func() bool { return f.now.Load().catalog.Country().Demo }, f)
}

func marking(demo func() bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if demo() {
			w.Header().Set(demoHeading, "demo data")
			w = &demoAnswer{ResponseWriter: w}
		}
		next.ServeHTTP(w, r)
	})
}

// demoAnswer names the files of a demonstration.
type demoAnswer struct {
	http.ResponseWriter
	begun bool
}

// Unwrap lets the server reach what is underneath.
func (a *demoAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *demoAnswer) begin() {
	if a.begun {
		return
	}
	a.begun = true
	h := a.Header()
	h.Set(demoHeading, "demo data")
	const name = `filename="`
	if s := h.Get("Content-Disposition"); strings.Contains(s, name) && !strings.Contains(s, name+demoPrefix) {
		h.Set("Content-Disposition", strings.Replace(s, name, name+demoPrefix, 1))
	}
}

// WriteHeader implements http.ResponseWriter.
func (a *demoAnswer) WriteHeader(status int) {
	a.begin()
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *demoAnswer) Write(b []byte) (int, error) {
	a.begin()
	return a.ResponseWriter.Write(b)
}
