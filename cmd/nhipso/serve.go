package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
)

// How often a server looks what is new in any case. It is told of what is stored, and knows the next minute: this is for what goes wrong on the way.
const lookout = 5 * time.Second

// serve opens the portal and the API; on a new data folder it first loads, computes and publishes.
func serve(ctx context.Context, e *env, args []string) error {
	f := e.flags("serve")
	var s config.Settings
	e.bind(f, true, func(x config.Settings) { s = x })
	file := f.String("release", "", "release-file")
	demo := f.Bool("demo", false, "demo")
	preview := f.Bool("preview", false, "release-preview")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fault.New("cli.bad-flag", "command", "serve", "reason", rest[0])
	}
	if *file != "" {
		if err := onlyFlags(f, "serve --release", "release preview config "+serverNames(append(channelNames, "jobs", "attachment-size", "oidc-issuer", "oidc-client", "oidc-secret", "oidc-name")...)); err != nil {
			return err
		}
	} else if *preview {
		return fault.New("cli.no-effect", "flag", "--preview", "with", "--release")
	}
	// Ports are taken before anything is prepared, so that a busy one is known at once and nothing is done for nothing.
	listeners, err := takePorts(s)
	if err != nil {
		return err
	}
	defer listeners.close()
	out := *e
	e = &out // what is said by the way goes into the log
	log := e.logger(s)
	if *file != "" {
		return e.mirror(ctx, log, listeners, s, *file, *preview)
	}
	p := installationOf(s)
	if *demo {
		p = demoOf(p, s)
	}
	a, err := e.open(ctx, &p)
	if err != nil {
		return err
	}
	defer a.close()
	a.attachment = int64(s.Count("attachment-size")) << 20
	if err := a.same(); err != nil {
		return err
	}
	a.log, a.secure = log, listeners.tls != nil || strings.HasPrefix(s.Text("base-url"), "https://")
	if a.reach, err = a.reachOf(s); err != nil {
		return err
	}
	if err := a.signsIn(s); err != nil {
		return err
	}
	if err := a.prepare(ctx, e); err != nil {
		return err
	}
	if err := a.enroll(ctx); err != nil {
		return err
	}
	if err := a.play(ctx); err != nil {
		return err
	}
	front, err := newFront(a)
	if err != nil {
		return err
	}
	defer front.close()
	if _, err := front.now.Load().gate.Refresh(ctx); err != nil {
		return err
	}
	works := s.Text("jobs") != "off" && !a.store.ReadOnly()
	front.work(ctx, true, works)
	if !works {
		return front.serveOn(ctx, e, listeners, s, func(context.Context) error { return nil })
	}
	working, stop := context.WithCancel(ctx)
	at, err := front.openStation(working, s.Duration("stop-timeout"))
	if err != nil {
		stop()
		return err
	}
	defer at.wait()
	defer stop()
	return front.serveOn(ctx, e, listeners, s, at.plan)
}

// ports are the listeners of a server. The main one speaks TLS where it is told how.
type ports struct {
	main, watch net.Listener
	tls         *tls.Config
}

func takePorts(s config.Settings) (p ports, err error) {
	if p.main, err = listen(s.Text("addr")); err != nil {
		return p, err
	}
	if addr := s.Text("metrics-addr"); addr != "" {
		if p.watch, err = listen(addr); err != nil {
			p.close()
			return p, err
		}
	}
	if p.tls, err = secure(s); err != nil {
		p.close()
	}
	return p, err
}

func (p ports) close() {
	p.main.Close()
	if p.watch != nil {
		p.watch.Close()
	}
}

// loopback reports whether an address is reached from this machine only.
func loopback(a net.Addr) bool {
	t, ok := a.(*net.TCPAddr)
	return ok && t.IP.IsLoopback()
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
	if err := a.firstFigures(ctx, e); err != nil {
		return err
	}
	if err := a.enroll(ctx); err != nil {
		return err
	}
	if err := a.runStale(ctx, e, a.recipes); err != nil {
		return err
	}
	return a.publishFirst(ctx, e)
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
