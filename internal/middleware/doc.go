// Package middleware holds what every response passes through, whatever page it is: security headers, a limit a client,
// the request log, recovery from a panic, compression, entity tags and the memory of rendered responses.
//
// Each is a function from http.Handler to http.Handler and knows nothing of the others. The package writes no sentence for a
// reader: what a refused or failed request says is given by the caller.
package middleware

import "net/http"

// Wrap is a middleware.
type Wrap func(http.Handler) http.Handler

// Chain applies middlewares so that the first one listed is the outermost.
func Chain(h http.Handler, wraps ...Wrap) http.Handler {
	for i := len(wraps) - 1; i >= 0; i-- {
		h = wraps[i](h)
	}
	return h
}
