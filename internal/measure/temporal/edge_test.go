package temporal

import (
	"errors"
	"fmt"
	"testing"

	"nhipso/internal/fault"
)

// wantFault asks for an error of the code, with a sentence in both languages and the given facts.
func wantFault(t *testing.T, err error, code string, facts map[string]any) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("error %v, want %s", err, code)
	}
	for k, v := range facts {
		if fmt.Sprint(e.Args[k]) != fmt.Sprint(v) {
			t.Errorf("%s: %s = %v, want %v", code, k, e.Args[k], v)
		}
	}
}
