package chart

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"testing"
)

func TestPNG(t *testing.T) {
	r := NewRenderer(20)
	decode := func(s *Spec, o Options, scale float64) image.Image {
		t.Helper()
		b, err := r.PNG(context.Background(), s, o, scale)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	// marked counts the pixels of a region that differ from the background.
	marked := func(img image.Image, box image.Rectangle) int {
		n := 0
		back := img.At(img.Bounds().Dx()-1, 0)
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				if img.At(x, y) != back {
					n++
				}
			}
		}
		return n
	}
	for _, s := range samples() {
		img := decode(s, Options{}, 1)
		t.Run(s.ID+" has its title, its plot and its source line", func(t *testing.T) {
			w, h := img.Bounds().Dx(), img.Bounds().Dy()
			if w != 720+2*sidePad {
				t.Errorf("%d pixels wide", w)
			}
			for name, c := range map[string]struct {
				box   image.Rectangle
				least int
			}{
				"title":  {image.Rect(0, 14, w, 40), 500},
				"plot":   {image.Rect(0, 60, w, h-40), 3000},
				"source": {image.Rect(0, h-34, w, h), 300},
			} {
				if n := marked(img, c.box); n < c.least {
					t.Errorf("%s: only %d pixels are drawn", name, n)
				}
			}
		})
	}
	t.Run("the fill of a bar is its colour, to the pixel", func(t *testing.T) {
		img := decode(sampleRanking(), Options{}, 2)
		blue := 0
		for y := 0; y < img.Bounds().Dy(); y++ {
			if r, g, b, _ := img.At(600, y).RGBA(); r>>8 == 0x00 && g>>8 == 0x72 && b>>8 == 0xB2 {
				blue++
			}
		}
		if blue < 20 || blue > 40 {
			t.Errorf("a column through the bars has %d blue pixels; the bar of Đà Nẵng is about 31 high", blue)
		}
	})
	t.Run("twice the scale is twice the size", func(t *testing.T) {
		a, b := decode(sampleShort(), Options{}, 1).Bounds(), decode(sampleShort(), Options{}, 0).Bounds()
		if b.Dx() != 2*a.Dx() {
			t.Errorf("%v and %v", a, b)
		}
	})
	t.Run("dark is dark", func(t *testing.T) {
		if r, g, b, _ := decode(sampleLine(), Options{Scheme: Dark}, 1).At(1, 1).RGBA(); r>>8 != 0x15 || g>>8 != 0x18 || b>>8 != 0x1C {
			t.Errorf("the paper is %x %x %x", r>>8, g>>8, b>>8)
		}
	})
}

func TestBitmap(t *testing.T) {
	t.Run("Vietnamese letters with two marks are drawn, not boxes", func(t *testing.T) {
		for _, letter := range "ệữẫỵĐđơƯ₫%−–…·≥" {
			i, err := regular().font.GlyphIndex(&regular().buf, letter)
			if err != nil || i == 0 {
				t.Errorf("the font has no %q", letter)
			}
		}
		drawn := func(s string) []byte {
			c := newBitmap(40, 40, 1, false)
			c.words(lettering{size: 24, colour: ink}, word{5, 30, s})
			return c.dc.Image().(*image.RGBA).Pix
		}
		plain, marked := drawn("e"), drawn("ệ")
		if bytes.Equal(plain, marked) {
			t.Error("ệ looks like e")
		}
		if !bytes.Equal(marked, drawn("e\u0302\u0323")) {
			t.Error("ệ looks different when it is written in parts")
		}
	})
	t.Run("a hatch is drawn, and a confidential one is another", func(t *testing.T) {
		drawn := func(fill string) map[color.RGBA]bool {
			c := newBitmap(60, 60, 2, false)
			c.rect(box{0, 0, 30, 30}, look{fill: fill})
			seen := map[color.RGBA]bool{}
			for i := range 3600 {
				seen[c.dc.Image().(*image.RGBA).RGBAAt(i%60, i/60)] = true
			}
			return seen
		}
		for fill, line := range map[string]color.RGBA{noFigure: {0xB9, 0xC0, 0xC7, 255}, secret: {0x8E, 0x98, 0xA2, 255}} {
			seen := drawn(fill)
			if !seen[color.RGBA{0xF3, 0xF4, 0xF6, 255}] || !seen[line] {
				t.Errorf("%s is drawn in %v", fill, seen)
			}
		}
	})
}
