// Package seasonal takes the season out of a series: STL, the X-11 core, the airline model with regressors that prepares a series
// for them, and the tests of whether there is a season at all.
//
// It may not read files, know the clock, keep state or draw at random. Arguments are not changed. The calendar (Tết and other
// moving holidays) comes in as data, as regressors. A NaN in an argument is an error; a missing value is declared. The unadjusted
// series is always to be published beside the adjusted one.
//
// Sources: Cleveland, Cleveland, McRae and Terpenning (1990), Journal of Official Statistics 6(1), for STL; Shiskin, Young and
// Musgrave (1967), Bureau of the Census Technical Paper 15, and Ladiray and Quenneville (2001), Seasonal Adjustment with the X-11 Method,
// for X-11; Box and Jenkins (1970) and Findley and others (1998), JBES 16(2), for the airline model in regARIMA.
package seasonal
