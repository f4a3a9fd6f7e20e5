package shell

import (
	"context"

	"nhipso/internal/publish"
)

// Library gives the portal what a reader may know: publish.Gate. All that pages show comes through the view that it gives.
type Library interface {
	// View gives what an audience may know now, or publish.none. It is called once a request, so that a page shows one moment.
	View(ctx context.Context, a publish.Audience) (*publish.View, error)
}

// Finding is a check on the data that does not hold, as the API shows it too.
type Finding = publish.Finding
