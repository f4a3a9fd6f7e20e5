package e2e

import (
	"strings"
	"testing"
)

func TestJudgementOfAPersonStandsBesideTheComputedOne(t *testing.T) {
	dir := t.TempDir()
	if o := run(t, "load", "--reference", "--data", dir); o.status != 0 {
		t.Fatal(o.err)
	}
	const reason = "Số liệu quý IV đang được rà soát lại"
	for name, args := range map[string][]string{
		"no name":        {"override", "KTS-1@2025", "--class", "LIKELY", "--reason", reason},
		"no reason":      {"override", "KTS-1@2025", "--class", "LIKELY", "--by", "Nguyễn Văn A"},
		"no class":       {"override", "KTS-1@2025", "--reason", reason, "--by", "Nguyễn Văn A"},
		"no such class":  {"override", "KTS-1@2025", "--class", "GREEN", "--reason", reason, "--by", "Nguyễn Văn A"},
		"no such target": {"override", "KTS-99@2025", "--class", "LIKELY", "--reason", reason, "--by", "Nguyễn Văn A"},
	} {
		if o := run(t, append(args, "--data", dir)...); o.status == 0 || o.err == "" {
			t.Errorf("%s: accepted", name)
		}
	}
	if o := run(t, "override", "KTS-1@2025", "--class", "LIKELY", "--reason", reason, "--by", "Nguyễn Văn A", "--data", dir); o.status != 0 {
		t.Fatal(o.err)
	}
	s, err := start("--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	_, body := s.get(t, "/muc-tieu/KTS-1")
	for _, want := range []string{"Cần tập trung", "Nguyễn Văn A", reason} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}
