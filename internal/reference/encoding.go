package reference

import (
	"bytes"
	"io"
	"unicode/utf8"

	"nhipso/internal/fault"
)

// MaxBytes bounds a file of figures; MaxRows bounds its rows. Beyond them a file is split, not loaded.
const (
	MaxBytes = 64 << 20
	MaxRows  = 1_000_000
)

// plainText reads a file whole and refuses what is not plain UTF-8 text. A UTF-8 byte order mark, which spreadsheets write, is dropped.
func plainText(name string, src io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(src, MaxBytes+1))
	if err != nil {
		return nil, fault.New("reference.unreadable").At(name, 0, "").Because(err)
	}
	if len(b) > MaxBytes {
		return nil, fault.New("reference.too-large", "megabytes", MaxBytes>>20).At(name, 0, "")
	}
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
		return nil, fault.New("reference.utf16").At(name, 0, "")
	}
	b = bytes.TrimPrefix(b, []byte{0xef, 0xbb, 0xbf})
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, fault.New("reference.empty-file").At(name, 0, "")
	}
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return nil, fault.New("reference.nul").At(name, line(b, i), "")
	}
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 {
			code := "reference.not-utf8"
			// A surrogate written as if it were a character: ED A0..BF xx. Broken converters of UTF-16 leave them.
			if b[i] == 0xed && i+1 < len(b) && b[i+1] >= 0xa0 {
				code = "reference.surrogate"
			}
			return nil, fault.New(code).At(name, line(b, i), "")
		}
		i += size
	}
	return b, nil
}

// line gives the number of the line that holds byte i, from 1.
func line(b []byte, i int) int { return bytes.Count(b[:i], []byte{'\n'}) + 1 }
