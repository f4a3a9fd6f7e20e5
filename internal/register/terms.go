package register

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Term is a value by which records are found, filtered and sorted.
type Term struct {
	Column string
	Value  string
	Sort   string // texts of this order stand in the order of the values
}

// Columns of terms that are no fields.
const (
	IDColumn       = "id"
	wordColumn     = "~" // a word of the fields that are searched
	IdentityColumn = "!" // what no other record of the type may have
)

// Hidden reports whether the term is none of a field: a word, or what must be unique.
func (t Term) Hidden() bool { return t.Column == wordColumn || t.Column == IdentityColumn }

// TermsOf gives the terms of a version of a record.
func TermsOf(t *catalog.RecordType, v Version) []Term {
	out := []Term{{IDColumn, v.ID, text.Fold(v.ID) + " " + v.ID}}
	if len(t.States) > 0 {
		state := v.Values[catalog.StateField]
		i := slices.IndexFunc(t.States, func(s catalog.RecordState) bool { return s.ID == state })
		out = append(out, Term{catalog.StateField, state, string(rune('a' + max(i, 0)))})
	}
	for _, f := range t.Fields {
		if !indexed(t, f) {
			continue
		}
		values := f.Values(v.Values)
		if f.Kind == catalog.TextField { // sorted by its Vietnamese text
			values = values[:min(len(values), 1)]
		}
		if len(values) == 0 {
			out = append(out, Term{f.ID, "", ""})
		}
		for _, value := range slices.Compact(slices.Sorted(slices.Values(values))) {
			out = append(out, Term{f.ID, keyed(value), sortOf(f, value)})
		}
	}
	for _, w := range wordsOf(t, v) {
		out = append(out, Term{wordColumn, w, w})
	}
	for _, x := range t.Identities(v.Values) {
		out = append(out, Term{IdentityColumn, IdentityOf(x), ""})
	}
	return out
}

// A database finds short texts only: a longer value is known by its hash, and sorted by how it begins.
const maxKeyed, maxSorted = 400, 300

