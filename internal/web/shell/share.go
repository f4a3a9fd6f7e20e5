package shell

import (
	"io"
	"strings"

	"nhipso/internal/chart"
	"nhipso/internal/text"
)

// shareFormat ends the address of the picture that stands for a page where its address is shared.
const shareFormat = "chia-se.png"

// locales are how sites where addresses are shared name our languages.
var locales = map[string]string{"vi": "vi_VN", "en": "en_US"}

// Locale names a language for sites where addresses are shared.
func (f *Frame) Locale(lang string) string { return locales[lang] }

// Image is the address of the picture that stands for the page where its address is shared, or "": it shows the page's first figure.
func (f *Frame) Image() string {
	if len(f.Figures) == 0 || f.v.Site.preview || f.Status != 0 {
		return ""
	}
	return f.v.Site.Origin(f.v.R) + f.v.File(shareFormat)
}

// ImageSize is the size of that picture in pixels.
func (f *Frame) ImageSize() [2]int { return [2]int{chart.CardWidth, chart.CardHeight} }

// ImageText says what that picture shows, for those who do not see it.
func (f *Frame) ImageText() string {
	c := f.Figures[0].card()
	var parts []string
	for _, s := range []string{c.Title, c.Text, text.WithUnit(c.Value, c.Unit), c.Interval, c.When} {
		if strings.TrimSpace(s) != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ". ")
}

// card is the picture of the figure for sites where addresses are shared.
func (f *Figure) card() chart.Card {
	v := f.v
	c := chart.Card{Lang: v.Lang, Title: f.FullName(), Source: f.Source.String(), Site: v.Say("common.site")}
	if v.Site.publisher != "" {
		c.Site += " · " + v.Site.publisher
	}
	switch country := v.Current.Catalog.Country(); {
	case country.Demo:
		c.Note = v.Say("common.demo-mark")
	case country.Synthetic:
		c.Note = v.Say("use.synthetic")
	}
	if f.drawn() {
		s := *f.Chart
		s.URL = "" // not drawn, and it would make the same picture another one under another host
		c.Drawing = &s
	}
	known := func(when string, flags []FlagView) {
		c.When = when
		for _, x := range flags {
			c.When += ", " + x.Meaning
		}
	}
	if o := f.Lead; o != nil && o.Value != nil {
		c.Value = v.Number(*o)
		if flow, err := v.Snap.Catalog.Dataflow(o.Dataflow); err == nil {
			c.Unit = v.names().Unit(flow, *o).In(v.Lang)
		}
		if i := v.Interval(*o); i != "" {
			c.Interval = v.Say("use.interval-level", "interval", i, "level", v.Level(*o))
		}
		known(text.FormatPeriod(v.Lang, o.Period), v.Flags(o.Status, o.Mark()))
	} else if c.Drawing != nil {
		if lead, ok := f.Chart.Lead(v.Lang); ok {
			c.Value, c.Unit = lead.Number, f.Chart.Unit.In(v.Lang)
			if lead.Low != "" {
				c.Interval = v.Say("use.interval", "interval", lead.Low+"–"+lead.High)
			}
			known(lead.Period, v.Flags(lead.Value.Status, lead.Value.Mark))
		}
	}
	if c.Value == "" {
		c.Text = f.Note
		if c.Drawing == nil { // a table alone: the page says more of itself than the table does
			c.Title, c.Text = f.page.Title, f.page.Description
		}
	}
	if c.Unit == "%" { // it belongs to the number
		c.Value, c.Unit = text.WithUnit(c.Value, c.Unit), ""
	}
	return c
}

// share writes that picture.
func (f *Figure) share(w io.Writer) error {
	png, err := f.v.Site.renderer.Card(f.v.R.Context(), f.card())
	if err == nil {
		_, err = w.Write(png)
	}
	return err
}
