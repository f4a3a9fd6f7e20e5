package releasefile

import (
	"crypto/ed25519"
	"database/sql"
	"os"
	"strings"
	"testing"

	"nhipso/internal/fault"
)

// TestWhatIsWrongWithAFileIsSaid: each thing that may befall a file has its code and its sentence, in both languages, with what to do about it.
func TestWhatIsWrongWithAFileIsSaid(t *testing.T) {
	statement := func(q string) func(string) error {
		return func(name string) error {
			db, err := sql.Open("sqlite", name)
			if err != nil {
				return err
			}
			defer db.Close()
			_, err = db.Exec(q)
			return err
		}
	}
	version := func(v string) func(string) error {
		return statement("UPDATE meta SET value = '" + v + "' WHERE name = 'version'")
	}
	cut := func(size int64) func(string) error {
		return func(name string) error { return os.Truncate(name, size) }
	}
	for what, c := range map[string]struct {
		harm         func(string) error
		code, vi, en string
	}{
		"its head alone":            {cut(3000), "releasefile.unreadable", "tệp hỏng hoặc thiếu. Hãy tải lại", "damaged or incomplete. Download it again"},
		"cut off":                   {cut(40_000), "releasefile.unreadable", "tệp hỏng hoặc thiếu. Hãy tải lại", "damaged or incomplete. Download it again"},
		"a table torn":              {statement("DROP TABLE lineage"), "releasefile.unreadable", "tệp hỏng hoặc thiếu. Hãy tải lại", "damaged or incomplete. Download it again"},
		"empty":                     {cut(0), "releasefile.no-release", "không phải tệp của một đợt công bố", "is not the file of a release"},
		"of another kind":           {statement("UPDATE meta SET value = 'x' WHERE name = 'format'"), "releasefile.no-release", "không phải tệp của một đợt công bố", "is not the file of a release"},
		"of a version that is none": {version("one"), "releasefile.no-release", "không phải tệp của một đợt công bố", "is not the file of a release"},
		"of an older format":        {version("0"), "releasefile.older-version", "khuôn dạng phiên bản 0, cũ hơn phiên bản 1", "format version 0, older than version 1"},
		"of a newer format":         {version("2"), "releasefile.other-version", "Hãy dùng bản chương trình mới hơn", "Use a newer program"},
		"altered":                   {statement("UPDATE figure SET value = '1'"), "releasefile.altered", "nội dung bảng “figure” không khớp", "the table “figure” does not agree"},
		"without manifest":          {statement("DELETE FROM meta WHERE name = 'manifest'"), "releasefile.no-manifest", "không có bảng kê mã băm", "has no manifest of hashes"},
		"without signature":         {statement("DELETE FROM meta WHERE name = 'signature'"), "releasefile.unsigned", "không có chữ ký", "is not signed"},
		"of a torn signature":       {statement("UPDATE meta SET value = substr(value, 5) WHERE name = 'signature'"), "releasefile.bad-signature", "Chữ ký trong tệp", "The signature in the file"},
		"gone":                      {os.Remove, "releasefile.not-there", "Không có tệp", "There is no file"},
	} {
		t.Run(what, func(t *testing.T) {
			file := written(t, content(), key)
			if err := c.harm(file); err != nil {
				t.Fatal(err)
			}
			f, err := Open(file)
			if err == nil {
				_, err = f.Verify(t.Context(), key.Public().(ed25519.PublicKey))
				f.Close() //nolint:errcheck // nothing was written
			}
			if fault.CodeOf(err) != c.code {
				t.Fatalf("%v, want %s", err, c.code)
			}
			for language, words := range map[string]string{"vi": c.vi, "en": c.en} {
				if said := fault.In(err, language); !strings.Contains(said, words) || !strings.Contains(said, file) || strings.ContainsAny(said, "{}") {
					t.Errorf("%s: %s", language, said)
				}
			}
		})
	}
}
