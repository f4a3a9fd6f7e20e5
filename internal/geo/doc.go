// Package geo holds the map of the provinces of Viet Nam: the outlines of the 63 provinces until 30 June 2025, of the 34 since,
// and of the archipelagos Hoàng Sa and Trường Sa, which belong to Đà Nẵng and to
// Khánh Hòa and are on every map; and the places of the provinces on a grid of equal tiles.
//
// It gives geometry, not drawings: colours, classes and words belong to package chart. Areas are named VN63-24 and VN34-24.
// The outlines are those of @svg-maps/vietnam 2.0.0 (CC BY 4.0, see vietnam.LICENSE.md), simplified and dissolved
// by devtools/outlines before the program is built; whoever shows them names the source.
package geo
