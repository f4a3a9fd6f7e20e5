package desk

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"nhipso/internal/attach"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
)

// fileView is a file of a record.
type fileView struct {
	Name, Size, URL string
	Text            string // as an act names it
	Act             int64
	Personal        bool
}

// mostFile is how large a file at a record may be.
func (d *Desk) mostFile() int64 {
	if d.config.MostFile > 0 {
		return d.config.MostFile
	}
	return attach.MostDefault
}

// maxField bounds a field of the form that comes with a file.
const maxField = 8 << 10

// attach takes a file for a record. It is read as it comes, looked at, and stored with its act, all of it or nothing.
func (v *visit) attach() error {
	f, err := v.find()
	if err != nil {
		return err
	}
	if err := v.actor.Must(people.Doing(register.Attached), f.t, f.now); err != nil {
		return err
	}
	if err = v.takeFile(f); err == nil {
		v.leaveFor(Path+"/ho-so/"+f.t.ID+"/"+f.now.ID, "xong", "1")
		return nil
	}
	p, bad := v.recordPage(f)
	if bad != nil {
		return bad
	}
	if fault.CodeOf(err) == "attach.no-room" { // said on the page: it is nobody's mistake, but whoever sent it should know
		v.d.config.Log.Error("no room for a file", "error", err)
		p.Refused, p.Status = []string{fault.In(err, p.Lang)}, http.StatusInsufficientStorage
		return v.show("record", p)
	}
	if err := p.refuse(err); err != nil {
		return err
	}
	return v.show("record", p)
}

// takeFile reads the form of a file.
func (v *visit) takeFile(f found) error {
	parts, err := v.R.MultipartReader()
	if err != nil {
		return fault.New("desk.form").Because(err)
	}
	form := map[string]string{}
	var file *attach.Spooled
	defer func() {
		if file != nil {
			file.Close()
		}
	}()
	name := ""
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fault.New("attach.broken-off").Because(err)
		}
		if part.FormName() != "tep" {
			text, err := io.ReadAll(io.LimitReader(part, maxField))
			if err != nil {
				return fault.New("attach.broken-off").Because(err)
			}
			form[part.FormName()] = strings.TrimSpace(string(text))
			continue
		}
		if file != nil {
			return fault.New("register.one-file")
		}
		if part.FileName() == "" {
			break
		}
		if name, err = attach.Name(part.FileName()); err != nil {
			return err
		}
		if file, err = attach.Spool(v.d.config.Spool, part, v.d.mostFile()); err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				err = fault.New("attach.too-large", "most", v.d.mostFile()>>20)
			}
			return err
		}
	}
	if file == nil {
		return fault.New("desk.choose-file")
	}
	media, err := attach.Check(name, file, file.Size)
	if err != nil {
		return err
	}
	column := register.FileColumn
	if form["_ca-nhan"] != "" {
		column = register.PersonalFileColumn
	}
	a := register.Attachment{SHA256: file.SHA256, Name: name, Media: media, Size: file.Size}
	return v.d.office.Register.Do(v.R.Context(), &register.Batch{Key: form["_khoa"], Person: v.actor.Person, Organisation: v.actor.Organisation, Reason: form["_ly-do"],
		Acts:     []register.Act{{Kind: register.Attached, Type: f.t.ID, Record: f.now.ID, Changes: []register.Change{{Column: column, After: a.Text()}}}},
		Contents: []register.Content{{SHA256: file.SHA256, Size: file.Size, Bytes: file}}})
}

// attachment gives a file of a record to whoever may see all of the record: to be kept, never to be shown as a page.
func (v *visit) attachment() error {
	f, err := v.find()
	if err != nil {
		return err
	}
	gone := fault.New("web.no-page", "path", v.R.URL.Path)
	number, err := strconv.ParseInt(v.R.PathValue("act"), 10, 64)
	if err != nil || !v.actor.Can(people.See, f.t, f.now) {
		return gone
	}
	batches, err := v.d.office.Register.Acts(v.R.Context(), f.t.ID, f.now.ID, number-1, 1)
	if err != nil {
		return err
	}
	for _, b := range batches {
		for _, h := range register.Attachments(b.Acts) {
			if h.Act == number && !h.Gone {
				return v.give(h.Attachment)
			}
		}
	}
	return gone
}

// give writes a file.
func (v *visit) give(a register.Attachment) error {
	h := v.w.Header()
	h.Set("Content-Type", a.Media)
	h.Set("Content-Length", strconv.FormatInt(a.Size, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if v.R.Method == http.MethodHead {
		return nil
	}
	if _, err := v.d.office.Register.Content(v.R.Context(), a.SHA256, v.w); err != nil {
		v.d.config.Log.Error("file not given whole", "sha256", a.SHA256, "error", err) // the length says to the reader that something is missing
	}
	return nil
}

// attached lists the files that a record has, after its acts.
func (v *visit) attached(t *catalog.RecordType, id string, batches []register.Batch) (out []fileView, personal bool) {
	var acts []register.Act
	for _, b := range batches {
		acts = append(acts, b.Acts...)
	}
	for _, h := range register.Attachments(acts) {
		if !h.Gone {
			out = append(out, v.fileView(t.ID, id, h))
			personal = personal || h.Personal
		}
	}
	return out, personal
}

// fileOf is the file of an act: without a name where it was erased, without an address where it was taken away.
func (v *visit) fileOf(a register.Act, c register.Change) *fileView {
	if file, is := register.AttachmentOf(c.After); is {
		out := v.fileView(a.Type, a.Record, register.Held{Attachment: file, Act: a.Number})
		return &out
	}
	if file, is := register.AttachmentOf(c.Before); is {
		return &fileView{Name: file.Name, Size: v.size(file.Size)}
	}
	return &fileView{Name: v.Say("desk.erased")}
}

func (v *visit) fileView(kind, id string, h register.Held) fileView {
	return fileView{Name: h.Name, Size: v.size(h.Size), Text: h.Text(), Act: h.Act, Personal: h.Personal, URL: v.Link(Path + "/tep-kem/" + kind + "/" + id + "/" + strconv.FormatInt(h.Act, 10))}
}

// size writes how large a file is.
func (v *visit) size(n int64) string {
	if n < 1<<20 {
		return v.Say("record.kilobytes", "n", (n+1023)>>10)
	}
	return v.Say("record.megabytes", "n", (n+1<<19)>>20)
}
