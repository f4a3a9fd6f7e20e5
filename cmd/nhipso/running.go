package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/publish"
)

// running is a server at work.
type running struct {
	e       *env
	how     *served
	log     *slog.Logger
	servers []*http.Server
	failed  chan error
}

// serveOn answers on the listeners until the context ends, and shows a new release at its minute. plan is called whenever something may have
// changed, to have jobs done.
func (f *front) serveOn(ctx context.Context, e *env, l ports, s config.Settings, plan func(context.Context) error) error {
	how := f.serving(s)
	if err := f.open(how); err != nil {
		return err
	}
	a := f.now.Load().app
	r := &running{e: e, how: how, log: a.log, failed: make(chan error, 2)}
	r.start(l.main, l.tls, middleware.Chain(f.marked(), how.metrics.Requests(f.route), how.health.Closing))
	if l.watch != nil {
		r.start(l.watch, nil, how.watchers())
		fmt.Fprintln(e.err, e.w("serve.watching", "addr", l.watch.Addr()))
	}
	scheme, addr := "http", l.main.Addr()
	if l.tls != nil {
		scheme = "https"
	}
	fmt.Fprintln(e.err, e.w("serve.listening", "scheme", scheme, "addr", addr))
	// Who is told to stop while it starts has nobody to invite; and readers are served whether or not somebody can come in to work.
	if err := a.invite(ctx, e, first(strings.TrimSuffix(s.Text("base-url"), "/"), scheme+"://"+addr.String())); err != nil && ctx.Err() == nil {
		a.log.Error("no link for a first administrator", "error", err)
	}
	if s.Text("base-url") == "" && !loopback(addr) {
		a.log.Warn("base-url is not set: addresses in feeds and files are those by which each reader asks")
	}
	ahead := func() { middleware.Go(a.log, "warm", func() { f.now.Load().site.Warm(ctx, addr.String()) }) }
	ahead()

	following, stop := context.WithCancel(ctx)
	followed := make(chan struct{})
	middleware.Go(a.log, "follow", func() {
		defer close(followed)
		planning, showing, renewing := troubles{log: a.log, what: "jobs"}, troubles{log: a.log, what: "refresh"}, troubles{log: a.log, what: "catalogue"}
		a.follow(following, f.now.Load().gate.Source, func(ctx context.Context) {
			// A failed look leaves what is shown as it is: readers go on, and the next look may succeed.
			renewed, err := f.renew(ctx)
			renewing.tell(ctx, err)
			planning.tell(ctx, plan(ctx))
			fresh, err := f.now.Load().gate.Refresh(ctx)
			showing.tell(ctx, err)
			if fresh {
				if view, err := f.view(ctx, publish.Everybody()); err == nil {
					a.log.Info("release shown", "release", view.Release.ID, "minute", view.Release.PublishAt)
				}
			}
			if fresh || renewed {
				ahead()
			}
		})
	})
	defer func() { stop(); <-followed }()
	if limits := how.limits; limits != nil {
		deaf := troubles{log: a.log, what: "limits"}
		middleware.Go(a.log, "limits", func() { limits.Run(following, func(err error) { deaf.tell(following, err) }) })
		middleware.Go(a.log, "hear", func() { a.store.Hear(following, limits.Heard) })
	}
	select {
	case err := <-r.failed:
		return err
	case <-ctx.Done():
		r.stop(context.WithoutCancel(ctx))
		return nil
	}
}

// start serves on a listener, over TLS where it is told how.
func (r *running) start(l net.Listener, secured *tls.Config, h http.Handler) {
	server := r.how.server(h, r.log)
	server.TLSConfig = secured
	serve := server.Serve
	if secured != nil {
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	r.servers = append(r.servers, server)
	middleware.Go(r.log, "serve", func() {
		if err := serve(l); err != http.ErrServerClosed {
			r.failed <- fault.New("cli.cannot-listen", "addr", l.Addr(), "reason", reason(err))
		}
	})
}

// stop lets no reader see an end: whoever watches is told first that readers are to be sent elsewhere, and given time to do so; then nothing
// new is taken and what was begun is finished.
func (r *running) stop(ctx context.Context) {
	fmt.Fprintln(r.e.err, r.e.w("serve.stopping"))
	if r.how.health.Drain() {
		time.Sleep(r.how.Duration("drain"))
	}
	bounded, cancel := context.WithTimeout(ctx, r.how.Duration("stop-timeout"))
	defer cancel()
	for _, server := range r.servers {
		if err := server.Shutdown(bounded); err != nil {
			server.Close()
		}
	}
	fmt.Fprintln(r.e.err, r.e.w("serve.stopped"))
}
