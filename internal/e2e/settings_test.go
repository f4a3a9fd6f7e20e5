package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAServerIsAsItsSettingsSay(t *testing.T) {
	dir := firstRelease(t)
	file := filepath.Join(t.TempDir(), "nhipso.yaml")
	if err := os.WriteFile(file, []byte("base-url: https://so.example.vn/\ntrusted-proxies: [10.9.8.7]\nlog-level: debug\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := start("--data", dir, "--config", file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	t.Run("every absolute address is that of the portal", func(t *testing.T) {
		for _, path := range []string{"/", "/sitemap.xml", "/robots.txt", "/phat-hanh.atom", "/lich.ics", "/so-lieu/DE_SHARE", "/api/v1/openapi.json", "/so-lieu/DE_SHARE.json"} {
			_, body := s.get(t, path, "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https")
			if !strings.Contains(body, "https://so.example.vn/") && path != "/so-lieu/DE_SHARE.json" {
				t.Errorf("%s does not name the portal", path)
			}
			if strings.Contains(body, "evil.example") || strings.Contains(body, strings.TrimPrefix(s.url, "http://")) || strings.Contains(body, "so.example.vn//") {
				t.Errorf("%s names another host", path)
			}
		}
	})
	t.Run("the metrics are for this machine", func(t *testing.T) {
		s.get(t, "/so-lieu/DE_SHARE.csv")
		if res, body := s.get(t, "/metrics"); res.StatusCode != 200 || !strings.Contains(body, `route="GET /so-lieu/{dataflow}"`) || !strings.Contains(body, `nhipso_release_info{release="2026-Q3"} 1`) {
			t.Errorf("%d %.300s", res.StatusCode, body)
		}
		if res, body := s.get(t, "/metrics", "X-Forwarded-For", "192.0.2.1"); res.StatusCode != 404 || strings.Contains(body, "nhipso_http") {
			t.Errorf("through a proxy: %d", res.StatusCode)
		}
	})
	t.Run("a request has one line and a name, and no secret", func(t *testing.T) {
		s.get(t, "/kich-ban/bimat-cua-toi?x=bimat", "X-Request-Id", "complaint-7")
		log := ""
		for deadline := time.Now().Add(10 * time.Second); !strings.Contains(log, "complaint-7") && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			log = s.log.String() // the line is written after the answer
		}
		if strings.Contains(log, "bimat") || strings.Count(log, "complaint-7") != 1 || !strings.Contains(log, "path=/kich-ban/{id}") {
			t.Errorf("%s", log[max(0, len(log)-600):])
		}
	})
	t.Run("an address of their own for those who watch", func(t *testing.T) {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := free.Addr().String()
		free.Close()
		s, err := start("--data", dir, "--metrics-addr", addr, "--lang", "en")
		if err != nil {
			t.Fatal(err)
		}
		defer s.end()
		for path, want := range map[string]int{"/metrics": 200, "/readyz": 200, "/healthz": 200, "/": 404} {
			if res, err := http.Get("http://" + addr + path); err != nil || res.StatusCode != want {
				t.Errorf("%s: %v %v", path, res, err)
			}
		}
	})
}

func TestHTTPSFromTLS12On(t *testing.T) {
	dir, keys := firstRelease(t), t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(keys, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert, private2 := filepath.Join(keys, "cert.pem"), filepath.Join(keys, "key.pem")
	if o := run(t, "serve", "--addr", "127.0.0.1:0", "--data", dir, "--tls-cert", cert, "--tls-key", cert, "--lang", "en"); o.status != 2 || !strings.Contains(o.err, "cannot be used") {
		t.Errorf("a key that is none: %d %s", o.status, o.err)
	}
	s, err := start("--data", dir, "--tls-cert", cert, "--tls-key", private2)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	roots := x509.NewCertPool()
	own, _ := x509.ParseCertificate(der)
	roots.AddCert(own)
	get := func(newest uint16) (*http.Response, error) {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10, MaxVersion: newest}, ForceAttemptHTTP2: true}}
		return client.Get(strings.Replace(s.url, "http:", "https:", 1) + "/healthz")
	}
	if res, err := get(tls.VersionTLS13); err != nil || res.StatusCode != 200 || res.ProtoMajor != 2 {
		t.Errorf("%v %v", res, err)
	}
	if res, err := get(tls.VersionTLS12); err != nil || res.StatusCode != 200 {
		t.Errorf("%v %v", res, err)
	}
	if _, err := get(tls.VersionTLS11); err == nil {
		t.Error("speaks TLS 1.1")
	}
}
