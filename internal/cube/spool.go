package cube

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
	"sort"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// bounds are how much is held at a time. Tests make them small.
var bounds = struct {
	entries  int // of a message in memory; more go to a temporary file, in sorted parts that are merged at the end
	between  int // records of the sorted file of which one is noted, to find a series by
	series   int // read together
	versions int // of series that a review has read and goes on from
}{16_384, 128, 256, 60_000}

// maxTexts bounds how many texts are remembered.
const maxTexts = 10_000

// spool holds entries in the order of Reader: dataflow, series, period, vintage day. A few stay in memory. Many are in a file that is removed as
// soon as it is made, where the system allows it, so that nothing is left of a program that is killed.
type spool struct {
	n     int
	flows []string // in order of appearance

	held      []record
	sortTexts map[stat.Period]string

	file     *os.File  // of sorted parts, then of all
	parts    []int64   // where each ends
	marks    []found   // of the sorted file
	size     int64     // of the sorted file
	decoding *decoding // of who reads single series
}

// record is an entry with its key, by which it is sorted, and its number in the order of coming.
type record struct {
	Entry
	key string
	seq int
}

// found is where a record with a key begins.
type found struct {
	key string
	at  int64
}

func newSpool() *spool {
	return &spool{sortTexts: map[stat.Period]string{}, decoding: newDecoding()}
}

// sortKey gives a text in whose order the entries are.
func sortKey(dataflow string, k stat.Key, place, day string) string {
	return dataflow + "\x00" + string(k) + "\x00" + place + "\x00" + day
}

func (s *spool) sortText(p stat.Period) string {
	text, ok := s.sortTexts[p]
	if !ok {
		if len(s.sortTexts) >= maxTexts {
			clear(s.sortTexts)
		}
		text = SortText(p)
		s.sortTexts[p] = text
	}
	return text
}

// add takes an entry up.
func (s *spool) add(e Entry) error {
	if n := len(s.flows); (n == 0 || s.flows[n-1] != e.Dataflow) && !slices.Contains(s.flows, e.Dataflow) {
		s.flows = append(s.flows, e.Dataflow)
	}
	s.held = append(s.held, record{e, sortKey(e.Dataflow, e.Key, s.sortText(e.Period), e.Vintage.Date.String()), s.n})
	s.n++
	if len(s.held) < bounds.entries {
		return nil
	}
	return s.spill()
}

func (s *spool) sort() {
	slices.SortFunc(s.held, func(a, b record) int { return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.seq, b.seq)) })
}

// spill writes what is held as a sorted part of the file.
func (s *spool) spill() (err error) {
	if s.file == nil {
		if s.file, err = temporary(); err != nil {
			return err
		}
	}
	s.sort()
	w := bufio.NewWriterSize(s.file, 1<<16)
	at := int64(0)
	if n := len(s.parts); n > 0 {
		at = s.parts[n-1]
	}
	var b []byte
	for _, r := range s.held {
		b = r.encode(b[:0])
		if _, err := w.Write(b); err != nil {
			return unwritable(err)
		}
		at += int64(len(b))
	}
	clear(s.held)
	s.held, s.parts = s.held[:0], append(s.parts, at)
	if err := w.Flush(); err != nil {
		return unwritable(err)
	}
	return nil
}

// finish sorts all that came and refuses what came twice, in the order of the rows.
func (s *spool) finish(file string) error {
	s.sortTexts = nil
	var faults []*fault.Error
	twice := func(first, again record) {
		if len(faults) < fault.MaxNamed {
			faults = append(faults, fault.New("cube.duplicate", "cell", again.Cell().String(), "vintage", again.Vintage.Date.String(), "first", first.Row).At(file, again.Row, ""))
		}
	}
	if s.file == nil {
		s.sort()
		for i, first := 1, 0; i < len(s.held); i++ {
			if s.held[i].key != s.held[i-1].key {
				first = i
				continue
			}
			twice(s.held[first], s.held[i])
		}
	} else if err := s.merge(twice); err != nil {
		return err
	}
	slices.SortFunc(faults, func(a, b *fault.Error) int { return a.Where.Row - b.Where.Row })
	var all []error
	for _, f := range faults {
		all = append(all, f)
	}
	return errors.Join(all...)
}

