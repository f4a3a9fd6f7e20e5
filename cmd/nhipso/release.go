package main

import (
	"context"
	"flag"
	"fmt"
	"os/user"
	"slices"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// releaseOptions are the flags of release.
type releaseOptions struct {
	id, by, at, messages, dataflow, reason, vi, en, out, key string
	to                                                       int64
	all                                                      bool
}

// releaseActions are the actions of release, each with the flags that it knows. A flag without effect is refused.
var releaseActions = map[string]struct {
	flags string
	run   func(a *app, ctx context.Context, e *env, o releaseOptions) error
}{
	"list":     {"", (*app).listReleases},
	"show":     {"id", (*app).showRelease},
	"plan":     {"id by at vi en", (*app).planRelease},
	"open":     {"id by vi en all", (*app).openRelease},
	"add":      {"id by messages dataflow to all", (*app).addToRelease},
	"drop":     {"id by messages", (*app).dropFromRelease},
	"describe": {"id by vi en", (*app).describeRelease},
	"run":      {"id by", (*app).runInRelease},
	"embargo":  {"id by dataflow at", (*app).embargoRelease},
	"check":    {"id by", (*app).checkRelease},
	"approve":  {"id by at", (*app).approveRelease},
	"postpone": {"id by at reason", (*app).postponeRelease},
	"withdraw": {"id by reason", (*app).withdrawRelease},
	"reopen":   {"id by reason", (*app).reopenRelease},
	"publish":  {"", (*app).recordReleases},
	"prepare":  {"", (*app).prepareRelease},
	"calendar": {"", (*app).releaseCalendar},
	"file":     {"id out", (*app).writeReleaseFile},
}

// releaseOrder is the order in which the help and a refusal name the actions: that in which a release passes through them.
var releaseOrder = []string{"list", "show", "plan", "open", "add", "drop", "describe", "run", "embargo", "check", "approve", "postpone", "withdraw", "reopen", "publish", "prepare", "calendar", "file", "verify"}

// release carries releases from plan to publication.
func release(ctx context.Context, e *env, args []string) error {
	f := e.flags("release")
	p := e.installationFlags(f)
	var o releaseOptions
	f.StringVar(&o.id, "id", "", "release-id")
	f.StringVar(&o.by, "by", userName(), "by")
	f.StringVar(&o.at, "at", "", "at")
	f.StringVar(&o.messages, "messages", "", "messages")
	f.StringVar(&o.dataflow, "dataflow", "", "dataflow")
	f.Int64Var(&o.to, "to", 0, "to")
	f.BoolVar(&o.all, "all", false, "all")
	f.StringVar(&o.reason, "reason", "", "release-reason")
	f.StringVar(&o.vi, "vi", "", "vi")
	f.StringVar(&o.en, "en", "", "en")
	f.StringVar(&o.out, "out", "", "release-out")
	f.StringVar(&o.key, "key", "", "release-key")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 && rest[0] == "verify" { // needs no installation
		return e.verifyReleaseFile(ctx, f, rest[1:], o)
	}
	name := "list"
	if len(rest) > 0 {
		name = rest[0]
	}
	action, known := releaseActions[name]
	if !known || len(rest) > 1 {
		return fault.New("cli.bad-action", "action", strings.Join(rest, " "), "known", strings.Join(releaseOrder, ", "))
	}
	if err := onlyFlags(f, "release "+name, installationNames+action.flags); err != nil {
		return err
	}
	if strings.HasPrefix(action.flags, "id") && o.id == "" && name != "open" {
		return fault.New("cli.missing", "command", "release "+name, "what", "--id")
	}
	if name == "describe" && o.vi == "" && o.en == "" { // the words are then the program's, whoever asks for them
		if err := onlyFlags(f, "release describe", installationNames+"id"); err != nil {
			return err
		}
	}
	reads := slices.Contains([]string{"list", "show", "calendar", "file"}, name)
	a, err := e.openFor(ctx, p, !reads)
	if err != nil {
		return err
	}
	defer a.close()
	return action.run(a, ctx, e, o)
}

// onlyFlags refuses a flag that was given and has no effect on what is done.
func onlyFlags(f *flag.FlagSet, command, known string) error {
	var err error
	f.Visit(func(x *flag.Flag) {
		if err == nil && !slices.Contains(strings.Fields(known), x.Name) {
			err = fault.New("cli.flag-unused", "flag", x.Name, "command", command)
		}
	})
	return err
}

// minuteOf reads a minute of the country; nothing is the zero time.
func (a *app) minuteOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", text, a.catalog.Zone())
	if err != nil {
		return t, fault.New("cli.bad-time", "text", text)
	}
	return t, nil
}

// needMinute is minuteOf where nothing is refused.
func (a *app) needMinute(command, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, fault.New("cli.missing", "command", command, "what", "--at")
	}
	return a.minuteOf(text)
}

