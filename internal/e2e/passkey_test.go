package e2e

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// TestADeviceSignsItsOwnerIn: in a browser with a device, the first administrator registers a passkey, signs out, and signs in by it alone; and a browser
// without scripts offers none.
func TestADeviceSignsItsOwnerIn(t *testing.T) {
	dir := firstRelease(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := strings.Replace(free.Addr().String(), "127.0.0.1", "localhost", 1)
	free.Close()
	s, err := start("--data", dir, "--addr", addr, "--base-url", "http://"+addr)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	s.url = "http://" + addr
	out := run(t, "user", "first", "--data", dir)
	if out.status != 0 {
		t.Fatal(out.err)
	}
	b := open(t, wide, high)
	b.server = s
	b.run(t, webauthn.Enable())
	device := webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true})
	b.run(t, chromedp.ActionFunc(func(ctx context.Context) error { _, err := device.Do(ctx); return err }))
	b.visit(t, strings.TrimSpace(out.out))
	b.fill(t, "form.desk-form", "co-quan", "VPCP", "ten", "Nguyễn Thị Lan", "thu", "lan@vpcp.example", "mat-khau", deskPassword)
	b.visit(t, "/lam-viec/tai-khoan")
	b.fill(t, `form[data-passkey="new"]`, "ten", "Máy của Lan")
	b.becomes(t, "the passkey is registered", `location.search.includes("xong=1") && document.querySelector("main").innerText.includes("Máy của Lan")`)
	b.shot(t, "account-passkey")
	b.run(t, chromedp.Evaluate(`document.querySelector("nav.desk form").submit()`, nil))
	b.becomes(t, "signed out", `location.pathname === "/lam-viec/dang-nhap"`)
	b.shot(t, "signin-passkey")
	b.run(t, chromedp.Click(`form[data-passkey="in"] button`, chromedp.ByQuery))
	b.becomes(t, "signed in by the device alone", `location.pathname === "/lam-viec" && document.querySelector("main").innerText.includes("Nguyễn Thị Lan")`)
	tokenMade(t, b)
	plain := withoutScripts(t, wide, high)
	plain.server = s
	plain.visit(t, "/lam-viec/dang-nhap")
	if !eval[bool](t, plain, `document.querySelector('form[data-passkey]').hidden`) {
		t.Error("without scripts a passkey is offered")
	}
}

// tokenMade makes a token on its page, by which a program is told at once what its owner sees.
func tokenMade(t *testing.T, b *tab) {
	t.Helper()
	b.visit(t, "/lam-viec/ma-truy-cap")
	b.shot(t, "tokens")
	b.fill(t, "form.desk-form", "ten", "Báo cáo tháng", "tat-ca", "1")
	secret := eval[string](t, b, `document.querySelector("code.secret")?.textContent ?? ""`)
	b.shot(t, "token-made")
	if res, body := b.server.get(t, "/api/v1/records/person", "Authorization", "Bearer "+secret); res.StatusCode != 200 || !strings.Contains(body, "lan@vpcp.example") {
		t.Errorf("with the token: %d %s", res.StatusCode, body)
	}
	if res, _ := b.server.get(t, "/api/v1/records/person"); res.StatusCode != 401 {
		t.Errorf("without a token: %d", res.StatusCode)
	}
	b.visit(t, "/lam-viec/ho-so/person")
	for _, to := range []string{"/ho-so/person/p-", "/nguoi-dung/"} {
		b.visit(t, eval[string](t, b, `document.querySelector('main a[href*="`+to+`"]').getAttribute("href")`))
	}
	b.shot(t, "manage")
	if !b.says(t, "Báo cáo tháng") {
		t.Error("the account of a person does not show its tokens")
	}
}

// becomes waits for something on the page.
func (b *tab) becomes(t *testing.T, what, so string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		var is bool
		if err := chromedp.Run(b.ctx, chromedp.Evaluate(so, &is)); err == nil && is { // a page that is just left has nothing
			return
		}
	}
	t.Fatalf("not so: %s", what)
}
