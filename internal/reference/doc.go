// Package reference reads files of figures into the cube: the reference data that comes with the program, and files that users
// load. A file is read whole or refused whole, and what is wrong with it is said by row and column. After a load it tests the
// identities that the figures should satisfy and reports where they do not hold, as findings: real data has such gaps.
//
// It may not change a figure, fill a gap or compute a statistic that is then stored.
package reference
