// Package attach says which files may be attached to a record: what they are, told from their content and their name together, and why others are
// refused. A file that a person opens later must be what it says it is and do nothing by itself.
//
// It knows no record and keeps nothing but the temporary copy of a file that is being sent.
package attach

import (
	"bytes"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"nhipso/internal/fault"
)

// MostDefault is how large a file may be where nothing else is said.
const MostDefault = 25 << 20

// Media tells for each ending that is taken what kind of file it is, as HTTP says it.
var media = map[string]string{
	"pdf":  "application/pdf",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"odt":  "application/vnd.oasis.opendocument.text",
	"ods":  "application/vnd.oasis.opendocument.spreadsheet",
	"csv":  "text/csv; charset=utf-8",
	"txt":  "text/plain; charset=utf-8",
	"png":  "image/png",
	"jpg":  "image/jpeg",
	"jpeg": "image/jpeg",
}

// Endings lists the endings of names that are taken, in the order in which a form names them.
func Endings() []string {
	return []string{"pdf", "docx", "xlsx", "odt", "ods", "csv", "txt", "png", "jpg", "jpeg"}
}

// maxName bounds a name, in characters.
const maxName = 150

// Name tidies the name of a file as a browser sends it, or refuses it: a name holds nothing that is not seen, and its ending is one that is taken.
func Name(sent string) (string, error) {
	name := norm.NFC.String(strings.TrimSpace(path.Base(strings.ReplaceAll(sent, `\`, "/"))))
	bad := !utf8.ValidString(sent) || strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r)
	})
	if bad || name == "" || strings.HasPrefix(name, ".") || utf8.RuneCountInString(name) > maxName {
		return "", fault.New("attach.name", "most", maxName)
	}
	if _, taken := media[ending(name)]; !taken {
		return "", fault.New("attach.ending", "name", name, "known", strings.Join(Endings(), ", "))
	}
	return name, nil
}

// ending is what a name ends with, in small letters.
func ending(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }

// Check tells what kind of file a content is, as HTTP says it, by its name and what it holds. A content that is not what its name says is refused, and
// one that is something else besides, that acts by itself, or that unpacks to more than it should.
func Check(name string, content io.ReaderAt, size int64) (string, error) {
	end := ending(name)
	kind, taken := media[end]
	if !taken {
		return "", fault.New("attach.ending", "name", name, "known", strings.Join(Endings(), ", "))
	}
	if size == 0 {
		return "", fault.New("attach.empty", "name", name)
	}
	var err error
	switch end {
	case "pdf":
		err = checkPDF(content, size)
	case "png":
		err = checkPNG(content, size)
	case "jpg", "jpeg":
		err = checkJPEG(content, size)
	case "csv", "txt":
		err = checkText(content, size)
	default:
		return kind, refusal(checkPackage(content, size, end), name)
	}
	if err == nil && endsAsZip(content, size) {
		err = errTwofold
	}
	return kind, refusal(err, name)
}

// Why a content is refused, apart from what it is called.
var (
	errOther   = fault.New("attach.other")
	errTwofold = fault.New("attach.twofold")
	errActive  = fault.New("attach.active")
	errBomb    = fault.New("attach.bomb")
)

// refusal names the file in an error.
func refusal(err error, name string) error {
	if f := (*fault.Error)(nil); asFault(err, &f) {
		return fault.New(f.Code, "name", name)
	}
	return err
}

// window reads a part of a content: as much of it as there is.
func window(content io.ReaderAt, at, n, size int64) ([]byte, error) {
	at = max(0, at)
	b := make([]byte, max(0, min(n, size-at)))
	_, err := io.ReadFull(io.NewSectionReader(content, at, int64(len(b))), b)
	return b, err
}

// begins reports whether a content begins with one of some signs.
func begins(b []byte, signs ...string) bool {
	return slices.ContainsFunc(signs, func(s string) bool { return bytes.HasPrefix(b, []byte(s)) })
}
