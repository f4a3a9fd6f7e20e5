package web

import (
	"testing"
)

// addresses are one of every kind of page.
var addresses = []string{"/", "/tinh", "/tinh?dinh-nghia=MIC&nam=2022", "/tinh?so-do=grdp&ban-do=o", "/tinh/VN34-24", "/tinh/VN63-24", "/tinh/VN63-08", "/muc-tieu", "/muc-tieu?xep-loai=FOCUS", "/muc-tieu/KTS-1", "/muc-tieu/XHS-1", "/muc-tieu/942-A1",
	"/nhiem-vu", "/so-lieu", "/so-lieu/DE_SHARE", "/so-lieu/DE_SHARE?DEFINITION=NSO", "/so-lieu/DE_GROWTH", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/so-lieu/DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE",
	"/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "/vi-sao?o=DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2026-Q1", "/phuong-phap", "/phuong-phap/digital-quarterly", "/phuong-phap/target-status", "/gioi-thieu", "/phat-hien", "/lich-su", "/tim?q=da+nang", "/tim", "/tim?q=zzzz"}

func TestEveryPageRenders(t *testing.T) {
	s, _ := newSite(t)
	for _, lang := range []string{"vi", "en"} {
		for _, a := range addresses {
			w := get(s, with(a, "lang="+lang))
			if w.Code != 200 {
				t.Errorf("%s %s: %d", lang, a, w.Code)
			}
		}
	}
}

func with(address, param string) string {
	for _, r := range address {
		if r == '?' {
			return address + "&" + param
		}
	}
	return address + "?" + param
}
