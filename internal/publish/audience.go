package publish

import (
	"slices"

	"nhipso/internal/stat"
)

// audienceKind says what sort of reader reads.
type audienceKind string

const (
	public  audienceKind = "public"
	preview audienceKind = "preview"
	staff   audienceKind = "staff"
	all     audienceKind = "all"
)

// Audience is who reads: everybody, a named reader who may see one release before its minute, staff of an organisation, or whoever keeps the
// whole installation. The zero Audience is everybody: what is forgotten shows too little, never too much.
type Audience struct {
	kind         audienceKind
	Name         string // of the reader; "" for everybody
	Release      string // that a pre-release reader may see
	Organisation string // of staff
}

// Everybody is the public.
func Everybody() Audience { return Audience{kind: public} }

// PreviewOf is a named reader who may see a release before its minute, as it will be, with what its embargo still holds back.
func PreviewOf(release, name string) Audience {
	return Audience{kind: preview, Name: name, Release: release}
}

// StaffOf is somebody who works for an organisation: the cube as it stands, but for confidential figures.
func StaffOf(organisation, name string) Audience {
	return Audience{kind: staff, Name: name, Organisation: organisation}
}

// Keeper is whoever keeps the installation and can read its database anyway: everything.
func Keeper(name string) Audience { return Audience{kind: all, Name: name} }

// Audiences gives one of each kind, for tests that must forget none.
func Audiences(release string) []Audience {
	return []Audience{{}, Everybody(), PreviewOf(release, "an"), StaffOf("NSO", "an"), Keeper("an")}
}

// Key names the audience in caches: readers of one key see the same.
func (a Audience) Key() string {
	switch a.kind {
	case preview:
		return "preview/" + a.Release
	case staff:
		return "staff/" + a.Organisation
	case all:
		return "all"
	}
	return "public"
}

// Kind names what sort of reader it is: "public", "preview", "staff" or "all".
func (a Audience) Kind() string { return string(a.kind) }

// Public reports whether the audience is everybody.
func (a Audience) Public() bool { return a.kind == public || a.kind == "" }

// released reports whether the audience sees a release, rather than the cube as it stands.
func (a Audience) released() bool { return a.Public() || a.kind == preview }

// mayRead reports whether the audience may read figures of a confidentiality status. A status that is not known is as strict as can be.
func (a Audience) mayRead(c stat.Confidentiality) bool {
	free := []stat.Confidentiality{"", stat.Free}
	switch a.kind {
	case preview:
		free = append(free, stat.Embargoed)
	case staff:
		free = append(free, stat.Embargoed, stat.NotForPublic)
	case all:
		return true
	}
	return slices.Contains(free, c)
}
