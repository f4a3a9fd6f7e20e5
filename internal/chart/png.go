package chart

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"strings"

	"github.com/srwiley/rasterx"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"nhipso/internal/fault"
)

// PNG draws the chart as a bitmap with `scale` pixels to a CSS pixel (1 to 4; 0 is 2), from the same SVG. Schemes Page and Auto are
// drawn light, since a bitmap cannot know what its reader prefers.
func (r *Renderer) PNG(ctx context.Context, s *Spec, o Options, scale float64) ([]byte, error) {
	if o.Scheme != Dark {
		o.Scheme = Light
	}
	svg, err := r.SVG(ctx, s, o)
	if err != nil {
		return nil, err
	}
	if scale == 0 {
		scale = 2
	}
	scale = math.Max(1, math.Min(scale, 4))
	key, err := keyOf(s, o.filled(s), scale)
	if err != nil {
		return nil, err
	}
	if b, ok := r.cache.get(key); ok {
		return b, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, stopped(s, err)
	}
	b, err := Rasterise(svg, scale)
	if err == nil {
		r.cache.put(key, b)
	}
	return b, err
}

// Rasterise turns a drawing of this package into a PNG. It knows the part of SVG that the package writes, and no more.
func Rasterise(svg string, scale float64) ([]byte, error) {
	root, byID, err := parseSVG(svg)
	if err != nil {
		return nil, err
	}
	w, h := root.number("width", 0)*scale, root.number("height", 0)*scale
	if w < 1 || h < 1 || w*h > 80e6 {
		return nil, fault.New("chart.bad-svg")
	}
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, int(math.Ceil(w)), int(math.Ceil(h)))), byID: byID, tiles: map[string]*tile{}}
	c.clip = c.img.Bounds()
	c.draw(root, style{m: matrix{scale, 0, 0, scale, 0, 0}, fill: "#000000", strokeWidth: 1, opacity: 1, fontSize: 12})
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.DefaultCompression}
	if err := enc.Encode(&out, c.img); err != nil {
		return nil, fault.New("chart.bad-svg").Because(err)
	}
	return out.Bytes(), nil
}

// canvas is the bitmap that is drawn on.
type canvas struct {
	img   *image.RGBA
	byID  map[string]*node
	clip  image.Rectangle
	tiles map[string]*tile
	ras   vector.Rasterizer
}

// style is what an element inherits.
type style struct {
	m                matrix
	fill, stroke     string
	strokeWidth      float64
	opacity          float64
	dash             string
	cap, join        string
	fontSize         float64
	bold             bool
	fillOp, strokeOp float64 // of the element itself
}

func (st style) with(n *node) style {
	set := func(to *string, name string) {
		if v, ok := n.attr[name]; ok {
			*to = v
		}
	}
	set(&st.fill, "fill")
	set(&st.stroke, "stroke")
	set(&st.dash, "stroke-dasharray")
	set(&st.cap, "stroke-linecap")
	set(&st.join, "stroke-linejoin")
	st.strokeWidth = n.number("stroke-width", st.strokeWidth)
	st.fontSize = n.number("font-size", st.fontSize)
	st.opacity *= n.number("opacity", 1)
	st.fillOp, st.strokeOp = n.number("fill-opacity", 1), n.number("stroke-opacity", 1)
	if w, ok := n.attr["font-weight"]; ok {
		st.bold = w == "600" || w == "700" || w == "bold"
	}
	if t, ok := n.attr["transform"]; ok {
		st.m = st.m.times(transform(t))
	}
	return st
}

func (c *canvas) draw(n *node, inherited style) {
	switch n.tag {
	case "defs", "title", "desc", "style", "clipPath", "pattern":
		return
	}
	st := inherited.with(n)
	if id, ok := reference(n.attr["clip-path"]); ok && c.byID[id] != nil {
		old := c.clip
		c.clip = c.clip.Intersect(c.clipBox(c.byID[id], st.m))
		defer func() { c.clip = old }()
	}
	switch n.tag {
	case "path":
		c.shape(pathLines(n.attr["d"]), st)
	case "rect":
		x, y, w, h := n.number("x", 0), n.number("y", 0), n.number("width", 0), n.number("height", 0)
		c.shape(outline{{points: [][2]float64{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}, closed: true}}, st)
	case "circle":
		x, y, r := n.number("cx", 0), n.number("cy", 0), n.number("r", 0)
		var p part
		for i := range 48 {
			s, co := math.Sincos(float64(i) / 24 * math.Pi)
			p.points = append(p.points, [2]float64{x + r*co, y + r*s})
		}
		p.closed = true
		c.shape(outline{p}, st)
	case "polyline", "polygon", "line":
		c.shape(outline{pointList(n)}, st)
	case "text":
		c.text(n, st)
	}
	for _, k := range n.kids {
		c.draw(k, st)
	}
}

