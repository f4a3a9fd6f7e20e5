package catalog_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/testpack"
)

// turned is a pack in which a part of a file reads otherwise.
func turned(t *testing.T, from fs.FS, file, old, now string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, folder := range []string{".", "catalog", "catalog/codelists", "catalog/classifications", "types", "govern"} {
		entries, err := fs.ReadDir(from, folder)
		if err != nil {
			continue
		}
		for _, d := range entries {
			name := strings.TrimPrefix(folder+"/"+d.Name(), "./")
			if b, err := fs.ReadFile(from, name); err == nil {
				out[name] = &fstest.MapFile{Data: b}
			}
		}
	}
	text := string(out[file].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s has no %q", file, old)
	}
	out[file] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, now, 1))}
	return out
}

// placeOf is where in the input an error is.
func placeOf(err error) (fault.Where, bool) {
	var f *fault.Error
	if !errors.As(err, &f) {
		return fault.Where{}, false
	}
	return f.Where, true
}

// line is where a text stands in a file.
func line(t *testing.T, in fstest.MapFS, file, text string) int {
	t.Helper()
	before, _, found := strings.Cut(string(in[file].Data), text)
	if !found {
		t.Fatalf("%s has no %q", file, text)
	}
	return strings.Count(before, "\n") + 1
}

func TestTheTypesOfTheCountryAreRead(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	var ids []string
	for _, x := range c.RecordTypes() {
		ids = append(ids, x.ID)
		if x.Records == "" {
			continue // its records are in the register only
		}
		if l, err := c.Codelist(x.Records); err != nil || len(l.Codes) == 0 {
			t.Errorf("%s has no records: is anything held to it? %v", x.ID, err)
		}
	}
	if got := strings.Join(ids, " "); got != "delegation legal-document organisation person programme role session target" {
		t.Errorf("types: %s", got)
	}
	if _, err := c.RecordType("tarjet"); fault.CodeOf(err) != "catalog.no-type" || !strings.Contains(fault.In(err, "vi"), "target") {
		t.Errorf("%v", err)
	}
	found := 0
	for _, a := range c.Artefacts() {
		if a.Sort == catalog.RecordTypeSort && a.Version != "" && a.Digest != "" && a.Agency == c.Agency {
			found++
		}
	}
	if found != 8 {
		t.Errorf("%d of the artefacts are types", found)
	}
}

