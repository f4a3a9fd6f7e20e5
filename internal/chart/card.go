package chart

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"image/png"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/text"
)

// Card is a picture that stands for a page where somebody shares its address: what it is about, the number with its interval, and who says so.
type Card struct {
	Lang     string
	Title    string
	Text     string // what there is to say where there is no number
	Value    string // the number as it is written; "" when the page is about no single one
	Unit     string
	Interval string // in words, or ""
	When     string // the period of the number, and what is to be known of it
	Note     string // stands above all: that the figures are not real, or not out
	Source   string
	Site     string // who publishes
	Drawing  *Spec  // nil when there is none
}

// Size of a card in pixels, as the sites where addresses are shared ask for it.
const (
	CardWidth  = 1200
	CardHeight = 630
)

// Places on a card.
const (
	cardPad   = 56.0
	cardBand  = 12.0  // the coloured edge at the top
	cardTop   = 104.0 // below the name of the site
	cardFoot  = 556.0 // where the source begins
	cardSplit = 500.0 // left of it is the number, right of it the drawing
)

// Card draws a card as PNG, or gives one that was drawn before.
func (r *Renderer) Card(ctx context.Context, c Card) ([]byte, error) {
	var id string
	if c.Drawing != nil {
		if err := c.Drawing.Check(); err != nil {
			return nil, err
		}
		id = c.Drawing.ID
	}
	said, err := json.Marshal(c)
	if err != nil {
		return nil, fault.New("chart.not-drawn", "id", id).Because(err)
	}
	key := sha256.Sum256(append([]byte("card\x00"), said...))
	if b, ok := r.cache.get(key); ok {
		return b, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, stopped(&Spec{ID: id}, err)
	}
	canvas := newBitmap(CardWidth, CardHeight, 1, false)
	if err := c.paint(canvas); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas.dc.Image()); err != nil {
		return nil, fault.New("chart.not-drawn", "id", id).Because(err)
	}
	r.cache.put(key, out.Bytes())
	return out.Bytes(), nil
}

// paint writes the words of a card and draws what there is to draw.
func (c Card) paint(on canvas) error {
	on.rect(box{0, 0, CardWidth, CardHeight}, look{fill: paper})
	on.rect(box{0, 0, CardWidth, cardBand}, look{fill: Accent.text()})
	on.path("M56 62L72 62L78 44L88 76L96 52L101 62L116 62", look{edge: pen{colour: Accent.text(), width: 5, round: true}})
	on.words(lettering{size: 26, bold: true, colour: ink}, word{126, 72, c.Site})
	if c.Note != "" {
		on.words(lettering{size: 22, bold: true, colour: MIC.text(), align: finish}, word{CardWidth - cardPad, 72, clip(c.Note, 22, true, 700)})
	}
	y := cardTop
	write := func(s string, size float64, bold bool, colour string, width float64, most int) {
		for _, l := range lines(s, size, bold, width, most) {
			y += size * 1.24
			on.words(lettering{size: size, bold: bold, colour: colour}, word{cardPad, y, l})
		}
	}
	write(c.Title, 42, true, ink, CardWidth-2*cardPad, 2)
	top := y + 28
	width := CardWidth - 2*cardPad
	if c.Drawing != nil {
		width = cardSplit - cardPad - 24
	}
	if c.Text != "" {
		y += 20
		write(c.Text, 28, false, ink, width, 6)
	}
	if c.Value != "" {
		y += 20
		size := 118.0
		for size > 48 && textWidth(c.Value, size, true) > width {
			size -= 2
		}
		write(c.Value, size, true, Accent.text(), width, 1)
		y += 6
		write(c.Unit, 26, false, ink, width, 2)
		write(c.Interval, 26, false, ink, width, 2)
		write(c.When, 26, false, muted, width, 2)
	}
	if err := c.draw(on, top); err != nil {
		return err
	}
	y = cardFoot - 14
	on.rect(box{cardPad, cardFoot - 10, CardWidth - cardPad, cardFoot - 9}, look{fill: hair})
	write(c.Source, 20, false, muted, CardWidth-2*cardPad, 2)
	return nil
}

// draw puts the drawing where the number leaves room for it.
func (c Card) draw(on canvas, top float64) error {
	if c.Drawing == nil {
		return nil
	}
	left := cardPad
	if c.Value != "" || c.Text != "" {
		left = cardSplit
	}
	room := box{left, top, CardWidth - cardPad, cardFoot - 26}
	s := *c.Drawing
	o := Options{Lang: c.Lang, Width: int(room.x1 - room.x0), Height: int(room.y1 - room.y0), Scheme: Light, Bare: true}
	scale := 1.0
	switch {
	case s.Kind.overTime():
		// A drawing of a phone, enlarged: its words stay readable where a card is shown small.
		scale = 1.25
		o.Width, o.Height = int(float64(o.Width)/scale), int(float64(o.Height)/scale)
	default:
		// A list or a map has its own height: it is made smaller until it fits.
		o.Width = 560
		o.Height = s.Height(o.Width)
		scale = min((room.y1-room.y0)/float64(o.Height), (room.x1-room.x0)/float64(o.Width), 1.25)
	}
	if scale < leastScale {
		return nil // nobody could read it
	}
	if err := checkSize(o.Width, o.Height); err != nil {
		return nil //nolint:nilerr // there is no room for it, and the words say what matters
	}
	wide := float64(o.Width) * scale
	on.open(group{dx: room.x1 - wide, dy: room.y0, scale: scale})
	defer on.close()
	return s.paint(on, o, s.frame(o))
}

// leastScale is the scale below which a drawing says nothing any more.
const leastScale = 0.42

// lines breaks a text into a number of lines at most; the last one ends in an ellipsis when there is more.
func lines(s string, size float64, bold bool, width float64, most int) []string {
	out := wrap(s, size, bold, width)
	if len(out) > most {
		out[most-1] = strings.Join(out[most-1:], " ")
		out = out[:most]
	}
	for i := range out {
		out[i] = clip(out[i], size, bold, width)
	}
	return out
}

// Lead is the figure that a drawing over time is about when nobody says otherwise: the newest of its first line or bar.
type Lead struct {
	Value     Value
	Number    string // as it is written
	Low, High string // the bounds of its interval, or ""
	Period    string
	Name      catalog.Label // of the line
}

// Lead finds that figure; false when there is none.
func (s *Spec) Lead(lang string) (Lead, bool) {
	if !s.Kind.overTime() || s.Kind == Stacked || s.Kind == Multiples {
		return Lead{}, false
	}
	for i := range s.Series {
		x := &s.Series[i]
		last := x.last()
		if last < 0 || x.Style != Solid {
			continue
		}
		v := x.Values[last]
		out := Lead{Value: v, Number: s.write(lang, v), Period: formatPeriod(lang, s.Periods[last]), Name: x.Name}
		if v.Low != nil && v.High != nil {
			out.Low, out.High = text.FormatNumber(lang, *v.Low, s.Decimals), text.FormatNumber(lang, *v.High, s.Decimals)
		}
		return out, true
	}
	return Lead{}, false
}
