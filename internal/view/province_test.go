package view

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nhipso/data"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

// provincesOf reads the provinces of the reference installation, or of figures made up for a test, as everybody may.
func provincesOf(t testing.TB, figures []cube.Version) (*Provinces, *territory.Registry) {
	t.Helper()
	i := loaded(t)
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	if figures == nil {
		for _, series := range i.flows {
			for _, list := range series {
				figures = append(figures, list...)
			}
		}
	}
	at := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	v := publish.NewView(publish.Parts{Release: publish.Release{ID: "test", State: publish.Published, PublishAt: at, AsOf: cube.AsOf{Message: 1 << 40}}, Audience: publish.Everybody(), Moment: at, Catalog: i.catalog, Figures: figures})
	return NewProvinces(v.Snapshot, areas), areas
}

func speakers(t testing.TB, p *Provinces) map[string]*ProvinceSpeaker {
	i := loaded(t)
	return map[string]*ProvinceSpeaker{"vi": p.Speak(i.speaker("vi")), "en": p.Speak(i.speaker("en"))}
}

// badlySaid finds what no sentence holds: a place that was not filled, a code, marks that follow each other, a rank among one, a definition in place of whose
// it is, a word of the other language.
var badlySaid = regexp.MustCompile(`[{}]|<no value>|  |,,| ,|\.\.|\( |theo Nguồn|theo theo|thứ \d+ trên [1-4]\b|\b1 of 1\b|\b[A-Z]+_[A-Z_]+\b|ranked \d+ of (the )?[1-4]\b`)

func wellSaid(t *testing.T, lang, of string, list ...string) {
	t.Helper()
	for _, s := range list {
		if bad := badlySaid.FindString(s); bad != "" {
			t.Errorf("%s %s: %q in %s", lang, of, bad, s)
		}
		if bad := englishWords.FindString(s); bad != "" && lang == "vi" {
			t.Errorf("%s: %q in %s", of, bad, s)
		}
		if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, ".)") && s != "" {
			t.Errorf("%s %s: is no sentence: %s", lang, of, s)
		}
	}
}

// counted is one figure as a reader of the table has it: the digits that are printed.
type countedFigure struct {
	area, name, value string
	printed           stat.Decimal
	sound             bool
}

func readTable(p *ProvinceSpeaker, g *ProvinceGroup) (out []countedFigure) {
	for _, o := range g.Figures {
		area := o.Key.Codes()[1]
		f, _ := p.names.Dataflow(o.Dataflow)
		unstated := g.Definition != "" && p.names.Note("CL_DEFINITION", g.Definition, "stated") == "no"
		out = append(out, countedFigure{area, p.nameOf(area), p.Value(o), o.Value.Round(p.names.Decimals(f, o)),
			!unstated && o.Status != stat.Unvalidated && o.Mark() != stat.MarkUnverified && !strings.HasPrefix(o.Attributes[stat.AttrComment], "SPLIT_BY")})
	}
	slices.SortStableFunc(out, func(a, b countedFigure) int { return b.printed.Cmp(a.printed) })
	return out
}

