package storetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

// file is an attachment with what it holds.
func file(name string, holds []byte) (register.Attachment, register.Content) {
	sum := sha256.Sum256(holds)
	hash := hex.EncodeToString(sum[:])
	return register.Attachment{SHA256: hash, Name: name, Media: "text/plain", Size: int64(len(holds))}, register.Content{SHA256: hash, Size: int64(len(holds)), Bytes: bytes.NewReader(holds)}
}

// attaching is an act that attaches a file to a record.
func attaching(record, column string, a register.Attachment) register.Act {
	return register.Act{Kind: register.Attached, Type: "station", Record: record, Changes: changes(column, a.Text())}
}

// held reads what a file holds.
func held(t *testing.T, r *register.Register, hash string) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := r.Content(background, hash, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// large is what a file of several parts holds.
var large = bytes.Repeat([]byte("Nhịp Số \x00\xff"), 60_000)

// attach does acts that attach a file, with what it holds.
func attach(t *testing.T, r *register.Register, c register.Content, a ...register.Act) error {
	t.Helper()
	return r.Do(background, &register.Batch{Person: "p-1", Acts: a, Contents: []register.Content{c}})
}

// filesOf gives the files that a station has.
func filesOf(t *testing.T, r *register.Register, record string) []register.Held {
	t.Helper()
	var acts []register.Act
	for _, b := range must[[]register.Batch](t)(r.Acts(background, "station", record, 0, 100)) {
		acts = append(acts, b.Acts...)
	}
	return register.Attachments(acts)
}

func testFiles(t *testing.T, at Database) {
	url := ""
	ready := registerReady(at, &url)
	t.Run("a file is kept once and given back as it was; nobody who changes the record need have seen it", func(t *testing.T) {
		s, r := ready(t)
		do(t, r, station("CS-2", "Hai", "2024-01-01"))
		seen := do(t, r, station("CS-1", "Một", "2024-01-01")).Acts[0].Number
		a, c := file("a.txt", large)
		for _, record := range []string{"CS-1", "CS-2"} {
			if err := attach(t, r, c, attaching(record, register.FileColumn, a)); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(rowsOf(t, url, "record_file")); n != 1 {
			t.Errorf("one file is kept %d times", n)
		}
		if held(t, r, a.SHA256) != string(large) {
			t.Error("it is given back as something else")
		}
		wantCode(t, attach(t, r, c, attaching("CS-1", register.FileColumn, a)), "register.file-there")
		do(t, r, register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", From: stat.MustDate("2024-02-01"), Base: seen, Changes: changes("cost", "5")})
		do(t, r, register.Act{Kind: register.Detached, Type: "station", Record: "CS-1", Changes: []register.Change{{Column: register.FileColumn, Before: a.Text()}}})
		if got := filesOf(t, r, "CS-1"); len(got) != 0 {
			t.Errorf("it is taken away and there: %v", got)
		}
		if got := filesOf(t, r, "CS-2"); len(got) != 1 || got[0].Name != "a.txt" {
			t.Errorf("the other record has %v", got)
		}
		do(t, r, station("CS-3", "Ba", "2024-01-01"))
		refused(t, r, "register.no-content", attaching("CS-3", register.FileColumn, a)) // who knows its hash only
		whole(t, s)
	})
	t.Run("what is no file of the record is refused, and nothing of it is stored", func(t *testing.T) {
		_, r := ready(t)
		do(t, r, station("CS-1", "Một", "2024-01-01"))
		a, c := file("a.txt", []byte("một"))
		other, _ := file("a.txt", []byte("hai"))
		b := c
		b.Bytes = strings.NewReader("moot")
		for name, x := range map[string]struct {
			content register.Content
			act     register.Act
			code    string
		}{
			"without its content":      {c, attaching("CS-1", register.FileColumn, other), "register.no-content"},
			"with another content":     {b, attaching("CS-1", register.FileColumn, a), "register.no-content"},
			"of another size":          {c, attaching("CS-1", register.FileColumn, register.Attachment{SHA256: a.SHA256, Name: "a", Media: "b", Size: 9}), "register.no-content"},
			"without a name":           {c, attaching("CS-1", register.FileColumn, register.Attachment{SHA256: a.SHA256, Media: "b", Size: 4}), "register.one-file"},
			"in a field of the record": {c, attaching("CS-1", "contact", a), "register.one-file"},
			"to no record":             {c, attaching("CS-9", register.FileColumn, a), "register.no-record"},
			"taking away what is not":  {c, register.Act{Kind: register.Detached, Type: "station", Record: "CS-1", Changes: []register.Change{{Column: register.FileColumn, Before: a.Text()}}}, "register.no-file"},
			"as a field":               {c, register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", Base: 2, Changes: changes(register.FileColumn, a.Text())}, "catalog.type-unknown"},
		} {
			if err := attach(t, r, x.content, x.act); fault.CodeOf(err) != x.code {
				t.Errorf("%s: %v, want %s", name, err, x.code)
			}
			if n := len(rowsOf(t, url, "record_file")) + len(rowsOf(t, url, "record_file_part")); n != 0 {
				t.Fatalf("%s: %d rows are left", name, n)
			}
		}
	})
}

func testFilesGone(t *testing.T, at Database) {
	url := ""
	ready := registerReady(at, &url)
	t.Run("a file that is personal data is erased with it, unless another record has it", func(t *testing.T) {
		s, r := ready(t)
		seen := do(t, r, station("CS-1", "Một", "2024-01-01")).Acts[0].Number
		do(t, r, station("CS-2", "Hai", "2024-01-01"))
		gone, c := file("Lý lịch Nguyễn Xoá.txt", []byte("Nguyễn Thị Xoá"))
		kept, k := file("chung.txt", []byte("Chung"))
		for _, x := range []error{attach(t, r, c, attaching("CS-1", register.PersonalFileColumn, gone)), attach(t, r, k, attaching("CS-1", register.PersonalFileColumn, kept)), attach(t, r, k, attaching("CS-2", register.FileColumn, kept))} {
			if x != nil {
				t.Fatal(x)
			}
		}
		do(t, r, register.Act{Kind: register.Erased, Type: "station", Record: "CS-1", Base: seen, Changes: changes(register.PersonalFileColumn, "")})
		if held(t, r, gone.SHA256) != "" || held(t, r, kept.SHA256) != "Chung" {
			t.Error("what is erased is there, or what another record has is not")
		}
		for _, table := range []string{"record_personal", "record_act", "record_batch", "record_file", "record_file_part", "record_file_use", "audit"} {
			if i := slices.IndexFunc(rowsOf(t, url, table), func(row string) bool { return strings.Contains(row, "Xoá") || strings.Contains(row, gone.SHA256) }); i >= 0 {
				t.Errorf("%s holds the file or its name", table)
			}
		}
		if got := filesOf(t, r, "CS-1"); len(got) != 2 || !got[0].Gone || !got[1].Gone {
			t.Errorf("the record has %v", got)
		}
		whole(t, s)
	})
	t.Run("a file that was altered or removed is found", func(t *testing.T) {
		s, r := ready(t)
		do(t, r, station("CS-1", "Một", "2024-01-01"))
		a, c := file("a.txt", large)
		if err := attach(t, r, c, attaching("CS-1", register.FileColumn, a)); err != nil {
			t.Fatal(err)
		}
		for statement, code := range map[string]string{
			"UPDATE record_file_part SET content = 'AAAA' WHERE part = 1": "register.file-altered",
			"DELETE FROM record_file_use":                                 "register.file-lost",
		} {
			if _, err := raw(t, url).Writer().Exec(statement); err != nil {
				t.Fatal(err)
			}
			report := must[store.Report](t)(s.Integrity(background))
			if !slices.ContainsFunc(report.Problems, func(err error) bool { return fault.CodeOf(err) == code }) {
				t.Errorf("%s: %v", statement, report.Problems)
			}
		}
	})
}
