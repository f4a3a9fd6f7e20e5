package view

import "nhipso/internal/monitor"

// Symbol is the sign of a class of targets, which stands before its name wherever it shows: shapes tell classes apart on paper and to whoever sees
// no colours. What is over has corners; drawings have the outline of the same sign.
func Symbol(class string) string {
	switch monitor.Class(class) {
	case monitor.Achieved:
		return "●"
	case monitor.Met:
		return "◆"
	case monitor.Likely:
		return "◐"
	case monitor.Concentrate:
		return "▲"
	case monitor.Missed:
		return "■"
	case monitor.NoData:
		return "–"
	case monitor.NoFigureDue:
		return "□"
	}
	return "○"
}