// merge makes one sorted file of the parts.
func (s *spool) merge(twice func(first, again record)) error {
	if len(s.held) > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.held = nil
	out, err := temporary()
	if err != nil {
		return err
	}
	from := s.file
	defer from.Close()
	s.file = out
	var parts queue
	begin := int64(0)
	for _, end := range s.parts {
		p := &part{r: bufio.NewReaderSize(io.NewSectionReader(from, begin, end-begin), 1<<15)}
		if more, err := p.next(); err != nil {
			return unwritable(err)
		} else if more {
			parts = append(parts, p)
		}
		begin = end
	}
	heap.Init(&parts)
	w := bufio.NewWriterSize(out, 1<<16)
	var last, first []byte // the record before, and the first one of its key
	for n := 0; len(parts) > 0; n++ {
		p := parts[0]
		key := keyOf(p.raw)
		if n%bounds.between == 0 {
			s.marks = append(s.marks, found{string(key), s.size})
		}
		if last != nil && bytes.Equal(keyOf(last), key) {
			if first == nil {
				first = slices.Clone(last)
			}
			a, err1 := s.decoding.record(first)
			b, err2 := s.decoding.record(p.raw)
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			twice(a, b)
		} else {
			first = nil
		}
		last = append(last[:0], p.raw...)
		m, err := w.Write(p.raw)
		if err != nil {
			return unwritable(err)
		}
		s.size += int64(m)
		if more, err := p.next(); err != nil {
			return unwritable(err)
		} else if more {
			heap.Fix(&parts, 0)
		} else {
			heap.Pop(&parts)
		}
	}
	s.parts = nil
	if err := w.Flush(); err != nil {
		return unwritable(err)
	}
	return nil
}

// all gives the records in order; those of a file are read ahead, so that who takes them has a processor to itself.
func (s *spool) all() iter.Seq2[record, error] {
	if s.file == nil {
		return s.from("", nil)
	}
	return Ahead(s.from("", newDecoding()))
}

// from gives the records in order, from a key on.
func (s *spool) from(key string, decoding *decoding) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		if s.file == nil {
			i := sort.Search(len(s.held), func(i int) bool { return s.held[i].key >= key })
			for _, r := range s.held[i:] {
				if !yield(r, nil) {
					return
				}
			}
			return
		}
		i := max(0, sort.Search(len(s.marks), func(i int) bool { return s.marks[i].key >= key })-1)
		at := int64(0)
		if len(s.marks) > 0 {
			at = s.marks[i].at
		}
		p := &part{r: bufio.NewReaderSize(io.NewSectionReader(s.file, at, s.size-at), 1<<14)}
		for {
			more, err := p.next()
			if err != nil {
				yield(record{}, unwritable(err))
				return
			}
			if !more {
				return
			}
			if string(keyOf(p.raw)) < key {
				continue
			}
			r, err := decoding.record(p.raw)
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// series gives the records of some series of a dataflow.
func (s *spool) series(dataflow string, keys []stat.Key) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		for _, k := range keys {
			for r, err := range s.from(sortKey(dataflow, k, "", ""), s.decoding) {
				if err == nil && (r.Dataflow != dataflow || r.Key != k) {
					break
				}
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// hash is over all entries with their rows.
func (s *spool) hash() (string, error) {
	h := sha256.New()
	var b []byte
	for r, err := range s.all() {
		if err != nil {
			return "", err
		}
		r.seq = 0
		b = r.encode(b[:0])
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (s *spool) close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name()) //nolint:errcheck // it is gone already, where a file may be removed while it is open
		s.file = nil
	}
}

// temporary makes a file that nobody else sees.
func temporary() (*os.File, error) {
	f, err := os.CreateTemp("", "nhipso-message-*")
	if err != nil {
		return nil, unwritable(err)
	}
	os.Remove(f.Name()) //nolint:errcheck // some systems keep it until it is closed
	return f, nil
}

// unwritable says that a large message found no room beside the database.
func unwritable(err error) error {
	return fault.New("cube.no-room", "folder", os.TempDir()).Because(err)
}

// part is a sorted part of the file being read; raw is its record at hand.
type part struct {
	r   *bufio.Reader
	raw []byte
}

// next reads the next record; false at the end.
func (p *part) next() (bool, error) {
	n, err := binary.ReadUvarint(p.r)
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p.raw = binary.AppendUvarint(p.raw[:0], n)
	at := len(p.raw)
	p.raw = slices.Grow(p.raw, int(n))[:at+int(n)]
	_, err = io.ReadFull(p.r, p.raw[at:])
	return err == nil, err
}

// queue orders parts by their record at hand.
type queue []*part

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any) {
	if p, ok := x.(*part); ok {
		*q = append(*q, p)
	}
}
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}
func (q queue) Less(i, j int) bool {
	a, m := headOf(q[i].raw)
	b, n := headOf(q[j].raw)
	if c := bytes.Compare(a, b); c != 0 {
		return c < 0
	}
	return m < n
}
