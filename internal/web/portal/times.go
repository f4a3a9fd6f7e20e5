package portal

import (
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/web/shell"
)

// days gives the days on which something of a page was published, so that a reader of it goes through time by what changes there; nil where a page
// shows everything or nothing of it.
func (v *visit) days(route string) func(*publish.View) []stat.Date {
	national := string(v.national("A", ""))
	switch route {
	case "/{$}":
		return shell.AllDays(shell.DaysOf(national, shareFlow), shell.DaysOf(string(v.national("A", "TOTAL")), "DE_LEVEL"), shell.DaysOf(v.targetsOfShare(), targetFlow), shell.DaysOf("", quarterFlow))
	case "/tinh/{area}":
		return v.daysOfArea(v.R.PathValue("area"))
	case "/muc-tieu":
		return shell.DaysOf("", targetFlow, statusFlow, "IND", shareFlow)
	case "/muc-tieu/{target}":
		return v.daysOfTarget(v.R.PathValue("target"))
	case "/nhiem-vu":
		return shell.DaysOf("", "TASKS", "TASK_RATES", "TEAMS")
	case "/vi-sao":
		return v.daysOfCell()
	case "/so-lieu/{dataflow}", "/so-lieu/{dataflow}" + tablePath:
		return shell.DaysOf("", v.R.PathValue("dataflow"))
	case "/so-lieu/{dataflow}/{key}":
		return shell.DaysOf(v.R.PathValue("key"), v.R.PathValue("dataflow"))
	}
	return nil
}

// daysOfCell are those of the figure that a page explains.
func (v *visit) daysOfCell() func(*publish.View) []stat.Date {
	return func(known *publish.View) (out []stat.Date) {
		c, err := cube.ParseCell(v.Query.Get("o"))
		if err != nil {
			return nil
		}
		for _, o := range known.CellHistory(c) {
			out = append(out, o.Vintage.Date)
		}
		return shell.AllDays(func(*publish.View) []stat.Date { return out })(known)
	}
}

// daysOfArea are those of all figures of an area, of whatever dataflow has it.
func (v *visit) daysOfArea(area string) func(*publish.View) []stat.Date {
	return func(known *publish.View) []stat.Date {
		var parts []func(*publish.View) []stat.Date
		for _, f := range known.Catalog.Dataflows() {
			if f.Position("REF_AREA") >= 0 {
				parts = append(parts, shell.DaysOf(string(f.KeyOf(map[string]string{"REF_AREA": area})), f.ID))
			}
		}
		return shell.AllDays(parts...)(known)
	}
}

// daysOfTarget are those of a target, of what it is held against, and of the judgements.
func (v *visit) daysOfTarget(target string) func(*publish.View) []stat.Date {
	return func(known *publish.View) []stat.Date {
		var parts []func(*publish.View) []stat.Date
		for _, flow := range []string{targetFlow, statusFlow} {
			if f, err := known.Catalog.Dataflow(flow); err == nil {
				parts = append(parts, shell.DaysOf(string(f.KeyOf(map[string]string{"TARGET": target})), flow))
			}
		}
		if m, ok := v.measure(aim{target: target, area: v.nation()}); ok {
			parts = append(parts, func(known *publish.View) (out []stat.Date) {
				for _, o := range m.Readings(known.History(m.Flow.ID, "")) {
					out = append(out, o.Vintage.Date)
				}
				return out
			})
		}
		return shell.AllDays(parts...)(known)
	}
}

// day is the day viewed, or today.
func (v *visit) day() stat.Date {
	if v.AsOf.IsZero() {
		return v.Snap.Catalog.Day(v.Site.Now())
	}
	return v.AsOf
}

// lasting says what on a page is of today whatever day is viewed; "" where everything follows the day.
func (v *visit) lasting(route string) string {
	switch route {
	case "/phuong-phap", "/phuong-phap/{slug}", "/gioi-thieu", twoPath:
		return v.Say("times.lasting-methods")
	case "/nhiem-vu":
		return v.Say("times.lasting-tasks")
	case "/tinh/{area}":
		return v.Say("times.lasting-area")
	case "/tai-lieu":
		return v.Say("times.lasting-documents")
	case calendarPath:
		return v.Say("times.lasting-calendar")
	}
	return ""
}
