package portal

import (
	"html/template"
	"net/http"
	"strings"
	"testing"

	"nhipso/internal/glossary"
	"nhipso/internal/web/shell"
)

// TestEveryTermHasAPageInBothLanguages asks for each of them and for the list.
func TestEveryTermHasAPageInBothLanguages(t *testing.T) {
	s, _ := newSite(t)
	for _, lang := range []string{"vi", "en"} {
		query := map[string]string{"vi": "", "en": "?lang=en"}[lang]
		list := get(s, termsPath+query)
		for _, x := range glossary.Ours().Terms(lang) {
			w := get(s, termsPath+"/"+x.ID+query)
			if w.Code != http.StatusOK {
				t.Errorf("%s in %s: %d", x.ID, lang, w.Code)
				continue
			}
			for _, body := range []string{w.Body.String(), list.Body.String()} {
				if !strings.Contains(body, template.HTMLEscapeString(x.Means.In(lang))) {
					t.Errorf("%s is not explained in %s", x.ID, lang)
				}
			}
		}
	}
	if w := get(s, termsPath+"/khong-co"); w.Code != http.StatusNotFound {
		t.Errorf("a term that is not there: %d", w.Code)
	}
}

func TestATermIsExplainedOnceOnAPage(t *testing.T) {
	s, _ := newSite(t)
	v := &shell.Visit{Lang: "vi", Site: s}
	seen := map[string]bool{}
	got := string(explainTerms(v, "<khoảng tin cậy> và khoảng tin cậy", seen))
	if strings.Count(got, `class="term"`) != 1 || !strings.Contains(got, "&lt;") || !strings.Contains(got, `href="/thuat-ngu/khoang-tin-cay"`) {
		t.Error(got)
	}
	if again := string(explainTerms(v, "khoảng tin cậy", seen)); strings.Contains(again, "term") {
		t.Error("explained twice")
	}
}
