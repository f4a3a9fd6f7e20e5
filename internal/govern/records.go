package govern

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/tabular/record"
)

// Programme is one of the ten action programmes of the first national forum on the digital economy and digital society
// (Nam Định, 13–14 September 2023).
type Programme struct {
	No           int
	Name         catalog.Label
	Deadline     catalog.Label // as the source words it; empty when it sets none
	Deadlines    []Deadline
	FollowUp     catalog.Label // what is on record about it; empty when nothing is
	FollowUpMark stat.Mark     // evidence of the follow-up; "" when none was found
	Figures      []Series      // series that show how it went
	Source       string        // code of CL_SOURCE
	Mark         stat.Mark
}

// Deadline is a dated promise of a programme.
type Deadline struct {
	Kind   string // "by" the end of the period, "before" its start, or "every" quarter from it on
	Period stat.Period
	What   catalog.Label
}

// Day gives the last day on which the promise could be kept; for "every" the last day of the first period.
func (d Deadline) Day() stat.Date {
	if d.Kind == "before" {
		return d.Period.From().AddDays(-1)
	}
	return d.Period.To()
}

// Series names figures in the cube.
type Series struct{ Dataflow, Key string } // Key is a pattern

// Renaming is a new name of an organisation that stays what it is.
type Renaming struct {
	ID     string
	From   stat.Date
	Name   catalog.Label
	Source string
	Mark   stat.Mark
}

// Organisation is a ministry, agency or committee with the days on which it existed under its name.
type Organisation struct {
	ID       string
	Name     catalog.Label
	Kind     string    // code of CL_ORGANISATION_KIND
	Parent   string    // the organisation above it; "" for none
	Area     string    // code of CL_AREA, of a people's committee
	From, To stat.Date // zero for not recorded or not ended
	Source   string
	Mark     stat.Mark
}

// ExistedOn reports whether the organisation existed on a day, as far as recorded.
func (o Organisation) ExistedOn(day stat.Date) bool {
	return (o.From.IsZero() || !day.Before(o.From)) && (o.To.IsZero() || !day.After(o.To))
}

// Merger is the passing of an organisation, or of a part of its work, into another.
type Merger struct {
	Old, New string
	On       stat.Vintage // the day as precisely as it is recorded; zero when it is not
	Part     string       // what passed, when not the whole: "press"
	Source   string
	Mark     stat.Mark
}

// ReportRule is a row of the calendar of periodic reports: Nghị định 09/2019/NĐ-CP, and the rules that add to it.
type ReportRule struct {
	Rule           string
	Report, Level  catalog.Label
	Period         string // M, Q, S1, S2, A, or N9 for nine months
	FromDay, ToDay int    // the data run from this day of the month before the period to that day of its last month; 0 for not stated
	DueDay         int    // day of the month on which it is due; 0 for not stated
	DueMonth       string // "last" month of the period, or a month of the year (06)
	DueWorkingDays int    // working days after the data end; 0 for not stated
	Due            catalog.Label
	Source         string
	Mark           stat.Mark
}

// PlatformRule is a threshold of Nghị định 137/2024/NĐ-CP, article 17.
type PlatformRule struct {
	ID         string
	Name       catalog.Label
	Comparator string
	Value      stat.Decimal
	Unit       catalog.Label
	Source     string // code of CL_SOURCE
	Mark       stat.Mark
}

// Records are the facts of governance that are not figures.
type Records struct {
	Programmes    []Programme
	Organisations []Organisation
	Renamings     []Renaming
	Mergers       []Merger
	Calendar      []ReportRule
	PlatformRules []PlatformRule
}

// Organisation finds an organisation.
func (r *Records) Organisation(id string) (Organisation, bool) {
	i := slices.IndexFunc(r.Organisations, func(o Organisation) bool { return o.ID == id })
	if i < 0 {
		return Organisation{}, false
	}
	return r.Organisations[i], true
}

