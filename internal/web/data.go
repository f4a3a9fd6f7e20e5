package web

import (
	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// dataPage lists every dataflow by topic.
type dataPage struct {
	Frame
	Flows, Figured int // dataflows, and figures in all of them
	FiguredText    string
	Topics         []topic
	Decision1354   *Figure
}

type topic struct {
	ID, Name string
	Flows    []flowEntry
}

type flowEntry struct {
	ID, Name, Description, URL  string
	Kind                        string // reported or derived
	Cells, Versions, Span, Last string
	Empty                       bool
}

func (v *visit) data() (page, error) {
	p := &dataPage{Frame: v.newFrame("data", v.say("data.title"))}
	p.Description = v.say("data.description")
	table := newTable("dataflows", both("data.list"), export.Column{ID: "id", Name: both("data.code"), Kind: export.Code},
		col("name", both("data.name")), col("topic", both("data.topic")), col("kind", both("data.kind")),
		numbers("figures", both("data.figures"), catalog.Label{}, 0), numbers("versions", both("data.versions"), catalog.Label{}, 0),
		col("from", both("data.from")), col("to", both("data.to")), col("last", both("data.last")))
	byTopic := map[string]int{}
	total := 0
	for _, f := range v.snap.Catalog.Dataflows() {
		i, ok := byTopic[f.Topic]
		if !ok {
			i = len(p.Topics)
			byTopic[f.Topic] = i
			p.Topics = append(p.Topics, topic{ID: f.Topic, Name: nameOf(v.snap, "CL_TOPIC", f.Topic).In(v.lang)})
		}
		list := v.snap.Read(f.ID, "")
		_, versions := v.snap.Count(f.ID)
		e := flowEntry{ID: f.ID, Name: f.Name.In(v.lang), Description: f.Description.In(v.lang), URL: v.link("/so-lieu/" + f.ID), Kind: string(f.Kind), Empty: len(list) == 0}
		total += len(list)
		var from, to stat.Period
		for _, o := range list {
			if from.IsZero() || o.Period.From().Before(from.From()) {
				from = o.Period
			}
			if to.IsZero() || o.Period.To().After(to.To()) {
				to = o.Period
			}
		}
		var last stat.Vintage
		if days := v.vintages(f.ID); len(days) > 0 {
			last = days[len(days)-1]
		}
		e.Cells, e.Versions = v.count(len(list)), v.count(versions)
		if !e.Empty {
			if e.Span = text.FormatPeriodInline(v.lang, from); from != to {
				e.Span = v.say("data.span", "from", e.Span, "to", text.FormatPeriodInline(v.lang, to))
			}
			e.Last = v.vintage(last)
		}
		p.Topics[i].Flows = append(p.Topics[i].Flows, e)
		p.Flows++
		table.add(same(f.ID).to(e.URL), label(f.Name), label(nameOf(v.snap, "CL_TOPIC", f.Topic)), label(both("data.kind-"+string(f.Kind))),
			number(stat.Int(int64(len(list)))), number(stat.Int(int64(versions))), same(from.String()), same(to.String()), same(last.String()))
	}
	p.Figured, p.FiguredText = total, v.count(total)
	p.show(&Figure{ID: "danh-muc", Title: table.Title, Table: table})
	p.Decision1354 = v.decision1354(&p.Frame)
	return p, nil
}

// count writes a whole number.
func (v *visit) count(n int) string { return text.FormatNumber(v.lang, stat.Int(int64(n)), 0) }
