package record

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestOurTablesAreReadStrictly(t *testing.T) {
	rows, err := Exactly([]byte("id,vi,en\na,Huế,\"Hue, city\"\n\nb,\"hai\ndòng\",two\n"), "id", "vi", "en")
	if err != nil || len(rows) != 2 || rows[0].Get("en") != "Hue, city" || rows[1].Line != 4 || rows[1].Map()["vi"] != "hai\ndòng" {
		t.Errorf("%+v (%v)", rows, err)
	}
	for name, text := range map[string]string{"nothing": "", "another heading": "id,en,vi\n", "a column more": "id,vi,en,x\n", "a short row": "id,vi,en\na,b\n", "a long row": "id,vi,en\na,b,c,d\n", "a byte order mark": "\ufeffid,vi,en\n",
		"no UTF-8": "id,vi,en\na,b,\xff\n", "a zero byte": "id,vi,en\na,b,\x00\n", "an open quotation": "id,vi,en\na,b,\"c\n", "semicolons": "id;vi;en\n"} {
		if _, err := Exactly([]byte(text), "id", "vi", "en"); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	for _, text := range []string{"id,,en\n", "id,vi,id\n"} {
		if _, err := Ours([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	t.Run("a defect of the program panics", func(t *testing.T) {
		for _, do := range []func(){func() { MustExactly("a\n", "b") }, func() { rows[0].Get("x") }} {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				do()
			}()
		}
	})
}

func TestRecordsOneByOne(t *testing.T) {
	r := New(strings.NewReader("a;b\n\n1;\"2\n3\"\nx;\"y\n"), ';')
	if f, line, err := r.Next(); err != nil || line != 1 || len(f) != 2 {
		t.Error(f, line, err)
	}
	if f, line, err := r.Next(); err != nil || line != 3 || f[1] != "2\n3" {
		t.Error(f, line, err)
	}
	var bad *SyntaxError
	if _, line, err := r.Next(); !errors.As(err, &bad) || bad.Line != 5 || line != 5 || bad.Error() == "" {
		t.Error(line, err)
	}
	if f, _, err := New(strings.NewReader("a, \"b, c\"\n"), ',').Loose().Next(); err != nil || f[1] != "b, c" {
		t.Error(f, err)
	}
	if f, _, err := New(strings.NewReader("\t\ta\n"), '\t').Loose().Next(); err != nil || len(f) != 3 {
		t.Error(f, err)
	}
	if _, _, err := New(strings.NewReader(""), ',').Next(); err != io.EOF {
		t.Error(err)
	}
}
