package portal

import (
	"html/template"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
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
	Query          string       // the words sought
	Filter         shell.Filter // of the topic
	Found          string       // how many dataflows are listed, when fewer than all are
	Decision1354   *shell.Figure
}

type topic struct {
	ID, Name string
	Aside    bool // it is not about the country, and stands folded
	Flows    []flowEntry
}

type flowEntry struct {
	ID, Name, Description, URL  string
	Kind                        string // reported or derived
	Cells, Versions, Span, Last string
	Empty                       bool
	Spark                       template.HTML // the course of its first series of the nation
	Sparked                     string        // the name of that series
}

func (v *visit) data() (shell.Page, error) {
	p := &dataPage{Frame: v.NewFrame("data", v.Say("data.title"))}
	p.Description = v.Say("data.description")
	table := shell.NewTable("dataflows", both("data.list"), export.Column{ID: "id", Name: both("data.code"), Kind: export.Code},
		shell.Text("name", both("data.name")), shell.Text("topic", both("data.topic")), shell.Text("kind", both("data.kind")),
		shell.Numbers("figures", both("data.figures"), catalog.Label{}, 0), shell.Numbers("versions", both("data.versions"), catalog.Label{}, 0),
		shell.Periods("from", both("data.from")), shell.Periods("to", both("data.to")), shell.Days("last", both("data.last")))
	p.Query = v.Query.Get("q")
	chosen, words := v.Query.Get("chu-de"), strings.Fields(text.Fold(p.Query))
	if err := v.topics(p, chosen); err != nil {
		return nil, err
	}
	byTopic := map[string]int{}
	total, found := 0, 0
	for _, f := range v.Snap.Catalog.Dataflows() {
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
			if e.Last = v.Say("data.last-unknown"); last != (stat.Vintage{}) {
				e.Last = v.Say("data.last-published", "published", v.Published(last))
			}
			e.Spark, e.Sparked = v.headline(f)
		}
		p.Flows++
		if (chosen == "" || chosen == f.Topic) && bears(f, words) {
			i, ok := byTopic[f.Topic]
			if !ok {
				i = len(p.Topics)
				byTopic[f.Topic] = i
				p.Topics = append(p.Topics, topic{ID: f.Topic, Name: nameOf(v.Snap, "CL_TOPIC", f.Topic).In(v.Lang), Aside: f.Topic == "DEMO" && chosen == "" && len(words) == 0})
			}
			p.Topics[i].Flows = append(p.Topics[i].Flows, e)
			found++
		}
		table.Add(shell.Same(f.ID).To(e.URL), shell.Label(f.Name), shell.Label(nameOf(v.Snap, "CL_TOPIC", f.Topic)), shell.Label(both("data.kind-"+string(f.Kind))),
			shell.Number(stat.Int(int64(extent.Cells))), shell.Number(stat.Int(int64(extent.Versions))), shell.When(from), shell.When(to), shell.Day(last))
	}
	p.Figured, p.FiguredText = total, v.count(total)
	if found < p.Flows {
		p.Found = v.Say("data.found", "n", found, "of", p.Flows)
	}
	p.Show(&shell.Figure{ID: "danh-muc", Title: table.Title, Table: table})
	p.Decision1354 = v.decision1354(&p.Frame)
	return p, nil
}

// topics lists the topics to choose from.
func (v *visit) topics(p *dataPage, chosen string) error {
	p.Filter = shell.Filter{ID: "chu-de", Name: v.Say("data.topic"), Options: []shell.Option{{Name: v.Say("data.all"), Selected: chosen == ""}}}
	list, err := v.Snap.Catalog.Codelist("CL_TOPIC")
	if err != nil {
		return err
	}
	if _, ok := list.Code(chosen); chosen != "" && !ok {
		return fault.New("web.no-code", "code", chosen, "dimension", "chu-de")
	}
	for _, c := range list.Codes {
		p.Filter.Options = append(p.Filter.Options, shell.Option{Value: c.ID, Name: c.Name.In(v.Lang), Selected: c.ID == chosen})
	}
	return nil
}

// bears reports whether what is said of a dataflow has all the words of a search, without regard to case and diacritics.
func bears(f *catalog.Dataflow, words []string) bool {
	said := text.Fold(strings.Join([]string{f.ID, f.Name.Vi, f.Name.En, f.Description.Vi, f.Description.En}, " "))
	for _, w := range words {
		if !strings.Contains(said, w) {
			return false
		}
	}
	return true
}

// headline draws the course of the series that stands for a dataflow: of those of the nation the one with the most figures, the first among equals.
func (v *visit) headline(f *catalog.Dataflow) (template.HTML, string) {
	if f.Position("REF_AREA") < 0 {
		return "", ""
	}
	var best publish.Series
	for _, s := range v.Snap.Some(f.ID, v.Snap.Choose(f.ID, string(f.KeyOf(map[string]string{"REF_AREA": v.nation()}))).Keys(0, sparkAmong)) {
		if len(s.Obs) > len(best.Obs) {
			best = s
		}
	}
	if len(best.Obs) == 0 {
		return "", ""
	}
	return template.HTML(v.spark(best.Obs)), namesOf(v.Snap).Title(f, best.Key).In(v.Lang)
}

// sparkAmong bounds the series among which a dataflow looks for the one that stands for it.
const sparkAmong = 12

// count writes a whole number.
func (v *visit) count(n int) string { return text.FormatNumber(v.Lang, stat.Int(int64(n)), 0) }
