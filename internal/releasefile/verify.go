package releasefile

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"math"

	"nhipso/internal/fault"
)

// queryer is a database or a transaction on it.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// unsealed are the rows of meta that no hash covers: the manifest holds the hashes, and the signature the manifest.
const unsealed = "name NOT IN ('manifest', 'signature', 'public-key')"

// hashes gives the manifest of what a file holds.
func hashes(ctx context.Context, db queryer, release string) (Manifest, error) {
	m := Manifest{Format: "nhipso-release", Version: Version, Release: release, Tables: map[string]Table{}}
	for _, t := range tables {
		where := ""
		if t.name == "meta" {
			where = " WHERE " + unsealed
		}
		h := sha256.New()
		n, err := hashRows(ctx, db, h, "SELECT * FROM "+t.name+where+" ORDER BY "+t.order)
		if err != nil {
			return m, err
		}
		m.Tables[t.name] = Table{Rows: n, Hash: hex.EncodeToString(h.Sum(nil))}
	}
	return m, nil
}

// hashRows adds the rows of a query to a hash: of each value its kind, its length and its bytes, so that no two tables read alike.
func hashRows(ctx context.Context, db queryer, h hash.Hash, query string) (n int64, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	values := make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return 0, err
		}
		for _, v := range values {
			if err := hashValue(h, v); err != nil {
				return 0, err
			}
		}
		n++
	}
	return n, rows.Err()
}

func hashValue(h hash.Hash, v any) error {
	put := func(kind byte, b []byte) {
		var head [9]byte
		head[0] = kind
		binary.BigEndian.PutUint64(head[1:], uint64(len(b)))
		h.Write(head[:])
		h.Write(b)
	}
	switch v := v.(type) {
	case nil:
		put('0', nil)
	case int64:
		put('i', binary.BigEndian.AppendUint64(nil, uint64(v)))
	case float64: // the schema has none; a file made by others might
		put('f', binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	case string:
		put('s', []byte(v))
	case []byte:
		put('b', v)
	default:
		return fmt.Errorf("releasefile: a value of kind %T", v)
	}
	return nil
}

// Verified says what a check of a file found in order.
type Verified struct {
	Manifest Manifest
	Key      ed25519.PublicKey // that signed it; nil when nobody did
	Trusted  bool              // it is the key that was asked for
}

// Verify computes the hashes of a file again and checks its signature: against the key given or, without one, against the key in the file, which
// shows only that the file is whole. It refuses a file that holds anything else than its manifest says.
func (f *File) Verify(ctx context.Context, trusted ed25519.PublicKey) (Verified, error) {
	var out Verified
	meta, err := f.meta(ctx)
	if err != nil {
		return out, f.trouble(err)
	}
	if err := json.Unmarshal([]byte(meta["manifest"]), &out.Manifest); err != nil {
		return out, fault.New("releasefile.no-manifest", "file", f.name).Because(err)
	}
	found, err := hashes(ctx, f.db, f.Release)
	if err != nil {
		return out, f.trouble(err)
	}
	for _, t := range tables {
		if found.Tables[t.name] != out.Manifest.Tables[t.name] {
			return out, fault.New("releasefile.altered", "file", f.name, "table", t.name)
		}
	}
	if string(canonical(found)) != meta["manifest"] {
		return out, fault.New("releasefile.altered", "file", f.name, "table", "meta")
	}
	if err := f.only(ctx); err != nil {
		return out, err
	}
	return out, f.signed(&out, meta, trusted)
}

// signed checks the signature of the manifest.
func (f *File) signed(out *Verified, meta map[string]string, trusted ed25519.PublicKey) error {
	if meta["signature"] == "" {
		if trusted != nil {
			return fault.New("releasefile.unsigned", "file", f.name)
		}
		return nil
	}
	key, err := base64.StdEncoding.DecodeString(meta["public-key"])
	if err != nil || len(key) != ed25519.PublicKeySize {
		return fault.New("releasefile.bad-signature", "file", f.name).Because(err)
	}
	signature, err := base64.StdEncoding.DecodeString(meta["signature"])
	if err != nil || !ed25519.Verify(key, []byte(meta["manifest"]), signature) {
		return fault.New("releasefile.bad-signature", "file", f.name).Because(err)
	}
	if trusted != nil && !trusted.Equal(ed25519.PublicKey(key)) {
		return fault.New("releasefile.other-key", "file", f.name)
	}
	out.Key, out.Trusted = key, trusted != nil
	return nil
}

// only refuses what no hash covers: a table or a view that the format does not know, and a further entry of meta.
func (f *File) only(ctx context.Context) error {
	known := map[string]bool{"series_name": true, "period_code": true, "run_name": true}
	for _, t := range tables {
		known[t.name] = true
	}
	rows, err := f.db.QueryContext(ctx, "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_autoindex_%'")
	if err != nil {
		return f.trouble(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return f.trouble(err)
		}
		if !known[name] {
			return fault.New("releasefile.altered", "file", f.name, "table", name)
		}
	}
	return f.trouble(rows.Err())
}
