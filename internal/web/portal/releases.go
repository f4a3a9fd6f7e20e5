package portal

import (
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// releasesPage lists the releases and what was revised in the figures.
type releasesPage struct {
	shell.Frame
	Releases   []releaseEntry
	Revisions  *shell.Figure
	Statistics *shell.Figure
	Count      string
	Calendar   string
	Feed       string
	FileName   string // of the newest release; "" where none has a file
	Key        string // the public key by which a file is checked
}

// releaseEntry is a release that is out, with what it changed.
type releaseEntry struct {
	ID, Anchor, Title, At, Summary, AsOfURL string
	Corrects                                string // the release that it corrects
	Changed                                 []changedCell
	File                                    string   // all of it in one file
	Archive, ArchiveSize, ArchiveHash       string   // the same as CSV
	Waits                                   []string // dataflows whose new figures come later, with their minutes
}

// changedCell is a figure that a correction replaced.
type changedCell struct{ Name, URL, Period, Old, New string }

// releaseEntry tells of a release. The figures that a correction replaced are told one by one.
func (v *visit) releaseEntry(r publish.Release) releaseEntry {
	now := v.Site.Now()
	e := releaseEntry{ID: r.ID, Anchor: publish.Anchor(r.ID), Title: r.Title.In(v.Lang), At: v.Minute(r.PublishAt), Summary: publish.Summary(v.Lang, r, now), Corrects: r.Corrects,
		AsOfURL: v.Link("/", "asof", v.Snap.Catalog.Day(r.PublishAt).String())}
	waits := r.Withheld(now)
	for _, f := range v.Snap.Catalog.Dataflows() {
		if at, held := waits[f.ID]; held {
			e.Waits = append(e.Waits, v.Say("releases.waits", "flow", f.Name.In(v.Lang), "at", v.Minute(at)))
		}
	}
	if r.Corrects == "" {
		return e
	}
	for _, c := range r.Changes {
		f, err := v.Snap.Catalog.Dataflow(c.Dataflow)
		if _, held := waits[c.Dataflow]; held || err != nil {
			continue
		}
		for _, x := range c.Cells {
			e.Changed = append(e.Changed, changedCell{namesOf(v.Snap).Title(f, stat.Key(x.Key)).In(v.Lang), v.Link("/so-lieu/" + f.ID + "/" + x.Key), v.period(x.Period), v.asWritten(x.Old), v.asWritten(x.New)})
		}
	}
	return e
}

// period writes a period as a heading does.
func (v *visit) period(written string) string {
	p, err := stat.ParsePeriod(written)
	if err != nil {
		return written
	}
	return text.FormatPeriod(v.Lang, p)
}

// asWritten writes a number with all its decimals, and a dash for none.
func (v *visit) asWritten(written string) string {
	d, err := stat.ParseDecimal(written)
	if err != nil {
		return "–"
	}
	_, decimals, _ := strings.Cut(written, ".")
	return text.FormatNumber(v.Lang, d, len(decimals))
}

// size writes a number of bytes as people do.
func (v *visit) size(bytes int64) string {
	unit, name := int64(1_000), " kB"
	if bytes >= 1_000_000 {
		unit, name = 1_000_000, " MB"
	}
	d, err := stat.Int(bytes).Quo(stat.Int(unit))
	if err != nil {
		return "–"
	}
	return text.FormatNumber(v.Lang, d, 1) + name
}

func (v *visit) releases() (shell.Page, error) {
	all, err := v.AsOfView.Releases(v.R.Context())
	if err != nil {
		return nil, err
	}
	p := &releasesPage{Frame: v.NewFrame("data", v.Say("releases.title"))}
	p.Description = v.Say("releases.description")
	p.Calendar, p.Feed = v.Link(calendarPath), v.Link(feedPath)
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}}
	files := map[string]ReleaseFile{}
	if v.portal.files != nil {
		if files, err = v.portal.files.Names(v.R.Context()); err != nil {
			return nil, err
		}
		p.Key = downloadPath + "release-key.pub.pem"
	}
	for i := len(all) - 1; i >= 0; i-- {
		e := v.releaseEntry(all[i])
		if f := files[e.ID]; f.Name != "" {
			e.File = downloadPath + f.Name
			if p.FileName == "" {
				p.FileName = f.Name
			}
			if z := f.Archive; z != nil {
				e.Archive, e.ArchiveSize, e.ArchiveHash = downloadPath+z.Name, v.size(z.Size), z.SHA256
			}
		}
		p.Releases = append(p.Releases, e)
	}
	t := shell.NewTable("revisions", both("releases.revisions"), shell.Text("flow", both("data.dataflow")), shell.Text("series", both("data.series")), shell.Periods("period", both("data.period")),
		shell.Numbers("before", both("releases.before"), catalog.Label{}, -1), shell.Days("before-day", both("releases.before-day")),
		shell.Numbers("after", both("releases.after"), catalog.Label{}, -1), shell.Days("after-day", both("releases.after-day")),
		shell.Numbers("change", both("releases.change"), catalog.Label{}, -1), shell.Text("unit", both("data.unit")))
	t.Heads = 3
	list, total, err := v.revisions()
	if err != nil {
		return nil, err
	}
	var shown []cube.Version
	for _, r := range list {
		t.Add(v.revisionRow(r)...)
		shown = append(shown, r.Before, r.After)
	}
	p.Count = v.count(total)
	t.Stack = len(t.Rows) <= shell.MostStacked
	fig := &shell.Figure{ID: "dieu-chinh", Title: t.Title, Table: t, Source: v.SourceLine(shown), Open: true}
	if total > len(list) {
		fig.Note = v.Say("releases.newest-of", "n", v.count(len(list)), "of", p.Count)
		fig.Stream = func() *export.Table { return v.everyRevision(t) }
	}
	p.Revisions = p.Show(fig)
	p.Statistics = v.whole(&p.Frame, "thong-ke", "DE_REVISIONS")
	return p, nil
}
