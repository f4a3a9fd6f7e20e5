package tabular

import (
	"flag"
	"slices"
	"strings"

	"nhipso/internal/fault"
)

// Options say what a person knows about a file. The zero Options let the file tell.
type Options struct {
	Sheet     string // of a workbook
	Separator string // one of Separators
	Encoding  string // one of Encodings
	Decimal   string // one of Decimals
	Blanks    bool   // bare numbers may have nothing but blanks between them
}

var separators = []struct {
	name string
	sign rune
}{{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}}

// Separators lists what Options.Separator takes.
func Separators() []string {
	var out []string
	for _, s := range separators {
		out = append(out, s.name)
	}
	return out
}

// Decimals lists what Options.Decimal takes: the mark before the decimals.
func Decimals() []string { return []string{"point", "comma"} }

// Bind gives a command the flags of the options; what each means is said under its own name.
func (o *Options) Bind(f *flag.FlagSet) {
	f.StringVar(&o.Sheet, "sheet", "", "sheet")
	f.StringVar(&o.Separator, "separator", "", "separator")
	f.StringVar(&o.Encoding, "encoding", "", "encoding")
	f.StringVar(&o.Decimal, "decimal", "", "decimal")
}

// Given lists the flags of Bind that were used.
func (o Options) Given() []string {
	var out []string
	for _, c := range []struct{ name, given string }{{"sheet", o.Sheet}, {"separator", o.Separator}, {"encoding", o.Encoding}, {"decimal", o.Decimal}} {
		if c.given != "" {
			out = append(out, "--"+c.name)
		}
	}
	return out
}

// Check refuses words that no option takes; flag is what the caller puts before the name of an option, such as "--".
func (o Options) Check(flag string) error {
	for _, c := range []struct {
		name, given string
		allowed     []string
	}{{"separator", o.Separator, Separators()}, {"encoding", o.Encoding, Encodings()}, {"decimal", o.Decimal, Decimals()}} {
		if c.given != "" && !slices.Contains(c.allowed, c.given) {
			return fault.New("tabular.bad-option", "option", flag+c.name, "given", c.given, "allowed", strings.Join(c.allowed, ", "))
		}
	}
	return nil
}

// fit refuses an option that has no effect on a file of this kind.
func (o Options) fit(k Kind, file string) error {
	for _, c := range []struct {
		name, given string
		kind        Kind
	}{{"sheet", o.Sheet, XLSX}, {"separator", o.Separator, CSV}, {"encoding", o.Encoding, CSV}} {
		if c.given != "" && c.kind != k {
			return fault.New("tabular.no-effect", "option", "--"+c.name, "kind", k).At(file, 0, "")
		}
	}
	return nil
}

// sign gives the separator of a name.
func sign(name string) rune {
	for _, s := range separators {
		if s.name == name {
			return s.sign
		}
	}
	return 0
}
