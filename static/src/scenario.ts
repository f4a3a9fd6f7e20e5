// The page of scenarios answers while a person types: the server works the assumptions out and sends the page, of which the result is taken.
// Without this script the button does the same.

const form = document.querySelector<HTMLFormElement>("#gia-dinh");
let running: AbortController | undefined;
let waiting: number | undefined;

/** Takes a part of the page that came in place of the one that is there. */
function take(page: Document, id: string): void {
  const next = page.getElementById(id), now = document.getElementById(id);
  if (next && now) now.replaceChildren(...Array.from(next.childNodes));
}

/** Shows beside each field what the server says is wrong with it; what is being typed is left alone. */
function faults(page: Document): void {
  for (const input of Array.from(form!.querySelectorAll<HTMLInputElement>("input:not([type=hidden]), select"))) {
    const mine = input.closest("p")!, theirs = page.getElementById(input.id)?.closest("p");
    mine.querySelector(".wrong")?.remove();
    const wrong = theirs?.querySelector(".wrong");
    mine.classList.toggle("bad", !!wrong);
    if (wrong) {
      input.setAttribute("aria-invalid", "true");
      input.after(wrong);
    } else input.removeAttribute("aria-invalid");
  }
}

/** A start year that is changed takes the share that is published of it, unless a share was typed. */
const startYear = document.querySelector<HTMLInputElement>("#f-nam-goc"), startShare = document.querySelector<HTMLInputElement>("#f-ty-trong");
let typedShare = false;
startShare?.addEventListener("input", () => { typedShare = startShare.value !== ""; });
startYear?.addEventListener("input", () => { if (startShare && !typedShare) startShare.value = ""; });

function fillShare(page: Document): void {
  const given = page.querySelector<HTMLInputElement>("#f-ty-trong");
  if (startShare && given && startShare.value === "" && document.activeElement !== startShare) startShare.value = given.value;
}

async function refresh(): Promise<void> {
  const url = new URL(form!.action);
  for (const [name, value] of Array.from(new FormData(form!).entries())) if (value !== "") url.searchParams.set(name, String(value));
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(url, { signal: running.signal });
    if (answer.status !== 200 && answer.status !== 400) return; // too many requests, or a server that rests: the button remains
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    faults(page);
    if (answer.status === 400) return;
    fillShare(page);
    take(page, "ket-qua");
    take(page, "luu-gia-dinh");
    history.replaceState(null, "", url);
    document.dispatchEvent(new CustomEvent("nhipso:new", { detail: document.getElementById("ket-qua") }));
  } catch {
    // Offline, or overtaken by the next change.
  }
}

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = window.setTimeout(refresh, 250);
});
