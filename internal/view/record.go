package view

import (
	"nhipso/internal/catalog"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Record is a record of the register that a figure was computed from.
type Record struct {
	pipeline.UsedRecord
	Name  catalog.Label
	Since string // the day from which it stands so, in the reader's language
}

// RecordGroup is those of one type that were used as one thing.
type RecordGroup struct {
	Type    catalog.Label // as it stands within a sentence
	Role    catalog.Label
	Records []Record
}

// Records gives the records of a node by type and role, in the order in which the run used them.
func (s *Speaker) Records(n pipeline.Node) []RecordGroup {
	var out []RecordGroup
	at := map[[2]string]int{}
	for _, r := range n.Records {
		key := [2]string{r.Type, r.Role}
		i, known := at[key]
		if !known {
			i = len(out)
			at[key] = i
			g := RecordGroup{Type: catalog.Label{Vi: r.Type, En: r.Type}, Role: Role(r.Role)}
			if t, err := s.Catalog.RecordType(r.Type); err == nil {
				g.Type = catalog.Label{Vi: lowered(t.Name.Vi), En: lowered(t.Name.En)}
			}
			out = append(out, g)
		}
		x := Record{UsedRecord: r, Name: s.recordName(r)}
		if r.From != (stat.Date{}) {
			x.Since = text.FormatDate(s.Lang, r.From)
		}
		out[i].Records = append(out[i].Records, x)
	}
	return out
}

// recordName is how a record is called: by its name as it stood, else by that of its code, else by its identifier.
func (s *Speaker) recordName(r pipeline.UsedRecord) catalog.Label {
	if vi := r.Values["name_vi"]; vi != "" {
		return catalog.Label{Vi: vi, En: r.Values["name_en"]}
	}
	if t, err := s.Catalog.RecordType(r.Type); err == nil && t.Records != "" {
		return s.Code(t.Records, r.ID)
	}
	return catalog.Label{Vi: r.ID, En: r.ID}
}
