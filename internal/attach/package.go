package attach

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strings"

	"nhipso/internal/fault"
)

// Bounds of what a document may unpack to.
const (
	maxEntries  = 5000
	maxUnpacked = 200 << 20
	maxRatio    = 200 // times what an entry takes packed, where it is large
	largeEntry  = 10 << 20
	maxTypes    = 4 << 20 // of the part that says what the others are
)

// main is the part by which a package is a document of its kind.
var mainPart = map[string]string{"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "odt": "content.xml", "ods": "content.xml"}

// Parts that make a document do something by itself.
var (
	activeNames   = []string{"vbaproject", "vbadata", "activex/", "macrosheets/", "basic/", "scripts/", "dialogs/", "oleobject", "xl/externallinks/", "customui/"}
	activeEndings = []string{"exe", "dll", "com", "scr", "js", "jse", "vbs", "vbe", "wsf", "hta", "bat", "cmd", "ps1", "msi", "jar", "lnk", "html", "htm", "docm", "xlsm", "xltm", "dotm", "pptm", "zip", "rar", "7z"}
)

// oleSign begins a compound file: what holds macros and embedded programs is one, whatever it is called.
const oleSign = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// endSign begins the last part of a package; endSize is its size without a remark.
const endSign, endSize = "PK\x05\x06", 22

// endsAsZip reports whether a content could be opened as a package.
func endsAsZip(content io.ReaderAt, size int64) bool {
	end, err := window(content, size-endSize-0xffff, endSize+0xffff, size)
	if err != nil {
		return true
	}
	for i := bytes.LastIndex(end, []byte(endSign)); i >= 0; i = bytes.LastIndex(end[:i], []byte(endSign)) {
		if len(end)-i >= endSize && i+endSize+int(binary.LittleEndian.Uint16(end[i+20:])) == len(end) {
			return true
		}
	}
	return false
}

// checkPackage refuses what is no document of its kind, and one with macros, embedded programs, links that fetch, or a bomb.
func checkPackage(content io.ReaderAt, size int64, end string) error {
	head, err := window(content, 0, 4, size)
	if err != nil {
		return err
	}
	if !begins(head, "PK\x03\x04") || !endsAsZip(content, size) {
		return errOther
	}
	z, err := zip.NewReader(content, size)
	if err != nil || len(z.File) == 0 {
		return errOther
	}
	if len(z.File) > maxEntries {
		return errBomb
	}
	seen := map[string]bool{}
	var packed, first uint64 = 0, 1 << 62
	for _, f := range z.File {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		if seen[name] || strings.HasPrefix(name, "/") || strings.Contains(name, "../") || f.Flags&1 != 0 {
			return errTwofold // what one program shows and another runs; or what nobody can look into
		}
		seen[name] = true
		if activePart(name) {
			return errActive
		}
		packed += f.CompressedSize64
		at, err := f.DataOffset()
		if err != nil {
			return errOther
		}
		first = min(first, uint64(at))
	}
	switch {
	case packed > uint64(size): // parts that lie over one another unpack to any size
		return errBomb
	case first > 1<<16: // something stands before the package
		return errTwofold
	case !seen[mainPart[end]]:
		return errOther
	}
	return unpack(z, end)
}

func activePart(name string) bool {
	for _, s := range activeNames {
		if strings.HasPrefix(name, s) || strings.Contains(name, "/"+s) || s == "vbaproject" && strings.Contains(name, s) {
			return true
		}
	}
	ext := strings.TrimPrefix(path.Ext(name), ".")
	for _, s := range activeEndings {
		if ext == s {
			return true
		}
	}
	return false
}

// unpack reads every part once, keeping nothing, and looks at what the parts say they are.
func unpack(z *zip.Reader, end string) error {
	left := int64(maxUnpacked)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return errOther
		}
		var start bytes.Buffer
		keep := int64(len(oleSign))
		if says := saysWhat(f.Name); says {
			keep = maxTypes
		}
		n, err := io.Copy(&start, io.LimitReader(r, keep))
		rest := int64(0)
		if err == nil {
			rest, err = io.Copy(io.Discard, io.LimitReader(r, left-n+1))
		}
		r.Close()
		if left -= n + rest; left < 0 || n+rest > largeEntry && uint64(n+rest) > maxRatio*max(1, f.CompressedSize64) {
			return errBomb
		}
		if err != nil {
			return errOther
		}
		if begins(start.Bytes(), oleSign, "MZ", "\x7fELF") {
			return errActive
		}
		if err := stated(f.Name, start.Bytes(), end); err != nil {
			return err
		}
	}
	return nil
}

// saysWhat reports whether a part says what others are, or what they fetch.
func saysWhat(name string) bool {
	return name == "[Content_Types].xml" || name == "mimetype" || strings.HasSuffix(name, ".rels")
}

// stated holds what a part says to what the document should be.
func stated(name string, says []byte, end string) error {
	lower := bytes.ToLower(says)
	switch {
	case name == "[Content_Types].xml":
		if bytes.Contains(lower, []byte("macroenabled")) || bytes.Contains(lower, []byte("vbaproject")) {
			return errActive
		}
		if want, _, _ := strings.Cut(media[end], ";"); strings.HasPrefix(want, "application/vnd.openxml") && !bytes.Contains(lower, []byte(strings.ToLower(want))) {
			return errOther
		}
	case name == "mimetype":
		if strings.TrimSpace(string(says)) != media[end] {
			return errOther
		}
	case strings.HasSuffix(name, ".rels"): // a template or an object from elsewhere is fetched, and run, when the document is opened
		if bytes.Contains(lower, []byte(`targetmode="external"`)) && (bytes.Contains(lower, []byte("/attachedtemplate")) || bytes.Contains(lower, []byte("/oleobject")) || bytes.Contains(lower, []byte("/frame"))) {
			return errActive
		}
	}
	return nil
}

func asFault(err error, into **fault.Error) bool { return errors.As(err, into) }
