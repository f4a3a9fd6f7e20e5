package chart

import "testing"

func FuzzPathLines(f *testing.F) {
	for _, s := range []string{"M0 0L1 1z", "m1-2.5.5l3 4h5v6c1 2 3 4 5 6q1 2 3 4a5 5 0 1110 10Z", "M1e3,2e-3", "L", "a1", "M0 0 1 1 2", "x", "M-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, d string) {
		if len(d) < 2000 {
			pathLines(d) // must end, whatever it is given
			transform(d)
		}
	})
}

func FuzzRasterise(f *testing.F) {
	f.Add(`<svg width="20" height="10"><g transform="rotate(30) scale(2)"><path d="M0 0L9 9" stroke="#000000" stroke-dasharray="2,1"/><text x="1" y="9">ệ</text></g></svg>`)
	f.Add(`<svg width="9" height="9"><defs><pattern id="p" width="4" height="4"><rect width="1" height="1" fill="url(#p)"/></pattern></defs><rect width="9" height="9" fill="url(#p)"/></svg>`)
	f.Fuzz(func(t *testing.T, s string) {
		if root, _, err := parseSVG(s); err == nil && root.number("width", 0)*root.number("height", 0) < 1e4 && len(s) < 2000 {
			_, _ = Rasterise(s, 1)
		}
	})
}
