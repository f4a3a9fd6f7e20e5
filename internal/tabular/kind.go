package tabular

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"strings"

	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// Kind is the kind of a file, told by its content and never by its name.
type Kind string

// The kinds that are read.
const (
	CSV  Kind = "csv"
	XLSX Kind = "xlsx"
)

// In says the kind in "vi" or "en".
func (k Kind) In(lang string) string { return book.Say(lang, "kind-"+string(k)) }

// signatures are the first bytes of kinds that are never read here. HTML, JSON and the kinds inside a ZIP are told in other ways.
var signatures = []struct {
	start string
	kind  Kind
}{
	{"%PDF-", "pdf"}, {"{\\rtf", "rtf"}, {"\x1f\x8b", "gzip"}, {"Rar!\x1a\x07", "rar"}, {"7z\xbc\xaf\x27\x1c", "7z"}, {"PAR1", "parquet"},
	{"SQLite format 3\x00", "sqlite"}, {"$FL2", "spss"}, {"<stata_dta>", "stata"}, {"CHARSET=", "px"}, {"AXIS-VERSION=", "px"},
}

// KindOf says what a file is. A file that is nothing else is taken for CSV.
func KindOf(b []byte) Kind {
	for _, s := range signatures {
		if bytes.HasPrefix(b, []byte(s.start)) {
			return s.kind
		}
	}
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("PK\x05\x06")):
		return zipKind(b)
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return oleKind(b)
	}
	head := b[:min(len(b), 4096)]
	// "BM" begins pictures, and words; only pictures have zero bytes behind it.
	if t := http.DetectContentType(head); strings.HasPrefix(t, "image/") && (t != "image/bmp" || bytes.IndexByte(head[:min(len(head), 16)], 0) >= 0) || bytes.HasPrefix(b, []byte("II*\x00")) || bytes.HasPrefix(b, []byte("MM\x00*")) {
		return "image"
	}
	return textKind(b)
}

// textKind tells texts that are no tables.
func textKind(b []byte) Kind {
	text := bytes.TrimSpace(bytes.TrimPrefix(b, markUTF8))
	head := strings.ToLower(string(text[:min(len(text), 4096)]))
	switch {
	case strings.HasPrefix(head, "<?xml") && strings.Contains(head, "urn:schemas-microsoft-com:office:spreadsheet"):
		return "xml-sheet"
	case strings.HasPrefix(head, "<") && (strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html") || strings.Contains(head, "<table") || strings.Contains(head, "<meta ")):
		return "html"
	case strings.HasPrefix(head, "<svg"), strings.HasPrefix(head, "<?xml") && strings.Contains(head, "<svg"):
		return "image"
	case strings.HasPrefix(head, "<?xml"):
		return "xml"
	case strings.HasPrefix(head, "mime-version:") && strings.Contains(head, "multipart/related"):
		return "html"
	case (strings.HasPrefix(head, "{") || strings.HasPrefix(head, "[")) && jsonStart(text):
		return "json"
	}
	return CSV
}

// jsonStart says whether a text begins as JSON does: a few tokens that follow each other as they may.
func jsonStart(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	for n := range 4 {
		if _, err := d.Token(); err != nil {
			return err == io.EOF && n > 1
		}
	}
	return true
}

// oleKind tells the old formats of Office apart by the names of their streams, which stand in UTF-16.
func oleKind(b []byte) Kind {
	has := func(name string) bool {
		var wide []byte
		for _, c := range []byte(name) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(b, wide)
	}
	switch {
	case has("EncryptedPackage"):
		return "locked"
	case has("WordDocument"):
		return "doc"
	case has("PowerPoint Document"):
		return "ppt"
	case has("Workbook"), has("Book"):
		return "xls"
	}
	return "ole"
}

// zipKind tells what a ZIP is by the parts that it holds.
func zipKind(b []byte) Kind {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "broken-zip"
	}
	for _, f := range z.File[:min(len(z.File), maxParts)] {
		switch name := path.Clean(strings.ReplaceAll(f.Name, "\\", "/")); {
		case name == "mimetype":
			if k := mimeKind(f); k != "" {
				return k
			}
		case name == "xl/workbook.bin":
			return "xlsb"
		case name == "xl/workbook.xml":
			return XLSX
		case strings.HasPrefix(name, "word/"):
			return "docx"
		case strings.HasPrefix(name, "ppt/"):
			return "pptx"
		}
	}
	for _, f := range z.File[:min(len(z.File), maxParts)] { // a workbook whose main part has another name
		if f.Name == "[Content_Types].xml" {
			if text, err := part(f, maxSmall); err == nil && bytes.Contains(text, []byte("spreadsheetml.sheet.main+xml")) {
				return XLSX
			}
		}
	}
	return "zip"
}

// mimeKind reads the part that OpenDocument files begin with.
func mimeKind(f *zip.File) Kind {
	text, err := part(f, 1024)
	if err != nil {
		return ""
	}
	switch strings.TrimSpace(string(text)) {
	case "application/vnd.oasis.opendocument.spreadsheet":
		return "ods"
	case "application/vnd.oasis.opendocument.text":
		return "odt"
	}
	return ""
}
