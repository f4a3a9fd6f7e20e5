package shell

import (
	"html/template"
	"net/http"
)

// framedPage shows what is no page of a module within the frame of every page.
type framedPage struct {
	Frame
	Body template.HTML
}

// Framed answers with what another part of the program says to people, the API of itself, in the frame of every page. It is the same on every day.
func (s *Site) Framed(w http.ResponseWriter, r *http.Request, title string, body template.HTML) {
	v, err := s.Visit(r, s.frameWords())
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	p := &framedPage{Frame: v.NewFrame("", title), Body: body}
	p.Dateless = true
	s.Render(w, r, "framed", p)
}
