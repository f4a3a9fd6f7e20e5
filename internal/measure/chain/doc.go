// Package chain measures volume and growth: deflation of value added, chain-linked volumes, contributions to
// growth, and the arithmetic of a share that has to reach a target.
//
// Everything here is a pure function of its arguments. The package may not read files, know the clock, keep state or
// draw at random; arguments are never changed; a NaN or an infinity in an argument is an error that names the cell, and none
// ever comes out. Rates, shares and contributions are fractions (0.08 is eight per cent); an index is 100 in its
// reference period. Prices and quantities may have any unit, the same one throughout a product.
//
// Sources: System of National Accounts 2008, chapter 15; IMF, Quarterly National Accounts Manual, 2017 edition, chapter 8;
// ILO and others, Consumer Price Index Manual, 2020, for the Laspeyres, Paasche and Fisher links.
package chain
