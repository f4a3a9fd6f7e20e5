package desk_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"nhipso/internal/notice"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/web/desk"
)

// commented has somebody comment on the station, and the notices made of it.
func (p *place) commented(by, note string) int64 {
	p.Helper()
	b := &register.Batch{Person: by, Acts: []register.Act{{Kind: register.Commented, Type: "station", Record: "CS-1", Note: note}}}
	if err := p.office.Register.Do(p.Context(), b); err != nil {
		p.Fatal(err)
	}
	if err := p.post.Make(p.Context()); err != nil {
		p.Fatal(err)
	}
	return b.Acts[0].Number
}

func (p *place) get(who, path string) string {
	p.Helper()
	w := p.ask(who, http.MethodGet, path, nil)
	if w.StatusCode != http.StatusOK {
		p.Fatalf("%s as %s: %d", path, who, w.StatusCode)
	}
	return p.body(w)
}

func TestAnInboxHasWhatConcernsItsOwner(t *testing.T) {
	p := newPlace(t)
	if err := p.post.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.ask("minister", http.MethodPost, "/lam-viec/hop-thu", url.Values{"_den": {"1000"}})
	p.commented("east", "<b>Cần xem</b> lại")
	p.commented("east", "Lần hai")
	body := p.get("minister", "/lam-viec/hop-thu")
	if strings.Count(body, `class="unread"`) != 2 || !strings.Contains(body, "&lt;b&gt;Cần xem") || !strings.Contains(body, "(2 chưa đọc)") || !strings.Contains(body, `/lam-viec/ho-so/station/CS-1#lan-`) {
		t.Error(body)
	}
	if body := p.get("minister", "/lam-viec?lang=en"); !strings.Contains(body, "(2 unread)") {
		t.Error("the head of the desk does not count")
	}
	for path, says := range map[string]string{"hop-thu": "Unread", "hop-thu/cach-bao": "By the clock of Cloudland", "thu-loi": "Remove the address of a reader"} {
		if body := p.get("root", "/lam-viec/"+path+"?lang=en"); !strings.Contains(body, says) || strings.Contains(body, "{country}") {
			t.Errorf("%s in English: %s", path, body)
		}
	}
	for _, who := range []string{"west", "east"} { // another organisation, and who wrote it
		if body := p.get(who, "/lam-viec/hop-thu"); strings.Contains(body, "Cần xem") {
			t.Errorf("%s is told", who)
		}
	}
	lan := regexp.MustCompile(`name="_lan" value="(\d+)"`).FindStringSubmatch(body)[1]
	p.ask("west", http.MethodPost, "/lam-viec/hop-thu", url.Values{"_lan": {lan}}) // somebody else's
	if body := p.get("minister", "/lam-viec/hop-thu?chua-doc=1"); strings.Count(body, `class="unread"`) != 2 {
		t.Error("somebody else marked it as read")
	}
	if w := p.ask("minister", http.MethodPost, "/lam-viec/hop-thu", url.Values{"_lan": {lan}, "chua-doc": {"1"}}); w.Header.Get("Location") != "/lam-viec/hop-thu?chua-doc=1&xong=1" {
		t.Error(w.Header)
	}
	if body := p.get("minister", "/lam-viec/hop-thu?chua-doc=1"); strings.Count(body, `class="unread"`) != 1 {
		t.Error(body)
	}
	if body := p.get("minister", "/lam-viec/hop-thu?loai=person"); strings.Contains(body, "Cần xem") {
		t.Error("the filter does nothing")
	}
	p.ask("minister", http.MethodPost, "/lam-viec/hop-thu", url.Values{"_den": {"1000000"}})
	if body := p.get("minister", "/lam-viec/hop-thu"); strings.Contains(body, `class="unread"`) || strings.Contains(body, "chưa đọc)") || !strings.Contains(body, "Lần hai") {
		t.Error(body)
	}
	for _, bad := range []url.Values{{}, {"_lan": {"x"}}, {"_lan": {"1"}, "_den": {"2"}}, {"_lan": {"-1"}}} {
		if w := p.ask("minister", http.MethodPost, "/lam-viec/hop-thu", bad); w.StatusCode != http.StatusBadRequest && w.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, w.StatusCode)
		}
	}
}

