package config

import (
	"errors"
	"io"
	"os"
	"strings"

	"gopkg.in/yaml.v3"

	"nhipso/internal/fault"
)

// fileValue is a value as a file has it.
type fileValue struct {
	text string
	row  int
}

// readFile reads a file of settings: YAML, one level, each a single value or a list of them.
func readFile(name string) (map[string]fileValue, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.New("config.no-file", "file", name).Because(err)
	}
	defer f.Close()
	var doc yaml.Node
	d := yaml.NewDecoder(io.LimitReader(f, 1<<20))
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil // an empty file sets nothing
	} else if err != nil {
		return nil, fault.New("config.bad-file").At(name, 0, "").Because(err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fault.New("config.bad-file").At(name, 0, "")
	}
	top := doc.Content[0]
	if top.Kind == yaml.ScalarNode && top.Tag == "!!null" {
		return nil, nil // comments only
	}
	if top.Kind != yaml.MappingNode {
		return nil, fault.New("config.bad-file").At(name, top.Line, "")
	}
	var names []string
	for _, o := range options {
		names = append(names, o.Name)
	}
	out := map[string]fileValue{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		if _, known := option(key.Value); !known {
			return nil, fault.New("config.unknown-key", "name", key.Value, "near", Near(key.Value, names)).At(name, key.Line, "")
		}
		if _, twice := out[key.Value]; twice {
			return nil, fault.New("config.twice", "name", key.Value).At(name, key.Line, "")
		}
		text, ok := plain(value)
		if !ok {
			return nil, fault.New("config.not-plain", "name", key.Value).At(name, value.Line, "")
		}
		out[key.Value] = fileValue{text, key.Line}
	}
	return out, nil
}

// plain gives a single value, or a list of them joined by commas.
func plain(n *yaml.Node) (string, bool) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "", true
		}
		return n.Value, true
	case yaml.SequenceNode:
		var parts []string
		for _, x := range n.Content {
			if x.Kind != yaml.ScalarNode {
				return "", false
			}
			parts = append(parts, x.Value)
		}
		return strings.Join(parts, ","), true
	}
	return "", false
}
