package shell

import (
	"context"
	"net/http"
	"testing"
	"testing/fstest"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
)

// empty is a library in which nothing is published.
type empty struct{}

// Past implements view.Library.
func (empty) Past(context.Context, string) (*publish.View, error) {
	return nil, fault.New("publish.none")
}

// View implements Library.
func (empty) View(context.Context, publish.Audience) (*publish.View, error) {
	return nil, fault.New("publish.none")
}

// newTestSite makes a site of one small module, which has a route of each kind.
func newTestSite(t *testing.T) *Site {
	t.Helper()
	files := fstest.MapFS{
		"words/test.csv":      {Data: []byte("id,vi,en\ntest.title,Trang thử,A test page\n")},
		"templates/test.html": {Data: []byte(`{{define "content"}}<h1>{{.Title}}</h1>{{end}}`)},
	}
	words := NewWords(files)
	read := func(v *Visit) (Page, error) { f := v.NewFrame("", v.Say("test.title")); return &f, nil }
	return New(Config{Library: empty{}}, func(*Site) Module {
		return Module{Words: words, Templates: files,
			Menu: []MenuEntry{{ID: "home", URL: "/", Name: catalog.Label{Vi: "Đầu", En: "Home"}}},
			Pages: []Route{
				{Path: "/{$}", Template: "test", Read: read, Takes: Takes()},
				{Path: "/things/{id}", Template: "test", Read: read, Takes: Takes("y", "x")},
				{Path: "/secret/{id}", Template: "test", Read: read, Takes: Takes(), Secret: true},
				{Path: "/secret", Template: "test", Read: read, Takes: Takes()},
				{Path: "/find", Template: "test", Read: read, Takes: Takes("q"), Keep: KeepNone, Work: SearchWork},
			},
			Answers: []Answer{{Pattern: "POST /things", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), Rate: 1e-9, Burst: 1}},
		}
	})
}