func TestSomebodyChoosesHowTheyAreTold(t *testing.T) {
	p := newPlace(t)
	form := url.Values{"_viec": {"bao"}, "khi-mail": {"at-once"}, "khi-webhook": {"digest"}, "noi-webhook": {"https://example.org/nhan"}, "khi-telegram": {"off"}, "noi-telegram": {"-100123"},
		"yen-tu": {"22:00"}, "yen-den": {"6:30"}, "ve": {"station"}, "tieng": {"en"}}
	body := p.body(p.ask("east", http.MethodPost, "/lam-viec/hop-thu/cach-bao", form))
	if !strings.Contains(body, "whsec_") {
		t.Error("the secret of the webhook is not shown")
	}
	pref, err := p.post.Store.Preference(t.Context(), "east")
	if err != nil || pref.Mode(notice.Mail) != notice.AtOnce || pref.Mode(notice.Webhook) != notice.Digest || pref.Addresses[notice.Telegram] != "" || pref.Pending[notice.Telegram].Address != "-100123" || pref.Quiet != (notice.Quiet{From: 1320, Until: 390}) ||
		pref.Language() != "en" || pref.Mutes("station") || !pref.Mutes(people.OrganisationType) || !strings.HasPrefix(pref.Secret, "whsec_") {
		t.Fatalf("%+v %v", pref, err)
	}
	body = p.get("east", "/lam-viec/hop-thu/cach-bao")
	if strings.Contains(body, "whsec_") || !strings.Contains(body, `value="22:00"`) || !strings.Contains(body, `value="06:30"`) || !strings.Contains(body, `value="https://example.org/nhan"`) {
		t.Error(body)
	}
	p.ask("east", http.MethodPost, "/lam-viec/hop-thu/cach-bao", form)
	if again, _ := p.post.Store.Preference(t.Context(), "east"); again.Secret != pref.Secret {
		t.Error("the secret changed without the address")
	}
	for name, bad := range map[string][2]string{"noi-webhook": {"https://10.0.0.1/", "mạng nội bộ"}, "noi-telegram": {"<b>", "Telegram"}, "yen-tu": {"25:00", "25:00"}, "yen-den": {"", "không phải là giờ"}, "khi-mail": {"never", ""}} {
		f := url.Values{}
		for k, v := range form {
			f[k] = v
		}
		f.Set(name, bad[0])
		w := p.ask("east", http.MethodPost, "/lam-viec/hop-thu/cach-bao", f)
		if body := html.UnescapeString(p.body(w)); w.StatusCode == http.StatusOK || w.StatusCode == http.StatusSeeOther || !strings.Contains(body, bad[1]) {
			t.Errorf("%s %q: %d", name, bad[0], w.StatusCode)
		}
	}
	if after, _ := p.post.Store.Preference(t.Context(), "east"); after.Quiet != pref.Quiet || after.Addresses[notice.Webhook] != "https://example.org/nhan" {
		t.Errorf("half of what was refused is kept: %+v", after)
	}
}

// TestAFeedIsReadByItsAddressAlone, until there is another one.
func TestAFeedIsReadByItsAddressAlone(t *testing.T) {
	p := newPlace(t)
	p.commented("east", "Cần xem lại")
	address := func() string {
		body := p.body(p.ask("minister", http.MethodPost, "/lam-viec/hop-thu/cach-bao", url.Values{"_viec": {"tin"}}))
		m := regexp.MustCompile(`/lam-viec/hop-thu/tin\.atom\?ma=\w+`).FindString(body)
		if m == "" {
			t.Fatal(body)
		}
		return m
	}
	first := address()
	w := p.ask("", http.MethodGet, first, nil)
	if body := p.body(w); w.StatusCode != 200 || w.Header.Get("Content-Type") != "application/atom+xml; charset=utf-8" || !strings.Contains(body, "CS-1") || strings.Contains(body, "Cần xem") || !strings.Contains(body, "/lam-viec/ho-so/station/CS-1") {
		t.Error(w.StatusCode, body)
	}
	second := address()
	if w := p.ask("", http.MethodGet, first, nil); w.StatusCode != http.StatusNotFound {
		t.Error("an address that was replaced is good")
	}
	p.ask("minister", http.MethodPost, "/lam-viec/hop-thu/cach-bao", url.Values{"_viec": {"bo-tin"}})
	if w := p.ask("", http.MethodGet, second, nil); w.StatusCode != http.StatusNotFound {
		t.Error("an address that was taken away is good")
	}
}

