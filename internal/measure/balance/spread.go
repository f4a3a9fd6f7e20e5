package balance

// Spread is how a source says how sure a figure is.
type Spread string

// The ways of saying it.
const (
	AsVariance Spread = "variance"
	AsCV       Spread = "cv" // standard error as a fraction of the figure
	AsSE       Spread = "se" // standard error, in the unit of the figure
)

// Variance gives the variance of a figure from what its source says.
func (s Spread) Variance(figure, given float64) float64 {
	switch s {
	case AsCV:
		return (given * figure) * (given * figure)
	case AsSE:
		return given * given
	}
	return given
}

// Sum gives what the cells of a constraint add to.
func (c Constraint) Sum(cells []float64) float64 {
	sum := 0.0
	for _, t := range c.Terms {
		sum += t.Coefficient * cells[t.Cell]
	}
	return sum
}
