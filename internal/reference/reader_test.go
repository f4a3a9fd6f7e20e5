package reference_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/tabular"
)

const head = "DATAFLOW,REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n"

func read(t testing.TB, text string) (cube.Message, error) {
	t.Helper()
	c, areas := world(t)
	return reference.Read(strings.NewReader(text), "tệp.csv", c, areas, reference.Options{Sender: "test", SentAt: when})
}

func TestRead(t *testing.T) {
	t.Run("a two-digit code means what it meant on the last day of the period", func(t *testing.T) {
		m, err := read(t, head+"GRDP,24,2022,1,A,,S,NSO-2025-01\nGRDP,24,2025,2,A,,S,NSO-2025-01\nGRDP,VN34-24,2020,3,A,,S,NSO-2025-01\n")
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []stat.Key{"A.VN63-24", "A.VN34-24", "A.VN34-24"} {
			if m.Entries[i].Key != want {
				t.Errorf("row %d: %s, want %s", i+2, m.Entries[i].Key, want)
			}
		}
	})
	t.Run("the frequency follows from the period when left out", func(t *testing.T) {
		m, err := read(t, strings.Replace(head, "REF_AREA", "REF_AREA,ACTIVITY", 1)+"NA_GROWTH,VN,B1GQ,2026-01-01/P9M,9.01,A,2026-10-06,S2,NSO-2025-01\n")
		if err != nil || m.Entries[0].Key != "N.VN.B1GQ" {
			t.Errorf("%+v (%v)", m, err)
		}
	})
	t.Run("a vintage that is not stated counts as the day of sending", func(t *testing.T) {
		m, err := read(t, head+"GRDP,01,2025,1,,,S,NSO-2025-01\n")
		if err != nil || m.Entries[0].Vintage.Date != stat.MustDate("2026-11-01") || m.Entries[0].Vintage.Written != "" || m.Entries[0].Status != stat.Normal {
			t.Errorf("%+v (%v)", m, err)
		}
	})
	t.Run("a UTF-8 byte order mark and Windows line ends do no harm", func(t *testing.T) {
		m, err := read(t, "\xef\xbb\xbf"+strings.ReplaceAll(head+"GRDP,01,2025,1,A,,S,NSO-2025-01\n", "\n", "\r\n"))
		if err != nil || len(m.Entries) != 1 {
			t.Errorf("%+v (%v)", m, err)
		}
	})
	t.Run("rows are counted as a person sees them, through quoted line ends", func(t *testing.T) {
		_, err := read(t, head+"GRDP,01,2025,1,A,,S,\"two\nlines\"\nGRDP,01,2025,nhiều,A,,S,NSO-2025-01\n")
		if all := fault.All(err); len(all) != 1 || all[0].Where.Row != 4 {
			t.Errorf("%v", err)
		}
	})
	t.Run("a valid file gives a message that the intake accepts", func(t *testing.T) {
		c, _ := world(t)
		m, err := read(t, head+"GRDP,01,2025,,O,,S,NSO-2025-01\n")
		if err != nil || (cube.Intake{Catalog: c}).Check(m) != nil || m.Sender != "test" || m.File != "tệp.csv" || m.Entries[0].Row != 2 {
			t.Errorf("%+v (%v)", m, err)
		}
	})
}

