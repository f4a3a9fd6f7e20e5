// Long lists of boxes get a field that narrows them while a person types, and a search answers as it is typed: the server searches and sends the
// page, of which the result is taken. Without this script the lists scroll and the button searches.

/** Letters without diacritics, case and đ, as the server compares them. */
function fold(s: string): string {
  return s.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
}

const longList = 12;

/** Puts a field above a list of boxes that hides those whose name has not all the words. What is ticked stays. */
function narrow(set: HTMLFieldSetElement): void {
  const items = Array.from(set.querySelectorAll<HTMLLIElement>("li"));
  if (items.length < longList || !set.dataset.narrow) return;
  const names = items.map((li) => fold(li.textContent ?? ""));
  const field = document.createElement("input");
  field.type = "search";
  field.className = "narrow-list";
  field.autocomplete = "off";
  field.placeholder = set.dataset.narrow;
  field.setAttribute("aria-label", set.dataset.narrow + ": " + (set.querySelector("legend")?.textContent ?? ""));
  field.addEventListener("input", () => {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    items.forEach((li, i) => { li.hidden = !li.querySelector<HTMLInputElement>("input")!.checked && !words.every((w) => names[i].includes(w)); });
  });
  field.addEventListener("keydown", (e) => { if (e.key === "Enter") e.preventDefault(); }); // it narrows, it sends nothing
  set.querySelector("ul")!.before(field);
}

const narrowAll = (within: ParentNode) => Array.from(within.querySelectorAll<HTMLFieldSetElement>("fieldset[data-narrow]")).forEach(narrow);
narrowAll(document);

const seek = document.querySelector<HTMLFormElement>("form[data-live]");
let running: AbortController | undefined;
let waiting: number | undefined;

async function refresh(form: HTMLFormElement): Promise<void> {
  const url = new URL(form.action);
  for (const [name, value] of Array.from(new FormData(form).entries())) if (value !== "") url.searchParams.set(name, String(value));
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(url, { signal: running.signal });
    if (!answer.ok) return; // too many requests, or a server that rests: the button remains
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const id = form.dataset.live!, next = page.getElementById(id), now = document.getElementById(id);
    if (next && now) now.replaceChildren(...Array.from(next.childNodes));
  } catch {
    // Offline, or overtaken by the next letter.
  }
}

seek?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = window.setTimeout(() => refresh(seek), 250);
});
