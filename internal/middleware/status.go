package middleware

import (
	"net/http"

	"nhipso/internal/fault"
)

// Status gives the status of an answer that tells of an error; invalid is that of input which cannot be, for pages and programs are told it
// in different ways.
func Status(err error, invalid int) int {
	switch fault.KindOf(err) {
	case fault.Invalid:
		return invalid
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
