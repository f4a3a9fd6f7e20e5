package main

import (
	"context"
	"time"

	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
)

// previewed is the file of a release that is not out, shown as it will be. Only whoever sits at this machine sees it, and every page says so.
type previewed struct {
	*releasefile.File
	at time.Time // when the preview began, for a release that has no minute yet
}

// Releases implements publish.Source: the release of the file counts as out.
func (p previewed) Releases(ctx context.Context) ([]publish.Release, error) {
	list, err := p.File.Releases(ctx)
	for i := range list {
		if r := &list[i]; r.ID == p.Release {
			if r.PublishAt.IsZero() || r.PublishAt.After(p.at) {
				r.PublishAt = p.at
			}
			r.State = publish.Published
		}
	}
	return list, err
}
