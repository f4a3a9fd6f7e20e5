package view

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/recipe"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/territory"
)

// installation is the reference data of Viet Nam with every recipe run once, read through memory.
type installation struct {
	pipeline.Store
	catalog *catalog.Catalog
	recipes []pipeline.Recipe
	newest  map[cube.Cell]cube.Version
	flows   map[string]map[stat.Key][]cube.Version
	blocks  map[string][]cube.Version
}

// Versions answers from memory: every version of the installation is newer than no bound that its runs had, but for what later runs wrote.
func (i *installation) Versions(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	if stat.Key(q.Key).Open() {
		key := q.Dataflow + "/" + q.Key + "/" + q.AsOf.String()
		if _, known := i.blocks[key]; !known {
			list, err := cube.History(ctx, i.Store, q)
			if err != nil {
				return func(yield func(cube.Version, error) bool) { yield(cube.Version{}, err) }
			}
			i.blocks[key] = list
		}
		return cube.Select(i.blocks[key], cube.Query{})
	}
	return cube.Select(i.flows[q.Dataflow][stat.Key(q.Key)], q)
}

var vietNam = sync.OnceValues(func() (*installation, error) {
	ctx := context.Background()
	now := func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
	c, err := catalog.Load(data.FS)
	if err != nil {
		return nil, err
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, "sqlite:"+filepath.Join(folder, "nhipso.db"))
	if err != nil {
		return nil, err
	}
	intake := cube.Intake{Catalog: c, Store: s}
	if _, err := reference.Load(ctx, data.FS, c, intake, now(), nil); err != nil {
		return nil, err
	}
	i := &installation{Store: s, catalog: c, recipes: recipe.All(c, areas), newest: map[cube.Cell]cube.Version{}, flows: map[string]map[stat.Key][]cube.Version{}, blocks: map[string][]cube.Version{}}
	if _, err := (pipeline.Runner{Store: s, Intake: intake, Now: now}).RunStale(ctx, i.recipes, false); err != nil {
		return nil, err
	}
	all, err := cube.History(ctx, s, cube.Query{})
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if i.flows[v.Dataflow] == nil {
			i.flows[v.Dataflow] = map[stat.Key][]cube.Version{}
		}
		i.flows[v.Dataflow][v.Key] = append(i.flows[v.Dataflow][v.Key], v)
	}
	for _, v := range cube.Newest(all, cube.AsOf{}) {
		i.newest[v.Cell()] = v
	}
	return i, nil
})

var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "view"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	os.Exit(code)
}

