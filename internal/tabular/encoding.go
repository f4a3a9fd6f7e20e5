package tabular

import (
	"bytes"
	"io"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"nhipso/internal/fault"
)

// Encodings that a person may name. Only the first three are told from the file.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	Windows1258 = "windows-1258"
)

// Encodings lists what Options.Encoding takes.
func Encodings() []string { return []string{UTF8, UTF16LE, UTF16BE, Windows1258} }

var (
	markUTF8    = []byte("\xef\xbb\xbf")
	markUTF16LE = []byte{0xff, 0xfe}
	markUTF16BE = []byte{0xfe, 0xff}
)

// tellEncoding says how a text is encoded, by its byte order mark or by where its zero bytes are: every second byte of Latin text in
// UTF-16 is zero.
func tellEncoding(b []byte) string {
	switch {
	case bytes.HasPrefix(b, markUTF8):
		return UTF8
	case bytes.HasPrefix(b, markUTF16LE):
		return UTF16LE
	case bytes.HasPrefix(b, markUTF16BE):
		return UTF16BE
	}
	head := b[:min(len(b), 4096)&^1]
	var zero [2]int
	for i, c := range head {
		if c == 0 {
			zero[i&1]++
		}
	}
	pairs := len(head) / 2
	switch {
	case pairs >= 4 && zero[1]*2 > pairs && zero[0]*20 < pairs:
		return UTF16LE
	case pairs >= 4 && zero[0]*2 > pairs && zero[1]*20 < pairs:
		return UTF16BE
	}
	return UTF8
}

// toUTF8 gives the text of a file in UTF-8 without a byte order mark, or refuses it with its place.
func toUTF8(b []byte, name, named string) ([]byte, error) {
	told := tellEncoding(b)
	if named == "" {
		named = told
	}
	marked := bytes.HasPrefix(b, markUTF8) || bytes.HasPrefix(b, markUTF16LE) || bytes.HasPrefix(b, markUTF16BE)
	if marked && named != told {
		return nil, fault.New("tabular.other-encoding", "given", named, "found", told).At(name, 0, "")
	}
	var enc encoding.Encoding
	switch named {
	case UTF8:
		return checkUTF8(bytes.TrimPrefix(b, markUTF8), name)
	case UTF16LE:
		enc = utf.UTF16(utf.LittleEndian, utf.IgnoreBOM)
	case UTF16BE:
		enc = utf.UTF16(utf.BigEndian, utf.IgnoreBOM)
	case Windows1258:
		enc = charmap.Windows1258
	}
	if named != Windows1258 && len(b)%2 != 0 {
		return nil, fault.New("tabular.cut-utf16").At(name, 0, "")
	}
	out, err := io.ReadAll(transform.NewReader(bytes.NewReader(b), enc.NewDecoder()))
	if err != nil {
		return nil, fault.New("tabular.unreadable").At(name, 0, "").Because(err)
	}
	out = bytes.TrimPrefix(out, markUTF8)
	if i := bytes.IndexRune(out, utf8.RuneError); i >= 0 {
		return nil, fault.New("tabular.not-encoded", "encoding", named).At(name, lineAt(out, i), "")
	}
	return out, nil
}

// checkUTF8 refuses bytes that are not UTF-8, and says which old Vietnamese encoding they look like.
func checkUTF8(b []byte, name string) ([]byte, error) {
	if utf8.Valid(b) {
		return b, nil
	}
	i := 0
	for i < len(b) {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		i += size
	}
	at := lineAt(b, i)
	// A surrogate written as if it were a character: ED A0..BF xx. Broken converters of UTF-16 leave them.
	if b[i] == 0xed && i+1 < len(b) && b[i+1] >= 0xa0 && b[i+1] <= 0xbf {
		return nil, fault.New("tabular.surrogate").At(name, at, "")
	}
	if old := oldEncoding(b); old != "" {
		code := "tabular.old-encoding"
		if old == oldWindows {
			code = "tabular.windows-1258"
		}
		return nil, fault.New(code, "encoding", old).At(name, at, "")
	}
	return nil, fault.New("tabular.not-utf8").At(name, at, "")
}

// lineAt gives the number of the line that holds byte i, from 1.
func lineAt(b []byte, i int) int { return bytes.Count(b[:i], []byte{'\n'}) + 1 }

// unseen gives the first character of a text that no table has and nobody sees: a control character, a mark that is not shown, or what
// a broken conversion left. Line ends and tabs inside a cell are no such thing.
func unseen(s string) (rune, bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			return unseenRune(s[i:])
		case c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f:
			return rune(c), true
		}
	}
	return 0, false
}

func unseenRune(s string) (rune, bool) {
	for _, r := range s {
		if r == '\t' || r == '\n' || r == '\r' {
			continue
		}
		if r == utf8.RuneError || unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) {
			return r, true
		}
	}
	return 0, false
}
