package tabular

import (
	"bytes"
	"io"
	"io/fs"
	"iter"
	"strings"

	"golang.org/x/text/unicode/norm"

	"nhipso/internal/fault"
)

// Type says what a cell holds.
type Type uint8

// The types of cells. A CSV has texts only, and cells that are empty.
const (
	Empty Type = iota
	Text
	Number // of a workbook: Text is a plain decimal, with % behind it where the cell is shown so
	Date   // of a workbook: Text is 2026-10-20, or 2026-10-20T08:30:00 where it has a time
	Bool   // of a workbook: Text is TRUE or FALSE
	Error  // of a workbook: Text is what it shows, such as #N/A
)

// Cell is one cell: what it holds, and its text without blanks around it, composed (NFC).
type Cell struct {
	Type Type
	Text string
}

// Row is one row that is not blank. The cells may be used until the next row is asked for.
type Row struct {
	Line  int // as a person sees it in the file or the sheet
	Cells []Cell
}

// text gives the text of a cell that may lie beyond the end.
func (r Row) text(i int) string {
	if i < len(r.Cells) {
		return r.Cells[i].Text
	}
	return ""
}

// filled counts the cells that are not empty.
func (r Row) filled() (n int) {
	for _, c := range r.Cells {
		if c.Type != Empty {
			n++
		}
	}
	return n
}

// File is a table that was looked at whole and found readable.
type File struct {
	Name      string
	Kind      Kind
	Sheet     string // of a workbook: the one that is read
	Separator rune   // of a CSV
	Width     int    // cells of the longest row
	Length    int    // rows that are not blank

	options Options
	merged  []span
	rows    func() iter.Seq2[Row, error]
}

// Open reads a file and finds out how it is written. It refuses, with a reason, whatever is no CSV and no XLSX, what can be read in two
// ways, and what is damaged.
func Open(r io.Reader, name string, o Options) (*File, error) {
	if err := o.Check("--"); err != nil {
		return nil, err
	}
	b, err := readAll(r)
	switch {
	case err != nil:
		return nil, fault.New("tabular.unreadable").At(name, 0, "").Because(err)
	case len(b) > MaxBytes:
		return nil, fault.New("tabular.too-large", "megabytes", MaxBytes>>20).At(name, 0, "")
	case len(bytes.TrimSpace(bytes.TrimPrefix(b, markUTF8))) == 0:
		return nil, fault.New("tabular.empty").At(name, 0, "")
	}
	k := KindOf(b)
	f := &File{Name: name, Kind: k, options: o}
	if k != CSV && k != XLSX {
		return nil, fault.New(advice(k), "kind", k).At(name, 0, "")
	}
	if err := o.fit(k, name); err != nil {
		return nil, err
	}
	if k == XLSX {
		err = f.workbook(b)
	} else {
		err = f.separated(b)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// readAll reads a file whole, up to one byte more than is allowed, into memory of the right size where the size is known.
func readAll(r io.Reader) ([]byte, error) {
	size := int64(0)
	switch x := r.(type) {
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := x.Stat(); err == nil {
			size = info.Size()
		}
	case interface{ Len() int }:
		size = int64(x.Len())
	}
	b := bytes.NewBuffer(make([]byte, 0, min(max(size, 0), MaxBytes)+bytes.MinRead))
	_, err := b.ReadFrom(io.LimitReader(r, MaxBytes+1))
	return b.Bytes(), err
}

// advice is the refusal of a kind, by what its owner can do.
func advice(k Kind) string {
	switch k {
	case "pdf", "image", "docx", "doc", "odt", "rtf", "ppt", "pptx":
		return "tabular.no-table"
	case "zip", "gzip", "rar", "7z":
		return "tabular.packed"
	case "locked":
		return "tabular.locked"
	case "broken-zip":
		return "tabular.damaged"
	}
	return "tabular.other-kind"
}

// Rows gives the rows that are not blank, from the first. It may be asked for again; each time the file is taken apart anew, so that no
// more than one row is held.
func (f *File) Rows() iter.Seq2[Row, error] { return f.rows() }

// Letters names a column as spreadsheets do: A, B, …, Z, AA.
func Letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

// composed gives a text without blanks around it, in composed form.
func composed(s string) string {
	s = trim(s)
	ascii := true
	for i := 0; i < len(s) && ascii; i++ {
		ascii = s[i] < 0x80
	}
	if ascii || norm.NFC.IsNormalString(s) {
		return s
	}
	return norm.NFC.String(s)
}

// trim takes away blanks at both ends, those that do not break included.
func trim(s string) string {
	if s == "" || !edge(s[0]) && !edge(s[len(s)-1]) {
		return s
	}
	return strings.TrimFunc(s, blank)
}

// edge says whether a byte at the end of a text may belong to a blank.
func edge(c byte) bool { return c <= ' ' || c >= 0x80 }

func blank(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\u00a0', '\u202f', '\u2007', '\u2009', '\u3000':
		return true
	}
	return false
}
