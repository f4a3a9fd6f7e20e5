package sqldb

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// Time is a time as both databases keep it: RFC 3339 text in UTC, always with nine digits of a second, so that the order
// of the texts is the order of the times. The zero time is the empty text.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000000000Z07:00"

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return "", nil
	}
	return t.UTC().Format(timeLayout), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a time is stored as text, not %T", v)
	}
	if s == "" {
		t.Time = time.Time{}
		return nil
	}
	parsed, err := time.Parse(time.RFC3339Nano, s)
	t.Time = parsed.UTC()
	return err
}

// JSON keeps a value as JSON text. A nil map or list is kept as the empty text.
type JSON[T any] struct{ V T }

// Value implements driver.Valuer. The keys of maps are sorted, so equal values give equal texts.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	if err != nil {
		return nil, err
	}
	if string(b) == "null" {
		return "", nil
	}
	return string(b), nil
}

// Scan implements sql.Scanner.
func (j *JSON[T]) Scan(v any) error {
	var none T
	j.V = none
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("JSON is stored as text, not %T", v)
	}
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), &j.V)
}
