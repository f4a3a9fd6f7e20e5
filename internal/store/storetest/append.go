package storetest

import (
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func testAppend(t *testing.T, at Database) {
	open := func(t *testing.T) cube.Store { t.Parallel(); return Open(t, at(t)) }
	flow := cube.Query{Dataflow: "FLOW"}

	t.Run("an empty store has no messages and no figures", func(t *testing.T) {
		s := open(t)
		if n := mustLast(t, s); n != 0 {
			t.Fatal(n)
		}
		same(t, len(mustRead(t, s, flow)), 0)
	})
	t.Run("a figure comes back word for word", func(t *testing.T) {
		s := open(t)
		e := figure("A.VN", "2025", "2026-01-05", "-0.0012300", "")
		e.Attributes = stat.Attributes{stat.AttrSource: `Nghị quyết 52-NQ/TW, "điểm 3"`, stat.AttrMark: "S2", stat.AttrComment: "dòng 1\ndòng 2\t\\ $1 ?", "X": ""}
		e.Vintage = stat.Vintage{Date: stat.MustDate("2026-01-31"), Written: "2026-01"}
		e.Status = stat.Provisional
		mustAppend(t, s, message(e))
		same(t, mustRead(t, s, flow), []cube.Version{{Dataflow: "FLOW", Observation: e.Observation, Message: 1}})
	})
	t.Run("a missing figure comes back without a value, never as zero", func(t *testing.T) {
		s := open(t)
		e := figure("A.VN", "2025", "2026-01-05", "-", "")
		mustAppend(t, s, message(e))
		same(t, mustRead(t, s, flow), []cube.Version{{Dataflow: "FLOW", Observation: e.Observation, Message: 1}})
	})
	t.Run("a figure without attributes comes back without attributes", func(t *testing.T) {
		s := open(t)
		e := figure("A.VN", "2025", "2026-01-05", "1", "")
		e.Attributes = nil
		mustAppend(t, s, message(e))
		same(t, mustAppend(t, s, message(e)), cube.Receipt{Unchanged: 1})
		same(t, mustRead(t, s, flow)[0].Attributes, stat.Attributes(nil))
	})
	t.Run("messages are numbered from 1 without gaps, also after refusals", func(t *testing.T) {
		s := open(t)
		same(t, mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", ""))).Message, int64(1))
		_, err := cube.Append(t.Context(), s, message(figure("A", "2020", "2021-01-01", "2", "")))
		wantCode(t, err, "cube.two-numbers")
		same(t, mustAppend(t, s, message(figure("A", "2021", "2021-01-01", "1", ""))).Message, int64(2))
		same(t, mustLast(t, s), int64(2))
	})
	t.Run("the receipt counts new cells, cells that had an earlier version, and entries left out", func(t *testing.T) {
		s := open(t)
		a, b := figure("A", "2020", "2021-01-01", "1", ""), figure("A", "2021", "2022-01-01", "2", "")
		same(t, mustAppend(t, s, message(a, b)), cube.Receipt{Message: 1, Added: 2})
		revised := figure("A", "2020", "2022-01-01", "1.1", "")
		fresh := figure("B", "2020", "2022-01-01", "7", "")
		same(t, mustAppend(t, s, message(a, revised, fresh)), cube.Receipt{Message: 2, Added: 1, Revised: 1, Unchanged: 1})
	})
	t.Run("two vintages of a new cell in one message count as one new cell and one revision", func(t *testing.T) {
		s := open(t)
		r := mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", ""), figure("A", "2020", "2022-01-01", "2", "")))
		same(t, r, cube.Receipt{Message: 1, Added: 1, Revised: 1})
	})
	t.Run("a message that changes nothing is not stored", func(t *testing.T) {
		s := open(t)
		m := message(figure("A", "2020", "2021-01-01", "1", ""), figure("A", "2021", "2022-01-01", "-", ""))
		mustAppend(t, s, m)
		same(t, mustAppend(t, s, m), cube.Receipt{Unchanged: 2})
		same(t, mustLast(t, s), int64(1))
	})
	t.Run("a message without entries stores nothing", func(t *testing.T) {
		s := open(t)
		same(t, mustAppend(t, s, message()), cube.Receipt{})
	})
	t.Run("two reported numbers of one cell and vintage day are refused, pointing at the row", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("A.VN", "2020", "2021-01-01", "1.50", "")))
		_, err := cube.Append(t.Context(), s, message(figure("A.VN", "2019", "2021-01-01", "9", ""), figure("A.VN", "2020", "2021-01-01", "1.6", "")))
		f := wantCode(t, err, "cube.two-numbers")
		same(t, f.Where, fault.Where{File: "figures.csv", Row: 3, Column: "OBS_VALUE"})
		same(t, f.Args, map[string]any{"cell": "FLOW/A.VN/2020", "vintage": "2021-01-01", "stored": "1.50", "given": "1.6"})
		same(t, values(mustHistory(t, s, flow)), []string{"A.VN 2020 2021-01-01 1.50"})
	})
	t.Run("every contradicting row is named, up to twenty", func(t *testing.T) {
		s := open(t)
		var first, second []cube.Entry
		for y := range 30 {
			p := stat.Year(1990 + y).String()
			first, second = append(first, figure("A", p, "2021-01-01", "1", "")), append(second, figure("A", p, "2021-01-01", "2", ""))
		}
		mustAppend(t, s, message(first...))
		_, err := cube.Append(t.Context(), s, message(second[:3]...))
		same(t, len(fault.All(err)), 3)
		_, err = cube.Append(t.Context(), s, message(second...))
		same(t, len(fault.All(err)), 20)
	})
	t.Run("a number where the same publication said there is none is a contradiction", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "-", "")))
		_, err := cube.Append(t.Context(), s, message(figure("A", "2020", "2021-01-01", "3", "")))
		same(t, wantCode(t, err, "cube.two-numbers").Args["stored"], any("O"))
	})
	t.Run("a new vintage day makes it a revision", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", "")))
		same(t, mustAppend(t, s, message(figure("A", "2020", "2021-01-02", "2", ""))), cube.Receipt{Message: 2, Revised: 1})
	})
	t.Run("the same number with another note, or other digits, is stored as a newer version", func(t *testing.T) {
		s := open(t)
		e := figure("A", "2020", "2021-01-01", "1.5", "")
		mustAppend(t, s, message(e))
		same(t, mustAppend(t, s, message(with(e, stat.AttrComment, "x"))), cube.Receipt{Message: 2, Revised: 1})
		same(t, mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1.50", ""))), cube.Receipt{Message: 3, Revised: 1})
		same(t, values(mustRead(t, s, flow)), []string{"A 2020 2021-01-01 1.50"})
	})
	t.Run("a derived figure supersedes a derived one of the same vintage day", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", "r#1")))
		same(t, mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "2", "r#2"))), cube.Receipt{Message: 2, Revised: 1})
		got := mustRead(t, s, flow)
		same(t, values(got), []string{"A 2020 2021-01-01 2"})
		same(t, got[0].Attributes[stat.AttrRun], "r#2")
		same(t, len(mustHistory(t, s, flow)), 2)
	})
	t.Run("a derived figure that differs in its run alone is unchanged and keeps its first run", func(t *testing.T) {
		s := open(t)
		e := figure("A", "2020", "2021-01-01", "1", "r#1")
		mustAppend(t, s, message(e))
		again := with(e, stat.AttrRun, "r#2")
		same(t, mustAppend(t, s, message(again)), cube.Receipt{Unchanged: 1})
		same(t, again.Attributes[stat.AttrRun], "r#2") // the caller's entry is not touched
		same(t, mustRead(t, s, flow)[0].Attributes[stat.AttrRun], "r#1")
	})
	t.Run("a derived figure may stand beside a reported one", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", "")))
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "2", "r#1")))
		_, err := cube.Append(t.Context(), s, message(figure("A", "2020", "2021-01-01", "3", "")))
		same(t, wantCode(t, err, "cube.two-numbers").Args["stored"], any("1"))
	})
	t.Run("a cell given twice under one vintage is refused", func(t *testing.T) {
		s := open(t)
		_, err := cube.Append(t.Context(), s, message(figure("A", "2020", "2021-01-01", "1", ""), figure("A", "2020", "2021-01-01", "1", "")))
		same(t, wantCode(t, err, "cube.duplicate").Where.Row, 3)
		same(t, mustLast(t, s), int64(0))
	})
	t.Run("texts that cannot be kept alike are refused", func(t *testing.T) {
		s := open(t)
		for _, bad := range []string{"a\x00b", "a\xffb"} {
			_, err := cube.Append(t.Context(), s, message(with(figure("A", "2020", "2021-01-01", "1", ""), stat.AttrComment, bad)))
			same(t, wantCode(t, err, "store.bad-text").Where, fault.Where{File: "figures.csv", Row: 2, Column: stat.AttrComment})
			_, err = cube.Append(t.Context(), s, message(figure("A"+bad, "2020", "2021-01-01", "1", "")))
			wantCode(t, err, "store.bad-text")
		}
		same(t, mustLast(t, s), int64(0))
	})
	t.Run("a message larger than one statement is stored whole", func(t *testing.T) {
		s := open(t)
		var entries []cube.Entry
		for y := 1; y <= 2500; y++ {
			entries = append(entries, figure("A", stat.Year(y).String(), "2021-01-01", "1", ""))
		}
		same(t, mustAppend(t, s, message(entries...)), cube.Receipt{Message: 1, Added: 2500})
		same(t, mustAppend(t, s, message(entries...)), cube.Receipt{Unchanged: 2500})
		same(t, len(mustRead(t, s, flow)), 2500)
	})
	t.Run("a key that looks like SQL is only a key", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("'; DROP TABLE observation; --", "2020", "2021-01-01", "1", "")))
		same(t, len(mustRead(t, s, cube.Query{Dataflow: "FLOW", Key: "'; DROP TABLE observation; --"})), 1)
	})
	t.Run("what a reader changes in a figure does not reach the next reader", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", ""), figure("A", "2021", "2021-01-01", "1", "")))
		got := mustRead(t, s, flow)
		got[0].Attributes[stat.AttrSource] = "changed"
		same(t, got[1].Attributes[stat.AttrSource], "doc")
	})
	t.Run("a cancelled request stores nothing", func(t *testing.T) {
		s := open(t)
		ctx, cancel := contextCancelled()
		defer cancel()
		_, err := cube.Append(ctx, s, message(figure("A", "2020", "2021-01-01", "1", "")))
		wantCode(t, err, "store.cancelled")
		same(t, mustLast(t, s), int64(0))
	})
	t.Run("its refusals are sentences in both languages", func(t *testing.T) {
		s := open(t)
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", "")))
		_, err := cube.Append(t.Context(), s, message(figure("A", "2020", "2021-01-01", "2", "")))
		for _, lang := range []string{"vi", "en"} {
			if text := fault.In(err, lang); !strings.HasPrefix(text, "figures.csv:2:OBS_VALUE: ") || strings.Contains(text, "{") {
				t.Error(text)
			}
		}
	})
}
