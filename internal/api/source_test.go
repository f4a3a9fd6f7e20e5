package api_test

import (
	"strings"
	"testing"
)

func TestDocumentsSayThroughWhomTheyWereSeen(t *testing.T) {
	t.Run("a document that newspapers quote names them", func(t *testing.T) {
		d, _ := dig(read(t, "/api/v1/explain?cell=DE_SHARE/A.VN.NSO.TOTAL/2025"), "documents", 0).(map[string]any)
		if d["publisher"] != "Cục Thống kê" || d["through"] != "theo Thời báo Tài chính Việt Nam, VnEconomy dẫn" || size(d["via"]) != 2 || d["date"] != "2026-01-05" || d["read"] != "2026-11-30" || !strings.Contains(d["quote"].(string), "khoảng 13,2%") ||
			!strings.Contains(d["title"].(string), "giai đoạn 2021–2025") || !strings.HasPrefix(d["original"].(string), "https://www.nso.gov.vn/") || !strings.Contains(d["name"].(string), "dẫn") {
			t.Error(d)
		}
	})
	t.Run("what is not known has its reason", func(t *testing.T) {
		d, _ := dig(read(t, "/api/v1/explain?cell=IND/M.VN.SMART_CITY/2022-M08&lang=en"), "documents", 0).(map[string]any)
		if d["url"] != nil || d["urlNote"] != "No address" || d["through"] != "as quoted by Báo Đắk Lắk" {
			t.Error(d)
		}
	})
}

func TestAFigureKeepsTheWordsOfItsSource(t *testing.T) {
	for address, want := range map[string]string{
		"/api/v1/series/DIGITAL_TRADE/A.VN.DIGITAL_EXPORTS":         "hơn 117",
		"/api/v1/series/DIGITAL_TRADE/S.VN.DIGITAL_EXPORTS?lang=en": "almost 65",
		"/api/v1/series/IND/M.VN.DVC_END_TO_END":                    "trên 84",
		"/api/v1/series/IND/D.VN.ICT_TOP5":                          "gần 65",
	} {
		if o := dig(read(t, address), "observations", 0); dig(o, "printed") != want {
			t.Errorf("%s: %v", address, o)
		}
	}
	if o := dig(read(t, "/api/v1/series/IND/A.VN.EGDI"), "observations", 0); dig(o, "printed") != nil {
		t.Errorf("a plain number has words: %v", o)
	}
	if body := send(handlerOf(library()), "GET", "/api/v1/data/DIGITAL_TRADE?format=csv").Body.String(); !strings.Contains(body, "VALUE_TEXT_NAME") || !strings.Contains(body, "hơn 117") {
		t.Errorf("the file has lost the words: %.400s", body)
	}
}
