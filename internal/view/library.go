package view

import (
	"context"

	"nhipso/internal/publish"
)

// Library gives pages and API what a reader may know: publish.Gate. All that they show comes through the view that it gives.
type Library interface {
	// View gives what an audience may know now, or publish.none. It is called once a request, so that an answer shows one moment.
	View(ctx context.Context, a publish.Audience) (*publish.View, error)
	// Past gives what the public may know of a release that is out, as it showed it, or publish.not-out.
	Past(ctx context.Context, id string) (*publish.View, error)
}
