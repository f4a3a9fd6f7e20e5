// Package stat holds the values that every other room speaks in: periods of time, decimals, series keys,
// observations with their status and attributes, and vintages. Names follow SDMX where SDMX has one.
//
// It may import nothing of ours but fault, may do no input or output, and may not know any country,
// classification or database.
package stat
