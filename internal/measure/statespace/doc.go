// Package statespace filters, smooths, forecasts and nowcasts with linear Gaussian state-space models:
//
//	y(t) = Z α(t) + d + ε(t), ε ~ N(0, H);   α(t+1) = T α(t) + c + R η(t), η ~ N(0, Q)
//
// with matrices that do not change over time, any observation missing, and non-stationary states started by the exact diffuse
// prior. It holds the local level and the local linear trend with their maximum likelihood, the bridge equation
// with a ragged edge, and the decomposition of a nowcast revision into news.
//
// It may not read files, know the clock, keep state or draw at random. Arguments are not changed. A missing observation is declared, never
// a NaN: a NaN in an argument is an error. Variances are in the squared unit of the data.
//
// Sources: Durbin and Koopman, Time Series Analysis by State Space Methods, 2nd edition, 2012 (chapters 4–7); Koopman and Durbin
// (2000, 2003), Journal of Time Series Analysis 21(3) and 24(1), for one observation at a time and the diffuse start; Bańbura and Modugno
// (2014), Journal of Applied Econometrics 29(1), for news; Baffigi, Golinelli and Parigi (2004), IJF 20(3), for bridges.
package statespace
