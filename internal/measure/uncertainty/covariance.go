package uncertainty

// Covariance gives that of the shares: −m_i·m_j/(c + 1), and on the diagonal m_i·(1 − m_i)/(c + 1).
func (d Dirichlet) Covariance() [][]float64 {
	out := make([][]float64, len(d.Mean))
	for i, m := range d.Mean {
		out[i] = make([]float64, len(d.Mean))
		for j, n := range d.Mean {
			out[i][j] = -m * n / (d.Concentration + 1)
		}
		out[i][i] = m * (1 - m) / (d.Concentration + 1)
	}
	return out
}

// VarianceParts splits the variance of a result to first order by what it is made of: g_i·Σ_j V_ij·g_j. The parts add to the variance of
// DeltaGradient; with correlation a part may be negative.
func VarianceParts(gradient []float64, covariance [][]float64) []float64 {
	parts := make([]float64, len(gradient))
	for i := range parts {
		for j := range parts {
			parts[i] += gradient[i] * covariance[i][j] * gradient[j]
		}
	}
	return parts
}
