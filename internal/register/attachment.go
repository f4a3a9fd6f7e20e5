package register

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"

	"nhipso/internal/fault"
)

// Columns of the changes by which files come to a record and go. No field of a type can be called so.
const (
	FileColumn         = "attached-file"
	PersonalFileColumn = "attached-personal-file" // one that says something of a person: it is erased with their data
)

// Attachment is a file of a record, as the act that attached it says.
type Attachment struct {
	SHA256 string `json:"sha256"`
	Name   string `json:"name"`
	Media  string `json:"media"` // as HTTP says it
	Size   int64  `json:"size"`
}

// Text writes an attachment as a change has it.
func (a Attachment) Text() string {
	text, _ := json.Marshal(a) // texts and a number always marshal
	return string(text)
}

// AttachmentOf reads an attachment from a change; false for none, and for one that was erased.
func AttachmentOf(text string) (a Attachment, is bool) {
	return a, text != "" && json.Unmarshal([]byte(text), &a) == nil && sha256Shape.MatchString(a.SHA256)
}

var sha256Shape = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Content is what a file holds. It is handed over with the batch whose acts attach it, and stored once, whatever has it.
type Content struct {
	SHA256 string
	Size   int64
	Bytes  io.ReaderAt
}

// Held is an attachment with the act that attached it.
type Held struct {
	Attachment
	Act      int64
	Personal bool
	Gone     bool // it was erased
}

// Attachments gives the files that a record has after some acts, the oldest first.
func Attachments(acts []Act) (out []Held) {
	for _, a := range acts {
		if a.Kind != Attached && a.Kind != Detached {
			continue
		}
		for _, c := range a.Changes {
			if file, is := AttachmentOf(c.After); a.Kind == Attached && (is || c.Gone) {
				out = append(out, Held{file, a.Number, c.Column == PersonalFileColumn, c.Gone})
			}
			if file, is := AttachmentOf(c.Before); a.Kind == Detached && is {
				out = slices.DeleteFunc(out, func(h Held) bool { return h.SHA256 == file.SHA256 })
			}
		}
	}
	return out
}

// attaches refuses an act that attaches what is no file or is there already, or takes away what is not there; and completes it.
func (a *Act) attaches(acts []Act) error {
	if len(a.Changes) != 1 || a.Changes[0].Column != FileColumn && a.Changes[0].Column != PersonalFileColumn {
		return fault.New("register.one-file")
	}
	c := &a.Changes[0]
	said := c.After
	if a.Kind == Detached {
		said = c.Before
	}
	file, is := AttachmentOf(said)
	if !is || file.Name == "" || file.Media == "" || file.Size <= 0 {
		return fault.New("register.one-file")
	}
	if err := plain("name", file.Name); err != nil {
		return err
	}
	have := Attachments(acts)
	i := slices.IndexFunc(have, func(h Held) bool { return h.SHA256 == file.SHA256 && !h.Gone })
	switch {
	case a.Kind == Attached && i >= 0:
		return fault.New("register.file-there", "name", have[i].Name)
	case a.Kind == Detached && i < 0:
		return fault.New("register.no-file", "name", file.Name)
	case a.Kind == Detached:
		c.Before, c.After, c.Column = have[i].Text(), "", FileColumn
		if have[i].Personal {
			c.Column = PersonalFileColumn
		}
	default:
		c.Before, c.After = "", file.Text()
	}
	return nil
}

// quiet reports whether a kind of act leaves the fields of a record as they are: nobody who changes them need have seen it.
func (k Kind) quiet() bool { return k == Commented || k == Attached || k == Detached }
