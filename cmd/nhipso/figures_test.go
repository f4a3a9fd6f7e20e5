package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/config"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
)

// reading is what one place says of a figure.
type reading struct{ value, unit, mult, decimals, unitName, status, name, printed string }

// readings are the figures of a dataflow as one place says them, by cell: key/period.
type readings map[string]reading

// TestAFigureReadsTheSameEverywhere compares, for every figure that is published, what the API, the files of the API, the files of the page and the
// page itself say of it: value, unit, digits, status, the name of its series and the words in its place.
func TestAFigureReadsTheSameEverywhere(t *testing.T) {
	v := newVault(t)
	gate := v.gate()
	site, err := v.site(gate, slog.New(slog.DiscardHandler), watched(t, v.app, config.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	s := speaking{site}
	all, pages := 0, 0
	for _, flow := range v.catalog.Dataflows() {
		dimensions := len(flow.Dimensions)
		api := s.api(t, flow.ID)
		if len(api) == 0 {
			continue
		}
		all += len(api)
		path := "/so-lieu/" + flow.ID
		places := map[string]readings{
			"CSV of the API":       rowsSaid(t, csvRows(t, s.body(t, "/api/v1/data/"+flow.ID+"?format=csv")), dimensions),
			"CSV of the page":      rowsSaid(t, csvRows(t, s.body(t, path+".csv?ma=1")), dimensions),
			"JSON of the page":     jsonSaid(t, s.body(t, path+".json"), flow.ID, dimensions, v),
			"workbook of the page": rowsSaid(t, sheetRows(t, s.body(t, path+".xlsx"), flow.ID, dimensions, v), dimensions),
			"workbook of the API":  rowsSaid(t, sheetRows(t, s.body(t, "/api/v1/data/"+flow.ID+"?format=xlsx"), flow.ID, dimensions, v), dimensions),
		}
		first := places["CSV of the API"]
		for place, figures := range places {
			if len(figures) != len(api) {
				t.Errorf("%s: %d figures in the %s, %d in the API", flow.ID, len(figures), place, len(api))
			}
			for cell, want := range api {
				got := figures[cell]
				want.name, want.unitName = got.name, got.unitName // the API gives codes; names are compared below
				want.value, got.value = plainNumber(want.value), plainNumber(got.value)
				if got != want {
					t.Errorf("%s/%s: the %s says %+v, the API %+v", flow.ID, cell, place, got, want)
					break
				}
				if other := first[cell]; figures[cell].name != other.name || figures[cell].unitName != other.unitName {
					t.Errorf("%s/%s: the %s says %+v, the CSV of the API %+v", flow.ID, cell, place, figures[cell], other)
					break
				}
			}
		}
		pages += s.page(t, flow.ID, api, first)
	}
	if all < 5000 || pages < 3000 {
		t.Errorf("only %d figures, %d of them on pages", all, pages)
	}
	t.Logf("%d figures, %d of them on pages", all, pages)
}

// speaking asks a site.
type speaking struct{ site http.Handler }

func (s speaking) body(t *testing.T, address string) string {
	t.Helper()
	w := get(s.site, "GET", address)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %.300s", address, w.Code, w.Body)
	}
	return w.Body.String()
}

// api reads all figures of a dataflow, page by page.
func (s speaking) api(t *testing.T, flow string) readings {
	t.Helper()
	out := readings{}
	for at := "/api/v1/data/" + flow + "?limit=20000"; at != ""; {
		var answer struct {
			Next         string
			Observations []struct {
				Key, Period, Unit, Status, Printed string
				Value                              *json.Number
				UnitMult, Decimals                 int
			}
		}
		if err := json.Unmarshal([]byte(s.body(t, at)), &answer); err != nil {
			t.Fatal(err)
		}
		for _, o := range answer.Observations {
			x := reading{unit: o.Unit, mult: strconv.Itoa(o.UnitMult), decimals: strconv.Itoa(o.Decimals), status: o.Status, printed: o.Printed}
			if o.Value != nil {
				x.value = o.Value.String()
			}
			out[o.Key+"/"+o.Period] = x
		}
		at = answer.Next
	}
	return out
}

func csvRows(t *testing.T, body string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// rowsSaid reads the long table, whose first row has the identifiers of the columns.
func rowsSaid(t *testing.T, rows [][]string, dimensions int) readings {
	t.Helper()
	at := func(id string) int { return slices.Index(rows[0], id) }
	out := readings{}
	for _, row := range rows[1:] {
		var codes, names []string
		for i := range dimensions {
			codes, names = append(codes, text.Rearm(row[2*i])), append(names, text.Rearm(row[2*i+1]))
		}
		x := reading{value: row[at("OBS_VALUE")], unit: row[at("UNIT_MEASURE")], mult: row[at("UNIT_MULT")], decimals: row[at("DECIMALS")], unitName: text.Rearm(row[at("UNIT_NAME")]), status: row[at("OBS_STATUS")],
			name: strings.Join(names, ", ")}
		if i := at("VALUE_TEXT"); i >= 0 && row[i] != "" && insteadOf(row, at) {
			x.printed = text.Rearm(row[at("VALUE_TEXT_NAME")])
		}
		out[strings.Join(codes, ".")+"/"+row[at("TIME_PERIOD")]] = x
	}
	return out
}

// insteadOf reports whether what a source prints stands in place of the number: not where it is that number, nor where it says something else of a
// figure that was computed.
func insteadOf(row []string, at func(string) int) bool {
	o := stat.Observation{Attributes: stat.Attributes{stat.AttrText: text.Rearm(row[at("VALUE_TEXT")])}}
	if d, err := stat.ParseDecimal(row[at("OBS_VALUE")]); err == nil {
		o.Value = &d
	}
	for _, name := range []string{stat.AttrRun, stat.AttrComparator} {
		if i := at(name); i >= 0 && row[i] != "" {
			o.Attributes[name] = row[i]
		}
	}
	return o.Printed() != ""
}

// jsonSaid reads the file of a page, as rows.
func jsonSaid(t *testing.T, body, flow string, dimensions int, v *vault) readings {
	t.Helper()
	var file struct {
		Columns []struct{ ID, Kind string }
		Rows    []map[string]any
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	rows := [][]string{nil}
	for _, c := range file.Columns {
		rows[0] = append(rows[0], c.ID)
	}
	for _, r := range file.Rows {
		var row []string
		for _, c := range file.Columns {
			switch x := r[c.ID].(type) {
			case string:
				row = append(row, x)
			case json.Number:
				row = append(row, x.String())
			case map[string]any:
				s, _ := x["vi"].(string)
				row = append(row, s)
			default:
				row = append(row, "")
			}
		}
		rows = append(rows, row)
	}
	return rowsSaid(t, rows, dimensions)
}

// sheetRows reads the Vietnamese sheet of a workbook, headed with identifiers, which are those of the table that is written.
func sheetRows(t *testing.T, body, flow string, dimensions int, v *vault) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Số liệu", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	declared, err := v.catalog.Dataflow(flow)
	if err != nil {
		t.Fatal(err)
	}
	head := []string{}
	for _, c := range export.Dataflow(v.catalog, declared, export.Figures(nil)).Columns {
		head = append(head, c.ID)
	}
	out := [][]string{head}
	for _, row := range rows[3:] {
		for len(row) < len(head) {
			row = append(row, "")
		}
		out = append(out, row)
	}
	return out
}

// plainNumber writes a number without the zeros at its end: a workbook keeps numbers and not how they are written.
func plainNumber(s string) string {
	d, err := stat.ParseDecimal(s)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(d.Float64(), 'g', 13, 64)
}

var figure = regexp.MustCompile(`<t[dh][^>]*>(?:<span class="seal[^>]*></span> )?<a href="/vi-sao\?o=([^"&]+)[^"]*">([^<]*)</a>((?:<small class="flags"[^>]*>[^<]*</small>)?)</t[dh]>`)

// page reads the figures on the pages of a dataflow: the number with the digits that the API says, and the word of its status.
func (s speaking) page(t *testing.T, flow string, api, files readings) int {
	t.Helper()
	n := 0
	for part := 1; part <= 40; part++ {
		w := get(s.site, "GET", "/so-lieu/"+flow+"?trang="+strconv.Itoa(part))
		if w.Code == http.StatusNotFound {
			break
		}
		for _, m := range figure.FindAllStringSubmatch(w.Body.String(), -1) {
			address, err := url.QueryUnescape(html.UnescapeString(m[1]))
			if err != nil {
				t.Fatal(err)
			}
			cell, ok := strings.CutPrefix(address, flow+"/")
			want, known := api[cell]
			if !ok || !known {
				t.Errorf("%s: a page shows %s, which the API does not", flow, address)
				continue
			}
			n++
			got := html.UnescapeString(m[2])
			if digits, _ := strconv.Atoi(want.decimals); want.printed == "" && want.value != "" && !strings.HasSuffix(strings.SplitN(cell, "/", 2)[0], ".PROB") {
				if number := text.FormatNumber("vi", stat.MustDecimal(want.value), digits); got != number {
					t.Errorf("%s: %q on the page, %s with %s digits in the API", address, got, want.value, want.decimals)
				}
			} else if want.printed != "" && got != want.printed {
				t.Errorf("%s: %q on the page, %q in the API", address, got, want.printed)
			}
			word := view.StatusFlag(stat.Status(want.status)).Short.Vi
			if beside := len(view.Flags(stat.Status(want.status), "")) > 0; want.value != "" && beside != strings.Contains(m[3], word) {
				t.Errorf("%s: status %s in the API, %s on the page", address, want.status, m[3])
			}
		}
	}
	s.units(t, flow, files)
	return n
}

// units asks, for each unit and number of digits of a dataflow, for the page of one series that has it: name and unit stand there as in the files.
func (s speaking) units(t *testing.T, flow string, files readings) {
	t.Helper()
	seen := map[[2]string]bool{}
	for cell, x := range files {
		key, _, _ := strings.Cut(cell, "/")
		if of := [2]string{x.unitName, x.decimals}; seen[of] || x.value == "" {
			continue
		} else {
			seen[of] = true
		}
		body := html.UnescapeString(s.body(t, "/so-lieu/"+flow+"/"+key))
		if x.unitName != "" && flow != "TARGET_STATUS" && !strings.Contains(body, x.unitName) && !strings.Contains(body, strings.TrimPrefix(x.unitName, "%")) {
			t.Errorf("%s/%s: the page does not say the unit %q", flow, cell, x.unitName)
		}
	}
}
