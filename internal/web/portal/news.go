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
	"nhipso/internal/territory"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// newsFile ends the address of the feed of whatever stands at the address before it.
const newsFile = "/tin.atom"

// piecesANews bounds the figures that an entry of a feed tells one by one; it counts all.
const piecesANews = 20

// Topic is something that readers may follow: what stands on a page.
type Topic struct {
	ID       string // what it is called in a feed
	Path     string // of its page
	Name     catalog.Label
	Subjects []publish.Subject
}

// TopicOf finds what stands on a page, by the path of the page.
func TopicOf(known *publish.View, areas *territory.Registry, path string) (Topic, error) {
	switch parts := strings.Split(strings.TrimPrefix(path, "/"), "/"); {
	case len(parts) == 2 && parts[0] == "so-lieu":
		f, err := known.Catalog.Dataflow(parts[1])
		if err != nil {
			return Topic{}, err
		}
		return Topic{f.ID, path, f.Name, []publish.Subject{{Dataflow: f.ID}}}, nil
	case len(parts) == 3 && parts[0] == "so-lieu":
		return seriesTopic(known, path, parts[1], parts[2])
	case len(parts) == 2 && parts[0] == "tinh":
		a, err := areas.Area(parts[1])
		if err != nil || !a.IsProvince() {
			return Topic{}, fault.New("web.no-area", "id", parts[1])
		}
		name := a.On(stat.Date{}).Name
		return Topic{a.ID, path, catalog.Label{Vi: name.In("vi"), En: name.In("en")}, subjects(known, "REF_AREA", a.ID)}, nil
	case len(parts) == 2 && parts[0] == "muc-tieu":
		key := parts[1]
		list, err := known.Catalog.Codelist("CL_TARGET")
		if err != nil {
			return Topic{}, fault.New("web.no-target", "key", key)
		}
		code, ok := list.Code(key)
		if !ok {
			return Topic{}, fault.New("web.no-target", "key", key)
		}
		return Topic{key, path, code.Name, subjects(known, "TARGET", key)}, nil
	}
	return Topic{}, fault.New("web.no-topic", "path", path)
}

func seriesTopic(known *publish.View, path, flow, asked string) (Topic, error) {
	f, err := known.Catalog.Dataflow(flow)
	if err != nil {
		return Topic{}, err
	}
	key, err := stat.ParseKey(asked, len(f.Dimensions))
	if err != nil || known.Catalog.CheckKey(f, key) != nil || len(known.History(f.ID, string(key))) == 0 {
		return Topic{}, fault.New("web.no-series", "key", asked, "dataflow", f.ID)
	}
	return Topic{f.ID + "/" + string(key), path, namesOf(known.Snapshot).Title(f, key), []publish.Subject{{Dataflow: f.ID, Pattern: string(key)}}}, nil
}

// newsFeeds are the feeds of series, dataflows, provinces and targets.
func (p *Portal) newsFeeds() []shell.Answer {
	feed := func(path string) shell.Answer {
		return shell.Answer{Pattern: "GET " + path + newsFile, Takes: shell.Takes("lang"), Work: shell.EarlierWork, Handler: middleware.Whole()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p.feed(w, r, "application/atom+xml; charset=utf-8", func(v *visit, out *bytes.Buffer) error {
				what, err := TopicOf(v.Current, p.territory, strings.TrimSuffix(v.R.URL.Path, newsFile))
				if err != nil {
					return err
				}
				return v.writeNews(out, what)
			})
		}))}
	}
	return []shell.Answer{feed("/so-lieu/{dataflow}"), feed("/so-lieu/{dataflow}/{key}"), feed("/tinh/{area}"), feed("/muc-tieu/{target}")}
}

// following is the feed of what a page shows, for its frame.
func (v *visit) following(page string) *shell.Crumb {
	out := shell.Crumb{Name: v.Say("common.follow"), URL: page + newsFile}
	if v.Lang == "en" {
		out.URL += "?lang=en"
	}
	return &out
}

// subjects are the series of all dataflows that have a code in a dimension. Dataflows of any size have a feed of their own, not one of each area.
func subjects(known *publish.View, dimension, code string) (out []publish.Subject) {
	for _, f := range known.Catalog.Dataflows() {
		i := slices.IndexFunc(f.Dimensions, func(d catalog.Dimension) bool { return d.ID == dimension })
		if i < 0 || known.Extent(f.ID).Versions > mostFollowed {
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
func (v *visit) writeNews(out *bytes.Buffer, what Topic) error {
	news, err := v.Current.News(v.R.Context(), what.Subjects, piecesANews)
	if err != nil {
		return err
	}
	origin, speaker := v.Site.Origin(v.R), v.speaker()
	return publish.WriteNews(out, v.Lang, publish.Following{ID: what.ID, Name: what.Name.In(v.Lang), Self: origin + v.Link(what.Path+newsFile), Page: origin + v.Link(what.Path),
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
