package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// vendor builds our part of ECharts from an npm folder (`npm install echarts@6.1.0` somewhere outside the repository).
// It is needed only when ECharts or the list in entry.mjs changes; its output is committed.
func vendor(root, nodeModules string) error {
	dir := filepath.Join(root, "static", "vendor", "echarts")
	r := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(dir, "entry.mjs")},
		NodePaths:         []string{nodeModules},
		Bundle:            true,
		Format:            api.FormatESModule,
		Target:            api.ES2017,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		TreeShaking:       api.TreeShakingTrue,
		LegalComments:     api.LegalCommentsNone, // licences are kept as files beside the bundle
		Define:            map[string]string{"process.env.NODE_ENV": `"production"`},
		LogLevel:          api.LogLevelWarning,
	})
	if len(r.Errors) > 0 {
		return fmt.Errorf("echarts: %s", r.Errors[0].Text)
	}
	return os.WriteFile(filepath.Join(dir, "echarts.mjs"), r.OutputFiles[0].Contents, 0o644)
}
