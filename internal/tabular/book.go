package tabular

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"nhipso/internal/fault"
)

// A workbook is read here and not by excelize, which writes ours: of a stream that library gives the cells as texts only, so that a formula
// without a result, a date and an error can no longer be told apart, and it gives types only of a sheet that it holds whole.

// errDamaged is a workbook whose parts do not fit together.
var errDamaged = errors.New("parts of the workbook do not fit together")

// workbook is what of a workbook is kept while its sheets are read.
type workbook struct {
	parts    map[string]*zip.File
	sheets   []sheet
	texts    []string // shared by the cells
	styles   []style  // by the number that a cell gives
	date1904 bool     // days are counted from 1904, as old Macs did
}

type sheet struct {
	name   string
	hidden bool
	part   string
}

// style is what of a format says what a number means.
type style struct{ date, percent bool }

// workbook looks at a workbook and at the sheet to read.
func (f *File) workbook(b []byte) error {
	w, err := openBook(b)
	if err != nil {
		return f.damaged(err, 0, "")
	}
	s, err := f.choose(w)
	if err != nil {
		return err
	}
	f.Sheet = s.name
	f.rows = func() iter.Seq2[Row, error] { return f.cells(w, s) }
	return f.look()
}

// damaged is the refusal of a workbook that cannot be read; a fault with a code of its own stays.
func (f *File) damaged(err error, line int, column string) error {
	var e *fault.Error
	if errors.As(err, &e) {
		return e.At(f.Name, line, column)
	}
	return fault.New("tabular.damaged").At(f.Name, line, column).Because(err)
}