// TestEveryAnswerSaysWhatItsTableSays recomputes, for every measure, definition, year and map, what the first sentence of its page says.
func TestEveryAnswerSaysWhatItsTableSays(t *testing.T) {
	p, areas := provincesOf(t, nil)
	kinds := map[string]int{}
	for lang, speaker := range speakers(t, p) {
		for _, g := range p.all() {
			name, said := speaker.GroupName(g), speaker.Answer(g)
			wellSaid(t, lang, name, said, speaker.Weakness(g))
			table := readTable(speaker, g)
			sound := slices.DeleteFunc(slices.Clone(table), func(f countedFigure) bool { return !f.sound })
			if g.All != len(areas.Of(g.Set)) || len(table) == 0 {
				t.Errorf("%s: %d of %d", name, len(table), g.All)
			}
			high := map[string]string{"vi": "cao nhất", "en": "highest"}[lang]
			split := slices.ContainsFunc(g.Figures, func(o cube.Version) bool {
				return strings.HasPrefix(o.Attributes[stat.AttrComment], "SPLIT_BY")
			})
			switch {
			case split:
				kinds["rough"]++
				if strings.Contains(said, high) || g.Ranked() != 0 {
					t.Errorf("%s %s: ranks what was split: %s", lang, name, said)
				}
			case len(sound) >= 5:
				kinds["ranked"]++
				for _, want := range []string{"(" + sound[0].value + ")", "(" + sound[len(sound)-1].value + ")", sound[0].name, sound[len(sound)-1].name, high, strconv.Itoa(g.All)} {
					if !strings.Contains(said, want) {
						t.Errorf("%s %s: lacks %q: %s", lang, name, want, said)
					}
				}
				if i, j := strings.Index(said, sound[0].name), strings.LastIndex(said, sound[len(sound)-1].name); i > j {
					t.Errorf("%s: the smallest is said first: %s", name, said)
				}
			case strings.Contains(said, high):
				t.Errorf("%s %s: ranks %d figures: %s", lang, name, len(sound), said)
			case len(sound) > 0:
				kinds["few"]++
				for _, f := range table {
					if !strings.Contains(said, f.name+" ("+f.value+")") {
						t.Errorf("%s %s: lacks %s: %s", lang, name, f.name, said)
					}
				}
			default:
				kinds["unsound"]++
				if !strings.Contains(said, map[string]string{"vi": "chưa được kiểm chứng", "en": "unverified"}[lang]) {
					t.Errorf("%s %s: says an unverified figure as if it were one: %s", lang, name, said)
				}
			}
		}
	}
	for _, k := range []string{"ranked", "few", "unsound", "rough"} {
		if kinds[k] == 0 {
			t.Errorf("no group is %s", k)
		}
	}
	t.Log(kinds)
}

var (
	rankSaid   = regexp.MustCompile(`(?:đứng thứ|ranked) (\d+) (?:trên|of|of the) (?:the )?(\d+)`)
	changeSaid = regexp.MustCompile(`(tăng|giảm|grown by|fallen by) ([\d.,]+)`)
)

// TestEverySentenceOfEveryProvinceSaysWhatTheTablesSay reads every sentence about every province of both maps, in both languages, and recomputes it.
func TestEverySentenceOfEveryProvinceSaysWhatTheTablesSay(t *testing.T) {
	i := loaded(t)
	p, areas := provincesOf(t, nil)
	heads := map[string]int{}
	for lang, speaker := range speakers(t, p) {
		for _, set := range areas.ProvinceSets() {
			for _, a := range areas.Of(set) {
				of := a.ID + " " + a.Name.Vi
				said, leads := speaker.Headline(a.ID)
				wellSaid(t, lang, of, said...)
				heads[checkHeadline(t, speaker, lang, a, said, leads)]++
				for _, s := range speaker.Standings(a.ID) {
					wellSaid(t, lang, of, s.Text, s.Change)
					checkStanding(t, speaker, lang, a, s)
					checkChange(t, i, lang, a, s)
				}
				wellSaid(t, lang, of, speaker.Bridge(a.ID)...)
				wellSaid(t, lang, of, speaker.Gaps(a.ID, "NSO")...)
				checkGaps(t, speaker, a)
			}
		}
	}
	for _, kind := range []string{"none", "claimed", "reported"} {
		if heads[kind] == 0 {
			t.Errorf("no province has a headline of the kind %s: %v", kind, heads)
		}
	}
}

