// Passkeys: the device is asked for what the server wants to know, and the form goes off with the answer. Without this script the forms stay hidden, and the
// password works.

const bytes = (s: string): ArrayBuffer => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)).buffer;
const text = (b: ArrayBuffer | null | undefined): string | undefined =>
  b ? btoa(String.fromCharCode(...Array.from(new Uint8Array(b)))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") : undefined;

/* eslint-disable @typescript-eslint/no-explicit-any -- options come as JSON, of the shape that the standard gives */
function described(list: any[] | undefined): PublicKeyCredentialDescriptor[] | undefined {
  return list?.map((c) => ({ ...c, id: bytes(c.id) }));
}

/** Asks the device, and gives its answer as JSON of the shape that the standard gives. */
async function answer(kind: string, options: any): Promise<string> {
  const o = options.publicKey;
  o.challenge = bytes(o.challenge);
  let c: PublicKeyCredential;
  let response: Record<string, unknown>;
  if (kind === "new") {
    o.user.id = bytes(o.user.id);
    o.excludeCredentials = described(o.excludeCredentials);
    c = (await navigator.credentials.create({ publicKey: o })) as PublicKeyCredential;
    const r = c.response as AuthenticatorAttestationResponse;
    response = { clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports: r.getTransports?.() ?? [] };
  } else {
    o.allowCredentials = described(o.allowCredentials);
    c = (await navigator.credentials.get({ publicKey: o })) as PublicKeyCredential;
    const r = c.response as AuthenticatorAssertionResponse;
    response = { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: text(r.userHandle) };
  }
  return JSON.stringify({ id: c.id, rawId: text(c.rawId), type: c.type, authenticatorAttachment: c.authenticatorAttachment ?? undefined, clientExtensionResults: c.getClientExtensionResults(), response });
}

async function send(form: HTMLFormElement): Promise<void> {
  const told = form.querySelector<HTMLElement>("[role=alert]")!;
  told.textContent = "";
  try {
    const asked = await fetch(form.dataset.ask!, { method: "POST", body: new URLSearchParams(new FormData(form) as any) });
    const options = await asked.json();
    if (!asked.ok) {
      told.textContent = options.refused ?? form.dataset.failed!;
      return;
    }
    form.querySelector<HTMLInputElement>("[name=_tra-loi]")!.value = await answer(form.dataset.passkey!, options);
    form.submit();
  } catch {
    told.textContent = form.dataset.failed!;
  }
}

if (window.PublicKeyCredential) {
  for (const form of Array.from(document.querySelectorAll<HTMLFormElement>("form[data-passkey]"))) {
    form.hidden = false;
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void send(form);
    });
  }
}
