// What scripts add to pages that work without them: tables sort, choices apply at once, links can be copied.

import { suggest } from "./_find";
import { travel } from "./_times";

/** Reads a figure as the page prints it. */
function numeric(text: string, vietnamese: boolean): number {
  const plain = vietnamese ? text.replace(/\./g, "").replace(",", ".") : text.replace(/,/g, "");
  return parseFloat(plain.replace("−", "-"));
}

function keyOf(cell: HTMLElement, vietnamese: boolean): number | string {
  if (cell.dataset.v !== undefined) {
    const n = Number(cell.dataset.v);
    return Number.isNaN(n) ? cell.dataset.v : n;
  }
  if (cell.classList.contains("gap") || (cell.textContent ?? "").trim() === "") return NaN;
  if (cell.classList.contains("n")) return numeric(cell.textContent ?? "", vietnamese);
  return (cell.textContent ?? "").trim();
}

function sortable(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 3) return;
  const lang = document.documentElement.lang;
  const order = new Intl.Collator(lang, { numeric: true });
  const original = Array.from(body.rows);
  for (const th of Array.from(table.tHead?.rows[0].cells ?? [])) {
    const button = document.createElement("button");
    button.append(...Array.from(th.childNodes));
    th.append(button);
    button.addEventListener("click", () => {
      const now = th.getAttribute("aria-sort");
      const next = now === "descending" ? "ascending" : now === "ascending" ? null : "descending";
      for (const other of Array.from(table.querySelectorAll("th[aria-sort]"))) other.removeAttribute("aria-sort");
      if (!next) {
        body.append(...original);
        return;
      }
      th.setAttribute("aria-sort", next);
      const sign = next === "ascending" ? 1 : -1;
      const rows = original.map((row) => ({ row, key: keyOf(row.cells[th.cellIndex], lang === "vi") }));
      rows.sort((a, b) => {
        // What is missing stays last, whichever way the column is sorted.
        const gapA = Number.isNaN(a.key as number) && typeof a.key === "number", gapB = typeof b.key === "number" && Number.isNaN(b.key);
        if (gapA || gapB) return Number(gapA) - Number(gapB);
        if (typeof a.key === "number" && typeof b.key === "number") return sign * (a.key - b.key);
        return sign * order.compare(String(a.key), String(b.key));
      });
      body.append(...rows.map((x) => x.row));
    });
  }
}

// A table with many links is one stop of the keyboard: arrows go from link to link in it.
function roving(region: HTMLElement): void {
  const links = () => Array.from(region.querySelectorAll<HTMLAnchorElement>("tbody a[href]"));
  const enter = (list: HTMLAnchorElement[], to: HTMLAnchorElement) => { for (const a of list) a.tabIndex = a === to ? 0 : -1; };
  const first = links();
  if (first.length === 0) return;
  enter(first, first[0]);
  const hint = document.createElement("p");
  hint.className = "keys";
  hint.id = "keys-" + Math.random().toString(36).slice(2);
  hint.textContent = region.dataset.keys ?? "";
  region.after(hint);
  region.setAttribute("aria-describedby", hint.id);
  region.addEventListener("focusin", (e) => {
    const list = links(), at = list.indexOf(e.target as HTMLAnchorElement);
    if (at >= 0) enter(list, list[at]);
  });
  region.addEventListener("keydown", (e) => {
    const list = links(), at = list.indexOf(document.activeElement as HTMLAnchorElement);
    if (at < 0 || e.ctrlKey || e.metaKey || e.altKey) return;
    const row = list[at].closest("tr"), place = (list[at].closest("td, th") as HTMLTableCellElement).cellIndex;
    const others = (rest: HTMLAnchorElement[]) => rest.filter((a) => a.closest("tr") !== row);
    const beside = (rest: HTMLAnchorElement[]) => {
      const next = rest[0]?.closest("tr");
      const same = rest.filter((a) => a.closest("tr") === next);
      return same.find((a) => (a.closest("td, th") as HTMLTableCellElement).cellIndex === place) ?? same[0];
    };
    const to = e.key === "ArrowRight" ? list[at + 1] : e.key === "ArrowLeft" ? list[at - 1] : e.key === "Home" ? list[0] : e.key === "End" ? list[list.length - 1]
      : e.key === "ArrowDown" ? beside(others(list.slice(at + 1))) : e.key === "ArrowUp" ? beside(others(list.slice(0, at)).reverse()) : undefined;
    if (!to) return;
    e.preventDefault();
    to.focus();
  });
}

