package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/ops"
	"nhipso/internal/publish"
)

// served is what a server is made of besides what it shows: its settings, and what tells whoever watches it.
type served struct {
	config.Settings
	health  *ops.Health
	metrics *ops.Metrics
	limits  *middleware.Shared // with the servers beside this one; nil where they cannot talk
}

// serving makes what watches a server.
func (f *front) serving(s config.Settings) *served {
	a := f.now.Load().app
	x := &served{Settings: s, metrics: ops.NewMetrics(version, a.now), health: &ops.Health{
		Release: func(ctx context.Context) string {
			if view, err := f.view(ctx, publish.Everybody()); err == nil {
				return view.Release.ID
			}
			return ""
		},
		Checks: []ops.Check{{Name: "release", Run: func(ctx context.Context) error { _, err := f.view(ctx, publish.Everybody()); return err }}},
	}}
	if a.store != nil { // a mirror has none
		x.health.Checks = append([]ops.Check{{Name: "database", Run: a.store.Ping}, {Name: "head-note", Run: a.store.CheckNote}}, x.health.Checks...)
		if a.store.Talks() {
			x.limits = &middleware.Shared{Server: rand.Text(), Tell: a.store.Tell, Now: a.now}
		}
	}
	x.metrics.Facts(f.facts)
	return x
}

// proxies are the addresses whose word about a request is taken.
func (s *served) proxies() []netip.Prefix { return s.Networks("trusted-proxies") }

// rate is the limit a client, infinite when there is none.
func (s *served) rate() float64 {
	if n := s.Number("rate-limit"); n > 0 {
		return n
	}
	return math.Inf(1)
}

// near shows the metrics to this machine and to trusted addresses; to anybody else the address does not exist.
func (s *served) near(missing http.Handler) http.Handler {
	all := s.metrics.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if middleware.Near(r, s.proxies()) {
			all.ServeHTTP(w, r)
			return
		}
		missing.ServeHTTP(w, r)
	})
}

// watchers answers on the address that is for machines only.
func (s *served) watchers() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health.Live)
	mux.HandleFunc("GET /readyz", s.health.Ready)
	mux.Handle("GET /metrics", s.metrics.Handler())
	return mux
}

// server makes an HTTP server of a handler.
func (s *served) server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: s.Duration("read-timeout"), WriteTimeout: s.Duration("write-timeout"),
		IdleTimeout: s.Duration("idle-timeout"), ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
}

// secure gives how to speak TLS, where there is a certificate, else nil.
func secure(s config.Settings) (*tls.Config, error) {
	if s.Text("tls-cert") == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(s.Text("tls-cert"), s.Text("tls-key"))
	if err != nil {
		return nil, fault.New("cli.certificate", "cert", s.Text("tls-cert"), "key", s.Text("tls-key"), "reason", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// listen takes a port.
func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.New("cli.port-busy", "addr", addr)
	case err != nil:
		return nil, fault.New("cli.cannot-listen", "addr", addr, "reason", reason(err))
	}
	return l, nil
}

// logger makes the log of a server, and makes what the program says by the way part of it where a machine reads the log.
func (e *env) logger(s config.Settings) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.Text("log-level"))); err != nil {
		panic(err) // settings are checked when they are read
	}
	o := &slog.HandlerOptions{Level: level}
	if s.Text("log-format") == "json" {
		log := slog.New(middleware.Logger(slog.NewJSONHandler(e.err, o)))
		e.err = &logged{log: log}
		return log
	}
	return slog.New(middleware.Logger(slog.NewTextHandler(e.err, o)))
}

// logged writes each line that it is given into a log.
type logged struct {
	log  *slog.Logger
	rest string
}

func (l *logged) Write(p []byte) (int, error) {
	l.rest += string(p)
	for {
		line, rest, whole := strings.Cut(l.rest, "\n")
		if !whole {
			return len(p), nil
		}
		l.log.Info(line)
		l.rest = rest
	}
}

var _ io.Writer = (*logged)(nil)
