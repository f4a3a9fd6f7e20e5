package satellite

import (
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/stat"
)

// Maybe is a number that may be missing.
type Maybe = inputoutput.Maybe

// Meta says what a list is, when it holds and where it comes from.
type Meta struct {
	ID             string    // for example "NSO-CORE-7"
	Classification string    // of its codes, for example "VSIC2025"
	From, To       stat.Date // the first day it holds and the first day it no longer does; zero where open
	Source         string
	Mark           stat.Mark
}

// on refuses a list that does not hold on a day; the zero day asks no question.
func (m Meta) on(day stat.Date) error {
	if !day.IsZero() && (day.Before(m.From) || !m.To.IsZero() && !day.Before(m.To)) {
		return fault.New("satellite.list-not-in-force", "list", m.ID, "day", day.String(), "from", m.From.String(), "to", m.To.String())
	}
	return nil
}

// List is a dated list of industries or products.
type List struct {
	Meta
	Codes []string
}

// Match says which of the given codes belong to a list on a day: those listed, and those below a listed code in a
// classification of digits (26 holds 2610; a section letter before the digits, as in C26, is ignored). A listed code that is finer
// than every given one cannot be told apart in that table and comes back as unresolved: split the industry first.
func (l List) Match(codes []string, day stat.Date) (in []bool, unresolved []string, err error) {
	if err := l.on(day); err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for _, c := range l.Codes {
		if seen[c] {
			return nil, nil, fault.New("satellite.listed-twice", "list", l.ID, "code", c)
		}
		seen[c] = true
	}
	in = make([]bool, len(codes))
	for _, listed := range l.Codes {
		found := false
		for i, c := range codes {
			if within(c, listed) {
				in[i], found = true, true
			}
		}
		if !found {
			unresolved = append(unresolved, listed)
		}
	}
	return in, unresolved, nil
}

// members is Match for methods that need the whole list to be told apart.
func (l List) members(codes []string, day stat.Date) ([]bool, error) {
	in, unresolved, err := l.Match(codes, day)
	if err != nil {
		return nil, err
	}
	if len(unresolved) > 0 {
		return nil, fault.New("satellite.list-unresolved", "list", l.ID, "codes", strings.Join(unresolved, ", "))
	}
	return in, nil
}

// within says whether code is the listed one or below it.
func within(code, listed string) bool {
	if code == listed {
		return true
	}
	c, l := digits(code), digits(listed)
	return c != "" && len(l) >= 2 && strings.HasPrefix(c, l)
}

// digits gives the digits of a code such as 2610 or C26, or "" where it is not one.
func digits(code string) string {
	if len(code) > 1 && code[0] >= 'A' && code[0] <= 'Z' {
		code = code[1:]
	}
	for _, r := range code {
		if r < '0' || r > '9' {
			return ""
		}
	}
	return code
}

// disjoint refuses codes one of which holds another, such as C beside C26: that would count the latter twice.
func disjoint(codes []string) error {
	sections, numbers, seen := map[string]string{}, map[string]string{}, map[string]bool{}
	for _, c := range codes {
		if seen[c] {
			return fault.New("satellite.counted-twice", "outer", c, "inner", c)
		}
		seen[c] = true
		if d := digits(c); d != "" {
			numbers[d] = c
		} else if len(c) == 1 {
			sections[c] = c
		}
	}
	for _, c := range codes {
		d := digits(c)
		if d == "" {
			continue
		}
		if outer, ok := sections[c[:1]]; ok {
			return fault.New("satellite.counted-twice", "outer", outer, "inner", c)
		}
		for k := 2; k < len(d); k++ {
			if outer, ok := numbers[d[:k]]; ok {
				return fault.New("satellite.counted-twice", "outer", outer, "inner", c)
			}
		}
	}
	return nil
}

func finite(v float64) bool { return v-v == 0 }

// sized is a slice by its name and length.
type sized struct {
	what   string
	length int
}

// lengths refuses slices that do not have one value a code.
func lengths(n int, slices ...sized) error {
	for _, s := range slices {
		if s.length != n {
			return fault.New("satellite.length", "what", s.what, "length", s.length, "want", n)
		}
	}
	return nil
}

// figures refuses a NaN or an infinity.
func figures(what string, codes []string, values []Maybe) error {
	for i, v := range values {
		if v.Known && !finite(v.Value) {
			return fault.New("satellite.not-finite", "what", what, "at", codes[i])
		}
	}
	return nil
}

// total adds, and is missing where a part is.
func total(values []Maybe) Maybe {
	sum := 0.0
	for _, v := range values {
		if !v.Known {
			return inputoutput.Missing
		}
		sum += v.Value
	}
	return inputoutput.Known(sum)
}

func plus(a, b Maybe) Maybe {
	if !a.Known || !b.Known {
		return inputoutput.Missing
	}
	return inputoutput.Known(a.Value + b.Value)
}

func times(a, b Maybe) Maybe {
	if !a.Known || !b.Known {
		return inputoutput.Missing
	}
	return inputoutput.Known(a.Value * b.Value)
}

// over gives a/b, missing where b is zero or either is missing.
func over(a, b Maybe) Maybe {
	if !a.Known || !b.Known || b.Value == 0 {
		return inputoutput.Missing
	}
	return inputoutput.Known(a.Value / b.Value)
}

// Known makes Maybes of plain numbers.
func Known(values ...float64) []Maybe {
	out := make([]Maybe, len(values))
	for i, v := range values {
		out[i] = inputoutput.Known(v)
	}
	return out
}

// Check is an identity that a result has to obey, with both sides as computed.
type Check struct {
	Name  string  `json:"name"`
	Left  float64 `json:"left"`
	Right float64 `json:"right"`
	Holds bool    `json:"holds"` // within 1e-9 of the larger side
}

func check(name string, left, right float64) Check {
	d, scale := left-right, 1e-9*max(left, -left, right, -right)
	return Check{name, left, right, d <= scale && -d <= scale}
}