func checkHeadline(t *testing.T, p *ProvinceSpeaker, lang string, a *territory.Area, said []string, leads *cube.Version) string {
	t.Helper()
	warns := map[string]string{"vi": "chưa được kiểm chứng", "en": "unverified"}[lang]
	for _, g := range p.Of(shareMeasure) {
		o, has := g.Figure(a.ID)
		if !has || g.Sound(a.ID) {
			continue
		}
		for _, s := range said { // wherever an unverified number stands, its sentence says so
			if strings.Contains(s, " "+p.number(o)+"\u00a0%") && strings.Contains(s, g.Year.String()) && !strings.Contains(s, warns) && (leads == nil || p.number(*leads) != p.number(o)) {
				t.Errorf("%s: says an unverified figure as if it were one: %s", a.ID, s)
			}
		}
	}
	switch {
	case leads == nil && len(said) > 1 && strings.Contains(said[1], warns):
		return "claimed"
	case leads == nil:
		if strings.Contains(said[0], "%") {
			t.Errorf("%s: a figure in a sentence that has none: %s", a.ID, said[0])
		}
		return "none"
	case leads.Status == stat.Unvalidated || strings.Contains(string(leads.Key), ".NS."):
		t.Errorf("%s: an unverified figure leads: %s", a.ID, said[0])
	case !strings.Contains(said[0], " "+p.number(*leads)+"\u00a0%") || !strings.Contains(said[0], leads.Period.String()) || !strings.Contains(said[0], a.Name.In(lang)):
		t.Errorf("%s: %s", a.ID, said[0])
	case !cube.Reported(leads.Observation):
		return "restated"
	}
	return "reported"
}

func checkStanding(t *testing.T, p *ProvinceSpeaker, lang string, a *territory.Area, s Standing) {
	if s.Figure.Mark() == stat.MarkSecondary && cube.Reported(s.Figure.Observation) && s.Group.Sound(a.ID) {
		if said := s.Text; !strings.Contains(said, map[string]string{"vi": "theo nguồn dẫn lại)", "en": "as quoted by a third party)"}[lang]) {
			t.Errorf("%q does not say that its figure is quoted", said)
		}
	}
	t.Helper()
	table := readTable(p, s.Group)
	own := table[slices.IndexFunc(table, func(f countedFigure) bool { return f.area == a.ID })]
	rank, of := 1, 0
	for _, f := range table {
		if f.sound {
			of++
			if f.printed.Cmp(own.printed) > 0 {
				rank++
			}
		}
	}
	if !strings.Contains(s.Text, own.value) || !strings.Contains(s.Text, s.Group.Year.String()) || !strings.Contains(s.Text, a.Name.In(lang)) {
		t.Errorf("%s: lacks %s: %s", a.ID, own.value, s.Text)
	}
	m := rankSaid.FindStringSubmatch(s.Text)
	switch {
	case of < 5 || !own.sound:
		if m != nil || !strings.Contains(s.Text, map[string]string{"vi": "xếp hạng vì", "en": "not ranked"}[lang]) {
			t.Errorf("%s: ranked among %d: %s", a.ID, of, s.Text)
		}
	case m == nil || m[1] != strconv.Itoa(rank) || m[2] != strconv.Itoa(of):
		t.Errorf("%s: rank %d of %d, not as said: %s", a.ID, rank, of, s.Text)
	}
	for _, g := range p.Of(s.Group.Measure) { // nothing newer is passed over
		if _, has := g.Figure(a.ID); has && !g.Rough && g.Definition == s.Group.Definition && g.Year.Compare(s.Group.Year) > 0 && (a.To.IsZero() || !g.Year.To().After(a.To)) {
			t.Errorf("%s: %s is newer than %s", a.ID, g.Year, s.Group.Year)
		}
	}
}

func checkChange(t *testing.T, i *installation, lang string, a *territory.Area, s Standing) {
	t.Helper()
	var first, last *cube.Version
	for c, v := range i.newest {
		if c.Dataflow == "GRDP" && c.Key == stat.Key("A."+a.ID) && v.Value != nil {
			if first == nil || v.Period.Compare(first.Period) < 0 {
				first = &v
			}
			if last == nil || v.Period.Compare(last.Period) > 0 {
				last = &v
			}
		}
	}
	switch {
	case s.Group.Measure.ID != "grdp" || first == nil:
		if s.Change != "" {
			t.Errorf("%s: a change of what was not published: %s", a.ID, s.Change)
		}
		return
	case s.Change == "":
		t.Errorf("%s: no change is said", a.ID)
		return
	}
	m := changeSaid.FindStringSubmatch(s.Change)
	growth := (last.Value.Float64()/first.Value.Float64() - 1) * 100
	got, err := stat.ParseDecimal(strings.ReplaceAll(m[2], map[string]string{"vi": ",", "en": "."}[lang], "."))
	if err != nil || got.Float64()-growth > 0.051 || growth-got.Float64() > 0.051 || !strings.Contains(s.Change, first.Period.String()) {
		t.Errorf("%s: grew by %.2f: %s", a.ID, growth, s.Change)
	}
}

