package releasefile

import (
	"bytes"
	"crypto/ed25519"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"nhipso/internal/fault"
)

func altered(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE figure SET value = '12.871' WHERE value = '12.870'"); err != nil {
		t.Fatal(err)
	}
}

// TestAFileIsCheckedByItsBytes makes files that lie beside lines of every kind: only the line of the file's own key for these very bytes is taken
// instead of the hashes in the file, and whoever lacks it is checked by those.
func TestAFileIsCheckedByItsBytes(t *testing.T) {
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
	beside := func(k Key) func(string) error { return func(file string) error { return WriteBeside(file, k) } }
	for name, c := range map[string]struct {
		before, after func(file string) error // before and after the file was altered, if it was
		alter         bool
		code          string
	}{
		"nothing beside it":                  {},
		"altered, nothing beside it":         {alter: true, code: "releasefile.altered"},
		"its own line":                       {after: beside(key)},
		"altered after the line":             {before: beside(key), alter: true, code: "releasefile.altered"},
		"altered, with the line of somebody": {after: beside(other), alter: true, code: "releasefile.altered"},
		"whole, with the line of somebody":   {after: beside(other)},
		"the key vouches for these bytes":    {after: beside(key), alter: true}, // whoever has the key signed these bytes: the hashes are not asked
		"altered, and the line written anew": {before: beside(key), alter: true, code: "releasefile.altered", after: func(file string) error {
			line, err := hashLine(file, "x")
			if err != nil {
				return err
			}
			return os.WriteFile(file+HashExtension, []byte(line), 0o600)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			file := written(t, content(), key)
			if c.before != nil {
				if err := c.before(file); err != nil {
					t.Fatal(err)
				}
			}
			if c.alter {
				altered(t, file)
			}
			if c.after != nil {
				if err := c.after(file); err != nil {
					t.Fatal(err)
				}
			}
			renamed := filepath.Join(filepath.Dir(file), "renamed"+Extension) // the same file under another name is the same
			for _, end := range []string{"", HashExtension, SignatureExtension} {
				if err := os.Rename(file+end, renamed+end); err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
			if _, err := opened(t, renamed).Check(t.Context()); fault.CodeOf(err) != c.code {
				t.Errorf("%v, want %q", err, c.code)
			}
		})
	}
}
