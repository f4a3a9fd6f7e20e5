package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/publish"
)

// running is a server at work.
type running struct {
	*env
	*app
	*served
	log     *slog.Logger
	lookout *lookoutFor
	warm    func()
	servers []*http.Server
	failed  chan error
}

// start serves on a listener.
func (r *running) start(l net.Listener, h http.Handler) {
	server := r.server(h, r.log)
	r.servers = append(r.servers, server)
	middleware.Go(r.log, "serve", func() {
		if err := server.Serve(l); err != http.ErrServerClosed {
			r.failed <- fault.New("cli.cannot-listen", "addr", l.Addr(), "reason", reason(err))
		}
	})
}

// until looks for releases whose minute has come, and for publications to prepare, until the context ends; then it stops.
func (r *running) until(ctx context.Context) error {
	w := &worker{app: r.app}
	defer w.wait()
	look := time.NewTimer(r.nextLook(ctx))
	defer look.Stop()
	told := ""
	for {
		select {
		case err := <-r.failed:
			return err
		case <-look.C:
			// A failed look leaves the snapshot in memory as it is: readers go on, and the next look may succeed.
			fresh, err := r.lookout.refresh(ctx)
			if err != nil && ctx.Err() == nil {
				if trouble := fault.In(err, "en"); trouble != told { // once, not at every look
					told = trouble
					r.log.Warn("refresh", "error", trouble)
				}
			}
			if fresh {
				if view, err := r.lookout.gate.View(ctx, publish.Everybody()); err == nil {
					r.log.Info("release shown", "release", view.Release.ID, "minute", view.Release.PublishAt)
				}
				r.warm()
			}
			w.look(ctx)
			look.Reset(r.nextLook(ctx))
		case <-ctx.Done():
			r.stop(context.WithoutCancel(ctx))
			return nil
		}
	}
}

// stop lets no reader see an end: whoever watches is told first that readers are to be sent elsewhere, and given time to do so; then nothing
// new is taken and what was begun is finished.
func (r *running) stop(ctx context.Context) {
	fmt.Fprintln(r.err, r.w("serve.stopping"))
	if r.health.Drain() {
		time.Sleep(r.Duration("drain"))
	}
	bounded, cancel := context.WithTimeout(ctx, r.Duration("stop-timeout"))
	defer cancel()
	for _, server := range r.servers {
		if err := server.Shutdown(bounded); err != nil {
			server.Close()
		}
	}
	fmt.Fprintln(r.err, r.w("serve.stopped"))
}
