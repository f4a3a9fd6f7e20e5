package publish

import (
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
)

// Finding is a check on the data that does not hold: real data has such gaps, and they are shown.
type Finding struct {
	Message  int64         // the message whose load found it; 0 when that load stored nothing
	Rule     string        // identifier of the check
	Severity string        // as the check says
	Text     catalog.Label // what was found, with the figures
	Cells    []cube.Cell   // whose figures it quotes
	Reason   catalog.Label // the newest reason given for letting it pass; empty when there is none
}
