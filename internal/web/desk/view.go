package desk

import (
	"net/http"
	"net/url"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
)

// viewView is a list as somebody kept it.
type viewView struct {
	ID, Name, URL string
	Shared        string // the organisation whose people see it
	Own           bool
}

// views adds to a list the views that its reader has of it, their own and those of their organisations.
func (v *visit) views(p *listPage, t *catalog.RecordType) error {
	if v.d.config.Views == nil {
		return nil
	}
	list, err := people.Views{Store: v.d.config.Views}.For(v.R.Context(), v.actor, t.ID)
	for _, x := range list {
		q, err := url.ParseQuery(x.Query)
		if err != nil {
			continue
		}
		p.Views = append(p.Views, viewView{ID: x.ID, Name: x.Name, URL: v.listURL(t, q), Shared: v.organisation(x.Organisation), Own: x.Person == v.actor.Person})
	}
	return err
}

// listURL is the address of a list as a view has it, with more that is to be said there.
func (v *visit) listURL(t *catalog.RecordType, q url.Values, more ...string) string {
	q = kept(t, q)
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	if v.Lang == "en" {
		q.Set("lang", "en")
	}
	address := Path + "/ho-so/" + t.ID
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	return address
}

// keepView keeps the list that a form names, or removes one.
func (v *visit) keepView() error {
	t, err := v.typeOf()
	if err != nil {
		return err
	}
	form := v.R.PostForm
	q, err := url.ParseQuery(form.Get("_danh-sach"))
	if err != nil || v.d.config.Views == nil {
		return fault.New("desk.form").Because(err)
	}
	views := people.Views{Store: v.d.config.Views}
	switch form.Get("_viec") {
	case "bo":
		err = views.Drop(v.R.Context(), v.actor, form.Get("_cach-xem"))
	case "luu":
		err = views.Keep(v.R.Context(), v.actor, people.View{Type: t.ID, Name: form.Get("_ten"), Organisation: form.Get("_chung"), Query: kept(t, q).Encode()})
	default:
		return fault.New("desk.form")
	}
	if err != nil {
		return err
	}
	http.Redirect(v.w, v.R, v.listURL(t, q, "xong", "1"), http.StatusSeeOther)
	return nil
}