// TestADeclarationThatMeansNothingIsRefused: with the line on which it stands and, for a name, the nearest one.
func TestADeclarationThatMeansNothingIsRefused(t *testing.T) {
	const file = "types/station.yaml"
	for name, x := range map[string]struct{ old, now, says string }{
		"another identifier than the file's":      {"id: station\n", "id: stations\n", "stations"},
		"an identifier that is none":              {"id: station\n", "id: station\nversion: new\n", "new"},
		"a name in one language":                  {"name: {vi: Trạm mây, en: Cloud station}", "name: {vi: Trạm mây}", "station"},
		"a codelist that there is not":            {"records: CL_STATION", "records: CL_STATON", "CL_STATION"},
		"a kind that there is not":                {"kind: file", "kind: flie", "file"},
		"a field twice":                           {"id: keeper, kind: organisation, name: {vi: Cơ", "id: opened, kind: organisation, name: {vi: Cơ", "opened"},
		"a field that is the identifier":          {"id: permit, kind", "id: id, kind", "id"},
		"a field with a sign in its name":         {"id: permit, kind", "id: per-mit, kind", "per-mit"},
		"a field without a name":                  {"name: {vi: Giấy phép, en: Permit}", "name: {vi: Giấy phép}", "permit"},
		"a unit of a date":                        {"id: opened, kind: date,", "id: opened, kind: date, unit: XMF,", "unit"},
		"an amount without a currency":            {"kind: money, unit: XMF", "kind: money", "unit"},
		"a unit that there is not":                {"unit: XMF", "unit: XMG", "XMF"},
		"a code without a list":                   {"kind: code, codelist: CL_AREA", "kind: code", "codelist"},
		"a code of a list that there is not":      {"codelist: CL_AREA", "codelist: CL_AREAS", "CL_AREA"},
		"a reference to a type that there is not": {"type: legal-document", "type: legal-documents", "legal-document"},
		"a reference to nothing":                  {"kind: reference, type: station", "kind: reference", "type"},
		"an amount that is only a word":           {"kind: money, unit: XMF", "kind: number, only: [much]", "much"},
		"several texts":                           {"id: name, kind: text", "id: name, kind: text, many: true", "many"},
		"a rule of a kind that there is not":      {"kind: order,", "kind: orders,", "order"},
		"a rule over a field that there is not":   {"fields: [name, area, plan]", "fields: [name, areas, plan]", "area"},
		"a rule over a field twice":               {"fields: [name, area, plan]", "fields: [name, area, area]", "area"},
		"a rule over nothing":                     {"fields: [name, area, plan]", "fields: []", "fields"},
		"an order of one day":                     {"fields: [planned, opened, closed]", "fields: [planned]", "fields"},
		"an order of names":                       {"fields: [planned, opened, closed]", "fields: [planned, name]", "name"},
		"a range of names":                        {"kind: range, fields: [cost]", "kind: range, fields: [name]", "name"},
		"a range without bounds":                  {"kind: range, fields: [cost], from: \"0\"", "kind: range, fields: [cost]", "from"},
		"a bound that is no number":               {"from: \"0\"", "from: none", "none"},
		"bounds of another rule":                  {"fields: [name, area, plan]", "fields: [name], from: \"0\"", "from"},
		"a condition of another rule":             {"{kind: unique, fields: [name, area]", "{kind: unique, when: {field: name, given: true}, fields: [name, area]", "when"},
		"a condition on a field there is not":     {"fields: [name, area, plan]", "fields: [name], when: {field: nam, given: true}", "name"},
		"a condition that asks nothing":           {"fields: [name, area, plan]", "fields: [name], when: {field: area}", "given"},
		"a state twice":                           {"id: closed, name: {vi: Đã đóng", "id: open, name: {vi: Đã đóng", "open"},
		"a state that no way leads to":            {"- {id: closed, name: {vi: Đã đóng, en: Closed}}\n", "- {id: closed, name: {vi: Đã đóng, en: Closed}}\n- {id: lost, name: {vi: Mất, en: Lost}}\n", "lost"},
		"a way to a state that there is not":      {"to: closed, by", "to: close, by", "closed"},
		"a way from nowhere":                      {"from: [open], to: closed", "from: [], to: closed", "from"},
		"a way that nobody may go":                {"by: [lead]", "by: []", "by"},
		"a way that the public goes":              {"by: [lead]", "by: [public]", "public"},
		"a way that asks for what there is not":   {"needs: [closed]", "needs: [close]", "closed"},
		"a way by somebody unknown":               {"by: [lead]", "by: [leader]", "lead"},
		"a way with the name of an event":         {"{id: close, name", "{id: changed, name", "changed"},
		"no readers":                              {"see: [public, owner, lead, superior]\n", "", "see"},
		"the public without fields":               {"public: [name, area, opened, closed]\n", "", "public"},
		"public fields without the public":        {"see: [public, owner", "see: [owner", "public"},
		"a public field that there is not":        {"public: [name, area,", "public: [name, aria,", "area"},
		"words searched in a date":                {"search: [name, contact]", "search: [opened]", "search"},
		"an index of what there is not":           {"index: [area, opened, cost]", "index: [area, open]", "opened"},
		"a notice of what does not happen":        {"{on: close,", "{on: closing,", "close"},
		"a notice to nobody":                      {"to: [superior, administrator]", "to: []", "to"},
		"a notice to the public":                  {"to: [superior, administrator]", "to: [public]", "public"},
		"a key that nothing knows":                {"search: [name, contact]", "serch: [name]", "serch"},
	} {
		t.Run(name, func(t *testing.T) {
			files := turned(t, testpack.Cloudland(), file, x.old, x.now)
			_, err := catalog.Load(files)
			if code := fault.CodeOf(err); code != "catalog.bad-type" && code != "catalog.bad-file" {
				t.Fatalf("%v", err)
			}
			said := fault.In(err, "en")
			if !strings.Contains(said, x.says) || !strings.Contains(said, file) {
				t.Error(said)
			}
			if at, ok := placeOf(err); !ok || at.Row == 0 {
				t.Errorf("no line: %s", said)
			} else if len(x.now) > 0 && !strings.Contains(x.old, "see:") && !strings.Contains(x.old, "public:") && !strings.Contains(x.old, "id: station") {
				want := line(t, files, file, x.now)
				if want += strings.Count(x.now, "\n"); strings.HasSuffix(x.now, "\n") {
					want--
				}
				if at.Row != want {
					t.Errorf("line %d, not %d: %s", at.Row, want, said)
				}
			}
		})
	}
}

