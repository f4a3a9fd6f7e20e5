package scenario

import (
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Bounds of the years: earlier ones have no figure, later ones no meaning.
const (
	FirstYear = 2010
	LastYear  = 2050
	MaxYears  = 50 // between start and target
)

// Field is a number that a person may change, with its bounds. Its name is ID in addresses and in saved scenarios.
type Field struct {
	ID        string
	Low, High float64
	of        func(*Assumptions) *float64
	may       func(*Assumptions) **float64 // of a field that may stay empty, in place of of
}

// value gives the number of the field, or nil where it is empty.
func (f Field) value(a *Assumptions) *float64 {
	if f.may != nil {
		return *f.may(a)
	}
	return f.of(a)
}

// set puts a number in. What an empty field had pointed to is left alone: others may hold it.
func (f Field) set(a *Assumptions, x float64) {
	if f.may != nil {
		*f.may(a) = &x
		return
	}
	*f.of(a) = x
}

// Fields lists the numbers in the order in which a form asks for them; years and shape come apart.
func Fields() []Field {
	return []Field{
		{ID: "ty-trong", Low: 0.1, High: 99, of: func(a *Assumptions) *float64 { return &a.StartShare }},
		{ID: "muc-tieu", Low: 0.1, High: 99, of: func(a *Assumptions) *float64 { return &a.TargetShare }},
		{ID: "gdp", Low: -20, High: 30, of: func(a *Assumptions) *float64 { return &a.GDPReal }},
		{ID: "gia-gdp", Low: -20, High: 50, of: func(a *Assumptions) *float64 { return &a.GDPPrices }},
		{ID: "gia-so", Low: -50, High: 50, of: func(a *Assumptions) *float64 { return &a.DigitalPrices }},
		{ID: "dien-tu", Low: 0, High: 100, of: func(a *Assumptions) *float64 { return &a.Electronics }},
		{ID: "tang-dien-tu", Low: -50, High: 100, of: func(a *Assumptions) *float64 { return &a.ElectronicsReal }},
		{ID: "tang-con-lai", Low: -50, High: 100, of: func(a *Assumptions) *float64 { return &a.OtherReal }},
		{ID: "he-so", Low: 0, High: 100, may: func(a *Assumptions) **float64 { return &a.Coefficient }},
	}
}

// Years lists the names of the two years.
func Years() []string { return []string{"nam-goc", "nam-dich"} }

// Shapes lists how a required path may travel.
func Shapes() []string {
	return []string{string(chain.EvenRatio), string(chain.EvenGrowth), string(chain.EvenPoints)}
}

// Shape reports whether there is a shape of that name.
func Shape(s string) bool {
	for _, x := range Shapes() {
		if x == s {
			return true
		}
	}
	return false
}

// longest bounds the text of a number; no number of a form is longer.
const longest = 24

// Read changes assumptions by what get gives for a name; a name without text keeps what it has. A decimal comma is taken for a point; complete adds
// what is known of the start year then chosen. What is not a number, or lies outside its bounds, is a fault with the name in Where.Column.
func Read(a Assumptions, get func(name string) string, complete func(Assumptions) Assumptions) (Assumptions, []*fault.Error) {
	var out []*fault.Error
	unread := map[string]bool{}
	number := func(name string) (float64, bool) {
		typed := strings.TrimSpace(get(name))
		if typed == "" {
			return 0, false
		}
		plain := typed
		if strings.Count(typed, ",") == 1 && !strings.Contains(typed, ".") {
			plain = strings.Replace(typed, ",", ".", 1)
		}
		x, err := strconv.ParseFloat(plain, 64)
		if err != nil || len(typed) > longest || strings.ContainsAny(plain, "xXpPnN_iI") {
			if len(typed) > longest {
				typed = typed[:longest] + "…"
			}
			out = append(out, fault.New("scenario.not-a-number", "text", strings.ToValidUTF8(typed, "?")).At("", 0, name))
			unread[name] = true
			return 0, false
		}
		return x, true
	}
	for _, f := range Fields() {
		if x, ok := number(f.ID); ok {
			f.set(&a, x)
		}
	}
	for i, year := range []*int{&a.StartYear, &a.TargetYear} {
		if x, ok := number(Years()[i]); ok {
			if x != float64(int(x)) {
				out = append(out, fault.New("scenario.not-a-number", "text", get(Years()[i])).At("", 0, Years()[i]))
				unread[Years()[i]] = true
				continue
			}
			*year = int(x)
		}
	}
	if s := get("dang"); s != "" {
		a.Shape = s
	}
	a = complete(a)
	for _, e := range a.Check() {
		if !unread[e.Where.Column] {
			out = append(out, e)
		}
	}
	return a, out
}

// Text gives a field as an address and a form write it; an empty one gives nothing.
func (f Field) Text(a Assumptions) string {
	x := f.value(&a)
	if x == nil {
		return ""
	}
	return Plain(*x)
}

// bound is a number in a sentence, written as its language does.
type bound float64

// In writes the number in "vi" or "en".
func (b bound) In(lang string) string {
	d, err := stat.ParseDecimal(Plain(float64(b)))
	if err != nil {
		return Plain(float64(b))
	}
	return text.FormatNumber(lang, d, -1)
}

// Plain writes a number with a decimal point and no more digits than it has.
func Plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
