// Package command is what every calculation on files shares: what it may touch of the world, its flags, the reading of its files into numbers
// with codes and periods, and the writing of its result.
//
// It knows no method and computes nothing.
package command

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"nhipso/internal/fault"
	"nhipso/internal/tabular/record"
	"nhipso/internal/territory"
)

// Env is what a command may touch of the world.
type Env struct {
	In   io.Reader
	Out  io.Writer
	Err  io.Writer
	Open func(name string) (io.ReadCloser, error)
	Lang string // "vi" or "en"
	// Areas gives the dated areas of the country, for restatement between its provinces.
	Areas func() (*territory.Registry, error)

	line commandLine
	used map[string]bool // flags of the layout of files that some file had a use for
}

// ErrHelp is given when help was asked for and printed.
var ErrHelp = errors.New("help")

// WriteCSV writes rows of cells.
func (e *Env) WriteCSV(rows ...[]string) error {
	if err := e.idle(); err != nil {
		return err
	}
	w := csv.NewWriter(e.Out)
	if err := w.WriteAll(rows); err != nil {
		return fault.New("calc.write").Because(err)
	}
	return nil
}

// Warn prints coded remarks on a result, which stands all the same.
func (e *Env) Warn(list []*fault.Error) {
	for _, w := range list {
		fmt.Fprintln(e.Err, e.Word("calc.note")+": "+w.In(e.Lang))
	}
}

// Remarks gives remarks for JSON.
func (e *Env) Remarks(list []*fault.Error) []map[string]string {
	out := []map[string]string{}
	for _, w := range list {
		out = append(out, map[string]string{"code": w.Code, "text": w.In(e.Lang)})
	}
	return out
}

//go:embed words.csv
var wordsFile string

var words = sync.OnceValue(func() map[string][2]string {
	out := map[string][2]string{}
	for _, r := range record.MustExactly(wordsFile, "key", "vi", "en") {
		out[r.Cells[0]] = [2]string{r.Cells[1], r.Cells[2]}
	}
	return out
})

// Word gives a text in the language in use.
func (e *Env) Word(key string, pairs ...any) string {
	both, ok := words()[key]
	if !ok {
		return key
	}
	text := both[0]
	if e.Lang == "en" {
		text = both[1]
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return text
}