func pointList(n *node) part {
	if n.tag == "line" {
		return part{points: [][2]float64{{n.number("x1", 0), n.number("y1", 0)}, {n.number("x2", 0), n.number("y2", 0)}}}
	}
	p := part{closed: n.tag == "polygon"}
	v := strings.FieldsFunc(n.attr["points"], func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
	for i := 0; i+1 < len(v); i += 2 {
		x, _ := strconv.ParseFloat(v[i], 64)
		y, _ := strconv.ParseFloat(v[i+1], 64)
		p.points = append(p.points, [2]float64{x, y})
	}
	return p
}

// reference reads url(#id).
func reference(s string) (string, bool) {
	id, ok := strings.CutPrefix(s, "url(#")
	return strings.TrimSuffix(id, ")"), ok
}

// clipBox gives the box of a clip path; ECharts clips to upright boxes only.
func (c *canvas) clipBox(n *node, m matrix) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	see := func(x, y float64) {
		x, y = m.at(x, y)
		x0, x1 = math.Min(x0, x), math.Max(x1, x)
		y0, y1 = math.Min(y0, y), math.Max(y1, y)
	}
	for _, k := range n.kids {
		for _, p := range pathLines(k.attr["d"]) {
			for _, q := range p.points {
				see(q[0], q[1])
			}
		}
		if k.tag == "rect" {
			see(k.number("x", 0), k.number("y", 0))
			see(k.number("x", 0)+k.number("width", 0), k.number("y", 0)+k.number("height", 0))
		}
	}
	if math.IsInf(x0, 1) {
		return c.img.Bounds()
	}
	return image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1)))
}

// shape fills, then strokes.
func (c *canvas) shape(o outline, st style) {
	if st.fill != "none" && st.fill != "transparent" {
		c.paint(device(o, st.m), st.fill, st.opacity*st.fillOp, st.m)
	}
	c.stroke(o, st)
}

func (c *canvas) stroke(o outline, st style) {
	if st.stroke == "" || st.stroke == "none" || st.strokeWidth <= 0 {
		return
	}
	c.paintEdges(strokeLines(device(o, st.m), st), st.stroke, st.opacity*st.strokeOp, st.m)
}

// device moves a shape to pixels.
func device(o outline, m matrix) outline {
	out := make(outline, len(o))
	for i, p := range o {
		q := part{closed: p.closed, points: make([][2]float64, len(p.points))}
		for j, v := range p.points {
			q.points[j][0], q.points[j][1] = m.at(v[0], v[1])
		}
		out[i] = q
	}
	return out
}

// collector is the scanner that rasterx writes to: it keeps the edges of the stroke. Rasterx writes the two sides of a line as
// separate runs of edges, which enclose an area only together.
type collector struct{ out outline }

func (c *collector) Start(a fixed.Point26_6) {
	c.out = append(c.out, part{points: [][2]float64{{float64(a.X) / 64, float64(a.Y) / 64}}})
}
func (c *collector) Line(b fixed.Point26_6) {
	p := &c.out[len(c.out)-1]
	p.points = append(p.points, [2]float64{float64(b.X) / 64, float64(b.Y) / 64})
}
func (c *collector) Draw()                                  {}
func (c *collector) GetPathExtent() (r fixed.Rectangle26_6) { return r }
func (c *collector) SetBounds(int, int)                     {}
func (c *collector) SetColor(any)                           {}
func (c *collector) SetWinding(bool)                        {}
func (c *collector) Clear()                                 { c.out = nil }
func (c *collector) SetClip(image.Rectangle)                {}

func strokeLines(o outline, st style) outline {
	k := st.m.scale()
	var dashes []float64
	for _, s := range strings.FieldsFunc(st.dash, func(r rune) bool { return r == ',' || r == ' ' }) {
		if f, err := strconv.ParseFloat(s, 64); err == nil && f > 0 {
			dashes = append(dashes, f*k)
		}
	}
	cap := rasterx.CapFunc(rasterx.ButtCap)
	if st.cap == "round" {
		cap = rasterx.RoundCap
	} else if st.cap == "square" {
		cap = rasterx.SquareCap
	}
	join := rasterx.Miter
	if st.join == "round" {
		join = rasterx.Round
	} else if st.join == "bevel" {
		join = rasterx.Bevel
	}
	col := &collector{}
	d := rasterx.NewDasher(1, 1, col)
	d.SetStroke(fixed.Int26_6(math.Max(1, st.strokeWidth*k*64)), 4*64, cap, cap, rasterx.RoundGap, join, dashes, 0)
	for _, p := range o {
		if len(p.points) < 2 {
			continue
		}
		d.Start(rasterx.ToFixedP(p.points[0][0], p.points[0][1]))
		for _, q := range p.points[1:] {
			d.Line(rasterx.ToFixedP(q[0], q[1]))
		}
		d.Stop(p.closed)
	}
	return col.out
}

