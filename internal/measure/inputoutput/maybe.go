package inputoutput

import (
	"encoding/json"
	"strconv"
)

// Maybe is a number that may be missing: a multiplier of an industry without output is not zero and not infinite, it
// does not exist. The zero Maybe is missing.
type Maybe struct {
	Value float64
	Known bool
}

// Known makes a Maybe that holds v.
func Known(v float64) Maybe { return Maybe{v, true} }

// Missing is a number that does not exist or is not known.
var Missing = Maybe{}

// ratio gives a/b, missing where b is zero.
func ratio(a, b float64) Maybe {
	if b == 0 {
		return Missing
	}
	return Known(a / b)
}

// Plus adds two numbers; the sum is missing where either is.
func (m Maybe) Plus(n Maybe) Maybe {
	if !m.Known || !n.Known {
		return Missing
	}
	return Known(m.Value + n.Value)
}

// Over gives the number as a part of a whole, missing where there is no whole.
func (m Maybe) Over(whole float64) Maybe {
	if !m.Known {
		return Missing
	}
	return ratio(m.Value, whole)
}

// String gives the number, or ".." as statistical tables print a missing one.
func (m Maybe) String() string {
	if !m.Known {
		return ".."
	}
	return strconv.FormatFloat(m.Value, 'g', -1, 64)
}

// MarshalJSON writes the number, or null.
func (m Maybe) MarshalJSON() ([]byte, error) {
	if !m.Known {
		return []byte("null"), nil
	}
	return json.Marshal(m.Value)
}

// UnmarshalJSON reads a number or null.
func (m *Maybe) UnmarshalJSON(b []byte) error {
	*m = Missing
	if string(b) == "null" {
		return nil
	}
	m.Known = true
	return json.Unmarshal(b, &m.Value)
}
