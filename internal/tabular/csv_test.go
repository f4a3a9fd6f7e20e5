package tabular_test

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
	"nhipso/internal/tabular/record"
)

func TestSeparators(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    tabular.Options
		want string // cells between bars
	}{
		"commas":                            {"Tỉnh,Năm\nHuế,2025\n", tabular.Options{}, "Tỉnh|Năm\nHuế|2025"},
		"semicolons":                        {"Tỉnh;Năm\nHuế;2025\n", tabular.Options{}, "Tỉnh|Năm\nHuế|2025"},
		"tabs":                              {"Tỉnh\tNăm\nHuế\t2025\n", tabular.Options{}, "Tỉnh|Năm\nHuế|2025"},
		"semicolons and decimal commas":     {"Tỉnh;2024;2025\nHuế;1,5;2,5\nHà Nội;3,5;4,5\n", tabular.Options{}, "Tỉnh|2024|2025\nHuế|1,5|2,5\nHà Nội|3,5|4,5"},
		"semicolons and commas in headings": {"Tỉnh, thành phố;Giá trị, tỷ đồng\nHuế;1\nHà Nội;2\n", tabular.Options{}, "Tỉnh, thành phố|Giá trị, tỷ đồng\nHuế|1\nHà Nội|2"},
		"more commas than semicolons":       {"Tên;Số\n\"a,b,c,d\";1\n\"e,f,g,h\";2\n", tabular.Options{}, "Tên|Số\na,b,c,d|1\ne,f,g,h|2"},
		"a heading over two lines":          {"\"Giá trị\ntăng thêm; tỷ đồng\",Năm\n1,2025\n2,2026\n", tabular.Options{}, "Giá trị\ntăng thêm; tỷ đồng|Năm\n1|2025\n2|2026"},
		"titles above, with commas":         {"Biểu 1, Giá trị tăng thêm, giá hiện hành\n\nTỉnh;2024;2025\nHuế;1,5;2\nHà Nội;3;4,5\n", tabular.Options{}, "Biểu 1, Giá trị tăng thêm, giá hiện hành\nTỉnh|2024|2025\nHuế|1,5|2\nHà Nội|3|4,5"},
		"one column":                        {"Tỉnh\nHuế\nHà Nội\n", tabular.Options{}, "Tỉnh\nHuế\nHà Nội"},
		"padded at the end, as Excel does":  {"Tên bảng,,\nTỉnh,Năm,\nHuế,2025,\n", tabular.Options{}, "Tên bảng||\nTỉnh|Năm|\nHuế|2025|"},
		"named, though two would do":        {"a,b;c\n1,2;3\n", tabular.Options{Separator: "semicolon"}, "a,b|c\n1,2|3"},
		"line ends of Windows":              {"a,b\r\n1,2\r\n", tabular.Options{}, "a|b\n1|2"},
		"line ends of old Macs":             {"a,b\r1,2\r", tabular.Options{}, "a|b\n1|2"},
		"bare numbers with decimal commas":  {"1,5;2,5\n3,5;4,5\n", tabular.Options{}, "1,5|2,5\n3,5|4,5"},
		"no line end at the end":            {"a,b\n1,2", tabular.Options{}, "a|b\n1|2"},
		"bare numbers between blanks":       {"1 2.5 -3\n 4 5 6\n", tabular.Options{Blanks: true}, "1|2.5|-3\n4|5|6"},
		"blanks inside, of every kind":      {" a ,\u00a0b\u202f\n1,\t2\n", tabular.Options{}, "a|b\n1|2"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := open(t, c.text, c.o)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, r := range grid(t, f) {
				lines = append(lines, strings.Join(r, "|"))
			}
			if got := strings.Join(lines, "\n"); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	t.Run("two that divide every row are refused", func(t *testing.T) {
		_, err := open(t, "a,b;c\n1,2;3\n", tabular.Options{})
		wantFault(t, err, "tabular.two-separators", 1, "")
	})
}

// wide encodes a text in UTF-16.
func wide(s string, big, mark bool) string {
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var b strings.Builder
	for _, u := range units {
		hi, lo := byte(u>>8), byte(u)
		if big {
			b.Write([]byte{hi, lo})
		} else {
			b.Write([]byte{lo, hi})
		}
	}
	return b.String()
}

const sample = "Tỉnh,Giá trị\nThừa Thiên Huế,\"14,02\"\nĐắk Lắk,\"13,17\"\n"

func TestEncodings(t *testing.T) {
	w1258, err := charmap.Windows1258.NewEncoder().String(forWindows(sample))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		o    tabular.Options
	}{
		"UTF-8":                           {sample, tabular.Options{}},
		"UTF-8 with a byte order mark":    {"\ufeff" + sample, tabular.Options{}},
		"UTF-16 little end first":         {wide(sample, false, true), tabular.Options{}},
		"UTF-16 big end first":            {wide(sample, true, true), tabular.Options{}},
		"UTF-16 without a mark":           {wide(sample, false, false), tabular.Options{}},
		"UTF-16 without a mark, big":      {wide(sample, true, false), tabular.Options{}},
		"decomposed letters are composed": {norm.NFD.String(sample), tabular.Options{}},
		"windows-1258 that is named":      {w1258, tabular.Options{Encoding: "windows-1258"}},
		"UTF-8 that is named":             {sample, tabular.Options{Encoding: "utf-8"}},
		"UTF-16 that is named":            {wide(sample, true, false), tabular.Options{Encoding: "utf-16be"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := open(t, c.text, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%q", grid(t, f)); got != `[["Tỉnh" "Giá trị"] ["Thừa Thiên Huế" "14,02"] ["Đắk Lắk" "13,17"]]` {
				t.Error(got)
			}
		})
	}
}

