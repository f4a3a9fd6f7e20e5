package main

import (
	"context"
	"fmt"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
)

// finding lists what loads noticed and let pass, or answers one of them with a reason.
func finding(ctx context.Context, e *env, args []string) error {
	f := e.flags("finding")
	p := e.installationFlags(f)
	id := f.Int64("id", 0, "finding-id")
	why := f.String("reason", "", "answer")
	by := f.String("by", userName(), "by")
	open := f.Bool("open", false, "open-findings")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	action := "list"
	if len(rest) > 0 {
		action = rest[0]
	}
	if len(rest) > 1 || action != "list" && action != "answer" {
		return fault.New("cli.bad-finding-action", "action", rest[len(rest)-1])
	}
	if err := onlyFlags(f, "finding "+action, installationNames+map[string]string{"list": "open", "answer": "id reason by"}[action]); err != nil {
		return err
	}
	if action == "answer" && *id == 0 {
		return fault.New("cli.missing", "command", "finding answer", "what", "--id")
	}
	a, err := e.open(ctx, p)
	if err != nil {
		return err
	}
	defer a.close()
	if action == "answer" {
		if err := a.store.AnswerFinding(ctx, *id, *by, *why); err != nil {
			return err
		}
		fmt.Fprintln(e.out, e.w("finding.answered", "n", *id, "by", *by))
		return nil
	}
	return a.listFindings(ctx, e, *open)
}

// listFindings prints findings with their answers; open leaves out those that ask nothing or are answered.
func (a *app) listFindings(ctx context.Context, e *env, open bool) error {
	all, err := a.store.Findings(ctx)
	if err != nil {
		return err
	}
	shown, unanswered := 0, 0
	for _, f := range all {
		asks := f.Severity == string(catalog.Soft) && len(f.Answers) == 0
		if asks {
			unanswered++
		}
		if open && !asks {
			continue
		}
		shown++
		fmt.Fprintln(e.out, a.findingLine(e, f))
		fmt.Fprintln(e.out, "    "+e.w("finding.of", "message", f.Message, "rule", f.Rule))
		for _, x := range f.Answers {
			fmt.Fprintln(e.out, "    "+e.w("finding.reason", "by", x.By, "at", x.At.In(a.catalog.Zone()).Format("2006-01-02 15:04"), "reason", x.Reason))
		}
	}
	fmt.Fprintln(e.out, e.w("finding.total", "n", shown, "open", unanswered))
	return nil
}

// severity names the severity of a finding.
func (e *env) severity(s string) string {
	if book.Has("severity." + s) {
		return e.w("severity." + s)
	}
	return s // as findings were kept before rules were declared
}
