package publish

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Publication is a periodic publication as it is declared: when it is due after its period, what must be there for it, and what is said of it.
type Publication struct {
	ID        string      `yaml:"id"`
	Programme int         `yaml:"programme"` // action programme that promised it; 0 for none
	From      stat.Period `yaml:"-"`         // its first period

	zone   *time.Location // of the country: its minutes are told there
	Title  catalog.Label  `yaml:"title"` // with {period}
	Due    Due            `yaml:"due"`
	Inputs []Wanted       `yaml:"inputs"`
	Text   []Sentence     `yaml:"text"`

	First string `yaml:"from"`
}

// Due is when a publication comes out, counted from the end of its period.
type Due struct {
	Months int    `yaml:"months"` // after the last month of the period
	Day    int    `yaml:"day"`
	Time   string `yaml:"time"` // of the country
}

// CellPattern names a cell with {period}, {before} (the same period a year before) or {year} for its period.
type CellPattern struct {
	Dataflow string `yaml:"dataflow"`
	Key      string `yaml:"key"`
	Period   string `yaml:"period"`
	In       int    `yaml:"in"` // only in this period of a year; 0 for every one
}

// Wanted is a figure that must be there before the publication is prepared.
type Wanted struct {
	CellPattern `yaml:",inline"`
	Name        catalog.Label `yaml:"name"`
}

// Sentence is one sentence of the bulletin, with {name} where its figures go. A sentence one of whose figures is missing is not said.
type Sentence struct {
	catalog.Label `yaml:",inline"`
	In            int              `yaml:"in"`
	Figures       map[string]Shown `yaml:"figures"`
}

// Shown is a figure in a sentence.
type Shown struct {
	CellPattern `yaml:",inline"`
	Decimals    int    `yaml:"decimals"`
	Unit        string `yaml:"unit"`
}

// LoadPublications reads govern/publications.yaml and refuses one that cannot be followed.
func LoadPublications(fsys fs.FS, c *catalog.Catalog) ([]Publication, error) {
	const name = "govern/publications.yaml"
	f, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a country need not announce any
	}
	if err != nil {
		return nil, fault.New("publish.bad-publication", "what", "").At(name, 0, "").Because(err)
	}
	defer f.Close()
	var out []Publication
	if err := catalog.DecodeYAML(f, &out); err != nil {
		return nil, fault.Unread("catalog.bad-file", name, err)
	}
	for i := range out {
		if what := out[i].settle(c); what != "" {
			return nil, fault.New("publish.bad-publication", "what", out[i].ID+": "+what).At(name, 0, "")
		}
	}
	return out, nil
}

// settle fills what is computed and gives what is wrong, or "".
func (p *Publication) settle(c *catalog.Catalog) string {
	var err error
	p.zone = c.Zone()
	if p.From, err = stat.ParsePeriod(p.First); err != nil {
		return "from " + p.First
	}
	if _, err := time.Parse("15:04", p.Due.Time); err != nil || p.Due.Day < 1 || p.Due.Day > 28 || p.Due.Months < 0 {
		return "due"
	}
	places := []CellPattern{}
	for _, w := range p.Inputs {
		places = append(places, w.CellPattern)
	}
	for _, s := range p.Text {
		for name, x := range s.Figures {
			if !strings.Contains(s.Vi, "{"+name+"}") || !strings.Contains(s.En, "{"+name+"}") {
				return "{" + name + "}"
			}
			places = append(places, x.CellPattern)
		}
	}
	for _, x := range places {
		flow, err := c.Dataflow(x.Dataflow)
		if err != nil || c.CheckKey(flow, stat.Key(x.Key)) != nil || x.cell(p.From).Period.IsZero() {
			return x.Dataflow + "/" + x.Key + "/" + x.Period
		}
	}
	return ""
}

// cell gives the cell that a place names for a period.
func (x CellPattern) cell(period stat.Period) cube.Cell {
	c := cube.Cell{Dataflow: x.Dataflow, Key: stat.Key(x.Key)}
	switch x.Period {
	case "{period}":
		c.Period = period
	case "{before}":
		c.Period = period.Add(-period.Frequency().PerYear())
	case "{year}":
		c.Period = stat.Year(period.Year())
	}
	return c
}

