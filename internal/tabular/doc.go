// Package tabular is the one room that reads tables of people: CSV and XLSX as ministries, provinces and statistical offices send them. It
// finds out how a file is written (encoding, separator, sheet, heading, decimal and thousands marks), always from the whole file, and
// refuses what can be read in two ways. What it gives are rows of cells, one after another; what a column means is the caller's business.
//
// Open looks at a whole file once and refuses it or gives a File. File.Rows gives its rows as often as asked, without keeping them;
// File.Table finds the heading, total rows and notes. Numbers are read by a Convention, which a Judge decides from every numeric cell of a
// file.
//
// Tables that come with the program are read by package record below this one: those are ours, and nothing in them is guessed.
//
// Writing is not done here. Package export writes tables of figures with source, status and both languages (CSV guarded against formula
// injection by text.Disarm, XLSX); File reads such files back as they were, which a property test of this room holds.
//
// It may not open files, know a clock, or know what a dataflow is.
package tabular
