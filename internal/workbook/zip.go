package workbook

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"

	"github.com/xuri/excelize/v2"
)

// sortedZip writes the parts of a workbook in the order of their names, whatever the order in which they come: the library hands over the sheets
// that were written row by row in no order, and the same table is to give the same bytes. Parts are held compressed until the last has come.
type sortedZip struct {
	w     io.Writer
	parts []*part
}

// part is a file of a workbook, compressed as it comes.
type part struct {
	name    string
	content bytes.Buffer
	deflate *flate.Writer
	sum     uint32
	size    uint64
}

func newSortedZip(w io.Writer) excelize.ZipWriter { return &sortedZip{w: w} }

// Write takes a piece of the part.
func (p *part) Write(b []byte) (int, error) {
	p.sum = crc32.Update(p.sum, crc32.IEEETable, b)
	p.size += uint64(len(b))
	return p.deflate.Write(b)
}

// Create starts a part; the one before is whole.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	p := &part{name: name}
	var err error
	p.deflate, err = flate.NewWriter(&p.content, flate.BestSpeed)
	z.parts = append(z.parts, p)
	return p, err
}

// AddFS is not for workbooks made here, which have no macros.
func (z *sortedZip) AddFS(fs.FS) error {
	return errors.New("workbook: a workbook has no further files")
}

// Close writes the parts.
func (z *sortedZip) Close() error {
	out := zip.NewWriter(z.w)
	slices.SortFunc(z.parts, func(a, b *part) int { return cmp.Compare(a.name, b.name) })
	for _, p := range z.parts {
		if err := p.deflate.Close(); err != nil {
			return err
		}
		to, err := out.CreateRaw(&zip.FileHeader{Name: p.name, Method: zip.Deflate, CRC32: p.sum, CompressedSize64: uint64(p.content.Len()), UncompressedSize64: p.size})
		if err != nil {
			return err
		}
		if _, err := p.content.WriteTo(to); err != nil {
			return err
		}
	}
	return out.Close()
}
