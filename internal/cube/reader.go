package cube

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/stat"
)

// Query selects versions of figures. The zero Query selects all.
type Query struct {
	Dataflow string     // "" for all, one after another
	Key      string     // the codes of each dimension, several joined with "+", none for any; "" matches all
	Series   []stat.Key // these series only; nil for any
	Since    stat.Period
	Until    stat.Period // periods that lie wholly between the first day of Since and the last of Until; zero for no bound
	AsOf     AsOf
	After    Cell // go on behind this cell, which was the last one seen; zero from the beginning
}

// Past gives figures with their history.
type Past interface {
	// Versions gives the versions that a query selects one after another, ordered by dataflow, key, period, vintage, message. However many they
	// are, few are held at a time; nothing that is stored after the first was asked for is among them. An error is the last that is given.
	Versions(ctx context.Context, q Query) iter.Seq2[Version, error]
}

// Reader reads the cube.
type Reader interface {
	Past
	// LastMessage gives the number of the newest message, 0 when there is none.
	LastMessage(ctx context.Context) (int64, error)
}

// History gives all versions that a query selects at once, where they are known to be few.
func History(ctx context.Context, r Past, q Query) ([]Version, error) {
	return collect(r.Versions(ctx, q))
}

// Read gives the newest version of every cell that a query selects at once, where they are known to be few.
func Read(ctx context.Context, r Past, q Query) ([]Version, error) {
	return collect(Latest(r.Versions(ctx, q)))
}

func collect(versions iter.Seq2[Version, error]) (out []Version, err error) {
	for v, err := range versions {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Latest gives of versions in the order of Reader the newest one of each cell.
func Latest(versions iter.Seq2[Version, error]) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		var newest Version
		some := false
		for v, err := range versions {
			switch {
			case err != nil:
				yield(Version{}, err)
				return
			case !some:
			case newest.Cell() == v.Cell():
				if !v.Supersedes(newest) {
					continue
				}
			case !yield(newest, nil):
				return
			}
			newest, some = v, true
		}
		if some {
			yield(newest, nil)
		}
	}
}

// Newest reduces versions in the order of Reader to the newest one of each cell within a bound.
func Newest(history []Version, at AsOf) []Version {
	out, _ := collect(Latest(Select(history, Query{AsOf: at}))) // what is in memory can be read
	return out
}

// Select is Reader.Versions over versions that are in its order already.
func Select(history []Version, q Query) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		for _, v := range history {
			if q.Selects(v) && !yield(v, nil) {
				return
			}
		}
	}
}

// Selects reports whether a version is among those asked for.
func (q Query) Selects(v Version) bool {
	return (q.Dataflow == "" || v.Dataflow == q.Dataflow) && v.Key.Matches(q.Key) && (q.Series == nil || slices.Contains(q.Series, v.Key)) &&
		(q.Since.IsZero() || !v.Period.From().Before(q.Since.From())) && (q.Until.IsZero() || !v.Period.To().After(q.Until.To())) &&
		q.AsOf.Allows(v) && (q.After == Cell{} || v.Cell().Compare(q.After) > 0)
}

// InOrder compares versions by the order in which a Reader gives them.
func InOrder(a, b Version) int {
	return cmp.Or(a.Cell().Compare(b.Cell()), a.Vintage.Date.Compare(b.Vintage.Date), cmp.Compare(a.Message, b.Message))
}

// Compare orders cells as Reader does.
func (c Cell) Compare(other Cell) int {
	if n := strings.Compare(c.Dataflow, other.Dataflow); n != 0 {
		return n
	}
	if n := strings.Compare(string(c.Key), string(other.Key)); n != 0 {
		return n
	}
	return c.Period.Compare(other.Period)
}

// SortText gives a text that sorts as stat.Period.Compare does: first day, longer before shorter, frequency.
func SortText(p stat.Period) string {
	b := append(make([]byte, 0, 24), p.From().String()...)
	b = append(b, '/')
	shorter := strconv.Itoa(9999999 - p.To().Sub(p.From()))
	for range 7 - len(shorter) {
		b = append(b, '0')
	}
	return string(append(append(append(b, shorter...), '/'), p.Frequency().String()...))
}
