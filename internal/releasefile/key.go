package releasefile

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"

	"nhipso/internal/fault"
)

// ReadKey reads the key that signs from a PEM file (PKCS #8), and makes one that only its owner may read where there is none.
func ReadKey(name string) (Key, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return newKey(name)
	}
	if err != nil {
		return nil, fault.New("releasefile.bad-key", "file", name).Because(err)
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fault.New("releasefile.bad-key", "file", name)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fault.New("releasefile.bad-key", "file", name).Because(err)
	}
	return key, nil
}

func newKey(name string) (Key, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fault.New("releasefile.cannot-write", "file", name).Because(err)
	}
	b, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fault.New("releasefile.cannot-write", "file", name).Because(err)
	}
	err = appear(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: b}), 0o600, os.Link) // unlike a renaming, it leaves alone what came there meanwhile
	if errors.Is(err, fs.ErrExist) {
		return ReadKey(name) // another program was first
	}
	if err != nil {
		return nil, fault.New("releasefile.cannot-write", "file", name).Because(err)
	}
	return key, nil
}

// PublicPEM writes a public key as openssl reads it.
func PublicPEM(key ed25519.PublicKey) []byte {
	b, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic("releasefile: " + err.Error()) // an Ed25519 key always can be
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b})
}

// ReadPublicKey reads a public key from a PEM file.
func ReadPublicKey(name string) (ed25519.PublicKey, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.New("releasefile.bad-key", "file", name).Because(err)
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, fault.New("releasefile.bad-key", "file", name)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(ed25519.PublicKey)
	if err != nil || !ok {
		return nil, fault.New("releasefile.bad-key", "file", name).Because(err)
	}
	return key, nil
}
