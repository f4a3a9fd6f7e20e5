package desk_test

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/internal/catalog"
	"nhipso/internal/testpack"
)

// TestWhatNoLongerFitsIsSaid: where a type asks for more than it did, its list and its records say which do not fit and why, to who may see them whole;
// a value that no form offers any more is not lost by saving another field.
func TestWhatNoLongerFitsIsSaid(t *testing.T) {
	p := newPlace(t)
	files := fstest.MapFS{}
	if err := fs.WalkDir(testpack.Cloudland(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var text []byte
			text, err = fs.ReadFile(testpack.Cloudland(), path)
			files[path] = &fstest.MapFile{Data: text}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	const name = "types/station.yaml"
	text := string(files[name].Data)
	for old, now := range map[string]string{"records: CL_STATION\n": "", "fields: [name, area, plan]}": "fields: [name, area, plan, opened]}", "kind: code, codelist: CL_AREA,": "kind: code, codelist: CL_ROLE,"} {
		text = strings.Replace(text, old, now, 1)
	}
	files[name] = &fstest.MapFile{Data: []byte(text)}
	c, err := catalog.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	p.office.Register.Types = func() *catalog.Catalog { return c }
	for _, path := range []string{"/lam-viec/ho-so/station", "/lam-viec/khong-hop/station", "/lam-viec/ho-so/station/CS-1"} {
		got := p.body(p.ask("east", http.MethodGet, path, nil))
		if !strings.Contains(got, "Nơi đặt: ") {
			t.Errorf("%s does not say what is wrong", path)
		}
		if got := p.body(p.ask("west", http.MethodGet, path, nil)); strings.Contains(got, "Nơi đặt: ") {
			t.Errorf("%s says it to who sees the public part only", path)
		}
	}
	if got := p.body(p.ask("east", http.MethodGet, "/lam-viec/ho-so/station/CS-1?sua=1", nil)); !strings.Contains(got, `<option value="XM" selected>XM (không còn dùng)`) {
		t.Error("saving would empty what no form offers any more")
	}
}
