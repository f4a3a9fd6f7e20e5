package view

import (
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Status says in words what kind of figure an observation is. That nothing is remarked of it means one thing of a figure that a public body
// published, another of one that somebody else states, and another of one that was computed here.
func (n Names) Status(o cube.Version) catalog.Label {
	if o.Status != stat.Normal {
		return n.Code("CL_OBS_STATUS", string(o.Status))
	}
	id := "status-stated"
	switch mark := o.Mark(); {
	case !cube.Reported(o.Observation):
		id = "status-computed"
	case !n.official(o.Attributes[stat.AttrSource]):
	case mark == stat.MarkSeen:
		id = "status-official"
	case mark == stat.MarkSecondary:
		id = "status-quoted"
	}
	return catalog.Label{Vi: book.Say("vi", id), En: book.Say("en", id)}
}

// official reports whether a document was issued by a public body, as CL_PUBLISHER says of it.
func (n Names) official(document string) bool {
	return n.Note("CL_PUBLISHER", n.Note("CL_SOURCE", document, "publisher"), "official") == "yes"
}
