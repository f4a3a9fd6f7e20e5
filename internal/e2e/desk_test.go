package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const deskPassword = "một con ngựa đau cả tàu bỏ cỏ"

// fill writes into the fields of a form and sends it.
func (b *tab) fill(t *testing.T, form string, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !eval[bool](t, b, `(() => { const e = document.querySelector(`+quoted(form+` [name="`+pairs[i]+`"]`)+`); if (!e) return false; if (e.type === "checkbox") e.checked = true; else e.value = `+quoted(pairs[i+1])+`; return true })()`) {
			t.Fatalf("%s has no field %s", b.path(t), pairs[i])
		}
	}
	b.follow(t, chromedp.Click(form+" button", chromedp.ByQuery))
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// shot keeps a picture of the page in the folder that E2E_SHOTS names, for whoever looks at them.
func (b *tab) shot(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("E2E_SHOTS")
	if dir == "" {
		return
	}
	for _, w := range []int64{wide, narrow} {
		var png []byte
		b.run(t, size(w, high), chromedp.FullScreenshot(&png, 100))
		suffix := map[int64]string{wide: "-wide", narrow: "-narrow"}[w]
		if err := os.WriteFile(filepath.Join(dir, name+suffix+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.run(t, size(wide, high))
}

// says reports whether the main part of the page has a text.
func (b *tab) says(t *testing.T, s string) bool {
	t.Helper()
	return strings.Contains(eval[string](t, b, `document.querySelector("main").innerText`), s)
}

// TestTheFirstTenMinutesAtTheDesk walks the journey of an installation's people in two browsers, without scripts: the first administrator comes in by the
// link, brings in another, who signs in; both change one record, and the second is shown what the first did and decides; a person leaves.
func TestTheFirstTenMinutesAtTheDesk(t *testing.T) {
	s := shared.get(t)
	out := run(t, "user", "first", "--data", shared.dir)
	if out.status != 0 {
		t.Fatal(out.err)
	}
	link := strings.TrimSpace(out.out)
	lan := withoutScripts(t, wide, high)
	lan.visit(t, "/lam-viec?lang=vi")
	if !strings.HasPrefix(lan.path(t), "/lam-viec/dang-nhap") {
		t.Fatalf("a guest is led to %s", lan.path(t))
	}
	lan.shot(t, "signin")
	lan.visit(t, link)
	lan.shot(t, "begin")
	lan.fill(t, "form.desk-form", "co-quan", "VPCP", "ten", "Nguyễn Thị Lan", "thu", "lan@vpcp.example", "mat-khau", deskPassword)
	if lan.path(t) != "/lam-viec" || !lan.says(t, "Người quản trị tại Văn phòng Chính phủ") {
		t.Fatalf("after the link: %s", lan.path(t))
	}
	lan.shot(t, "home")
	if res, _ := s.get(t, link); res.StatusCode != 403 {
		t.Errorf("the link is good twice: %d", res.StatusCode)
	}
	lan.visit(t, "/lam-viec/nguoi-moi")
	lan.fill(t, "form.desk-form", "ten", "Trần Minh", "thu", "minh@vpcp.example", "co-quan", "VPCP", "vai-tro", "steward")
	invite := eval[string](t, lan, `[...document.querySelectorAll("main code")].map(e => e.textContent).find(s => s.includes("/mat-khau?moi=")) ?? ""`)
	if invite == "" {
		t.Fatal("no link for the newcomer")
	}
	lan.shot(t, "newcomer")
	minh := withoutScripts(t, wide, high)
	minh.visit(t, invite[strings.Index(invite, "/lam-viec"):])
	minh.fill(t, "form.desk-form", "mat-khau", deskPassword+" của Minh")
	minh.fill(t, "form.desk-form", "thu", "minh@vpcp.example", "mat-khau", "sai mật khẩu rồi")
	if !minh.says(t, "không đúng") {
		t.Error("a wrong password is not told")
	}
	minh.fill(t, "form.desk-form", "thu", "minh@vpcp.example", "mat-khau", deskPassword+" của Minh")
	if minh.path(t) != "/lam-viec" {
		t.Fatalf("after signing in: %s", minh.path(t))
	}
	t.Run("a list is searched and looked at as of a day", func(t *testing.T) {
		lan.visit(t, "/lam-viec/ho-so/organisation?tim=bac+ninh")
		lan.shot(t, "list")
		if !lan.says(t, "UBND-VN34-24") || lan.says(t, "UBND-VN63-27") {
			t.Error("today's Bắc Ninh is not alone in the list")
		}
		lan.visit(t, "/lam-viec/ho-so/organisation?tim=bac+ninh&ngay=01/01/2025")
		if lan.says(t, "UBND-VN34-24") || !lan.says(t, "UBND-VN63-27") {
			t.Error("Bắc Ninh of January 2025 is not alone in the list")
		}
	})
	t.Run("two change one record, and the second decides", func(t *testing.T) {
		const form = "form.desk-form"
		const page = "/lam-viec/ho-so/organisation/BTTTT-X"
		lan.visit(t, "/lam-viec/them/organisation")
		lan.fill(t, form, "_ma", "BTTTT-X", "name_vi", "Đơn vị thử", "name_en", "A unit", "kind", "unit", "parent", "VPCP", "_ly-do", "thử")
		if lan.path(t) != page+"?xong=1" {
			t.Fatalf("after adding: %s", lan.path(t))
		}
		other := withoutScripts(t, wide, high)
		other.visit(t, "/lam-viec/dang-nhap")
		other.fill(t, form, "thu", "lan@vpcp.example", "mat-khau", deskPassword)
		lan.visit(t, page+"?sua=1")
		other.visit(t, page+"?sua=1")
		lan.fill(t, form, "name_vi", "Đơn vị của Lan")
		other.fill(t, form, "name_vi", "Đơn vị của người khác", "name_en", "Another unit")
		if !other.says(t, "Người khác vừa thay đổi hồ sơ này") || !other.says(t, "Đơn vị của Lan") {
			t.Fatalf("the second is told: %s", eval[string](t, other, `document.querySelector("main").innerText`))
		}
		other.shot(t, "conflict")
		other.fill(t, form)
		if other.path(t) != page+"?xong=1" || !other.says(t, "Đơn vị của người khác") {
			t.Errorf("the second decided, and it is %s", other.path(t))
		}
		other.shot(t, "record")
	})
	t.Run("what is not theirs is not shown", func(t *testing.T) {
		minh.visit(t, "/lam-viec/nguoi-moi")
		if !minh.says(t, "không có quyền") {
			t.Error("a steward can bring people in")
		}
	})
	t.Run("a person leaves, and their session with them", func(t *testing.T) {
		out := run(t, "user", "list", "--data", shared.dir)
		id := ""
		for _, line := range strings.Split(out.out, "\n") {
			if strings.Contains(line, "minh@") {
				id, _, _ = strings.Cut(line, " ")
			}
		}
		lan.visit(t, "/lam-viec/ho-so/person/"+id)
		lan.shot(t, "person")
		lan.fill(t, "main form.desk-form:last-of-type", "_viec", "ended", "_ly-do", "chuyển công tác")
		minh.visit(t, "/lam-viec")
		if !strings.HasPrefix(minh.path(t), "/lam-viec/dang-nhap") {
			t.Errorf("who left is at %s", minh.path(t))
		}
	})
	lan.visit(t, "/lam-viec/hop-thu")
	lan.shot(t, "inbox")
	lan.visit(t, "/lam-viec/hop-thu/cach-bao")
	lan.shot(t, "notices")
	lan.visit(t, "/lam-viec/nhat-ky")
	lan.shot(t, "log")
	lan.visit(t, "/lam-viec/tai-khoan")
	lan.shot(t, "account")
	lan.onlyRefused(t)
	minh.onlyRefused(t)
}

// onlyRefused demands that the browser complained of nothing but what was refused on purpose.
func (b *tab) onlyRefused(t *testing.T) {
	t.Helper()
	for _, x := range b.complained() {
		if !strings.Contains(x, "403") && !strings.Contains(x, "409") {
			t.Error(x)
		}
	}
}
