package cube

import (
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
)

// Span is a run of message numbers, both ends included.
type Span struct{ From, To int64 }

// Messages is a set of message numbers: ascending spans that neither touch nor overlap, written "1-1203,1210". The nil set means "no
// bound" where it bounds a read; a set that is empty but not nil allows nothing.
type Messages []Span

// NewMessages gives the set of some numbers, in whatever order.
func NewMessages(numbers ...int64) Messages {
	out := Messages{}
	for _, n := range slices.Sorted(slices.Values(numbers)) {
		if k := len(out); k > 0 && n <= out[k-1].To+1 {
			out[k-1].To = max(out[k-1].To, n)
			continue
		}
		out = append(out, Span{n, n})
	}
	return out
}

// UpTo gives the messages from the first to a number.
func UpTo(number int64) Messages {
	if number < 1 {
		return Messages{}
	}
	return Messages{{1, number}}
}

// Has reports whether the set holds a number.
func (m Messages) Has(number int64) bool {
	i, _ := slices.BinarySearchFunc(m, number, func(s Span, n int64) int {
		switch {
		case s.To < n:
			return -1
		case s.From > n:
			return 1
		}
		return 0
	})
	return i < len(m) && m[i].From <= number && number <= m[i].To
}

// Union gives the numbers that either set holds; it is never nil.
func (m Messages) Union(other Messages) Messages {
	all := slices.Concat(m, other)
	slices.SortFunc(all, func(a, b Span) int { return int(min(1, max(-1, a.From-b.From))) })
	out := Messages{}
	for _, s := range all {
		if k := len(out); k > 0 && s.From <= out[k-1].To+1 {
			out[k-1].To = max(out[k-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

// Without gives the numbers that the set holds and the other does not; it is never nil.
func (m Messages) Without(other Messages) Messages {
	out := Messages{}
	for _, s := range m {
		from := s.From
		for _, hole := range other {
			if hole.To < from || hole.From > s.To {
				continue
			}
			if hole.From > from {
				out = append(out, Span{from, hole.From - 1})
			}
			from = hole.To + 1
		}
		if from <= s.To {
			out = append(out, Span{from, s.To})
		}
	}
	return out
}

// Covers reports whether every number of the other set is in this one.
func (m Messages) Covers(other Messages) bool { return len(other.Without(m)) == 0 }

// Max gives the largest number, 0 for the empty set.
func (m Messages) Max() int64 {
	if len(m) == 0 {
		return 0
	}
	return m[len(m)-1].To
}

// Len gives how many numbers the set holds.
func (m Messages) Len() int64 {
	n := int64(0)
	for _, s := range m {
		n += s.To - s.From + 1
	}
	return n
}

// String writes the set: "1-1203,1210"; "-" for the empty set and "" for none.
func (m Messages) String() string {
	if m == nil {
		return ""
	}
	if len(m) == 0 {
		return "-"
	}
	parts := make([]string, len(m))
	for i, s := range m {
		parts[i] = strconv.FormatInt(s.From, 10)
		if s.To > s.From {
			parts[i] += "-" + strconv.FormatInt(s.To, 10)
		}
	}
	return strings.Join(parts, ",")
}

// ParseMessages reads what String writes, in any order of its parts.
func ParseMessages(text string) (Messages, error) {
	switch text {
	case "":
		return nil, nil
	case "-":
		return Messages{}, nil
	}
	out := Messages{}
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(strings.TrimSpace(part), "-")
		from, err := strconv.ParseInt(first, 10, 64)
		to := from
		if err == nil && ranged {
			to, err = strconv.ParseInt(last, 10, 64)
		}
		if err != nil || from < 1 || to < from {
			return nil, fault.New("cube.bad-messages", "text", text)
		}
		out = out.Union(Messages{{from, to}})
	}
	return out, nil
}

// MarshalText implements encoding.TextMarshaler.
func (m Messages) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Messages) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMessages(string(text))
	return err
}
