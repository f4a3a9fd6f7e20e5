package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// build bundles every static/src/*.ts and *.css whose name has no leading underscore, and gives the output by file name,
// with manifest.json that leads from the plain name to the name with the hash of the content.
func build(root string) (map[string][]byte, error) {
	src := filepath.Join(root, "static", "src")
	var entries []string
	for _, pattern := range []string{"*.ts", "*.css"} {
		found, err := filepath.Glob(filepath.Join(src, pattern))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if !strings.HasPrefix(filepath.Base(f), "_") && !strings.HasSuffix(f, ".d.ts") {
				entries = append(entries, f)
			}
		}
	}
	sort.Strings(entries)
	r := api.Build(api.BuildOptions{
		EntryPoints:       entries,
		AbsWorkingDir:     root,
		Outdir:            filepath.Join(root, "static", "dist"),
		Outbase:           src,
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		ChunkNames:        "[name]-[hash]",
		Bundle:            true,
		Splitting:         true,
		Format:            api.FormatESModule,
		Target:            api.ES2020,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		Metafile:          true,
		Write:             false,
		Loader:            map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderFile},
		LogLevel:          api.LogLevelSilent,
	})
	if len(r.Errors) > 0 {
		e := r.Errors[0]
		if e.Location != nil {
			return nil, fmt.Errorf("%s:%d: %s", e.Location.File, e.Location.Line, e.Text)
		}
		return nil, fmt.Errorf("%s", e.Text)
	}
	out := map[string][]byte{}
	for _, f := range r.OutputFiles {
		out[filepath.Base(f.Path)] = f.Contents
	}
	manifest, err := manifestOf(r.Metafile)
	if err != nil {
		return nil, err
	}
	out["manifest.json"] = manifest
	return out, nil
}

// manifestOf maps app.css to app-<hash>.css for every entry point (x.ts becomes x.js).
func manifestOf(metafile string) ([]byte, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string `json:"entryPoint"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, err
	}
	names := map[string]string{}
	for file, o := range meta.Outputs {
		if !strings.HasPrefix(o.EntryPoint, "static/src/") {
			continue
		}
		names[strings.TrimSuffix(filepath.Base(o.EntryPoint), ".ts")+js(o.EntryPoint)] = filepath.Base(file)
	}
	b, err := json.MarshalIndent(names, "", "  ")
	return append(b, '\n'), err
}

func js(entry string) string {
	if strings.HasSuffix(entry, ".ts") {
		return ".js"
	}
	return ""
}

// write replaces what static/dist holds; files that the build no longer makes are removed.
func write(root string, files map[string][]byte) error {
	dir := filepath.Join(root, "static", "dist")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range old {
		if _, kept := files[f.Name()]; !kept {
			if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
				return err
			}
		}
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}
