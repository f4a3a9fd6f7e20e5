// Package workbook is what every XLSX file of ours has in common: who made it and when, how it prints, and parts that stand in one order.
//
// It writes no figure and reads no clock. The same content gives the same bytes, whichever server writes it.
package workbook

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/stat"
)

// Program is the name under which files are made where no publisher is stated.
const Program = "Nhịp Số"

// Properties are what a file says of itself.
type Properties struct {
	Title    string
	Creator  string    // the agency that publishes; Program when nobody said
	Address  string    // of the same figures
	Language string    // "vi" or "en"; "" where both stand in it
	Created  time.Time // the minute of the release that it shows, never that of the download; zero says nothing
}

// New starts a workbook whose parts will stand in the order of their names.
func New() *excelize.File {
	f := excelize.NewFile()
	f.SetZipWriter(newSortedZip)
	return f
}

// Write writes a workbook with its properties and nothing of the library that made it.
func Write(f *excelize.File, w io.Writer, p Properties) error {
	f.Pkg.Store("docProps/core.xml", p.core())
	f.Pkg.Store("docProps/app.xml", []byte(xml.Header+`<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>`+escaped(Program)+`</Application></Properties>`))
	return f.Write(w)
}

// core writes the part that every office program shows as the properties of the file.
func (p Properties) core() []byte {
	var b strings.Builder
	b.WriteString(xml.Header + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:dcmitype="http://purl.org/dc/dcmitype/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`)
	if p.Creator == "" {
		p.Creator = Program
	}
	for _, x := range [][2]string{{"dc:title", p.Title}, {"dc:creator", p.Creator}, {"cp:lastModifiedBy", p.Creator}, {"dc:identifier", p.Address}, {"dc:language", p.Language}} {
		if x[1] != "" {
			b.WriteString("<" + x[0] + ">" + escaped(x[1]) + "</" + x[0] + ">")
		}
	}
	if !p.Created.IsZero() {
		at := p.Created.UTC().Format(time.RFC3339)
		for _, name := range []string{"dcterms:created", "dcterms:modified"} {
			b.WriteString("<" + name + ` xsi:type="dcterms:W3CDTF">` + at + "</" + name + ">")
		}
	}
	b.WriteString("</cp:coreProperties>")
	return []byte(b.String())
}

func escaped(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic("workbook: " + err.Error()) // a buffer takes everything
	}
	return b.String()
}

// Printable makes a sheet print lying down, as wide as the paper, with the row of its headings on every page and its pages numbered. It comes
// before the rows of the sheet; head 0 is a sheet without headings.
func Printable(f *excelize.File, sheet string, head int) error {
	fit := true
	if err := f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	landscape, a4, wide, long := "landscape", 9, 1, 0
	if err := f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, FitToWidth: &wide, FitToHeight: &long}); err != nil {
		return err
	}
	if err := f.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&L&A&R&P/&N"}); err != nil {
		return err
	}
	if head == 0 {
		return nil
	}
	row := "$" + strconv.Itoa(head)
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + strings.ReplaceAll(sheet, "'", "''") + "'!" + row + ":" + row, Scope: sheet})
}

// The first day that a worksheet can write, and the one that it counts from. It counts a day that never was: 29 February 1900.
var firstDay, dayZero = stat.NewDate(1900, time.March, 1), stat.NewDate(1899, time.December, 30)

// Day is a day as a worksheet counts it, and whether it can.
func Day(d stat.Date) (int, bool) { return d.Sub(dayZero), !d.Before(firstDay) }

// DayFormat shows a day as in data files, whatever the country of the reader's computer.
const DayFormat = "yyyy-mm-dd"
