package middleware

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
)

// smallest is the size below which compression costs more than it saves.
const smallest = 600

// Entity is a whole response held in memory: it answers with the encoding that the client accepts, under an entity tag, and with
// 304 when the client has it already. It is safe for concurrent use and compresses at most once an encoding. One that is
// made while others are being made is packed quickly at first: to pack it well takes a quarter of the time in which a page is made.
type Entity struct {
	Status int
	Header http.Header
	Body   []byte

	tag        string
	compresses bool
	brotli     func() []byte
	gzip       func() []byte
	packed     atomic.Bool   // well, by brotli
	quick      func() []byte // by brotli too
	rush       func() bool   // other pages are being made; nil for what is not kept
}

// NewEntity makes an entity. Header must not change afterwards.
func NewEntity(status int, header http.Header, body []byte) *Entity {
	sum := sha256.Sum256(body)
	e := &Entity{Status: status, Header: header, Body: body, tag: base64.RawURLEncoding.EncodeToString(sum[:12])}
	e.compresses = len(body) >= smallest && header.Get("Content-Encoding") == "" && compressible(header.Get("Content-Type"))
	e.quick = sync.OnceValue(func() []byte { return compressed(quickly, body) })
	e.brotli = sync.OnceValue(func() []byte { defer e.packed.Store(true); return compressed(brotlis, body) })
	e.gzip = sync.OnceValue(func() []byte { return compressed(gzips, body) })
	return e
}

// compressor is a writer that can be used again: its tables are a megabyte, more than most of what it compresses. It has room for what it writes.
type compressor struct {
	to interface {
		io.WriteCloser
		Reset(w io.Writer)
	}
	room bytes.Buffer
}

// compressors are those of a kind that lie ready, as many as are at work at once and few. A sync.Pool would lose them with every collection of garbage, and
// their tables are a good part of it.
type compressors struct {
	idle  chan *compressor
	fresh func() *compressor
}

func ready(fresh func() *compressor) *compressors {
	return &compressors{make(chan *compressor, min(4, runtime.GOMAXPROCS(0))), fresh}
}

var (
	quickly = ready(func() *compressor { return &compressor{to: brotli.NewWriterV2(nil, 1)} })
	brotlis = ready(func() *compressor { return &compressor{to: brotli.NewWriterLevel(nil, 5)} })
	gzips   = ready(func() *compressor {
		w, _ := gzip.NewWriterLevel(nil, 6) // the level is one
		return &compressor{to: w}
	})
)

func compressed(by *compressors, body []byte) []byte {
	var c *compressor
	select {
	case c = <-by.idle:
	default:
		c = by.fresh()
	}
	c.room.Reset()
	c.to.Reset(&c.room)
	c.to.Write(body)                   //nolint:errcheck // a bytes.Buffer does not fail
	c.to.Close()                       //nolint:errcheck
	out := bytes.Clone(c.room.Bytes()) // it may stay for long, and the room behind it would stay too
	if c.room.Cap() <= 1<<20 {
		select {
		case by.idle <- c:
		default:
		}
	}
	return out
}

// Size gives the bytes of the body, which is what a memory of entities counts; its compressed forms are smaller.
func (e *Entity) Size() int { return len(e.Body) }

// ServeHTTP answers a request with the entity.
func (e *Entity) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for k, v := range e.Header {
		h[k] = v
	}
	body, encoding := e.Body, ""
	known := e.Status == http.StatusOK && matches(r.Header.Get("If-None-Match"), e.tag)
	if e.Status == http.StatusOK && !known && r.Header.Get("Range") != "" {
		e.part(w, r)
		return
	}
	if e.compresses {
		addVary(h, "Accept-Encoding")
		switch accept := r.Header.Get("Accept-Encoding"); {
		case accepts(accept, "br"):
			encoding = "br"
		case accepts(accept, "gzip"):
			encoding = "gzip"
		}
	}
	tag := e.tag + suffix(encoding)
	switch {
	case known: // nothing is sent
	case encoding == "br" && e.rush != nil && !e.packed.Load() && e.rush():
		body, tag = e.quick(), tag+quick
	case encoding == "br":
		body = e.brotli()
	case encoding == "gzip":
		body = e.gzip()
	}
	if e.Status == http.StatusOK {
		h.Set("ETag", `"`+tag+`"`)
		h.Set("Accept-Ranges", "bytes")
		if known {
			h.Del("Content-Type")
			h.Del("Content-Length")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(e.Status)
	if r.Method != http.MethodHead {
		w.Write(body) //nolint:errcheck // the client may have gone
	}
}

// part answers a request for a range of the body, as it is: one that was cut off goes on where it stopped.
func (e *Entity) part(w http.ResponseWriter, r *http.Request) {
	if e.compresses {
		addVary(w.Header(), "Accept-Encoding")
	}
	w.Header().Set("ETag", `"`+e.tag+`"`)
	changed, err := http.ParseTime(e.Header.Get("Last-Modified"))
	if err != nil {
		changed = time.Time{} // it is not known
	}
	http.ServeContent(w, r, "", changed, bytes.NewReader(e.Body))
}

// quick follows in a tag when the same was packed in another way: other bytes have another tag.
const quick = "-1"

func suffix(encoding string) string {
	if encoding == "" {
		return ""
	}
	return "-" + encoding
}

// matches reports whether an If-None-Match list names the entity in any encoding: the bytes differ, the content does not.
func matches(list, tag string) bool {
	for _, t := range strings.Split(list, ",") {
		t = strings.TrimPrefix(strings.TrimSpace(t), "W/")
		if t == "*" {
			return true
		}
		t = strings.Trim(t, `"`)
		t = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(t, quick), "-br"), "-gzip")
		if t == tag {
			return true
		}
	}
	return false
}

// accepts reports whether an Accept-Encoding header allows an encoding with a quality above zero.
func accepts(header, encoding string) bool {
	for _, part := range strings.Split(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		q, isQ := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !isQ {
			return true
		}
		f, err := strconv.ParseFloat(q, 64)
		return err == nil && f > 0
	}
	return false
}

func compressible(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	switch t {
	case "application/json", "application/xml", "application/javascript", "image/svg+xml", "application/geo+json",
		"application/ld+json", "application/problem+json", "application/manifest+json":
		return true
	}
	return strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "+xml") || strings.HasSuffix(t, "+json")
}

func addVary(h http.Header, name string) {
	for _, v := range h.Values("Vary") {
		for _, each := range strings.Split(v, ",") {
			if strings.EqualFold(strings.TrimSpace(each), name) {
				return
			}
		}
	}
	// The header slice may be shared with the entity, so it is replaced, not appended to.
	h["Vary"] = append(append([]string(nil), h.Values("Vary")...), name)
}
