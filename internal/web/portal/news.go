package portal

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// newsFile ends the address of the feed of whatever stands at the address before it.
const newsFile = "/tin.atom"

// piecesANews bounds the figures that an entry of a feed tells one by one; it counts all.
const piecesANews = 20

// followed is something that a reader may follow.
type followed struct {
	id, page string // what it is called in the feed, and the path of its page
	name     string
	subjects []publish.Subject
}

// newsFeeds are the feeds of series, dataflows, provinces and targets.
func (p *Portal) newsFeeds() []shell.Answer {
	feed := func(path string, find func(*visit) (followed, error)) shell.Answer {
		return shell.Answer{Pattern: "GET " + path + newsFile, Takes: shell.Takes("lang"), Work: shell.EarlierWork, Handler: middleware.Whole()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p.feed(w, r, "application/atom+xml; charset=utf-8", func(v *visit, out *bytes.Buffer) error {
				what, err := find(v)
				if err != nil {
					return err
				}
				return v.writeNews(out, what)
			})
		}))}
	}
	return []shell.Answer{
		feed("/so-lieu/{dataflow}", (*visit).followedDataflow),
		feed("/so-lieu/{dataflow}/{key}", (*visit).followedSeries),
		feed("/tinh/{area}", (*visit).followedProvince),
		feed("/muc-tieu/{target}", (*visit).followedTarget),
	}
}

// following is the feed of what a page shows, for its frame.
func (v *visit) following(page string) *shell.Crumb {
	out := shell.Crumb{Name: v.Say("common.follow"), URL: page + newsFile}
	if v.Lang == "en" {
		out.URL += "?lang=en"
	}
	return &out
}

func (v *visit) followedDataflow() (followed, error) {
	f, err := v.Snap.Catalog.Dataflow(v.R.PathValue("dataflow"))
	if err != nil {
		return followed{}, err
	}
	return followed{f.ID, "/so-lieu/" + f.ID, f.Name.In(v.Lang), []publish.Subject{{Dataflow: f.ID}}}, nil
}

func (v *visit) followedSeries() (followed, error) {
	f, key, err := v.asked()
	if err != nil {
		return followed{}, err
	}
	name := namesOf(v.Snap).Title(f, key).In(v.Lang)
	return followed{f.ID + "/" + string(key), "/so-lieu/" + f.ID + "/" + string(key), name, []publish.Subject{{Dataflow: f.ID, Pattern: string(key)}}}, nil
}

func (v *visit) followedProvince() (followed, error) {
	a, err := v.portal.territory.Area(v.R.PathValue("area"))
	if err != nil || !a.IsProvince() {
		return followed{}, fault.New("web.no-area", "id", v.R.PathValue("area"))
	}
	return followed{a.ID, "/tinh/" + a.ID, a.On(stat.Date{}).Name.In(v.Lang), v.subjects("REF_AREA", a.ID)}, nil
}

func (v *visit) followedTarget() (followed, error) {
	key := v.R.PathValue("target")
	list, err := v.Snap.Catalog.Codelist("CL_TARGET")
	if err != nil {
		return followed{}, fault.New("web.no-target", "key", key)
	}
	code, ok := list.Code(key)
	if !ok {
		return followed{}, fault.New("web.no-target", "key", key)
	}
	return followed{key, "/muc-tieu/" + key, code.Name.In(v.Lang), v.subjects("TARGET", key)}, nil
}

// subjects are the series of all dataflows that have a code in a dimension. Dataflows of any size have a feed of their own, not one of each area.
func (v *visit) subjects(dimension, code string) (out []publish.Subject) {
	for _, f := range v.Snap.Catalog.Dataflows() {
		i := slices.IndexFunc(f.Dimensions, func(d catalog.Dimension) bool { return d.ID == dimension })
		if i < 0 || v.Snap.Extent(f.ID).Versions > mostFollowed {
			continue
		}
		codes := make([]string, len(f.Dimensions))
		codes[i] = code
		out = append(out, publish.Subject{Dataflow: f.ID, Pattern: strings.Join(codes, ".")})
	}
	return out
}

// mostFollowed is how many figures a dataflow may have to be searched for what is new of an area.
const mostFollowed = 200_000

// writeNews writes the feed of something followed.
func (v *visit) writeNews(out *bytes.Buffer, what followed) error {
	news, err := v.Current.News(v.R.Context(), what.subjects, piecesANews)
	if err != nil {
		return err
	}
	origin, speaker := v.Site.Origin(v.R), v.speaker()
	return publish.WriteNews(out, v.Lang, publish.Following{ID: what.id, Name: what.name, Self: origin + v.Link(what.page+newsFile), Page: origin + v.Link(what.page),
		Say: func(p publish.Piece) (string, string) {
			o := p.Now
			address := origin + v.Link("/so-lieu/"+o.Dataflow+"/"+string(o.Key))
			f, err := v.Snap.Catalog.Dataflow(o.Dataflow)
			if err != nil {
				return o.Cell().String(), address
			}
			facts := []any{"series", f.Called(o.Key).In(v.Lang) + ", " + shortName(v.Snap, f, o.Key, nil).In(v.Lang), "period", text.FormatPeriod(v.Lang, o.Period), "now", speaker.Value(o)}
			switch {
			case o.Value == nil && p.Before.Value != nil:
				return v.Say("calendar.piece-withdrawn", append(facts, "before", speaker.Value(p.Before))...), address
			case p.Before.Value == nil:
				return v.Say("calendar.piece-added", facts...), address
			}
			return v.Say("calendar.piece-revised", append(facts, "before", speaker.Value(p.Before))...), address
		}}, news)
}
