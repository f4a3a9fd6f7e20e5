// Package govern holds what people do about the digital economy, as far as it is not a figure: the ten action programmes and their
// deadlines, ministries and their mergers, the calendar of reports, thresholds for platforms; and the accounting of tasks.
//
// Everything in it is dated and names its source. It may not read the cube, know the clock or reach the network.
package govern
