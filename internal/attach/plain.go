package attach

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"image"
	_ "image/jpeg" // what is asked of a picture is its size
	_ "image/png"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tail is how much of the end of a content is looked at.
const tail = 1024

// checkPDF refuses what is no PDF from its first byte to its last, and one that runs or carries something.
func checkPDF(content io.ReaderAt, size int64) error {
	head, err := window(content, 0, tail, size)
	if err != nil {
		return err
	}
	end, err := window(content, size-tail, tail, size)
	if err != nil {
		return err
	}
	if !begins(head, "%PDF-1.", "%PDF-2.") {
		return errOther
	}
	if i := bytes.LastIndex(end, []byte("%%EOF")); i < 0 || len(bytes.TrimRight(end[i+len("%%EOF"):], "\r\n \t\x00")) > 0 {
		return errOther
	}
	if lower := bytes.ToLower(head); bytes.Contains(lower, []byte("<script")) || bytes.Contains(lower, []byte("<html")) || bytes.Contains(lower, []byte("<?php")) {
		return errTwofold
	}
	found, err := holds(content, size, "/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia", "/XFA")
	if err == nil && found {
		err = errActive
	}
	return err
}

// holds reports whether a content holds one of some texts, reading it once with little memory.
func holds(content io.ReaderAt, size int64, texts ...string) (bool, error) {
	const piece, overlap = 64 << 10, 32
	for at := int64(0); at < size; at += piece {
		b, err := window(content, at, piece+overlap, size)
		if err != nil {
			return false, err
		}
		for _, s := range texts {
			if bytes.Contains(b, []byte(s)) {
				return true, nil
			}
		}
	}
	return false, nil
}

// maxPixels bounds a picture: one that unpacks to more is made to fill the memory of who opens it.
const maxPixels = 100_000_000

// checkPicture refuses a picture that cannot be read, is of another kind, or unpacks to too much.
func checkPicture(content io.ReaderAt, size int64, want string) error {
	c, kind, err := image.DecodeConfig(io.NewSectionReader(content, 0, size))
	switch {
	case err != nil || kind != want:
		return errOther
	case int64(c.Width)*int64(c.Height) > maxPixels:
		return errBomb
	}
	return nil
}

// checkPNG walks through the parts of a picture to its end, after which there is nothing.
func checkPNG(content io.ReaderAt, size int64) error {
	if err := checkPicture(content, size, "png"); err != nil {
		return err
	}
	const sign, around = 8, 12 // before the first part; of each part its length, its kind and its checksum
	for at := int64(sign); ; {
		head, err := window(content, at, 8, size)
		if err != nil {
			return err
		}
		if len(head) < 8 {
			return errOther
		}
		at += around + int64(binary.BigEndian.Uint32(head))
		if at > size {
			return errOther
		}
		if string(head[4:]) == "IEND" {
			if at != size {
				return errTwofold
			}
			return nil
		}
	}
}

// checkJPEG refuses a picture that goes on after its end.
func checkJPEG(content io.ReaderAt, size int64) error {
	if err := checkPicture(content, size, "jpeg"); err != nil {
		return err
	}
	end, err := window(content, size-2, 2, size)
	if err == nil && !bytes.Equal(end, []byte{0xff, 0xd9}) {
		err = errTwofold
	}
	return err
}

// checkText refuses what is no text in UTF-8, and a text that is a program or a page.
func checkText(content io.ReaderAt, size int64) error {
	head, err := window(content, 0, tail, size)
	if err != nil {
		return err
	}
	start := bytes.TrimLeftFunc(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), unicode.IsSpace)
	sniffed := http.DetectContentType(start)
	if begins(start, "#!", "%PDF", "{\\rtf") || begins(bytes.ToLower(start), "<svg", "<?php", "<%", "<!entity") || strings.HasPrefix(sniffed, "text/html") || strings.HasPrefix(sniffed, "text/xml") {
		return errActive
	}
	r := bufio.NewReaderSize(io.NewSectionReader(content, 0, size), 64<<10)
	for {
		c, n, err := r.ReadRune()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case c == utf8.RuneError && n == 1, unicode.IsControl(c) && !strings.ContainsRune("\t\r\n\f", c):
			return errOther
		}
	}
}
