package releasefile

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

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
	f, err := os.Open(name)
	if err != nil {
		return fault.New("releasefile.not-there", "file", name).Because(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return fault.New("releasefile.unreadable", "file", name).Because(err)
	}
	line := fmt.Sprintf("%s  %s\n", hex.EncodeToString(h.Sum(nil)), filepath.Base(name))
	for _, x := range []struct {
		name    string
		content []byte
	}{{name + HashExtension, []byte(line)}, {name + SignatureExtension, ed25519.Sign(key, []byte(line))}} {
		if err := os.WriteFile(x.name, x.content, 0o644); err != nil { //nolint:gosec // it is published
			return fault.New("releasefile.cannot-write", "file", x.name).Because(err)
		}
	}
	return nil
}
