// Package uncertainty says how far a figure can be trusted: Monte-Carlo through a whole recipe, the delta method, revision
// statistics from the vintages, and the back-test of intervals for coverage.
//
// It may not read files, know the clock or keep state, and it draws nothing without a seed: every random number is a
// function of (recipe, seed, draw, name), so that a run has the same bits on any number of threads and a longer run begins with the
// shorter one. A NaN or an infinity in an argument is an error; none ever comes out. Standard deviations are in the unit
// of the figure; probabilities are fractions.
//
// Sources: JCGM 101:2008, Propagation of distributions using a Monte Carlo method; McKenzie and Gamba (2008), OECD, Interpreting the
// results of revision analyses; Mankiw and Shapiro (1986), Survey of Current Business 66(5), for news and noise; Newey and West
// (1987, 1994) for the variance of a mean under autocorrelation; Kupiec (1995), Journal of Derivatives 3(2), for coverage.
package uncertainty
