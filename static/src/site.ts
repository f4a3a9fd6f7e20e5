// What scripts add to pages that work without them: tables sort, choices apply at once, links can be copied.

import { suggest } from "./_find";

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
        const gapA = Number.isNaN(a.key), gapB = Number.isNaN(b.key);
        if (gapA || gapB) return Number(gapA) - Number(gapB);
        if (typeof a.key === "number" && typeof b.key === "number") return sign * (a.key - b.key);
        return sign * order.compare(String(a.key), String(b.key));
      });
      body.append(...rows.map((x) => x.row));
    });
  }
}

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

// The list of moments gets a slider over the same stops. It leads nowhere by itself: the arrow keys walk it, and the button or letting go of it views.
const stops = document.querySelector<HTMLFormElement>("form.stops");
const moments = stops?.querySelector("select");
if (stops && moments && moments.options.length > 2) {
  // Oldest first; a release comes behind the day of its figures, and the newest, which has no day, last of all.
  const list = Array.from(moments.options).map((option) => ({ option, day: option.dataset.day || "9999", release: option.value.includes(":") }));
  list.sort((a, b) => a.day.localeCompare(b.day) || Number(a.release) - Number(b.release));
  const slider = Object.assign(document.createElement("input"), { type: "range", min: "0", max: String(list.length - 1), step: "1" });
  slider.setAttribute("aria-labelledby", "luc-ten");
  slider.setAttribute("list", "luc-vach");
  const ticks = Object.assign(document.createElement("datalist"), { id: "luc-vach" });
  ticks.append(...list.map((_, i) => Object.assign(document.createElement("option"), { value: String(i) })));
  const said = document.createElement("output");
  const show = () => {
    const name = list[Number(slider.value)].option.text;
    slider.setAttribute("aria-valuetext", name);
    said.textContent = name;
  };
  const follow = () => {
    slider.value = String(Math.max(0, list.findIndex((x) => x.option.selected)));
    show();
  };
  let dragged = false;
  slider.addEventListener("pointerdown", () => { dragged = true; });
  slider.addEventListener("keydown", () => { dragged = false; });
  slider.addEventListener("input", () => {
    list[Number(slider.value)].option.selected = true;
    show();
  });
  slider.addEventListener("change", () => { if (dragged) stops.requestSubmit(); });
  moments.addEventListener("change", follow);
  addEventListener("pageshow", follow); // a browser that goes back keeps what was chosen in the list
  const row = Object.assign(document.createElement("span"), { className: "rail" });
  row.append(slider, ticks, said);
  stops.append(row);
  follow();
}

// Empty fields are left out of addresses.
for (const form of Array.from(document.querySelectorAll<HTMLFormElement>('form[method="get"], form[role="search"]'))) {
  form.addEventListener("formdata", (e) => {
    for (const [name, value] of Array.from(e.formData.entries())) if (value === "") e.formData.delete(name);
  });
}

for (const field of Array.from(document.querySelectorAll<HTMLInputElement>('form[role="search"] input[name="q"]'))) suggest(field);
