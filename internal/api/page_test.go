package api_test

import (
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestThePageForPeople(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		w := ask(t, "/api?lang="+lang)
		body := w.Body.String()
		if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Content-Language") != lang {
			t.Fatal(w.Code, w.Header())
		}
		t.Run("needs no script and no style of its own in "+lang, func(t *testing.T) {
			if regexp.MustCompile(`<script|<style|style=|\son[a-z]+=|https?://`).MatchString(body) {
				t.Error("the page carries what a content security policy would stop")
			}
		})
		t.Run("is whole in "+lang, func(t *testing.T) {
			doc := must(html.Parse(strings.NewReader(body)))
			ids, links := map[string]bool{}, []string{}
			var walk func(*html.Node)
			walk = func(n *html.Node) {
				for _, a := range n.Attr {
					switch {
					case a.Key == "id" && ids[a.Val]:
						t.Errorf("id %s twice", a.Val)
					case a.Key == "id":
						ids[a.Val] = true
					case a.Key == "href" && strings.HasPrefix(a.Val, "/api"):
						links = append(links, a.Val)
					}
				}
				for c := n.FirstChild; c != nil; c = c.NextSibling {
					walk(c)
				}
			}
			walk(doc)
			for p := range theContract().doc["paths"].(map[string]any) {
				if !strings.Contains(body, "/api/v1"+p+"<") {
					t.Errorf("%s is not on the page", p)
				}
			}
			if len(links) < 25 {
				t.Errorf("only %d links", len(links))
			}
			for _, l := range links {
				if w := ask(t, l); w.Code != 200 {
					t.Errorf("%s: %d %s", l, w.Code, w.Body)
				}
			}
		})
		t.Run("every problem leads to its line in "+lang, func(t *testing.T) {
			p := decode(t, ask(t, "/api/v1/data/NOPE?lang="+lang))
			at := must(url.Parse(dig(p, "type").(string)))
			if at.Path != "/api" || !strings.Contains(body, `id="`+at.Fragment+`"`) {
				t.Error(p)
			}
		})
	}
	t.Run("is Vietnamese unless the address says otherwise, like the portal", func(t *testing.T) {
		if w := ask(t, "/api", "Accept-Language", "en", "Cookie", "lang=en"); w.Header().Get("Content-Language") != "vi" {
			t.Error(w.Header())
		}
	})
	t.Run("takes no other parameter than the language", func(t *testing.T) {
		if w := ask(t, "/api?q=1"); w.Code != 400 {
			t.Error(w.Code)
		}
	})
}

// TestTheExamplesOfTheDocument runs every address that doc/api.md gives and holds it to the status that stands beside it.
func TestTheExamplesOfTheDocument(t *testing.T) {
	text := string(must(os.ReadFile("../../doc/api.md")))
	line := regexp.MustCompile(`(?m)^GET (/api\S*)(?: +→ (\d{3}))?(?: +(.+))?$`)
	examples := line.FindAllStringSubmatch(text, -1)
	if len(examples) < 25 {
		t.Fatalf("only %d examples", len(examples))
	}
	shown := map[string]bool{}
	for _, e := range examples {
		want := "200"
		if e[2] != "" {
			want = e[2]
		}
		path, _, _ := strings.Cut(e[1], "?")
		shown[theContract().operation(path)] = true
		w := ask(t, e[1])
		if got := w.Result().Status[:3]; got != want {
			t.Errorf("%s: %s instead of %s: %s", e[1], got, want, w.Body)
		}
		// Words behind the status must be in the answer.
		if e[3] != "" && !strings.Contains(w.Body.String(), e[3]) {
			t.Errorf("%s: the answer does not hold %s", e[1], e[3])
		}
	}
	for _, op := range promises(t) {
		if !shown[op.path] {
			t.Errorf("no example asks for %s", op.path)
		}
	}
}
