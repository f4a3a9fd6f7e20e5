package middleware

import (
	"net/http"
	"strings"
)

// Policy says what a page may load. The zero Policy allows the page's own origin only, and no inline script or style at all.
type Policy struct {
	ScriptHashes []string // "sha256-…" of inline scripts, when there are any
	StyleHashes  []string // the same for inline styles
	Framed       bool     // whether other sites may show the page in a frame
}

// String gives the Content-Security-Policy.
func (p Policy) String() string {
	list := func(hashes []string) string {
		var b strings.Builder
		b.WriteString("'self'")
		for _, h := range hashes {
			b.WriteString(" '" + h + "'")
		}
		return b.String()
	}
	frame := "'none'"
	if p.Framed {
		frame = "*"
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src " + list(p.ScriptHashes),
		"style-src " + list(p.StyleHashes),
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"manifest-src 'self'",
		"form-action 'self'",
		"base-uri 'none'",
		"frame-ancestors " + frame,
	}, "; ")
}

// Security sets the headers that keep a page from being misused. They are set before the handler runs, so that a handler
// which needs another policy can replace one.
func Security(p Policy) Wrap {
	csp := p.String()
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", csp)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
			h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			if p.Framed {
				h.Del("X-Frame-Options") // of the site around it
			} else {
				h.Set("X-Frame-Options", "DENY")
			}
			if r.TLS != nil {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// SameOrigin refuses requests that change something and come from another site.
func SameOrigin(refuse http.Handler) Wrap {
	return func(next http.Handler) http.Handler {
		guard := http.NewCrossOriginProtection()
		guard.SetDenyHandler(refuse)
		return guard.Handler(next)
	}
}
