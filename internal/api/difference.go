package api

import (
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/difference"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/view"
)

func (s *service) registerComparison(a huma.API) {
	if !difference.Told(s.catalog) {
		return
	}
	get(s, a, "definitions", "/definitions", "structure", (*visit).definitions)
	get(s, a, "comparison", "/comparison", "data", (*visit).comparison)
}

// Definition is one way to count the digital economy, in words, with the newest figure by it.
type Definition struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Counts  string          `json:"counts,omitempty"`
	Leaves  string          `json:"leaves,omitempty"`
	Method  string          `json:"method,omitempty"`
	Often   string          `json:"often,omitempty"`
	Sources []Source        `json:"sources"`
	Newest  *ComparedFigure `json:"newest,omitempty"`
}

// ComparedFigure is a figure in an answer about several.
type ComparedFigure struct {
	Cell     string        `json:"cell"`
	Value    *stat.Decimal `json:"value" nullable:"true"`
	Period   stat.Period   `json:"period"`
	Vintage  stat.Date     `json:"vintage"`
	Status   stat.Status   `json:"status,omitempty"`
	Evidence stat.Mark     `json:"evidence,omitempty"`
	Source   string        `json:"source,omitempty"`
}

// Definitions lists the definitions.
type Definitions struct {
	Stamp
	Definitions []Definition `json:"definitions"`
}

func comparedOf(o cube.Version) ComparedFigure {
	return ComparedFigure{Cell: o.Cell().String(), Value: o.Value, Period: o.Period, Vintage: o.Vintage.Date, Status: o.Status, Evidence: o.Mark(), Source: o.Attributes[stat.AttrSource]}
}

func (v *visit) sourcesOf(list []catalog.Document) []Source {
	out := []Source{}
	for _, d := range list {
		out = append(out, v.source(d.ID))
	}
	return out
}

// shares are what is compared.
func (v *visit) shares() (difference.Shares, error) {
	s, ok := difference.Of(v.snap.Catalog, v.snap)
	if !ok {
		return s, fault.New("api.no-path", "path", "comparison")
	}
	return s, nil
}

func (v *visit) definitions(*Common) (*Definitions, error) {
	shares, err := v.shares()
	if err != nil {
		return nil, err
	}
	out := &Definitions{Stamp: v.stamp(), Definitions: []Definition{}}
	for _, e := range shares.Entries() {
		d := e.Definition
		x := Definition{ID: d.ID, Name: d.Name.In(v.lang), Counts: d.Counts.In(v.lang), Leaves: d.Leaves.In(v.lang), Method: d.Method.In(v.lang), Often: d.Often.In(v.lang), Sources: v.sourcesOf(d.Documents)}
		if e.Newest != nil {
			newest := comparedOf(*e.Newest)
			x.Newest = &newest
		}
		out.Definitions = append(out.Definitions, x)
	}
	return out, nil
}

// comparisonInput asks for the bridge between two definitions. What is left out is chosen: the country, the newest year that both have, the
// statistics office, the first other definition.
type comparisonInput struct {
	Common
	Area string `query:"area" maxLength:"60"`
	Year string `query:"year" pattern:"^[0-9]{4}$"`
	From string `query:"definition" maxLength:"60"`
	To   string `query:"against" maxLength:"60"`
}

// Comparison leads from the figure of one definition to that of another.
type Comparison struct {
	Stamp
	Answer    string       `json:"answer"`
	Area      Named        `json:"area"`
	Year      int          `json:"year"`
	Unit      string       `json:"unit"`
	From      End          `json:"from"`
	To        End          `json:"to"`
	Gap       stat.Decimal `json:"gap"`
	Steps     []BridgeStep `json:"steps"`
	Remainder stat.Decimal `json:"remainder"`
	Clues     []string     `json:"clues,omitempty"`
	Others    []OtherYear  `json:"others"`
	Sources   []Source     `json:"sources"`
}

