package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestTheDatabaseIsAskedAndTheListIsWhatRemains(t *testing.T) {
	list := "| Module | Version | Looked at | Why |\n|---|---|---|---|\n| a.b/c | v1 | 2026-11-30 | newest |\n"
	now := time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
	for what, c := range map[string]struct {
		said, list string
		fails      bool
		now        time.Time
		status     int
		want       string
	}{
		"nothing known":             {"No vulnerabilities found.", list, false, now, 0, "nothing is known"},
		"a finding":                 {"Vulnerability #1: GO-2026-5320", list, true, now, 1, "GO-2026-5320"},
		"a program that is broken":  {"undefined: x", list, true, now, 1, "undefined"},
		"no database":               {"govulncheck: fetching vulnerabilities: no such host", list, true, now, 0, "cannot be had from here; what remains is doc/pins.md, 1 modules"},
		"no tool":                   {"go: " + tool + ": dial tcp: no such host", list, true, now, 0, "doc/pins.md, 1 modules"},
		"no database, an old list":  {"fetching vulnerabilities", list, true, now.AddDate(0, 9, 0), 1, "half a year ago: a.b/c"},
		"no database, a bad day":    {"fetching vulnerabilities", strings.ReplaceAll(list, "2026-11-30", "soon"), true, now, 1, "half a year ago: a.b/c"},
		"no database, an empty one": {"fetching vulnerabilities", "", true, now, 1, "0 modules"},
	} {
		t.Run(what, func(t *testing.T) {
			var out bytes.Buffer
			status := check(t.Context(), func(context.Context) ([]byte, error) {
				if c.fails {
					return []byte(c.said), errors.New("exit status 1")
				}
				return []byte(c.said), nil
			}, func(string) ([]byte, error) { return []byte(c.list), nil }, c.now, &out)
			if status != c.status || !strings.Contains(out.String(), c.want) {
				t.Errorf("status %d: %s", status, out.String())
			}
		})
	}
	t.Run("no list", func(t *testing.T) {
		var out bytes.Buffer
		gone := func(context.Context) ([]byte, error) {
			return []byte("fetching vulnerabilities"), errors.New("exit status 1")
		}
		if check(t.Context(), gone, func(string) ([]byte, error) { return nil, os.ErrNotExist }, now, &out) != 1 {
			t.Error(out.String())
		}
	})
}