// Successor gives the organisation that took over the work of another as a whole.
func (r *Records) Successor(id string) (Organisation, bool) {
	for _, m := range r.Mergers {
		if m.Old == id && m.Part == "" {
			return r.Organisation(m.New)
		}
	}
	return Organisation{}, false
}

// On lists the organisations that existed on a day, in the order of the file.
func (r *Records) On(day stat.Date) []Organisation {
	var out []Organisation
	for _, o := range r.Organisations {
		if o.ExistedOn(day) {
			out = append(out, o)
		}
	}
	return out
}

// Load reads the records: programmes from the codelist CL_ACTION_PROGRAMME and govern/deadlines.csv, the others from govern/*.csv.
func Load(fsys fs.FS, c *catalog.Catalog) (*Records, error) {
	r := &Records{}
	if err := r.programmes(c); err != nil {
		return nil, err
	}
	for _, file := range []struct {
		name    string
		columns string
		take    func(row) error
	}{
		{"deadlines", "programme,kind,period,what_vi,what_en", r.takeDeadline},
		{"organisations", "id,name_vi,name_en,kind,parent,area,from,to,source,mark", r.takeOrganisation},
		{"renamings", "id,from,name_vi,name_en,source,mark", r.takeRenaming},
		{"mergers", "old,new,date,part,source,mark", r.takeMerger},
		{"report_calendar", "rule,report_vi,report_en,level_vi,level_en,period,from_day,to_day,due_day,due_month,due_working_days,due_vi,due_en,source,mark", r.takeReport},
		{"platform_rules", "id,name_vi,name_en,comparator,value,unit_vi,unit_en,source,mark", r.takePlatformRule},
	} {
		if err := each(fsys, "govern/"+file.name+".csv", strings.Split(file.columns, ","), file.take); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// programmes reads the action programmes from their codelist.
func (r *Records) programmes(c *catalog.Catalog) error {
	list, err := c.Codelist("CL_ACTION_PROGRAMME")
	if err != nil {
		return err
	}
	for _, x := range list.Codes {
		no, err := strconv.Atoi(x.ID)
		if err != nil {
			return fault.New("govern.bad-record", "text", x.ID).At(list.ID, 0, "id")
		}
		p := Programme{No: no, Name: x.Name, Deadline: catalog.Label{Vi: x.Notes["deadline_vi"], En: x.Notes["deadline_en"]},
			FollowUp: catalog.Label{Vi: x.Notes["followup_vi"], En: x.Notes["followup_en"]}, Source: x.Notes["source"], Mark: stat.Mark(x.Notes["mark"])}
		if m := stat.Mark(x.Notes["followup_mark"]); slices.Contains(stat.Marks(), m) {
			p.FollowUpMark = m
		}
		for _, s := range strings.Split(x.Notes["figures"], ";") {
			if s == "" {
				continue
			}
			flow, key, _ := strings.Cut(s, ":")
			f, err := c.Dataflow(flow)
			if err != nil {
				return err
			}
			if len(strings.Split(key, ".")) != len(f.Dimensions) {
				return fault.New("catalog.key-shape", "key", key, "dataflow", flow, "want", len(f.Dimensions), "got", len(strings.Split(key, ".")))
			}
			p.Figures = append(p.Figures, Series{flow, key})
		}
		r.Programmes = append(r.Programmes, p)
	}
	return nil
}

// row is a line of a file by column name.
type row map[string]string

func (m row) label(column string) catalog.Label {
	return catalog.Label{Vi: m[column+"_vi"], En: m[column+"_en"]}
}

// count reads a whole number; an empty cell is 0, not stated.
func (m row) count(column string) (int, error) {
	if m[column] == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(m[column])
	if err != nil || n < 0 {
		return 0, fault.New("govern.bad-record", "text", m[column])
	}
	return n, nil
}

func each(fsys fs.FS, name string, columns []string, take func(row) error) error {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fault.New("govern.bad-file").At(name, 0, "").Because(err)
	}
	rows, err := record.Exactly(b, columns...)
	if err != nil {
		return fault.New("govern.bad-file").At(name, 1, "").Because(err)
	}
	for _, r := range rows {
		m := row(r.Map())
		if mark, has := m["mark"]; has && !slices.Contains(stat.Marks(), stat.Mark(mark)) {
			return fault.New("govern.bad-record", "text", mark).At(name, r.Line, "mark")
		}
		if err := take(m); err != nil {
			return fault.New("govern.bad-file").At(name, r.Line, "").Because(err)
		}
	}
	return nil
}

func (r *Records) takeDeadline(m row) error {
	no, err := m.count("programme")
	if err != nil || no < 1 || no > len(r.Programmes) || !slices.Contains([]string{"by", "before", "every"}, m["kind"]) {
		return fault.New("govern.bad-record", "text", m["programme"]+" "+m["kind"])
	}
	p, err := stat.ParsePeriod(m["period"])
	if err != nil {
		return err
	}
	at := &r.Programmes[no-1]
	at.Deadlines = append(at.Deadlines, Deadline{m["kind"], p, m.label("what")})
	return nil
}

func (r *Records) takeRenaming(m row) error {
	x := Renaming{ID: m["id"], Name: m.label("name"), Source: m["source"], Mark: stat.Mark(m["mark"])}
	if _, known := r.Organisation(x.ID); !known || x.Name.Vi == "" || x.Name.En == "" {
		return fault.New("govern.bad-record", "text", x.ID)
	}
	var err error
	x.From, err = stat.ParseDate(m["from"])
	r.Renamings = append(r.Renamings, x)
	return err
}

func (r *Records) takeOrganisation(m row) error {
	o := Organisation{ID: m["id"], Name: m.label("name"), Kind: m["kind"], Parent: m["parent"], Area: m["area"], Source: m["source"], Mark: stat.Mark(m["mark"])}
	if _, twice := r.Organisation(o.ID); twice || o.ID == "" || o.Name.Vi == "" || o.Name.En == "" {
		return fault.New("govern.bad-record", "text", o.ID)
	}
	if err := o.From.UnmarshalText([]byte(m["from"])); err != nil {
		return err
	}
	if err := o.To.UnmarshalText([]byte(m["to"])); err != nil {
		return err
	}
	r.Organisations = append(r.Organisations, o)
	return nil
}

func (r *Records) takeMerger(m row) error {
	for _, id := range []string{m["old"], m["new"]} {
		if _, ok := r.Organisation(id); !ok {
			return fault.New("govern.bad-record", "text", id)
		}
	}
	on, err := stat.ParseVintage(m["date"], stat.Date{})
	if err != nil {
		return err
	}
	r.Mergers = append(r.Mergers, Merger{m["old"], m["new"], on, m["part"], m["source"], stat.Mark(m["mark"])})
	return nil
}

func (r *Records) takeReport(m row) error {
	x := ReportRule{Rule: m["rule"], Report: m.label("report"), Level: m.label("level"), Period: m["period"], DueMonth: m["due_month"], Due: m.label("due"),
		Source: m["source"], Mark: stat.Mark(m["mark"])}
	for column, into := range map[string]*int{"from_day": &x.FromDay, "to_day": &x.ToDay, "due_day": &x.DueDay, "due_working_days": &x.DueWorkingDays} {
		n, err := m.count(column)
		if err != nil || n > 31 {
			return fault.New("govern.bad-record", "text", m[column])
		}
		*into = n
	}
	r.Calendar = append(r.Calendar, x)
	return nil
}

func (r *Records) takePlatformRule(m row) error {
	v, err := stat.ParseDecimal(m["value"])
	if err != nil {
		return err
	}
	r.PlatformRules = append(r.PlatformRules, PlatformRule{m["id"], m.label("name"), m["comparator"], v, m.label("unit"), m["source"], stat.Mark(m["mark"])})
	return nil
}
