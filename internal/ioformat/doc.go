// Package ioformat reads input-output and supply-use tables from the layouts in which offices publish them: OECD IOT and
// ICIO, Eurostat (long and SDMX-CSV), BEA make and use, the GSO workbook, and the two plain layouts of this project, a wide
// matrix and row,column,value.
//
// A reader takes bytes and gives a table of package inputoutput with what was found on the way. A damaged file is refused
// whole, with the place and the reason. A printed total that disagrees with its cells is no damage: it is a finding with its
// size. A cell that is blank or marked missing is never a zero unless the caller says so, and then the result says how many.
//
// The package computes nothing but the sums that it compares. It may not open files, know the clock or keep state.
//
// # The plain layouts
//
// Wide: the first row and the first column hold codes, every other cell a number. An industry is a code that is both; what
// the other rows and columns mean is said by Roles. Long: three columns, row,column,value, one cell a line. How
// files are written (separator, encoding, sheet, decimal mark) is found out by package tabular. Missing cells are empty or hold a mark of
// publishers, such as NA, "..", ":" or "-".
package ioformat
