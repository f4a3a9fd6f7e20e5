package register

import (
	"context"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
)

// MaxSorted bounds a list that is sorted by a column for which there is no order in the database.
const MaxSorted = 5000

// Ordered reports whether a list of a type of any length can be sorted by a column, and grouped by it.
func Ordered(t *catalog.RecordType, column string) bool {
	f, err := listed(t, column)
	return err == nil && !f.Many
}

// Page gives a page of a list, sorted by any column that holds one value: by the database where it has the order, else by reading a list of up to
// MaxSorted records whole.
func (r *Register) Page(ctx context.Context, t *catalog.RecordType, q Query, scope Scope) (Page, error) {
	column := q.Sort
	f, is := t.Field(column)
	if column == "" || Ordered(t, column) || !is || f.Many {
		look, err := r.Look(q)
		if err != nil {
			return Page{}, err
		}
		look.Scope = scope
		return r.Records(ctx, look)
	}
	after := MarkOf(q.After)
	if q.After != "" && after == nil {
		return Page{}, fault.New("register.cursor")
	}
	limit := q.Limit
	q.Sort, q.After, q.Limit = "", "", maxPage
	look, err := r.Look(q)
	if err != nil {
		return Page{}, err
	}
	look.Scope = scope
	all, err := r.whole(ctx, look, t)
	if err != nil {
		return Page{}, err
	}
	return sortedPage(f, all, q.Descending, after, limit), nil
}

// whole reads a list whole, where it is short enough.
func (r *Register) whole(ctx context.Context, look Lookup, t *catalog.RecordType) (out []Version, err error) {
	for {
		page, err := r.Records(ctx, look)
		if err != nil {
			return nil, err
		}
		if out = append(out, page.Records...); len(out) > MaxSorted || len(out) == MaxSorted && page.Next != "" {
			return nil, fault.New("register.long-sort", "most", MaxSorted, "type", t.Name)
		}
		if page.Next == "" {
			return out, nil
		}
		look.After = MarkOf(page.Next)
	}
}

// sortedPage gives the page after a mark of a list that is sorted here.
func sortedPage(f catalog.Field, all []Version, descending bool, after *Mark, limit int) (out Page) {
	key := func(v Version) Mark {
		value := v.Values[f.Columns()[0]]
		if value == "" {
			return Mark{"", v.ID}
		}
		return Mark{sortOf(f, value), v.ID}
	}
	compare := func(x, y Mark) int {
		c := strings.Compare(x.Sort, y.Sort)
		if c == 0 {
			c = strings.Compare(x.ID, y.ID)
		}
		if descending {
			return -c
		}
		return c
	}
	slices.SortFunc(all, func(x, y Version) int { return compare(key(x), key(y)) })
	if after != nil {
		all = slices.DeleteFunc(all, func(v Version) bool { return compare(key(v), *after) <= 0 })
	}
	if len(all) > limit {
		out.Next = key(all[limit-1]).Cursor()
		all = all[:limit]
	}
	out.Records = all
	return out
}