// TestARecordThatBreaksItsDeclarationIsRefused: with file, row and column.
func TestARecordThatBreaksItsDeclarationIsRefused(t *testing.T) {
	const stations, plans = "catalog/codelists/CL_STATION.csv", "catalog/codelists/CL_INSTRUMENT.csv"
	for name, x := range map[string]struct{ file, old, now, column, says string }{
		"no area":                             {stations, "XM,PLAN,2027", ",PLAN,2027", "area", "Place"},
		"an area that there is not":           {stations, "XM,PLAN,2027", "XN,PLAN,2027", "area", "XM"},
		"a plan that there is not":            {stations, "XM,PLAN,2027", "XM,PLANS,2027", "plan", "PLAN"},
		"a day that there is not":             {stations, "2023-04-01", "2023-02-30", "opened", "2023-02-30"},
		"a year where a day is asked for":     {stations, "2023-04-01", "2023", "opened", "2023"},
		"opened before it was planned":        {stations, "XM,PLAN,2022,", "XM,PLAN,2024,", "opened", "2023-04-01"},
		"closed before it was opened":         {stations, "2025-01-31", "2023-05-19", "closed", "2023-05-19"},
		"a cost below nothing":                {stations, "900000,closed", "-1,closed", "cost", "-1"},
		"a cost in words":                     {stations, "900000,closed", "much,closed", "cost", "much"},
		"a state that there is not":           {stations, "900000,closed", "900000,close", "state", "closed"},
		"closed without a day":                {stations, "2025-01-31,900000", ",900000", "closed", "Closed"},
		"open without a cost":                 {stations, "2023-04-01,,1250000.5,open", "2023-04-01,,,open", "cost", "Cost"},
		"a name and a place twice":            {stations, "CS-2,,Trạm Mây Tầng Cao (giả định),High Cloud Station", "CS-2,,Trạm Mây Tầng Thấp (giả định),Low Cloud Station", "name_vi", "CS-1"},
		"a column that no field has":          {stations, "plan,planned", "plan,planed", "planed", "planned"},
		"a file that is no hash":              {stations, "state\nCS-1,,Trạm Mây Tầng Thấp (giả định),Low Cloud Station (fictitious),XM,PLAN,2022,2023-04-01,,1250000.5,open", "permit\nCS-1,,Trạm Mây Tầng Thấp (giả định),Low Cloud Station (fictitious),XM,PLAN,2022,2023-04-01,,1250000.5,map.png", "permit", "map.png"},
		"an organisation that there is not":   {stations, "state\nCS-1,,Trạm Mây Tầng Thấp (giả định),Low Cloud Station (fictitious),XM,PLAN,2022,2023-04-01,,1250000.5,open", "keeper\nCS-1,,Trạm Mây Tầng Thấp (giả định),Low Cloud Station (fictitious),XM,PLAN,2022,2023-04-01,,1250000.5,MIST", "keeper", "MIST"},
		"a definition without a basis":        {plans, "NSO,MEASURED", "NSO,", "basis", "Why"},
		"a basis that calls for a definition": {plans, "NSO,MEASURED", ",MEASURED", "definition", "Definition"},
	} {
		t.Run(name, func(t *testing.T) {
			files := turned(t, testpack.Cloudland(), x.file, x.old, x.now)
			_, err := catalog.Load(files)
			if fault.CodeOf(err) != "catalog.bad-record" {
				t.Fatalf("%v", err)
			}
			at, ok := placeOf(err)
			want := line(t, files, x.file, x.now) + strings.Count(x.now, "\n")
			if x.column == "planed" {
				want++ // the heading is wrong, and the first row shows it
			}
			if said := fault.In(err, "en"); !ok || at.File != x.file || at.Column != x.column || at.Row != want || !strings.Contains(said, x.says) {
				t.Errorf("%+v, not row %d: %s", at, want, said)
			}
		})
	}
	for name, x := range map[string]struct{ file, old, now string }{
		"an open end":                 {stations, "2022-06,2023-05-20", ",2023-05-20"},
		"opened in the month planned": {stations, "2022-06,2023-05-20", "2023-05,2023-05-20"},
		"a place twice":               {stations, "XM,PLAN,2027", "XM,PLAN,2028"},
		"a basis for no definition":   {plans, "NSO,MEASURED", ","},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := catalog.Load(turned(t, testpack.Cloudland(), x.file, x.old, x.now)); err != nil {
				t.Error(fault.In(err, "en"))
			}
		})
	}
}

