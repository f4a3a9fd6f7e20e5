// Package reference reads files of figures into the cube: the reference data that comes with the program, and files that users
// load. A file is read whole or refused whole, and what is wrong with it is said by row and column. Rules are those of the catalogue,
// held by the intake of the cube; reasons for what they find in the reference data come with that data.
//
// It may not change a figure, fill a gap or compute a statistic that is then stored.
package reference
