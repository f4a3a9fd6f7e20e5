package middleware_test

import (
	"errors"
	"net/http"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/middleware"
)

func TestEveryKindOfErrorHasItsStatus(t *testing.T) {
	for code, want := range map[string]int{"publish.none": http.StatusNotFound, "publish.exists": http.StatusConflict, "publish.same-person": http.StatusForbidden, "jobs.unavailable": http.StatusServiceUnavailable,
		"stat.bad-date": http.StatusTeapot} {
		if got := middleware.Status(fault.New(code), http.StatusTeapot); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
	if got := middleware.Status(errors.New("a defect"), http.StatusTeapot); got != http.StatusInternalServerError {
		t.Error(got)
	}
}
