package fault

import "errors"

// MaxNamed bounds how many faults of one input are named at once, so that a wrong file does not drown its reader.
const MaxNamed = 20

// List gathers the faults of one input, up to MaxNamed of them.
type List struct{ all []error }

// Add keeps a fault, or each of a joined list; nil and what is beyond the bound are left out.
func (l *List) Add(err error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, each := range many.Unwrap() {
			l.Add(each)
		}
		return
	}
	if err != nil && !l.Full() {
		l.all = append(l.all, err)
	}
}

// Full says whether there is no room for more.
func (l *List) Full() bool { return len(l.all) >= MaxNamed }

// Err joins what was gathered; nil when that is nothing.
func (l *List) Err() error { return errors.Join(l.all...) }