func TestReadRefuses(t *testing.T) {
	row := func(s string) string { return head + s + "\n" }
	for name, c := range map[string]struct {
		text   string
		code   string
		row    int
		column string
	}{
		"a code that ended, by its date":           {row("GRDP,27,2025,1,A,,S,x"), "territory.code-ended", 2, "REF_AREA"},
		"a code that never was":                    {row("GRDP,99,2025,1,A,,S,x"), "territory.no-code", 2, "REF_AREA"},
		"an area of no set":                        {row("GRDP,VN34-30,2025,1,A,,S,x"), "territory.no-area", 2, "REF_AREA"},
		"a name in place of a code":                {row("GRDP,Bắc Ninh,2025,1,A,,S,x"), "territory.name-not-code", 2, "REF_AREA"},
		"a key that appears twice":                 {row("GRDP,24,2025,1,A,,S,NSO-2025-01\nGRDP,VN34-24,2025,2,A,,S,NSO-2025-01"), "cube.duplicate", 3, ""},
		"text where a number belongs":              {row("GRDP,01,2025,nhiều,A,,S,x"), "reference.not-a-number", 2, "OBS_VALUE"},
		"1,234 which reads two ways":               {row(`GRDP,01,2025,"1,234",A,,S,x`), "tabular.two-readings", 2, "D"},
		"1.234 which reads two ways as well":       {row(`GRDP,01,2025,1.234,A,,S,x`), "tabular.two-readings", 2, "D"},
		"two conventions":                          {row("GRDP,01,2025,\"1.234,56\",A,,S,x\nGRDP,04,2025,14.02,A,,S,x"), "tabular.mixed-numbers", 3, "D"},
		"a percent sign on an amount":              {row("GRDP,01,2025,14%,A,,S,NSO-2025-01"), "reference.percent", 2, "OBS_VALUE"},
		"a flag that contradicts the status":       {row("GRDP,01,2025,14 p,A,,S,NSO-2025-01"), "reference.flag-and-status", 2, "OBS_STATUS"},
		"a total row":                              {row("Tổng số,,,14,,,,"), "tabular.total-row", 2, ""},
		"NaN":                                      {row("GRDP,01,2025,NaN,A,,S,x"), "reference.not-a-number", 2, "OBS_VALUE"},
		"infinity":                                 {row("GRDP,01,2025,1e999,A,,S,x"), "reference.not-a-number", 2, "OBS_VALUE"},
		"a lone surrogate":                         {row("GRDP,01,2025,1,A,,S,x\xed\xa0\x80"), "tabular.surrogate", 2, ""},
		"an old encoding":                          {row("GRDP,01,2025,1,A,,S,B\xb3c Ninh"), "tabular.not-utf8", 2, ""},
		"UTF-16":                                   {"\xff\xfeD\x00A\x00", "tabular.unknown-column", 1, "DA"},
		"UTF-16, the other way round":              {"\xfe\xff\x00D\x00A", "tabular.unknown-column", 1, "DA"},
		"a NUL":                                    {row("GRDP,01,2025,1,A,,S,x\x00"), "tabular.nul", 2, "H"},
		"a row too short":                          {row("GRDP,01,2025,1"), "tabular.ragged", 2, ""},
		"a row too long":                           {row("GRDP,01,2025,1,A,,S,x,y"), "tabular.ragged", 2, ""},
		"an empty file":                            {"", "tabular.empty", 0, ""},
		"a file of blanks":                         {"\ufeff \r\n\n", "tabular.empty", 0, ""},
		"a heading and nothing under it":           {head, "cube.empty", 0, ""},
		"semicolons and nothing under them":        {strings.ReplaceAll(head, ",", ";"), "cube.empty", 0, ""},
		"an unknown column":                        {"GHI_CHU," + head, "tabular.unknown-column", 1, "GHI_CHU"},
		"a column twice":                           {"SOURCE," + head, "tabular.column-twice", 1, "SOURCE"},
		"a missing column":                         {strings.Replace(head, ",OBS_VALUE", "", 1), "tabular.missing-column", 1, "OBS_VALUE"},
		"a missing dimension":                      {"DATAFLOW,TIME_PERIOD,OBS_VALUE,EVIDENCE,SOURCE\nGRDP,2025,1,S,x\n", "reference.missing-column", 2, "REF_AREA"},
		"an empty dimension":                       {row("GRDP,,2025,1,A,,S,x"), "reference.empty-code", 2, "REF_AREA"},
		"a dataflow that is none":                  {row("GRPD,01,2025,1,A,,S,x"), "catalog.no-dataflow", 2, "DATAFLOW"},
		"a period that is none":                    {row("GRDP,01,năm 2025,1,A,,S,x"), "stat.bad-period", 2, "TIME_PERIOD"},
		"a vintage that is none":                   {row("GRDP,01,2025,1,A,hôm qua,S,x"), "stat.bad-period", 2, "VINTAGE"},
		"a status that is none":                    {row("GRDP,01,2025,1,X,,S,x"), "stat.bad-code", 2, "OBS_STATUS"},
		"a value with a status of none":            {row("GRDP,01,2025,1,O,,S,x"), "cube.value-and-status", 2, "OBS_VALUE"},
		"no value with a normal status":            {row("GRDP,01,2025,,A,,S,x"), "cube.value-and-status", 2, "OBS_VALUE"},
		"no source":                                {row("GRDP,01,2025,1,A,,S,"), "cube.no-source", 2, "SOURCE"},
		"a mark that is none":                      {row("GRDP,01,2025,1,A,,S3,x"), "cube.no-mark", 2, "EVIDENCE"},
		"an attribute of another dataflow":         {strings.Replace(head, "SOURCE", "SOURCE,COMPARATOR", 1) + "GRDP,01,2025,1,A,,S,x,>\n", "cube.unknown-attribute", 2, "COMPARATOR"},
		"a comparator that is none":                {strings.Replace(strings.Replace(head, "REF_AREA", "REF_AREA,TARGET", 1), "SOURCE", "SOURCE,COMPARATOR", 1) + "TARGET,VN,KTS-1,2026,1,A,,S,x,≥\n", "reference.unknown-value", 2, "COMPARATOR"},
		"a bound that is no number":                {"DATAFLOW,REF_AREA,MEASURE,TIME_PERIOD,OBS_VALUE,EVIDENCE,SOURCE,CI_LOWER\nTEAMS,VN,TEAMS,2026,1,S,x,một\n", "reference.not-a-number", 2, "CI_LOWER"},
		"a code with a sign that joins codes":      {strings.Replace(head, "REF_AREA", "REF_AREA,TARGET", 1) + "TARGET,VN,KTS-1+KTS-2,2026,1,A,,S,x\n", "catalog.unknown-code", 2, "TARGET"},
		"a code that is not in its list":           {strings.Replace(head, "REF_AREA", "REF_AREA,TARGET", 1) + "TARGET,VN,KTS-99,2026,1,A,,S,x\n", "catalog.unknown-code", 2, "TARGET"},
		"a quotation that never ends":              {row(`GRDP,01,2025,1,A,,S,"x`), "tabular.quotes", 2, ""},
		"a period of another frequency than given": {"DATAFLOW,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE,EVIDENCE,SOURCE\nGRDP,Q,01,2025,1,S,x\n", "cube.frequency", 2, "TIME_PERIOD"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := read(t, c.text)
			all := fault.All(err)
			if len(all) == 0 || len(m.Entries) != 0 {
				t.Fatalf("got %v with %d entries", err, len(m.Entries))
			}
			f := all[0]
			if f.Code != c.code || f.Where.Row != c.row || f.Where.Column != c.column || f.Where.File != "tệp.csv" {
				t.Errorf("got %s at %s, want %s at row %d column %s", f.Code, f.Where, c.code, c.row, c.column)
			}
			for _, lang := range []string{"vi", "en"} {
				if s := fault.In(err, lang); strings.ContainsAny(s, "{}") {
					t.Errorf("place left open: %s", s)
				}
			}
		})
	}
	t.Run("up to twenty faults are named at once, in order", func(t *testing.T) {
		var b strings.Builder
		b.WriteString(head)
		for i := range 50 {
			fmt.Fprintf(&b, "GRDP,01,%d,x,A,,S,x\n", 1950+i)
		}
		_, err := read(t, b.String())
		all := fault.All(err)
		if len(all) != 20 || all[0].Where.Row != 2 || all[19].Where.Row != 21 {
			t.Errorf("%d faults", len(all))
		}
	})
	t.Run("one bad row refuses the good ones", func(t *testing.T) {
		m, err := read(t, row("GRDP,01,2025,1,A,,S,x\nGRDP,04,2025,x,A,,S,x"))
		if err == nil || len(m.Entries) != 0 {
			t.Errorf("%d entries came through", len(m.Entries))
		}
	})
	t.Run("a file that is too large is refused unread", func(t *testing.T) {
		c, areas := world(t)
		_, err := reference.Read(io.LimitReader(zeros{}, tabular.MaxBytes+10), "big.csv", c, areas, reference.Options{SentAt: when})
		if fault.CodeOf(err) != "tabular.too-large" {
			t.Error(err)
		}
	})
	t.Run("a disk that fails in the middle is told", func(t *testing.T) {
		c, areas := world(t)
		_, err := reference.Read(io.MultiReader(strings.NewReader(head), iotest.ErrReader(errors.New("input/output error"))), "x.csv", c, areas, reference.Options{SentAt: when})
		if fault.CodeOf(err) != "tabular.unreadable" || fault.KindOf(err) != fault.Unavailable {
			t.Error(err)
		}
	})
}

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func FuzzRead(f *testing.F) {
	f.Add(head + "GRDP,24,2022,1,A,,S,x\n")
	f.Add(head + "GRDP,27,2025,\"1.234,56\",A,2024,S2,x\n")
	f.Add("\xef\xbb\xbfDATAFLOW;X\n")
	f.Add("DATAFLOW,FREQ,REF_AREA,ACTIVITY,TIME_PERIOD,OBS_VALUE,EVIDENCE,SOURCE\nNA_GROWTH,N,VN,B1GQ,2026-01-01/P9M,9.01,S,\"a\nb\"\n")
	f.Add(head + "GRDP,01,2025,1,A,,S,\"")
	f.Add("\xff\xfe\x00")
	f.Add(head + "GRDP,01,2025,1,A,,S,\xed\xa0\x80\n")
	c, areas := world(f)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := reference.Read(strings.NewReader(text), "f.csv", c, areas, reference.Options{Sender: "fuzz", SentAt: when})
		if err != nil {
			if len(m.Entries) != 0 || len(fault.All(err)) == 0 || len(fault.All(err)) > 20 {
				t.Errorf("%q: %d entries, error %v", text, len(m.Entries), err)
			}
			return
		}
		if err := (cube.Intake{Catalog: c}).Check(m); err != nil {
			t.Errorf("%q passed the reader and not the intake: %v", text, err)
		}
	})
}