// choose finds the sheet that is named or, when none is, the only visible one with data.
func (f *File) choose(w *workbook) (sheet, error) {
	if f.options.Sheet != "" {
		want := norm.NFC.String(strings.TrimSpace(f.options.Sheet))
		for _, s := range w.sheets {
			if strings.EqualFold(norm.NFC.String(strings.TrimSpace(s.name)), want) {
				return s, nil
			}
		}
		return sheet{}, fault.New("tabular.no-such-sheet", "sheet", f.options.Sheet, "sheets", w.names(func(sheet) bool { return true })).At(f.Name, 0, "")
	}
	var found []sheet
	behind := false // a sheet that is hidden, and could have been meant
	for _, s := range w.sheets {
		if s.hidden {
			behind = true
			continue
		}
		for row, err := range f.cells(w, s) {
			if err != nil && fault.CodeOf(err) != "tabular.no-result" {
				return sheet{}, err
			}
			if err != nil || row.filled() > 0 {
				found = append(found, s)
				break
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0 && behind:
		return sheet{}, fault.New("tabular.hidden-only", "sheets", w.names(func(s sheet) bool { return s.hidden })).At(f.Name, 0, "")
	case len(found) == 0:
		return sheet{}, fault.New("tabular.empty").At(f.Name, 0, "")
	}
	full := map[string]bool{}
	for _, s := range found {
		full[s.name] = true
	}
	return sheet{}, fault.New("tabular.which-sheet", "sheets", w.names(func(s sheet) bool { return full[s.name] })).At(f.Name, 0, "")
}

// names lists the sheets that a person may choose from.
func (w *workbook) names(wanted func(sheet) bool) string {
	var out []string
	for _, s := range w.sheets {
		if wanted(s) {
			out = append(out, s.name)
		}
	}
	const most = 12
	if len(out) > most {
		out = append(out[:most], "…")
	}
	return strings.Join(out, ", ")
}

// openBook reads everything but the sheets.
func openBook(b []byte) (*workbook, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	if len(z.File) > maxParts {
		return nil, fault.New("tabular.unpacks-too-large")
	}
	w := &workbook{parts: map[string]*zip.File{}}
	for _, f := range z.File {
		w.parts[partName("", strings.ReplaceAll(f.Name, "\\", "/"))] = f
	}
	main := "xl/workbook.xml"
	rels, err := w.relations("_rels/.rels", "")
	if err != nil {
		return nil, err
	}
	for _, r := range rels {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			main = r.Target
		}
	}
	return w, w.main(main)
}

// main reads the list of sheets, and the parts that all sheets share.
func (w *workbook) main(name string) error {
	var list struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			Other string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.small(name, &list); err != nil {
		return err
	}
	w.date1904 = list.Properties.Date1904 == "1" || list.Properties.Date1904 == "true"
	dir, base := path.Split(name)
	rels, err := w.relations(dir+"_rels/"+base+".rels", dir)
	if err != nil {
		return err
	}
	byID := map[string]relation{}
	for _, r := range rels {
		byID[r.ID] = r
	}
	for _, s := range list.Sheets {
		r := byID[s.ID+s.Other]
		if !strings.HasSuffix(r.Type, "/worksheet") { // a sheet of a chart or a macro
			continue
		}
		if w.parts[r.Target] == nil {
			return errDamaged
		}
		w.sheets = append(w.sheets, sheet{s.Name, s.State == "hidden" || s.State == "veryHidden", r.Target})
	}
	for _, r := range rels {
		switch {
		case strings.HasSuffix(r.Type, "/sharedStrings"):
			err = w.readTexts(r.Target)
		case strings.HasSuffix(r.Type, "/styles"):
			err = w.readStyles(r.Target)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// relation is what a part means by an identifier.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

// relations reads the relations of a part that lies in folder dir; none where it has no such list.
func (w *workbook) relations(name, dir string) ([]relation, error) {
	if w.parts[partName("", name)] == nil {
		return nil, nil
	}
	var list struct {
		All []relation `xml:"Relationship"`
	}
	err := w.small(name, &list)
	for i := range list.All {
		list.All[i].Target = partName(dir, list.All[i].Target)
	}
	return list.All, err
}

// partName gives the name under which a part is kept, as a part in folder dir names it. Case does not matter in these names.
func partName(dir, to string) string {
	if strings.HasPrefix(to, "/") {
		dir = ""
	}
	return strings.ToLower(path.Join(dir, strings.TrimPrefix(to, "/")))
}

// small decodes a part that is small in any honest workbook.
func (w *workbook) small(name string, into any) error {
	f := w.parts[partName("", name)]
	if f == nil {
		return errDamaged
	}
	b, err := part(f, maxSmall)
	if err != nil {
		return err
	}
	return xml.Unmarshal(b, into)
}

// part reads a part whole, up to limit bytes.
func part(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fault.New("tabular.unpacks-too-large")
	}
	return b, err
}

// stream opens a part that is read bit by bit, up to limit bytes.
func (w *workbook) stream(name string, limit int64) (*xmlScanner, io.Closer, error) {
	f := w.parts[name]
	if f == nil {
		return nil, nil, errDamaged
	}
	r, err := f.Open()
	if err != nil {
		return nil, nil, err
	}
	return newScanner(&bounded{r, limit}), r, nil
}

// bounded refuses to read beyond a number of bytes, where io.LimitReader would say that the end is there.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fault.New("tabular.unpacks-too-large")
	}
	return n, err
}

// readTexts reads the texts that cells share.
func (w *workbook) readTexts(name string) error {
	x, c, err := w.stream(name, maxStrings)
	if err != nil {
		return err
	}
	defer c.Close()
	for {
		kind, err := x.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if kind == opening && x.is("si") {
			s, err := x.texts("si")
			if err != nil {
				return err
			}
			w.texts = append(w.texts, s)
		}
	}
}

// readStyles reads which formats show a number as a date or as per cent.
func (w *workbook) readStyles(name string) error {
	var list struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.small(name, &list); err != nil {
		return err
	}
	own := map[int]style{}
	for _, f := range list.Formats {
		own[f.ID] = styleOf(f.Code)
	}
	for _, c := range list.Cells {
		s, ok := own[c.Format]
		if !ok {
			n := c.Format
			s = style{date: n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58, percent: n == 9 || n == 10}
		}
		w.styles = append(w.styles, s)
	}
	return nil
}

// styleOf says what a format that the workbook declares itself means. Quoted and escaped text, and what stands in brackets, is no format.
func styleOf(code string) style {
	var bare strings.Builder
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case c == ';':
			i = len(code)
		case !bracket:
			bare.WriteByte(c | 0x20) // small letters; signs are not asked for
		}
	}
	s := bare.String()
	return style{date: strings.ContainsAny(s, "ymdhs") && !strings.Contains(s, "general"), percent: strings.Contains(code, "%") && strings.Contains(s, "%")}
}
