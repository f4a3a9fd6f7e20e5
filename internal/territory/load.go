package territory

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/tabular/record"
	"nhipso/internal/text"
)

// Load reads the areas from a file system: the codelists CL_AREA_SET and CL_AREA, and territory/*.csv. Anything that does not fit together refuses all
// of it.
func Load(fsys fs.FS) (*Registry, error) {
	r := &Registry{byID: map[string]*Area{}, byName: map[string][]*Area{}, successors: map[string]string{}, parts: map[string][]string{},
		partTo: map[string]string{}, counts: map[[2]string][]Count{}, codes: map[string]bool{}, shapes: map[string]bool{}}
	steps := []struct {
		file    string
		columns []string
		take    func(row) error
	}{
		{"catalog/codelists/CL_AREA_SET.csv", []string{"id", "parent", "name_vi", "name_en", "kind", "over", "from", "to"}, r.takeSet},
		{"catalog/codelists/CL_AREA.csv", []string{"id", "parent", "name_vi", "name_en", "kind", "set", "code", "valid_from", "valid_to"}, r.takeArea},
		{"territory/episodes.csv", []string{"area", "from", "to", "name_vi", "name_en", "kind", "source", "mark"}, r.takeEpisode},
		{"territory/regions.csv", []string{"area", "region", "from", "to", "source", "mark"}, r.takeRegion},
		{"territory/succession.csv", []string{"old", "new", "date", "part_to", "source", "mark"}, r.takeSuccession},
		{"territory/counts.csv", []string{"area", "level", "count", "as_of", "source", "mark"}, r.takeCount},
		{"territory/aliases.csv", []string{"area", "alias"}, r.takeAlias},
	}
	read := sha256.New()
	for _, s := range steps {
		b, err := each(fsys, s.file, s.columns, s.take)
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(read, s.file, len(b))
		read.Write(b)
	}
	r.digest = hex.EncodeToString(read.Sum(nil))
	for _, parts := range r.parts {
		sort.Strings(parts)
	}
	return r, r.check()
}

// row is a line of a file by column name.
type row map[string]string

// each takes the rows of a file, and gives its bytes.
func each(fsys fs.FS, name string, columns []string, take func(row) error) ([]byte, error) {
	b, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(name, "territory/") {
		return nil, nil // no merger, no regions, no other names
	}
	if err != nil {
		return nil, fault.Unread("territory.bad-file", name, err)
	}
	rows, err := record.Exactly(b, columns...)
	if err != nil {
		return nil, fault.Unread("territory.bad-file", name, err)
	}
	for _, r := range rows {
		if err := take(r.Map()); err != nil {
			return nil, fault.New("territory.bad-row").At(name, r.Line, "").Because(err)
		}
	}
	return b, nil
}

func (m row) date(column string) (stat.Date, error) {
	var d stat.Date
	err := d.UnmarshalText([]byte(m[column]))
	return d, err
}

// span reads the two dates of a row.
func (m row) span(from, to string) (a, b stat.Date, err error) {
	if a, err = m.date(from); err != nil {
		return
	}
	if b, err = m.date(to); err != nil {
		return
	}
	if !a.IsZero() && !b.IsZero() && b.Before(a) {
		err = fault.New("territory.bad-span", "from", a.String(), "to", b.String())
	}
	return
}

func (r *Registry) takeArea(m row) error {
	from, to, err := m.span("valid_from", "valid_to")
	if err != nil {
		return err
	}
	if r.byID[m["id"]] != nil || m["id"] == "" || m["name_vi"] == "" || m["name_en"] == "" {
		return fault.New("territory.no-area", "id", m["id"])
	}
	a := &Area{ID: m["id"], Set: Set(m["set"]), Code: m["code"], Name: Name{m["name_vi"], m["name_en"]}, kind: Kind(m["kind"]), From: from, To: to}
	if a.Set != "" {
		d, ok := r.Division(a.Set)
		if !ok {
			return fault.New("territory.bad-set", "set", m["set"])
		}
		if a.province = d.Kind == Provinces; a.province {
			r.codes[a.Code], r.shapes[shapeOf(a.Code)] = true, shapeOf(a.Code) != ""
		}
	}
	r.areas = append(r.areas, a)
	r.byID[a.ID] = a
	r.name(a, a.Name.Vi)
	r.name(a, a.Name.En)
	return nil
}

func (r *Registry) name(a *Area, name string) {
	for _, key := range []string{text.Fold(name), bare(text.Fold(name))} {
		if !slices.Contains(r.byName[key], a) {
			r.byName[key] = append(r.byName[key], a)
		}
	}
}

func (r *Registry) takeEpisode(m row) error {
	a, err := r.Area(m["area"])
	if err != nil {
		return err
	}
	from, to, err := m.span("from", "to")
	if err != nil {
		return err
	}
	a.episodes = append(a.episodes, Episode{from, to, Name{m["name_vi"], m["name_en"]}, Kind(m["kind"]), m["source"], stat.Mark(m["mark"])})
	r.name(a, m["name_vi"])
	r.name(a, m["name_en"])
	return nil
}

func (r *Registry) takeRegion(m row) error {
	a, err := r.Area(m["area"])
	if err != nil {
		return err
	}
	if _, err := r.Area(m["region"]); err != nil {
		return err
	}
	from, to, err := m.span("from", "to")
	if err != nil {
		return err
	}
	a.regions = append(a.regions, membership{m["region"], from, to})
	return nil
}

func (r *Registry) takeSuccession(m row) error {
	for _, id := range []string{m["old"], m["new"]} {
		if _, err := r.Area(id); err != nil {
			return err
		}
	}
	on, err := m.date("date")
	if err != nil {
		return err
	}
	r.merged = on
	r.successors[m["old"]] = m["new"]
	r.parts[m["new"]] = append(r.parts[m["new"]], m["old"])
	if m["part_to"] != "" {
		if _, err := r.Area(m["part_to"]); err != nil {
			return err
		}
		r.partTo[m["old"]] = m["part_to"]
	}
	return nil
}

func (r *Registry) takeCount(m row) error {
	if _, err := r.Area(m["area"]); err != nil {
		return err
	}
	on, err := m.date("as_of")
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(m["count"])
	if err != nil || n < 1 {
		return fault.New("territory.bad-count", "text", m["count"])
	}
	key := [2]string{m["area"], m["level"]}
	r.counts[key] = append(r.counts[key], Count{n, on, m["source"], stat.Mark(m["mark"])})
	return nil
}

func (r *Registry) takeAlias(m row) error {
	a, err := r.Area(m["area"])
	if err != nil {
		return err
	}
	r.name(a, m["alias"])
	if r.aliases == nil {
		r.aliases = map[string][]string{}
	}
	r.aliases[a.ID] = append(r.aliases[a.ID], m["alias"])
	return nil
}

// check finds provinces that lead nowhere or stand outside every region.
func (r *Registry) check() error {
	if err := r.checkSets(); err != nil {
		return err
	}
	grouped := map[Set]bool{}
	for _, d := range r.divisions {
		grouped[d.Over] = true
	}
	for _, a := range r.areas {
		led := r.earlier == "" || a.Set == r.earlier && r.successors[a.ID] != "" || a.Set == r.current && len(r.parts[a.ID]) > 0
		if a.province && (!led || grouped[a.Set] && len(a.regions) == 0 || len(a.episodes) == 0) {
			return fault.New("territory.incomplete", "id", a.ID)
		}
	}
	return nil
}
