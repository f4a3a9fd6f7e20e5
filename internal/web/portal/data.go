package portal

import (
	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// dataPage lists every dataflow by topic.
type dataPage struct {
	shell.Frame
	Flows, Figured int // dataflows, and figures in all of them
	FiguredText    string
	Topics         []topic
	Decision1354   *shell.Figure
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

func (v *visit) data() (shell.Page, error) {
	p := &dataPage{Frame: v.NewFrame("data", v.Say("data.title"))}
	p.Description = v.Say("data.description")
	table := shell.NewTable("dataflows", both("data.list"), export.Column{ID: "id", Name: both("data.code"), Kind: export.Code},
		shell.Text("name", both("data.name")), shell.Text("topic", both("data.topic")), shell.Text("kind", both("data.kind")),
		shell.Numbers("figures", both("data.figures"), catalog.Label{}, 0), shell.Numbers("versions", both("data.versions"), catalog.Label{}, 0),
		shell.Text("from", both("data.from")), shell.Text("to", both("data.to")), shell.Text("last", both("data.last")))
	byTopic := map[string]int{}
	total := 0
	for _, f := range v.Snap.Catalog.Dataflows() {
		i, ok := byTopic[f.Topic]
		if !ok {
			i = len(p.Topics)
			byTopic[f.Topic] = i
			p.Topics = append(p.Topics, topic{ID: f.Topic, Name: nameOf(v.Snap, "CL_TOPIC", f.Topic).In(v.Lang)})
		}
		extent := v.Snap.Extent(f.ID)
		from, to := extent.First, extent.Last
		e := flowEntry{ID: f.ID, Name: f.Name.In(v.Lang), Description: f.Description.In(v.Lang), URL: v.Link("/so-lieu/" + f.ID), Kind: string(f.Kind), Empty: extent.Cells == 0}
		total += extent.Cells
		var last stat.Vintage
		if days := extent.Stated; len(days) > 0 {
			last = days[len(days)-1]
		}
		e.Cells, e.Versions = v.count(extent.Cells), v.count(extent.Versions)
		if !e.Empty {
			if e.Span = text.FormatPeriodInline(v.Lang, from); from != to {
				e.Span = v.Say("data.span", "from", e.Span, "to", text.FormatPeriodInline(v.Lang, to))
			}
			e.Last = v.Published(last)
		}
		p.Topics[i].Flows = append(p.Topics[i].Flows, e)
		p.Flows++
		table.Add(shell.Same(f.ID).To(e.URL), shell.Label(f.Name), shell.Label(nameOf(v.Snap, "CL_TOPIC", f.Topic)), shell.Label(both("data.kind-"+string(f.Kind))),
			shell.Number(stat.Int(int64(extent.Cells))), shell.Number(stat.Int(int64(extent.Versions))), shell.Same(from.String()), shell.Same(to.String()), shell.Same(last.String()))
	}
	p.Figured, p.FiguredText = total, v.count(total)
	p.Show(&shell.Figure{ID: "danh-muc", Title: table.Title, Table: table})
	p.Decision1354 = v.decision1354(&p.Frame)
	return p, nil
}

// count writes a whole number.
func (v *visit) count(n int) string { return text.FormatNumber(v.Lang, stat.Int(int64(n)), 0) }
