package api_test

import (
	"bytes"
	"encoding/csv"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// longest gives the dataflow of the reference data with the most figures, and how many.
func longest(t *testing.T) (id string, n int) {
	t.Helper()
	for _, f := range asList(read(t, "/api/v1/dataflows")["dataflows"]) {
		if cells, _ := strconv.Atoi(dig(f, "cells").(string)); cells > n {
			id, n = dig(f, "id").(string), cells
		}
	}
	if n < 1500 {
		t.Fatalf("no dataflow is longer than a page: %s has %d", id, n)
	}
	return id, n
}

func rowsOf(t *testing.T, w *httptest.ResponseRecorder) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(w.Body.Bytes())).ReadAll()
	if err != nil || w.Code != 200 {
		t.Fatal(w.Code, err)
	}
	return rows[1:]
}

// next gives the address of the next part from the heading Link, or "".
func next(w *httptest.ResponseRecorder) string {
	a, _, ok := strings.Cut(strings.TrimPrefix(w.Header().Get("Link"), "<"), `>; rel="next"`)
	if !ok {
		return ""
	}
	return a
}

func TestADataflowComesWholeOrSaysWhereItGoesOn(t *testing.T) {
	id, n := longest(t)
	address := "/api/v1/data/" + id
	whole := ask(t, address+"?format=csv")
	all := rowsOf(t, whole)
	t.Run("whole as CSV and as XLSX", func(t *testing.T) {
		if len(all) != n || next(whole) != "" {
			t.Errorf("%d rows of %d, then %q", len(all), n, next(whole))
		}
		w := ask(t, address+"?format=xlsx")
		f, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if rows, err := f.GetRows("Data"); err != nil || len(rows) != n+3 {
			t.Errorf("%d rows, want %d and three above them (%v)", len(rows), n, err)
		}
	})
	t.Run("in parts that together are the whole", func(t *testing.T) {
		var parts [][]string
		at := address + "?format=csv&limit=700"
		for range n/700 + 2 {
			w := ask(t, at)
			if w.Header().Get("X-Total-Count") != strconv.Itoa(n) {
				t.Errorf("%s: of %q", at, w.Header().Get("X-Total-Count"))
			}
			parts = append(parts, rowsOf(t, w)...)
			if at = next(w); at == "" {
				break
			}
		}
		if at != "" || len(parts) != n {
			t.Fatalf("%d rows of %d", len(parts), n)
		}
		for i, row := range parts {
			if strings.Join(row, ",") != strings.Join(all[i], ",") {
				t.Fatalf("row %d is %v in a part, %v in the whole", i, row, all[i])
			}
		}
	})
	t.Run("in JSON a thousand, with the total and the address of the rest", func(t *testing.T) {
		w := ask(t, address)
		d := decode(t, w)
		if size(d["observations"]) != 1000 || dig(d, "total") != strconv.Itoa(n) || dig(d, "next") != next(w) || next(w) == "" || w.Header().Get("X-Total-Count") != strconv.Itoa(n) {
			t.Errorf("%d observations of %v, then %v, Link %q", size(d["observations"]), dig(d, "total"), dig(d, "next"), w.Header().Get("Link"))
		}
		if key, row := dig(decode(t, ask(t, next(w))), "observations", 0, "key"), all[1000]; !strings.HasPrefix(strings.Join(row[1:], "."), strings.SplitN(key.(string), ".", 2)[0]) {
			t.Errorf("the second part begins with %v, row 1001 of the CSV is %v", key, row)
		}
	})
	t.Run("is not made for whoever has it", func(t *testing.T) {
		tag := whole.Header().Get("ETag")
		if w := ask(t, address+"?format=csv", "If-None-Match", tag); tag == "" || w.Code != 304 {
			t.Errorf("%q: %d", tag, w.Code)
		}
		if other := ask(t, address+"?format=csv&history=true").Header().Get("ETag"); other == tag {
			t.Error("another file has the same tag")
		}
	})
}
