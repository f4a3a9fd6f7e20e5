package view

import "nhipso/internal/monitor"

// Symbol is the sign of a class of targets, which stands before its name wherever it shows: shapes tell classes apart on paper and to whoever sees
// no colours. What is over has the sign of what it came to: the words beside it say that it is over.
func Symbol(class string) string {
	switch monitor.Class(class) {
	case monitor.Achieved, monitor.Met:
		return "●"
	case monitor.Likely:
		return "◐"
	case monitor.Concentrate, monitor.Missed:
		return "▲"
	case monitor.NoData, monitor.NoFigureDue:
		return "–"
	}
	return "○"
}
