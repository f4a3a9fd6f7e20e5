package chart

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"testing"

	"nhipso/internal/fault"
)

func card() Card {
	return Card{Lang: "vi", Title: "Tỷ trọng kinh tế số trong GDP theo quý", Value: "14,48", Unit: "% GDP", Interval: "khoảng tin cậy 95 %: 13,4–15,6", When: "quý III/2026, ước tính",
		Source: "Nguồn: số liệu giả lập dùng để kiểm thử.", Site: "Nhịp Số", Drawing: sampleLine()}
}

func onCard(t *testing.T, r *Renderer, c Card) (image.Image, []byte) {
	t.Helper()
	b, err := r.Card(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil || img.Bounds().Dx() != CardWidth || img.Bounds().Dy() != CardHeight {
		t.Fatalf("%v, %v", err, img.Bounds())
	}
	return img, b
}

// inked counts the pixels of a part of a picture that are not paper.
func inked(img image.Image, part image.Rectangle) (n int) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0xf000 {
				n++
			}
		}
	}
	return n
}

// Each word and the drawing have a place of their own, and show there.
func TestACardShowsAllThatItIsGiven(t *testing.T) {
	r := NewRenderer(10)
	_, whole := onCard(t, r, card())
	for name, without := range map[string]func(*Card){
		"title": func(c *Card) { c.Title = "" }, "number": func(c *Card) { c.Value = "14,49" }, "unit": func(c *Card) { c.Unit = "" }, "interval": func(c *Card) { c.Interval = "" },
		"period": func(c *Card) { c.When = "" }, "source": func(c *Card) { c.Source = "" }, "site": func(c *Card) { c.Site = "" }, "drawing": func(c *Card) { c.Drawing = nil },
		"note": func(c *Card) { c.Note = "Số giả định" },
	} {
		c := card()
		without(&c)
		if _, b := onCard(t, r, c); bytes.Equal(b, whole) {
			t.Errorf("the %s makes no difference", name)
		}
	}
	img, again := onCard(t, r, card())
	if !bytes.Equal(again, whole) {
		t.Error("one card is two pictures")
	}
	// Nothing reaches the edges, where sites cut.
	for _, edge := range []image.Rectangle{image.Rect(0, 20, 40, CardHeight), image.Rect(CardWidth-40, 20, CardWidth, CardHeight), image.Rect(0, CardHeight-16, CardWidth, CardHeight)} {
		if n := inked(img, edge); n > 0 {
			t.Errorf("%d pixels at the edge %v", n, edge)
		}
	}
}

func TestLongWordsStayOnTheCard(t *testing.T) {
	long := "Giá trị tăng thêm của hoạt động chuyên môn, khoa học và công nghệ theo giá so sánh năm 2010, theo quý, phân theo ngành kinh tế và theo tỉnh, thành phố trực thuộc trung ương, bản đồ 34 tỉnh"
	c := card()
	c.Title, c.Value, c.Unit, c.Interval, c.When, c.Source, c.Note = long, "1.234.567.890,12", long, long, long, long+long+long, long
	for _, drawing := range []*Spec{nil, sampleLine()} {
		c.Drawing = drawing
		img, _ := onCard(t, NewRenderer(10), c)
		if n := inked(img, image.Rect(0, CardHeight-16, CardWidth, CardHeight)) + inked(img, image.Rect(CardWidth-40, 20, CardWidth, CardHeight)); n > 0 {
			t.Errorf("%d pixels at the edge", n)
		}
	}
}

func TestEveryKindOfDrawingFitsOnACard(t *testing.T) {
	for _, s := range samples() {
		for _, value := range []string{"", "14,48"} {
			c := card()
			c.Drawing, c.Value = s, value
			img, _ := onCard(t, NewRenderer(10), c)
			if n := inked(img, image.Rect(CardWidth-40, 20, CardWidth, CardHeight)); n > 0 {
				t.Errorf("%s: %d pixels at the edge", s.ID, n)
			}
		}
	}
}

func TestACardIsNotDrawnForNobody(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := NewRenderer(10)
	if _, err := r.Card(ctx, card()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	onCard(t, r, card())
	if _, err := r.Card(ctx, card()); err != nil {
		t.Errorf("one that is there is given at once: %v", err)
	}
	c := card()
	c.Drawing.ID = "Not An Id"
	if _, err := r.Card(context.Background(), c); fault.CodeOf(err) != "chart.bad-id" {
		t.Errorf("%v", err)
	}
}

func TestTheLeadOfADrawingIsItsNewestFigure(t *testing.T) {
	s := sampleLine()
	got, ok := s.Lead("vi")
	if !ok || got.Number == "" || got.Period == "" || got.Value.V == nil {
		t.Fatalf("%+v %v", got, ok)
	}
	first := s.Series[0]
	for i := range first.Values { // without its newest figure the one before it leads
		if first.Values[len(first.Values)-1-i].V != nil {
			first.Values[len(first.Values)-1-i] = Value{}
			break
		}
	}
	if before, ok := s.Lead("vi"); !ok || before.Period == got.Period {
		t.Errorf("%+v %v", before, ok)
	}
	for _, s := range samples() {
		if _, ok := s.Lead("vi"); ok != (s.Kind == Line || s.Kind == Bar) {
			t.Errorf("%s, a %s, has a lead: %v", s.ID, s.Kind, ok)
		}
	}
}