// TestLettersThatCouldNotBeDeliveredAreShown to who looks after the installation, without the address of a reader.
func TestLettersThatCouldNotBeDeliveredAreShown(t *testing.T) {
	p := newPlace(t)
	now := time.Now()
	for id, l := range map[string]notice.Letter{"a": {Person: "east", About: notice.OfAct}, "b": {Address: "doc@example.org", About: notice.Confirmation}} {
		l.ID, l.Channel, l.Made, l.Due, l.Until = id, notice.Mail, now, now, now.Add(time.Hour)
		if err := p.post.Store.PutOut(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.post.Store.Settle(t.Context(), notice.Settlement{IDs: []string{"a", "b"}, State: notice.Dead, At: now, Tried: true, Fault: notice.Fault{Vi: "Bên nhận từ chối", En: "refused"}}); err != nil {
		t.Fatal(err)
	}
	body := p.get("root", "/lam-viec/thu-loi")
	if strings.Count(body, "Bên nhận từ chối") != 2 || strings.Contains(body, "doc@example.org") || !strings.Contains(body, "Người east") {
		t.Error(body)
	}
	p.ask("root", http.MethodPost, "/lam-viec/thu-loi", url.Values{"_thu": {"a"}})
	if dead, _ := p.post.Store.DeadLetters(t.Context(), 10); len(dead) != 1 {
		t.Error(dead)
	}
	p.ask("root", http.MethodPost, "/lam-viec/thu-loi", url.Values{"_viec": {"xoa"}, "thu": {" Doc@example.org "}})
	if dead, _ := p.post.Store.DeadLetters(t.Context(), 10); len(dead) != 0 {
		t.Error("the address of a reader is kept")
	}
}

// TestWhoForgotTheirPasswordIsAnsweredAlike, whoever they are; and a newcomer is written to.
func TestWhoForgotTheirPasswordIsAnsweredAlike(t *testing.T) {
	p := newPlace(t)
	known := p.body(p.ask("", http.MethodPost, desk.Path+"/quen-mat-khau", url.Values{"thu": {"east@gov.example"}}))
	nobody := p.body(p.ask("", http.MethodPost, desk.Path+"/quen-mat-khau", url.Values{"thu": {"ai@gov.example"}}))
	counts, err := p.post.Store.Counts(t.Context(), time.Now())
	if err != nil || known != nobody || counts.Waiting != 2 {
		t.Error(counts, err)
	}
	w := p.ask("root", http.MethodPost, desk.Path+"/nguoi-moi", url.Values{"ten": {"Người Mới"}, "thu": {"moi@gov.example"}, "co-quan": {"EAST"}, "vai-tro": {"reporter"}})
	body := p.body(w)
	next, some, err := p.post.NextDue(t.Context())
	if err != nil || !some || strings.Contains(body, "mat-khau?moi=") {
		t.Error(next, err, body)
	}
	if counts, _ = p.post.Store.Counts(t.Context(), time.Now()); counts.Waiting != 3 {
		t.Error(counts)
	}
}

// TestAChatIsTakenIntoUseByItsCode: until then nothing is written there but the code.
func TestAChatIsTakenIntoUseByItsCode(t *testing.T) {
	p := newPlace(t)
	telegram := p.post.Channels[2].(*taker)
	save := func(pairs ...string) *http.Response {
		form := url.Values{"_viec": {"bao"}, "khi-mail": {"off"}, "khi-webhook": {"off"}, "khi-telegram": {"at-once"}, "ve": {"station"}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return p.ask("minister", http.MethodPost, "/lam-viec/hop-thu/cach-bao", form)
	}
	told := func() string {
		t.Helper()
		if err := p.post.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		out := telegram.last.To + " " + telegram.last.Text
		telegram.last = notice.Message{}
		return out
	}
	if body := p.body(save("noi-telegram", "123")); !strings.Contains(body, `name="ma-telegram"`) {
		t.Error(body)
	}
	first := told()
	code := regexp.MustCompile(`\b\d{6}\b`).FindString(first)
	if !strings.HasPrefix(first, "123 ") || code == "" {
		t.Fatal(first)
	}
	p.commented("east", "Cần xem lại")
	if got := told(); strings.Contains(got, "CS-1") {
		t.Error("a chat that is not proven is told:", got)
	}
	if w := save("noi-telegram", "456"); w.StatusCode != http.StatusUnprocessableEntity {
		t.Error("one code after another:", w.StatusCode)
	}
	wrong := "000000"
	if code == wrong {
		wrong = "111111"
	}
	if w := save("noi-telegram", "123", "ma-telegram", wrong); w.StatusCode != http.StatusForbidden {
		t.Error(w.StatusCode)
	}
	if w := save("noi-telegram", "123", "ma-telegram", code); w.StatusCode != http.StatusSeeOther {
		t.Error(w.StatusCode, p.body(w))
	}
	p.commented("east", "Lần hai")
	if got := told(); !strings.HasPrefix(got, "123 ") || !strings.Contains(got, "CS-1") {
		t.Error(got)
	}
	if w := save("noi-telegram", "789"); w.StatusCode != http.StatusOK {
		t.Error(w.StatusCode)
	}
	told()
	for range 4 {
		save("noi-telegram", "789", "ma-telegram", "x")
	}
	w := save("noi-telegram", "789", "ma-telegram", "x")
	pref, err := p.post.Store.Preference(t.Context(), "minister")
	if err != nil || w.StatusCode != http.StatusForbidden || len(pref.Pending) != 0 || pref.Addresses[notice.Telegram] != "123" {
		t.Errorf("%+v %v: codes are tried for ever", pref, err)
	}
	save("noi-telegram", "")
	if pref, _ = p.post.Store.Preference(t.Context(), "minister"); len(pref.Addresses) != 0 {
		t.Errorf("%+v", pref)
	}
}
