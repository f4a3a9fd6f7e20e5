package releasefile

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"nhipso/internal/fault"
)

// Names of the files beside a file: its hash as sha256sum writes it, and the signature of that line.
const (
	HashExtension      = ".sha256"
	SignatureExtension = ".sha256.sig"
)

// WriteBeside writes the hash of a file and its signature beside it, so that whoever has neither this program nor a database can check it:
//
//	sha256sum -c FILE.sha256
//	openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin -in FILE.sha256 -sigfile FILE.sha256.sig
func WriteBeside(name string, key Key) error {
	line, err := hashLine(name, filepath.Base(name))
	if err != nil {
		return err
	}
	for _, x := range []struct {
		name    string
		content []byte
	}{{name + HashExtension, []byte(line)}, {name + SignatureExtension, ed25519.Sign(key, []byte(line))}} {
		if err := appear(x.name, x.content, 0o644, os.Rename); err != nil { // it is published
			return fault.New("releasefile.cannot-write", "file", x.name).Because(err)
		}
	}
	return nil
}

// appear writes a small file that is there whole or not at all, whatever ends the program: it is written under a passing name, and place, which is
// os.Rename or os.Link, gives it its own.
func appear(name string, content []byte, mode os.FileMode, place func(from, to string) error) error {
	half, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(half.Name()) //nolint:errcheck // gone where it was renamed
	_, err = half.Write(content)
	if err = errors.Join(err, half.Chmod(mode), half.Sync(), half.Close()); err == nil {
		err = place(half.Name(), name)
	}
	return err
}

// hashLine gives the hash of the bytes of a file as sha256sum writes it, under a name.
func hashLine(file, name string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fault.New("releasefile.not-there", "file", file).Because(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, make([]byte, 1<<20)); err != nil {
		return "", fault.New("releasefile.unreadable", "file", file).Because(err)
	}
	return fmt.Sprintf("%s  %s\n", hex.EncodeToString(h.Sum(nil)), name), nil
}

// Check is Verify for whoever is about to serve a file, in the time that it takes to read its bytes once: where the hash lies beside it, signed
// with the key that the file names, whoever signed has vouched for every byte. Anything else is left to Verify, which says what is wrong. It tells
// whether the line beside the file could be relied on.
func (f *File) Check(ctx context.Context) (vouched bool, err error) {
	if f.vouchedBeside(ctx) {
		return true, nil
	}
	_, err = f.Verify(ctx, nil)
	return false, err
}

// Vouched reports whether the line beside a file, whatever kind of file it is, is signed with a key and is that of its bytes.
func Vouched(file string, key ed25519.PublicKey) bool {
	line, err := os.ReadFile(file + HashExtension)
	if err != nil {
		return false
	}
	signature, err := os.ReadFile(file + SignatureExtension)
	if err != nil || !ed25519.Verify(key, line, signature) {
		return false
	}
	hash, name, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), "  ")
	found, err := hashLine(file, name)
	return err == nil && found == hash+"  "+name+"\n"
}

// vouchedBeside reports whether the line beside the file is signed with the file's key and is that of its bytes. The line may give the file another
// name: it was renamed, and is the same file.
func (f *File) vouchedBeside(ctx context.Context) bool {
	key := f.PublicKey(ctx)
	return key != nil && Vouched(f.name, key)
}
