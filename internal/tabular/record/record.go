// Package record is the one place where the program takes CSV apart. Package tabular reads the files of people with it; the tables that
// come with the program (words, codelists, sentences of errors) are read by Ours, which forgives nothing: a fault in them is a fault of the
// program, found by a test before anyone meets it.
//
// It may import nothing of ours, since the room of errors reads its sentences with it.
package record

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// SyntaxError is a quotation mark that opens and never closes, or stands where none may.
type SyntaxError struct {
	Line   int // where the record begins
	Reason string
}

// Error says the line and the reason.
func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Wrong says what is wrong with a table of ours.
type Wrong string

// What may be wrong.
const (
	NotText   Wrong = "not plain UTF-8"
	NoHeading Wrong = "no heading"
	Length    Wrong = "cells"   // a row has another number of them than the heading
	Name      Wrong = "name"    // a column without a name, or with that of another
	Columns   Wrong = "columns" // others than have to be there
)

// TableError is what is wrong with a table of ours, so that whoever reads it can say so in the language of its reader.
type TableError struct {
	Line int // 0 for the whole table
	Wrong
	Got, Want string
}

// Error says it in English.
func (e *TableError) Error() string {
	if e.Line == 0 {
		return string(e.Wrong)
	}
	return fmt.Sprintf("line %d: %s: %s instead of %s", e.Line, e.Wrong, e.Got, e.Want)
}

// Reader gives one record after another. The zero Reader is not usable; make it with New.
type Reader struct {
	csv *csv.Reader
}

// New reads records whose fields are separated by comma. Records may differ in length; empty lines are left out.
func New(r io.Reader, comma rune) *Reader {
	c := csv.NewReader(r)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = comma, -1, true
	return &Reader{c}
}

// Loose lets blanks stand between a separator and a quotation mark, as people write them. It gives the reader back.
func (r *Reader) Loose() *Reader {
	r.csv.TrimLeadingSpace = r.csv.Comma != '\t' // a tab is a blank too
	return r
}

// Next gives the fields of the next record, which are good until the one after, and the line on which it begins; io.EOF at the end.
func (r *Reader) Next() (fields []string, line int, err error) {
	fields, err = r.csv.Read()
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return nil, bad.StartLine, &SyntaxError{bad.StartLine, bad.Err.Error()}
	}
	if err != nil {
		return nil, 0, err
	}
	line, _ = r.csv.FieldPos(0)
	return fields, line, nil
}

// Row is a row of a table of ours.
type Row struct {
	Line  int      // where it begins in the file
	Cells []string // as many as the heading has
	head  []string
}

// Get gives the cell of a column; a column that the heading does not have is a defect of the caller and panics.
func (r Row) Get(column string) string {
	i := slices.Index(r.head, column)
	if i < 0 {
		panic("record: no column " + column)
	}
	return r.Cells[i]
}

// Map gives the cells by column.
func (r Row) Map() map[string]string {
	m := make(map[string]string, len(r.head))
	for i, h := range r.head {
		m[h] = r.Cells[i]
	}
	return m
}

// Table is a table of ours.
type Table struct {
	Head []string
	Rows []Row
}

// Ours reads a whole table that comes with the program: UTF-8 without a byte order mark, commas, a heading of columns that are named
// and differ, every row as long as it.
func Ours(b []byte) (*Table, error) {
	if !utf8.Valid(b) || bytes.HasPrefix(b, []byte("\ufeff")) || bytes.IndexByte(b, 0) >= 0 {
		return nil, &TableError{Wrong: NotText}
	}
	r := New(bytes.NewReader(b), ',')
	t := &Table{}
	for {
		rec, line, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		cells := slices.Clone(rec)
		if t.Head == nil {
			t.Head = cells
			continue
		}
		if len(cells) != len(t.Head) {
			return nil, &TableError{line, Length, fmt.Sprint(len(cells)), fmt.Sprint(len(t.Head))}
		}
		t.Rows = append(t.Rows, Row{line, cells, t.Head})
	}
	for i, h := range t.Head {
		if h == "" || slices.Contains(t.Head[:i], h) {
			return nil, &TableError{1, Name, h, ""}
		}
	}
	if t.Head == nil {
		return nil, &TableError{Wrong: NoHeading}
	}
	return t, nil
}

// Exactly reads a table of ours whose heading must be these columns in this order.
func Exactly(b []byte, columns ...string) ([]Row, error) {
	t, err := Ours(b)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(t.Head, columns) {
		return nil, &TableError{1, Columns, strings.Join(t.Head, ","), strings.Join(columns, ",")}
	}
	return t.Rows, nil
}

// MustExactly is Exactly for a table embedded at build time: anything wrong with it is a defect and panics.
func MustExactly(text string, columns ...string) []Row {
	rows, err := Exactly([]byte(text), columns...)
	if err != nil {
		panic(err)
	}
	return rows
}
