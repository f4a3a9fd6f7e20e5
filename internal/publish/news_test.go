package publish

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// newsOf writes news as lines: the release, its counts and its figures.
func newsOf(list []News) (out []string) {
	for _, n := range list {
		line := fmt.Sprintf("%s +%d ~%d -%d", n.Release.ID, n.Added, n.Revised, n.Withdrawn)
		for _, p := range n.Newest {
			line += fmt.Sprintf(" %s:%s>%s", p.Now.Period, digits(p.Before), digits(p.Now))
		}
		out = append(out, line)
	}
	return out
}

func TestNewsAreWhatEachReleaseBroughtToASubject(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2024, "1", 1, "")
	o.s.figure("GDP", 2025, "2", 1, "")
	o.s.figure("IIP", 2025, "5", 1, "")
	o.s.figure("GDP", 2025, "2.5", 2, "") // revised
	o.s.figure("GDP", 2024, "1", 2, "")   // repeated: no news
	o.s.figure("IIP", 2026, "6", 3, "")
	o.s.figure("GDP", 2025, "9", 4, "") // in no release
	o.released("2026-Q3", 1)
	o.now = o.now.Add(time.Hour)
	o.released("2026-Q3.1", 2)
	o.now = o.now.Add(time.Hour)
	o.released("2026-Q4", 3)
	all, err := o.s.Releases(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := national(t)
	v := NewView(Parts{Release: all[len(all)-1], Audience: Everybody(), Moment: o.now, Catalog: c, Source: drafts{s: o.s}, Figures: o.s.figures})
	for _, c := range []struct {
		subjects []Subject
		pieces   int
		want     []string
	}{
		{[]Subject{{Dataflow: "GDP"}}, 9, []string{"2026-Q3.1 +0 ~1 -0 2025:2>2.5", "2026-Q3 +2 ~0 -0 2025:>2 2024:>1"}},
		{[]Subject{{Dataflow: "GDP"}}, 1, []string{"2026-Q3.1 +0 ~1 -0 2025:2>2.5", "2026-Q3 +2 ~0 -0 2025:>2"}},
		{[]Subject{{Dataflow: "IIP"}}, 9, []string{"2026-Q4 +1 ~0 -0 2026:>6", "2026-Q3 +1 ~0 -0 2025:>5"}},
		{[]Subject{{Dataflow: "GDP"}, {Dataflow: "IIP"}}, 0, []string{"2026-Q4 +1 ~0 -0", "2026-Q3.1 +0 ~1 -0", "2026-Q3 +3 ~0 -0"}},
		{nil, 9, nil},
	} {
		got, err := v.News(ctx, c.subjects, c.pieces)
		if err != nil || !slices.Equal(newsOf(got), c.want) {
			t.Errorf("%v: %q (%v), not %q", c.subjects, newsOf(got), err, c.want)
		}
	}
}

func TestAFeedOfNewsListsFiguresAndEscapesThem(t *testing.T) {
	r := Release{ID: "2026-Q4", Title: both("Đợt <quý> IV", "Fourth <quarter>"), PublishAt: monday, Corrects: "2026-Q3"}
	of := Following{ID: "GDP/A", Name: "GDP & GRDP", Self: "https://x/tin.atom", Page: "https://x/", Say: func(p Piece) (string, string) { return `5 < 6 "&"`, "https://x/?a=1&b=2" }}
	news := []News{{Release: r, At: monday.Add(time.Hour), Added: 3, Newest: []Piece{{}}}, {Release: r, At: monday, Revised: 1}}
	for _, lang := range []string{"vi", "en"} {
		var b bytes.Buffer
		if err := WriteNews(&b, lang, of, news); err != nil {
			t.Fatal(err)
		}
		var feed struct {
			Updated string `xml:"updated"`
			Entries []struct {
				ID      string `xml:"id"`
				Title   string `xml:"title"`
				Content string `xml:"content"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal(b.Bytes(), &feed); err != nil {
			t.Fatal(err)
		}
		if len(feed.Entries) != 2 || feed.Updated != monday.Add(time.Hour).UTC().Format(time.RFC3339) || feed.Entries[0].ID == feed.Entries[1].ID {
			t.Fatalf("%+v", feed)
		}
		if e := feed.Entries[0]; e.Title != r.Title.In(lang) || !strings.Contains(e.Content, `<a href="https://x/?a=1&amp;b=2">5 &lt; 6 &#34;&amp;&#34;</a>`) || !strings.Contains(e.Content, "<li>2 ") {
			t.Errorf("%+v", e)
		}
	}
}
