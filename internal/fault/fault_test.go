package fault

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// price is a fact that reads differently in each language.
type price struct{}

func (price) In(lang string) string {
	return map[string]string{"vi": "một đồng", "en": "one dong"}[lang]
}

func TestSentence(t *testing.T) {
	e := New("stat.bad-date", "text", "32/13")
	for lang, want := range map[string]string{
		"vi": "“32/13” không phải là một ngày. Hãy viết theo dạng năm-tháng-ngày, ví dụ 2025-07-01.",
		"en": "“32/13” is not a date. Write it as year-month-day, for example 2025-07-01.",
	} {
		t.Run("is said in "+lang, func(t *testing.T) {
			if got := e.In(lang); got != want {
				t.Errorf("got %q", got)
			}
		})
	}
	t.Run("is English for a program that logs it", func(t *testing.T) {
		if e.Error() != e.In("en") {
			t.Errorf("got %q", e.Error())
		}
	})
	t.Run("has the place in the input in front", func(t *testing.T) {
		for want, at := range map[string]*Error{
			"a.csv:7:VINTAGE: ": e.At("a.csv", 7, "VINTAGE"), "a.csv:7: ": e.At("a.csv", 7, ""), "a.csv: ": e.At("a.csv", 0, ""),
			"a.csv:VINTAGE: ": e.At("a.csv", 0, "VINTAGE"), "7: ": e.At("", 7, ""), "": e.At("", 0, ""),
		} {
			if got := at.In("en"); got != want+e.In("en") {
				t.Errorf("got %q, want it to begin with %q", got, want)
			}
		}
	})
	t.Run("has the cause behind, in the same language where the cause is ours", func(t *testing.T) {
		if got := e.Because(New("stat.divide-by-zero")).In("vi"); got != e.In("vi")+" — "+New("stat.divide-by-zero").In("vi") {
			t.Errorf("got %q", got)
		}
		if got := e.Because(io.ErrUnexpectedEOF).In("vi"); got != e.In("vi")+" (unexpected EOF)" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("writes facts in its language", func(t *testing.T) {
		for lang, want := range map[string]string{"vi": "“một đồng”", "en": "“one dong”"} {
			if got := New("stat.bad-date", "text", price{}).In(lang); !strings.HasPrefix(got, want) {
				t.Errorf("got %q", got)
			}
		}
		if got := New("stat.bad-date", "text", New("stat.divide-by-zero")).In("vi"); !strings.Contains(got, New("stat.divide-by-zero").In("vi")) {
			t.Errorf("a fault as a fact: got %q", got)
		}
	})
	t.Run("takes a fact with braces for text, whatever the other facts are", func(t *testing.T) {
		for range 20 { // the facts are in a map, whose order changes
			got := New("stat.bad-code", "code", "{codelist}{allowed}", "codelist", "CL_X", "allowed", "A").In("en")
			if !strings.Contains(got, "“{codelist}{allowed}”") {
				t.Fatalf("got %q", got)
			}
		}
	})
	t.Run("of an unknown code shows the code and the facts", func(t *testing.T) {
		if got := New("nowhere.nothing", "b", 2, "a", 1).In("vi"); got != "nowhere.nothing a=1 b=2" {
			t.Errorf("got %q", got)
		}
	})
}

func TestErrorsAreComparedByCode(t *testing.T) {
	e := New("stat.bad-date", "text", "x")
	wrapped := fmt.Errorf("reading: %w", e.At("a.csv", 3, ""))
	if !errors.Is(wrapped, New("stat.bad-date")) || errors.Is(wrapped, New("stat.bad-period")) || errors.Is(wrapped, io.EOF) {
		t.Error("errors.Is does not go by the code")
	}
	if CodeOf(wrapped) != "stat.bad-date" || CodeOf(io.EOF) != "" || CodeOf(nil) != "" {
		t.Errorf("codes %q, %q", CodeOf(wrapped), CodeOf(io.EOF))
	}
	if KindOf(wrapped) != Invalid || KindOf(io.EOF) != Internal || New("nowhere.nothing").Kind() != Internal || KindOf(New("territory.no-area")) != NotFound {
		t.Error("kinds are not those declared beside the sentences")
	}
	if !errors.Is(e.Because(io.EOF), io.EOF) || e.Err != nil {
		t.Error("Because loses the cause, or changes the error that it copies")
	}
	if e.At("a.csv", 1, "X"); e.Where != (Where{}) {
		t.Error("At changes the error that it copies")
	}
}

func TestJoinedErrors(t *testing.T) {
	one, two := New("stat.bad-date", "text", "1"), New("stat.bad-period", "text", "2")
	joined := errors.Join(one, fmt.Errorf("then: %w", errors.Join(two, io.EOF)))
	t.Run("are listed in order, those of others left out", func(t *testing.T) {
		if got := All(joined); !slices.Equal(got, []*Error{one, two}) {
			t.Errorf("got %v", got)
		}
		if All(nil) != nil || All(io.EOF) != nil {
			t.Error("found faults where there are none")
		}
	})
	t.Run("are said one a line", func(t *testing.T) {
		if got := In(errors.Join(one, two, io.EOF), "vi"); got != one.In("vi")+"\n"+two.In("vi")+"\nEOF" {
			t.Errorf("got %q", got)
		}
	})
}

func TestAnOddListOfFactsIsADefect(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("accepted")
		}
	}()
	for n := range 2 { // a length that a linter cannot see to be odd
		New("stat.bad-date", make([]any, 1+2*n)...)
	}
}

func TestMessageFiles(t *testing.T) {
	const head = "code,kind,vi,en\n"
	for name, c := range map[string]struct {
		file string
		ok   bool
	}{
		"a sentence in both languages":  {head + "room.what,invalid,Một,One\n", true},
		"a code of another room":        {head + "other.what,invalid,Một,One\n", false},
		"a code that appears twice":     {head + "room.what,invalid,Một,One\nroom.what,invalid,Hai,Two\n", false},
		"a row without a language":      {head + "room.what,invalid,Một\n", false},
		"a quotation that does not end": {head + "room.what,invalid,\"Một,One\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(fstest.MapFS{"messages/room.csv": {Data: []byte(c.file)}})
			if (err == nil) != c.ok {
				t.Fatalf("got %v", err)
			}
			if c.ok && got["room.what"] != (message{Invalid, "Một", "One"}) {
				t.Errorf("read %v", got)
			}
		})
	}
	if codes := Codes(); len(codes) < 400 || !slices.IsSorted(codes) || !slices.Contains(codes, "stat.bad-date") {
		t.Errorf("%d codes", len(codes))
	}
}
