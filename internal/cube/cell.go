package cube

import (
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// ParseCell reads DATAFLOW/KEY/PERIOD, as Cell.String writes it. The period may hold a slash of its own (2024-12-15/P1Y). Whether there is such a
// dataflow, and whether the key fits it, the catalogue knows.
func ParseCell(s string) (Cell, error) {
	parts := strings.SplitN(s, "/", 3)
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return Cell{}, fault.New("cube.bad-cell", "text", s)
	}
	p, err := stat.ParsePeriod(parts[2])
	if err != nil {
		return Cell{}, fault.New("cube.bad-cell", "text", s).Because(err)
	}
	return Cell{Dataflow: parts[0], Key: stat.Key(parts[1]), Period: p}, nil
}