func keyed(value string) string {
	if len(value) <= maxKeyed {
		return value
	}
	sum := sha256.Sum256([]byte(value))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// indexed reports whether lists can be filtered by a field: those that its type names, and what leads to other records.
func indexed(t *catalog.RecordType, f catalog.Field) bool {
	return slices.Contains(t.Index, f.ID) || f.Kind == catalog.ReferenceField || f.Kind == catalog.OrganisationField
}

// IdentityOf keeps what must be unique as a hash: it may be long.
func IdentityOf(x catalog.Identity) string {
	sum := sha256.Sum256([]byte(x.Value))
	return hex.EncodeToString(sum[:])
}

// wordsOf lists the words by which a version is found.
func wordsOf(t *catalog.RecordType, v Version) []string {
	words := strings.Fields(text.Fold(v.ID))
	for _, id := range t.Search {
		f, _ := t.Field(id)
		for _, value := range f.Values(v.Values) {
			words = append(words, strings.Fields(text.Fold(value))...)
		}
	}
	for i, w := range words {
		words[i] = strings.ToValidUTF8(w[:min(len(w), maxWord)], "")
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// sortOf gives a text whose order is that of the values of a field.
func sortOf(f catalog.Field, value string) string {
	switch f.Kind {
	case catalog.NumberField, catalog.MoneyField:
		if d, err := stat.ParseDecimal(value); err == nil {
			return sortNumber(d)
		}
	case catalog.TextField, catalog.PlainField:
		key := text.SortKey(value)
		return key[:min(len(key), maxSorted)]
	}
	return value
}

// sortNumber writes a number so that texts are ordered as the numbers are: the sign, the digits before the point counted, then the digits; of a
// negative number all of it turned round.
func sortNumber(d stat.Decimal) string {
	if d.Sign() == 0 {
		return "1"
	}
	whole, part, _ := strings.Cut(d.Abs().String(), ".")
	whole = strings.TrimLeft(whole, "0")
	exponent := len(whole)
	digits := whole + part
	if whole == "" {
		kept := strings.TrimLeft(part, "0")
		exponent, digits = len(kept)-len(part), kept
	}
	digits = strings.TrimRight(digits, "0")
	out := "2" + string(rune('0'+(exponent+500)/100)) + string(rune('0'+(exponent+500)/10%10)) + string(rune('0'+(exponent+500)%10)) + digits
	if d.Sign() > 0 {
		return out
	}
	turned := []byte(out)
	for i, c := range turned {
		turned[i] = '0' + '9' - c
	}
	turned[0] = '0'
	return string(turned) + "~" // a longer number is further from zero, and comes first
}

// Lookup is a query that was held to the declaration of its type, in the words of the store.
type Lookup struct {
	Type       string
	At         At
	Terms      []TermFilter
	Sort       string
	Descending bool
	After      *Mark
	Limit      int
	Scope      Scope
}

// Scope bounds a list to what somebody may see.
type Scope struct {
	Bounded bool     // else all may be seen
	Any     []Within // one of these must hold; nothing is seen where there is none
}

// Within holds for a record of which a column has one of some values.
type Within struct {
	Column string
	Values []string
}

// TermFilter is a condition on the terms of a column.
type TermFilter struct {
	Column   string
	Negated  bool
	Value    string // the very value, when Exact
	Exact    bool
	From, To string // bounds of the order, from on and before; "" for none
}

// Mark is a place in a sorted list.
type Mark struct{ Sort, ID string }

// maxPage bounds a page of a list.
const maxPage = 1000

// maxWords bounds the words of a search.
const maxWords = 8

// maxWord is how many bytes of a word are looked at.
const maxWord = 80

// Look holds a query to the declaration of its type.
func Look(t *catalog.RecordType, q Query) (Lookup, error) {
	out := Lookup{Type: t.ID, At: q.At, Sort: q.Sort, Descending: q.Descending, Limit: q.Limit}
	if out.Limit <= 0 || out.Limit > maxPage {
		return out, fault.New("register.page", "most", maxPage)
	}
	if out.Sort == "" {
		out.Sort = IDColumn
	}
	if f, err := listed(t, out.Sort); err != nil {
		return out, err
	} else if f.Many {
		return out, fault.New("register.sort-many", "column", f.Name)
	}
	for _, w := range q.Where {
		f, err := termFilter(t, w)
		if err != nil {
			return out, err
		}
		out.Terms = append(out.Terms, f)
	}
	words := strings.Fields(text.Fold(q.Words))
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	for _, w := range words {
		w = strings.ToValidUTF8(w[:min(len(w), maxWord)], "")
		out.Terms = append(out.Terms, TermFilter{Column: wordColumn, From: w, To: w + "\U0010ffff"})
	}
	if q.After != "" {
		if out.After = MarkOf(q.After); out.After == nil {
			return out, fault.New("register.cursor")
		}
	}
	return out, nil
}

// Cursor writes a mark for a query to go on from.
func (m Mark) Cursor() string { return m.Sort + "\x1f" + m.ID }

// MarkOf reads the place where a page ended; nil for none.
func MarkOf(cursor string) *Mark {
	sort, id, is := strings.Cut(cursor, "\x1f")
	if !is {
		return nil
	}
	return &Mark{sort, id}
}

// listed gives the field of a column by which lists are filtered and sorted; that of the identifier and the state is none.
func listed(t *catalog.RecordType, column string) (catalog.Field, error) {
	if column == IDColumn || column == catalog.StateField && len(t.States) > 0 {
		return catalog.Field{ID: column}, nil
	}
	known := []string{IDColumn}
	for _, f := range t.Fields {
		if indexed(t, f) {
			if f.ID == column {
				return f, nil
			}
			known = append(known, f.ID)
		}
	}
	return catalog.Field{}, fault.New("register.no-column", "column", column, "type", t.Name, "known", strings.Join(known, ", "))
}

func termFilter(t *catalog.RecordType, w Filter) (TermFilter, error) {
	f, err := listed(t, w.Column)
	out := TermFilter{Column: w.Column}
	if err != nil {
		return out, err
	}
	number := f.Kind == catalog.NumberField || f.Kind == catalog.MoneyField
	switch w.Operator {
	case Is, IsNot:
		if number && w.Value != "" { // 12.5 is 12.50
			if err := readable(f, w.Value); err != nil {
				return out, err
			}
			out.From, out.Negated = sortOf(f, w.Value), w.Operator == IsNot
			out.To = out.From + "\x01"
			return out, nil
		}
		out.Exact, out.Value, out.Negated = true, keyed(w.Value), w.Operator == IsNot
	case Given, Empty:
		out.Exact, out.Negated = true, w.Operator == Given
	case AtLeast, AtMost:
		if !number && f.Kind != catalog.DateField {
			return out, fault.New("register.no-order", "column", f.Name)
		}
		if err := readable(f, w.Value); err != nil {
			return out, err
		}
		key := sortOf(f, w.Value)
		if w.Operator == AtLeast {
			out.From = key
		} else {
			out.From, out.To = "\x01", key+"\U0010ffff" // an empty value is before nothing; a month is before nothing of itself
			if f.Kind != catalog.DateField {
				out.To = key + "\x01" // 20.5 begins as 20 does
			}
		}
	default:
		return out, fault.New("register.no-operator", "operator", string(w.Operator))
	}
	return out, nil
}

// readable refuses a bound that no value of the field can be compared with.
func readable(f catalog.Field, value string) error {
	if f.Kind == catalog.DateField {
		_, err := stat.ParseDate(value)
		return err
	}
	_, err := stat.ParseDecimal(value)
	return err
}
