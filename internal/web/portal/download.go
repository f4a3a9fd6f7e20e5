package portal

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"path"
	"strings"
	"time"
)

// downloadPath is where the files of releases lie.
const downloadPath = "/lich-su/tep/"

// downloadTime is how long a reader may take over a file: half an hour, at 100 kB a second enough for 180 MB.
const downloadTime = 30 * time.Minute

// ReleaseFiles are the files of releases: each holds all that the public may know of a release, and opens for ever.
type ReleaseFiles interface {
	// Names gives the file of every release that is out and has one, by the identifier of the release.
	Names(ctx context.Context) (map[string]ReleaseFile, error)
	// Open opens one of these files, what stands beside it (its hash, the signature of the hash) or the public key, with the moment at which it was
	// written. Any other name is web.no-page.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, time.Time, error)
}

// ReleaseFile is the file of a release.
type ReleaseFile struct {
	Name    string
	Archive *Archive // the release as CSV, beside it; nil where there is none
}

// Archive is an archive of CSV files.
type Archive struct {
	Name   string
	Size   int64  // in bytes
	SHA256 string // of its bytes
}

// Extensions in the names of files and of what lies beside them.
const (
	ofRelease = ".nhipso"
	ofArchive = ".zip"
)

// kept parts the name of what lies beside a file from the file that never changes under its name; false for the public key.
func kept(name string) (file, beside string, is bool) {
	for _, extension := range []string{ofRelease, ofArchive} {
		if before, after, found := strings.Cut(name, extension); found {
			return before + extension, after, true
		}
	}
	return name, "", false
}

// tagOf tells the bytes of a file apart, not its name: servers with keys of their own sign one edition each in its way, and whoever goes on with a
// file at another server must not put two of them together. Without the hash beside the file, the moment at which it was written has to do.
func (p *Portal) tagOf(ctx context.Context, file, beside string) string {
	f, _, err := p.files.Open(ctx, file+".sha256")
	if err != nil {
		return ""
	}
	defer f.Close()
	line, err := io.ReadAll(io.LimitReader(f, 64))
	if err != nil || len(line) < 64 {
		return ""
	}
	return string(line) + beside
}

// download sends a file whole or, to whoever asks for a range, in parts.
func (p *Portal) download(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	f, at, err := p.files.Open(r.Context(), name)
	if err != nil {
		p.site.Fail(w, r, err)
		return
	}
	defer f.Close()
	h := w.Header()
	switch path.Ext(name) {
	case ofRelease:
		h.Set("Content-Type", "application/vnd.sqlite3")
	case ofArchive:
		h.Set("Content-Type", "application/zip")
	case ".sig":
		h.Set("Content-Type", "application/octet-stream")
	default:
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Access-Control-Allow-Origin", "*")
	if file, beside, is := kept(name); is { // a file never changes under its name, and its name tells the edition
		if tag := p.tagOf(r.Context(), file, beside); tag != "" {
			h.Set("ETag", `"`+tag+`"`)
		}
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else { // the key may be replaced by another one
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			p.site.Fail(w, r, err)
			return
		}
		h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:12])+`"`)
		h.Set("Cache-Control", "public, max-age=3600")
	}
	// A slow line is no fault of the reader; where the server cannot wait longer than for a page, it does not.
	_ = http.NewResponseController(w).SetWriteDeadline(p.site.Now().Add(downloadTime))
	http.ServeContent(w, r, "", at, f)
}
