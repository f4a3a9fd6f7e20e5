package main

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"nhipso/internal/config"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
)

// TestWhatIsTakenAwayLoadsBack takes the CSV of every dataflow from the API, from its page and from the command line, and loads each again: there is
// nothing new in it, and nothing is found.
func TestWhatIsTakenAwayLoadsBack(t *testing.T) {
	v := newVault(t)
	site, err := v.site(v.gate(), slog.New(slog.DiscardHandler), watched(t, v.app, config.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	s := speaking{site}
	flows := 0
	for _, flow := range v.catalog.Dataflows() {
		rows := len(s.api(t, flow.ID))
		if rows == 0 {
			continue
		}
		flows++
		for from, address := range map[string]string{"API": "/api/v1/data/" + flow.ID + "?format=csv&lang=en", "page": "/so-lieu/" + flow.ID + ".csv?ma=1", "page for spreadsheets": "/so-lieu/" + flow.ID + ".csv?ma=1&bom=1&lang=en"} {
			body := s.body(t, address)
			if strings.Contains(body, ",'=,") || strings.Contains(body, ",'>") {
				t.Errorf("%s: a comparator is disarmed", address)
			}
			r, err := v.previewOf(flow.ID+".csv", body)
			if err != nil {
				t.Errorf("%s of the %s: %v", flow.ID, from, err)
			} else if r.Added+r.Revised+r.Findings != 0 || r.Unchanged != rows {
				t.Errorf("%s of the %s: %d new, %d revised, %d unchanged of %d, %d findings", flow.ID, from, r.Added, r.Revised, r.Unchanged, rows, r.Findings)
			}
		}
	}
	if flows < 40 {
		t.Errorf("only %d dataflows have figures", flows)
	}
	t.Run("but a computed figure that somebody changed is refused", func(t *testing.T) {
		body := s.body(t, "/api/v1/data/DE_VA?format=csv")
		number := regexp.MustCompile(`,2021,([0-9]+)\.`)
		changed := number.ReplaceAllString(body, ",2021,9$1.")
		if changed == body {
			t.Fatal("nothing was changed")
		}
		if _, err := v.previewOf("DE_VA.csv", changed); fault.CodeOf(err) != "cube.computed" {
			t.Errorf("%v", err)
		}
	})
}

// previewOf is what a load of a file would do.
func (v *vault) previewOf(name, body string) (r cube.Receipt, err error) {
	ctx := context.Background()
	f, err := reference.Open(strings.NewReader(body), name, v.catalog, v.areas, reference.Options{Sender: "somebody", SentAt: v.now()})
	if err != nil {
		return r, err
	}
	d, err := v.intake().Prepare(f.Header, f.Entries(), nil)
	if err != nil {
		return r, err
	}
	defer d.Close()
	if err := v.intake().Examine(ctx, d, cube.AsOf{}); err != nil {
		return r, err
	}
	r, _, err = v.store.Preview(ctx, d, 1)
	return r, err
}
