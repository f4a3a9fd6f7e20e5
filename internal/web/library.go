package web

import (
	"context"

	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
)

// Library is all that the portal reads.
type Library interface {
	// Current gives the snapshot of the newest published release, or publish.none. It is called once a request and must be
	// quick: the snapshot is held in memory.
	Current() (*publish.Snapshot, error)
	// Explain gives the tree from a figure down to the documents, or cube.no-cell.
	Explain(ctx context.Context, cell cube.Cell, at cube.AsOf) (pipeline.Node, error)
	// Runs lists the runs of all recipes, oldest first.
	Runs(ctx context.Context) ([]pipeline.Run, error)
	// Releases lists the releases, oldest first; the portal shows the published ones only.
	Releases(ctx context.Context) ([]publish.Release, error)
	// Findings lists what the checks of the reference data found not to hold.
	Findings(ctx context.Context) ([]Finding, error)
	// Recipes lists the declared recipes, for the titles of their runs.
	Recipes() []pipeline.Recipe
	// Overrides lists what persons set beside the computed standing of targets, oldest first. An empty class takes an earlier
	// one back.
	Overrides(ctx context.Context) ([]monitor.Override, error)
}

// Finding is a check on the data that does not hold, as the API shows it too.
type Finding = publish.Finding
