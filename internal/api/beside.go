package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2/yaml"
)

// description is an OpenAPI document as far as two are joined.
type description struct {
	Tags       []json.RawMessage                     `json:"tags"`
	Paths      map[string]json.RawMessage            `json:"paths"`
	Components map[string]map[string]json.RawMessage `json:"components"`
}

// join adds the operations that others serve beside the API, so that programs find one description. Neither may say again what the other says.
func (d *document) join(beside []byte) error {
	var own map[string]json.RawMessage
	var mine, theirs description
	for _, read := range []struct {
		text []byte
		into any
	}{{d.json, &own}, {d.json, &mine}, {beside, &theirs}} {
		if err := json.Unmarshal(read.text, read.into); err != nil {
			return err
		}
	}
	if err := add(mine.Paths, theirs.Paths); err != nil {
		return err
	}
	for kind, list := range theirs.Components {
		if mine.Components[kind] == nil {
			mine.Components[kind] = map[string]json.RawMessage{}
		}
		if err := add(mine.Components[kind], list); err != nil {
			return err
		}
	}
	for name, part := range map[string]any{"tags": append(mine.Tags, theirs.Tags...), "paths": mine.Paths, "components": mine.Components} {
		b, err := json.Marshal(part)
		if err != nil {
			return err
		}
		own[name] = b
	}
	var err error
	if d.json, err = json.Marshal(own); err != nil {
		return err
	}
	var text bytes.Buffer
	if err := yaml.Convert(&text, bytes.NewReader(d.json)); err != nil {
		return err
	}
	d.yaml = text.Bytes()
	d.beside, err = besides(theirs)
	return err
}

func add(to, from map[string]json.RawMessage) error {
	for name, x := range from {
		if _, twice := to[name]; twice {
			return fmt.Errorf("two descriptions of %s", name)
		}
		to[name] = x
	}
	return nil
}

// besides are the operations of a description as the page for people shows them, in the order of their paths.
func besides(d description) (out []group, err error) {
	for _, raw := range d.Tags {
		var tag struct{ Name, Description string }
		if err := json.Unmarshal(raw, &tag); err != nil {
			return nil, err
		}
		out = append(out, group{ID: tag.Name, Name: tag.Description})
	}
	for path, raw := range d.Paths {
		var methods map[string]struct {
			OperationID, Summary, Description string
			Tags                              []string
			Parameters                        []struct {
				Name, Description string
				Required          bool
				Schema            struct{ Enum []string }
			}
		}
		if err := json.Unmarshal(raw, &methods); err != nil {
			return nil, err
		}
		for method, op := range methods {
			at := slices.IndexFunc(out, func(g group) bool { return slices.Contains(op.Tags, g.ID) })
			if at < 0 {
				return nil, fmt.Errorf("%s has no tag", op.OperationID)
			}
			o := operation{ID: op.OperationID, Method: strings.ToUpper(method), Name: op.Summary, Path: path, Text: op.Description}
			for _, p := range op.Parameters {
				o.Parameters.Rows = append(o.Parameters.Rows, parameter{p.Name, p.Description, strings.Join(p.Schema.Enum, ", ")})
			}
			out[at].Operations = append(out[at].Operations, o)
		}
	}
	for _, g := range out {
		slices.SortFunc(g.Operations, func(a, b operation) int { return strings.Compare(a.Path, b.Path) })
	}
	return out, nil
}
