package people

import (
	"context"
	"crypto/rand"
	"strings"
	"unicode/utf8"

	"nhipso/internal/fault"
)

// View is a list as somebody wants to see it again: its filters, order, columns and groups, as the address has them.
type View struct {
	ID           string
	Person       string // whose it is
	Organisation string // whose people see it too; "" for nobody else
	Type         string // of the records
	Name         string
	Query        string
}

// ViewStore keeps views.
type ViewStore interface {
	// Views gives those of a person and those shared with organisations, by name.
	Views(ctx context.Context, kind, person string, organisations []string) ([]View, error)
	KeepView(ctx context.Context, v View) error
	// DropView removes a view of a person; false where they have none such.
	DropView(ctx context.Context, id, person string) (bool, error)
}

// Bounds of views.
const (
	maxViews     = 100 // of one person on one list
	maxViewName  = 80  // characters
	maxViewQuery = 4000
)

// Views keeps lists as people want to see them again. What is in a list is still only what its reader may see.
type Views struct{ Store ViewStore }

// For gives the views that an actor sees of a list.
func (s Views) For(ctx context.Context, a Actor, kind string) ([]View, error) {
	return s.Store.Views(ctx, kind, a.Person, a.mine(""))
}

// Keep stores a view of an actor, shared with an organisation where it names one of theirs.
func (s Views) Keep(ctx context.Context, a Actor, v View) error {
	v.Name = strings.TrimSpace(v.Name)
	switch n := utf8.RuneCountInString(v.Name); {
	case n == 0 || n > maxViewName || !utf8.ValidString(v.Name) || strings.ContainsFunc(v.Name, func(r rune) bool { return r < ' ' }):
		return fault.New("people.view-name", "most", maxViewName)
	case len(v.Query) > maxViewQuery:
		return fault.New("people.view-long")
	case v.Organisation != "" && !a.at(a.d.Heir(v.Organisation), ""):
		return fault.New("people.not-for", "organisation", v.Organisation)
	}
	have, err := s.Store.Views(ctx, v.Type, a.Person, nil)
	if err != nil {
		return err
	}
	if len(have) >= maxViews {
		return fault.New("people.views-many", "most", maxViews)
	}
	for _, x := range have {
		if x.Name == v.Name {
			return fault.New("people.view-there", "name", v.Name)
		}
	}
	v.ID, v.Person = rand.Text(), a.Person
	return s.Store.KeepView(ctx, v)
}

// Drop removes a view of an actor.
func (s Views) Drop(ctx context.Context, a Actor, id string) error {
	is, err := s.Store.DropView(ctx, id, a.Person)
	if err == nil && !is {
		err = fault.New("people.no-view")
	}
	return err
}