func (a *app) planRelease(ctx context.Context, e *env, o releaseOptions) error {
	at, err := a.needMinute("release plan", o.at)
	if err != nil {
		return err
	}
	title := releaseTitle(o.id, a.catalog.Country().Name)
	if o.vi != "" || o.en != "" {
		title = catalog.Label{Vi: o.vi, En: o.en}
	}
	if title.Vi == "" || title.En == "" {
		return fault.New("cli.missing", "command", "release plan", "what", "--vi --en")
	}
	r, err := a.desk().Plan(ctx, o.id, title, o.by, at)
	return e.said(err, "release.planned", "id", r.ID, "at", a.minute(r.Plan.At))
}

// said tells what was done, unless it was not.
func (e *env) said(err error, key string, pairs ...any) error {
	if err == nil {
		fmt.Fprintln(e.out, e.w(key, pairs...))
	}
	return err
}

func (a *app) openRelease(ctx context.Context, e *env, o releaseOptions) error {
	if o.id == "" {
		var err error
		if o.id, err = a.nextReleaseID(ctx); err != nil {
			return err
		}
	}
	r, err := a.desk().Open(ctx, o.id, releaseTitle(o.id, a.catalog.Country().Name), catalog.Label{Vi: o.vi, En: o.en}, o.by)
	if err == nil && o.all {
		r, err = a.desk().Add(ctx, o.id, publish.Selection{All: true}, o.by)
	}
	return e.said(err, "release.opened", "id", r.ID, "messages", r.Content(), "n", r.Content().Len())
}

func (a *app) addToRelease(ctx context.Context, e *env, o releaseOptions) error {
	if o.to != 0 && o.dataflow == "" {
		return fault.New("cli.no-effect", "flag", "--to", "with", "--dataflow")
	}
	s := publish.Selection{To: o.to, All: o.all}
	var err error
	if s.Messages, err = cube.ParseMessages(o.messages); err != nil {
		return err
	}
	for _, flow := range strings.FieldsFunc(o.dataflow, func(r rune) bool { return r == ',' }) {
		f, err := a.catalog.Dataflow(strings.TrimSpace(flow))
		if err != nil {
			return err
		}
		s.Dataflows = append(s.Dataflows, f.ID)
	}
	if s.All && (o.messages != "" || o.dataflow != "" || o.to != 0) {
		return fault.New("cli.flag-unused", "flag", "all", "command", "release add --messages | --dataflow")
	}
	r, err := a.desk().Add(ctx, o.id, s, o.by)
	return e.said(err, "release.content", "id", r.ID, "messages", r.Content(), "n", r.Content().Len())
}

func (a *app) dropFromRelease(ctx context.Context, e *env, o releaseOptions) error {
	m, err := cube.ParseMessages(o.messages)
	if err != nil {
		return err
	}
	r, err := a.desk().Drop(ctx, o.id, m, o.by)
	return e.said(err, "release.content", "id", r.ID, "messages", r.Content(), "n", r.Content().Len())
}

func (a *app) runInRelease(ctx context.Context, e *env, o releaseOptions) error {
	r, runs, err := a.desk().Run(ctx, o.id, o.by, a.runWithin)
	return e.said(err, "release.ran", "id", r.ID, "runs", len(runs), "messages", r.Content(), "n", r.Content().Len())
}

// runWithin runs the stale recipes within some messages.
func (a *app) runWithin(ctx context.Context, only cube.Messages) ([]pipeline.Run, error) {
	runner := a.runner(nil)
	runner.Only = only
	return runner.RunStale(ctx, a.recipes, false)
}

func (a *app) embargoRelease(ctx context.Context, e *env, o releaseOptions) error {
	at, err := a.needMinute("release embargo", o.at)
	if err != nil {
		return err
	}
	flow, err := a.catalog.Dataflow(o.dataflow)
	if err != nil {
		return err
	}
	r, err := a.desk().Embargo(ctx, o.id, flow.ID, at, o.by)
	for _, x := range r.Embargoes {
		if err == nil {
			fmt.Fprintln(e.out, e.w("release.embargo", "dataflow", x.Dataflow, "at", a.minute(x.Until)))
		}
	}
	return err
}

func (a *app) checkRelease(ctx context.Context, e *env, o releaseOptions) error {
	r, err := a.desk().Check(ctx, o.id, o.by)
	return e.said(err, "release.checked", "id", r.ID, "n", r.Content().Len())
}

func (a *app) approveRelease(ctx context.Context, e *env, o releaseOptions) error {
	at, err := a.minuteOf(o.at)
	if err != nil {
		return err
	}
	r, err := a.desk().Approve(ctx, o.id, o.by, at)
	return e.said(err, "release.approved", "id", r.ID, "at", a.minute(r.PublishAt), "by", r.ApprovedBy)
}

