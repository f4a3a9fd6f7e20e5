package main

import "testing"

func FuzzReadPath(f *testing.F) {
	for _, s := range []string{"M0 0 1 1 2 0z", "m1-2.5.5l3 4h5v6c1 2 3 4 5 6zm1 1", "1", "M", "M1e3,2e-3", "q1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, d string) {
		rings, err := readPath(d)
		if err == nil {
			for _, r := range rings {
				if len(r) < 3 {
					t.Errorf("%q gives a ring of %d points", d, len(r))
				}
			}
		}
	})
}
