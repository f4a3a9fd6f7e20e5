package api

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"

	"nhipso/internal/publish"
)

// A dataflow as CSV or XLSX has any size: it is written as it is read and never held, unlike other answers.

// download reports whether a request asks for a dataflow as a file, and gives the tag of that file: it is that of the release, of what is asked and
// of the program that writes it.
func (s *service) download(r *http.Request) (tag string, is bool) {
	if !strings.HasPrefix(r.URL.Path, Root+"/v1/data/") {
		return "", false
	}
	format := formatNames[r.URL.Query().Get("format")]
	if format == "" {
		format = bestFormat(r.Header.Get("Accept"), formats)
	}
	if format != typeCSV && format != typeXLSX {
		return "", false
	}
	view, err := s.library.View(r.Context(), publish.Everybody())
	if err != nil {
		return "", false
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{program(), view.Key(), languageOf(r), format, r.URL.EscapedPath(), r.URL.RawQuery}, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:12]), true
}

// program tells one build of the program from another.
var program = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return info.String()
})

// counts remembers how many figures selections have, of the release that is asked for now. It is safe for use by many goroutines.
type counts struct {
	mu   sync.Mutex
	seen map[string]int
}

// mostCounts bounds the selections remembered.
const mostCounts = 2000

func newCounts() *counts { return &counts{seen: map[string]int{}} }

func (c *counts) get(of string) (n int, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, known = c.seen[of]
	return n, known
}

func (c *counts) put(of string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seen) >= mostCounts {
		clear(c.seen)
	}
	c.seen[of] = n
}
