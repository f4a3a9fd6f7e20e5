package cube

// Tighten makes everything that is held at a time as small as can be, until the function given is called.
func Tighten() (loosen func()) {
	before := bounds
	bounds.entries, bounds.between, bounds.series, bounds.versions = 3, 2, 2, 4
	return func() { bounds = before }
}
