package view

import (
	"context"

	"nhipso/internal/publish"
)

// Library gives pages and API what a reader may know: publish.Gate. All that they show comes through the view that it gives.
type Library interface {
	// View gives what an audience may know now, or publish.none. It is called once a request, so that an answer shows one moment.
	View(ctx context.Context, a publish.Audience) (*publish.View, error)
}
