package storetest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/scenario"
	"nhipso/internal/store"
)

// everything stores something of every kind: message 1 of three figures with findings 1 and 2, run q#1 with message 2 and finding 3,
// an answer, an override, a scenario and an approved release.
func everything(t testing.TB, s *store.Store) {
	t.Helper()
	reported := message(figure("B", "2020", "2026-01-01", "1.5", ""), figure("A", "2021", "2026-01-01", "2", ""), figure("C", "2021", "2026-01-01", "3", ""))
	must[cube.Receipt](t)(s.Append(background, found(t, reported, soft("total B"), soft("told-twice C"))))
	cells := []pipeline.Lineage{}
	for _, l := range lineageOf("q#1") {
		cells = append(cells, l)
		l.Cell.Key = "Z"
		cells = append(cells, l)
	}
	derived := message(figure("A", "2020", "2026-02-01", "1", "q#1"), figure("Z", "2020", "2026-02-01", "9", "q#1"))
	must[cube.Receipt](t)(s.AppendRun(background, run("q#1", "q"), found(t, derived, soft("total A")), cells))
	at := time.Date(2026, 10, 1, 1, 2, 3, 0, time.UTC)
	for _, err := range []error{
		s.AnswerFinding(background, 2, "lan", "as published"),
		s.AppendOverride(background, monitor.Override{Target: "KTS-1@2025", Class: "LIKELY", Reason: "known", By: "lan", At: at}),
		s.AppendScenario(background, scenario.Saved{ID: "abc", Name: "fast", By: "lan", At: at, Release: "2026-Q3"}),
		acted(s, publish.Act{Release: "2026-Q3", Kind: publish.OpenAct, By: "lan", At: at, Messages: cube.UpTo(2), Title: catalog.Label{Vi: "Quý III", En: "Third"}}),
		acted(s, publish.Act{Release: "2026-Q3", Kind: publish.CheckAct, By: "lan", At: at, Digest: "d"}),
		acted(s, publish.Act{Release: "2026-Q3", Kind: publish.ApproveAct, By: "minh", At: at, Digest: "d", Minute: at.Add(time.Hour)}),
		edited(s, 0, edition("begun", map[string]string{"pack.yaml": "id: x", "catalog/a.csv": "id\n"})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func acted(s *store.Store, a publish.Act) error { _, err := s.Act(background, a); return err }

func problems(t testing.TB, s *store.Store) string {
	t.Helper()
	r := must[store.Report](t)(s.Integrity(background))
	var out []string
	for _, p := range append(append([]error{}, r.Schema...), r.Problems...) {
		out = append(out, fault.CodeOf(p)+": "+fault.In(p, "en"))
		if vi := fault.In(p, "vi"); strings.Contains(vi, "{") || strings.Contains(fault.In(p, "en"), "{") {
			t.Error(vi)
		}
	}
	return strings.Join(out, "\n")
}

// tampering is what somebody with the rights of the owner may do to each table, and what must be said about it: the code, and
// the row, message, run or release named.
var tampering = []struct{ what, table, sql, want string }{
	{"an altered figure", "observation", "UPDATE observation SET value = '7' WHERE series = 'B'", "store.row-altered: Row FLOW/B/2020 (2026-01-01)"},
	{"an altered figure and its checksum", "observation", "UPDATE observation SET value = '7', seal = '0123456789abcdef' WHERE series = 'B'", "store.row-altered: Row FLOW/B/2020 (2026-01-01)"},
	{"an altered status", "observation", "UPDATE observation SET status = 'E' WHERE series = 'C'", "store.row-altered: Row FLOW/C/2021"},
	{"a value made missing", "observation", "UPDATE observation SET value = NULL WHERE series = 'C'", "store.row-altered: Row FLOW/C/2021"},
	{"an altered attribute", "observation", "UPDATE observation SET attributes = '' WHERE series = 'A' AND message = 1", "store.row-altered: Row FLOW/A/2021"},
	{"an altered vintage", "observation", "UPDATE observation SET vintage_written = '2020' WHERE series = 'C'", "store.row-altered: Row FLOW/C/2021"},
	{"a derived figure", "observation", "UPDATE observation SET value = '7' WHERE series = 'Z'", "store.row-altered: Row FLOW/Z/2020"},
	{"a removed figure", "observation", "DELETE FROM observation WHERE series = 'B'", "store.row-altered: Row FLOW/C/2021"},
	{"a removed last figure", "observation", "DELETE FROM observation WHERE series = 'C'", "store.seal-broken: The content of message 1 does not match its hash in the audit log (3 rows, 4"},
	{"an altered checksum of the last figure", "observation", "UPDATE observation SET seal = '' WHERE series = 'C'", "store.row-altered: Row FLOW/C/2021"},
	{"a figure under another message", "observation", "UPDATE observation SET message = 2 WHERE series = 'C'", "message 1"},
	{"an altered sender", "message", "UPDATE message SET sender = 'x' WHERE number = 1", "store.row-altered: Row 1 of table message"},
	{"an invented message", "message", "INSERT INTO message (number, sender, file, sent_at, added, revised, unchanged) VALUES (3, 'x', '', '', 0, 0, 0)", "store.unsealed: message 3"},
	{"a renumbered message", "message", "UPDATE message SET number = 7 WHERE number = 1", "store.unsealed: message 7"},
	{"an altered parameter of a run", "run", "UPDATE run SET params = '{}'", "store.row-altered: Row q#1 of table run"},
	{"altered diagnostics of a run", "run", "UPDATE run SET diagnostics = ''", "store.row-altered: Row q#1 of table run"},
	{"a removed run", "run", "DELETE FROM run", "run q#1"},
	{"an altered lineage", "lineage", "UPDATE lineage SET sources = '' WHERE series = 'A'", "store.row-altered: Row FLOW/A/2020 of table lineage (run q#1)"},
	{"a removed lineage", "lineage", "DELETE FROM lineage WHERE series = 'Z'", "store.seal-broken: The content of run q#1"},
	{"an altered finding", "finding", "UPDATE finding SET severity = 'x' WHERE id = 2", "store.row-altered: Row 2 of table finding"},
	{"a removed finding", "finding", "DELETE FROM finding WHERE id = 2", "store.seal-broken: The content of finding 1"},
	{"all findings of a load removed", "finding", "DELETE FROM finding WHERE id = 3", "store.seal-missing: The audit log tells of finding 3"},
	{"a finding about another figure", "finding", "UPDATE finding SET identity = 'x' WHERE id = 2", "store.row-altered: Row 2 of table finding"},
	{"a finding of another row", "finding", "UPDATE finding SET line = 99 WHERE id = 2", "store.row-altered: Row 2 of table finding"},
	{"an altered answer", "answer", "UPDATE answer SET reason = 'x'", "store.row-altered: Row 1 of table answer"},
	{"an answer to another finding", "answer", "UPDATE answer SET finding = 1", "store.row-altered: Row 1 of table answer"},
	{"a removed answer", "answer", "DELETE FROM answer", "store.seal-missing: The audit log tells of answer 1"},
	{"an invented answer", "answer", "INSERT INTO answer (id, finding, reason, who, at, seal) VALUES (9, 1, 'x', 'x', '', '')", "store.unsealed: answer 9"},
	{"an invented finding", "finding", "INSERT INTO finding (id, rule, severity, parts) VALUES (9, '', '', '')", "store.unsealed: finding 9"},
	{"an altered override", "override", "UPDATE override SET reason = 'x'", "store.row-altered: Row 1 of table override"},
	{"a removed override", "override", "DELETE FROM override", "store.seal-missing: The audit log tells of override 1"},
	{"an altered scenario", "scenario", "UPDATE scenario SET assumptions = 'x'", "store.row-altered: Row 1 of table scenario"},
	{"a removed scenario", "scenario", "DELETE FROM scenario", "store.seal-missing: The audit log tells of scenario 1"},
	{"an altered minute of a release", "release_act", "UPDATE release_act SET minute = '2026-01-01T00:00:00.000000000Z' WHERE number = 3", "store.row-altered: Row 3 of table release_act"},
	{"a release published past the desk", "release_act", "UPDATE release_act SET kind = 'live' WHERE number = 3", "store.row-altered: Row 3 of table release_act"},
	{"a release of other messages", "release_act", "UPDATE release_act SET messages = '1' WHERE number = 1", "store.row-altered: Row 1 of table release_act"},
	{"another approver", "release_act", "UPDATE release_act SET who = 'x' WHERE number = 3", "store.row-altered: Row 3 of table release_act"},
	{"a run that saw a set of messages", "run", "UPDATE run SET read_only = '1'", "store.row-altered: Row q#1 of table run"},
	{"a removed release", "release_act", "DELETE FROM release_act", "store.seal-missing: The audit log tells of release 1"},
	{"an altered file of the catalogue", "catalog_file", "UPDATE catalog_file SET content = 'x' WHERE path = 'catalog/a.csv'", "store.row-altered: Row 1/catalog/a.csv of table catalog_file"},
	{"a file of the catalogue put away", "catalog_file", "UPDATE catalog_file SET gone = 1", "store.row-altered: Row 1/catalog/a.csv of table catalog_file"},
	{"another version of an artefact", "catalog_artefact", "UPDATE catalog_artefact SET version = '9.0'", "store.row-altered: Row 1/codelist/CL_A of table catalog_artefact"},
	{"another reason of an edition", "catalog_edition", "UPDATE catalog_edition SET reason = 'x'", "store.row-altered: Row 1 of table catalog_edition"},
	{"an invented file of the catalogue", "catalog_file", "INSERT INTO catalog_file (edition, path, gone, content) VALUES (1, 'z', 0, '')", "store.row-altered: Row 1/z of table catalog_file"},
	{"a removed version of an artefact", "catalog_artefact", "DELETE FROM catalog_artefact", "store.seal-broken: The content of edition of the catalogue 1"},
	{"an emptied audit log", "audit", "DELETE FROM audit", "store.unsealed: message 1"},
	{"the last entries of the log cut off", "audit", "DELETE FROM audit WHERE number > 3", "store.unsealed: override 1"},
	{"a renumbered log", "audit", "UPDATE audit SET number = number + 100", "store.audit-broken"},
}

func testSeals(t *testing.T, at Database) {
	t.Run("what was stored fits its seals", func(t *testing.T) {
		s := Open(t, at(t))
		everything(t, s)
		if found := problems(t, s); found != "" {
			t.Fatal(found)
		}
		r := must[store.Report](t)(s.Integrity(background))
		same(t, r.Seals, store.SealCount{Seals: 12, Rows: 4 + 3 + 3 + 2 + 1 + 1 + 1 + 1 + 3 + 4})
	})
	for _, c := range tampering {
		t.Run(c.what+" is named", func(t *testing.T) {
			url := at(t)
			s := Open(t, url)
			everything(t, s)
			tamper(t, url, c.table, c.sql)
			if found := problems(t, s); !strings.Contains(found, c.want) {
				t.Fatalf("doctor says\n%s\nwant %s", found, c.want)
			}
		})
	}
	t.Run("a figure altered with every checksum after it is named by its message", func(t *testing.T) {
		url := at(t)
		s := Open(t, url)
		everything(t, s)
		tamper(t, url, "observation", "UPDATE observation SET value = '7', seal = '' WHERE message = 1 AND series <> 'A'", "UPDATE observation SET seal = '' WHERE message = 1")
		tamper(t, url, "message", "UPDATE message SET seal = '' WHERE number = 1")
		if found := problems(t, s); !strings.Contains(found, "message 1") {
			t.Fatal(found)
		}
	})
	t.Run("a dropped trigger and what was done without it are both named", func(t *testing.T) {
		url := at(t)
		s := Open(t, url)
		everything(t, s)
		drop := "DROP TRIGGER observation_no_update"
		if strings.HasPrefix(url, "postgres") {
			drop = "DROP TRIGGER observation_append_only ON observation"
		}
		for _, q := range []string{drop, "UPDATE observation SET value = '7' WHERE series = 'B'", "CREATE TABLE extra (n INTEGER)"} {
			if _, err := raw(t, url).Writer().Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		found := problems(t, s)
		for _, want := range []string{"CREATE TRIGGER observation_", "FLOW/B/2020", "extra"} {
			if !strings.Contains(found, want) {
				t.Errorf("doctor says\n%s\nwant %s", found, want)
			}
		}
	})
	t.Run("a trigger switched off is named too", func(t *testing.T) {
		url := at(t)
		if !strings.HasPrefix(url, "postgres") {
			t.Skip("SQLite knows no trigger that is switched off")
		}
		s := Open(t, url)
		if _, err := raw(t, url).Writer().Exec("ALTER TABLE observation DISABLE TRIGGER observation_append_only"); err != nil {
			t.Fatal(err)
		}
		if found := problems(t, s); !strings.Contains(found, "observation_append_only") {
			t.Fatal(found)
		}
	})
	t.Run("what was stored before there were seals is sealed at the first opening, once", func(t *testing.T) {
		url := at(t)
		s := Open(t, url)
		everything(t, s)
		s.Close()
		for _, table := range []string{"message", "observation", "run", "lineage", "finding", "answer", "override", "scenario", "release_act", "catalog_artefact", "catalog_file", "catalog_edition"} {
			tamper(t, url, table, "UPDATE "+table+" SET seal = ''")
		}
		tamper(t, url, "audit", "DELETE FROM audit")
		s = Open(t, url)
		r := must[store.Report](t)(s.Integrity(background))
		for _, p := range r.Problems {
			t.Error(p)
		}
		mustAppend(t, s, message(figure("D", "2020", "2026-01-01", "1", "")))
		same(t, mustLast(t, s), int64(3))
		tamper(t, url, "observation", "UPDATE observation SET value = '7' WHERE series = 'B'")
		if found := problems(t, s); !strings.Contains(found, "store.seal-broken: The content of message 1") || strings.Contains(found, "message 3") {
			t.Fatal(found)
		}
		t.Run("and never again where a sealed row exists", func(t *testing.T) {
			tamper(t, url, "audit", "DELETE FROM audit")
			if found := problems(t, Open(t, url)); !strings.Contains(found, "store.unsealed: message 1") {
				t.Fatal(found)
			}
		})
	})
	t.Run("a later verification goes on from the last sound one", func(t *testing.T) {
		url, o := at(t), store.Options{HeadNote: filepath.Join(t.TempDir(), "head.json")}
		s := OpenWith(t, url, o)
		everything(t, s)
		same(t, must[store.Report](t)(s.IntegritySince(background)).Seals.Seals, 12)
		must[cube.Receipt](t)(s.Append(background, found(t, message(figure("D", "2020", "2026-01-01", "1", "")), soft("x D"), soft("y D"))))
		again := OpenWith(t, url, o)
		r := must[store.Report](t)(again.IntegritySince(background))
		same(t, []any{r.Seals, r.Since.Entries, len(r.Problems)}, []any{store.SealCount{Seals: 2, Rows: 4}, int64(12), 0})
		mustAppend(t, again, message(figure("E", "2020", "2026-01-01", "1", "")))
		tamper(t, url, "observation", "UPDATE observation SET value = '7' WHERE series = 'E'")
		r = must[store.Report](t)(again.IntegritySince(background))
		wantCode(t, r.Problems[0], "store.row-altered")
		r = must[store.Report](t)(again.IntegritySince(background)) // what is not sound is not taken for verified
		wantCode(t, r.Problems[0], "store.row-altered")
	})
}

func testNumbers(t *testing.T, at Database) {
	t.Run("no number or identifier is given twice, even after rows were removed past the program", func(t *testing.T) {
		url := at(t)
		s := Open(t, url)
		everything(t, s)
		for _, table := range []string{"lineage", "observation", "run", "answer", "finding", "override", "scenario", "release_act", "catalog_artefact", "catalog_file", "catalog_edition", "message"} {
			tamper(t, url, table, "DELETE FROM "+table)
		}
		next := found(t, message(figure("A", "2020", "2026-01-01", "1", "")), soft("x A"))
		same(t, must[cube.Receipt](t)(s.Append(background, next)).Message, int64(3))
		same(t, must[int](t)(s.NextRunNumber(background, "q")), 2)
		same(t, must[int](t)(s.NextRunNumber(background, "Q")), 1)
		_, err := appendRun(background, s, run("q#1", "q"), message(), nil)
		wantCode(t, err, "store.run-exists")
		wantCode(t, acted(s, publish.Act{Release: "2026-Q3", Kind: publish.OpenAct, By: "lan", At: time.Now()}), "publish.exists")
		same(t, must[[]store.Finding](t)(s.Findings(background))[0].ID, int64(4))
		for _, err := range []error{s.AnswerFinding(background, 4, "lan", "as published"), s.AppendOverride(background, monitor.Override{Target: "KTS-1@2025"}), s.AppendScenario(background, scenario.Saved{ID: "x"})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		same(t, must[catalog.Edition](t)(s.AppendEdition(background, 0, edition("again", nil))).Number, int64(2))
		for _, table := range []string{"answer", "override", "scenario"} {
			column := map[string]string{"answer": "id", "override": "id", "scenario": "seq"}[table]
			var n int
			if err := raw(t, url).Writer().QueryRow("SELECT " + column + " FROM " + table).Scan(&n); err != nil || n != 2 {
				t.Errorf("%s has number %d (%v), want 2", table, n, err)
			}
		}
	})
	t.Run("a run's number is above every number of its recipe, not their count", func(t *testing.T) {
		s := Open(t, at(t))
		for _, n := range []int{1, 7} {
			must[cube.Receipt](t)(appendRun(background, s, run(fmt.Sprintf("q#%d", n), "q"), message(), nil))
		}
		same(t, must[int](t)(s.NextRunNumber(background, "q")), 8)
	})
}

func testClock(t *testing.T, at Database) {
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	s := OpenWith(t, at(t), store.Options{Now: func() time.Time { return now }})
	everything(t, s)
	now = now.Add(-store.ClockSkew)
	mustAppend(t, s, message(figure("D", "2020", "2026-01-01", "1", ""))) // two servers may differ a little
	now = now.Add(-time.Second)
	for what, act := range map[string]func() error{
		"a load": func() error {
			_, err := cube.Append(background, s, message(figure("E", "2020", "2026-01-01", "1", "")))
			return err
		},
		"a run":     func() error { _, err := appendRun(background, s, run("q#2", "q"), message(), nil); return err },
		"an answer": func() error { return s.AnswerFinding(background, 1, "lan", "as published") },
		"an override": func() error {
			return s.AppendOverride(background, monitor.Override{Target: "KTS-1@2025"})
		},
		"a scenario": func() error { return s.AppendScenario(background, scenario.Saved{ID: "x"}) },
		"a release": func() error {
			return acted(s, publish.Act{Release: "2026-Q4", Kind: publish.OpenAct, By: "lan", At: now})
		},
		"a look ahead": func() error { return s.CheckClock(background) },
	} {
		f := wantCode(t, act(), "store.clock-back")
		if en := fault.In(f, "en"); !strings.Contains(en, "2026-05-06T07:06:08Z") || !strings.Contains(en, "2026-05-06T07:08:09Z") {
			t.Errorf("%s under a clock that went back: %s", what, en)
		}
	}
	same(t, len(must[[]pipeline.Run](t)(s.Runs(background))), 1)
	same(t, mustLast(t, s), int64(3))
	wantCode(t, s.AcceptClock(background, store.Acceptance{By: "lan"}), "store.no-reason")
	accept := store.Acceptance{By: "lan", Reason: "the clock had been ahead"}
	if err := s.AcceptClock(background, accept); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.AcceptClock(background, accept), "store.nothing-to-accept")
	mustAppend(t, s, message(figure("E", "2020", "2026-01-01", "1", "")))
	now = now.Add(-time.Hour)
	_, err := cube.Append(background, s, message(figure("F", "2020", "2026-01-01", "1", "")))
	wantCode(t, err, "store.clock-back")
}
