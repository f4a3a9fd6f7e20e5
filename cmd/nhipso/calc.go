package main

import (
	"context"
	"errors"
	"io"
	"os"

	"nhipso/internal/calc"
	"nhipso/internal/territory"
)

// calculate runs a method on files.
func calculate(ctx context.Context, e *env, args []string) error {
	err := calc.Run(ctx, &calc.Env{Areas: func() (*territory.Registry, error) {
		from, err := packOf(e.getenv("NHIPSO_PACK"))
		if err != nil {
			return nil, err
		}
		return territory.Load(from)
	}, In: e.in, Out: e.out, Err: e.err, Lang: e.lang,
		Open: func(name string) (io.ReadCloser, error) { return os.Open(name) }}, args)
	if errors.Is(err, calc.ErrHelp) {
		return errHelp
	}
	return err
}