// asked reports whether a part belongs to a period: to all, or to one of each year.
func asked(in int, period stat.Period) bool { return in == 0 || in == period.Sub() }

// TitleOf gives the title of a period's publication.
func (p Publication) TitleOf(period stat.Period) catalog.Label {
	name := func(lang, title string) string {
		return strings.ReplaceAll(title, "{period}", text.FormatPeriodInline(lang, period))
	}
	return catalog.Label{Vi: name("vi", p.Title.Vi), En: name("en", p.Title.En)}
}

// DueAt gives the minute at which a period's publication is due by the rule. A weekend moves it to the Monday after.
func (p Publication) DueAt(period stat.Period) time.Time {
	last := period.To().Time()
	at, _ := time.Parse("15:04", p.Due.Time) // checked when it was read
	t := time.Date(last.Year(), last.Month()+time.Month(p.Due.Months), p.Due.Day, at.Hour(), at.Minute(), 0, 0, p.zone)
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// Missing gives the inputs of a period that are not there, and the messages that brought the others.
func (p Publication) Missing(ctx context.Context, r cube.Store, period stat.Period) (missing []Wanted, brought cube.Messages, err error) {
	brought = cube.Messages{}
	for _, w := range p.Inputs {
		if !asked(w.In, period) {
			continue
		}
		cell := w.cell(period)
		list, err := cube.Read(ctx, r, cube.Query{Dataflow: cell.Dataflow, Key: string(cell.Key)})
		if err != nil {
			return nil, nil, err
		}
		found := false
		for _, v := range list {
			if v.Period == cell.Period && v.Value != nil {
				found, brought = true, brought.Union(cube.NewMessages(v.Message))
			}
		}
		if !found {
			missing = append(missing, w)
		}
	}
	return missing, brought, nil
}

// Bulletin writes what is said of a period from figures that the public may read, each with what it is when it is no plain official figure.
// The same figures give the same text; cells are those that it names.
func (p Publication) Bulletin(c *catalog.Catalog, period stat.Period, read func(cube.Cell) (cube.Version, bool)) (said catalog.Label, cells []cube.Cell) {
	var vi, en []string
	for _, s := range p.Text {
		if !asked(s.In, period) {
			continue
		}
		pairs := map[string][]string{}
		for _, lang := range []string{"vi", "en"} {
			pairs[lang] = []string{"{period}", text.FormatPeriodInline(lang, period), "{year}", text.FormatPeriodInline(lang, stat.Year(period.Year()))}
		}
		var named []cube.Cell
		whole := true
		for name, x := range s.Figures {
			cell := x.cell(period)
			v, ok := read(cell)
			if !ok || v.Value == nil || !Everybody().mayRead(confidentiality(v)) {
				whole = false
				break
			}
			named = append(named, cell)
			for lang := range pairs {
				pairs[lang] = append(pairs[lang], "{"+name+"}", x.say(c, lang, v))
			}
		}
		if !whole {
			continue
		}
		cells = append(cells, named...)
		vi, en = append(vi, strings.NewReplacer(pairs["vi"]...).Replace(s.Vi)), append(en, strings.NewReplacer(pairs["en"]...).Replace(s.En))
	}
	return catalog.Label{Vi: strings.Join(vi, " "), En: strings.Join(en, " ")}, cells
}

// say writes a figure: its number as printed, its unit, and what it is when it is no plain official figure.
func (x Shown) say(c *catalog.Catalog, lang string, v cube.Version) string {
	out := v.Attributes[stat.AttrText]
	if out == "" {
		out = text.FormatNumber(lang, *v.Value, x.Decimals)
	}
	out = text.WithUnit(out, x.Unit)
	var notes []string
	if v.Status != stat.Normal {
		notes = append(notes, strings.ToLower(c.Name("CL_OBS_STATUS", string(v.Status), lang)))
	}
	if m := v.Mark(); m != stat.MarkSeen {
		notes = append(notes, book.Say(lang, "evidence", "mark", m))
	}
	if len(notes) > 0 {
		out += " (" + strings.Join(notes, ", ") + ")"
	}
	return out
}
