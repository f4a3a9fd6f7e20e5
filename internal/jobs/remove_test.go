package jobs

import (
	"path/filepath"
	"testing"
	"time"
)

// TestAJobOfAReusedNumberStays: SQLite gives the number of a job that is gone to the next one. Whoever read the former and takes it away late leaves
// the newer alone.
func TestAJobOfAReusedNumberStays(t *testing.T) {
	opened, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	q := opened.(*queue)
	add := func(key string) *row {
		t.Helper()
		i, _, err := q.Add(t.Context(), Job{Kind: "sum", Key: key, At: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		r, err := q.client.JobGet(t.Context(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	old := add("old")
	for range 2 { // who is second finds nothing to do
		if err := q.remove(t.Context(), old); err != nil {
			t.Fatal(err)
		}
	}
	added := add("new")
	if added.ID != old.ID {
		t.Error("numbers are not given again: is this still needed?")
	}
	if err := q.remove(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if list, err := q.List(t.Context(), 10); err != nil || len(list) != 1 || list[0].Key != "new" {
		t.Errorf("%+v %v", list, err)
	}
}
