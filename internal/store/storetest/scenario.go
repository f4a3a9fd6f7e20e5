package storetest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"nhipso/internal/scenario"
	"nhipso/internal/store"
)

func testScenarios(t *testing.T, at Database) {
	one := scenario.Saved{ID: strings.Repeat("a", 26), Name: "Tăng tốc", By: "Lan", At: time.Date(2026, 11, 22, 3, 4, 5, 6000, time.UTC), Release: "2026-Q3",
		Assumptions: scenario.Assumptions{StartYear: 2025, StartShare: 14.02, TargetYear: 2030, TargetShare: 30, GDPReal: 10, GDPPrices: 3, DigitalPrices: 2.5,
			Electronics: 30, ElectronicsReal: 15.25, OtherReal: -1, Shape: "even-points", GDP: 12847600.5, Value: 3}}
	t.Run("a scenario comes back to the last digit", func(t *testing.T) {
		s := Open(t, at(t))
		if err := s.AppendScenario(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		same(t, must[scenario.Saved](t)(s.ScenarioByID(t.Context(), one.ID)), one)
	})
	t.Run("one that does not exist is not found, also by a part of an identifier", func(t *testing.T) {
		s := Open(t, at(t))
		if err := s.AppendScenario(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"", "a", one.ID[:25], one.ID + "a", strings.ToUpper(one.ID), "%"} {
			_, err := s.ScenarioByID(t.Context(), id)
			wantCode(t, err, "scenario.not-found")
		}
	})
	t.Run("an identifier is given once", func(t *testing.T) {
		s := Open(t, at(t))
		if err := s.AppendScenario(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		again := one
		again.Name = "khác"
		if s.AppendScenario(t.Context(), again) == nil {
			t.Fatal("two scenarios share an address")
		}
		same(t, must[scenario.Saved](t)(s.ScenarioByID(t.Context(), one.ID)).Name, "Tăng tốc")
		same(t, len(must[[]store.AuditEntry](t)(s.Audits(t.Context()))), 1)
	})
	t.Run("the log says who saved what and keeps the address to itself", func(t *testing.T) {
		s := Open(t, at(t))
		if err := s.AppendScenario(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		log := must[[]store.AuditEntry](t)(s.Audits(t.Context()))
		same(t, []string{log[0].By, log[0].What, log[0].Subject}, []string{"Lan", "scenario.saved", "Tăng tốc"})
		if strings.Contains(log[0].Subject+string(log[0].Details.(json.RawMessage)), one.ID) {
			t.Error("the log tells the secret address")
		}
	})
	t.Run("a text that cannot be kept is refused, and its audit entry with it", func(t *testing.T) {
		s := Open(t, at(t))
		bad := one
		bad.Name = "a\x00b"
		wantCode(t, s.AppendScenario(t.Context(), bad), "store.bad-text")
		same(t, len(must[[]store.AuditEntry](t)(s.Audits(t.Context()))), 0)
	})
}
