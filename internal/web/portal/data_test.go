package portal

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheListOfDataIsNarrowedByWordsAndTopic(t *testing.T) {
	s, _ := newSite(t)
	for _, x := range []struct {
		address string
		has     []string
		hasNot  []string
	}{
		{"/so-lieu", []string{`href="/so-lieu/DE_SHARE"`, `href="/so-lieu/GRDP"`, `<details><summary><h2 id="t-DEMO">`, `<option value="PROV">`}, []string{"bộ số liệu. <a"}},
		{"/so-lieu?q=ty+trong+KINH+te+so", []string{`href="/so-lieu/DE_SHARE"`, "Có ", "/so-lieu\">Bỏ các lựa chọn"}, []string{`href="/so-lieu/POPULATION"`}},
		{"/so-lieu?chu-de=PROV", []string{`href="/so-lieu/GRDP"`, `<option value="PROV" selected>`}, []string{`href="/so-lieu/NA_VA"`}},
		{"/so-lieu?chu-de=PROV&lang=en&q=growth", []string{`href="/so-lieu/GRDP_GROWTH?lang=en"`}, []string{`href="/so-lieu/POPULATION?lang=en"`}},
		{"/so-lieu?q=khong+co+gi+nhu+vay", []string{"Không có bộ số liệu nào như vậy"}, []string{`<ul class="flows">`}},
	} {
		page := mainOf(t, get(s, x.address))
		for _, want := range x.has {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", x.address, want)
			}
		}
		for _, not := range x.hasNot {
			if strings.Contains(page, not) {
				t.Errorf("%s has %s", x.address, not)
			}
		}
	}
	if w := get(s, "/so-lieu?chu-de=NOPE"); w.Code != http.StatusNotFound && w.Code != http.StatusBadRequest {
		t.Errorf("a topic that there is not: %d", w.Code)
	}
	if whole, part := get(s, "/so-lieu.csv").Body.String(), get(s, "/so-lieu.csv?q=dan+so").Body.String(); whole != part {
		t.Error("the file of the list depends on the words sought")
	}
}
