package shell

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestHeavyWorkHasABudget(t *testing.T) {
	s := newTestSite(t)
	for address, want := range map[string]string{
		"/": "", "/so-lieu/DE_SHARE": "", "/so-lieu/DE_SHARE.csv": "", "/trang-chu.svg": "", "/so-lieu/NA_VA.xlsx": WorkbookWork, "/vi-sao.xlsx?o=x": WorkbookWork, "/api/v1/data/NA_VA?format=xlsx": WorkbookWork,
		"/trang-chu.png": BitmapWork, "/?asof=2025-01-01": EarlierWork, "/api/v1/data/NA_VA?asof=2025-01-01": EarlierWork, "/find?q=x": SearchWork, "/api/v1/search?q=x": SearchWork,
	} {
		if got := s.classOf(httptest.NewRequest(http.MethodGet, address, nil)); got != want {
			t.Errorf("%s is work of class %q, want %q", address, got, want)
		}
		if b, has := budgets[want]; want != "" && (!has || b.Slots < 1 || b.Queue < b.Slots || b.Wait <= 0) {
			t.Errorf("the budget of %s is %+v", want, b)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/api/v1/data/NA_VA", nil)
	r.Header.Set("Accept", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	if s.classOf(r) != WorkbookWork {
		t.Error("a workbook asked for by its type has no budget")
	}
}
