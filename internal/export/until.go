package export

import (
	"context"
	"io"
)

// Until gives a writer on which work ends with the context: its reader hung up, or time ran out. The tables of this package look at it
// between rows, so that a long one does not go on for nobody.
func Until(ctx context.Context, w io.Writer) io.Writer { return bounded{ctx, w} }

type bounded struct {
	ctx context.Context
	w   io.Writer
}

func (b bounded) Write(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.w.Write(p)
}

// ended gives why work for a writer should stop, or nil.
func ended(w io.Writer) error {
	if b, ok := w.(bounded); ok {
		return b.ctx.Err()
	}
	return nil
}
