package portal

import (
	"html/template"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// provincePage is one province: how it stands, beside whom, what became of it, and what is not known of it.
type provincePage struct {
	shell.Frame
	ID, Kind, Region, Code string
	From, To               string
	Lead                   string   // its share, or that there is none
	More                   []string // what has to be said beside it
	Bridge                 []string // what became of it when provinces were merged
	Successor              *shell.Crumb
	Predecessors           []shell.Crumb
	Standings              []standingView
	Map                    *shell.Figure
	Beside                 string
	Counts                 []pair
	Sections               []*shell.Figure
	Two                    template.HTML // the way to why two definitions differ
	Gaps                   []string
	Next                   string
	MapURL, Brief, Plan    string
	Compare                string // this province with others
}

// standingView is how a province stands by one measure.
type standingView struct {
	Name, Text, Change   string
	Value, Year, Rank    string // for the brief, where they stand in a table
	Status               string
	URL, Why, AllOfThese string
}

// provinceOf finds the province of an address: by its identifier, else by its code or its name, which lead to it. They mean what they mean on the day
// viewed; what only meant something on the other map leads there. The page says what a code meant before.
func (v *visit) provinceOf(written, below string) (*territory.Area, error) {
	r := v.portal.territory
	if a, err := r.Area(written); err == nil && a.IsProvince() {
		return a, nil
	}
	day := v.AsOf
	if day.IsZero() {
		day = stat.DateOf(v.Current.Release.PublishAt)
	}
	sets := r.ProvinceSets()
	slices.SortStableFunc(sets, func(x, y territory.Set) int {
		inForce := r.ProvincesOn(day)
		switch {
		case x == inForce && y != inForce:
			return -1
		case y == inForce && x != inForce:
			return 1
		}
		return 0
	})
	for _, set := range sets {
		if a, err := r.Identify(set, strings.ReplaceAll(written, "-", " ")); err == nil && a.IsProvince() {
			return nil, shell.Elsewhere{Path: "/tinh/" + a.ID + below}
		}
	}
	return nil, fault.New("web.no-area", "id", written)
}

func (v *visit) province() (shell.Page, error) {
	a, err := v.provinceOf(v.R.PathValue("area"), "")
	if err != nil {
		return nil, err
	}
	return v.provincePage(a)
}

func (v *visit) provincePage(a *territory.Area) (*provincePage, error) {
	r := v.portal.territory
	day := stat.Date{}
	if !v.AsOf.IsZero() && a.ValidOn(v.AsOf) {
		day = v.AsOf
	}
	now := a.On(day)
	p := &provincePage{Frame: v.NewFrame("provinces", now.Name.In(v.Lang)), ID: a.ID, Code: a.Code, Kind: v.Say("provinces.kind-" + string(now.Kind))}
	p.Crumbs = []shell.Crumb{{Name: v.Say("provinces.title"), URL: v.Link("/tinh")}}
	p.Following = v.following("/tinh/" + a.ID)
	p.Two = v.whyTwo(a.ID)
	p.From, p.To = text.FormatDate(v.Lang, a.From), text.FormatDate(v.Lang, a.To)
	p.Description = v.Say("provinces.one-description", "name", now.Name.In(v.Lang))
	last := day
	if last.IsZero() {
		last = a.To
	}
	if last.IsZero() {
		last = stat.DateOf(v.Current.Release.PublishAt)
	}
	if region, err := r.RegionOf(a.ID, last); err == nil {
		p.Region = region.Name.In(v.Lang)
	}
	for _, x := range r.Predecessors(a.ID) {
		p.Predecessors = append(p.Predecessors, shell.Crumb{Name: x.Name.In(v.Lang), URL: v.Link("/tinh/" + x.ID)})
	}
	if x, ok := r.Successor(a.ID); ok {
		p.Successor = &shell.Crumb{Name: x.Name.In(v.Lang), URL: v.Link("/tinh/" + x.ID)}
	}
	for _, level := range []string{"commune", "district"} {
		if c, ok := r.Count(a.ID, level, last); ok {
			p.Counts = append(p.Counts, pair{v.Say("provinces.count-" + level), v.count(c.Number) + " (" + text.FormatDate(v.Lang, c.AsOf) + ")"})
		}
	}
	speaker := v.provincial()
	said, _ := speaker.Headline(a.ID)
	p.Lead, p.More = said[0], said[1:]
	p.Bridge = speaker.Bridge(a.ID)
	standings := speaker.Standings(a.ID)
	for _, s := range standings {
		p.Standings = append(p.Standings, v.standingView(speaker, s, a.ID))
	}
	v.besideFigure(p, speaker, standings, a)
	v.provinceSections(p, speaker, a)
	p.Gaps = speaker.Gaps(a.ID, v.official())
	p.MapURL, p.Brief, p.Plan = v.Link("/tinh"), v.Link("/tinh/"+a.ID+"/tom-tat"), v.Link(calendarPath)
	p.Compare = v.compareURL(v.mainSeries(a.ID))
	var err error
	p.Next, err = v.nextRelease()
	return p, err
}

func (v *visit) standingView(speaker *view.ProvinceSpeaker, s view.Standing, area string) standingView {
	out := standingView{Name: v.Say("provinces.measure-" + s.Group.Measure.ID), Text: s.Text, Change: s.Change, Value: speaker.Value(s.Figure), Year: s.Group.Year.String(),
		Status: speaker.Status(s.Group, area), URL: v.Link("/so-lieu/" + s.Figure.Dataflow + "/" + string(s.Figure.Key)), Why: v.Why(s.Figure.Cell()),
		AllOfThese: v.Link("/tinh", "so-do", s.Group.Measure.ID, "dinh-nghia", s.Group.Definition, "nam", s.Group.Year.String(), "bo", v.setParameter(s.Group))}
	if rank, of, ok := s.Group.Rank(area); ok {
		out.Rank = v.Say("provinces.rank-of", "rank", v.count(rank), "of", v.count(of))
	}
	return out
}

// nextRelease says what comes out next, "" when nothing is announced.
func (v *visit) nextRelease() (string, error) {
	now := v.Site.Now()
	events, err := v.Current.Calendar(v.R.Context(), v.portal.publications, now)
	if err != nil {
		return "", err
	}
	for _, e := range publish.Upcoming(events, now) {
		if e.State != publish.Withdrawn {
			return v.Say("provinces.next", "title", e.Title.In(v.Lang), "at", v.Minute(e.At)), nil
		}
	}
	return "", nil
}
