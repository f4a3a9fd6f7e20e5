package monitor

import (
	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// Side says on which side of its target a figure lies. The plain difference does not: target minus actual is positive for a share that falls
// short and negative for a rank that does.
type Side string

// Sides.
const (
	Short    Side = "short"    // the target is not reached
	Exceeded Side = "exceeded" // it is passed, in the direction in which the indicator is better
	Equal    Side = "equal"    // the figure is the number of the target
)

// SideOf gives the side of a figure. The direction is +1 when higher is better and −1 when lower is.
func SideOf(target, actual stat.Decimal, direction int) Side {
	switch order := actual.Cmp(target); {
	case order == 0:
		return Equal
	case (order > 0) == (direction >= 0):
		return Exceeded
	}
	return Short
}

// DirectionOf is +1 when a target is reached from below and −1 when from above, as its indicator says; an unknown indicator is better the
// higher it is.
func DirectionOf(c *catalog.Catalog, target catalog.Code) int {
	if i, ok := c.Indicator(target.Notes["indicator"]); ok {
		return i.Direction
	}
	return 1
}