// forWindows writes Vietnamese as windows-1258 does: letters with their hat or horn, tones apart.
func forWindows(s string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(s) {
		d := []rune(norm.NFD.String(string(r)))
		if len(d) == 3 { // letter, hat, tone; or letter, low dot, hat
			if d[1] == '\u0323' {
				d[1], d[2] = d[2], d[1]
			}
			b.WriteString(norm.NFC.String(string(d[:2])))
			b.WriteRune(d[2])
			continue
		}
		if len(d) == 2 && strings.ContainsRune("\u0300\u0301\u0303\u0309\u0323", d[1]) {
			b.WriteString(string(d))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

const prose = "Đơn vị hành chính,Số doanh nghiệp\nThành phố Hồ Chí Minh,12\nĐà Nẵng,7\nThừa Thiên Huế,5\nQuảng Trị,4\nHưng Yên,3\n"

// inOld writes a text with the letters of internal/tabular/encodings.csv, read by the test on its own.
func inOld(t *testing.T, column, s string) string {
	t.Helper()
	table := map[rune]string{}
	for _, r := range record.MustExactly(string(read(t, "encodings.csv")), "letter", "tcvn3", "viscii", "vni") {
		code, err := hex.DecodeString(r.Get(column))
		must(t, err)
		for _, letter := range r.Get("letter") {
			table[letter] = string(code)
		}
	}
	var b strings.Builder
	for _, r := range s {
		if code := table[r]; code != "" {
			b.WriteString(code)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestOldEncodingsAreNamed(t *testing.T) {
	w1258, err := charmap.Windows1258.NewEncoder().String(forWindows(prose))
	must(t, err)
	for name, c := range map[string]struct{ text, code, says string }{
		"TCVN3":        {inOld(t, "tcvn3", prose), "tabular.old-encoding", "TCVN3 (ABC)"},
		"VNI":          {inOld(t, "vni", prose), "tabular.old-encoding", "VNI"},
		"VISCII":       {inOld(t, "viscii", prose), "tabular.old-encoding", "VISCII"},
		"windows-1258": {w1258, "tabular.windows-1258", "--encoding windows-1258"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, c.text, tabular.Options{})
			if e := wantFault(t, err, c.code, 1, ""); !strings.Contains(e.In("vi"), c.says) || !strings.Contains(e.In("vi"), "UTF-8") {
				t.Error(e.In("vi"))
			}
		})
	}
	t.Run("bytes known from typed examples", func(t *testing.T) {
		for text, name := range map[string]string{
			"T\xe6ng s\xe8,C\xe9ng h\xdfa\n":                   "TCVN3 (ABC)", // Tổng số, Cộng hòa
			"To\xe5ng so\xe1,Co\xe4ng ho\xf8a x\xe3 ho\xe4i\n": "VNI",
		} {
			_, err := open(t, text, tabular.Options{})
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
	t.Run("text typed with an old font, saved as UTF-8", func(t *testing.T) {
		for _, text := range []string{"Tæng sè,N¨m\n1,2\n", "Toång soá,Naêm\n1,2\n"} {
			_, err := open(t, text, tabular.Options{})
			wantFault(t, err, "tabular.old-font", 1, "A")
		}
	})
	t.Run("other languages are not taken for one", func(t *testing.T) {
		for _, text := range []string{"Société,Générale\n1,2\n", "Hà Lâm,Tân Bình\n1,2\n", "Größe,Fläche\n1,2\n", "Município,Região\n1,2\n", "Ærøskøbing,Tórshavn\n1,2\n"} {
			if _, err := open(t, text, tabular.Options{}); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}

func TestTextsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		o      tabular.Options
		code   string
		row    int
		column string
	}{
		"nothing":                          {"", tabular.Options{}, "tabular.empty", 0, ""},
		"blanks":                           {"\ufeff \r\n\n", tabular.Options{}, "tabular.empty", 0, ""},
		"separators and nothing between":   {",,\n,,\n", tabular.Options{}, "tabular.empty", 0, ""},
		"a NUL":                            {"a,b\n1,x\x00\n", tabular.Options{}, "tabular.nul", 2, "B"},
		"a control character":              {"a,b\n1,2\nx\x07,3\n", tabular.Options{}, "tabular.unseen", 3, "A"},
		"a delete":                         {"a,b\n1,2\x7f\n", tabular.Options{}, "tabular.unseen", 2, "B"},
		"a control character above ASCII":  {"a,b\n1,x\u0085y\n", tabular.Options{}, "tabular.unseen", 2, "B"},
		"a space of no width":              {"a,b\n1,VN\u200b34\n", tabular.Options{}, "tabular.unseen", 2, "B"},
		"a mark of right-to-left":          {"a,b\n1,\u202e34\n", tabular.Options{}, "tabular.unseen", 2, "B"},
		"a lost character":                 {"a,b\n1,Hu\ufffd\n", tabular.Options{}, "tabular.lost-character", 2, "B"},
		"bytes of no encoding":             {"a,b\n1,x\xff\n", tabular.Options{}, "tabular.not-utf8", 2, ""},
		"half a character":                 {"a,b\n1,x\xed\xa0\x80\n", tabular.Options{}, "tabular.surrogate", 2, ""},
		"an open quotation":                {"a,b\n1,\"x\n2,3\n", tabular.Options{}, "tabular.quotes", 2, ""},
		"a quotation inside":               {"a,b\n1,x\"y\n", tabular.Options{}, "tabular.quotes", 2, ""},
		"UTF-16 cut in half":               {wide(sample, false, true)[:41], tabular.Options{}, "tabular.cut-utf16", 0, ""},
		"half a pair in UTF-16":            {"\xff\xfea\x00,\x00\x00\xd8\n\x00", tabular.Options{}, "tabular.not-encoded", 1, ""},
		"UTF-8 that is named as UTF-16":    {"\ufeff" + sample, tabular.Options{Encoding: "utf-16le"}, "tabular.other-encoding", 0, ""},
		"a byte that windows-1258 has not": {"a,b\n1,\xd2x\x9e\n", tabular.Options{Encoding: "windows-1258"}, "tabular.not-encoded", 2, ""},
		"a cell as long as a book":         {"a,b\n1," + strings.Repeat("x", 140_000) + "\n", tabular.Options{}, "tabular.long-cell", 2, "B"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, c.text, c.o)
			wantFault(t, err, c.code, c.row, c.column)
		})
	}
	t.Run("at most twenty are named", func(t *testing.T) {
		_, err := open(t, "a,b\n"+strings.Repeat("1,x\x07\n", 50), tabular.Options{})
		if all := fault.All(err); len(all) != fault.MaxNamed || all[19].Where.Row != 21 {
			t.Error(len(all))
		}
	})
	t.Run("a file beyond the bound is refused", func(t *testing.T) {
		_, err := tabular.Open(io.LimitReader(zeros{}, tabular.MaxBytes+10), "big.csv", tabular.Options{})
		wantFault(t, err, "tabular.too-large", 0, "")
	})
	t.Run("a disk that fails is told", func(t *testing.T) {
		_, err := tabular.Open(io.MultiReader(strings.NewReader(sample), iotest.ErrReader(errDisk)), "x.csv", tabular.Options{})
		if wantFault(t, err, "tabular.unreadable", 0, "").Kind() != fault.Unavailable {
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

func TestKindsAreNamed(t *testing.T) {
	ole := func(stream string) string {
		return "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 500) + wide(stream, false, false)
	}
	zipped := func(names ...string) string {
		p := map[string]string{}
		for _, n := range names {
			name, body, _ := strings.Cut(n, "=")
			p[name] = body
		}
		return string(pack(t, p))
	}
	for name, c := range map[string]struct{ text, code, kind string }{
		"PDF":                    {"%PDF-1.7\n", "tabular.no-table", "PDF"},
		"an old workbook":        {ole("Workbook"), "tabular.other-kind", "old Excel workbook (XLS)"},
		"an old document":        {ole("WordDocument"), "tabular.no-table", "old Word document (DOC)"},
		"a locked workbook":      {ole("EncryptedPackage"), "tabular.locked", "password"},
		"an OpenDocument sheet":  {zipped("mimetype=application/vnd.oasis.opendocument.spreadsheet", "content.xml"), "tabular.other-kind", "ODS"},
		"a document":             {zipped("[Content_Types].xml", "word/document.xml"), "tabular.no-table", "DOCX"},
		"slides":                 {zipped("ppt/presentation.xml"), "tabular.no-table", "PPTX"},
		"a binary workbook":      {zipped("xl/workbook.bin"), "tabular.other-kind", "XLSB"},
		"an archive":             {zipped("gdp.csv=a,b"), "tabular.packed", "ZIP"},
		"a damaged archive":      {"PK\x03\x04\x00\x00", "tabular.damaged", ""},
		"a page saved as .xls":   {"<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table><tr><td>1</td></tr></table></html>", "tabular.other-kind", "HTML"},
		"a bare table of a page": {"\n <table border=1><tr><td>1</td></tr></table>", "tabular.other-kind", "HTML"},
		"a sheet in XML of 2003": {"<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", "tabular.other-kind", "2003"},
		"JSON":                   {"{\"data\": [1, 2]}", "tabular.other-kind", "JSON"},
		"a list of JSON":         {"[{\"a\": 1}]", "tabular.other-kind", "JSON"},
		"SDMX-ML":                {"<?xml version=\"1.0\"?><message:GenericData/>", "tabular.other-kind", "XML"},
		"PNG":                    {"\x89PNG\r\n\x1a\n0000", "tabular.no-table", "picture"},
		"JPEG":                   {"\xff\xd8\xff\xe0\x00\x10JFIF", "tabular.no-table", "picture"},
		"GZIP":                   {"\x1f\x8b\x08\x00", "tabular.packed", "GZIP"},
		"PC-Axis":                {"CHARSET=\"ANSI\";\nAXIS-VERSION=\"2010\";", "tabular.other-kind", "PX"},
		"Parquet":                {"PAR1\x15\x04", "tabular.other-kind", "Parquet"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, c.text, tabular.Options{})
			if e := wantFault(t, err, c.code, 0, ""); !strings.Contains(e.In("en"), c.kind) {
				t.Error(e.In("en"))
			}
		})
	}
	t.Run("what only begins alike is CSV", func(t *testing.T) {
		for _, text := range []string{"[ghi chú],b\n1,2\n", "{x},b\n1,2\n", "<5 người,b\n1,2\n", "BMI,GIF89\n1,2\n"} {
			if f, err := open(t, text, tabular.Options{}); err != nil || f.Kind != tabular.CSV {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
