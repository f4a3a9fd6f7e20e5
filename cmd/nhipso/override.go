package main

import (
	"context"
	"fmt"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
)

// withdraw is the word that takes an earlier judgement back.
const withdraw = "WITHDRAW"

// override sets a person's judgement of a target beside the computed one; it needs a class, a reason and a name.
func override(ctx context.Context, e *env, args []string) error {
	f := e.flags("override")
	p := e.installationFlags(f)
	class := f.String("class", "", "class")
	why := f.String("reason", "", "reason")
	by := f.String("by", "", "by")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fault.New("cli.missing", "command", "override", "what", "TARGET@YEAR")
	}
	if *class == "" {
		return fault.New("cli.missing", "command", "override", "what", "--class")
	}
	if *class == withdraw {
		*class = ""
	}
	o := monitor.Override{Target: rest[0], Class: monitor.Class(*class), Reason: *why, By: *by, At: e.now().UTC()}
	if err := o.Check(); err != nil {
		return err
	}
	a, err := e.openFor(ctx, p, true)
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.knowsTarget(ctx, o.Target); err != nil {
		return err
	}
	if err := a.store.AppendOverride(ctx, o); err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("override.done", "target", o.Target, "class", *class))
	return nil
}

// knowsTarget refuses a target that the cube does not hold.
func (a *app) knowsTarget(ctx context.Context, target string) error {
	code, year, _ := strings.Cut(target, "@")
	all, err := cube.Read(ctx, a.store, cube.Query{Dataflow: "TARGET"})
	if err != nil {
		return err
	}
	for _, v := range all {
		if codes := v.Key.Codes(); codes[len(codes)-1] == code && v.Period.String() == year {
			return nil
		}
	}
	return fault.New("cli.no-target", "target", target)
}
