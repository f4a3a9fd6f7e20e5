package main

import (
	"context"
	"fmt"
	"strings"

	"nhipso/internal/config"
	"nhipso/internal/fault"
)

// workerNames are the flags that a worker takes.
var workerNames = installationNames + "log-format log-level metrics-addr stop-timeout base-url " + strings.Join(channelNames, " ")

// workJobs does jobs and shows nothing.
func workJobs(ctx context.Context, e *env, args []string) error {
	f := e.flags("worker")
	var s config.Settings
	e.bind(f, true, func(x config.Settings) { s = x })
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fault.New("cli.bad-flag", "command", "worker", "reason", rest[0])
	}
	if err := onlyFlags(f, "worker", workerNames); err != nil {
		return err
	}
	out := *e
	e = &out
	log := e.logger(s)
	p := installationOf(s)
	a, err := e.openFor(ctx, &p, true)
	if err != nil {
		return err
	}
	defer a.close()
	a.log = log
	if a.reach, err = a.reachOf(s); err != nil {
		return err
	}
	front, err := newFront(a)
	if err != nil {
		return err
	}
	defer front.close()
	working, stop := context.WithCancel(ctx)
	at, err := front.openStation(working, s.Duration("stop-timeout"))
	if err != nil {
		stop()
		return err
	}
	defer at.wait()
	defer stop()
	front.work(ctx, false, true)
	r := &running{e: e, how: front.serving(s), log: log, failed: make(chan error, 1)}
	if addr := s.Text("metrics-addr"); addr != "" {
		l, err := listen(addr)
		if err != nil {
			return err
		}
		r.start(l, nil, r.how.watchers())
		fmt.Fprintln(e.err, e.w("serve.watching", "addr", l.Addr()))
	}
	fmt.Fprintln(e.err, e.w("worker.working", "database", a.store.Database()))
	planning, renewing := troubles{log: log, what: "jobs"}, troubles{log: log, what: "catalogue"}
	a.follow(ctx, front.now.Load().gate.Source, func(ctx context.Context) {
		_, err := front.renew(ctx)
		renewing.tell(ctx, err)
		planning.tell(ctx, at.plan(ctx))
	})
	r.stop(context.WithoutCancel(ctx))
	return nil
}
