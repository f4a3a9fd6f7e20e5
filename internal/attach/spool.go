package attach

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"nhipso/internal/fault"
)

// Spooled is a file that was sent, in a temporary copy that goes when it is closed.
type Spooled struct {
	SHA256 string
	Size   int64
	file   *os.File
}

// ReadAt implements io.ReaderAt.
func (s *Spooled) ReadAt(b []byte, at int64) (int, error) { return s.file.ReadAt(b, at) }

// Close removes the copy.
func (s *Spooled) Close() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// Spool takes what is sent into a folder, up to a size, with little memory. Nothing is left there when it fails.
func Spool(dir string, from io.Reader, most int64) (*Spooled, error) {
	file, err := os.CreateTemp(dir, "attach-*")
	if err != nil {
		return nil, fault.New("attach.no-room").Because(err)
	}
	s := &Spooled{file: file}
	sum := sha256.New()
	to := &counted{w: file}
	s.Size, err = io.Copy(io.MultiWriter(to, sum), io.LimitReader(from, most+1))
	switch {
	case to.err != nil:
		err = fault.New("attach.no-room").Because(to.err)
	case err != nil:
		err = fault.New("attach.broken-off").Because(err)
	case s.Size > most:
		err = fault.New("attach.too-large", "most", most>>20)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return s, nil
}

// counted remembers that it was the disk that failed, not who sent.
type counted struct {
	w   io.Writer
	err error
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.err = err
	return n, err
}
