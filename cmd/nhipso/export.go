package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// exportData writes the figures of a dataflow to a file or to standard output.
func exportData(ctx context.Context, e *env, args []string) error {
	f := e.flags("export")
	p := e.installationFlags(f)
	format := f.String("format", "csv", "format")
	key := f.String("key", "", "key")
	asOf := f.String("asof", "", "asof")
	history := f.Bool("history", false, "history")
	drafts := f.Bool("draft", false, "draft")
	preview := f.String("preview", "", "preview")
	name := f.String("out", "", "out")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fault.New("cli.missing", "command", "export", "what", "DATAFLOW")
	}
	write, ok := writers[*format]
	if !ok {
		return fault.New("cli.bad-format", "format", *format)
	}
	a, err := e.open(ctx, p)
	if err != nil {
		return err
	}
	defer a.close()
	flow, err := a.catalog.Dataflow(rest[0])
	if err != nil {
		return err
	}
	view, err := a.viewFor(ctx, *drafts, *preview)
	if err != nil {
		return err
	}
	var day stat.Date
	if *asOf != "" {
		if day, err = stat.ParseDate(*asOf); err != nil {
			return err
		}
		view = view.On(day)
	}
	figures := view.Stream(ctx, flow.ID, *key, *history)
	table := export.Dataflow(a.catalog, flow, figures)
	if *format == "csv" {
		table = export.Message(a.catalog, flow, figures)
	}
	table.Shows(view.Release, a.catalog, day, p.publisher)
	if *name == "" {
		return write(table, export.Until(ctx, e.out))
	}
	return writeFile(*name, func(w io.Writer) error { return write(table, export.Until(ctx, w)) })
}

// writers are the formats. CSV is headed by identifiers, so that load reads it back.
var writers = map[string]func(*export.Table, io.Writer) error{
	"csv":  func(t *export.Table, w io.Writer) error { return t.WriteCSV(w, export.CSVOptions{Codes: true}) },
	"json": (*export.Table).WriteJSON,
	"xlsx": (*export.Table).WriteXLSX,
}

// writeFile writes to a temporary file beside the target and renames it, so that a full disk never leaves half a file under its name.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".nhipso-*")
	if err != nil {
		return fault.New("cli.write-file", "file", name, "reason", reason(err))
	}
	defer os.Remove(f.Name())
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fault.New("cli.write-file", "file", name, "reason", reason(err))
	}
	return nil
}

// viewFor gives what a reader at the command line sees: everybody, a reader of one release before its minute, or, for whoever keeps the
// installation, the cube as it stands.
func (a *app) viewFor(ctx context.Context, drafts bool, preview string) (*publish.View, error) {
	who := publish.Everybody()
	switch {
	case drafts && preview != "":
		return nil, fault.New("cli.draft-or-preview")
	case drafts:
		who = publish.Keeper(userName())
	case preview != "":
		who = publish.PreviewOf(preview, userName())
	}
	return a.gate().View(ctx, who)
}