// checkGaps holds that what is called missing is missing.
func checkGaps(t *testing.T, p *ProvinceSpeaker, a *territory.Area) {
	t.Helper()
	gaps := p.Gaps(a.ID, "NSO")
	for _, m := range provinceMeasures {
		definition := ""
		if m.Defined {
			definition = "NSO"
		}
		has := p.Newest(m, definition, a.ID) != nil
		begins := capital(p.MeasureName(m)) + p.by(definition) + ": " + map[string]string{"vi": "chưa có số", "en": "the"}[p.Lang]
		missing := false
		for _, line := range gaps {
			missing = missing || strings.HasPrefix(line, begins) && !strings.Contains(line, ";")
		}
		if m.ID != "gia-tri" && has == missing {
			t.Errorf("%s: %s has a figure: %v; called missing: %v\n%q", a.ID, m.ID, has, missing, gaps)
		}
	}
}

// made makes a figure of a province for a test.
func made(flow, key, year, value string, status stat.Status, attrs ...string) cube.Version {
	d := stat.MustDecimal(value)
	v := cube.Version{Dataflow: flow, Message: 1, Observation: stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(year), Value: &d, Status: status,
		Vintage: stat.Vintage{Date: stat.MustDate("2026-01-05"), Written: "2026-01-05"}, Attributes: stat.Attributes{stat.AttrMark: "S", stat.AttrSource: "DTI-2022"}}}
	for i := 0; i+1 < len(attrs); i += 2 {
		v.Attributes[attrs[i]] = attrs[i+1]
	}
	return v
}

func TestRanksNeedFiveThatCanBeCompared(t *testing.T) {
	shares := []string{"VN34-01", "VN34-04", "VN34-08", "VN34-11", "VN34-12"}
	var list []cube.Version
	for n, id := range shares {
		list = append(list, made("DE_SHARE", "A."+id+".NSO.TOTAL", "2025", []string{"10.004", "10.001", "30", "5", "7"}[n], "A"))
	}
	group := func(figures []cube.Version) *ProvinceGroup {
		p, _ := provincesOf(t, figures)
		return p.Choose(ProvinceChoice{Measure: "ty-trong"})
	}
	if g := group(list); g.Ranked() != 5 {
		t.Errorf("five figures are not ranked: %d", g.Ranked())
	} else if rank, of, ok := g.Rank("VN34-04"); !ok || of != 5 || rank != 3 {
		t.Errorf("10.001 is rank %d of %d", rank, of)
	}
	// Printed with two digits, and no more: these are alike.
	for n := range list[:2] {
		list[n].Attributes[stat.AttrDecimals] = "2"
	}
	if rank, _, _ := group(list).Rank("VN34-04"); rank != 2 {
		t.Errorf("what is printed alike has rank %d", rank)
	}
	if _, _, ok := group(list[:4]).Rank("VN34-01"); ok {
		t.Error("four figures are ranked")
	}
	unverified := slices.Clone(list)
	unverified[2] = made("DE_SHARE", "A.VN34-08.NSO.TOTAL", "2025", "30", stat.Unvalidated)
	if g := group(unverified); g.Ranked() != 0 {
		t.Error("an unverified figure makes up the five")
	}
	for n, id := range shares {
		list[n] = made("DE_SHARE", "A."+id+".NS.TOTAL", "2025", "10", "A")
	}
	if g := group(list); g.Ranked() != 0 {
		t.Error("figures without a stated definition are ranked")
	}
}