func (a *app) postponeRelease(ctx context.Context, e *env, o releaseOptions) error {
	at, err := a.needMinute("release postpone", o.at)
	if err != nil {
		return err
	}
	r, err := a.desk().Postpone(ctx, o.id, o.by, o.reason, at)
	return e.said(err, "release.postponed", "id", r.ID, "at", a.minute(r.PublishAt))
}

func (a *app) withdrawRelease(ctx context.Context, e *env, o releaseOptions) error {
	r, err := a.desk().Withdraw(ctx, o.id, o.by, o.reason)
	return e.said(err, "release.withdrawn", "id", r.ID)
}

func (a *app) reopenRelease(ctx context.Context, e *env, o releaseOptions) error {
	r, err := a.desk().Reopen(ctx, o.id, o.by, o.reason)
	return e.said(err, "release.reopened", "id", r.ID)
}

func (a *app) recordReleases(ctx context.Context, e *env, _ releaseOptions) error {
	done, err := a.desk().PublishDue(ctx)
	for _, r := range done {
		fmt.Fprintln(e.out, e.w("release.published", "id", r.ID))
	}
	if err == nil && len(done) == 0 {
		fmt.Fprintln(e.out, e.w("release.nothing-due"))
	}
	return err
}

// publishFirst opens, checks and publishes the first release of a new installation. It takes up what an earlier start left unfinished, and
// what another server has done meanwhile counts as done.
func (a *app) publishFirst(ctx context.Context, e *env) error {
	id, err := a.nextReleaseID(ctx)
	if err != nil {
		return err
	}
	if half, found, err := a.unfinishedFirst(ctx); err != nil {
		return err
	} else if found {
		id = half.ID
	}
	notes := catalog.Label{Vi: book.Say("vi", "release.first-notes"), En: book.Say("en", "release.first-notes")}
	desk := a.desk()
	steps := []func() (publish.Release, error){
		func() (publish.Release, error) {
			return desk.Open(ctx, id, releaseTitle(id, a.catalog.Country().Name), notes, publish.Program)
		},
		func() (publish.Release, error) {
			return desk.Add(ctx, id, publish.Selection{All: true}, publish.Program)
		},
		func() (publish.Release, error) { return desk.Check(ctx, id, publish.Program) },
		func() (publish.Release, error) { return desk.ApproveFirst(ctx, id, publish.Program) },
	}
	for _, step := range steps {
		if _, err = step(); err != nil && !slices.Contains([]string{"publish.exists", "publish.nothing-added"}, fault.CodeOf(err)) {
			break
		}
	}
	if _, out := desk.Current(ctx); out != nil {
		return err
	}
	if _, err := desk.PublishDue(ctx); err != nil {
		return err
	}
	fmt.Fprintln(e.err, e.w("release.published", "id", id))
	return nil
}

// unfinishedFirst finds the release that the program opened for a new installation and did not get to approve; found is also false when
// anything else was ever released.
func (a *app) unfinishedFirst(ctx context.Context) (first publish.Release, found bool, err error) {
	all, err := a.store.Releases(ctx)
	if err != nil || len(all) != 1 || all[0].CreatedBy != publish.Program || all[0].State != publish.Draft && all[0].State != publish.Checked {
		return first, false, err
	}
	return all[0], true, nil
}

// nextReleaseID names a release after the newest quarter that has an estimate, with .1, .2 … when that name is taken.
func (a *app) nextReleaseID(ctx context.Context) (string, error) {
	all, err := cube.Read(ctx, a.store, cube.Query{Dataflow: "DE_QUARTERLY"})
	if err != nil {
		return "", err
	}
	var newest stat.Period
	for _, v := range all {
		if v.Value != nil && v.Period.Compare(newest) > 0 {
			newest = v.Period
		}
	}
	if newest.IsZero() {
		today := a.now().In(a.catalog.Zone())
		newest = stat.Quarter(today.Year(), (int(today.Month())-1)/3+1)
	}
	releases, err := a.store.Releases(ctx)
	if err != nil {
		return "", err
	}
	for id, n := newest.String(), 1; ; n++ {
		taken := slices.ContainsFunc(releases, func(r publish.Release) bool { return r.ID == id && r.State != publish.Planned })
		if !taken {
			return id, nil
		}
		id = fmt.Sprintf("%s.%d", newest, n)
	}
}

func releaseTitle(id string, country catalog.Label) catalog.Label {
	period, correction, corrected := strings.Cut(id, ".")
	title := func(lang string) string {
		name := id
		if p, err := stat.ParsePeriod(period); err == nil {
			name = text.FormatPeriodInline(lang, p)
		}
		if corrected {
			return book.Say(lang, "release.title-correction", "country", country.In(lang), "period", name, "n", correction)
		}
		return book.Say(lang, "release.title", "country", country.In(lang), "period", name)
	}
	return catalog.Label{Vi: title("vi"), En: title("en")}
}

func (a *app) minute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(a.catalog.Zone()).Format("2006-01-02 15:04")
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}