// End is one end of a comparison.
type End struct {
	Definition Named `json:"definition"`
	ComparedFigure
}

// BridgeStep is one difference between two definitions; the steps add up to the gap.
type BridgeStep struct {
	Kind     difference.Kind  `json:"kind" enum:"revised-from,part,rounding,revised-to,unexplained"`
	Name     string           `json:"name"`
	Amount   stat.Decimal     `json:"amount"`
	After    stat.Decimal     `json:"after"`
	Sum      string           `json:"sum,omitempty"`
	Evidence stat.Mark        `json:"evidence,omitempty"`
	Figures  []ComparedFigure `json:"figures"`
	Reasons  []StepReason     `json:"reasons"`
}

// StepReason is why two definitions differ, with the documents that say so.
type StepReason struct {
	Name    string   `json:"name"`
	Text    string   `json:"text"`
	Sources []Source `json:"sources"`
}

// OtherYear is a year of the same area in which several definitions have a figure.
type OtherYear struct {
	Year        int      `json:"year"`
	Definitions []string `json:"definitions"`
}

func (v *visit) comparison(in *comparisonInput) (*Comparison, error) {
	shares, err := v.shares()
	if err != nil {
		return nil, err
	}
	asked := difference.Asked{Area: in.Area, From: in.From, To: in.To}
	asked.Year, _ = strconv.Atoi(in.Year) // four digits, or nothing
	for name, x := range map[string][2]string{"area": {"CL_AREA", in.Area}, "definition": {"CL_DEFINITION", in.From}, "against": {"CL_DEFINITION", in.To}} {
		l, err := v.snap.Catalog.Codelist(x[0])
		if err != nil {
			return nil, err
		}
		if _, known := l.Code(x[1]); x[1] != "" && !known {
			return nil, query(name, fault.New("api.no-code", "code", short(x[1]), "dimension", name, "codelist", l.ID))
		}
	}
	b, err := shares.Bridge(asked)
	if err != nil {
		return nil, err
	}
	names := view.Names{Catalog: v.snap.Catalog}
	say := difference.Speaker{Names: names, Lang: v.lang}
	out := &Comparison{Stamp: v.stamp(), Answer: say.Answer(b), Area: Named{b.Area, names.FullName("CL_AREA", b.Area).In(v.lang)}, Year: b.Year, Unit: names.Unit(b.Flow, b.From.Figure).In(v.lang),
		From: v.end(b.From), To: v.end(b.To), Gap: b.Gap, Steps: []BridgeStep{}, Remainder: b.Remainder, Others: []OtherYear{}}
	figures := []cube.Version{b.From.Figure, b.To.Figure}
	for _, x := range b.Steps {
		step := BridgeStep{Kind: x.Kind, Name: say.Step(b, x), Amount: x.Amount, After: x.After, Sum: say.Sum(b, x), Evidence: x.Mark, Figures: []ComparedFigure{}, Reasons: []StepReason{}}
		for _, o := range []*difference.Operand{x.From, x.To} {
			if o == nil {
				continue
			}
			for _, r := range o.Rests {
				step.Figures, figures = append(step.Figures, comparedOf(r)), append(figures, r)
			}
		}
		for _, c := range x.Causes {
			step.Reasons = append(step.Reasons, StepReason{c.Name.In(v.lang), c.Text.In(v.lang), v.sourcesOf(c.Documents)})
		}
		out.Steps = append(out.Steps, step)
	}
	for _, c := range b.Clues {
		out.Clues = append(out.Clues, say.Clue(b, c))
	}
	for _, y := range shares.Years(b.Area) {
		out.Others = append(out.Others, OtherYear{y.Year, y.Definitions})
	}
	out.Sources = v.sources(figures)
	return out, nil
}

func (v *visit) end(s difference.Side) End {
	return End{Named{s.Definition.ID, s.Definition.Name.In(v.lang)}, comparedOf(s.Figure)}
}