func TestWhatIsPublishedAndWhatIsDerived(t *testing.T) {
	score := func(flow, id, value string, attrs ...string) cube.Version {
		return made(flow, "A."+id+".PROV.DTI2024.TOTAL.SCORE", "2024", value, "A", attrs...)
	}
	own := []string{stat.AttrRun, "dti-areas#1", stat.AttrMark, "D"}
	derived := []cube.Version{score("DTI_RESTATED", "VN34-01", "0.8", own...), score("DTI_RESTATED", "VN34-04", "0.5", own...)}
	choose := func(list ...cube.Version) *ProvinceGroup {
		p, _ := provincesOf(t, list)
		return p.Choose(ProvinceChoice{Measure: "dti", Set: "34"})
	}
	g := choose(append(derived, score("DTI", "VN34-01", "0.8"))...)
	if o, _ := g.Figure("VN34-01"); len(g.Figures) != 2 || g.Own != 1 || !cube.Reported(o.Observation) {
		t.Errorf("%d figures, %d our own; the published one is kept: %v", len(g.Figures), g.Own, cube.Reported(o.Observation))
	}
	if g := choose(append(derived, score("DTI", "VN34-01", "0.81"))...); len(g.Figures) != 1 || g.Own != 0 {
		t.Errorf("a published figure gives way to ours: %d figures, %d our own", len(g.Figures), g.Own)
	}
	if g := choose(append(derived, score("DTI", "VN34-08", "0.7"))...); len(g.Figures) != 1 || g.Own != 0 {
		t.Error("a published figure that ours lack is left out")
	}
}

func TestChoicesGiveWhatIsAskedOrNothing(t *testing.T) {
	p, _ := provincesOf(t, nil)
	if g := p.Choose(ProvinceChoice{}); g == nil || !g.Full() {
		t.Errorf("opens on %+v", g)
	}
	year := stat.MustPeriod
	for _, asked := range []ProvinceChoice{{Definition: "NSO", Year: year("2021")}, {Measure: "grdp", Definition: "NSO"}, {Measure: "ty-trong", Definition: "MIC", Year: year("2025")}, {Measure: "tang-truong", Year: year("2018")},
		{Measure: "tang-truong", Set: "63"}, {Measure: "ty-trong", Definition: "ADB"}, {Year: year("2031")}} {
		if g := p.Choose(asked); g != nil {
			t.Errorf("%+v gives %s %s %s", asked, g.Measure.ID, g.Definition, g.Year)
		}
		near := p.Near(asked)
		if len(near) == 0 || len(near) > mostNear {
			t.Errorf("%+v: %d near", asked, len(near))
		}
		for n, g := range near {
			if n > 0 && asked.misses(g) != asked.misses(near[0]) {
				t.Errorf("%+v: %s %s %s is farther than the first", asked, g.Measure.ID, g.Definition, g.Year)
			}
		}
		for lang, speaker := range speakers(t, p) {
			wellSaid(t, lang, "lack", speaker.Lack(asked))
		}
	}
	near := p.Near(ProvinceChoice{Measure: "ty-trong", Definition: "NSO", Year: year("2021")})
	if near[0].Definition != "NSO" || !slices.ContainsFunc(near, func(g *ProvinceGroup) bool { return g.Year == year("2021") }) {
		t.Errorf("neither another year nor another definition is offered")
	}
	for definition, want := range map[string]string{"MIC": "2022", "NSO": "2025"} { // 2023 has one province
		if g := p.Choose(ProvinceChoice{Measure: "ty-trong", Definition: definition}); g == nil || g.Year != year(want) {
			t.Errorf("%s opens on %+v", definition, g)
		}
	}
	for _, g := range p.all() { // every group is had by asking for it
		if got := p.Choose(ProvinceChoice{g.Measure.ID, g.Definition, g.Year, g.Set}); got != g {
			t.Errorf("%s %s %s %s leads elsewhere", g.Measure.ID, g.Definition, g.Year, g.Set)
		}
	}
}

