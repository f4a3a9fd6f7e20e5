package chart

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestLook writes every sample as SVG and PNG into the folder that CHART_LOOK names, to be looked at.
func TestLook(t *testing.T) {
	dir := os.Getenv("CHART_LOOK")
	if dir == "" {
		t.Skip("set CHART_LOOK to a folder to see the drawings")
	}
	r := NewRenderer(100)
	for _, s := range samples() {
		for _, v := range []struct {
			name string
			o    Options
		}{{"vi", Options{Lang: "vi", Scheme: Light}}, {"en-narrow", Options{Lang: "en", Width: 340, Scheme: Light}}, {"dark", Options{Scheme: Dark}}} {
			svg, err := r.SVG(context.Background(), s, v.o)
			if err != nil {
				t.Fatal(s.ID, err)
			}
			if err := os.WriteFile(filepath.Join(dir, s.ID+"-"+v.name+".svg"), []byte(svg), 0o644); err != nil {
				t.Fatal(err)
			}
			png, err := r.PNG(context.Background(), s, v.o, 1)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, s.ID+"-"+v.name+".png"), png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
