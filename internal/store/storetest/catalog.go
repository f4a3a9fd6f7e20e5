package storetest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

// edition is an edition of the catalogue with one artefact.
func edition(reason string, files map[string]string, gone ...string) catalog.Edition {
	return catalog.Edition{By: "lan", At: time.Date(2026, 10, 1, 1, 2, 3, 0, time.UTC), Reason: reason, Pack: "x-land", Version: "1.0", Files: files, Gone: gone,
		Artefacts: []catalog.Artefact{{Sort: catalog.CodelistSort, Agency: "X", ID: "CL_A", Version: "1.0", Digest: "abc"}}}
}

func edited(s *store.Store, after int64, e catalog.Edition) error {
	_, err := s.AppendEdition(background, after, e)
	return err
}

func testCatalog(t *testing.T, at Database) {
	open := func(t *testing.T) *store.Store { t.Parallel(); return Open(t, at(t)) }
	t.Run("a new store has no catalogue", func(t *testing.T) {
		s := open(t)
		same(t, len(must[[]catalog.Edition](t)(s.Editions(t.Context()))), 0)
		none, _, err := s.LastEdition(t.Context())
		same(t, []any{none, err}, []any{int64(0), nil})
		same(t, must[map[string]string](t)(s.CatalogFiles(t.Context(), 0)), map[string]string{})
	})
	t.Run("every edition can be read as it left the files", func(t *testing.T) {
		s := open(t)
		second := edition("a code came", map[string]string{"catalog/a.csv": "id\n1\n", "words/web.csv": "đ, “x”\n"})
		second.Artefacts = []catalog.Artefact{{Sort: catalog.DataflowSort, Agency: "X", ID: "F", Version: "2.1", Digest: "f"}, {Sort: catalog.CodelistSort, Agency: "X", ID: "CL_A", Version: "1.1", Digest: "def"}}
		for i, e := range []catalog.Edition{edition("begun", map[string]string{"pack.yaml": "id: x", "catalog/a.csv": "id\n"}), second, edition("no words", nil, "words/web.csv")} {
			got := must[catalog.Edition](t)(s.AppendEdition(t.Context(), int64(i), e))
			same(t, got.Number, int64(i+1))
		}
		for n, want := range map[int64]map[string]string{
			1: {"pack.yaml": "id: x", "catalog/a.csv": "id\n"},
			2: {"pack.yaml": "id: x", "catalog/a.csv": "id\n1\n", "words/web.csv": "đ, “x”\n"},
			3: {"pack.yaml": "id: x", "catalog/a.csv": "id\n1\n"},
			0: {"pack.yaml": "id: x", "catalog/a.csv": "id\n1\n"},
		} {
			same(t, must[map[string]string](t)(s.CatalogFiles(t.Context(), n)), want)
		}
		all := must[[]catalog.Edition](t)(s.Editions(t.Context()))
		newest, recorded, err := s.LastEdition(t.Context())
		same(t, []any{newest, recorded, err}, []any{all[len(all)-1].Number, all[len(all)-1].At, nil})
		same(t, len(all), 3)
		same(t, []any{all[1].Number, all[1].By, all[1].Reason, all[1].Pack, all[1].Version, all[1].At}, []any{int64(2), "lan", "a code came", "x-land", "1.0", second.At})
		same(t, all[1].Artefacts, []catalog.Artefact{second.Artefacts[1], second.Artefacts[0]}) // by class and identifier
	})
	t.Run("the log says who changed what and why", func(t *testing.T) {
		s := open(t)
		if err := edited(s, 0, edition("begun", map[string]string{"a": "b"})); err != nil {
			t.Fatal(err)
		}
		log := must[[]store.AuditEntry](t)(s.Audits(t.Context()))
		same(t, []any{len(log), log[0].By, log[0].What, log[0].Subject}, []any{1, "lan", "catalog.edition", "x-land 1.0"})
		if details := string(log[0].Details.(json.RawMessage)); !strings.Contains(details, `"reason":"begun"`) || !strings.Contains(details, `"CL_A"`) {
			t.Error(details)
		}
	})
	t.Run("nothing changes without a person and a reason, nor beside a change that was not seen", func(t *testing.T) {
		s := open(t)
		nameless, aimless := edition("begun", nil), edition("  ", nil)
		nameless.By = ""
		wantCode(t, edited(s, 0, nameless), "store.no-reason")
		wantCode(t, edited(s, 0, aimless), "store.no-reason")
		wantCode(t, edited(s, 1, edition("begun", nil)), "store.edition-between")
		if err := edited(s, 0, edition("begun", nil)); err != nil {
			t.Fatal(err)
		}
		wantCode(t, edited(s, 0, edition("begun", nil)), "store.edition-between")
		same(t, len(must[[]store.AuditEntry](t)(s.Audits(t.Context()))), 1)
	})
	t.Run("the store tells what figures use", func(t *testing.T) {
		s := open(t)
		one, two := figure("A.X", "2020", "2026-01-01", "1", ""), figure("A.X", "2021", "2026-01-01", "1", "")
		one.Attributes[stat.AttrSource], two.Attributes[stat.AttrSource] = "DOC_1", "DOC-1"
		mustAppend(t, s, message(one, two, figure("A.Y", "2020", "2026-01-01", "1", "")))
		same(t, must[map[stat.Key]int64](t)(s.FiguresBySeries(t.Context(), "FLOW")), map[stat.Key]int64{"A.X": 2, "A.Y": 1})
		same(t, must[map[stat.Key]int64](t)(s.FiguresBySeries(t.Context(), "OTHER")), map[stat.Key]int64{})
		for value, want := range map[string]int64{"DOC_1": 1, "DOC": 0, "DOC-1": 1} { // an underscore is no sign for any letter
			same(t, must[int64](t)(s.FiguresCarrying(t.Context(), "FLOW", stat.AttrSource, value)), want)
		}
		if n := must[int64](t)(s.FiguresCarrying(t.Context(), "FLOW", stat.AttrSource, "")); n < 2 {
			t.Error(n)
		}
		same(t, must[int64](t)(s.FiguresCarrying(t.Context(), "OTHER", stat.AttrSource, "DOC_1")), int64(0))
	})
}