func TestBesideCountsNeighbours(t *testing.T) {
	p, _ := provincesOf(t, []cube.Version{made("GRDP", "A.VN34-01", "2025", "10", "A"), made("GRDP", "A.VN34-04", "2025", "5", "A"), made("GRDP", "A.VN34-08", "2025", "20", "A"), made("GRDP", "A.VN34-11", "2025", "10", "A")})
	speaker := speakers(t, p)["vi"]
	g := p.Choose(ProvinceChoice{Measure: "grdp"})
	for want, beside := range map[string][]string{
		"GRDP năm 2025 của Hà Nội cao hơn cả 1 tỉnh, thành phố liền kề có số.":                               {"VN34-04", "VN34-12"},
		"GRDP năm 2025 của Hà Nội thấp hơn cả 1 tỉnh, thành phố liền kề có số.":                              {"VN34-08"},
		"Trong 2 tỉnh, thành phố liền kề có số, 1 có GRDP năm 2025 cao hơn Hà Nội, 1 thấp hơn.":              {"VN34-04", "VN34-08"},
		"Trong 3 tỉnh, thành phố liền kề có số, 1 có GRDP năm 2025 cao hơn Hà Nội, 1 thấp hơn, 1 bằng nhau.": {"VN34-04", "VN34-08", "VN34-11"},
		"": {"VN34-12"},
	} {
		if got := speaker.Beside(g, "VN34-01", beside); got != want {
			t.Errorf("%v: %q, want %q", beside, got, want)
		}
	}
}

func TestAShareThatWeRestateLeadsAsOurs(t *testing.T) {
	p, _ := provincesOf(t, []cube.Version{made("DE_PROVINCE", "A.VN34-24.MIC.SHARE_RESTATED", "2022", "51.14", stat.Estimated, stat.AttrRun, "provinces#1", stat.AttrMark, "D"),
		made("DE_SHARE", "A.VN34-24.NS.TOTAL", "2025", "40", stat.Unvalidated), made("DE_SHARE", "A.VN34-01.NS.TOTAL", "2021", "9", stat.Unvalidated), made("DE_SHARE", "A.VN34-01.NSO.TOTAL", "2024", "8", "A")})
	for lang, words := range map[string][]string{"vi": {"khoảng 51,14", "Nhịp Số tính", "chưa được kiểm chứng"}, "en": {"about 51.14", "computed by Nhịp Số", "unverified"}} {
		said, leads := speakers(t, p)[lang].Headline("VN34-24")
		if leads == nil || len(said) != 2 || !strings.Contains(said[0], words[0]) || !strings.Contains(said[0], words[1]) || !strings.Contains(said[1], words[2]) {
			t.Errorf("%q", said)
		}
		if said, _ := speakers(t, p)[lang].Headline("VN34-01"); len(said) != 1 {
			t.Errorf("a claim of a year before is said beside what was published: %q", said)
		}
	}
}

func TestTheBridgeOf2025(t *testing.T) {
	p, areas := provincesOf(t, nil)
	speaker := speakers(t, p)["vi"]
	day := text.FormatDate("vi", stat.MustDate("2025-07-01"))
	for id, want := range map[string]string{
		"VN63-24": "Từ " + day + ", Bắc Giang thuộc Bắc Ninh.",
		"VN63-27": "Từ " + day + ", Bắc Ninh cùng Bắc Giang hợp thành Bắc Ninh mới.",
		"VN34-24": "Từ " + day + ", Bắc Ninh gồm Bắc Giang và Bắc Ninh trước đây.",
		"VN34-01": "Từ " + day + ", Hà Nội giữ nguyên, không nhập với tỉnh, thành phố nào.",
		"VN63-01": "Từ " + day + ", Hà Nội vẫn là Hà Nội, không nhập với tỉnh, thành phố nào.",
	} {
		if got := speaker.Bridge(id); len(got) == 0 || got[0] != want {
			t.Errorf("%s: %q", id, got)
		}
	}
	if got := speaker.Bridge("VN63-24"); len(got) != 2 || !strings.HasPrefix(got[1], "Từ "+day+", mã 24 là Bắc Ninh; đến hết") {
		t.Errorf("the code: %q", got)
	}
	for _, a := range areas.Of(areas.Current()) {
		steps := p.Steps(a.ID)
		if (len(areas.Predecessors(a.ID)) > 1) != (len(steps) > 0) {
			t.Errorf("%s has %d parts and %d steps", a.ID, len(areas.Predecessors(a.ID)), len(steps))
		}
		for _, s := range steps {
			if s.Before.Year != s.After.Year || s.Before.Definition != s.After.Definition || s.Before.Set == s.After.Set {
				t.Errorf("%s: a step between %s and %s", a.ID, s.Before.Year, s.After.Year)
			}
		}
	}
}
