package ioformat

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"nhipso/internal/fault"
)

// maxBytes bounds a text file.
const maxBytes = 1 << 30

// delimited reads records of a text file with one separator, told by the first line, all of one length.
type delimited struct {
	file   string
	csv    *csv.Reader
	comma  bool // numbers may have a decimal comma
	header []string
	line   int // of the last record

	stored  bool       // the records are these, not those of csv
	records [][]string // each as long as the header
	lines   []int      // where each ends in the file
}

func openText(r io.Reader, file string) (*delimited, error) {
	b := bufio.NewReaderSize(io.LimitReader(r, maxBytes), 1<<16)
	if bom, _ := b.Peek(3); bytes.Equal(bom, []byte("\ufeff")) {
		_, _ = b.Discard(3)
	}
	head, err := b.Peek(1 << 16)
	if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, fault.New("ioformat.unreadable").At(file, 0, "").Because(err)
	}
	d := &delimited{file: file, csv: csv.NewReader(b)}
	d.csv.Comma = separator(head)
	d.comma = d.csv.Comma != ','
	d.csv.FieldsPerRecord = -1
	d.csv.ReuseRecord = true
	first, err := d.next()
	if err == io.EOF {
		return nil, fault.New("ioformat.no-cells").At(file, 0, "")
	}
	if err != nil {
		return nil, err
	}
	for _, h := range first {
		d.header = append(d.header, strings.TrimSpace(h))
	}
	return d, nil
}

// separator is the one of , ; and tab that the first line has most of, outside quotes.
func separator(head []byte) rune {
	counts := map[byte]int{}
	quoted := false
	for _, c := range head {
		if c == '"' {
			quoted = !quoted
		} else if !quoted && (c == '\n' || c == '\r') {
			break
		} else if !quoted {
			counts[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{';', '\t'} {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return rune(best)
}

// next gives the next record, valid until the one after, or io.EOF.
func (d *delimited) next() ([]string, error) {
	if d.stored {
		if len(d.records) == 0 {
			return nil, io.EOF
		}
		rec := d.records[0]
		d.line, d.records, d.lines = d.lines[0], d.records[1:], d.lines[1:]
		return rec, nil
	}
	rec, err := d.csv.Read()
	if err == io.EOF {
		return nil, io.EOF
	}
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return nil, fault.New("ioformat.bad-quotes").At(d.file, bad.StartLine, "")
	}
	if err != nil {
		return nil, fault.New("ioformat.unreadable").At(d.file, d.line, "").Because(err)
	}
	d.line, _ = d.csv.FieldPos(0)
	if d.header != nil && len(rec) != len(d.header) {
		return nil, fault.New("ioformat.ragged", "fields", len(rec), "want", len(d.header)).At(d.file, d.line, "")
	}
	for i, f := range rec {
		if !utf8.ValidString(f) {
			return nil, fault.New("ioformat.not-utf8").At(d.file, d.line, d.name(i))
		}
	}
	return rec, nil
}

// name is a column as a person would point to it.
func (d *delimited) name(i int) string {
	if i < len(d.header) && d.header[i] != "" {
		return d.header[i]
	}
	return letters(i)
}

// letters names a column as spreadsheets do: A, B, …, Z, AA.
func letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}
