// Package geo reads the map of a country pack: the outlines of its provinces by set, of the whole country and of islands that lie far from the
// mainland, each of which belongs to a province and is on every map; and the places of the provinces on a grid of equal tiles.
//
// It gives geometry, not drawings: colours, classes and words belong to package chart. Whoever shows the outlines names their source
// (Maps.Credit).
package geo
