package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/publish"
)

// How long a stop waits for requests in progress, and how often the server looks for a release whose minute has come.
const (
	graceful = 10 * time.Second
	lookout  = 2 * time.Second
)

// serve opens the portal and the API; on a new data folder it first loads, computes and publishes.
func serve(ctx context.Context, e *env, args []string) error {
	f := e.flags("serve")
	p := e.placeFlags(f)
	addr := f.String("addr", first(e.getenv("NHIPSO_ADDR"), "localhost:8080"), "addr")
	file := f.String("release", "", "release-file")
	if _, err := e.parse(f, args); err != nil {
		return err
	}
	if *file != "" {
		if err := onlyFlags(f, "serve --release", "addr release"); err != nil {
			return err
		}
	}
	// The port is taken before anything is prepared, so that a busy one is known at once and nothing is done for nothing.
	listener, err := net.Listen("tcp", *addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fault.New("cli.port-busy", "addr", *addr)
	}
	if err != nil {
		return fault.New("cli.cannot-listen", "addr", *addr, "reason", reason(err))
	}
	defer listener.Close()
	if *file != "" {
		return e.mirror(ctx, listener, *file)
	}
	a, err := e.open(ctx, p)
	if err != nil {
		return err
	}
	defer a.close()
	log := slog.New(slog.NewTextHandler(e.err, nil))
	a.log = log
	if err := a.prepare(ctx, e); err != nil {
		return err
	}
	kept := &files{app: a}
	defer kept.close()
	gate := a.gate()
	gate.Files = kept.source
	gate.Warn = func(err error) { log.Warn("no file of the release", "error", fault.In(err, "en")) }
	out := &lookoutFor{app: a, gate: gate, warn: func(err error) { log.Warn("not recorded", "error", fault.In(err, "en")) }}
	if _, err := out.refresh(ctx); err != nil {
		return err
	}
	w := &worker{app: a}
	defer w.wait()
	return a.serveOn(ctx, e, listener, out.gate, func(ctx context.Context) (bool, error) {
		fresh, err := out.refresh(ctx)
		w.look(ctx)
		return fresh, err
	})
}

// serveOn answers on a listener until the context ends. look is called every few seconds, and at the next minute at which something comes out;
// it says whether the public sees another release than before.
func (a *app) serveOn(ctx context.Context, e *env, listener net.Listener, gate *publish.Gate, look func(context.Context) (bool, error)) error {
	addr := listener.Addr().String()
	handler, warm, err := a.handler(gate, a.log)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn)}
	failed := make(chan error, 1)
	middleware.Go(a.log, "serve", func() { failed <- server.Serve(listener) })
	fmt.Fprintln(e.err, e.w("serve.listening", "addr", addr))
	ahead := func() { middleware.Go(a.log, "warm", func() { warm(ctx, addr) }) }
	ahead()

	timer := time.NewTimer(nextLook(ctx, gate.Source, a.now()))
	defer timer.Stop()
	told := ""
	for {
		select {
		case err := <-failed:
			return fault.New("cli.cannot-listen", "addr", addr, "reason", reason(err))
		case <-timer.C:
			// A failed look leaves the snapshot in memory as it is: readers go on, and the next look may succeed.
			fresh, err := look(ctx)
			if err != nil && ctx.Err() == nil {
				if trouble := fault.In(err, "en"); trouble != told { // once, not at every look
					told = trouble
					a.log.Warn("refresh", "error", trouble)
				}
			}
			if fresh {
				if view, err := gate.View(ctx, publish.Everybody()); err == nil {
					a.log.Info("release shown", "release", view.Release.ID, "minute", view.Release.PublishAt)
				}
				ahead()
			}
			timer.Reset(nextLook(ctx, gate.Source, a.now()))
		case <-ctx.Done():
			fmt.Fprintln(e.err, e.w("serve.stopping"))
			bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
			defer cancel()
			if err := server.Shutdown(bounded); err != nil {
				server.Close()
			}
			fmt.Fprintln(e.err, e.w("serve.stopped"))
			return nil
		}
	}
}

// prepare brings an installation to where it can serve: reference data loaded, recipes run, a first release published. On an
// installation that has a release it does nothing: what is new waits for an editor. Of several servers that start on an empty database one
// prepares it and the others wait.
func (a *app) prepare(ctx context.Context, e *env) error {
	if ready, err := a.ready(ctx); err != nil || ready {
		return err
	}
	return a.store.Alone(ctx, "first-start", func() error { return a.prepareFirst(ctx, e) })
}

// ready reports whether an installation has a release and nothing of its first start is left to do.
func (a *app) ready(ctx context.Context) (bool, error) {
	releases, err := a.store.Releases(ctx)
	if err != nil || len(releases) == 0 {
		return false, err
	}
	_, half, err := a.unfinishedFirst(ctx)
	return !half, err
}

func (a *app) prepareFirst(ctx context.Context, e *env) error {
	releases, err := a.store.Releases(ctx)
	if err != nil {
		return err
	}
	_, half, err := a.unfinishedFirst(ctx)
	if err != nil || len(releases) > 0 && !half {
		return err
	}
	if before, err := a.store.Released(ctx); err != nil {
		return err
	} else if before && !half {
		return fault.New("cli.not-new")
	}
	fmt.Fprintln(e.err, e.w("serve.setup"))
	if err := a.loadReference(ctx, e); err != nil {
		return err
	}
	if err := a.runStale(ctx, e, a.recipes, false); err != nil {
		return err
	}
	return a.publishFirst(ctx, e)
}

// lookoutFor looks for a release whose minute has come.
type lookoutFor struct {
	*app
	gate *publish.Gate
	warn func(error) // told, once, why what is out could not be recorded
	told string      // code of what was told last
}

// refresh records what has been published and takes up the newest release. What is out follows the clock: a database that cannot be
// written, or a clock in doubt, keeps nothing from its minute, and nothing from being served.
func (l *lookoutFor) refresh(ctx context.Context) (fresh bool, err error) {
	_, err = l.desk().PublishDue(ctx)
	if code := fault.CodeOf(err); code != l.told {
		if l.told = code; err != nil {
			l.warn(err)
		}
	}
	return l.gate.Refresh(ctx)
}

// nextLook gives how long to wait before looking again: never longer than lookout, and no longer than to the next minute at which a release
// comes out, so that it is taken up and logged at its second.
func nextLook(ctx context.Context, source publish.Source, now time.Time) time.Duration {
	releases, err := source.Releases(ctx)
	if err != nil {
		return lookout
	}
	if next, some := publish.NextMinute(releases, now); some && next.Sub(now) < lookout {
		return next.Sub(now)
	}
	return lookout
}