const rove = (within: ParentNode) => Array.from(within.querySelectorAll<HTMLElement>(".scroll[data-keys]")).forEach(roving);
rove(document);
document.addEventListener("nhipso:new", (e) => rove((e as CustomEvent<HTMLElement>).detail));

// On a narrow screen the menu scrolls: the entry of this page is brought into view.
const here = document.querySelector<HTMLElement>(".menu [aria-current]"), bar = here?.closest("ul");
if (here && bar) bar.scrollLeft = here.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;

const sortAll = (within: ParentNode) => Array.from(within.querySelectorAll<HTMLTableElement>("table.grid")).forEach(sortable);
sortAll(document);
// A part of the page that came anew is told of by this event.
document.addEventListener("nhipso:new", (e) => sortAll((e as CustomEvent<HTMLElement>).detail));

// A choice in a list applies at once, but only after a key or a click made it: walking a list by keyboard must not leave the page.
for (const form of Array.from(document.querySelectorAll<HTMLFormElement>("form.filters"))) {
  let pointer = false;
  form.addEventListener("pointerdown", () => { pointer = true; });
  form.addEventListener("keydown", () => { pointer = false; });
  form.addEventListener("change", () => { if (pointer) form.requestSubmit(); });
}

/** Text as it is sought: without case and diacritics. */
const folded = (s: string) => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

// A list is narrowed while words are written; the form without this does the same on the server.
for (const form of Array.from(document.querySelectorAll<HTMLFormElement>("form[data-seek]"))) {
  const field = form.querySelector<HTMLInputElement>('input[type="search"]');
  const items = Array.from(document.querySelectorAll<HTMLElement>(form.dataset.seek ?? "")).map((element) => ({ element, said: folded(element.textContent ?? "") }));
  const status = document.querySelector<HTMLElement>(".found");
  field?.addEventListener("input", () => {
    const words = folded(field.value).split(/\s+/).filter((w) => w !== "");
    let found = 0;
    for (const { element, said } of items) {
      element.hidden = !words.every((w) => said.includes(w));
      if (!element.hidden) found++;
      const part = element.closest("section");
      const fold = part?.querySelector("details");
      if (words.length > 0 && !element.hidden && fold) fold.open = true;
    }
    for (const part of new Set(items.map((x) => x.element.closest("section")))) {
      if (part) part.hidden = items.every((x) => x.element.closest("section") !== part || x.element.hidden);
    }
    if (status) status.textContent = words.length === 0 ? "" : (form.dataset.found ?? "").replace("##", String(items.length)).replace("#", String(found));
  });
}

// Empty fields are left out of addresses.
for (const form of Array.from(document.querySelectorAll<HTMLFormElement>('form[method="get"], form[role="search"]'))) {
  form.addEventListener("formdata", (e) => {
    for (const [name, value] of Array.from(e.formData.entries())) if (value === "") e.formData.delete(name);
  });
}

// What a reader takes along can be copied; without a script it is selected by hand.
for (const panel of Array.from(document.querySelectorAll<HTMLDetailsElement>("details.use"))) {
  panel.addEventListener("toggle", () => {
    for (const part of Array.from(panel.querySelectorAll<HTMLElement>(".copy"))) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = panel.dataset.copy ?? "";
      button.addEventListener("click", () => {
        const text = part instanceof HTMLInputElement ? part.value : part.textContent ?? "";
        void navigator.clipboard?.writeText(text).then(() => { button.textContent = panel.dataset.copied ?? ""; });
      });
      part.after(button);
    }
  }, { once: true });
}
for (const field of Array.from(document.querySelectorAll<HTMLInputElement>('form.find input[name="q"]'))) suggest(field);
travel();