// paint fills an outline in pixels with a colour or a pattern; open parts are closed.
func (c *canvas) paint(o outline, paint string, opacity float64, m matrix) {
	for i := range o {
		if p := &o[i]; len(p.points) > 0 {
			p.points = append(p.points, p.points[0])
		}
	}
	c.paintEdges(o, paint, opacity, m)
}

// paintEdges fills what edges enclose together. Only the box around them is touched.
func (c *canvas) paintEdges(o outline, paint string, opacity float64, m matrix) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range o {
		for _, q := range p.points {
			x0, x1 = math.Min(x0, q[0]), math.Max(x1, q[0])
			y0, y1 = math.Min(y0, q[1]), math.Max(y1, q[1])
		}
	}
	if math.IsInf(x0, 1) || opacity <= 0 {
		return
	}
	box := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))).Intersect(c.clip)
	if box.Empty() {
		return
	}
	c.ras.Reset(box.Dx(), box.Dy())
	for _, p := range o {
		if len(p.points) < 2 {
			continue
		}
		for i, q := range p.points {
			x, y := float32(q[0]-float64(box.Min.X)), float32(q[1]-float64(box.Min.Y))
			if i == 0 {
				c.ras.MoveTo(x, y)
			} else {
				c.ras.LineTo(x, y)
			}
		}
	}
	var src image.Image
	if id, ok := reference(paint); ok {
		src = c.pattern(id, m)
	} else {
		src = image.NewUniform(colourOf(paint, 1))
	}
	if src == nil {
		return
	}
	if opacity < 1 {
		if u, ok := src.(*image.Uniform); ok {
			n := color.NRGBAModel.Convert(u.C).(color.NRGBA)
			n.A = uint8(math.Round(float64(n.A) * opacity))
			src = image.NewUniform(n)
		}
	}
	c.ras.Draw(c.img, box, src, box.Min)
}

// colourOf reads #RRGGBB, the only way our drawings write a colour.
func colourOf(s string, opacity float64) color.Color {
	v, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil || len(s) != 7 {
		return color.Transparent
	}
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), uint8(math.Round(255 * opacity))}
}

// tile is a pattern, drawn once at a higher resolution and repeated without end.
type tile struct {
	img  *image.RGBA
	w, h float64 // in the pattern's own units
	back matrix  // from pixels to the pattern
}

const fine = 8 // pixels of the tile to a unit of the pattern

func (c *canvas) pattern(id string, m matrix) image.Image {
	n := c.byID[id]
	if n == nil {
		return nil
	}
	t := c.tiles[id]
	if t == nil {
		t = &tile{w: n.number("width", 1), h: n.number("height", 1)}
		if !(t.w > 0 && t.w <= 256 && t.h > 0 && t.h <= 256) {
			return nil
		}
		t.img = image.NewRGBA(image.Rect(0, 0, int(math.Ceil(t.w*fine)), int(math.Ceil(t.h*fine))))
		c.tiles[id] = t // before it is drawn, so that a pattern may not contain itself
		sub := &canvas{img: t.img, byID: c.byID, clip: t.img.Bounds(), tiles: c.tiles}
		for _, k := range n.kids {
			sub.draw(k, style{m: matrix{fine, 0, 0, fine, 0, 0}, fill: "#000000", strokeWidth: 1, opacity: 1})
		}
	}
	u := *t
	u.back = m.times(transform(n.attr["patternTransform"])).inverse()
	return &u
}

// ColorModel, Bounds and At make a tile an image without end.
func (t *tile) ColorModel() color.Model { return color.RGBAModel }

// Bounds implements image.Image.
func (t *tile) Bounds() image.Rectangle { return image.Rect(-1e9, -1e9, 1e9, 1e9) }

// At averages sixteen places of the pixel, so that hatches have smooth edges.
func (t *tile) At(px, py int) color.Color {
	var r, g, b, a int
	for i := range 4 {
		for j := range 4 {
			x, y := t.back.at(float64(px)+(float64(i)+0.5)/4, float64(py)+(float64(j)+0.5)/4)
			x -= math.Floor(x/t.w) * t.w
			y -= math.Floor(y/t.h) * t.h
			p := t.img.RGBAAt(max(0, min(int(x*fine), t.img.Rect.Max.X-1)), max(0, min(int(y*fine), t.img.Rect.Max.Y-1)))
			r, g, b, a = r+int(p.R), g+int(p.G), b+int(p.B), a+int(p.A)
		}
	}
	return color.RGBA{uint8(r / 16), uint8(g / 16), uint8(b / 16), uint8(a / 16)}
}
