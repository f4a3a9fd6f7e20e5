package shell

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestARouteSaysWhatIsKept(t *testing.T) {
	for _, c := range []struct {
		keep             Keeping
		bare, lang, more bool
	}{{KeepAll, true, true, true}, {KeepBare, true, true, false}, {KeepNone, false, false, false}} {
		if c.keep.keeps(url.Values{}) != c.bare || c.keep.keeps(url.Values{"lang": {"en"}}) != c.lang || c.keep.keeps(url.Values{"gdp": {"7"}}) != c.more {
			t.Errorf("%d keeps something else", c.keep)
		}
	}
}

func TestAnAnswerHasALimitOfItsOwn(t *testing.T) {
	s := newTestSite(t)
	ask := func() int {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/things", nil))
		return w.Code
	}
	if first, second := ask(), ask(); first != http.StatusNoContent || second != http.StatusTooManyRequests {
		t.Errorf("%d, then %d", first, second)
	}
}

func TestWordsOfAModuleHoldThoseOfTheFrame(t *testing.T) {
	w := NewWords(fstest.MapFS{"words/own.csv": {Data: []byte("id,vi,en\nown.x,Một,One\n")}})
	if w.Say("en", "own.x") != "One" || !w.Has("common.site") {
		t.Error("words are missing")
	}
	defer func() {
		if recover() == nil {
			t.Error("a module gave the words of the frame again")
		}
	}()
	NewWords(fstest.MapFS{"words/common.csv": {Data: []byte("id,vi,en\ncommon.x,Một,One\n")}})
}

// TestTheFrameSpeaksForItself: the templates and the code of the shell use no word of a module.
func TestTheFrameSpeaksForItself(t *testing.T) {
	used := regexp.MustCompile(`"([a-z]+\.[a-zA-Z0-9-]+)"`)
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, f := range files {
			source, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range used.FindAllStringSubmatch(string(source), -1) {
				id := m[1]
				if room, _, _ := strings.Cut(id, "."); slices.Contains([]string{"web", "publish", "scenario", "test", "own", "layout"}, room) || path.Ext(id) == ".html" || path.Ext(id) == ".css" || path.Ext(id) == ".js" {
					continue // codes of errors, the words of tests, names of files
				}
				if !common().Has(id) && !strings.HasSuffix(id, "-") {
					t.Errorf("%s uses %s, which is no word of the frame", f, id)
				}
			}
		}
	}
}

func TestThePageOfAnErrorDoesNotHideItsFrame(t *testing.T) {
	frame, page := reflect.TypeFor[*Frame](), reflect.TypeFor[failurePage]()
	for i := range page.NumField() {
		name := page.Field(i).Name
		_, method := frame.MethodByName(name)
		_, field := frame.Elem().FieldByName(name)
		if name != "Frame" && (method || field) {
			t.Errorf("%s hides what the layout reads from the frame", name)
		}
	}
}