func loaded(t testing.TB) *installation {
	t.Helper()
	i, err := vietNam()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (i *installation) speaker(lang string) *Speaker {
	return NewSpeaker(i.catalog, i.recipes, lang, func(c cube.Cell) (cube.Version, bool) { v, ok := i.newest[c]; return v, ok })
}

func (i *installation) node(t testing.TB, cell string) pipeline.Node {
	t.Helper()
	parts := strings.SplitN(cell, "/", 3)
	c := cube.Cell{Dataflow: parts[0], Key: stat.Key(parts[1]), Period: stat.MustPeriod(parts[2])}
	v, ok := i.newest[c]
	if !ok {
		t.Fatalf("there is no %s", cell)
	}
	n, err := pipeline.ExplainVersion(context.Background(), i, v)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnExplanationBeginsWithASentence(t *testing.T) {
	i := loaded(t)
	for _, c := range []struct{ cell, vi, en string }{
		{"DE_VA/A.VN.NSO.TOTAL.LATEST/2023", "12,87\u00a0% × 10.319.059 tỷ đồng = 1.328.063 tỷ đồng.", "12.87\u00a0% × 10,319,059 billion dong = 1,328,063 billion dong."},
		{"DE_SHARE_EST/A.VN.NSO.CORE/2022", "12,83\u00a0% − 4,89\u00a0% = 7,94\u00a0% GDP.", "12.83\u00a0% − 4.89\u00a0% = 7.94\u00a0% of GDP."},
		{"TASK_RATES/D.CP_TTG.DONE_OF_DUE/2017-12-25", "16.051 nhiệm vụ ÷ (16.051 nhiệm vụ + 223 nhiệm vụ) = 98,63\u00a0%.", "16,051 tasks ÷ (16,051 tasks + 223 tasks) = 98.63\u00a0%."},
		{"DE_REVISIONS/A.VN.NSO.TOTAL.REVISION/2023", "12,87\u00a0% − 12,33\u00a0% = 0,54 điểm\u00a0%.", "12.87\u00a0% − 12.33\u00a0% = 0.54 points."},
		{"DE_PROVINCE/A.VN63-24.MIC.RANK/2022", "42,13\u00a0% xếp thứ 3 trong 13 số đã công bố, tính từ cao xuống thấp; cao nhất 56,83\u00a0%, thấp nhất 4,21\u00a0%.", ""},
		{"DE_PROVINCE/A.VN34-24.MIC.SHARE_RESTATED/2022", "(42,13\u00a0% × 158.933 tỷ đồng + 56,83\u00a0% × 251.610 tỷ đồng) ÷ (158.933 tỷ đồng + 251.610 tỷ đồng) = 51,14\u00a0% GRDP.", ""},
		{"TARGET_STATUS/A.VN.KTS-1.CLASS/2030", "Dự báo 15,38\u00a0% so với mục tiêu 30\u00a0%, xác suất dưới 1\u00a0%: cần tập trung.", "Forecast 15.38\u00a0% against a target of 30\u00a0%, probability under 1\u00a0%: needs concentrated effort."},
		{"TARGET_STATUS/A.VN.KTS-1.PROB/2030", "Dự báo 15,38\u00a0% GDP so với mục tiêu 30\u00a0% GDP, với độ phân tán của 6 số đã có: xác suất đạt dưới 1\u00a0%.", ""},
		{"DE_SHARE/A.VN.NSO.TOTAL/2025", "14,02\u00a0% GDP: số lấy nguyên từ văn bản", ""},
	} {
		n := i.node(t, c.cell)
		for lang, want := range map[string]string{"vi": c.vi, "en": c.en} {
			if got, ok := i.speaker(lang).Sentence(n); !ok || !strings.HasPrefix(got.Text, want) {
				t.Errorf("%s %s:\n got  %s\n want %s", lang, c.cell, got.Text, want)
			}
		}
	}
}

var (
	codeLike = regexp.MustCompile(`\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\b[a-z]+(-[a-z]+)+;|[{}]|;[a-z]`)
	// English words that would stand in a Vietnamese sentence only by mistake.
	englishWords = regexp.MustCompile(`(?i)\b(the|of|and|figure|share|target|benchmark|indicator|weight|forecast|class|focus|table)\b`)
)

// TestEveryDerivedFigureHasASentenceInWords walks every derived figure of the reference installation in both languages.
func TestEveryDerivedFigureHasASentenceInWords(t *testing.T) {
	i := loaded(t)
	ctx := context.Background()
	kinds, shown := map[Kind]int{}, map[string]string{}
	for _, v := range i.newest {
		if cube.Reported(v.Observation) {
			continue
		}
		n, err := pipeline.ExplainVersion(ctx, i, v)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"vi", "en"} {
			s, ok := i.speaker(lang).Sentence(n)
			if !ok || s.Text == "" {
				t.Errorf("%s has no sentence", v.Cell())
				continue
			}
			kinds[s.Kind]++
			id := v.Attributes[stat.AttrComment] + " " + string(s.Kind) + " " + v.Dataflow + " " + lang
			if v.Dataflow == targetFlow {
				id += v.Key.Codes()[3]
			}
			if n.Formula != nil {
				id += " " + n.Formula.Method
			}
			shown[id] = v.Cell().String() + ": " + s.Text
			if bad := codeLike.FindString(s.Text); bad != "" {
				t.Errorf("%s %s: %q in %s", lang, v.Cell(), bad, s.Text)
			}
			if bad := englishWords.FindString(s.Text); bad != "" && lang == "vi" {
				t.Errorf("%s: %q in %s", v.Cell(), bad, s.Text)
			}
			if n.Formula != nil && n.Formula.Method != "" && !book.Has("method-"+n.Formula.Method) {
				t.Errorf("the method %s has no words", n.Formula.Method)
			}
			if strings.HasPrefix(s.Text, i.speaker(lang).say("general", "title", "")[:8]) && v.Dataflow != targetFlow {
				t.Errorf("%s has only the general sentence: %s", v.Cell(), s.Text)
			}
		}
	}
	for _, k := range []Kind{Arithmetic, Method, Rule} {
		if kinds[k] == 0 {
			t.Errorf("no sentence of kind %s", k)
		}
	}
	t.Logf("%v", kinds)
	if os.Getenv("NHIPSO_SHOW") != "" {
		for id, s := range shown {
			t.Logf("%s — %s", id, s)
		}
	}
}
