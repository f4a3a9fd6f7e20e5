package store

import (
	"context"
	"database/sql"
	_ "embed"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// thing is a kind of what is sealed, as a sentence names it.
type thing string

// In names it in "vi" or "en".
func (t thing) In(lang string) string { return book.Say(lang, string(t)) }

// maxBroken bounds how many broken seals of a kind are named.
const maxBroken = 20

// group is what the rows of one seal turned out to be.
type group struct {
	later []string
	forms []form // as sealed today, then without the columns that came later, the newest first
	plain bool   // no row has a checksum: they are older than the seals
}

// form is how the rows of a seal hash with the columns of one time.
type form struct {
	seal    *sealer
	altered string // the first row whose running checksum does not fit, or is not there
	table   string // of that row
	fits    int    // rows before it
}

func (g *group) rows() int { return g.forms[0].seal.rows }

// best is the form that fits, or else the one that fits longest, which is how the rows were sealed.
func (g *group) best(hash string) form {
	best := g.forms[0]
	for _, f := range g.forms {
		if f.altered == "" && f.seal.sum() == hash {
			return f
		}
		if f.fits > best.fits {
			best = f
		}
	}
	return best
}

// newGroup makes a group that is still without rows.
func newGroup(k sealKind) *group {
	g := &group{later: k.later, forms: make([]form, 1+len(k.later))}
	for i := range g.forms {
		g.forms[i].seal = newSealer()
	}
	return g
}

// add takes a row up in every form.
func (g *group) add(t sealTable, columns []string, row []any, seal any) error {
	for i := range g.forms {
		f := &g.forms[i]
		kept, whole := row, true
		if i > 0 {
			kept = nil
			for c, name := range columns {
				if !slices.Contains(g.later[len(g.later)-i:], t.name+"."+name) {
					kept = append(kept, row[c])
				} else if v := row[c]; v != "" && v != int64(0) && v != nil {
					whole = false // a row that was sealed without the column has nothing in it
				}
			}
		}
		sum, err := f.seal.add(t.name, kept)
		if err != nil {
			return err
		}
		if i == 0 && f.seal.rows == 1 {
			g.plain = seal == ""
		}
		switch {
		case f.altered != "":
		case (seal != sum || !whole) && !(g.plain && seal == ""):
			f.altered, f.table = t.label(row), t.name
		default:
			f.fits++
		}
	}
	return nil
}

// groups are the rows of one kind, hashed again.
type groups struct {
	kind   sealKind
	keys   []string // in the order in which they were met
	groups map[string]*group
}

func (g *groups) of(key string) *group {
	x := g.groups[key]
	if x == nil {
		x = newGroup(g.kind)
		g.groups[key], g.keys = x, append(g.keys, key)
	}
	return x
}

// rehash reads the rows of a kind and hashes them as when they were stored; where and args bound the rows by their key.
// covers gives the key of the seal that covers a row, where that is not the row's own.
func (s *Store) rehash(ctx context.Context, from sqldb.Queryer, k sealKind, only string, covers func(key string) string) (*groups, error) {
	out := &groups{kind: k, groups: map[string]*group{}}
	for _, t := range k.tables {
		columns := strings.Split(t.columns, ", ")
		width, keyAt := len(columns), slices.Index(columns, t.key)
		row, into := make([]any, width+1), make([]any, width+1)
		for i := range row {
			into[i] = &row[i]
		}
		where := ""
		if only != "" {
			where = " WHERE " + t.key + " IN (" + only + ")"
		}
		err := sqldb.Each(ctx, from, func(rows *sql.Rows) error {
			if err := rows.Scan(into...); err != nil {
				return err
			}
			key := slash(row[keyAt])
			if covers != nil {
				key = covers(key)
			}
			return out.of(key).add(t, columns, row[:width], row[width])
		}, "SELECT "+t.columns+", seal FROM "+t.name+where+" ORDER BY "+t.key+", "+t.order)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SealCount says how much a verification went through.
type SealCount struct {
	Seals, Rows int
}

// verifySeals compares everything stored with what the audit log sealed, from an entry on; from 0 everything is compared, and
// rows that no seal covers are found too. It names the first altered row of each message, run or other thing.
func (s *Store) verifySeals(ctx context.Context, links []link, after int64) (SealCount, []error, error) {
	var count SealCount
	var problems []error
	want := map[string]map[string]sealed{} // kind → key
	var order []sealed                     // as the log has them
	for _, l := range links {
		if l.number <= after {
			continue
		}
		for _, x := range sealsOf(l.details) {
			if want[x.Kind] == nil {
				want[x.Kind] = map[string]sealed{}
			}
			want[x.Kind][x.Key] = x
			order = append(order, x)
		}
	}
	for _, k := range sealKinds {
		if after > 0 && len(want[k.id]) == 0 {
			continue
		}
		only := ""
		if after > 0 {
			only = keyList(k, want[k.id])
		}
		found, err := s.rehash(ctx, s.db, k, only, covering(k, want[k.id]))
		if err != nil {
			return count, problems, err
		}
		n := 0
		for _, x := range order {
			if x.Kind != k.id {
				continue
			}
			count.Seals++
			g := found.groups[x.Key]
			if g != nil {
				count.Rows += g.rows()
			}
			if p := broken(k, x, g); p != nil && n < maxBroken {
				problems, n = append(problems, p), n+1
			}
		}
		for _, key := range found.keys {
			if _, known := want[k.id][key]; !known && after == 0 && n < maxBroken {
				problems, n = append(problems, fault.New("store.unsealed", "kind", thing(k.id), "key", key)), n+1
			}
		}
	}
	return count, problems, nil
}

// broken gives what is wrong with the rows of a seal, or nil.
func broken(k sealKind, want sealed, found *group) error {
	if found == nil {
		return fault.New("store.seal-missing", "kind", thing(k.id), "key", want.Key)
	}
	switch f := found.best(want.Hash); {
	case f.altered != "":
		return fault.New("store.row-altered", "table", f.table, "row", f.altered, "kind", thing(k.id), "key", want.Key)
	case f.seal.sum() != want.Hash:
		return fault.New("store.seal-broken", "kind", thing(k.id), "key", want.Key, "rows", f.seal.rows, "sealed", want.Rows)
	}
	return nil
}

// keyList writes the keys of seals, and of the rows that they cover, for a query. Identifiers of runs come from the log: quotes are doubled.
func keyList(k sealKind, want map[string]sealed) string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(want)) {
		n, err := strconv.ParseInt(key, 10, 64)
		switch {
		case k.id == runSeal.id:
			out = append(out, "'"+strings.ReplaceAll(key, "'", "''")+"'")
		case err == nil && k.ranges:
			for ; n <= want[key].Last; n++ {
				out = append(out, strconv.FormatInt(n, 10))
			}
		case err == nil:
			out = append(out, key)
		}
	}
	if len(out) == 0 {
		return "NULL"
	}
	return strings.Join(out, ", ")
}

// covering finds the seal of a row where one seal covers several numbers.
func covering(k sealKind, want map[string]sealed) func(string) string {
	if !k.ranges {
		return nil
	}
	type span struct{ first, last int64 }
	var spans []span
	for key, x := range want {
		if n, err := strconv.ParseInt(key, 10, 64); err == nil {
			spans = append(spans, span{n, max(n, x.Last)})
		}
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].first < spans[j].first })
	return func(key string) string {
		n, _ := strconv.ParseInt(key, 10, 64)
		i := sort.Search(len(spans), func(i int) bool { return spans[i].first > n }) - 1
		if i >= 0 && n <= spans[i].last {
			return strconv.FormatInt(spans[i].first, 10)
		}
		return key
	}
}
