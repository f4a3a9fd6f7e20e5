package main

import (
	"context"

	"nhipso/internal/cube"
	"nhipso/internal/jobs"
	"nhipso/internal/notice"
	"nhipso/internal/ops"
	"nhipso/internal/publish"
)

// facts are what the installation tells whoever watches it: the release being served, when recipes last ran, what waits for people.
func (f *front) facts(ctx context.Context) ([]ops.Fact, error) {
	a := f.now.Load()
	var out []ops.Fact
	add := func(name, help string, value float64, labels ...string) {
		x := ops.Fact{Name: "nhipso_" + name, Help: help, Value: value, Labels: map[string]string{}}
		for i := 0; i+1 < len(labels); i += 2 {
			x.Labels[labels[i]] = labels[i+1]
		}
		out = append(out, x)
	}
	waiting := func(queue string, n int64) {
		add("queue_length", "What waits: messages in no release that is out, findings without an answer, approved releases before their minute.", float64(n), "queue", queue)
	}
	shown := int64(0) // messages of the release being served
	if view, err := f.view(ctx, publish.Everybody()); err == nil {
		add("release_info", "The release being served; always 1.", 1, "release", view.Release.ID)
		add("release_published_seconds", "When the release being served came out, in seconds since 1970.", float64(view.Release.PublishAt.Unix()))
		shown = view.Release.Content().Len()
	}
	if a.store == nil { // a mirror has nothing that waits
		return out, nil
	}
	last, err := a.store.LastMessage(ctx)
	if err != nil {
		return out, err
	}
	waiting("messages", last-shown)
	findings, err := a.store.UnansweredFindings(ctx, nil)
	if err != nil {
		return out, err
	}
	waiting("findings", int64(len(findings)))
	releases, err := a.store.Releases(ctx)
	if err != nil {
		return out, err
	}
	approved := int64(0)
	for _, r := range releases {
		if r.StateAt(a.now()) == publish.Embargoed {
			approved++
		}
	}
	waiting("releases", approved)
	for _, r := range a.recipes {
		run, ran, err := a.store.LatestRun(ctx, r.ID, cube.AsOf{})
		if err != nil {
			return out, err
		}
		if ran {
			add("last_run_seconds", "When a recipe last ran, in seconds since 1970.", float64(run.FinishedAt.Unix()), "recipe", r.ID)
		}
	}
	if a.queue != nil {
		counts, err := a.queue.Counts(ctx)
		if err != nil {
			return out, err
		}
		for _, s := range jobs.States() {
			add("jobs", "Jobs of the queue in each state; ended ones are kept for a day, failed ones for a week.", float64(counts[s]), "state", string(s))
		}
	}
	letters, err := a.store.Notices().Counts(ctx, a.now())
	if err != nil {
		return out, err
	}
	add("letters", "Letters that wait, and that could not be delivered.", float64(letters.Waiting), "state", string(notice.Waiting))
	add("letters", "Letters that wait, and that could not be delivered.", float64(letters.Dead), "state", string(notice.Dead))
	_, noted, _ := a.store.HeadNote()
	add("audit_noted_entries", "Entries of the audit log that the note outside the database stands for.", float64(noted))
	return out, nil
}