// TestTheTargetsOfTheCountryAreHeldToTheirType: the real rows, each broken in one place.
func TestTheTargetsOfTheCountryAreHeldToTheirType(t *testing.T) {
	const targets = "catalog/codelists/CL_TARGET.csv"
	for column, change := range map[string][2]string{
		"instrument": {",QD749,", ",QD748,"}, "indicator": {",DVC_DEVICES,", ",,"}, "direction": {",PC,1,", ",PC,0,"}, "owner_mark": {"Government Office,I,", "Government Office,,"},
	} {
		_, err := catalog.Load(turned(t, data.FS, targets, change[0], change[1]))
		if at, _ := placeOf(err); fault.CodeOf(err) != "catalog.bad-record" || at.File != targets || at.Row < 2 || at.Column != column {
			t.Errorf("%s: %v", column, err)
		}
	}
	_, err := catalog.Load(turned(t, data.FS, "catalog/codelists/CL_INSTRUMENT.csv", "2022-03-31", "1922-03-31"))
	if at, _ := placeOf(err); at.Column != "date" || at.Row != 4 {
		t.Errorf("%v", err)
	}
}

func TestTypesAreCompared(t *testing.T) {
	before, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	field := "- {id: permit, kind: file, name: {vi: Giấy phép, en: Permit}}\n"
	have := before.Artefacts()
	for name, x := range map[string]struct {
		old, now, want, version string
		won, lost               int
	}{
		"a field more":             {field, field + strings.Replace(field, "permit", "licence", 1), "", "1.1", 1, 0},
		"another name":             {"en: Keeper", "en: Warden", "", "1.1", 0, 0},
		"a field less":             {field, "", "catalog.type-needs-version", "", 0, 1},
		"a field of another kind":  {"kind: file", "kind: plain", "catalog.type-needs-version", "", 0, 0},
		"a field with many values": {"kind: file", "kind: organisation, many: true", "catalog.type-needs-version", "", 0, 0},
		"a field less, as said":    {"id: station\n", "id: station\nversion: \"2.0\"\n", "", "2.0", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			after, err := catalog.Load(turned(t, testpack.Cloudland(), "types/station.yaml", x.old, x.now))
			if err != nil {
				t.Fatal(fault.In(err, "en"))
			}
			list := catalog.Compare(before, after)
			if len(list) != 1 || list[0].Artefact.ID != "station" || len(list[0].Won) != x.won || len(list[0].Lost) != x.lost {
				t.Errorf("%+v", list)
			}
			next, err := catalog.Next(t.Context(), before, after, have, nil)
			if fault.CodeOf(err) != x.want || err == nil && (len(next) != 1 || next[0].Version != x.version) {
				t.Errorf("%+v %v", next, err)
			}
		})
	}
}
