package text

import (
	"strings"
	"testing"
)

func TestLanguages(t *testing.T) {
	for _, c := range []struct{ asked, preferred, want string }{
		{"", "", "vi"}, {"en", "", "en"}, {"vi", "en", "vi"}, {"en", "vi", "en"}, {"EN", "", "vi"}, {"fr", "", "vi"}, {"", "en-GB,en;q=0.8", "en"},
		{"", "fr, de", "vi"}, {"", "vi-VN", "vi"}, {"", "fr;q=1,en;q=0.5", "en"}, {"", ";;;", "vi"}, {"", "en" + strings.Repeat(",en", 100), "vi"}, {"fr", "en", "en"},
	} {
		if got := LanguageOf(c.asked, c.preferred); got != c.want {
			t.Errorf("asked for %q, prefers %q: %s, want %s", c.asked, c.preferred, got, c.want)
		}
		if c.preferred == "" && Language(c.asked) != c.want {
			t.Errorf("asked for %q: %s", c.asked, Language(c.asked))
		}
	}
}
